"""Labels, headers and file names are text, whatever stands in them.

Everything that draws gives XML without script, handler, link or foreign object, everything that
prints gives lines without signs that a terminal acts on, and the text of the label comes back out.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import micrograd_tut as mg
from micrograd_tut import Value
from micrograd_tut.cli import main
from micrograd_tut.course.certificate import certificate
from micrograd_tut.course.progress import Given, Progress
from micrograd_tut.course.source import checks
from micrograd_tut.errors import InputError, MicrogradError
from micrograd_tut.stepping import exercises, page, quiz_page, quiz_shell, step_shell, worksheet
from micrograd_tut.train.checkpoint import load_extra
from micrograd_tut.train.csv_file import read_csv
from micrograd_tut.train.decision_boundary import plot_boundary
from micrograd_tut.train.metrics import Metric
from micrograd_tut.train.preprocessing import Preprocessing

HOSTILE = {
    "quotes": """a"b'c`d""",
    "backslashes": r"\N\G\l\"\\",
    "trailing backslash": "a\\",
    "braces": "{a|{b}|<c> d}",
    "ports": ":p:n",
    "script": "<script>alert(1)</script>",
    "closed script": "</script><script>alert(1)//",
    "style": "</style><style>*{display:none}",
    "title": "</title></svg><img src=x onerror=alert(1)>",
    "handler": '" onload="alert(1)',
    "link": "javascript:alert(1)",
    "cdata": "]]><script>x</script>",
    "comment": "--><script>x</script><!--",
    "declaration": '<!DOCTYPE x [<!ENTITY e "e">]>&e;',
    "entities": "&lt;b&gt; &amp; &#60; &#x3c; &nbsp;",
    "DOT's HTML": "<<b>bold</b>>",
    "DOT": '"]; evil [URL="javascript:x"]; n0 [label="',
    "foreign object": "<foreignObject><iframe/></foreignObject>",
    "format": "%s %n %(x)s {0} {x!r} {{data}} {{script}}",
    "newlines": "a\nb\r\nc\rd",
    "controls": "a\0b\x07c\x1b[31md\x7fe\x85f\x9b31mg",
    "surrogates": "a\ud800b\udfffc",
    "bidi": "a\u202eb\u2066c\u200fd",
    "unseen": "a\u200bb\ufeffc\u2028d\u2029e",
    "no characters": "a\ufffeb\uffffc",
    "dollars": r"$\frac{1}{$ x_{",
    "spaces": "  a   b  ",
    "combining": "a" + "\u0301" * 300,
    "astral": "\U0001f600\U000e0001\U0010ffff",
    "long": "<b&\"'>" * 20_000,
}
"""What each is called, and it."""
EVERY = pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE)
SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {
    "svg",
    "title",
    "desc",
    "style",
    "rect",
    "g",
    "path",
    "polygon",
    "polyline",
    "ellipse",
    "circle",
}
DRAWN |= {"text", "tspan", "line", "defs", "linearGradient", "stop", "clipPath"}
PAGE = {"html", "head", "meta", "title", "style", "script", "body", "header", "h1", "h2", "p"}
PAGE |= {"code", "div", "fieldset", "legend", "label", "input", "select", "option", "main"}
PAGE |= {"section", "span", "form", "button", "table", "thead", "tbody", "tr", "th", "td", "ol"}
PAGE |= {"footer", "small", "ul", "li", "i", "b", "pre", "tfoot", "output", "details", "summary"}


# --- What holds for a picture, a page and a line --------------------------------------------


def seen(text: str) -> str:
    """What of a text can be seen for certain: its letters, digits, signs and marks of writing."""
    return "".join(c for c in text if unicodedata.category(c)[0] in "LNPS" and c not in "�↵…")


def harmless(attribute: str, text: str) -> bool:
    """Whether an attribute neither acts nor leads anywhere."""
    name = attribute.rpartition("}")[2].lower()
    if name.startswith("on") or name in ("href", "src", "srcdoc", "action", "formaction"):
        return False
    return not re.search(r"javascript:|url\(\s*[^#\s]", text if name != "aria-label" else "", re.I)


def texts_of(svg: str) -> list[str]:
    """What one reads in a picture, after a look at all that is in it."""
    root = ElementTree.fromstring(svg.encode())
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in DRAWN
        assert all(harmless(*item) for item in element.items())
    return ["".join(e.itertext()) for e in root.iter() if e.tag == f"{SVG}text"]


