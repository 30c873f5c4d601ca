// ---- The table, the story, the list: long ones show the part around what is at hand -------------

const WINDOW = 120, MARGIN = 20;
// The part to show; the one that is shown already, where the centre lies well inside it.
function windowed(count, centre, now) {
  const inside = now >= 0 && centre >= Math.min(now + MARGIN, count) && centre < now + WINDOW - MARGIN;
  const atEdge = (now === 0 && centre < MARGIN) || (now >= 0 && now + WINDOW >= count && centre >= count - MARGIN);
  const first = inside || atEdge ? now : Math.max(0, Math.min(centre - WINDOW / 2, count - WINDOW));
  return [first, Math.min(count, first + WINDOW)];
}

const tableOf = nodes.map((n, i) => i).filter((i) => !nodes[i].constant);
const rowAt = new Map(tableOf.map((i, place) => [i, place]));
let rows = new Map(), rowsFrom = -1;

function showRows(slopes) {
  const { via, into } = marks(), centre = into !== null ? into : via !== null ? via : chosen;
  const [first, end] = windowed(tableOf.length, rowAt.get(centre) || 0, rowsFrom);
  if (first !== rowsFrom) {
    for (const r of rows.values()) fields.delete(r.field);
    rowsFrom = first;
    rows = new Map(tableOf.slice(first, end).map((i) => [i, row(i)]));
    $("rows").replaceChildren(...[...rows.values()].map((r) => r.element));
    const hidden = tableOf.length - rows.size;
    $("more-rows").textContent = hidden ? `${hidden.toLocaleString("en")} more Values before and after these.` : "";
  }
  $("h-gradient").textContent = walk.word;
  const started = begun(), known = touched();
  for (const [i, r] of rows) {
    r.element.classList.toggle("lit", i === via);
    r.element.classList.toggle("into", i === into);
    if (!r.field) say(r.data, dataOf(i));
    say(r.slope, slopes[i] && (started || slopes[i].value !== 0) ? slopes[i].text : "");
    r.slope.classList.toggle("untouched", !known.has(i));
  }
  for (const i of [via, centre]) if (rows.has(i)) keepInView($("rows"), rows.get(i).element);
}

function row(i) {
  const element = make("tr"), r = { element, data: make("td", "", "n"), slope: make("td", "", "n gradient") };
  const cell = make("td");
  cell.append(button(nodes[i].name, () => choose(i)));
  element.dataset.name = nodes[i].name;
  element.append(cell, make("td", nodes[i].how, "how"), r.data, r.slope);
  if (nodes[i].leaf && !data.fixed) r.data.append(r.field = newField(i));
  return r;
}

let items = new Map(), itemsFrom = -1, itemsOf = null;
function showList() {
  const [first, end] = windowed(walk.steps.length, at, itemsOf === walk ? itemsFrom : -1);
  if (first !== itemsFrom || itemsOf !== walk) {
    itemsFrom = first;
    itemsOf = walk;
    items = new Map();
    for (let k = first; k < end; k++) items.set(k, listItem(k));
    const before = first ? [make("li", `${first.toLocaleString("en")} earlier steps`, "note")] : [];
    const left = walk.steps.length - end;
    const after = left ? [make("li", `${left.toLocaleString("en")} later steps`, "note")] : [];
    $("steps").replaceChildren(...before, ...items.values(), ...after);
  }
  for (const [k, item] of items) {
    const b = item.firstChild, step = walk.steps[k];
    if (k === at) b.setAttribute("aria-current", "step");
    else if (b.hasAttribute("aria-current")) b.removeAttribute("aria-current");
    b.classList.toggle("later", k > at);
    say(b.lastChild, step.kind === "start" || (step.parts && predicting() && k > at) ? step.title : step.rule);
  }
  keepInView($("steps"), items.get(at));
}
function listItem(k) {
  const item = make("li"), b = button("", () => { stop(); go(k); });
  b.append(make("span", String(k)), make("span"));
  item.append(b);
  return item;
}

function keepInView(inside, element) {
  const box = inside.closest(".scroll");
  if (!element || !box) return;
  const top = element.offsetTop, bottom = top + element.offsetHeight, heading = box.querySelector("thead");
  const head = heading ? heading.offsetHeight : 8;
  if (top - head < box.scrollTop) box.scrollTop = top - head;
  else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight + 8;
}

function choose(i) {
  chosen = i;
  show();
}
// As far as the walk has come: the paths that have been walked, and their sum once it is complete.
function storyOf(i, slope) {
  const made = madeLine(i, dataOf(i)), upTo = walk.paths(i).filter((s) => walk.steps.indexOf(s) <= at);
  if (walk.forward) {
    const so = upTo.length ? `${upTo[0].parts[0]} so far: ${slope.text}` : "No derivative has reached it yet.";
    return [made, ...upTo.map((s) => words("forward from", { name: nodes[edges[s.edge].from].name, numbers: s.numbers })), so];
  }
  const lines = storyLines(walk, i), come = lines.slice(0, upTo.length);
  if (nodes[i].constant || at >= walk.complete[i]) return [made, ...come, lines[lines.length - 1]];
  return [made, ...come, begun() ? `${nodes[i].gradient} so far: ${slope.text}` : "No gradient flows yet."];
}
function showStory(slopes) {
  const list = make("ul");
  list.append(...storyOf(chosen, slopes[chosen]).map((line) => make("li", line)));
  $("h-story").textContent = `Gradient of ${nodes[chosen].name}`;
  $("story").replaceChildren(list);
}
