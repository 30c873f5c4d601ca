"""``micrograd-tut repl``: a Python prompt with everything loaded."""

from __future__ import annotations

import argparse
from typing import Any

import micrograd_tut as mg

BANNER = """micrograd_tut {version}: mg and its public names are loaded. Try

    a, b = Value(2.0), Value(-3.0)
    y = tanh(a * b + 6.5)
    y.backward()
    a.grad, b.grad
    draw(y).save("y.svg")
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = "Open a Python prompt (IPython where it is installed) with mg loaded."
    parser.add_argument("--plain", action="store_true", help="Python's own prompt, not IPython")


def run(args: argparse.Namespace) -> None:
    """Open the prompt."""
    names, banner = public_names(), BANNER.format(version=mg.__version__)
    if args.plain or not _ipython(names, banner):
        _python(names, banner)


def public_names() -> dict[str, Any]:
    """``mg`` itself, and everything public in it."""
    return {"mg": mg, **{name: getattr(mg, name) for name in mg.__all__ if name[0] != "_"}}


def _ipython(names: dict[str, Any], banner: str) -> bool:
    """Open IPython; False where it is not installed."""
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
    except ImportError:  # a Python built without it: no history and no completion
        pass
    else:
        readline.set_completer(rlcompleter.Completer(names).complete)
        readline.parse_and_bind("tab: complete")
    code.interact(banner, local=names, exitmsg="")
