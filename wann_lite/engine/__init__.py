"""The fast path: the losses of a whole population, evaluated incrementally.

A population is one graph of distinct nodes (`graph`). A child is compiled to a short plan of array operations (`plan`)
that starts from what its parent holds (`kinship`). Every slice of the batch (`shards`) has a backend that carries it
out: `numpy_backend`, or the compiled `_hot`. `wann_lite.evaluate` is the reference for all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate, chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..losses import fit_scale
from ..network import Network
from ..variation import Variation
from .backends import backend_named, kinship_class
from .phenotype import Phenotype
from .shards import Shards, Threads

__all__ = ["Engine", "Phenotype"]

Array = NDArray[Any]

# So many networks are evaluated from scratch together: each needs memory, and each time every shard has to be asked.
_TOGETHER = 16


class Engine:
    """Evaluates networks that descend from one another on batches of labelled examples.

    Parameters
    ----------
    x : ndarray (examples, inputs)
        What batches are drawn from.
    labels : ndarray of int (examples,)
    n_outputs : int
    weights : sequence of float (W,)
        The shared weights.
    scale_free : bool
        Whether the loss is the scale-free cross-entropy (`wann_lite.losses`) or the plain one. A network's scale is
        fixed whenever the batch changes and is handed down until the next change, so that a child's loss costs only
        the outputs that it changed. The loss is at its lowest there: a child gains nothing by larger or smaller
        outputs.
    backend : {"auto", "numpy", "cython"}
        "auto" is "cython" where it was built.
    shards : int
        In how many slices a batch is dealt out. Sums over slices are rounded differently, so this is part of what
        decides the result; the number of workers is not.
    workers : int
        How many threads carry the shards.
    cluster : callable, optional
        What makes the shards in place of threads: called as `shards.Shards` is.

    Examples
    --------
    >>> from wann_lite.mutation import add_connection
    >>> x, labels = np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([0, 1])
    >>> engine = Engine(x, labels, 2, weights=[-1.0, 1.0], scale_free=False)
    >>> engine.change_batch(np.array([0, 1]), keep=[])
    >>> [parent] = engine.found([Network(2, 2, ["linear", "linear"], [(1, 4)])])
    >>> engine.hold([parent])
    >>> [child] = engine.children([(add_connection(parent.network, 2, 3)[0], parent)])
    >>> child.losses.round(3)
    array([1.313, 0.313])
    """

    def __init__(
        self,
        x: Array,
        labels: Array,
        n_outputs: int,
        weights: Sequence[float],
        scale_free: bool = True,
        *,
        backend: str = "auto",
        shards: int = 1,
        workers: int = 1,
        cluster: Callable[..., Shards] | None = None,
    ) -> None:
        self.weights = tuple(weights)
        self.scale_free = scale_free
        #: The backend in use, "numpy" or "cython".
        self.backend, module = backend_named(backend)
        #: Who consists of what; `kinship.Kinship` or the compiled one.
        self.kinship: Any = kinship_class(module)(x.shape[1], n_outputs)
        self._per_network, self._first = n_outputs, 1 + x.shape[1]
        arguments = (module, x, labels, self.weights, n_outputs, shards)
        self.shards = Threads(*arguments, workers=workers) if cluster is None else cluster(*arguments)
        #: Examples in the current batch; 0 before the first.
        self.n = 0
        self._held: list[Phenotype] = []
        self._keys = _Keys()

    @property
    def graph(self) -> Any:
        """The distinct nodes of all networks."""
        return self.kinship.graph

    def change_batch(self, rows: Array, keep: Iterable[Phenotype]) -> None:
        """Go over to other examples, and evaluate anew what is kept; every sum is rebuilt from its sources.

        Parameters
        ----------
        rows : ndarray of int (n,)
            Which examples.
        keep : iterable of Phenotype
            Those whose children will be evaluated. All others can only be looked at from now on.
        """
        for phenotype in self._held:
            phenotype._key = None
        self._held, self._keys = [], _Keys()
        self.kinship.let_go()
        self.n = len(rows)
        self.shards.change_batch(rows)
        self.hold(keep)

    def found(self, networks: Iterable[Network]) -> list[Phenotype]:
        """Networks without ancestors, each evaluated from scratch; nothing of them is held."""
        phenotypes: list[Phenotype] = self.kinship.founders(networks)
        self._look_at(phenotypes)
        return phenotypes

    def children(self, pairs: Iterable[tuple[Network, Phenotype]]) -> list[Phenotype]:
        """Networks that differ by some mutations from held parents, evaluated incrementally; nothing is held.

        Parameters
        ----------
        pairs : iterable of (Network, Phenotype)
            Each network and its parent. They may be made while the first of them are already evaluated.

        Raises
        ------
        ValueError
            If a parent is not held.
        """
        born: list[Phenotype] = []
        return self._evaluate(self.kinship.children(pairs, born), born)

    def brood(self, parents: Iterable[Phenotype], variation: Variation, rng: np.random.Generator) -> list[Phenotype]:
        """As `children`, of one child for each of the held parents that is drawn at random here.

        Raises
        ------
        ValueError
            If a parent is not held, or nothing in it can be changed.
        """
        born: list[Phenotype] = []
        return self._evaluate(self.kinship.brood(parents, variation, rng, born), born)

    def hold(self, phenotypes: Iterable[Phenotype]) -> None:
        """Keep what children of these will be made from, and forget all else.

        A child of one that is held costs what differs; any other is rebuilt from its sources.
        """
        living = list(dict.fromkeys(phenotypes))
        self._checked_batch()
        new = [phenotype for phenotype in living if phenotype._key is None]
        self._inherit([phenotype for phenotype in new if self._may_inherit(phenotype)])
        self._rebuild([phenotype for phenotype in new if phenotype._key is None])
        self._let_go(living)

    def state(self, phenotypes: Sequence[Phenotype]) -> dict[str, Array]:
        """What it takes to go on elsewhere with these networks as if nothing had happened; `restore` takes it back.

        The next thing to be done must be a change of batch: sums are not part of it, they are rebuilt from their
        sources, in an order that the graph's numbers decide.

        Returns
        -------
        dict of str to ndarray
            Arrays of numbers only.
        """
        scales = [np.full(len(self.weights), np.nan) if p._scale is None else p._scale for p in phenotypes]
        numbers = list(map(self.kinship.numbers, phenotypes))
        return {f"graph_{key}": value for key, value in self.kinship.state().items()} | {
            "numbers": np.array(list(chain.from_iterable(numbers)), np.int64),
            "sizes": np.array(list(map(len, numbers)), np.int64),
            "scales": np.array(scales).reshape(len(phenotypes), len(self.weights)),
            "losses": np.array([p.losses for p in phenotypes]).reshape(len(phenotypes), len(self.weights)),
        }

    def restore(self, state: Mapping[str, Array], networks: Sequence[Network]) -> list[Phenotype]:
        """The phenotypes of `networks`, in a new engine, as they were when `state` was taken.

        Raises
        ------
        ValueError
            If the state does not belong to these networks.
        """
        ends, numbers = accumulate(state["sizes"].tolist(), initial=0), state["numbers"].tolist()
        graph = {key.removeprefix("graph_"): value for key, value in state.items()}
        its = [tuple(numbers[begin:end]) for begin, end in pairwise(ends)]
        phenotypes: list[Phenotype] = self.kinship.restore(graph, networks, its)
        for phenotype, scale, losses in zip(phenotypes, state["scales"], state["losses"], strict=True):
            phenotype.losses = losses
            phenotype._scale = None if np.isnan(scale).any() else scale
        return phenotypes

    def bytes_per_example(self, phenotypes: Iterable[Phenotype]) -> int:
        """What each example of a batch costs, at most, while these networks are held.

        In float32 and for each shared weight: the sum and the output of each distinct node, and for each network its
        outputs' exponentials, their sum and a reference.
        """
        living = set(phenotypes)
        rows = 2 * self.kinship.count(living) + (self._per_network + 2) * len(living)
        return 4 * (rows * len(self.weights) + self._first)

    def bytes_of_batch(self, n: int, per_example: int) -> int:
        """What a batch of n examples takes, at so much for each: the compiled backend computes whole blocks of them."""
        return per_example * self.shards.room(n)

    @property
    def bytes_per_example_from_scratch(self) -> int:
        """What each example costs while networks without hidden nodes are evaluated from scratch."""
        rows = _TOGETHER * (2 * self._per_network + 2)
        return 4 * (rows * len(self.weights) + self._first)

    # --- the parts of it

    def _checked_batch(self) -> None:
        if not self.n:
            raise RuntimeError("there is no batch yet: call change_batch first")

    def _mean(self, sums: Array) -> Array:
        # A network whose outputs overflow is the worst there is, not an error.
        return np.where(np.isfinite(sums), sums / self.n, np.inf)

    def _evaluate(self, plans: Iterable[Any], born: list[Phenotype]) -> list[Phenotype]:
        """Carry out the plans of children, who are born as their plans are made."""
        self._checked_batch()
        losses, fits = self.shards.run(plans)
        for phenotype, row in zip(born, self._mean(losses), strict=True):
            phenotype.losses = row
        self._look_at([phenotype for phenotype, fit in zip(born, fits.tolist(), strict=True) if not fit])
        return born

    def _may_inherit(self, phenotype: Phenotype) -> bool:
        parent = phenotype._parent
        return parent is not None and parent.held and self.kinship.knows(phenotype)

    def _inherit(self, heirs: list[Phenotype]) -> None:
        """Hold children of those that are held; one that its parent's scale does not fit stays without a loss."""
        if not heirs:
            return
        steps, plans = self.kinship.heirs(heirs, [phenotype._parent for phenotype in heirs])
        self.shards.hold(steps)
        keys = self._keys.take(len(heirs))
        losses, fits = self.shards.inherit(plans, keys)
        for phenotype, key, row, fit in zip(heirs, keys, self._mean(losses), fits.tolist(), strict=True):
            if fit:
                self._evaluated(phenotype, key, row)
        self._drop([key for key, fit in zip(keys, fits.tolist(), strict=True) if not fit])

    def _rebuild(self, phenotypes: list[Phenotype]) -> list[int]:
        """Hold networks by computing from scratch whatever of them is not held; which nodes that were."""
        if not phenotypes:
            return []
        steps, nodes = self.kinship.foundations(phenotypes)
        self.shards.hold(steps)
        keys, outputs = self._keys.take(len(phenotypes)), self.kinship.outputs(phenotypes)
        scales = self._scales(phenotypes)
        losses = self._mean(self.shards.found(outputs, keys, scales))
        for phenotype, key, scale, row in zip(phenotypes, keys, scales, losses, strict=True):
            phenotype._scale = scale
            self._evaluated(phenotype, key, row)
        return list(nodes)

    def _scales(self, phenotypes: list[Phenotype]) -> Array:
        """The scale (networks, W) of each: a single step improves on one that was handed down."""
        scales = np.ones((len(phenotypes), len(self.weights)))
        if not self.scale_free:
            return scales
        given = [p._scale is not None and bool(p._scale.all()) for p in phenotypes]
        for has_start, steps in ((True, 1), (False, 12)):
            chosen = [i for i, has in enumerate(given) if has == has_start]
            if chosen:
                outputs = self.kinship.outputs([phenotypes[i] for i in chosen])
                start = np.array([phenotypes[i]._scale for i in chosen]) if has_start else None

                def slopes(units: Array, factors: Array, outputs: Any = outputs) -> Array:
                    return self.shards.slopes(outputs, units, factors)

                scales[chosen] = fit_scale(self.shards.spread(outputs), slopes, start, steps)
        return scales

    def _look_at(self, phenotypes: list[Phenotype]) -> None:
        """Evaluate networks from scratch, some at a time, and hold nothing more than before."""
        self._checked_batch()
        for first in range(0, len(phenotypes), _TOGETHER):
            some = phenotypes[first : first + _TOGETHER]
            scales = [phenotype._scale for phenotype in some]
            nodes = self._rebuild(some)
            self._drop([phenotype.key for phenotype in some])
            for phenotype, scale in zip(some, scales, strict=True):
                # Held later, it will be given the scale that it has here.
                phenotype._key, phenotype._scale = None, scale
            self.kinship.release(nodes)
            self.shards.release(nodes)

    @staticmethod
    def _evaluated(phenotype: Phenotype, key: int, losses: Array) -> None:
        phenotype._key, phenotype.losses, phenotype._parent = key, losses, None

    def _let_go(self, living: list[Phenotype]) -> None:
        """Forget what is held for any but the living."""
        stay = set(living)
        leaving = [phenotype for phenotype in self._held if phenotype not in stay and phenotype.held]
        self._drop([phenotype.key for phenotype in leaving])
        for phenotype in leaving:
            phenotype._key = None
        self._held = living
        self.shards.release(self.kinship.sweep(living))

    def _drop(self, keys: list[int]) -> None:
        if keys:
            self.shards.drop(keys)
            self._keys.give_back(keys)


class _Keys:
    """Small whole numbers, given out and taken back."""

    def __init__(self) -> None:
        self._free: list[int] = []
        self._next = 0

    def take(self, count: int) -> list[int]:
        reused = [self._free.pop() for _ in range(min(count, len(self._free)))]
        new = range(self._next, self._next + count - len(reused))
        self._next = new.stop
        return [*reused, *new]

    def give_back(self, keys: Iterable[int]) -> None:
        self._free += keys
