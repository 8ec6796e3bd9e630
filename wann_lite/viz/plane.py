"""Two classes of examples in the plane, and the line that a perceptron draws between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..perceptron import Perceptron
from .style import BLUE, GREY, INK, ORANGE, mix

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_plane(
    ax: Axes, x: ArrayLike, labels: ArrayLike, perceptron: Perceptron | None = None, *, before: Perceptron | None = None
) -> None:
    """Draw examples in the plane, the line where the weighted sum is 0, and the side that is answered with 1.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    x : array_like (n, 2)
    labels : array_like (n,)
        Each 1 or -1: circles and squares.
    perceptron : Perceptron, optional
        Its line is solid, and its side of answer 1 shaded.
    before : Perceptron, optional
        Its line is dashed.
    """
    points, signs = np.asarray(x, np.float64), np.asarray(labels)
    low, high = limits(points)
    grid = np.linspace(low, high, 241)
    across, up = np.meshgrid(grid, grid)
    places = np.stack([across.ravel(), up.ravel()], axis=1)
    both = before is not None
    for line, style, colour, name in ((before, "--", GREY, "line before"), (perceptron, "-", INK, "line after")):
        if line is None:
            continue
        sums = line(places).reshape(across.shape)
        if line is perceptron and sums.max() > 0:
            ax.contourf(across, up, sums, levels=[0, np.inf], colors=[mix(BLUE, "#ffffff", 0.82)])
        if line.weights.any():
            ax.contour(across, up, sums, levels=[0], colors=[colour], linestyles=[style], linewidths=2)
            if both:
                ax.plot([], [], color=colour, linestyle=style, label=name)
    for sign, colour, marker, name in ((1, BLUE, "o", "label 1"), (-1, ORANGE, "s", "label −1")):
        own = points[signs == sign]
        ax.plot(
            own[:, 0],
            own[:, 1],
            color=colour,
            marker=marker,
            markersize=9,
            linestyle="none",
            markeredgecolor="white",
            label=name,
            zorder=3,
        )
    ax.set(xlim=(low, high), ylim=(low, high), aspect="equal", xlabel="input $x_1$", ylabel="input $x_2$")
    ax.locator_params(nbins=5)


def limits(points: NDArray[np.float64]) -> tuple[float, float]:
    """From where to where both axes of `draw_plane` reach."""
    return float(points.min()) - 0.75, float(points.max()) + 0.75
