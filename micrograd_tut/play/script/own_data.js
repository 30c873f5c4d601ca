// ---- Data of one's own: a table that is read here and sent nowhere, or points placed by hand ------

let table = null; // the table that was read, for the choice of columns

async function readFile(file) {
  try {
    if (file.size > 5e6) throw new TableError(`${file.name} has ${Math.round(file.size / 1e6)} MB; at most 5 MB can be read here`);
    table = readTable(await file.text());
    offerColumns(file.name);
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    complain(`${file.name}: ${error.message}.`);
  }
}
function complain(text) {
  say($("own-said"), text);
  $("own-said").classList.toggle("wrong", true);
}

/** Choices for the inputs and the target; the columns of numbers and the last one to begin with. */
function offerColumns(name) {
  const needed = layers[0].inputs, numeric = numericColumns(table), last = table.names.length - 1;
  const usual = numeric.filter((i) => i !== last).slice(0, needed);
  if (numeric.length < needed) throw new TableError(`the network on this page has ${needed} input${needed === 1 ? "" : "s"}, but the table has ${numeric.length} column${numeric.length === 1 ? "" : "s"} of numbers`);
  while (usual.length < needed) usual.push(numeric.find((i) => !usual.includes(i)));
  const target = usual.includes(last) ? table.names.findIndex((_, i) => !usual.includes(i)) : last;
  const choice = (label, chosen, options) => {
    const select = document.createElement("select"), around = make("label", `${label} `);
    for (const i of options) {
      const option = make("option", table.names[i]);
      option.value = i;
      option.selected = i === chosen;
      select.append(option);
    }
    around.append(select);
    return around;
  };
  const every = table.names.map((_, i) => i), many = needed > 8;
  const chosen = many ? [] : usual.map((i, k) => choice(needed === 1 ? "input" : `input ${k + 1}`, i, numeric));
  const use = button("Use this table", () => useTable(many ? usual : [...$("columns").querySelectorAll("select")].slice(0, needed).map((s) => Number(s.value)), name));
  $("columns").replaceChildren(...chosen, choice("target", target, every), use);
  $("own-said").classList.remove("wrong");
  say($("own-said"), `${name}: ${table.rows.length} rows, ${table.names.length} columns. Choose what to learn, and use it.`);
  useTable(usual, name);
}
function useTable(inputs, name) {
  try {
    const target = Number([...$("columns").querySelectorAll("select")].at(-1).value);
    const found = examplesFrom(table, inputs, target, problem);
    const fraction = problem.fraction ?? 0.25;
    use({ ...given, ...found, held: null, fraction, own: true, name, scaling: null, targetScaling: null });
    $("own-said").classList.remove("wrong");
    say($("own-said"), `${name}: ${found.training.rows.length} examples, ${Math.round(100 * fraction)} % of them held out; inputs are standardised.`);
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    complain(`${name}: ${error.message}.`);
  }
}

/** Train on other examples from now on. */
function use(material) {
  state.material = material;
  state.pointer = null;
  grid = null;
  startAgain();
  describe();
  redraw();
}

// ---- Points placed by hand -----------------------------------------------------------------------

const canPlace = () => layers[0].inputs === 2 || (layers[0].inputs === 1 && !isClasses);

/** The examples as they are, as material whose points can be placed and removed. */
function byHand() {
  const { material } = state;
  if (material.byHand) return material;
  const { raw, scaling, targetScaling } = setOr();
  return { ...material, own: false, byHand: true, training: raw[0], held: raw[1], fraction: 0, scaling, targetScaling };
}
function place(x, y) {
  const material = byHand(), flat = layers[0].inputs === 1;
  const row = flat ? [x] : [x, y], label = flat ? y : isClasses ? Number($("class").value) : Number($("number").value) || 0;
  const { rows, labels } = material.training;
  edit({ ...material, training: { rows: [...rows, row], labels: [...labels, label] } });
}
/** Remove the training point that is nearest in the picture. */
function remove(x, y) {
  const material = byHand(), { rows, labels } = material.training, flat = layers[0].inputs === 1, [w, h] = grid.ranges.map(([a, b]) => b - a);
  const far = rows.map((row, k) => Math.hypot((row[0] - x) / w, ((flat ? labels[k] : row[1]) - y) / h)), nearest = far.indexOf(Math.min(...far));
  if (!(far[nearest] < 0.06)) return;
  edit({ ...material, training: { rows: rows.filter((_, k) => k !== nearest), labels: labels.filter((_, k) => k !== nearest) } });
}
/** Other points, the same run: the network goes on from where it is. */
function edit(material) {
  const { run } = state;
  state.material = material;
  state.set = material.training.rows.length ? prepared(material, problem, state.settings.seed) : null;
  run.data = setOr().data;
  run.breakOff();
  state.health = healthOf();
  describe();
  redraw();
}
function clearPoints() {
  const material = byHand();
  state.playing = false;
  edit({ ...material, training: { rows: [], labels: [] }, held: { rows: [], labels: [] } });
}
