"""Which networks consist of which distinct nodes, and which of these are held: what an engine must tell its shards.

The compiled `_graph.Kinship` does the same, draws the same mutations from the same random numbers, and writes the same
steps and plans in a language of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..network import Network
from ..operators import Mutation
from ..variation import Variation
from .graph import Graph, Numbers
from .phenotype import Phenotype
from .plan import Outputs, Plan, Step


class Expression:
    """A network, its distinct nodes, and for each that its parent lacks the step that makes it."""

    __slots__ = ("mutations", "network", "numbers", "steps")

    def __init__(self, network: Network, numbers: Numbers, steps: dict[int, Step] | None = None) -> None:
        self.network, self.numbers, self.steps = network, numbers, steps or {}
        self.mutations: tuple[Mutation, ...] = ()

    @property
    def n_connections(self) -> int:
        """As `Network.n_connections`."""
        return self.network.n_connections

    @property
    def n_hidden(self) -> int:
        """As `Network.n_hidden`."""
        return self.network.n_hidden


class Kinship:
    """The distinct nodes of a population, and those of them that the shards hold.

    Parameters
    ----------
    n_inputs, n_outputs : int
    """

    def __init__(self, n_inputs: int, n_outputs: int) -> None:
        self.graph = Graph(n_inputs, n_outputs)
        self._held: set[int] = set()

    # --- who there is

    def founders(self, networks: Iterable[Network]) -> list[Phenotype]:
        """Networks without ancestors."""
        return [Phenotype(Expression(network, self.graph.express(network))) for network in networks]

    def children(self, pairs: Iterable[tuple[Network, Phenotype]], born: list[Phenotype]) -> Iterator[Plan]:
        """The plans of networks that descend from held parents; the children are appended to `born`.

        Raises
        ------
        ValueError
            If a parent is not held.
        """
        for network, parent in pairs:
            key = parent.key
            numbers, steps = self.graph.express_child(network, parent.network, parent.form.numbers)
            child = Phenotype(Expression(network, numbers, steps), parent)
            born.append(child)
            yield self._plan(key, child, parent)

    def brood(
        self, parents: Iterable[Phenotype], variation: Variation, rng: np.random.Generator, born: list[Phenotype]
    ) -> Iterator[Plan]:
        """As `children`, of one child for each parent that is drawn here.

        Raises
        ------
        ValueError
            If a parent is not held, or cannot be varied.
        """
        drawn: list[tuple[Mutation, ...]] = []

        def offspring() -> Iterator[tuple[Network, Phenotype]]:
            for parent in parents:
                network, mutations = variation.varied(parent.network, rng)
                drawn.append(mutations)
                yield network, parent

        for plan in self.children(offspring(), born):
            born[-1].form.mutations = drawn[-1]
            yield plan

    # --- what is held

    def heirs(self, children: Sequence[Phenotype], parents: Sequence[Phenotype]) -> tuple[list[Step], list[Plan]]:
        """The steps that make what children of held parents have beyond what is held, and plans for their losses.

        From now on all of it is held.
        """
        steps: list[Step] = []
        plans: list[Plan] = []
        for child, parent in zip(children, parents, strict=True):
            plan = self._plan(parent.key, child, parent)
            plans.append(plan._replace(steps=()))
            steps += plan.steps
            self._held.update(step.node for step in plan.steps)
            child.form.steps = {}
        return steps, plans

    def foundations(self, phenotypes: Sequence[Phenotype]) -> tuple[list[Step], list[int]]:
        """The steps that make whatever of these is not held from the inputs alone; their nodes, which are held now."""
        for phenotype in phenotypes:
            if not self.knows(phenotype):
                phenotype.form.numbers = self.graph.express(phenotype.network)
            phenotype.form.steps = {}
        steps = [step for step in self.graph.steps(self._nodes(phenotypes)) if step.node not in self._held]
        nodes = [step.node for step in steps]
        self._held.update(nodes)
        return steps, nodes

    def outputs(self, phenotypes: Sequence[Phenotype]) -> list[Outputs]:
        """The output nodes of each, and their activations."""
        n = self.graph.n_outputs
        return [tuple(zip(p.form.numbers[:n], p.network.activations[:n], strict=True)) for p in phenotypes]

    def release(self, nodes: Iterable[int]) -> None:
        """These are no longer held."""
        self._held.difference_update(nodes)

    def let_go(self) -> None:
        """Nothing is held any longer."""
        self._held.clear()

    def sweep(self, living: Sequence[Phenotype]) -> list[int]:
        """Forget all nodes but those of the living; which of the forgotten were held."""
        numbers = self._nodes(living)
        released = sorted(self._held - numbers)
        self.release(released)
        self.graph.sweep(numbers)
        return released

    # --- what is known

    def knows(self, phenotype: Phenotype) -> bool:
        """Whether its distinct nodes are still known: those of whoever was not among the living may be forgotten."""
        return all(map(self.graph.nodes.__contains__, phenotype.form.numbers))

    def numbers(self, phenotype: Phenotype) -> Numbers:
        """The numbers of its distinct nodes."""
        return phenotype.form.numbers  # type: ignore[no-any-return]

    def count(self, phenotypes: Iterable[Phenotype]) -> int:
        """How many distinct nodes these have together."""
        return len(self._nodes(phenotypes))

    def state(self) -> dict[str, NDArray[Any]]:
        """As `graph.Graph.state`."""
        return self.graph.state()

    def restore(
        self, state: Mapping[str, NDArray[Any]], networks: Sequence[Network], numbers: Sequence[Numbers]
    ) -> list[Phenotype]:
        """The networks as they were when `state` was taken and their nodes had these numbers.

        Raises
        ------
        ValueError
            If this does not belong together.
        """
        self.graph.restore(state)
        for network, its in zip(networks, numbers, strict=True):
            if len(its) != len(network.activations) or not all(map(self.graph.nodes.__contains__, its)):
                raise ValueError(f"the stored nodes do not belong to {network!r}")
        return [Phenotype(Expression(*pair)) for pair in zip(networks, numbers, strict=True)]

    def _plan(self, key: int, child: Phenotype, parent: Phenotype) -> Plan:
        numbers, names = child.form.numbers, child.network.activations
        return self.graph.plan(key, numbers, parent.form.numbers, child.form.steps, self._held, names)

    def _nodes(self, phenotypes: Iterable[Phenotype]) -> set[int]:
        numbers: set[int] = set()
        numbers.update(*(phenotype.form.numbers for phenotype in phenotypes))
        return numbers
