"""`Value`, backward, grad and forward: the graph, its walk, its copies and its limits."""

from __future__ import annotations

import base64
import contextlib
import copy
import gc
import math
import pickle
import random
import subprocess
import sys
import textwrap
import time
import tracemalloc
import weakref
import zlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from samples import ROWS

import micrograd_tut as mg
from micrograd_tut import Value, ops
from micrograd_tut.engine import Constant, chain_rule, topological
from micrograd_tut.errors import (
    DomainError,
    InputError,
    NotFiniteError,
    NumberTypeError,
    StaleGraphError,
)

# --- The graph ------------------------------------------------------------------------------


def test_a_leaf_has_no_operation_and_no_inputs() -> None:
    a = Value(2.0, label="a")
    assert (a.data, a.grad, a.label, a.op, a.inputs) == (2.0, 0.0, "a", None, ())


def test_inputs_keep_their_order_and_repeats() -> None:
    a, b = Value(1.0), Value(2.0)
    assert (b - a).inputs == (b, a)
    assert (a + a).inputs == (a, a)
    assert mg.maximum(a, b, a).inputs == (a, b, a)
    assert mg.exp(a).inputs == (a,)
    assert mg.dot([a, a], [b, b], a).inputs == (a, a, b, b, a)


def test_a_number_in_an_expression_becomes_a_constant_without_gradient() -> None:
    y = 2 * Value(3.0)
    two = y.inputs[0]
    assert type(two) is Constant
    y.backward()
    assert two.grad == 0.0
    two.grad = 5.0
    assert two.grad == 0.0


def test_a_number_in_an_expression_is_the_same_constant_whenever_it_is_looked_at() -> None:
    y = 2 * Value(3.0)
    y.backward()
    assert y.inputs[0] is y.inputs[0] is topological(y)[0]


def test_a_number_in_an_expression_takes_no_memory_of_its_own() -> None:
    def size_of(build: Callable[[Value], Value]) -> int:
        y = Value(1.0)
        tracemalloc.start()
        for _ in range(1_000):
            y = build(y)
        y.backward()
        size = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        return size

    assert size_of(lambda y: y * 0.5) <= size_of(lambda y: y * y) + 1_000 * sys.getsizeof(0.5)


def test_subtraction_and_division_make_one_node() -> None:
    a, b = Value(1.0), Value(2.0)
    assert len(topological(a - b)) == len(topological(a / b)) == 3


def test_repr_shows_data_grad_and_label() -> None:
    assert repr(Value(2, label="a")) == "Value(data=2.0, grad=0.0, label='a')"
    assert repr(Value(0.5)) == "Value(data=0.5, grad=0.0)"


def test_a_value_is_formatted_as_its_number() -> None:
    loss = mg.Value(2.0) / 3.0
    assert f"{loss:.3f}" == "0.667"
    assert f"{loss}" == repr(loss)


@pytest.mark.parametrize(
    ("apply", "value", "by_a"),
    [
        (lambda a: a + 3, 5.0, 1.0),
        (lambda a: 3 + a, 5.0, 1.0),
        (lambda a: a - 3, -1.0, 1.0),
        (lambda a: 3 - a, 1.0, -1.0),
        (lambda a: a * 3, 6.0, 3.0),
        (lambda a: 3 * a, 6.0, 3.0),
        (lambda a: a / 4, 0.5, 0.25),
        (lambda a: 4 / a, 2.0, -1.0),
        (lambda a: a**3, 8.0, 12.0),
        (lambda a: 3**a, 9.0, 9 * math.log(3)),
        (lambda a: -a, -2.0, -1.0),
        (lambda a: +a, 2.0, 1.0),
        (lambda a: abs(-a), 2.0, 1.0),
    ],
)
def test_operators_work_on_either_side(apply: Any, value: float, by_a: float) -> None:
    a = Value(2.0)
    y = apply(a)
    assert y.data == value
    assert mg.grad(y, [a]) == [by_a]


