"""`mg.compile`: results, errors and generated code."""

from __future__ import annotations

import ast
import dis
import itertools
import math
import re
import subprocess
import sys
import threading
from typing import Any

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut.errors import InputError, MicrogradError, NotFiniteError, TraceError
from micrograd_tut.interop import number_of

RNG = np.random.default_rng(0)


def _net_and_loss() -> tuple[mg.MLP, Any]:
    model = mg.MLP(2, [16, 16, 1], seed=1)

    def loss(x: Any, y: Any) -> Any:
        return mg.relu(1.0 - y * model(x)) + 1e-4 * sum(p * p for p in model.parameters())

    return model, loss


X, Y = RNG.normal(size=(30, 2)), RNG.choice([-1.0, 1.0], 30)


# --- Results ---


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_backward_returns_the_loss_and_adds_the_gradients(reduction: str) -> None:
    model, loss = _net_and_loss()
    total = mg.sum([loss(x, y) for x, y in zip(X.tolist(), Y.tolist(), strict=True)])
    total.backward()
    scale = 1 / 30 if reduction == "mean" else 1.0
    expected = [p.grad * scale for p in model.parameters()]
    for p in model.parameters():
        p.grad = 1.0  # backward adds to it
    f = mg.compile(loss)
    assert math.isclose(f.backward(X, Y, reduction=reduction), total.data * scale, rel_tol=1e-13)
    found = [p.grad - 1.0 for p in model.parameters()]
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-14)


def test_a_changed_parameter_counts_at_the_next_call() -> None:
    w = mg.Value(2.0)
    f = mg.compile(lambda x: w * x)
    assert f([3.0]).tolist() == [6.0]
    w.data = 5.0
    assert f([3.0]).tolist() == [15.0]


def test_a_leaf_that_the_function_makes_is_a_constant() -> None:
    w = mg.Value(2.0)

    def fn(x: Any) -> Any:
        total = mg.Value(1.0)
        return total + w * x

    f = mg.compile(fn)
    assert f([3.0]).tolist() == [7.0]
    assert "1 parameter," in f.explain()


def test_a_captured_node_passes_gradients_to_its_leaves() -> None:
    a = mg.Value(3.0)
    square = a * a
    f = mg.compile(lambda x: square * x)
    f.backward([1.0, 3.0])
    assert a.grad == 12.0


@pytest.mark.parametrize(
    ("fn", "expected"),
    [
        (lambda x: x + 1e16 + -1e16, (3.0 + 1e16) + -1e16),
        (lambda x: x + 0.1 + 0.2 + 0.3, ((3.0 + 0.1) + 0.2) + 0.3),
        (lambda x: x * 1e200 * 1e-200 * 0.1, 3.0 * 1e200 * 1e-200 * 0.1),
        (lambda x: x + 1e308 + -1e308 + 1e308, 1e308),
    ],
)
def test_constants_are_not_regrouped(fn: Any, expected: float) -> None:
    assert mg.compile(fn)([3.0]).tolist() == [expected]


def test_several_outputs_are_columns() -> None:
    w = mg.Value(2.0)
    f = mg.compile(lambda x: [w * x[0], x[1] + 1.0, 7.0])
    assert f([[1.0, 2.0], [3.0, 4.0]]).tolist() == [[2.0, 3.0, 7.0], [6.0, 5.0, 7.0]]
    with pytest.raises(InputError, match="one Value, not a list"):
        f.backward([[1.0, 2.0]])


def test_a_function_without_arguments_is_one_example() -> None:
    w = mg.Value(3.0, label="w")
    f = mg.compile(lambda: w**2)
    assert f().tolist() == [9.0]
    assert f.backward() == 9.0
    assert w.grad == 6.0


def test_batch_sizes_can_vary_and_results_are_not_overwritten() -> None:
    w = mg.Value(2.0)
    f = mg.compile(lambda x: w * x)
    kept = [f(np.full(n, 1.0 * n)) for n in range(1, 15)]
    assert [found.tolist() for found in kept] == [[2.0 * n] * n for n in range(1, 15)]


