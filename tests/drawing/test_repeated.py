"""Boxes that are drawn again beside their far uses, and the budget of a layout."""

from pathlib import Path

import pytest
from drawing_graphs import SVG, group, lecture_neuron, parsed, texts

import micrograd_tut as mg
from micrograd_tut.drawing import draw, render
from micrograd_tut.drawing.columns import columns, layout_seconds
from micrograd_tut.drawing.kinds import AGAIN
from micrograd_tut.drawing.scene import Arrow, Scene
from micrograd_tut.errors import InputError, LayoutLimitError


def power(n: int) -> mg.Value:
    """A chain that uses one leaf in each of n steps."""
    a = mg.Value(0.99, "a")
    y = a * 2.0
    for _ in range(n - 1):
        y = y * a
    y.backward()
    return y


def many_uses_of_a_result(n: int, label: str = "") -> mg.Value:
    y = h = mg.tanh(mg.Value(0.3, "a"))
    h.label = label
    for _ in range(n):
        y = (y + h).tanh()
    return y


def again(scene: Scene) -> list[str]:
    """What the small boxes say."""
    return [" ".join(box.lines) for box in scene.boxes if box.again is not None]


def test_a_leaf_used_far_away_is_drawn_once_and_again_at_every_other_use() -> None:
    scene = draw(power(12), "values").scene
    assert again(scene) == ["a = 0.99"] * 11
    (full,) = [n for n, box in enumerate(scene.boxes) if box.kind == "leaf"]
    assert {box.again for box in scene.boxes} == {None, full}
    assert [arrow.tail for arrow in scene.arrows].count(full) == 1


def test_the_arrows_of_all_small_boxes_and_the_full_one_add_up_to_the_gradient() -> None:
    y = power(12)
    (a,) = [v for v in mg.trace(y)[0] if v.label == "a"]
    scene = draw(y, "values").scene
    drawn = [n for n, box in enumerate(scene.boxes) if box.kind in ("leaf", "leaf-again")]
    total = sum(arrow.number or 0.0 for arrow in scene.arrows if arrow.tail in drawn)
    assert total == pytest.approx(a.grad, rel=1e-14)


def test_a_result_with_many_far_uses_is_drawn_again_under_its_name() -> None:
    assert set(again(draw(many_uses_of_a_result(12, "h"), "values").scene)) == {"h = 0.2913"}


def test_a_box_without_a_name_gets_a_number_by_which_the_small_ones_call_it() -> None:
    scene = draw(many_uses_of_a_result(12), "values").scene
    assert set(again(scene)) == {"#1 = 0.2913"}
    assert [box.lines[0] for box in scene.boxes if box.name == "#1"] == ["#1"]


def test_few_far_uses_of_a_result_keep_their_edges() -> None:
    y = h = mg.tanh(mg.Value(0.3, "a"))
    for _ in range(9):
        y = y.tanh()
    assert again(draw(y + h, "values").scene) == []


def test_small_graphs_keep_their_edges() -> None:
    a, b = mg.Value(2.0, "a"), mg.Value(3.0, "b")
    assert again(draw(((a * b + a) * b).tanh() * a, "values").scene) == []


def test_repeat_decides_by_hand() -> None:
    a, b = mg.Value(2.0, "a"), mg.Value(3.0, "b")
    y = (a * b + a) * b
    assert again(draw(y, "values", repeat=True).scene) == ["b = 3", "a = 2"]
    assert again(draw(power(12), "values", repeat=False).scene) == []


def test_a_leaf_used_twice_by_one_node_is_drawn_once() -> None:
    a = mg.Value(2.0, "a")
    assert again(draw(a * a, "values", repeat=True).scene) == []


def test_the_legend_explains_small_boxes_once() -> None:
    w = mg.Neuron(1, seed=1)
    y, a = w([1.0]), mg.Value(0.5, "a")
    for _ in range(8):
        y = (y * a + w.w[0]).tanh()
    words = texts(parsed(draw(y, "values").svg()))
    assert words.count(AGAIN) == 1
    assert AGAIN not in texts(parsed(draw(lecture_neuron()).svg()))


