"""The optimizers against their published rules in 50 digits, and against torch."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

import micrograd_tut as mg
from micrograd_tut.errors import InputError, KeywordError, NotFiniteError
from micrograd_tut.train.optim import OPTIMIZERS, optimizer_of
from micrograd_tut.train.optimizer import Optimizer, clipped

mp.dps = 50
N, STEPS = 3, 100
NOTHING = mpf(0)


def slopes(w: Any, step: int) -> list[Any]:
    """A gradient that changes sign and size, and depends on the parameters."""
    return [w[0] + step % 5 - 2, (w[1] - 5) / 100 + step % 3 - 1, 2 * w[2] ** 2 - 1 + step % 2]


START = [1.0, -2.0, 0.5]


# --- The published rules, one parameter and one step at a time ------------------------------


def sgd(w: Any, grads: Callable[..., Any], lr: Any, mu: Any = NOTHING) -> Iterator[Any]:
    """Sutskever et al. 2013, equations 1 and 2, with v scaled by -lr."""
    v = [mpf(0)] * N
    for t in range(STEPS):
        g = grads(w, t)
        v = [mu * a + b for a, b in zip(v, g, strict=True)]
        w = [a - lr * b for a, b in zip(w, v, strict=True)]
        yield w


def nesterov(w: Any, grads: Callable[..., Any], lr: Any, mu: Any) -> Iterator[Any]:
    v = [mpf(0)] * N
    for t in range(STEPS):
        g = grads(w, t)
        v = [mu * a + b for a, b in zip(v, g, strict=True)]
        w = [a - lr * (c + mu * b) for a, b, c in zip(w, v, g, strict=True)]
        yield w


def rmsprop(w: Any, grads: Callable[..., Any], lr: Any, rho: Any, eps: Any) -> Iterator[Any]:
    """Tieleman and Hinton 2012, lecture 6e."""
    s = [mpf(0)] * N
    for t in range(STEPS):
        g = grads(w, t)
        s = [rho * a + (1 - rho) * b**2 for a, b in zip(s, g, strict=True)]
        w = [a - lr * b / (mp.sqrt(c) + eps) for a, b, c in zip(w, g, s, strict=True)]
        yield w


def adam(
    w: Any, grads: Callable[..., Any], lr: Any, b1: Any, b2: Any, eps: Any, decay: Any = NOTHING
) -> Iterator[Any]:
    """Kingma and Ba 2015, algorithm 1; with decay Loshchilov and Hutter 2019, algorithm 2."""
    m, v = [mpf(0)] * N, [mpf(0)] * N
    for t in range(STEPS):
        g = grads(w, t)
        for i in range(N):
            m[i] = b1 * m[i] + (1 - b1) * g[i]
            v[i] = b2 * v[i] + (1 - b2) * g[i] ** 2
        w = [
            a
            - lr
            * ((c / (1 - b1 ** (t + 1))) / (mp.sqrt(d / (1 - b2 ** (t + 1))) + eps) + decay * a)
            for a, c, d in zip(w, m, v, strict=True)
        ]
        yield w


def amsgrad(
    w: Any, grads: Callable[..., Any], lr: Any, b1: Any, b2: Any, eps: Any
) -> Iterator[Any]:
    """Reddi, Kale and Kumar 2018, algorithm 2, with the bias correction of Adam."""
    m, v, top = ([mpf(0)] * N for _ in range(3))
    for t in range(1, STEPS + 1):
        for i, g in enumerate(grads(w, t - 1)):
            m[i] = b1 * m[i] + (1 - b1) * g
            v[i] = b2 * v[i] + (1 - b2) * g**2
            top[i] = max(top[i], v[i])
        w = [
            a - lr * (c / (1 - b1**t)) / (mp.sqrt(d / (1 - b2**t)) + eps)
            for a, c, d in zip(w, m, top, strict=True)
        ]
        yield w


def nadam(w: Any, grads: Callable[..., Any], lr: Any, b1: Any, b2: Any, eps: Any) -> Iterator[Any]:
    """Dozat 2016, algorithm 2."""
    m, v = [mpf(0)] * N, [mpf(0)] * N
    for t in range(1, STEPS + 1):
        new = []
        for i, g in enumerate(grads(w, t - 1)):
            m[i] = b1 * m[i] + (1 - b1) * g
            v[i] = b2 * v[i] + (1 - b2) * g**2
            ahead = b1 * m[i] / (1 - b1 ** (t + 1)) + (1 - b1) * g / (1 - b1**t)
            new.append(w[i] - lr * ahead / (mp.sqrt(v[i] / (1 - b2**t)) + eps))
        w = new
        yield w


def adamax(w: Any, grads: Callable[..., Any], lr: Any, b1: Any, b2: Any, eps: Any) -> Iterator[Any]:
    """Kingma and Ba 2015, algorithm 2, with eps added to the size of each gradient."""
    m, u = [mpf(0)] * N, [mpf(0)] * N
    for t in range(1, STEPS + 1):
        for i, g in enumerate(grads(w, t - 1)):
            m[i] = b1 * m[i] + (1 - b1) * g
            u[i] = max(b2 * u[i], abs(g) + eps)
        w = [a - lr / (1 - b1**t) * c / d for a, c, d in zip(w, m, u, strict=True)]
        yield w


def radam(w: Any, grads: Callable[..., Any], lr: Any, b1: Any, b2: Any, eps: Any) -> Iterator[Any]:
    """Liu et al. 2020, algorithm 2, adaptive from a length of 5 on."""
    m, v = [mpf(0)] * N, [mpf(0)] * N
    longest = 2 / (1 - b2) - 1
    for t in range(1, STEPS + 1):
        length = longest - 2 * t * b2**t / (1 - b2**t)
        new = []
        for i, g in enumerate(grads(w, t - 1)):
            m[i] = b1 * m[i] + (1 - b1) * g
            v[i] = b2 * v[i] + (1 - b2) * g**2
            step = lr * m[i] / (1 - b1**t)
            if length > 5:
                r = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
                step *= mp.sqrt(r) * mp.sqrt(1 - b2**t) / (mp.sqrt(v[i]) + eps)
            new.append(w[i] - step)
        w = new
        yield w


def adagrad(w: Any, grads: Callable[..., Any], lr: Any, eps: Any) -> Iterator[Any]:
    """Duchi, Hazan and Singer 2011, figure 1: the squares of all gradients so far."""
    history: list[list[Any]] = []
    for t in range(STEPS):
        history.append(grads(w, t))
        sums = [mp.fsum(g[i] ** 2 for g in history) for i in range(N)]
        w = [a - lr * g / (mp.sqrt(s) + eps) for a, g, s in zip(w, history[-1], sums, strict=True)]
        yield w


RULES: list[tuple[Optimizer, Callable[..., Any], tuple[float, ...]]] = [
    (mg.SGD(0.1), sgd, (0.1,)),
    (mg.SGD(0.05, momentum=0.9), sgd, (0.05, 0.9)),
    (mg.SGD(0.05, momentum=0.9, nesterov=True), nesterov, (0.05, 0.9)),
    (mg.RMSprop(0.01, decay=0.9), rmsprop, (0.01, 0.9, 1e-8)),
    (mg.Adam(0.02), adam, (0.02, 0.9, 0.999, 1e-8)),
    (mg.Adam(0.02, betas=(0.5, 0.9), eps=0.1), adam, (0.02, 0.5, 0.9, 0.1)),
    (mg.AdamW(0.02, weight_decay=0.3), adam, (0.02, 0.9, 0.999, 1e-8, 0.3)),
    (mg.Adam(0.02, betas=(0.5, 0.6), amsgrad=True), amsgrad, (0.02, 0.5, 0.6, 1e-8)),
    (mg.Nadam(0.02, betas=(0.8, 0.9)), nadam, (0.02, 0.8, 0.9, 1e-8)),
    (mg.Adamax(0.02, betas=(0.8, 0.9)), adamax, (0.02, 0.8, 0.9, 1e-8)),
    (mg.RAdam(0.02, betas=(0.8, 0.9)), radam, (0.02, 0.8, 0.9, 1e-8)),
    (mg.RAdam(0.02), radam, (0.02, 0.9, 0.999, 1e-8)),
    (mg.Adagrad(0.1), adagrad, (0.1, 1e-10)),
]


def taken(optimizer: Optimizer, **options: float) -> Iterator[list[float]]:
    parameters = [mg.Value(w) for w in START]
    for step in range(STEPS):
        for p, g in zip(parameters, slopes([p.data for p in parameters], step), strict=True):
            p.grad = g
        optimizer.step(parameters, **options)
        yield [p.data for p in parameters]


@pytest.mark.parametrize(
    ("optimizer", "rule", "settings"), RULES, ids=lambda x: getattr(x, "__name__", str(x))[:40]
)
def test_optimizer_takes_the_published_steps(
    optimizer: Optimizer, rule: Callable[..., Any], settings: tuple[float, ...]
) -> None:
    expected = rule([mpf(w) for w in START], slopes, *map(mpf, settings))
    for ours, theirs in zip(taken(optimizer.reset_copy()), expected, strict=True):
        assert ours == pytest.approx([float(w) for w in theirs], rel=1e-11, abs=1e-12)


@pytest.fixture
def torch() -> Iterator[Any]:
    """PyTorch in float64, also where an optimizer keeps numbers of its own, as NAdam does."""
    torch = pytest.importorskip("torch")
    default = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield torch
    torch.set_default_dtype(default)


@pytest.mark.parametrize(
    ("optimizer", "name", "settings"),
    [
        (mg.SGD(0.1), "SGD", {"lr": 0.1}),
        (mg.SGD(0.05, momentum=0.9), "SGD", {"lr": 0.05, "momentum": 0.9}),
        (
            mg.SGD(0.05, momentum=0.9, nesterov=True),
            "SGD",
            {"lr": 0.05, "momentum": 0.9, "nesterov": True},
        ),
        (mg.RMSprop(0.01, decay=0.95), "RMSprop", {"lr": 0.01, "alpha": 0.95}),
        (mg.Adam(0.02), "Adam", {"lr": 0.02}),
        (mg.Adam(0.02, (0.5, 0.9), 0.1), "Adam", {"lr": 0.02, "betas": (0.5, 0.9), "eps": 0.1}),
        (mg.AdamW(0.02, weight_decay=0.3), "AdamW", {"lr": 0.02, "weight_decay": 0.3}),
        (mg.Adam(0.02, amsgrad=True), "Adam", {"lr": 0.02, "amsgrad": True}),
        (mg.Nadam(0.02), "NAdam", {"lr": 0.02, "momentum_decay": 1e9}),  # a constant momentum
        (mg.Adamax(0.02), "Adamax", {"lr": 0.02}),
        (mg.RAdam(0.02, (0.8, 0.9)), "RAdam", {"lr": 0.02, "betas": (0.8, 0.9)}),
        (mg.Adagrad(0.1), "Adagrad", {"lr": 0.1}),
    ],
    ids=str,
)
def test_optimizer_takes_the_steps_of_torch(
    optimizer: Optimizer, name: str, settings: dict[str, Any], torch: Any
) -> None:
    w = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    theirs = getattr(torch.optim, name)([w], **settings)
    for step, ours in enumerate(taken(optimizer.reset_copy())):
        w.grad = torch.tensor(slopes(w.detach().tolist(), step), dtype=torch.float64)
        theirs.step()
        assert ours == pytest.approx(w.detach().tolist(), rel=1e-12, abs=1e-12)


def test_sgd_step_matches_manual_update() -> None:
    by_hand, by_sgd = mg.MLP(2, [3, 1], seed=1), mg.MLP(2, [3, 1], seed=1)
    optimizer = mg.SGD(lr=0.1)
    for _ in range(5):
        for model in (by_hand, by_sgd):
            model.zero_grad()
            (model([1.0, 2.0]) - 3.0).abs().backward()
        for p in by_hand.parameters():
            p.data -= 0.1 * p.grad
        optimizer.step(by_sgd.parameters())
    ours, theirs = ([p.data for p in m.parameters()] for m in (by_hand, by_sgd))
    assert ours == theirs


def test_step_takes_a_learning_rate() -> None:
    w = mg.Value(1.0)
    w.grad = 1.0
    mg.SGD(lr=0.1).step([w], lr=0.5)
    assert w.data == 0.5


def test_l2_adds_the_gradient_of_the_sum_of_squares() -> None:
    w = mg.Value(3.0)
    penalty = 0.01 * w**2
    (w * 2.0 + penalty).backward()
    with_graph = 3.0 - 0.1 * w.grad
    w.grad = 2.0
    mg.SGD(lr=0.1).step([w], l2=0.01)
    assert w.data == pytest.approx(with_graph, rel=1e-15)


@pytest.mark.parametrize("max_norm", [0.5, 5.0, 100.0])
def test_clipping_reduces_the_norm_and_keeps_the_direction(max_norm: float) -> None:
    g = np.array([3.0, -4.0])
    expected = min(max_norm, 5.0) * np.array([0.6, -0.8])
    assert clipped(g, max_norm) == pytest.approx(expected, rel=1e-15)


def test_clipping_a_gradient_whose_square_overflows() -> None:
    assert clipped(np.array([3e200, 4e200]), 1.0) == pytest.approx([0.6, 0.8], rel=1e-15)


def test_clipping_a_zero_gradient_keeps_it() -> None:
    assert clipped(np.zeros(3), 1.0).tolist() == [0.0] * 3


def test_step_that_would_overflow_changes_nothing() -> None:
    w, v = mg.Value(1.0), mg.Value(2.0)
    w.grad, v.grad = 1e308, 1.0
    optimizer = mg.SGD(lr=100.0)
    with pytest.raises(NotFiniteError, match="SGD would make a parameter too large"):
        optimizer.step([w, v])
    assert (w.data, v.data, optimizer.steps, optimizer.state) == (1.0, 2.0, 0, ())


@pytest.mark.parametrize("make", [mg.Adam, mg.AdamW, mg.RMSprop])
def test_running_average_that_would_overflow_changes_nothing(
    make: Callable[[], Optimizer],
) -> None:
    """If an average were inf, every later step would be 0."""
    w, optimizer = mg.Value(1.0), make()
    w.grad = 1e200
    with pytest.raises(NotFiniteError, match=r"a running average too large.*clip the gradients"):
        optimizer.step([w])
    assert (w.data, optimizer.steps, optimizer.state) == (1.0, 0, ())
    optimizer.step([w], clip=1.0)
    assert w.data < 1.0


@pytest.mark.parametrize("compiled", [True, False])
def test_fit_reports_a_running_average_that_would_overflow(compiled: bool) -> None:
    model = mg.MLP(1, [1], seed=1)
    before = [p.data for p in model.parameters()]
    with pytest.raises(NotFiniteError, match=r"^Adam would make a running average"):
        mg.fit(model, [[1e200]], [0.0], "mae", mg.Adam(), compiled=compiled, progress=False)
    assert [p.data for p in model.parameters()] == before


@pytest.mark.parametrize("make", [mg.SGD, mg.Adam])
def test_parameter_that_is_listed_twice_is_updated_once(make: Callable[..., Optimizer]) -> None:
    once, twice = mg.Value(1.0), mg.Value(1.0)
    for parameters in ([once], [twice, twice]):
        parameters[0].grad = 1.0
        make(lr=0.1).step(parameters)
    assert once.data == twice.data


def test_step_without_a_list_of_values_raises() -> None:
    with pytest.raises(InputError, match=r"step\(model\.parameters\(\)\)"):
        mg.SGD().step(mg.MLP(2, [1]))  # type: ignore[arg-type]
    for given in (mg.Value, [1.0]):
        with pytest.raises(InputError, match="step needs a list of Values"):
            mg.SGD().step(given)  # type: ignore[arg-type]


@pytest.mark.parametrize("setting", ["lr", "l2", "clip"])
def test_settings_of_a_step_are_checked_first(setting: str) -> None:
    w = mg.Value(1.0)
    w.grad = 1.0
    for wrong in (-1.0, math.nan, "a"):
        with pytest.raises(InputError, match=rf"{setting} must be a number .*; got {wrong!r}"):
            mg.SGD().step([w], **{setting: wrong})
    assert w.data == 1.0


def test_optimizer_is_bound_to_the_number_of_parameters() -> None:
    optimizer = mg.Adam()
    optimizer.step([mg.Value(1.0)])
    with pytest.raises(InputError, match="was used for 1 parameters and now gets 2"):
        optimizer.step([mg.Value(1.0), mg.Value(2.0)])


def test_reset_copy_has_the_settings_and_no_state() -> None:
    optimizer = mg.AdamW(lr=0.3, weight_decay=0.2)
    optimizer.step([mg.Value(1.0)])
    copy = optimizer.reset_copy()
    assert (
        repr(copy)
        == repr(optimizer)
        == "AdamW(lr=0.3, betas=(0.9, 0.999), eps=1e-08, amsgrad=False, weight_decay=0.2)"
    )
    assert (copy.steps, copy.state, optimizer.steps) == (0, (), 1)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizer_minimises_a_quadratic(name: str) -> None:
    rng = random.Random(0)
    bottom = [rng.uniform(-2, 2) for _ in range(3)]
    parameters = [mg.Value(0.0) for _ in bottom]
    optimizer = optimizer_of(name)
    for step in range(2000):
        for p, b in zip(parameters, bottom, strict=True):
            p.grad = 2 * (p.data - b)
        decayed = 0.05 * 0.997**step
        optimizer.step(parameters, lr=1.0 if name == "adagrad" else decayed)  # it decays by itself
    assert [p.data for p in parameters] == pytest.approx(bottom, abs=0.02)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: mg.SGD(lr=-1.0), "lr must be a number of at least 0; got -1.0"),
        (lambda: mg.SGD(lr=math.nan), "lr must be a number"),
        (lambda: mg.SGD(lr=math.inf), "lr must be a number"),
        (lambda: mg.SGD(momentum=1.0), r"momentum must lie in \[0, 1\); got 1.0"),
        (lambda: mg.SGD(nesterov=True), "nesterov=True needs momentum > 0"),
        (lambda: mg.Adam(betas=(0.9, 1.0)), r"betas\[1\] must lie in"),
        (lambda: mg.AdamW(weight_decay=-0.1), "weight_decay must be"),
        (lambda: mg.Adam(lr="0.1"), "lr must be a number of at least 0; got '0.1'"),  # type: ignore[arg-type]
        (lambda: mg.Adam(betas=0.9), r"betas must be two numbers, such as .*; got 0\.9"),  # type: ignore[arg-type]
        (lambda: mg.SGD(momentum=None), r"momentum must lie in \[0, 1\); got None"),  # type: ignore[arg-type]
        (lambda: optimizer_of([1]), r"optimizer \[1\] is not known"),  # type: ignore[arg-type]
        (lambda: optimizer_of("lion"), "use one of sgd, rmsprop, adam, adamw"),
    ],
)
def test_setting_out_of_range_raises(make: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()


def test_clipping_by_value_limits_each_derivative() -> None:
    parameters = [mg.Value(0.0) for _ in range(3)]
    for p, g in zip(parameters, (3.0, -4.0, 0.25), strict=True):
        p.grad = g
    mg.SGD(lr=1.0).step(parameters, clip_value=0.5)
    assert [p.data for p in parameters] == [-0.5, 0.5, -0.25]


def test_two_kinds_of_clipping_together_are_refused() -> None:
    with pytest.raises(InputError, match="give only one"):
        mg.SGD().step([mg.Value(1.0)], clip=1.0, clip_value=1.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda m: mg.Adam(m.parameters(), lr=0.1), r"optimizer.step\(model.parameters\(\)\)"),
        (lambda m: mg.SGD(m.parameters()), r"mg.SGD\(lr=0.01\)"),
        (lambda m: mg.Adam(learning_rate=0.01), "Adam has no keyword learning_rate=.*lr=0.01"),
        (lambda m: mg.SGD(0.1, weight_decay=0.1), "l2="),
        (lambda m: mg.SGD(momentun=0.9), "did you mean 'momentum'"),
        (lambda m: mg.SGD(0.1).zero_grad(), r"model.zero_grad\(\)"),
        (lambda m: mg.SGD(0.1).step(m), r"optimizer.step\(model.parameters\(\)\)"),
        (lambda m: mg.SGD(0.1).step(m.parameters), "such as model.parameters"),
        (lambda m: optimizer_of(mg.Adam), r"call it: mg.Adam\(\)"),
        (lambda m: optimizer_of("adamm"), "did you mean 'adam'"),
        (lambda m: mg.SGD(0.1, 0.9, nesterov="no"), "nesterov must be True or False; got 'no'"),
    ],
)
def test_habit_of_another_library_raises_and_says_what_to_write(
    make: Callable[[Any], object], message: str
) -> None:
    with pytest.raises((InputError, KeywordError, AttributeError), match=message):
        make(mg.MLP(1, [1], seed=0))


def test_name_of_an_optimizer_may_have_capitals() -> None:
    assert type(optimizer_of("Adam")) is mg.Adam