def test_float32_is_float32_throughout() -> None:
    model, loss = _net_and_loss()
    f = mg.compile(loss, dtype="float32")
    found = f(X, Y)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, mg.compile(loss)(X, Y), rtol=1e-4)
    f.backward(X, Y)
    single = [p.grad for p in model.parameters()]
    model.zero_grad()
    mg.compile(loss).backward(X, Y)
    np.testing.assert_allclose(single, [p.grad for p in model.parameters()], rtol=1e-3, atol=1e-5)


def test_a_number_too_large_for_float32_is_an_error_but_inf_is_not() -> None:
    w = mg.Value(1.0)
    f = mg.compile(lambda x: mg.tanh(w * x), dtype="float32")
    assert f([math.inf]).tolist() == [1.0]
    with pytest.raises(NotFiniteError, match=r"^x: .* too large for float32"):
        f([1e300])
    w.data = 1e300
    with pytest.raises(NotFiniteError, match="too large for float32"):
        f([1.0])


def test_a_constant_too_large_for_float32_falls_back_to_values() -> None:
    w = mg.Value(1.0)
    f = mg.compile(lambda x: mg.sum([1e300 * x[0], -1e300 * x[1]]) * w, dtype="float32")
    assert f([[2.0, 2.0]]).tolist() == [0.0]
    assert f.backward([[2.0, 2.0]]) == 0.0
    assert w.grad == 0.0


def test_threads_do_not_disturb_each_other() -> None:
    w = mg.Value(2.0)
    f = mg.compile(lambda x: mg.exp(mg.sin(w * x)) * x)
    f([1.0])
    wrong: list[int] = []

    def work(seed: int) -> None:
        x = np.random.default_rng(seed).normal(size=200)
        same = [np.allclose(f(x), np.exp(np.sin(2 * x)) * x) for _ in range(100)]
        if not all(same):
            wrong.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# --- Errors ---

NOT_NUMBERS: list[Any] = [
    ["a"],
    ["1.5"],
    "1",
    b"1",
    {0: 1.0},
    {1.0},
    [None],
    [10**400],
    [1j],
    np.array([1j]),
    np.array(["2020-01-01"], "datetime64[D]"),
    np.ma.masked_array([1.0], mask=[True]),
    [[1.0], [1.0, 2.0]],
]


def test_the_message_names_the_example_the_operation_and_the_value() -> None:
    p = mg.Value(1.0, label="p")
    f = mg.compile(lambda x: mg.log(p * x))
    with pytest.raises(
        ValueError,
        match=r"example 2 of the batch of 3: log\(x\) needs x > 0; got x = -1.0 \(Value 'p \* x'\)",
    ):
        f([1.0, 2.0, -1.0])
    with pytest.raises(ValueError, match="example 0"):
        f.backward([-1.0])
    assert p.grad == 0.0


def test_an_overflow_on_the_way_to_a_finite_result_is_an_error_as_on_values() -> None:
    p = mg.Value(1.0)
    f = mg.compile(lambda x: 1.0 / mg.exp(p * x))
    with pytest.raises(NotFiniteError, match="example 1"):
        f([1.0, 800.0])


@pytest.mark.parametrize(
    ("fn", "expected"),
    [
        (lambda p: (p - 1.0) / 0.0, math.inf),
        (lambda p: p * mg.log(p - 2.0), -math.inf),
        (lambda p: mg.hypot(p, 1.0) / (p * 0.0), math.inf),
        (lambda p: (p - 2.0) ** -0.5, math.inf),
    ],
)
def test_a_constant_without_a_derivative_is_an_error_when_run(fn: Any, expected: float) -> None:
    p = mg.Value(2.0)
    f = mg.compile(lambda x: fn(p) + x)
    for run in (f, f.backward):
        with pytest.raises(MicrogradError, match="example 0 of the batch of 1"):
            run([1.0])
    with mg.ieee():
        assert f([1.0])[0] == expected


def _outcome(run: Any) -> str:
    """The result of a computation, with the sign of a zero, or the name of its error."""
    try:
        return repr(number_of(run()))
    except MicrogradError as error:
        return type(error).__name__


