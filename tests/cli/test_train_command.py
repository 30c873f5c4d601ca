"""``micrograd-tut train`` and ``predict``, from the table to the predictions."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

import micrograd_tut as mg
from micrograd_tut.cli import main
from micrograd_tut.train.losses import LOSSES

Capture = pytest.CaptureFixture[str]
FRUIT = "size,weight,kind\n" + "".join(
    f"{i % 7},{i % 5 + (0 if i % 2 else 9)},{'plum' if i % 2 else 'pear'}\n" for i in range(40)
)


@pytest.fixture(autouse=True)
def _in_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the pictures, which take longer than the rest."""
    monkeypatch.setattr("micrograd_tut.cli.train._draw", lambda *args: None)


plain = pytest.mark.usefixtures("without_pictures")


def accuracy(text: str) -> float:
    """The printed accuracy on the test set, in per cent."""
    match = re.search(r"^test set +[\d.e+-]+ +([\d.]+)%$", text, re.MULTILINE)
    assert match, text
    return float(match[1])


def confusion(text: str, classes: list[str]) -> list[list[int]]:
    """The counts of the printed confusion matrix."""
    rows = [line.split() for line in text.splitlines()]
    return [[int(cell) for cell in row[1:]] for row in rows if row and row[0] in classes]


# --- Training -------------------------------------------------------------------------------


def test_iris_is_learned_and_drawn_at_default_settings(capsys: Capture) -> None:
    assert main(["train", "iris", "--quiet"]) == 0
    output = capsys.readouterr().out
    assert accuracy(output) >= 93
    assert "150 rows, 4 inputs" in output
    assert re.search(r"^total +131$", output, re.MULTILINE)
    for name in ("setosa", "versicolor", "virginica"):
        assert name in output
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "gradients.svg", "graph.svg", "history.png", "network.svg",
    ]  # fmt: skip
    ElementTree.parse("out/graph.svg")
    assert "petal width (cm)" in Path("out/graph.svg").read_text()
    assert Path("out/history.png").read_bytes().startswith(b"\x89PNG")


@plain
@pytest.mark.full
@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("wine", 94),
        ("breast_cancer", 94),
        ("digits", 94),
        ("moons", 93),
        ("circles", 97),
        ("xor", 97),
    ],
)
def test_every_data_set_is_learned_by_default(name: str, least: float, capsys: Capture) -> None:
    assert main(["train", name, "--quiet"]) == 0
    assert accuracy(capsys.readouterr().out) >= least


@plain
def test_confusion_matrix_counts_the_test_set(capsys: Capture) -> None:
    assert main(["train", "iris", "--epochs", "3", "--quiet"]) == 0
    output = capsys.readouterr().out
    counts = confusion(output, ["setosa", "versicolor", "virginica"])
    assert [sum(row) for row in counts] == [12, 12, 12]
    right = sum(counts[i][i] for i in range(3))
    assert accuracy(output) == pytest.approx(100 * right / 36, abs=0.06)


@plain
def test_two_runs_with_the_same_seed_print_the_same(capsys: Capture) -> None:
    output = []
    for _ in range(2):
        assert main(["train", "xor", "--epochs", "2", "--seed", "5", "--quiet"]) == 0
        output.append(capsys.readouterr().out)
    assert output[0] == output[1]


def test_decision_boundary_of_two_inputs_is_plotted() -> None:
    assert main(["train", "xor", "--epochs", "1", "--quiet", "--out", "a/b"]) == 0
    assert Path("a/b/boundary.png").read_bytes().startswith(b"\x89PNG")


@plain
def test_progress_bar_shows_loss_and_accuracy(capsys: Capture) -> None:
    assert main(["train", "xor", "--epochs", "2"]) == 0
    shown = capsys.readouterr().err
    assert "loss=" in shown
    assert "accuracy=" in shown


@plain
@pytest.mark.parametrize("loss", [n for n, loss in LOSSES.items() if loss.task != "regression"])
def test_every_classification_loss_learns_two_classes(loss: str, capsys: Capture) -> None:
    Path("fruit.csv").write_text(FRUIT)
    argv = ["train", "fruit.csv", "--target", "kind", "--loss", loss, "--hidden", ""]
    assert main([*argv, "--epochs", "15", "--lr", "0.2", "--quiet"]) == 0
    output = capsys.readouterr().out
    assert f"Loss {loss}" in output
    assert accuracy(output) == 100
    assert confusion(output, ["pear", "plum"]) == [[5, 0], [0, 5]]


