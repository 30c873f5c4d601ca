"""``micrograd-tut train`` and ``predict``, from the table to the predictions."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from sklearn import metrics

import micrograd_tut as mg
from micrograd_tut.cli import main
from micrograd_tut.errors import DataError
from micrograd_tut.train.checkpoint import load_extra
from micrograd_tut.train.losses import LOSSES
from micrograd_tut.train.preprocessing import Preprocessing
from micrograd_tut.train.table import Table

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
def test_run_is_continued_from_its_checkpoint_and_saves_the_same_network(capsys: Capture) -> None:
    train = ["train", "iris", "--quiet", "--validation", "0.2", "--checkpoint"]
    assert main([*train, "whole", "--epochs", "8", "--save", "a"]) == 0
    whole = capsys.readouterr().out
    assert main([*train, "part", "--epochs", "3"]) == 0
    capsys.readouterr()
    assert main([*train, "part", "--epochs", "8", "--resume", "--save", "b"]) == 0
    expected = whole.replace("Saved a: micrograd-tut predict a", "Saved b: micrograd-tut predict b")
    assert capsys.readouterr().out == expected
    assert Path("a").read_bytes() == Path("b").read_bytes()


@plain
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--resume"], "--resume needs the file of the run to continue: --checkpoint FILE"),
        (["--resume", "--checkpoint", "x"], "there is no file x to continue; leave out --resume"),
        (["--checkpoint", "no/x"], "--checkpoint no/x: there is no folder"),
        (["--checkpoint", "."], "--checkpoint . is a folder; give the name of a file"),
    ],
)
def test_checkpoint_that_cannot_be_used_is_an_error_before_training(
    options: list[str], message: str, capsys: Capture
) -> None:
    assert main(["train", "iris", "--quiet", *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"micrograd-tut: {message}")


@plain
def test_checkpoint_of_other_options_is_refused(capsys: Capture) -> None:
    train = ["train", "iris", "--quiet", "--epochs", "1", "--checkpoint", "run"]
    assert main(train) == 0
    capsys.readouterr()
    assert main([*train, "--resume", "--lr", "0.5"]) == 2
    error = capsys.readouterr().err
    assert error.startswith(
        "micrograd-tut: run cannot be continued: its optimizer was Adam(lr=0.01"
    )
    assert error.count("\n") == 1


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

    def diagnose(
        model: mg.MLP, X: list[list[float]], y: list[float], loss: object, *_: Any
    ) -> object:
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


# --- Tables as people have them -------------------------------------------------------------

RIDERS = "id,name,sex,age,fare,paid,arrived\n" + "".join(
    f"{i + 101},n{i},{'male' if i % 3 else 'female'},{'' if i % 8 == 5 else 20 + i % 9},"
    f'"{(i * 7) % 5 + 1},{i % 9 + 1}00.50",{"yes" if i % 4 else "no"},{int(i % 3 > 0)}\n'
    for i in range(40)
)
RIDE = ["train", "riders.csv", "--target", "arrived", "--drop", "name", "--id", "id", "--quiet"]


@pytest.fixture
def riders(without_pictures: None, capsys: Capture) -> str:
    """A saved network that was trained on a table of riders; returns what was printed."""
    Path("riders.csv").write_text(RIDERS)
    argv = [*RIDE, "--missing", "mean", "--save", "m", "--epochs", "20", "--lr", "0.05"]
    assert main(argv) == 0
    return capsys.readouterr().out


def predicted(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def test_mixed_table_trains_and_its_reading_is_reported(riders: str) -> None:
    assert accuracy(riders) == 100
    assert "40 rows, 5 inputs" in riders
    assert "Assumed: thousands separators in fare." in riders
    assert "Missing cells, replaced by the mean, or the most frequent text: 'age' 5." in riders
    assert "One-hot inputs, 0 or 1: sex: 2 categories." in riders
    assert "Yes and true are 1, no and false are 0: paid." in riders
    assert "the numbers are standardised" in riders


def test_ids_are_carried_into_the_predictions(riders: str, capsys: Capture) -> None:
    assert main(["predict", "m", "riders.csv"]) == 0
    rows = predicted(capsys.readouterr().out)
    assert [row["id"] for row in rows] == [str(i + 101) for i in range(40)]
    assert [row["arrived"] for row in rows] == [str(int(i % 3 > 0)) for i in range(40)]


def test_predictions_are_the_same_if_they_are_written_in_parts(
    riders: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["predict", "m", "riders.csv", "--proba"]) == 0
    whole = capsys.readouterr()
    monkeypatch.setattr("micrograd_tut.cli.predict._CHUNK", 7)
    assert main(["predict", "m", "riders.csv", "--proba"]) == 0
    assert capsys.readouterr() == whole


def test_predict_scores_itself_if_the_target_is_there(riders: str, capsys: Capture) -> None:
    assert main(["predict", "m", "riders.csv"]) == 0
    assert "Accuracy on 40 rows with arrived: 100.0%." in capsys.readouterr().err
    lines = [line.rpartition(",")[0] for line in RIDERS.splitlines()]
    Path("new.csv").write_text("\n".join(lines))
    assert main(["predict", "m", "new.csv"]) == 0
    assert "Accuracy" not in capsys.readouterr().err


def test_probabilities_of_all_classes_are_written_on_request(riders: str, capsys: Capture) -> None:
    assert main(["predict", "m", "riders.csv", "--proba"]) == 0
    for row in predicted(capsys.readouterr().out):
        ps = {c: float(row[f"probability of {c}"]) for c in "01"}
        assert sum(ps.values()) == pytest.approx(1, abs=2e-4)
        assert max(ps, key=ps.__getitem__) == row["arrived"]


def test_unseen_category_is_all_zeros_and_counted(riders: str, capsys: Capture) -> None:
    Path("new.csv").write_text("id,sex,age,fare,paid\n1,other,25,8,yes\n2,male,25,8,yes\n")
    assert main(["predict", "m", "new.csv"]) == 0
    assert "did not occur in training: sex: 1." in capsys.readouterr().err
    preprocessing = Preprocessing.load("m", mg.load("m"))
    assert preprocessing is not None
    X = preprocessing.apply(Table("new.csv")).X
    assert X[0, :2].tolist() == [0, 0]
    assert X[1, :2].tolist() == [0, 1]


def test_one_row_is_predicted_like_a_table_with_that_row(riders: str, capsys: Capture) -> None:
    Path("new.csv").write_text("id,sex,age,fare,paid\n1,male,,8,yes\n")
    assert main(["predict", "m", "new.csv"]) == 0
    row = predicted(capsys.readouterr().out)
    assert main(["predict", "m", "--row", "id=1,sex=male,fare=8,paid=yes"]) == 0
    assert predicted(capsys.readouterr().out) == row


def test_missing_cell_is_predicted_as_if_it_held_the_mean_of_the_training_set(
    riders: str, capsys: Capture
) -> None:
    preprocessing = Preprocessing.load("m", mg.load("m"))
    assert preprocessing is not None
    mean = preprocessing.fillers[preprocessing.inputs.index("age")]
    ages = [20 + i % 9 for i in range(40) if i % 8 != 5]
    assert min(ages) < mean < max(ages)
    Path("new.csv").write_text(f"id,sex,age,fare,paid\n1,male,?,8,no\n2,male,{mean!r},8,no\n")
    assert main(["predict", "m", "new.csv", "--proba"]) == 0
    first, second = predicted(capsys.readouterr().out)
    assert {**first, "id": ""} == {**second, "id": ""}


def test_rows_with_gaps_have_no_prediction_after_training_without_them(
    without_pictures: None, capsys: Capture
) -> None:
    Path("riders.csv").write_text(RIDERS)
    assert main([*RIDE, "--missing", "drop", "--save", "m", "--epochs", "1"]) == 0
    capsys.readouterr()
    assert main(["predict", "m", "riders.csv"]) == 0
    output = capsys.readouterr()
    assert "without a prediction: 5." in output.err
    empty = [row["id"] for row in predicted(output.out) if not row["arrived"]]
    assert empty == [str(i + 101) for i in range(40) if i % 8 == 5]


@plain
def test_regression_scores_are_those_of_scikit_learn(capsys: Capture) -> None:
    rows = [f"{x},{y},{3 * x - 2 * y + (x * y) % 3}\n" for x in range(6) for y in range(6)]
    Path("t.csv").write_text("x,y,t\n" + "".join(rows))
    argv = ["train", "t.csv", "--target", "t", "--epochs", "20", "--task", "regression"]
    assert main([*argv, "--quiet", "--save", "m"]) == 0
    lines = capsys.readouterr().out.splitlines()
    shown = next(line.split() for line in lines if line.startswith("test set"))
    baseline = lines[next(i for i, x in enumerate(lines) if x.startswith("test set")) + 1].split()
    train, test = mg.read_csv("t.csv", "t", "regression").split()
    preprocessing = Preprocessing.load("m", mg.load("m"))
    assert preprocessing is not None
    outputs = mg.load("m").predict(preprocessing.transform(test.X))
    predictions = preprocessing.decode(outputs)
    mean = [train.y.mean()] * len(test.y)
    assert float(shown[3]) == pytest.approx(metrics.r2_score(test.y, predictions), abs=6e-4)
    assert float(shown[4]) == pytest.approx(
        metrics.mean_absolute_error(test.y, predictions), rel=1e-3
    )
    assert float(baseline[3]) == pytest.approx(metrics.r2_score(test.y, mean), abs=6e-4)
    assert float(baseline[4]) == pytest.approx(metrics.mean_absolute_error(test.y, mean), rel=1e-3)
    assert main(["predict", "m", "t.csv"]) == 0
    output = capsys.readouterr()
    both = [float(row["t"]) for row in predicted(output.out)]
    r2 = metrics.r2_score([float(row.split(",")[2]) for row in rows], both)
    assert f"On 36 rows with t: R² {r2:.3f}" in output.err


def test_file_of_an_earlier_version_predicts(capsys: Capture) -> None:
    model = mg.MLP(2, [1], output="sigmoid", seed=1)
    saved = {
        "inputs": ["a", "b"], "target": "t", "classes": ["x", "y"], "target_scaling": None,
        "scaling": {"mean": [1, 2], "deviation": [2, 4]},
    }  # fmt: skip
    mg.save(model, "m", extra={"preparation": saved})
    Path("t.csv").write_text("b,a\n6,5\n")
    assert main(["predict", "m", "t.csv", "--proba"]) == 0
    (row,) = predicted(capsys.readouterr().out)
    assert float(row["probability of y"]) == pytest.approx(
        model.predict_proba([[2, 1]])[0, 1], abs=1e-4
    )


@pytest.mark.parametrize(
    "change",
    [
        {"columns": [{"name": "a"}, {"name": "b"}, {"name": "c"}]},
        {"columns": [{"name": "a"}, {"name": "b", "kind": "magic"}]},
        {"columns": [{"name": "a"}, {"name": "b", "kind": "categories", "categories": [1]}]},
        {"columns": 3},
        {"missing": "mean"},
        {"missing": "guess"},
        {"missing": "mean", "fillers": [0, float("1e999")]},
        {"fillers": [0, 0]},
        {"ids": [1]},
    ],
)
def test_preprocessing_that_makes_no_sense_is_refused(
    change: dict[str, object], capsys: Capture
) -> None:
    good = {
        "inputs": ["a", "b"], "target": "t", "classes": ["x", "y"], "target_scaling": None,
        "scaling": {"mean": [0, 0], "deviation": [1, 1]},
        "columns": [{"name": "a"}, {"name": "b"}], "missing": None, "fillers": [], "ids": [],
    }  # fmt: skip
    model = mg.MLP(2, [1], output="sigmoid")
    assert Preprocessing.from_json(good, model, "m").ids == ()
    with pytest.raises(DataError):
        Preprocessing.from_json(good | change, model, "m")


def test_preprocessing_is_saved_as_plain_data(riders: str) -> None:
    saved = load_extra("m")["preparation"]
    assert saved["columns"][0] == {
        "name": "sex", "kind": "categories", "categories": ["female", "male"],
    }  # fmt: skip
    assert saved["missing"] == "mean"
    assert saved["ids"] == ["id"]


def test_zeros_and_ones_are_not_scaled(riders: str) -> None:
    preprocessing = Preprocessing.load("m", mg.load("m"))
    assert preprocessing is not None
    scaling = dict(zip(preprocessing.inputs, preprocessing.scaling.deviation, strict=True))
    assert scaling["sex=male"] == scaling["paid"] == 1
    assert scaling["age"] != 1


@plain
def test_table_without_a_header_trains_and_predicts(capsys: Capture) -> None:
    Path("t.csv").write_text(FRUIT.split("\n", 1)[1])
    argv = ["train", "t.csv", "--quiet", "--epochs", "1", "--save", "m"]
    assert main([*argv, "--target", "column 3", "--no-header"]) == 0
    assert "40 rows, 2 inputs (column 1, column 2)" in capsys.readouterr().out
    assert main(["predict", "m", "t.csv", "--no-header"]) == 0
    assert len(predicted(capsys.readouterr().out)) == 40
    assert main([*argv, "--target", "kind", "--columns", "size,weight,kind"]) == 0


@plain
def test_many_classes_are_summed_up_by_their_mistakes(capsys: Capture) -> None:
    Path("t.csv").write_text("x,t\n" + "".join(f"{i % 21},k{i % 21}\n" for i in range(84)))
    argv = ["train", "t.csv", "--target", "t", "--quiet", "--epochs", "1"]
    assert main(argv) == 0
    assert "most frequent mistakes" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["m"], "give one of a table and --row"),
        (["m", "riders.csv", "--row", "age=3"], "give one of a table and --row"),
        (["m", "--row", "age"], "--row age: write NAME=CELL, such as age=35"),
        (["m", "--row", "agee=3"], "agee is not an input; the inputs are id, sex, age"),
        (["m", "--row", "age=3,age=4"], "age is given twice"),
        (["m", "--row", "age=old,sex=male"], "the row, column 'age': 'old' is not a number"),
        (["m", "--row", "paid=maybe"], "column 'paid': 'maybe' is not yes or no"),
        (["m", "noid.csv"], "noid.csv, line 1, column 'id': no column has this name"),
    ],
)
def test_errors_of_predict_are_one_line(
    riders: str, argv: list[str], message: str, capsys: Capture
) -> None:
    Path("noid.csv").write_text("sex,age,fare,paid\nmale,3,4,yes\n")
    assert main(["predict", *argv]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@plain
def test_row_without_all_inputs_needs_a_way_to_fill_in(capsys: Capture) -> None:
    Path("fruit.csv").write_text(FRUIT)
    argv = ["train", "fruit.csv", "--target", "kind", "--epochs", "1", "--quiet", "--save", "m"]
    assert main(argv) == 0
    capsys.readouterr()
    assert main(["predict", "m", "--row", "size=3"]) == 2
    assert "--row lacks weight; add weight=…" in capsys.readouterr().err


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
        (["xor", "--missing", "mean"], "--missing only applies to CSV files"),
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
        (["xor", "--epochs", "0"], "--epochs: '0' is not an integer from 1"),
        (["xor", "--batch-size", "0"], "--batch-size: "),
        (["xor", "--lr", "-0.1"], "lr must be"),
        (["xor", "--momentum", "0.9"], "--momentum only works with --optimizer sgd"),
        (["xor", "--patience", "0"], "--patience: "),
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
    assert error.startswith(("micrograd-tut: ", "micrograd-tut train: "))
    assert message in error
    assert error.count("\n") == 1
    assert sorted(path.name for path in Path().iterdir()) == [
        "folder",
        "fruit.csv",
        "sizes.csv",
    ]


def test_the_loss_may_be_spelled_as_in_keras(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ["train", "xor", "--loss", "binary_crossentropy", "--epochs", "1", "--out", str(tmp_path)]
    assert main(run) == 0
    assert "Loss binary_cross_entropy" in capsys.readouterr().out


def test_digits_are_drawn_as_images_with_the_mistakes(capsys: Capture) -> None:
    assert main(["train", "digits", "--epochs", "1", "--quiet", "--hidden", "4"]) == 0
    capsys.readouterr()
    assert "data:image/png" in Path("out/network.svg").read_text()
    assert re.search(r"\d\d+ mistakes among 450 examples", Path("out/mistakes.svg").read_text())


def test_the_plane_of_two_inputs_is_drawn(capsys: Capture) -> None:
    assert main(["train", "xor", "--epochs", "1", "--quiet"]) == 0
    capsys.readouterr()
    assert "data:image/png" in Path("out/planes.svg").read_text()


def test_the_test_set_is_watched_and_decides_nothing(capsys: Capture) -> None:
    assert main(["train", "xor", "--epochs", "3", "--quiet"]) == 0
    watched = capsys.readouterr().out
    assert re.search(r"^epoch +loss +accuracy +test_loss +test_accuracy$", watched, re.MULTILINE)
    assert main(["train", "xor", "--epochs", "3", "--quiet", "--patience", "9"]) == 0
    alone = capsys.readouterr().out
    for epoch in ("1", "2", "3"):
        losses = [
            re.search(rf"^ +{epoch} +([\d.]+)", text, re.MULTILINE)[1] for text in (watched, alone)
        ]
        assert losses[0] == losses[1]