def test_an_augmented_assignment_makes_a_new_value() -> None:
    a = b = Value(2.0)
    b += 3
    assert (a.data, b.data) == (2.0, 5.0)
    b *= a
    b -= 1
    b /= 3
    b **= 2
    assert b.data == 9.0


# --- The walk -------------------------------------------------------------------------------


def random_graph(seed: int, size: int = 30) -> tuple[list[Value], Value]:
    """Leaves, and an output over a graph in which inputs are picked at random."""
    rng = random.Random(seed)
    leaves = [Value(rng.uniform(-1, 1)) for _ in range(3)]
    nodes = list(leaves)
    for _ in range(size):
        a, b = rng.choice(nodes), rng.choice(nodes)
        nodes.append(rng.choice([ops.add, ops.mul, ops.sub, lambda x, y: mg.sin(x)])(a, b))
    return leaves, mg.sum(nodes)


@pytest.mark.parametrize("seed", range(20))
def test_the_walk_lists_each_node_once_inputs_before_what_they_feed(seed: int) -> None:
    _, y = random_graph(seed)
    order = topological(y)
    place = {node: i for i, node in enumerate(order)}
    assert len(place) == len(order)
    assert all(place[v] < place[node] for node in order for v in node.inputs)
    assert order[-1] is y


@pytest.mark.skipif(sys.platform == "emscripten", reason="needs processes")
def test_the_walk_is_the_same_every_time() -> None:
    code = """
        import micrograd_tut as mg
        from micrograd_tut.engine import topological
        a, b, c = (mg.Value(i, label=n) for i, n in enumerate("abc"))
        y = mg.sum([a * b, c + a, mg.exp(b), a * b])
        print([v.label or v._op for v in topological(y)])
    """
    runs = {
        subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)],
            env={"PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in range(3)
    }
    assert len(runs) == 1


def contributions(y: Value, upstream: float) -> list[tuple[Value, float, float]]:
    """Input, local derivative and product of every edge of one operation."""
    return [(e.input, e.local, e.product) for e in chain_rule([y], {y: upstream}, Value)]


def test_an_edge_gives_input_local_derivative_and_product() -> None:
    a, b = Value(2.0), Value(-3.0)
    assert contributions(a * b, 5.0) == [(a, -3.0, -15.0), (b, 2.0, 10.0)]


def test_constants_have_no_edge_and_zero_factors_contribute_zero() -> None:
    a = Value(2.0)
    assert [v for v, _, _ in contributions(a * 3, 5.0)] == [a]
    assert [product for *_, product in contributions(mg.relu(-a), 5.0)] == [0.0]
    assert contributions(a * 3, 0.0) == []


# --- backward -------------------------------------------------------------------------------


def test_a_value_that_is_used_twice_gets_both_contributions() -> None:
    a = Value(3.0)
    (a + a).backward()
    assert a.grad == 2.0
    b = Value(3.0)
    (b * b * b).backward()
    assert b.grad == 27.0


def test_backward_on_a_leaf_gives_it_1() -> None:
    a = Value(3.0)
    a.backward()
    a.backward()
    assert a.grad == 2.0


def test_backward_reaches_what_it_needs_alone() -> None:
    a, b = Value(1.0), Value(2.0)
    shared = a * b
    other = shared + 5
    y = shared * 2
    y.backward()
    assert other.grad == 0.0
    assert (a.grad, b.grad) == (4.0, 2.0)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_backward_equals_grad_for_every_row(name: str) -> None:
    for point in ROWS[name].points:
        inputs = [
            Constant(x) if i in ROWS[name].constants else Value(x) for i, x in enumerate(point)
        ]
        y = ops.OPS[name](*inputs)
        expected = mg.grad(y, inputs)
        y.backward()
        assert [v.grad for v in inputs] == expected


