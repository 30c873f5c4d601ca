// ---- The picture of the network: a box for each unit, a line for each weight ---------------------

const WIDEST = 12; // inputs that have a box each; more share one

/** The columns of boxes: { x, size, shared, boxes: [{ y, unit, name }] }, from the inputs on. */
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
  columns.forEach((column, c) => column.boxes.forEach((box, k) => {
    const at = { x: column.x, y: box.y - column.size / 2, size: column.size };
    drawInside(pen, at, column, box, k, found, points);
    drawBorder(pen, at, box.unit);
    if (box.unit) drawUnitLabel(pen, at, box.unit, k);
    else if (!problem.image) drawInputLabel(pen, at, box.name, k);
  }));
  pen.font = FONT;
  pen.fillStyle = css(colours.faint);
  pen.textAlign = "center";
  columns.forEach(({ x, size }, c) => {
    const text = c === 0 ? (problem.image ? "picture" : "inputs") : c === columns.length - 1 ? "output" : `layer ${c}`;
    pen.fillText(text, x + size / 2, 11);
  });
}

/** The unit at a place on the canvas; null if there is none. */
function unitAt(x, y) {
  for (const { x: left, size, boxes } of laid) {
    for (const { y: middle, unit } of boxes) {
      if (unit && Math.abs(x - left - size / 2) <= size / 2 + 3 && Math.abs(y - middle) <= size / 2 + 2) return unit;
    }
  }
  return null;
}
