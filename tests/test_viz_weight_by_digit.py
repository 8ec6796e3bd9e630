"""The heat map of digits and weights: counts by hand, and its slider at the extremes."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from wann_lite import datasets
from wann_lite.network import Network
from wann_lite.viz import weight_by_digit
from wann_lite.viz.weight_by_digit import Confusions, count_answers, draw_weight_by_digit, explore_weight_by_digit

pytest.importorskip("ipywidgets")

#: Class 1 is where the input is positive; the labels of half of the negative ones are wrong.
X, Y = np.float32([[1], [2], [-1], [-2]]), np.array([1, 1, 0, 1])
DATA = datasets.Dataset("signs", X, Y, X, Y, [[9.0]], [0], n_classes=2)
SIGN = Network(1, 2, ["linear", "linear"], [(1, 3)])


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Any:
    figures: list[tuple[Any, str]] = []
    monkeypatch.setattr(weight_by_digit, "show", lambda fig, alt: figures.append((fig, alt)))
    yield figures
    plt.close("all")


def test_answers_counted_by_hand() -> None:
    found = count_answers(SIGN, DATA)
    assert found.n_images == 4
    assert found.counts[found.index(1)].tolist() == [[1, 0], [1, 2]]
    assert found.counts[found.index(-1)].tolist() == [[0, 1], [2, 1]]
    assert found.counts[found.index(0)].tolist() == [[1, 0], [3, 0]]  # all ties go to class 0
    np.testing.assert_allclose(found.right[:, found.index(1)], [1, 2 / 3])
    np.testing.assert_allclose(found.shares[found.index(-1)], [[0, 1], [2 / 3, 1 / 3]])


def test_slider_at_minimum_default_and_maximum(shown: list[Any]) -> None:
    slider, output = explore_weight_by_digit(SIGN, DATA).children
    assert slider.continuous_update is False
    assert output.layout.height.endswith("px")
    for value, right in ((slider.min, "25.0"), (0, "25.0"), (slider.max, "75.0")):
        slider.value = value
        fig, alt = shown[-1]
        assert fig.axes[1].get_title(loc="left") == f"weight {value:.1f}: {right} % right; answers in %"
        assert f"At weight {value:.1f} the network reads {right} % of the images" in alt
        frame = fig.axes[0].patches[0]
        assert frame.get_x() + frame.get_width() / 2 == pytest.approx(value)
    assert len(shown) == 4


def test_the_picture_holds_the_shares() -> None:
    found = count_answers(SIGN, DATA)
    fig, alt = draw_weight_by_digit(found, -2)
    np.testing.assert_allclose(fig.axes[0].images[0].get_array(), 100 * found.right)
    assert [text.get_text() for text in fig.axes[1].texts] == ["100", "67", "33"]
    assert "digit 1 best (33 %) and 0 worst (0 %). The most frequent mistake: 1 taken for 0." in alt
    plt.close(fig)


def test_without_a_mistake_none_is_named() -> None:
    fig, alt = draw_weight_by_digit(Confusions(np.array([-1.0, 1.0]), np.tile(3 * np.eye(2, dtype=int), (2, 1, 1))))
    assert alt.endswith("(100 %).")
    plt.close(fig)


@pytest.mark.parametrize("images", [-1, 0, 1])
def test_a_class_without_images_is_refused(images: int) -> None:
    with pytest.raises(ValueError, match=f"the first {images} validation images hold none of class 0"):
        count_answers(SIGN, DATA, images)


def test_an_error_while_drawing_is_not_swallowed(monkeypatch: pytest.MonkeyPatch, shown: list[Any]) -> None:
    slider, _ = explore_weight_by_digit(SIGN, DATA).children

    def broken(*_: Any) -> None:
        raise RuntimeError("visible")

    monkeypatch.setattr(weight_by_digit, "draw_weight_by_digit", broken)
    with pytest.raises(RuntimeError, match="visible"):
        slider.value = 2
