"""The table of the paper for a network whose answers are known at every weight.

The network puts out 1 for the first class, whatever it sees, and w * (w * x) for the second: it answers "second" where
w * w * x is greater than 1.
"""

import json

import numpy as np
import pytest

import wann_lite as wl
from wann_lite.datasets import Dataset
from wann_lite.evaluate import SEARCH_WEIGHTS
from wann_lite.scoring import RANDOM_WEIGHTS, SINGLE_LAYER, Score, score, tune

SQUARE = wl.Network(1, 2, ["gaussian", "linear", "linear"], [(1, 4), (4, 3)])


def data(x_test, y_test, x_validation=(1.0,), y_validation=(1,)):
    """A data set of single features."""
    x_validation, x_test = (np.array(x, dtype=float)[:, None] for x in (x_validation, x_test))
    return Dataset("by hand", [[1.0], [0.0]], [1, 0], x_validation, y_validation, x_test, y_test, n_classes=2)


def test_every_figure_by_hand():
    """Of 40 weights 20 are greater than 1 in size: there x = 1 is told right; 1/4 never is, as no w * w exceeds 4."""
    result = score(SQUARE, data([1.0, 0.25], [1, 1]))
    np.testing.assert_array_equal(result.random, [0.5 if abs(weight) > 1 else 0 for weight in RANDOM_WEIGHTS])
    assert result.tuned == 0.5 and abs(result.tuned_weight) > 1
    assert result.trained is None
    assert (result.connections, result.hidden, result.examples, result.on_mnist) == (2, 1, 2, False)


def test_the_random_weights_are_spread_evenly_over_minus_two_to_two():
    assert len(RANDOM_WEIGHTS) >= 40
    np.testing.assert_allclose(np.diff(RANDOM_WEIGHTS), 4 / len(RANDOM_WEIGHTS))
    assert RANDOM_WEIGHTS[0] == -RANDOM_WEIGHTS[-1] > -2


def test_the_ensemble_sums_the_softmax():
    """At weights of size 2, 1 and 1/2 the second output leads by 4 x - 1, x - 1 and x / 4 - 1.

    For x = 0.7 by 1.8, -0.3, -0.825: two weights of six vote for the second class, but the sum of the softmax, which is
    0.858 + 0.426 + 0.305 of 3, is for it. For x = 0.58 by 1.32, -0.42, -0.855: the sum of the outputs is for the second
    class, but the sum of the softmax, 0.789 + 0.397 + 0.298, is not.
    """
    assert sorted(map(abs, SEARCH_WEIGHTS)) == [0.5, 0.5, 1, 1, 2, 2]
    assert score(SQUARE, data([0.7], [1])).ensemble == 1
    assert score(SQUARE, data([0.58], [0])).ensemble == 1
    assert score(SQUARE, data([0.7, 0.58], [0, 0])).ensemble == 0.5


def test_the_tuned_weight_is_chosen_on_validation_examples():
    """The validation example asks for a weight below 1, the test examples for one above."""
    opposed = data([1.0, 1.0], [1, 1], x_validation=[1.0], y_validation=[0])
    result = score(SQUARE, opposed)
    assert abs(result.tuned_weight) <= 1 and abs(tune(SQUARE, opposed)) <= 1
    assert result.tuned == 0
    assert result.random.max() == 1


def test_the_tuned_weight_may_be_one_of_the_search():
    """Only at the weights 2 and -2 is w * w * 0.257 greater than 1."""
    near = data([0.257], [1], x_validation=[0.257], y_validation=[1])
    assert abs(tune(SQUARE, near)) == 2
    assert score(SQUARE, near).tuned == 1


def test_trained_weights_are_used_where_there_are_any():
    """8 x is greater than 1 for both."""
    trained = SQUARE.replace(weights=[2.0, 4.0])
    result = score(trained, data([1.0, 0.25], [1, 1]))
    assert result.trained == 1
    assert result.random.mean() == score(SQUARE, data([1.0, 0.25], [1, 1])).random.mean() == 0.25


