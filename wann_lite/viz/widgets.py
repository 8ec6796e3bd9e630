"""Controls for the lessons: each `draw_x` draws one state, each `explore_x` puts controls to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..evaluate import evaluate
from .controls import redrawn, weight_slider
from .extras import require
from .plots import WEIGHT_GRID, accuracy_by_weight, draw_accuracy_by_weight, draw_answers, image_shape
from .prediction import Prediction
from .style import mosaic, show

__all__ = [
    "Prediction",
    "SharedWeightView",
    "draw_shared_weight",
    "explore_shared_weight",
    "measure_shared_weight",
]

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..datasets import Dataset
    from ..network import Network


@dataclass(frozen=True)
class SharedWeightView:
    """What a network does at each shared weight of a grid, measured once, so that moving a slider only draws.

    Attributes
    ----------
    weights : ndarray (W,)
    accuracies : ndarray (W,)
        From 0 to 1, on validation images.
    n_images : int
        How many of them.
    examples : ndarray (k, pixels)
        One image of each class.
    labels : ndarray (k,)
    answers : ndarray (W, k)
        The network's answer to each example at each weight.
    shape : (int, int)
        Height and width of an example.
    """

    weights: NDArray[np.float64]
    accuracies: NDArray[np.float64]
    n_images: int
    examples: NDArray[np.float32]
    labels: NDArray[np.int64]
    answers: NDArray[np.int64]
    shape: tuple[int, int]

    def index(self, weight: float) -> int:
        """The place of the weight of the grid that is nearest to `weight`."""
        return int(np.abs(self.weights - weight).argmin())


def measure_shared_weight(network: Network, dataset: Dataset, images: int = 2000) -> SharedWeightView:
    """Measure a network on the first validation images at shared weights from -2 to 2.

    Parameters
    ----------
    network : Network
    dataset : Dataset
        Of images. Its test images are not looked at.
    images : int
        How many validation images at most.

    Raises
    ------
    ValueError
        If the data set is not of images, the network does not take them, or `images` is below 1.
    """
    shape = image_shape(dataset)
    if images < 1:
        raise ValueError(f"images is {images}: at least 1 is needed")
    x, y = dataset.x_validation[:images], dataset.y_validation[:images]
    first_of_class = [int(np.flatnonzero(y == label)[0]) for label in np.unique(y)][:10]
    return SharedWeightView(
        weights=WEIGHT_GRID,
        accuracies=accuracy_by_weight(network, x, y, WEIGHT_GRID),
        n_images=len(y),
        examples=x[first_of_class],
        labels=y[first_of_class],
        answers=evaluate(network, x[first_of_class], WEIGHT_GRID).argmax(axis=2),
        shape=shape,
    )


def draw_shared_weight(view: SharedWeightView, weight: float = 1.0) -> tuple[Figure, str]:
    """Draw the accuracy at every weight, the current one marked, and the answers to one image of each class.

    Parameters
    ----------
    view : SharedWeightView
        From `measure_shared_weight`.
    weight : float
        The grid's nearest is taken.

    Returns
    -------
    figure : matplotlib.figure.Figure
    alt : str
        The same in a sentence.
    """
    place = view.index(weight)
    accuracy = view.accuracies[place]
    columns = -(-len(view.labels) // 2)
    cells = [["curve", *(f"a{i}" for i in range(columns))], ["curve", *(f"b{i}" for i in range(columns))]]
    fig, axes = mosaic(cells, figsize=(10.2, 3.7), width_ratios=[0.85 * columns, *[1] * columns])
    images = f"{view.n_images:,} validation images"
    chosen, chance = float(view.weights[place]), 1 / len(view.labels)
    draw_accuracy_by_weight(axes["curve"], view.weights, view.accuracies, at=chosen, chance=chance)
    title = f"weight {view.weights[place]:.1f}: {100 * accuracy:.1f} % of {view.n_images:,} images right"
    axes["curve"].set_title(title, loc="left", fontsize=12, fontweight="bold")
    small = [axes[name] for row in cells for name in row[1:]]
    for spare in small[len(view.labels) :]:
        spare.set_axis_off()
    draw_answers(
        small[: len(view.labels)], view.examples, view.answers[place].tolist(), view.labels.tolist(), view.shape
    )
    wrong = int(np.sum(view.answers[place] != view.labels))
    alt = (
        f"Right answers over the shared weight from {view.weights[0]:g} to {view.weights[-1]:g}. At weight "
        f"{view.weights[place]:.1f} it reads {100 * accuracy:.1f} % of {images} correctly, and "
        f"{len(view.labels) - wrong} of the {len(view.labels)} examples beside the curve."
    )
    return fig, alt


def explore_shared_weight(network: Network, dataset: Dataset, images: int = 2000) -> Any:
    """A slider for the one weight that all connections share.

    Parameters
    ----------
    network : Network
    dataset : Dataset
        Of images; the widget looks at validation images alone.
    images : int
        How many of them at most.

    Returns
    -------
    ipywidgets.VBox
        The last value of a notebook's cell shows itself.

    Raises
    ------
    ImportError
        In one line that says what to install, if ipywidgets or matplotlib is missing.
    """
    widgets = require("ipywidgets", "a slider")
    require("matplotlib", "a figure")
    view = measure_shared_weight(network, dataset, images)
    slider = weight_slider()
    output = redrawn(lambda weight: show(*draw_shared_weight(view, weight)), {"weight": slider}, 430)
    return widgets.VBox([slider, output])
