// ---- The boxes of the network: what each unit says, whether it is dead, its numbers --------------

const tiles = new Map(); // by unit, the small canvases
const tileOf = (key) => {
  if (!tiles.has(key)) tiles.set(key, document.createElement("canvas"));
  return tiles.get(key);
};
let under = null; // the numbers of the program for the example under the pointer
const isLast = (unit) => unit.layer === hidden.length;

/** A unit over the plane, as a curve, or as a picture, whichever fits the inputs. */
function drawInside(pen, at, { shared }, { unit }, k, found, points) {
  pen.fillStyle = css(colours.card);
  pen.fillRect(at.x, at.y, at.size, at.size);
  pen.imageSmoothingEnabled = !problem.image;
  if (problem.image) return drawInsideOfPicture(pen, at, unit, k);
  if (layers[0].inputs === 1) return unit ? found && smallCurve(pen, unit, found, points, at.x, at.y, at.size) : diagonal(pen, at);
  if (!unit) return !shared && state.axes.includes(k) && drawTile(pen, at, `input ${k}`, (tile) => paintInput(tile, k === state.axes[0]));
  if (!found) return null;
  return drawTile(pen, at, `${unit.layer}.${k}`, (tile) => {
    if (isLast(unit) && isClasses && outputs > 1) paintOutput(tile, k, found, points);
    else paintUnit(tile, unit, found, points);
  });
}
/** With pictures as inputs: the picture, the weights of the first layer, and later the outputs. */
function drawInsideOfPicture(pen, at, unit, k) {
  if (!unit) return state.pointer && drawTile(pen, at, "picture", (tile) => paintPicture(tile, state.pointer, Math.max(...state.pointer, 1e-9)));
  if (unit.layer === 0 && !isLast(unit)) return drawTile(pen, at, `0.${k}`, (tile) => paintWeights(tile, k));
  if (!under) return null;
  const kind = outputs > 1 ? k : 1;
  pen.fillStyle = isLast(unit) && isClasses ? css(classColour(kind), 0.85 * probabilities(under, 1, 0)[kind]) : css(signed(under[rowOf(unit)]));
  return pen.fillRect(at.x, at.y, at.size, at.size);
}
function drawTile(pen, { x, y, size }, key, paintInto) {
  paintInto(tileOf(key));
  pen.drawImage(tileOf(key), x, y, size, size);
}
function diagonal(pen, { x, y, size }) {
  pen.strokeStyle = css(colours.backward);
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(x, y + size - 2);
  pen.lineTo(x + size, y + 2);
  pen.stroke();
}
/** An input over the plane: it grows to the right, or upwards. */
function paintInput(tile, isAcross) {
  paint(tile, 16, (p, colour) => signed(isAcross ? (p % 16) / 7.5 - 1 : 1 - Math.floor(p / 16) / 7.5, colour));
}
function paintOutput(tile, k, found, { size, count }) {
  const to = classColour(k);
  paint(tile, size, (at, colour) => {
    const p = probabilities(found, count, at)[k];
    for (let c = 0; c < 3; c++) colour[c] = colours.card[c] + 0.85 * p * (to[c] - colours.card[c]);
  });
}

/** A border that says whether the unit is chosen, dead or saturated. */
function drawBorder(pen, { x, y, size }, unit) {
  const health = unit && !isLast(unit) ? state.health[layers[unit.layer].unit + unit.neuron] : "";
  const chosen = state.chosen && unit && state.chosen.layer === unit.layer && state.chosen.neuron === unit.neuron;
  pen.strokeStyle = css(chosen ? colours.ink : health ? colours.backward : colours.faint, chosen || health ? 1 : 0.6);
  pen.lineWidth = chosen ? 2.5 : health ? 2 : 1;
  pen.setLineDash(health === "saturated" ? [4, 2] : []);
  pen.strokeRect(x, y, size, size);
  pen.setLineDash([]);
  if (health !== "dead") return;
  pen.beginPath();
  pen.moveTo(x, y); pen.lineTo(x + size, y + size);
  pen.moveTo(x + size, y); pen.lineTo(x, y + size);
  pen.stroke();
}

// ---- Names and numbers beside the boxes ----------------------------------------------------------

const shortened = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function drawInputLabel(pen, { x, y, size }, name, k) {
  const numbered = state.pointer && state.pointer.length <= WIDEST, middle = y + size / 2;
  pen.font = FONT;
  pen.fillStyle = css(colours.ink);
  pen.textAlign = "right";
  pen.fillText(shortened(name, x < 74 ? 7 : 11), x - 5, middle + (numbered ? -1 : 4));
  if (numbered) pen.fillText(shown(state.pointer[k]), x - 5, middle + 11);
}
function drawUnitLabel(pen, { x, y, size }, unit, k) {
  const middle = y + size / 2;
  pen.font = FONT;
  pen.fillStyle = css(colours.ink);
  if (isLast(unit)) {
    pen.textAlign = "left";
    pen.fillText(nameOfOutput(k), x + size + 5, middle + (under ? -1 : 4));
    if (under) pen.fillText(numberOfOutput(k), x + size + 5, middle + 11);
  } else if (under && size >= 22) {
    const text = under[rowOf(unit)].toFixed(2), wide = pen.measureText(text).width + 4;
    pen.textAlign = "center";
    pen.fillStyle = css(colours.card, 0.85);
    pen.fillRect(x + size / 2 - wide / 2, middle - 7, wide, 14);
    pen.fillStyle = css(colours.ink);
    pen.fillText(text, x + size / 2, middle + 4);
  }
}
function nameOfOutput(k) {
  if (!isClasses) return shortened(state.material.target, 9);
  return problem.task === "margin" ? "output" : shortened(state.material.classes[outputs > 1 ? k : 1], 12);
}
/** What an output says of the example under the pointer. */
function numberOfOutput(k) {
  if (problem.task === "margin") return shown(under[1]);
  return isClasses ? percent(probabilities(under, 1, 0)[outputs > 1 ? k : 1]) : shown(predicted(under, 1, 0));
}