def assert_shown(label: str, texts: list[str]) -> None:
    """The label, up to the length that is drawn, stands in one of the texts."""
    wanted = seen(label[:39])
    assert any(wanted in seen(text) for text in texts), (label[:60], texts)


class Reader(HTMLParser):
    """An HTML page as a browser takes it apart."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.policy = ""
        self._open: dict[str, str | None] | None = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in PAGE | {name.lower() for name in DRAWN}, tag
        assert all(harmless(name, text or "") for name, text in attrs), attrs
        self.tags.append(tag)
        if tag == "meta" and dict(attrs).get("http-equiv"):
            self.policy = dict(attrs)["content"] or ""
        self._open = dict(attrs) if tag == "script" else None

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._open = None

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 (its call)
        self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is None:
            self.texts.append(data)
        else:
            self.scripts.append((self._open, data))

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data[:80]}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data[:80]}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data[:80]}")


class NotebookReader(Reader):
    """An output in HTML as a notebook takes it apart, with the pictures and frames in it."""

    def __init__(self, text: str) -> None:
        self.pictures: list[str] = []
        self.frames: list[Reader] = []
        super().__init__(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "img":
            start, _, data = (named.pop("src") or "").partition(",")
            assert start == "data:image/svg+xml;base64"
            self.pictures += texts_of(base64.b64decode(data, validate=True).decode())
            self.pictures.append(named.pop("alt") or "")
        elif tag == "iframe":
            assert named.pop("sandbox") == "allow-scripts"  # of an origin of its own
            self.frames.append(Reader(named.pop("srcdoc") or ""))
        if tag in ("img", "iframe"):
            tag, attrs = "p", [*named.items()]
        super().handle_starttag(tag, attrs)


def assert_plain(text: str, ends: str = "\n") -> None:
    """A terminal shows it and does nothing else; any stream can take it."""
    text.encode()
    acting = [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")]
    assert set(acting) <= set(ends), sorted(map(ascii, set(acting)))


def graph(label: str) -> Value:
    """A small net on labelled inputs, differentiated, under a labelled output."""
    model = mg.MLP(2, [2, 1], seed=1)
    y = model([Value(0.5, label=label), Value(-1.0, label=f"{label}2")]) * Value(2.0, label=label)
    y.label = label
    y.backward()
    return y


# --- Pictures -------------------------------------------------------------------------------


@EVERY
@pytest.mark.parametrize("detail", ["values", "ops", "neurons", "layers"])
def test_every_detail_draws_it_as_text(
    detail: str, label: str, figure: Callable[..., None]
) -> None:
    figure("hostile labels drawn", "{:,}, at four details each", detail == "ops")
    drawing = mg.draw(graph(label), detail=detail, edges="flow")
    assert_shown(label, texts_of(drawing.svg()))
    assert_plain(repr(drawing))
    drawing.source.encode()


@EVERY
def test_every_way_to_draw_gives_it_as_text(label: str, tmp_path: Path) -> None:
    a = Value(2.0)
    y = a * Value(3.0, label=label)
    y.backward()
    for theme, direction in (("light", "TB"), ("dark", "RL"), ("auto", "BT")):
        drawing = mg.draw(y, direction=direction, names={a: label}, theme=theme)
        assert_shown(label, texts_of(drawing.svg()))
    moving = drawing.animate(tmp_path / "moving.svg").read_text(encoding="utf-8")
    assert_shown(label, texts_of(moving))
    text = drawing.save(tmp_path / "drawing.html").read_text(encoding="utf-8")
    read = Reader(text)
    assert read.scripts == []
    assert_shown(label, read.texts)
    assert_shown(label, texts_of(mg.draw_dot(y).svg()))


@EVERY
def test_a_net_with_that_name_inside_is_drawn_as_text(label: str) -> None:
    class Named(mg.Module):
        def __init__(self) -> None:
            setattr(self, label, mg.Layer(2, 1))

        def __call__(self, x: list[Value]) -> Value:
            found: Value = getattr(self, label)(x)
            return found

    model = Named()
    y = model([Value(1.0, label="x1"), Value(2.0, label="x2")])
    y.backward()
    for detail in ("values", "neurons", "layers"):
        texts_of(mg.draw(y, detail=detail).svg())
    whole = mg.MLP(2, [2, 1], seed=1)
    for p in whole.parameters():
        p.label = label
    texts_of(mg.draw_network(whole, theme="auto").svg())


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(codec=None, exclude_categories=()), min_size=1, max_size=60))
def test_any_text_of_any_code_points_is_drawn_as_text(label: str) -> None:
    y = Value(2.0, label=label) * 3.0
    y.backward()
    assert_shown(label, texts_of(mg.draw(y, detail="values").svg()))
    walk(y)


# --- Pages and sheets -----------------------------------------------------------------------


def hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@EVERY
def test_the_page_holds_it_as_data_and_no_script_but_its_own(label: str) -> None:
    a = Value(2.0, label=label)
    y = a * a
    y.label = f"y{label}"
    read = Reader(page.html(mg.step(y)))
    (kind, data), (own, script) = read.scripts
    assert kind == {"type": "application/json", "id": "data"}
    assert own == {}
    plain = Value(2.0, label="a")
    assert script == Reader(page.html(mg.step(plain * plain))).scripts[1][1]
    assert f"script-src {hashed(script)};" in read.policy
    nodes = [node["name"] for node in json.loads(data)["nodes"]]
    assert seen(label[:39]) in seen(nodes[0])
    assert_shown(label, read.texts)


@EVERY
def test_a_worksheet_holds_it_as_text(label: str) -> None:
    a = Value(2.0, label=label)
    y = a * Value(3.0, label="b")
    y.label = "L"
    for sheet in worksheet.worksheet([exercises.Exercise(label, y)]):
        read = Reader(sheet)
        assert read.scripts == []
        assert_shown(label, read.texts)


@EVERY
def test_a_notebook_shows_it_as_text(label: str) -> None:
    y = graph(label)
    bundle = mg.draw(y)._repr_mimebundle_()
    assert_shown(label, texts_of(bundle["image/svg+xml"]))
    assert_plain(bundle["text/plain"])
    stepper = mg.step(Value(2.0, label=label) * 3.0)
    assert_shown(label, Reader(page.html(stepper)).texts)
    read = NotebookReader(stepper._repr_html_())
    assert_shown(label, read.pictures)
    assert_shown(label, read.frames[0].texts)
    animation = mg.draw(y).animate()
    assert_shown(label, NotebookReader(animation._repr_html_()).pictures)
    for shown in (bundle["text/html"], y._repr_html_()):
        read = NotebookReader(shown)
        assert_shown(label, read.texts)
        assert_shown(label, read.pictures)
    assert_shown(label, NotebookReader(mg.quiz(y)._repr_html_()).texts)


@EVERY
def test_a_notebook_shows_models_and_reports_with_it_as_text(label: str) -> None:
    class Named(mg.Module):
        def __init__(self) -> None:
            setattr(self, label, mg.MLP(2, [1]))

    assert_shown(label, NotebookReader(Named()._repr_html_()).texts)
    row = [Value(0.5, label=label), Value(-1.0, label=label)]
    model = mg.MLP(2, [2, 1], seed=1)
    for p in model.parameters():
        p.label = label
    assert "linear" in NotebookReader(model._repr_html_()).texts
    for shown in (model.activations(row), model.explain(row), model.summary()):
        assert NotebookReader(shown._repr_html_()).tags[0] == "table"
    weight = Value(2.0, label=label)
    compiled = mg.compile(lambda x: weight * x)
    compiled([1.0])
    compiled.fn.__name__ = label
    assert_shown(label[:20], NotebookReader(compiled._repr_html_()).texts)


@EVERY
def test_a_network_and_its_pages_hold_no_more_than_numbers(label: str, tmp_path: Path) -> None:
    model = mg.MLP(2, [2, 1], seed=1)
    for p in model.parameters():
        p.label = label
    row = [Value(0.5, label=label), Value(-1.0, label=label)]
    y = model(row)
    y.label = label
    y.backward()
    for show in ("weights", "gradients", "activations"):
        drawing = mg.draw_network(model, show, x=row if show == "activations" else None)
        assert len(texts_of(drawing.svg())) > 5
        read = Reader(drawing.save(tmp_path / "network.html").read_text(encoding="utf-8"))
        assert read.scripts == []
    assert_plain(repr(model) + repr(drawing) + str(mg.diagnose(model, [[0.5, -1.0]])))
    assert_plain(str(model.summary()))


# --- Terminals ------------------------------------------------------------------------------


def walk(y: Value) -> str:
    """All that the step and the quiz terminals print about a graph, checked."""
    printed = []
    for made, typed in (
        (lambda i, o: step_shell.StepShell(mg.step(y), stdin=i, stdout=o), "n\nl\nc\nw\nq\n"),
        (lambda i, o: quiz_shell.QuizShell(mg.quiz(y), stdin=i, stdout=o), "1\nh\ns\ns\n"),
    ):
        out = io.StringIO()
        made(io.StringIO(typed), out).cmdloop()
        printed.append(out.getvalue())
        assert_plain(printed[-1])
    text = "\n".join([*printed, *map(repr, mg.step(y)), repr(mg.quiz(y))])
    assert_plain(text)
    return text


@EVERY
def test_terminals_print_it_without_signs_that_act(label: str) -> None:
    text = walk(Value(2.0, label=label[:200]) * Value(3.0, label=f"{label[:200]}b"))
    assert seen(label[:12]) in seen(text)


@EVERY
def test_errors_name_it_without_signs_that_act(label: str) -> None:
    x = Value(-1.0, label=label)
    for wrong in (
        lambda: mg.log(x),
        lambda: x / Value(0.0, label=label),
        lambda: mg.quiz(x * 2.0).answer(label),
        lambda: mg.draw(x, detail=label),
        lambda: mg.draw(x).save(f"{label}.nothing"),
        lambda: mg.fit(mg.MLP(1, [1]), [[1.0]], [1.0], optimizer=label, progress=False),
    ):
        with pytest.raises(MicrogradError) as caught:
            wrong()
        assert_plain(str(caught.value))


def test_a_history_prints_and_plots_them(tmp_path: Path) -> None:
    def named(name: str) -> Metric:
        metric = lambda targets, answers: 0.5  # noqa: E731 (a new one each time)
        metric.__name__ = name
        return metric

    names = [name for name in HOSTILE.values() if not re.search("[\0\ud800-\udfff]", name)]
    model = mg.MLP(1, [1], seed=1)
    history = mg.fit(
        model, [[1.0], [2.0]], [1.0, 2.0], metrics=[*map(named, names)], epochs=2, progress=False
    )
    assert set(names) < set(history.rows[0])
    assert_plain(repr(history))
    read = NotebookReader(history._repr_html_())
    for name in names:
        assert_shown(name[:20], read.texts)
        assert_shown(name[:20], read.pictures)
    pytest.importorskip("matplotlib")
    with unplotted_signs():
        history.plot(tmp_path / "history.svg")
    ElementTree.parse(tmp_path / "history.svg")


@contextmanager
def unplotted_signs() -> Iterator[None]:
    """Matplotlib warns of what its font lacks, and of labels that leave no room."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph|constrained_layout")
        yield


