"use strict";
// Shows the steps that Python worked out: it words nothing and computes no derivative.
const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)"), narrow = matchMedia("(max-width: 560px)");
document.body.classList.remove("static");

// ---- The data: numbers with their texts, and texts, by index -----------------------------------

const finite = (x) => (typeof x === "string" ? Number(x.replace("inf", "Infinity")) : x);
const numbers = data.numbers.map(([value, text]) => ({ value: finite(value), text }));
const textOf = (index) => data.texts[index];
const nodes = data.nodes.map((n) => ({ ...n, data: numbers[n.data], held: numbers[n.held] }));
const edges = data.edges, zero = numbers[data.zero];
const root = nodes.length - 1;

function unpacked(step) {
  const s = { ...step };
  for (const key of ["title", "rule", "numbers", "local", "sum", "remark"]) s[key] = key in step ? textOf(step[key]) : "";
  if ("after" in step) s.after = numbers[step.after];
  if (step.parts) {
    s.parts = step.parts.map(textOf);
    s.factors = step.factors.map((i) => numbers[i]);
  }
  if (step.ask) {
    const { text, answer, hints, mistakes } = step.ask;
    const told = mistakes.map(([i, why]) => [numbers[i].value, textOf(why)]);
    s.ask = { text: textOf(text), answer: numbers[answer], hints: hints.map(textOf), mistakes: told };
  }
  return s;
}
function unpackedWalk(walk) {
  const steps = walk.steps.map(unpacked);
  const begins = steps.findIndex((s) => s.kind === "seed");
  const flows = edges.map((e, i) => {
    const nothing = [data.zero, nodes[e.from].constant ? "unknown" : "none", 1, begins];
    const [flow, sign, width, since] = walk.flows[i] || nothing;
    return { text: numbers[flow].text, sign, width, since };
  });
  return { ...walk, steps, flows, begins, forward: walk.leaf !== null };
}

function make(tag, text = "", kind = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  if (kind) element.className = kind;
  return element;
}
// Only what changes is written, so that the browser need not lay out the rest again.
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
function button(text, act) {
  const element = make("button", text);
  element.type = "button";
  element.addEventListener("click", act);
  return element;
}

// ---- State -----------------------------------------------------------------------------------

let walk = unpackedWalk(data.walks[0]), at = 0, asked = null, timer = null, chosen = null;

// The derivative of each Value after step k; null of a constant, and before a pass begins.
function slopesAt(k) {
  const unknown = (n) => n.constant || (!walk.forward && !n.leaf && k < walk.begins);
  const slopes = nodes.map((n) => (unknown(n) ? null : walk.forward ? zero : n.held));
  for (const s of walk.steps.slice(0, k + 1)) if (s.target !== undefined && !nodes[s.target].constant) slopes[s.target] = s.after;
  return slopes;
}
const last = () => walk.steps.length - 1;
const begun = () => at >= walk.begins;
const run = (i) => at >= walk.flows[i].since;
const predicting = () => $("predict").checked;
const forwardUpTo = () => (walk.steps[at].kind === "forward" ? walk.steps[at].node : at === 0 && walk.steps[1] && walk.steps[1].kind === "forward" ? -1 : root);
const computed = (i) => nodes[i].leaf || i <= forwardUpTo();
const dataOf = (i) => (computed(i) ? nodes[i].data.text : "?");

// The Values whose derivative a step up to here has touched or completed, or that had one before.
function touched() {
  const known = (n) => (n.leaf && n.held.value !== 0) || (n.complete !== null && n.complete <= at);
  const before = walk.forward ? [] : nodes.map((n, i) => i).filter((i) => known(nodes[i]));
  return new Set([...before, ...walk.steps.slice(0, at + 1).map((s) => s.target)]);
}

