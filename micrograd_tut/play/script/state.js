// ---- The state of the page: the examples, the settings, the run ----------------------------------

const problem = { ...data, training: unpacked(data.training), held: unpacked(data.held) }, layers = laidOut(problem.layers), hidden = layers.slice(0, -1);
const outputs = layers.at(-1).neurons, units = hidden.reduce((count, layer) => count + layer.neurons, 0);
const isClasses = problem.task !== "regression";
const given = {
  training: problem.training, held: problem.held, fraction: problem.fraction ?? 0, own: false,
  scaling: problem.scaling, targetScaling: problem.targetScaling,
  inputs: problem.inputs, target: problem.target, classes: problem.classes,
};
const state = {
  material: given, // the examples, in the units of the table
  settings: { ...problem.settings, given: problem.given !== null },
  set: null, // the examples as the network takes them
  run: null,
  playing: false,
  failure: "", // why training stopped by itself
  chosen: null, // the unit whose plane is shown large: { layer, neuron }; null for the output
  pointer: null, // an example under the pointer, in the units of the table
  axes: [0, 1], // the two inputs that span the plane
  health: [], // of each hidden unit: "dead", "saturated" or ""
};

/** Prepare the examples and begin a new run with the settings as they are. */
function startAgain() {
  state.failure = "";
  state.set = state.material.training.rows.length ? prepared(state.material, problem, state.settings.seed) : null;
  state.run = newTraining(problem, state.settings, state.set ?? emptySet(), NETWORKS, RULES);
  state.health = healthOf();
}

/** No examples at all: the network can be looked at, but not trained. */
function emptySet() {
  const none = () => new Examples([], [], problem.task, outputs);
  return { data: { training: none(), held: none() }, words: [1, 0], scaling: state.material.scaling, targetScaling: state.material.targetScaling, raw: [{ rows: [], labels: [] }, { rows: [], labels: [] }] };
}
const setOr = () => state.set ?? emptySet();

/** One step of the optimizer; a run that diverges stops, with the reason in `failure`. */
function oneStep() {
  try {
    return state.run.step();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    state.playing = false;
    state.failure = `Training diverged in epoch ${state.run.epoch}: numbers became too large. Start again with a smaller learning rate.`;
    return null;
  }
}
function oneEpoch() {
  while (!oneStep() && !state.failure);
}

// ---- What the network says -----------------------------------------------------------------------

/** The row of a unit in the numbers of the program: losses first, then outputs, then hidden units. */
const rowOf = ({ layer, neuron }) => (layer < hidden.length ? 1 + outputs + layers[layer].unit + neuron : 1 + neuron);
const unitName = ({ layer, neuron }) => (layer === hidden.length
  ? `output${outputs > 1 ? ` for ${state.material.classes[neuron]}` : ""}` : `layer ${layer + 1}, neuron ${neuron + 1}`);

/** The numbers of the program for rows in the units of the table; null if they are too large. */
function numbersFor(rows) {
  const batch = rows.length, width = layers[0].inputs, x = new Float64Array(width * batch);
  rows.forEach((row, b) => scaledRow(row, setOr().scaling).forEach((v, i) => { x[i * batch + b] = v; }));
  return numbersOfColumns(x, batch);
}
function numbersOfColumns(x, batch) {
  const targets = problem.task === "multiclass" ? outputs : 1;
  try {
    return state.run.outputs(x, new Float64Array(targets * batch), batch);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The probabilities of the classes, from the outputs of example b of a batch. */
function probabilities(found, batch, b) {
  if (outputs === 1) {
    const p = 1 / (1 + Math.exp(-found[batch + b]));
    return [1 - p, p];
  }
  const z = Array.from({ length: outputs }, (_, k) => found[(1 + k) * batch + b]), most = Math.max(...z);
  const e = z.map((x) => Math.exp(x - most)), total = e.reduce((a, x) => a + x);
  return e.map((x) => x / total);
}

/** The prediction of a regression in the units of the table. */
function predicted(found, batch, b) {
  return rawRow([found[batch + b]], setOr().targetScaling)[0];
}

/** For each hidden unit whether it is dead or saturated on the training set. */
function healthOf() {
  const { training } = state.run.data, count = training.length;
  if (!count || !units) return [];
  let found;
  try { ({ found } = state.run.measured(training)); } catch { return state.health; }
  const { dies, middle, unsaturated } = problem.activations[state.settings.activation];
  return Array.from({ length: units }, (_, u) => {
    const outs = found.subarray((1 + outputs + u) * count, (2 + outputs + u) * count);
    if (dies && outs.every((x) => x === 0)) return "dead";
    const far = unsaturated === null ? 0 : outs.reduce((n, x) => n + Number(Math.abs(x - middle) > unsaturated), 0);
    return unsaturated !== null && far / count >= problem.manySaturated ? "saturated" : "";
  });
}

// ---- Numbers as text -----------------------------------------------------------------------------

function shown(x) {
  if (x === undefined || x === null) return "–";
  if (!Number.isFinite(x)) return String(x);
  const size = Math.abs(x);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? x.toExponential(1).replace("e+", "e") : x.toPrecision(4).replace(/\.?0+$/, "");
}
const percent = (x) => (x === undefined ? "–" : `${(100 * x).toFixed(x === 1 || x === 0 ? 0 : 1)} %`);
