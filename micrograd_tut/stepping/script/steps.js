// Shows the steps: where the walk stands, what is asked, and the sentences about the step.

// ---- State -----------------------------------------------------------------------------------

let values = original, walk = backwardWalk(values), at = 0, asked = null, timer = null, chosen = null;
const zero = number(0);

// Walk again with other numbers of the leaves, and stay at the same step as far as there is one.
function walkWith(next, leaf = walk.leaf) {
  const made = leaf === null ? backwardWalk(next) : forwardWalk(next, leaf);
  at = sameStep(made, at);
  if (asked !== null) asked = made.steps[at + 1] && made.steps[at + 1].ask ? at + 1 : null;
  values = next;
  walk = made;
}
function sameStep(made, k) {
  if (k >= last()) return made.steps.length - 1;
  const { kind, node, edge } = walk.steps[k], of = (test) => made.steps.findIndex(test);
  const same = of((s) => s.kind === kind && s.node === node && s.edge === edge);
  const near = same >= 0 ? same : of((s) => s.kind === kind && s.node === node);
  return near >= 0 ? near : Math.min(k, made.steps.length - 1);
}

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
const dataOf = (i) => (computed(i) ? shown(values.data[i]) : "?");

// The Values whose derivative a step up to here has touched or completed, or that had one before.
function touched() {
  const known = (i) => (nodes[i].leaf && nodes[i].held.value !== 0) || walk.complete[i] <= at;
  const before = walk.forward ? [] : nodes.map((_, i) => i).filter(known);
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
  showLeaves();
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
  $("local").textContent = !hidden && step.localDerivative.split(" = ").length > 2 ? step.localDerivative : "";
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
