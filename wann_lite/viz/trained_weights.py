"""What training does to a network whose connections all began with one weight, and where that leaves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from ..training import Training
from .controls import redrawn
from .extras import require
from .style import BLUE, GREEN, GREY, INK, ORANGE, PALE, PURPLE, VERMILLION, mosaic, show

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Name, how many numbers training set, error on MNIST's 10,000 test images in percent, and whose figure it is. "here"
#: stands for benchmarks/training.py and benchmarks/single_layer.py (the mean of five seeds), on 16x16 deskewed pixels.
STANDING: tuple[tuple[str, int, float, str], ...] = (
    ("champion, random shared weight", 0, 8.1, "here"),
    ("champion, tuned weight", 1, 7.65, "here"),
    ("champion, trained", 1000, 6.3, "here"),
    ("single layer", 2570, 5.6, "here"),
    ("32 hidden nodes", 8554, 2.2, "here"),
    ("WANN, tuned weight", 1, 8.1, "Gaier & Ha 2019"),
    ("WANN, trained", 1849, 5.8, "Gaier & Ha 2019"),
    ("linear classifier, deskewed", 4010, 8.4, "LeCun et al. 1998"),
    ("300 hidden nodes, deskewed", 123_310, 1.6, "LeCun et al. 1998"),
    ("LeNet-1, 16x16 pixels", 2600, 1.7, "LeCun et al. 1998"),
    ("LeNet-5", 60_000, 0.95, "LeCun et al. 1998"),
)

_SOURCES = {
    "here": (BLUE, "o"),
    "Gaier & Ha 2019": (ORANGE, "D"),
    "LeCun et al. 1998": (GREY, "s"),
}
_LOOKS = ((BLUE, "-", "o"), (VERMILLION, "--", "s"), (GREEN, "-.", "^"), (PURPLE, ":", "v"))
_TITLE: dict[str, Any] = {"loc": "left", "fontsize": 11.5, "fontweight": "bold"}


def draw_training(training: Training, passes: int | None = None) -> tuple[Figure, str]:
    """Draw the weights after so many passes, as a heap and one by one, and the accuracy on the way.

    Weights are shown in units of the size (root mean square) of the first ones.

    Parameters
    ----------
    training : Training
    passes : int, optional
        From 0 to the last that was recorded, which is taken where nothing is given.

    Returns
    -------
    figure : matplotlib.figure.Figure
    alt : str
        The same in a sentence.

    Raises
    ------
    ValueError
        If the pass was not recorded.
    """
    last = len(training.train_losses)
    now = last if passes is None else passes
    if not 0 <= now <= last:
        raise ValueError(f"pass {now} was not recorded: choose one from 0 to {last}")
    relative = training.weights / np.sqrt(np.square(training.weights[0]).mean())
    weights = relative[now]
    fig, axes = mosaic([["curve", "heap", "each"]], figsize=(11, 3.7), width_ratios=[1.1, 1, 1.05])
    _draw_curve(axes["curve"], training, now)
    reach = float(np.ceil(np.percentile(np.abs(relative), 98)))
    _draw_heap(axes["heap"], weights, reach)
    # Every weight keeps its place: sorted by where it ends.
    columns = max(1, int(np.ceil(np.sqrt(len(weights)))))
    grid = np.full(columns * -(-len(weights) // columns), np.nan)
    grid[: len(weights)] = weights[np.argsort(relative[-1])]
    ax = axes["each"]
    image = ax.imshow(grid.reshape(-1, columns), cmap="RdBu", vmin=-reach, vmax=reach)
    ax.set(xticks=[], yticks=[], facecolor=PALE)
    ax.grid(visible=False)
    ax.set_title(f"Each of {len(weights):,} connections", **_TITLE)
    fig.colorbar(image, ax=ax, label="weight / first weight", extend="both", shrink=0.85)
    flipped = float((weights * relative[0] < 0).mean())
    alt = (
        f"After {now} of {last} passes {100 * training.accuracies[now]:.1f} % of the validation examples are right. Of "
        f"{len(weights):,} weights the middle half lies between {np.percentile(weights, 25):.2f} and "
        f"{np.percentile(weights, 75):.2f} times the first weight; {100 * flipped:.0f} % have changed their sign."
    )
    return fig, alt


def _draw_curve(ax: Axes, training: Training, now: int) -> None:
    right = 100 * training.accuracies
    ax.plot(right, color=BLUE, marker="o", markersize=4, linestyle="-")
    ax.plot([now], [right[now]], "D", color=VERMILLION, markersize=10, markeredgecolor="white", clip_on=False)
    low, high = right.min(), right.max()
    room = max(0.15 * (high - low), 0.3)
    ax.set(xlabel="passes over the training examples", ylim=(low - room, high + room))
    ax.set_ylabel("right answers, validation (%)")
    ax.xaxis.set_major_locator(require("matplotlib.ticker", "a figure").MaxNLocator(integer=True))
    ax.set_title(f"After {now} {'pass' if now == 1 else 'passes'}: {right[now]:.1f} % right", **_TITLE)


def _draw_heap(ax: Axes, weights: Any, reach: float) -> None:
    # What lies outside is counted at the edge.
    ax.hist(np.clip(weights, -reach, reach), bins=np.linspace(-reach, reach, 61).tolist(), color=INK)
    ax.axvline(0, color=GREY, linewidth=1.2, linestyle=":")
    ax.axvline(1, color=VERMILLION, linewidth=1.4, linestyle="--")
    ax.set(xlabel="weight / first weight", ylabel="connections", yscale="symlog", xlim=(-reach, reach))
    ax.set_ylim(0, 1.6 * max(10, len(weights)))
    ticks = [tick for tick in (0, 1, 10, 100, 1000, 10_000) if tick <= 1.6 * max(10, len(weights))]
    ax.set_yticks(ticks, [f"{tick:,}" for tick in ticks])
    ax.minorticks_off()
    ax.set_title("How many weigh how much", **_TITLE)


def explore_training(training: Training) -> Any:
    """A slider for the passes of `draw_training`; the training is over, so moving it only draws.

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
    last = len(training.train_losses)
    slider = widgets.IntSlider(
        value=last,
        min=0,
        max=last,
        description="passes",
        continuous_update=False,
        style={"description_width": "initial"},
        layout={"width": "50%", "min_width": "320px"},
    )
    output = redrawn(lambda passes: show(*draw_training(training, passes)), {"passes": slider}, 430)
    return widgets.VBox([slider, output])


