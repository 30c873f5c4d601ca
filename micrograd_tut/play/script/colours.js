// ---- Colours, from the style of the page, and canvases -------------------------------------------

const colours = {};
const PALETTE = 10, FONT = '11px system-ui, "DejaVu Sans", sans-serif';

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const names = ["paper", "card", "ink", "faint", "line", "positive", "negative", "flow", "backward", ...Array.from({ length: PALETTE }, (_, k) => `class-${k}`)];
  for (const name of names) {
    const text = style.getPropertyValue(`--${name}`).trim();
    colours[name] = [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
  }
}
const css = ([r, g, b], alpha = 1) => `rgba(${r},${g},${b},${alpha})`;
const classColour = (k) => colours[`class-${k % PALETTE}`];

/** Between the card (0) and the colour of the sign (-1 or 1), as [r, g, b]. */
function signed(v, into = [0, 0, 0], strength = 0.85) {
  const t = Math.min(1, Math.abs(v)) * strength, to = v < 0 ? colours.negative : colours.positive;
  for (let k = 0; k < 3; k++) into[k] = colours.card[k] + t * (to[k] - colours.card[k]);
  return into;
}

/** A canvas at the size of its element, in pixels of the screen; it is cleared. */
function brush(canvas) {
  const ratio = Math.min(window.devicePixelRatio || 1, 2), { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width, height };
}

/** The mark of a class: a circle, a square, a triangle or a diamond; hollow in the held-out set. */
function mark(pen, x, y, k, held, radius = 4.5) {
  pen.beginPath();
  const corners = { 1: [4, Math.PI / 4], 2: [3, -Math.PI / 2], 3: [4, 0] }[k % 4];
  if (!corners) pen.arc(x, y, radius, 0, 2 * Math.PI);
  else {
    const [count, turn] = corners;
    for (let c = 0; c < count; c++) {
      const angle = turn + (2 * Math.PI * c) / count;
      pen.lineTo(x + 1.25 * radius * Math.cos(angle), y + 1.25 * radius * Math.sin(angle));
    }
    pen.closePath();
  }
  const colour = isClasses ? classColour(k) : colours.positive;
  pen.fillStyle = css(held ? colours.card : colour);
  pen.strokeStyle = css(held ? colour : colours.card);
  pen.lineWidth = held ? 2 : 1.2;
  pen.fill();
  pen.stroke();
}
