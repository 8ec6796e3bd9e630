"""What is foretold of mutations, and what comes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .style import BLUE, GREEN, GREY, INK, LINES, MARKERS, ORANGE, VERMILLION

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = (BLUE, VERMILLION, GREEN, ORANGE)


def draw_foretold(ax: Axes, foretold: ArrayLike, came: ArrayLike, *, title: str = "", reach: float = 0.03) -> None:
    """Draw what was foretold of some changes against what came; on the line both agree.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    foretold, came : array_like (n,)
        By how much the loss falls, in nats; in either case more is better.
    title : str
    reach : float
        Where both axes end; what lies beyond stands at the edge, as a triangle.

    Raises
    ------
    ValueError
        If there is not one foretold for each that came.

    Examples
    --------
    >>> from wann_lite import viz
    >>> _, ax = viz.figure()
    >>> draw_foretold(ax, [0.01, 0.02], [0.01, -0.01], title="two changes")
    """
    x, y = np.asarray(foretold, np.float64), np.asarray(came, np.float64)
    if x.shape != y.shape:
        raise ValueError(f"{x.size} foretold and {y.size} that came: give one for each")
    beyond = np.maximum(np.abs(x), np.abs(y)) > reach
    ax.plot([-reach, reach], [-reach, reach], color=GREY, linestyle="--", linewidth=1.2)
    for of, marker, size in ((~beyond, "o", 4.0), (beyond, "v", 6.0)):
        inside = np.clip(x[of], -reach, reach), np.clip(y[of], -reach, reach)
        ax.plot(*inside, color=BLUE, linestyle="none", marker=marker, markersize=size, alpha=0.55, clip_on=False)
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    ax.set_title(title, loc="left", fontsize=12, fontweight="bold")
    ax.set(xlabel="loss falls by, as foretold (nats)", ylabel="loss falls by, as it came (nats)")


def draw_children(ax: Axes, changes: Mapping[str, ArrayLike], *, reach: float | None = None) -> None:
    """Draw how the loss of children differs from their parent's, from the best child to the worst.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    changes : mapping of str to array_like (n,)
        Of each kind of mutation, one to four of them, in nats; what is below 0 is better than the parent.
    reach : float, optional
        The largest change that is drawn as it is, up or down; the largest improvement if not given. The axis goes a
        little farther, and there stand all children that differ by more.

    Raises
    ------
    ValueError
        If there is no kind or more than four, or no child of one.

    Examples
    --------
    >>> from wann_lite import viz
    >>> _, ax = viz.figure()
    >>> draw_children(ax, {"blind": [0.3, -0.1, 0.0], "informed": [-0.2, -0.1, 0.1]})
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['blind: 1 of 3 better', 'informed: 2 of 3 better']
    """
    if not 1 <= len(changes) <= len(_COLOURS):
        raise ValueError(f"{len(changes)} kinds of mutation: give 1 to {len(_COLOURS)}")
    values: dict[str, NDArray[np.float64]] = {}
    for name, change in changes.items():
        its = np.asarray(change, np.float64)
        if its.ndim != 1 or not len(its):
            raise ValueError(
                f"the changes of {name!r} have the shape {its.shape}: give one for each child, at least one"
            )
        values[name] = np.sort(its)
    edge = max(max(-float(its[0]) for its in values.values()), 1e-9) if reach is None else reach
    ax.axhline(0, color=INK, linewidth=1)
    looks = zip(_COLOURS, LINES, MARKERS, strict=False)
    for (name, its), (colour, line, marker) in zip(values.items(), looks, strict=False):
        better = int((its < 0).sum())
        place = np.arange(1, len(its) + 1)
        shown = np.clip(its, -1.05 * edge, 1.05 * edge)
        label = f"{name}: {better} of {len(its)} better"
        ax.plot(place, shown, color=colour, linestyle=line, marker=marker, markersize=3, label=label)
    ax.set(xlabel="children, the best first", ylabel="change of the loss (nats)", ylim=(-1.12 * edge, 1.12 * edge))
    ax.legend(loc="upper left", frameon=False)