function go(k) {
  asked = null;
  at = Math.max(0, Math.min(last(), k));
  show();
}
function advance() {
  if (asked !== null) return reveal(true);
  if (at === last()) return stop();
  if (predicting() && walk.steps[at + 1].ask) {
    stop();
    asked = at + 1;
    hinted = 0;
    return show();
  }
  go(at + 1);
}
const retreat = () => (asked !== null ? go(at) : go(at - 1));

// ---- Predict ---------------------------------------------------------------------------------

let hinted = 0;
function reveal(given) {
  go(asked);
  if (given) $("next").focus({ preventScroll: true });
}
function parsed(text) {
  const found = text.trim().replaceAll("−", "-").replaceAll(",", ".").match(/^([-+]?[\d.]+(?:e[-+]?\d+)?)(?:\s*\/\s*([-+]?[\d.]+))?$/i);
  return found ? Number(found[1]) / (found[2] ? Number(found[2]) : 1) : NaN;
}
const within = (tolerance, a, b) => Math.abs(a - b) <= Math.max(tolerance * Math.max(Math.abs(a), Math.abs(b)), 1e-9);

function judge(event) {
  event.preventDefault();
  const { ask } = walk.steps[asked], typed = $("guess").value.trim(), got = parsed(typed);
  if (!Number.isNaN(got) && within(data.tolerance, got, ask.answer.value)) {
    reveal(true);
    $("remark").textContent = `Right: ${ask.answer.text}. ${$("remark").textContent}`;
  } else {
    $("judged").textContent = Number.isNaN(got) ? "Enter a number or a fraction, such as -1.5 or 3/4." : `Not ${typed}. ${reason(got, ask)}`;
    show();
  }
}
function reason(got, ask) {
  const found = ask.mistakes.find(([value]) => within(data.tolerance, got, value));
  if (found) return found[1];
  return ask.answer.value && within(data.close.within, got, ask.answer.value) ? data.close.text : nextHint();
}
function nextHint() {
  const { hints } = walk.steps[asked].ask;
  hinted = Math.min(hints.length, hinted + 1);
  return hints[hinted - 1];
}

// ---- Showing ---------------------------------------------------------------------------------

function show() {
  const step = walk.steps[asked === null ? at : asked], slopes = slopesAt(at);
  showStep(step);
  if (chosen !== null) showStory(slopes);
  showGraph(slopes);
  if (data.folded) showNear(slopes);
  showRows(slopes);
  showList();
  $("slider").max = last();
  $("slider").value = at;
  $("slider").setAttribute("aria-valuetext", `step ${at} of ${last()}`);
  for (const id of ["first", "back"]) $(id).disabled = at === 0 && asked === null;
  for (const id of ["last", "next"]) $(id).disabled = at === last();
  say($("live"), spoken(step));
}

function showStep(step) {
  const going = step.kind === "forward" || walk.forward, hidden = asked !== null;
  document.body.classList.toggle("flows-back", !walk.forward);
  document.body.classList.toggle("going", going);
  $("phase").textContent = step.kind === "start" ? "start" : going ? "forward" : "backward";
  $("phase").classList.toggle("going", going);
  $("count").textContent = `step ${hidden ? asked : at} of ${last()}`;
  $("h-now").textContent = step.title.replace(/^(backward|forward): /, "");
  $("equation").hidden = !step.parts;
  $("equation").replaceChildren(...(step.parts ? equation(step) : []));
  $("rule").textContent = step.parts ? "" : step.kind === "start" ? step.rule.replace(/ = /g, "\u00a0=\u00a0") : step.rule;
  $("numbers").textContent = step.parts || hidden ? "" : step.numbers;
  $("local").textContent = !hidden && step.local.split(" = ").length > 2 ? step.local : "";
  $("remark").textContent = hidden ? "" : [step.remark, at === last() ? walk.ending : ""].filter(Boolean).join(" ");
  const [, lead, strong, tail] = hidden ? [] : step.sum.match(/^(.* [=→] )(\S+)(.*)$/) || [];
  $("sum").replaceChildren(...(strong ? [lead, make("strong", strong), make("span", tail, "n")] : []));
  const was = $("question").hidden;
  $("question").hidden = !hidden;
  if (!hidden) return;
  $("asking").textContent = step.ask.text;
  if (was) {
    $("guess").value = $("judged").textContent = "";
    $("guess").focus({ preventScroll: true });
  }
}

