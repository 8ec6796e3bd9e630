"""The figures and their style: what they show, in words and colours that all readers can tell apart."""

import base64
import itertools
from typing import Any
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from wann_lite.activations import NAMES
from wann_lite.network import Network
from wann_lite.viz import figure, plots, show, style

EQUAL = Network(1, 2, ["linear", "inverse"], [(1, 2), (1, 3)])


@pytest.fixture(autouse=True)
def close_figures() -> Any:
    yield
    plt.close("all")


def test_accuracy_by_hand() -> None:
    # The answer is class 0 where w x > 0, class 1 where w x < 0, and class 0 where both outputs are 0.
    x, y = [[1.0], [2.0], [-1.0], [-3.0]], [0, 0, 1, 0]
    np.testing.assert_array_equal(plots.accuracy_by_weight(EQUAL, x, y, [-1, 0, 0.5]), [0.25, 0.75, 0.75])
    assert plots.accuracy_by_weight(EQUAL, x, y, []).shape == (0,)


@pytest.mark.parametrize(("x", "y"), [(np.empty((0, 1)), []), ([[1.0]], [[0]])])
def test_accuracy_needs_examples(x: Any, y: Any) -> None:
    with pytest.raises(ValueError, match=r"^y has the shape"):
        plots.accuracy_by_weight(EQUAL, x, y, [1.0])


def test_the_grid_of_weights_is_even_and_holds_zero_exactly() -> None:
    assert plots.WEIGHT_GRID[[0, 20, -1]].tolist() == [-2, 0, 2]
    assert np.allclose(np.diff(plots.WEIGHT_GRID), 0.1)


def test_the_curve_is_in_percent_and_marks_the_weight() -> None:
    _, ax = figure()
    plots.draw_accuracy_by_weight(ax, [-1, 0, 1], [0.25, 0.5, 0.75], at=0.5, images="8 images")
    line, points = ax.lines[:2]
    assert line.get_ydata().tolist() == [25, 50, 75]
    assert points.get_marker() == "o"
    marker = ax.lines[-1]
    assert (list(marker.get_xdata()), list(marker.get_ydata())) == ([0.5], [62.5])
    assert ax.get_xlabel() == "shared weight of all connections"
    assert ax.get_ylabel() == "right answers\n(% of 8 images)"
    assert ax.get_ylim() == (0, 100)
    assert ax.get_legend() is None


def test_several_curves_differ_in_more_than_colour() -> None:
    _, ax = figure()
    curves = {name: [0.1 * i, 0.2 * i] for i, name in enumerate(["one", "two", "three"])}
    plots.draw_accuracy_by_weight(ax, [0, 1], curves, chance=None)
    named = [line for line in ax.lines if not line.get_label().startswith("_")]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["one", "two", "three"]
    assert len({line.get_linestyle() for line in named}) == len({line.get_color() for line in named}) == 3
    assert len({line.get_marker() for line in ax.lines[1::2]}) == 3


def test_a_curve_of_another_length_is_refused() -> None:
    _, ax = figure()
    with pytest.raises(ValueError, match="2 accuracies for 3 weights"):
        plots.draw_accuracy_by_weight(ax, [0, 1, 2], [0.5, 0.5])


def test_answers_say_in_words_what_is_wrong() -> None:
    _, axes = figure(1, 2)
    plots.draw_answers(axes, np.eye(2, 4), [7, 4], [7, 9], (2, 2))
    assert [ax.get_title() for ax in axes] == ["says 7", "says 4, is 9"]
    assert axes[0].images[0].get_array().tolist() == [[1, 0], [0, 0]]


def test_the_story_names_every_network_and_its_size() -> None:
    _, ax = figure()
    plots.draw_story(ax)
    written = " ".join(text.get_text().replace("\n", " ") for text in ax.texts)
    for words in (
        "Mark I Perceptron 512",
        "NETtalk 18,629",
        "LeNet-5 60,000",
        "AlexNet 60 million",
        "GPT-3 175 billion",
    ):
        assert words in written
    assert ax.get_yscale() == "log"
    # On the last day of the story too, no name lies outside the picture.
    ax.figure.canvas.draw()
    page = ax.figure.bbox
    assert all(page.contains(*corner) for text in ax.texts for corner in text.get_window_extent().corners())


def test_show_says_the_description_once_and_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, str]] = []
    import IPython.display

    monkeypatch.setattr(IPython.display, "display", lambda data, raw: shown.append(data))
    fig, _ = plt.subplots()
    show(fig, 'a "curve" that rises')
    (data,) = shown
    assert data["text/plain"] == 'a "curve" that rises'
    image = ElementTree.fromstring(data["text/html"].replace(">", "/>"))
    assert image.attrib["alt"] == 'a "curve" that rises'
    picture = base64.b64decode(image.attrib["src"].removeprefix("data:image/png;base64,"))
    assert picture.startswith(b"\x89PNG")
    assert not plt.fignum_exists(fig.number)


def test_pyplot_knows_nothing_of_a_figure() -> None:
    """Or ipywidgets, in whose thread messages are dealt with, would show it in the wrong place."""
    figure()
    style.mosaic([["a", "b"]])
    assert plt.get_fignums() == []


def test_the_style_does_not_leak() -> None:
    before = dict(plt.rcParams)
    figure()
    style.mosaic([["a", "b"]])
    assert dict(plt.rcParams) == before


# Machado, Oliveira & Fernandes (2009), severity 1, for linear RGB.
MACHADO = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}


def lab(colour: str, kind: str | None) -> Any:
    """CIE L*a*b* of a colour as a colour-blind reader sees it."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    if kind:
        linear = np.clip(np.array(MACHADO[kind]) @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    x, y, z = np.cbrt(np.maximum(xyz / [0.9505, 1, 1.089], 0.008856))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("kind", [None, *MACHADO])
def test_families_stay_apart_for_colour_blind_readers(kind: str | None) -> None:
    colours = [colour for colour, _ in style.FAMILIES.values()]
    for a, b in itertools.combinations(colours, 2):
        assert np.linalg.norm(lab(a, kind) - lab(b, kind)) > 15, (a, b)


def test_darker_means_more() -> None:
    lightness = [lab(style.magnitude(share), None)[0] for share in np.linspace(0, 1, 20)]
    assert (np.diff(lightness) < 0).all()
    assert style.magnitude(-1) == style.magnitude(0)
    assert style.magnitude(7) == style.magnitude(1)


def test_every_activation_has_a_colour() -> None:
    assert style.GREY not in {style.colour_of(name) for name in NAMES}
    assert style.colour_of("none of them") == style.GREY
