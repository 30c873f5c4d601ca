import copy
import functools
import pickle
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from drawing_graphs import lecture_neuron, parsed

import micrograd_tut as mg
from micrograd_tut.drawing import draw, draw_dot, png, render
from micrograd_tut.errors import InputError, MissingPartError


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
    png._has_fonts.cache_clear()
    yield
    png._has_fonts.cache_clear()


@pytest.mark.usefixtures("no_fonts")
def test_a_png_has_its_text_on_a_machine_without_fonts() -> None:
    drawing = draw(lecture_neuron())
    silent = re.sub(r"<text.*?</text>", "", drawing.svg())
    assert len(drawing.png()) > 1.5 * len(png.png(silent))


@pytest.mark.usefixtures("no_fonts")
def test_a_png_without_fonts_raises_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(png, "_fonts", list)
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


def test_render_writes_the_dot_text_unless_it_is_to_clean_up(tmp_path: Path) -> None:
    drawing = draw(lecture_neuron())
    drawing.render("a", tmp_path / "clean", cleanup=True)
    drawing.render("a", tmp_path / "both", cleanup=False)
    assert [path.name for path in (tmp_path / "clean").iterdir()] == ["a.svg"]
    assert (tmp_path / "both" / "a.gv").read_text(encoding="utf-8") == drawing.source


def test_render_takes_the_format_from_a_suffix(tmp_path: Path) -> None:
    written = draw(lecture_neuron()).render(tmp_path / "neuron.html")
    assert written == tmp_path / "neuron.html"


def test_render_keeps_a_dot_that_is_no_suffix(tmp_path: Path) -> None:
    written = draw(lecture_neuron()).render(tmp_path / "step.1", format="dot")
    assert written == tmp_path / "step.1.dot"


def test_render_and_view_open_the_file_that_they_write(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda uri: opened.append(uri) or True)
    drawing = draw(lecture_neuron())
    paths = [drawing.render(tmp_path / "a", view=True), drawing.view(tmp_path / "b")]
    assert opened == [path.as_uri() for path in paths if path]


def test_view_without_a_name_shows_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda uri: opened.append(uri) or True)
    draw(lecture_neuron()).view()
    assert opened[0].endswith("drawing.html")


def test_showing_without_a_browser_names_the_file_to_open(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("webbrowser.open", lambda uri: False)
    with pytest.raises(MissingPartError, match=r"open .*a\.svg"):
        draw(lecture_neuron()).view(tmp_path / "a")


def test_pipe_gives_the_bytes_that_save_writes(tmp_path: Path) -> None:
    drawing = draw(lecture_neuron())
    for name in ("svg", "html", "dot", "png"):
        content = drawing.save(tmp_path / f"a.{name}").read_bytes()
        assert drawing.pipe(format=name) == content


def test_pipe_decodes_with_an_encoding() -> None:
    drawing = draw(lecture_neuron())
    assert drawing.pipe(encoding="utf-8") == drawing.svg()


@pytest.mark.parametrize("call", ["pipe", "render"])
def test_an_unknown_format_raises_and_lists_the_formats(call: str, tmp_path: Path) -> None:
    drawing = draw(lecture_neuron())
    options = {"filename": tmp_path / "g"} if call == "render" else {}
    with pytest.raises(InputError, match="'jpg' is not known; use one of svg, png, pdf"):
        getattr(drawing, call)(**options, format="jpg")
    assert list(tmp_path.iterdir()) == []


def test_a_png_with_a_character_of_no_font_names_the_variable_for_a_font(tmp_path: Path) -> None:
    pytest.importorskip("resvg_py")
    with pytest.raises(
        MissingPartError, match=r"empty boxes for \U0010fffd: .*MICROGRAD_TUT_FONT="
    ):
        draw(mg.Value(1.0, "\U0010fffdé∂ü")).save(tmp_path / "g.png")
    assert list(tmp_path.iterdir()) == []


def test_the_font_of_the_environment_draws_the_characters_that_others_lack(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("resvg_py")
    _font_with_a_square_for("你", tmp_path / "square.ttf")
    monkeypatch.setenv("MICROGRAD_TUT_FONT", str(tmp_path / "square.ttf"))
    assert draw(mg.Value(1.0, "你")).png() != draw(mg.Value(1.0, " ")).png()


def test_a_font_that_is_not_there_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICROGRAD_TUT_FONT", "missing.ttf")
    with pytest.raises(InputError, match=r"there is no file 'missing\.ttf'"):
        draw(mg.Value(1.0)).png()


def _font_with_a_square_for(character: str, path: Path) -> None:
    builder = pytest.importorskip("fontTools.fontBuilder").FontBuilder(1000, isTTF=True)
    pen = pytest.importorskip("fontTools.pens.ttGlyphPen").TTGlyphPen(None)
    pen.moveTo((100, 0))
    for point in ((900, 0), (900, 800), (100, 800)):
        pen.lineTo(point)
    pen.closePath()
    names = [".notdef", "square"]
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(character): "square"})
    builder.setupGlyf(dict.fromkeys(names, pen.glyph()))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 100)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Square", "styleName": "Regular", "psName": "Square"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)


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
    def missing(source: str, seconds: float) -> str:
        raise MissingPartError("no layout engine")

    monkeypatch.setattr(render, "layout", missing)
    y = lecture_neuron()
    assert draw(y)._repr_svg_() is None
    assert list(draw(y)._repr_mimebundle_()) == ["text/plain"]
    assert y._repr_svg_() is None


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


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([mg.Value(1.0), 2.0], r"element 1 of the list is 2.0\. Pass the outputs"),
        ([], "the list is empty"),
        (3.0, "got float"),
        (mg.MLP(2, [1]), r"mg\.draw_network\(model\)"),
    ],
)
def test_what_is_not_values_raises_and_says_what_to_pass(given: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        draw(given)


def test_the_page_of_a_picture_in_auto_theme_turns_dark_too() -> None:
    turning, light = (draw(lecture_neuron(), theme=name).html() for name in ("auto", "light"))
    dark = "@media (prefers-color-scheme: dark) {body {background: #12181f}}"
    assert dark in turning
    assert dark not in light


def test_a_pickled_drawing_is_the_same_picture() -> None:
    a = mg.Value(2.0, label="a")
    y = mg.tanh(a * 3.0 + a)
    y.backward()
    for drawing in (mg.draw(y), mg.draw_network(mg.MLP(2, [2, 1], seed=1))):
        again = pickle.loads(pickle.dumps(drawing))  # noqa: S301 (its own)
        assert again.svg() == copy.deepcopy(drawing).svg() == drawing.svg()


def test_a_pickled_drawing_that_is_too_large_is_the_coarser_one() -> None:
    y = mg.MLP(20, [40, 40, 1], seed=1)([0.1] * 20)
    drawing = mg.draw(y, detail="values", seconds=0.01)
    again = pickle.loads(pickle.dumps(drawing))  # noqa: S301 (its own)
    assert "Folded" in again.source
    assert len(again.scene.boxes) < len(drawing.scene.boxes)


def test_two_threads_draw_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2, timeout=30)
    monkeypatch.setattr(render, "layout", lambda *_: both.wait() or "")
    threads = [
        threading.Thread(target=mg.draw(mg.Value(1.0) * 2.0)._laid_out, daemon=True)
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not both.broken
