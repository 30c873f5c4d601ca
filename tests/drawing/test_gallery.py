import re
import subprocess
import sys
from pathlib import Path

import pytest
from drawing_graphs import SVG, parsed

from micrograd_tut.cli import main

DEMO = Path(__file__).parents[2] / "demos/10_pictures.py"
PICTURES = DEMO.parent / "pictures"


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder of the gallery, and the names of its files as they are printed."""
    folder = tmp_path_factory.mktemp("gallery")
    run = subprocess.run(
        [sys.executable, str(DEMO), "--out", str(folder)],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    names = [line.split()[0] for line in run.stdout.splitlines() if ".svg " in line]
    return folder, names


def contents(picture: Path) -> list[tuple[str, str | None, str]]:
    """The elements of a picture and their texts, without places, which depend on Graphviz."""
    root = parsed(picture.read_text(encoding="utf-8"))
    found = [(e.tag.removeprefix(SVG), e.get("class"), (e.text or "").strip()) for e in root.iter()]
    return [element for element in found if element[0] not in ("svg", "style")]


@pytest.mark.parametrize("name", ["backward", "cross_entropy", "planes", "recurrent"])
def test_a_picture_of_the_readme_is_up_to_date(gallery, name: str) -> None:
    # if this fails: python demos/10_pictures.py --readme --out demos/pictures
    fresh, shown = gallery[0] / f"{name}.svg", PICTURES / f"{name}.svg"
    assert len(contents(shown)) >= 50
    assert contents(fresh) == contents(shown)


def test_the_network_of_the_tour_is_up_to_date(tmp_path: Path) -> None:
    tour = (DEMO.parents[1] / "docs/tour.md").read_text(encoding="utf-8")
    (command,) = [line for line in tour.splitlines() if line.endswith(" -o net.svg")]
    assert main([*command.split()[1:-1], str(tmp_path / "net.svg")]) == 0
    # if this fails, run the command and copy its net.svg there
    assert contents(tmp_path / "net.svg") == contents(PICTURES / "net.svg")


def test_the_gallery_writes_every_picture_that_it_lists_in_light_and_dark(gallery) -> None:
    folder, names = gallery
    assert len(names) >= 20
    page = (folder / "index.html").read_text(encoding="utf-8")
    for name in names:
        assert f'src="{name}"' in page
        if name != "backward.svg":
            assert f'srcset="{name.removesuffix("svg")}dark.svg"' in page
            parsed((folder / name.replace(".svg", ".dark.svg")).read_text(encoding="utf-8"))
        parsed((folder / name).read_text(encoding="utf-8"))


def test_every_picture_of_the_gallery_has_a_text_for_those_who_do_not_see_it(gallery) -> None:
    folder, names = gallery
    page = (folder / "index.html").read_text(encoding="utf-8")
    alternatives = re.findall(r'<img src="[^"]*" alt="([^"]*)"', page)
    assert len(alternatives) >= len(names)
    assert min(map(len, alternatives)) > 25
    for name in names:
        root = parsed((folder / name).read_text(encoding="utf-8"))
        assert root.get("role") == "img"
        assert (root.find(f"{SVG}title").text or "").strip()
        assert (root.find(f"{SVG}desc").text or "").strip()


def luminance(colour: str) -> float:
    """Relative luminance. Source: WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_every_text_of_the_gallery_has_the_contrast_of_level_aa(gallery) -> None:
    folder, names = gallery
    checked = 0
    for name in names:
        for file in {name, name.replace(".svg", ".dark.svg")} - {"backward.dark.svg"}:
            root = parsed((folder / file).read_text(encoding="utf-8"))
            (paper,) = [r.get("fill") for r in root if r.get("class") == "paper"]
            for g in root.iter(f"{SVG}g"):
                fills = [shape.get("fill") for shape in g if not shape.tag.endswith("text")]
                grounds = [fill for fill in fills if fill and fill not in ("none", "transparent")]
                is_node = "node" in (g.get("class") or "").split()
                ground = grounds[0] if is_node and grounds else paper
                for text in g.findall(f"{SVG}text"):
                    assert contrast(text.get("fill"), ground) >= 4.5, (file, text.text)
                    checked += 1
    assert checked > 1000
