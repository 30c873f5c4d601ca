// ---- A nudge: move a leaf by h, and compare the change of the output with gradient × h -----------------

const longer = (x) => withPoint(significant(x, 10));
const EPSILON = 2 ** -52;

function nudge(i, h) {
  const output = (x) => valuesAt(nodes.map((_, k) => (k === i ? x : values.data[k]))).data[root];
  const at = values.data[i], before = values.data[root], gradient = gradientOf(i);
  const [after, finer, below] = [at + h, at + h / 10, at - h].map(output);
  const slope = (after - before) / h, difference = slope - gradient;
  const finerDifference = (finer - before) / (h / 10) - gradient;
  const noise = 4 * EPSILON * (Math.max(Math.abs(before), Math.abs(after)) / Math.abs(h) + Math.abs((at / h) * gradient));
  const kink = Math.abs(finerDifference) > Math.abs(difference) / 2;
  const reason = difference === 0 ? "none" : Math.abs(difference) <= noise ? "rounding" : kink ? "kink" : "bend";
  const numbers = { before: longer(before), after: longer(after), h: shown(h), slope: longer(slope), gradient: longer(gradient) };
  const names = { name: nodes[i].name, output: data.output, partial: nodes[i].gradient };
  const why = words(`nudge: ${reason}`, { finer: significant(finerDifference, 2), left: shown((before - below) / h) });
  return [
    words("nudge: moved", { ...names, ...numbers, at: shown(at), moved: longer(at + h) }),
    words("nudge: slope", numbers),
    words("nudge: gradient", { ...names, ...numbers }),
    words("nudge: prediction", { ...numbers, predicted: longer(gradient * h), change: longer(after - before) }),
    words("nudge: difference", { difference: significant(difference, 2), reason: why }),
  ].join("\n");
}
// The gradient of this pass alone, whatever was held before.
function gradientOf(i) {
  if (i === root) return 1;
  return backwardWalk(values).paths(i).reduce((sum, s) => sum + s.product, 0);
}

$("nudge").addEventListener("click", () => {
  const i = Number($("nudged").value), h = Number($("h").value), leaves = nodes.map((_, k) => values.data[k]);
  leaves[i] += h;
  try {
    const report = nudge(i, h);
    walkWith(valuesAt(leaves));
    chosen = i;
    changed(report.replace(/\s+/g, " "), laidOutReport(report));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say($("refused"), `${error.message} The numbers stay as they were.`);
  }
});
for (const i of data.fixed ? [] : leafOf) {
  const option = make("option", nodes[i].name);
  option.value = i;
  $("nudged").append(option);
}

// The first line, then the label and the text of each of the others; a line that goes on is joined.
function laidOutReport(report) {
  const [moved, ...lines] = report.replace(/\n {3,}/g, " ").split("\n"), list = make("dl");
  for (const line of lines) {
    const [, label, text] = line.match(/^ *(\w+) +(.*)$/);
    list.append(make("dt", label), make("dd", text));
  }
  return [make("p", moved), list];
}
