// ---- NumPy's random numbers: default_rng(seed).permutation(n) gives the same orders --------------
// Source: O'Neill 2014, PCG; NumPy's SeedSequence and _generator.pyx. A product of 128 bits needs
// BigInt, which is fast enough for one order per epoch.

function seedWords(entropy) {
  const mixed = (x) => x ^ (x >>> 16);
  let factor = 0x43b0d7e5;
  const hashed = (x) => {
    x ^= factor;
    factor = Math.imul(factor, 0x931e8875);
    return mixed(Math.imul(x, factor));
  };
  const pool = [0, 1, 2, 3].map((k) => hashed(entropy[k] ?? 0));
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) {
      if (from !== to) pool[to] = mixed(Math.imul(0xca01f9dd, pool[to]) - Math.imul(0x4973f715, hashed(pool[from])));
    }
  }
  factor = 0x8b51f9dd;
  return [0, 1, 2, 3, 0, 1, 2, 3].map((k) => {
    const x = pool[k] ^ factor;
    factor = Math.imul(factor, 0x58f38ded);
    return mixed(Math.imul(x, factor)) >>> 0;
  });
}

class NumpyRandom {
  /** words: the 32-bit words of the seed, the low one first. */
  constructor(words) {
    const seed = seedWords(words).map(BigInt);
    const joined = (a, b, c, d) => (((b << 32n) | a) << 64n) | (d << 32n) | c;
    this.increment = BigInt.asUintN(128, (joined(...seed.slice(4)) << 1n) | 1n);
    this.state = BigInt.asUintN(128, this.increment + joined(...seed.slice(0, 4)));
    this.advance();
    this.kept = null; // the high half of 64 random bits
  }

  advance() {
    this.state = BigInt.asUintN(128, this.state * 0x2360ed051fc65da44385df649fccf645n + this.increment);
  }

  /** 32 random bits. */
  word() {
    if (this.kept !== null) {
      const kept = this.kept;
      this.kept = null;
      return kept;
    }
    this.advance();
    const x = BigInt.asUintN(64, (this.state >> 64n) ^ this.state), turn = this.state >> 122n;
    const bits = BigInt.asUintN(64, (x >> turn) | (x << (64n - turn)));
    this.kept = Number(bits >> 32n);
    return Number(bits & 0xffffffffn);
  }

  /** A whole number from 0 to limit, each with the same probability. */
  upTo(limit) {
    const mask = 0xffffffff >>> Math.clz32(limit);
    let x = (this.word() & mask) >>> 0;
    while (x > limit) x = (this.word() & mask) >>> 0;
    return x;
  }

  permutation(n) {
    const order = Array.from({ length: n }, (_, k) => k);
    for (let i = n - 1; i > 0; i--) {
      const j = this.upTo(i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}
