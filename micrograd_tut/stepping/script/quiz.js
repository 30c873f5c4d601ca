// ---- The quiz: what is asked, what was answered, and what the reader's browser keeps ----------------------

const values = data.values, output = values[values.length - 1], questions = data.questions;
const fresh = () => questions.map(() => ({ wrong: [], hints: 0, points: null }));
let answers = restored() || fresh();

function restored() {
  try {
    const kept = JSON.parse(localStorage.getItem(data.key));
    return Array.isArray(kept) && kept.length === questions.length && kept.every(isAnswer) ? kept : null;
  } catch { return null; } // no storage here, such as in a private window
}
function isAnswer(a) {
  const { wrong, hints, points } = a || {};
  const isWrong = (w) => w && Number.isFinite(w.got) && typeof w.why === "string";
  return Array.isArray(wrong) && wrong.every(isWrong) && Number.isFinite(hints) && (points === null || Number.isFinite(points));
}
function keep() {
  try { localStorage.setItem(data.key, JSON.stringify(answers)); } catch { /* the page works without */ }
}

const at = () => { const k = answers.findIndex((a) => a.points === null); return k < 0 ? questions.length : k; };
const score = () => answers.reduce((sum, a) => sum + (a.points || 0), 0);
const points = () => words("quiz: score", { score: score(), most: data.most });
function gradients() {
  const found = new Map([[output, 1]]);
  questions.slice(0, at()).forEach((q) => found.set(values[q.value], q.wanted));
  return found;
}

function judge(text) {
  const q = questions[at()], answer = answers[at()], got = read(text);
  if (within(data.tolerance, got, q.wanted)) {
    answer.points = Math.max(0, data.points - answer.wrong.length - answer.hints);
    return tell(words("quiz: right", { text: q.solution }), "right");
  }
  const mistake = q.mistakes.find(([x]) => within(data.tolerance, got, x));
  const close = q.wanted && within(data.close.within, got, q.wanted, 0) ? data.close.text : "";
  const why = mistake ? mistake[1] : close;
  answer.wrong.push({ got, why });
  tell(words("quiz: wrong", { text: why || words("quiz: unknown", { got: shown(got), how: "" }) }), "wrong");
}
function read(text) {
  const byName = Object.fromEntries(values.map((v) => [v.name, v.data])), byGradient = {};
  for (const [v, x] of gradients()) for (const way of v.ways) byGradient[way] = x;
  try {
    return evaluated(text, { ...byName, ...byGradient });
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new Unreadable(unknownName(text, byName, byGradient) || error.message);
  }
}
function hint() {
  const answer = answers[at()], { hints } = questions[at()];
  answer.hints = Math.min(hints.length, answer.hints + 1);
  tell(hints[answer.hints - 1], "hint");
}
function skip() {
  const { solution } = questions[at()];
  answers[at()].points = 0;
  tell(solution, "skipped");
}
// The score, and every mistake explained.
function review() {
  return questions.flatMap(({ solution }, k) => {
    const { wrong, hints, points } = answers[k], gaveUp = points === 0 && wrong.length + hints < data.points;
    if (!wrong.length && !gaveUp) return [];
    return [[solution, wrong.map(({ got, why }) => words("quiz: yours", { got: shown(got), why: why && ` ${why}` }))]];
  });
}

// ---- Showing ---------------------------------------------------------------------------------------------

const boxes = values.map((v) => [...document.querySelectorAll(`#graph .node-${v.box}`)]);
const gradientLines = boxes.map((box) => box.flatMap((g) => [...g.querySelectorAll("text")]).find((t) => t.textContent.startsWith("grad")));

function tell(text, kind) {
  say($("verdict"), text);
  $("verdict").className = kind;
}
function show() {
  const k = at(), over = k === questions.length, found = gradients();
  $("asking").hidden = over;
  $("review").hidden = !over;
  say($("score"), points());
  showProgress(k);
  showValues(over ? -1 : questions[k].value, found);
  if (over) return showReview();
  say($("heading"), questions[k].heading);
  say($("gradient"), `${values[questions[k].value].ways[0]} =`);
}
function showProgress(k) {
  const marks = questions.map((_, i) => {
    const { points: earned, wrong } = answers[i], state = earned === null ? (i === k ? "open" : "later") : earned === data.points ? "full" : earned ? "part" : "none";
    const mark = make("li", "", state);
    const text = earned === null ? (i === k ? "open" : "later") : `${earned} of ${data.points} points`;
    mark.append(make("span", `question ${i + 1}: ${text}${wrong.length ? `, ${wrong.length} wrong` : ""}`, "hidden"));
    return mark;
  });
  $("progress").replaceChildren(...marks);
}
function showValues(asked, found) {
  $("rows").replaceChildren(...values.map((v, i) => {
    const row = make("tr", "", i === asked ? "asked" : ""), slope = found.has(v) ? shown(found.get(v)) : i === asked ? "?" : "";
    row.append(make("td", v.name), make("td", v.how || "leaf", "how"), make("td", shown(v.data), "n"), make("td", slope, "n gradient"));
    if (gradientLines[i]) say(gradientLines[i], `grad ${slope}`.trim());
    for (const g of boxes[i]) g.classList.toggle("asked", i === asked);
    return row;
  }));
  if (asked >= 0 && boxes[asked].length) intoFrame(boxes[asked][0]);
}
// Scroll the graph sideways, and not the page, until a box is in its middle.
function intoFrame(box) {
  const frame = $("graph"), outer = frame.getBoundingClientRect(), { left, width } = box.getBoundingClientRect();
  frame.scrollLeft += left + width / 2 - outer.left - outer.width / 2;
}
function showReview() {
  const list = make("dl");
  for (const [solution, wrong] of review()) {
    list.append(make("dt", solution), ...wrong.map((text) => make("dd", text)));
  }
  say($("total"), points());
  $("mistakes").replaceChildren(list);
}

$("question").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!$("guess").value.trim()) return;
  try {
    const before = at();
    judge($("guess").value.trim());
    if (at() !== before) $("guess").value = "";
    else $("guess").select();
    done();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    tell(error.message, "unread");
  }
});
function done() {
  keep();
  show();
  if (at() === questions.length) $("review").focus();
  else $("guess").focus({ preventScroll: true });
}
$("hint").addEventListener("click", () => { hint(); done(); });
$("skip").addEventListener("click", () => { skip(); $("guess").value = ""; done(); });
$("again").addEventListener("click", () => {
  answers = fresh();
  tell("", "");
  done();
});
show();
