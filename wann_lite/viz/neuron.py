"""A nerve cell and a perceptron side by side: the same part has the same number and the same colour in both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .extras import require
from .style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, SKY, mix

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Colour, place of the number, and what the part is called in a nerve cell and in a perceptron.
PARTS: tuple[tuple[str, tuple[float, float], str, str], ...] = (
    (SKY, (0.45, 5.75), "incoming\nsignals", "inputs"),
    (ORANGE, (2.05, 5.75), "synapses", "weights"),
    (BLUE, (4.75, 5.75), "cell body\nsums up", "weighted\nsum"),
    (PURPLE, (6.75, 5.75), "axon hillock\nfires or not", "threshold"),
    (GREEN, (9.0, 5.75), "axon", "answer\n1 or −1"),
)
_HEIGHTS = (4.6, 3.0, 1.4)
_BODY = (4.75, 3.0)
_STRENGTHS = (0.36, 0.2, 0.28)


def draw_neuron(axes: Sequence[Axes]) -> None:
    """Draw a nerve cell on the first of two axes and a perceptron on the second.

    Parameters
    ----------
    axes : sequence of matplotlib.axes.Axes
        Two, side by side.

    Raises
    ------
    ValueError
        If there are not two axes.
    """
    if len(axes) != 2:
        raise ValueError(f"{len(axes)} axes for two drawings: make them with viz.figure(1, 2)")
    for ax, title in zip(axes, ("A nerve cell", "A perceptron"), strict=True):
        ax.set(xlim=(-0.3, 10.3), ylim=(-0.6, 6.3), aspect="equal")
        ax.set_axis_off()
        ax.set_title(title, fontsize=12, fontweight="bold", loc="left")
    _nerve_cell(axes[0])
    _perceptron(axes[1])
    for number, (colour, (x, y), cell, unit) in enumerate(PARTS, start=1):
        for ax, name in zip(axes, (cell, unit), strict=True):
            ax.text(x, y, str(number), color="white", fontsize=9, fontweight="bold", ha="center", va="center")
            ax.plot([x], [y], marker="o", markersize=14, color=mix(colour, INK, 0.25), zorder=1)
            ax.text(x, 0.45, name, color=mix(colour, INK, 0.45), fontsize=9, ha="center", va="top", linespacing=1.1)


def _nerve_cell(ax: Axes) -> None:
    patches = require("matplotlib.patches", "a figure")
    angles = np.linspace(0, 2 * np.pi, 200)
    rim = 1 + 0.07 * np.cos(5 * angles + 0.4)
    for height, strength in zip(_HEIGHTS, _STRENGTHS, strict=True):
        _curve(ax, (-0.2, height + 0.25), (1.62, height), SKY, 2.5)
        _curve(ax, (2.0 + strength, height), _BODY, mix(BLUE, "#ffffff", 0.45), 6)
        # The swelling of the incoming fibre, the gap, and the spot that receives.
        ax.add_patch(patches.Wedge((1.95, height), strength + 0.12, 90, 270, color=ORANGE, zorder=3))
        ax.add_patch(
            patches.Rectangle((2.05, height - strength), 0.12, 2 * strength, color=mix(ORANGE, INK, 0.3), zorder=3)
        )
    x, y = _BODY
    ax.fill(
        x + 1.05 * rim * np.cos(angles), y + 1.05 * rim * np.sin(angles), color=mix(BLUE, "#ffffff", 0.45), zorder=2
    )
    ax.add_patch(patches.Circle((x - 0.1, y + 0.1), 0.4, color=BLUE, zorder=3))
    ax.fill([5.65, 7.1, 7.1, 5.65], [3.55, 3.14, 2.86, 2.45], color=PURPLE, linewidth=0, zorder=2)
    ax.plot([7.1, 9.0], [3.0, 3.0], color=GREEN, linewidth=5, solid_capstyle="butt")
    for end in (3.9, 3.0, 2.1):
        _curve(ax, (8.9, 3.0), (10.0, end), GREEN, 2.5)
        ax.plot([10.0], [end], marker="o", markersize=7, color=GREEN)


def _perceptron(ax: Axes) -> None:
    patches = require("matplotlib.patches", "a figure")
    for place, (height, strength) in enumerate(zip(_HEIGHTS, _STRENGTHS, strict=True), start=1):
        ax.plot([0.45, _BODY[0]], [height, _BODY[1]], color=GREY, linewidth=1 + 10 * strength, linestyle="-", zorder=1)
        across = (2.05 - 0.45) / (_BODY[0] - 0.45)
        middle = height + across * (_BODY[1] - height)
        _disc(ax, (0.45, height), 0.42, SKY, f"$x_{place}$")
        _disc(ax, (2.05, middle), 0.42, ORANGE, f"$w_{place}$")
    _disc(ax, _BODY, 1.05, mix(BLUE, "#ffffff", 0.45), "")
    ax.text(*_BODY, "sum\n+ bias", ha="center", va="center", fontsize=10, color=INK, zorder=4)
    ax.plot([5.8, 6.1], [3, 3], color=GREY, linewidth=2, linestyle="-")
    ax.add_patch(patches.Rectangle((6.1, 2.35), 1.3, 1.3, facecolor="white", edgecolor=PURPLE, linewidth=2.5, zorder=2))
    ax.plot([6.25, 6.75, 6.75, 7.25], [2.6, 2.6, 3.4, 3.4], color=PURPLE, linewidth=2.5, linestyle="-", zorder=3)
    arrow: dict[str, Any] = {"arrowstyle": "-|>", "color": GREEN, "linewidth": 3.5, "mutation_scale": 18}
    ax.annotate("", (10.1, 3.0), (7.45, 3.0), arrowprops=arrow)


def _disc(ax: Axes, centre: tuple[float, float], radius: float, colour: str, text: str) -> None:
    patches = require("matplotlib.patches", "a figure")
    ax.add_patch(patches.Circle(centre, radius, facecolor=colour, edgecolor="white", linewidth=1.5, zorder=3))
    ax.text(*centre, text, ha="center", va="center", fontsize=10.5, color=INK, zorder=4)


def _curve(ax: Axes, start: tuple[float, float], end: tuple[float, float], colour: str, width: float) -> None:
    """A smooth fibre that leaves and arrives horizontally."""
    patches, path = require("matplotlib.patches", "a figure"), require("matplotlib.path", "a figure").Path
    middle = (start[0] + end[0]) / 2
    bend = path([start, (middle, start[1]), (middle, end[1]), end], [path.MOVETO, *[path.CURVE4] * 3])
    ax.add_patch(
        patches.PathPatch(bend, facecolor="none", edgecolor=colour, linewidth=width, capstyle="round", zorder=1)
    )
