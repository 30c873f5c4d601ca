// ---- Python's random numbers: random.Random(seed) gives the same ones ----------------------------
// Source: Matsumoto and Nishimura 1998, Mersenne Twister; CPython's Lib/random.py for the rest.

class PythonRandom {
  /** seed: a whole number from 0 to 2**53 - 1. */
  constructor(seed) {
    const key = [seed >>> 0, Math.floor(seed / 2 ** 32)];
    if (!key[1]) key.pop();
    const words = new Uint32Array(624);
    words[0] = 19650218;
    for (let i = 1; i < 624; i++) words[i] = Math.imul(1812433253, words[i - 1] ^ (words[i - 1] >>> 30)) + i;
    const before = (i) => words[i - 1] ^ (words[i - 1] >>> 30);
    let i = 1;
    const next = () => { if (++i > 623) { words[0] = words[623]; i = 1; } };
    for (let k = 0; k < 624; k++) {
      const j = k % key.length;
      words[i] = (words[i] ^ Math.imul(before(i), 1664525)) + key[j] + j;
      next();
    }
    for (let k = 0; k < 623; k++) {
      words[i] = (words[i] ^ Math.imul(before(i), 1566083941)) - i;
      next();
    }
    words[0] = 0x80000000;
    this.words = words;
    this.at = 624;
    this.other = null; // the second number of a pair of normal ones
  }

  twist() {
    const words = this.words;
    for (let i = 0; i < 624; i++) {
      const y = (words[i] & 0x80000000) | (words[(i + 1) % 624] & 0x7fffffff);
      words[i] = words[(i + 397) % 624] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.at = 0;
  }

  /** 32 random bits. */
  word() {
    if (this.at > 623) this.twist();
    let y = this.words[this.at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  random() {
    const a = this.word() >>> 5, b = this.word() >>> 6;
    return (a * 67108864 + b) / 9007199254740992;
  }

  uniform(low, high) {
    return low + (high - low) * this.random();
  }

  gauss(mean, deviation) {
    let z = this.other;
    this.other = null;
    if (z === null) {
      const angle = this.random() * 2 * Math.PI, radius = Math.sqrt(-2 * Math.log(1 - this.random()));
      z = Math.cos(angle) * radius;
      this.other = Math.sin(angle) * radius;
    }
    return mean + z * deviation;
  }

  /** The two words of getrandbits(64), the low one first. */
  twoWords() {
    return [this.word(), this.word()];
  }

  below(n) {
    const shift = Math.clz32(n);
    let r = this.word() >>> shift;
    while (r >= n) r = this.word() >>> shift;
    return r;
  }

  /** sample(range(n), n): all numbers below n in random order. */
  order(n) {
    const pool = Array.from({ length: n }, (_, k) => k);
    return pool.map((_, k) => {
      const j = this.below(n - k), chosen = pool[j];
      pool[j] = pool[n - k - 1];
      return chosen;
    });
  }
}
