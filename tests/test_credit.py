"""What the loss says to every node: by hand, and against finite differences in each node's sum."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from topologies import in_step, networks

from wann_lite.activations import ACTIVATIONS, NAMES
from wann_lite.credit import Credit, credit
from wann_lite.evaluate import evaluate
from wann_lite.losses import log_softmax
from wann_lite.network import Network

any_seed = st.integers(0, 2**32 - 1)
WEIGHT, SCALE = -0.7, 1.3


def loss_of(outputs: Any, labels: Any, scale: float) -> Any:
    """The cross-entropy (n,) of outputs (n, k), example by example."""
    return -log_softmax(scale * outputs)[np.arange(len(labels)), labels]


def pushed(network: Network, x: Any, weight: float, node: int, amount: float) -> Any:
    """The outputs (n, k) if so much is added to what one node hears; one node at a time, in plain Python."""
    values: dict[int, Any] = {0: np.ones(len(x))} | {i: x[:, i - 1] for i in range(1, network.first)}
    for target in network.order:
        total = sum((values[source] for source in network.sources_of(target)), np.zeros(len(x))) * weight
        values[target] = ACTIVATIONS[network.activation_of(target)](total + amount * (target == node))
    return np.column_stack([values[output] for output in network.outputs])


def examples(network: Network, seed: int, n: int = 5) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    return rng.uniform(-1, 1, (n, network.n_inputs)), rng.integers(network.n_outputs, size=n)


def takes_part(network: Network, node: int) -> bool:
    return node in network.outputs or bool(network.targets[node])


# --- by hand


def test_a_chain_by_hand() -> None:
    # At the weight 2: node 4 hears 2 * -3 = -6 and puts out 6; output 2 hears and puts out 12, output 3 hears nothing.
    network = Network(1, 2, ["linear", "linear", "abs"], [(1, 4), (4, 2)])
    found = credit(network, np.array([[-3.0]]), np.array([1]), weight=2.0, scale=0.0)
    assert found.sums[:, 0].tolist() == [0, 0, 12, 0, -6]
    assert found.values[:, 0].tolist() == [1, -3, 12, 0, 6]
    # Scaled by 0, nothing matters. Scaled by 1/12, the outputs are 1 and 0: shares e/(e + 1) and 1/(e + 1).
    assert not found.slopes.any() and not found.curvatures.any()
    found = credit(network, np.array([[-3.0]]), np.array([1]), weight=2.0, scale=1 / 12)
    share = np.e / (np.e + 1)
    slope, curvature = share / 12, share * (1 - share) / 144
    assert found.slopes_out[2:, 0] == pytest.approx([slope, -slope, 2 * slope])
    # At -6 the absolute value falls.
    assert found.slopes[2:, 0] == pytest.approx([slope, -slope, -2 * slope])
    assert found.curvatures[2:, 0] == pytest.approx([curvature, curvature, 4 * curvature])
    # What the input does is 2 times what node 4's sum does.
    assert found.slopes_out[1, 0] == pytest.approx(-4 * slope)
    assert found.curvatures_out[1, 0] == pytest.approx(16 * curvature)


def test_an_output_without_sources_has_a_slope() -> None:
    network = Network(1, 3, ["linear"] * 3, [])
    found = credit(network, np.zeros((2, 1)), np.array([0, 2]), weight=1.0)
    np.testing.assert_allclose(found.slopes[2:], [[-2 / 3, 1 / 3], [1 / 3, 1 / 3], [1 / 3, -2 / 3]])
    np.testing.assert_allclose(found.curvatures[2:], 2 / 9)


def test_a_node_that_nothing_listens_to_is_0() -> None:
    # 3 is connected, 4 hears something but is not heard, 5 has no connections.
    network = Network(1, 1, ["linear", "abs", "cos", "cos"], [(1, 3), (3, 2), (1, 4)])
    found = credit(network, np.ones((2, 1)), np.zeros(2, int), weight=1.0)
    assert all(not part[4:].any() for part in found)
    assert found.values[3].tolist() == [1, 1]


def test_a_node_without_sources_is_a_constant() -> None:
    network = Network(1, 2, ["linear", "linear", "cos"], [(4, 2)])
    found = credit(network, np.zeros((1, 1)), np.array([0]), weight=1.0)
    assert found.values[2:, 0].tolist() == [1, 0, 1]
    assert found.slopes_out[4, 0] == pytest.approx(1 / (1 + np.exp(-1)) - 1)


def test_no_examples() -> None:
    found = credit(Network(2, 2, ["linear"] * 2, [(1, 3)]), np.zeros((0, 2)), np.zeros(0, int), weight=1.0)
    assert {part.shape for part in found} == {(5, 0)}


def test_the_type_is_that_of_the_examples() -> None:
    network = in_step(0)
    x, labels = examples(network, 0)
    for kind in (np.float32, np.float64):
        assert {part.dtype for part in credit(network, x.astype(kind), labels, -1.0, 2.0)} == {np.dtype(kind)}


# --- against another way


@given(networks(trained=False), any_seed)
def test_values_are_those_of_the_reference(network: Network, seed: int) -> None:
    x, labels = examples(network, seed)
    values = credit(network, x, labels, WEIGHT).values
    outputs = evaluate(network, x, [WEIGHT])[0]
    np.testing.assert_allclose(values[network.first :][: network.n_outputs].T, outputs, rtol=1e-9, atol=1e-12)


@given(networks(trained=False), any_seed)
def test_slopes_are_what_finite_differences_say(network: Network, seed: int) -> None:
    x, labels = examples(network, seed)
    found, step = credit(network, x, labels, WEIGHT, SCALE), 1e-6
    for node in range(network.first, network.n_nodes):
        if not takes_part(network, node):
            continue
        there, here, back = (
            loss_of(pushed(network, x, WEIGHT, node, amount), labels, SCALE) for amount in (step, 0.0, -step)
        )
        ahead, behind = (there - here) / step, (here - back) / step
        # Where a kink is near, there is no slope to speak of.
        smooth = np.abs(ahead - behind) < 1e-3
        np.testing.assert_allclose(found.slopes[node][smooth], ((ahead + behind) / 2)[smooth], rtol=1e-4, atol=1e-5)


@given(any_seed, any_seed, st.integers(1, 3))
def test_the_curvature_of_an_output_is_exact(seed: int, other: int, n_outputs: int) -> None:
    network = in_step(seed, n_outputs=n_outputs)
    x, labels = examples(network, other)
    found, step = credit(network, x, labels, WEIGHT, SCALE), 1e-4
    for output in network.outputs:
        there, here, back = (
            loss_of(pushed(network, x, WEIGHT, output, amount), labels, SCALE) for amount in (step, 0.0, -step)
        )
        np.testing.assert_allclose(found.curvatures[output], (there - 2 * here + back) / step**2, atol=1e-6)


@given(any_seed, any_seed)
def test_where_one_path_leads_on_the_curvature_is_exact_too(seed: int, other: int) -> None:
    """Of a node heard by one output through linear nodes; elsewhere paths that meet are counted apart."""
    rng = np.random.default_rng(seed)
    names = ["linear", "linear", *rng.choice(["linear", "inverse"], 3)]
    network = Network(1, 2, names, [(1, 4), (4, 5), (5, 6), (6, 2), (0, 3)])
    x, labels = examples(network, other)
    found, step = credit(network, x, labels, WEIGHT, SCALE), 1e-3
    for node in network.hidden:
        there, here, back = (
            loss_of(pushed(network, x, WEIGHT, node, amount), labels, SCALE) for amount in (step, 0.0, -step)
        )
        np.testing.assert_allclose(found.curvatures[node], (there - 2 * here + back) / step**2, atol=1e-6)


@given(networks(trained=False), any_seed)
def test_curvatures_are_never_negative(network: Network, seed: int) -> None:
    found = credit(network, *examples(network, seed), WEIGHT, SCALE)
    assert (found.curvatures >= 0).all() and (found.curvatures_out >= 0).all()


@pytest.mark.parametrize("activation", NAMES)
def test_a_node_passes_on_by_its_derivative(activation: str) -> None:
    network = Network(1, 2, ["linear", "linear", activation], [(1, 4), (4, 2)])
    x, labels = np.linspace(-1, 1, 7)[:, None], np.array([0, 1] * 3 + [0])
    found: Credit = credit(network, x, labels, WEIGHT, SCALE)
    derivative = ACTIVATIONS[activation].derivative(found.sums[4])
    np.testing.assert_allclose(found.slopes[4], found.slopes_out[4] * derivative)
    np.testing.assert_allclose(found.curvatures[4], found.curvatures_out[4] * derivative**2)
    np.testing.assert_allclose(found.slopes_out[4], WEIGHT * found.slopes[2])
