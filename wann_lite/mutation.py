"""The ways to change a topology by one step. Each gives a new network; a `Mutation` is the record of what was done.

The first three are the paper's (Gaier & Ha 2019, section 3.2 and figure 3), enabling again is the original program's, and
removing a connection is ours. The network stays feed-forward because a connection may only lead to an output or from a lower to
a higher layer (`Network.layers`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .activations import NAMES
from .network import Network


class Mutation(NamedTuple):
    """One change of a topology, as a value that can be kept, sent and applied again.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    source, target : int or None
        The connection that was split, added, enabled or removed.
    node : int or None
        The hidden node that was inserted or changed.
    activation : str or None
        Its activation from then on.
    """

    kind: str
    source: int | None = None
    target: int | None = None
    node: int | None = None
    activation: str | None = None

    def __str__(self) -> str:
        if self.kind == "insert_node":
            return f"insert node {self.node} ({self.activation}) between {self.source} and {self.target}"
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
    """
    _require_connection(network, source, target)
    _require_activation(activation)
    node, i = network.n_nodes, target - network.first
    sources, disabled = list(network.sources), list(network.disabled_sources)
    sources[i] = sources[i] - {source} | {node}
    disabled[i] = disabled[i] | {source}
    sources.append(frozenset((source,)))
    disabled.append(frozenset())
    layers = [*network.layers, network.layers[source] + 1]
    child = Network._trusted(
        n_inputs=network.n_inputs,
        n_outputs=network.n_outputs,
        activations=(*network.activations, activation),
        sources=tuple(sources),
        disabled_sources=tuple(disabled),
        n_connections=network.n_connections + 1,
        layers=_settled(network, layers, sources, disabled, [target]),
    )
    return child, Mutation("insert_node", source, target, node, activation)


def add_connection(network: Network, source: int, target: int) -> Change:
    """Connect two nodes that were not connected.

    Raises
    ------
    ValueError
        If they are connected (or were, and the connection is disabled), or if it would not lead to a higher layer.

    Examples
    --------
    >>> child, mutation = add_connection(Network(2, 1, ["linear"], [(1, 3)]), 2, 3)
    >>> child.connections
    ((1, 3), (2, 3))
    """
    _require_nodes(network, source, target)
    i = target - network.first
    if source in network.sources[i] or source in network.disabled_sources[i]:
        raise ValueError(f"{source} -> {target} exists already: enable it if it is disabled")
    if not _leads_forward(network, source, target):
        raise ValueError(
            f"{source} -> {target} would lead from layer {network.layers[source]} to layer {network.layers[target]}: "
            "a connection between hidden nodes leads to a higher layer, so that none closes a cycle"
        )
    child = _with_source(network, source, target, network.disabled_sources)
    return child, Mutation("add_connection", source, target)


def enable_connection(network: Network, source: int, target: int) -> Change:
    """Let a disabled connection carry its signal again.

    Raises
    ------
    ValueError
        If there is no such disabled connection.
    """
    _require_nodes(network, source, target)
    i = target - network.first
    if source not in network.disabled_sources[i]:
        raise ValueError(f"{source} -> {target} is not a disabled connection: the network's `disabled` lists them")
    disabled = _replaced(network.disabled_sources, i, network.disabled_sources[i] - {source})
    return _with_source(network, source, target, disabled), Mutation("enable_connection", source, target)


def change_activation(network: Network, node: int, activation: str) -> Change:
    """Give a hidden node another activation.

    Raises
    ------
    ValueError
        If the node is not a hidden node, or the activation is unknown or the one it has.
    """
    _require_activation(activation)
    if node not in network.hidden:
        raise ValueError(f"node {node} is not a hidden node: choose one of {list(network.hidden)[:20]}")
    if network.activation_of(node) == activation:
        raise ValueError(f"node {node} is {activation} already: choose another activation")
    child = _trusted_like(
        network, activations=_replaced(network.activations, node - network.first, activation)
    )
    return child, Mutation("change_activation", node=node, activation=activation)


