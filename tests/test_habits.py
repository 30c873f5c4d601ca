"""What people bring from Python, NumPy, micrograd and PyTorch: it works, or says what to write."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut import Value, errors as mg_errors
from micrograd_tut.errors import InputError, NumberTypeError, TraceError

# --- A Value is no float --------------------------------------------------------------------


@pytest.mark.parametrize(
    "function", [float, math.exp, math.tanh, math.sqrt, math.floor, np.float64, "{:d}".format]
)
def test_a_function_of_floats_says_to_use_mg_or_data(function: Callable[[Any], Any]) -> None:
    with pytest.raises((TypeError, ValueError)) as raised:
        function(Value(1.0))
    if function is not "{:d}".format and not isinstance(raised.value, ValueError):
        assert "x.data" in str(raised.value)


@pytest.mark.parametrize(
    ("convert", "instead"), [(int, "int(x.data)"), (round, "round(x.data, 2)")]
)
def test_int_and_round_name_the_number(convert: Callable[[Any], Any], instead: str) -> None:
    with pytest.raises(NumberTypeError) as raised:
        convert(Value(1.6))
    assert instead in str(raised.value)


@pytest.mark.parametrize(
    ("function", "ours"), [(np.exp, "mg.exp"), (np.tanh, "mg.tanh"), (np.arcsin, "mg.asin")]
)
def test_a_numpy_function_names_ours(function: Any, ours: str) -> None:
    with pytest.raises(NumberTypeError, match=ours):
        function(Value(0.5))


def test_formatting_a_value_formats_its_number() -> None:
    assert f"{Value(1.2345):.2f}" == "1.23"


def test_a_numpy_scalar_is_a_number_beside_a_value() -> None:
    a = Value(3.0)
    y = np.float64(2.0) * a - np.float32(1.0)
    assert y.data == 5.0
    assert mg.grad(np.float64(1.0) / a, [a]) == [pytest.approx(-1 / 9)]


def test_an_array_times_a_value_says_how_to_loop() -> None:
    with pytest.raises(NumberTypeError, match="for x in numbers"):
        np.array([1.0, 2.0]) * Value(3.0)


# --- Comparisons ----------------------------------------------------------------------------


@pytest.mark.parametrize("number", [2, 2.0, True + 1, Fraction(2), np.float64(2.0), np.int8(2)])
def test_equality_with_a_number_compares_the_data(number: Any) -> None:
    assert Value(2.0) == number
    assert number == Value(2.0)
    assert Value(3.0) != number


def test_equality_between_values_is_identity_as_hash_is() -> None:
    a, twin = Value(1.0), Value(1.0)
    assert a != twin
    assert a == a
    assert len({a, twin, a}) == 2


def test_equality_with_other_things_is_false() -> None:
    assert Value(1.0) != "1.0"
    assert Value(1.0) is not None
    assert Value(0.0) != []


def test_a_value_is_true_as_its_number_is() -> None:
    assert bool(Value(0.5))
    assert not Value(0.0)


def test_where_takes_a_comparison_with_a_number() -> None:
    x = Value(0.0)
    assert mg.where(x == 0, 1.0, x).data == 1.0


@pytest.mark.parametrize("branch", [lambda x: x == 1, lambda x: x != 1, lambda x: not x])
def test_compile_refuses_a_branch_on_equality(branch: Callable[[Any], Any]) -> None:
    with pytest.raises(TraceError, match="where"):
        mg.compile(lambda x: x * 2 if branch(x) else x * 3)([1.0, 2.0])


# --- Data and labels ------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["5", None, [1.0], 1j, np.array([1.0, 2.0])])
def test_what_is_no_number_is_refused_at_the_line_that_assigns_it(wrong: Any) -> None:
    p = Value(1.0)
    with pytest.raises(NumberTypeError):
        p.data = wrong
    assert p.data == 1.0


def test_a_value_assigned_as_data_names_its_number() -> None:
    p = Value(1.0)
    with pytest.raises(NumberTypeError, match=r"x\.data"):
        p.data = p - 0.1
    assert p.data == 1.0


@pytest.mark.parametrize("label", [3, None, 1.5])
def test_a_label_is_text(label: Any) -> None:
    with pytest.raises(InputError, match="a label is text"):
        Value(1.0, label=label)
    v = Value(1.0, "v")
    with pytest.raises(InputError, match="a label is text"):
        v.label = label
    assert v.label == "v"


# --- micrograd's constructor, and operations written by hand -----------------------------------


def tanh_by_hand(x: Value) -> Value:
    t = math.tanh(x.data)
    out = Value(t, (x,), "tanh")

    def _backward() -> None:
        x.grad += (1 - t**2) * out.grad

    out._backward = _backward
    return out


def test_micrograds_order_of_arguments_works() -> None:
    v = Value(2.0, (), "", "a")
    assert (v.data, v.label, v.inputs, v.op) == (2.0, "a", (), None)


def test_an_operation_written_by_hand_takes_part_in_backward() -> None:
    x = Value(0.7, "x")
    y = tanh_by_hand(x * 2.0) * x
    y.backward()
    t = math.tanh(1.4)
    assert x.grad == pytest.approx(t + 0.7 * 2.0 * (1 - t * t), rel=1e-14)
    assert mg.grad(y, [x]) == [pytest.approx(x.grad, rel=1e-14)]


def test_backward_twice_adds_up_through_an_operation_written_by_hand() -> None:
    x = Value(0.7)
    y = tanh_by_hand(x)
    y.backward()
    once = x.grad
    y.backward()
    assert x.grad == 2 * once


def test_an_input_used_twice_by_hand_gets_both_contributions() -> None:
    x = Value(3.0)
    out = Value(9.0, (x, x), "*")

    def _backward() -> None:
        x.grad += x.data * out.grad
        x.grad += x.data * out.grad

    out._backward = _backward
    (out + 1.0).backward()
    assert x.grad == 6.0


def test_local_gradients_may_be_given_as_numbers() -> None:
    a, b = Value(2.0), Value(3.0)
    out = Value(6.0, (a, b), (3.0, 2.0))
    (out * 10.0).backward()
    assert (a.grad, b.grad) == (30.0, 20.0)


def test_a_drawing_and_the_stepper_show_an_operation_written_by_hand() -> None:
    x = Value(0.5, "x")
    y = tanh_by_hand(x)
    y.backward()
    assert "tanh" in mg.draw(y, detail="values").source
    s = mg.step(y)
    s.run()
    assert x.grad == pytest.approx(1.0 + 1 - math.tanh(0.5) ** 2 - 1.0 + (1 - math.tanh(0.5) ** 2))


@pytest.mark.parametrize(
    "use",
    [
        lambda y, x: mg.grad(y, [x], create_graph=True),
        lambda y, x: (setattr(x, "data", 2.0), y.forward()),
    ],
)
def test_what_needs_a_formula_says_that_there_is_none(use: Callable[[Value, Value], Any]) -> None:
    x = Value(0.5)
    with pytest.raises(InputError, match=r"no formula.*mg\.operation"):
        use(tanh_by_hand(x), x)


def test_a_hand_written_operation_without_a_backward_is_refused() -> None:
    x = Value(0.5)
    with pytest.raises(InputError, match=r"set out\._backward"):
        Value(0.25, (x,), "square").backward()


def test_only_a_hand_written_operation_takes_a_backward() -> None:
    y = Value(2.0) * 3.0
    with pytest.raises(InputError, match="written by hand"):
        y._backward = lambda: None


# --- Names of other libraries ----------------------------------------------------------------


def test_item_is_the_number_and_detach_stops_the_gradient() -> None:
    x = Value(3.0)
    assert (x * 2).item() == 6.0
    assert mg.grad(x * (x * 2).detach(), [x]) == [6.0]


def test_no_grad_records_nothing_in_its_block_alone() -> None:
    x = Value(2.0)
    with mg.no_grad():
        y = mg.tanh(x * 3.0) + mg.sum([x, x])
    assert (y.inputs, y.op) == ((), None)
    assert y.data == math.tanh(6.0) + 4.0
    assert (x * 3.0).inputs[0] is x
    assert mg.grad(y * x, [x]) == [y.data]


def test_setting_requires_grad_says_how_to_stop_the_gradient_or_keep_a_parameter() -> None:
    x = Value(2.0)
    with pytest.raises(InputError, match=r"x\.detach\(\) .* leave it out of optimizer\.step"):
        x.requires_grad = False
    assert (x.requires_grad, mg.Constant(2.0).requires_grad) == (True, False)


def test_no_grad_raises_the_same_errors() -> None:
    with mg.no_grad(), pytest.raises(mg_errors.DomainError, match="needs x > 0"):
        mg.log(Value(-1.0))


def test_sum_takes_a_generator_and_a_start() -> None:
    xs = [Value(1.0), Value(2.0)]
    assert mg.sum((x * 2 for x in xs), Value(1.0)).data == 7.0
    assert mg.sum(xs, 10).data == 13.0


def test_a_star_import_hides_no_built_in_function() -> None:
    import builtins

    assert not [name for name in mg.__all__ if hasattr(builtins, name) and name[0] != "_"]


# --- Modules --------------------------------------------------------------------------------


def test_a_text_in_the_place_of_nonlin_is_the_activation() -> None:
    assert mg.Neuron(3, "sigmoid").activation == "sigmoid"
    assert mg.Layer(3, 2, "tanh").activation == "tanh"
    with pytest.raises(InputError, match="nonlin is True, False or"):
        mg.Neuron(3, 2.5)  # type: ignore[arg-type]


def test_numbers_assigned_to_weights_and_bias_set_the_parameters() -> None:
    neuron = mg.Neuron(2, "sigmoid")
    parameters = neuron.parameters()
    neuron.weights = np.array([0.2, 0.00001])
    neuron.bias = -5.0
    assert neuron.parameters() == parameters
    assert round(neuron.forward([35, 80000]).data, 6) == 0.942676


def test_values_assigned_to_weights_replace_them() -> None:
    neuron, w = mg.Neuron(1), Value(2.0)
    neuron.w = [w]
    assert neuron.parameters()[0] is w


def test_a_number_assigned_to_one_weight_sets_it() -> None:
    neuron = mg.Neuron(2, nonlin=False)
    first = neuron.w[0]
    neuron.w[0] = 0.5
    assert neuron.w[0] is first
    assert neuron([1.0, 0.0]).data == 0.5


@pytest.mark.parametrize("x", [{1.0: 2.0, 3.0: 4.0}, {1.0, 2.0}])
def test_a_dict_or_a_set_is_no_list_of_numbers(x: Any) -> None:
    with pytest.raises(InputError, match="MLP takes a list of 2 numbers"):
        mg.MLP(2, [1])(x)
    with pytest.raises(InputError, match="needs a list of numbers or Values"):
        mg.dot(x, [1.0, 2.0])


def test_compile_refuses_a_function_with_random_numbers() -> None:
    rng = random.Random(1)
    with pytest.raises(TraceError, match="Pass what changes as an argument"):
        mg.compile(lambda x: x * rng.random())([1.0, 2.0])


def test_compile_refuses_a_function_that_takes_another_way_each_time() -> None:
    ways = iter([mg.tanh, mg.exp] * 2)
    with pytest.raises(TraceError, match="something else each time"):
        mg.compile(lambda x: next(ways)(x))([1.0, 2.0])


def test_compile_takes_a_function() -> None:
    with pytest.raises(InputError, match="compile takes a function"):
        mg.compile(Value(3.0))  # type: ignore[arg-type]


def test_a_grad_of_none_counts_as_0_as_in_pytorch() -> None:
    x = Value(2.0)
    x.grad = None  # type: ignore[assignment]
    (x * 3.0).backward()
    assert x.grad == 3.0


def test_another_number_of_weights_is_refused() -> None:
    neuron = mg.Neuron(2)
    before = [w.data for w in neuron.w]
    with pytest.raises(InputError, match="w has 2 numbers; got 3"):
        neuron.w = [1.0, 2.0, 3.0]
    assert [w.data for w in neuron.w] == before


class Kept(mg.Module):
    def __init__(self) -> None:
        self.by_name = {"a": Value(1.0), "deep": ([Value(2.0)], {"b": Value(3.0)})}
        self.array = np.array([Value(4.0), Value(5.0)], dtype=object)
        self.itself = self
        self.head = mg.Neuron(1)


def test_parameters_in_containers_however_nested_are_found() -> None:
    names = dict(Kept().named_parameters())
    assert [*names][:5] == [
        "by_name.a",
        "by_name.deep.0.0",
        "by_name.deep.1.b",
        "array.0",
        "array.1",
    ]
    assert len(names) == 7


def test_parameters_in_a_set_are_refused() -> None:
    class Unordered(mg.Module):
        def __init__(self) -> None:
            self.values = {Value(1.0)}

    with pytest.raises(InputError, match="keep them in a list"):
        Unordered().parameters()


class InADict(mg.Module):
    def __init__(self) -> None:
        self.by_name = {"a": Value(1.0), "layer": mg.Layer(2, 1, seed=1)}


def test_parameters_in_a_dict_are_saved_and_loaded(tmp_path: Path) -> None:
    model, other = InADict(), InADict()
    model.by_name["a"].data = 42.0
    mg.save(model, tmp_path / "m")
    mg.load(other, tmp_path / "m")
    assert other.by_name["a"].data == 42.0


def test_state_dict_and_back_as_in_pytorch() -> None:
    model, other = mg.MLP(2, [3, 1], seed=1), mg.MLP(2, [3, 1], seed=2)
    state = model.state_dict()
    assert {name: array.shape for name, array in state.items()} == {
        "layers.0.weight": (3, 2), "layers.0.bias": (3,),
        "layers.1.weight": (1, 3), "layers.1.bias": (1,),
    }  # fmt: skip
    other.load_state_dict(state)
    assert other([1.0, 2.0]).data == model([1.0, 2.0]).data


def test_a_state_dict_that_does_not_fit_changes_nothing() -> None:
    model = mg.MLP(2, [1], seed=1)
    before = [p.data for p in model.parameters()]
    with pytest.raises(InputError, match=r"layers\.0\.bias"):
        model.load_state_dict({"layers.0.weight": np.zeros((1, 2))})
    with pytest.raises(InputError, match=r"has the shape \(1, 2\); got \(2, 1\)"):
        model.load_state_dict({"layers.0.weight": np.zeros((2, 1)), "layers.0.bias": np.zeros(1)})
    assert [p.data for p in model.parameters()] == before


def test_a_network_without_biases_has_weights_alone(tmp_path: Path) -> None:
    model = mg.MLP(2, [3, 1], activation="tanh", bias=False, seed=1)
    assert len(model.parameters()) == 2 * 3 + 3
    assert model([0.0, 0.0]).data == 0.0
    w = np.array([[v.data for v in n.w] for n in model.layers[0].neurons])
    hidden = np.tanh(w @ [0.5, -1.0])
    expected = hidden @ [v.data for v in model.layers[1].neurons[0].w]
    assert model([0.5, -1.0]).data == pytest.approx(expected, rel=1e-14)
    model.save(tmp_path / "m")
    assert mg.load(tmp_path / "m")([0.5, -1.0]).data == model([0.5, -1.0]).data


def test_a_network_without_biases_is_compiled_drawn_and_trained() -> None:
    model = mg.MLP(1, [1], bias=False, seed=1)
    X = [[-1.0], [1.0], [2.0]]
    mg.fit(model, X, [-3.0, 3.0, 6.0], optimizer=mg.Adam(lr=0.1), epochs=200, progress=False)
    assert model.parameters()[0].data == pytest.approx(3.0, abs=1e-3)
    assert mg.draw_network(model).svg()


def test_a_bias_cannot_be_set_where_there_is_none() -> None:
    with pytest.raises(InputError, match="has no bias"):
        mg.Neuron(2, bias=False).b = 1.0
