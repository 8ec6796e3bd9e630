"""Connections as sets of sources, who listens to whom, and the layers that keep a network feed-forward."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from .checks import NetworkError, Pair

#: For each output, then each hidden node, the nodes that it listens to.
Sources = tuple[frozenset[int], ...]
#: For each node, from the bias on, the nodes that listen to it, ascending.
Targets = tuple[tuple[int, ...], ...]


def group_by_target(pairs: Iterable[Pair], first: int, n_targets: int) -> Sources:
    """The sources of the nodes from number `first` on.

    Examples
    --------
    >>> group_by_target([(1, 3), (2, 3), (1, 4)], 3, 2)
    (frozenset({1, 2}), frozenset({1}))
    """
    groups: list[set[int]] = [set() for _ in range(n_targets)]
    for source, target in pairs:
        groups[target - first].add(source)
    return tuple(map(frozenset, groups))


def pairs_of(sources: Sources, first: int) -> Iterator[Pair]:
    """The connections (source, target), sorted by target, then source.

    Examples
    --------
    >>> list(pairs_of((frozenset({2, 1}), frozenset({1})), 3))
    [(1, 3), (2, 3), (1, 4)]
    """
    for target, its_sources in enumerate(sources, first):
        for source in sorted(its_sources):
            yield source, target


def group_by_source(sources: Sources, first: int) -> Targets:
    """The targets of all nodes, from the bias on.

    Examples
    --------
    >>> group_by_source((frozenset({2, 1}), frozenset({1})), 3)
    ((), (3, 4), (3,), (), ())
    """
    targets: dict[int, list[int]] = {}
    for source, target in pairs_of(sources, first):
        targets.setdefault(source, []).append(target)
    return tuple(tuple(targets.get(node, ())) for node in range(first + len(sources)))


def layers_of(sources: Sources, disabled_sources: Sources, first: int) -> tuple[int, ...]:
    """For each node the length of the longest path to it, over enabled and disabled connections.

    Kahn's topological sort: a node is settled once all its sources are.

    Raises
    ------
    NetworkError
        If the connections close a cycle.

    Examples
    --------
    >>> layers_of((frozenset({1, 3}), frozenset({1})), (frozenset(), frozenset()), 2)
    (0, 0, 2, 1)

    References
    ----------
    Kahn (1962), Topological sorting of large networks. Communications of the ACM 5(11).
    """
    layers = [0] * (first + len(sources))
    waiting: dict[int, int] = {}
    listeners: dict[int, list[int]] = {}
    ready = list(range(first))
    for node, enabled, disabled in zip(range(first, len(layers)), sources, disabled_sources, strict=True):
        waiting[node] = len(enabled) + len(disabled)
        for source in chain(enabled, disabled):
            listeners.setdefault(source, []).append(node)
        if not waiting[node]:
            ready.append(node)
    while ready:
        node = ready.pop()
        waiting.pop(node, None)
        for listener in listeners.get(node, ()):
            layers[listener] = max(layers[listener], layers[node] + 1)
            waiting[listener] -= 1
            if not waiting[listener]:
                ready.append(listener)
    if waiting:
        some = ", ".join(map(str, sorted(waiting)[:5]))
        raise NetworkError(
            f"the connections, disabled ones included, close a cycle (look at node {some}): a network is feed-forward"
        )
    return tuple(layers)
