"""The operations as methods of `Value`."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from samples import ROWS

import micrograd_tut as mg
from micrograd_tut.ops import methods


@pytest.mark.parametrize("op", methods.METHODS, ids=lambda op: op.name)
def test_a_method_is_the_function_of_its_name(op: mg.ops.Op) -> None:
    first, *others = ROWS[op.name].points[0]
    assert getattr(mg.Value(first), op.name)(*others).data == op(first, *others)


def test_a_method_takes_defaults_and_names_as_its_function_does() -> None:
    assert mg.Value(-2.0).leaky_relu().data == -0.02
    assert mg.Value(-2.0).elu(alpha=3.0).data == pytest.approx(3.0 * math.expm1(-2.0))


def test_editors_are_shown_the_methods_that_there_are(
    ci_script: Callable[[str], ModuleType],
) -> None:
    stub = Path(methods.__file__).with_suffix(".pyi")
    assert stub.read_text(encoding="utf-8") == ci_script("methods_stub").stub()
