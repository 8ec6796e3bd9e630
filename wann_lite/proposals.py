"""Mutations drawn at random: for each kind one of all that are possible, or None where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, product
from typing import TypeVar

import numpy as np

from .network import Connection, Network
from .operators import Mutation, leads_forward

T = TypeVar("T")

# Where few of very many choices are possible it is quicker to list them than to go on guessing.
_GUESSES = 200

_NOTHING: frozenset[int] = frozenset()


def below(n: int, rng: np.random.Generator) -> int:
    """A random number from 0 to n - 1, several times faster than ``rng.integers`` gives a single one.

    Examples
    --------
    >>> below(1, np.random.default_rng(0))
    0
    """
    return int(rng.random() * n)


def propose_addition(network: Network, rng: np.random.Generator, activations: Sequence[str]) -> Mutation | None:
    """A connection that can be added, each as likely as any other.

    None leads from a hidden node that hears nothing, or to one that nothing listens to.
    """
    first, n_outputs = network.first, network.n_outputs
    n_sources, n_targets = network.n_nodes - n_outputs, network.n_nodes - first

    def guess() -> Connection:
        source = below(n_sources, rng)
        return source + n_outputs * (source >= first), first + below(n_targets, rng)

    def every() -> Iterable[Connection]:
        return product(chain(range(first), network.hidden), range(first, network.n_nodes))

    connection = _one_of(guess, every, lambda ends: _may_connect(network, *ends), rng)
    return connection and Mutation("add_connection", *connection)


def propose_insertion(network: Network, rng: np.random.Generator, activations: Sequence[str]) -> Mutation | None:
    """A split of an enabled connection, and an activation for its node, each as likely as any other."""
    connection = _one_connection(network.sources, network.first, rng)
    activation = activations[below(len(activations), rng)]
    return connection and Mutation("insert_node", *connection, network.n_nodes, activation)


def propose_enabling(network: Network, rng: np.random.Generator, activations: Sequence[str]) -> Mutation | None:
    """A disabled connection to enable, each as likely as any other."""
    connection = _one_connection(network.disabled_sources, network.first, rng)
    return connection and Mutation("enable_connection", *connection)


def propose_activation(network: Network, rng: np.random.Generator, activations: Sequence[str]) -> Mutation | None:
    """A hidden node that takes part, each as likely as any other, and an activation that it does not have."""

    def others(node: int) -> list[str]:
        return [name for name in activations if name != network.activation_of(node)]

    def guess() -> int:
        return network.hidden[below(len(network.hidden), rng)]

    def possible(node: int) -> bool:
        return bool(network.targets[node]) and bool(others(node))

    node = _one_of(guess, lambda: network.hidden, possible, rng) if network.hidden else None
    if node is None:
        return None
    names = others(node)
    return Mutation("change_activation", node=node, activation=names[below(len(names), rng)])


def propose_removal(network: Network, rng: np.random.Generator, activations: Sequence[str]) -> Mutation | None:
    """An enabled connection to remove, each as likely as any other, but never the only one to a hidden node.

    Without it the node would be a constant that still counts as a node.
    """
    n_outputs = network.n_outputs
    removable = [
        sources if i < n_outputs or len(sources) > 1 else _NOTHING for i, sources in enumerate(network.sources)
    ]
    connection = _one_connection(removable, network.first, rng)
    return connection and Mutation("remove_connection", *connection)


def _one_connection(sources: Sequence[frozenset[int]], first: int, rng: np.random.Generator) -> Connection | None:
    k = below(sum(map(len, sources)), rng)
    for target, its_sources in enumerate(sources, first):
        if k < len(its_sources):
            return sorted(its_sources)[k], target
        k -= len(its_sources)
    return None


def _one_of(
    guess: Callable[[], T],
    every: Callable[[], Iterable[T]],
    possible: Callable[[T], bool],
    rng: np.random.Generator,
) -> T | None:
    """One of all that are possible, equally likely: the first lucky guess, or one from the whole list."""
    for _ in range(_GUESSES):
        choice = guess()
        if possible(choice):
            return choice
    choices = list(filter(possible, every()))
    return choices[below(len(choices), rng)] if choices else None


def _may_connect(network: Network, source: int, target: int) -> bool:
    return (
        source not in network.sources_of(target)
        and target not in network.disabled_targets[source]
        and leads_forward(network, source, target)
        and (source < network.first or bool(network.sources_of(source)))
        and (target in network.outputs or bool(network.targets[target]))
    )
