"""Training by gradient descent: what it reaches, what it records, what it refuses, and that it repeats."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from topologies import grown

import wann_lite as wl
from wann_lite import datasets
from wann_lite.evaluate import evaluate
from wann_lite.losses import accuracy
from wann_lite.perceptron import train_single_layer
from wann_lite.training import Training, _Adam, train

XOR = datasets.xor(n=300)
#: Right at no shared weight: the distance of the inputs has to be told from a threshold between 0 and 2.
MINDS = wl.Network(2, 2, ["linear", "linear", "abs"], [(0, 3), (1, 5), (2, 5), (5, 4)])


class NoTest:
    """A data set that cannot be asked for its test examples."""

    def __init__(self, dataset: datasets.Dataset) -> None:
        self.dataset = dataset

    def __getattr__(self, name: str) -> Any:
        assert not name.endswith("_test"), "training looked at test examples"
        return getattr(self.dataset, name)


@pytest.fixture(scope="module")
def training() -> Training:
    unseen: Any = NoTest(XOR)
    return train(MINDS, unseen, np.random.default_rng(0), start=1.0, batch=20, learning_rate=0.1)


def test_it_learns_what_no_shared_weight_can_do(training: Training) -> None:
    assert training.accuracies[0] < 0.2
    assert training.accuracies[training.best] > 0.95
    right = accuracy(evaluate(training.network, XOR.x_validation, None), XOR.y_validation)
    assert right == pytest.approx(training.accuracies[training.best])


def test_the_topology_stays(training: Training) -> None:
    assert training.network.replace(weights=None) == MINDS


def test_the_record_has_an_entry_for_each_epoch(training: Training) -> None:
    passes = len(training.train_losses)
    assert training.weights.shape == (passes + 1, MINDS.n_connections)
    assert training.losses.shape == training.accuracies.shape == (passes + 1,)
    assert training.weights[0].tolist() == [1.0] * 4
    assert training.best == training.losses.argmin()
    assert training.network.weights is not None
    np.testing.assert_array_equal(training.network.weights, training.weights[training.best])
    assert training.train_losses[-1] < 0.1 < training.train_losses[0]


def test_it_repeats_with_its_seed() -> None:
    first, again, other = (train(MINDS, XOR, np.random.default_rng(s), start=1.0, passes=2) for s in (3, 3, 4))
    np.testing.assert_array_equal(first.weights, again.weights)
    assert not np.array_equal(first.weights, other.weights)


def test_without_a_start_it_begins_at_the_tuned_weight() -> None:
    begun = train(MINDS, XOR, np.random.default_rng(0), passes=1)
    assert begun.weights[0] == pytest.approx([wl.tune(MINDS, XOR)] * 4)


def test_it_may_begin_anywhere() -> None:
    start = [0.5, 1.0, -1.0, 2.0]
    assert train(MINDS, XOR, np.random.default_rng(0), start=start, passes=1).weights[0].tolist() == start


def test_the_size_of_the_shared_weight_changes_nothing_where_no_decision_depends_on_it() -> None:
    """Every path is two connections long and every activation homogeneous."""
    network = wl.Network(2, 2, ["abs", "linear", "abs", "linear"], [(0, 6), (6, 3), (1, 5), (2, 5), (5, 4), (0, 5)])
    small, large = (train(network, XOR, np.random.default_rng(0), start=w, passes=3) for w in (0.0625, 2.0))
    np.testing.assert_allclose(32 * small.weights, large.weights, rtol=1e-4)
    np.testing.assert_allclose(small.losses, large.losses, rtol=1e-4)


def test_it_stops_when_validation_gets_no_better() -> None:
    """Validation labels are the other way round, so every step is one in the wrong direction."""
    x, y = XOR.x_train, XOR.y_train
    against = datasets.Dataset("against", x, y, x, 1 - y, x, y, n_classes=2)
    stopped = train(MINDS, against, np.random.default_rng(0), start=1.0, passes=50, patience=3, learning_rate=0.02)
    assert (stopped.best, len(stopped.train_losses)) == (0, 3)
    assert stopped.network.weights is not None
    assert stopped.network.weights.tolist() == [1.0] * 4


def test_it_ends_with_the_best_when_the_loss_is_not_finite_any_more() -> None:
    deep = wl.Network(1, 2, ["linear"] * 12, [(0, 2), (1, 4), *((node, node + 1) for node in range(4, 13)), (13, 3)])
    data = datasets.from_arrays(np.linspace(-1, 1, 100)[:, None], np.arange(100) // 50)
    broken = train(deep, data, np.random.default_rng(0), start=1.0, learning_rate=1e6, passes=3)
    assert len(broken.train_losses) < 3
    assert np.isfinite(broken.losses[broken.best])
    assert np.isfinite(broken.weights).all()


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_any_topology_can_be_trained_and_is_never_left_worse(seed: int) -> None:
    network = grown(seed, n_inputs=2, n_outputs=2, mutations=15)
    trained = train(network, XOR, np.random.default_rng(0), passes=2)
    assert trained.losses[trained.best] <= trained.losses[0]
    assert np.isfinite(evaluate(trained.network, XOR.x_validation, None)).all()


def test_a_dense_topology_learns_as_well_as_the_single_layer() -> None:
    """Lesson 02's classifier is a topology too: every input and the bias to every output."""
    digits = datasets.digits()
    part = datasets.Dataset(
        "part",
        digits.x_train[:3000],
        digits.y_train[:3000],
        digits.x_validation[:2000],
        digits.y_validation[:2000],
        digits.x_test[:1],
        digits.y_test[:1],
        n_classes=10,
    )
    dense = wl.Network.sparse(part.n_inputs, 10, 1.0, np.random.default_rng(0))
    trained = train(dense, part, np.random.default_rng(0), start=1 / part.n_inputs, learning_rate=10.0)
    single = train_single_layer(part.x_train, part.y_train, 10, np.random.default_rng(0), learning_rate=10.0)
    known = accuracy(single(part.x_validation), part.y_validation)
    assert trained.accuracies[trained.best] == pytest.approx(float(known), abs=0.015)


