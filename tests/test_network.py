"""Networks as values: what they hold, what they refuse, and that they never change."""

import copy
import tracemalloc
from collections.abc import Iterator
from itertools import count
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from topologies import assert_sound, has_cycle, networks

from wann_lite.checks import MAX_CONNECTIONS, MAX_NODES
from wann_lite.network import Network, NetworkError

#: Inputs 1 and 2, output 3, hidden 4 and 5: 4 hears the bias and 1; 5 hears 4 and 2; 3 hears 5, and 1 if enabled.
small = Network(
    2, 1, ["linear", "tanh", "sin"], [(5, 3), (2, 5), (1, 4), (0, 4), (4, 5)], [(1, 3)], weights=[1, 2, 3, 4, 5]
)


def test_what_a_network_holds() -> None:
    assert (small.n_inputs, small.n_outputs, small.n_nodes, small.n_hidden, small.n_connections) == (2, 1, 6, 2, 5)
    assert (small.first, small.outputs, small.hidden) == (3, range(3, 4), range(4, 6))
    assert small.activations == ("linear", "tanh", "sin")
    assert small.connections == ((5, 3), (0, 4), (1, 4), (2, 5), (4, 5))
    assert small.disabled == ((1, 3),)
    assert small.sources == ({5}, {0, 1}, {2, 4})
    assert small.disabled_sources == ({1}, set(), set())
    assert small.targets == ((4,), (4,), (5,), (), (5,), (3,))
    assert small.disabled_targets == ((), (3,), (), (), (), ())
    assert small.layers == (0, 0, 0, 3, 1, 2)
    assert small.order == (4, 5, 3)
    assert (small.sources_of(5), small.activation_of(5)) == ({2, 4}, "sin")
    assert (small.shared_weight, small.found) == (None, None)


def test_weights_follow_the_sorted_connections() -> None:
    assert small.weights is not None
    assert dict(zip(small.connections, small.weights.tolist(), strict=True)) == {
        (5, 3): 1,
        (2, 5): 2,
        (1, 4): 3,
        (0, 4): 4,
        (4, 5): 5,
    }


def test_disabled_connections_count_for_layers() -> None:
    # Were 4 -> 5 enabled, node 5 would have to come after node 4.
    network = Network(1, 1, ["linear"] * 3, [(1, 3), (1, 4), (3, 2), (4, 2)], disabled=[(3, 4)])
    assert network.layers == (0, 0, 3, 1, 2)


def test_a_hidden_node_that_nothing_listens_to_does_not_take_part() -> None:
    network = Network(1, 1, ["linear", "tanh"], [(1, 2), (1, 3)])
    assert (len(network.hidden), network.n_hidden) == (1, 0)


@pytest.mark.parametrize("node", [0, 1, 2, 6, -1])
def test_only_outputs_and_hidden_nodes_have_sources_and_activations(node: int) -> None:
    with pytest.raises(IndexError):
        small.sources_of(node)
    with pytest.raises(IndexError):
        small.activation_of(node)


def test_repr() -> None:
    assert repr(small) == "Network(2 inputs, 1 output, 2 hidden nodes, 5 connections, trained weights)"
    one = Network(1, 1, ["linear", "tanh"], [(3, 2)])
    assert repr(one) == "Network(1 input, 1 output, 1 hidden node, 1 connection)"


@given(networks())
def test_what_mutations_made_is_what_the_constructor_makes(network: Network) -> None:
    assert_sound(network)
    position = {node: i for i, node in enumerate(network.order)}
    assert sorted(network.order) == list(range(network.first, network.n_nodes))
    for source, target in network.connections + network.disabled:
        assert network.layers[source] < network.layers[target]
        assert source < network.first or position[source] < position[target]


# --- equality


def variant(**changes: Any) -> Network:
    arguments: dict[str, Any] = {
        "n_inputs": 2,
        "n_outputs": 1,
        "activations": ["linear", "tanh"],
        "connections": [(1, 4), (4, 3)],
        "disabled": [(1, 3)],
    }
    return Network(**(arguments | changes))


def test_equal_networks() -> None:
    same = variant(activations=("linear", "tanh"), connections=iter([(4, 3), (1, 4)]), disabled=np.array([[1, 3]]))
    assert variant() == same
    assert hash(variant()) == hash(same)
    remarks = variant(shared_weight=-1.5, found={"seed": 1})
    assert variant() == remarks
    assert hash(variant()) == hash(remarks)


