"""CSV files: what is read, and the errors for malformed files."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import os
import re
import sys
import threading
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder

from micrograd_tut.errors import DataError, InputError, MissingPartError
from micrograd_tut.train import text_file
from micrograd_tut.train.csv_file import Table, read_csv

GOOD = "size,weight,kind\n1,10,apple\n2,20,pear\n3,35.5,apple\n4,-1e-3,pear\n"


def zipped(files: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


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
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters=";\t\0"), max_size=12),
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


# --- Texts, missing cells, and choices of columns -------------------------------------------

FRUIT = (
    "id,weight,colour,ripe,picked,kind\n"
    "11,6,blue,yes,2024-01-31,plum\n"
    "12,,red,no,2024-02-01,pear\n"
    "13,9,red,NA,2024-02-02,plum\n"
    "14,12,?,yes,2024-02-03,pear\n"
)


def test_missing_cells_are_counted_by_column(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_csv(written(tmp_path, FRUIT), "kind")
    text = str(caught.value)
    assert "line 3, column 'weight': cells are missing: 'weight' 1, 'colour' 1, 'ripe' 1" in text
    assert "--missing mean, --missing most_frequent or --missing drop" in text


@pytest.mark.parametrize("cell", ["", "NA", "?", "NaN", "-", "N/A", "null", " "])
def test_ways_to_leave_a_cell_out(tmp_path: Path, cell: str) -> None:
    path = written(tmp_path, GOOD.replace("20", cell))
    assert read_csv(path, "kind", missing="mean").X[1, 1] == np.mean([10, 35.5, -1e-3])


@pytest.mark.parametrize("strategy", ["mean", "most_frequent"])
def test_missing_numbers_are_filled_in_as_by_scikit_learn(tmp_path: Path, strategy: str) -> None:
    X = np.random.default_rng(0).integers(0, 5, (40, 3)).astype(float)
    X[::7, 1] = np.nan
    lines = [",".join("" if x != x else f"{x:g}" for x in row) + f",{i % 2}\n"
             for i, row in enumerate(X)]  # fmt: skip
    data = read_csv(written(tmp_path, "a,b,c,t\n" + "".join(lines)), "t", missing=strategy)
    expected = SimpleImputer(strategy=strategy).fit_transform(X)
    assert pytest.approx(expected, rel=1e-15) == data.X


def test_missing_text_becomes_the_most_frequent_one(tmp_path: Path) -> None:
    data = read_csv(written(tmp_path, FRUIT), "kind", missing="mean", inputs=["colour"])
    assert data.inputs == ("colour=blue", "colour=red")
    assert data.X.tolist() == [[1, 0], [0, 1], [0, 1], [0, 1]]


def test_rows_with_missing_cells_can_be_left_out(tmp_path: Path) -> None:
    text = FRUIT + "15,7,red,no,2024-02-04,pear\n"
    data = read_csv(written(tmp_path, text), "kind", missing="drop")
    assert data.X[:, 0].tolist() == [11, 15]
    assert "Rows with missing cells, left out: 3." in data.notes


def test_row_without_a_target_is_left_out_with_missing(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("35.5,apple", "35.5,"))
    assert read_csv(path, "kind", missing="mean").y.tolist() == [0, 1, 1]


def test_texts_are_one_hot_as_in_scikit_learn(tmp_path: Path) -> None:
    colours = ["red", "blue", "green", "red", "blue"]
    lines = [f"{colour},{i % 2}\n" for i, colour in enumerate(colours)]
    data = read_csv(written(tmp_path, "colour,t\n" + "".join(lines)), "t")
    encoder = OneHotEncoder(sparse_output=False)
    expected = encoder.fit_transform(np.array(colours)[:, None])
    assert data.X.tolist() == expected.tolist()
    assert data.inputs == tuple(f"colour={name}" for name in encoder.categories_[0])
    assert "One-hot inputs, 0 or 1: colour: 3 categories." in data.notes


@pytest.mark.parametrize("words", ["yes no", "True False", "y n", "TRUE FALSE", "t f"])
def test_answers_become_1_and_0(tmp_path: Path, words: str) -> None:
    yes, no = words.split()
    path = written(tmp_path, f"a,b,t\n{yes},1,p\n{no},2,q\n{no},3,p\n")
    assert read_csv(path, "t").X[:, 0].tolist() == [1, 0, 0]


def test_dates_become_days(tmp_path: Path) -> None:
    data = read_csv(written(tmp_path, FRUIT), "kind", inputs=["picked"])
    assert (data.X[:, 0] - data.X[0, 0]).tolist() == [0, 1, 2, 3]
    assert "Dates are days since 1970-01-01: picked." in data.notes


def test_dates_in_another_order_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "d,t\n3.4.2024,a\n4.3.2024,b\n")
    with pytest.raises(DataError, match=r"line 2, column 'd': '3.4.2024' .* --drop d"):
        read_csv(path, "t")


def test_more_than_50_categories_are_refused(tmp_path: Path) -> None:
    text = "town,t\n" + "".join(f"town {i % 51},{i % 2}\n" for i in range(510))
    with pytest.raises(DataError, match=r"line 2, column 'town': .* 51 different .* --drop town"):
        read_csv(written(tmp_path, text), "t")
    assert len(read_csv(written(tmp_path, text.replace("town 50", "town 1")), "t").inputs) == 50


def test_one_error_lists_all_columns_of_free_text_and_the_gaps(tmp_path: Path) -> None:
    lines = [f"n{i},s{i},{'' if i == 3 else i},{i % 2}\n" for i in range(12)]
    path = written(tmp_path, "name,seat,age,t\n" + "".join(lines))
    with pytest.raises(DataError, match=r"--drop name,seat. Also, cells are missing: 'age' 1"):
        read_csv(path, "t")
    assert read_csv(path, "t", drop=["name", "seat"], missing="mean").inputs == ("age",)


def test_name_with_a_comma_is_quoted_in_the_advice(tmp_path: Path) -> None:
    text = '"a, b",t\n' + "".join(f"n{i},{i % 2}\n" for i in range(12))
    with pytest.raises(DataError, match="""--drop '"a, b"'"""):
        read_csv(written(tmp_path, text), "t")


def test_texts_of_several_lines_are_refused_at_their_line(tmp_path: Path) -> None:
    path = written(tmp_path, 'x,note,t\n1,"a\nb",0\n2,"c\nd",1\noops,e,0\n')
    with pytest.raises(DataError, match=r"line 2, column 'note': .*several lines.* --drop note"):
        read_csv(path, "t", drop=["x"])
    with pytest.raises(DataError, match=r"line 6, column 'x': 'oops' is not a number"):
        read_csv(path, "t", drop=["note"])


def test_numbers_can_be_categories(tmp_path: Path) -> None:
    path = written(tmp_path, "rooms,t\n1,0\n2,1\n3+,0\n2,1\n")
    with pytest.raises(DataError, match=r"line 4, column 'rooms': '3\+' .*--categories rooms"):
        read_csv(path, "t")
    data = read_csv(path, "t", categories=["rooms"])
    assert data.inputs == ("rooms=1", "rooms=2", "rooms=3+")


def test_column_that_counts_the_rows_is_reported(tmp_path: Path) -> None:
    text = "id,x,t\n" + "".join(f"{i + 501},{i * i % 7},{i % 2}\n" for i in range(9))
    data = read_csv(written(tmp_path, text), "t")
    assert "'id' counts the rows" in data.notes[0]
    assert "--id id" in data.notes[0]
    assert read_csv(written(tmp_path, text), "t", ids=["id"]).notes == ()


def test_column_cannot_be_target_and_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'kind' is the target"):
        read_csv(written(tmp_path, GOOD), "kind", inputs=["kind"])
    with pytest.raises(InputError, match="'size' is dropped"):
        read_csv(written(tmp_path, GOOD), "kind", inputs=["size"], drop=["size"])


# --- Headers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "6.0,0,ripe\n6.9,1,raw\n7.7,1,ripe\n",
        "1,2\n3,4\n",
        "red,sour\nblue,sweet\nred,sweet\n",
        "2024-01-31,a\n2024-02-01,b\n",
        "$5,x\n$6,y\n",
        "Ann,1,3\nBob,2,4\n",
    ],
)
def test_first_row_is_never_lost(tmp_path: Path, text: str) -> None:
    path, count = written(tmp_path, text), text.count("\n")
    with pytest.raises(DataError, match=r"line 1, .*--no-header .*--columns a,b.*--header"):
        Table(path)
    assert len(Table(path, header=False)) == count
    assert len(Table(path, header=True)) == count - 1


@pytest.mark.parametrize(
    "text", [GOOD, "a,b\n1,x\n", "country,2019,age\nfr,1,3\nde,2,4\n", "x\nNA\n1\n"]
)
def test_header_is_recognised(tmp_path: Path, text: str) -> None:
    assert Table(written(tmp_path, text)).columns == text.split("\n")[0].split(",")


def test_columns_without_a_header_are_numbered_or_named(tmp_path: Path) -> None:
    path = written(tmp_path, "1,x\n2,y\n")
    assert Table(path, header=False).columns == ["column 1", "column 2"]
    assert read_csv(path, "b", columns=["a", "b"]).X.tolist() == [[1], [2]]
    with pytest.raises(InputError, match=r"name 1 columns, but .* has 2"):
        Table(path, columns=["a"])


# --- How files are written ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "assumed"),
    [
        ("sep=;\r\na;b;t\r\n6,5;1;x\r\n7,0;2;y\r\n",
         "semicolons, first line sep=;, line ends CRLF, decimal comma in a"),
        ("a|b|t\n6.5|1|x\n7|2|y\n", "separator |"),
        ("|a|b|t|\n|---|---|---|\n|6.5|1|x|\n|7|2|y|\n", "separator |, empty columns left out"),
        ("a   b  t\n6.5  1  x\n7  2  y\n", "separator spaces"),
        ("  a b t\n 6.5 1 x\n 7   2 y\n", "separator spaces"),
        ("a,b,t,\n6.5,1,x,\n7,2,y,\n", "empty columns left out"),
        ("a,b,t\n6.5,1,x,\n7,2,y,\n", "empty columns left out"),
        ("# note, one\n# two\na,b,t\n6.5,1,x\n# three\n7,2,y\n", "comments that begin with #"),
        ("a,b,t\n6.5,1,x\n7,2,y\n".encode("utf-16"), "encoding utf-16"),
        ("a,b,t\n6.5,1,x\n7,2,y\n".encode("utf-16-le"), "encoding utf-16-le"),
        ("a,b,t\n6.5,1,x\n7,2,y\n".encode("utf-16-be"), "encoding utf-16-be"),
        ("a,b,t\r6.5,1,x\r7,2,y\r", "line ends CR"),
        (gzip.compress(b"a,b,t\n6.5,1,x\n7,2,y\n", mtime=0), "compression gzip"),
        (zipped({"in/t.csv": "a,b,t\n6.5,1,x\n7,2,y\n"}), "compression zip, file in/t.csv"),
        ("a,b,t\n$6.50,1%,x\n$7,2%,y\n", "currency $ in a, per cent signs in b"),
        ('a,b,t\n6.5,"1",x\n7,2,y\n;;\n'.replace(",", ";"), "separator semicolons"),
    ],
)  # fmt: skip
def test_file_is_read_and_its_ways_are_reported(
    tmp_path: Path, content: str | bytes, assumed: str
) -> None:
    data = read_csv(written(tmp_path, content), "t")
    assert data.X.tolist() == [[6.5, 1], [7, 2]]
    assert (data.inputs, data.classes) == (("a", "b"), ("x", "y"))
    assert len(data.notes) == 1
    assert assumed in data.notes[0]


def test_cp1252_is_reported(tmp_path: Path) -> None:
    data = read_csv(written(tmp_path, "a,t\n1,grün\n2,rot\n".encode("cp1252")), "t")
    assert data.classes == ("grün", "rot")
    assert data.notes == ("Assumed: encoding cp1252.",)


@pytest.mark.parametrize("start", [0, 1, 501])
def test_nameless_column_that_counts_the_rows_is_left_out(tmp_path: Path, start: int) -> None:
    text = ",x,t\n" + "".join(f"{i + start},{i * i},{i % 2}\n" for i in range(6))
    data = read_csv(written(tmp_path, text), "t")
    assert data.inputs == ("x",)
    assert data.notes == ("Column 1 has no name and counts the rows: left out.",)


def test_names_of_rows_as_r_writes_them_are_left_out(tmp_path: Path) -> None:
    data = read_csv(written(tmp_path, '"x","t"\n"r1",1,"a"\n"r2",2,"b"\n'), "t")
    assert data.inputs == ("x",)


def test_column_named_with_a_hash_is_not_a_comment(tmp_path: Path) -> None:
    assert Table(written(tmp_path, "#,x,t\n1,2,a\n2,5,b\n")).columns == ["#", "x", "t"]


def test_separators_in_quotes_do_not_separate(tmp_path: Path) -> None:
    data = read_csv(written(tmp_path, 'a,b,t\n1,"x; y",p\n2,"z; w",q\n'), "t")
    assert data.inputs == ("a", "b=x; y", "b=z; w")


def test_short_row_is_not_a_missing_cell(tmp_path: Path) -> None:
    path = written(tmp_path, "a,t,b\n1,x,2\n2,y\n3,x,4\n")
    with pytest.raises(DataError, match="line 3, column 'b': the row ends after 2 of 3 cells"):
        read_csv(path, "t", missing="mean")


def test_text_far_down_a_column_of_numbers_is_found(tmp_path: Path) -> None:
    path = written(tmp_path, "a,t\n" + "1,x\n2,y\n" * 200_000 + "oops,x\n")
    with pytest.raises(DataError, match="line 400002, column 'a': 'oops' is not a number"):
        read_csv(path, "t")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (zipped({"[Content_Types].xml": "", "xl/a.xml": ""}), "this is a spreadsheet"),
        (zipped({"a.csv": "a", "b.csv": "b"}), "the archive holds 2 files"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:-4], "cannot be unpacked"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        Table(written(tmp_path, content))


def test_without_pandas_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingPartError, match=r'pip install "micrograd-tut\[data\]"'):
        read_csv(written(tmp_path, GOOD), "kind")


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        (range(1, 4), "'t' is treated as 3 classes; to predict it as a number, add --task regr"),
        (range(25), "'t' is treated as a number; if its 25 values are classes, add --task class"),
    ],
)
def test_target_that_can_be_read_in_two_ways_is_reported(
    tmp_path: Path, cells: range, note: str
) -> None:
    text = "x,t\n" + "".join(f"{i % 5},{cell}\n" for i, cell in enumerate([*cells] * 3))
    path = written(tmp_path, text)
    assert note in read_csv(path, "t").notes[-1]
    task = "regression" if len(cells) < 20 else "classification"
    data = read_csv(path, "t", task)
    assert len(data.classes) == (0 if task == "regression" else len(cells))
    assert data.notes == ()


@pytest.mark.parametrize("shape", ["columns", "classes"])
def test_time_to_read_is_linear_in_columns_and_classes(tmp_path: Path, shape: str) -> None:
    def seconds(count: int) -> float:
        text = "x,t\n" + "".join(f"{i % 7},k{i}\n{i % 5},k{i}\n" for i in range(count))
        if shape == "columns":
            rows = [",".join(f"c{i}" for i in range(count)), *([",".join(["1"] * count)] * 3)]
            text = "\n".join([*rows, ",".join(["2"] * count)])
        path = written(tmp_path, text)
        target, task = ("c0", "regression") if shape == "columns" else ("t", "classification")
        start = time.process_time()
        read_csv(path, target, task)
        return time.process_time() - start

    seconds(100)
    assert seconds(16_000) < 12 * seconds(4_000) + 0.5  # 16 times as long if quadratic


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


# --- Files that are not what they seem --------------------------------------------------------


@pytest.mark.parametrize(
    "pack",
    [
        gzip.compress,
        lambda data: zipped({"t.csv": data.decode()}),
        lambda data: gzip.compress(data[:900]) + gzip.compress(data[900:]),
    ],
)
def test_a_table_that_unpacks_to_too_much_is_refused(
    pack: Callable[[bytes], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(pack(b"a,b,t\n" + b"1,2,x\n3,4,y\n" * 200))
    monkeypatch.setattr(text_file, "UNPACKED", 2_406)
    assert len(read_csv(path, "t").y) == 400
    monkeypatch.setattr(text_file, "UNPACKED", 2_405)
    with pytest.raises(DataError, match=r"more than 2,405 bytes when it is unpacked; .* unpack it"):
        read_csv(path, "t")


def test_a_table_that_unpacks_to_too_much_is_not_unpacked_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"1,2,3\n" * 10_000_000, 1))
    monkeypatch.setattr(text_file, "UNPACKED", 3_000_000)
    tracemalloc.start()
    with pytest.raises(DataError, match="when it is unpacked"):
        read_csv(path, "1")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000  # of 60,000,000


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (lzma.compress(b"a,t\n1,2\n"), "compressed with xz; unpack it"),
        (bz2.compress(b"a,t\n1,2\n"), "compressed with bzip2; unpack it"),
        (bytes.fromhex("28b52ffd0458"), "compressed with zstd; unpack it"),
        (b"PAR1\x15\x04\x15", "a Parquet file; save it as CSV"),
        (bytes.fromhex("d0cf11e0a1b11ae1"), "a spreadsheet; save it as CSV"),
        (b"SQLite format 3\0\x10", "a database"),
    ],
)
def test_another_format_is_named(content: bytes, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"this is {kind}"):
        read_csv(path, "t")


def test_the_name_of_a_file_in_an_archive_is_shown_without_signs_that_act(tmp_path: Path) -> None:
    path = tmp_path / "t.zip"
    path.write_bytes(zipped({"\x1b[31mt.csv": "a,t\n6.5,x\n7,y\n"}))
    assert read_csv(path, "t").notes[0] == "Assumed: compression zip, file �[31mt.csv."


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs the devices of a Unix")
def test_a_device_is_refused_and_a_pipe_is_read(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="this is a device"):
        read_csv("/dev/zero", "t")
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=("a,t\n1.5,x\n2,y\n",))
    writer.start()
    assert read_csv(tmp_path / "pipe", "t").X.tolist() == [[1.5], [2.0]]
    writer.join()
