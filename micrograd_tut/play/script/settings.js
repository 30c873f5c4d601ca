// ---- The settings, and what is said of the data --------------------------------------------------

/** The sentence about the data and the start, and what depends on the data. */
function describe() {
  const { raw } = setOr(), held = raw[1].rows.length, { material, settings } = state;
  const from = material.byHand ? "Points placed by hand: " : material.own ? `${material.name}: ` : "";
  say($("about"), `${from}${raw[0].rows.length} training examples${held ? `, ${held} held out` : ""}; weights ${settings.given ? "as given" : `from seed ${settings.seed}`}.`);
  $("given").hidden = problem.given === null || settings.given;
  $("legend-classes").replaceChildren(...material.classes.map((name, k) => {
    const item = make("li"), canvas = document.createElement("canvas");
    canvas.width = canvas.height = 14;
    mark(canvas.getContext("2d"), 7, 7, k, false, 4.5);
    item.append(canvas, name);
    return item;
  }));
  if (!isClasses && layers[0].inputs > 1) {
    const labels = raw[0].labels.length ? raw[0].labels : problem.training.labels;
    $("legend-classes").replaceChildren(make("li", shown(Math.min(...labels)), "box low"), make("li", shown(Math.max(...labels)), "box high"));
  }
  fill($("class"), material.classes.map((name, k) => [k, name]), $("class").value);
  fill($("axis-x"), material.inputs.map((name, k) => [k, name]), state.axes[0]);
  fill($("axis-y"), material.inputs.map((name, k) => [k, name]), state.axes[1]);
  fill($("unit"), [["", "the network's output"], ...layers.flatMap((layer, l) => (l === hidden.length && outputs === 1 ? [] : Array.from({ length: layer.neurons }, (_, n) => [`${l},${n}`, unitName({ layer: l, neuron: n })])))], $("unit").value);
}
function fill(select, options, chosen) {
  select.replaceChildren(...options.map(([value, text]) => {
    const option = make("option", text);
    option.value = value;
    option.selected = String(value) === String(chosen);
    return option;
  }));
}
const among = (usual, own) => [...new Set([...usual, own])].sort((a, b) => a - b);

/** The choices of the settings, each with the one that the page was written with. */
function makeSettings() {
  const { settings } = state, same = (list) => list.map((x) => [x, x]);
  fill($("lr"), same(among([0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3], settings.lr)), settings.lr);
  fill($("batch"), same(among([1, 2, 4, 8, 16, 32, 64, 128, 256], settings.batch)), settings.batch);
  fill($("l2"), same(among([0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1], settings.l2)), settings.l2);
  fill($("activation"), same(Object.keys(problem.activations)), settings.activation);
  fill($("optimizer"), same(Object.keys(RULES)), settings.optimizer);
  $("seed").value = settings.seed;
  $("activation").closest("label").hidden = !hidden.length;
  $("lr").addEventListener("change", () => { settings.lr = Number($("lr").value); });
  $("l2").addEventListener("change", () => { settings.l2 = Number($("l2").value); });
  $("batch").addEventListener("change", () => { settings.batch = Number($("batch").value); state.run.breakOff(); });
  $("optimizer").addEventListener("change", () => {
    settings.optimizer = $("optimizer").value;
    state.run.use(ruleOf(problem, settings, RULES));
  });
  $("activation").addEventListener("change", () => { settings.activation = $("activation").value; again(); });
  $("seed").addEventListener("change", () => newSeed(Math.min(4294967295, Math.max(0, Math.floor(Number($("seed").value)) || 0))));
}