# --- Tables, weights and the command ----------------------------------------------------------


def written(path: Path, inputs: list[str], target: str, classes: list[str]) -> Path:
    """A CSV file with these names of columns and classes."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*inputs, target])
    for i in range(6 * len(classes)):
        numbers = [i % len(classes) + i / (50 + n) for n in range(len(inputs))]
        writer.writerow([*numbers, classes[i % len(classes)]])
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    return path


def writable(label: str) -> str:
    """A label as a cell in UTF-8: no surrogates, no zeros, no spaces at its ends, not too long."""
    return re.sub("[\ud800-\udfff\0]", "�", label[:2000]).strip() or "empty"


def file_name(label: str) -> str:
    return re.sub("[/\0]", "", writable(label))[:40]


COLUMNS = list(dict.fromkeys(map(writable, HOSTILE.values())))


def test_the_command_trains_on_a_table_with_such_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = writable(HOSTILE["title"] + HOSTILE["controls"])
    table = written(tmp_path / "table.csv", COLUMNS, target, COLUMNS[:5])
    out, net = tmp_path / "out", tmp_path / "net.safetensors"
    asked = ["train", str(table), "--target", target, "--epochs", "1", "--quiet"]
    with unplotted_signs():
        assert main([*asked, "--hidden", "2", "--out", str(out), "--save", str(net)]) == 0
    printed = capsys.readouterr()
    assert_plain(printed.out + printed.err)
    texts = texts_of((out / "graph.svg").read_text(encoding="utf-8"))
    for column in COLUMNS:
        assert_shown(column, texts)
    texts_of((out / "network.svg").read_text(encoding="utf-8"))
    assert main(["predict", str(net), str(table)]) == 0
    head = next(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert head == [target, "probability"]  # data, to be read by another program
    assert load_extra(net)["preparation"]["inputs"] == COLUMNS


@EVERY
def test_the_command_tells_of_files_with_such_names(
    label: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = file_name(label)
    folder = tmp_path / name
    folder.mkdir()
    table = written(folder / f"{name}.csv", [name], "kind", ["yes", "no"])
    net = folder / f"{name}.safetensors"
    mg.save(mg.MLP(1, [1], seed=1), net)
    expression = ["a*b", "a=1", "b=2"]
    assert main(["predict", str(net), str(table)]) == 2
    assert main(["predict", str(table), str(table)]) == 2
    assert main(["train", str(table), "--target", writable(label)[:1500] + "?"]) == 2
    assert main(["train", name, "--out", str(table)]) == 2
    assert main(["draw", *expression, "-o", str(folder / f"{name}.svg")]) == 0
    assert main(["step", *expression, "--page", str(folder / f"{name}.html")]) == 0
    printed = capsys.readouterr()
    assert_plain(printed.out + printed.err)


@pytest.mark.parametrize("name", ["controls", "newlines", "dollars", "long"])
def test_a_plane_with_such_axes_is_drawn(name: str, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    inputs = [writable(HOSTILE[name]), writable(f"2{HOSTILE[name]}")]
    data = read_csv(written(tmp_path / "table.csv", inputs, "kind", inputs), "kind")
    model, preprocessing = mg.MLP(2, [1], output="sigmoid", seed=1), Preprocessing.fit(data)
    rows = preprocessing.transform(data.X)
    mg.fit(model, rows, data.y, loss="binary_cross_entropy", progress=False, epochs=1)
    plot_boundary(model, preprocessing, data, data, tmp_path / "plane.svg")
    ElementTree.parse(tmp_path / "plane.svg")


@EVERY
def test_a_file_of_weights_gives_it_back(label: str, tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    model = mg.MLP(1, [1], seed=1)
    mg.save(model, path, extra={label: [label]})
    assert load_extra(path) == {label: [label]}
    assert np.array_equal(
        [p.data for p in mg.load(path).parameters()], [p.data for p in model.parameters()]
    )


# --- Generated programs, and the pages of the course ------------------------------------------


@EVERY
def test_generated_programs_do_not_depend_on_it(label: str) -> None:
    def texts(name: str) -> list[str]:
        weight = Value(2.0, label=name)
        model = mg.MLP(2, [2, 1], seed=1)
        for p in model.parameters():
            p.path = name

        def function(x: list[Value]) -> Value:
            hidden: Value = model(x)
            hidden.label = name
            return hidden * weight

        plain = re.sub("[\0\ud800-\udfff]", "", name)
        function.__name__ = f"{plain}-"  # is no identifier
        f = mg.compile(function, example=([1.0, 2.0],))
        return [str(text) for text in (f.source, f.native_source, f.javascript)]

    def code(text: str) -> list[str]:
        return [re.sub(r"(#|//).*", "", line).rstrip() for line in text.splitlines()]

    name = f"{label}-" if label.isidentifier() else label  # an identifier may be used as one
    assert [*map(code, texts(name))] == [*map(code, texts("two words"))]


@EVERY
def test_the_page_of_a_quiz_holds_it_as_data(label: str) -> None:
    y = Value(2.0, label=label) * Value(3.0, label="b")
    read = Reader(quiz_page.html(mg.quiz(y)))
    *data, (own, script) = read.scripts
    assert all(attributes["type"] == "application/json" for attributes, _ in data)
    assert own == {}
    assert hashed(script) in read.policy
    assert_shown(label, [*read.texts, *(json.dumps(json.loads(text)) for _, text in data)])


@EVERY
def test_a_certificate_holds_a_name_as_text(label: str, tmp_path: Path) -> None:
    progress = Progress(tmp_path / "course.json")
    today = Given(0, shown=False, on="2026-01-31")
    progress.answers = {c.key: {q.id: today for q in c.questions} for c in checks()}
    try:
        read = Reader(certificate(label, progress))
    except InputError as error:
        assert_plain(str(error))
    else:
        assert read.scripts == []
        assert "default-src 'none'" in read.policy
        assert_shown(label, read.texts)
