"""The ways to change a topology by one step; `wann_lite.mutation` draws among all but `add_node`.

Inserting a node, adding a connection and changing an activation are the paper's (Gaier & Ha 2019, section 3.2 and
figure 3), enabling again is the original program's, removing a connection is ours, and so is adding a node, which
informed mutations (`wann_lite.informed`) are put together from. The network stays feed-forward because a connection
may only lead to an output or from a lower to a higher layer (`Network.layers`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .activations import get
from .checks import is_integer, shown
from .draft import Draft
from .network import Network


class Mutation(NamedTuple):
    """One change of a topology, as a value that can be kept, sent and applied again.

    Attributes
    ----------
    kind : str
        One of `wann_lite.mutation.KINDS`.
    source, target : int or None
        The connection that was split, added, enabled or removed.
    node : int or None
        The hidden node that was inserted, added or changed.
    activation : str or None
        Its activation from then on.

    Examples
    --------
    >>> print(Mutation("add_connection", 2, 3))
    add connection 2 -> 3
    """

    kind: str
    source: int | None = None
    target: int | None = None
    node: int | None = None
    activation: str | None = None

    def __str__(self) -> str:
        if self.kind == "insert_node":
            return f"insert node {self.node} ({self.activation}) between {self.source} and {self.target}"
        if self.kind == "add_node":
            return f"add node {self.node} ({self.activation}) on {self.source}"
        if self.kind == "change_activation":
            return f"change node {self.node} to {self.activation}"
        return f"{self.kind.replace('_', ' ')} {self.source} -> {self.target}"


Change = tuple[Network, Mutation]


def insert_node(network: Network, source: int, target: int, activation: str) -> Change:
    """Split the connection source -> target by a new hidden node; the old connection stays, disabled.

    Returns
    -------
    (Network, Mutation)

    Raises
    ------
    ValueError
        If there is no such enabled connection or no such activation.

    Examples
    --------
    >>> child, mutation = insert_node(Network(1, 1, ["linear"], [(1, 2)]), 1, 2, "tanh")
    >>> child.connections, child.disabled
    (((3, 2), (1, 3)), ((1, 2),))
    >>> print(mutation)
    insert node 3 (tanh) between 1 and 2

    References
    ----------
    Gaier & Ha (2019), section 3.2; Stanley & Miikkulainen (2002), Evolving neural networks through augmenting
    topologies, section 3.1.
    """
    source, target = _connection(network, source, target)
    activation = get(activation).name
    draft = Draft(network)
    node = draft.append_node(activation)
    draft.disconnect(source, target)
    draft.connect_disabled(source, target)
    draft.connect(source, node)
    draft.connect(node, target)
    return draft.network(), Mutation("insert_node", source, target, node, activation)


def add_node(network: Network, source: int, activation: str, node: int | None = None) -> Change:
    """Add a hidden node that listens to `source`; nothing listens to it until a connection leads from it.

    Parameters
    ----------
    network : Network
    source : int
    activation : str
    node : int, optional
        The number of a hidden node that removals left without any connection, to be used again; by default a new one.

    Returns
    -------
    (Network, Mutation)

    Raises
    ------
    ValueError
        If there is no such source or activation, or the number is taken.

    Examples
    --------
    >>> child, mutation = add_node(Network(2, 1, ["linear"], []), 1, "abs")
    >>> child.connections, child.n_hidden
    (((1, 4),), 0)
    >>> print(mutation)
    add node 4 (abs) on 1
    """
    activation = get(activation).name
    source = _source(network, source)
    draft = Draft(network)
    if node is None or node == network.n_nodes:
        node = draft.append_node(activation)
    elif is_integer(node) and node in network.hidden and node != source and not is_connected(network, node):
        draft.set_activation(node, activation)
    else:
        raise ValueError(
            f"node {shown(node)} cannot be added: a new node has the number {network.n_nodes}, "
            "or that of a hidden node without any connection"
        )
    draft.connect(source, node)
    return draft.network(), Mutation("add_node", source, node=node, activation=activation)


def add_connection(network: Network, source: int, target: int) -> Change:
    """Connect two nodes that were not connected.

    Returns
    -------
    (Network, Mutation)

    Raises
    ------
    ValueError
        If they are connected (or were, and the connection is disabled), or if it would not lead to a higher
        layer.

    Examples
    --------
    >>> child, mutation = add_connection(Network(2, 1, ["linear"], [(1, 3)]), 2, 3)
    >>> child.connections
    ((1, 3), (2, 3))
    """
    source, target = _ends(network, source, target)
    if source in network.sources_of(target) or target in network.disabled_targets[source]:
        raise ValueError(f"{source} -> {target} exists already: enable it if it is disabled")
    if not leads_forward(network, source, target):
        raise ValueError(
            f"{source} -> {target} would lead from layer {network.layers[source]} "
            f"to layer {network.layers[target]}: to a hidden node a connection leads from a lower layer, "
            "so that none closes a cycle"
        )
    draft = Draft(network)
    draft.connect(source, target)
    return draft.network(), Mutation("add_connection", source, target)


def enable_connection(network: Network, source: int, target: int) -> Change:
    """Let a disabled connection carry its signal again.

    Returns
    -------
    (Network, Mutation)

    Raises
    ------
    ValueError
        If there is no such disabled connection.

    Examples
    --------
    >>> network = Network(2, 1, ["linear"], [(1, 3)], disabled=[(2, 3)])
    >>> child, mutation = enable_connection(network, 2, 3)
    >>> child.connections, child.disabled
    (((1, 3), (2, 3)), ())
    """
    source, target = _ends(network, source, target)
    if target not in network.disabled_targets[source]:
        raise ValueError(f"{source} -> {target} is not a disabled connection: see the network's `disabled`")
    draft = Draft(network)
    draft.disconnect_disabled(source, target)
    draft.connect(source, target)
    return draft.network(), Mutation("enable_connection", source, target)


def change_activation(network: Network, node: int, activation: str) -> Change:
    """Give a hidden node another activation.

    Returns
    -------
    (Network, Mutation)

    Raises
    ------
    ValueError
        If the node is not a hidden node, or the activation is unknown or the one it has.

    Examples
    --------
    >>> child, mutation = change_activation(Network(1, 1, ["linear", "sin"], [(1, 3), (3, 2)]), 3, "cos")
    >>> child.activations
    ('linear', 'cos')
    """
    activation = get(activation).name
    if not is_integer(node) or node not in network.hidden:
        raise ValueError(f"node {shown(node)} is not a hidden node: those are {_span(network.hidden)}")
    node = int(node)
    if network.activation_of(node) == activation:
        raise ValueError(f"node {node} is {activation} already: choose another activation")
    draft = Draft(network)
    draft.set_activation(node, activation)
    return draft.network(), Mutation("change_activation", node=node, activation=activation)


def remove_connection(network: Network, source: int, target: int) -> Change:
    """Remove a connection, and all connections of a hidden node that nothing listens to any more.

    Such a node keeps its number and has no connections from then on, disabled ones included. A hidden node
    that only loses its last source goes on, as the constant f(0).

    Returns
    -------
    (Network, Mutation)

    Raises
    ------
    ValueError
        If there is no such enabled connection.

    Examples
    --------
    >>> chain = Network(1, 1, ["linear", "tanh"], [(1, 3), (3, 2)])
    >>> remove_connection(chain, 3, 2)[0].connections
    ()
    """
    source, target = _connection(network, source, target)
    draft = Draft(network)
    draft.disconnect(source, target)
    suspects = [source]
    while suspects:
        node = suspects.pop()
        if node in network.hidden and not draft.targets[node]:
            suspects.extend(draft.isolate(node))
    return draft.network(), Mutation("remove_connection", source, target)


def leads_forward(network: Network, source: int, target: int) -> bool:
    """Whether a connection would surely close no cycle; nothing listens to an output, so any may lead there.

    Examples
    --------
    >>> chain = Network(1, 1, ["linear", "tanh", "tanh"], [(1, 3), (3, 4), (4, 2)])
    >>> leads_forward(chain, 3, 4), leads_forward(chain, 4, 3)
    (True, False)
    """
    return target in network.outputs or network.layers[source] < network.layers[target]


def is_connected(network: Network, node: int) -> bool:
    """Whether an output or a hidden node has any connection, disabled ones included."""
    i = node - network.first
    return bool(
        network.sources[i] or network.targets[node] or network.disabled_sources[i] or network.disabled_targets[node]
    )


def _source(network: Network, source: Any) -> int:
    if not is_integer(source) or not 0 <= source < network.n_nodes or source in network.outputs:
        raise ValueError(
            f"node {shown(source)} cannot be a source: choose the bias, "
            f"an input (1 to {network.n_inputs}) or a hidden node ({_span(network.hidden)})"
        )
    return int(source)


def _ends(network: Network, source: Any, target: Any) -> tuple[int, int]:
    source = _source(network, source)
    if not is_integer(target) or not network.first <= target < network.n_nodes:
        raise ValueError(
            f"node {shown(target)} cannot be a target: choose an output ({_span(network.outputs)}) "
            f"or a hidden node ({_span(network.hidden)})"
        )
    return source, int(target)


def _connection(network: Network, source: Any, target: Any) -> tuple[int, int]:
    source, target = _ends(network, source, target)
    if source not in network.sources_of(target):
        raise ValueError(f"{source} -> {target} is not an enabled connection: see the network's `connections`")
    return source, target


def _span(nodes: range) -> str:
    return f"{nodes[0]} to {nodes[-1]}" if nodes else "here none"
