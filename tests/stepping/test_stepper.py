"""The walk and the stepper: where they end, how they go back, and what a step says of itself."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest
from stepping_graphs import bits, gradients, lecture, named, random_graph, restore

import micrograd_tut as mg
from micrograd_tut.engine import Value, topological
from micrograd_tut.errors import InputError, NotFiniteError, StaleGraphError
from micrograd_tut.graph.naming import path_in_words
from micrograd_tut.stepping.stepper import Stepper


def ends_as_backward_does(y: Value) -> None:
    held = gradients(y)
    Stepper(y).run()
    walked = bits(y)
    restore(y, held)
    y.backward()
    assert walked == bits(y)


def test_the_end_is_backward_to_the_last_bit_on_random_graphs():
    for seed in range(150):
        ends_as_backward_does(random_graph(seed))


@pytest.mark.full
def test_the_end_is_backward_to_the_last_bit_on_a_thousand_random_graphs():
    for seed in range(1000):
        ends_as_backward_does(random_graph(seed))


def test_the_random_graphs_take_in_most_of_the_table():
    used = {v.op.name for seed in range(150) for v in topological(random_graph(seed)) if v.op}
    assert len(used) > 0.7 * len(mg.OPS)


def test_a_second_walk_accumulates_in_leaves_as_a_second_backward_does():
    x = Value(3.0)
    y = 2 * x * x
    mg.step(y).run()
    mg.step(y).run()
    assert x.grad == 24.0


def test_a_walk_in_ops_ends_as_backward_of_the_expanded_graph():
    o = lecture()
    s = mg.step(o, granularity="ops")
    s.run()
    walked = [v.grad for v in s.order]
    s.output.backward()
    s.reset()
    s.output.backward()
    assert walked == [v.grad for v in s.order]


def test_the_lectures_gradients_are_the_same_in_functions_and_in_ops():
    for granularity in ("functions", "ops"):
        o = lecture()
        mg.step(o, granularity=granularity).run()
        found = {name: v.grad for name, v in named(o).items()}
        # Source: the lecture's own numbers
        wanted = {"x1": -1.5, "w1": 1.0, "x2": 0.5, "w2": 0.0, "b": 0.5}
        assert {name: found[name] for name in wanted} == pytest.approx(wanted)


def random_moves(y: Value, moves: int, rng: random.Random) -> None:
    s = Stepper(y)
    fresh = []
    for k in range(len(s)):
        t = Stepper(y)
        t.goto(k)
        fresh.append((repr(t), bits(y)))
        t.reset()
    for _ in range(moves):
        before = s.position
        move = rng.choice(["next", "next", "back", "back", "goto", "run", "run_to", "reset"])
        if move == "goto":
            target = rng.randrange(-len(s), len(s))
            s.goto(target)
            assert s.position == target % len(s)
        elif move == "run_to":
            s.run_to(rng.choice(list(s.names.values().values())))
        else:
            getattr(s, move)()
        if move == "next":
            assert s.position == min(before + 1, len(s) - 1)
        if move == "back":
            assert s.position == max(before - 1, 0)
        assert (repr(s), bits(y)) == fresh[s.position]
    s.reset()


def test_any_moves_show_what_a_fresh_walk_to_that_step_shows():
    rng = random.Random(4)
    for seed in range(10):
        random_moves(random_graph(seed), 100, rng)


@pytest.mark.full
def test_ten_thousand_moves_show_what_a_fresh_walk_to_that_step_shows():
    rng = random.Random(5)
    for seed in range(20):
        random_moves(random_graph(seed), 500, rng)


def test_nothing_but_grad_changes_and_reset_puts_it_back():
    y = random_graph(3)
    nodes = topological(y)
    before = [(v.data, v.label, v.inputs) for v in nodes]
    held = bits(y)
    s = mg.step(y)
    s.run()
    s.goto(len(s) // 2)
    assert [(v.data, v.label, v.inputs) for v in nodes] == before
    assert topological(y) == nodes
    s.reset()
    assert bits(y) == held
    assert s.position == 0


def test_looking_at_steps_does_not_move():
    o = lecture()
    s = mg.step(o)
    assert len(list(s)) == len(s)
    assert s[-1].kind == "backward"
    assert [step.index for step in s[2:5]] == [2, 3, 4]
    assert all(v.grad == 0 for v in topological(o))
    assert s.position == 0


def test_the_forward_values_come_first_then_the_seed_then_the_edges():
    kinds = [step.kind for step in mg.step(lecture())]
    assert kinds == ["start", *["forward"] * 5, "seed", *["backward"] * 9]


def test_a_step_has_the_product_of_the_chain_rule():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b
    c.label = "c"
    y = c * 2.0
    y.label = "L"
    step = next(s for s in mg.step(y) if s.input is a)
    assert (step.upstream, step.local, step.product) == (2.0, -3.0, -6.0)
    assert (step.before, step.after) == (0.0, -6.0)
    assert step.rule == "∂L/∂a += ∂L/∂c · b"
    assert step.numbers == "-6.0 = 2.0 × -3.0"


def test_the_second_path_into_a_value_adds_up():
    a = Value(3.0, label="a")
    first, second = (s for s in mg.step(a + a) if s.input is a)
    assert (first.before, first.after, first.path, first.paths) == (0.0, 1.0, 1, 2)
    assert (second.before, second.after, second.path, second.paths) == (1.0, 2.0, 2, 2)
    assert "a.grad: 1.0 + 1.0 = 2.0 (path 2 of 2)" in repr(second)


def test_a_constant_takes_no_step():
    a = Value(3.0, label="a")
    assert [s.input for s in mg.step(a * 2.0) if s.kind == "backward"] == [a]


def test_behind_a_gradient_of_zero_there_is_one_step_which_says_so():
    a, b = Value(-3.0, label="a"), Value(2.0, label="b")
    h = a * b
    h.label = "h"
    s = mg.step(mg.relu(h))
    assert s[-1].input is None
    assert s[-1].node is h
    assert "nothing flows" in repr(s[-1])
    assert s[-2].product == 0.0


def test_run_to_stands_where_the_gradient_is_complete():
    o = lecture()
    s = mg.step(o)
    n = named(o)["n"]
    s.run_to(n)
    assert s.here.input is n
    assert n.grad == pytest.approx(0.5)
    assert named(o)["x1"].grad == 0.0
    s.run_to(o)
    assert s.here.kind == "seed"


def test_run_to_follows_a_value_into_its_expansion():
    o = lecture()
    s = mg.step(o, granularity="ops")
    assert s.run_to(named(o)["n"]).input is not None
    assert s.names.of(s.here.input) == "n"


def test_run_to_what_is_not_in_the_graph_is_an_error_which_names_it():
    with pytest.raises(InputError, match="'z' has no gradient here"):
        mg.step(lecture()).run_to(Value(1.0, label="z"))


def test_goto_outside_the_walk_names_the_range():
    s = mg.step(lecture())
    with pytest.raises(InputError, match="the steps are 0 to 15"):
        s.goto(16)
    assert s.position == 0


def test_a_stale_graph_raises_before_anything_is_changed():
    o = lecture()
    named(o)["x1"].data = 9.0
    with pytest.raises(StaleGraphError, match="x1"):
        mg.step(o)
    assert all(v.grad == 0 for v in topological(o))


def test_a_stale_graph_raises_also_where_nothing_flows():
    a = Value(-3.0, label="a")
    y = mg.relu(a * 2.0)
    a.data = -4.0
    with pytest.raises(StaleGraphError, match=r"with a = -4\.0"):
        mg.step(y)


def test_a_gradient_too_large_raises_as_backward_does():
    x = Value(1e-200, label="x")
    y = (x * 1e200) * 1e200
    with pytest.raises(NotFiniteError):
        mg.step(y * 1e200)


def test_an_unknown_granularity_names_the_allowed_ones():
    with pytest.raises(InputError, match="'functions' or 'ops'"):
        mg.step(lecture(), granularity="atoms")


def test_a_leaf_alone_is_a_walk_of_two_steps():
    x = Value(3.0, label="x")
    s = mg.step(x)
    s.run()
    assert len(s) == 2
    assert x.grad == 1.0
    s.back()
    assert x.grad == 0.0


def test_the_callers_variables_name_the_values():
    p, q = Value(2.0), Value(3.0)
    inner = p * q
    assert mg.step(inner + p).run_to(q).rule == "∂L/∂q += ∂L/∂inner · p"


def test_names_are_never_the_same_twice():
    a, b = Value(1.0, label="a"), Value(2.0, label="a")
    assert list(mg.step(a * b).names.values()) == ["a", "a_2", "L"]


def test_a_parameter_is_called_by_its_place():
    model = mg.MLP(2, [2, 1], seed=1)
    names = mg.step(model([1.0, 2.0])).names.values()
    assert names["l1_n2_w1"] is model.layers[0].neurons[1].w[0]
    assert names["l1_n2_b"] is model.layers[0].neurons[1].b


def test_a_parameter_is_counted_as_in_drawings():
    model = mg.MLP(2, [2, 1], seed=1)
    for name, v in mg.step(model([1.0, 2.0])).names.values().items():
        if isinstance(v, mg.Parameter):
            counts = re.findall(r"\d+", path_in_words(v.path))
            assert re.findall(r"\d+", name) == counts


def test_a_long_chain_walks_without_recursion():
    y = x = Value(1.0, label="x")
    for _ in range(20_000):
        y = y + 1.0
    mg.step(y).run()
    assert x.grad == 1.0


@pytest.mark.parametrize("function", [mg.step, mg.quiz])
@pytest.mark.parametrize("wrong", [3.0, [Value(1.0)], None])
def test_what_is_not_one_value_is_an_error_which_says_so(function, wrong):
    with pytest.raises(InputError, match=f"single Value; got {type(wrong).__name__}"):
        function(wrong)


def test_a_label_cannot_send_codes_to_the_terminal():
    a = Value(1.0, label="a\x1b[31m\nb")
    assert "\x1b" not in repr(mg.step(a * 2.0)[1])
    assert repr(mg.step(a * 2.0)[1]).count("\n") == 2


def test_a_stepper_says_what_to_type_next():
    s = mg.step(mg.Value(2.0, "a") * 3.0)
    assert repr(s).splitlines()[-1] == (
        '(s.next(), s.run(), s.terminal(), s.page("backprop.html"))'
    )
    s.run()
    assert repr(s).splitlines()[-1].startswith("(s.back(), s.goto(0), ")


@pytest.mark.parametrize("function", [mg.step, mg.quiz])
def test_help_shows_only_calls_that_exist(function: Callable[[Value], object]):
    made = function(mg.Value(2.0, "a") * 3.0)
    calls = re.findall(r"\b[sq]\.(\w+)\(", function.__doc__ or "")
    assert len(calls) >= 5
    assert all(callable(getattr(made, name)) for name in calls)
