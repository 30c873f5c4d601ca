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
