"""The files around the package agree with each other, and with the package."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

import micrograd_tut as mg

ROOT = Path(__file__).parents[1]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])
def test_every_link_leads_to_a_file(name: str) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", read(name))
    assert [x for x in links if "://" not in x and not (ROOT / x).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_the_core_is_as_long_as_is_said(name: str) -> None:
    core = (
        read("CONTRIBUTING.md").partition("## Read the core")[2].partition("Then, when you need")[0]
    )
    files = re.findall(
        r"`(?:micrograd_tut/)?((?:\w+/)?\w+\.py)`", core.replace("float_kernels.py", "")
    )
    lines = sum(read(f"micrograd_tut/{file}").count("\n") for file in files)
    (said,) = re.findall(r"[Aa]bout (\d,\d00) lines", read(name))
    assert len(files) == 7
    assert abs(lines - int(said.replace(",", ""))) <= 100


def test_every_part_of_the_gate_that_the_guide_names_is_in_the_workflow() -> None:
    table = read("CONTRIBUTING.md").partition("| part | command |")[2].partition("\n\n")[0]
    commands = re.findall(r"\| `([^`]*)` \|", table)
    assert len(commands) >= 8
    workflow = " ".join(read(".github/workflows/gate.yml").split())
    assert [command for command in commands if command not in workflow] == []


def test_the_workflow_tests_the_same_core_with_the_oldest_versions() -> None:
    (core,) = re.findall(r'^core="(.*?)"', read(".ci/run"), re.DOTALL | re.MULTILINE)
    workflow = read(".github/workflows/gate.yml")
    assert [file for file in core.split() if file not in workflow] == []


def test_jupyter_can_open_every_page_with_code() -> None:
    pages = [p for p in (ROOT / "docs").rglob("*.md") if "\n```{code-cell}" in p.read_text("utf-8")]
    assert len(pages) >= 20
    kernel = "kernelspec:\n  display_name: Python 3\n  name: python3\n"  # Jupyter needs both names
    assert [page.name for page in pages if kernel not in page.read_text("utf-8")] == []


def test_every_extra_is_explained() -> None:
    setup = configparser.ConfigParser()
    setup.read_string(read("setup.cfg"))
    extras = list(setup["options.extras_require"])
    assert len(extras) >= 15
    text = read("docs/howto/install.md") + read("CONTRIBUTING.md")
    assert [x for x in extras if not re.search(rf"[`\[,]{x}[`\],]", text)] == []


def test_the_citation_is_of_this_version() -> None:
    assert f"\nversion: {mg.__version__}\n" in read("CITATION.cff")


def test_the_changelog_keeps_its_form() -> None:
    text = read("CHANGELOG.md")
    versions = re.findall(r"^## (.*)", text, re.MULTILINE)
    assert versions[0] == "[Unreleased]"
    dated = r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d"
    assert [v for v in versions[1:] if not re.fullmatch(dated, v)] == []
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.*)", text, re.MULTILINE)) <= kinds
