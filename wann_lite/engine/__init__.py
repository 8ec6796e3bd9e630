"""The fast path: the losses of a whole population, evaluated incrementally.

A population is one graph of distinct nodes (`graph`). A child is compiled to a short plan of array operations (`plan`)
that starts from what its parent holds, and a backend carries it out (`numpy_backend`). `wann_lite.evaluate` is the
reference for all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..network import Network
from .graph import Graph, Numbers
from .numpy_backend import Loss, NumpyBackend
from .plan import Plan, Step

__all__ = ["Engine", "Phenotype"]

Array = NDArray[Any]


class Phenotype:
    """A network as the engine knows it.

    Attributes
    ----------
    network : Network
    losses : ndarray (W,)
        Its loss at each shared weight on the current batch, in nats.
    """

    __slots__ = ("_loss", "_numbers", "_parent", "_scale", "_steps", "losses", "network")

    def __init__(self, network: Network, numbers: Numbers, parent: Phenotype | None, steps: dict[int, Step]) -> None:
        self.network = network
        self.losses: Array = np.empty(0)
        self._numbers = numbers
        self._parent = parent
        self._steps = steps
        self._loss: Loss | None = None
        self._scale: Array | None = None if parent is None else parent._scale

    @property
    def held(self) -> bool:
        """Whether children can be made from it."""
        return self._loss is not None


class Engine:
    """Evaluates networks that descend from one another on batches of labelled examples.

    Parameters
    ----------
    n_inputs, n_outputs : int
    weights : sequence of float (W,)
        The shared weights.
    scale_free : bool
        Whether the loss is the scale-free cross-entropy (`wann_lite.losses`) or the plain one. A network's scale is
        fixed whenever the batch changes and is handed down until the next change, so that a child's loss costs only
        the outputs that it changed. The loss is at its lowest there: a child gains nothing by larger or smaller
        outputs.

    Examples
    --------
    >>> from wann_lite.mutation import add_connection
    >>> engine = Engine(2, 2, weights=[-1.0, 1.0], scale_free=False)
    >>> x, labels = np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([0, 1])
    >>> engine.change_batch(x, labels, keep=[])
    >>> parent = engine.found(Network(2, 2, ["linear", "linear"], [(1, 4)]))
    >>> engine.hold([parent])
    >>> child = engine.child(add_connection(parent.network, 2, 3)[0], parent)
    >>> child.losses.round(3)
    array([1.313, 0.313], dtype=float32)
    """

    def __init__(self, n_inputs: int, n_outputs: int, weights: Sequence[float], scale_free: bool = True) -> None:
        self.weights = tuple(weights)
        self.scale_free = scale_free
        self.graph = Graph(n_inputs, n_outputs)
        self._backend: NumpyBackend | None = None
        self._held: list[Phenotype] = []

    @property
    def backend(self) -> NumpyBackend:
        """Whatever holds the arrays of the current batch."""
        if self._backend is None:
            raise RuntimeError("there is no batch yet: call change_batch first")
        return self._backend

    def change_batch(self, x: Array, labels: Array, keep: Iterable[Phenotype]) -> None:
        """Go over to other examples, and evaluate anew what is kept; every sum is rebuilt from its sources.

        Parameters
        ----------
        x : ndarray (n, inputs)
        labels : ndarray of int (n,)
        keep : iterable of Phenotype
            Those whose children will be evaluated. All others can only be looked at from now on.
        """
        for phenotype in self._held:
            phenotype._loss = None
        self._held = []
        self._backend = NumpyBackend(x, labels, self.weights, self.graph.n_outputs, self.scale_free)
        self.hold(keep)

    def found(self, network: Network) -> Phenotype:
        """A network without ancestors, evaluated from scratch; nothing of it is held."""
        phenotype = Phenotype(network, self.graph.express(network), None, {})
        known = self.backend.held()
        self._rebuild([phenotype])
        self.backend.release(known)
        phenotype._loss = None
        return phenotype

    def child(self, network: Network, parent: Phenotype) -> Phenotype:
        """A network that differs from a held parent by some mutations, evaluated incrementally; nothing of it is held.

        Raises
        ------
        ValueError
            If the parent is not held.
        """
        if parent._loss is None:
            raise ValueError("the parent is not held: hold it before its children are made")
        numbers, steps = self.graph.express_child(network, parent.network, parent._numbers)
        phenotype = Phenotype(network, numbers, parent, steps)
        plan = self._plan(phenotype, parent)
        phenotype.losses = self.backend.run(plan, parent._loss, self._outputs(phenotype))
        return phenotype

    def hold(self, phenotypes: Iterable[Phenotype]) -> None:
        """Keep what children of these will be made from, and forget all else.

        A child of one that is held costs what differs; any other is rebuilt from its sources.
        """
        living = list(dict.fromkeys(phenotypes))
        strangers = []
        for phenotype in living:
            if phenotype._loss is None and not self._hold_child(phenotype):
                strangers.append(phenotype)
        self._rebuild(strangers)
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
        scales = [p._scale if p._scale is not None else np.full((len(self.weights), 1), np.nan) for p in phenotypes]
        return {f"graph_{key}": value for key, value in self.graph.state().items()} | {
            "numbers": np.array(list(chain.from_iterable(p._numbers for p in phenotypes)), np.int64),
            "sizes": np.array([len(p._numbers) for p in phenotypes], np.int64),
            "scales": np.array(scales, np.float32).reshape(len(phenotypes), len(self.weights)),
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
            phenotype._scale = None if np.isnan(scale).any() else scale[:, None]
            phenotypes.append(phenotype)
        return phenotypes

    def _hold_child(self, phenotype: Phenotype) -> bool:
        parent = phenotype._parent
        if parent is None or parent._loss is None or not self._known(phenotype):
            return False
        plan = self._plan(phenotype, parent)
        self.backend.hold(plan.steps)
        result = self.backend.loss_after(parent._loss, plan.changed, keep=True)
        self._evaluated(phenotype, *(result or self.backend.fresh_loss(self._outputs(phenotype), phenotype._scale)))
        return True

    def _rebuild(self, phenotypes: list[Phenotype]) -> None:
        for phenotype in phenotypes:
            if not self._known(phenotype):
                phenotype._numbers = self.graph.express(phenotype.network)
        self.backend.hold(self.graph.steps({number for phenotype in phenotypes for number in phenotype._numbers}))
        for phenotype in phenotypes:
            self._evaluated(phenotype, *self.backend.fresh_loss(self._outputs(phenotype), phenotype._scale))

    def _known(self, phenotype: Phenotype) -> bool:
        # The graph forgets the nodes of those that were not kept.
        return all(map(self.graph.nodes.__contains__, phenotype._numbers))

    @staticmethod
    def _evaluated(phenotype: Phenotype, loss: Loss | None, losses: Array) -> None:
        assert loss is not None
        phenotype._loss, phenotype._scale, phenotype.losses = loss, loss.scale, losses
        phenotype._parent, phenotype._steps = None, {}

    def _plan(self, phenotype: Phenotype, parent: Phenotype) -> Plan:
        holds, names = self.backend.holds, phenotype.network.activations
        pairs = zip(phenotype._numbers[: self.graph.n_outputs], parent._numbers, strict=False)
        return Plan(
            tuple(step for step in phenotype._steps.values() if not holds(step.node)),
            tuple((o, number, names[o]) for o, (number, old) in enumerate(pairs) if number != old),
        )

    def _outputs(self, phenotype: Phenotype) -> list[tuple[int, str]]:
        n = self.graph.n_outputs
        return list(zip(phenotype._numbers[:n], phenotype.network.activations[:n], strict=True))

    def _let_go(self, living: list[Phenotype]) -> None:
        """Forget what is held for any but the living."""
        stay = set(living)
        for phenotype in self._held:
            if phenotype not in stay:
                phenotype._loss = None
        self._held = living
        numbers: set[int] = set()
        numbers.update(*(phenotype._numbers for phenotype in living))
        if self._backend is not None:
            self._backend.release(numbers)
        self.graph.sweep(numbers)
