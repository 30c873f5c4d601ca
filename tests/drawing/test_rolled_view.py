"""Loops: their steps are found, and drawn as the first, the last, and one box between them."""

import math
import random
import re
from collections.abc import Callable

import pytest
from drawing_graphs import SVG, group, parsed, texts

import micrograd_tut as mg
from micrograd_tut.drawing import draw
from micrograd_tut.drawing.annotated import annotate
from micrograd_tut.drawing.grouped_view import choose_detail
from micrograd_tut.drawing.loops import Loop, find_loop
from micrograd_tut.drawing.scene import Box
from micrograd_tut.engine import Value, topological
from micrograd_tut.graph.naming import DisplayNames

STEPS = 12


def rnn(n: int = STEPS) -> Value:
    """The squared error of the last state of a scalar RNN."""
    w, u, b = Value(0.5, "w"), Value(0.9, "u"), Value(0.1, "b")
    h = Value(0.0, "h0")
    for t in range(n):
        h = mg.tanh(w * Value(math.sin(t), f"x{t + 1}") + u * h + b)
    return (h - 1.0) ** 2


def rnn_with_loss(n: int = STEPS) -> Value:
    """The same with an error in every step, averaged."""
    w, u, h = Value(0.5, "w"), Value(0.9, "u"), Value(0.0, "h0")
    losses = []
    for t in range(n):
        h = mg.tanh(w * Value(0.1 * t) + u * h)
        losses.append((h - Value(0.5)) ** 2)
    return mg.mean(losses)


def rnn_of_layers(n: int = STEPS) -> Value:
    cell = mg.Layer(4, 3, activation="tanh", seed=1)
    h = [Value(0.0) for _ in range(3)]
    for t in range(n):
        h = cell([Value(0.1 * t), *h])
    return mg.sum(h)


def lstm(n: int = STEPS) -> Value:
    gates = [
        [Value(0.3 + 0.1 * j, f"{letter}{gate}") for j, letter in enumerate("wub")]
        for gate in "ifog"
    ]
    h, c = Value(0.0, "h0"), Value(0.0, "c0")
    for t in range(n):
        x = Value(0.1 * t, f"x{t + 1}")
        i, f, o, g = (w * x + u * h + b for w, u, b in gates)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
    return h


def gradient_descent(n: int = STEPS) -> Value:
    """(x - 1)² + (x y - 2)² after n steps, recorded with their gradients."""

    def f(x: Value, y: Value) -> Value:
        return (x - 1) ** 2 + (x * y - 2) ** 2

    x, y = Value(3.0, "x"), Value(1.0, "y")
    for _ in range(n):
        slope_x, slope_y = mg.grad(f(x, y), [x, y], create_graph=True)
        x, y = x - 0.05 * slope_x, y - 0.05 * slope_y
    return f(x, y)


def loop_of(y: Value) -> Loop:
    loop = find_loop(topological(y))
    assert loop is not None
    return loop


@pytest.mark.parametrize(
    ("graph", "operations", "states"),
    [
        (rnn, 5, 1),  # two products, two sums, tanh; the state
        (rnn_with_loss, 6, 1),  # two products, a sum, tanh, difference, square
        (rnn_of_layers, 6, 3),  # three neurons of a weighted sum and tanh
        (lstm, 25, 2),  # four gates of two products, two sums and an activation; five more
        (gradient_descent, 12, 2),
    ],
)
def test_every_step_of_a_loop_is_found_with_what_it_hands_to_the_next(
    graph: Callable[[], Value], operations: int, states: int
) -> None:
    loop = loop_of(graph())
    assert [len(step) for step in loop.steps] == [operations] * STEPS
    assert [len(state) for state in loop.states] == [states] * STEPS


def test_the_states_of_an_rnn_are_the_results_of_its_activations() -> None:
    y = rnn()
    every = [v for v in topological(y) if v.op and v.op.name == "tanh"]
    assert [state for (state,) in loop_of(y).states] == every


def test_an_rnn_that_starts_in_the_middle_of_a_graph_is_found() -> None:
    a = Value(0.1)
    h = mg.sin(mg.exp(a) * 2.0)
    for _ in range(STEPS):
        h = (h * 0.5 + a).tanh()
    assert len(loop_of(mg.exp(mg.cos(h) - 1.0)).steps) == STEPS


