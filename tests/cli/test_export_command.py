"""``micrograd-tut export``: files that give the predictions of ``micrograd-tut predict``."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut.cli import main

Capture = pytest.CaptureFixture[str]
ROWS = [
    (f"{20 + i % 9}.5", ("red", "blue", "green", "")[i % 4], "yes" if i % 3 else "no", f"{i}")
    for i in range(60)
]
TABLE = "size,colour,new,weight,kind,price\n" + "".join(
    f"{','.join(row)},{'plum' if i % 2 else 'pear'},{5 + i * 3}\n" for i, row in enumerate(ROWS)
)


@pytest.fixture(autouse=True)
def _in_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("micrograd_tut.cli.train._draw", lambda *args: None)
    Path("table.csv").write_text(TABLE, encoding="utf-8")


def train(*options: str) -> None:
    assert main(["train", *options, "--epochs", "5", "--quiet", "--save", "net"]) == 0


def predicted(table: str, capsys: Capture, *options: str) -> list[list[str]]:
    """The rows that `predict` prints."""
    capsys.readouterr()
    assert main(["predict", "net", table, *options]) == 0
    _, *rows = csv.reader(io.StringIO(capsys.readouterr().out))
    return rows


def run_onnx(inputs: dict[str, Any]) -> list[Any]:
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession("net.onnx", providers=["CPUExecutionProvider"])
    results: list[Any] = session.run(None, inputs)
    return results


@pytest.mark.parametrize("loss", ["categorical_cross_entropy", "binary_cross_entropy", "hinge"])
def test_onnx_takes_rows_of_a_table_with_texts_and_gives_class_names(
    loss: str, capsys: Capture
) -> None:
    pytest.importorskip("onnx")
    train("table.csv", "--target", "kind", "--drop", "price", "--missing", "mean", "--loss", loss)
    assert main(["export", "net", "--onnx", "net.onnx", "--dtype", "float64"]) == 0
    columns = {
        "size": np.array([[float(row[0])] for row in ROWS]),
        "colour": np.array([[row[1]] for row in ROWS], object),
        "new": np.array([[float(row[2] == "yes")] for row in ROWS]),
        "weight": np.array([[float(row[3])] for row in ROWS]),
    }
    labels, *probabilities = run_onnx(columns)
    options = [] if loss == "hinge" else ["--proba"]
    rows = predicted("table.csv", capsys, *options)
    assert labels.tolist() == [row[0] for row in rows]
    if probabilities:
        expected = [[float(p) for p in row[1:]] for row in rows]
        np.testing.assert_allclose(probabilities[0], expected, atol=5.1e-5)  # predict rounds


def test_onnx_fills_in_numbers_and_gives_the_target_in_its_units(capsys: Capture) -> None:
    pytest.importorskip("onnx")
    train("table.csv", "--target", "price", "--inputs", "size,weight", "--missing", "mean")
    assert main(["export", "net", "--onnx", "net.onnx", "--dtype", "float64"]) == 0
    Path("gaps.csv").write_text("size,weight\n,3\n21.5,\n22.5,40\n", encoding="utf-8")
    gaps = np.array([[np.nan, 3.0], [21.5, np.nan], [22.5, 40.0]])
    (found,) = run_onnx({"X": gaps})
    expected = [float(row[0]) for row in predicted("gaps.csv", capsys)]
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-12)


def exported() -> tuple[Any, dict[str, Any]]:
    """The program in net.pt2, and the names in it."""
    torch = pytest.importorskip("torch")
    extra = {"micrograd_tut.json": ""}
    program = torch.export.load("net.pt2", extra_files=extra)
    return program.module(), json.loads(extra["micrograd_tut.json"])


@pytest.mark.parametrize("data", ["iris", "breast_cancer", "table.csv"])
def test_torch_takes_raw_rows_and_gives_what_predict_gives(data: str, capsys: Capture) -> None:
    torch = pytest.importorskip("torch")
    options = ["--target", "price", "--inputs", "size,weight", "--missing", "mean"]
    train(data, *(options if data == "table.csv" else []))
    assert main(["export", "net", "--torch", "net.pt2"]) == 0
    module, names = exported()
    if data == "table.csv":
        rows = [[float(row[0]), float(row[3])] for row in ROWS] + [[float("nan"), 3.0]]
        Path("rows.csv").write_text(
            "size,weight\n" + "".join(f"{a},{b}\n" for a, b in rows), encoding="utf-8"
        )
        expected = [[float(row[0])] for row in predicted("rows.csv", capsys)]
    else:
        table = mg.data_set(data)
        rows = table.X[::20].tolist()
        lines = [
            ",".join(f'"{name}"' for name in table.inputs),
            *(",".join(map(str, r)) for r in rows),
        ]
        Path("rows.csv").write_text("\n".join(lines), encoding="utf-8")
        expected = [[float(p) for p in row[1:]] for row in predicted("rows.csv", capsys, "--proba")]
        assert names["classes"] == list(table.classes)
        assert names["inputs"] == list(table.inputs)
    found = module(torch.tensor(rows, dtype=torch.float64))
    np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-9, atol=5.1e-5)


def javascript(rows: list[Any]) -> list[Any]:
    """What predict(row) in net.mjs returns for each row; the message of an error."""
    node = shutil.which("node")
    if not node:
        pytest.skip("JavaScript needs node on PATH")
    Path("run.mjs").write_text(
        'import { predict } from "./net.mjs";\n'
        "const tried = (row) => { try { return predict(row); } catch (e) { return e.message; } };\n"
        f"console.log(JSON.stringify({json.dumps(rows)}.map(tried)));\n",
        encoding="utf-8",
    )
    done = subprocess.run([node, "run.mjs"], capture_output=True, check=True, encoding="utf-8")
    found: list[Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("loss", ["categorical_cross_entropy", "binary_cross_entropy", "hinge"])
def test_javascript_takes_raw_rows_and_gives_class_names(loss: str, capsys: Capture) -> None:
    train("table.csv", "--target", "kind", "--drop", "price", "--missing", "mean", "--loss", loss)
    assert main(["export", "net", "--javascript", "net.mjs"]) == 0
    names = ("size", "colour", "new", "weight")
    by_name = [dict(zip(names, row, strict=True)) for row in ROWS]
    found = javascript([*map(list, ROWS), *by_name])
    rows = predicted("table.csv", capsys, *([] if loss == "hinge" else ["--proba"]))
    assert [each["label"] for each in found] == 2 * [row[0] for row in rows]
    if loss != "hinge":
        expected = 2 * [[float(p) for p in row[1:]] for row in rows]
        probabilities = [[*each["probabilities"].values()] for each in found]
        np.testing.assert_allclose(probabilities, expected, atol=5.1e-5)  # predict rounds


def test_javascript_gives_a_number_in_the_units_of_the_target(capsys: Capture) -> None:
    train("table.csv", "--target", "price", "--inputs", "size,weight", "--missing", "mean")
    assert main(["export", "net", "--javascript", "net.mjs"]) == 0
    Path("gaps.csv").write_text("size,weight\n,3\n21.5,\n22.5,40\n", encoding="utf-8")
    found = javascript([[None, 3.0], ["21.5", ""], {"size": 22.5, "weight": 40}])
    expected = [float(row[0]) for row in predicted("gaps.csv", capsys)]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_javascript_reads_dates_and_answers_as_predict_does(capsys: Capture) -> None:
    rows = [
        (f"2024-0{1 + i % 9}-1{i % 7}", ("Yes", "n")[i % 2], str(i * 7 % 11)) for i in range(40)
    ]
    text = "day,member,spent\n" + "".join(f"{','.join(row)}\n" for row in rows)
    Path("visits.csv").write_text(text, encoding="utf-8")
    train("visits.csv", "--target", "spent", "--task", "regression")
    assert main(["export", "net", "--javascript", "net.mjs"]) == 0
    found = javascript([list(row[:2]) for row in rows])
    expected = [float(row[0]) for row in predicted("visits.csv", capsys)]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_javascript_refuses_a_cell_that_does_not_fit(capsys: Capture) -> None:
    train("table.csv", "--target", "price", "--inputs", "size,new")
    assert main(["export", "net", "--javascript", "net.mjs"]) == 0
    assert javascript([["big", "yes"], [20, "perhaps"], [None, "no"]]) == [
        "size: big is not a number",
        "new: perhaps is not yes or no",
        "size is missing; the network was trained without missing cells",
    ]


@pytest.mark.parametrize(
    ("outputs", "output"), [(1, "sigmoid"), (3, "softmax"), (2, "sigmoid"), (2, "linear")]
)
def test_javascript_of_a_network_without_preprocessing(outputs: int, output: str) -> None:
    model = mg.MLP(3, [4, outputs], output=output, seed=1)
    mg.save(model, "net")
    assert main(["export", "net", "--javascript", "net.mjs"]) == 0
    rows = [[1.0, 2.0, 3.0], [-1.0, 0.5, 2.0]]
    found = javascript(rows)
    if output == "linear":
        np.testing.assert_allclose(found, model.predict(rows), rtol=1e-12)
        return
    assert [each["label"] for each in found] == model.predict(rows).tolist()
    probabilities = [each["probabilities"] for each in found]
    numbers = [p if isinstance(p, list) else [*p.values()] for p in probabilities]
    np.testing.assert_allclose(numbers, model.predict_proba(rows), rtol=1e-12)


def test_a_network_without_preprocessing_is_exported_as_it_is(capsys: Capture) -> None:
    torch = pytest.importorskip("torch")
    model = mg.MLP(3, [4, 2], output="sigmoid", seed=1)
    mg.save(model, "net")
    assert main(["export", "net", "--torch", "net.pt2", "--dtype", "float32"]) == 0
    assert "net has no preprocessing" in capsys.readouterr().err
    module, _ = exported()
    found = module(torch.tensor([[1.0, 2.0, 3.0]]))
    np.testing.assert_allclose(found.detach(), model.predict_proba([[1, 2, 3]]), rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["net"], "one of the arguments --onnx --torch --javascript is required"),
        (["net", "--onnx", "missing/net.onnx"], "there is no folder"),
        (["missing", "--onnx", "net.onnx"], "missing: No such file"),
        (["table.csv", "--onnx", "net.onnx"], "cannot be loaded"),
        (["net", "--javascript", "net.mjs", "--dtype", "float32"], "computes in float64; remove"),
    ],
)
def test_errors_are_one_line(arguments: list[str], message: str, capsys: Capture) -> None:
    assert main(["export", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
