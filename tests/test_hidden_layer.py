"""One hidden layer: a case on paper, the gradient against differences, and XOR."""

import numpy as np
import pytest

from wann_lite import datasets
from wann_lite.hidden_layer import HiddenLayer, gradient, random_hidden_layer, train_hidden_layer
from wann_lite.losses import accuracy, cross_entropy

ROUND = np.array([[0.0, 0.5], [1.0, -1.0], [-0.5, 2.0]])


def test_forward_by_hand() -> None:
    network = HiddenLayer(np.array([[1.0], [2.0]]), np.array([-1.0]), np.array([[1.0, -1.0]]), np.array([0.5, 0.0]))
    hidden = np.tanh(1 * 3 + 2 * 1 - 1)
    assert network.hidden(np.array([[3.0, 1.0]])) == pytest.approx(np.array([[hidden]]))
    assert network(np.array([[3.0, 1.0]])) == pytest.approx(np.array([[hidden + 0.5, -hidden]]))
    assert network.n_weights == 2 + 1 + 2 + 2


def test_gradient_equals_differences() -> None:
    labels, targets = np.array([0, 2, 1]), np.eye(3)[[0, 2, 1]]
    network = random_hidden_layer(2, 4, 3, np.random.default_rng(1))
    slopes = gradient(network, ROUND, targets)
    for weights, slope in zip(network.parts, slopes.parts, strict=True):
        for place in np.ndindex(weights.shape):
            kept = weights[place]
            weights[place] = kept + 1e-5
            above = cross_entropy(network(ROUND), labels)
            weights[place] = kept - 1e-5
            below = cross_entropy(network(ROUND), labels)
            weights[place] = kept
            assert slope[place] == pytest.approx((above - below) / 2e-5, abs=1e-8)


def test_the_spread_of_first_weights_falls_with_the_number_of_sources() -> None:
    network = random_hidden_layer(400, 100, 10, np.random.default_rng(0))
    assert network.weights_in.std() == pytest.approx(1 / 20, rel=0.05)
    assert network.weights_out.std() == pytest.approx(1 / 10, rel=0.1)
    assert not network.biases_in.any()
    assert not network.biases_out.any()


def test_it_learns_xor_and_keeps_the_precision() -> None:
    data = datasets.xor(n=240)
    network = train_hidden_layer(data.x_train, data.y_train, 2, np.random.default_rng(0), hidden=4, passes=40, batch=20)
    assert accuracy(network(data.x_validation), data.y_validation) == 1
    assert {part.dtype for part in network.parts} == {np.dtype(np.float32)}


def test_training_repeats_with_its_seed() -> None:
    labels = np.array([0, 1, 1])
    first, again = (
        train_hidden_layer(ROUND, labels, 2, np.random.default_rng(3), hidden=2, passes=2) for _ in range(2)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first.parts, again.parts, strict=True))


@pytest.mark.parametrize("wrong", [{"hidden": 0}, {"passes": 0}, {"batch": 0}, {"learning_rate": 0.0}])
def test_nothing_to_do_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="all must be positive"):
        train_hidden_layer(ROUND, np.array([0, 1, 1]), 2, np.random.default_rng(0), **wrong)  # type: ignore[arg-type]


def test_no_examples_are_refused() -> None:
    with pytest.raises(ValueError, match="0 examples"):
        train_hidden_layer(ROUND[:0], np.array([], int), 2, np.random.default_rng(0))