def test_weights_are_trained_only_if_asked_for_and_only_if_there_are_none():
    examples = data([0.5], [1], x_validation=[1.0, 0.9], y_validation=[1, 1])
    assert score(SQUARE, examples).trained is None
    asked = score(SQUARE, examples, train=True)
    started = wl.tune(SQUARE, examples)
    again = wl.train(SQUARE, examples, np.random.default_rng(0), start=started).network
    assert asked.trained == score(again, examples).trained
    assert asked.random.tolist() == score(SQUARE, examples).random.tolist()
    own = SQUARE.replace(weights=[0.1, 0.1])
    assert score(own, examples, train=True).trained == score(own, examples).trained == 0


@pytest.mark.parametrize("weights", [None, [1.0, 2.0]])
def test_the_score_as_a_file_holds_it(weights):
    examples = data([1.0, 0.25], [1, 1])
    fields = score(SQUARE.replace(weights=weights), examples).to_dict()
    assert fields == {
        "connections": 2,
        "hidden": 1,
        "random": {"mean": 0.25, "sd": 0.25, "weights": list(RANDOM_WEIGHTS)},
        "ensemble": 0.5,
        "tuned": {"accuracy": 0.5, "weight": tune(SQUARE, examples)},
        "trained": weights and 0.5,
        "images": 2,
    }
    assert json.loads(json.dumps(fields, allow_nan=False)) == fields


@pytest.mark.parametrize(
    ("network", "given"),
    [
        (wl.Network(2, 2, ["linear", "linear"], []), "2 inputs and 2 outputs"),
        (wl.Network(1, 3, ["linear"] * 3, []), "1 inputs and 3 outputs"),
    ],
)
def test_a_network_that_does_not_fit_is_refused_in_one_line(network, given):
    with pytest.raises(
        ValueError, match=f"^the network has {given}, but by hand has 1 features and 2 classes"
    ) as error:
        score(network, data([1.0], [1]))
    assert "\n" not in str(error.value)


def printed(task, trained):
    result = Score(
        connections=1234,
        hidden=56,
        random=np.array([0.8, 0.9]),
        random_weights=(-1.0, 1.0),
        ensemble=0.91,
        tuned=0.905,
        tuned_weight=-0.75,
        trained=trained,
        examples=10_000,
        on_mnist=task == "mnist",
    )
    return [line.split("  ") for line in str(result).splitlines()], result


def words(line):
    return [part.strip() for part in line if part.strip()]


def test_the_table_for_mnist_stands_beside_the_paper_and_the_single_layer():
    lines, _ = printed("mnist", trained=None)
    assert list(map(words, lines)) == [
        ["accuracy on 10,000 test examples", "here", "Gaier & Ha"],
        ["a random shared weight", "85.0% +- 5.0", "82.0% +- 18.7"],
        ["six weights together", "91.0%", "91.6%"],
        ["the tuned weight (-0.75)", "90.5%", "91.9%"],
        ["each weight trained", "-", "94.2%"],
        ["a trained single layer, same pixels", f"{SINGLE_LAYER:.1%}"],
        ["1,234 connections, 56 hidden nodes"],
    ]


def test_the_table_for_another_task_has_its_own_column_alone():
    lines, result = printed("xor", trained=0.99)
    assert list(map(words, lines)) == [
        ["accuracy on 10,000 test examples", "here"],
        ["a random shared weight", "85.0% +- 5.0"],
        ["six weights together", "91.0%"],
        ["the tuned weight (-0.75)", "90.5%"],
        ["each weight trained", "99.0%"],
        ["1,234 connections, 56 hidden nodes"],
    ]
    assert all(line == line.rstrip() for line in str(result).splitlines())


def test_a_single_node_is_one_node():
    assert str(score(SQUARE, data([1.0], [1]))).splitlines()[-1] == "2 connections, 1 hidden node"
