"""Widgets without a browser: every control at its minimum, default and maximum, and what is drawn then."""

import sys
from dataclasses import dataclass, field
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from wann_lite import datasets
from wann_lite.network import Network
from wann_lite.viz import widgets
from wann_lite.viz.prediction import Prediction

ipywidgets = pytest.importorskip("ipywidgets")


@dataclass(frozen=True)
class TwoBars:
    """Images of 2 x 2 pixels: class 0 has its upper row inked, class 1 its lower row."""

    image_shape: tuple[int, int] | None = (2, 2)
    x_validation: Any = field(default_factory=lambda: np.float32([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 0, 0]] * 4))
    y_validation: Any = field(default_factory=lambda: np.array([0, 1, 0] * 4))

    @property
    def x_test(self) -> Any:
        raise AssertionError("a widget looked at test images")

    y_test = x_test


UPPER_OR_LOWER = Network(4, 2, ["linear"] * 2, [(1, 5), (2, 5), (3, 6), (4, 6)])


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The figures and descriptions that a widget shows."""
    figures: list[tuple[Any, str]] = []
    monkeypatch.setattr(widgets, "show", lambda fig, alt: figures.append((fig, alt)))
    yield figures
    plt.close("all")


def curve_title(fig: Any) -> str:
    return str(fig.axes[0].get_title(loc="left"))


def test_measured_by_hand() -> None:
    view = widgets.measure_shared_weight(UPPER_OR_LOWER, TwoBars(), images=3)  # type: ignore[arg-type]
    assert view.n_images == 3
    assert view.accuracies[[0, 20, 40]] == pytest.approx([0, 2 / 3, 1])  # at weight 0 all ties go to class 0
    assert view.labels.tolist() == [0, 1]
    assert view.answers[[0, 20, 40]].tolist() == [[1, 0], [0, 0], [0, 1]]
    assert view.index(0.32) == 23


def test_slider_at_minimum_default_and_maximum(shown: list[Any]) -> None:
    box = widgets.explore_shared_weight(UPPER_OR_LOWER, TwoBars())  # type: ignore[arg-type]
    slider, output = box.children
    assert curve_title(shown[-1][0]) == "weight 1.0: 100.0 % of 12 images right"
    assert (slider.min, slider.max) == (-2, 2)
    assert slider.continuous_update is False
    assert output.layout.height.endswith("px")
    slider.value = slider.min
    assert curve_title(shown[-1][0]) == "weight -2.0: 0.0 % of 12 images right"
    slider.value = 0
    assert curve_title(shown[-1][0]) == "weight 0.0: 66.7 % of 12 images right"
    slider.value = slider.max
    assert curve_title(shown[-1][0]) == "weight 2.0: 100.0 % of 12 images right"
    assert "At weight 2.0 it reads 100.0 % of 12 validation images correctly, and 2 of the 2" in shown[-1][1]
    assert len(shown) == 4


def test_the_figure_is_complete_without_a_slider() -> None:
    view = widgets.measure_shared_weight(UPPER_OR_LOWER, TwoBars())  # type: ignore[arg-type]
    fig, alt = widgets.draw_shared_weight(view, weight=-2)
    assert [ax.get_title() for ax in fig.axes[1:]] == ["says 1, is 0", "says 0, is 1"]
    assert "0 of the 2 examples" in alt
    plt.close(fig)


def test_an_error_while_drawing_is_not_swallowed(monkeypatch: pytest.MonkeyPatch, shown: list[Any]) -> None:
    slider, _ = widgets.explore_shared_weight(UPPER_OR_LOWER, TwoBars()).children  # type: ignore[arg-type]

    def broken(*_: Any) -> None:
        raise RuntimeError("visible")

    monkeypatch.setattr(widgets, "draw_shared_weight", broken)
    with pytest.raises(RuntimeError, match="visible"):
        slider.value = 2


def test_data_without_images_is_refused() -> None:
    with pytest.raises(ValueError, match="does not hold images"):
        widgets.explore_shared_weight(Network(2, 2, ["linear"] * 2, [(1, 3)]), datasets.xor())


def test_no_images_are_too_few() -> None:
    with pytest.raises(ValueError, match="images is 0: at least 1"):
        widgets.measure_shared_weight(UPPER_OR_LOWER, TwoBars(), images=0)  # type: ignore[arg-type]


@pytest.mark.parametrize(("hidden", "named"), [("ipywidgets", "ipywidgets"), ("matplotlib", "matplotlib")])
def test_a_missing_package_is_one_clear_line(hidden: str, named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, hidden, None)
    with pytest.raises(ImportError, match=rf'^a \w+ needs {named}: pip install "wann_lite\[course\]"$'):
        widgets.explore_shared_weight(UPPER_OR_LOWER, TwoBars())  # type: ignore[arg-type]


# --- predictions


def test_a_guess_is_kept_at_every_place_of_the_slider() -> None:
    guess = Prediction("How many of 8?", low=0, high=8, unit="images")
    question, slider, kept = guess.widget().children
    assert question.value == "How many of 8?"
    assert guess.value is None
    assert slider.readout_format == ".2f"  # steps of 0.08
    assert Prediction("How many?").widget().children[1].readout_format == ".0f"
    for value in (0, 8, 4.4):
        slider.value = value
        assert guess.value == value
        assert kept.value == f"Your guess: {value:g} images. Now run the next cell."


@pytest.mark.parametrize(
    ("value", "answer", "says"),
    [
        (None, 91.26, "You made no guess. The answer is 91.3 %."),
        (30, 91.26, "Your guess was 30 %. The answer is 91.3 %, 61.3 more."),
        (95, 91.26, "Your guess was 95 %. The answer is 91.3 %, 3.7 less."),
        (10, 10, "Your guess was 10 %. The answer is 10 %, just as you thought."),
    ],
)
def test_the_comparison(value: float | None, answer: float, says: str) -> None:
    guess = Prediction("How many?")
    guess.value = value
    assert guess.compare(answer) == says


def test_without_widgets_the_question_remains(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    Prediction("How many?")._ipython_display_()
    assert capsys.readouterr().out == "How many? Write your guess down: guess.value = ...\n"


def test_a_range_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="from 5 to 5"):
        Prediction("How many?", low=5, high=5)
