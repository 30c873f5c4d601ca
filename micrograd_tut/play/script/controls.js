// ---- The controls, the numbers beside them, and the loop -----------------------------------------

const BUDGET = 11; // milliseconds of training per picture
let drawnAt = 0, announcedAt = 0, wanted = true, lossesOf = -1;

const redraw = () => { wanted = true; };

function everything(now) {
  if (state.playing) train();
  const due = calm.matches ? 500 : 0;
  if (wanted || (state.playing && now - drawnAt >= due) || (moving() && now - drawnAt >= 60)) {
    wanted = false;
    drawnAt = now;
    draw(now);
  }
  requestAnimationFrame(everything);
}
const moving = () => state.playing && !calm.matches && $("gradients").checked;

function train() {
  const until = performance.now() + BUDGET, pace = $("pace").value;
  if (pace === "step") oneStep();
  else {
    do {
      if (oneStep() && pace === "epoch") break;
    } while (!state.failure && performance.now() < until);
  }
  if (state.failure) stop();
}

function draw(now) {
  const flat = layers[0].inputs === 1;
  under = state.pointer ? numbersFor([state.pointer]) : null;
  if (state.playing || state.run.epoch !== lossesOf) state.health = healthOf();
  let found = null, points = null;
  if (!problem.image) {
    points = flat ? curveOf() : gridOf(state.playing ? COARSE : FINE);
    found = numbersOfColumns(points.x, points.count);
  }
  drawGraph(found, points, now);
  if (problem.image) drawPictures();
  else if (flat) drawCurve(found, points);
  else drawPlane(found, points);
  drawLosses();
  lossesOf = state.run.epoch;
  numbers();
  if (state.playing && now - announcedAt > 10000) announce(now);
}

function numbers() {
  const { run } = state, row = run.rows.at(-1) ?? {}, { best } = run;
  say($("epoch"), `${run.epoch}`);
  say($("steps"), `${run.steps}`);
  say($("loss"), shown(row.loss));
  say($("held-loss"), shown(row.heldLoss));
  say($("accuracy"), percent(row.accuracy));
  say($("held-accuracy"), percent(row.heldAccuracy));
  say($("best"), best ? `Best: epoch ${best.epoch}, ${row.heldLoss === undefined ? "loss" : "held-out loss"} ${shown(best.loss)}` : "Best: not yet");
  $("restore").disabled = !best;
  const dead = state.health.filter((h) => h === "dead").length, saturated = state.health.filter((h) => h === "saturated").length;
  const counted = [dead && `${dead} dead`, saturated && `${saturated} saturated`].filter(Boolean).join(", ");
  say($("health"), !units ? "" : counted ? `Of ${units} hidden neurons: ${counted}.` : "No hidden neuron is dead or saturated.");
  say($("failure"), state.failure);
  say($("unit-text"), state.chosen ? unitText(state.chosen) : "");
  if (document.activeElement !== $("unit")) $("unit").value = state.chosen ? `${state.chosen.layer},${state.chosen.neuron}` : "";
  say($("h-output"), state.chosen ? `Output of ${unitName(state.chosen)}` : problem.image ? "Pictures" : "Output of the network");
  say($("h-colours"), meaningOfColours());
  pointed();
  $("play").disabled = $("step").disabled = $("one-epoch").disabled = !state.set;
}

/** What the colours of the large picture mean. */
function meaningOfColours() {
  if (problem.image || layers[0].inputs === 1) return "";
  if (state.chosen && state.chosen.layer < hidden.length) {
    const { middle } = problem.activations[state.settings.activation];
    return `Blue: the output of this neuron is above ${middle}; orange: below.`;
  }
  return isClasses ? "Colour: the class that the network says here; pale where it is not sure." : "";
}

/** The numbers at the pointer. */
function pointed() {
  const { pointer, material } = state;
  if (!pointer || !under) return say($("pointed"), problem.image ? "Choose a picture to see the numbers." : "Point at the plane, or move over it with the arrow keys, to see the numbers.");
  const where = problem.image ? "" : `${pointer.slice(0, 6).map((x, i) => `${material.inputs[i]} ${shown(x)}`).join(", ")}${pointer.length > 6 ? ", …" : ""}: `;
  const p = isClasses && probabilities(under, 1, 0);
  const order = p ? p.map((_, k) => k).sort((a, b) => p[b] - p[a]).slice(0, 3) : [];
  const what = problem.task === "margin" ? `output ${shown(under[1])}, so ${material.classes[Number(under[1] >= 0)]}`
    : p ? order.map((k) => `${material.classes[k]} ${percent(p[k])}`).join(", ") : `${material.target} ${shown(predicted(under, 1, 0))}`;
  say($("pointed"), where + what);
}

