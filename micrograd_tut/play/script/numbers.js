// ---- The numbers beside the pictures, and what is announced --------------------------------------

let announcedAt = 0;

function numbers() {
  const { run } = state, row = run.rows.at(-1) ?? {}, { best } = run;
  say($("epoch"), `${run.epoch}`);
  say($("steps"), `${run.steps}`);
  say($("loss"), shown(row.loss));
  say($("held-loss"), shown(row.heldLoss));
  say($("accuracy"), percent(row.accuracy));
  say($("held-accuracy"), percent(row.heldAccuracy));
  say($("best"), best ? `Best: epoch ${best.epoch}, ${row.heldLoss === undefined ? "loss" : "held-out loss"} ${shown(best.loss)}` : "Best: not yet");
  $("restore").disabled = !best;
  const dead = state.health.filter((h) => h === "dead").length, saturated = state.health.filter((h) => h === "saturated").length;
  const counted = [dead && `${dead} dead`, saturated && `${saturated} saturated`].filter(Boolean).join(", ");
  say($("health"), !units ? "" : counted ? `Of ${units} hidden neurons: ${counted}.` : "No hidden neuron is dead or saturated.");
  say($("failure"), state.failure);
  say($("unit-text"), state.chosen ? unitText(state.chosen) : "");
  if (document.activeElement !== $("unit")) $("unit").value = state.chosen ? `${state.chosen.layer},${state.chosen.neuron}` : "";
  say($("h-output"), problem.image ? "Pictures" : state.chosen ? `Output of ${unitName(state.chosen)}` : "Output of the network");
  say($("h-colours"), meaningOfColours());
  pointed();
  $("play").disabled = $("step").disabled = $("one-epoch").disabled = !state.set;
}

/** What the colours of the large picture mean. */
function meaningOfColours() {
  if (problem.image || layers[0].inputs === 1) return "";
  if (state.chosen && state.chosen.layer < hidden.length) {
    const { middle } = problem.activations[state.settings.activation];
    return `Blue: the output of this neuron is above ${middle}; orange: below.`;
  }
  return isClasses ? "Colour: the class that the network says here; pale where it is not sure." : "";
}

/** The numbers at the pointer. */
function pointed() {
  const { pointer, material } = state;
  if (!pointer || !under) return say($("pointed"), problem.image ? "Choose a picture to see the numbers." : "Point at the plane, or move over it with the arrow keys, to see the numbers.");
  const where = problem.image ? "" : `${pointer.slice(0, 6).map((x, i) => `${material.inputs[i]} ${shown(x)}`).join(", ")}${pointer.length > 6 ? ", …" : ""}: `;
  const p = isClasses && probabilities(under, 1, 0);
  const order = p ? p.map((_, k) => k).sort((a, b) => p[b] - p[a]).slice(0, 3) : [];
  const what = problem.task === "margin" ? `output ${shown(under[1])}, so ${material.classes[Number(under[1] >= 0)]}`
    : p ? order.map((k) => `${material.classes[k]} ${percent(p[k])}`).join(", ") : `${material.target} ${shown(predicted(under, 1, 0))}`;
  say($("pointed"), where + what);
}

function announce(now = performance.now()) {
  announcedAt = now;
  const row = state.run.rows.at(-1);
  if (!row) return;
  const held = row.heldLoss === undefined ? "" : `, held-out loss ${shown(row.heldLoss)}`;
  say($("live"), state.failure || `Epoch ${state.run.epoch}: loss ${shown(row.loss)}${held}${isClasses ? `, accuracy ${percent(row.heldAccuracy ?? row.accuracy)}` : ""}`);
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
