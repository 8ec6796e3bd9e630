"""Each possible mutation of a kind is as likely to be proposed as any other."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from topologies import grown

from wann_lite import proposals
from wann_lite.network import Network
from wann_lite.operators import Mutation

NAMES = ["tanh", "sin", "abs"]


def live(network: Network) -> set[int]:
    return {node for node in network.hidden if any(source == node for source, _ in network.connections)}


def possible_additions(network: Network) -> list[Mutation]:
    taken = set(network.connections + network.disabled)
    sources = {0, *range(1, network.first), *(node for node in network.hidden if network.sources_of(node))}
    return [
        Mutation("add_connection", source, target)
        for source in sources
        for target in {*network.outputs, *live(network)}
        if (source, target) not in taken
        and (target in network.outputs or network.layers[source] < network.layers[target])
    ]


def possible_insertions(network: Network) -> list[Mutation]:
    return [Mutation("insert_node", *pair, network.n_nodes, name) for pair in network.connections for name in NAMES]


def possible_enablings(network: Network) -> list[Mutation]:
    return [Mutation("enable_connection", *pair) for pair in network.disabled]


def possible_changes(network: Network) -> list[Mutation]:
    return [
        Mutation("change_activation", node=node, activation=name)
        for node in live(network)
        for name in NAMES
        if name != network.activation_of(node)
    ]


def possible_removals(network: Network) -> list[Mutation]:
    return [
        Mutation("remove_connection", source, target)
        for source, target in network.connections
        if target in network.outputs or len(network.sources_of(target)) > 1
    ]


EVERY: list[Any] = [
    (proposals.propose_addition, possible_additions),
    (proposals.propose_insertion, possible_insertions),
    (proposals.propose_enabling, possible_enablings),
    (proposals.propose_activation, possible_changes),
    (proposals.propose_removal, possible_removals),
]


def a_network() -> Network:
    """One in which removals have left dead nodes, and every node is of an activation outside `NAMES`."""
    network = grown(0, mutations=60)
    assert 3 < network.n_hidden < len(network.hidden)
    assert len(network.disabled) > 5
    activations = [*network.activations[: network.n_outputs], *["relu"] * len(network.hidden)]
    return Network(network.n_inputs, network.n_outputs, activations, network.connections, network.disabled)


@pytest.mark.parametrize("guesses", [200, 0])
@pytest.mark.parametrize(("propose", "possible"), EVERY)
def test_proposals_are_uniform(
    propose: Callable[..., Mutation],
    possible: Callable[[Network], list[Mutation]],
    guesses: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network, rng = a_network(), np.random.default_rng(0)
    monkeypatch.setattr(proposals, "_GUESSES", guesses)
    choices = possible(network)
    expected = 20
    found = Counter(propose(network, rng, NAMES) for _ in range(expected * len(choices)))
    assert set(found) == set(choices)
    assert len(choices) > 5
    degrees = len(choices) - 1
    statistic = sum((found[choice] - expected) ** 2 / expected for choice in choices)
    assert statistic < degrees + 3.5 * np.sqrt(2 * degrees)


# Two outputs that hear all there is; two that hear nothing; a hidden node that nothing listens to.
FULL = Network(1, 2, ["linear", "linear"], [(0, 2), (1, 2), (0, 3), (1, 3)])
EMPTY = Network(1, 2, ["linear", "linear"], [])
IDLE = Network(1, 1, ["linear", "tanh"], [(0, 2), (1, 2)], disabled=[(3, 2)])


@pytest.mark.parametrize(
    ("propose", "network"),
    [
        (proposals.propose_addition, FULL),
        (proposals.propose_addition, IDLE),
        (proposals.propose_insertion, EMPTY),
        (proposals.propose_enabling, FULL),
        (proposals.propose_activation, FULL),
        (proposals.propose_activation, IDLE),
        (proposals.propose_removal, EMPTY),
    ],
)
def test_nothing_is_proposed_where_nothing_is_possible(propose: Any, network: Network) -> None:
    assert propose(network, np.random.default_rng(0), NAMES) is None


def test_no_connection_to_a_node_that_nothing_listens_to() -> None:
    # Node 3 hears the bias; 1 -> 3 would be allowed but for nothing.
    network = Network(1, 1, ["linear", "tanh"], [(0, 2), (1, 2), (0, 3)])
    proposed = {proposals.propose_addition(network, np.random.default_rng(seed), NAMES) for seed in range(20)}
    assert proposed == {Mutation("add_connection", 3, 2)}


def test_the_only_source_of_a_hidden_node_is_not_removed() -> None:
    network = Network(1, 1, ["linear", "tanh"], [(1, 3), (3, 2)])
    proposal = proposals.propose_removal(network, np.random.default_rng(0), NAMES)
    assert proposal == Mutation("remove_connection", 3, 2)


def test_the_only_choice_is_found() -> None:
    # Of some 10,000 pairs all but one are connected.
    first = 101
    pairs = [(source, target) for source in range(first) for target in range(first, first + 100)]
    pairs.remove((57, 133))
    network = Network(100, 100, ["linear"] * 100, pairs)
    proposal = proposals.propose_addition(network, np.random.default_rng(0), NAMES)
    assert proposal == Mutation("add_connection", 57, 133)


def test_the_only_other_activation_is_found() -> None:
    # Of 1,000 hidden nodes one is not tanh yet.
    n = 1000
    names = ["linear", *["tanh"] * n]
    names[500] = "sin"
    network = Network(1, 1, names, [*((1, 3 + i) for i in range(n)), *((3 + i, 2) for i in range(n))])
    proposal = proposals.propose_activation(network, np.random.default_rng(0), ["tanh"])
    assert proposal == Mutation("change_activation", node=502, activation="tanh")