function announce(now = performance.now()) {
  announcedAt = now;
  const row = state.run.rows.at(-1);
  if (!row) return;
  const held = row.heldLoss === undefined ? "" : `, held-out loss ${shown(row.heldLoss)}`;
  say($("live"), state.failure || `Epoch ${state.run.epoch}: loss ${shown(row.loss)}${held}${isClasses ? `, accuracy ${percent(row.heldAccuracy ?? row.accuracy)}` : ""}`);
}

// ---- Acts ----------------------------------------------------------------------------------------

function play() {
  if (state.playing) return stop();
  if (!state.set || state.failure) return redraw();
  state.playing = true;
  say($("play"), "Pause");
  announcedAt = performance.now();
}
function stop() {
  state.playing = false;
  say($("play"), "Train");
  announce();
  redraw();
}
function once(act) {
  return () => { if (state.playing) stop(); if (state.set && !state.failure) act(); announce(); redraw(); };
}
function again() {
  if (state.playing) stop();
  startAgain();
  grid = null;
  if (problem.image) makePictures();
  describe();
  redraw();
}
function newSeed(seed) {
  Object.assign(state.settings, { seed, given: false });
  $("seed").value = seed;
  again();
}
function restore() {
  state.run.restoreBest();
  state.health = healthOf();
  say($("live"), `Restored the parameters of epoch ${state.run.best.epoch}.`);
  stop();
}

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
  fill($("optimizer"), same(Object.keys(problem.optimizers)), settings.optimizer);
  $("seed").value = settings.seed;
  $("activation").closest("label").hidden = !hidden.length;
  $("lr").addEventListener("change", () => { settings.lr = Number($("lr").value); });
  $("l2").addEventListener("change", () => { settings.l2 = Number($("l2").value); });
  $("batch").addEventListener("change", () => { settings.batch = Number($("batch").value); state.run.epochGoesOn = false; });
  $("optimizer").addEventListener("change", () => {
    settings.optimizer = $("optimizer").value;
    state.run.use({ averages: problem.optimizers[settings.optimizer].averages, build: RULES[settings.optimizer] });
  });
  $("activation").addEventListener("change", () => { settings.activation = $("activation").value; again(); });
  $("seed").addEventListener("change", () => newSeed(Math.min(4294967295, Math.max(0, Math.floor(Number($("seed").value)) || 0))));
}

/** The network as text, for the choice that is made. */
function along() {
  const { material, settings, run, set } = state, row = (set ?? emptySet()).raw[0].rows[0] ?? problem.training.rows[0];
  const what = {
    problem, activation: settings.activation, parameters: run.parameters, inputs: material.inputs, classes: material.classes, row,
    scaling: setOr().scaling, targetScaling: setOr().targetScaling,
  };
  return { python: asPython, torch: asTorch, json: asJson }[$("language").value](what) ?? `PyTorch has no module for ${settings.activation}.`;
}
function showAlong() {
  if ($("along").open) $("code").value = along();
}
async function copy() {
  $("code").value = along();
  $("code").select();
  try {
    await navigator.clipboard.writeText($("code").value);
    say($("copied"), "Copied.");
  } catch {
    say($("copied"), "The text is selected: copy it with Ctrl-C.");
  }
}

// ---- The pointer ---------------------------------------------------------------------------------

