"""One network at several weights: how often each is right, and what they gain by deciding together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..evaluate import SEARCH_WEIGHTS, evaluate
from ..losses import accuracy, log_softmax
from .style import BLUE, GREY, INK, ORANGE, PALE, VERMILLION

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..network import Network


@dataclass(frozen=True)
class Votes:
    """How a network does at several weights, alone and together; all are shares of images, from 0 to 1.

    Attributes
    ----------
    alone : ndarray (W,)
        Right at each weight.
    vote : float
        Right by the majority of the weights; of classes with equally many votes the lowest is taken.
    together : float
        Right by the greatest sum of softmax outputs, as `wann_lite.score` has it.
    all_right, any_right : float
        Right at every weight, and at one weight at least: no vote is below the first or above the second.
    """

    alone: NDArray[np.float64]
    vote: float
    together: float
    all_right: float
    any_right: float


def measure_votes(network: Network, x: ArrayLike, y: ArrayLike, weights: Sequence[float] = SEARCH_WEIGHTS) -> Votes:
    """Let one network decide at several weights.

    Parameters
    ----------
    network : Network
    x : array_like (n, inputs)
    y : array_like of int (n,)
    weights : sequence of float (W,)

    Examples
    --------
    >>> from wann_lite.network import Network
    >>> sign = Network(1, 2, ["linear", "linear"], [(1, 3)])
    >>> measure_votes(sign, [[1.0], [-1.0]], [1, 0], [-1.0, 0.5, 1.0]).alone
    array([0., 1., 1.])
    """
    labels = np.asarray(y)
    outputs = evaluate(network, x, list(weights))
    answers = outputs.argmax(axis=2)
    right = answers == labels
    ballots = (answers[..., None] == np.arange(network.n_outputs)).sum(axis=0)
    return Votes(
        alone=right.mean(axis=1),
        vote=float(np.mean(ballots.argmax(axis=1) == labels)),
        together=float(accuracy(np.exp(log_softmax(outputs)).sum(axis=0), labels)),
        all_right=float(right.all(axis=0).mean()),
        any_right=float(right.any(axis=0).mean()),
    )


def draw_voting(ax: Axes, networks: Mapping[str, Votes]) -> None:
    """Draw for each network a bar from "all weights right" to "one at least", and on it the weights and their votes.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    networks : mapping of str to Votes
    """
    for row, votes in enumerate(networks.values()):
        low, high = 100 * votes.all_right, 100 * votes.any_right
        ax.barh(row, high - low, left=low, height=0.5, color=PALE, edgecolor=GREY)
        marks: list[tuple[str, ArrayLike, str, str, float]] = [
            ("one weight alone", votes.alone, "|", INK, 16),
            ("their mean", votes.alone.mean(), "D", ORANGE, 8),
            ("majority", votes.vote, "^", BLUE, 10),
            ("sum of softmax", votes.together, "s", VERMILLION, 8),
        ]
        for height, (name, values, marker, colour, size) in zip((0.0, 0.0, 0.12, -0.12), marks, strict=True):
            shares = 100 * np.atleast_1d(np.asarray(values, np.float64))
            ax.plot(
                shares,
                np.full(len(shares), row + height),
                linestyle="none",
                marker=marker,
                color=colour,
                markersize=size,
                label=None if row else name,
            )
    ax.use_sticky_edges = False  # room at both ends of the longest bar
    ax.set(xlabel="right answers (%)", yticks=range(len(networks)), yticklabels=list(networks))
    ax.set_ylim(len(networks) - 0.5, -0.5)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, frameon=False)


def draw_distribution(axes: Sequence[Any], networks: Mapping[str, ArrayLike]) -> None:
    """Draw for each network how its accuracy is distributed over random weights, with mean and standard deviation.

    Parameters
    ----------
    axes : sequence of matplotlib.axes.Axes
        One for each network.
    networks : mapping of str to array_like (W,)
        Accuracies from 0 to 1, at weights that are spread evenly.
    """
    for ax, (name, shares), colour in zip(axes, networks.items(), (BLUE, VERMILLION), strict=True):
        values = 100 * np.asarray(shares, np.float64)
        counts, *_ = ax.hist(values, bins=np.arange(0, 104, 4), color=colour, alpha=0.75, edgecolor="white")
        top = 1.1 * counts.max()
        ax.errorbar(values.mean(), top, xerr=values.std(), fmt="D", color=INK, capsize=5, markersize=6)
        ax.set(xlim=(0, 104), ylim=(0, 1.25 * counts.max()), ylabel="weights")
        ax.set_title(f"{name}: {values.mean():.1f} ± {values.std():.1f} %", loc="left", fontsize=11, fontweight="bold")
    axes[-1].set_xlabel("right answers (%)")
