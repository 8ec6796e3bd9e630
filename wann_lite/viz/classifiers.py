"""Figures of trained classifiers: their weights, what they answer where, and how many weights they hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..losses import log_softmax
from .style import BLUE, GREY, INK, MARKERS, ORANGE, VERMILLION

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Year, name, kind, and how many weights training sets. Where each number stands is in the notes of `draw_timeline`.
DEEP_NETWORKS: tuple[tuple[int, str, str, float], ...] = (
    (1997, "LSTM", "recurrent", 264),
    (1998, "LeNet-5", "convolutional, 7 layers", 60_000),
    (2012, "AlexNet", "convolutional, 8 layers", 60_000_000),
    (2015, "ResNet-152", "convolutional, 152 layers", 60_192_808),
)


def draw_weight_images(axes: Sequence[Axes], weights: ArrayLike, shape: tuple[int, int]) -> Any:
    """Draw the weights into each output as an image: red where ink speaks for it, blue where ink speaks against it.

    Parameters
    ----------
    axes : sequence of matplotlib.axes.Axes
        One for each output.
    weights : array_like (height * width, outputs)
    shape : (int, int)
        Height and width.

    Returns
    -------
    matplotlib.image.AxesImage
        The last one, for a colour bar that holds for all.
    """
    images = np.asarray(weights, np.float64).T
    largest = float(np.abs(images).max()) or 1.0
    drawn = None
    for digit, (ax, image) in enumerate(zip(axes, images, strict=True)):
        drawn = ax.imshow(image.reshape(shape), cmap="RdBu", vmin=-largest, vmax=largest)
        ax.set_title(str(digit), loc="center", pad=4)
        ax.set(xticks=[], yticks=[])
        ax.grid(visible=False)
        for side in ax.spines.values():
            side.set(visible=True, color=GREY, linewidth=0.8)
    return drawn


def draw_random_weights(ax: Axes, accuracies: ArrayLike, trained: float | None = None) -> None:
    """Draw how many random networks reach which accuracy, and where the trained one stands.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    accuracies : array_like (n,)
        From 0 to 1.
    trained : float, optional
        The accuracy after training.
    """
    values = 100 * np.asarray(accuracies, np.float64)
    ax.hist(values, bins=list(range(0, 101, 2)), color=BLUE, edgecolor="white", linewidth=0.5)
    ax.axvline(values.mean(), color=INK, linestyle=":", linewidth=1.5)
    top = ax.get_ylim()[1] * 1.15
    ax.text(values.mean(), top * 0.985, f" mean {values.mean():.1f} %", va="top", color=INK)
    ax.annotate(
        f"best of {len(values):,}:\n{values.max():.1f} %",
        (values.max(), 0),
        xytext=(14, 55),
        textcoords="offset points",
        color=BLUE,
        arrowprops={"arrowstyle": "-|>", "color": BLUE},
    )
    if trained is not None:
        ax.axvline(100 * trained, color=VERMILLION, linestyle="--", linewidth=2)
        ax.text(
            100 * trained - 1, top * 0.985, f"trained:\n{100 * trained:.1f} %", ha="right", va="top", color=VERMILLION
        )
    ax.set(xlabel="right answers (%)", ylabel="networks (count)", xlim=(0, 100), ylim=(0, top))


def draw_regions(
    ax: Axes,
    classifier: Callable[[NDArray[Any]], NDArray[Any]],
    x: ArrayLike,
    y: ArrayLike,
    *,
    reach: float = 1.6,
    title: str = "",
) -> None:
    """Draw how sure a classifier of points in the plane is of class 1 everywhere, and labelled points on top.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    classifier : callable
        Gives the outputs (n, 2), before the softmax, for points (n, 2).
    x : array_like (n, 2)
    y : array_like (n,)
        0 or 1.
    reach : float
        The plane is shown from -reach to reach.
    title : str
    """
    points, labels = np.asarray(x, np.float64), np.asarray(y)
    side = np.linspace(-reach, reach, 81)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    shares = np.exp(log_softmax(classifier(grid)))[:, 1].reshape(81, 81)
    ax.contourf(side, side, shares, levels=np.linspace(0, 1, 11), cmap="PuOr_r", alpha=0.5)
    if shares.min() < 0.5 < shares.max():
        ax.contour(side, side, shares, levels=[0.5], colors=INK, linewidths=2)
    for label, colour in ((0, "#542788"), (1, ORANGE)):
        chosen = points[labels == label]
        ax.plot(*chosen.T, MARKERS[label], color=colour, markeredgecolor="white", markersize=6, label=f"class {label}")
    ax.set(xlabel="first input", ylabel="second input", xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    ax.set_title(title, loc="left", fontsize=12, fontweight="bold")
    ax.grid(visible=False)


def draw_timeline(ax: Axes, ours: Mapping[str, int] | None = None) -> None:
    """Draw how many weights training sets in four networks that made history, and in our own.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    ours : mapping of str to int, optional
        Names of networks of the lesson and how many weights they have, drawn as lines across.

    Notes
    -----
    LSTM: 264, four memory cells with two gates each on the embedded Reber grammar (Hochreiter & Schmidhuber 1997,
    experiment 1). With 7 inputs and 7 outputs these are 12 x (7 + 12) weights into cells and gates, 4 x 7 to the
    outputs and 8 biases of gates. LeNet-5: 156 + 12 + 1,516 + 32 + 48,120 + 10,164 = 60,000 (LeCun et al. 1998, section
    II.B). AlexNet: 60 million (Krizhevsky et al. 2012, abstract). ResNet-152: the layers of He et al. (2015), table 1,
    counted in the implementation of torchvision.
    """
    years, names, kinds, sizes = zip(*DEEP_NETWORKS, strict=True)
    for year, name, kind, size, marker in zip(years, names, kinds, sizes, MARKERS, strict=False):
        ax.plot([year], [size], marker=marker, markersize=9, color=BLUE, linestyle="none")
        ax.annotate(
            f"{name}, {year}\n{kind}\n{_count(size)}",
            (year, size),
            xytext=(-10, 0) if year == 2012 else (10, 0),
            textcoords="offset points",
            ha="right" if year == 2012 else "left",
            va="center",
            color=INK,
            fontsize=9.5,
        )
    for name, size in (ours or {}).items():
        ax.axhline(size, color=VERMILLION, linestyle="--", linewidth=1.3)
        ax.annotate(
            f"{name}: {size:,}",
            (1, size),
            xycoords=("axes fraction", "data"),
            xytext=(-4, 3),
            textcoords="offset points",
            ha="right",
            va="bottom",
            color=VERMILLION,
            fontsize=9.5,
        )
    ax.set_yscale("log")
    ax.set(xlabel="year", ylabel="weights set by training\n(count, log scale)", ylim=(50, 1e9), xlim=(1994, 2025))
    ax.set_yticks([100, 1e4, 1e6, 1e8], ["100", "10 thousand", "1 million", "100 million"])
    ax.minorticks_off()


def _count(size: float) -> str:
    return f"{size / 1e6:.0f} million" if size >= 1e6 else f"{size:,.0f}"
