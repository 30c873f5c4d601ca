// ---- The network as text: for micrograd_tut, for PyTorch, and as JSON ----------------------------
// what: { problem, activation, parameters, scaling, targetScaling, inputs, classes, row }; row is an
// example in the units of the table, to try the text with.

function stateDict({ problem, parameters }) {
  const found = {};
  laidOut(problem.layers).forEach(({ inputs, neurons, bias, weights, biases, end }, l) => {
    const row = (i) => [...parameters.subarray(weights + i * inputs, weights + (i + 1) * inputs)];
    found[`layers.${l}.weight`] = Array.from({ length: neurons }, (_, i) => row(i));
    if (bias) found[`layers.${l}.bias`] = [...parameters.subarray(biases, end)];
  });
  return found;
}

function asJson(what) {
  const { problem, activation, scaling, targetScaling, inputs, classes } = what;
  return JSON.stringify({
    inputs, classes, task: problem.task, activation, output: problem.outputActivation,
    scaling, target_scaling: targetScaling, state_dict: stateDict(what),
  }, null, 1);
}

const literal = (x) => JSON.stringify(x).replaceAll(",", ", ").replaceAll("null", "None");
const tensorLines = (what) => Object.entries(stateDict(what)).map(([name, numbers]) => `    "${name}": ${literal(numbers)},`);

/** The lines that bring rows into the units of the network. */
function scalingLines(scaling) {
  if (!scaling) return [];
  return [`mean, deviation = ${literal(scaling.mean)}, ${literal(scaling.deviation)}`, ""];
}
const SCALED = "[[(x - m) / d for x, m, d in zip(row, mean, deviation)] for row in rows]";

function asPython(what) {
  const { problem, activation, scaling, targetScaling, classes, inputs, row } = what, { layers } = problem;
  const sizes = layers.map((layer) => layer.neurons), bias = layers[0].bias ? "" : ", bias=False";
  const hidden = layers.length > 1 ? `, activation="${activation}"` : "";
  const result = targetScaling
    ? [`    y = model.predict(${scaling ? SCALED : "rows"})`, `    return y * ${targetScaling.deviation[0]} + ${targetScaling.mean[0]}`]
    : [`    return model.predict(${scaling ? SCALED : "rows"})`];
  const names = problem.task === "margin" || !classes.length ? [] : [`model.class_names = tuple(${literal(classes)})`];
  return [
    "import micrograd_tut as mg",
    "",
    `model = mg.MLP(${layers[0].inputs}, [${sizes.join(", ")}]${hidden}, output="${problem.outputActivation}"${bias})`,
    `model.task = "${problem.task}"`,
    ...names,
    "model.load_state_dict({",
    ...tensorLines(what),
    "})",
    ...scalingLines(scaling),
    "def predict(rows):",
    `    """Predictions for rows of ${inputs.length} numbers: ${inputs.slice(0, 8).map((name) => name.replace(/["\\\n]/g, " ")).join(", ")}${inputs.length > 8 ? ", …" : ""}."""`,
    ...result,
    "",
    `print(predict([${literal(row)}]))`,
    "",
  ].join("\n");
}

/** As a torch.nn.Sequential; null if torch lacks the activation. */
function asTorch(what) {
  const { problem, activation, scaling, targetScaling, row } = what, { layers } = problem;
  const between = problem.activations[activation].torch, last = problem.output.torch;
  if (layers.length > 1 && activation !== "linear" && !between) return null;
  if (problem.outputActivation !== "linear" && !last) return null;
  const parts = layers.flatMap(({ inputs, neurons, bias }, l) => {
    const text = l === layers.length - 1 ? last : between;
    return [`    ("${l}", torch.nn.Linear(${inputs}, ${neurons}${bias ? "" : ", bias=False"})),`, ...(text ? [`    ("${l} activation", ${text}),`] : [])];
  });
  const scaled = scaling ? "(torch.tensor(rows, dtype=torch.float64) - mean) / deviation" : "torch.tensor(rows, dtype=torch.float64)";
  return [
    "from collections import OrderedDict",
    "",
    "import torch",
    "",
    "model = torch.nn.Sequential(OrderedDict([",
    ...parts,
    "])).double()",
    "model.load_state_dict({name: torch.tensor(numbers, dtype=torch.float64) for name, numbers in {",
    ...tensorLines(what).map((line) => line.replace('"layers.', '"')),
    "}.items()})",
    ...(scaling ? [`mean, deviation = (torch.tensor(x, dtype=torch.float64) for x in (${literal(scaling.mean)}, ${literal(scaling.deviation)}))`] : []),
    "",
    "def outputs(rows):",
    '    """The outputs of the network: probabilities, or numbers in the units of the target."""',
    targetScaling
      ? `    return model(${scaled}) * ${targetScaling.deviation[0]} + ${targetScaling.mean[0]}`
      : `    return model(${scaled})`,
    "",
    `print(outputs([${literal(row)}]))`,
    "",
  ].join("\n");
}
