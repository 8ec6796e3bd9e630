"""Back-propagation through any topology: by hand, against finite differences, and the outputs against `evaluate`."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from topologies import networks

from wann_lite.activations import NAMES
from wann_lite.evaluate import evaluate
from wann_lite.gradients import _ON_ONE_CORE, Layered, _product
from wann_lite.losses import cross_entropy
from wann_lite.network import Network

any_seed = st.integers(0, 2**32 - 1)


def drawn(network: Network, seed: int, n: int = 4) -> tuple[Any, Any, Any]:
    """Examples, labels and weights that no two sums agree on by chance."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (n, network.n_inputs))
    labels = rng.integers(network.n_outputs, size=n)
    return x, labels, rng.uniform(-1, 1, network.n_connections)


def measured(layered: Layered, x: Any, labels: Any, weights: Any, scale: float, step: float) -> Any:
    """The slope for each weight by central differences."""
    slopes = np.zeros_like(weights)
    for place in range(len(weights)):
        there = np.zeros_like(weights)
        there[place] = step
        above, below = (cross_entropy(scale * layered.outputs(x, weights + sign * there), labels) for sign in (1, -1))
        slopes[place] = (above - below) / (2 * step)
    return slopes


def test_slopes_by_hand() -> None:
    # Output 2 is w0 * abs(w1 * x), output 3 is w2 * 1; with x = -2, w = (3, 0.5, 3) both are 3, and 2 is right.
    network = Network(1, 2, ["linear", "linear", "abs"], [(4, 2), (1, 4), (0, 3)])
    assert network.connections == ((4, 2), (0, 3), (1, 4))
    loss, slopes = Layered(network).loss_and_slopes(np.array([[-2.0]]), np.array([0]), np.array([3.0, 3.0, 0.5]))
    assert loss == pytest.approx(np.log(2))
    # The softmax says 1/2 too little of output 2 and 1/2 too much of output 3. Node 4 gives 1; its sum is -1, where abs
    # falls, and hears -2: so the slope of w1 is -1/2 * 3 * -1 * -2.
    assert slopes.tolist() == pytest.approx([-0.5 * 1, 0.5 * 1, -0.5 * 3 * -1 * -2])


def test_a_scale_multiplies_the_outputs_and_the_slopes() -> None:
    network = Network(1, 2, ["linear", "linear"], [(1, 2)])
    loss, slopes = Layered(network).loss_and_slopes(np.array([[1.0]]), np.array([1]), np.array([0.5]), scale=4.0)
    share = 1 / (1 + np.exp(-2))
    assert loss == pytest.approx(-np.log(1 - share))
    assert slopes == pytest.approx([4 * share])


@given(networks(), any_seed)
def test_outputs_are_those_of_the_reference(network: Network, seed: int) -> None:
    x, _, weights = drawn(network, seed)
    with np.errstate(all="ignore"):
        outputs = Layered(network).outputs(x, weights)
    expected = evaluate(network.replace(weights=weights), x, None)
    np.testing.assert_allclose(outputs, expected, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("n", [0, 1, 499, 500, 501, 1201])
def test_any_number_of_examples(n: int) -> None:
    network = Network(2, 2, ["tanh", "linear", "cos"], [(1, 5), (2, 5), (5, 3), (0, 4)])
    x = np.random.default_rng(0).normal(size=(n, 2)).astype(np.float32)
    weights = np.float32([1, 2, -1, 0.5])
    outputs = Layered(network).outputs(x, weights)
    assert outputs.dtype == np.float32
    np.testing.assert_allclose(outputs, evaluate(network.replace(weights=weights), x, None), rtol=1e-5, atol=1e-6)


@given(networks(), any_seed)
def test_slopes_are_those_that_can_be_measured(network: Network, seed: int) -> None:
    """How far central differences are off shows in how they change as the step is halved."""
    x, labels, weights = drawn(network, seed)
    layered = Layered(network)
    loss, slopes = layered.loss_and_slopes(x, labels, weights, scale=0.5)
    assume(np.isfinite(loss) and np.abs(slopes).max(initial=0) < 1e3)
    coarse, fine = (measured(layered, x, labels, weights, 0.5, step) for step in (2e-6, 1e-6))
    np.testing.assert_array_less(np.abs(slopes - fine), 1e-7 + 1e-6 * np.abs(slopes) + 4 * np.abs(coarse - fine))


@pytest.mark.parametrize("name", NAMES)
def test_slopes_through_every_activation(name: str) -> None:
    pairs = [(1, 5), (2, 5), (0, 5), (1, 6), (5, 6), (5, 3), (6, 3), (6, 4), (2, 4)]
    network = Network(2, 2, [name, "linear", name, name], pairs)
    x, labels, weights = drawn(network, seed=3, n=6)
    layered = Layered(network)
    slopes = layered.loss_and_slopes(x, labels, weights)[1]
    np.testing.assert_allclose(slopes, measured(layered, x, labels, weights, 1.0, 1e-6), rtol=1e-6, atol=1e-8)
    assert slopes.any()


def test_nothing_is_learned_through_a_step() -> None:
    network = Network(1, 2, ["linear", "linear", "step"], [(1, 4), (4, 2)])
    slopes = Layered(network).loss_and_slopes(np.array([[1.0]]), np.array([1]), np.array([1.0, 1.0]))[1]
    assert slopes[0] != 0
    assert slopes[1] == 0


def test_what_reaches_no_output_has_no_slope() -> None:
    network = Network(1, 2, ["linear", "linear", "tanh"], [(1, 2), (1, 4)], disabled=[(4, 3)])
    slopes = Layered(network).loss_and_slopes(np.array([[1.0]]), np.array([1]), np.array([1.0, 1.0]))[1]
    assert slopes.tolist() == [pytest.approx(np.e / (1 + np.e)), 0]


def test_a_network_without_connections() -> None:
    layered = Layered(Network(1, 2, ["cos", "linear"], []))
    loss, slopes = layered.loss_and_slopes(np.array([[7.0]]), np.array([0]), np.zeros(0))
    assert layered.outputs(np.array([[7.0]]), np.zeros(0)).tolist() == [[1, 0]]
    assert loss == pytest.approx(np.log1p(np.exp(-1)))
    assert slopes.shape == (0,)


@pytest.mark.parametrize(("rows", "inner", "columns"), [(3, 4, 5), (0, 4, 5), (3, 0, 5), (3, 4, 0), (300, 200, 19)])
def test_a_product_in_pieces_is_the_product(rows: int, inner: int, columns: int) -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(rows, inner)), rng.normal(size=(columns, inner)).T
    np.testing.assert_allclose(_product(a, b), a @ b, atol=1e-12)
    assert _ON_ONE_CORE < 300 * 200 * 8, "the last case is to be cut into pieces"