@pytest.mark.parametrize("x", [-1.0, -0.0, 0.0, 0.5, 1000.0, 1e300, math.inf, math.nan])
@pytest.mark.parametrize(
    "fn",
    [
        lambda x: 0.0 * x,
        lambda x: 0.0 * mg.log(x),
        lambda x: mg.exp(x) * 0.0 + 1.0,
        lambda x: mg.tanh(0.0 * x),
        lambda x: mg.exp(x) ** 0.0,
        lambda x: mg.where(1.0, x, mg.log(x)),
        lambda x: mg.where(mg.log(x), 2.0, 2.0),
        lambda x: x + 0.0,
        lambda x: 0.0 - x,
        lambda x: x - 0.0,
        lambda x: -0.0 + x,
        lambda x: mg.tanh(mg.tanh(x) + 0.0) + -0.0,
        lambda x: 1e-200 * (1e-200 * x),
        lambda x: 1e-10 * (1e10 * x),
        lambda x: x / (mg.Value(1e200) * 1.0 * 1e200),
    ],
)
def test_simplifying_keeps_errors_and_the_signs_of_zeros(fn: Any, x: float) -> None:
    expected = _outcome(lambda: fn(mg.Value(x)))
    f = mg.compile(fn)
    assert _outcome(lambda: f([x])[0]) == expected
    assert _outcome(lambda: f.backward([x])) == expected


def test_small_constants_are_not_multiplied_in_a_gradient() -> None:
    w = mg.Value(1.0)
    f = mg.compile(lambda x: x * (1e-200 * (1e-200 * w)))
    f.backward([1e300])
    assert w.grad == pytest.approx(1e-100, abs=0)


def test_inf_and_nan_in_the_inputs_are_no_errors() -> None:
    p = mg.Value(1.0)
    f = mg.compile(lambda x: mg.relu(p * x) + 1.0)
    found = f([math.inf, math.nan, 2.0])
    assert found[0] == math.inf
    assert math.isnan(found[1])
    assert found[2] == 3.0


def test_a_derivative_with_respect_to_an_input_can_be_infinite() -> None:
    w = mg.Value(2.0)
    f = mg.compile(lambda x: mg.grad(w * x**2, [x], create_graph=True)[0])
    assert f([3.0, math.inf]).tolist() == [12.0, math.inf]


def test_a_fallback_does_not_differentiate_with_respect_to_inputs() -> None:
    w = mg.Value(1.0)
    f = mg.compile(lambda x: 1e200 * (x * (1e200 * w)))
    f.backward([1e-300, math.inf])  # with respect to x it would be 1e400
    assert w.grad == math.inf


def test_a_fallback_evaluates_captured_nodes_again() -> None:
    a = mg.Value(3.0)
    square = a * a
    f = mg.compile(lambda x: mg.log(square * x))
    a.data = 5.0
    assert f([1.0, math.inf]).tolist() == [math.log(25.0), math.inf]
    f.backward([1.0, math.inf], reduction="sum")
    assert a.grad == pytest.approx(2 / 5)  # at inf the derivative of the logarithm is 0


@pytest.mark.parametrize("number", [0.0, 2.0])
def test_a_derivative_in_a_function_is_traced_for_any_data(
    number: float,
) -> None:
    w = mg.Value(number)
    with mg.debug():  # a derivative that is nan is an error
        f = mg.compile(lambda x: mg.grad(w * mg.exp(x), [x], create_graph=True)[0])
        f.backward([1.0])
    assert w.grad == pytest.approx(math.e)


def test_inside_ieee_nothing_is_raised() -> None:
    p = mg.Value(1.0)
    f = mg.compile(lambda x: mg.log(p * x))
    with mg.ieee():
        assert f([0.0, 1.0]).tolist() == [-math.inf, 0.0]


def test_a_branch_with_no_upstream_gradient_contributes_nothing() -> None:
    p = mg.Value(0.0)
    f = mg.compile(lambda x: mg.where(x, mg.sqrt(p + x), 1.0))
    assert f.backward([0.0, 4.0], reduction="sum") == 3.0
    assert p.grad == 0.25


