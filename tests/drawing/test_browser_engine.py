"""Graphviz run by the browser's WebAssembly; most of it runs in Pyodide (`test_pyodide.py`)."""

from __future__ import annotations

import sys

import pytest
from drawing_graphs import lecture_neuron, parsed

from micrograd_tut.drawing import browser, draw, render
from micrograd_tut.drawing.browser import InBrowser, with_limit
from micrograd_tut.drawing.graphviz_module import module_bytes
from micrograd_tut.errors import LayoutError, LayoutLimitError

in_pyodide = pytest.mark.skipif(sys.platform != "emscripten", reason="runs in Pyodide")


def chain(length: int) -> str:
    return f"digraph {{{'; '.join(f'n{i} -> n{i + 1}' for i in range(length))}}}"


@in_pyodide
def test_it_is_the_engine_of_a_browser() -> None:
    assert isinstance(render.engine(), InBrowser)
    parsed(draw(lecture_neuron()).svg())


@in_pyodide
def test_invalid_dot_raises_and_the_next_drawing_works() -> None:
    engine = InBrowser()
    with pytest.raises(LayoutError, match="Failed to parse DOT"):
        engine.svg("digraph {{{", 4.0)
    parsed(engine.svg("digraph {a -> b}", 4.0))


@in_pyodide
def test_a_graph_that_is_too_deep_is_an_error_and_the_next_layout_works() -> None:
    engine = InBrowser()
    with pytest.raises(LayoutLimitError, match="gave up on this drawing: maximum call stack"):
        engine.svg(chain(40_000), 4.0)
    parsed(engine.svg("digraph {a -> b}", 4.0))


@in_pyodide
def test_a_layout_ends_at_its_memory_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "MEMORY", 4 * 2**20)
    engine = InBrowser()
    with pytest.raises(LayoutLimitError, match="it ended by itself, with status 1"):
        engine.svg(chain(1000), 4.0)
    with pytest.raises(LayoutLimitError, match="does not fit"):
        engine.svg("digraph {" + " " * 2**23 + "}", 4.0)
    parsed(engine.svg("digraph {a -> b}", 4.0))


def test_the_module_with_a_limit_has_that_limit_and_is_otherwise_the_same() -> None:
    wasmtime = pytest.importorskip("wasmtime")
    plain, limited = module_bytes(), with_limit(module_bytes(), 300)
    memory = wasmtime.Module(wasmtime.Engine(), limited).exports[0].type
    assert memory.limits.max == 300
    assert len(limited) - len(plain) == 2  # 300 has two digits
    assert (limited[:100], limited[5002:]) == (plain[:100], plain[5000:])
