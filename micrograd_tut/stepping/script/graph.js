// ---- The graph: one box for each Value, or in a folded picture for several -----------------------

$("graph").querySelector("desc").remove(); // it describes the graph after the last step
const all = (selector) => [...$("graph").querySelectorAll(selector)];
const placed = new Map(all(".node, .edge").map((g) => [g.classList.item(g.classList.length - 1), g]));
const boxOf = nodes.map((n) => placed.get(`node-${n.box}`));
const arrowOf = edges.map((e) => placed.get(`edge-${e.arrow}`) || null);
const computedIn = new Set(nodes.filter((n) => !n.leaf).map((n) => placed.get(`node-${n.box}`)));
for (const t of all(".node text")) {
  if (t.textContent.startsWith("data ") && (!data.folded || computedIn.has(t.parentNode))) t.classList.add("data");
  if (/^[‖━]/.test(t.textContent)) t.classList.add("grad");
}
const shafts = arrowOf.map((g) => g && g.querySelector("path"));

// An arrow as it is drawn with its head at either end: at the tail, from where a gradient flows on.
function endsOf(g, shaft) {
  const head = g && g.querySelector("polygon");
  if (!head) return null;
  const length = shaft.getTotalLength(), far = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);
  const [first, last] = [0, length].map((at) => shaft.getPointAtLength(at));
  const corners = [...head.points].slice(0, 3), centre = { x: 0, y: 0 };
  for (const { x, y } of corners) { centre.x += x / 3; centre.y += y / 3; }
  const atHead = far(centre, last) < far(centre, first), [base, bare] = atHead ? [last, first] : [first, last];
  corners.sort((a, b) => far(base, a) - far(base, b));
  const [left, right, tip] = corners, size = far(base, tip), half = far(left, right) / 2;
  const inner = shaft.getPointAtLength(atHead ? 1 : length - 1), step = far(inner, bare) || 1;
  const x = (bare.x - inner.x) / step, y = (bare.y - inner.y) / step, [bx, by] = [bare.x - x * size, bare.y - y * size];
  const d = shaft.getAttribute("d"), at = `${tip.x},${tip.y}`;
  const drawn = { d, points: head.getAttribute("points") };
  const turned = {
    d: atHead ? `${d}L${at}` : `M${at}L${d.slice(1)}`,
    points: `${bx - y * half},${by + x * half} ${bare.x},${bare.y} ${bx + y * half},${by - x * half}`,
  };
  return atHead ? { head: drawn, tail: turned } : { head: turned, tail: drawn };
}
const ends = arrowOf.map((g, i) => endsOf(g, shafts[i]));
function point(g, drawn, end) {
  if (!drawn || g.dataset.end === end) return;
  g.dataset.end = end;
  for (const path of g.querySelectorAll("path")) path.setAttribute("d", drawn[end].d);
  g.querySelector("polygon").setAttribute("points", drawn[end].points);
}
for (const shaft of new Set(shafts)) {
  if (!shaft) continue;
  for (const kind of ["halo", "halo gap"]) {
    const around = shaft.cloneNode();
    around.setAttribute("class", kind);
    shaft.before(around);
  }
}
const titles = all(".cluster text").map((t) => [t, t.textContent, t.textContent.split(" · ‖grad‖")[0]]);
const labels = arrowOf.map((g) => g && g.querySelector("text"));
const lines = boxOf.map((g) => {
  const value = g.querySelector(".data");
  const outline = g.querySelector("path, polygon"), width = value && outline ? outline.getBBox().width - 8 : Infinity;
  return { value, grad: g.querySelector(".grad"), width };
});
const SIGNS = ["positive", "negative", "none", "undefined", "unknown", "waiting"];

// What the step is about: the Value that a derivative comes from, the one it goes into, the edge.
function marks() {
  const step = walk.steps[asked === null ? at : asked];
  const edge = step.edge === undefined ? null : edges[step.edge];
  const into = edge ? step.target : null;
  const via = edge ? (into === edge.from ? edge.to : edge.from) : step.kind === "start" ? null : step.node;
  return { via, into, edge: step.edge };
}

