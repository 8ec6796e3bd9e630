"""The figures of the course. Each function draws on axes that it is given, which `style.figure` makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..evaluate import evaluate
from .style import BLUE, GREEN, GREY, INK, LINES, MARKERS, ORANGE, PURPLE, VERMILLION

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..datasets import Dataset
    from ..network import Network

#: Shared weights from -2 to 2 in steps of 0.1.
WEIGHT_GRID: NDArray[np.float64] = np.arange(-20, 21) / 10

#: Year, name, and how many weights learning had to set. Where each number stands is in the notes of `draw_story`.
STORY: tuple[tuple[int, str, float], ...] = (
    (1960, "Mark I Perceptron", 512),
    (1987, "NETtalk", 18_629),
    (1998, "LeNet-5", 60_000),
    (2012, "AlexNet", 60e6),
    (2020, "GPT-3", 175e9),
)


def accuracy_by_weight(network: Network, x: ArrayLike, y: ArrayLike, weights: ArrayLike) -> NDArray[np.float64]:
    """The share of right answers when all connections carry the same weight, for each of several weights.

    Parameters
    ----------
    network : Network
    x : array_like (n, inputs)
    y : array_like (n,)
        The class of each row, from 0.
    weights : array_like (W,)

    Returns
    -------
    ndarray (W,)
        From 0 to 1. Where outputs tie, as all do at weight 0, the lowest class is the answer.

    Raises
    ------
    ValueError
        If there are no examples, or a shape does not fit.

    Examples
    --------
    >>> from wann_lite.network import Network
    >>> equal = Network(1, 2, ["linear", "inverse"], [(1, 2), (1, 3)])
    >>> accuracy_by_weight(equal, [[1.0], [-1.0]], [0, 1], [-1, 0, 1])
    array([0. , 0.5, 1. ])
    """
    labels = np.asarray(y)
    if labels.ndim != 1 or len(labels) == 0:
        raise ValueError(f"y has the shape {labels.shape}: give the class of each example, of at least one")
    array = np.atleast_1d(np.asarray(weights, np.float64))
    # One weight at a time: the outputs at all weights together may need more memory than a laptop has to
    # spare.
    return np.array([float(np.mean(evaluate(network, x, [w])[0].argmax(axis=1) == labels)) for w in array])


def image_shape(dataset: Dataset) -> tuple[int, int]:
    """Height and width of the images in a data set.

    Raises
    ------
    ValueError
        If it does not hold images.
    """
    if dataset.image_shape is None:
        raise ValueError(f"{dataset!r} does not hold images: take one that does, such as wl.datasets.mnist()")
    return dataset.image_shape


def draw_accuracy_by_weight(
    ax: Axes,
    weights: ArrayLike,
    accuracies: ArrayLike | dict[str, ArrayLike],
    *,
    at: float | None = None,
    chance: float | None = 0.1,
    images: str = "",
) -> None:
    """Draw accuracy over the shared weight.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    weights : array_like (W,)
    accuracies : array_like (W,), or a dict of names and such arrays
        From 0 to 1; several networks by name get a legend.
    at : float, optional
        A weight to mark on the first curve.
    chance : float, optional
        What blind guessing gives, drawn as a thin line.
    images : str
        What the percentage is of, such as "2,000 validation images", for the label of the axis.

    Raises
    ------
    ValueError
        If a curve has not one accuracy for each weight.
    """
    x = np.asarray(weights, np.float64)
    curves = accuracies if isinstance(accuracies, dict) else {"": accuracies}
    styles = zip((BLUE, VERMILLION, GREEN, ORANGE, PURPLE), LINES, MARKERS, strict=False)
    for (name, values), (colour, line, marker) in zip(curves.items(), styles, strict=False):
        y = 100 * np.asarray(values, np.float64)
        if y.shape != x.shape:
            raise ValueError(f"{y.size} accuracies for {x.size} weights: give one for each")
        ax.plot(x, y, color=colour, linestyle=line, linewidth=2, label=name or None)
        # The line would hide that nothing was measured between two weights.
        ax.plot(x, y, color=colour, linestyle="none", marker=marker, markersize=3)
    if chance is not None:
        ax.axhline(100 * chance, color=GREY, linestyle=":", linewidth=1.2)
        # Outside, where no curve can cross it.
        ax.annotate(
            "blind\nguessing",
            (1, 100 * chance),
            xycoords=("axes fraction", "data"),
            xytext=(5, 0),
            textcoords="offset points",
            color=GREY,
            va="center",
            fontsize=9,
        )
    if at is not None:
        first = np.asarray(next(iter(curves.values())), np.float64)
        height = 100 * float(np.interp(at, x, first))
        ax.axvline(at, color=VERMILLION, linewidth=1, alpha=0.6)
        ax.plot([at], [height], marker="D", markersize=9, color=VERMILLION, markeredgecolor="white", linestyle="none")
    label = f"right answers\n(% of {images})" if images else "right answers (%)"
    if any(curves):
        ax.legend(loc="center right", frameon=False)
    ax.set(xlabel="shared weight of all connections", ylabel=label, ylim=(0, 100))
    ax.set_xlim(x.min() - 0.08, x.max() + 0.08)


def draw_answers(
    axes: Sequence[Axes], images: ArrayLike, answers: Sequence[Any], labels: Sequence[Any], shape: tuple[int, int]
) -> None:
    """Draw images, each with the network's answer above it, and with what it is where the answer is wrong.

    Parameters
    ----------
    axes : sequence of matplotlib.axes.Axes
        One for each image.
    images : array_like (n, height * width)
        From 0 to 1.
    answers, labels : sequence (n,)
    shape : (int, int)
        Height and width.
    """
    for ax, image, answer, label in zip(axes, np.asarray(images), answers, labels, strict=True):
        ax.imshow(image.reshape(shape), cmap="gray_r", vmin=0, vmax=1)
        right = answer == label
        text = f"says {answer}" if right else f"says {answer}, is {label}"
        ax.set_title(
            text,
            color=INK if right else VERMILLION,
            fontsize=9.5,
            fontweight="normal" if right else "bold",
            loc="center",
            pad=4,
        )
        ax.set(xticks=[], yticks=[])
        ax.grid(visible=False)
        for side in ax.spines.values():
            side.set(visible=True, color=GREY if right else VERMILLION, linewidth=0.8 if right else 2.5)


def draw_story(ax: Axes) -> None:
    """Draw how many weights learning had to set, from the Mark I Perceptron to GPT-3, and the one of this course.

    Notes
    -----
    Mark I: 512 association units, whose weights to one response unit were motor-driven potentiometers (Hay et
    al. 1960, Mark I Perceptron operators' manual). NETtalk: 18,629 (Sejnowski & Rosenberg 1987). LeNet-5:
    60,000 (LeCun et al. 1998). AlexNet: 60 million (Krizhevsky et al. 2012). GPT-3: 175 billion (Brown et al.
    2020). Weight agnostic networks: one for all connections (Gaier & Ha 2019).
    """
    years, names, sizes = zip(*STORY, strict=True)
    ax.plot(years, sizes, color=BLUE, marker="o", markersize=7, linewidth=2, linestyle="-")
    for year, name, size in zip(years, names, sizes, strict=True):
        last = year == max(years)
        ax.annotate(
            f"{name}\n{_in_words(size)}",
            (year, size),
            xytext=(-8, 6) if last or year == 2012 else (2, 9),
            textcoords="offset points",
            ha="right" if last or year == 2012 else "center" if year > 1960 else "left",
            va="bottom",
            color=INK,
            fontsize=9.5,
        )
    ax.plot([2019], [1], color=VERMILLION, marker="D", markersize=10, linestyle="none")
    ax.annotate(
        "weight agnostic network\none, shared by all connections",
        (2019, 1),
        xytext=(-12, 4),
        textcoords="offset points",
        ha="right",
        va="center",
        color=VERMILLION,
        fontweight="bold",
        fontsize=9.5,
    )
    ax.set_yscale("log")
    ax.set(xlabel="year", ylabel="weights set by learning (count, log scale)", ylim=(0.25, 3e13), xlim=(1956, 2024))
    ax.set_yticks([1, 1e3, 1e6, 1e9, 1e12], ["1", "thousand", "million", "billion", "trillion"])
    ax.minorticks_off()


def _in_words(size: float) -> str:
    for unit, word in ((1e9, "billion"), (1e6, "million")):
        if size >= unit:
            return f"{size / unit:g} {word}"
    return f"{size:,.0f}"
