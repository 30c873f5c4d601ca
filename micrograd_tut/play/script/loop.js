// ---- The loop: some training, then one picture ---------------------------------------------------

const BUDGET = 11; // milliseconds of training per picture
let drawnAt = 0, wanted = true, healthAt = -1;

const redraw = () => { wanted = true; };

/** Called for each picture of the screen: draws if it is time, half a second apart with reduced motion. */
function everything(now) {
  if (state.playing) train();
  const due = calm.matches ? 500 : 0;
  if (wanted || (state.playing && now - drawnAt >= due)) {
    wanted = false;
    drawnAt = now;
    draw(now);
  }
  requestAnimationFrame(everything);
}

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
  if (state.playing || state.run.epoch !== healthAt) state.health = healthOf();
  healthAt = state.run.epoch;
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
  numbers();
  if (state.playing && now - announcedAt > 10000) announce(now);
}
