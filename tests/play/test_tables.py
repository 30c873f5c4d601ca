"""Tables that are read on the page, and what is said of bad ones."""

from __future__ import annotations

from typing import Any

import pytest
from playground_node import Node

READ = """
const { text, inputs, target, task, classes } = given;
try {
  const table = readTable(text), found = { ...table, numeric: numericColumns(table) };
  if (inputs) found.examples = examplesFrom(table, inputs, target, { task, classes });
  return found;
} catch (error) {
  if (!(error instanceof TableError)) throw error;
  return { error: error.message };
}
"""


def read(node: Node, text: str, **more: Any) -> Any:
    return node(READ, {"text": text, "task": "binary", "classes": ["a", "b"], **more})


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("a,b\n1,2\n3,4\n", [["1", "2"], ["3", "4"]]),
        ("\ufeffa;b\r\n1,5;2\r\n3;4", [["1,5", "2"], ["3", "4"]]),
        ("a\tb\n1\t2\n\n3\t4\n", [["1", "2"], ["3", "4"]]),
        ('a,b\n"1, or ""one""",2\n"two\nlines",4\n', [['1, or "one"', "2"], ["two\nlines", "4"]]),
        ("1,2\n3,4\n", [["1", "2"], ["3", "4"]]),
    ],
    ids=["commas", "semicolons", "tabs", "quotes", "no names"],
)
def test_the_cells_of_a_table(node: Node, text: str, cells: list[list[str]]) -> None:
    assert [row["cells"] for row in read(node, text)["rows"]] == cells


def test_a_first_line_of_numbers_is_a_row(node: Node) -> None:
    assert read(node, "1,2\n3,4\n")["names"] == ["column 1", "column 2"]


def test_decimal_commas_are_read_in_a_table_with_semicolons(node: Node) -> None:
    found = read(node, "x;y;k\n1,5;2;a\n-3;4e1;b\n", inputs=[0, 1], target=2)
    assert found["examples"]["training"]["rows"] == [[1.5, 2], [-3, 40]]
    assert found["examples"]["training"]["labels"] == [0, 1]
    assert found["examples"]["classes"] == ["a", "b"]


def test_a_row_after_a_cell_of_several_lines_keeps_its_line_number(node: Node) -> None:
    found = read(node, 'x,y,k\n1,"2\n",a\n3,bad,b\n', inputs=[0, 1], target=2)
    assert found == {"error": "line 4, column “y”: “bad” is not a number"}


def test_a_regression_takes_numbers_as_targets(node: Node) -> None:
    found = read(node, "x,y\n1,2.5\n3,4\n", inputs=[0], target=1, task="regression", classes=[])
    assert found["examples"]["training"] == {"rows": [[1], [3]], "labels": [2.5, 4]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ("a\n1\n2\n", "the table has 1 column"),
        ("a,b\n", "the table has 0 rows of examples"),
        ("a,b\n1,2\n", "the table has 1 row of examples"),
        ("a,b\n1,2\n3\n", "line 3 has 1 cells, but line 1 has 2"),
        ('a,b\n1,"2\n3,4\n', "line 2: a quotation mark is opened and never closed"),
        ("a,b\n1,\0\n", "this is not a text file; save the table as CSV"),
    ],
)
def test_a_bad_table_is_refused_with_the_line(node: Node, text: str, said: str) -> None:
    assert read(node, text)["error"].startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x,y,k\n1,2,a\n3,?,b\n", "line 3, column “y”: “?” is not a number"),
        ("x,y,k\n1,2,a\n3,,b\n", "line 3, column “y”: the cell is empty; fill it in"),
        ("x,y,k\n1,2,a\n3,1e999,b\n", "line 3, column “y”: “1e999” is not a number"),
        ("x,y,k\n1,2,a\n3,4,\n", "line 3, column “k”: the cell is empty"),
        ("x,y,k\n1,2,a\n3,4,a\n", "column “k” has 1 different value; the network"),
        ("x,y,k\n1,2,a\n3,4,b\n5,6,c\n", "column “k” has 3 different values; the network"),
    ],
)
def test_bad_cells_are_refused_with_line_and_column(node: Node, text: str, said: str) -> None:
    assert read(node, text, inputs=[0, 1], target=2)["error"].startswith(said)


def test_a_column_is_not_taken_twice(node: Node) -> None:
    found = read(node, "x,y,k\n1,2,a\n3,4,b\n", inputs=[0, 0], target=2)
    assert found == {"error": "column “x” is chosen twice; choose another one"}
