"""A search in its simplest form: random children of the best, and the best of both become parents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from ..config import SearchConfig
from ..engine import Engine, Phenotype
from ..network import Network
from ..tasks import Classification

#: So many networks are kept, and so many children are made of them in a generation.
PARENTS, CHILDREN = 10, 60


class Scorer:
    """Losses on a fixed batch of training examples, through the engine.

    Parameters
    ----------
    task : Classification
    config : SearchConfig
        Its weights and its loss are used.
    examples : int
        At most.
    seed : int
        Of the choice of examples.
    """

    def __init__(self, task: Classification, config: SearchConfig, examples: int, seed: int) -> None:
        self._engine = Engine(*task.examples, task.n_outputs, config.weights, config.scale_free)
        self._engine.change_batch(task.draw(examples, np.random.default_rng(seed)), keep=[])

    def parents(self, networks: Iterable[Network]) -> list[Phenotype]:
        """Networks with losses at a scale of their own; children may be asked of these, and no others."""
        found = self._engine.found(networks)
        self._engine.hold(found)
        return found

    def children(self, pairs: Iterable[tuple[Network, Phenotype]]) -> list[Phenotype]:
        """Networks that differ from one of the parents by some mutations, with their losses at the parent's scale."""
        return self._engine.children(pairs)


def blind_search(
    scorer: Scorer,
    network: Network,
    mutant: Callable[[Network, np.random.Generator], Network],
    generations: int,
    rng: np.random.Generator,
) -> Iterator[tuple[Phenotype, int]]:
    """Search from a network; after each generation the best so far, and how many networks were tried.

    Parameters
    ----------
    scorer : Scorer
    network : Network
    mutant : callable
        ``mutant(network, rng)`` gives a network that differs by a random mutation.
    generations : int
    rng : numpy.random.Generator
    """
    parents = scorer.parents([network])
    for generation in range(1, generations + 1):
        chosen = [parents[place] for place in rng.integers(len(parents), size=CHILDREN)]
        children = scorer.children((mutant(parent.network, rng), parent) for parent in chosen)
        best = sorted((*parents, *children), key=_mean_loss)[:PARENTS]
        parents = scorer.parents([phenotype.network for phenotype in best])
        yield min(parents, key=_mean_loss), 1 + generation * CHILDREN


def _mean_loss(phenotype: Phenotype) -> float:
    return float(phenotype.losses.mean())
