"""What a network makes of one image: its answer at every shared weight, and the pixels and paths that decide it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..evaluate import SEARCH_WEIGHTS, evaluate
from ..losses import best_scale, log_softmax
from ..network import Connection, Network
from ..paths import contributions, part_for, through_connections
from .digit_path import draw_pixels
from .draw import Drawing, draw
from .plots import image_shape
from .shared_weights import WEIGHTS
from .style import BLUE, GREY, INK, VERMILLION, mosaic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..datasets import Dataset

#: A connection stands out in the drawing if it carries this share of what the strongest pixel sends.
STRONG = 1 / 3


@dataclass(frozen=True)
class Reading:
    """What a network says to an image.

    Attributes
    ----------
    image : ndarray (height, width)
        As the network sees it.
    weights : ndarray (W,)
    shares : ndarray (W, classes)
        How sure it is of each class at each weight: the softmax of its outputs, scaled as the scale-free loss does.
    votes : ndarray of int (classes,)
        How many of the six search weights say so.
    answer, second : int
        The classes with the greatest and the next greatest sum of softmax outputs over the six search weights.
    reasons : ndarray (height, width)
        What each pixel contributes, at weight 1, to the output of `answer` less that of `second`.
    strong : tuple of (int, int)
        The connections of `part_for(network, answer)` that carry most of what speaks for the answer at weight 1.
    """

    image: NDArray[Any]
    weights: NDArray[np.float64]
    shares: NDArray[np.float64]
    votes: NDArray[np.int64]
    answer: int
    second: int
    reasons: NDArray[np.float64]
    strong: tuple[Connection, ...]


class Reader:
    """A network that is asked for one image after the other.

    Parameters
    ----------
    network : Network
    dataset : Dataset
        Of images. Some of its validation images tell how large the outputs are at each weight.
    images : int
        How many of them.

    Raises
    ------
    ValueError
        If the data set is not of images, the network does not take them, or there is no image.
    """

    def __init__(self, network: Network, dataset: Dataset, images: int = 500) -> None:
        shape = image_shape(dataset)
        if images < 1:
            raise ValueError(f"images is {images}: at least 1 is needed")
        self.network, self.shape = network, shape
        x, y = dataset.x_validation[:images], dataset.y_validation[:images]
        self._scales = best_scale(evaluate(network, x, WEIGHTS), y)

    def read(self, pixels: ArrayLike) -> Reading:
        """What the network says to an image.

        Parameters
        ----------
        pixels : array_like (height * width,)
            From 0 to 1, prepared as the data set was.

        Raises
        ------
        ValueError
            If there are not as many pixels as the network takes.
        """
        x = np.asarray(pixels, np.float64)
        network, batch = self.network, x[None]
        outputs = evaluate(network, batch, WEIGHTS)[:, 0]
        six = evaluate(network, batch, SEARCH_WEIGHTS)[:, 0]
        answer, second = (-np.exp(log_softmax(six)).sum(axis=0)).argsort(kind="stable")[:2].tolist()
        lead = contributions(network, batch, 1.0, answer) - contributions(network, batch, 1.0, second)
        return Reading(
            image=x.reshape(self.shape),
            weights=WEIGHTS,
            shares=np.exp(log_softmax(self._scales[:, None] * outputs)),
            votes=np.bincount(six.argmax(axis=1), minlength=network.n_outputs),
            answer=answer,
            second=second,
            reasons=lead[0, 1:].reshape(self.shape),
            strong=strong_connections(part_for(network, answer), x),
        )

    def draw(self, reading: Reading) -> Drawing:
        """The part of the network that leads to the answer, the connections that carry most of it highlighted."""
        return draw(
            part_for(self.network, reading.answer),
            image_shape=self.shape,
            output_names=[reading.answer],
            highlight=reading.strong,
            title=f"What speaks for {reading.answer}, on its way through the network",
        )


def strong_connections(part: Network, pixels: ArrayLike) -> tuple[Connection, ...]:
    """The connections that carry most of what speaks for the only output of a network, at weight 1.

    Parameters
    ----------
    part : Network
        With one output.
    pixels : array_like (inputs,)

    Returns
    -------
    tuple of (source, target)
        Those that bring the output at least `STRONG` of what the strongest input brings through one connection.

    Examples
    --------
    >>> part = Network(3, 1, ["linear", "linear", "inverse"], [(1, 5), (2, 5), (5, 4), (3, 6), (6, 4)])
    >>> strong_connections(part, [1.0, 0.1, 1.0])
    ((5, 4), (1, 5))
    """
    flow = through_connections(part, np.asarray(pixels, np.float64), 1.0, 0)
    most = max((amount for (source, _), amount in flow.items() if source < part.first), default=0.0)
    return tuple(pair for pair, amount in flow.items() if 0 < STRONG * most <= amount)


def draw_shares(ax: Axes, reading: Reading) -> None:
    """Draw how sure the network is of each digit at each weight, with a dot on its answer.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    reading : Reading
    """
    shares, weights = 100 * reading.shares.T, reading.weights
    edges = np.append(weights, 2 * weights[-1] - weights[-2]) - 0.05
    mesh = ax.pcolormesh(edges, np.arange(len(shares) + 1) - 0.5, shares, cmap="viridis", vmin=0, vmax=100)
    ax.plot(weights, shares.argmax(axis=0), linestyle="none", marker="o", markersize=3, color=VERMILLION)
    ax.grid(visible=False)
    ax.invert_yaxis()
    ax.set(xlabel="shared weight", ylabel="digit", yticks=range(len(shares)), xticks=range(-2, 3))
    ax.figure.colorbar(mesh, ax=ax, label="how sure (%)", pad=0.02, ticks=[0, 50, 100])


def draw_votes(ax: Axes, reading: Reading) -> None:
    """Draw how many of the six search weights vote for each digit.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    reading : Reading
    """
    places = range(len(reading.votes))
    colours = [BLUE if digit == reading.answer else GREY for digit in places]
    ax.barh(places, reading.votes, color=colours, height=0.7)
    ax.set(
        xlim=(0, len(SEARCH_WEIGHTS)), xticks=[0, 3, 6], xlabel="votes", yticks=places, ylim=(places[-1] + 0.5, -0.5)
    )


def draw_reading(reading: Reading) -> tuple[Figure, str]:
    """Draw the image, the pixels that decide, the answers at all weights, and the vote.

    Parameters
    ----------
    reading : Reading

    Returns
    -------
    figure : matplotlib.figure.Figure
    alt : str
        The same in a sentence.
    """
    fig, axes = mosaic([["seen", "why", "shares", "votes"]], figsize=(10.2, 3.1), width_ratios=[1.1, 1.4, 1.5, 0.6])
    seen = axes["seen"]
    seen.imshow(reading.image, cmap="gray_r", vmin=0, vmax=1)
    seen.grid(visible=False)
    seen.set(xticks=[], yticks=[])
    for side in seen.spines.values():
        side.set_visible(True)
    draw_pixels(axes["why"], reading.reasons, signed=True, label="adds to the lead")
    if np.ptp(reading.image) > 0:
        axes["why"].contour(reading.image, levels=[reading.image.max() / 2], colors=[GREY], linewidths=0.8)
    draw_shares(axes["shares"], reading)
    draw_votes(axes["votes"], reading)
    titles = {
        "seen": "what it sees",
        "why": f"why {reading.answer} and not {reading.second}",
        "shares": "the answer at each weight",
        "votes": f"together: {reading.answer}",
    }
    for name, title in titles.items():
        axes[name].set_title(title, loc="left", fontsize=11, fontweight="bold", color=INK)
    said = reading.shares.argmax(axis=1)
    alt = (
        f"Six weights together say {reading.answer}, with {reading.votes[reading.answer]} of six votes; "
        f"{reading.second} comes second. {_listed(said)}"
    )
    return fig, alt


def _listed(said: Sequence[int] | NDArray[Any]) -> str:
    """Such as "3 at 38 of 40 weights, 5 at 2"."""
    digits, counts = np.unique(said, return_counts=True)
    order = counts.argsort(kind="stable")[::-1]
    parts = [f"{digits[i]} at {counts[i]}" for i in order]
    parts[0] += f" of {len(said)} weights"
    return "Of all weights: " + ", ".join(parts) + "."
