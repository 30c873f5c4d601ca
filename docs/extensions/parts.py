"""The directive ``{parts}``: the parts of the package by level, read from its source."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parents[2]


def summary(path: Path) -> str:
    """The first sentence of the docstring of a module."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(text.partition("\n\n")[0].split()).replace("``", "`").replace("|", "\\|")


class Parts(SphinxDirective):
    """A table of the parts, the highest level first: what each is for, and what it imports."""

    def run(self) -> list[nodes.Node]:
        """The table."""
        layout = runpy.run_path(str(ROOT / ".ci" / "imports.py"))
        paths, imports = layout["modules"](), layout["by_package"]()
        lines = ["| part | what it is for | directly on top of |", "|---|---|---|"]
        for level in reversed(layout["LEVELS"]):
            for part in level:
                below = ", ".join(f"`{other}`" for other in sorted(imports.get(part, ())))
                lines.append(f"| `{part}` | {summary(paths[f'micrograd_tut.{part}'])} | {below} |")
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("parts", Parts)
    return {"parallel_read_safe": True}
