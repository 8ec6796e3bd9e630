"""The widgets around one digit, without a browser: its paths, a reading, and the pad; each at its extremes."""

import sys
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from wann_lite import champions, datasets, evaluate
from wann_lite.datasets import Dataset
from wann_lite.network import Network
from wann_lite.paths import part_for
from wann_lite.viz import digit_path, draw_a_digit, reading
from wann_lite.viz.drawing_pad import EXAMPLES, drawing_pad
from wann_lite.viz.reading import Reader, strong_connections

pytest.importorskip("ipywidgets")
pytest.importorskip("anywidget")

#: Images of 8 x 8 pixels: class 0 has ink in the first row, class 1 in the last.
UPPER, LOWER = np.zeros((2, 64), np.float32)
UPPER[:8], LOWER[-8:] = 1, 0.5
X, Y = np.stack([UPPER, LOWER] * 3), np.array([0, 1] * 3)
BARS = Dataset("bars", X, Y, X, Y, np.full((1, 64), 0.25), [1], n_classes=2, image_shape=(8, 8))
#: Output 0 sums the first row's left half, output 1 the whole last row, once directly and once past a node.
PAIRS = [(i, 65) for i in range(1, 5)] + [(i, 66) for i in range(57, 65)] + [(57, 67), (67, 66)]
READS_BARS = Network(64, 2, ["linear", "linear", "inverse"], PAIRS)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the widgets show: figures with their descriptions, and drawings."""
    things: list[Any] = []
    for module in (digit_path, draw_a_digit):
        monkeypatch.setattr(module, "show", lambda fig, alt: things.append((fig, alt)))
        monkeypatch.setattr(module, "show_drawing", lambda drawing: things.append(drawing))
    yield things
    plt.close("all")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(champions.load("mnist"), datasets.mnist())


# --- the paths of a digit


def test_paths_and_effects_by_hand() -> None:
    found = digit_path.measure_digit_paths(READS_BARS, BARS)
    assert found.paths[0].tolist() == [[1] * 4 + [0] * 4] + [[0] * 8] * 7
    assert found.paths[1].tolist() == [[0] * 8] * 7 + [[2] + [1] * 7]
    assert found.effects[0, 0].tolist() == [1] * 4 + [0] * 4
    assert found.effects[1, 7].tolist() == [0] + [1] * 7  # one path brings what the other takes
    np.testing.assert_array_equal(found.averages, [UPPER.reshape(8, 8), LOWER.reshape(8, 8)])


def test_every_digit_can_be_chosen(shown: list[Any]) -> None:
    buttons, output = digit_path.explore_digit_path(READS_BARS, BARS).children
    assert output.layout.height.endswith("px")
    assert buttons.value == 1
    for digit, paths, pixels in ((0, 4, 4), (1, 9, 8)):
        buttons.value = digit
        (fig, alt), drawing = shown[-2:]
        assert alt == f"{paths} paths lead to the output of {digit}. They begin at {pixels} of 64 pixels."
        assert fig.axes[1].get_title(loc="left") == f"paths to the output of {digit}"
        assert f"{pixels} of 64 pixels" in drawing.alt
        assert f"All that the answer {digit} depends on" in drawing.svg
    assert len(shown) == 6


def test_an_output_without_connections_is_drawn(shown: list[Any]) -> None:
    found = digit_path.measure_digit_paths(Network(64, 2, ["linear"] * 2, [(1, 65)]), BARS)
    _, alt = digit_path.draw_digit_path(found, 1)
    assert alt == "0 paths lead to the output of 1. They begin at 0 of 64 pixels."


def test_data_that_does_not_fit_is_refused() -> None:
    plain = Dataset("plain", X, Y, X, Y, X, Y, n_classes=2)
    for call in (digit_path.measure_digit_paths, Reader):
        with pytest.raises(ValueError, match="does not hold images"):
            call(READS_BARS, plain)
    with pytest.raises(ValueError, match="no validation image of 0 among the first 0"):
        digit_path.measure_digit_paths(READS_BARS, BARS, images=0)
    with pytest.raises(ValueError, match="images is 0"):
        Reader(READS_BARS, BARS, images=0)


# --- a reading


def test_a_reading_by_hand() -> None:
    found = Reader(READS_BARS, BARS).read(UPPER)
    assert (found.answer, found.second) == (0, 1)
    assert found.votes.tolist() == [3, 3]  # the outputs change their sign with the weight
    assert (found.shares.argmax(axis=1) == (found.weights < 0)).all()
    assert found.reasons.tolist() == [[1] * 4 + [0] * 4] + [[0] * 8] * 7
    assert set(found.strong) == {(i, 65) for i in range(1, 5)}
    blank = Reader(READS_BARS, BARS).read(np.zeros(64))
    assert (blank.answer, blank.second, blank.strong) == (0, 1, ())


def test_a_reading_agrees_with_the_evaluator(reader: Reader) -> None:
    x = datasets.mnist().x_validation[7]
    found = reader.read(x)
    at = list(np.round(found.weights, 2)).index(0.5)
    outputs = evaluate(reader.network, x[None].astype(float), [0.5, 1.0])[:, 0]
    assert found.shares[at].argmax() == outputs[0].argmax()
    assert found.votes.sum() == 6
    bias = reader.network.targets[0]
    if not bias:  # then pixels alone make the lead
        assert found.reasons.sum() == pytest.approx(outputs[1, found.answer] - outputs[1, found.second])


def test_strong_connections_lead_from_ink_to_the_output(reader: Reader) -> None:
    x = datasets.prepare(datasets.rasterise(EXAMPLES["4"]))[0]
    part = part_for(reader.network, 4)
    strong = strong_connections(part, x)
    assert 3 <= len(strong) < part.n_connections / 2
    assert all(x[source - 1] > 0 for source, _ in strong if 1 <= source < part.first)
    assert any(target == part.outputs[0] for _, target in strong)


def test_the_picture_says_what_the_reading_says(reader: Reader) -> None:
    found = draw_a_digit.read_strokes(reader, EXAMPLES["7"])
    fig, alt = reading.draw_reading(found)
    assert fig.axes[1].get_title(loc="left") == f"why 7 and not {found.second}"
    assert alt.startswith(f"Six weights together say 7, with {found.votes[7]} of six votes; {found.second} comes")
    assert f"7 at {(found.shares.argmax(axis=1) == 7).sum()} of 40 weights" in alt
    assert "What speaks for 7" in reader.draw(found).svg
    plt.close(fig)


# --- the pad


def test_the_pad_at_its_extremes(shown: list[Any]) -> None:
    top, paths = draw_a_digit.explore_a_digit(champions.load("mnist"), datasets.mnist()).children
    (choice, pad), figure = top.children[0].children, top.children[1]
    assert figure.layout.height.endswith("px") and paths.layout.height.endswith("px")
    assert choice.value == "4" and pad.value == EXAMPLES["4"]

    def said() -> str:
        figures = [thing for thing in shown if isinstance(thing, tuple)]
        drawings = [thing for thing in shown if not isinstance(thing, tuple)]
        digit = figures[-1][1].removeprefix("Six weights together say ")[0]
        assert f"What speaks for {digit}" in drawings[-1].svg
        return digit

    assert said() == "4"
    for digit in ("0", "9"):
        choice.value = digit
        assert (said(), pad.value) == (digit, EXAMPLES[digit])
    pad.value = [[[0.5, 0.1], [0.5, 0.9]]]  # as the browser sends it
    assert (said(), choice.value) == ("1", "draw yourself")
    choice.value = "draw yourself"
    pad.value = []
    assert said() in "0123456789"
    pad.value = [[[0.0, 0.0]], [[1.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]]
    assert said() in "0123456789"


def test_the_pad_sends_only_its_strokes() -> None:
    pad = drawing_pad()
    assert pad.value == []
    assert "value" in pad.keys and "render" in pad._esm and "touch-action" in pad._css


def test_examples_are_strokes_on_the_pad() -> None:
    points = np.array([point for strokes in EXAMPLES.values() for stroke in strokes for point in stroke])
    assert list(EXAMPLES) == list("0123456789")
    assert ((points > 0) & (points < 1)).all()


@pytest.mark.parametrize("hidden", ["anywidget", "ipywidgets", "matplotlib"])
def test_a_missing_package_is_one_clear_line(hidden: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, hidden, None)
    from wann_lite.viz import drawing_pad as module

    module._class.cache_clear()
    with pytest.raises(ImportError, match=rf'^a [\w ]+ needs {hidden}: pip install "wann_lite\[course\]"$'):
        draw_a_digit.explore_a_digit(READS_BARS, BARS)


def test_a_page_without_a_browser_names_the_pad() -> None:
    from types import SimpleNamespace

    from wann_lite.course.outputs import WIDGET_STATE, WIDGET_VIEW, Outputs

    state = {"pad": {"model_name": "AnyModel", "state": drawing_pad(EXAMPLES["4"]).get_state()}}
    page = Outputs(SimpleNamespace(metadata={"widgets": {WIDGET_STATE: {"state": state}}}), str)
    html = page.render([{"output_type": "display_data", "data": {WIDGET_VIEW: {"model_id": "pad"}}}])
    assert '<span class="control">a pad to draw on</span>' in html
    assert "0.3" not in html  # where its points are
