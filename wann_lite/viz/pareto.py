"""Two objectives in one picture: Pareto fronts, crowding, and a point to move among others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from ..ranking import pareto_fronts
from .controls import redrawn
from .extras import require
from .style import BLUE, COLOURS, GREY, INK, LINES, MARKERS, ORANGE, VERMILLION, figure, show

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: The first two objectives of the lessons.
LABELS = ("connections", "wrong answers (%)")


def draw_fronts(
    ax: Axes,
    points: ArrayLike,
    fronts: ArrayLike,
    names: Sequence[str] = (),
    labels: tuple[str, str] = LABELS,
    shown: int = 3,
) -> None:
    """Draw points by two objectives, lower is better, each front with a colour, a marker and a stepped line.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    points : array_like (n, 2)
    fronts : array_like of int (n,)
        From `wann_lite.ranking.pareto_fronts`.
    names : sequence of str
        One a point, written beside it, or none.
    labels : (str, str)
        Of the two objectives.
    shown : int
        How many fronts are told apart; all further points are small and grey.
    """
    where, front = np.asarray(points, np.float64), np.asarray(fronts)
    rest = where[front >= shown]
    if len(rest):
        ax.plot(*rest.T, color=GREY, marker=".", linestyle="none", label="further fronts")
    # The first front last, so that nothing covers it.
    for k in reversed(range(min(shown, int(front.max(initial=-1)) + 1))):
        members = where[front == k]
        members = members[np.lexsort((-members[:, 1], members[:, 0]))]
        ax.plot(*members.T, color=COLOURS[k], linestyle=LINES[k], linewidth=1.3, drawstyle="steps-post", alpha=0.7)
        ax.plot(*members.T, color=COLOURS[k], marker=MARKERS[k], linestyle="none", label=f"front {k}", markersize=8)
    for name, point in zip(names, where, strict=False):
        ax.annotate(name, point, xytext=(7, 6), textcoords="offset points", fontweight="bold")
    ax.set(xlabel=labels[0], ylabel=labels[1])
    handles, words = ax.get_legend_handles_labels()
    ax.legend(handles[::-1], words[::-1], loc="upper left", bbox_to_anchor=(1, 1), frameon=False)


def draw_crowding(ax: Axes, points: ArrayLike, names: Sequence[str], labels: tuple[str, str] = LABELS) -> None:
    """Draw a front and, around each inner point, the box that its two neighbours span."""
    where = np.asarray(points, np.float64)
    order = np.lexsort((-where[:, 1], where[:, 0]))
    ordered = where[order]
    for k, (before, after) in enumerate(zip(ordered[:-2], ordered[2:], strict=True)):
        corners = np.array([before, [after[0], before[1]], after, [before[0], after[1]], before])
        colour = (ORANGE, VERMILLION)[k % 2]
        ax.fill(*corners.T, color=colour, alpha=0.12)
        ax.plot(*corners.T, color=colour, linestyle=LINES[1 + k % 2], linewidth=1.5)
    ax.plot(*ordered.T, color=BLUE, marker="o", linestyle="none", markersize=8)
    for i in order:
        ax.annotate(names[i], where[i], xytext=(7, 6), textcoords="offset points", fontweight="bold")
    ax.set(xlabel=labels[0], ylabel=labels[1])


def draw_newcomer(points: ArrayLike, names: Sequence[str], newcomer: tuple[float, float]) -> tuple[Figure, str]:
    """Draw the fronts of some points and one more, which is ringed.

    Returns
    -------
    figure : matplotlib.figure.Figure
    alt : str
        The same in a sentence.
    """
    everyone = np.vstack([np.asarray(points, np.float64), newcomer])
    fronts = pareto_fronts(everyone)
    fig, ax = figure(figsize=(8, 4))
    draw_fronts(ax, everyone, fronts, [*names, "new"], shown=5)
    ax.plot(*newcomer, marker="o", markersize=17, color="none", markeredgecolor=INK, markeredgewidth=1.6)
    ax.set(xlim=(0, 11), ylim=(0, 11))
    displaced = [name for name, a, b in zip(names, pareto_fronts(points), fronts[:-1], strict=True) if b > a]
    moved = f"moves {', '.join(displaced)} back" if displaced else "moves nobody back"
    text = f"The new network is in front {fronts[-1]} and {moved}"
    ax.set_title(text, loc="left", fontsize=11, fontweight="bold")
    return fig, f"{text}; it has {newcomer[0]:g} connections and {newcomer[1]:g} % wrong answers."


def explore_newcomer(points: ArrayLike, names: Sequence[str]) -> Any:
    """Two sliders that move one more network among the others.

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
    sliders = [
        widgets.IntSlider(
            value=5,
            min=1,
            max=10,
            description=label,
            continuous_update=False,
            style={"description_width": "130px"},
            layout={"width": "60%", "min_width": "320px"},
        )
        for label in LABELS
    ]

    def redraw(connections: int, wrong: int) -> None:
        show(*draw_newcomer(points, names, (connections, wrong)))

    return widgets.VBox([*sliders, redrawn(redraw, dict(zip(("connections", "wrong"), sliders, strict=True)), 480)])
