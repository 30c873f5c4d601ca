// ---- The plane of two inputs: what the network says at each point, and the examples --------------

const COARSE = 40, FINE = 100; // points along a side, while it trains and at rest

/** The range of input i over all examples, with a margin, in the units of the table. */
function rangeOf(i) {
  const all = setOr().raw.flatMap(({ rows }) => rows.map((row) => row[i]));
  const first = problem.training.rows.map((row) => row[i]);
  const values = all.length > 1 ? all : first;
  const low = Math.min(...values), high = Math.max(...values), margin = 0.1 * (high - low) || 1;
  return [low - margin, high + margin];
}

let grid = null; // the inputs of the points, and which set, axes and size they are for
function gridOf(size) {
  const set = setOr(), [a, b] = state.axes;
  if (grid && grid.set === state.set && grid.size === size && grid.a === a && grid.b === b) return grid;
  const count = size * size, width = layers[0].inputs, x = new Float64Array(width * count);
  const ranges = grid && grid.a === a && grid.b === b && state.material.byHand ? grid.ranges : [rangeOf(a), rangeOf(b)];
  const { rows } = set.data.training;
  for (let i = 0; i < width; i++) x.fill(rows.length ? rows.reduce((sum, row) => sum + row[i], 0) / rows.length : 0, i * count, (i + 1) * count);
  const scaled = (i, v) => (set.scaling ? (v - set.scaling.mean[i]) / set.scaling.deviation[i] : v);
  for (let k = 0; k < count; k++) {
    const col = k % size, row = Math.floor(k / size), part = (at, [low, high]) => low + ((at + 0.5) / size) * (high - low);
    x[a * count + k] = scaled(a, part(col, ranges[0]));
    x[b * count + k] = scaled(b, part(size - 1 - row, ranges[1]));
  }
  grid = { set: state.set, size, a, b, x, ranges, count };
  return grid;
}

/** A unit's numbers over the plane as colours from -1 to 1, or null for the colours of classes. */
function levels(unit, found, count) {
  const row = rowOf(unit), values = found.subarray(row * count, (row + 1) * count), last = unit.layer === hidden.length;
  const { middle, unsaturated } = last ? { middle: 0, unsaturated: null } : problem.activations[state.settings.activation];
  if (last && !isClasses) {
    const { labels } = setOr().data.training, low = Math.min(...labels, 0), high = Math.max(...labels, 0), half = (high - low) / 2 || 1;
    return (k) => (values[k] - (low + half)) / half;
  }
  if (last) return (k) => Math.tanh(values[k] / 2);
  const size = unsaturated ? unsaturated / Math.sqrt(0.95) : values.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-9);
  return (k) => (values[k] - middle) / size;
}

/** Paint the points of the plane into a small canvas, one pixel each. */
function paint(canvas, size, colourOf) {
  if (canvas.width !== size) canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d"), image = pen.createImageData(size, size), colour = [0, 0, 0];
  for (let k = 0; k < size * size; k++) {
    colourOf(k, colour);
    for (let c = 0; c < 3; c++) image.data[4 * k + c] = colour[c];
    image.data[4 * k + 3] = 255;
  }
  pen.putImageData(image, 0, 0);
}
function paintUnit(canvas, unit, found, { size, count }, strength = 0.85) {
  const level = levels(unit, found, count);
  paint(canvas, size, (k, colour) => signed(level(k), colour, strength));
}
function paintClasses(canvas, found, { size, count }) {
  paint(canvas, size, (k, colour) => {
    const p = probabilities(found, count, k), best = p.indexOf(Math.max(...p)), to = classColour(best);
    const t = 0.45 * Math.max(0, (p[best] - 1 / p.length) / (1 - 1 / p.length)) + 0.05;
    for (let c = 0; c < 3; c++) colour[c] = colours.card[c] + t * (to[c] - colours.card[c]);
  });
}

/** The two inputs that tell most: those whose means differ most between the classes, or that go
 *  most with the target, in units of their deviation. */
function tellingInputs() {
  const { data: { training } } = state.set, { rows, labels } = training, all = [...rows.keys()];
  const mean = (of, f) => of.reduce((sum, k) => sum + f(k), 0) / of.length;
  const classes = [...new Set(isClasses ? labels : [])].map((c) => all.filter((k) => labels[k] === c));
  const strength = rows[0].map((_, i) => {
    const centre = mean(all, (k) => rows[k][i]), spread = mean(all, (k) => (rows[k][i] - centre) ** 2) || 1;
    if (!isClasses) return mean(all, (k) => (rows[k][i] - centre) * labels[k]) ** 2 / spread;
    return classes.reduce((sum, of) => sum + of.length * (mean(of, (k) => rows[k][i]) - centre) ** 2, 0) / spread;
  });
  const order = [...strength.keys()].sort((a, b) => strength[b] - strength[a]).slice(0, 2);
  return order.length < 2 ? [0, 1] : order.sort((a, b) => a - b);
}

// ---- The large picture ---------------------------------------------------------------------------

const large = document.createElement("canvas");
const FRAME = { left: 46, right: 12, top: 10, bottom: 34 };

function placesOf(width, height, ranges) {
  const inner = { w: width - FRAME.left - FRAME.right, h: height - FRAME.top - FRAME.bottom };
  return {
    inner,
    x: (v) => FRAME.left + ((v - ranges[0][0]) / (ranges[0][1] - ranges[0][0])) * inner.w,
    y: (v) => FRAME.top + (1 - (v - ranges[1][0]) / (ranges[1][1] - ranges[1][0])) * inner.h,
    back: (x, y) => [
      ranges[0][0] + ((x - FRAME.left) / inner.w) * (ranges[0][1] - ranges[0][0]),
      ranges[1][0] + (1 - (y - FRAME.top) / inner.h) * (ranges[1][1] - ranges[1][0]),
    ],
  };
}

