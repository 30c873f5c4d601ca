// ---- The steps of backprop, as `walk` in Python makes them ------------------------------------------

class Step {
  constructor(values, about) { Object.assign(this, { values }, about); }
  get title() {
    const n = nodes[this.node];
    if (this.kind === "start") return words("start");
    if (this.kind === "seed") return words("seed", n);
    if (this.kind === "forward") return words("compute", { computed: n.loss ? `${n.name} (${n.loss})` : n.name });
    return this.edge === undefined ? words("nothing", { called: called(n) }) : words("into", { called: called(n), input: this.input.name });
  }
  get rule() {
    const n = nodes[this.node];
    if (this.kind === "start") return listed(nodes.flatMap((v, i) => (v.leaf && !v.constant ? [`${v.name} = ${shown(this.values.data[i])}`] : [])));
    if (this.kind === "forward") return n.textbook || definition(n);
    if (this.kind === "seed") return `${n.gradient} ${n.leaf ? "+=" : "="} 1`;
    if (this.edge === undefined) return words("no rule", n);
    const [into, upstream, local] = this.parts;
    return words("rule", { into, upstream, local });
  }
  get parts() {
    return this.edge === undefined ? undefined : [this.input.gradient, nodes[this.node].gradient, factorOf(this.edge)];
  }
  get input() { return nodes[this.target]; }
  get factors() { return [this.product, this.upstream, this.local].map(number); }
  get factorTexts() {
    const [product, upstream, local] = this.factors.map((x) => x.text);
    return { product, upstream, local };
  }
  get numbers() {
    const n = nodes[this.node];
    if (this.kind === "forward") return `${shown(this.values.data[this.node])} = ${formulaInNumbers(n, this.values)}`;
    return this.edge === undefined ? "" : words("product", this.factorTexts);
  }
  get localDerivative() {
    if (this.edge === undefined) return "";
    const symbols = textOf(edges[this.edge].rule), text = shown(this.local);
    const equal = [text, inFormula(this.local)].includes(symbols) ? "" : ` = ${symbols}`;
    return `∂${nodes[this.node].name}/∂${this.input.name}${equal} = ${text}`;
  }
  get summed() { return `${this.input.name}.grad`; }
  get sum() {
    const before = shown(this.before), after = this.after && this.after.text;
    if (this.kind === "seed") return words("seed sum", { name: this.input.name, before, after });
    if (this.edge === undefined) return "";
    const paths = this.paths > 1 ? words("path", this) : "";
    return words("sum", { name: this.summed, before, product: shown(this.product), after, paths });
  }
  get remark() { return [this.meaning(), this.accumulation()].filter(Boolean).join(" "); }
  meaning() {
    const { output } = data, n = nodes[this.node];
    if (this.kind === "start") return leftFromBefore();
    if (this.kind === "seed") return words("of the seed", { output });
    if (this.kind === "forward") return n.loss ? words("why logits") : "";
    if (this.edge === undefined) return words("no flow", { output, node: n.name });
    return this.local === 0 ? words("flat", { input: this.input.name, node: n.name }) : "";
  }
  accumulation() {
    if (this.target === undefined || this.before === 0) return "";
    const { name, leaf } = this.input;
    if (this.path > 1) return words("again", { name, paths: this.paths });
    return leaf ? words("held", { name, before: shown(this.before) }) : "";
  }
  // What is asked before the step is shown, with hints and the usual mistakes.
  get ask() {
    const n = nodes[this.node];
    if (this.kind === "forward") {
      const inputs = listed([...new Set(n.inputs.map((k) => nodes[k].name))]);
      return {
        text: words("ask: value", n), answer: number(this.values.data[this.node]), mistakes: [],
        hints: [words("hint: value", { inputs }), definition(n), formulaInNumbers(n, this.values)],
      };
    }
    if (this.edge === undefined) return undefined;
    const multiply = words("hint: multiply", { start: "Multiply", node: n.name, input: this.input.name });
    return {
      text: words("ask: backward"), answer: number(this.product), mistakes: wrongAnswers(this),
      hints: [`${multiply}.`, this.rule, words("factors", this.factorTexts)],
    };
  }
}

