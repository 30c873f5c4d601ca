// ---- Training: what mg.fit does, one batch at a time ---------------------------------------------

/** Rows of numbers, as a network takes them, and the class or the number of each. */
class Examples {
  constructor(rows, labels, task, outputs) {
    this.rows = rows;
    this.labels = labels;
    this.targets = labels.map((y) => TARGETS[task](y, outputs));
  }

  get length() {
    return this.rows.length;
  }

  /** Some of them, in the layout of a program: number 0 of each, then number 1, and so on. */
  columns(order, from, to) {
    const batch = to - from;
    const filled = (all) => {
      const width = all[0].length, column = new Float64Array(width * batch);
      for (let b = 0; b < batch; b++) {
        const row = all[order ? order[from + b] : from + b];
        for (let i = 0; i < width; i++) column[i * batch + b] = row[i];
      }
      return column;
    };
    return [filled(this.rows), filled(this.targets)];
  }
}

/** The row numbers of the training set and of the held-out set, and the words of the seed that
 *  the order of the batches comes from, as in fit(validation=fraction, seed=seed). */
function divided(count, fraction, seed) {
  const random = new PythonRandom(seed), held = fraction ? halfEven(fraction * count) : 0;
  const order = held ? random.order(count) : Array.from({ length: count }, (_, k) => k);
  const sorted = (part) => part.sort((a, b) => a - b);
  return { training: sorted(order.slice(held)), held: sorted(order.slice(0, held)), words: random.twoWords() };
}
function halfEven(x) {
  const below = Math.floor(x);
  return x - below === 0.5 ? below + (below % 2) : Math.round(x);
}

/** One run of training.
 *  network: { layers, task, outputs, build }; rule: { averages, build }; settings: { lr, l2, batch }, read
 *  at every step; parameters: where to start; data: { training, held } of Examples; words: of the seed. */
class Training {
  constructor({ network, rule, settings, parameters, data, words }) {
    Object.assign(this, { network, settings, data });
    this.parameters = Float64Array.from(parameters);
    this.program = new Program(network.build, this.parameters);
    this.random = new NumpyRandom(words[1] ? words : words.slice(0, 1));
    this.steps = this.epoch = 0;
    this.rows = [];
    this.best = null;
    this.epochGoesOn = false;
    this.use(rule);
  }

  get gradient() {
    return this.program.gradient;
  }

  /** Go on with another optimizer, which has no averages yet. */
  use(rule) {
    const count = this.parameters.length;
    this.rule = rule;
    this.ruleSteps = 0;
    this.update = rule.build(new Float64Array(0), new Float64Array(0), count).forward;
    this.averages = Array.from({ length: rule.averages }, () => new Float64Array(count));
    this.filled = [0, 1, 2].map(() => new Float64Array(count));
  }

  /** Take one step of the optimizer. Returns the row of the epoch that it ended, else null. */
  step() {
    const { training } = this.data, count = training.length;
    if (!this.epochGoesOn) {
      this.epochGoesOn = true;
      this.epoch++;
      this.size = Math.min(this.settings.batch, count);
      this.order = this.size === count ? null : this.random.permutation(count);
      this.at = this.total = this.correct = 0;
    }
    const from = this.at, to = Math.min(from + this.size, count), batch = to - from;
    const [x, t] = training.columns(this.order, from, to), { forward, backward } = this.program.of(batch);
    const found = forward(x, t);
    let loss = 0;
    for (let b = 0; b < batch; b++) {
      loss += found[b];
      if (this.decides) this.correct += this.decision(found, batch, b) === training.labels[this.order ? this.order[from + b] : from + b];
    }
    backward(x, t, 1 / batch);
    this.apply();
    this.total += loss;
    this.at = to;
    return to === count ? this.end() : null;
  }

  /** Begin the epoch that goes on again, with other examples or another size of the batches. */
  breakOff() {
    if (this.epochGoesOn) this.epoch--;
    this.epochGoesOn = false;
  }

  get decides() {
    return this.network.task !== "regression";
  }

  decision(found, batch, b) {
    return DECISIONS[this.network.task](found, batch, b, this.network.outputs);
  }

  apply() {
    const { lr, l2 } = this.settings, given = [lr, this.ruleSteps, l2];
    this.filled.forEach((array, k) => array.fill(given[k]));
    const found = this.update(this.parameters, this.gradient, ...this.filled, ...this.averages);
    const count = this.parameters.length;
    this.parameters.set(found.subarray(0, count));
    this.averages.forEach((average, k) => average.set(found.subarray((k + 1) * count, (k + 2) * count)));
    this.steps++;
    this.ruleSteps++;
  }

  end() {
    const count = this.data.training.length, row = { loss: this.total / count };
    if (this.decides) row.accuracy = this.correct / count;
    if (this.data.held.length) {
      const held = this.measured(this.data.held);
      row.heldLoss = held.loss;
      if (this.decides) row.heldAccuracy = held.accuracy;
    }
    this.epochGoesOn = false;
    this.rows.push(row);
    const loss = row.heldLoss ?? row.loss;
    if (!this.best || loss < this.best.loss) this.best = { loss, epoch: this.epoch, parameters: Float64Array.from(this.parameters) };
    return row;
  }

  /** Loss and accuracy of examples with the parameters as they are, and all numbers of the program. */
  measured(examples) {
    const batch = examples.length, found = this.outputs(...examples.columns(null, 0, batch), batch);
    let loss = 0, correct = 0;
    for (let b = 0; b < batch; b++) {
      loss += found[b];
      if (this.decides) correct += this.decision(found, batch, b) === examples.labels[b];
    }
    return { loss: loss / batch, accuracy: this.decides ? correct / batch : undefined, found };
  }

  /** The numbers of the program for inputs in its layout: losses, outputs, then those of the hidden
   *  neurons. The next call for as many examples overwrites them. */
  outputs(x, t, batch) {
    return this.program.of(batch).forward(x, t);
  }

  restoreBest() {
    this.parameters.set(this.best.parameters);
    this.use(this.rule); // averages of other parameters would lead astray
  }
}