function showGraph(slopes) {
  const { via, into, edge } = marks();
  const mark = (kind, g) => { for (const other of all(`.${kind}`)) if (other !== g) other.classList.remove(kind); if (g) g.classList.add(kind); };
  mark("chosen", chosen === null ? null : boxOf[chosen]);
  mark("lit", via === null ? null : boxOf[via]);
  mark("into", into === null ? null : boxOf[into]);
  if (edge !== undefined && arrowOf[edge]) arrowOf[edge].classList.add("lit");
  if (data.folded) showFolded();
  else showWhole(slopes, edge);
  bringIntoView([into, via].filter((i) => i !== null).map((i) => boxOf[i].getBoundingClientRect()));
}
function showWhole(slopes, edge) {
  const known = touched(), label = walk.forward ? "slope" : "grad";
  boxOf.forEach((g, i) => {
    g.classList.toggle("dim", !computed(i));
    const { value, grad, width } = lines[i];
    if (value) sayWithin(value, `data ${dataOf(i)}`, width);
    if (grad) sayWithin(grad, slopes[i] && known.has(i) ? `${label} ${slopes[i].text}` : label, width);
  });
  arrowOf.forEach((g, i) => {
    if (!g) return;
    g.classList.toggle("dim", !computed(edges[i].to));
    const { text, sign, width } = walk.flows[i], look = run(i) ? sign : "waiting";
    for (const name of SIGNS) g.classList.toggle(name, name === look);
    shafts[i].setAttribute("stroke-width", run(i) ? width : 1);
    point(g, ends[i], run(i) && sign !== "unknown" && !walk.forward ? "tail" : "head");
    if (!labels[i]) return;
    labels[i].classList.toggle("before", !run(i));
    const local = predicting() ? "" : shown(values.locals[i]);
    say(labels[i], asked !== null && i === edge ? "?" : run(i) ? text : local);
  });
}
// A line of a box; squeezed where it is wider.
function sayWithin(element, text, width) {
  if (element.textContent === text) return;
  element.textContent = text;
  element.removeAttribute("textLength");
  if (width > 0 && text.length > SURE && element.getComputedTextLength() > width) { // 0 in a hidden frame
    element.setAttribute("textLength", width);
    element.setAttribute("lengthAdjust", "spacingAndGlyphs");
  }
}
const SURE = 14; // characters that fit into each box
// The numbers of a folded picture are those of the end, with the leaves as they were at first.
function showFolded() {
  $("graph").classList.toggle("before-data", !computed(root) || values !== original);
  const early = walk.forward || at < last() || values !== original;
  $("graph").classList.toggle("before-end", early);
  for (const [element, whole, bare] of titles) say(element, early ? bare : whole);
}

// What the step is about to the middle: both of its Values, or where they are too far apart, the first.
function bringIntoView(boxes) {
  if (!boxes.length) return;
  const frame = $("graph"), outer = frame.getBoundingClientRect();
  const middle = (start, end, room) => {
    const low = Math.min(...boxes.map((box) => box[start])), high = Math.max(...boxes.map((box) => box[end]));
    return high - low <= room ? (low + high) / 2 : (boxes[0][start] + boxes[0][end]) / 2;
  };
  const left = middle("left", "right", outer.width) - outer.left - outer.width / 2;
  const top = middle("top", "bottom", outer.height) - outer.top - outer.height / 2;
  frame.scrollBy({ left, top, behavior: calm.matches || timer !== null ? "auto" : "smooth" });
}

// Shrunk to its frame from the beginning, where that leaves it readable.
const READABLE = 0.65;
let fitChosen = false;
function fitToFrame() {
  if (fitChosen) return;
  const frame = $("graph"), svg = frame.querySelector("svg");
  frame.classList.remove("fit");
  const scale = Math.min(frame.clientWidth / svg.clientWidth, frame.clientHeight / svg.clientHeight);
  $("fit").checked = scale < 1 && scale >= READABLE;
  frame.classList.toggle("fit", $("fit").checked);
}

const feeds = nodes.map(() => []), takes = nodes.map(() => []);
for (const e of edges) {
  if (!feeds[e.from].includes(e.to)) feeds[e.from].push(e.to);
  if (!takes[e.to].includes(e.from)) takes[e.to].push(e.from);
}

// Under a folded picture: the Value of the step, with its inputs and its users.
function showNear(slopes) {
  const { via, into } = marks(), known = touched();
  const here = via === null ? root : via;
  const card = (i) => {
    const item = make("li"), b = button(nodes[i].name, () => choose(i));
    if (!nodes[i].constant) b.append(make("small", `${dataOf(i)}${slopes[i] && known.has(i) ? ` · ${walk.word} ${slopes[i].text}` : ""}`));
    b.classList.toggle("into", i === into);
    item.append(b);
    return item;
  };
  const column = (around) => {
    const list = make("ul"), first = around.includes(into) ? [into] : [];
    const some = [...first, ...around.filter((i) => i !== into)].slice(0, narrow.matches ? 1 : 3);
    list.append(...some.map(card));
    if (around.length > some.length) list.append(make("li", `and ${around.length - some.length} more`, "note"));
    return list;
  };
  const middle = make("div", nodes[here].name, "here");
  middle.append(make("small", nodes[here].leaf ? `leaf, ${dataOf(here)}` : `= ${nodes[here].how} = ${dataOf(here)}`));
  $("near").replaceChildren(column(takes[here]), make("span", "→", "arrow"), middle, make("span", "→", "arrow"), column(feeds[here]));
}
