// ---- The network: each unit with its own plane, weights as lines, gradients that flow back -------

const tiles = new Map(); // by unit, the small canvases
const tileOf = (key) => {
  if (!tiles.has(key)) tiles.set(key, document.createElement("canvas"));
  return tiles.get(key);
};
const WIDEST = 12; // inputs that have a box each; more share one

/** The columns of boxes: { kind, x, size, boxes: [{ y, unit, name }] }, from the inputs on. */
function columnsOf(width, height) {
  const names = state.material.inputs, shared = problem.image || names.length > WIDEST;
  const counts = [shared ? 1 : names.length, ...layers.map((layer) => layer.neurons)];
  const slim = width < 450, left = problem.image ? 8 : slim ? 48 : 74, right = slim ? 60 : 84;
  const gap = (width - left - right) / counts.length;
  return counts.map((count, c) => {
    const most = (height - 24) / count, size = Math.max(9, Math.min(40, most - Math.min(6, most / 5), gap * (slim ? 0.5 : 0.62)));
    const own = c === 0 && problem.image ? Math.min(96, gap * 0.8) : size, step = Math.min(most, own + 16);
    const x = c === counts.length - 1 ? width - right - own : left + c * gap * (counts.length / (counts.length - 0.35));
    const boxes = Array.from({ length: count }, (_, k) => ({
      y: (height + 14) / 2 + (k - (count - 1) / 2) * step,
      unit: c ? { layer: c - 1, neuron: k } : null,
      name: c ? "" : shared ? `${names.length} inputs` : names[k],
    }));
    return { x, size: own, boxes, shared: c === 0 && shared };
  });
}

let laid = []; // where the boxes were drawn last, for the pointer

function drawGraph(found, points, now) {
  const { pen, width, height } = brush($("graph")), columns = columnsOf(width, height);
  laid = columns;
  drawLines(pen, columns, now);
  const small = found && layers[0].inputs > 1 && !problem.image;
  columns.forEach((column, c) => column.boxes.forEach((box, k) => drawBox(pen, column, box, c, k, found, points, small)));
  pen.font = '11px system-ui, "DejaVu Sans", sans-serif';
  pen.fillStyle = css(colours.faint);
  pen.textAlign = "center";
  columns.forEach(({ x, size }, c) => {
    const text = c === 0 ? (problem.image ? "picture" : "inputs") : c === columns.length - 1 ? "output" : `layer ${c}`;
    pen.fillText(text, x + size / 2, 11);
  });
}

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

function drawBox(pen, { x, size, shared }, box, c, k, found, points, small) {
  const top = box.y - size / 2, { unit } = box, health = unit && c <= hidden.length ? state.health[layers[c - 1].unit + k] : "";
  pen.fillStyle = css(colours.card);
  pen.fillRect(x, top, size, size);
  pen.imageSmoothingEnabled = !problem.image;
  if (problem.image && (c === 0 || c === 1)) {
    const tile = tileOf(`${c}.${k}`);
    if (c === 0 && state.pointer) paintPicture(tile, state.pointer, Math.max(...state.pointer, 1e-9));
    if (c === 1) paintWeights(tile, k);
    if (c === 1 || state.pointer) pen.drawImage(tile, x, top, size, size);
  } else if (unit && small) {
    const tile = tileOf(`${c}.${k}`);
    if (c === layers.length && isClasses && outputs > 1) paintOutput(tile, k, found, points);
    else paintUnit(tile, unit, found, points);
    pen.drawImage(tile, x, top, size, size);
  } else if (unit && problem.image && under) {
    const last = c === layers.length, p = last ? probabilities(under, 1, 0)[outputs > 1 ? k : 1] : 0;
    pen.fillStyle = last ? css(classColour(outputs > 1 ? k : 1), 0.85 * p) : css(signed(under[rowOf(unit)]));
    pen.fillRect(x, top, size, size);
  } else if (!unit && layers[0].inputs === 1) diagonal(pen, x, top, size);
  else if (unit && found && !problem.image) smallCurve(pen, unit, found, points, x, top, size);
  else if (!unit && layers[0].inputs > 1 && state.axes.includes(k) && !shared) {
    const tile = tileOf(`${c}.${k}`), across = k === state.axes[0];
    paint(tile, 16, (p, colour) => signed(across ? (p % 16) / 7.5 - 1 : 1 - Math.floor(p / 16) / 7.5, colour));
    pen.drawImage(tile, x, top, size, size);
  }
  const chosen = state.chosen && unit && state.chosen.layer === unit.layer && state.chosen.neuron === unit.neuron;
  pen.strokeStyle = css(chosen ? colours.ink : health ? colours.backward : colours.faint, chosen || health ? 1 : 0.6);
  pen.lineWidth = chosen ? 2.5 : health ? 2 : 1;
  pen.setLineDash(health === "saturated" ? [4, 2] : []);
  pen.strokeRect(x, top, size, size);
  pen.setLineDash([]);
  if (health === "dead") {
    pen.beginPath();
    pen.moveTo(x, top); pen.lineTo(x + size, top + size);
    pen.moveTo(x + size, top); pen.lineTo(x, top + size);
    pen.stroke();
  }
  labels(pen, x, size, box, c, k);
}
function diagonal(pen, x, y, size) {
  pen.strokeStyle = css(colours.backward);
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(x, y + size - 2);
  pen.lineTo(x + size, y + 2);
  pen.stroke();
}
function paintOutput(tile, k, found, { size, count }) {
  const to = classColour(k);
  paint(tile, size, (at, colour) => {
    const p = probabilities(found, count, at)[k];
    for (let c = 0; c < 3; c++) colour[c] = colours.card[c] + 0.85 * p * (to[c] - colours.card[c]);
  });
}

