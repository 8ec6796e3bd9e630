"""The single layer: a first step by hand, what it can and cannot learn, and errors."""

import numpy as np
import pytest

from wann_lite.datasets import xor
from wann_lite.losses import accuracy
from wann_lite.perceptron import SingleLayer, train_single_layer

X, LABELS = np.array([[2.0, 0.0], [0.0, 1.0]]), np.array([0, 0])


def trained(x, labels, n_classes=2, seed=0, **settings):
    return train_single_layer(x, labels, n_classes, np.random.default_rng(seed), **settings)


def test_the_outputs_by_hand():
    layer = SingleLayer(np.array([[1.0, 0.0], [0.0, -2.0]]), np.array([0.5, 0.0]))
    np.testing.assert_array_equal(layer(np.array([[3.0, 4.0]])), [[3.5, -8.0]])


def test_the_first_step_by_hand():
    """All weights 0: each class gets 1/2, so the outputs are wrong by (-1/2, 1/2) for both examples of class 0.

    Averaged over the two the derivative is (2, 1) times (-1/4, 1/4) for the weights and (-1/2, 1/2) for the biases.
    """
    layer = trained(X, LABELS, passes=1, batch=2, learning_rate=0.4)
    np.testing.assert_allclose(layer.weights, 0.4 * np.array([[0.5, -0.5], [0.25, -0.25]]))
    np.testing.assert_allclose(layer.biases, 0.4 * np.array([0.5, -0.5]))


def test_the_learning_rate_falls_by_the_second_pass_to_half():
    """After a step of rate 1 on the example x = 1, weight and bias are (1/2, -1/2): the outputs differ by 2."""
    layer = trained(np.array([[1.0]]), np.array([0]), passes=2, batch=1, learning_rate=1.0)
    wrong_by = 1 / (1 + np.exp(2))
    np.testing.assert_allclose(layer.weights, [[0.5 + wrong_by / 2, -0.5 - wrong_by / 2]])


def test_it_separates_what_a_line_separates():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (400, 2))
    side = x @ [2.0, -1.0] - 0.3
    x, labels = x[abs(side) > 0.1], (side > 0).astype(int)[abs(side) > 0.1]
    assert accuracy(trained(x, labels, passes=100, batch=10)(x), labels) == 1


def test_it_cannot_learn_xor():
    data = xor()
    assert accuracy(trained(data.x_train, data.y_train)(data.x_test), data.y_test) < 0.8


def test_a_batch_larger_than_the_data_is_all_of_it():
    whole, larger = (trained(X, LABELS, passes=3, batch=batch) for batch in (2, 1000))
    np.testing.assert_array_equal(whole.weights, larger.weights)


def test_the_seed_decides_the_order_and_the_type_is_the_inputs():
    x = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    labels = np.arange(50) % 3
    first, again, other = (trained(x, labels, 3, seed, batch=5).weights for seed in (1, 1, 2))
    assert first.dtype == np.float32
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize(
    "wrong", [{"passes": 0}, {"batch": -1}, {"learning_rate": 0.0}, {"learning_rate": float("nan")}]
)
def test_settings_must_be_positive(wrong):
    with pytest.raises(ValueError, match=r"all must be positive$"):
        trained(X, LABELS, **wrong)


def test_examples_are_needed():
    with pytest.raises(ValueError, match=r"^0 examples"):
        trained(X[:0], LABELS[:0])