@pytest.mark.parametrize("name", sorted(ROWS))
def test_by_hand_backward_equals_backward_for_every_row(name: str) -> None:
    for point in ROWS[name].points:
        inputs = [
            Constant(x) if i in ROWS[name].constants else Value(x) for i, x in enumerate(point)
        ]
        y = ops.OPS[name](*inputs) * 2.0
        y.grad = 1.0
        for node in reversed(topological(y)):
            node._backward()
        by_hand = [v.grad for v in inputs]
        mg.zero_grad(y)
        y.backward()
        assert by_hand == [v.grad for v in inputs]


FAILING = {
    "overflow": lambda a, b: mg.exp(a) + b * 1e200 * 1e200,
    "stale": lambda a, b: stale(mg.exp(a) + mg.sin(b)),
}


def stale(y: Value) -> Value:
    y.inputs[1].data += 1.0
    return y


@pytest.mark.parametrize("kind", sorted(FAILING))
def test_a_backward_that_fails_changes_no_gradient(kind: str) -> None:
    a, b = Value(1.0), Value(1e-200)
    y = FAILING[kind](a, b)
    for i, node in enumerate(topological(y)):
        node.grad = float(i)
    before = [node.grad for node in topological(y)]
    with pytest.raises((NotFiniteError, StaleGraphError)):
        y.backward()
    assert [node.grad for node in topological(y)] == before


def test_a_stale_leaf_deep_below_is_found() -> None:
    x = Value(1.0, label="x")
    y = mg.exp(x)
    for _ in range(50):
        y = y * 1.01 + 0.1
    x.data = 1.5
    with pytest.raises(
        StaleGraphError, match=r"evaluates to 4\.48\d* now with x = 1\.5: numbers have changed"
    ):
        y.backward()
    with pytest.raises(StaleGraphError):
        mg.grad(y, [x], create_graph=True)


@pytest.mark.parametrize("row", ["sum", "dot", "where", "maximum"])
def test_a_stale_input_of_a_wide_node_is_found(row: str) -> None:
    inputs = [Value(float(i + 1)) for i in range(3)]
    y = ops.OPS[row](*inputs) * 2.0
    inputs[1].data = 17.0
    with pytest.raises(StaleGraphError):
        y.backward()


# --- grad -----------------------------------------------------------------------------------


def test_grad_touches_no_grad() -> None:
    x = Value(3.0)
    y = x * x
    x.grad, y.grad = 5.0, 6.0
    assert mg.grad(y, [x]) == [6.0]
    mg.grad(y, [x], create_graph=True)
    assert (x.grad, y.grad) == (5.0, 6.0)


def test_grad_by_inner_nodes_by_itself_and_by_strangers() -> None:
    x, stranger = Value(3.0), Value(1.0)
    inner = x * x
    y = inner * 2
    assert mg.grad(y, [inner, x, y, stranger, x]) == [2.0, 12.0, 1.0, 0.0, 12.0]


def test_grad_of_a_leaf_by_itself() -> None:
    x = Value(3.0)
    assert mg.grad(x, [x]) == [1.0]


@pytest.mark.parametrize("xs", [[2.0], ["x"], 3])
def test_grad_refuses_what_is_no_list_of_values(xs: Any) -> None:
    with pytest.raises(
        InputError, match=r"^grad needs a list of Values(; .* is not a Value|: grad.*)$"
    ):
        mg.grad(Value(3.0) * 2, xs)


def test_an_int_too_large_assigned_to_data_is_told() -> None:
    x = Value(1.0)
    with pytest.raises(NotFiniteError, match="too large for a float"):
        x.data = 10**400
    assert x.data == 1.0


def test_grad_refuses_a_bare_value() -> None:
    x = Value(3.0)
    with pytest.raises(InputError):
        mg.grad(x * x, x)  # type: ignore[arg-type]


def test_x_cubed_differentiates_down_to_zero() -> None:
    x = Value(3.0)
    y = x**3
    numbers = [y.data]
    for _ in range(4):
        (y,) = mg.grad(y, [x], create_graph=True)
        numbers.append(y.data)
    assert numbers == [27.0, 27.0, 18.0, 6.0, 0.0]


