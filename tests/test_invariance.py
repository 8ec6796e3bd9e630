"""What the shared weight does to each node, foretold from the topology and seen at many weights."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from topologies import RATES, in_step, networks

from wann_lite.activations import ACTIVATIONS, NAMES
from wann_lite.evaluate import evaluate
from wann_lite.invariance import DEPTH, Degree, degrees, is_invariant, levels
from wann_lite.mutation import mutate
from wann_lite.network import Network

WEIGHTS = (-2.0, -1.0, -0.3, -0.05, 0.05, 0.3, 2.0)
X = np.random.default_rng(0).normal(size=(50, 4))


def chain(*activations: str) -> Network:
    """An input, hidden nodes in a row, and an output that is linear."""
    nodes = [1, *range(3, 3 + len(activations)), 2]
    return Network(1, 1, ["linear", *activations], list(pairwise(nodes)))


def values_of(network: Network, node: int, weight: float) -> np.ndarray:
    """What a node puts out: an output that listens to it alone hears so much, times the weight."""
    reader = Network(
        network.n_inputs,
        network.n_outputs + 1,
        [*network.activations[: network.n_outputs], "linear", *network.activations[network.n_outputs :]],
        [
            *((_moved(network, s), _moved(network, t)) for s, t in network.connections),
            (_moved(network, node), network.first + network.n_outputs),
        ],
    )
    return evaluate(reader, X[:, : network.n_inputs], [weight])[0, :, -1] / weight


def _moved(network: Network, node: int) -> int:
    return node if node < network.first + network.n_outputs else node + 1


# --- by hand


@pytest.mark.parametrize(
    ("activations", "power", "odd"),
    [
        ((), 1, True),
        (("linear",), 2, False),
        (("inverse",), 2, False),
        (("abs",), 2, True),
        (("linear", "relu"), 3, True),
        (("linear", "abs"), 3, True),
        (("abs", "abs", "abs"), 4, True),
        (("linear", "relu", "inverse"), 4, False),
        (("linear", "step"), 1, True),
        (("linear", "step", "linear"), 2, False),
    ],
)
def test_a_chain(activations: tuple[str, ...], power: int, odd: bool) -> None:
    network = chain(*activations)
    assert degrees(network)[2] == Degree(power, odd)
    assert is_invariant(network) == (not odd)


@pytest.mark.parametrize("activations", [("relu",), ("step",), ("tanh",), ("linear", "gaussian"), ("sin", "abs")])
def test_a_chain_that_answers_by_no_power(activations: tuple[str, ...]) -> None:
    assert degrees(chain(*activations))[2] is None
    assert not is_invariant(chain(*activations))


def test_paths_of_different_length_spoil_a_sum() -> None:
    # 1 -> 3 -> 2 and 1 -> 2: w squared and w.
    network = Network(1, 1, ["linear", "linear"], [(1, 3), (3, 2), (1, 2)])
    assert degrees(network)[2] is None
    assert not is_invariant(network)


def test_paths_of_one_length_do_not() -> None:
    network = Network(2, 1, ["linear", "linear", "inverse"], [(1, 4), (2, 5), (4, 3), (5, 3)])
    assert degrees(network)[3] == Degree(2, False)
    assert is_invariant(network)


def test_outputs_must_answer_alike() -> None:
    # One by w squared, one by w to the fourth: which is the greater depends on w.
    longer = [(1, 4), (4, 2), (4, 5), (5, 6), (6, 3)]
    network = Network(1, 2, ["linear"] * 5, longer)
    assert [degrees(network)[output] for output in network.outputs] == [Degree(2, False), Degree(4, False)]
    assert not is_invariant(network)


def test_a_sum_of_nothing_goes_with_anything() -> None:
    # Node 4 hears nothing and is 0 at every weight; node 5 is cos(0) = 1 at every weight, as the bias is.
    silent = Network(1, 1, ["linear", "linear", "tanh"], [(1, 3), (3, 2), (4, 2)])
    assert 4 not in degrees(silent)
    assert is_invariant(silent)
    constant = Network(1, 1, ["linear", "linear", "cos"], [(1, 3), (3, 2), (4, 2)])
    assert degrees(constant)[4] == Degree(0, False)
    assert not is_invariant(constant), "the constant is one connection away, the input two"
    assert is_invariant(Network(1, 1, ["linear", "linear", "cos"], [(1, 3), (4, 3), (3, 2)]))


def test_a_network_without_connections_decides_nothing_at_any_weight() -> None:
    assert is_invariant(Network(2, 3, ["linear"] * 3, []))
    assert not is_invariant(Network(1, 2, ["linear", "linear"], [(1, 2)])), "it answers by an odd power"
    assert is_invariant(Network(1, 2, ["linear"] * 3, [(1, 4), (4, 2)])), "an output that hears nothing"


def test_levels_by_hand() -> None:
    # 3 - 4 - 5 in a row are in step; 6 hears 4 and 1, which are not equally far; 7 is a ReLU where the sign shows; 8 is
    # not heard; 9, a constant, is 1 as the bias is, but it hears nothing.
    network = Network(
        1,
        1,
        ["linear", "linear", "abs", "inverse", "linear", "relu", "linear", "cos"],
        [(1, 3), (3, 4), (4, 5), (4, 6), (1, 6), (1, 7), (1, 8), (5, 2), (6, 2), (7, 2), (9, 2)],
    )
    assert [nodes.tolist() for nodes in levels(network)] == [[0, 1, 9], [3], [4], [5], [2]]


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 3), st.integers(0, 5))
def test_in_a_network_in_step_all_nodes_have_a_level(seed: int, n_inputs: int, n_outputs: int, nodes: int) -> None:
    network = in_step(seed, n_inputs, n_outputs, nodes)
    found = levels(network)
    assert len(found) == DEPTH + 1
    level_of = {int(node): level for level, its in enumerate(found) for node in its}
    assert sorted(level_of) == list(range(network.n_nodes)) == sorted(np.concatenate(found).tolist())
    assert all(level_of[target] == level_of[source] + 1 for source, target in network.connections)


# --- any network, seen at many weights


@given(networks())
def test_what_is_foretold_is_seen(network: Network) -> None:
    network = network.replace(weights=None)
    found = degrees(network)
    for node in network.hidden:
        if not network.targets[node]:
            continue
        at_one = values_of(network, node, 1.0)
        for weight in WEIGHTS:
            value = values_of(network, node, weight)
            if node not in found:
                np.testing.assert_array_equal(value, 0)
            elif (degree := found[node]) is not None:
                factor = abs(weight) ** degree.power * (np.sign(weight) if degree.odd else 1)
                np.testing.assert_allclose(value, factor * at_one, rtol=1e-9, atol=1e-9 * np.abs(at_one).max())


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 3), st.integers(0, 5))
def test_where_all_paths_have_four_connections_the_weight_only_scales(
    seed: int, n_inputs: int, n_outputs: int, nodes: int
) -> None:
    network = in_step(seed, n_inputs, n_outputs, nodes)
    assert is_invariant(network)
    x = X[:, :1] * np.arange(1, n_inputs + 1)
    at_one = evaluate(network, x, [1.0])[0]
    for outputs, weight in zip(evaluate(network, x, WEIGHTS), WEIGHTS, strict=True):
        np.testing.assert_allclose(outputs, weight**4 * at_one, rtol=1e-9, atol=1e-12)


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_an_invariant_network_scales_alike_at_both_signs(seed: int, mutations: int) -> None:
    """Also one that blind mutations led out of step, and perhaps back."""
    rng, network = np.random.default_rng(seed), in_step(seed, nodes=2)
    for _ in range(mutations):
        network, _ = mutate(network, rng, RATES)
    assume(is_invariant(network))
    powers = {degree.power for output in network.outputs if (degree := degrees(network).get(output)) is not None}
    assert len(powers) <= 1
    at_one = evaluate(network, X[:, : network.n_inputs], [1.0])[0]
    for outputs, weight in zip(evaluate(network, X[:, : network.n_inputs], WEIGHTS), WEIGHTS, strict=True):
        np.testing.assert_allclose(outputs, abs(weight) ** max(powers, default=0) * at_one, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("activation", NAMES)
@pytest.mark.parametrize("links", [1, 2])
def test_each_activation_is_judged_rightly(activation: str, links: int) -> None:
    """A power of the weight is found exactly where there is one, after a sum that is odd in it or even."""
    network = chain(*["linear"] * (links - 1), activation)
    node = network.n_nodes - 1
    answers = np.array([values_of(network, node, weight) for weight in (*WEIGHTS, 1.0)])
    at_one = ACTIVATIONS[activation](X[:, 0])
    np.testing.assert_allclose(answers[-1], at_one)
    candidates = [
        Degree(power, odd)
        for power in range(4)
        for odd in (False, True)
        if all(
            np.allclose(answer, abs(w) ** power * (np.sign(w) if odd else 1) * at_one, rtol=1e-6, atol=1e-9)
            for w, answer in zip(WEIGHTS, answers, strict=False)
        )
    ]
    found = degrees(network)[node]
    assert candidates == ([] if found is None else [found])