function at(event) {
  const frame = $("plane").getBoundingClientRect(), { width, height } = frame;
  return placesOf(width, height, grid.ranges).back(event.clientX - frame.left, event.clientY - frame.top);
}
function pointAt([x, y]) {
  const { raw } = setOr(), rows = raw[0].rows.length ? raw[0].rows : problem.training.rows, width = layers[0].inputs;
  const mean = Array.from({ length: width }, (_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
  if (width > 1) { mean[state.axes[0]] = x; mean[state.axes[1]] = y; } else mean[0] = x;
  state.pointer = mean;
  state.height = y;
  redraw();
}
const placing = () => document.querySelector("input[name=act]:checked").value;
function act(x, y) {
  if (placing() === "place") place(x, y);
  if (placing() === "remove") remove(x, y);
}
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
function steer(event) {
  if (!grid || !grid.ranges) return;
  const [[a, b], [c, d]] = grid.ranges, move = MOVES[event.key];
  const x = state.pointer ? state.pointer[layers[0].inputs > 1 ? state.axes[0] : 0] : (a + b) / 2, y = state.height ?? (c + d) / 2;
  if (move) pointAt([Math.min(b, Math.max(a, x + (move[0] * (b - a)) / 40)), Math.min(d, Math.max(c, y + (move[1] * (d - c)) / 40))]);
  else if (event.key === "Enter") { pointAt([x, y]); act(x, y); } else return;
  event.preventDefault();
  event.stopPropagation();
  clearTimeout(steer.timer);
  steer.timer = setTimeout(() => say($("live"), $("pointed").textContent), 700);
}

function listen() {
  $("play").addEventListener("click", play);
  $("step").addEventListener("click", once(oneStep));
  $("one-epoch").addEventListener("click", once(oneEpoch));
  $("again").addEventListener("click", again);
  $("new").addEventListener("click", () => newSeed(state.settings.given ? problem.settings.seed : state.settings.seed + 1));
  $("given").addEventListener("click", () => { Object.assign(state.settings, { seed: problem.settings.seed, given: true }); $("seed").value = problem.settings.seed; again(); });
  $("restore").addEventListener("click", restore);
  $("plane").addEventListener("pointermove", (event) => pointAt(at(event)));
  $("plane").addEventListener("pointerdown", (event) => { pointAt(at(event)); act(...at(event)); });
  $("plane").addEventListener("keydown", steer);
  $("graph").addEventListener("pointermove", (event) => { $("graph").style.cursor = unitAt(event.offsetX, event.offsetY) ? "pointer" : ""; });
  $("graph").addEventListener("click", (event) => {
    const unit = unitAt(event.offsetX, event.offsetY), { chosen } = state;
    const output = unit && unit.layer === hidden.length && outputs === 1;
    state.chosen = !unit || output || (chosen && chosen.layer === unit.layer && chosen.neuron === unit.neuron) ? null : unit;
    redraw();
  });
  $("unit").addEventListener("change", () => {
    const [layer, neuron] = $("unit").value.split(",").map(Number);
    state.chosen = $("unit").value === "" ? null : { layer, neuron };
    redraw();
  });
  for (const [id, k] of [["axis-x", 0], ["axis-y", 1]]) {
    $(id).addEventListener("change", () => {
      const before = state.axes[k];
      state.axes[k] = Number($(id).value);
      if (state.axes[0] === state.axes[1]) state.axes[1 - k] = before;
      describe();
      redraw();
    });
  }
  for (const id of ["gradients", "hide-held"]) $(id).addEventListener("change", redraw);
  $("clear").addEventListener("click", () => { clearPoints(); document.querySelector("input[value=place]").checked = true; stop(); });
  $("back-to-data").addEventListener("click", () => use(given));
  $("file").addEventListener("change", () => { if ($("file").files[0]) readFile($("file").files[0]); });
  document.addEventListener("dragover", (event) => { event.preventDefault(); document.body.classList.add("dropping"); });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) document.body.classList.remove("dropping"); });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    if (event.dataTransfer.files[0]) { $("own").open = true; readFile(event.dataTransfer.files[0]); }
  });
  $("along").addEventListener("toggle", showAlong);
  $("language").addEventListener("change", showAlong);
  $("copy").addEventListener("click", copy);
  window.addEventListener("resize", redraw);
  narrow.addEventListener("change", () => { if (problem.image) makePictures(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); if (problem.image) makePictures(); describe(); redraw(); });
  // The space bar trains and pauses wherever the focus is, but on a control it is that control's own.
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || event.altKey || event.ctrlKey || event.metaKey || event.target.closest("button, select, input, textarea, summary")) return;
    event.preventDefault();
    play();
  });
}

function opened() {
  readColours();
  makeSettings();
  startAgain();
  if (layers[0].inputs > 2 && !problem.image) state.axes = tellingInputs();
  if (problem.image) {
    makePictures();
    state.pointer = chosenPictures()[0].row;
  }
  describe();
  $("plane-part").hidden = Boolean(problem.image);
  $("pictures-part").hidden = !problem.image;
  $("axes").hidden = layers[0].inputs < 3;
  $("acts").hidden = !canPlace();
  $("class").closest("label").hidden = !isClasses;
  $("number").closest("label").hidden = isClasses || layers[0].inputs === 1;
  $("accuracies").hidden = !isClasses;
  say($("held-look"), !isClasses && layers[0].inputs > 1 ? "a strong edge" : "hollow");
  listen();
  requestAnimationFrame(everything);
}