@plain
@pytest.mark.parametrize("loss", [n for n, loss in LOSSES.items() if loss.task == "regression"])
def test_every_regression_loss_learns_a_line_in_the_units_of_the_table(
    loss: str, capsys: Capture
) -> None:
    rows = [f"{x},{y},{1000 * x - 300 * y + 50_000}\n" for x in range(6) for y in range(6)]
    Path("houses.csv").write_text("rooms,noise,price\n" + "".join(rows))
    argv = ["train", "houses.csv", "--target", "price", "--loss", loss, "--hidden", ""]
    assert (
        main(
            [
                *argv,
                "--epochs",
                "30",
                "--lr",
                "0.1",
                "--schedule",
                "cosine",
                "--quiet",
                "--save",
                "m",
            ]
        )
        == 0
    )
    output = capsys.readouterr().out
    assert "the inputs and the target are standardised" in output
    assert "mean absolute error of price" in output
    assert main(["predict", "m", "houses.csv"]) == 0
    predictions = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    expected = [float(row.split(",")[2]) for row in rows]
    assert [float(row["price"]) for row in predictions] == pytest.approx(expected, abs=150)


def test_every_option_has_its_effect(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {}

    def fit(model: mg.MLP, X: list[list[float]], y: list[float], **options: object) -> mg.History:
        given.update(options)
        return mg.fit(model, X, y, **options)

    monkeypatch.setattr("micrograd_tut.cli.train.fit", fit)
    argv = (
        "train moons --hidden 4,3 --activation tanh --init he --optimizer sgd --momentum 0.9 "
        "--lr 0.05 --schedule cosine --epochs 3 --batch-size 50 --l2 1e-4 --clip 1 --seed 1 "
        "--validation 0.2 --patience 2 --held-out 0.3 --diagnose --quiet --detail layers "
        "--edges flow --theme dark --direction TB"
    )
    assert main(argv.split()) == 0
    output = capsys.readouterr().out
    assert "SGD(lr=0.05, momentum=0.9" in output
    assert "140 training rows, 60 test rows; the inputs are standardised" in output
    assert re.search(r"^ +1 +2 +4 +tanh +he +12$", output, re.MULTILINE)
    assert re.search(r"^layer +activation +dead +saturated", output, re.MULTILINE)
    expected = {
        "epochs": 3, "batch_size": 50, "l2": 1e-4, "clip": 1.0, "seed": 1, "validation": 0.2,
        "early_stopping": 2, "schedule": "cosine", "progress": False, "metrics": ["accuracy"],
    }  # fmt: skip
    assert {name: given[name] for name in expected} == expected


@plain
def test_problems_of_the_network_are_printed_by_default(capsys: Capture) -> None:
    argv = ["train", "xor", "--epochs", "1", "--init", "zeros", "--quiet"]
    assert main(argv) == 0
    assert "all units within layer 1 are identical" in capsys.readouterr().out
    assert main(["train", "xor", "--epochs", "1", "--quiet"]) == 0
    assert "all units" not in capsys.readouterr().out


@plain
@pytest.mark.parametrize(
    ("activation", "hidden", "init"),
    [("relu", "3", "he"), ("gelu", "3", "he"), ("tanh", "3", "xavier"), ("relu", "", "xavier")],
)
def test_default_init_is_the_one_that_diagnose_recommends(
    activation: str, hidden: str, init: str, capsys: Capture
) -> None:
    argv = ["train", "xor", "--epochs", "1", "--activation", activation, "--hidden", hidden]
    assert main([*argv, "--quiet"]) == 0
    assert re.search(rf"^ +1 +2 .* {init} ", capsys.readouterr().out, re.MULTILINE)


@plain
def test_diagnosis_uses_examples_of_every_class(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels: list[float] = []

    def diagnose(model: mg.MLP, X: list[list[float]], y: list[float], loss: object) -> object:
        labels.extend(y)
        return mg.diagnose(model, X, y, loss)

    monkeypatch.setattr("micrograd_tut.train.report.diagnose", diagnose)
    assert main(["train", "iris", "--epochs", "1", "--quiet"]) == 0  # sorted by class
    assert {*labels} == {0, 1, 2}
    assert len(labels) <= 100


def test_without_matplotlib_the_graph_is_written_and_a_message_printed(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    assert main(["train", "xor", "--epochs", "1", "--quiet"]) == 0
    assert Path("out/graph.svg").exists()
    assert 'pip install "micrograd-tut[plot]"' in capsys.readouterr().err


def test_ctrl_c_stops_training_and_the_results_are_printed(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("micrograd_tut.train.optim.Adam.update", interrupted)
    assert main(["train", "xor", "--quiet"]) == 0
    output = capsys.readouterr().out
    assert "Stopped: interrupted in epoch 1." in output
    assert accuracy(output) <= 100
    assert Path("out/graph.svg").exists()


# --- Predicting -----------------------------------------------------------------------------


@plain
def test_saved_network_predicts_like_the_trained_one(capsys: Capture) -> None:
    Path("fruit.csv").write_text(FRUIT)
    argv = ["train", "fruit.csv", "--target", "kind", "--epochs", "15", "--lr", "0.05", "--quiet"]
    assert main([*argv, "--save", "fruit.safetensors"]) == 0
    assert accuracy(capsys.readouterr().out) == 100
    assert main(["predict", "fruit.safetensors", "fruit.csv"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [row["kind"] for row in rows] == [line.split(",")[2] for line in FRUIT.split()[1:]]
    assert all(0.5 <= float(row["probability"]) <= 1 for row in rows)


@plain
def test_extra_columns_and_another_order_are_accepted(capsys: Capture) -> None:
    Path("fruit.csv").write_text(FRUIT)
    assert (
        main(["train", "fruit.csv", "--target", "kind", "--epochs", "3", "--quiet", "--save", "m"])
        == 0
    )
    capsys.readouterr()
    assert main(["predict", "m", "fruit.csv"]) == 0
    straight = capsys.readouterr().out
    with Path("other.csv").open("w") as file:
        for line in FRUIT.split():
            size, weight, _ = line.split(",")
            file.write(f"note,{weight},{size}\n" if size != "size" else "note,weight,size\n")
    assert main(["predict", "m", "other.csv", "-o", "predictions.csv"]) == 0
    assert Path("predictions.csv").read_text() == straight


@plain
def test_class_names_with_commas_and_quotes_are_kept(capsys: Capture) -> None:
    rows = "".join(f'{i},"a, ""b"""\n{-i},=1+1\n' for i in range(1, 9))
    Path("t.csv").write_text("x,t\n" + rows)
    assert (
        main(["train", "t.csv", "--target", "t", "--epochs", "30", "--quiet", "--save", "m"]) == 0
    )
    capsys.readouterr()
    assert main(["predict", "m", "t.csv"]) == 0
    predictions = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert {row["t"] for row in predictions} == {'a, "b"', "=1+1"}


@plain
def test_missing_column_raises(capsys: Capture) -> None:
    Path("fruit.csv").write_text(FRUIT)
    assert (
        main(["train", "fruit.csv", "--target", "kind", "--epochs", "1", "--quiet", "--save", "m"])
        == 0
    )
    Path("less.csv").write_text("size\n1\n")
    capsys.readouterr()
    assert main(["predict", "m", "less.csv", "-o", "predictions.csv"]) == 2
    output = capsys.readouterr()
    assert output.err == (
        "micrograd-tut: less.csv, line 1, column 'weight': no column has this name; "
        "the columns are 'size'\n"
    )
    assert not Path("predictions.csv").exists()


def test_file_without_column_information_raises(capsys: Capture) -> None:
    mg.save(mg.MLP(2, [1]), "m")
    Path("t.csv").write_text("a,b\n1,2\n")
    assert main(["predict", "m", "t.csv"]) == 2
    assert (
        "m has no column or class information; only files from `micrograd-tut train --save`"
        in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    "change",
    [
        {"inputs": ["a"]},
        {"classes": ["only"]},
        {"classes": [1, 2]},
        {"scaling": {"mean": [0, 0], "deviation": [1, 0]}},
        {"scaling": {"mean": [0], "deviation": [1]}},
        {"scaling": {"mean": [0, "x"], "deviation": [1, 1]}},
        {"target": None},
        {"target_scaling": 3},
        {"target_scaling": {"mean": [0], "deviation": [1]}},
        {"classes": [], "target_scaling": {"mean": [0], "deviation": [1]}},
        {"classes": ["x", "y", "z"]},
    ],
)
def test_columns_that_do_not_fit_the_network_raise(
    change: dict[str, object], capsys: Capture
) -> None:
    good = {
        "inputs": ["a", "b"], "target": "t", "classes": ["x", "y"], "target_scaling": None,
        "scaling": {"mean": [0, 0], "deviation": [1, 1]},
    }  # fmt: skip
    Path("t.csv").write_text("a,b\n1,2\n")
    model = mg.MLP(2, [1], output="sigmoid")
    mg.save(model, "m", extra={"preparation": good})
    assert main(["predict", "m", "t.csv"]) == 0
    mg.save(model, "m", extra={"preparation": good | change})
    capsys.readouterr()
    assert main(["predict", "m", "t.csv"]) == 2
    output = capsys.readouterr()
    assert output.err.startswith("micrograd-tut: m")
    assert output.out == ""


def test_error_for_a_corrupt_file_is_one_line(capsys: Capture) -> None:
    mg.save(mg.MLP(2, [1]), "m")
    Path("m").write_bytes(Path("m").read_bytes()[:-1])
    assert main(["predict", "m", "t.csv"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


HOSTILE = [
    '"><script>alert(1)</script>', "a\x1b[31mb", "$x_$ {", "_private", "back\\slash|{}", "%s %n",
    "\u202etxet", "n" * 20_000, "line\nend", "javascript:alert(1)",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_only_text(name: str, capsys: Capture) -> None:
    with Path("t.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([name, "x2", f"target {name}"])
        writer.writerows([i, i % 3, f"{name} {i % 2}"] for i in range(12))
    argv = ["train", "t.csv", "--target", f"target {name}", "--epochs", "1", "--save", "m"]
    assert main([*argv, "--quiet"]) == 0
    output = capsys.readouterr()
    assert "\x1b" not in output.out
    assert "\u202e" not in output.out
    assert len(output.out) < 5_000
    drawn = ElementTree.parse("out/graph.svg").getroot()
    assert not [e for e in drawn.iter() if e.tag.endswith(("script", "foreignObject", "}a"))]
    assert Path("out/boundary.png").exists()
    assert main(["predict", "m", "t.csv", "-o", "predictions.csv"]) == 0
    with Path("predictions.csv").open(newline="") as file:
        head, *predictions = csv.reader(file)
    assert head[0] == f"target {name}"
    assert {row[0] for row in predictions} <= {f"{name} 0", f"{name} 1"}


# --- Errors ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["irsi"], "irsi is neither a file nor one of iris, wine"),
        (["fruit.csv"], "the columns are 'size', 'weight', 'kind'"),
        (
            ["fruit.csv", "--target", "sort"],
            "fruit.csv, line 1, column 'sort': no column has this name",
        ),
        (
            ["fruit.csv", "--target", "kind", "--loss", "mse"],
            "line 2, column 'kind': 'pear' is not a number",
        ),
        (["folder"], "folder is a directory"),
        (["xor", "--target", "t"], "--target only applies to CSV files"),
        (["iris", "--loss", "hinge"], "hinge does not fit iris, whose target is 3 classes"),
        (["xor", "--loss", "mse"], "mse does not fit xor"),
        (["xor", "--out", "fruit.csv"], "fruit.csv is a file; give a folder"),
        (
            ["sizes.csv", "--target", "weight", "--loss", "hinge"],
            "hinge does not fit sizes.csv, whose target is a number; use one of mse",
        ),
        (["xor", "--save", "folder"], "--save folder is a folder; give the name of a file"),
        (["xor", "--save", "none/m"], "--save none/m: there is no folder"),
        (["xor", "--held-out", "1"], "must be between 0 and 1"),
        (["xor", "--epochs", "0"], "--epochs must be an integer of at least 1"),
        (["xor", "--batch-size", "0"], "--batch-size must be"),
        (["xor", "--lr", "-0.1"], "lr must be"),
        (["xor", "--momentum", "0.9"], "--momentum only works with --optimizer sgd"),
        (["xor", "--patience", "0"], "early_stopping must be"),
        (["xor", "--validation", "2"], "validation must be a fraction"),
        (["xor", "--lr", "1e300", "--epochs", "3"], "smaller learning rate"),
    ],
)
def test_errors_are_one_line_and_write_no_file(
    argv: list[str], message: str, capsys: Capture
) -> None:
    Path("fruit.csv").write_text(FRUIT)
    Path("sizes.csv").write_text("size,weight\n" + "".join(f"{i},{i}.5\n" for i in range(9)))
    Path("folder").mkdir()
    assert main(["train", *argv, "--quiet"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("micrograd-tut: ")
    assert message in error
    assert error.count("\n") == 1
    assert sorted(path.name for path in Path().iterdir()) == [
        "folder",
        "fruit.csv",
        "sizes.csv",
    ]
