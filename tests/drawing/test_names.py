import pytest

import micrograd_tut as mg
from micrograd_tut.drawing import draw
from micrograd_tut.errors import InputError

outside = mg.Value(5.0)


def first_lines(drawing: mg.Drawing) -> list[str]:
    return [box.lines[0] for box in drawing.scene.boxes]


def test_an_unlabelled_value_takes_the_name_of_the_callers_variable() -> None:
    speed, time = mg.Value(2.0), mg.Value(3.0)
    way = speed * time
    assert first_lines(draw(way)) == ["speed", "time", "way"]


def test_global_variables_count_too() -> None:
    a = mg.Value(1.0)
    assert "outside" in first_lines(draw(a + outside))


def test_a_value_in_a_list_is_named_after_its_index() -> None:
    xs = [mg.Value(1.0), mg.Value(2.0)]
    assert first_lines(draw(xs[0] * xs[1])) == ["xs[0]", "xs[1]", "data 2"]


def test_a_comprehension_and_a_lambda_see_the_variables_around_them() -> None:
    a, b = mg.Value(1.0), mg.Value(2.0)
    pairs = [a * b, a + b]
    assert [first_lines(draw(y)) for y in pairs] == [["a", "b", "y"]] * 2
    assert list(first_lines(draw(y)) for y in pairs) == [["a", "b", "y"]] * 2  # noqa: C400
    assert (lambda: first_lines(draw(pairs[0])))() == ["a", "b", "pairs[0]"]


class Line:
    def __init__(self) -> None:
        self.slope, self._hidden = mg.Value(2.0), mg.Value(3.0)
        self.knots = [mg.Value(4.0)]

    def drawn(self) -> mg.Drawing:
        return draw(self.slope * self.knots[0] * self._hidden)


def test_a_value_in_an_object_a_dict_or_a_list_of_lists_is_named_after_its_path() -> None:
    assert first_lines(Line().drawn())[:3] == ["data 3", "self.slope", "self.knots[0]"]
    table = {"rate": mg.Value(1.0)}
    rows = [[mg.Value(2.0)]]
    assert first_lines(draw(table["rate"] * rows[0][0]))[:2] == ['table["rate"]', "rows[0][0]"]


def test_variables_of_this_package_do_not_give_names() -> None:
    a = mg.Value(1.0)
    stepper = mg.step(mg.exp(a) * 2.0)
    assert first_lines(draw(stepper.order[-1]))[-1] == "data 5.437"


def test_a_variable_takes_precedence_over_an_earlier_list() -> None:
    both = [mg.Value(1.0), mg.Value(2.0)]
    first, second = both
    assert first_lines(draw(first * second))[:2] == ["first", "second"]


def test_a_label_takes_precedence_over_a_variable() -> None:
    a = mg.Value(1.0, "alpha")
    assert first_lines(draw(a)) == ["alpha"]


@pytest.mark.parametrize("turned", [False, True])
def test_given_names_take_precedence_over_labels_in_either_direction(turned: bool) -> None:
    a = mg.Value(1.0, "alpha")
    assert first_lines(draw(a, names={a: "beta"} if turned else {"beta": a})) == ["beta"]


def test_names_of_another_type_raise() -> None:
    a = mg.Value(1.0)
    with pytest.raises(InputError, match="names maps"):
        draw(a, names={"b": 3.0})


def test_a_variable_with_a_leading_underscore_does_not_give_a_name() -> None:
    _hidden = mg.Value(1.0)
    assert first_lines(draw(_hidden)) == ["data 1"]


def test_the_position_of_a_parameter_is_counted_from_one() -> None:
    model = mg.MLP(2, [2, 1], seed=1)
    w = model.layers[0].neurons[1].w[0]
    assert first_lines(draw(w)) == ["layer 1 · neuron 2 · w1"]


def test_a_parameter_inside_the_frame_of_its_neuron_has_a_short_name() -> None:
    model = mg.MLP(2, [2, 1], seed=1)
    scene = draw(model([1.0, 2.0]), "values").scene
    framed = [box for box in scene.boxes if box.kind == "parameter"]
    assert {box.lines[0] for box in framed} == {"w1", "w2", "b"}
    assert ("layer 1", "neuron 2") in {box.frames for box in framed}


def test_the_variables_of_a_notebook_give_names(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys
    from types import SimpleNamespace

    rate = mg.Value(3.0)
    shell = SimpleNamespace(user_ns={"rate": rate})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert ">rate" in rate._repr_svg_()
