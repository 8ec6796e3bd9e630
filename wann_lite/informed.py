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
    """A connection from `source` to `target`, through a relay if one is named.

    Attributes
    ----------
    source, target : int
    relay : str or None
        The activation of the relay between, one of `RELAYS`.

    Examples
    --------
    >>> building = Building(Network(1, 1, ["linear"], []))
    >>> Connect(1, 2, "linear").make(building)
    >>> building.network.connections
    ((3, 2), (1, 3))
    """

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
    """No connection from `source` to `target` any more.

    Attributes
    ----------
    source, target : int

    Examples
    --------
    >>> building = Building(Network(2, 1, ["linear"], [(1, 3), (2, 3)]))
    >>> Disconnect(1, 3).make(building)
    >>> building.network.connections
    ((2, 3),)
    """

    source: int
    target: int

    def make(self, building: Building) -> None:
        """Make it, unless it is gone already or would leave a hidden node without a source."""
        network = building.network
        if building.heard(self.target) and (self.target in network.outputs or len(network.sources_of(self.target)) > 1):
            building.disconnect(self.source, self.target)


class Switch(NamedTuple):
    """Another activation for `node`.

    Attributes
    ----------
    node : int
    activation : str

    Examples
    --------
    >>> building = Building(Network(1, 1, ["linear", "abs"], [(1, 3), (3, 2)]))
    >>> Switch(3, "relu").make(building)
    >>> building.network.activations
    ('linear', 'relu')
    """

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
        Inputs and outputs, each with the activation of the relay between; at least one input.

    Examples
    --------
    Node 4 is the relay of the input, 5 the new node, and 6 its relay to the output:

    >>> building = Building(Network(2, 1, ["linear"], []))
    >>> Grow("abs", hears=((1, "inverse"),), heard_by=((3, "linear"),)).make(building)
    >>> building.network.activations[1:], building.network.connections
    (('inverse', 'abs', 'linear'), ((6, 3), (1, 4), (4, 5), (5, 6)))
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
        """Carry out one of `wann_lite.operators`.

        Parameters
        ----------
        operator : callable
            Takes a network and `arguments`, gives a network and what was done.

        Returns
        -------
        Mutation

        Examples
        --------
        >>> print(Building(Network(1, 1, ["linear"], [])).do(operators.add_connection, 1, 2))
        add connection 1 -> 2
        """
        self.network, mutation = operator(self.network, *arguments)
        self.mutations.append(mutation)
        return mutation

    def heard(self, node: int) -> bool:
        """Whether a hidden node or an output takes part: something listens to it, or it is an output.

        Examples
        --------
        >>> building = Building(Network(1, 1, ["linear", "abs"], [(1, 3)]))
        >>> building.heard(2), building.heard(3), building.heard(4)
        (True, False, False)
        """
        network = self.network
        return node in network.outputs or (node < network.n_nodes and bool(network.targets[node]))

    def leads_forward(self, source: int, target: int, connections: int) -> bool:
        """Whether a new path of so many connections may lead from a node that hears something to one that is heard.

        Examples
        --------
        Nothing lies between node 3 and what it hears:

        >>> building = Building(Network(1, 1, ["linear", "abs"], [(1, 3), (3, 2)]))
        >>> building.leads_forward(0, 3, connections=1), building.leads_forward(0, 3, connections=2)
        (True, False)
        """
        network = self.network
        if source >= network.first and not (self.heard(source) and network.sources_of(source)):
            return False
        return target in network.outputs or (
            self.heard(target) and network.layers[source] + connections <= network.layers[target]
        )

    def connect(self, source: int, target: int) -> None:
        """Connect two nodes, unless they are or were, or it would close a cycle.

        Examples
        --------
        >>> building = Building(Network(1, 1, ["linear"], [(1, 2)]))
        >>> building.connect(1, 2)
        >>> building.connect(0, 2)
        >>> print(*building.mutations)
        add connection 0 -> 2
        """
        network = self.network
        known = source in network.sources_of(target) or target in network.disabled_targets[source]
        if not known and operators.leads_forward(network, source, target):
            self.do(operators.add_connection, source, target)

    def disconnect(self, source: int, target: int) -> None:
        """Disconnect two nodes if they are connected.

        Examples
        --------
        >>> building = Building(Network(1, 1, ["linear"], [(1, 2)]))
        >>> building.disconnect(0, 2)
        >>> building.disconnect(1, 2)
        >>> print(*building.mutations)
        remove connection 1 -> 2
        """
        if source in self.network.sources_of(target):
            self.do(operators.remove_connection, source, target)

    def add_node(self, source: int, activation: str) -> int:
        """A new hidden node that listens to `source`; its number, the least that is spare or the next.

        Examples
        --------
        Node 3 is left over from a removal:

        >>> building = Building(Network(1, 1, ["linear", "abs"], []), spare=[3])
        >>> building.add_node(1, "linear"), building.add_node(1, "inverse")
        (3, 4)
        """
        node = self._spare.pop() if self._spare else self.network.n_nodes
        self.do(operators.add_node, source, activation, node)
        return node

    def relay(self, source: int, activation: str) -> int:
        """The number of the relay of `source` with that activation, a new one if there is none.

        Examples
        --------
        >>> building = Building(Network(1, 1, ["linear"], []))
        >>> relay = building.relay(1, "inverse")
        >>> building.connect(relay, 2)
        >>> relay, building.relay(1, "inverse")
        (3, 3)
        """
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
    """Whether it is a hidden node without any connection, left over from a removal.

    Examples
    --------
    >>> network = Network(1, 1, ["linear", "abs", "relu"], [(1, 3), (3, 2)])
    >>> is_spare(network, 3), is_spare(network, 4)
    (False, True)
    """
    return node in network.hidden and not operators.is_connected(network, node)
