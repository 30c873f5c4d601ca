// ---- The network: where its parameters are, and how they are drawn -------------------------------

/** Its layers, from { inputs, neurons, bias } of each: the rows of weights of a layer, and then its
 *  biases, stand one after the other in the array of all parameters. */
function laidOut(layers) {
  let at = 0, unit = 0;
  return layers.map((layer) => {
    const weights = at, biases = at + layer.inputs * layer.neurons;
    at = biases + (layer.bias ? layer.neurons : 0);
    unit += layer.neurons;
    return { ...layer, weights, biases, end: at, unit: unit - layer.neurons };
  });
}

const DRAWS = {
  uniform: (random) => random.uniform(-1, 1),
  normal: (random) => random.gauss(0, 0.01),
  xavier: (random, inputs, neurons) => random.uniform(-1, 1) * Math.sqrt(6 / (inputs + neurons)),
  he: (random, inputs) => random.gauss(0, Math.sqrt(2 / inputs)),
  zeros: () => 0,
};

/** The parameters of MLP(..., seed=seed). init: the name of the initialiser of each layer. */
function drawnParameters(layers, init, seed) {
  const random = new PythonRandom(seed), parameters = new Float64Array(layers.at(-1).end);
  layers.forEach(({ inputs, neurons, weights }, l) => {
    for (let k = 0; k < inputs * neurons; k++) parameters[weights + k] = DRAWS[init[l]](random, inputs, neurons);
  });
  return parameters;
}

/** A compiled program, with its arrays for each size of a batch. */
class Program {
  constructor(build, parameters) {
    this.build = build;
    this.parameters = parameters;
    this.gradient = new Float64Array(parameters.length);
    this.built = new Map();
  }

  of(batch) {
    if (!this.built.has(batch)) {
      if (this.built.size > 8) this.built.clear();
      this.built.set(batch, this.build(this.parameters, this.gradient, batch));
    }
    return this.built.get(batch);
  }
}

/** The class that the outputs of a program say, for example b of a batch. */
const DECISIONS = {
  binary: (found, batch, b) => Number(found[batch + b] >= 0),
  margin: (found, batch, b) => Number(found[batch + b] >= 0),
  multiclass(found, batch, b, outputs) {
    let best = 0;
    for (let k = 1; k < outputs; k++) if (found[(1 + k) * batch + b] > found[(1 + best) * batch + b]) best = k;
    return best;
  },
};

/** What a class, or a number, is as the targets of a loss. */
const TARGETS = {
  regression: (y) => [y],
  binary: (k) => [k],
  margin: (k) => [2 * k - 1],
  multiclass: (k, outputs) => Array.from({ length: outputs }, (_, i) => Number(i === k)),
};