@pytest.mark.parametrize(
    "changes",
    [
        {"activations": ["linear", "sin"]},
        {"connections": [(2, 4), (4, 3)]},
        {"connections": [(1, 4), (4, 3), (2, 3)]},
        {"disabled": []},
        {"connections": [(1, 4), (4, 3), (1, 3)], "disabled": []},
        {"weights": [1, 2]},
        {"n_inputs": 1, "connections": [(1, 3)], "disabled": []},
    ],
)
def test_different_networks(changes: dict[str, Any]) -> None:
    assert variant() != variant(**changes)


def test_trained_weights_count_for_equality() -> None:
    assert variant(weights=[1, 2]) == variant(weights=[1.0, 2.0])
    assert hash(variant(weights=[1, 2])) == hash(variant(weights=[1.0, 2.0]))
    assert variant(weights=[1, 2]) != variant(weights=[1, 3])
    assert variant() != 3


# --- nothing changes


@pytest.mark.parametrize("name", ["n_inputs", "weights", "layers", "connections", "found", "anything"])
def test_no_attribute_can_be_set_or_deleted(name: str) -> None:
    with pytest.raises(AttributeError, match="immutable"):
        setattr(small, name, 1)
    with pytest.raises(AttributeError, match="immutable"):
        delattr(small, name)


def test_weights_cannot_be_written() -> None:
    given_weights = np.array([1.0, 2.0])
    network = variant(weights=given_weights)
    given_weights[0] = 9
    assert network.weights is not None
    assert network.weights.tolist() == [2, 1]
    with pytest.raises(ValueError, match="read-only"):
        network.weights[0] = 9
    with pytest.raises(ValueError, match="WRITEABLE"):
        network.weights.setflags(write=True)


def test_found_cannot_be_changed() -> None:
    given_found: dict[str, Any] = {"seed": 1, "settings": {"rates": [1, 2]}}
    network = variant(found=given_found)
    given_found["settings"]["rates"].append(3)
    seen = network.found
    assert seen == {"seed": 1, "settings": {"rates": [1, 2]}}
    seen["settings"]["rates"].append(3)
    seen["seed"] = 2
    assert network.found == {"seed": 1, "settings": {"rates": [1, 2]}}


def test_arguments_may_change_afterwards() -> None:
    names, connections, disabled = ["linear", "tanh"], [(1, 4), (4, 3)], [(1, 3)]
    network = variant(activations=names, connections=connections, disabled=disabled)
    names[0] = "sin"
    connections.clear()
    disabled.clear()
    assert network == variant()


@pytest.mark.parametrize("copied", [copy.copy(small), copy.deepcopy(small)])
def test_copies_are_equal(copied: Network) -> None:
    assert copied == small


def test_replace() -> None:
    network = variant(shared_weight=2, found={"seed": 1})
    trained = network.replace(weights=[5, 6])
    assert (trained.shared_weight, trained.found) == (2, {"seed": 1})
    assert dict(zip(trained.connections, trained.weights, strict=True)) == {(4, 3): 5, (1, 4): 6}
    assert trained.replace(shared_weight=None).weights.tolist() == [5, 6]
    assert trained.replace(weights=None) == network
    assert network.replace() == network
    assert (network.weights, network.shared_weight) == (None, 2)
    with pytest.raises(NetworkError, match="1 weights for 2 connections"):
        network.replace(weights=[1])
    with pytest.raises(TypeError, match="replace takes weights, shared_weight, found: given n_inputs"):
        network.replace(n_inputs=3)


# --- what is refused


def endless() -> Iterator[tuple[int, int]]:
    return ((1, 3) for _ in count())


class Rude:
    def __repr__(self) -> str:
        raise RuntimeError("no")


