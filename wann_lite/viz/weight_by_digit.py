"""Which digits a network reads at which shared weight, and what it takes the others for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..evaluate import evaluate
from .controls import redrawn, weight_slider
from .extras import require
from .plots import WEIGHT_GRID
from .style import INK, VERMILLION, figure, show

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..datasets import Dataset
    from ..network import Network


@dataclass(frozen=True)
class Confusions:
    """What a network takes each digit for, at each shared weight of a grid.

    Attributes
    ----------
    weights : ndarray (W,)
    counts : ndarray of int (W, classes, classes)
        How many images of the class in the row got the class in the column for an answer.
    """

    weights: NDArray[np.float64]
    counts: NDArray[np.int64]

    @property
    def n_images(self) -> int:
        """How many images were asked."""
        return int(self.counts[0].sum())

    @property
    def shares(self) -> NDArray[np.float64]:
        """The counts as shares of each class's images, (W, classes, classes)."""
        return np.asarray(self.counts / self.counts.sum(axis=2, keepdims=True))

    @property
    def right(self) -> NDArray[np.float64]:
        """The share of each class's images with the right answer, (classes, W)."""
        return np.asarray(np.diagonal(self.shares, axis1=1, axis2=2).T)

    def index(self, weight: float) -> int:
        """The place of the weight of the grid that is nearest to `weight`."""
        return int(np.abs(self.weights - weight).argmin())


def count_answers(network: Network, dataset: Dataset, images: int = 2000) -> Confusions:
    """Ask a network for the first validation images at shared weights from -2 to 2.

    Parameters
    ----------
    network : Network
    dataset : Dataset
        Its test images are not looked at.
    images : int
        How many validation images at most.

    Raises
    ------
    ValueError
        If there is no image of some class among them, or the network does not take them.
    """
    x, y = dataset.x_validation[: max(images, 0)], dataset.y_validation[: max(images, 0)]
    n = dataset.n_classes
    missing = sorted(set(range(n)) - set(y.tolist()))
    if missing:
        raise ValueError(f"the first {images} validation images hold none of class {missing[0]}: take more of them")
    counts = np.zeros((len(WEIGHT_GRID), n, n), np.int64)
    for count, weight in zip(counts, WEIGHT_GRID, strict=True):
        np.add.at(count, (y, evaluate(network, x, [weight])[0].argmax(axis=1)), 1)
    return Confusions(WEIGHT_GRID, counts)


def draw_by_digit(ax: Axes, confusions: Confusions, *, at: float | None = None) -> None:
    """Draw the share of right answers, a row for each digit and a column for each weight.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    confusions : Confusions
    at : float, optional
        A weight whose column is framed.
    """
    weights, right = confusions.weights, 100 * confusions.right
    step = float(weights[1] - weights[0])
    edges = (weights[0] - step / 2, weights[-1] + step / 2, len(right) - 0.5, -0.5)
    image = ax.imshow(right, extent=edges, aspect="auto", vmin=0, vmax=100, interpolation="nearest")
    ax.grid(visible=False)
    ax.set(xlabel="shared weight of all connections", ylabel="digit", yticks=range(len(right)))
    ax.figure.colorbar(image, ax=ax, label="right answers (%)", pad=0.02)
    if at is not None:
        column = float(weights[confusions.index(at)])
        frame = require("matplotlib.patches", "a figure").Rectangle
        size = (step, len(right))
        ax.add_patch(frame((column - step / 2, -0.5), *size, fill=False, edgecolor=VERMILLION, linewidth=2.5))


def draw_confusion(ax: Axes, confusions: Confusions, weight: float = 1.0) -> None:
    """Draw what a network takes each digit for at one weight, in per cent of the images of that digit.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    confusions : Confusions
    weight : float
        The grid's nearest is taken.
    """
    shares = 100 * confusions.shares[confusions.index(weight)]
    ax.imshow(shares, vmin=0, vmax=100, interpolation="nearest")
    ax.grid(visible=False)
    for (row, column), share in np.ndenumerate(shares):
        if round(share) > 0:
            colour = INK if share > 55 else "white"
            ax.text(column, row, f"{share:.0f}", ha="center", va="center", color=colour, fontsize=8.5)
    places = range(len(shares))
    ax.set(xlabel="answer", ylabel="digit", xticks=places, yticks=places)


def draw_weight_by_digit(confusions: Confusions, weight: float = 1.0) -> tuple[Figure, str]:
    """Draw both: all digits at all weights, and what they are taken for at one of them.

    Parameters
    ----------
    confusions : Confusions
        From `count_answers`.
    weight : float
        The grid's nearest is taken.

    Returns
    -------
    figure : matplotlib.figure.Figure
    alt : str
        The same in a sentence.
    """
    place = confusions.index(weight)
    weight, right = float(confusions.weights[place]), confusions.right[:, place]
    mean = np.trace(confusions.counts[place]) / confusions.n_images
    fig, (left, middle) = figure(1, 2, figsize=(10.4, 4.3), width_ratios=[1.25, 1])
    draw_by_digit(left, confusions, at=weight)
    left.set_title(
        f"each digit at each weight ({confusions.n_images:,} validation images)",
        loc="left",
        fontsize=11,
        fontweight="bold",
    )
    draw_confusion(middle, confusions, weight)
    middle.set_title(
        f"weight {weight:.1f}: {100 * mean:.1f} % right; answers in %", loc="left", fontsize=11, fontweight="bold"
    )
    best, worst = int(right.argmax()), int(right.argmin())
    counts = confusions.counts[place].copy()
    np.fill_diagonal(counts, 0)
    digit, answer = np.unravel_index(counts.argmax(), counts.shape)
    mistake = f" The most frequent mistake: {digit} taken for {answer}." if counts.any() else ""
    alt = (
        f"At weight {weight:.1f} the network reads {100 * mean:.1f} % of the images, digit {best} best "
        f"({100 * right[best]:.0f} %) and {worst} worst ({100 * right[worst]:.0f} %).{mistake}"
    )
    return fig, alt


def explore_weight_by_digit(network: Network, dataset: Dataset, images: int = 2000) -> Any:
    """A slider for the weight of `draw_weight_by_digit`.

    Parameters
    ----------
    network : Network
    dataset : Dataset
        The widget looks at validation images alone.
    images : int
        How many of them at most.

    Returns
    -------
    ipywidgets.VBox

    Raises
    ------
    ImportError
        In one line that says what to install, if ipywidgets or matplotlib is missing.
    """
    widgets = require("ipywidgets", "a slider")
    require("matplotlib", "a figure")
    confusions, slider = count_answers(network, dataset, images), weight_slider()
    output = redrawn(lambda weight: show(*draw_weight_by_digit(confusions, weight)), {"weight": slider}, 490)
    return widgets.VBox([slider, output])
