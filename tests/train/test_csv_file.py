"""CSV files: what is read, and the errors for malformed files."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from micrograd_tut.errors import DataError, InputError
from micrograd_tut.train.csv_file import Table, read_csv

GOOD = "size,weight,kind\n1,10,apple\n2,20,pear\n3,35.5,apple\n4,-1e-3,pear\n"


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "fruit.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_all_columns_but_the_target_are_inputs(tmp_path: Path) -> None:
    data = read_csv(written(tmp_path, GOOD), "kind")
    assert data.inputs == ("size", "weight")
    assert data.X.tolist() == [[1, 10], [2, 20], [3, 35.5], [4, -0.001]]
    assert data.classes == ("apple", "pear")
    assert data.y.tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        GOOD.replace(",", " , "),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\n\n"),
        GOOD.rstrip(),
        "\ufeff" + GOOD,
        GOOD.replace("apple", '"apple"'),
    ],
    ids=["semicolons", "tabs", "spaces", "crlf", "empty lines", "no end", "bom", "quotes"],
)
def test_common_csv_dialects_read_the_same(tmp_path: Path, text: str) -> None:
    data, plain = (read_csv(written(tmp_path, t), "kind") for t in (text, GOOD))
    assert data.X.tolist() == plain.X.tolist()
    assert (data.inputs, data.classes, data.y.tolist()) == (
        plain.inputs, plain.classes, plain.y.tolist(),
    )  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters=";\t"), max_size=12),
        min_size=2,
        max_size=4,
    ),
    st.lists(st.floats(-1e100, 1e100), min_size=4, max_size=12),
)
def test_output_of_the_csv_module_is_read_back(
    tmp_path: Path, names: list[str], numbers: list[float]
) -> None:
    names = [f"n{i} {name}".strip() for i, name in enumerate(names)]
    rows = [[x + i for i in range(len(names))] for x in numbers]
    text = io.StringIO()
    csv.writer(text).writerows([names, *rows])
    table = Table(written(tmp_path, text.getvalue()))
    assert table.columns == names
    assert np.stack([table.column(name) for name in names], axis=1).tolist() == rows


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        (GOOD.replace("20", "many"), 3, "'weight'", "'many' is not a number"),
        (GOOD.replace("20", ""), 3, "'weight'", "cells are missing: 'weight' 1 of 4"),
        (GOOD.replace("20", "nan"), 3, "'weight'", "cells are missing: 'weight' 1 of 4"),
        (GOOD.replace("20", "-Infinity"), 3, "'weight'", "'-Infinity' is not a finite number"),
        (GOOD.replace("20", "1e400"), 3, "'weight'", "'1e400' is not a finite number"),
        (GOOD.replace("20", "1e101"), 3, "'weight'", "too large"),
        (GOOD.replace("20", "1_0"), 3, "'weight'", "'1_0' is not a number"),
        (GOOD.replace("20", "0x10"), 3, "'weight'", "'0x10' is not a number"),
        (GOOD.replace(",20", ""), 3, "'kind'", "the row ends after 2 of 3 cells"),
        (GOOD.replace("20", "20,20"), 3, "4", "the row has 4 cells"),
        (GOOD.replace("pear\n3", "\n3"), 3, "'kind'", "the target is missing in 1 of 4 rows"),
        (GOOD.replace("pear", "apple"), 2, "'kind'", "only one class, 'apple'"),
        (GOOD.replace("weight", "size"), 1, "'size'", "columns 1 and 2 have the same name"),
        (GOOD.replace("weight", ""), 1, "2", "no name"),
        (GOOD.replace("kind", "sort"), 1, "'kind'", "the columns are 'size', 'weight', 'sort'"),
        (GOOD[GOOD.index("\n") + 1 :].replace("apple", "0").replace("pear", "1"), 1, "'1'",
         "looks like a row"),
        (GOOD[: GOOD.index("\n") + 1], 2, "'size'", "no rows"),
        ("kind\na\nb\n", 1, "'kind'", "the only column"),
        ("", 1, "1", "empty"),
        ("\n \n\n", 1, "1", "empty"),
        ('size,kind\n"a\nb",c\n', 2, "'size'", "texts of several lines"),
        ('size,kind\n1,"a\nb"\nx,c\n', 4, "'size'", "'x' is not a number"),
        (GOOD.replace("20", "2\x000"), 3, "'weight'", "is not a number"),
    ],
)  # fmt: skip
def test_error_gives_file_line_and_column(
    tmp_path: Path, text: str, line: int, column: str, message: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(DataError) as caught:
        read_csv(path, "kind")
    assert str(caught.value).startswith(f"{path}, line {line}, column {column}: ")
    assert message in str(caught.value)


def test_unclosed_quote_error_gives_the_line_where_it_opens(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("20", '"20'))
    with pytest.raises(DataError, match=r"fruit.csv, line 3: this is not CSV"):
        read_csv(path, "kind")


def test_error_for_utf8_with_a_broken_character_gives_line_and_column(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("kind", "größe").encode().replace(b"20", b"2\xe90"))
    with pytest.raises(DataError, match=r"line 3, column 4 \(in bytes\): .* \(byte 0xe9\)"):
        read_csv(path, "kind")


def test_directory_raises(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a directory"):
        read_csv(tmp_path, "kind")


def test_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_csv(tmp_path / "none.csv", "kind")


def test_missing_target_error_lists_the_columns(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"target=.* the columns are 'size', 'weight', 'kind'"):
        read_csv(written(tmp_path, GOOD))


def test_message_about_a_huge_cell_is_short(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("20", "x" * 100_000))
    with pytest.raises(DataError) as caught:
        read_csv(path, "kind")
    assert len(str(caught.value)) < 200 + len(str(path))


@pytest.mark.parametrize(
    ("cells", "classes"),
    [
        ("0 1 0 1", ("0", "1")),
        ("1.0 2 1 2.0", ("1", "2")),
        ("10 9 10 9", ("9", "10")),
        ("a b a b", ("a", "b")),
        ("0.5 1 0.5 1", ()),
        ("1 2 3 4", ()),
        (" ".join(f"{i} {i}" for i in range(21)), ()),
    ],
)
def test_default_task_depends_on_its_cells(
    tmp_path: Path, cells: str, classes: tuple[str, ...]
) -> None:
    text = "x,t\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(cells.split()))
    data = read_csv(written(tmp_path, text), "t")
    assert data.classes == classes
    if not classes:
        assert data.y.tolist() == [float(cell) for cell in cells.split()]


def test_word_among_numbers_of_a_target_raises(tmp_path: Path) -> None:
    path = written(tmp_path, "x,t\n1,0\n2,1\n3,one\n4,0\n")
    with pytest.raises(DataError, match="line 4, column 't': 'one' is not a number"):
        read_csv(path, "t")
    assert read_csv(path, "t", task="classification").classes == ("0", "1", "one")


def test_task_can_be_given(tmp_path: Path) -> None:
    path = written(tmp_path, "x,t\n1,0\n2,1\n3,0\n4,1\n")
    assert read_csv(path, "t", task="regression").classes == ()
    with pytest.raises(InputError, match="choose from classification, regression"):
        read_csv(path, "t", task="words")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | st.text(',;"\n\r\ta1.e-', max_size=40).map(str.encode))
def test_any_bytes_give_a_table_or_a_data_error(tmp_path: Path, data: bytes) -> None:
    path = written(tmp_path, data)
    try:
        text = f"{read_csv(path, 'a')}"
    except DataError as error:
        text = str(error)
    assert re.match(re.escape(str(path)) + r"(, line \d+(, column .*)?)?: ", text, re.DOTALL)