function factorOf(edge) {
  const { rule, factor = rule } = edges[edge];
  return textOf(factor);
}
function leftFromBefore() {
  const left = nodes.filter((n) => !n.constant && n.held.value !== 0);
  const texts = left.map((n) => `${n.name}.grad = ${n.held.text}`);
  return left.length ? words("left", { left: listed(texts), them: left.length === 1 ? "it" : "them" }) : "";
}

// Wrong answers for what one step adds, each number once, and what leads to them.
function wrongAnswers(step) {
  const wrong = [], known = [step.product];
  for (const way of ["sign", ...(edges[step.edge].wrong || [])]) {
    const x = wrongProduct(way, step);
    if (!Number.isFinite(x) || known.some((other) => within(data.tolerance, x, other))) continue;
    known.push(x);
    wrong.push([x, way === "sign" ? data.sign : explained(way, step)]);
  }
  return wrong;
}
function explained(way, step) {
  const n = nodes[step.node], inputs = n.inputs.map((k) => nodes[k].name), [first, second] = inputs, { name } = step.input;
  const other = typeof way === "number" ? inputs[way] : way === "swapped" ? words("mistake: swapped", { first, second }) : "";
  return words(`mistake: ${other ? "operand" : way}`, {
    computed: definition(n), gradient: n.gradient, local: `∂${n.name}/∂${name}`,
    input: name, node: n.name, rule: textOf(edges[step.edge].rule), other,
  });
}
function wrongProduct(way, { upstream, local, product, node, edge, values }) {
  const inputs = nodes[node].inputs.map((k) => values.data[k]), { position } = edges[edge];
  if (typeof way === "number") return upstream * inputs[way];
  const out = values.data[node], partials = data.fixed ? () => [] : textbookRules[nodes[node].operation];
  const rule = (numbers, y) => upstream * partials(...numbers, y)[position];
  switch (way) {
    case "local": return local;
    case "upstream": return upstream;
    case "sign": case "minus": return -product;
    case "sum": return upstream + local;
    case "reciprocal": return local ? upstream / local : NaN;
    case "swapped": return rule([...inputs].reverse(), out);
    case "at output": return rule(Object.assign([...inputs], { [position]: out }), out);
    default: return rule(inputs, inputs[position]);
  }
}

function backwardWalk(values) {
  const computed = nodes.flatMap((n, i) => (n.leaf ? [] : [i]));
  const top = nodes[root], before = top.leaf ? top.held.value : finite(data.before), seed = (top.leaf ? before : 0) + 1;
  const steps = [
    { kind: "start", node: root },
    ...computed.map((node) => ({ kind: "forward", node })),
    { kind: "seed", node: root, target: root, before, after: number(seed) },
    ...stepsBack(values, seed),
  ];
  const made = steps.map((about) => new Step(values, about));
  countPaths(made);
  const complete = {};
  made.forEach((s, k) => {
    if (s.target !== undefined) complete[s.target] = k;
    else if (s.kind === "backward") for (const i of nodes[s.node].inputs) if (!nodes[i].constant) complete[i] = k;
  });
  const ending = words("backward ending", { output: data.output });
  return { values, leaf: null, forward: false, word: "grad", ending, complete, ...withFlows(made) };
}