// Symbols above numbers; what is asked for and the local derivative are hidden until the answer.
function equation(step) {
  const [flow, upstream, local] = step.factors.map((x) => x.text), [into, from, factor] = step.parts;
  const open = asked === null, of = (words, other) => (step.kind === "backward" ? words : other);
  const row = (texts, tag, kind) => texts.map((text, i) => make(i % 2 ? "span" : tag, text, i % 2 ? "" : `${kind} ${["flow", "up", "loc"][i / 2]}`));
  return [
    ...row([into, "+=", from, "·", open ? factor : "?"], "b", ""),
    ...row([open ? flow : "?", "=", upstream, "×", open ? local : "?"], "span", "number"),
    ...[of("flows back", "flows on"), "", of("upstream", "so far"), "", "local derivative"].map((text) => make("small", text)),
  ];
}

const spokenText = (text) => text.replace(/∂([^/\s]+)\/∂(\S+)/g, "d $1 by d $2").replace(/\+=/g, "gains").replace(/·|×/g, "times");
function spoken(step) {
  const rule = step.rule === step.title ? "" : step.rule;
  const parts = asked !== null ? [step.title, step.ask.text] : [`Step ${at} of ${last()}`, step.title, rule, step.numbers, $("sum").textContent];
  return parts.filter(Boolean).map(spokenText).join(". ");
}

// ---- The graph: one box for each Value, or in a folded picture for several -----------------------

$("graph").querySelector("desc").remove(); // it tells the numbers of the end
const all = (selector) => [...$("graph").querySelectorAll(selector)];
const placed = new Map(all(".node, .edge").map((g) => [g.classList.item(g.classList.length - 1), g]));
const boxOf = nodes.map((n) => placed.get(`node-${n.box}`));
const arrowOf = edges.map((e) => placed.get(`edge-${e.arrow}`) || null);
const computedIn = new Set(nodes.filter((n) => !n.leaf).map((n) => placed.get(`node-${n.box}`)));
for (const t of all(".node text")) {
  if (t.textContent.startsWith("data ") && computedIn.has(t.parentNode)) t.classList.add("data");
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
  return { value, text: value && value.textContent, grad: g.querySelector(".grad") };
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
    const { value, text, grad } = lines[i];
    if (value) say(value, computed(i) ? text : "data ?");
    if (grad) say(grad, slopes[i] && known.has(i) ? `${label} ${slopes[i].text}` : label);
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
    const local = predicting() ? "" : numbers[edges[i].local].text;
    say(labels[i], asked !== null && i === edge ? "?" : run(i) ? text : local);
  });
}
// The numbers of a folded picture are those of the end.
function showFolded() {
  $("graph").classList.toggle("before-data", !computed(root));
  const early = walk.forward || at < last();
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
    say(r.data, dataOf(i));
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
  const top = element.offsetTop, bottom = top + element.offsetHeight, head = 34;
  if (top - head < box.scrollTop) box.scrollTop = top - head;
  else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight + 8;
}