def test_a_network_without_connections_stays_as_it_is() -> None:
    nothing = train(wl.Network(2, 2, ["linear", "linear"], []), XOR, np.random.default_rng(0), passes=1)
    assert nothing.network.weights is not None
    assert nothing.network.weights.shape == (0,)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"passes": 0}, "passes 0, batch 100, .*: all must be positive"),
        ({"batch": -1}, "all must be positive"),
        ({"learning_rate": float("nan")}, "all must be positive"),
        ({"patience": 0}, "all must be positive"),
        ({"start": float("inf")}, "start from inf: give a finite shared weight, or a finite number for each of the 4"),
        ({"start": [1.0, 2.0]}, r"start from \[1.0, 2.0\]"),
        ({"start": "much"}, "start from 'much'"),
        ({"start": 3e38}, "too large for float32"),
        ({"network": wl.Network(1, 2, ["linear", "linear"], [])}, "the network has 1 inputs and 2 outputs, but xor"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(change: dict[str, Any], told: str) -> None:
    arguments: dict[str, Any] = {"network": MINDS, "dataset": XOR, "rng": np.random.default_rng(0), "start": 1.0}
    function: Callable[..., Any] = train
    with pytest.raises(ValueError, match=told) as error:
        function(**(arguments | change))
    assert "\n" not in str(error.value)


def test_adam_by_hand() -> None:
    """The first step has size 1 whatever the slope; after slopes 1 and 0 the means are (0.9 * 0.1) / 0.19 and so on."""
    adam = _Adam(3)
    np.testing.assert_allclose(adam.direction(np.array([1e-3, -50.0, 0.0])), [1, -1, 0], rtol=1e-6)
    again = adam.direction(np.array([0.0, -50.0, 0.0]))
    np.testing.assert_allclose(again, [(0.09 / 0.19) / np.sqrt(0.999e-3 / (1 - 0.999**2)), -1, 0], rtol=1e-6)
