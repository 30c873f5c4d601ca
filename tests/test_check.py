"""`check_gradients`: it passes what is right, and cannot be fooled."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import oracle
import pytest
from samples import ROWS

import micrograd_tut as mg
from micrograd_tut import Value, ops
from micrograd_tut.errors import GradientError, InputError
from micrograd_tut.interop import number_of


@pytest.fixture
def own_operation() -> Iterator[Any]:
    """Rows of one's own, which leave the table again."""
    before = dict(ops.OPS)
    yield lambda forward, *derivatives: mg.operation("wrong", forward, *derivatives)
    ops.OPS.clear()
    ops.OPS.update(before)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_every_row_of_the_table_passes_at_its_sample_points(name: str) -> None:
    row = ROWS[name]
    for point in row.points:
        free = [i for i in range(len(point)) if i not in row.constants]

        def f(*variables: Value, point: Any = point, free: Any = free) -> Value:
            given = dict(zip(free, variables, strict=True))
            result: Value = ops.OPS[name](*[given.get(i, x) for i, x in enumerate(point)])
            return result

        mg.check_gradients(f, *[point[i] for i in free])


@pytest.mark.parametrize("x", [0.5, 1000.3, -34183741.68741764, 1e9 + 0.4])
@pytest.mark.parametrize(
    "f", [mg.floor, mg.ceil, lambda x: x % 3.0, lambda x: x // 2.0, lambda x: mg.floor(x) * x]
)
def test_a_step_function_passes_between_its_jumps(f: Any, x: float) -> None:
    mg.check_gradients(f, x)


@pytest.mark.parametrize("y", [3.0, 1.0, 0.5])
def test_a_power_passes_at_0(y: float) -> None:
    mg.check_gradients(lambda x, y: x**y, 0.0, y)


def test_a_derivative_that_does_not_exist_is_caught() -> None:
    with pytest.raises(GradientError, match=r"along input 1 \(at 2\.0\) is nan by backprop, and f"):
        mg.check_gradients(lambda x, y: x**y, -0.5, 2.0)


def test_a_composed_function_passes() -> None:
    mg.check_gradients(lambda a, b, c: mg.tanh(a * b + c) / (1 + mg.exp(c)), 0.5, -2.0, 0.3)


def test_a_whole_net_passes() -> None:
    model = mg.MLP(3, [4, 1], activation="tanh", seed=1)
    mg.check_gradients(lambda *x: model(x), 0.2, -0.5, 1.5)


def test_lists_of_numbers_pass() -> None:
    weights, table = [0.3, -0.2], [[1.0, 2.0], [3.0, 4.0]]
    mg.check_gradients(lambda x, w: mg.tanh(mg.dot(x, w)), [0.2, -0.5], weights)
    mg.check_gradients(lambda rows: rows[0][0] * rows[1][1] - rows[0][1] * rows[1][0], table)


def test_the_input_of_a_list_is_named(own_operation: Any) -> None:
    wrong = own_operation(math.sin, lambda x, out: 1.001 * mg.cos(x))
    with pytest.raises(GradientError, match=r"along input 1\[0\] \(at 0\.7\)"):
        mg.check_gradients(lambda a, b: a * wrong(b[0]) + b[1], 2.0, [0.7, 1.0])


def test_the_parameters_of_a_network_pass_through_a_loss() -> None:
    model = mg.MLP(2, [2, 1], activation="tanh", seed=1)
    before = [v.data for v in model.parameters()]
    mg.check_gradients(lambda m: (m([0.5, -1.0]) - 0.3) ** 2, model)
    assert [v.data for v in model.parameters()] == before
    assert {v.grad for v in model.parameters()} == {0.0}


def test_the_parameter_of_a_network_is_named_and_keeps_its_number(own_operation: Any) -> None:
    wrong = own_operation(math.sin, lambda x, out: 1.001 * mg.cos(x))
    model = mg.Neuron(1, activation="linear", seed=1)
    before = [v.data for v in model.parameters()]
    with pytest.raises(GradientError, match=r"along input 0\.w\.0 \(at"):
        mg.check_gradients(lambda m: wrong(m([0.5])), model, order=1)
    assert [v.data for v in model.parameters()] == before


@pytest.mark.parametrize(
    ("f", "point"),
    [
        (lambda x: mg.binary_cross_entropy(mg.sigmoid(x), 1), (10.0,)),
        (lambda a, b: mg.categorical_cross_entropy.on_logits([a, b], 0), (10.0, 0.3)),
        (lambda w, b: mg.mse(mg.dot([w], [0.7], b), 1.0), (1.2, 0.161)),
        (mg.gelu, (-0.7517915,)),
        (lambda x: 1 - mg.tanh(x) ** 2, (20.0,)),
    ],
    ids=["binary_cross_entropy", "categorical_cross_entropy", "mse", "gelu", "tanh"],
)
def test_what_rounding_does_inside_a_graph_is_no_wrong_derivative(f: Any, point: Any) -> None:
    """Numbers near 1 on the way to a small result, whose own rounding is far smaller."""
    mg.check_gradients(f, *point)


def test_a_tanh_with_slope_0_at_7_is_caught(own_operation: Any) -> None:
    flat = own_operation(math.tanh, lambda x, out: 0.0 if abs(x) >= 7 else 1 - out * out)
    with pytest.raises(GradientError, match=r"input 0 \(at 7\.0\) is 0.*3\.3261"):
        mg.check_gradients(flat, 7.0, order=1)


@pytest.mark.parametrize("x", [-3.0, 0.1, 1.0, 250.0])
def test_a_derivative_that_is_wrong_by_a_thousandth_is_caught(own_operation: Any, x: float) -> None:
    slightly = own_operation(math.sin, lambda x, out: 1.0009 * mg.cos(x))
    with pytest.raises(GradientError, match=r"the derivative of f along input 0"):
        mg.check_gradients(slightly, x)


@pytest.mark.parametrize("name", [name for name in sorted(ROWS) if ops.OPS[name].arity])
def test_each_rule_of_the_table_made_wrong_is_caught_where_the_numbers_show_it(
    name: str, monkeypatch: pytest.MonkeyPatch, figure: Callable[..., None]
) -> None:
    """Where tanh is 1 to the last bit, its values show no slope; there the oracle is the judge."""
    op, constants, caught = ops.OPS[name], ROWS[name].constants, 0
    for point in ROWS[name].points:
        free = [i for i in range(len(point)) if i not in constants]

        def f(*variables: Value, point: Any = point, free: Any = free) -> Value:
            given = dict(zip(free, variables, strict=True))
            result: Value = op(*[given.get(i, x) for i, x in enumerate(point)])
            return result

        for i, wrong in itertools.product(free, (1.0009, 0.0, -1.0)):
            moved = float(oracle.slope(name, point, i)) * max(1.0, abs(point[i]))
            if not abs(wrong - 1) * abs(moved) > 1e-12 * abs(op(*point)):
                continue
            rules = list(op.partials)
            rules[i] = lambda *a, rule=rules[i], wrong=wrong: rule(*a) * wrong
            with monkeypatch.context() as patch:
                patch.setattr(op, "partials", tuple(rules))
                with pytest.raises(GradientError, match="the derivative of f along"):
                    mg.check_gradients(f, *[point[i] for i in free], order=1)
            caught += 1
    figure("wrong rules caught by check_gradients", "all {:,}", caught)


def test_a_wrong_second_derivative_is_caught_where_the_first_is_right(own_operation: Any) -> None:
    cosine = own_operation(math.cos, lambda x, out: -1.0009 * mg.sin(x))
    sine = own_operation(math.sin, lambda x, out: cosine(x))
    mg.check_gradients(sine, 0.7, order=1)
    with pytest.raises(GradientError, match=r"df/d\(input 0\)"):
        mg.check_gradients(sine, 0.7)


def test_swapped_operands_are_caught_by_name(own_operation: Any) -> None:
    swapped = own_operation(
        math.pow, lambda x, y, out: out * mg.log(x), lambda x, y, out: y * out / x
    )
    with pytest.raises(GradientError) as raised:
        mg.check_gradients(swapped, 2.0, 3.0)
    assert "input 0 (at 2.0) is 5.545" in str(raised.value)
    assert "12.0" in str(raised.value) or "11.99" in str(raised.value)


def test_a_missing_mixed_derivative_is_caught(own_operation: Any) -> None:
    def forgets(x: Any, y: Any, out: Any) -> Any:
        return number_of(y)  # right as a number, but not to be differentiated again

    product = own_operation(lambda x, y: x * y, forgets, lambda x, y, out: x)
    mg.check_gradients(product, 2.0, 3.0, order=1)
    with pytest.raises(GradientError, match=r"df/d\(input 0\) along input 1"):
        mg.check_gradients(product, 2.0, 3.0)


def test_a_nan_is_caught(own_operation: Any) -> None:
    lost = own_operation(math.exp, lambda x, out: math.nan)
    with pytest.raises(GradientError, match="is nan by backprop, but"):
        mg.check_gradients(lost, 1.0)


def test_an_infinite_slope_is_caught_where_there_is_none(own_operation: Any) -> None:
    steep = own_operation(math.exp, lambda x, out: math.inf)
    with pytest.raises(GradientError, match="is inf by backprop, but"):
        mg.check_gradients(steep, 1.0, order=1)


@pytest.mark.parametrize("claimed", [3.0, 0.0, 1e9, -math.inf, math.nan])
@pytest.mark.parametrize("forward", [math.sqrt, lambda x: math.pow(x, 0.9)])
def test_where_the_slope_is_infinite_no_other_number_passes(
    own_operation: Any, forward: Any, claimed: float
) -> None:
    root = own_operation(forward, lambda x, out: claimed)
    with pytest.raises(GradientError, match="but inf ± 0 by finite differences"):
        mg.check_gradients(root, 0.0, order=1)


def test_a_slope_of_minus_infinity_passes_where_it_is_one() -> None:
    mg.check_gradients(lambda x: -mg.sqrt(x), 0.0, order=1)
    mg.check_gradients(mg.sqrt, 1e-300)  # its second derivative is too large for a float


def test_a_steep_but_finite_slope_passes() -> None:
    mg.check_gradients(lambda x: mg.sqrt(x + 1e-6), 0.0)


@pytest.mark.parametrize("name", ["heaviside", "sign"])
def test_a_jump_is_no_infinite_slope(name: str) -> None:
    mg.check_gradients(ops.OPS[name], 0.0)


@pytest.mark.parametrize(
    "f",
    [
        mg.relu,
        mg.abs,
        lambda x: x.leaky_relu(0.2),
        lambda x: mg.maximum(x, 0.0),
        lambda x: x.elu(3),
    ],
)
def test_any_subgradient_between_the_slopes_of_a_kink_is_right(f: Any) -> None:
    mg.check_gradients(f, 0.0)


@pytest.mark.parametrize(("slope", "right"), [(0.0, True), (0.5, True), (1.0, True)])
def test_relus_own_choice_at_0_is_free(own_operation: Any, slope: float, right: bool) -> None:
    chosen = own_operation(lambda x: max(x, 0.0), lambda x, out: slope if x == 0 else float(x > 0))
    mg.check_gradients(chosen, 0.0)


@pytest.mark.parametrize("slope", [-0.01, 1.01])
def test_a_number_outside_the_slopes_of_a_kink_is_caught(own_operation: Any, slope: float) -> None:
    beyond = own_operation(lambda x: max(x, 0.0), lambda x, out: slope if x == 0 else float(x > 0))
    with pytest.raises(GradientError):
        mg.check_gradients(beyond, 0.0, order=1)


@pytest.mark.parametrize(
    ("f", "x"),
    [(mg.sqrt, 0.0), (lambda x: x**1.5, 0.0), (mg.asin, 1.0), (mg.acosh, 1.0), (mg.cbrt, 0.0)],
)
def test_the_end_of_a_domain_passes(f: Any, x: float) -> None:
    mg.check_gradients(f, x, order=1)


@pytest.mark.parametrize("x", [1e-300, 1e-9, 1e9, 1e300])
def test_steps_are_scaled_to_the_input(own_operation: Any, x: float) -> None:
    mg.check_gradients(mg.sqrt, x)
    wrong = own_operation(math.sqrt, lambda x, out: 1.0009 * 0.5 / out)
    with pytest.raises(GradientError):
        mg.check_gradients(wrong, x, order=1)


def test_the_directions_follow_the_seed() -> None:
    seen: list[list[float]] = [[], [], []]
    for i, seed in enumerate([1, 1, 2]):

        def f(a: Value, b: Value, i: int = i) -> Value:
            seen[i].append(a.data)
            return a * b

        mg.check_gradients(f, 2.0, 3.0, order=1, seed=seed)
    assert seen[0] == seen[1] != seen[2]


def test_bad_arguments_are_told() -> None:
    with pytest.raises(InputError, match="needs a point"):
        mg.check_gradients(mg.exp)
    for x in (math.nan, math.inf):
        with pytest.raises(InputError, match=f"at finite numbers only; input 1 is {x}"):
            mg.check_gradients(mg.hypot, 1.0, x)
    with pytest.raises(InputError, match="order 1 or 2"):
        mg.check_gradients(mg.exp, 1.0, order=3)
    with pytest.raises(InputError, match=r"returns a Value; f returned 3\.0"):
        mg.check_gradients(lambda x: 3.0, 1.0)  # type: ignore[arg-type,return-value]


def test_leaves_that_f_closes_over_keep_their_gradient() -> None:
    w = Value(2.0)
    w.grad = 7.0
    mg.check_gradients(lambda x: w * x, 3.0)
    assert w.grad == 7.0


def test_it_loads_when_first_used() -> None:
    code = (
        "import sys, micrograd_tut as mg; "
        "assert 'micrograd_tut.graph.gradient_check' not in sys.modules; "
        "mg.check_gradients(mg.exp, 1.0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
