"""Classification as a task: which examples a batch holds, and accuracy on validation examples."""

import numpy as np
import pytest

import wann_lite as wl
from wann_lite.datasets import Dataset, xor
from wann_lite.tasks import Classification

# Training examples are positive, the others negative, and each tells its own label.
DATA = Dataset(
    "signs",
    x_train=[[1.0], [2.0], [3.0], [4.0], [5.0]],
    y_train=[0, 1, 2, 0, 1],
    x_validation=[[-1.0], [-2.0], [-3.0], [-4.0]],
    y_validation=[0, 1, 1, 1],
    x_test=[[-7.0]],
    y_test=[2],
    n_classes=3,
)
TASK = Classification(DATA)


def taken(task, size, rng):
    """A batch's examples and labels."""
    rows = task.draw(size, rng)
    return tuple(values[rows] for values in task.examples)


def test_its_sizes_are_those_of_the_data():
    assert (TASK.n_inputs, TASK.n_outputs, TASK.dataset) == (1, 3, DATA)
    assert repr(TASK) == "Classification(signs: 1 inputs, 3 classes)"


@pytest.mark.parametrize("size", [1, 3, 4])
def test_a_batch_holds_so_many_different_training_examples_with_their_labels(size):
    label_of = dict(zip(DATA.x_train[:, 0].tolist(), DATA.y_train.tolist(), strict=True))
    rng = np.random.default_rng(0)
    for _ in range(20):
        x, y = taken(TASK, size, rng)
        assert x.shape == (size, 1) and y.shape == (size,)
        assert len(set(x[:, 0].tolist())) == size
        assert [label_of[value] for value in x[:, 0].tolist()] == y.tolist()


def test_every_training_example_has_its_turn():
    rng = np.random.default_rng(1)
    assert {value for _ in range(100) for value in taken(TASK, 2, rng)[0][:, 0].tolist()} == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("size", [5, 6, 10**9])
def test_a_batch_as_large_as_the_data_is_all_of_it(size):
    x, y = taken(TASK, size, np.random.default_rng(0))
    np.testing.assert_array_equal(x, DATA.x_train)
    np.testing.assert_array_equal(y, DATA.y_train)


def test_the_generator_decides_the_batch():
    task = Classification(xor())
    first, again, other = (taken(task, 50, np.random.default_rng(seed))[0] for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_validation_by_hand():
    """The second output is w * x and the others are 0: as all of x is negative, it wins for negative weights."""
    network = wl.Network(1, 3, ["linear"] * 3, [(1, 3)])
    np.testing.assert_array_equal(TASK.validate(network, [-1.0, 1.0, -0.1]), [0.75, 0.25, 0.75])


@pytest.mark.parametrize("thing", [None, "mnist", np.zeros((2, 2)), TASK])
def test_only_a_data_set_is_a_task(thing):
    with pytest.raises(ValueError, match=f"^a {type(thing).__name__} is not a data set: use") as error:
        Classification(thing)
    assert "\n" not in str(error.value)
