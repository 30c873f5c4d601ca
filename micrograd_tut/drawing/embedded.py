"""Graphviz as WebAssembly, run by wasmtime in this process.

Every layout has an instance of its own, with memory that nothing else has used; one runs at a time.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from micrograd_tut.drawing.graphviz_module import module_bytes, svg_from
from micrograd_tut.drawing.limits import MEMORY, limit_error
from micrograd_tut.errors import MissingPartError

_WAKE = 0.1  # seconds between two looks at Ctrl-C, which on Windows does not end a wait


@dataclass
class _Job:
    """One layout: the text, and then the SVG or the error."""

    source: str
    started: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    given_up: bool = False
    svg: str = ""
    error: BaseException | None = None


class Embedded:
    """The embedded layout engine.

    A thread runs the layout while the caller waits for it, so that a time limit and Ctrl-C end the
    wait at once. They advance the epoch of the engine, which ends the layout within microseconds.
    """

    def __init__(self) -> None:
        self._forget_threads()
        self._engine: Any = None
        self._module: Any = None
        self._in_parallel = True
        atexit.register(self._close)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget_threads)

    def _forget_threads(self) -> None:
        """Start without the threads of the process that this one is a fork of."""
        self._lock = threading.Lock()  # of the engine and its epoch
        self._in_parallel = False  # a fork has none of the threads that compile

    def _close(self) -> None:
        """Release the engine before the interpreter shuts down, when its clean-up would fail."""
        self._engine = self._module = None

    def svg(self, source: str, seconds: float) -> str:
        """The SVG of a DOT text; arguments and errors as for `LayoutEngine.svg`.

        The time that other layouts take before this one does not count, nor that to compile the
        module, which happens once.
        """
        job = _Job(source)
        try:
            threading.Thread(target=self._work, args=(job,), daemon=True).start()
            while not job.started.wait(_WAKE):
                pass
            end = time.monotonic() + seconds
            while (left := end - time.monotonic()) > 0 and not job.done.wait(min(_WAKE, left)):
                pass
        finally:
            self._give_up(job)
        if job.error is not None:
            raise job.error
        if not job.svg:
            raise limit_error(f"it takes more than {seconds:g} seconds")
        return job.svg

    def _give_up(self, job: _Job) -> None:
        """End a layout that still runs or waits."""
        job.given_up = True
        if job.started.is_set() and not job.done.is_set() and self._engine is not None:
            self._engine.increment_epoch()

    def _work(self, job: _Job) -> None:
        """Run one layout, after those before it."""
        with self._lock:
            try:
                self._start()
                job.started.set()
                while not (job.given_up or job.svg):
                    job.svg = self._lay_out(job.source)
            except BaseException as error:
                job.error = error
            finally:
                job.started.set()
                job.done.set()

    def _start(self) -> None:
        """Compile the module once; its machine code is cached on disk if possible.

        Raises:
            MissingPartError: wasmtime or the module is not installed, or it is another module.
        """
        if self._module is not None:
            return
        try:
            import wasmtime
        except ImportError:
            raise MissingPartError("wasmtime is not installed") from None
        code = module_bytes()
        try:
            self._engine = wasmtime.Engine(self._config(cached=True))
        except wasmtime.WasmtimeError:  # no home directory for the cache
            self._engine = wasmtime.Engine(self._config(cached=False))
        self._module = wasmtime.Module(self._engine, code)

    def _config(self, *, cached: bool) -> Any:
        import wasmtime

        config = wasmtime.Config()
        config.epoch_interruption = True
        config.parallel_compilation = self._in_parallel
        if cached:
            config.cache = True
        return config

    def _lay_out(self, source: str) -> str:
        """The SVG; "" if the epoch has advanced, for this layout or for one before it.

        Raises:
            LayoutError: Graphviz cannot read the text.
            LayoutLimitError: Graphviz needs too much memory.
        """
        import wasmtime

        store = wasmtime.Store(self._engine)
        store.set_limits(memory_size=MEMORY)
        store.set_epoch_deadline(1)
        store.set_wasi(wasmtime.WasiConfig())
        linker = wasmtime.Linker(self._engine)
        linker.define_wasi()
        try:
            exports = linker.instantiate(store, self._module).exports(store)
            return svg_from(_Instance(store, exports), source)
        except wasmtime.Trap as trap:
            if trap.trap_code == wasmtime.TrapCode.INTERRUPT:
                return ""
            name = trap.trap_code.name if trap.trap_code else "trap"
            raise limit_error(name.lower().replace("_", " ")) from None
        except wasmtime.WasmtimeError:  # Graphviz has called exit
            raise limit_error("it ended by itself") from None


class _Instance:
    """An `Instance` in wasmtime."""

    def __init__(self, store: Any, exports: Any) -> None:
        self._store = store
        self._exports = exports
        self._memory = exports["memory"]

    def call(self, name: str, *args: int) -> int:
        return int(self._exports[name](self._store, *args))

    def write(self, address: int, data: bytes) -> None:
        self._memory.write(self._store, data, address)

    def read(self, address: int, size: int) -> bytes:
        return bytes(self._memory.read(self._store, address, address + size))