function drawPlane(found, points) {
  const { pen, width, height } = brush($("plane")), { ranges, size, count } = points, places = placesOf(width, height, ranges);
  const { inner } = places, [a, b] = state.axes;
  if (found) {
    if (state.chosen || (isClasses && outputs === 1) || !isClasses) paintUnit(large, state.chosen ?? { layer: hidden.length, neuron: 0 }, found, points, 0.5);
    else paintClasses(large, found, points);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(large, FRAME.left, FRAME.top, inner.w, inner.h);
    if (isClasses && !state.chosen) boundary(pen, found, size, count, inner);
  }
  axes(pen, ranges, places, width, height, state.material.inputs[a], state.material.inputs[b]);
  const sets = setOr().raw;
  if (!$("hide-held").checked) sets[1].rows.forEach((row, k) => point(pen, places, row, sets[1].labels[k], true));
  sets[0].rows.forEach((row, k) => point(pen, places, row, sets[0].labels[k], false));
  if (state.pointer) cross(pen, places.x(state.pointer[a]), places.y(state.pointer[b]), inner);
}
function point(pen, places, row, label, held) {
  const [a, b] = state.axes, x = places.x(row[a]), y = places.y(row[b]);
  if (isClasses) return mark(pen, x, y, label, held);
  const { labels } = problem.training, low = Math.min(...labels), high = Math.max(...labels);
  pen.beginPath();
  pen.arc(x, y, 4.5, 0, 2 * Math.PI);
  pen.fillStyle = css(signed((2 * (label - low)) / (high - low || 1) - 1));
  pen.strokeStyle = css(colours.ink, held ? 1 : 0.5);
  pen.lineWidth = held ? 2 : 0.8;
  pen.fill();
  pen.stroke();
}
function cross(pen, x, y, inner) {
  pen.strokeStyle = css(colours.ink, 0.6);
  pen.lineWidth = 1;
  pen.setLineDash([3, 3]);
  pen.beginPath();
  pen.moveTo(FRAME.left, y); pen.lineTo(FRAME.left + inner.w, y);
  pen.moveTo(x, FRAME.top); pen.lineTo(x, FRAME.top + inner.h);
  pen.stroke();
  pen.setLineDash([]);
}

/** Numbers along an axis at round steps. */
function ticks([low, high], most = 5) {
  const rough = (high - low) / most, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((k) => k * power >= rough) * power, found = [];
  for (let v = Math.ceil(low / step) * step; v <= high + step / 1e6; v += step) found.push(Math.abs(v) < step / 1e6 ? 0 : v);
  return found;
}
function axes(pen, ranges, places, width, height, nameX, nameY) {
  const { inner } = places;
  pen.font = FONT;
  pen.fillStyle = css(colours.faint);
  pen.strokeStyle = css(colours.line);
  pen.lineWidth = 1;
  pen.strokeRect(FRAME.left, FRAME.top, inner.w, inner.h);
  pen.textAlign = "center";
  for (const v of ticks(ranges[0])) pen.fillText(shown(v), places.x(v), height - FRAME.bottom + 13);
  pen.fillText(nameX, FRAME.left + inner.w / 2, height - 5, inner.w);
  pen.textAlign = "right";
  for (const v of ticks(ranges[1])) pen.fillText(shown(v), FRAME.left - 5, places.y(v) + 4);
  pen.save();
  pen.translate(10, FRAME.top + inner.h / 2);
  pen.rotate(-Math.PI / 2);
  pen.textAlign = "center";
  pen.fillText(nameY, 0, 0, inner.h);
  pen.restore();
}

/** The line between classes: the contour of the margin of the best class over the next one. */
function boundary(pen, found, size, count, inner) {
  const place = (at) => (at + 0.5) / size, lines = new Path2D();
  const decision = (k) => DECISIONS[problem.task](found, count, k, outputs);
  const margin = (one, other) => (k) => (outputs === 1 ? found[count + k] : found[(1 + one) * count + k] - found[(1 + other) * count + k]);
  for (let row = 0; row < size - 1; row++) {
    for (let col = 0; col < size - 1; col++) {
      const corners = [row * size + col, row * size + col + 1, (row + 1) * size + col + 1, (row + 1) * size + col];
      const kinds = corners.map(decision), one = kinds[0], other = kinds.find((k) => k !== one);
      if (other === undefined) continue;
      const at = margin(one, other), crossing = [];
      for (let e = 0; e < 4; e++) {
        const from = corners[e], to = corners[(e + 1) % 4];
        if (kinds[e] === kinds[(e + 1) % 4]) continue;
        const u = at(from), v = at(to), t = u === v ? 0.5 : Math.min(1, Math.max(0, u / (u - v)));
        crossing.push([place((from % size) + t * ((to % size) - (from % size))), place(Math.floor(from / size) + t * (Math.floor(to / size) - Math.floor(from / size)))]);
      }
      for (let e = 0; e + 1 < crossing.length; e += 2) {
        lines.moveTo(FRAME.left + crossing[e][0] * inner.w, FRAME.top + crossing[e][1] * inner.h);
        lines.lineTo(FRAME.left + crossing[e + 1][0] * inner.w, FRAME.top + crossing[e + 1][1] * inner.h);
      }
    }
  }
  pen.strokeStyle = css(colours.ink);
  pen.lineWidth = 1.6;
  pen.stroke(lines);
}
