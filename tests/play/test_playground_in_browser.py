"""The page in Chromium: it trains as `fit`, by mouse, keyboard and touch, and asks for nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut.play.page import Playground
from micrograd_tut.train.data import data_set
from micrograd_tut.train.experiment import Experiment

pytestmark = pytest.mark.browser
SIZES = {"wide": (1360, 900), "phone": (390, 844)}
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

Open = Callable[..., Any]


def playground(name: str, **more: Any) -> Playground:
    """A small network on a data set."""
    settings = {"hidden": [6], "activation": "tanh", **more}
    data = data_set(name)
    if name == "digits":
        data = data.split(0.05)[1]
    return Playground.of(Experiment.create(data, **settings), batch_size=16)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The page of a data set; each is written once."""
    folder = tmp_path_factory.mktemp("pages")

    def page(name: str) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            playground(name).page(path)
        return path

    return page


@pytest.fixture
def opened(chromium: Any, pages: Any) -> Iterator[Open]:
    """Open a page; afterwards, no error, no violation of its policy and no request happened."""
    problems: list[str] = []
    contexts: list[Any] = []

    def open_(name: Any = "moons", size: str = "wide", scheme: str = "light", **more: Any) -> Any:
        path = name if isinstance(name, Path) else pages(name)
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, **more
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: problems.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        page.on("request", lambda r: r.url == path.as_uri() or problems.append(f"asks {r.url}"))
        page.goto(path.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert problems == []


def until(page: Any, condition: str, seconds: float = 20) -> None:
    """Wait for it (playwright's own way needs eval, which the page's policy forbids)."""
    end = time.monotonic() + seconds
    while not page.evaluate(condition):
        assert time.monotonic() < end, f"not within {seconds} s: {condition}"
        page.wait_for_timeout(50)


def pixels(page: Any, canvas: str) -> str:
    return str(page.evaluate(f"document.getElementById({canvas!r}).toDataURL()"))


# --- It trains as fit ---


@pytest.mark.parametrize("kind", ["iris", "hinge", "regression"])
def test_the_page_trains_as_fit_does(opened: Open, tmp_path: Path, kind: str) -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(60, 2))
    y, output, loss = {
        "iris": ((X[:, 0] > 0) + (X[:, 1] > 0).astype(int), "softmax", None),
        "hinge": (np.sign(X[:, 0] * X[:, 1]), "linear", "hinge"),
        "regression": (X[:, 0] * X[:, 1], "linear", None),
    }[kind]
    model = mg.MLP(2, [8, 8, 3 if kind == "iris" else 1], activation="tanh", output=output, seed=7)
    settings: dict[str, Any] = {"batch_size": 8, "seed": 7, "loss": loss, "validation": 0.25}
    optimizer = mg.SGD(0.05, momentum=0.9)
    made = mg.playground(model, X, y, optimizer=optimizer, **settings)
    page = opened(made.page(tmp_path / "page.html"))
    page.evaluate("while (state.run.epoch < 20 || state.run.epochGoesOn) oneStep()")
    history = mg.fit(model, X, y, optimizer=optimizer, epochs=20, progress=False, **settings)
    found = page.evaluate("[[...state.run.parameters], state.run.rows.map((r) => r.heldLoss)]")
    expected = np.concatenate([np.ravel(a) for a in model.state_dict().values()])
    assert abs(np.array(found[0]) - expected).max() < 1e-12
    assert np.allclose(found[1], history.history["val_loss"], rtol=1e-12, atol=1e-12)


def test_a_step_an_epoch_and_the_run_can_be_controlled(opened: Open) -> None:
    page = opened()
    assert page.inner_text("#epoch") == "0"
    page.click("#step")
    until(page, "document.getElementById('steps').textContent === '1'")
    page.click("#one-epoch")
    until(
        page, "state.run.rows.length === 1 && document.getElementById('loss').textContent !== '–'"
    )
    page.click("#play")
    until(page, "state.run.epoch > 5")
    page.click("#play")
    epoch = page.evaluate("state.run.epoch")
    page.wait_for_timeout(200)
    assert page.evaluate("state.run.epoch") == epoch
    start = page.evaluate("[...startOf(problem, state.settings)]")
    page.click("#again")
    assert page.evaluate("[...state.run.parameters]") == start
    page.click("#new")
    assert page.input_value("#seed") == "1"
    assert page.evaluate("[...state.run.parameters]") != start


