"""One mutation at a time: drawn at random, or applied again from its record.

`wann_lite.operators` says what each kind does, `wann_lite.proposals` which one is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from . import proposals
from .activations import ACTIVATIONS, NAMES
from .checks import shown
from .network import Network
from .operators import (
    Change,
    Mutation,
    add_connection,
    add_node,
    change_activation,
    enable_connection,
    insert_node,
    remove_connection,
)

__all__ = [
    "DRAWN",
    "KINDS",
    "Change",
    "Kind",
    "Mutation",
    "add_connection",
    "add_node",
    "apply",
    "change_activation",
    "enable_connection",
    "insert_node",
    "mutate",
    "remove_connection",
]


class Kind(NamedTuple):
    """A kind of mutation: how one is carried out, and how one is proposed at random, if it ever is."""

    act: Callable[[Network, Any], Change]
    propose: Callable[[Network, np.random.Generator, Sequence[str]], Mutation | None] | None


#: The kinds of mutation by name.
KINDS: dict[str, Kind] = {
    "add_connection": Kind(lambda n, m: add_connection(n, m.source, m.target), proposals.propose_addition),
    "insert_node": Kind(lambda n, m: insert_node(n, m.source, m.target, m.activation), proposals.propose_insertion),
    "enable_connection": Kind(lambda n, m: enable_connection(n, m.source, m.target), proposals.propose_enabling),
    "change_activation": Kind(lambda n, m: change_activation(n, m.node, m.activation), proposals.propose_activation),
    "remove_connection": Kind(lambda n, m: remove_connection(n, m.source, m.target), proposals.propose_removal),
    # By itself it changes nothing that a network does.
    "add_node": Kind(lambda n, m: add_node(n, m.source, m.activation, m.node), None),
}
#: The kinds that are drawn at random.
DRAWN: tuple[str, ...] = tuple(kind for kind, its in KINDS.items() if its.propose)


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
        raise ValueError(f"unknown kind of mutation {shown(mutation.kind)}: use one of {', '.join(KINDS)}")
    child, done = KINDS[mutation.kind].act(network, mutation)
    if done != mutation:
        raise ValueError(f"the record says {shown(mutation)}: in this network it would be {done!r}")
    return child


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
    rates : mapping from a kind of `DRAWN` to a number >= 0
        How often each kind is drawn, relative to the others. A kind that finds nothing to change gives way to
        the others.
    activations : sequence of str
        What a new or changed node may become.

    Returns
    -------
    (Network, Mutation)

    Raises
    ------
    ValueError
        If a rate or an activation is not one, or if no kind with a positive rate finds anything to change.

    Examples
    --------
    >>> network, rng = Network(2, 1, ["linear"], [(0, 3), (1, 3)]), np.random.default_rng(0)
    >>> child, mutation = mutate(network, rng, {"add_connection": 1})
    >>> print(mutation)
    add connection 2 -> 3
    """
    for kind, rate in rates.items():
        if kind not in DRAWN:
            raise ValueError(f"unknown kind of mutation {shown(kind)}: use one of {', '.join(DRAWN)}")
        if not 0 <= rate < math.inf:
            raise ValueError(f"the rate of {kind} is {rate!r}: it must be a number of at least 0")
    if not len(activations) or any(name not in ACTIVATIONS for name in activations):
        raise ValueError(f"activations is {shown(activations)}: give at least one of {', '.join(NAMES)}")
    return mutate_unchecked(network, rng, rates, activations)


def mutate_unchecked(
    network: Network, rng: np.random.Generator, rates: Mapping[str, float], activations: Sequence[str]
) -> Change:
    """As `mutate`, for a search, whose settings have been checked: in its innermost loop that takes a while."""
    left = {kind: rate for kind, rate in rates.items() if rate > 0}
    while left:
        kind = _draw(left, rng)
        its = KINDS[kind]
        mutation = its.propose and its.propose(network, rng, activations)
        if mutation:
            return its.act(network, mutation)
        del left[kind]
    raise ValueError(f"none of {', '.join(rates)} can change this network: allow another kind of mutation")


def _draw(rates: Mapping[str, float], rng: np.random.Generator) -> str:
    point = rng.random() * sum(rates.values())
    for kind, rate in rates.items():  # noqa: B007 - rounding may leave a remainder: it is the last kind's
        point -= rate
        if point < 0:
            break
    return kind
