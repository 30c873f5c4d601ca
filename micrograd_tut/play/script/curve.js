// ---- One input: the network as a curve -----------------------------------------------------------

const ALONG = 160, PLAIN = 4; // points of the curve; the mark of examples without a class

function curveOf() {
  const set = setOr(), range = grid && grid.range && state.material.byHand ? grid.range : rangeOf(0), x = new Float64Array(ALONG);
  const at = Array.from({ length: ALONG }, (_, k) => range[0] + (k / (ALONG - 1)) * (range[1] - range[0]));
  at.forEach((v, k) => { x[k] = scaledRow([v], set.scaling)[0]; });
  grid = { range, at, x, count: ALONG };
  return grid;
}

function drawCurve(found, { range, at, count }) {
  const { pen, width, height } = brush($("plane")), sets = setOr().raw;
  const unit = state.chosen ?? { layer: hidden.length, neuron: 0 }, last = unit.layer === hidden.length;
  const value = last && !isClasses ? (k) => predicted(found, count, k)
    : last ? (k) => probabilities(found, count, k)[1] : (k) => found[rowOf(unit) * count + k];
  const labels = sets.flatMap((part) => part.labels), values = found ? at.map((_, k) => value(k)) : [];
  const all = last ? [...labels, ...(labels.length ? [] : values), ...(isClasses ? [0, 1] : [])] : values;
  const low = Math.min(...all), high = Math.max(...all), margin = 0.12 * (high - low) || 1;
  const ranges = [range, [low - margin, high + margin]], places = placesOf(width, height, ranges);
  const name = last ? (isClasses ? `probability of ${state.material.classes[1]}` : state.material.target) : `output of ${unitName(unit)}`;
  axes(pen, ranges, places, width, height, state.material.inputs[0], name);
  pen.save();
  pen.beginPath();
  pen.rect(FRAME.left, FRAME.top, places.inner.w, places.inner.h);
  pen.clip();
  if (last) {
    [1, 0].forEach((held) => sets[held].rows.forEach((row, k) => {
      if (held && $("hide-held").checked) return;
      mark(pen, places.x(row[0]), places.y(sets[held].labels[k]), isClasses ? sets[held].labels[k] : PLAIN, held === 1, 3.5);
    }));
  }
  pen.strokeStyle = css(colours.backward);
  pen.lineWidth = 2.5;
  pen.beginPath();
  values.forEach((v, k) => pen.lineTo(places.x(at[k]), places.y(v)));
  pen.stroke();
  pen.restore();
  if (state.pointer && found) {
    const [x] = state.pointer, k = Math.round(((x - range[0]) / (range[1] - range[0])) * (ALONG - 1));
    if (k >= 0 && k < ALONG) cross(pen, places.x(x), places.y(value(k)), places.inner);
  }
  grid.ranges = ranges;
}

/** A hidden unit over the range of the input, as a small curve in a box. */
function smallCurve(pen, unit, found, { count }, x, y, size) {
  const values = found.subarray(rowOf(unit) * count, (rowOf(unit) + 1) * count);
  const low = Math.min(0, ...values), high = Math.max(0, ...values), span = high - low || 1;
  pen.strokeStyle = css(colours.backward);
  pen.lineWidth = 1.5;
  pen.beginPath();
  for (let k = 0; k < count; k += 4) pen.lineTo(x + (k / (count - 1)) * size, y + size - 2 - ((values[k] - low) / span) * (size - 4));
  pen.stroke();
}
