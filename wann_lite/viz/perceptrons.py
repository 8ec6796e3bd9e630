"""Figures of perceptrons: the line in the plane, mistakes under their bound, accuracy by passes, weights as images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .neuron import draw_neuron
from .perceptron_steps import Step, draw_step, explore_steps, steps_of
from .plane import draw_plane
from .style import BLUE, COLOURS, LINES, MARKERS, VERMILLION, mix

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "Step",
    "draw_mistakes",
    "draw_neuron",
    "draw_passes",
    "draw_plane",
    "draw_step",
    "draw_weights",
    "explore_steps",
    "steps_of",
]


def draw_mistakes(ax: Axes, ratios: ArrayLike, mistakes: ArrayLike) -> None:
    """Draw the number of mistakes over R / margin, one point a training, under the bound of the convergence theorem.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    ratios : array_like (n,)
        The length of the longest example divided by the margin, above 0.
    mistakes : array_like (n,)
        Trainings without one cannot stand on a logarithmic axis and are left out.
    """
    x, y = np.asarray(ratios, np.float64), np.asarray(mistakes)
    ends = np.array([x.min() / 1.15, x.max() * 1.15])
    ax.plot(ends, ends**2, color=VERMILLION, linestyle="--", label="bound: $(R / γ)^2$")
    ax.fill_between(ends, ends**2, 10 * ends.max() ** 2, color=mix(VERMILLION, "#ffffff", 0.88), linewidth=0)
    ax.plot(x[y > 0], y[y > 0], color=BLUE, marker="o", markersize=4, alpha=0.7, linestyle="none", label="one training")
    ax.set(xscale="log", yscale="log", xlim=ends, ylim=(0.8, 2 * ends.max() ** 2))
    ax.set(xlabel="length of the longest example / margin, $R / γ$ (log scale)", ylabel="mistakes (count, log scale)")
    ax.text(0.5, 0.82, "impossible", transform=ax.transAxes, color=VERMILLION, fontweight="bold", fontsize=11)
    ax.legend(loc="upper left", bbox_to_anchor=(0.02, 0.98), frameon=False)


def draw_passes(ax: Axes, curves: Mapping[str, ArrayLike], *, images: str) -> None:
    """Draw the share of right answers after each pass through the examples.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    curves : mapping of str to array_like (passes,)
        From 0 to 1.
    images : str
        What the percentage is of, such as "10,000 validation images".
    """
    for (name, values), colour, line, marker in zip(curves.items(), COLOURS, LINES, MARKERS, strict=False):
        heights = 100 * np.asarray(values, np.float64)
        passes = np.arange(1, len(heights) + 1)
        ax.plot(passes, heights, color=colour, linestyle=line, marker=marker, label=name)
        ax.set_xticks(passes)
    ax.set(xlabel="passes through the training images", ylabel=f"right answers\n(% of {images})")
    ax.legend(loc="lower right", frameon=True, framealpha=0.9, edgecolor="none")


def draw_weights(axes: Sequence[Axes], weights: ArrayLike, shape: tuple[int, int], names: Sequence[Any]) -> None:
    """Draw each perceptron's weights as an image: blue where ink speaks for its answer, red where against it.

    Parameters
    ----------
    axes : sequence of matplotlib.axes.Axes (n,)
    weights : array_like (n, height * width)
        Without the bias. Each image has its own scale, symmetric around 0.
    shape : (int, int)
        Height and width.
    names : sequence (n,)
        What stands above each.
    """
    rows = np.asarray(weights, np.float64)
    for ax, row, name in zip(axes, rows, names, strict=True):
        limit = max(float(np.abs(row).max()), 1e-12)
        ax.imshow(row.reshape(shape), cmap="RdBu", vmin=-limit, vmax=limit)
        ax.set_title(str(name), loc="center", fontsize=11, pad=3)
        ax.set_axis_off()
