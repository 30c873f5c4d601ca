"""The house keeps its order: a module imports from lower floors, or from its own room."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import micrograd_tut

HOUSE = Path(micrograd_tut.__file__).parent

FLOORS = [
    {"errors", "files", "floats", "inits", "modes", "symbols", "tables"},
    {"activation", "row"},
    {"ops", "settings"},
    {"chain", "forward_steps", "functions"},
    {"engine"},
    {"check", "debugging", "expression", "graph", "readings"},
    {"nn"},
    {"compiler", "drawing"},
    {"stepping", "train"},
    {"cli"},
    {"__init__", "__main__"},
]
"""The rooms, modules or packages, from the ground up."""

FLOOR = {room: i for i, rooms in enumerate(FLOORS) for room in rooms}
MODULES = sorted(HOUSE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[str]:
    """The rooms that a module imports, inside functions too; "__init__" is the package itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are written out in full"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            package, _, rest = f"{name}.".partition(".")
            if package == "micrograd_tut":
                first = rest.split(".")[0]
                yield first if first in FLOOR else "__init__"


def for_type_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


class WithoutTypeChecking(ast.NodeTransformer):
    def visit_If(self, node: ast.If) -> ast.AST | None:
        return None if for_type_checkers(node) else self.generic_visit(node)


def test_every_room_is_on_one_floor() -> None:
    assert {room(path) for path in MODULES} == set(FLOOR)
    assert sum(map(len, FLOORS)) == len(FLOOR)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_module_imports_lower_floors_only(path: Path) -> None:
    own = room(path)
    tree = WithoutTypeChecking().visit(ast.parse(path.read_text(encoding="utf-8")))
    for other in imports(tree):
        if own == "cli" and other == "__init__":
            continue  # the command shows the public names
        assert other == own or FLOOR[other] < FLOOR[own], f"{own} imports {other}"


def test_the_reader_sees_imports_of_every_kind() -> None:
    source = """
import micrograd_tut
from micrograd_tut import ops
import micrograd_tut.nn as nets
def late():
    from micrograd_tut.train.losses import mse
if TYPE_CHECKING:
    from micrograd_tut.engine import Value
"""
    tree = ast.parse(source)
    assert set(imports(tree)) == {"__init__", "ops", "nn", "train", "engine"}
    assert set(imports(WithoutTypeChecking().visit(tree))) == {"__init__", "ops", "nn", "train"}