def test_a_setting_counts_from_the_next_step(opened: Open) -> None:
    page = opened()
    page.select_option("#lr", "0.3")
    assert page.evaluate("state.run.settings.lr") == 0.3
    page.select_option("#batch", "64")
    page.click("#one-epoch")
    assert page.evaluate("state.run.steps") == 3
    page.click("#step")
    page.select_option("#batch", "16")
    page.click("#one-epoch")
    assert page.evaluate("[state.run.epoch, state.run.rows.length]") == [2, 2]
    page.select_option("#optimizer", "SGD")
    assert page.evaluate("state.run.averages.length") == 1
    page.select_option("#activation", "relu")
    assert page.evaluate("state.run.steps") == 0
    page.click("#one-epoch")
    assert page.evaluate("state.run.rows.length") == 1


def test_the_best_parameters_can_be_restored(opened: Open) -> None:
    page = opened()
    page.evaluate("for (let k = 0; k < 20; k++) oneEpoch()")
    page.evaluate("state.run.parameters.fill(0.5); redraw()")
    until(page, "!document.getElementById('restore').disabled")
    page.click("#restore")
    held = page.evaluate("state.run.measured(state.run.data.held).loss")
    assert held == page.evaluate("Math.min(...state.run.rows.map((row) => row.heldLoss))")


def test_training_that_diverges_stops_and_says_so(opened: Open) -> None:
    page = opened("sine")
    page.select_option("#activation", "linear")
    page.select_option("#optimizer", "SGD")
    page.select_option("#lr", "3")
    page.click("#play")
    until(page, "document.getElementById('failure').textContent !== ''")
    assert "Start again with a smaller learning rate" in page.inner_text("#failure")
    assert page.inner_text("#play") == "Train"
    page.click("#again")
    until(page, "document.getElementById('failure').textContent === ''")


# --- What it shows ---


def test_the_plane_and_the_network_are_drawn_again_while_it_trains(opened: Open) -> None:
    page = opened()
    before = pixels(page, "plane"), pixels(page, "graph"), pixels(page, "losses")
    page.click("#play")
    until(page, "state.run.epoch > 10")
    page.click("#play")
    page.wait_for_timeout(150)
    after = pixels(page, "plane"), pixels(page, "graph"), pixels(page, "losses")
    assert all(a != b for a, b in zip(before, after, strict=True))


def test_the_numbers_at_the_pointer_are_those_of_the_network(opened: Open) -> None:
    page = opened("iris")
    page.evaluate("for (let k = 0; k < 5; k++) oneEpoch()")
    box = page.locator("#plane").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    until(page, "document.getElementById('pointed').textContent.includes('%')")
    experiment = Experiment.create(data_set("iris"), hidden=[6], activation="tanh")
    shapes = experiment.model.state_dict()
    numbers = iter(page.evaluate("[...state.run.parameters]"))
    experiment.model.load_state_dict(
        {n: np.reshape([next(numbers) for _ in range(a.size)], a.shape) for n, a in shapes.items()}
    )
    row = page.evaluate("state.pointer")
    p = experiment.model.predict_proba(experiment.preprocessing.transform([row]))[0]
    text = page.inner_text("#pointed")
    assert f"{experiment.preprocessing.classes[p.argmax()]} {100 * p.max():.1f} %" in text


def test_dead_and_saturated_units_are_marked(opened: Open) -> None:
    page = opened()
    page.select_option("#activation", "relu")
    page.evaluate(
        "state.run.parameters[layers[0].biases] = -1000; state.health = healthOf(); redraw()"
    )
    until(page, "document.getElementById('health').textContent.includes('1 dead')")
    page.select_option("#activation", "tanh")
    page.evaluate(
        "state.run.parameters[layers[0].biases] = 1000; state.health = healthOf(); redraw()"
    )
    until(page, "document.getElementById('health').textContent.includes('1 saturated')")
    page.select_option("#unit", "0,0")
    until(page, "document.getElementById('unit-text').textContent.includes('saturated: on most')")