@pytest.mark.parametrize("start", ["leaf", "exp(x) * w", "tanh(x)", "tanh(x * w)"])
@pytest.mark.parametrize("end", ["state", "state * w", "exp(state)"])
def test_a_step_ends_with_its_state_whatever_comes_before_and_after(start: str, end: str) -> None:
    x, w = Value(0.3), Value(0.5)
    begin = {"leaf": x, "exp(x) * w": mg.exp(x) * w, "tanh(x)": mg.tanh(x)}
    h = begin.get(start, mg.tanh(x * w))
    states = []
    for _ in range(10):
        h = mg.tanh(h * w + mg.sin(h) * w + mg.cos(h) * w)
        states.append(h)
    y = {"state": h, "state * w": h * w}.get(end, mg.exp(h))
    assert [state for (state,) in loop_of(y).states] == states


def test_a_leaf_computed_once_and_used_in_all_steps_belongs_to_none() -> None:
    h = mg.tanh(Value(0.3) * 2.0)
    y = h
    for _ in range(10):
        y = (y + h).tanh()
    assert [[v.op.name for v in step] for step in loop_of(y).steps] == [["add", "tanh"]] * 10


@pytest.mark.parametrize("seed", range(20))
def test_a_random_body_is_found_as_often_as_it_was_repeated(seed: int, full: bool) -> None:
    for k in range(15 if full else 3):
        r = random.Random(1000 * seed + k)
        names = [r.choice(["add", "mul", "sub"]) for _ in range(r.randint(2, 6))]
        steps, w = r.randint(5, 30), Value(0.5)
        state = Value(0.3)
        for _ in range(steps):
            made = [state]
            for name in names:
                made.append(mg.OPS[name](made[-1], r.choice([w, Value(0.1)])))
            state = mg.tanh(made[-1])
        loop = loop_of(state)
        whole = len(loop.steps) * len(loop.steps[-1])
        assert whole == steps * (len(names) + 1)
        # a body that repeats itself within a step, such as + +, may count as several steps
        assert len(loop.steps) % steps == 0


@pytest.mark.parametrize(
    "graph",
    [
        lambda: mg.MLP(3, [8, 8, 1], seed=1)([1.0, 2.0, 3.0]),
        lambda: mg.sum([Value(float(i)) * 2.0 for i in range(50)]),
        lambda: Value(1.0),
        lambda: mg.exp(mg.sin(mg.log(Value(2.0)))),
    ],
)
def test_what_does_not_repeat_has_no_loop(graph: Callable[[], Value]) -> None:
    assert find_loop(topological(graph())) is None


# --- The picture --------------------------------------------------------------------------------


def rolled(y: Value, **options: str) -> mg.Drawing:
    y.backward()
    return draw(y, "rolled", **options)


def in_frame(drawing: mg.Drawing, start: str) -> list[Box]:
    boxes = drawing.scene.boxes
    return [box for box in boxes if box.frames and box.frames[0].startswith(start)]


def middle(drawing: mg.Drawing) -> Box:
    (box,) = [box for box in drawing.scene.boxes if "more like this" in box.title]
    return box


def test_the_first_and_the_last_step_are_drawn_and_the_others_counted() -> None:
    drawing = rolled(rnn())
    for frame, x, operations in (("step 1 ", "x1", 5), (f"step {STEPS} ", f"x{STEPS}", 5)):
        boxes = in_frame(drawing, frame)
        assert sum(box.kind == "operation" for box in boxes) == operations
        assert [box.name for box in boxes if box.kind == "leaf" and box.name[0] == "x"] == [x]
    assert middle(drawing).title == f"{STEPS - 2} more like this"
    assert f"steps 2 … {STEPS - 1}" in middle(drawing).lines
    assert "uses b, w, u" in middle(drawing).lines


def test_what_all_steps_use_stands_in_the_first_and_again_in_the_last() -> None:
    last = in_frame(rolled(rnn()), f"step {STEPS} ")
    assert sorted(box.lines[0] for box in last if box.again is not None) == [
        "b = 0.1", "u = 0.9", "w = 0.5",
    ]  # fmt: skip


