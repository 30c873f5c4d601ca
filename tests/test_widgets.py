"""Widgets for notebooks: what they show, and how they move Python's own numbers."""

from __future__ import annotations

import sys
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest

import micrograd_tut as mg
from micrograd_tut.errors import InputError, MissingPartError

X = [[x / 4 - 0.5, y / 3 - 0.5] for x in range(5) for y in range(4)]
Y = [int(x * y > 0) for x, y in X]


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    for name in [name for name in sys.modules if name.startswith("micrograd_tut.notebook.live")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr("micrograd_tut.bridges.libraries.import_module", _missing)
    with pytest.raises(MissingPartError, match=r'pip install "micrograd-tut\[widgets\]"'):
        mg.watch(mg.training(net(), X, Y))


def _missing(name: str) -> Any:
    raise ImportError(name)


def test_something_else_is_refused_with_what_to_write() -> None:
    with pytest.raises(InputError, match=r"got MLP\. Write mg\.watch\(mg\.training\(model, X, y\)"):
        mg.watch(net())  # type: ignore[call-overload]


def net(**settings: Any) -> mg.MLP:
    return mg.MLP(2, [3, 1], output="sigmoid", seed=0, **settings)


def loss() -> tuple[mg.Value, mg.Value, mg.Value]:
    a, b = mg.Value(2.0, label="a"), mg.Value(-3.0, label="b")
    return a, b, a * b + a


@pytest.fixture
def anywidget() -> Any:
    return pytest.importorskip("anywidget")


@pytest.mark.usefixtures("anywidget")
class TestTraining:
    def test_rows_are_those_of_the_run(self) -> None:
        rows = list(mg.training(net(), X, Y, epochs=4))
        assert list(mg.watch(mg.training(net(), X, Y, epochs=4))) == rows

    def test_at_the_end_it_shows_the_last_epoch(self) -> None:
        widget = mg.watch(mg.training(net(), X, Y, epochs=4, validation=0.25))
        assert widget.note == "4 epochs to train"
        assert not widget.curves
        history = widget.run()
        assert widget.ended
        assert widget.note.startswith(f"Epoch 4 of 4: loss {history.rows[-1]['loss']:.4f}, ")
        assert "loss, validation" in widget.curves
        assert "<image " in widget.plane
        assert ">layer 2<" in widget.network

    def test_after_a_break_it_shows_the_epoch_and_can_go_on(self) -> None:
        model = net()
        widget = mg.watch(mg.training(model, X, Y, epochs=4))
        for _ in widget:
            break
        assert widget.note.startswith("Epoch 1 of 4: ")
        assert len(widget.run()) == 4

    def test_pictures_are_drawn_at_most_in_a_part_of_the_time(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from micrograd_tut.notebook import live_training

        clock = [0.0]
        monkeypatch.setattr(live_training.time, "monotonic", lambda: clock[0])
        widget = mg.watch(mg.training(net(), X, Y, epochs=20))
        notes = []
        for _ in widget:
            notes.append(widget.note.partition(":")[0])
            clock[0] += 0.03  # seconds per epoch
        assert len(set(notes)) == 5  # in 0.57 s: at the start, and after 0.1 s each

    def test_still_holds_what_it_shows(self) -> None:
        widget = mg.watch(mg.training(net(), X, Y, epochs=2))
        widget.run()
        assert widget.note in widget.still()
        assert widget.still().count('<img alt="') == 3

    @pytest.mark.parametrize("width", [1, 3])
    def test_network_without_two_inputs_has_no_plane(self, width: int) -> None:
        model = mg.MLP(width, [2, 1], seed=0)
        widget = mg.watch(mg.training(model, [[1.0] * width] * 3, [1.0, 2.0, 3.0], epochs=1))
        widget.run()
        assert (widget.plane, bool(widget.network)) == ("", True)

    def test_plane_of_several_classes_has_a_colour_for_each(self) -> None:
        model = mg.MLP(2, [4, 3], output="softmax", seed=0)
        widget = mg.watch(mg.training(model, X, [i % 3 for i in range(len(X))], epochs=1))
        widget.run()
        colours = {part.partition('"')[0] for part in widget.plane.split('r="3" fill="')[1:]}
        assert len(colours) == 3


@pytest.mark.usefixtures("anywidget")
class TestStepper:
    def test_position_moves_the_gradients_of_the_values(self) -> None:
        a, b, y = loss()
        widget = mg.watch(mg.step(y))
        widget.position = widget.last
        assert (a.grad, b.grad) == (-2.0, 2.0)
        widget.position = 0
        assert (a.grad, b.grad) == (0.0, 0.0)

    def test_it_shows_the_step_of_its_stepper(self) -> None:
        _, _, y = loss()
        stepper = mg.step(y)
        widget = mg.watch(stepper)
        for k in range(len(stepper)):
            widget.position = k
            assert (stepper.position, widget.explanation) == (k, repr(stepper[k]))

    def test_number_appears_in_the_graph_when_it_is_computed(self) -> None:
        _, _, y = loss()
        widget = mg.watch(mg.step(y))
        assert ">data -6.0<" not in unescape(widget.graph)
        widget.position = 1
        assert ">data -6.0<" in unescape(widget.graph)

    def test_boxes_do_not_move(self) -> None:
        _, _, y = loss()
        widget = mg.watch(mg.step(y))
        sizes = set()
        for k in range(widget.last + 1):
            widget.position = k
            sizes.add(widget.graph.partition("viewBox=")[2].partition(">")[0])
        assert len(sizes) == 1

    def test_step_that_does_not_exist_is_refused(self) -> None:
        a, _, y = loss()
        widget = mg.watch(mg.step(y))
        widget.position = 4
        before = a.grad
        with pytest.raises(InputError, match="there is no step 99"):
            widget.position = 99
        assert (widget.position, a.grad) == (4, before)

    def test_large_graph_has_one_picture(self) -> None:
        model = mg.MLP(3, [8, 8, 1], seed=0)
        widget = mg.watch(mg.step(model([1.0, 2.0, 3.0])))
        graph = widget.graph
        widget.position = widget.last
        assert widget.graph == graph
        assert "</svg>" in graph

    def test_name_that_looks_like_markup_stays_text(self) -> None:
        y = mg.Value(2.0, label="</text><script>x</script>") * mg.Value(3.0, label="<b>")
        widget = mg.watch(mg.step(y))
        widget.position = 1
        tags = {e.tag.rpartition("}")[2] for e in ElementTree.fromstring(widget.graph).iter()}
        assert not tags & {"script", "b"}
        assert "<script" not in widget.still()
