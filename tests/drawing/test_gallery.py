import runpy
import subprocess
import sys
from pathlib import Path

from drawing_graphs import parsed

import micrograd_tut as mg
from micrograd_tut.cli import main

DEMO = Path(__file__).parents[2] / "demos/10_pictures.py"


def test_the_animation_in_the_readme_is_up_to_date(tmp_path: Path) -> None:
    gallery = runpy.run_path(str(DEMO))
    o = gallery["lecture_neuron"]()
    o.backward()
    fresh = mg.draw(o, edges="flow", theme="auto").animate(tmp_path / "backward.svg")
    # if this fails, run the demo and copy its backward.svg there
    assert fresh.read_bytes() == (DEMO.parent / "pictures/backward.svg").read_bytes()


def test_the_network_in_the_readme_is_up_to_date(tmp_path: Path) -> None:
    readme = (DEMO.parents[1] / "README.md").read_text(encoding="utf-8")
    (command,) = [line for line in readme.splitlines() if line.endswith(" -o net.svg")]
    assert main([*command.split()[1:-1], str(tmp_path / "net.svg")]) == 0
    # if this fails, run the command and copy its net.svg there
    fresh = (tmp_path / "net.svg").read_bytes()
    assert fresh == (DEMO.parent / "pictures/net.svg").read_bytes()


def test_the_gallery_writes_every_picture_that_it_lists(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, str(DEMO), "--out", str(tmp_path)],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    named = [line.split()[0] for line in run.stdout.splitlines() if ".svg " in line]
    assert len(named) == 16
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    for name in named:
        parsed((tmp_path / name).read_text(encoding="utf-8"))
        assert f'src="{name}"' in page