def test_a_sum_of_losses_that_is_too_large_is_an_error_and_changes_no_gradient() -> None:
    w = mg.Value(1e308)
    f = mg.compile(lambda x: w * x)
    assert f.backward([1.0, 1.0]) == 1e308
    with pytest.raises(NotFiniteError, match="too large for a float"):
        f.backward([1.0, 1.0], reduction="sum")
    assert w.grad == 1.0


@pytest.mark.parametrize(("rows", "before"), [([1.5e308, 1.5e308], 0.0), ([1.5e308], 1.5e308)])
def test_a_gradient_that_gets_too_large_is_an_error_and_is_not_changed(
    rows: list[float], before: float
) -> None:
    w = mg.Value(1e-300, label="w")
    w.grad = before
    f = mg.compile(lambda x: w * x)
    with pytest.raises(NotFiniteError, match=r"gradient of w is too large.*w \* x"):
        f.backward(rows, reduction="sum")
    assert w.grad == before
    with mg.ieee():
        f.backward(rows, reduction="sum")
    assert w.grad == math.inf


@pytest.mark.parametrize("exponent", [2, 3, 4, 5])
def test_an_integer_power_is_that_of_values(exponent: int) -> None:
    w = mg.Value(1.0)
    f = mg.compile(lambda x: (w * x) ** exponent)
    xs = [sign * size for size in (0.0, 1e-60, 0.3, 7.0, 1e60) for sign in (1.0, -1.0)]
    for x in xs:
        y = (w * x) ** exponent
        found = f.backward([x])
        (slope,) = mg.grad(y, [w])
        assert math.copysign(1, found) == math.copysign(1, y.data)
        assert found == pytest.approx(y.data, rel=1e-15, abs=0)
        assert w.grad == pytest.approx(slope, rel=1e-15, abs=0)
        w.grad = 0.0


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (([1.0, 2.0], [1.0]), "x has 2, y has 1"),
        (([1.0],), "takes 2 arguments, x, y; got 1"),
        (([], []), "at least one example"),
        *[((x, [1.0]), "x must be numbers") for x in NOT_NUMBERS],
        (([[[1.0]]], [1.0]), r"\(batch, n\)"),
        ((1.0, [1.0]), r"\(batch,\)"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(arrays: Any, message: str) -> None:
    w = mg.Value(1.0)
    with pytest.raises(InputError, match=message):
        mg.compile(lambda x, y: w * x + y)(*arrays)


def test_unknown_settings_are_refused() -> None:
    for settings in ({"dtype": "float16"}, {"backend": "gpu"}):
        with pytest.raises(InputError, match="choose from"):
            mg.compile(lambda x: x, **settings)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="choose from mean, sum"):
        mg.compile(lambda x: x).backward([1.0], reduction="max")


def test_the_source_before_the_first_call_asks_for_an_example() -> None:
    with pytest.raises(InputError, match="example="):
        _ = mg.compile(lambda x: x * 2.0).source


def _if(x: Any) -> Any:
    return x if x > 0 else -x


@pytest.mark.parametrize(
    "fn",
    [
        _if,
        lambda x: math.exp(x),
        lambda x: x * x.data,
        lambda x: mg.exp(x) if mg.exp(x) > 1 else x,
        lambda x: x if x else 0.0,
        lambda x: max(x, 0.0),
        lambda x: x * int(x),
        lambda x: round(x),
        lambda x: math.floor(x),
        lambda x: mg.Parameter(1.0) * (2.0 if mg.Parameter(1.0) < x else 3.0),
        lambda x: max(x, mg.Parameter(1.0)),
        lambda x: x if mg.grad(x * x, [x])[0] > 0 else -x,
        lambda x: x * float(f"{x:.2f}"),
        lambda x: (x * x).backward(),
    ],
)
def test_reading_a_value_while_tracing_is_an_error_that_names_the_line(fn: Any) -> None:
    with pytest.raises(TraceError, match=r"line \d+ of .*test_compile.py") as caught:
        mg.compile(fn)([1.0])
    line = int(re.findall(r"line (\d+)", str(caught.value))[0])
    assert line == fn.__code__.co_firstlineno + (fn is _if)
    assert "mg.where" in str(caught.value)


