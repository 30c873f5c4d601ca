"""Graphviz as WebAssembly, run by the browser (or node) that runs Pyodide.

It gives the same SVG as `embedded.py`, to the byte. Every layout has an instance of its own, with
memory that nothing else has used. There are no threads there, so that no clock can end a layout:
what is estimated to take too long is not begun, and a page can end its worker.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from micrograd_tut.drawing.graphviz_module import module_bytes, svg_from
from micrograd_tut.drawing.limits import MEMORY, limit_error

_PAGE = 2**16  # bytes; WebAssembly counts memory in pages
_NO_SUCH_FILE = 8  # WASI's error number for a file that is not open
_MEMORY_SECTION = 5


class InBrowser:
    """The layout engine of Pyodide."""

    def __init__(self) -> None:
        self._module: Any = None

    def svg(self, source: str, seconds: float) -> str:  # noqa: ARG002 (nothing can end it)
        """The SVG of a DOT text; arguments and errors as for `LayoutEngine.svg`.

        It has the limit of memory and of recursion, but none of time.
        """
        from js import WebAssembly
        from pyodide.ffi import JsException, to_js

        if self._module is None:
            code = with_limit(module_bytes(), MEMORY // _PAGE)
            self._module = WebAssembly.Module.new(to_js(code))
        instance = _Instance(self._module)
        try:
            return svg_from(instance, source)
        except JsException as error:  # a trap, or the stack is full
            raise limit_error(error.message.lower()) from None
        finally:
            instance.close()


class _Instance:
    """An `Instance` in JavaScript's WebAssembly."""

    def __init__(self, module: Any) -> None:
        from js import Object, WebAssembly
        from pyodide.ffi import to_js

        self._proxies = to_js([])
        functions = {entry.name: _refuse for entry in WebAssembly.Module.imports(module)}
        functions |= self._system()
        imports = to_js(
            {"wasi_snapshot_preview1": functions},
            dict_converter=Object.fromEntries,
            pyproxies=self._proxies,
        )
        self._exports = WebAssembly.Instance.new(module, imports).exports

    def _system(self) -> dict[str, Callable[..., int]]:
        """What the module may call; every other function of WASI finds no file."""

        def environ_sizes_get(count: int, size: int) -> int:
            self.write(count, bytes(4))
            self.write(size, bytes(4))
            return 0

        def proc_exit(status: int) -> int:
            raise limit_error(f"it ended by itself, with status {status}")

        return {"environ_sizes_get": environ_sizes_get, "proc_exit": proc_exit}

    def call(self, name: str, *args: int) -> int:
        return int(getattr(self._exports, name)(*args))

    def write(self, address: int, data: bytes) -> None:
        self._bytes(address, len(data)).assign(data)

    def read(self, address: int, size: int) -> bytes:
        return bytes(self._bytes(address, size).to_bytes())

    def _bytes(self, address: int, size: int) -> Any:
        """A part of the memory; growing the memory makes it invalid."""
        from js import Uint8Array

        return Uint8Array.new(self._exports.memory.buffer, address, size)

    def close(self) -> None:
        """Release the functions that JavaScript holds."""
        from pyodide.ffi import destroy_proxies

        destroy_proxies(self._proxies)


def _refuse(*_: object) -> int:
    return _NO_SUCH_FILE


def with_limit(code: bytes, pages: int) -> bytes:
    """A WebAssembly module whose memory grows to at most this number of pages.

    Args:
        code: A module with one memory, of 32-bit addresses.
        pages: The limit.
    """
    start = 8  # after the magic number and the version
    while start < len(code):
        size, content = _read_number(code, start + 1)
        end = content + size
        if code[start] == _MEMORY_SECTION:
            least, _ = _read_number(code, content + 2)
            section = b"\x01\x01" + _number(least) + _number(pages)  # one memory, with a limit
            head = code[:start] + bytes([_MEMORY_SECTION])
            return head + _number(len(section)) + section + code[end:]
        start = end
    return code


def _read_number(code: bytes, start: int) -> tuple[int, int]:
    """An unsigned number, seven bits a byte from the lowest (LEB128), and where it ends."""
    number = 0
    for i in range(start, len(code)):
        number |= (code[i] & 127) << 7 * (i - start)
        if code[i] < 128:
            return number, i + 1
    raise ValueError("the module ends within a number")


def _number(number: int) -> bytes:
    """A number in that form."""
    digits = bytearray()
    while number > 127:
        digits.append(number & 127 | 128)
        number >>= 7
    digits.append(number)
    return bytes(digits)
