"""The fast path: the losses of a whole population, evaluated incrementally.

A population is one graph of distinct nodes (`graph`). A child is compiled to a short plan of array operations (`plan`)
that starts from what its parent holds. Every slice of the batch (`shards`) has a backend that carries it out:
`numpy_backend`, or the compiled `_hot`. `wann_lite.evaluate` is the reference for all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..losses import fit_scale
from ..network import Network
from .backends import backend_named, graph_class
from .graph import Numbers
from .plan import Outputs, Plan, Step
from .shards import Shards, Threads

__all__ = ["Engine", "Phenotype"]

Array = NDArray[Any]

# So many networks are evaluated from scratch together: each needs memory, and each time every shard has to be asked.
_TOGETHER = 16


class Phenotype:
    """A network as the engine knows it.

    Attributes
    ----------
    network : Network
    losses : ndarray (W,)
        Its loss at each shared weight on the current batch, in nats.
    """

    __slots__ = ("_key", "_numbers", "_parent", "_scale", "_steps", "losses", "network")

    def __init__(self, network: Network, numbers: Numbers, parent: Phenotype | None, steps: dict[int, Step]) -> None:
        self.network = network
        self.losses: Array = np.empty(0)
        self._numbers = numbers
        self._parent = parent
        self._steps = steps
        # Under which key its loss is held, and the scale (W,) that it was taken at.
        self._key: int | None = None
        self._scale: Array | None = None if parent is None else parent._scale

    @property
    def scale(self) -> Array | None:
        """What its outputs are multiplied by at each shared weight (W,) before the softmax."""
        return self._scale

    @property
    def held(self) -> bool:
        """Whether children can be made from it."""
        return self._key is not None


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
        self.graph = graph_class(module)(x.shape[1], n_outputs)
        arguments = (module, x, labels, self.weights, n_outputs, shards)
        self.shards = Threads(*arguments, workers=workers) if cluster is None else cluster(*arguments)
        #: Examples in the current batch; 0 before the first.
        self.n = 0
        self._held: list[Phenotype] = []
        self._nodes: set[int] = set()
        self._keys = _Keys()

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
        self._held, self._nodes, self._keys = [], set(), _Keys()
        self.n = len(rows)
        self.shards.change_batch(rows)
        self.hold(keep)

    def found(self, networks: Iterable[Network]) -> list[Phenotype]:
        """Networks without ancestors, each evaluated from scratch; nothing of them is held."""
        phenotypes = [Phenotype(network, self.graph.express(network), None, {}) for network in networks]
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
        phenotypes: list[Phenotype] = []

        def plans() -> Iterator[Plan]:
            for network, parent in pairs:
                if parent._key is None:
                    raise ValueError("the parent is not held: hold it before its children are made")
                numbers, steps = self.graph.express_child(network, parent.network, parent._numbers)
                phenotypes.append(Phenotype(network, numbers, parent, steps))
                yield self._plan(phenotypes[-1], parent)

        self._checked_batch()
        losses, fits = self.shards.run(plans())
        for phenotype, row in zip(phenotypes, self._mean(losses), strict=True):
            phenotype.losses = row
        self._look_at([phenotype for phenotype, fit in zip(phenotypes, fits.tolist(), strict=True) if not fit])
        return phenotypes

    def hold(self, phenotypes: Iterable[Phenotype]) -> None:
        """Keep what children of these will be made from, and forget all else.

        A child of one that is held costs what differs; any other is rebuilt from its sources.
        """
        living = list(dict.fromkeys(phenotypes))
        self._checked_batch()
        new = [phenotype for phenotype in living if phenotype._key is None]
        heirs = [phenotype for phenotype in new if self._may_inherit(phenotype)]
        self._inherit(heirs)
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
        return {f"graph_{key}": value for key, value in self.graph.state().items()} | {
            "numbers": np.array(list(chain.from_iterable(p._numbers for p in phenotypes)), np.int64),
            "sizes": np.array([len(p._numbers) for p in phenotypes], np.int64),
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
        self.graph.restore({key.removeprefix("graph_"): value for key, value in state.items()})
        numbers, phenotypes = iter(state["numbers"].tolist()), []
        stored = zip(networks, state["sizes"].tolist(), state["scales"], state["losses"], strict=True)
        for network, size, scale, losses in stored:
            its = tuple(islice(numbers, size))
            if len(its) != len(network.activations) or not all(map(self.graph.nodes.__contains__, its)):
                raise ValueError(f"the stored nodes do not belong to {network!r}")
            phenotype = Phenotype(network, its, None, {})
            phenotype.losses = losses
            phenotype._scale = None if np.isnan(scale).any() else scale
            phenotypes.append(phenotype)
        return phenotypes

    def bytes_per_example(self, phenotypes: Iterable[Phenotype]) -> int:
        """What each example of a batch costs, at most, while these networks are held.

        In float32 and for each shared weight: the sum and the output of each distinct node, and for each network its
        outputs' exponentials, their sum and a reference.
        """
        living = set(phenotypes)
        nodes = len(set().union(*(phenotype._numbers for phenotype in living)))
        rows = 2 * nodes + (self.graph.n_outputs + 2) * len(living)
        return 4 * (rows * len(self.weights) + self.graph.first)

    @property
    def bytes_per_example_from_scratch(self) -> int:
        """What each example costs while networks without hidden nodes are evaluated from scratch."""
        rows = _TOGETHER * (2 * self.graph.n_outputs + 2)
        return 4 * (rows * len(self.weights) + self.graph.first)

    # --- the parts of it

    def _checked_batch(self) -> None:
        if not self.n:
            raise RuntimeError("there is no batch yet: call change_batch first")

    def _mean(self, sums: Array) -> Array:
        # A network whose outputs overflow is the worst there is, not an error.
        return np.where(np.isfinite(sums), sums / self.n, np.inf)

    def _known(self, phenotype: Phenotype) -> bool:
        # The graph forgets the nodes of those that were not kept.
        return all(map(self.graph.nodes.__contains__, phenotype._numbers))

    def _may_inherit(self, phenotype: Phenotype) -> bool:
        parent = phenotype._parent
        return parent is not None and parent._key is not None and self._known(phenotype)

    def _plan(self, phenotype: Phenotype, parent: Phenotype) -> Plan:
        assert parent._key is not None
        names = phenotype.network.activations
        return self.graph.plan(parent._key, phenotype._numbers, parent._numbers, phenotype._steps, self._nodes, names)

    def _outputs(self, phenotype: Phenotype) -> Outputs:
        n = self.graph.n_outputs
        return tuple(zip(phenotype._numbers[:n], phenotype.network.activations[:n], strict=True))

    def _inherit(self, heirs: list[Phenotype]) -> None:
        """Hold children of those that are held; one that its parent's scale does not fit stays without a loss."""
        plans: list[Plan] = []
        steps: list[Step] = []
        for phenotype in heirs:
            assert phenotype._parent is not None
            plans.append(self._plan(phenotype, phenotype._parent))
            steps += plans[-1].steps
            self._nodes.update(step.node for step in plans[-1].steps)
        self.shards.hold(steps)
        if not heirs:
            return
        keys = self._keys.take(len(heirs))
        losses, fits = self.shards.inherit([plan._replace(steps=()) for plan in plans], keys)
        for phenotype, key, row, fit in zip(heirs, keys, self._mean(losses), fits.tolist(), strict=True):
            if fit:
                self._evaluated(phenotype, key, row)
        self._drop([key for key, fit in zip(keys, fits.tolist(), strict=True) if not fit])

    def _rebuild(self, phenotypes: list[Phenotype]) -> None:
        """Hold networks by computing from scratch whatever of them is not held."""
        if not phenotypes:
            return
        for phenotype in phenotypes:
            if not self._known(phenotype):
                phenotype._numbers = self.graph.express(phenotype.network)
        wanted = {number for phenotype in phenotypes for number in phenotype._numbers}
        self.shards.hold([step for step in self.graph.steps(wanted) if step.node not in self._nodes])
        self._nodes |= wanted
        keys, outputs = self._keys.take(len(phenotypes)), [self._outputs(phenotype) for phenotype in phenotypes]
        scales = self._scales(phenotypes, outputs)
        losses = self._mean(self.shards.found(outputs, keys, scales))
        for phenotype, key, scale, row in zip(phenotypes, keys, scales, losses, strict=True):
            phenotype._scale = scale
            self._evaluated(phenotype, key, row)

    def _scales(self, phenotypes: list[Phenotype], outputs: list[Outputs]) -> Array:
        """The scale (networks, W) of each: a single step improves on one that was handed down."""
        scales = np.ones((len(phenotypes), len(self.weights)))
        if not self.scale_free:
            return scales
        given = [p._scale is not None and bool(p._scale.all()) for p in phenotypes]
        for has_start, steps in ((True, 1), (False, 12)):
            chosen = [i for i, has in enumerate(given) if has == has_start]
            if chosen:
                its = [outputs[i] for i in chosen]
                start = np.array([phenotypes[i]._scale for i in chosen]) if has_start else None

                def slopes(units: Array, factors: Array, its: list[Outputs] = its) -> Array:
                    return self.shards.slopes(its, units, factors)

                scales[chosen] = fit_scale(self.shards.spread(its), slopes, start, steps)
        return scales

    def _look_at(self, phenotypes: list[Phenotype]) -> None:
        """Evaluate networks from scratch, some at a time, and hold nothing more than before."""
        self._checked_batch()
        for first in range(0, len(phenotypes), _TOGETHER):
            some, before = phenotypes[first : first + _TOGETHER], set(self._nodes)
            scales = [phenotype._scale for phenotype in some]
            self._rebuild(some)
            self._drop([phenotype._key for phenotype in some if phenotype._key is not None])
            for phenotype, scale in zip(some, scales, strict=True):
                # Held later, it will be given the scale that it has here.
                phenotype._key, phenotype._scale = None, scale
            self._release(self._nodes - before)

    @staticmethod
    def _evaluated(phenotype: Phenotype, key: int, losses: Array) -> None:
        phenotype._key, phenotype.losses = key, losses
        phenotype._parent, phenotype._steps = None, {}

    def _let_go(self, living: list[Phenotype]) -> None:
        """Forget what is held for any but the living."""
        stay = set(living)
        leaving = [phenotype for phenotype in self._held if phenotype not in stay and phenotype._key is not None]
        self._drop([phenotype._key for phenotype in leaving if phenotype._key is not None])
        for phenotype in leaving:
            phenotype._key = None
        self._held = living
        numbers: set[int] = set()
        numbers.update(*(phenotype._numbers for phenotype in living))
        self._release(self._nodes - numbers)
        self.graph.sweep(numbers)

    def _drop(self, keys: list[int]) -> None:
        if keys:
            self.shards.drop(keys)
            self._keys.give_back(keys)

    def _release(self, nodes: set[int]) -> None:
        if nodes:
            self.shards.release(sorted(nodes))
            self._nodes -= nodes


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
