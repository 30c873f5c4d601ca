// ---- Inputs that are pixels: pictures, and first-layer weights as pictures -----------------------

const SHOWN = 24, SHOWN_NARROW = 12;

/** The pictures to show: held-out ones if there are any. */
function chosenPictures() {
  const { raw } = setOr(), part = raw[1].rows.length ? raw[1] : raw[0], { rows, labels } = part;
  return rows.slice(0, narrow.matches ? SHOWN_NARROW : SHOWN).map((row, k) => ({ row, label: labels[k] }));
}

function paintPicture(canvas, row, high) {
  const [down, across] = problem.image;
  canvas.width = across;
  canvas.height = down;
  const pen = canvas.getContext("2d"), image = pen.createImageData(across, down);
  row.forEach((v, k) => {
    for (let c = 0; c < 3; c++) image.data[4 * k + c] = colours.card[c] + Math.min(1, v / high) * (colours.ink[c] - colours.card[c]);
    image.data[4 * k + 3] = 255;
  });
  pen.putImageData(image, 0, 0);
}
/** The weights of a first-layer neuron: blue where a pixel raises its sum, orange where it lowers it. */
function paintWeights(canvas, neuron) {
  const { inputs, weights } = layers[0], own = state.run.parameters.subarray(weights + neuron * inputs, weights + (neuron + 1) * inputs);
  const [down, across] = problem.image, most = own.reduce((m, w) => Math.max(m, Math.abs(w)), 1e-9);
  canvas.width = across;
  canvas.height = down;
  const pen = canvas.getContext("2d"), image = pen.createImageData(across, down), colour = [0, 0, 0];
  own.forEach((w, k) => {
    signed(w / most, colour);
    for (let c = 0; c < 3; c++) image.data[4 * k + c] = colour[c];
    image.data[4 * k + 3] = 255;
  });
  pen.putImageData(image, 0, 0);
}

function makePictures() {
  const pictures = chosenPictures(), high = Math.max(...problem.training.rows.flat());
  $("pictures").replaceChildren(...pictures.map(({ row }) => {
    const item = make("li"), b = button("", () => look(row)), canvas = document.createElement("canvas");
    paintPicture(canvas, row, high);
    b.append(canvas, make("span", "picture: the network says ", "hidden"), make("span", "", "said"));
    b.addEventListener("pointerenter", () => look(row));
    item.append(b);
    return item;
  }));
}
function look(row) {
  state.pointer = row;
  redraw();
}
function drawPictures() {
  const pictures = chosenPictures(), buttons = [...$("pictures").querySelectorAll("button")], { classes } = state.material;
  const found = pictures.length ? numbersFor(pictures.map(({ row }) => row)) : null;
  if (!found) return;
  pictures.forEach(({ label }, k) => {
    const p = probabilities(found, pictures.length, k), best = p.indexOf(Math.max(...p)), right = best === label;
    const text = right ? classes[best] : `${classes[best]}, not ${classes[label]}`;
    say(buttons[k].querySelector(".said"), text);
    buttons[k].classList.toggle("wrong", !right);
  });
}
