"""Paths and contributions: by hand, by enumeration, and by finite differences."""

import numpy as np
import pytest
from hypothesis import given
from topologies import networks

from wann_lite import champions, evaluate
from wann_lite.network import Network
from wann_lite.paths import contributions, count_paths, part_for, slopes, through_connections

DIFFERENCE = Network(2, 1, ["linear", "linear", "inverse", "abs"], [(1, 4), (2, 5), (4, 6), (5, 6), (6, 3)])
HOMOGENEOUS = {"linear", "inverse", "abs", "relu"}


def paths_by_walking(network: Network, node: int, end: int) -> int:
    """The number of paths, one by one."""
    return 1 if node == end else sum(paths_by_walking(network, t, end) for t in network.targets[node])


@given(networks())
def test_paths_are_counted_as_by_walking(network: Network) -> None:
    counted = count_paths(network)
    for place, end in enumerate(network.outputs):
        assert counted[place].tolist() == [paths_by_walking(network, node, end) for node in range(network.n_nodes)]


@given(networks())
def test_a_part_answers_as_the_whole_does(network: Network) -> None:
    x = np.random.default_rng(0).normal(size=(5, network.n_inputs))
    whole = evaluate(network, x, [-0.7, 1.3])
    for output in range(network.n_outputs):
        part = part_for(network, output)
        assert part.n_outputs == 1
        assert part.n_connections <= network.n_connections
        np.testing.assert_allclose(evaluate(part, x, [-0.7, 1.3])[:, :, 0], whole[:, :, output], rtol=1e-9, atol=1e-9)


def test_a_part_holds_nothing_else() -> None:
    network = Network(2, 2, ["linear", "abs", "tanh", "relu"], [(1, 5), (5, 3), (2, 6), (6, 4), (0, 6)])
    assert part_for(network, 0) == Network(2, 1, ["linear", "tanh"], [(1, 4), (4, 3)])
    assert part_for(network, 1) == Network(2, 1, ["abs", "relu"], [(0, 4), (2, 4), (4, 3)])


def test_by_hand() -> None:
    """|w (w a - w b)| w at a = 1, b = 4, w = 2: the output is 24, and b brings 32 of it."""
    assert contributions(DIFFERENCE, [[1, 4]], 2.0, 0).tolist() == [[0, -8, 32]]
    flow = through_connections(DIFFERENCE, [1, 4], 2.0, 0)
    assert flow == {(6, 3): 24, (1, 4): -8, (4, 6): -8, (2, 5): 32, (5, 6): 32}


def test_slopes_are_finite_differences() -> None:
    names = ["linear", "tanh", "sigmoid", "gaussian", "sin", "cos"]
    pairs = [(0, 5), (1, 5), (2, 6), (5, 6), (1, 7), (6, 7), (5, 8), (7, 8), (8, 3), (6, 3), (7, 4), (2, 4)]
    network = Network(2, 2, names, pairs)
    x, step = np.array([[0.3, -0.6], [0.1, 0.9]]), 1e-6
    for output in range(2):
        found = slopes(network, x, 0.8, output)
        for i in range(2):
            moved = x + step * np.eye(2)[i]
            measured = (evaluate(network, moved, [0.8]) - evaluate(network, x, [0.8]))[0, :, output] / step
            np.testing.assert_allclose(found[1 + i], measured, rtol=1e-4, atol=1e-6)


def test_contributions_of_the_champion_add_up_to_its_outputs() -> None:
    network = champions.load("mnist")
    assert set(network.activations) <= HOMOGENEOUS
    x = np.random.default_rng(1).random((7, 256))
    for weight in (-2.0, 0.3, 1.0):
        outputs = evaluate(network, x, [weight])[0]
        for output in range(10):
            parts = contributions(network, x, weight, output)
            np.testing.assert_allclose(parts.sum(axis=1), outputs[:, output], rtol=1e-7, atol=1e-9)


def test_what_arrives_at_a_node_leaves_it() -> None:
    network = champions.load("mnist")
    flow = through_connections(network, np.random.default_rng(2).random(256), 1.0, 3)
    end = network.outputs[3]
    arrives, leaves = np.zeros(network.n_nodes), np.zeros(network.n_nodes)
    for (source, target), amount in flow.items():
        leaves[source] += amount
        arrives[target] += amount
    hidden = [node for node in network.hidden if network.sources_of(node)]
    np.testing.assert_allclose(arrives[hidden], leaves[hidden], atol=1e-9)
    assert arrives[end] == pytest.approx(leaves[: network.first].sum())


@pytest.mark.parametrize("output", [-1, 1, 7])
def test_an_output_that_is_none_is_refused(output: int) -> None:
    for call in (lambda: part_for(DIFFERENCE, output), lambda: slopes(DIFFERENCE, [[1, 4]], 1.0, output)):
        with pytest.raises(ValueError, match=f"output {output}: the network has the outputs 0 to 0"):
            call()