def test_small_boxes_follow_all_others_so_that_numbers_stay() -> None:
    y = power(12)
    root = parsed(draw(y, "values").svg())
    for n, v in enumerate(mg.trace(y)[0]):
        assert f"{v.data:.4g}" in " ".join(texts(group(root, f"node-{n}")))


def test_small_boxes_light_up_with_their_edges_in_an_animation(tmp_path: Path) -> None:
    drawing = draw(power(12), "values")
    svg = drawing.animate(tmp_path / "a.svg").read_text()
    for n, arrow in enumerate(drawing.scene.arrows):
        if arrow.number is not None:
            assert f".edge-{n} > path" in svg


def test_the_parameter_of_another_neuron_is_called_by_its_whole_name() -> None:
    model = mg.Layer(1, 1, activation="tanh", seed=1)
    y: mg.Value = mg.Value(0.5)
    for _ in range(6):
        y = model([y])
    y = y + model.neurons[0].w[0]
    assert "neuron 1 · w1" in " ".join(again(draw(y, "values").scene))


# --- The budget ---------------------------------------------------------------------------------


def test_columns_count_the_longest_path() -> None:
    diamond = [Arrow(0, 1, "", ""), Arrow(1, 2, "", ""), Arrow(0, 2, "", ""), Arrow(2, 3, "", "")]
    assert columns(4, diamond) == [0, 1, 2, 3]


def test_an_edge_over_many_columns_costs_as_much_as_boxes_in_them() -> None:
    y = power(40)
    far, near = (layout_seconds(draw(y, "values", repeat=r).scene) for r in (False, None))
    assert near == pytest.approx((41 + 1 + 39) / 1000)  # the chain, a constant, the small boxes
    assert far == pytest.approx((41 + 1 + sum(range(39)) + 38) / 1000, rel=0.1)


def test_past_the_budget_a_coarser_picture_says_what_to_do() -> None:
    svg = draw(power(200), "values", seconds=0.1).svg()
    words = " ".join(texts(parsed(svg)))
    assert "Folded: with one box for each, the layout would take too long" in words
    assert "seconds=60" in words
    assert len(list(parsed(svg).iter(f"{SVG}g"))) < 60


def test_the_dot_text_is_that_of_the_whole_graph_even_past_the_budget() -> None:
    drawing = draw(power(200), "values", seconds=0.1)
    drawing.svg()
    assert drawing.source.count(" -> ") == 400


def test_a_layout_that_takes_longer_than_estimated_is_followed_by_a_coarser_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real, asked = render.layout, []

    def slow_at_first(source: str, seconds: float) -> str:
        asked.append(seconds)
        if len(asked) == 1:
            raise LayoutLimitError("too slow")
        return real(source, 60.0)

    monkeypatch.setattr(render, "layout", slow_at_first)
    assert "Folded: " in draw(power(20), "values", seconds=7.0).svg()
    assert asked == [7.0, 7.0]


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan")])
def test_a_budget_that_is_not_positive_raises(seconds: float) -> None:
    with pytest.raises(InputError, match="seconds must be more than 0"):
        draw(mg.Value(1.0), seconds=seconds)


def test_a_thousand_uses_of_a_leaf_are_within_the_budget() -> None:
    drawing = draw(power(1000), "values", seconds=60.0)
    assert layout_seconds(drawing.scene) < render.SECONDS
    assert drawing.svg().count(">a = 0.99</text>") == 999


def test_past_the_budget_a_loop_is_rolled() -> None:
    a, b = mg.Value(0.9, "a"), mg.Value(0.1, "b")
    y = a
    for _ in range(100):
        y = (y * a + b).tanh()
    drawing = draw(y, "values", seconds=0.1)
    assert "98 more like this" in drawing.svg()


def test_tooltips_show_the_numbers_of_the_time_of_drawing() -> None:
    a = mg.Value(2.0, "a")
    y = a * a
    y.backward()
    drawing = draw(y, "values")
    before = draw(y, "values").svg()
    a.data, a.grad, a.label = 7.0, 8.0, "other"
    assert drawing.svg() == before
