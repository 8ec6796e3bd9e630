"""Rosenblatt's perceptron and the single layer: first steps by hand, what they can and cannot learn, and errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wann_lite.datasets import xor
from wann_lite.losses import accuracy
from wann_lite.perceptron import Perceptron, SingleLayer, train_perceptron, train_single_layer

X, LABELS = np.array([[2.0, 0.0], [0.0, 1.0]]), np.array([0, 0])


def trained(x, labels, n_classes=2, seed=0, **settings):
    return train_single_layer(x, labels, n_classes, np.random.default_rng(seed), **settings)


def test_the_outputs_by_hand():
    layer = SingleLayer(np.array([[1.0, 0.0], [0.0, -2.0]]), np.array([0.5, 0.0]))
    np.testing.assert_array_equal(layer(np.array([[3.0, 4.0]])), [[3.5, -8.0]])


def test_the_first_step_by_hand():
    """All weights 0: each class gets 1/2, so the outputs are wrong by (-1/2, 1/2) for both examples of class 0.

    Averaged over two examples the derivative is (2, 1) times (-1/4, 1/4) for the weights, and (-1/2, 1/2) for the
    biases.
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


# --- Rosenblatt's perceptron

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
AND, OR, EXCLUSIVE_OR = [-1, -1, -1, 1], [-1, 1, 1, 1], [-1, 1, 1, -1]


def by_the_rule(x, labels, order):
    """The same rule in plain Python: weights, bias and the examples that were mistakes."""
    weights, bias, mistakes = [0.0] * len(x[0]), 0.0, []
    for example in order:
        total = bias + sum(w * float(value) for w, value in zip(weights, x[example], strict=True))
        if (total > 0) != (labels[example] == 1):
            weights = [w + labels[example] * float(v) for w, v in zip(weights, x[example], strict=True)]
            bias += labels[example]
            mistakes.append(example)
    return weights, bias, mistakes


def test_sums_and_answers_by_hand():
    perceptron = Perceptron([2, -1], -1)
    assert perceptron([[1, 0], [1, 1], [0, 2]]).tolist() == [1, 0, -3]
    assert perceptron.answer([[1, 0], [1, 1], [0, 2]]).tolist() == [1, -1, -1]  # 0 is not above the threshold
    assert perceptron.answer(np.zeros((0, 2))).shape == (0,)


def test_or_by_hand():
    """(0, 1) is missed: weights (0, 1), bias 1. Then (0, 0): bias 0. Then (1, 0): weights (1, 1), bias 1. Then (0, 0).

    These are the steps 1, 4, 6 and 8, and the fourth pass is without a mistake.
    """
    training = train_perceptron(CORNERS, OR)
    assert training.mistakes.tolist() == [1, 0, 2, 0]
    assert training.steps.tolist() == [1, 4, 6, 8]
    assert (training.passes, training.converged) == (4, True)
    assert training.perceptron.weights.tolist() == [1, 1]
    assert training.perceptron.bias == 0


@pytest.mark.parametrize("labels", [AND, OR, [1, -1, -1, -1], [-1, -1, 1, 1]])
def test_gates_of_one_line_are_learned(labels):
    training = train_perceptron(CORNERS, labels)
    assert training.converged
    assert training.perceptron.answer(CORNERS).tolist() == labels


def test_exclusive_or_goes_round_in_a_circle():
    training = train_perceptron(CORNERS, EXCLUSIVE_OR, passes=50)
    assert (training.passes, training.converged) == (50, False)
    per_pass = np.bincount(training.steps // 4, minlength=50)
    assert per_pass[2:].tolist() == [4] * 48
    assert train_perceptron(CORNERS, EXCLUSIVE_OR, passes=51).perceptron.weights.tolist() == (
        training.perceptron.weights.tolist()
    )


@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 4))
def test_equal_to_the_rule_in_plain_python(seed, count, inputs):
    rng = np.random.default_rng(seed)
    x, labels = rng.integers(-3, 4, (count, inputs)), rng.choice([-1, 1], count).tolist()
    training = train_perceptron(x, labels, passes=5)
    weights, bias, mistakes = by_the_rule(x, labels, list(range(count)) * training.passes)
    assert training.perceptron.weights.tolist() == weights
    assert training.perceptron.bias == bias
    assert training.mistakes.tolist() == mistakes
    assert (training.steps % count).tolist() == mistakes
    if training.converged:
        assert training.perceptron.answer(x).tolist() == labels


