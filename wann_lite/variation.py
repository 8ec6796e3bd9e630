"""How a child's network is made from its parent's: which mutations, how often, within which limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from .mutation import Mutation, mutate_unchecked
from .network import Network

_REMOVAL = {"remove_connection": 1.0}


class Variation(NamedTuple):
    """One mutation for each child; at the limit of connections a removal before it.

    Attributes
    ----------
    rates : mapping from a kind of `mutation.DRAWN` to a number >= 0
        How often each kind is drawn, relative to the others.
    activations : sequence of str
        What a new or changed node may become.
    max_connections : int or None

    Examples
    --------
    >>> variation = Variation({"add_connection": 1.0}, ("linear",), max_connections=1)
    >>> child, mutations = variation.varied(Network(2, 1, ["linear"], [(1, 3)]), np.random.default_rng(0))
    >>> [mutation.kind for mutation in mutations]
    ['remove_connection', 'add_connection']
    """

    rates: Mapping[str, float]
    activations: tuple[str, ...]
    max_connections: int | None = None

    def varied(self, network: Network, rng: np.random.Generator) -> tuple[Network, tuple[Mutation, ...]]:
        """A child's network, and what was done to its parent's.

        Parameters
        ----------
        network : Network
            The parent's.
        rng : numpy.random.Generator

        Returns
        -------
        network : Network
        mutations : tuple of Mutation
            One, or at the limit a removal and one more.

        Raises
        ------
        ValueError
            If no kind with a positive rate finds anything to change.
        """
        mutations = []
        if self.max_connections is not None and network.n_connections >= self.max_connections:
            # Room first: a removal and another mutation together move a connection.
            network, removal = mutate_unchecked(network, rng, _REMOVAL, ())
            mutations.append(removal)
        network, mutation = mutate_unchecked(network, rng, self.rates, self.activations)
        return network, (*mutations, mutation)
