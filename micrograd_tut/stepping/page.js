
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const number = (x) => (typeof x === "string" ? Number(x.replace("inf", "Infinity")) : x);
const nodes = data.nodes, edges = data.edges;
for (const e of edges) e.local = number(e.local);
const root = nodes.length - 1;
const calm = matchMedia("(prefers-reduced-motion: reduce)"), narrow = matchMedia("(max-width: 560px)");

// ---- Numbers and elements ------------------------------------------------------------------

// A number as every text of the walk shows it: exact where that is short, else with 5 digits.
function shown(x) {
  if (!Number.isFinite(x)) return String(x).replace("Infinity", "inf").replace("NaN", "nan");
  const plain = x === 0 || (Math.abs(x) >= 1e-4 && Math.abs(x) < 1e7);
  const exact = Number.isInteger(x) ? `${Object.is(x, -0) ? "-0" : x}.0` : String(x);
  if (plain && exact.length <= 7) return exact;
  const short = fiveDigits(x);
  return /[.e]/.test(short) ? short : `${short}.0`;
}
function fiveDigits(x) {
  const [digits, power] = x.toExponential(4).split("e");
  if (Number(power) >= -4 && Number(power) < 5) return String(Number(x.toPrecision(5)));
  return `${Number(digits)}e${power[0]}${power.slice(1).padStart(2, "0")}`;
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
const partial = (of, by) => `∂${of}/∂${by}`;

// ---- Walks: the backward one as it was worked out; a forward one from any leaf ---------------

function backwardWalk() {
  const steps = data.steps.map((s) => ({ ...s, before: number(s.before), after: number(s.after), product: number(s.product) }));
  for (const s of steps) s.target = s.kind === "seed" ? root : s.edge === undefined ? null : edges[s.edge].from;
  return {
    steps, word: "grad",
    start: () => nodes.map((n) => (n.constant ? null : number(n.held))),
    clear: (slopes) => slopes.map((x, i) => (x === null || nodes[i].leaf ? x : 0)),
    ending: `These are the gradients that ${data.output}.backward() computes.`,
  };
}

function forwardWalk(x) {
  const by = nodes[x].name, slope = nodes.map((_, i) => (i === x ? 1 : 0));
  const steps = [{ kind: "start", node: x, title: "start: the values of the graph", rule: `How does each number change with ${by}?`, numbers: "", remark: "The values are already computed; in forward mode the derivatives travel with them, from the leaf to the output." },
    { kind: "seed", node: x, target: x, before: 0, after: 1, title: `start of the forward mode: ${partial(by, by)} = 1`, rule: `${partial(by, by)} = 1`, numbers: "", remark: `The derivative of ${by} with respect to itself is 1; that of the other leaves is 0.` }];
  const counts = new Map();
  edges.forEach((e, i) => {
    if (slope[e.from] === 0 || nodes[e.from].constant) return;
    const [of, via] = [nodes[e.to].name, nodes[e.from].name];
    const flow = e.local === 0 ? 0 : slope[e.from] * e.local, before = slope[e.to];
    slope[e.to] = before + flow;
    const path = (counts.get(e.to) || 0) + 1;
    counts.set(e.to, path);
    const parts = [partial(of, by), partial(via, by), e.factor];
    steps.push({
      kind: "tangent", node: e.to, edge: i, target: e.to, title: `forward: from ${via} into ${of} = ${nodes[e.to].how}`,
      rule: `${parts[0]} += ${parts[1]} · ${parts[2]}`, parts, shown: [flow, slope[e.from], e.local].map(shown),
      numbers: `${shown(flow)} = ${shown(slope[e.from])} × ${shown(e.local)}`, local: "", remark: "",
      product: flow, before, after: slope[e.to], path,
    });
  });
  for (const s of steps) if (s.kind === "tangent") s.paths = counts.get(s.target);
  return {
    steps, word: `∂ / ∂${by}`,
    start: () => nodes.map((n) => (n.constant ? null : 0)), clear: (slopes) => slopes,
    ending: `${partial(data.output, by)} = ${shown(slope[root])}. Reverse mode (backprop) gives the same number, and the gradients of all other leaves in the same pass.`,
  };
}

// ---- State -----------------------------------------------------------------------------------

// What flows along each edge of a walk, and from which step on; null from a constant.
function flowsOf(steps) {
  const begins = steps.findIndex((s) => s.kind === "seed");
  const found = edges.map((e) => ({ flow: nodes[e.from].constant ? null : 0, since: begins }));
  steps.forEach((s, k) => {
    if (s.edge !== undefined) found[s.edge] = { flow: s.product, since: k };
    else if (s.kind === "backward") for (const i of edgesInto[s.node]) found[i].since = k;
  });
  return found;
}
const edgesInto = nodes.map(() => []);
edges.forEach((e, i) => edgesInto[e.to].push(i));

function walked(made) {
  const flows = flowsOf(made.steps), sizes = flows.map((f) => Math.abs(f.flow)).filter(Number.isFinite);
  return { ...made, flows, largest: sizes.reduce((a, b) => Math.max(a, b), 0) };
}
const SIGNS = ["positive", "negative", "none", "undefined", "unknown"];
const signOf = (flow) => (flow === null ? "unknown" : flow > 0 ? "positive" : flow < 0 ? "negative" : Number.isNaN(flow) ? "undefined" : "none");
// As wide as in a drawing, where the root of the share is seen.
const widthOf = (flow) => (flow ? 0.6 + 3 * Math.sqrt(Math.min(1, Math.abs(flow) / walk.largest)) : 1);
const run = (i) => at >= walk.flows[i].since;

let walk = walked(backwardWalk()), at = 0, asked = null, timer = null, chosen = null;

function slopesAt(k) {
  let slopes = walk.start();
  for (let i = 0; i <= k; i++) {
    const s = walk.steps[i];
    if (s.kind === "seed") slopes = walk.clear(slopes);
    if (s.target !== null && s.target !== undefined && slopes[s.target] !== null) slopes[s.target] = s.after;
  }
  return slopes;
}
const seedAt = () => walk.steps.findIndex((s) => s.kind === "seed");
const begun = () => at >= seedAt();
const forwardUpTo = () => (walk.steps[at].kind === "forward" ? walk.steps[at].node : at === 0 && walk.steps[1] && walk.steps[1].kind === "forward" ? -1 : root);
const computed = (i) => nodes[i].leaf || i <= forwardUpTo();
const dataOf = (i) => (computed(i) ? shown(number(nodes[i].data)) : "?");

function go(k) {
  asked = null;
  at = Math.max(0, Math.min(walk.steps.length - 1, k));
  show();
}
function advance() {
  if (asked !== null) return reveal(true);
  if (at === walk.steps.length - 1) return stop();
  const next = walk.steps[at + 1];
  if ($("predict").checked && next.parts) {
    stop();
    asked = at + 1;
    return show();
  }
  go(at + 1);
}
const retreat = () => (asked !== null ? go(at) : go(at - 1));

// ---- Predict ---------------------------------------------------------------------------------

function reveal(given) {
  const k = asked;
  go(k);
  if (given) $("next").focus({ preventScroll: true });
}
function parsed(text) {
  const found = text.trim().replaceAll("−", "-").replaceAll(",", ".").match(/^([-+]?[\d.]+(?:e[-+]?\d+)?)(?:\s*\/\s*([-+]?[\d.]+))?$/i);
  return found ? Number(found[1]) / (found[2] ? Number(found[2]) : 1) : NaN;
}
// To about three digits, as in the quiz.
const agrees = (got, want) => Math.abs(got - want) <= Math.max(data.tolerance * Math.abs(want), 1e-9);

function judge(event) {
  event.preventDefault();
  const step = walk.steps[asked], got = parsed($("guess").value);
  if (!Number.isNaN(got) && agrees(got, step.product)) {
    reveal(false);
    $("remark").textContent = `Right: ${shown(step.product)}. ${$("remark").textContent}`;
    $("next").focus({ preventScroll: true });
  } else {
    $("judged").textContent = Number.isNaN(got) ? "Enter a number or a fraction, such as -1.5 or 3/4." : `Not ${shown(got)}. ${mistake(got, step)}`;
    show();
  }
}
function mistake(got, step) {
  const [, from, factor] = step.parts, { to, from: input, local } = edges[step.edge];
  const upstream = slopesAt(at)[step.target === input ? to : input];
  if (agrees(got, -step.product)) return "The magnitude is right, but the sign is wrong.";
  if (agrees(got, local)) return `That is only the local derivative; multiply it by the upstream gradient ${from}.`;
  if (agrees(got, upstream)) return `That is the upstream gradient ${from}; multiply it by the local derivative, ${factor}.`;
  return `Multiply ${from} by ${factor}.`;
}

// ---- Showing ---------------------------------------------------------------------------------

function show() {
  const step = walk.steps[asked === null ? at : asked], slopes = slopesAt(at);
  showStep(step);
  if (chosen !== null) showStory();
  showGraph(slopes);
  showRows(slopes);
  showList();
  const last = walk.steps.length - 1;
  $("slider").max = last;
  $("slider").value = at;
  $("slider").setAttribute("aria-valuetext", `step ${at} of ${last}`);
  for (const id of ["first", "back"]) $(id).disabled = at === 0 && asked === null;
  for (const id of ["last", "next"]) $(id).disabled = at === last;
  say($("live"), asked === null ? spoken(step) : `${spokenText(`${step.title}. ${step.rule}`)}. ${$("asking").textContent}`);
}

function showStep(step) {
  const going = step.kind === "forward" || walk.word !== "grad";
  const last = walk.steps.length - 1;
  document.body.classList.toggle("going", going);
  $("phase").textContent = step.kind === "start" ? "start" : going ? "forward" : "backward";
  $("phase").classList.toggle("going", going);
  $("count").textContent = `step ${asked === null ? at : asked} of ${last}`;
  $("h-now").textContent = step.title.replace(/^(backward|forward): /, "");
  const parts = step.parts && step.parts.length;
  $("equation").hidden = !parts;
  $("equation").replaceChildren(...(parts ? equation(step) : []));
  $("rule").textContent = parts ? "" : step.kind === "start" ? step.rule.replace(/ = /g, "\u00a0=\u00a0") : step.rule;
  $("numbers").textContent = parts ? "" : step.numbers;
  $("local").textContent = step.local && asked === null && step.local.split(" = ").length > 2 ? step.local : "";
  $("remark").textContent = asked !== null ? "" : [step.remark, at === last ? walk.ending : ""].filter(Boolean).join(" ");
  showSum(step);
  const was = $("question").hidden;
  $("question").hidden = asked === null;
  $("asking").textContent = step.kind === "tangent" ? "What derivative flows forward along this edge?" : "What gradient flows back along this edge?";
  if (asked !== null && was) {
    $("guess").value = $("judged").textContent = "";
    $("guess").focus({ preventScroll: true });
  }
}

function equation(step) {
  const [flow, upstream, local] = asked === null ? step.shown : ["?", step.shown[1], "?"];
  const row = (texts, tag, kind) => texts.map((text, i) => make(i % 2 ? "span" : tag, text, i % 2 ? "" : `${kind} ${["flow", "up", "loc"][i / 2]}`));
  const [into, from, factor] = step.parts;
  return [
    ...row([into, "+=", from, "·", factor], "b", ""),
    ...row([flow, "=", upstream, "×", local], "span", "number"),
    ...[step.kind === "tangent" ? "flows on" : "flows back", "", step.kind === "tangent" ? "so far" : "upstream", "", "local derivative"].map((text) => make("small", text)),
  ];
}

function showSum(step) {
  $("sum").replaceChildren();
  if (step.target === null || step.target === undefined || asked !== null) return;
  const of = walk.word === "grad" ? `${nodes[step.target].name}.grad` : step.parts ? step.parts[0] : "";
  if (!of) return;
  const change = step.parts ? `${shown(step.before)} + ${shown(step.product)} = ` : `${shown(step.before)} → `;
  $("sum").append(`${of}: ${change}`, make("strong", shown(step.after)));
  if (step.paths > 1) $("sum").append(" ", make("span", `(path ${step.path} of ${step.paths})`, "n"));
}

const spokenText = (text) => text.replace(/∂([^/\s]+)\/∂(\S+)/g, "d $1 by d $2").replace(/\+=/g, "gains").replace(/·|×/g, "times");
function spoken(step) {
  const sum = $("sum").textContent;
  return [`Step ${at} of ${walk.steps.length - 1}`, step.title, step.rule === step.title ? "" : step.rule, step.numbers, sum].filter(Boolean).map(spokenText).join(". ");
}

// ---- The graph ---------------------------------------------------------------------------------

const drawn = nodes.map((_, i) => document.querySelector(`#graph .node-${i}`));
const arrows = edges.map((_, i) => document.querySelector(`#graph .edge-${i}`));
const shafts = arrows.map((g) => g && g.querySelector("path"));
for (const shaft of shafts) {
  if (!shaft) continue;
  for (const kind of ["halo", "halo gap"]) {
    const around = shaft.cloneNode();
    around.setAttribute("class", kind);
    shaft.before(around);
  }
}
const labels = arrows.map((g) => g && g.querySelector("text"));
const written = labels.map((text) => text && text.textContent);
const folded = !drawn[root];
const lines = drawn.map((g) => {
  const found = { data: null, grad: null };
  for (const t of g ? g.querySelectorAll("text") : []) {
    if (t.textContent.startsWith("data ")) found.data = { element: t, text: t.textContent };
    if (t.classList.contains("grad")) found.grad = t;
  }
  return found;
});

function marks() {
  const step = walk.steps[asked === null ? at : asked];
  const edge = step.edge === undefined ? null : edges[step.edge];
  const into = edge ? step.target : null;
  const via = edge ? (into === edge.from ? edge.to : edge.from) : step.kind === "start" ? null : step.node;
  return { via, into, edge: step.edge };
}

function showGraph(slopes) {
  if (folded) return showNear(slopes);
  const { via, into, edge } = marks(), started = begun(), known = touched();
  const label = walk.word === "grad" ? "grad" : "slope";
  drawn.forEach((g, i) => {
    g.classList.toggle("dim", !computed(i));
    g.classList.toggle("lit", i === via);
    g.classList.toggle("into", i === into);
    g.classList.toggle("chosen", i === chosen);
    const { data: value, grad } = lines[i];
    if (value) say(value.element, computed(i) ? value.text : "data ?");
    if (grad) say(grad, started && known.has(i) ? `${label} ${shown(slopes[i])}` : label);
  });
  arrows.forEach((g, i) => {
    if (!g) return;
    g.classList.toggle("lit", i === edge);
    g.classList.toggle("dim", !computed(edges[i].to));
    const { flow } = walk.flows[i], sign = run(i) ? signOf(flow) : "waiting";
    for (const name of [...SIGNS, "waiting"]) g.classList.toggle(name, name === sign);
    shafts[i].setAttribute("stroke-width", run(i) ? widthOf(flow) : 1);
    const unseen = $("predict").checked && !run(i);
    if (labels[i]) say(labels[i], asked !== null && i === edge ? "?" : unseen ? "" : written[i]);
  });
  bringIntoView([into, via].filter((i) => i !== null).map((i) => drawn[i].getBoundingClientRect()));
}

// The Values whose derivative a step up to here has touched or completed, or that had one before.
function touched() {
  const known = (n) => (n.leaf && n.held !== 0) || (n.complete !== null && n.complete <= at);
  const held = walk.word === "grad" ? nodes.map((n, i) => i).filter((i) => known(nodes[i])) : [];
  return new Set([...held, ...walk.steps.slice(0, at + 1).map((s) => s.target)]);
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
  if (folded || fitChosen) return;
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

function showNear(slopes) {
  const { via, into } = marks();
  const here = via === null ? root : via;
  const card = (i) => {
    const item = make("li"), b = button(nodes[i].name, () => choose(i));
    b.append(make("small", `${dataOf(i)}${begun() && slopes[i] !== null ? ` · ${walk.word} ${shown(slopes[i])}` : ""}`));
    b.classList.toggle("into", i === into);
    item.append(b);
    return item;
  };
  const column = (around) => {
    const list = make("ul"), first = around.includes(into) ? [into] : [];
    const some = [...first, ...around.filter((i) => i !== into)].slice(0, narrow.matches ? 3 : 8);
    list.append(...some.map(card));
    if (around.length > some.length) list.append(make("li", `and ${around.length - some.length} more`, "note"));
    return list;
  };
  const middle = make("div", nodes[here].name, "here");
  middle.append(make("small", `= ${nodes[here].how} = ${dataOf(here)}`));
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
    say(r.slope, started || slopes[i] !== 0 ? shown(slopes[i]) : "");
    r.slope.classList.toggle("untouched", !known.has(i));
    const exact = Object.is(slopes[i], -0) ? "-0" : String(slopes[i]);
    if (r.slope.dataset.exact !== exact) r.slope.dataset.exact = exact;
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
    const b = item.firstChild;
    if (k === at) b.setAttribute("aria-current", "step");
    else if (b.hasAttribute("aria-current")) b.removeAttribute("aria-current");
    b.classList.toggle("later", k > at);
  }
  keepInView($("steps"), items.get(at));
}
function listItem(k) {
  const item = make("li"), b = button("", () => { stop(); go(k); }), s = walk.steps[k];
  b.append(make("span", String(k)), make("span", s.parts || s.kind === "forward" || s.kind === "seed" ? s.rule : s.title));
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
function storyOf(i) {
  const { name, how, leaf, story, paths, complete } = nodes[i], slope = slopesAt(at)[i];
  const made = `${name} = ${dataOf(i)}, ${leaf ? "a leaf" : `computed as ${how}`}`;
  if (walk.word !== "grad") {
    const come = walk.steps.slice(0, at + 1).filter((s) => s.target === i && s.parts);
    return [made, ...come.map((s) => `from ${nodes[edges[s.edge].from].name}:  ${s.numbers}`), begun() ? `${walk.word.replace(" / ", `${name}/`)} so far: ${shown(slope)}` : "No derivative flows yet."];
  }
  const come = story.slice(0, paths.filter((k) => k <= at).length);
  if (at >= complete) return [made, ...come, story[story.length - 1]];
  return [made, ...come, begun() ? `${partial(data.output, name)} so far: ${shown(slope)}` : "No gradient flows yet."];
}
function showStory() {
  const list = make("ul");
  list.append(...storyOf(chosen).map((line) => make("li", line)));
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
  if (at === walk.steps.length - 1) go(0);
  timer = setInterval(advance, Number($("speed").value));
  $("play").textContent = "Pause";
  $("play").setAttribute("aria-label", "Pause");
}
function by(act) {
  return () => { stop(); act(); };
}
const keys = { ArrowRight: by(advance), ArrowLeft: by(retreat), Home: by(() => go(0)), End: by(() => go(walk.steps.length - 1)), " ": play };

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
$("reveal").addEventListener("click", () => reveal(true));

// Space plays, but on what one has come to by keyboard it is that control's own key.
let pointed = false;
document.addEventListener("pointerdown", () => { pointed = true; }, true);
document.addEventListener("keydown", (event) => { if (event.key === "Tab") pointed = false; }, true);
const holdsSpace = (on) => on.matches("select, #guess") || (!pointed && on.matches("button, input:not([type=range])"));

document.addEventListener("keydown", (event) => {
  const on = event.target, act = keys[event.key];
  if (!act || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === " " ? holdsSpace(on) : on.matches("select, input:not([type=checkbox])")) return;
  event.preventDefault();
  act();
});

for (const i of tableOf) {
  if (!nodes[i].leaf) continue;
  const option = make("option", nodes[i].name);
  option.value = i;
  $("from").append(option);
}
function changeWay() {
  stop();
  const way = document.querySelector("input[name=way]:checked").value;
  walk = walked(way === "backward" ? backwardWalk() : forwardWalk(Number($("from").value)));
  go(0);
}
for (const radio of document.querySelectorAll("input[name=way]")) radio.addEventListener("change", changeWay);
$("from").addEventListener("change", () => {
  document.querySelector("input[value=forward]").checked = true;
  changeWay();
});
if (!$("from").options.length) document.querySelector("input[value=forward]").disabled = true;

drawn.forEach((g, i) => { if (g && !nodes[i].constant) g.addEventListener("click", () => choose(i)); });
if (folded) {
  $("graph").hidden = $("fitting").hidden = $("legend").hidden = true;
  $("near").hidden = $("folded").hidden = false;
  $("folded").textContent = `This graph has ${nodes.length.toLocaleString("en")} Values, so only the current Value, its inputs and its users are shown.`;
}
fitToFrame();
show();
