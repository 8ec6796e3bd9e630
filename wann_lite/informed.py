"""Informed mutations: how a change of topology that the loss proposes (`wann_lite.survey`) is carried out.

Each is put together from the mutations of `wann_lite.operators`. Where a signal is to count with a sign, or to keep
in step with others, it passes through a *relay*: a hidden node, linear or inverse, that listens to it alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeAlias

from . import operators
from .network import Network
from .operators import Mutation

#: What a relay may be: it passes on what it hears, or its opposite.
RELAYS = ("linear", "inverse")


class Connect(NamedTuple):
    """A connection from `source` to `target`, through a relay of that activation if one is named."""

    source: int
    target: int
    relay: str | None = None

    def make(self, building: Building) -> None:
        """Make it, if both ends are still there and it closes no cycle."""
        through = 1 if self.relay is None else 2
        if building.leads_forward(self.source, self.target, through):
            source = self.source if self.relay is None else building.relay(self.source, self.relay)
            building.connect(source, self.target)


class Disconnect(NamedTuple):
    """No connection from `source` to `target` any more."""

    source: int
    target: int

    def make(self, building: Building) -> None:
        """Make it, unless it is gone already or would leave a hidden node without a source."""
        network = building.network
        if building.heard(self.target) and (self.target in network.outputs or len(network.sources_of(self.target)) > 1):
            building.disconnect(self.source, self.target)


class Switch(NamedTuple):
    """Another activation for `node`."""

    node: int
    activation: str

    def make(self, building: Building) -> None:
        """Make it, if the node is still there and has not got it yet."""
        if building.heard(self.node) and building.network.activation_of(self.node) != self.activation:
            building.do(operators.change_activation, self.node, self.activation)


class Grow(NamedTuple):
    """A new node that hears inputs through relays, and that outputs hear through relays.

    Attributes
    ----------
    activation : str
    hears, heard_by : tuple of (int, str)
        Inputs and outputs, each with the activation of the relay between.
    """

    activation: str
    hears: tuple[tuple[int, str], ...]
    heard_by: tuple[tuple[int, str], ...]

    def make(self, building: Building) -> None:
        """Make it, and the relays that there are not."""
        first, *others = [building.relay(source, sign) for source, sign in self.hears]
        node = building.add_node(first, self.activation)
        for source in others:
            building.connect(source, node)
        for target, sign in self.heard_by:
            building.connect(building.relay(node, sign), target)


Proposal: TypeAlias = Connect | Disconnect | Switch | Grow


class Building:
    """A network that proposals are carried out on, one after another.

    Parameters
    ----------
    network : Network
    spare : iterable of int
        Hidden nodes without connections whose numbers may be used again.

    Attributes
    ----------
    network : Network
        As it stands.
    mutations : list of Mutation
        What was done to it.

    Examples
    --------
    A signal that is to count with a minus:

    >>> building = Building(Network(2, 1, ["linear"], [(1, 3)]))
    >>> Connect(2, 3, "inverse").make(building)
    >>> building.network.connections
    ((1, 3), (4, 3), (2, 4))
    >>> print(*building.mutations, sep="; ")
    add node 4 (inverse) on 2; add connection 4 -> 3
    """

    def __init__(self, network: Network, spare: Iterable[int] = ()) -> None:
        self.network = network
        self.mutations: list[Mutation] = []
        self._spare = [node for node in sorted(spare, reverse=True) if is_spare(network, node)]

    def do(self, operator: Callable[..., tuple[Network, Mutation]], *arguments: Any) -> Mutation:
        """Carry out one of `wann_lite.operators`."""
        self.network, mutation = operator(self.network, *arguments)
        self.mutations.append(mutation)
        return mutation

    def heard(self, node: int) -> bool:
        """Whether it is an output, or something listens to it: then it takes part."""
        network = self.network
        return node in network.outputs or (node < network.n_nodes and bool(network.targets[node]))

    def leads_forward(self, source: int, target: int, connections: int) -> bool:
        """Whether a new path of so many connections may lead from a node that hears something to one that is heard."""
        network = self.network
        if source >= network.first and not (self.heard(source) and network.sources_of(source)):
            return False
        return target in network.outputs or (
            self.heard(target) and network.layers[source] + connections <= network.layers[target]
        )

    def connect(self, source: int, target: int) -> None:
        """Connect two nodes, unless they are or were, or it would close a cycle."""
        network = self.network
        known = source in network.sources_of(target) or target in network.disabled_targets[source]
        if not known and operators.leads_forward(network, source, target):
            self.do(operators.add_connection, source, target)

    def disconnect(self, source: int, target: int) -> None:
        """Disconnect two nodes if they are connected."""
        if source in self.network.sources_of(target):
            self.do(operators.remove_connection, source, target)

    def add_node(self, source: int, activation: str) -> int:
        """A new hidden node that listens to `source`; its number."""
        node = self._spare.pop() if self._spare else self.network.n_nodes
        self.do(operators.add_node, source, activation, node)
        return node

    def relay(self, source: int, activation: str) -> int:
        """The relay of `source` with that activation, a new one if there is none."""
        found = relay_of(self.network, source, activation)
        return self.add_node(source, activation) if found is None else found


def relay_of(network: Network, source: int, activation: str) -> int | None:
    """The hidden node that listens to `source` alone and has that activation, or None.

    Examples
    --------
    >>> network = Network(1, 1, ["linear", "inverse"], [(1, 3), (3, 2)])
    >>> relay_of(network, 1, "inverse"), relay_of(network, 1, "linear")
    (3, None)
    """
    for node in network.targets[source]:
        if node in network.hidden and len(network.sources_of(node)) == 1 and network.activation_of(node) == activation:
            return node
    return None


def is_spare(network: Network, node: int) -> bool:
    """Whether it is a hidden node without any connection, left over from a removal."""
    return node in network.hidden and not operators.is_connected(network, node)
