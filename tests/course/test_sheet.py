"""The questions on paper and on the site: the same text, and only the key has the answers."""

from __future__ import annotations

import re
import shlex
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from micrograd_tut.cli import COMMANDS, command_parser, main
from micrograd_tut.cli.step import output_from_args
from micrograd_tut.course.check import NUMBERS
from micrograd_tut.course.markup import as_number, folded, inline, plain
from micrograd_tut.course.pictures import svg, text
from micrograd_tut.course.sheet import check_sheet
from micrograd_tut.course.source import check_of, checks

Capture = pytest.CaptureFixture[str]
KEYS = [check.key for check in checks()]


def visible(page: str) -> str:
    """What a page says, without pictures and tags."""
    bare = re.sub(r"<svg.*?</svg>|<style.*?</style>", "", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", bare)).split())


def said(part: str) -> str:
    return visible(inline(part))


@pytest.mark.parametrize("key", KEYS)
def test_the_sheet_asks_everything_and_explains_nothing(key: str) -> None:
    check = check_of(key)
    sheet = visible(check_sheet(check)[0])
    for question in check.questions:
        assert all(said(part) in sheet for part in question.text.split("\n\n"))
        for answer in question.answers:
            assert said(answer.why) not in sheet
            if question.kind not in NUMBERS and not answer.picture:
                assert said(answer.text) in sheet


@pytest.mark.parametrize("key", KEYS)
def test_the_key_explains_every_answer(key: str) -> None:
    check = check_of(key)
    solved = visible(check_sheet(check)[1])
    assert solved.count("Right: ") == len(check.questions)
    for question in check.questions:
        assert all(said(answer.why) in solved for answer in question.answers)
        if question.kind in NUMBERS:
            assert f"Right: {as_number(question, question.number)}. " in solved


def test_the_command_writes_a_sheet_and_its_key(tmp_path: Path, capsys: Capture) -> None:
    sheet, key = tmp_path / "sheet.html", tmp_path / "key.html"
    arguments = ["worksheet", "--lesson", "2", "-o", str(sheet), "--answers", str(key)]
    assert main(arguments) == 0
    assert sheet.read_text(encoding="utf-8") == check_sheet(check_of("2"))[0]
    assert key.read_text(encoding="utf-8") == check_sheet(check_of("2"))[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--lesson", "2", "--level", "3"], "--level only applies to exercises; remove it"),
        (["--lesson", "99"], "there is no lesson '99'; use 1 to 15, or course"),
    ],
)
def test_what_does_not_fit_a_lesson_is_refused(
    arguments: list[str], message: str, tmp_path: Path, capsys: Capture
) -> None:
    sheet = tmp_path / "sheet.html"
    assert main(["worksheet", "-o", str(sheet), *arguments]) == 2
    assert message in capsys.readouterr().err
    assert not sheet.exists()


def test_pages_to_print_load_nothing_and_have_a_strict_policy() -> None:
    for page in check_sheet(check_of("4")):
        assert "default-src 'none'; style-src 'sha256-" in page
        assert not re.search(r"<script|\b(?:src|href)=|url\(| style=", page)


# --- On the site ----------------------------------------------------------------------------


class Nesting(HTMLParser):
    """Checks that every element that is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("key", KEYS)
def test_the_answers_on_the_site_are_folded_and_need_no_script(key: str) -> None:
    check = check_of(key)
    page = folded(check)
    parser = Nesting()
    parser.feed(page)
    assert parser.open == []
    assert "<script" not in page
    folds = [1 if q.kind in NUMBERS else len(q.answers) for q in check.questions]
    assert page.count("<details ") == sum(folds)
    assert page.count("open") == visible(page).count("open")  # no fold starts open
    for question in check.questions:
        assert all(said(answer.why) in visible(page) for answer in question.answers)


# --- Marks and pictures ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "html", "shown"),
    [
        ("`a * b * c` < 1", "<code>a * b * c</code> &lt; 1", "a * b * c < 1"),
        ("how *large* it is", "how <em>large</em> it is", "how large it is"),
        ("2 * 3 * 4", "2 * 3 * 4", "2 * 3 * 4"),
        ("<script>", "&lt;script&gt;", "<script>"),
    ],
)
def test_code_and_emphasis_are_marked(written: str, html: str, shown: str) -> None:
    assert inline(written) == html
    assert plain(written) == shown


def pictured() -> list[tuple[Any, Any, str]]:
    return [
        (picture, question.where, f"{check.key}/{question.id}")
        for check in checks()
        for question in check.questions
        for picture in (question.picture, *(answer.picture for answer in question.answers))
        if picture
    ]


def test_every_picture_is_well_formed_and_has_a_text_for_a_terminal() -> None:
    assert len(pictured()) > 50
    for picture, where, name in pictured():
        root = ElementTree.fromstring(svg(picture, where, 'a "picture" & more'))
        assert root.get("aria-label"), name
        assert all(len(line) <= 60 for line in text(picture, where)), name
        assert text(picture, where), name


def test_a_plot_shows_its_curve_at_the_right_heights() -> None:
    root = ElementTree.fromstring(svg({"plot": "x ** 2", "range": [0, 2]}, {}, "a square"))
    line = next(e for e in root.iter() if e.tag.endswith("polyline"))
    points = [tuple(map(float, point.split(","))) for point in line.get("points", "").split()]
    (left, bottom), (right, top) = points[0], points[-1]
    for x, y in points:
        along = (x - left) / (right - left)
        assert (bottom - y) / (bottom - top) == pytest.approx(along**2, abs=0.01)


def test_the_heights_of_a_plot_begin_at_zero_so_that_what_is_level_looks_level() -> None:
    slow = text({"plot": "8 - 0.1 * x", "range": [0, 10]}, {})
    assert slow[0].startswith("8 |**")
    assert slow[7].startswith("0 |")
    assert sum("*" in line for line in slow) <= 2


# --- For teachers ---------------------------------------------------------------------------

GUIDE = Path(__file__).parents[2] / "docs" / "howto" / "teach-the-course.md"


def commands(text: str) -> list[list[str]]:
    """The commands of a page that call micrograd-tut, without a loop around them."""
    found = re.findall(r"^\$ (?:for .* do )?micrograd-tut (.*?)(?:; done)?$", text, re.MULTILINE)
    return [shlex.split(line.replace("$n", "7")) for line in found]


def test_the_commands_for_teachers_are_ones_that_the_command_knows() -> None:
    if not GUIDE.exists():
        pytest.skip("an installed package has no guide beside it")
    found = commands(GUIDE.read_text(encoding="utf-8"))
    assert len(found) > 10
    for arguments in found:
        args = command_parser(COMMANDS).parse_args(arguments)
        if args.run.__module__.endswith("step"):
            output_from_args(args)


def test_the_guide_for_teachers_has_every_lesson_once_in_eight_classes() -> None:
    if not GUIDE.exists():
        pytest.skip("an installed package has no guide beside it")
    text = GUIDE.read_text(encoding="utf-8")
    classes = re.findall(r"^## [1-8]\. .*?^```{misconceptions} ([^\n]*)$", text, re.M | re.S)
    assert len(classes) == 8
    assert " ".join(classes).split() == [*(str(n) for n in range(1, 16)), "course"]
    linked = re.findall(r"\.\./lessons/(\d\d-[\w-]+)\.md", text)
    assert linked == [check.page for check in checks() if check.page]