def test_with_create_graph_what_does_not_depend_is_a_zero_that_can_go_on() -> None:
    x, stranger = Value(3.0), Value(1.0)
    (nothing,) = mg.grad(x * x, [stranger], create_graph=True)
    assert nothing.data == 0.0
    assert mg.grad(nothing, [x]) == [0.0]


def test_a_gradient_with_create_graph_can_be_trained_on() -> None:
    x = Value(2.0)
    (slope,) = mg.grad(x**3, [x], create_graph=True)
    (slope**2).backward()
    assert x.grad == 2 * 12.0 * 12.0


def test_zero_grad_clears_the_whole_graph() -> None:
    x = Value(3.0)
    y = mg.exp(x) * x
    y.backward()
    mg.zero_grad(y)
    assert [node.grad for node in topological(y)] == [0.0] * 3


# --- forward --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(ROWS))
def test_forward_evaluates_every_row_again(name: str) -> None:
    first, *others = ROWS[name].points
    for point in others:
        if len(point) != len(first):
            continue
        inputs = [Value(x) for x in first]
        y = ops.OPS[name](*inputs)
        for v, x in zip(inputs, point, strict=True):
            v.data = x
        assert y.forward().data == ops.OPS[name](*point)
        mg.grad(y, inputs)


def test_forward_goes_through_the_whole_graph() -> None:
    x = Value(1.0)
    y = mg.tanh(x * 2 + 1) * x
    x.data = 0.3
    assert y.forward().data == math.tanh(0.3 * 2 + 1) * 0.3


def test_forward_and_backward_again_and_again_are_those_of_a_new_graph() -> None:
    x = Value(1.0)

    def build() -> Value:
        return mg.tanh(x * 2 + 1) * x

    y = build()
    for number in (0.3, -0.2, 0.7):
        x.data, x.grad = number, 0.0
        y.forward().backward()
        assert (y.data, [x.grad]) == (build().data, mg.grad(build(), [x]))


def test_a_graph_that_was_evaluated_again_is_freed_without_the_garbage_collector() -> None:
    class Watched(Value):
        __slots__ = ("__weakref__",)

    x = Watched(1.0)
    freed = weakref.ref(x)
    (x * 2 + 1).forward().backward()
    gc.disable()
    try:
        del x
        assert freed() is None
    finally:
        gc.enable()


def test_a_forward_that_fails_changes_nothing() -> None:
    x = Value(2.0, label="x")
    y = mg.exp(x) + mg.log(x)
    before = [node.data for node in topological(y)][1:]
    x.data = -1.0
    with pytest.raises(DomainError, match=r"log\(x\) needs x > 0; got x = -1\.0 \(Value 'x'\)"):
        y.forward()
    assert [node.data for node in topological(y)][1:] == before
    x.data = 2.0
    y.backward()


# --- Deep and wide --------------------------------------------------------------------------


def child(code: str) -> list[float]:
    """What a program prints, run by itself so that its memory can be measured."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [float(word) for word in done.stdout.split()]


CHAIN = """
    import re, time
    from pathlib import Path
    import micrograd_tut as mg
    start = time.perf_counter()
    x = mg.Value(1.0)
    y = x
    for _ in range({length}):
        y = y + x
    y.backward()
    assert x.grad == {length} + 1
    del y
    seconds = time.perf_counter() - start
    # not getrusage: its ru_maxrss counts the memory of the program that started this one
    status = Path("/proc/self/status").read_text()
    print(seconds, int(re.search(r"VmHWM:\\s*(\\d+)", status)[1]) / 1024)
