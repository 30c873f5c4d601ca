"""Directives that write the reference from the package itself.

``{public-names} nn graph`` documents every public name that is defined in these parts of the
package, ``{operations}`` writes the table of operations, and ``{names-in} LOSSES`` a table of what
a registry holds. A public name that no page shows is a warning, and so ends the build.
"""

from __future__ import annotations

import inspect
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

import micrograd_tut as mg
from micrograd_tut.ops.formulas import Symbol, formula
from micrograd_tut.ops.op import Op
from micrograd_tut.ops.textbook import textbook_partials

logger = logging.getLogger(__name__)
PACKAGE = "micrograd_tut."


def part_of(name: str) -> str:
    """The part of the package that defines a public name, such as "engine" or "train.fit"."""
    thing = getattr(mg, name)
    return str(getattr(thing, "__module__", type(thing).__module__)).removeprefix(PACKAGE)


def is_documented_alone(name: str) -> bool:
    """Whether a name has an entry of its own, and is not a row of a table."""
    return inspect.isroutine(getattr(mg, name)) or inspect.isclass(getattr(mg, name))


class PublicNames(SphinxDirective):
    """Every public function and class of some parts of the package, in alphabetical order."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """The entries."""
        parts = self.arguments[0].split()
        names = [
            name
            for name in mg.__all__
            if is_documented_alone(name)
            and any(part_of(name) == part or part_of(name).startswith(f"{part}.") for part in parts)
        ]
        shown(self, names)
        lines = [line for name in sorted(names, key=str.lower) for line in self.entry(name)]
        return self.parse_text_to_nodes("\n".join(lines))

    def entry(self, name: str) -> list[str]:
        """One entry, in Markdown."""
        kind = "class" if inspect.isclass(getattr(mg, name)) else "function"
        members = ["   :members:"] if kind == "class" else []
        return ["```{eval-rst}", f".. auto{kind}:: micrograd_tut.{name}", *members, "```", ""]


class Operations(SphinxDirective):
    """The table of operations: name, symbol, meaning and partial derivatives."""

    def run(self) -> list[nodes.Node]:
        """The table."""
        ops = [op for op in mg.OPS.values() if not op.internal and not op.custom]
        shown(self, ["OPS", *(n for n in mg.__all__ if isinstance(getattr(mg, n), Op))])
        lines = ["| operation | what it computes | partial derivatives |", "|---|---|---|"]
        for op in sorted(ops, key=lambda op: op.name):
            meaning = " ".join((op.__doc__ or "").split())
            symbol = "" if op.symbol == op.name else f" `{op.symbol}`"
            cells = [f"`{op.name}`{symbol}", escaped(meaning), derivatives(op)]
            lines.append("| " + " | ".join(cells) + " |")
        return self.parse_text_to_nodes("\n".join(lines))


def derivatives(op: Op) -> str:
    """The partial derivatives as text; nothing if the number of inputs is free."""
    if op.arity is None:
        return ""
    inputs = [Symbol(name) for name in inspect.signature(op.forward).parameters]
    partials = textbook_partials(op, inputs, formula(op.name, inputs))
    return ", ".join(f"`{partial}`".replace("|", "\\|") for partial in partials)


class NamesIn(SphinxDirective):
    """What a registry of the package holds: each name, and the first line of its documentation."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The table."""
        registry: dict[str, Any] = getattr(mg, self.arguments[0])
        held = [name for name in mg.__all__ if getattr(mg, name) in registry.values()]
        shown(self, [self.arguments[0], *held])
        lines = ["| name | |", "|---|---|"]
        for name, thing in registry.items():
            first, *_ = (inspect.getdoc(thing) or "").splitlines() or [""]
            lines.append(f"| `{name}` | {escaped(first)} |")
        return self.parse_text_to_nodes("\n".join(lines))


def escaped(text: str) -> str:
    """Text as a cell of a Markdown table."""
    for character in "\\`*_|<[":
        text = text.replace(character, f"\\{character}")
    return text


def shown(directive: SphinxDirective, names: list[str]) -> None:
    """Remember that the reference shows these names."""
    directive.env.metadata[directive.env.docname].setdefault("public names", []).extend(names)  # type: ignore[attr-defined]


def check_all_shown(app: Sphinx, exception: Exception | None) -> None:
    """Warn about each public name that no page of the reference shows."""
    if exception:
        return
    known = {n for data in app.env.metadata.values() for n in data.get("public names", ())}
    for name in sorted(set(mg.__all__) - known - {"__version__"}):
        logger.warning("the reference does not show mg.%s, of %s", name, part_of(name))


def as_markup(
    _app: Sphinx, _what: str, _name: str, _thing: Any, _options: Any, lines: list[str]
) -> None:
    """Escape the bars of |x|, which mean something else in reStructuredText."""
    lines[:] = [
        line if line.lstrip().startswith(">>>") else line.replace("|", r"\|") for line in lines
    ]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("public-names", PublicNames)
    app.add_directive("operations", Operations)
    app.add_directive("names-in", NamesIn)
    app.connect("autodoc-process-docstring", as_markup)
    app.connect("build-finished", check_all_shown)
    return {"parallel_read_safe": False}