function choose(i) {
  chosen = i;
  show();
}
// As far as the walk has come: the paths that have been walked, and their sum once it is complete.
function storyOf(i, slope) {
  const { name, gradient, made, story, paths, complete } = nodes[i];
  const first = computed(i) ? made : made.replace(`${name} = ${nodes[i].data.text}`, `${name} = ?`);
  if (walk.forward) {
    const come = walk.steps.slice(0, at + 1).filter((s) => s.target === i && s.parts);
    const so = come.length ? `${come[0].parts[0]} so far: ${slope.text}` : "No derivative has reached it yet.";
    return [first, ...come.map((s) => `from ${nodes[edges[s.edge].from].name}:  ${s.numbers}`), so];
  }
  const come = story.slice(0, paths.filter((k) => k <= at).length);
  if (at >= complete) return [first, ...come, story[story.length - 1]];
  return [first, ...come, begun() ? `${gradient} so far: ${slope.text}` : "No gradient flows yet."];
}
function showStory(slopes) {
  const list = make("ul");
  list.append(...storyOf(chosen, slopes[chosen]).map((line) => make("li", line)));
  $("h-story").textContent = `Gradient of ${nodes[chosen].name}`;
  $("story").replaceChildren(list);
}

// ---- Controls ------------------------------------------------------------------------------------

function stop() {
  if (timer !== null) clearInterval(timer);
  timer = null;
  $("play").textContent = "Play";
  $("play").setAttribute("aria-label", "Play");
}
function play() {
  if (timer !== null) return stop();
  if (at === last()) go(0);
  timer = setInterval(advance, Number($("speed").value));
  $("play").textContent = "Pause";
  $("play").setAttribute("aria-label", "Pause");
}
function by(act) {
  return () => { stop(); act(); };
}
const keys = { ArrowRight: by(advance), ArrowLeft: by(retreat), Home: by(() => go(0)), End: by(() => go(last())), " ": play };

$("first").addEventListener("click", keys.Home);
$("back").addEventListener("click", keys.ArrowLeft);
$("play").addEventListener("click", play);
$("next").addEventListener("click", keys.ArrowRight);
$("last").addEventListener("click", keys.End);
$("slider").addEventListener("input", () => { stop(); go(Number($("slider").value)); });
$("speed").addEventListener("change", () => { if (timer !== null) { stop(); play(); } });
$("predict").addEventListener("change", () => { if (asked !== null) go(at); else show(); });
$("fit").addEventListener("change", () => { fitChosen = true; $("graph").classList.toggle("fit", $("fit").checked); show(); });
window.addEventListener("resize", () => { fitToFrame(); show(); });
$("question").addEventListener("submit", judge);
$("hint").addEventListener("click", () => { say($("judged"), nextHint()); });
$("reveal").addEventListener("click", () => reveal(true));

// The keys step wherever the focus is, but not in a text field; up and down are left to lists and
// radio buttons. Space plays, but on a control reached by keyboard it is that control's own key.
let pointed = false;
document.addEventListener("pointerdown", () => { pointed = true; }, true);
document.addEventListener("keydown", (event) => { if (event.key === "Tab") pointed = false; }, true);
document.addEventListener("keydown", (event) => {
  const on = event.target, act = keys[event.key];
  if (!act || event.altKey || event.ctrlKey || event.metaKey || on.matches("#guess")) return;
  if (event.key === " " && !pointed && on.matches("button, select, input:not([type=range])")) return;
  event.preventDefault();
  act();
});

data.walks.forEach(({ leaf }, k) => {
  if (leaf === null) return;
  const option = make("option", nodes[leaf].name);
  option.value = k;
  $("from").append(option);
});
function changeWay() {
  stop();
  const way = document.querySelector("input[name=way]:checked").value;
  walk = unpackedWalk(data.walks[way === "backward" ? 0 : Number($("from").value)]);
  go(0);
}
for (const radio of document.querySelectorAll("input[name=way]")) radio.addEventListener("change", changeWay);
$("from").addEventListener("change", () => {
  document.querySelector("input[value=forward]").checked = true;
  changeWay();
});
if (!$("from").options.length) document.querySelector("input[value=forward]").disabled = true;

if (!data.folded) boxOf.forEach((g, i) => { if (!nodes[i].constant) g.addEventListener("click", () => choose(i)); });
$("near").hidden = $("folded").hidden = !data.folded;
if (data.folded) $("graph").classList.add("folded");
fitToFrame();
show();
