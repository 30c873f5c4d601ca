"""Random texts of formulas: right ones, damaged ones, and heaps of their pieces."""

from __future__ import annotations

import random
from collections.abc import Callable

from micrograd_tut import ops

NUMBERS = {"a": 2.0, "b": -3.0, "c": 0.25, "größe": 1e200, "x1": 0.0, "∂L/∂a": 5.0, "a.grad": 3.0}
_LITERALS = [
    "0", "1", "2.5", ".5", "3.", "1e-2", "1e308", "5e-324", "1e400", "1e-400", "0x1f", "1_000",
    "1j", "007", "1e", "1e+", "1.2.3", "٣", "１", "9" * 400, "0." + "0" * 400 + "1",
    "1e99999999999",
]  # fmt: skip
_SIGNS = ["+", "-", "*", "/", "//", "%", "**", "·", "×", "−", "^", "÷", "=", ";", ",", ".", "[0]"]
_BRACKETS = ["(", ")", "[", "]", "{", "}", "((((", "))))", "[[", "]]"]
_OTHERS = [
    " ", "\t", "\n", "\r\n", "\0", "\x1b[31m", "\u2028", "\u202e", "\ud800", "\U0001f600",
    "e\u0301",     "ﬁ", "²", "³", "½", "√", "π", "∞", "nan", "inf", "None", "lambda",
    "__import__", "import os", "'", '"',
    "\\", "#", "`", "$", "!", "==", "<", ">=", ":=", "@", "&", "|", "~", "漢字", "a" * 300,
    "\ufeff", "_", "__",
]  # fmt: skip
_SMOOTH = ["tanh", "sigmoid", "relu", "sin", "softplus", "abs", "atan"]
_LISTS = ["sum", "mean", "maximum", "softmax", "log_softmax", "logsumexp"]
_FUNCTIONS = [*ops.OPS, "dot", "sum", "mean", "maximum", "softmax", "logsumexp", "max", "tanj"]


def formula(rng: random.Random, depth: int = 4) -> str:
    """A formula by the rules of the language; its numbers may still be impossible."""
    if depth == 0 or rng.random() < 0.2:
        return rng.choice(["a", "b", "c"] * 4 + [*NUMBERS, "pi", *_LITERALS[:8], f"{rng.random()}"])
    inner = [formula(rng, depth - 1) for _ in range(rng.choice([1, 2, 2, 3]))]
    first, last = inner[0], inner[-1]
    name = rng.choice([*_SMOOTH, rng.choice(_FUNCTIONS)])
    return rng.choice(
        [
            f"{first} {rng.choice(_SIGNS[:10])} {last}",
            f"({first}) {rng.choice(_SIGNS[:10])} ({last})",
            f"{rng.choice('+-')}{first}",
            f"{rng.choice(_SMOOTH)}({first})",
            f"({first}).{rng.choice(_SMOOTH)}()",
            f"{name}({', '.join(inner)})",
            f"({first}).{name}({', '.join(inner[1:])})",
            f"{rng.choice(_LISTS[:3])}([{', '.join(inner)}])",
            f"{name}([{', '.join(inner)}], [{', '.join(inner)}])",
            f"softmax([{', '.join(inner)}])[{rng.randrange(4)}]",
        ]
    )


def parts(rng: random.Random) -> str:
    """Several parts with names, some of which the next parts use."""
    names = ["d", "e", "f", "a", "pi", "tanh", "x1", "größe2", "_"]
    text = [f"{rng.choice(names)} = {formula(rng, 2)}" for _ in range(rng.randrange(1, 6))]
    return "; ".join([*text, f"{rng.choice(names)} * {formula(rng, 2)}"])


def damaged(rng: random.Random) -> str:
    """A formula with characters taken out, doubled, exchanged or put in."""
    text = list(rng.choice([formula, parts])(rng))
    for _ in range(rng.randrange(1, 5)):
        i = rng.randrange(len(text) + 1)
        text[i : i + rng.choice([0, 1, 1, 3])] = rng.choice(
            [[], [_piece(rng)], text[i : i + 4] * 2]
        )
    return "".join(text)


def soup(rng: random.Random) -> str:
    """Pieces of formulas in any order."""
    return rng.choice(["", " "]).join(_piece(rng) for _ in range(rng.randrange(30)))


def deep(rng: random.Random) -> str:
    """One thing within the other, a hundred or some ten thousand times."""
    count = rng.choice([20, 49, 50, 51, 100, 5_000, 30_000])
    opening, closing = rng.choice(
        [("(", ")"), ("[", "]"), ("-", ""), ("a**", ""), ("tanh(", ")"), ("", ".tanh()"),
         ("", "[0]"), ("a+(", ")"), ("2-", ""), ("a*b+", ""), ("(", ""), ("", ")"),
         ("sum([", "])"), ("d=", ""), ("d=a;", "")]
    )  # fmt: skip
    return (opening * count + rng.choice(["a", "1", "", "a*b"]) + closing * count)[:199_000]


def large(rng: random.Random) -> str:
    """Powers upon powers, huge literals, long lists and parts that double what they use."""
    n = rng.choice([3, 30, 300, 3_000])
    texts = [
        "**".join([rng.choice(["9", "a", "0.5", "1e308"])] * min(n, 300)),
        "9" * n * 10 + rng.choice(["", ".0", "e5", "e-9999", "**2", "//7", "%3"]),
        "." + "0" * n + "1e" + "9" * rng.choice([1, 3, 300]),
        f"{rng.choice(_FUNCTIONS)}([{','.join(['a', 'b*c'] * n)}])",
        f"{rng.choice(_FUNCTIONS)}({','.join(['a', '0.5'] * n)})",
        "x=a*b;" + "x=x+x;" * min(n, 300) + "x",
        f"softmax([a, b])[{'0' * n}{rng.choice(['', '1', '2', '-1', '1.0', '٣'])}]",
        f"s=[{','.join(['a', 'b*c'] * n)}];" + f"t={rng.choice(_LISTS)}(s);" * n + "t",
        f"s=[{','.join(['a', '2'] * min(n, 300))}];" + f"s={rng.choice(_LISTS)}(s);" * n + "s[1]",
        f"{'v' * n * 10}={'a' * n}",
        ";" * n,
        "a" + rng.choice(_OTHERS) * n + "+b",
    ]
    return rng.choice(texts)[:199_000]


def _piece(rng: random.Random) -> str:
    kind = rng.choice([_LITERALS, _SIGNS, _SIGNS, _BRACKETS, _OTHERS, _FUNCTIONS, [*NUMBERS]])
    if rng.random() < 0.05:
        return chr(rng.randrange(0x110000))
    return rng.choice(kind)


KINDS: dict[Callable[[random.Random], str], int] = {
    formula: 30, parts: 10, damaged: 30, soup: 28, deep: 1, large: 1,
}  # fmt: skip
"""Each kind, and how many of a hundred texts are of it."""


def any_text(rng: random.Random) -> str:
    """A text of one of the kinds."""
    return rng.choices([*KINDS], [*KINDS.values()])[0](rng)
