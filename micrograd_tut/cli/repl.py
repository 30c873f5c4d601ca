"""``micrograd-tut repl``: a Python prompt with micrograd_tut imported."""

from __future__ import annotations

import argparse
from typing import Any

import micrograd_tut as mg

BANNER = """micrograd_tut {version}: everything in mg is imported. Try:

    a, b = Value(2.0), Value(-3.0)
    y = tanh(a * b + 6.5)
    y.backward()
    a.grad, b.grad
    draw(y).save("y.svg")
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.description = "Start Python (IPython if it is installed) with micrograd_tut imported."
    parser.add_argument("--plain", action="store_true", help="use the Python prompt, not IPython")


def run(args: argparse.Namespace) -> None:
    """Start the prompt."""
    names, banner = public_names(), BANNER.format(version=mg.__version__)
    if args.plain or not _ipython(names, banner):
        _python(names, banner)


def public_names() -> dict[str, Any]:
    """``mg`` itself and its public names."""
    return {"mg": mg, **{name: getattr(mg, name) for name in mg.__all__ if name[0] != "_"}}


def _ipython(names: dict[str, Any], banner: str) -> bool:
    """Start IPython; returns False if it is not installed."""
    try:
        from IPython.terminal.embed import InteractiveShellEmbed
    except ImportError:
        return False
    shell: Any = InteractiveShellEmbed
    shell(banner1=banner, user_ns=names)()
    return True


def _python(names: dict[str, Any], banner: str) -> None:
    import code

    try:
        import readline
        import rlcompleter
    except ImportError:  # this Python has no readline: no history and no completion
        pass
    else:
        readline.set_completer(rlcompleter.Completer(names).complete)
        readline.parse_and_bind("tab: complete")
    code.interact(banner, local=names, exitmsg="")
