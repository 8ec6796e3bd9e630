"""What the mutations of a champion's ancestry brought, measured one by one, and the moments that a film shows of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..activations import ACTIVATIONS
from ..evaluate import SEARCH_WEIGHTS
from ..losses import accuracy
from ..mutation import Mutation
from ..network import Network

if TYPE_CHECKING:
    from ..datasets import Dataset
    from ..lineage import Lineage


@dataclass(frozen=True)
class Moment:
    """One picture of a film: an ancestor, and what was done since the picture before.

    Attributes
    ----------
    birth : int
        How many births after the founder, whose number is 0.
    generation : int
        When it was born.
    network : Network
    mutations : tuple of Mutation
        All since the picture before, the oldest first.
    best : int
        The birth among them that brought the most.
    best_mutations : tuple of Mutation
        What was done there.
    best_gain : float
        What that brought, as a difference of two accuracies.
    """

    birth: int
    generation: int
    network: Network
    mutations: tuple[Mutation, ...]
    best: int
    best_mutations: tuple[Mutation, ...]
    best_gain: float


@dataclass(frozen=True)
class Ancestry:
    """A champion's line of ancestors, measured.

    Attributes
    ----------
    moments : tuple of Moment
        The founder first, the champion last.
    accuracies : ndarray (births + 1,)
        Of every ancestor, from 0 to 1: the share of right answers, a mean over the shared weights.
    x : ndarray (n, inputs)
        The validation examples that were answered.
    labels : ndarray of int (n,)
    weights : tuple of float
        The shared weights.
    image_shape : (int, int) or None
        Height and width of an example that is an image.
    """

    moments: tuple[Moment, ...]
    accuracies: NDArray[np.float64]
    x: NDArray[Any]
    labels: NDArray[Any]
    weights: tuple[float, ...]
    image_shape: tuple[int, int] | None

    @property
    def births(self) -> int:
        """How many births lead from the founder to the champion."""
        return len(self.accuracies) - 1


def measure_ancestry(
    lineage: Lineage,
    dataset: Dataset,
    *,
    moments: int = 60,
    examples: int = 1000,
    weights: Sequence[float] = SEARCH_WEIGHTS,
) -> Ancestry:
    """Measure every ancestor on the first validation examples, and choose the moments of a film.

    Where there are more births than `moments`, each picture stands for a constant fraction more births than
    those before it: early on one mutation a picture, when each of them brings much, and later many together.

    Parameters
    ----------
    lineage : Lineage
    dataset : Dataset
        Its test examples are not looked at.
    moments : int
        At most so many pictures, at least 3.
    examples : int
        At most so many validation examples.
    weights : sequence of float (W,)
        Shared weights.

    Raises
    ------
    ValueError
        If the network does not take the examples, `moments` or `examples` is too small, or the lineage is broken.

    Examples
    --------
    >>> from wann_lite.datasets import xor
    >>> from wann_lite.lineage import Birth, Lineage
    >>> child = Birth(Birth(), (Mutation("add_connection", 1, 4),), generation=1)
    >>> ancestry = measure_ancestry(Lineage.of(Network(2, 2, ["linear"] * 2, [(2, 4)]), child), xor())
    >>> ancestry.births, [str(mutation) for mutation in ancestry.moments[1].mutations]
    (1, ['add connection 1 -> 4'])
    """
    founder = lineage.founder
    if (founder.n_inputs, founder.n_outputs) != (dataset.n_inputs, dataset.n_classes):
        raise ValueError(
            f"the lineage's networks take {founder.n_inputs} inputs and have {founder.n_outputs} outputs: "
            f"{dataset!r} does not fit"
        )
    if moments < 3 or examples < 1:
        raise ValueError(f"moments is {moments}, examples {examples}: at least 3 and 1 are needed")
    x, labels = dataset.x_validation[:examples], dataset.y_validation[:examples]
    answers = _Answers(x, weights)
    chosen = film_births(len(lineage.steps) - 1, moments)
    shown, networks, accuracies = set(chosen), {}, []
    for birth, network in enumerate(lineage.networks()):
        accuracies.append(float(accuracy(answers.of(network), labels).mean()))
        if birth in shown:
            networks[birth] = network
    gains = np.diff(accuracies)
    steps = lineage.steps
    pictures = [Moment(0, steps[0].generation, founder, (), 0, (), 0.0)]
    for before, birth in pairwise(chosen):
        best = before + 1 + int(gains[before:birth].argmax())
        together = tuple(mutation for step in steps[before + 1 : birth + 1] for mutation in step.mutations)
        pictures.append(
            Moment(
                birth,
                steps[birth].generation,
                networks[birth],
                together,
                best,
                steps[best].mutations,
                float(gains[best - 1]),
            )
        )
    return Ancestry(tuple(pictures), np.array(accuracies), x, labels, tuple(weights), dataset.image_shape)


def film_births(births: int, moments: int) -> list[int]:
    """Which births are shown: all if they are few, else ever fewer of them, in constant proportion.

    Examples
    --------
    >>> film_births(3, 60)
    [0, 1, 2, 3]
    >>> film_births(1000, 10)
    [0, 1, 2, 5, 12, 29, 71, 173, 421, 1000]
    """
    if births < moments:
        return list(range(births + 1))
    # The smallest factor between two pictures with which they do not become too many.
    chosen: list[int] = []
    for factor in np.geomspace(births, 1 + 1 / births, 2000):
        longer = [0, 1]
        while longer[-1] < births:
            longer.append(min(births, max(longer[-1] + 1, round(longer[-1] * factor))))
        if len(longer) > moments:
            break
        chosen = longer
    return chosen


class _Answers:
    """What a network and, one after another, its descendants answer on the same examples.

    A descendant costs only the nodes that its mutation touched and those downstream of them, yet every sum is taken
    from scratch and in the order of `wann_lite.evaluate`, so that no rounding adds up over thousands of births.
    """

    def __init__(self, x: NDArray[Any], weights: Sequence[float]) -> None:
        self._weights = np.asarray(weights, x.dtype)[:, None]
        self._shape = len(self._weights), len(x)
        self._values: dict[int, NDArray[Any]] = {0: np.ones(len(x), x.dtype), **dict(enumerate(x.T, 1))}
        self._last: Network | None = None

    def of(self, network: Network) -> NDArray[Any]:
        """The outputs (W, n, classes) of a network that resembles the one before."""
        last, changed = self._last, set[int]()
        for node, activation in ((node, network.activation_of(node)) for node in network.order):
            place, sources = node - network.first, network.sources_of(node)
            if (
                last is None
                or place >= len(last.sources)
                or sources != last.sources[place]
                or activation != last.activations[place]
                or not changed.isdisjoint(sources)
            ):
                total = np.zeros(self._shape, self._weights.dtype)
                for source in sorted(sources):
                    total += self._values[source]
                with np.errstate(over="ignore", invalid="ignore"):
                    self._values[node] = ACTIVATIONS[activation](self._weights * total)
                changed.add(node)
        self._last = network
        return np.stack([self._values[node] for node in network.outputs], axis=-1)
