"""The exercises of lesson 05, *Change a topology in three ways*."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np

from ... import datasets
from ...activations import NAMES, get
from ...mutation import KINDS, Mutation
from ...network import Network
from ..exercise import Exercise
from .lesson_04 import judge_of

#: What the last exercise begins with: the bias against the sum of the inputs.
START = Network(2, 2, ["abs", "abs"], [(0, 3), (1, 4), (2, 4)])
#: How many mutations it allows.
MOST_MOVES = 6


# --- layers


def layers(n_nodes: int, connections: Sequence[tuple[int, int]]) -> list[int]:
    """For each node the length of the longest path to it."""
    found = [0] * n_nodes
    for _ in range(n_nodes):
        for source, target in connections:
            found[target] = max(found[target], found[source] + 1)
    return found


def _layers_shortest(n_nodes: int, connections: Sequence[tuple[int, int]]) -> list[int]:
    found = [0] * n_nodes
    for _ in range(n_nodes):
        for target in range(n_nodes):
            sources = [source for source, other in connections if other == target]
            if sources:
                found[target] = 1 + min(found[source] for source in sources)
    return found


def _layers_in_one_pass(n_nodes: int, connections: Sequence[tuple[int, int]]) -> list[int]:
    found = [0] * n_nodes
    for source, target in connections:
        found[target] = max(found[target], found[source] + 1)
    return found


def _layers_last_source(n_nodes: int, connections: Sequence[tuple[int, int]]) -> list[int]:
    found = [0] * n_nodes
    for _ in range(n_nodes):
        for source, target in connections:
            found[target] = found[source] + 1
    return found


# --- what a split changes

_SIGNALS = np.linspace(-2, 2, 81)


def unchanged(activation: str, w: float) -> bool:
    """Whether a split by such a node leaves all that the connection carries as it was, at the shared weight w."""
    return bool(np.allclose(w * get(activation)(w * _SIGNALS), w * _SIGNALS))


def _unchanged_by_one_weight(activation: str, w: float) -> bool:
    return bool(np.allclose(get(activation)(w * _SIGNALS), w * _SIGNALS))


def _unchanged_if_linear(activation: str, w: float) -> bool:
    return activation == "linear"


def _unchanged_for_positive_signals(activation: str, w: float) -> bool:
    positive = np.linspace(0, 2, 41)
    return bool(np.allclose(w * get(activation)(w * positive), w * positive))


# --- how many mutants


def count_mutants(network: Network, n_activations: int) -> int:
    """How many networks are one of the paper's three mutations away."""
    taken = {*network.connections, *network.disabled}
    sources = (*range(network.first), *network.hidden)
    targets = (*network.outputs, *network.hidden)
    additions = sum(
        pair not in taken and (pair[1] in network.outputs or network.layers[pair[0]] < network.layers[pair[1]])
        for pair in product(sources, targets)
    )
    return network.n_connections * n_activations + network.n_hidden * (n_activations - 1) + additions


def _count_without_disabled(network: Network, n_activations: int) -> int:
    return count_mutants(network, n_activations) + len(network.disabled)


def _count_same_activation(network: Network, n_activations: int) -> int:
    return count_mutants(network, n_activations) + network.n_hidden


def _count_one_split_each(network: Network, n_activations: int) -> int:
    return count_mutants(network, n_activations) - network.n_connections * (n_activations - 1)


_COUNTED = (
    Network(1, 1, ["linear"], [(1, 2)]),
    Network(2, 1, ["linear", "abs"], [(1, 4), (4, 3), (2, 3)]),
    Network(2, 2, ["abs", "abs", "sin", "tanh"], [(0, 3), (1, 5), (5, 6), (6, 4)], disabled=[(1, 4), (5, 4)]),
    Network(3, 1, ["linear"], [], disabled=[(1, 4)]),
    Network(2, 1, ["linear", "abs", "relu", "sin"], [(1, 4), (2, 5), (4, 6), (5, 6), (6, 3)], disabled=[(1, 6)]),
)


