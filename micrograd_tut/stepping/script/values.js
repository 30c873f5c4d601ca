// ---- The graph, and the numbers that follow from those of its leaves --------------------------------

const finite = (x) => (typeof x === "string" ? Number(x.replace("inf", "Infinity")) : x);
const textOf = (index) => data.texts[index];

const edges = [];
const nodes = data.nodes.map((n, i) => {
  const inputs = n.inputs || [], first = edges.length;
  inputs.forEach((from, position) => edges.push({ from, to: i, position, ...data.edges[first + position] }));
  return {
    ...n, inputs, first, leaf: !n.inputs, constant: n.constant === true, how: n.how || "leaf",
    held: number(finite(n.held || 0)), gradient: `∂${data.output}/∂${n.name}`,
  };
});
const root = nodes.length - 1;
const definition = (n) => `${n.name} = ${n.how}`;
const called = (n) => (n.loss ? `${n.name} (${n.loss})` : definition(n));

// What Python computed: the number of each Value, and the local derivative along each edge.
const original = {
  data: data.nodes.map((n) => finite(n.data)),
  locals: data.nodes.flatMap((n) => (n.locals || []).map(finite)),
};

class Refused extends Error {}

// The same for other numbers of the leaves; Refused where finite numbers give one that is not.
function valuesAt(leaves) {
  const numbers = [...leaves], locals = new Array(edges.length).fill(0);
  nodes.forEach((n, i) => {
    if (n.leaf) return;
    const inputs = n.inputs.map((k) => numbers[k]), [value, ...slopes] = operations[n.operation](...inputs);
    if (!Number.isFinite(value) && inputs.every(Number.isFinite)) throw new Refused(outside(n, inputs, value));
    numbers[i] = value;
    slopes.forEach((slope, k) => { if (!nodes[n.inputs[k]].constant) locals[n.first + k] = slope; });
  });
  return { data: numbers, locals };
}
function outside(n, inputs, value) {
  const { formula, letters, needs, infix } = data.operations[n.operation];
  const got = inputs.map((x, k) => {
    const { name, constant } = nodes[n.inputs[k]];
    return `${letters[k]} = ${exact(x)}${constant ? "" : ` (Value '${name}')`}`;
  });
  const large = infix && !Number.isNaN(value) && !inputs.includes(0);
  const of = (text) => (letters.includes(text) ? inputs[letters.indexOf(text)] : Number(text));
  const condition = large ? undefined : needs.find((text) => !isMet(text, of));
  if (!condition) return words("too large", { formula, numbers: got.slice(0, 4).join(", ") });
  const guilty = got.filter((_, k) => condition.split(" ").includes(letters[k]));
  return words("needs", { formula, condition, numbers: (guilty.length ? guilty : got).join(", ") });
}
const COMPARISONS = {
  ">": (a, b) => a > b, ">=": (a, b) => a >= b, "<": (a, b) => a < b, "<=": (a, b) => a <= b,
  "!=": (a, b) => a !== b, "=": (a, b) => a === b,
};
// Whether numbers meet a condition such as "y >= 0 if x = 0"; not if it has another form.
function isMet(condition, of) {
  const [claim, when] = condition.split(" if ");
  if (when && !isMet(when, of)) return true;
  return claim.split(" and ").every((part) => {
    const [left, sign, right, ...more] = part.split(" ");
    return !more.length && sign in COMPARISONS && COMPARISONS[sign](of(left), of(right));
  });
}
function formulaInNumbers(n, values) {
  return n.numbers.replace(/\{(\d+)(\(\))?\}/g, (_, k, around) => {
    const text = shown(values.data[n.inputs[k]]);
    return around && text.startsWith("-") ? `(${text})` : text;
  });
}