REFUSED = [
    ({"n_inputs": 0}, "the number of inputs is 0: it must be a whole number from 1 to"),
    ({"n_inputs": -1}, "the number of inputs is -1"),
    ({"n_inputs": 2.0}, "the number of inputs is 2.0"),
    ({"n_inputs": True}, "the number of inputs is True"),
    ({"n_inputs": "2"}, "the number of inputs is '2'"),
    ({"n_inputs": None}, "the number of inputs is None"),
    ({"n_inputs": 10**6}, "the number of inputs is 1000000"),
    ({"n_inputs": 10**10_000}, "the number of inputs is an enormous number"),
    ({"n_inputs": np.zeros((30, 30))}, "the number of inputs is array"),
    ({"n_inputs": np.zeros((3, 1))}, r"the number of inputs is array\(\[\[0.\], \[0.\], \[0.\]\]\)"),
    ({"n_inputs": Rude()}, "the number of inputs is <Rude"),
    ({"n_outputs": 0}, "the number of outputs is 0"),
    ({"n_outputs": 3}, "2 activations for 3 outputs: give one for each output, then one for each hidden node"),
    ({"activations": []}, "0 activations for 1 outputs"),
    ({"activations": "linear"}, "activations is 'linear': it must be a list"),
    ({"activations": None}, "activations is None: it must be a list"),
    ({"activations": {"linear": 1}}, "activations is {'linear': 1}: it must be a list"),
    ({"activations": ["linear", "swish"]}, "unknown activation 'swish': use one of linear, step"),
    ({"activations": ["linear", 3]}, "unknown activation 3"),
    ({"activations": ["linear", ["tanh"]]}, r"unknown activation \['tanh'\]"),
    ({"activations": ["linear"] * (MAX_NODES + 1)}, "activations has more than 200,000 entries"),
    ({"n_inputs": MAX_NODES}, "200,003 nodes: a network has at most 200,000"),
    ({"connections": None}, "connections is None: it must be a list"),
    ({"connections": 3}, "connections is 3"),
    ({"connections": "[[1, 3]]"}, "connections is .*: it must be a list"),
    ({"connections": [1, 3]}, r"connections holds 1: each entry must be a pair \[source, target\]"),
    ({"connections": ["13"]}, "connections holds '13': each entry must be a pair"),
    ({"connections": [{1: 2, 3: 4}]}, "each entry must be a pair"),
    ({"connections": [{1, 3}]}, "each entry must be a pair"),
    ({"connections": [(1,)]}, r"connections holds \(1,\): each entry must be a pair of node numbers"),
    ({"connections": [(1, 3, 0.5)]}, "each entry must be a pair of node numbers"),
    ({"connections": [(1.0, 3)]}, r"connections holds \(1.0, 3\): each entry must be a pair of node numbers"),
    ({"connections": [(True, 3)]}, "each entry must be a pair of node numbers"),
    ({"connections": [("1", 3)]}, "each entry must be a pair of node numbers"),
    ({"connections": [(1, None)]}, "each entry must be a pair of node numbers"),
    ({"connections": [endless()]}, "each entry must be a pair of node numbers"),
    ({"connections": endless()}, "connections has more than 200,000 entries"),
    ({"connections": [(1, 3)] * (MAX_CONNECTIONS + 1)}, "connections has more than 200,000 entries"),
    ({"connections": [(-1, 3)]}, r"holds \[-1, 3\]: a source is the bias \(0\), an input \(1 to 2\) or a hidden node"),
    ({"connections": [(3, 4)]}, r"holds \[3, 4\]: a source is"),
    ({"connections": [(5, 3)]}, r"holds \[5, 3\]: a source is .* hidden node \(4 to 4\)"),
    ({"connections": [(10**5000, 3)]}, "connections holds .*: a source is"),
    ({"connections": [(1, 2)]}, r"holds \[1, 2\]: a target is an output \(3 to 3\) or a hidden node"),
    ({"connections": [(1, 0)]}, r"holds \[1, 0\]: a target is"),
    ({"connections": [(1, 5)]}, r"holds \[1, 5\]: a target is"),
    ({"activations": ["linear"], "connections": [(4, 3)]}, r"or a hidden node \(here none\)"),
    ({"disabled": [(1, 0)]}, r"disabled holds \[1, 0\]: a target is"),
    ({"disabled": None}, "disabled is None"),
    ({"connections": [(1, 4), (4, 3), (1, 4)]}, r"the connection \[1, 4\] is given twice"),
    ({"disabled": [(1, 4)]}, r"the connection \[1, 4\] is given twice"),
    ({"disabled": [(1, 3), (1, 3)]}, r"the connection \[1, 3\] is given twice"),
    ({"connections": [(4, 4)]}, r"close a cycle \(look at node 4\): a network is feed-forward"),
    ({"disabled": [(4, 4)]}, "close a cycle"),
    ({"activations": ["sin"] * 4, "connections": [(4, 5), (5, 6), (6, 4)]}, "look at node 4, 5, 6"),
    ({"activations": ["sin"] * 3, "connections": [(4, 5)], "disabled": [(5, 4)]}, "look at node 4, 5"),
    ({"weights": [1]}, "1 weights for 2 connections: give one for each, or none at all"),
    ({"weights": 1}, "weights is 1: it must be a list"),
    ({"weights": "12"}, "weights is '12': it must be a list"),
    ({"weights": [1, "2"]}, "a trained weight is '2': it must be a finite number"),
    ({"weights": [1, None]}, "a trained weight is None"),
    ({"weights": [1, True]}, "a trained weight is True"),
    ({"weights": [1, np.nan]}, "a trained weight is nan"),
    ({"weights": [1, 1j]}, "a trained weight is 1j"),
    ({"weights": [1, np.complex128(1)]}, "a trained weight is"),
    ({"weights": [1, 10**400]}, "a trained weight is 1000.*: it must be a finite number"),
    ({"weights": [[1], [2]]}, r"a trained weight is \[1\]"),
    ({"shared_weight": np.inf}, "the shared weight is inf: it must be a finite number"),
    ({"shared_weight": "1"}, "the shared weight is '1'"),
    ({"shared_weight": False}, "the shared weight is False"),
    ({"found": [1]}, r"found is \[1\]: it must be a mapping that says how the network was found"),
    ({"found": "by luck"}, "found is 'by luck'"),
    ({"found": {"loss": np.nan}}, "found cannot be written as JSON"),
    ({"found": {"weights": np.ones(3)}}, "found cannot be written as JSON"),
    ({"found": {(1, 2): 3}}, "found cannot be written as JSON"),
    ({"found": {"notes": "x" * 2**20}}, "found is 1,048,589 characters long: at most 1,048,576 are allowed"),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED)
