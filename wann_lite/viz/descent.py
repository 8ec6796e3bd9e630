"""Figures of training: a loss with a slope, and what the learning rate does to its fall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..activations import get
from ..losses import accuracy, cross_entropy, log_softmax
from .controls import redrawn
from .extras import require
from .style import BLUE, GREY, INK, LINES, VERMILLION, mosaic, show

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..datasets import Dataset

#: From far too small to far too large, each about three times the one before.
LEARNING_RATES: tuple[float, ...] = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100)

#: Twelve signals and the answers that they should get. No threshold gets all of them right.
SIGNALS: NDArray[np.float64] = np.array([-3.2, -2.6, -1.9, -1.4, -0.9, -0.3, 0.1, 0.6, 1.2, 1.9, 2.4, 3.1])
ANSWERS: NDArray[np.int64] = np.array([0, 0, 0, 0, 1, 0, 1, 0, 1, 1, 1, 1])

_TITLE: dict[str, Any] = {"loc": "left", "fontsize": 12, "fontweight": "bold"}


@dataclass(frozen=True)
class LearningRateView:
    """How the loss falls at each learning rate of a grid, measured once, so that moving a slider only draws.

    Attributes
    ----------
    rates : ndarray (R,)
    losses : ndarray (R, steps + 1)
        Cross-entropy on the training images, before the first step and after each.
    accuracies : ndarray (R,)
        After the last step, on validation images, from 0 to 1.
    n_train, n_validation : int
        How many images.
    """

    rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    accuracies: NDArray[np.float64]
    n_train: int
    n_validation: int

    def index(self, rate: float) -> int:
        """The place of the learning rate of the grid that is nearest to `rate`, as a ratio."""
        return int(np.abs(np.log(self.rates / rate)).argmin())


def threshold_losses(biases: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """What a node with the weight 1 gets wrong on `SIGNALS`, for each bias.

    Parameters
    ----------
    biases : array_like (n,)

    Returns
    -------
    mistakes : ndarray of int (n,)
        Of the step.
    losses : ndarray (n,)
        The mean cross-entropy of the sigmoid, in nats.

    Examples
    --------
    >>> threshold_losses([-100.0, 0.0, 100.0])[0]
    array([6, 2, 6])
    """
    sums = np.asarray(biases, np.float64)[:, None] + SIGNALS
    mistakes = ((sums > 0) != ANSWERS).sum(axis=1)
    # A sigmoid is a softmax over two outputs, one of which stays 0.
    return mistakes, cross_entropy(np.stack([np.zeros_like(sums), sums], axis=2), ANSWERS)


def draw_two_losses(axes: Sequence[Axes]) -> None:
    """Draw step and sigmoid, then for one node the mistakes of the step and the loss of the sigmoid over its bias.

    Parameters
    ----------
    axes : sequence of three matplotlib.axes.Axes
    """
    curves, staircase, bowl = axes
    sums, biases = np.linspace(-6, 6, 601), np.linspace(-4, 4, 801)
    for name, colour, line in (("step", VERMILLION, LINES[1]), ("sigmoid", BLUE, LINES[0])):
        curves.plot(sums, get(name)(sums), color=colour, linestyle=line, label=name)
    curves.legend(loc="upper left", frameon=False)
    curves.set(xlabel="weighted sum s", ylabel="answer of the node")
    mistakes, losses = threshold_losses(biases)
    staircase.step(biases, mistakes, where="mid", color=VERMILLION, linestyle=LINES[0])
    staircase.set(xlabel="bias", ylabel="mistakes of the step (of 12)", ylim=(0, 7))
    bowl.plot(biases, losses, color=BLUE, linestyle=LINES[0])
    # Where to go from here, and how steeply, is what only this curve tells.
    start = np.array([2.5, 2.6])
    (low, high) = threshold_losses(start)[1]
    slope = (high - low) / (start[1] - start[0])
    bowl.annotate(
        "",
        (start[0] - 1.4, low - 1.4 * slope),
        (start[0], low),
        arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.8},
    )
    bowl.plot(start[:1], [low], marker="o", color=INK)
    bowl.set(xlabel="bias", ylabel="loss of the sigmoid (nats)", ylim=(0, None))
    for ax, title in zip(axes, ("Two activations", "No slope to follow", "A slope everywhere"), strict=True):
        ax.set_title(title, **_TITLE)


def measure_learning_rates(
    dataset: Dataset, rates: ArrayLike = LEARNING_RATES, *, images: int = 2000, steps: int = 30
) -> LearningRateView:
    """Train a single layer from zero at each learning rate, every step on the same images.

    Parameters
    ----------
    dataset : Dataset
        Its first training images are learned from. Its test images are not looked at.
    rates : array_like (R,)
    images : int
        How many training images, and how many validation images, at most.
    steps : int
        Steps of gradient descent.

    Raises
    ------
    ValueError
        If a learning rate is not above 0, or `images` or `steps` is below 1.
    """
    array = np.asarray(rates, np.float64)
    if images < 1 or steps < 1 or array.ndim != 1 or not (len(array) and (array > 0).all()):
        raise ValueError(f"rates {rates!r}, {images} images, {steps} steps: all must be positive")
    x, y = dataset.x_train[:images], dataset.y_train[:images]
    targets = np.eye(dataset.n_classes, dtype=x.dtype)[y]
    losses = np.zeros((len(array), steps + 1))
    accuracies = np.zeros(len(array))
    x_validation, y_validation = dataset.x_validation[:images], dataset.y_validation[:images]
    for place, rate in enumerate(array.tolist()):
        weights = np.zeros((x.shape[1], dataset.n_classes), x.dtype)
        biases = np.zeros(dataset.n_classes, x.dtype)
        for step in range(steps):
            logs = log_softmax(x @ weights + biases)
            losses[place, step] = -(logs * targets).sum() / len(x)
            error = (np.exp(logs) - targets) / len(x)
            weights -= rate * (x.T @ error)
            biases -= rate * error.sum(axis=0)
        losses[place, -1] = cross_entropy(x @ weights + biases, y)
        accuracies[place] = accuracy(x_validation @ weights + biases, y_validation)
    return LearningRateView(array, losses, accuracies, len(x), len(x_validation))


def draw_learning_rate(view: LearningRateView, rate: float = 3.0) -> tuple[Figure, str]:
    """Draw how the loss falls at one learning rate, and where it ends at all of them.

    Parameters
    ----------
    view : LearningRateView
        From `measure_learning_rates`.
    rate : float
        The grid's nearest is taken.

    Returns
    -------
    figure : matplotlib.figure.Figure
    alt : str
        The same in a sentence.
    """
    place = view.index(rate)
    chosen, losses, ends = float(view.rates[place]), view.losses[place], view.losses[:, -1]
    steps = len(losses) - 1
    fig, axes = mosaic([["fall", "ends"]], figsize=(10.2, 3.9), width_ratios=[1.35, 1])
    fall, over = axes["fall"], axes["ends"]
    for other in view.losses:
        fall.plot(other, color=GREY, alpha=0.3, linewidth=1.3, linestyle="-")
    fall.plot(losses, color=BLUE, marker="o", markersize=3.5, linestyle="-")
    fall.axhline(losses[0], color=GREY, linestyle=":", linewidth=1.2)
    fall.annotate(
        "blind\nguessing",
        (1, losses[0]),
        xycoords=("axes fraction", "data"),
        xytext=(5, 0),
        textcoords="offset points",
        color=GREY,
        va="center",
        fontsize=9,
    )
    fall.set(
        yscale="log", xlabel="steps of gradient descent", ylabel=f"loss on {view.n_train:,} training images (nats)"
    )
    fall.set_title(
        f"Learning rate {chosen:g}: {100 * view.accuracies[place]:.1f} % right after {steps} steps", **_TITLE
    )
    over.plot(view.rates, ends, color=GREY, marker="o", markersize=4.5, linewidth=1.5, linestyle="-")
    over.plot([chosen], [ends[place]], color=VERMILLION, marker="D", markersize=10, linestyle="none")
    over.set(xscale="log", yscale="log", xlabel="learning rate", ylabel=f"loss after {steps} steps (nats)")
    over.set_title("All learning rates", **_TITLE)
    for ax in (fall, over):
        ax.set_yticks([0.1, 0.3, 1, 3, 10, 30, 100], ["0.1", "0.3", "1", "3", "10", "30", "100"])
        ax.minorticks_off()
    low = max(float(ends.min()), 1e-6) / 1.3
    fall.set_ylim(low, view.losses.max() * 1.3)
    over.set_ylim(low, max(float(ends.max()), float(losses[0])) * 1.3)
    over.set_xticks([0.01, 0.1, 1, 10, 100], ["0.01", "0.1", "1", "10", "100"])
    alt = (
        f"At the learning rate {chosen:g} the loss goes from {losses[0]:.2f} to {losses[-1]:.2f} in {steps} steps, "
        f"{losses.max():.2f} at most; then {100 * view.accuracies[place]:.1f} % of {view.n_validation:,} validation "
        f"images are read correctly. The lowest loss is reached at the learning rate {view.rates[ends.argmin()]:g}."
    )
    return fig, alt


def explore_learning_rate(view: LearningRateView) -> Any:
    """A slider for the learning rate.

    Parameters
    ----------
    view : LearningRateView
        From `measure_learning_rates`.

    Returns
    -------
    ipywidgets.VBox
    """
    widgets = require("ipywidgets", "a slider")
    require("matplotlib", "a figure")
    slider = widgets.SelectionSlider(
        options=[(f"{rate:g}", float(rate)) for rate in view.rates],
        value=float(view.rates[view.index(3.0)]),
        description="learning rate",
        continuous_update=False,
        style={"description_width": "initial"},
        layout={"width": "60%", "min_width": "320px"},
    )

    def redraw(rate: float) -> None:
        show(*draw_learning_rate(view, rate))

    return widgets.VBox([slider, redrawn(redraw, {"rate": slider}, 450)])