@given(st.integers(0, 10**6), st.floats(0.02, 0.3), st.booleans())
def test_mistakes_stay_below_the_bound(seed, wanted, shuffled):
    rng = np.random.default_rng(seed)
    direction = rng.normal(size=3)
    right = Perceptron(direction[1:], direction[0])
    x = rng.uniform(-1, 1, (60, 2))
    labels = right.answer(x)
    x = x[np.abs(right(x)) >= wanted * np.linalg.norm(direction)]
    labels = right.answer(x)
    if len(x) == 0:
        return
    margin = right.margin(x, labels)
    assert margin >= wanted * (1 - 1e-9)
    radius = np.sqrt(1 + np.sum(x**2, axis=1)).max()
    training = train_perceptron(x, labels, passes=20_000, rng=rng if shuffled else None)
    assert training.converged
    assert len(training.mistakes) <= (radius / margin) ** 2


def test_weights_are_the_sum_of_the_mistakes():
    rng = np.random.default_rng(3)
    x, labels = rng.normal(size=(30, 4)), rng.choice([-1, 1], 30)
    training = train_perceptron(x, labels, passes=7, rng=rng)
    own = labels[training.mistakes]
    np.testing.assert_allclose(training.perceptron.weights, own @ x[training.mistakes])
    assert training.perceptron.bias == own.sum()


def test_a_seed_repeats_the_order():
    x = np.random.default_rng(0).normal(size=(20, 2))
    labels = np.where(x[:, 0] > 0.1, 1, -1)
    first, again, other = (train_perceptron(x, labels, rng=np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.mistakes.tolist() == again.mistakes.tolist() != other.mistakes.tolist()


def test_the_margin_by_hand():
    """Sums -1.5, -0.5, -0.5 and 0.5 times their labels are at least 0.5; the length is the root of 1 + 1 + 2.25."""
    assert Perceptron([1, 1], -1.5).margin(CORNERS, AND) == pytest.approx(0.5 / np.sqrt(4.25))
    assert Perceptron([2, 2], -3).margin(CORNERS, AND) == pytest.approx(0.5 / np.sqrt(4.25))
    assert Perceptron([1, 1], -1.5).margin(CORNERS, OR) < 0


def test_a_perceptron_is_a_value():
    given_weights = np.array([1.0, 2.0])
    perceptron = Perceptron(given_weights)
    given_weights[0] = 9
    assert perceptron.weights.tolist() == [1, 2]
    with pytest.raises(ValueError, match="read-only"):
        perceptron.weights[0] = 9


@pytest.mark.parametrize(
    ("weights", "bias"),
    [([[1.0]], 0), ([np.nan], 0), ([1.0], np.inf), (1.0, 0)],
    ids=["matrix", "nan", "inf", "number"],
)
def test_weights_that_are_none(weights, bias):
    with pytest.raises(ValueError, match="one finite number for each input"):
        Perceptron(weights, bias)


@pytest.mark.parametrize(
    ("x", "labels", "said"),
    [
        (np.zeros((0, 2)), [], "at least one example"),
        (CORNERS, [1, -1], r"labels of shape \(2,\)"),
        ([1, 2], [1, -1], r"x of shape \(2,\)"),
        (CORNERS, [0, 1, 1, 0], "something other than 1 and -1"),
        ([[np.nan, 0]], [1], "not finite"),
    ],
)
def test_examples_that_cannot_be_learned(x, labels, said):
    with pytest.raises(ValueError, match=said):
        train_perceptron(x, labels)


def test_no_pass_and_no_direction():
    with pytest.raises(ValueError, match="0 passes: at least 1"):
        train_perceptron(CORNERS, AND, passes=0)
    with pytest.raises(ValueError, match="without a direction"):
        Perceptron([0, 0]).margin(CORNERS, AND)