let under = null; // the numbers of the program for the example under the pointer

function labels(pen, x, size, { y, unit, name }, c, k) {
  pen.font = '11px system-ui, "DejaVu Sans", sans-serif';
  pen.fillStyle = css(colours.ink);
  if (!unit) {
    pen.textAlign = "right";
    if (!problem.image) pen.fillText(shortened(name, x < 74 ? 7 : 11), x - 5, y + (state.pointer && name && state.pointer.length <= WIDEST ? -1 : 4));
    if (state.pointer && !problem.image && state.pointer.length <= WIDEST) number(pen, shown(state.pointer[k]), x - 5, y + 11);
    return;
  }
  pen.textAlign = "left";
  const last = c === layers.length;
  if (last) {
    const text = !isClasses ? shortened(state.material.target, 9) : problem.task === "margin" ? "output" : shortened(state.material.classes[outputs > 1 ? k : 1], 12);
    pen.fillText(text, x + size + 5, y + (under ? -1 : 4));
    if (under) number(pen, saidOf(k), x + size + 5, y + 11);
  } else if (under && size >= 22) {
    pen.textAlign = "center";
    const text = under[rowOf(unit)].toFixed(2), wide = pen.measureText(text).width + 4;
    pen.fillStyle = css(colours.card, 0.85);
    pen.fillRect(x + size / 2 - wide / 2, y - 7, wide, 14);
    number(pen, text, x + size / 2, y + 4);
  }
}
/** What an output says of the example under the pointer. */
function saidOf(k) {
  if (problem.task === "margin") return shown(under[1]);
  return isClasses ? percent(probabilities(under, 1, 0)[outputs > 1 ? k : 1]) : shown(predicted(under, 1, 0));
}
function number(pen, text, x, y) {
  pen.fillStyle = css(colours.ink);
  pen.fillText(text, x, y);
}
const shortened = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** The unit at a place on the canvas; null if there is none. */
function unitAt(x, y) {
  for (const { x: left, size, boxes } of laid) {
    for (const { y: middle, unit } of boxes) {
      if (unit && Math.abs(x - left - size / 2) <= size / 2 + 3 && Math.abs(y - middle) <= size / 2 + 2) return unit;
    }
  }
  return null;
}

/** What is to know about the chosen unit, as text. */
function unitText(unit) {
  const layer = layers[unit.layer], { parameters, gradient } = state.run, { inputs, weights, biases } = layer;
  const own = [...parameters.subarray(weights + unit.neuron * inputs, weights + (unit.neuron + 1) * inputs)];
  const some = own.slice(0, 6).map(shown).join(", "), health = unit.layer < hidden.length ? state.health[layer.unit + unit.neuron] : "";
  const parts = [`weights ${some}${own.length > 6 ? ", …" : ""}`];
  if (layer.bias) parts.push(`bias ${shown(parameters[biases + unit.neuron])}`);
  if (state.run.steps && layer.bias) parts.push(`gradient of the bias ${shown(gradient[biases + unit.neuron])}`);
  if (under) parts.push(`output at the pointer ${shown(under[rowOf(unit)])}`);
  if (health === "dead") parts.push("dead: 0 for every training example, so no gradient reaches its weights");
  if (health === "saturated") parts.push("saturated: on most training examples its derivative is close to 0");
  return parts.join("; ");
}
