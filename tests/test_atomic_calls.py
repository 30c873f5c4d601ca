"""Ctrl-C at any line of a call leaves everything as before the call, or as after it.

`interrupt` raises KeyboardInterrupt at one of the lines. Training is in `train/test_interrupts.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from interrupt import lines_of, some

import micrograd_tut as mg
from micrograd_tut.course.progress import Progress
from micrograd_tut.course.source import checks
from micrograd_tut.engine import topological

pytestmark = pytest.mark.filterwarnings(  # an interrupt between open() and its with statement
    "ignore::pytest.PytestUnraisableExceptionWarning"
)


class Case(NamedTuple):
    """One call on something fresh.

    Attributes:
        call: The call.
        state: What it may change, as something that can be compared.
    """

    call: Callable[[], object]
    state: Callable[[], object]


def graph() -> tuple[list[mg.Value], mg.Value]:
    """Leaves and the output of a graph with several operations and shared Values."""
    xs = [mg.Value(0.5 + i, label=f"x{i}") for i in range(4)]
    y = mg.Value(1.0)
    for x in xs:
        y = (y * x).tanh() + x
    return xs, mg.dot(xs, xs) + y


def graph_with_gradients() -> mg.Value:
    _, y = graph()
    y.backward()
    return y


def shown(y: mg.Value) -> list[tuple[float, float]]:
    return [(v.data, v.grad) for v in topological(y)]


def forward(_folder: Path) -> Case:
    xs, y = graph()
    for x in xs:
        x.data += 1.0
    return Case(y.forward, lambda: shown(y))


def backward(_folder: Path) -> Case:
    _, y = graph()
    y.backward()
    return Case(y.backward, lambda: shown(y))


def backward_by_hand(_folder: Path) -> Case:
    x, y = micrograds_tanh()
    return Case(y.backward, lambda: (shown(y), x.grad))


def grad_by_hand(_folder: Path) -> Case:
    x, y = micrograds_tanh()
    x.grad = 7.0
    return Case(lambda: mg.grad(y, [x]), lambda: shown(y))


def micrograds_tanh() -> tuple[mg.Value, mg.Value]:
    """A tanh written by hand, as in the lecture."""
    x = mg.Value(0.5)
    out = mg.Value(math.tanh(x.data), (x,), "tanh")

    def _backward() -> None:
        x.grad += (1 - out.data**2) * out.grad

    out._backward = _backward
    return x, out * 2.0


def zero_grad(_folder: Path) -> Case:
    _, y = graph()
    y.backward()
    return Case(lambda: mg.zero_grad(y), lambda: shown(y))


def network() -> tuple[mg.MLP, mg.Value]:
    model = mg.MLP(2, [3, 1], seed=1)
    loss = model([0.3, -0.7]) ** 2
    loss.backward()
    return model, loss


def numbers(model: mg.MLP) -> list[tuple[float, float]]:
    return [(p.data, p.grad) for p in model.parameters()]


def zero_grad_of_a_network(_folder: Path) -> Case:
    model, _ = network()
    return Case(model.zero_grad, lambda: numbers(model))


def weights_of_a_neuron(_folder: Path) -> Case:
    neuron = mg.Neuron(3, seed=1)
    return Case(lambda: setattr(neuron, "w", [1.0, 2.0, 3.0]), lambda: [w.data for w in neuron.w])


def step_of_an_optimizer(_folder: Path) -> Case:
    model, _ = network()
    optimizer = mg.SGD(lr=0.1, momentum=0.9)
    return Case(
        lambda: optimizer.step(model.parameters()), lambda: (numbers(model), optimizer.steps)
    )


def load_into_a_network(folder: Path) -> Case:
    mg.save(mg.MLP(2, [3, 1], seed=2), folder / "m")
    model, _ = network()
    return Case(lambda: mg.load(model, folder / "m"), lambda: numbers(model))


def content(path: Path) -> bytes:
    """What a file holds; nothing else may be beside it."""
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    return path.read_bytes()


def save(folder: Path) -> Case:
    path = folder / "m"
    mg.save(mg.MLP(2, [3, 1], seed=1), path)
    return Case(lambda: mg.save(mg.MLP(2, [3, 1], seed=2), path), lambda: content(path))


def page(folder: Path) -> Case:
    path = folder / "page.html"
    path.write_bytes(b"old")
    stepper = mg.step(graph()[1])
    return Case(lambda: stepper.page(path), lambda: content(path))


def picture(folder: Path) -> Case:
    path = folder / "graph.dot"
    path.write_bytes(b"old")
    _, y = graph()
    return Case(lambda: mg.draw(y).save(path), lambda: (content(path), shown(y)))


def written_over(write: Callable[[Path], object], name: str) -> Callable[[Path], Case]:
    """A call that writes a file where one is."""

    def case(folder: Path) -> Case:
        path = folder / name
        path.write_bytes(b"old")
        return Case(lambda: write(path), lambda: content(path))

    return case


def gradient_of_a_compiled_function(_folder: Path) -> Case:
    model, _ = network()
    f = mg.compile(lambda x: model(x) ** 2, example=([0.3, -0.7],))
    return Case(lambda: f.backward([[0.3, -0.7], [1.0, 2.0]]), lambda: numbers(model))


def answers(act: Callable[[Any], object]) -> Callable[[Path], Case]:
    def case(_folder: Path) -> Case:
        quiz = mg.quiz(graph()[1])
        quiz.skip()
        return Case(lambda: act(quiz), lambda: (quiz.asked(), quiz.review(), len(quiz.known())))

    return case


def answer_of_a_course(folder: Path) -> Case:
    check, progress = checks()[0], Progress(folder / "course.json")
    progress.record(check, check.questions[0], wrong=0)
    return Case(
        lambda: progress.record(check, check.questions[1], wrong=2),
        lambda: (content(folder / "course.json"), Progress(folder / "course.json").answers),
    )


def moves(move: Callable[[Any], object], at: int) -> Callable[[Path], Case]:
    def case(_folder: Path) -> Case:
        xs, y = graph()
        for x in xs:
            x.grad = 7.0
        stepper = mg.step(y)
        stepper.goto(at)
        return Case(lambda: move(stepper), lambda: (stepper.position, shown(y)))

    return case


def declare_an_operation(_folder: Path) -> Case:
    mg.OPS.pop("cube", None)

    def declare() -> None:
        mg.operation("cube", lambda x: x**3, lambda x, out: 3 * x**2)

    def state() -> object:
        op = mg.OPS.get("cube")
        return op and (op.custom, op(2.0), op.partials_at((2.0,), 8.0), str(op.symbol))

    return Case(declare, state)


CASES: dict[str, Callable[[Path], Case]] = {
    f.__name__: f
    for f in (
        forward,
        backward,
        backward_by_hand,
        grad_by_hand,
        zero_grad,
        zero_grad_of_a_network,
        weights_of_a_neuron,
        step_of_an_optimizer,
        load_into_a_network,
        save,
        page,
        picture,
        declare_an_operation,
        gradient_of_a_compiled_function,
        answer_of_a_course,
    )
} | {
    "animate": written_over(lambda path: mg.draw(graph_with_gradients()).animate(path), "a.svg"),
    "svg": written_over(lambda path: mg.draw(graph()[1]).save(path), "a.svg"),
    "network": written_over(
        lambda path: mg.draw_network(mg.MLP(2, [2, 1], seed=1)).save(path), "n.dot"
    ),
    "quiz page": written_over(lambda path: mg.quiz(graph()[1]).page(path), "q.html"),
    "right answer": answers(lambda quiz: quiz.answer("1")),
    "wrong answer": answers(lambda quiz: quiz.answer("7")),
    "hint": answers(lambda quiz: quiz.hint()),
    "skip": answers(lambda quiz: quiz.skip()),
    "next": moves(lambda s: s.next(), 20),
    "the seed": moves(lambda s: s.next(), 10),
    "back": moves(lambda s: s.back(), 20),
    "goto": moves(lambda s: s.goto(30), 3),
    "goto back": moves(lambda s: s.goto(3), 30),
    "run": moves(lambda s: s.run(), 0),
    "reset": moves(lambda s: s.reset(), 20),
}


def fresh(name: str, folder: Path) -> Case:
    for path in folder.iterdir():
        path.unlink()
    return CASES[name](folder)


@pytest.mark.parametrize("name", CASES)
def test_interrupted_call_is_done_or_not_begun(
    name: str, tmp_path: Path, tries: Callable[[int, int], int], figure: Callable[..., None]
) -> None:
    case = fresh(name, tmp_path)
    old = case.state()
    case.call()  # the first call may load modules
    new = case.state()
    assert fresh(name, tmp_path).state() == old
    case = fresh(name, tmp_path)
    lines = lines_of(case.call)
    assert case.state() == new
    places = some(range(lines), tries(40, 150))
    for place in places:
        case = fresh(name, tmp_path)
        with pytest.raises(KeyboardInterrupt):
            lines_of(case.call, place)
        assert case.state() in (old, new), place
        case.call()
    mg.OPS.pop("cube", None)
    figure("interrupted calls", "{:,} done, or not begun", len(places))
