"""How informed children are made: from a survey of the leader, or blindly where it proposes nothing that fits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .config import SearchConfig
from .engine import Phenotype
from .informed import Building
from .mutation import Mutation
from .network import Network
from .survey import Survey
from .tasks import Classification
from .variation import Variation

# So often at most something is removed to make room for an informed mutation.
_ATTEMPTS = 32
# A connection's price rises by this power of how much of the limit is in use.
_STEEPNESS = 8


class Foresight:
    """What a search knows of the changes that promise most, from one survey to the next.

    Parameters
    ----------
    task : Classification
    config : SearchConfig
    blind : Variation
        What makes a child where there is nothing informed to try.
    rng : numpy.random.Generator
        Draws at which weight a survey is made, what new nodes hear, and what each child tries.

    Attributes
    ----------
    price : float
        What a connection costs beside the loss, in nats; 0 until the first survey.

    Examples
    --------
    Before the first survey a child is the blind variation's:

    >>> from wann_lite import datasets, tasks
    >>> rng, config = np.random.default_rng(0), SearchConfig.preset("informed")
    >>> blind = Variation({"add_connection": 1.0}, ("linear",))
    >>> foresight = Foresight(tasks.Classification(datasets.xor()), config, blind, rng)
    >>> child, mutations = foresight.varied(Network(2, 2, ["linear", "linear"], []))
    >>> [mutation.kind for mutation in mutations], child.n_connections
    (['add_connection'], 1)
    """

    def __init__(self, task: Classification, config: SearchConfig, blind: Variation, rng: np.random.Generator) -> None:
        self.price = 0.0
        self._task, self._config, self._blind, self._rng = task, config, blind, rng
        self._survey: Survey | None = None

    def look_around(self, leader: Phenotype, rows: NDArray[Any]) -> None:
        """Survey the leader at one of the weights; until the next survey, informed mutations come from this one.

        Parameters
        ----------
        leader : Phenotype
            Held on a batch that these examples belong to.
        rows : ndarray of int (n,)
            Which training examples are looked at.
        """
        config, (x, labels) = self._config, self._task.examples
        w = int(self._rng.integers(len(config.weights)))
        scales = leader.scale
        scale = float(scales[w]) if config.scale_free and scales is not None and scales[w] > 0 else 1.0
        self._survey = Survey(
            leader.network, x[rows], labels[rows], config.weights[w], scale, self._rng, self._task.image_shape
        )
        crowding = leader.network.n_connections / (config.max_connections or math.inf)
        self.price = config.price * self._survey.earning * min(crowding, 1.0) ** _STEEPNESS

    def varied(self, network: Network) -> tuple[Network, tuple[Mutation, ...]]:
        """A child's network by an informed mutation, and what was done to its parent's.

        The mutation is blind where there is no survey yet, or nothing in it that fits.

        Parameters
        ----------
        network : Network
            The parent's: the leader's that was surveyed last, or another.

        Returns
        -------
        network : Network
        mutations : tuple of Mutation
            At least one, in order; at the limit of connections some make room for others.

        Raises
        ------
        ValueError
            If no blind mutation finds anything to change either.
        """
        limit = max(self._config.max_connections or math.inf, network.n_connections)
        while self._survey is not None:
            drawn = self._survey.draw(self._rng)
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
                return building.network, tuple(building.mutations)
            if drawn is None:
                break
        return self._blind.varied(network, self._rng)
