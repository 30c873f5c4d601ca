// Shows the steps that Python worked out: it words nothing and computes no derivative.

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
    const wrong = mistakes.map(([i, why]) => [numbers[i].value, textOf(why)]);
    s.ask = { text: textOf(text), answer: numbers[answer], hints: hints.map(textOf), mistakes: wrong };
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