# --- XOR, grown


def xor_moves() -> list[Mutation]:
    """Three splits: both inputs and the bias travel two connections, and one input is turned over."""
    return [
        Mutation("insert_node", 0, 3, activation="linear"),
        Mutation("insert_node", 1, 4, activation="linear"),
        Mutation("insert_node", 2, 4, activation="inverse"),
    ]


def _xor_moves_bias_left_alone() -> list[Mutation]:
    return xor_moves()[1:]


def _xor_moves_without_inverse() -> list[Mutation]:
    return [*xor_moves()[:2], Mutation("insert_node", 2, 4, activation="linear")]


def _xor_moves_impossible() -> list[Mutation]:
    return [*xor_moves(), Mutation("add_connection", 1, 4)]


def grow(moves: Iterable[Mutation]) -> Network:
    """What comes of `START` by these mutations; a new node's number need not be given."""
    network = START
    for move in moves:
        network, _ = KINDS[move.kind].act(network, move)
    return network


def judge_moves(answer: Any) -> str | None:
    """What is wrong with a list of mutations that shall solve XOR, None if it does."""
    if not isinstance(answer, list | tuple) or not all(isinstance(move, Mutation) for move in answer):
        return "Return a list of mutations, such as [Mutation('add_connection', 1, 3)]."
    if len(answer) > MOST_MOVES:
        return f"These are {len(answer)} mutations: at most {MOST_MOVES} are allowed."
    try:
        network = grow(answer)
    except (ValueError, KeyError) as refusal:
        return f"One of them cannot be done: {refusal}."
    return judge_of(datasets.xor)(network)


EXERCISES: tuple[Exercise, ...] = (
    Exercise(
        name="05-layers",
        hint="Begin with 0 for every node. Each connection says that its target is at least one further than its "
        "source. Going over all connections once is not enough: repeat it until nothing changes any more.",
        reference=layers,
        inputs=(
            (3, [(0, 2), (1, 2)]),
            (5, [(1, 4), (4, 3), (2, 3)]),
            (5, [(4, 3), (1, 4), (2, 3), (1, 3)]),
            (7, [(6, 3), (5, 6), (4, 5), (1, 4), (1, 3), (0, 6)]),
            (4, []),
            (8, [(7, 2), (3, 7), (0, 2), (6, 3), (1, 6), (1, 7), (0, 5), (5, 4)]),
        ),
        wrong=(_layers_shortest, _layers_in_one_pass, _layers_last_source),
    ),
    Exercise(
        name="05-split",
        hint="Before the split a signal s arrives as w * s. Afterwards it passes a connection, the node and a second "
        "connection. Compare both for many signals, negative ones too; np.allclose says whether they agree.",
        reference=unchanged,
        inputs=tuple(product(NAMES, (1.0, -1.0, 0.5, 2.0))),
        wrong=(_unchanged_by_one_weight, _unchanged_if_linear, _unchanged_for_positive_signals),
    ),
    Exercise(
        name="05-count",
        hint="A split has two choices, the connection and the activation; a node changes to an activation that it "
        "does not have. For the new connections try all pairs of a source and a target: not taken, not disabled, and "
        "leading to an output or to a higher layer.",
        reference=count_mutants,
        inputs=tuple((network, n) for network in _COUNTED for n in (10, 4)),
        wrong=(_count_without_disabled, _count_same_activation, _count_one_split_each),
    ),
    Exercise(
        name="05-grow-xor",
        hint="Where two inputs have different signs, their difference is large and their sum is small. Which split "
        "turns the sum into a difference? Then see to it that bias and inputs travel equally many connections.",
        judge=judge_moves,
        reference=xor_moves,
        wrong=(_xor_moves_bias_left_alone, _xor_moves_without_inverse, _xor_moves_impossible),
    ),
)