"""
linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")


@linux
def test_a_chain_of_100_000_additions_takes_60_megabytes_at_most() -> None:
    _, megabytes = child(CHAIN.format(length=100_000))
    assert megabytes < 60


@linux
@pytest.mark.full
def test_a_chain_of_1_000_000_additions_takes_400_megabytes_at_most(
    figure: Callable[..., None],
) -> None:
    seconds, megabytes = child(CHAIN.format(length=1_000_000))
    figure("a chain of 1,000,000 additions", "{:.2f} s, {:.0f} MB", seconds, megabytes)
    assert megabytes < 400


@pytest.fixture
def seconds(figure: Callable[..., None], request: pytest.FixtureRequest) -> Iterator[None]:
    """The figure of a test is how long it took."""
    start = time.perf_counter()
    yield
    name = request.node.name.removeprefix("test_").replace("_", " ")
    figure(name, "{:.2f} s", time.perf_counter() - start)


@pytest.mark.usefixtures("seconds")
def test_a_node_with_100_000_inputs() -> None:
    values = [Value(float(i)) for i in range(100_000)]
    for f, slope in ((mg.sum, 1.0), (mg.mean, 1e-5)):
        y = f(values)
        mg.zero_grad(y)
        y.backward()
        assert {v.grad for v in values} == {slope}
    mg.logsumexp(values).backward()
    assert math.fsum(v.grad for v in values) == pytest.approx(1.0 + 1.0, rel=1e-12)


@pytest.mark.usefixtures("seconds")
def test_a_leaf_used_100_000_times() -> None:
    x = Value(2.0)
    y = mg.sum([x] * 100_000)
    y.backward()
    assert x.grad == 100_000
    z = mg.sum([x * float(i) for i in range(1000)])
    assert mg.grad(z, [x]) == [999 * 500]


@pytest.mark.usefixtures("seconds")
def test_a_diamond_ladder_of_10_000_rungs() -> None:
    x = Value(1.0)
    y = x
    for _ in range(10_000):
        half = y * 0.5
        y = half + half  # 2**10,000 paths
    assert mg.grad(y, [x]) == [1.0]
    y.backward()
    assert x.grad == 1.0
    (slope,) = mg.grad(y, [x], create_graph=True)
    assert slope.data == 1.0


def deep(length: int) -> tuple[Value, Value]:
    x = Value(0.5, label="x")
    y = x
    for _ in range(length):
        y = mg.sin(y) + x
    return x, y


def test_forward_grad_and_expand_of_a_deep_graph() -> None:
    x, y = deep(20_000)
    assert sys.getrecursionlimit() < 20_000
    (slope,) = mg.grad(y, [x], create_graph=True)
    assert slope.data == mg.grad(y, [x])[0]
    assert mg.expand(y).data == y.data
    x.data = 0.25
    assert y.forward().data == deep_number(20_000, 0.25)


def deep_number(length: int, x: float) -> float:
    y = x
    for _ in range(length):
        y = math.sin(y) + x
    return y


# --- Copies ---------------------------------------------------------------------------------


def by_pickle(v: Any) -> Any:
    return pickle.loads(pickle.dumps(v))  # noqa: S301


# Pickles that an earlier version wrote: of y = tanh(a * b) + maximum(a, b, 1), and of a neuron.
EARLIER_GRAPH = (
    "c-n1{ze~eF6vvY$!L)P{I!H%Bs7qHt#0m~4L^?RQNxU>iFPI-CUQh%<ht%b5eeV7RF5;?P{6`$zq^_On"
    "rA<=<-g4aWzMuDb?@oW5s>=L8Bk+20)Q_oai$t_p*!Mz)P_vV8;Pozi=Hdv?u*DTHPN|<T`P{z8?k%=J"
    "cd4LA4wRgwXBZ@%$&8)9Y#xK*Q-}EoDn+P71MDV4bhwenxk<+6BFU?yQ~lVvIeLBOHBcSo^?7Xz*2{Wv"
    "bcLYX*)>AYg2cxZPclDCu~b&56yzb2@kai)KV7r{1%+(i0A0|K=K!lhi^>$q`(*aD`?j@5IzPE$Q=r^|"
    "c^HM4GA34QkaHA8Rgw!RyvCc$DP*g)fL?n+68zP*^nZj4*28MCC5eotQP(X<nq{z+?=m9?m#O;a)3;NK"
    "vn-Zk`xmamqRs"
)
EARLIER_NEURON = (
    "c-m`VnR=fA0(t~;Gn0$*(~A;Q;!8?P^z!ni^sxD*mKNpbO_@AJvvEr86pbFP#N?99vc!^1pkNP6QEE;p"
    "kjl)<ESb{7UYeJgmS2=RrH8S6O6-&jh91s<#G=I9)RNR9hyi{e6Ics!5|dM>^e~s}836UBB$gyjao_(u"
    "ZE|ywt6dKZ$oeVn3@|sb<|HPi=1l2fn9{?PUoge5v~5aKVh>}|lnfrIff@W6;u(T)9T`Fhrf`NxhA3D|"
    "X_6iQjRsHH"
)


def unpickled(text: str) -> Any:
    return pickle.loads(zlib.decompress(base64.b85decode(text)))  # noqa: S301


def test_a_graph_pickled_by_an_earlier_version_is_loaded() -> None:
    (y,) = unpickled(EARLIER_GRAPH)
    a, b = (v for v in topological(y) if v.label)
    assert (a.label, a.data, b.label, b.data) == ("a", 2.0, "b", -3.0)
    assert y.data == pytest.approx(math.tanh(-6.0) + 2.0)
    assert mg.grad(y, [b]) == pytest.approx([2.0 / math.cosh(6.0) ** 2])


def test_a_neuron_pickled_by_an_earlier_version_is_loaded() -> None:
    neuron = unpickled(EARLIER_NEURON)
    assert [p.path for p in neuron.parameters()] == ["w.0", "b"]
    assert neuron([2.0]).data == max(0.0, neuron.w[0].data * 2.0)


@pytest.mark.usefixtures("seconds")
@pytest.mark.parametrize("copied", [copy.deepcopy, by_pickle])
def test_a_copy_of_a_deep_graph_is_whole_and_its_own(copied: Any) -> None:
    x, y = deep(20_000)
    y.forward().backward()
    twin = copied(y)
    order, twins = topological(y), topological(twin)
    assert [v.data for v in twins] == [v.data for v in order]
    assert [v.grad for v in twins] == [v.grad for v in order]
    assert [v.op for v in twins] == [v.op for v in order]
    assert not set(order) & set(twins)
    (leaf,) = (v for v in twins if v.label == "x")
    leaf.grad = 0.0
    twin.backward()
    assert leaf.grad == x.grad


@pytest.mark.parametrize("copied", [copy.deepcopy, by_pickle])
def test_copies_keep_sharing_constants_labels_and_places(copied: Any) -> None:
    a = Value(2.0, label="a")
    b = (a * 3.0) + a
    b.label = "b"
    pair = copied([b, a])
    assert pair[0].label == "b"
    assert pair[0].inputs[1] is pair[1]
    assert type(pair[0].inputs[0].inputs[1]) is Constant
    neuron = mg.Neuron(2, seed=1)
    assert [p.path for p in copied(neuron).parameters()] == ["w.0", "w.1", "b"]


def test_a_shallow_copy_shares_its_inputs() -> None:
    a = Value(2.0)
    y = a * 3
    twin = copy.copy(y)
    assert twin is not y
    assert twin.inputs == y.inputs
    twin.backward()
    assert a.grad == 3.0
    leaf = copy.copy(a)
    leaf.data = 7.0
    assert a.data == 2.0


class Quantity(Value):
    """A subclass with attributes."""


class Slotted(Value):
    """A subclass with slots, one of them private."""

    __slots__ = ("__secret", "unit")

    def hide(self, secret: str) -> None:
        self.__secret = secret

    def reveal(self) -> str:
        return self.__secret


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, by_pickle])
def test_attributes_of_a_subclass_survive_a_copy(copied: Any) -> None:
    v = Quantity(1.0, "p")
    v.unit = ["cm"]  # type: ignore[attr-defined]
    twin = copied(v)
    assert (twin.unit, twin.label) == (["cm"], "p")
    assert (twin.unit is v.unit) == (copied is copy.copy)  # type: ignore[attr-defined]
    s = Slotted(1.0)
    s.unit = "m"
    s.hide("x")
    assert (copied(s).unit, copied(s).reveal()) == ("m", "x")


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, by_pickle])
@pytest.mark.parametrize("name", sorted(mg.LOSSES))
def test_losses_are_pickled_by_name(name: str, copied: Any) -> None:
    assert copied(mg.LOSSES[name]) is mg.LOSSES[name]


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, by_pickle])
def test_compiled_function_cannot_be_copied_or_pickled(copied: Any) -> None:
    pytest.importorskip("numpy")
    f = mg.compile(lambda x: x * 2.0)
    with pytest.raises(InputError, match="pickle the model, and compile its function again"):
        copied(f)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, by_pickle])
@pytest.mark.parametrize("name", sorted(ROWS))
def test_every_row_survives_a_copy(name: str, copied: Any) -> None:
    y = ops.OPS[name](*map(Value, ROWS[name].points[0]))
    twin = copied(y)
    assert (twin.data, twin.op) == (y.data, y.op)
    assert [v.data for v in twin.inputs] == [v.data for v in y.inputs]


# --- Memory ---------------------------------------------------------------------------------


def test_a_thousand_training_steps_leave_no_garbage_and_no_growth(
    figure: Callable[..., None],
) -> None:
    model = mg.MLP(2, [4, 1], activation="tanh", seed=1)
    parameters = model.parameters()

    def train(steps: int) -> None:
        for _ in range(steps):
            loss = (model([0.5, -1.0]) - 0.3) ** 2 + mg.softmax([model([1.0, 2.0]), 0.1])[0]
            model.zero_grad()
            loss.backward()
            for p in parameters:
                p.data -= 0.01 * p.grad

    gc.collect()
    gc.disable()
    try:
        tracemalloc.start()
        train(100)
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        train(1000)
        assert gc.collect() == 0  # it also empties Python's store of freed floats and tuples
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    figure("growth over 1,000 training steps", "{:.1f} kB", (after - before) / 1e3)
    assert after - before < 20_000


def test_errors_and_debug_leave_no_garbage() -> None:
    gc.collect()
    gc.disable()
    try:
        for _ in range(10):
            x = Value(1.0)
            y = mg.exp(x)
            x.data = 2.0
            with contextlib.suppress(StaleGraphError):
                y.backward()
            with mg.debug():
                mg.grad(mg.sin(Value(1.0)) * 2, [x], create_graph=True)
        assert gc.collect() == 0
    finally:
        gc.enable()


@pytest.mark.parametrize("given", [1, True, Fraction(1, 1), "float32", "int8", "float16", "array"])
def test_gradients_add_to_any_number_that_has_been_set(given: Any) -> None:
    if isinstance(given, str):
        np = pytest.importorskip("numpy")
        given = np.array([1.0]) if given == "array" else np.dtype(given).type(1.0)
    x = Value(2.0, label="x")
    x.grad = given
    (x * 0.1).backward()
    assert type(x.grad) is float
    assert x.grad == 1.1


@pytest.mark.parametrize("given", ["3", [1.0], 1j, (1.0, 2.0), 10**400, object()])
def test_a_gradient_that_is_not_a_number_is_refused_and_nothing_changes(given: Any) -> None:
    x, z = Value(2.0, label="x"), Value(3.0)
    x.grad, z.grad = given, 0.5
    with pytest.raises((NumberTypeError, NotFiniteError), match="the gradient of Value 'x'"):
        (x * z).backward()
    assert x.grad is given
    assert z.grad == 0.5
