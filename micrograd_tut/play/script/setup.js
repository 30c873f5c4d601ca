// ---- From the examples and the settings to a run -------------------------------------------------

/** Rows that are text, with a digit of base 36 for each number, as rows of numbers. */
function unpacked(part) {
  return part && { ...part, rows: part.rows.map((row) => (typeof row === "string" ? [...row].map((digit) => parseInt(digit, 36)) : row)) };
}

/** The mean and the standard deviation of each column; the deviation of a constant one is 1. */
function standardised(rows) {
  const mean = [], deviation = [];
  for (let i = 0; i < rows[0].length; i++) {
    const sum = (f) => rows.reduce((total, row) => total + f(row[i]), 0) / rows.length;
    mean.push(sum((x) => x));
    deviation.push(Math.sqrt(sum((x) => (x - mean[i]) ** 2)) || 1);
  }
  return { mean, deviation };
}
const scaledRow = (row, scaling) => (scaling ? row.map((x, i) => (x - scaling.mean[i]) / scaling.deviation[i]) : row);
const rawRow = (row, scaling) => (scaling ? row.map((x, i) => x * scaling.deviation[i] + scaling.mean[i]) : row);

/** The examples as the network takes them.
 *  material: { training, held, fraction, scaling, targetScaling, own }, the rows in the units of the
 *  table; of own data the training set gives the scaling. */
function prepared(material, problem, seed) {
  const { rows, labels } = material.training;
  const { training, held, words } = divided(rows.length, material.fraction, seed);
  const part = (from, order) => ({ rows: order.map((k) => from.rows[k]), labels: order.map((k) => from.labels[k]) });
  const parts = [part({ rows, labels }, training), material.held ?? part({ rows, labels }, held)];
  let { scaling, targetScaling } = material;
  if (material.own) {
    scaling = standardised(parts[0].rows);
    targetScaling = problem.task === "regression" ? standardised(parts[0].labels.map((y) => [y])) : null;
  }
  const outputs = problem.layers.at(-1).neurons;
  const [train, test] = parts.map((p) => new Examples(
    p.rows.map((row) => scaledRow(row, scaling)),
    targetScaling ? p.labels.map((y) => scaledRow([y], targetScaling)[0]) : p.labels,
    problem.task,
    outputs,
  ));
  return { data: { training: train, held: test }, words, scaling, targetScaling, raw: parts };
}

/** The parameters to start with: those that the page was written with, or new ones from a seed. */
function startOf(problem, settings) {
  const layers = laidOut(problem.layers), last = layers.length - 1;
  const hidden = problem.activations[settings.activation].init;
  const init = layers.map((_, l) => (l === last ? problem.output.init : hidden));
  return settings.given ? Float64Array.from(problem.given) : drawnParameters(layers, init, settings.seed);
}

/** The optimizer that is chosen. */
function ruleOf(problem, { optimizer }, rules) {
  return { averages: problem.averages[optimizer], build: rules[optimizer] };
}

/** A new run. settings: { seed, given, activation, optimizer, lr, l2, batch }. */
function newTraining(problem, settings, set, networks, rules) {
  const rule = ruleOf(problem, settings, rules);
  const outputs = problem.layers.at(-1).neurons;
  const network = { task: problem.task, outputs, build: networks[settings.activation] };
  return new Training({ network, rule, settings, parameters: startOf(problem, settings), data: set.data, words: set.words });
}