@pytest.mark.parametrize(
    "fn", [lambda x: setattr(x, "data", 5.0), lambda x: setattr(x * 2.0, "data", 5.0)]
)
def test_assigning_to_a_value_while_tracing_is_refused(fn: Any) -> None:
    with pytest.raises(TraceError, match="assigns the value of"):
        mg.compile(fn)([1.0])


def test_a_function_that_returns_no_value_is_refused() -> None:
    with pytest.raises(InputError, match="flat list of Values"):
        mg.compile(lambda x: "yes")([1.0])
    with pytest.raises(InputError, match="empty list"):
        mg.compile(lambda x: [])([1.0])


W = mg.Value(2.0)


@pytest.mark.parametrize(
    "fn",
    [
        lambda call, x: x[call % 2] * W,
        lambda call, x: x[0] * W + float(call),
        lambda call, x: x[0] * (mg.tanh(W) if call % 2 else mg.exp(W)),
        lambda call, x: mg.sum(x[: 1 + call % 2]),
        lambda call, x: [x[0]] * (1 + call % 2),
        lambda call, x: (x[0] * W) * (x[0] * W if call % 2 else x[1] * W),
        lambda call, x: x[0] - x[1] if call % 2 else x[1] - x[0],
    ],
)
def test_a_function_that_differs_from_call_to_call_is_refused(fn: Any) -> None:
    calls = itertools.count()
    with pytest.raises(TraceError, match="something else each time"):
        mg.compile(lambda x: fn(next(calls), x), example=([0.0, 0.0],))


# --- Generated code ---


def test_the_code_of_a_network_is_readable() -> None:
    _, loss = _net_and_loss()
    source = mg.compile(loss, example=([0.0, 0.0], 1.0)).source
    for line in (
        "# layers.0: 16 neurons of 2 inputs",
        "np.matmul(weights1, x, out=sums1)",
        "sums1 += bias1",
        "np.maximum(sums1, 0.0, out=hidden1)",
        "np.matmul(d_sums2, hidden1.T, out=d_weights2)",
        "d_sums1 *= np.sign(hidden1)",
    ):
        assert line in source
    assert re.findall(r"^import .*", source, re.M) == ["import numpy as np"]


def test_outputs_in_a_list_are_computed_in_their_rows_of_the_result() -> None:
    f = mg.compile(lambda x: [mg.exp(x[0]), *[v * 2.0 for v in mg.softmax(x)]])
    assert f([[1.0, 3.0], [2.0, 2.0]]).tolist() == [
        pytest.approx([math.e, 2 / (1 + math.e**2), 2 / (1 + math.e**-2)]),
        pytest.approx([math.e**2, 1.0, 1.0]),
    ]
    assert "concatenate" not in f.source
    assert {"0:1", "1:3"} <= set(re.findall(r"= result\[(.*)\]$", f.source, re.M))


@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_an_output_that_is_listed_twice_or_is_an_input_is_copied(
    loops_in_python: None, backend: str
) -> None:
    def fn(x: Any) -> Any:
        y = mg.exp(x[0])
        return [y, y, x[1] + 0.0, y * 2.0]

    f = mg.compile(fn, backend=backend)
    assert f([[0.0, 5.0]]).tolist() == [[1.0, 1.0, 5.0, 2.0]]


def test_neurons_written_by_hand_become_the_same_matrices() -> None:
    model, _ = _net_and_loss()

    def by_hand(x: Any) -> Any:
        for layer in model.layers:
            x = [sum((w * v for w, v in zip(n.w, x, strict=True)), n.b) for n in layer.neurons]
            x = [v.relu() for v in x] if layer is not model.layers[-1] else x
        return x[0]

    one = mg.compile(by_hand, example=([0.0, 0.0],)).source
    two = mg.compile(lambda x: model(x), example=([0.0, 0.0],)).source
    assert one.count("np.matmul(weights") == two.count("np.matmul(weights") == 5
    assert "np.matmul(weights2, hidden1, out=sums2)" in one


def test_a_weighted_sum_that_starts_from_0_adds_no_0() -> None:
    model, _ = _net_and_loss()
    neuron = model.layers[0].neurons[0]

    def by_hand(x: Any) -> Any:
        total: Any = 0.0
        for w, v in zip(neuron.w, x, strict=True):
            total = total + w * v
        return mg.tanh(total + neuron.b)

    source = mg.compile(by_hand, example=([0.0, 0.0],)).source
    assert "output += bias1" in source


