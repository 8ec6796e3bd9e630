"""Figures and the widget of training: what is measured, and every control at its minimum, default and maximum."""

from dataclasses import dataclass, field
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from wann_lite.viz import descent
from wann_lite.viz.style import figure

ipywidgets = pytest.importorskip("ipywidgets")


@dataclass(frozen=True)
class OnePixel:
    """Class 1 has ink, class 0 has none, so that a single layer learns it at once."""

    n_classes: int = 2
    x_train: Any = field(default_factory=lambda: np.float32([[-1], [1]] * 3))
    y_train: Any = field(default_factory=lambda: np.array([0, 1] * 3))
    x_validation: Any = field(default_factory=lambda: np.float32([[-2], [2]]))
    y_validation: Any = field(default_factory=lambda: np.array([0, 1]))

    @property
    def x_test(self) -> Any:
        raise AssertionError("a widget looked at test images")

    y_test = x_test


@pytest.fixture
def view() -> descent.LearningRateView:
    return descent.measure_learning_rates(OnePixel(), images=4, steps=3)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def closed() -> Any:
    yield
    plt.close("all")


def test_measured_by_hand() -> None:
    view = descent.measure_learning_rates(OnePixel(), [1.0], images=4, steps=1)  # type: ignore[arg-type]
    # From zero both classes get 1/2, so each weight moves by half the learning rate, apart from the other.
    after_one_step = np.log1p(np.exp(-1.0))
    assert view.losses[0] == pytest.approx([np.log(2), after_one_step])
    assert view.accuracies.tolist() == [1.0]
    assert (view.n_train, view.n_validation) == (4, 2)


def test_the_nearest_rate_is_nearest_as_a_ratio(view: descent.LearningRateView) -> None:
    assert [view.rates[view.index(rate)] for rate in (0.001, 0.02, 5, 6, 1e9)] == [0.01, 0.03, 3, 10, 100]


@pytest.mark.parametrize("wrong", [{"rates": []}, {"rates": [0.0]}, {"images": 0}, {"steps": 0}])
def test_nothing_to_measure_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="all must be positive"):
        descent.measure_learning_rates(OnePixel(), **wrong)  # type: ignore[arg-type]


def test_slider_at_minimum_default_and_maximum(view: descent.LearningRateView, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[Any, str]] = []
    monkeypatch.setattr(descent, "show", lambda fig, alt: shown.append((fig, alt)))
    slider, output = descent.explore_learning_rate(view).children
    assert slider.description == "learning rate"
    assert slider.continuous_update is False
    assert output.layout.height.endswith("px")
    slider.index = 0
    slider.index = len(view.rates) - 1
    titles = [fig.axes[0].get_title(loc="left") for fig, _ in shown]
    assert titles == [f"Learning rate {rate}: 100.0 % right after 3 steps" for rate in ("3", "0.01", "100")]
    assert all(alt.startswith("At the learning rate ") for _, alt in shown)


def test_an_error_while_drawing_is_not_swallowed(
    view: descent.LearningRateView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(descent, "show", lambda *_: None)
    slider, _ = descent.explore_learning_rate(view).children

    def broken(*_: Any) -> None:
        raise RuntimeError("visible")

    monkeypatch.setattr(descent, "draw_learning_rate", broken)
    with pytest.raises(RuntimeError, match="visible"):
        slider.index = 0


def test_the_mistakes_of_a_threshold_have_steps_and_its_loss_has_one_lowest_place() -> None:
    biases = np.linspace(-4, 4, 801)
    mistakes, losses = descent.threshold_losses(biases)
    assert set(np.abs(np.diff(mistakes))) == {0, 1}
    assert np.count_nonzero(np.diff(np.sign(np.diff(losses)))) == 1
    direct = np.mean([np.log1p(np.exp(-s if y else s)) for s, y in zip(descent.SIGNALS, descent.ANSWERS, strict=True)])
    assert losses[400] == pytest.approx(direct)


def test_the_three_pictures_of_a_loss() -> None:
    _, axes = figure(1, 3)
    descent.draw_two_losses(axes)
    assert [ax.get_title(loc="left") for ax in axes] == ["Two activations", "No slope to follow", "A slope everywhere"]
