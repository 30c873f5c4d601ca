"""Damaged files of every format that is read: what they hold, or one error that is clear."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from damage import damaged

import micrograd_tut as mg
from micrograd_tut.course.progress import Progress
from micrograd_tut.errors import DataError, MicrogradError
from micrograd_tut.train.csv_file import read_csv

ROWS = [
    f"{i % 3 + i / 10:.2f},{['red', 'green', 'blue'][i % 3]},{i * 7 % 5},2024-0{i % 9 + 1}-15,"
    f"{['yes', 'no'][i % 2]},{['plum', 'pear'][i % 2]}"
    for i in range(24)
]
CSV = "\n".join(["weight,colour,size,picked,ripe,kind", *ROWS, ""])
X, Y = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]], [1, 1, 0, 0]
PROGRESS = {
    "version": 1,
    "checks": {
        "1": {"leaf": {"wrong": 2, "shown": False, "on": "2026-01-31"}},
        "2": {"sum": {"wrong": 0, "shown": True, "on": "2026-02-01"}},
    },
}


def net(seed: int = 1) -> mg.MLP:
    return mg.MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=seed)


def numbers(model: mg.Module) -> list[float]:
    return [p.data for p in model.parameters()]


# --- The formats, and what is read from each --------------------------------------------------


def table(path: Path) -> Any:
    """The numbers of a table; what is not missing is finite, and as long as it should be."""
    data = read_csv(path, "kind", missing="mean")
    X, y = np.asarray(data.X), np.asarray(data.y)
    assert X.shape == (len(y), len(data.inputs))
    assert np.isfinite(X).all()
    assert np.isfinite(y).all()
    assert len({*data.classes}) == len(data.classes)
    assert all(note.isprintable() for note in data.notes)
    return X.tolist(), y.tolist()


def weights(path: Path) -> Any:
    return numbers(mg.load(path))


def run(path: Path) -> Any:
    """The numbers at the end of a run that goes on from a checkpoint."""
    model = net(2)
    before = numbers(model)
    try:
        mg.fit(model, X, Y, epochs=2, progress=False, checkpoint=path, resume=True)
    except DataError:
        assert numbers(model) == before
        raise
    return numbers(model)


def progress(path: Path) -> Any:
    before = path.read_bytes()
    try:
        return Progress(path).answers
    finally:
        assert path.read_bytes() == before


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("table.csv", content)
    return file.getvalue()


class Format(NamedTuple):
    """A format of files.

    Attributes:
        content: A file of it.
        read: What reads it.
        checked: Whether the file has a checksum, so that no other numbers can be read from it.
    """

    content: Callable[[Path], bytes]
    read: Callable[[Path], Any]
    checked: bool


def written_by(write: Callable[[Path], object]) -> Callable[[Path], bytes]:
    def content(path: Path) -> bytes:
        write(path)
        return path.read_bytes()

    return content


FORMATS = {
    "CSV": Format(lambda _: CSV.encode(), table, checked=False),
    "TSV": Format(lambda _: CSV.replace(",", "\t").encode("cp1252"), table, checked=False),
    "UTF-16": Format(lambda _: CSV.replace(",", ";").encode("utf-16"), table, checked=False),
    "gzip": Format(lambda _: gzip.compress(CSV.encode(), mtime=0), table, checked=True),
    "zip": Format(lambda _: zipped(CSV.encode()), table, checked=True),
    "weights": Format(written_by(lambda path: mg.save(net(), path)), weights, checked=True),
    "checkpoint": Format(
        written_by(lambda path: mg.fit(net(2), X, Y, epochs=1, progress=False, checkpoint=path)),
        run,
        checked=True,
    ),
    "progress": Format(lambda _: json.dumps(PROGRESS).encode(), progress, checked=False),
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_damaged_file_gives_what_it_holds_or_one_error(
    name: str, tmp_path: Path, tries: Callable[[int, int], int], figure: Callable[..., None]
) -> None:
    rng, path, form = random.Random(name), tmp_path / "file", FORMATS[name]
    content = form.content(path)
    path.write_bytes(content)
    whole, refused, count = form.read(path), 0, tries(60, 300)
    for _ in range(count):
        path.write_bytes(damaged(rng, content))
        try:
            found = form.read(path)
        except (MicrogradError, OSError) as error:
            refused += 1
            clear = str(error)
            assert clear.count("\n") == 0, clear
            assert len(clear) < 2_000, clear
            assert clear.isprintable(), clear
        except BaseException as error:
            error.add_note(f"the file: {path.read_bytes()!r:.3000}")
            raise
        else:
            assert found == whole or not form.checked
    assert count / 10 < refused
    figure("damaged files", "{:,} of 8 formats, of which {:,} were refused", count, refused)
