"""What a search shows of itself: its population, its champion's accuracy, and what the champion looks at.

Each function draws on axes that it is given and returns what it drew, so that a live picture can draw that alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..evaluate import evaluate
from ..network import Network
from .style import BLUE, GREEN, GREY, INK, ORANGE, VERMILLION

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..datasets import Dataset

Artists = list[Any]

#: The colours of two classes in the plane, and white where a network does not decide.
SIDES = ("#f7d9a8", "#ffffff", "#b9d7ea")
_GRID = 61  # points along a side of a map of the plane
_POINTS = 150  # examples that are drawn on it


def draw_population(ax: Axes, connections: ArrayLike, losses: ArrayLike, front: Sequence[Sequence[float]]) -> Artists:
    """Draw every individual by size and loss, and the first Pareto front as a stepped line.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    connections, losses : array_like (n,)
        Losses are means over the shared weights, in nats.
    front : sequence of (connections, loss)
        As `wann_lite.search.Generation.front` holds it.
    """
    artists: Artists = ax.plot(
        connections, losses, color=GREY, marker=".", markersize=4, linestyle="none", alpha=0.6, label="individuals"
    )
    steps = np.asarray(front, np.float64).reshape(-1, 2).T
    artists += ax.plot(
        *steps,
        color=BLUE,
        marker="o",
        markersize=4.5,
        linewidth=1.3,
        linestyle="-",
        drawstyle="steps-post",
        label="first Pareto front",
    )
    return artists


def draw_weights(ax: Axes, weights: ArrayLike, accuracies: ArrayLike) -> Artists:
    """Draw a champion's accuracy (from 0 to 1) at each shared weight."""
    return list(
        ax.plot(
            weights,
            100 * np.asarray(accuracies),
            color=VERMILLION,
            marker="D",
            markersize=5,
            linestyle="-",
            linewidth=1.5,
        )
    )


def draw_progress(ax: Axes, generations: ArrayLike, values: ArrayLike, colour: str = GREEN) -> Artists:
    """Draw a number over the generations; its last value is marked."""
    x, y = np.asarray(generations), np.asarray(values)
    artists: Artists = ax.plot(x, y, color=colour, linestyle="-", linewidth=1.8, marker="none")
    artists += ax.plot(x[-1:], y[-1:], color=colour, linestyle="none", marker="o", markersize=6)
    return artists


def draw_pixels(ax: Axes, network: Network, shape: tuple[int, int]) -> Artists:
    """Draw how many connections leave each pixel; those that nothing listens to stay grey."""
    leaving = np.array([len(network.targets[pixel]) for pixel in range(1, network.first)], float).reshape(shape)
    most = max(leaving.max(), 2)
    rows, columns = shape
    return [
        ax.imshow(
            np.where(leaving, leaving, np.nan),
            cmap="viridis_r",
            vmin=1,
            vmax=most,
            extent=(0, columns, rows, 0),
            interpolation="nearest",
        )
    ]


def measure_sides(network: Network, dataset: Dataset, weights: Sequence[float]) -> NDArray[np.float64]:
    """For each point of a grid in the plane, the share of the weights at which a network says class 1.

    Returns
    -------
    ndarray (61, 61)
        From the lower left to the upper right of `reach`.
    """
    side = np.linspace(-1, 1, _GRID) * reach(dataset)
    points = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    return (evaluate(network, points, weights).argmax(axis=2) == 1).mean(axis=0).reshape(_GRID, _GRID)


def reach(dataset: Dataset) -> float:
    """How far a map of the plane goes to each side."""
    return 1.1 * float(np.abs(np.asarray(dataset.x_train)).max())


def draw_sides(ax: Axes, sides: NDArray[np.float64], dataset: Dataset) -> Artists:
    """Draw the plane as `measure_sides` found it, and some of the training points."""
    from matplotlib.colors import LinearSegmentedColormap

    far = reach(dataset)
    artists: Artists = [
        ax.imshow(
            sides,
            cmap=LinearSegmentedColormap.from_list("sides", SIDES),
            vmin=0,
            vmax=1,
            origin="lower",
            extent=(-far, far, -far, far),
        )
    ]
    x, y = np.asarray(dataset.x_train[:_POINTS]), np.asarray(dataset.y_train[:_POINTS])
    for label, colour, marker in ((0, ORANGE, "o"), (1, BLUE, "^")):
        artists += ax.plot(
            *x[y == label].T,
            color=colour,
            marker=marker,
            markersize=3.5,
            markeredgecolor=INK,
            markeredgewidth=0.3,
            linestyle="none",
        )
    return artists