def test_explain_lists_the_statement_of_each_group_of_nodes() -> None:
    model, loss = _net_and_loss()
    text = str(mg.compile(loss, example=([0.0, 0.0], 1.0)).explain())
    counts = re.findall(r"\d[\d,]*", text.splitlines()[0])
    parameters, nodes, statements = (int(count.replace(",", "")) for count in counts)
    assert parameters == len(model.parameters())
    assert statements < 20 < parameters < nodes
    assert re.search(r"16 × weighted sum +→ sums1", text)
    assert re.search(rf"{parameters} × mul +→ total1", text)


def test_the_source_is_formatted_and_clean(tmp_path: Any) -> None:
    pytest.importorskip("ruff")
    _, loss = _net_and_loss()
    f = mg.compile(loss, example=([0.0, 0.0], 1.0))
    for name, text in (("numpy", f.source), ("loops", f.native_source)):
        path = tmp_path / f"{name}.py"
        path.write_text(text, encoding="utf-8")
        run = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "100"]
        subprocess.run([*run, "--check", str(path)], check=True)


HOSTILE_TEXTS = [
    "x\n    print('run')  #",
    "x\r    print('run')  #",
    "x\x0c\n    print('run')  #",
    'x"""\nprint("run")\n"""',
    "x\u2028print('run')",
    "layers.0\nprint('run')",
]


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_the_path_of_a_parameter_is_only_a_comment(text: str) -> None:
    model = mg.MLP(2, [3, 1], seed=1)
    plain = mg.compile(lambda x: model(x), example=([0.0, 0.0],)).source
    for p in model.parameters():
        p.path = text  # type: ignore[attr-defined]
    source = mg.compile(lambda x: model(x), example=([0.0, 0.0],)).source
    assert repr(text).strip("'\"")[:5] in source
    assert ast.dump(ast.parse(source)) == ast.dump(ast.parse(plain))


def test_the_name_of_an_attribute_is_only_a_comment() -> None:
    class Net(mg.Module):
        def __init__(self) -> None:
            self.parts = {"a\nprint('run')": mg.Layer(2, 3, seed=1)}

        def __call__(self, x: Any) -> Any:
            return mg.sum([out for part in self.parts.values() for out in part(x)])

    model = Net()
    model.assign_paths()
    source = mg.compile(model, example=([0.0, 0.0],)).source
    assert "\\nprint" in source
    assert "print" not in {getattr(v, "id", "") for v in ast.walk(ast.parse(source))}


@pytest.mark.parametrize("optimize", [0, 2])
def test_the_first_block_of_long_code_is_short(optimize: int) -> None:
    """Python's compiler takes time with the square of the length of a block with many cells."""
    w = mg.Value(0.5)

    def deep(x: Any) -> Any:
        for _ in range(200):
            x = mg.tanh(w * x)
        return x

    text = mg.compile(deep, example=(1.0,)).source
    module = compile(text, "deep", "exec", optimize=optimize)
    build = next(code for code in module.co_consts if hasattr(code, "co_code"))
    names = [i.opname for i in dis.get_instructions(build)]
    first = names[: next(i for i, name in enumerate(names) if "JUMP" in name)]
    assert first.count("MAKE_CELL") > 400  # a name that the two functions share
    assert len([name for name in first if name not in ("MAKE_CELL", "EXTENDED_ARG")]) < 10


def test_a_large_network_is_compiled_in_time_proportional_to_its_size() -> None:
    counts = []
    for width in (20, 80):
        model = mg.MLP(50, [width, 1], seed=0)
        calls = 0

        def count(frame: Any, event: str, _: Any) -> None:
            nonlocal calls
            calls += event in ("call", "c_call")

        sys.setprofile(count)
        try:
            mg.compile(lambda x, model=model: model(x), example=([0.0] * 50,))
        finally:
            sys.setprofile(None)
        counts.append(calls)
    assert counts[1] < 5 * counts[0]
