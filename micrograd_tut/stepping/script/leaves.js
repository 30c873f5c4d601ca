// ---- The numbers of the leaves: typed, dragged, or changed by keys -------------------------------------

const MOST_LEAVES = 8, PIXELS = 4; // in the line under the formula; of a drag for one unit
const leafOf = nodes.flatMap((n, i) => (n.leaf && !n.constant ? [i] : []));
const fields = new Set();

// About a hundredth of a number, as a power of ten: what one press of a key changes.
function unitOf(x) {
  const size = Math.abs(x);
  return size < 1e-9 ? 0.1 : 10 ** (Math.floor(Math.log10(size)) - 1);
}
const rounded = (x, unit) => Number((Math.round(x / unit) * unit).toPrecision(12));

// A text field that is also dragged sideways and steps by the up and down keys.
function leafField(i) {
  const field = make("input", "", "leaf"), { name } = nodes[i];
  let grip = null;
  const now = () => values.data[i];
  const step = (units) => changeLeaf(i, rounded(now() + units * unitOf(now()), unitOf(now())), field);
  const fill = () => {
    field.value = shown(now());
    field.size = Math.max(3, field.value.length);
    field.setAttribute("aria-valuenow", now());
    field.setAttribute("aria-valuetext", shown(now()));
  };
  const keys = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
  Object.assign(field, { autocomplete: "off", inputMode: "text", title: "Drag sideways, type, or use the up and down keys", fill });
  field.setAttribute("role", "spinbutton");
  field.setAttribute("aria-label", `number of ${name}`);
  field.addEventListener("keydown", (event) => {
    if (event.key in keys) { event.preventDefault(); step(keys[event.key]); field.select(); }
    if (event.key === "Escape") fill();
    if (event.key === "Enter") field.dispatchEvent(new Event("change"));
  });
  field.addEventListener("change", () => {
    if (field.value === shown(now())) return;
    const x = parsed(field.value);
    if (Number.isFinite(x)) changeLeaf(i, x, field);
    else refuse(field, "Enter a number or a fraction, such as -1.5 or 3/4.");
  });
  field.addEventListener("pointerdown", (event) => {
    if (document.activeElement === field || event.button) return;
    event.preventDefault(); // or a drag would select the text
    grip = { x: event.clientX, number: now(), unit: unitOf(now()), moved: false };
    field.setPointerCapture(event.pointerId);
  });
  field.addEventListener("pointermove", (event) => {
    if (!grip) return;
    const units = Math.round((event.clientX - grip.x) / PIXELS);
    grip.moved = grip.moved || units !== 0;
    if (grip.moved) changeLeaf(i, rounded(grip.number + units * grip.unit, grip.unit), field);
  });
  field.addEventListener("pointerup", () => {
    if (grip && !grip.moved) field.select();
    grip = null;
  });
  field.addEventListener("pointercancel", () => { grip = null; });
  fill();
  return field;
}

function changeLeaf(i, x, field) {
  if (x === values.data[i]) return field.fill();
  const leaves = nodes.map((n, k) => (k === i ? x : values.data[k]));
  try {
    walkWith(valuesAt(leaves));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return refuse(field, `With ${nodes[i].name} = ${shown(x)}: ${error.message} The numbers stay as they were.`);
  }
  changed(`${nodes[i].name} = ${shown(x)}`);
}
function refuse(field, why) {
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", "refused");
  if (document.activeElement !== field) field.fill();
  say($("refused"), why);
}
function changed(what, report = []) {
  stop();
  say($("refused"), "");
  for (const field of fields) for (const name of ["aria-invalid", "aria-describedby"]) field.removeAttribute(name);
  $("report").replaceChildren(...report);
  $("report").hidden = !report.length;
  show();
  say($("live"), `${what}: ${resultText()}`);
}
// Who is asked to predict the output does not see it before.
const resultText = () => `${data.output} = ${predicting() && !computed(root) ? "?" : shown(values.data[root])}`;
function showLeaves() {
  for (const field of fields) if (field.isConnected) field.fill();
  say($("result"), resultText());
  $("reset").disabled = values === original;
}
function newField(i) {
  const field = leafField(i);
  fields.add(field);
  return field;
}

function resetLeaves() {
  walkWith(original);
  changed("The numbers are those of the beginning");
}
$("reset").addEventListener("click", resetLeaves);
if (data.fixed) {
  say($("more-leaves"), `The numbers cannot be changed on this page. ${data.fixed}`);
  for (const id of ["reset", "nudging", "result"]) $(id).hidden = true;
} else {
  for (const i of leafOf.slice(0, MOST_LEAVES)) {
    const label = make("label", `${nodes[i].name} = `);
    label.append(newField(i));
    $("leaves").append(label);
  }
  if (leafOf.length > MOST_LEAVES) say($("more-leaves"), `and ${counted(leafOf.length - MOST_LEAVES)} more in the table`);
}
