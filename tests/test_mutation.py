"""What each mutation does, and that a network stays sound through any number of them."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from topologies import RATES, assert_sound, grown, networks

from wann_lite.activations import NAMES
from wann_lite.mutation import (
    DRAWN,
    Mutation,
    add_connection,
    add_node,
    apply,
    change_activation,
    enable_connection,
    insert_node,
    mutate,
    remove_connection,
)
from wann_lite.network import Network

#: Inputs 1 and 2, output 3; 4 hears 1, 5 hears 4, 3 hears 5; 1 -> 3 is disabled.
chain = Network(2, 1, ["linear", "tanh", "sin"], [(1, 4), (4, 5), (5, 3)], [(1, 3)])


def hidden_without_listeners(network: Network) -> set[int]:
    return {node for node in network.hidden if not any(source == node for source, _ in network.connections)}


# --- by hand


def test_insert_node() -> None:
    child, mutation = insert_node(chain, 4, 5, "relu")
    assert mutation == Mutation("insert_node", 4, 5, 6, "relu")
    assert set(child.connections) == {(1, 4), (4, 6), (6, 5), (5, 3)}
    assert set(child.disabled) == {(1, 3), (4, 5)}
    assert child.activations == ("linear", "tanh", "sin", "relu")
    assert child.layers == (0, 0, 0, 4, 1, 3, 2)


def test_add_connection() -> None:
    child, mutation = add_connection(chain, 0, 5)
    assert mutation == Mutation("add_connection", 0, 5)
    assert set(child.connections) == {(0, 5), (1, 4), (4, 5), (5, 3)}
    assert child.disabled == chain.disabled


def test_enable_connection() -> None:
    child, mutation = enable_connection(chain, 1, 3)
    assert mutation == Mutation("enable_connection", 1, 3)
    assert set(child.connections) == {(1, 3), (1, 4), (4, 5), (5, 3)}
    assert child.disabled == ()


def test_change_activation() -> None:
    child, mutation = change_activation(chain, 5, "cos")
    assert mutation == Mutation("change_activation", node=5, activation="cos")
    assert child.activations == ("linear", "tanh", "cos")
    assert child.connections == chain.connections


def test_remove_connection_takes_what_nothing_listens_to_along() -> None:
    # 5 -> 3 is all that node 5 was for, and 5 all that node 4 was for.
    child, mutation = remove_connection(chain, 5, 3)
    assert mutation == Mutation("remove_connection", 5, 3)
    assert child.connections == ()
    assert child.disabled == ((1, 3),)
    assert (child.n_hidden, len(child.hidden)) == (0, 2)


def test_remove_connection_takes_disabled_ones_of_a_dead_node_along() -> None:
    network = Network(2, 1, ["linear", "tanh", "sin"], [(1, 4), (4, 3), (1, 5), (5, 3)], [(2, 4), (4, 5), (2, 3)])
    child, _ = remove_connection(network, 4, 3)
    assert child.connections == ((5, 3), (1, 5))
    assert child.disabled == ((2, 3),)


def test_remove_connection_spares_what_something_listens_to() -> None:
    network = Network(1, 1, ["linear", "tanh", "sin"], [(1, 4 - 1), (3, 2), (3, 4), (4, 2)])
    child, _ = remove_connection(network, 4, 2)
    assert child.connections == ((3, 2), (1, 3))
    child, _ = remove_connection(network, 3, 2)
    assert set(child.connections) == {(1, 3), (3, 4), (4, 2)}


def test_a_hidden_node_may_lose_its_last_source() -> None:
    child, _ = remove_connection(chain, 1, 4)
    assert set(child.connections) == {(4, 5), (5, 3)}
    assert child.n_hidden == 2
    assert_sound(child)


def test_add_node() -> None:
    child, mutation = add_node(chain, 2, "abs")
    assert mutation == Mutation("add_node", 2, node=6, activation="abs")
    assert set(child.connections) == {*chain.connections, (2, 6)}
    assert child.activations == (*chain.activations, "abs")
    # Nothing listens to it yet, so it takes no part.
    assert (child.n_hidden, len(child.hidden)) == (2, 3)
    assert_sound(child)
    assert apply(chain, mutation) == child


def test_add_node_uses_a_number_again() -> None:
    empty, _ = remove_connection(chain, 5, 3)
    child, mutation = add_node(empty, 1, "relu", 4)
    assert mutation == Mutation("add_node", 1, node=4, activation="relu")
    assert child.connections == ((1, 4),)
    assert child.activations == ("linear", "relu", "sin")
    assert apply(empty, mutation) == child


def test_in_words() -> None:
    assert [
        str(Mutation("insert_node", 4, 5, 6, "relu")),
        str(Mutation("add_connection", 0, 5)),
        str(Mutation("enable_connection", 1, 3)),
        str(Mutation("change_activation", node=5, activation="cos")),
        str(Mutation("remove_connection", 5, 3)),
        str(Mutation("add_node", 2, node=6, activation="abs")),
    ] == [
        "insert node 6 (relu) between 4 and 5",
        "add connection 0 -> 5",
        "enable connection 1 -> 3",
        "change node 5 to cos",
        "remove connection 5 -> 3",
        "add node 6 (abs) on 2",
    ]


def test_numpy_integers_become_plain_ones() -> None:
    child, mutation = add_connection(chain, np.int64(2), np.int32(3))
    json.dumps(mutation)
    assert Network.from_json(child.to_json()) == child


# --- what is refused


@pytest.mark.parametrize(
    ("act", "arguments", "message"),
    [
        (insert_node, (1, 3, "tanh"), "1 -> 3 is not an enabled connection: see the network's `connections`"),
        (insert_node, (2, 3, "tanh"), "2 -> 3 is not an enabled connection"),
        (insert_node, (1, 4, "swish"), "unknown activation 'swish'"),
        (insert_node, (1, 4, None), "unknown activation None"),
        (add_connection, (1, 4), "1 -> 4 exists already: enable it if it is disabled"),
        (add_connection, (1, 3), "1 -> 3 exists already"),
        (add_connection, (5, 4), "5 -> 4 would lead from layer 2 to layer 1: .* so that none closes a cycle"),
        (add_connection, (4, 4), "4 -> 4 would lead from layer 1 to layer 1"),
        (add_connection, (3, 4), "node 3 cannot be a source: choose the bias, an input .1 to 2. or a hidden node"),
        (add_connection, (6, 3), "node 6 cannot be a source"),
        (add_connection, (-1, 3), "node -1 cannot be a source"),
        (add_connection, (1.0, 3), "node 1.0 cannot be a source"),
        (add_connection, (True, 3), "node True cannot be a source"),
        (add_connection, (None, 3), "node None cannot be a source"),
        (add_connection, (1, 2), "node 2 cannot be a target: choose an output .3 to 3. or a hidden node .4 to 5."),
        (add_connection, (1, 6), "node 6 cannot be a target"),
        (add_connection, (1, "3"), "node '3' cannot be a target"),
        (enable_connection, (1, 4), "1 -> 4 is not a disabled connection: see the network's `disabled`"),
        (enable_connection, (2, 3), "2 -> 3 is not a disabled connection"),
        (enable_connection, (3, 3), "node 3 cannot be a source"),
        (change_activation, (3, "tanh"), "node 3 is not a hidden node: those are 4 to 5"),
        (change_activation, (1, "tanh"), "node 1 is not a hidden node"),
        (change_activation, (4.0, "sin"), "node 4.0 is not a hidden node"),
        (change_activation, (None, "sin"), "node None is not a hidden node"),
        (change_activation, (4, "tanh"), "node 4 is tanh already: choose another activation"),
        (change_activation, (4, "swish"), "unknown activation 'swish'"),
        (add_node, (3, "abs"), "node 3 cannot be a source"),
        (add_node, (1, "swish"), "unknown activation 'swish'"),
        (add_node, (1, "abs", 7), "node 7 cannot be added: .* 6, or that of a hidden node without any connection"),
        (add_node, (1, "abs", 4), "node 4 cannot be added"),
        (add_node, (1, "abs", 3), "node 3 cannot be added"),
        (add_node, (1, "abs", True), "node True cannot be added"),
        (remove_connection, (1, 3), "1 -> 3 is not an enabled connection"),
        (remove_connection, (1, 1), "node 1 cannot be a target"),
    ],
)
def test_refused(act: Any, arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        act(chain, *arguments)


@pytest.mark.parametrize(
    ("mutation", "message"),
    [
        (Mutation("grow", 1, 4), "unknown kind of mutation 'grow': use one of add_connection, insert_node.*add_node"),
        (Mutation("add_node", 1, node=9, activation="abs"), "node 9 cannot be added: a new node has the number 6"),
        (
            Mutation("add_node", 1, 4, 6, "abs"),
            "the record says .*: in this network it would be .*target=None",
        ),
        (Mutation("add_node", 1, activation="abs"), "the record says .*node=None.*it would be .*node=6"),
        (Mutation("insert_node", 1, 4, 9, "tanh"), "the record says .*node=9.*: in this network it would be .*node=6"),
        (Mutation("insert_node", 1, 4, 6), "unknown activation None"),
        (Mutation("add_connection", 2, 3, node=4), "the record says"),
        (Mutation("add_connection"), "node None cannot be a source"),
        (Mutation("add_connection", 1), "node None cannot be a target"),
        (Mutation("change_activation", activation="cos"), "node None is not a hidden node"),
        (Mutation("change_activation", 1, 4, 5, "cos"), "the record says"),
    ],
)
def test_records_that_do_not_fit(mutation: Mutation, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        apply(chain, mutation)


# --- any number of them


def expected_after_removal(network: Network, source: int, target: int) -> tuple[set[Any], set[Any]]:
    """Drop every connection of a node that has lost its last listener, until there is none."""
    enabled, disabled = set(network.connections) - {(source, target)}, set(network.disabled)
    listened = {node for node in network.hidden} - hidden_without_listeners(network)
    while dead := {node for node in listened if not any(s == node for s, _ in enabled)}:
        listened -= dead
        enabled = {pair for pair in enabled if not dead & set(pair)}
        disabled = {pair for pair in disabled if not dead & set(pair)}
    return enabled, disabled


def assert_did_what_it_says(parent: Network, child: Network, mutation: Mutation) -> None:
    kind, source, target, node, activation = mutation
    enabled, disabled = set(parent.connections), set(parent.disabled)
    names = dict(enumerate(parent.activations, parent.first))
    if kind == "insert_node":
        assert (source, target) in enabled
        assert node == parent.n_nodes
        enabled = enabled - {(source, target)} | {(source, node), (node, target)}
        disabled = disabled | {(source, target)}
        names[node] = activation
    elif kind == "add_connection":
        assert (source, target) not in enabled | disabled
        enabled |= {(source, target)}
    elif kind == "enable_connection":
        assert (source, target) in disabled
        enabled, disabled = enabled | {(source, target)}, disabled - {(source, target)}
    elif kind == "change_activation":
        assert node in parent.hidden
        assert names[node] != activation
        names[node] = activation
    else:
        assert (source, target) in enabled
        enabled, disabled = expected_after_removal(parent, source, target)
    assert (set(child.connections), set(child.disabled)) == (enabled, disabled)
    assert child.activations == tuple(names.values())
    assert (child.n_inputs, child.n_outputs) == (parent.n_inputs, parent.n_outputs)


@given(
    seed=st.integers(0, 2**32 - 1),
    n_inputs=st.integers(1, 4),
    n_outputs=st.integers(1, 3),
    fraction=st.sampled_from([0.0, 0.5, 1.0]),
    kinds=st.lists(st.sampled_from(sorted(DRAWN)), min_size=30, max_size=60),
)
def test_a_line_of_descent(seed: int, n_inputs: int, n_outputs: int, fraction: float, kinds: list[str]) -> None:
    rng = np.random.default_rng(seed)
    network = Network.sparse(n_inputs, n_outputs, fraction, rng)
    for kind in kinds:
        before = network.to_json()
        # The wanted kind if it finds something to change, another one if not.
        child, mutation = mutate(network, rng, RATES | {kind: 1e9})
        assert_sound(child)
        assert_did_what_it_says(network, child, mutation)
        assert apply(network, mutation) == child
        assert network.to_json() == before
        assert_sound(network)
        # Random mutations never leave a node without purpose or without a source.
        alive = set(child.hidden) - hidden_without_listeners(child)
        assert all(
            node in alive for pair in child.connections + child.disabled for node in pair if node in child.hidden
        )
        assert all(child.sources_of(node) for node in alive)
        network = child


@given(networks(trained=True), st.integers(0, 2**32 - 1))
def test_a_child_has_no_trained_weights(network: Network, seed: int) -> None:
    child, _ = mutate(network.replace(shared_weight=1, found={"a": 1}), np.random.default_rng(seed), RATES)
    assert (child.weights, child.shared_weight, child.found) == (None, None, None)


def test_unchanged_sources_are_the_parents_very_own() -> None:
    # So whoever compares parent and child need not look into them.
    parent = grown(0, mutations=30)
    child, mutation = insert_node(parent, *parent.connections[3], "abs")
    changed = [i for i, (a, b) in enumerate(zip(parent.sources, child.sources, strict=False)) if a is not b]
    assert changed == [mutation.target - parent.first]


# --- drawn at random


def test_the_same_generator_gives_the_same_mutation() -> None:
    parent = grown(1)
    first, again = (mutate(parent, np.random.default_rng(7), RATES) for _ in range(2))
    assert first == again


def test_kinds_are_as_frequent_as_their_rates() -> None:
    rates = {
        "add_connection": 4,
        "insert_node": 3,
        "enable_connection": 0,
        "change_activation": 2.0,
        "remove_connection": 1,
    }
    rng, parent, draws = np.random.default_rng(0), grown(1), 5_000
    found = dict.fromkeys(rates, 0)
    for _ in range(draws):
        found[mutate(parent, rng, rates)[1].kind] += 1
    assert found.pop("enable_connection") == 0
    expected = {kind: draws * rates[kind] / 10 for kind in found}
    assert sum((found[kind] - expected[kind]) ** 2 / expected[kind] for kind in found) < 16.3  # p = 0.001


def test_a_kind_without_a_choice_gives_way() -> None:
    rng = np.random.default_rng(0)
    empty, full = Network(1, 1, ["linear"], []), Network(1, 1, ["linear"], [(0, 2), (1, 2)])
    for _ in range(20):
        assert mutate(empty, rng, RATES)[1].kind == "add_connection"
        assert mutate(full, rng, RATES)[1].kind in ("insert_node", "remove_connection")


@pytest.mark.parametrize(
    ("network", "kind"),
    [
        (Network(1, 1, ["linear"], [(0, 2), (1, 2)]), "add_connection"),
        (Network(1, 1, ["linear"], []), "insert_node"),
        (Network(1, 1, ["linear"], [(0, 2)]), "enable_connection"),
        (Network(1, 1, ["linear"], [(0, 2)]), "change_activation"),
        (Network(1, 1, ["linear"], []), "remove_connection"),
    ],
)
def test_no_choice_at_all(network: Network, kind: str) -> None:
    with pytest.raises(ValueError, match=f"none of {kind} can change this network: allow another kind"):
        mutate(network, np.random.default_rng(0), {kind: 1})


def test_only_the_allowed_activations() -> None:
    rng, network = np.random.default_rng(0), grown(1)
    rates = {"insert_node": 1, "change_activation": 1}
    assert {mutate(network, rng, rates, ["sin", "abs"])[1].activation for _ in range(50)} == {"sin", "abs"}


@pytest.mark.parametrize(
    ("rates", "activations", "message"),
    [
        ({"add_node": 1}, NAMES, "unknown kind of mutation 'add_node': use one of add_connection"),
        ({"grow": 1}, NAMES, "unknown kind of mutation 'grow': use one of add_connection"),
        ({"insert_node": -1}, NAMES, "the rate of insert_node is -1: it must be a number of at least 0"),
        ({"insert_node": float("nan")}, NAMES, "the rate of insert_node is nan"),
        ({"insert_node": float("inf")}, NAMES, "the rate of insert_node is inf"),
        ({"insert_node": 0}, NAMES, "none of insert_node can change this network"),
        ({}, NAMES, "no rates|can change this network"),
        ({"insert_node": 1}, [], r"activations is \[\]: give at least one of linear"),
        ({"insert_node": 1}, ["swish"], r"activations is \['swish'\]: give at least one of linear"),
        ({"insert_node": 1}, "tanh", "activations is 'tanh'"),
    ],
)
def test_settings_that_make_no_sense(rates: dict[str, float], activations: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        mutate(chain, np.random.default_rng(0), rates, activations)