// The chain rule, edge by edge; a factor that is 0 contributes nothing, so 0 * inf does not make nan.
function stepsBack(values, seed) {
  const gradient = nodes.map((n) => (n.leaf ? n.held.value : undefined)), now = [...gradient], steps = [];
  gradient[root] = now[root] = seed;
  for (let node = root; node >= 0; node--) {
    const n = nodes[node], upstream = gradient[node];
    if (n.leaf) continue;
    if (!upstream && !Number.isNaN(upstream)) {
      steps.push({ kind: "backward", node });
      continue;
    }
    n.inputs.forEach((target, position) => {
      if (nodes[target].constant) return;
      const edge = n.first + position, local = values.locals[edge], product = upstream === 0 || local === 0 ? 0 : upstream * local;
      checkFlow(node, target, values, upstream, local);
      if (product !== 0) gradient[target] = gradient[target] === undefined ? product : added(node, target, gradient[target], product);
      const before = now[target] || 0;
      now[target] = gradient[target] || 0;
      steps.push({ kind: "backward", node, target, edge, upstream, local, product, before, after: number(now[target]) });
    });
  }
  return steps;
}
function checkFlow(node, target, values, upstream, local) {
  const product = upstream * local, names = { name: nodes[target].name, node: called(nodes[node]) };
  if (Number.isFinite(product) || !Number.isFinite(upstream) || upstream === 0 || local === 0) return;
  if (Number.isFinite(local)) throw new Refused(words("gradient too large", { ...names, numbers: `${shown(upstream)} × ${shown(local)}` }));
  if (Number.isNaN(product) && nodes[node].inputs.every((k) => Number.isFinite(values.data[k]))) throw new Refused(words("no derivative", { ...names, numbers: nodes[node].inputs.map((k) => exact(values.data[k])).join(", ") }));
}
function added(node, target, before, product) {
  const sum = before + product;
  if (Number.isFinite(before) && Number.isFinite(product) && !Number.isFinite(sum)) {
    const names = { name: nodes[target].name, node: called(nodes[node]) };
    throw new Refused(words("gradient too large", { ...names, numbers: `${shown(before)} + ${shown(product)}` }));
  }
  return sum;
}

function countPaths(steps) {
  const paths = {};
  for (const s of steps) if (s.edge !== undefined) s.path = paths[s.target] = (paths[s.target] || 0) + 1;
  for (const s of steps) if (s.edge !== undefined) s.paths = paths[s.target];
}

// What flows along each edge, how it looks, and from which step on.
function withFlows(steps) {
  const begins = steps.findIndex((s) => s.kind === "seed"), flows = new Map();
  steps.forEach((s, k) => {
    if (s.edge !== undefined) flows.set(s.edge, [s.product, k]);
    else if (s.kind === "backward") nodes[s.node].inputs.forEach((_, position) => flows.set(nodes[s.node].first + position, [0, k]));
  });
  const sizes = [...flows.values()].map(([flow]) => Math.abs(flow)).filter(Number.isFinite), largest = Math.max(0, ...sizes);
  return {
    steps, begins, paths: (i) => steps.filter((s) => s.target === i && s.edge !== undefined),
    flows: edges.map((e, i) => {
      const [flow, since] = flows.get(i) || [0, begins];
      return { text: shown(flow), sign: nodes[e.from].constant ? "unknown" : signOf(flow), width: widthOf(flow, largest), since };
    }),
  };
}
const signOf = (x) => (x > 0 ? "positive" : x < 0 ? "negative" : Number.isNaN(x) ? "undefined" : "none");
function widthOf(flow, largest) {
  if (!flow) return 1;
  const fraction = Math.abs(flow) === Infinity ? 1 : largest ? Math.min(Math.abs(flow) / largest, 1) : 0;
  return Math.round((data.widths[0] + data.widths[1] * Math.sqrt(fraction)) * 100) / 100;
}

// Every path that contributes to the gradient of a Value, and their sum, line by line.
function storyLines(walk, i) {
  const n = nodes[i], come = walk.paths(i), terms = come.map((s) => shown(s.product));
  const lines = come.map((s) => words("through", { called: called(nodes[s.node]), ...s.factorTexts }));
  if (n.name === data.output) return [...lines, words("by definition", n)];
  if (!come.length) return [...lines, words("nothing back", n)];
  const { before } = come[0], held = before === 0 ? [] : [words("held before", { before: shown(before) })];
  const total = listedSum([...held, ...terms]), after = come[come.length - 1].after.text;
  return [...lines, `${n.gradient} = ${total}${total === after ? "" : ` = ${after}`}`];
}
function listedSum(terms, most = 6) {
  if (terms.length <= most) return terms.join(" + ");
  const more = words("more terms", { count: counted(terms.length - most + 1) });
  return [...terms.slice(0, most - 2), more, terms[terms.length - 1]].join(" + ");
}
function madeLine(i, text) {
  const n = nodes[i];
  return words(n.leaf ? "leaf" : "made", { name: n.name, data: text, formula: n.how });
}
