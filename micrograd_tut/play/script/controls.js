// ---- The buttons, and what they do ---------------------------------------------------------------

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
  stop();
  say($("live"), `Restored the parameters of epoch ${state.run.best.epoch}.`);
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
  say($("h-losses"), `Loss: ${problem.loss.replaceAll("_", " ")}`);
  $("accuracies").hidden = !isClasses;
  say($("held-look"), !isClasses && layers[0].inputs > 1 ? "a strong edge" : "hollow");
  listen();
  requestAnimationFrame(everything);
}