def draw_costs(ax: Axes, curves: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> None:
    """Draw the loss of several ways of training over what they have cost so far.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    curves : mapping of str to (array_like (n,), array_like (n,))
        By name: how many images had passed the network, in either direction, and the loss in nats.
    """
    for (name, (images, losses)), (colour, line, marker) in zip(curves.items(), _LOOKS, strict=False):
        ax.plot(np.asarray(images), np.asarray(losses), color=colour, linestyle=line, label=name)
        ax.plot(np.asarray(images)[-1:], np.asarray(losses)[-1:], marker, color=colour, markersize=8)
    ax.set(xscale="log", xlabel="images sent through the network, forwards or backwards", ylabel="loss (nats)")
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.legend(loc="upper right", frameon=False)


def draw_standing(ax: Axes, rows: Sequence[tuple[str, int, float, str]] = STANDING) -> None:
    """Draw errors on MNIST's test images against how many numbers training had to set.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    rows : sequence of (str, int, float, str)
        Name, numbers set by training, error in percent, and source: see `STANDING`.
    """
    ordered = sorted(rows, key=lambda row: -row[2])
    for place, (_, trained, error, source) in enumerate(ordered):
        colour, marker = _SOURCES[source]
        ax.plot([0.7, error], [place, place], color=colour, linewidth=1, linestyle=":")
        ax.plot([error], [place], marker, color=colour, markersize=9)
        told = f"{error:g} %, {trained:,} trained" if trained else f"{error:g} %, nothing trained"
        ax.annotate(told, (error, place), xytext=(9, 0), textcoords="offset points", va="center", fontsize=9)
    for source, (colour, marker) in _SOURCES.items():
        ax.plot([], [], marker, color=colour, label=source, linestyle="none")
    ax.set(xscale="log", xlim=(0.7, 30), xlabel="wrong answers on 10,000 test images (%)", ylim=(len(rows) - 0.4, -0.6))
    ax.set_xticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
    ax.minorticks_off()
    ax.set_yticks(range(len(rows)), [row[0] for row in ordered])
    ax.legend(loc="lower right", frameon=False, title="measured by", alignment="left")
