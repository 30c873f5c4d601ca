"""The imports of the package, read from its source. Run it to draw ``docs/imports.svg``."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = "micrograd_tut"
LEVELS = [
    ["errors"],
    ["support"],
    ["ops"],
    ["engine"],
    ["nn", "expression"],
    ["graph"],
    ["compiler"],
    ["drawing", "pages"],
    ["stepping", "train"],
    ["bridges", "course"],
    ["play", "notebook"],
    ["cli"],
]
TITLES = {
    "bridges": "bridges, sklearn",
    "engine": "engine, chain_rule, diagnostics, interop",
    "errors": "errors, encoding",
}
CORE = {  # drawn in one box
    **dict.fromkeys(("chain_rule", "diagnostics", "interop"), "engine"),
    "encoding": "errors",
    "sklearn": "bridges",
}


def modules() -> dict[str, Path]:
    """Every module by its dotted name."""
    found = {}
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


def imports() -> dict[str, set[str]]:
    """For each module those that it imports, also inside functions and for type checking.

    ``from package import name`` counts as the module `name` if there is one, else as the package.
    An import of a package's module from within that package does not count as one of the package.
    """
    every = modules()
    graph: dict[str, set[str]] = {name: set() for name in every}
    for name, path in every.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                graph[name] |= {alias.name for alias in node.names if alias.name in every}
            elif isinstance(node, ast.ImportFrom) and node.module in every:
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    graph[name].add(inner if inner in every else node.module)
    return graph


def cycle(graph: dict[str, set[str]]) -> list[str]:
    """Some modules that import each other in a circle; [] if there are none."""
    path: list[str] = []
    done: set[str] = set()

    def visit(name: str) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name not in done:
            path.append(name)
            for other in sorted(graph[name]):
                if found := visit(other):
                    return found
            done.add(path.pop())
        return []

    return next((found for name in graph if (found := visit(name))), [])


def by_package() -> dict[str, set[str]]:
    """The same between the packages and files at the top; what follows from others is left out."""
    graph: dict[str, set[str]] = defaultdict(set)
    for name, others in imports().items():
        part = _part(name)
        if part:
            graph[part] |= {_part(other) for other in others} - {part, ""}
    reach = {part: _reachable(graph, part) for part in graph}
    return {
        part: {o for o in others if not any(o in reach[x] for x in others - {o})}
        for part, others in graph.items()
    }


def _part(module: str) -> str:
    part = module.partition(".")[2].partition(".")[0]
    part = CORE.get(part, part)
    return part if any(part in level for level in LEVELS) else ""


def _reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    stack = list(graph[start])
    while stack:
        part = stack.pop()
        if part not in found:
            found.add(part)
            stack += graph[part]
    return found


def dot() -> str:
    """The picture as DOT text, the lowest level at the bottom."""
    lines = [
        "digraph imports {",
        'rankdir=BT; bgcolor="transparent"; node [shape=box, style="rounded,filled",',
        'fillcolor="#eef3fb", color="#5a78a8", fontcolor="#1b2a41", fontname="DejaVu Sans",',
        'fontsize=12, margin="0.2,0.08"]; edge [color="#5a78a8", arrowsize=0.7, dir=back];',
    ]
    for level in LEVELS:
        boxes = [f'"{part}" [label="{TITLES.get(part, part)}"];' for part in level]
        lines.append(f"{{ rank=same; {' '.join(boxes)} }}")
    for part, others in by_package().items():
        lines += [f'"{other}" -> "{part}";' for other in sorted(others)]
    return "\n".join([*lines, "}"])


if __name__ == "__main__":
    from micrograd_tut.drawing.render import layout

    (ROOT / "docs").mkdir(exist_ok=True)
    (ROOT / "docs" / "imports.svg").write_text(layout(dot()), encoding="utf-8")