def test_the_norm_of_the_gradient_is_shown_for_each_step() -> None:
    y = rnn()
    drawing = rolled(y)
    states = [v for v in topological(y) if v.op and v.op.name == "tanh"]
    for frame, state in (("step 1 ", states[0]), (f"step {STEPS} ", states[-1])):
        assert in_frame(drawing, frame)[0].frames[0].endswith(f"‖grad‖ {abs(state.grad):.4g}")
    shown = dict(re.findall(r"step (\d+): (\S+)", "\n".join(middle(drawing).lines)))
    assert len(shown) == 6
    for step, number in shown.items():
        assert number == f"{abs(states[int(step) - 1].grad):.4g}"


def test_the_bars_grow_with_the_gradient() -> None:
    lines = middle(rolled(rnn(40))).lines
    bars = [line.count("━") for line in lines if "━" in line]
    assert bars == sorted(bars)
    assert (bars[0], bars[-1]) == (1, 8)


def test_before_a_backward_pass_no_norms_are_shown() -> None:
    drawing = draw(rnn(), "rolled")
    assert "‖" not in drawing.source


@pytest.mark.parametrize("graph", [rnn, lstm, gradient_descent, rnn_of_layers])
@pytest.mark.parametrize("direction", ["LR", "RL", "TB", "BT"])
def test_time_runs_in_its_direction(graph: Callable[[], Value], direction: str) -> None:
    drawing = rolled(graph(), direction=direction)
    root = parsed(drawing.svg())
    places = []
    for part in ("step 1 ", "", f"step {STEPS} "):
        boxes = [id(box) for box in (in_frame(drawing, part) if part else [middle(drawing)])]
        numbers = [n for n, box in enumerate(drawing.scene.boxes) if id(box) in boxes]
        corners = [
            float(x if direction in ("LR", "RL") else y)
            for n in numbers
            for text in group(root, f"node-{n}").iter(f"{SVG}text")
            for x, y in [(text.get("x"), text.get("y"))]
        ]
        places.append((min(corners), max(corners)))
    if direction in ("RL", "BT"):
        places.reverse()
    assert places[0][1] < places[1][0]
    assert places[1][1] < places[2][0]


def test_the_same_operation_stands_at_the_same_height_in_the_first_and_the_last_step() -> None:
    drawing = rolled(rnn())
    root = parsed(drawing.svg())
    heights = {}
    for step in ("step 1 ", f"step {STEPS} "):
        boxes = {id(box) for box in in_frame(drawing, step) if box.title}
        heights[step] = [
            group(root, f"node-{n}").find(f"{SVG}text").get("y")
            for n, box in enumerate(drawing.scene.boxes)
            if id(box) in boxes
        ]
    assert len({tuple(sorted(found)) for found in heights.values()}) == 1


@pytest.mark.parametrize("graph", [rnn, rnn_with_loss, lstm, gradient_descent])
def test_a_rolled_loop_fits_on_a_screen_of_1400_pixels(graph: Callable[[], Value]) -> None:
    svg = rolled(graph(30)).svg()
    (width,) = re.findall(r'width="(\d+)pt"', svg)
    assert int(width) * 4 / 3 <= 1400


def test_a_graph_without_a_loop_is_drawn_in_another_way_and_says_so() -> None:
    drawing = draw(mg.MLP(2, [3, 1], seed=1)([1.0, 2.0]), "rolled")
    assert "no steps that repeat" in " ".join(texts(parsed(drawing.svg())))


def detail_of(y: Value) -> str:
    return choose_detail(annotate([y], DisplayNames({}, {})))


def test_auto_rolls_loops_of_several_operations() -> None:
    for graph in (rnn, rnn_with_loss, lstm, gradient_descent, rnn_of_layers):
        assert detail_of(graph()) == "rolled"


def test_auto_does_not_roll_layers_with_weights_of_their_own_nor_examples() -> None:
    assert detail_of(mg.MLP(2, [3] * 12 + [1], seed=1)([1.0, 2.0])) == "neurons"
    model = mg.MLP(2, [3, 1], seed=1)
    assert detail_of(sum(model([0.1 * i, 1.0]) for i in range(12))) == "layers"


def test_weights_of_neurons_stand_in_the_first_step_only() -> None:
    y = rnn_of_layers()
    drawing = rolled(y)
    lines = [" ".join(box.lines) for box in in_frame(drawing, f"step {STEPS} ")]
    assert not any("parameter" in line for line in lines)
