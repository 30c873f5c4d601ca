"""Networks whose inputs are an image or a plane are drawn with pictures."""

import base64
import io
import re

import numpy as np
import pytest
from drawing_graphs import SVG, parsed, texts

import micrograd_tut as mg
from micrograd_tut.drawing import draw_network
from micrograd_tut.drawing.pixels import Pixels
from micrograd_tut.drawing.theme import DARK, LIGHT, Theme


def decoded(uri: str) -> np.ndarray:
    """The picture in a data URI as numbers from 0 to 255, of shape (height, width, 3)."""
    image = pytest.importorskip("matplotlib.image")
    data = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    return np.round(255 * image.imread(io.BytesIO(data), format="png"))[:, :, :3]


def rgb(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


# --- Pixels -----------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_signed_numbers_have_the_colours_of_signs(theme: Theme) -> None:
    picture = decoded(Pixels([[2.0, -2.0, 0.0]], signed=True).uri(theme))
    third = picture.shape[1] // 3
    assert picture[0, 0].tolist() == rgb(theme.arrows["positive"])
    paper, orange = (np.array(rgb(c)) for c in (theme.paper, theme.arrows["negative"]))
    lighter = picture[0, third] - paper
    share = lighter @ (orange - paper) / ((orange - paper) @ (orange - paper))
    assert np.abs(lighter - share * (orange - paper)).max() <= 1  # between paper and orange
    assert 0.5 < share < 0.7
    assert picture[0, -1].tolist() == rgb(theme.paper)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_signs_differ_on_a_print_without_colours(theme: Theme) -> None:
    picture = decoded(Pixels([[1.0, -1.0]], signed=True).uri(theme))
    positive, negative = (picture[0, i] @ [0.299, 0.587, 0.114] for i in (0, -1))
    assert abs(positive - negative) > 40  # of 255


def test_other_numbers_run_from_paper_to_ink() -> None:
    picture = decoded(Pixels([[0.0, 1.0], [0.5, 1.0]]).uri(LIGHT))
    half = len(picture) // 2
    assert picture[0, 0].tolist() == rgb(LIGHT.paper)
    assert picture[0, half].tolist() == rgb(LIGHT.ink)
    middle = (np.array(rgb(LIGHT.paper)) + rgb(LIGHT.ink)) / 2
    assert np.abs(picture[half, 0] - middle).max() <= 1


def test_nan_and_infinity_have_the_colour_of_0_and_of_the_largest() -> None:
    picture = decoded(Pixels([[float("nan"), float("inf"), 1.0]], signed=True).uri(LIGHT))
    third = picture.shape[1] // 3
    assert picture[0, 0].tolist() == rgb(LIGHT.paper)
    assert picture[0, third].tolist() == rgb(LIGHT.arrows["positive"])


# --- Inputs that are an image -----------------------------------------------------------------


def reader() -> mg.MLP:
    return mg.MLP(6, [3, 2], output="softmax", seed=1)


def test_the_example_and_the_weights_of_the_first_layer_are_images() -> None:
    model, x = reader(), [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    boxes = [box for box in draw_network(model, x=x, image=(2, 3)).scene.boxes if box.pixels]
    example, *weights = boxes
    assert example.pixels.rows == [x[:3], x[3:]]
    for box, neuron in zip(weights, model.layers[0].neurons, strict=True):
        assert [w for row in box.pixels.rows for w in row] == [w.data for w in neuron.w]
    assert len({box.pixels.scale for box in weights}) == 1  # they can be compared


def test_images_of_gradients_and_of_contributions() -> None:
    model, x = reader(), [0.5, -0.1, 0.2, 0.3, 0.4, 0.5]
    model(x)[0].backward()
    neuron = model.layers[0].neurons[0]
    for show, expected in (
        ("gradients", [w.grad for w in neuron.w]),
        ("activations", [w.data * v for w, v in zip(neuron.w, x, strict=True)]),
    ):
        scene = draw_network(model, show, x=x, image=(2, 3)).scene
        first = [box.pixels for box in scene.boxes if box.pixels][1]
        assert [number for row in first.rows for number in row] == expected


def test_pictures_are_inside_the_svg_without_links_to_elsewhere() -> None:
    drawing = draw_network(reader(), x=[0.1] * 6, image=(2, 3))
    images = list(parsed(drawing.svg()).iter(f"{SVG}image"))
    assert len(images) == 4
    assert all(image.get("href", "").startswith("data:image/png;base64,") for image in images)
    assert "img-src data:" in drawing.html()


def test_mistakes_are_shown_with_class_and_prediction() -> None:
    model = mg.MLP(4, [3], output="softmax", init="zeros")
    for bias, neuron in zip((0.0, 1.0, 0.0), model.layers[0].neurons, strict=True):
        neuron.b.data = bias  # so that it always predicts class 1
    X = [[0.0, 1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0], [0.0, 0.0, 0.0, 1.0]]
    drawing = draw_network(model, "mistakes", x=X, y=[0, 1, 2.0], image=(2, 2))
    shown = [box.pixels.rows for box in drawing.scene.boxes if box.pixels]
    assert shown == [[X[0][:2], X[0][2:]], [X[2][:2], X[2][2:]]]
    words = texts(parsed(drawing.svg()))
    assert words.count("predicted class 1") == 2
    assert {"true class 0", "true class 2"} <= set(words)
    assert "2 mistakes among 3 examples." in words


def test_without_mistakes_the_picture_says_so() -> None:
    model = mg.MLP(4, [1], output="sigmoid", init="zeros")
    drawing = draw_network(model, "mistakes", x=[[0.0] * 4], y=[1], image=(2, 2))
    assert "No mistakes" in texts(parsed(drawing.svg()))


# --- The plane of two inputs ------------------------------------------------------------------


def test_each_plane_shows_the_output_of_its_neuron() -> None:
    model = mg.MLP(2, [3, 2, 1], activation="tanh", seed=1)
    scene = draw_network(model, "planes").scene
    planes = [box.pixels.rows for box in scene.boxes if box.pixels]
    assert len(planes) == 2 + 3 + 2 + 1
    size = len(planes[0])
    for row, column in ((0, 0), (5, 40), (size - 1, 7)):
        x = -1 + 2 * (column + 0.5) / size, 1 - 2 * (row + 0.5) / size  # upwards
        expected = [v.data for layer in model.activations(list(x)) for v in layer]
        got = [plane[row][column] for plane in planes]
        assert got == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_a_probability_is_blue_above_a_half() -> None:
    model = mg.MLP(2, [1], output="sigmoid", seed=1)
    *_, plane = [box.pixels for box in draw_network(model, "planes").scene.boxes if box.pixels]
    assert plane.scale == 0.5
    assert plane.rows[0][0] == pytest.approx(
        model([-1 + 1 / len(plane.rows), 1 - 1 / len(plane.rows)]).data - 0.5, rel=1e-12
    )


def test_points_are_drawn_on_the_outputs_in_the_colour_of_their_target() -> None:
    model = mg.MLP(2, [2, 1], activation="tanh", seed=1)
    X, y = [[0.0, 0.0], [2.0, 4.0]], [-1, 1]
    svg = draw_network(model, "planes", x=X, y=y).svg()
    shapes = [(e.tag.removeprefix(SVG), e) for e in parsed(svg).iter()]
    (circle,) = [e for tag, e in shapes if tag == "circle" and e.get("fill")]
    (square,) = [e for tag, e in shapes if tag == "rect" and e.get("width") == "4.0"]
    assert circle.get("fill") == LIGHT.arrows["positive"]
    assert square.get("fill") == LIGHT.arrows["negative"]
    x1, y1 = (float(square.get(k, "")) for k in ("x", "y"))
    x2, y2 = (float(circle.get(k, "")) for k in ("cx", "cy"))
    assert x1 < x2
    assert y1 > y2  # upwards
    assert "from -0.3 to 2.3" in svg


def test_every_theme_draws_pictures_in_its_colours() -> None:
    model = mg.MLP(2, [2, 1], seed=1)
    light, dark = (draw_network(model, "planes", theme=name).svg() for name in ("light", "dark"))
    assert re.findall('href="([^"]*)"', light) != re.findall('href="([^"]*)"', dark)


def test_no_style_for_the_dark_changes_the_points_on_a_light_plane() -> None:
    model = mg.MLP(2, [2, 1], activation="tanh", seed=1)
    svg = draw_network(model, "planes", x=[[0.0, 0.0], [2.0, 4.0]], y=[-1, 1], theme="auto").svg()
    coloured = {name for name, _ in re.findall(r"\.([\w-]+) > (circle|rect)", svg)}
    assert coloured
    for parent in parsed(svg).iter():
        points = [e for e in parent if e.get("r") == "2.0" or e.get("width") == "4.0"]
        assert not points or not coloured & set(parent.get("class", "").split())
