"""How informed children are made: from a survey of the leader, and from what the leader's siblings have."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .config import SearchConfig
from .informed import Building, Proposal
from .mutation import Mutation
from .network import Network
from .population import Individual
from .survey import Survey
from .tasks import Classification
from .variation import Variation

# So often at most something is removed to make room for an informed mutation.
_ATTEMPTS = 32
# A connection's price rises by this power of how much of the limit is in use.
_STEEPNESS = 8

#: A child's network, what was done to its parent's, and the informed mutation that this was, if it was one.
Child = tuple[Network, tuple[Mutation, ...], Proposal | None]


class Foresight:
    """What a search knows of the changes that promise most, from one survey to the next.

    Parameters
    ----------
    task : Classification
    config : SearchConfig
    rng : numpy.random.Generator
        Draws at which weight a survey is made, what new nodes hear, and what each child tries.

    Attributes
    ----------
    price : float
        What a connection costs beside the loss, in nats.
    """

    def __init__(self, task: Classification, config: SearchConfig, rng: np.random.Generator) -> None:
        self.price = 0.0
        self._task, self._config, self._rng = task, config, rng
        self._blind = Variation(config.rates, config.activations, config.max_connections)
        self._survey: Survey | None = None
        self._surveyed = 0

    def look_around(self, leader: Individual, rows: NDArray[Any], generation: int) -> None:
        """Survey the leader at one of the weights; until the next survey, informed mutations come from this one.

        Parameters
        ----------
        leader : Individual
        rows : ndarray of int (n,)
            Which training examples are looked at.
        generation : int
            The one that the leader is of.
        """
        config, (x, labels) = self._config, self._task.examples
        w = int(self._rng.integers(len(config.weights)))
        scales = leader.phenotype.scale
        scale = float(scales[w]) if config.scale_free and scales is not None and scales[w] > 0 else 1.0
        self._survey = Survey(
            leader.network, x[rows], labels[rows], config.weights[w], scale, self._rng, self._task.image_shape
        )
        self._surveyed = generation
        crowding = leader.network.n_connections / (config.max_connections or math.inf)
        self.price = config.price * self._survey.earning * min(crowding, 1.0) ** _STEEPNESS

    def lent(self, ranked: Sequence[Individual]) -> Iterator[Proposal]:
        """What the leader's siblings have, the best first: it may do as well on top of what the leader has.

        Not after a new survey, by which the numbers of removed nodes are free again.
        """
        leader, *others = ranked
        siblings = [other for other in others if other.birth.parent is leader.birth.parent]
        return iter([its.proposal for its in siblings if its.proposal and its.birth.generation > self._surveyed])

    def child(self, network: Network, siblings: Iterator[Proposal]) -> Child:
        """A child by an informed mutation; by a blind one where there is no survey, or nothing in it that fits."""
        limit = max(self._config.max_connections or math.inf, network.n_connections)
        while self._survey is not None:
            borrowed = next(siblings, None) if self._rng.random() < self._config.recombination else None
            drawn = borrowed or self._survey.draw(self._rng)
            proposal = drawn or self._survey.invent(self._rng)
            building = Building(network, self._survey.spare)
            for change in (*self._survey.stragglers, proposal):
                change.make(building)
            for _ in range(_ATTEMPTS):
                if building.network.n_connections <= limit:
                    break
                # Room is made by what is hardly missed: so connections move.
                self._survey.draw_removal(self._rng).make(building)
            if building.mutations and building.network.n_connections <= limit:
                return building.network, tuple(building.mutations), proposal
            if drawn is None:
                break
        return *self._blind.varied(network, self._rng), None
