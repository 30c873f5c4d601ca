// ---- Answers: numbers, fractions, and formulas of what is known -----------------------------------------

class Unreadable extends Error {}

const LONE = /^[-+−]?[\d.,]+(?:e[-+]?\d+)?(?:\s*\/\s*[-+−]?[\d.,]+)?$/i;
const LEVELS = [["+", "-"], ["*", "/", "//", "%"]]; // of operators, the loosest first; ** binds tightest
const SAME = { "·": "*", "×": "*", "−": "-" };
const APPLY = {
  "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "/": (a, b) => a / b,
  "//": (a, b) => Math.floor(a / b), "%": (a, b) => a - b * Math.floor(a / b), "**": (a, b) => a ** b,
};
const known = { pi: Math.PI };

// The number that an answer gives. Names are those of Values and of known gradients, such as ∂L/∂a.
function evaluated(answer, names) {
  const lone = LONE.test(answer), text = lone ? answer.replaceAll(",", ".") : answer.replace(/1 if (\w+) > 0 else 0/g, "heaviside($1)");
  const tokens = piecesOf(text, Object.keys(names));
  let at = 0;
  const take = (...signs) => (signs.includes(tokens[at]) ? tokens[at++] : "");
  const fail = () => { throw new Unreadable(words("quiz: type", data)); };

  function sum(level = 0) {
    if (level === LEVELS.length) return signed();
    let left = sum(level + 1);
    for (let sign = take(...LEVELS[level]); sign; sign = take(...LEVELS[level])) left = APPLY[sign](left, sum(level + 1));
    return left;
  }
  function signed() {
    const sign = take("-", "+");
    if (sign) return sign === "-" ? -signed() : signed();
    const base = atom();
    return take("**") ? APPLY["**"](base, signed()) : base;
  }
  function atom() {
    const piece = tokens[at++];
    if (piece === undefined) fail();
    if (piece === "(") return inside(sum());
    if (/^[\d.]/.test(piece)) return Number(piece);
    if (piece in names) return names[piece];
    if (piece in known) return known[piece];
    return take("(") ? call(piece) : fail();
  }
  function inside(x) { return take(")") ? x : fail(); }
  function call(name) {
    const inputs = [sum()], place = data.functions.indexOf(name);
    while (take(",")) inputs.push(sum());
    if (place < 0 || inputs.length !== operations[place].length) fail();
    return inside(operations[place](...inputs)[0]);
  }
  const result = sum();
  if (at < tokens.length || !Number.isFinite(result)) fail();
  return result;
}
function piecesOf(text, names) {
  const whole = names.filter((name) => !/^\w+$/.test(name)).map((name) => name.replace(/[.*+?^${}()|[\]\\\/]/g, "\\$&"));
  const piece = new RegExp(`(?:${whole.join("|") || "(?!)"})(?![\\p{L}\\p{N}_])|\\d+\\.?\\d*(?:e[-+]?\\d+)?|\\.\\d+(?:e[-+]?\\d+)?|[\\p{L}_][\\p{L}\\p{N}_]*|\\*\\*|//|\\S`, "giu");
  return [...text.matchAll(piece)].map(([found]) => SAME[found] || found);
}
// What to say of the first name in an answer that stands for nothing; "" if all do.
function unknownName(answer, values, gradients) {
  const quoted = data.output.replace(/[.*+?^${}()|[\]\\\/]/g, "\\$&");
  const derivative = new RegExp(`[∂d]${quoted}/[∂d][\\p{L}\\p{N}_]+|[\\p{L}_][\\p{L}\\p{N}_]*\\.grad(?![\\p{L}\\p{N}_])`, "gu");
  for (const name of answer.match(derivative) || []) {
    if (!(name in gradients)) return words("quiz: not yet", { name, known: listed(Object.keys(gradients).filter((way) => way.startsWith("∂"))) });
  }
  for (const name of answer.match(/[\p{L}_][\p{L}\p{N}_]*/gu) || []) {
    if (!(name in values) && !data.functions.includes(name) && !(name in known)) return words("quiz: no value", { name: `'${name}'`, values: listed(Object.keys(values)) });
  }
  return "";
}
