// ---- The lines of the network: weights, and gradients that flow back -----------------------------

const SHADES = 6; // widths of lines; those of one width and sign are one path, which is fast to draw
const FLOWS = 70; // the steepest weights of a layer, whose gradients are shown

function drawLines(pen, columns, now) {
  layers.forEach((layer, l) => {
    const from = columns[l], to = columns[l + 1], count = layer.inputs * layer.neurons;
    const ends = (k) => [from.x + from.size, from.boxes[k % layer.inputs].y, to.x, to.boxes[Math.floor(k / layer.inputs)].y];
    if (from.shared) return drawBundle(pen, from, to);
    const weights = state.run.parameters.subarray(layer.weights, layer.weights + count);
    drawWeights(pen, weights, ends);
    if ($("gradients").checked && state.run.steps) drawFlows(pen, state.run.gradient.subarray(layer.weights, layer.weights + count), ends, now);
  });
}
function drawBundle(pen, from, to) {
  pen.strokeStyle = css(colours.line);
  pen.lineWidth = 1;
  pen.beginPath();
  for (const { y } of to.boxes) bent(pen, from.x + from.size, from.boxes[0].y, to.x, y);
  pen.stroke();
}
function drawWeights(pen, weights, ends) {
  const most = largest(weights), thin = weights.length > 150 ? 0.75 : 1;
  const paths = Array.from({ length: 2 * SHADES }, () => new Path2D());
  weights.forEach((w, k) => {
    const shade = Math.min(SHADES - 1, Math.floor((SHADES * Math.abs(w)) / most));
    bent(paths[shade + (w < 0 ? SHADES : 0)], ...ends(k));
  });
  for (let shade = 0; shade < SHADES; shade++) {
    const size = (shade + 0.5) / SHADES;
    pen.lineWidth = (0.4 + 3.6 * size) * thin;
    for (const [k, colour] of [colours.positive, colours.negative].entries()) {
      pen.strokeStyle = css(colour, 0.12 + 0.75 * size);
      pen.stroke(paths[shade + k * SHADES]);
    }
  }
}
/** Dots that run back along the lines: larger for a steeper gradient. */
function drawFlows(pen, slopes, ends, now) {
  const steepest = largest(slopes), sorted = [...slopes.keys()].sort((a, b) => Math.abs(slopes[b]) - Math.abs(slopes[a]));
  const phase = calm.matches ? 0.5 : (now / 900) % 1;
  pen.fillStyle = css(colours.flow);
  for (const k of sorted.slice(0, FLOWS)) {
    const size = Math.abs(slopes[k]) / steepest, [x0, y0, x1, y1] = ends(k);
    if (size < 0.08) break;
    for (let dot = 0; dot < 4; dot++) {
      const t = 1 - ((dot + phase + k * 0.37) % 4) / 4, s = t * t * (3 - 2 * t), radius = 0.8 + 1.7 * size;
      pen.fillRect(x0 + across(t) * (x1 - x0) - radius, y0 + s * (y1 - y0) - radius, 2 * radius, 2 * radius);
    }
  }
}
const largest = (numbers) => numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-300);
// A Bézier curve whose control points are in the middle: how far across it is at t, from 0 to 1.
const across = (t) => 1.5 * t * (1 - t) + t * t * t;
function bent(path, x0, y0, x1, y1) {
  const middle = (x0 + x1) / 2;
  path.moveTo(x0, y0);
  path.bezierCurveTo(middle, y0, middle, y1, x1, y1);
}
