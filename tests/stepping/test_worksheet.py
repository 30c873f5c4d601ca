"""The sheet has blanks and gives nothing away; the key has every number of the engine."""

from __future__ import annotations

import re
from html import unescape

import pytest

import micrograd_tut as mg
from micrograd_tut.engine import Constant, grad, topological
from micrograd_tut.stepping.exercises import LEVELS, exercise
from micrograd_tut.stepping.worksheet import worksheet
from micrograd_tut.support.numbers import shown


def cells(text):
    rows = re.findall(r"<tr>(<td>.*?)</tr>", text, re.DOTALL)
    return [
        [
            unescape(re.sub(r"<span.*?</span>", "____", c))
            for c in re.findall(r"<td>(.*?)</td>", r, re.S)
        ]
        for r in rows
    ]


def symbols(e, v):
    """The rule of the key, one term per use of the Value, as the walk has it."""
    return [step.rule.partition(" += ")[2] for step in mg.step(e.output).paths[v]]


@pytest.mark.parametrize("level", LEVELS)
def test_the_key_has_every_number_and_gradient_of_the_engine(level):
    e = exercise(17, level)
    values = {v.label: v for v in topological(e.output) if not isinstance(v, Constant)}
    _, key = worksheet([e])
    rows = cells(key)
    assert sorted(row[0] for row in rows) == sorted(values)
    for name, _, number, gradient in rows:
        v = values[name]
        assert number == shown(v.data)
        assert gradient.startswith(f"∂L/∂{name} = ")
        for term in symbols(e, v):
            assert term in gradient
        (wanted,) = grad(e.output, [v])
        assert float(gradient.split(" = ")[-1].split(":")[0]) == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize("level", LEVELS)
def test_the_sheet_has_blanks_where_the_key_has_answers(level):
    sheet, key = worksheet([exercise(17, level)])
    for blank, solved in zip(cells(sheet), cells(key), strict=True):
        assert blank[:2] == solved[:2]
        assert blank[2] == (solved[2] if blank[1] == "leaf" else "____")
        assert blank[3].endswith("= ____")


def test_the_picture_on_the_sheet_gives_no_number_away():
    e = exercise(2, 4)
    sheet, _ = worksheet([e])
    picture = re.search(r"<svg.*?</svg>", sheet, re.DOTALL)[0]
    given = {f"data {shown(v.data)}" for v in topological(e.output) if not v.op}
    visible = set(re.findall(r">(data [^<]*)<", unescape(picture)))
    assert visible
    assert visible <= given
    assert ">grad" not in picture
    assert 'class="legend"' not in picture


def test_both_are_pages_of_their_own_with_a_strict_policy():
    for text in worksheet([exercise(1, 1), exercise(2, 1)]):
        assert text.count("<section>") == 2
        assert "default-src 'none'; style-src 'sha256-" in text
        assert "<script" not in text
        assert not re.search(r"\b(?:src|href)=|url\(| style=", text)