def test_a_unit_that_is_clicked_is_shown_large(opened: Open) -> None:
    page = opened()
    place = page.evaluate("laid[1].boxes.map(({ y }) => [laid[1].x + laid[1].size / 2, y])[2]")
    page.click("#graph", position={"x": place[0], "y": place[1]})
    until(page, "document.getElementById('h-output').textContent.includes('layer 1, neuron 3')")
    page.click("#graph", position={"x": place[0], "y": place[1]})
    until(page, "document.getElementById('h-output').textContent === 'Output of the network'")


def test_digits_are_shown_as_pictures_with_what_the_network_says(opened: Open) -> None:
    page = opened("digits")
    page.evaluate("for (let k = 0; k < 30; k++) oneEpoch(); redraw()")
    until(page, "document.querySelectorAll('#pictures .said')[3].textContent !== ''")
    assert page.locator("#pictures button").count() > 10
    page.locator("#pictures button").first.click()
    until(page, "document.getElementById('pointed').textContent.includes('%')")
    assert not page.is_visible("#plane")


# --- Data of one's own ---

TABLE = "width,height,kind\n" + "".join(
    f"{x},{y},{'in' if x * x + y * y < 6 else 'out'}\n" for x in range(-3, 4) for y in range(-3, 4)
)


def test_a_table_is_read_on_the_page(opened: Open) -> None:
    page = opened()
    page.click("#own summary")
    file = {"name": "mine.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
    page.set_input_files("#file", file)
    until(page, "state.material.own")
    assert page.evaluate("state.material.inputs") == ["width", "height"]
    assert page.evaluate("state.material.classes") == ["in", "out"]
    assert page.inner_text("#about").startswith("mine.csv: 37 training examples, 12 held out")
    page.evaluate("for (let k = 0; k < 400; k++) oneEpoch()")
    assert page.evaluate("state.run.rows.at(-1).accuracy") > 0.9
    page.click("#back-to-data")
    assert page.inner_text("#about").startswith("150 training examples")


def test_a_table_can_be_dropped_on_the_page(opened: Open) -> None:
    page = opened()
    page.evaluate(
        """(text) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([text], "dropped.csv"));
          document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
        }""",
        TABLE,
    )
    until(page, "state.material.own")
    assert page.inner_text("#about").startswith("dropped.csv: 37 training examples")


def test_a_bad_table_is_refused_and_nothing_changes(opened: Open) -> None:
    page = opened()
    page.click("#own summary")
    bad = TABLE.replace("2,2,out", "2,?,out")
    page.set_input_files("#file", {"name": "b.csv", "mimeType": "text/csv", "buffer": bad.encode()})
    until(page, "document.getElementById('own-said').textContent !== ''")
    said = page.inner_text("#own-said")
    assert said.startswith("b.csv: the network on this page has 2 inputs, but the table has 1")
    assert page.inner_text("#about").startswith("150 training examples")


def test_points_are_placed_and_removed_by_mouse_and_by_keyboard(opened: Open) -> None:
    page = opened()
    page.click("#clear")
    assert page.is_disabled("#play")
    page.click("#plane", position={"x": 150, "y": 100})
    page.select_option("#class", "1")
    page.focus("#plane")
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert page.evaluate("state.material.training.labels") == [0, 1]
    assert not page.is_disabled("#play")
    page.evaluate("for (let k = 0; k < 80; k++) oneEpoch()")
    assert page.evaluate("state.run.rows.at(-1).accuracy") == 1
    page.check("input[value=remove]")
    page.click("#plane", position={"x": 150, "y": 100})
    assert page.evaluate("state.material.training.labels") == [1]


def test_points_are_placed_by_touch(opened: Open) -> None:
    page = opened(size="phone", has_touch=True)
    count = page.evaluate("state.set.data.training.length")
    page.check("input[value=place]")
    page.tap("#plane", position={"x": 150, "y": 100})
    assert page.evaluate("state.set.data.training.length") == count + 1


@pytest.mark.parametrize("language", ["python", "torch", "json"])
def test_the_network_can_be_taken_along(opened: Open, language: str) -> None:
    page = opened()
    page.click("#along summary")
    page.select_option("#language", language)
    page.click("#copy")
    text = page.input_value("#code")
    weight = page.evaluate("state.run.parameters[0]")
    assert json.dumps(weight) in text


# --- For everybody ---


def test_the_space_bar_trains_and_pauses(opened: Open) -> None:
    page = opened()
    page.keyboard.press("Space")
    until(page, "state.playing && state.run.steps > 0")
    page.keyboard.press("Space")
    assert not page.evaluate("state.playing")
    page.focus("#one-epoch")
    page.keyboard.press("Space")
    assert not page.evaluate("state.playing")


def test_every_control_is_reached_with_tab(opened: Open) -> None:
    page = opened()
    ids = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        ids.add(page.evaluate("document.activeElement.id"))
    wanted = {"plane", "play", "step", "one-epoch", "again", "new", "lr", "batch", "activation"}
    assert wanted | {"optimizer", "l2", "seed", "unit", "gradients", "clear", "pace"} <= ids


def test_changes_are_announced_when_it_pauses_and_not_at_every_picture(opened: Open) -> None:
    page = opened()
    page.evaluate(
        "said = []; new MutationObserver(() => said.push(live.textContent))"
        ".observe(document.getElementById('live'), { childList: true })"
    )
    page.click("#play")
    until(page, "state.run.epoch > 10")
    page.click("#play")
    page.wait_for_timeout(200)
    said = page.evaluate("said")
    assert len(said) == 1
    assert said[0].startswith("Epoch ")


@pytest.mark.parametrize("name", ["iris", "digits"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened: Open, axe: str, name: str, scheme: str) -> None:
    for size in SIZES:
        page = opened(name, size, scheme)
        page.click("#one-epoch")
        page.click("#own summary")
        page.click("#along summary")
        page.evaluate(axe)
        run = f"axe.run({{ runOnly: {json.dumps(AXE_TAGS)} }})"
        nodes = "v.nodes.map((n) => n.html)"
        found = page.evaluate(f"{run}.then((r) => r.violations.map((v) => [v.id, {nodes}]))")
        assert found == []


@pytest.mark.parametrize("name", ["iris", "digits"])
def test_a_phone_scrolls_in_one_direction_only(opened: Open, name: str) -> None:
    page = opened(name, "phone")
    page.click("#own summary")
    page.click("#along summary")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_with_reduced_motion_nothing_moves_at_rest_and_pictures_are_few(opened: Open) -> None:
    page = opened(reduced_motion="reduce")
    page.click("#play")
    page.evaluate("pictures = 0; drawLosses = () => { pictures++; }")
    page.wait_for_timeout(1500)
    assert page.evaluate("pictures") <= 4
    assert page.evaluate("state.run.epoch") > 5


def test_without_scripts_there_is_a_picture_and_a_sentence(opened: Open) -> None:
    for name in ("moons", "digits"):
        page = opened(name, java_script_enabled=False)
        assert page.is_visible(".without-scripts svg")
        assert "a neural network learns from these examples" in page.inner_text("main")
        assert not page.is_visible("#play")


# --- Figures ---

TIMES = """() => {
  const least = (act) => Math.min(...Array.from({ length: 60 }, () => {
    const start = performance.now();
    act();
    return performance.now() - start;
  }));
  const steps = () => { for (let k = 0; k < 20; k++) oneStep(); };
  steps();
  state.playing = true;
  return [least(steps) / 20, least(() => draw(performance.now()))];
}"""


def test_page_weight_start_and_step_time(opened: Open, tmp_path: Path, figure: Any) -> None:
    data = data_set("moons")
    model = mg.MLP(2, [16, 16, 1], activation="tanh", output="sigmoid", seed=0)
    path = mg.playground(model, data.X, data.y, batch_size=16).page(tmp_path / "moons.html")
    page = opened(path)
    until(page, "state.run !== null")
    start = page.evaluate("performance.getEntriesByType('navigation')[0].domComplete")
    step, picture = page.evaluate(TIMES)
    form = "{:.0f} kB, opened in {:.0f} ms, step {:.3f} ms, picture {:.1f} ms"
    figure("playground, 16-16 on moons", form, path.stat().st_size / 1000, start, step, picture)
    assert path.stat().st_size < 150_000