def test_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(NetworkError, match=message) as caught:
        variant(**changes)
    assert isinstance(caught.value, ValueError)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_found_that_is_nested_too_deeply_or_in_itself() -> None:
    deep: dict[str, Any] = {}
    for _ in range(40):
        deep = {"a": [deep]}
    with pytest.raises(NetworkError, match="found is nested deeper than 32 levels"):
        variant(found=deep)
    deep["self"] = deep
    with pytest.raises(NetworkError, match="found cannot be written as JSON"):
        variant(found=deep)


def test_a_large_network_is_cheap() -> None:
    tracemalloc.start()
    try:
        network = Network(MAX_NODES - 2, 1, ["linear"], [(MAX_NODES - 2, MAX_NODES - 1)])
        assert network.n_hidden == 0
        assert len(network.targets) == MAX_NODES
        assert network.order == (MAX_NODES - 1,)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 50 * 2**20


def test_a_long_chain() -> None:
    # Longer than Python's stack: nothing may recurse from node to node.
    n = 20_000
    chain = [(1, 3), *((node, node + 1) for node in range(3, n + 2)), (n + 2, 2)]
    network = Network(1, 1, ["linear"] * (n + 1), chain)
    assert network.layers[2] == n + 1
    with pytest.raises(NetworkError, match="close a cycle"):
        Network(1, 1, ["linear"] * (n + 1), [*chain, (n + 2, 3)])


# --- sparse


def test_sparse_has_its_fraction_of_connections() -> None:
    network = Network.sparse(100, 20, 0.5, np.random.default_rng(0), output="tanh")
    # 2,020 possible, 1,010 expected, standard deviation 22.
    assert 1010 - 4 * 22 < network.n_connections < 1010 + 4 * 22
    assert network.activations == ("tanh",) * 20
    assert {source for source, _ in network.connections} == set(range(101))
    assert {target for _, target in network.connections} == set(range(101, 121))
    assert not has_cycle(network)


def test_sparse_at_the_ends() -> None:
    rng = np.random.default_rng(0)
    assert Network.sparse(3, 2, 0, rng).n_connections == 0
    assert Network.sparse(3, 2, 1, rng).n_connections == 8


def test_sparse_depends_on_the_generator_alone() -> None:
    first, second, other = (Network.sparse(9, 9, 0.5, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == second != other


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((2, 1, 1.5), "the fraction of connections is 1.5: choose one from 0 to 1"),
        ((2, 1, -0.1), "the fraction of connections is -0.1"),
        ((2, 1, np.nan), "the fraction of connections is nan"),
        ((0, 1, 0.5), "the number of inputs is 0"),
        ((2, 2.5, 0.5), "the number of outputs is 2.5"),
        ((10**5, 10**5, 0.5), "is more than 200,000: choose a smaller fraction"),
    ],
)
def test_impossible_sparse_networks(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        Network.sparse(*arguments, np.random.default_rng(0))


def test_sparse_with_an_unknown_output() -> None:
    with pytest.raises(NetworkError, match="unknown activation 'softmax'"):
        Network.sparse(2, 1, 0.5, np.random.default_rng(0), output="softmax")
