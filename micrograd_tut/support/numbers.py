"""Numbers as text, for each place where one is read."""

from __future__ import annotations

from decimal import Decimal

SHORT = 7  # characters; a number of at most as many is shown exactly


def exact(x: float) -> str:
    """The shortest text that reads back as `x`, and ``2`` for 2.0: a number in a formula.

    >>> exact(2.0), exact(-0.0), exact(0.1), exact(1e300)
    ('2', '-0.0', '0.1', '1e+300')
    """
    x = float(x)
    whole = x.is_integer() and abs(x) < 1e15 and repr(x) != "-0.0"
    return repr(int(x)) if whole else repr(x)


def rounded(x: float, digits: int = 4) -> str:
    """`x` in a few significant digits: a number in a drawing.

    >>> rounded(0.70710678), rounded(-1.5), rounded(-0.0), rounded(123456.0)
    ('0.7071', '-1.5', '0', '1.235e+05')
    """
    return f"{x:.{digits}g}" if x else "0"


def decimal(x: float, digits: int = 6) -> str:
    """`x` in a few significant digits, without an exponent from 1e-9 to 1e16.

    >>> decimal(0.00001), decimal(80000.0), decimal(2 / 3)
    ('0.00001', '80000', '0.666667')
    """
    text = f"{x:.{digits}g}"
    return f"{Decimal(text):f}" if "e" in text and 1e-9 < abs(x) < 1e16 else text


def brief(x: float) -> str:
    """`x` in about five characters: a number inside a circle.

    >>> brief(-0.7071), brief(0.0), brief(123.0), brief(1e-9)
    ('-0.71', '0', '1e2', '1e-9')
    """
    text = f"{x:.2f}" if 0.005 <= abs(x) < 100 else f"{x:.0e}" if x else "0"
    return text.replace("e+0", "e").replace("e-0", "e-")


def shown(x: float) -> str:
    """`x` exactly if that is short, else in 5 significant digits: a number in a lesson.

    >>> shown(2.0), shown(0.1), shown(2 / 3), shown(1234567.0)
    ('2.0', '0.1', '0.66667', '1.2346e+06')
    """
    text = repr(x)
    if len(text) <= SHORT:
        return text
    text = f"{x:.5g}"
    return text if set(text) & set(".enf") else f"{text}.0"


def in_formula(x: float) -> str:
    """`x` among the names of a formula: ``2`` for 2.0, and as `shown` if that is shorter.

    >>> in_formula(2.0), in_formula(2 / 3)
    ('2', '0.66667')
    """
    text = exact(x)
    return text if len(text) <= SHORT else shown(x)
