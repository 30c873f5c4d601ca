// ---- Forward mode: the derivative of every Value with respect to one leaf ---------------------------

class ForwardStep extends Step {
  get title() { return words("forward into", { input: nodes[edges[this.edge].from].name, definition: definition(nodes[this.node]) }); }
  get parts() {
    const [into, soFar] = [this.node, edges[this.edge].from].map((i) => partialOf(i, this.leaf));
    return [into, soFar, factorOf(this.edge)];
  }
  get localDerivative() { return ""; }
  get summed() { return this.parts[0]; }
  get remark() { return ""; }
  get ask() {
    const node = nodes[this.node].name, input = nodes[edges[this.edge].from].name;
    return {
      text: words("ask: forward mode"), answer: number(this.product),
      mistakes: this.product ? [[-this.product, data.sign]] : [],
      hints: [words("hint: forward mode", { so_far: this.parts[1], node, input }), this.rule, words("factors", this.factorTexts)],
    };
  }
}
// The first two steps: nothing is computed in them.
class ForwardStart extends Step {
  get seed() { return this.kind === "seed"; }
  get title() { return this.seed ? words("forward seed", { itself: partialOf(this.node, this.node) }) : words("forward start"); }
  get rule() { return this.seed ? `${partialOf(this.node, this.node)} = 1` : words("forward question", nodes[this.node]); }
  get sum() { return ""; }
  get remark() { return this.seed ? words("forward seed remark", nodes[this.node]) : words("forward remark"); }
}
const partialOf = (i, leaf) => `∂${nodes[i].name}/∂${nodes[leaf].name}`;

function forwardWalk(values, leaf) {
  const steps = [
    new ForwardStart(values, { kind: "start", node: leaf }),
    new ForwardStart(values, { kind: "seed", node: leaf, target: leaf, after: number(1) }),
    ...forwardSteps(values, leaf),
  ];
  countPaths(steps);
  const end = steps[steps.length - 1], slope = steps.length > 2 ? end.after.text : shown(leaf === root ? 1 : 0);
  const ending = words("forward ending", { slope: partialOf(root, leaf), number: slope });
  return { values, leaf, forward: true, word: `∂ / ∂${nodes[leaf].name}`, ending, complete: {}, ...withFlows(steps) };
}
function forwardSteps(values, leaf) {
  const slope = new Map([[leaf, 1]]), steps = [];
  nodes.forEach((n, node) => n.inputs.forEach((from, position) => {
    const edge = n.first + position, upstream = slope.get(from) || 0, local = values.locals[edge];
    if (upstream === 0 || nodes[from].constant) return;
    const product = local === 0 ? 0 : upstream * local, before = slope.get(node) || 0;
    slope.set(node, before + product);
    const about = { kind: "forward mode", leaf, node, target: node, edge, upstream, local, product, before };
    steps.push(new ForwardStep(values, { ...about, after: number(before + product) }));
  }));
  return steps;
}