def remove_connection(network: Network, source: int, target: int) -> Change:
    """Remove a connection, and all connections of a hidden node that nothing listens to any more.

    Such a node keeps its number and has no connections from then on.

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
    _require_connection(network, source, target)
    sources, disabled = list(network.sources), list(network.disabled_sources)
    sources[target - network.first] -= {source}
    dirty, removed, suspects = [target], 1, [source]
    while suspects:
        node = suspects.pop()
        i = node - network.first
        if node not in network.hidden or any(node in its_sources for its_sources in sources):
            continue
        removed += len(sources[i])
        suspects.extend(sources[i])
        sources[i] = disabled[i] = frozenset()
        dirty.append(node)
        for listener in network.listeners[node]:
            disabled[listener - network.first] -= {node}
            dirty.append(listener)
    child = _trusted_like(
        network,
        sources=tuple(sources),
        disabled_sources=tuple(disabled),
        n_connections=network.n_connections - removed,
        layers=_settled(network, list(network.layers), sources, disabled, dirty),
    )
    return child, Mutation("remove_connection", source, target)


def apply(network: Network, mutation: Mutation) -> Network:
    """The network after one recorded mutation.

    Raises
    ------
    ValueError
        If the mutation does not fit the network.

    Examples
    --------
    >>> apply(Network(2, 1, ["linear"], [(1, 3)]), Mutation("add_connection", 2, 3)).n_connections
    2
    """
    if mutation.kind not in KINDS:
        raise ValueError(f"unknown kind of mutation {mutation.kind!r}: use one of {', '.join(KINDS)}")
    if mutation.kind == "insert_node" and mutation.node != network.n_nodes:
        raise ValueError(f"the inserted node is {mutation.node}: this network's next node is {network.n_nodes}")
    child, _ = KINDS[mutation.kind].act(network, mutation)
    return child


# --- drawing one at random ---------------------------------------------------------------------------------------------------

_TRIES = 20


def mutate(
    network: Network,
    rng: np.random.Generator,
    rates: Mapping[str, float],
    activations: Sequence[str] = NAMES,
) -> Change:
    """Apply one mutation drawn at random.

    Parameters
    ----------
    network : Network
    rng : numpy.random.Generator
    rates : mapping from a kind of `KINDS` to a number >= 0
        How often each kind is drawn, relative to the others. A kind that finds nothing to change gives way to the others.
    activations : sequence of str
        What a new or changed node may become.

    Returns
    -------
    (Network, Mutation)

    Raises
    ------
    ValueError
        If no kind with a positive rate finds anything to change.

    Examples
    --------
    >>> child, mutation = mutate(Network(2, 1, ["linear"], [(1, 3)]), np.random.default_rng(1), {"add_connection": 1})
    >>> print(mutation)
    add connection 0 -> 3
    """
    left = {kind: rate for kind, rate in rates.items() if rate > 0}
    while left:
        kind = _draw(left, rng)
        mutation = KINDS[kind].propose(network, rng, activations)
        if mutation is not None:
            return KINDS[kind].act(network, mutation)
        del left[kind]
    raise ValueError(f"none of {', '.join(rates)} can change this network: allow another kind of mutation")


def _draw(rates: Mapping[str, float], rng: np.random.Generator) -> str:
    point = rng.random() * sum(rates.values())
    for kind, rate in rates.items():  # noqa: B007
        point -= rate
        if point < 0:
            break
    return kind


def _below(n: int, rng: np.random.Generator) -> int:
    # Several times faster than rng.integers for one number.
    return int(rng.random() * n)


def _random_connection(network: Network, rng: np.random.Generator) -> tuple[int, int] | None:
    """An enabled connection, each as likely as any other."""
    if not network.n_connections:
        return None
    k = _below(network.n_connections, rng)
    for target, sources in enumerate(network.sources, network.first):
        if k < len(sources):
            return sorted(sources)[k], target
        k -= len(sources)
    raise AssertionError("n_connections counts the sources")


def _propose_insertion(network: Network, rng: np.random.Generator, activations: Sequence[str]) -> Mutation | None:
    connection = _random_connection(network, rng)
    if connection is None:
        return None
    return Mutation("insert_node", *connection, network.n_nodes, activations[_below(len(activations), rng)])


def _propose_addition(network: Network, rng: np.random.Generator, activations: Sequence[str]) -> Mutation | None:
    first, first_hidden = network.first, network.first + network.n_outputs
    for _ in range(_TRIES):
        source = _below(network.n_nodes - network.n_outputs, rng)
        source += network.n_outputs * (source >= first)
        target = first + _below(network.n_nodes - first, rng)
        if _may_connect(network, source, target):
            return Mutation("add_connection", source, target)
    # A nearly full network: look at every pair, targets in random order.
    for i in rng.permutation(network.n_nodes - first):
        target = first + int(i)
        candidates = [*range(first), *range(first_hidden, network.n_nodes)]
        candidates = [source for source in candidates if _may_connect(network, source, target)]
        if candidates:
            return Mutation("add_connection", candidates[_below(len(candidates), rng)], target)
    return None


def _propose_enabling(network: Network, rng: np.random.Generator, activations: Sequence[str]) -> Mutation | None:
    total = sum(map(len, network.disabled_sources))
    if not total:
        return None
    return Mutation("enable_connection", *network.disabled[_below(total, rng)])


def _propose_activation(network: Network, rng: np.random.Generator, activations: Sequence[str]) -> Mutation | None:
    if not network.hidden:
        return None
    node = network.hidden[_below(len(network.hidden), rng)]
    others = [name for name in activations if name != network.activation_of(node)]
    if not others:
        return None
    return Mutation("change_activation", node=node, activation=others[_below(len(others), rng)])


def _propose_removal(network: Network, rng: np.random.Generator, activations: Sequence[str]) -> Mutation | None:
    for _ in range(_TRIES):
        connection = _random_connection(network, rng)
        # A hidden node keeps one source: removing the last would leave a constant that still counts as a node.
        if connection and (connection[1] in network.outputs or len(network.sources_of(connection[1])) > 1):
            return Mutation("remove_connection", *connection)
    return None


class _Kind(NamedTuple):
    act: Callable[[Network, Any], Change]
    propose: Callable[[Network, np.random.Generator, Sequence[str]], Mutation | None]


#: The kinds of mutation by name: how each is carried out and how one is proposed at random.
KINDS: dict[str, _Kind] = {
    "add_connection": _Kind(lambda n, m: add_connection(n, m.source, m.target), _propose_addition),
    "insert_node": _Kind(lambda n, m: insert_node(n, m.source, m.target, m.activation), _propose_insertion),
    "enable_connection": _Kind(lambda n, m: enable_connection(n, m.source, m.target), _propose_enabling),
    "change_activation": _Kind(lambda n, m: change_activation(n, m.node, m.activation), _propose_activation),
    "remove_connection": _Kind(lambda n, m: remove_connection(n, m.source, m.target), _propose_removal),
}


# --- shared pieces -----------------------------------------------------------------------------------------------------------


def _replaced(values: tuple[Any, ...], i: int, value: Any) -> tuple[Any, ...]:
    return (*values[:i], value, *values[i + 1 :])


def _trusted_like(network: Network, **changes: Any) -> Network:
    kept = ("n_inputs", "n_outputs", "activations", "sources", "disabled_sources", "n_connections", "layers")
    return Network._trusted(**{name: getattr(network, name) for name in kept} | changes)


def _with_source(network: Network, source: int, target: int, disabled: tuple[frozenset[int], ...]) -> Network:
    i = target - network.first
    layers = network.layers
    if layers[target] <= layers[source]:
        layers = _replaced(layers, target, layers[source] + 1)
    return _trusted_like(
        network,
        sources=_replaced(network.sources, i, network.sources[i] | {source}),
        disabled_sources=disabled,
        n_connections=network.n_connections + 1,
        layers=layers,
    )


def _settled(
    network: Network,
    layers: list[int],
    sources: Sequence[frozenset[int]],
    disabled: Sequence[frozenset[int]],
    dirty: Iterable[int],
) -> tuple[int, ...]:
    """The layers after the sources of the `dirty` nodes changed; only what follows from them is looked at."""
    pending = list(dirty)
    while pending:
        node = pending.pop()
        i = node - network.first
        layer = 1 + max((layers[source] for source in (*sources[i], *disabled[i])), default=-1)
        if layer != layers[node]:
            layers[node] = layer
            pending.extend(network.listeners[node])
    return tuple(layers)


def _leads_forward(network: Network, source: int, target: int) -> bool:
    # Nothing listens to an output, so a connection to one never closes a cycle.
    return target in network.outputs or network.layers[source] < network.layers[target]


def _may_connect(network: Network, source: int, target: int) -> bool:
    i = target - network.first
    return (
        source not in network.sources[i]
        and source not in network.disabled_sources[i]
        and _leads_forward(network, source, target)
        # Neither from a hidden node that hears nothing nor to one that nothing listens to.
        and (source < network.first or bool(network.sources_of(source)))
        and (target in network.outputs or bool(network.targets[target]))
    )


def _require_nodes(network: Network, source: int, target: int) -> None:
    if not (0 <= source < network.n_nodes) or source in network.outputs:
        raise ValueError(f"node {source} cannot be a source: choose the bias, an input or a hidden node")
    if not network.first <= target < network.n_nodes:
        raise ValueError(f"node {target} cannot be a target: choose an output or a hidden node")


def _require_connection(network: Network, source: int, target: int) -> None:
    _require_nodes(network, source, target)
    if source not in network.sources_of(target):
        raise ValueError(f"{source} -> {target} is not an enabled connection: the network's `connections` lists them")


def _require_activation(name: str) -> None:
    if name not in NAMES:
        raise ValueError(f"unknown activation {name!r}: use one of {', '.join(NAMES)}")
