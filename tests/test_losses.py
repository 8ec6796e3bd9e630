"""The losses, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wann_lite.losses import (
    accuracy,
    best_scale,
    cross_entropy,
    log_softmax,
    scale_free_cross_entropy,
)


def test_cross_entropy_by_hand():
    """Softmax of (0, log 3) is (1/4, 3/4)."""
    outputs = np.array([[0, np.log(3)], [0, np.log(3)]])
    assert cross_entropy(outputs, np.array([1, 0])) == pytest.approx((-np.log(3 / 4) - np.log(1 / 4)) / 2)


def test_huge_outputs_do_not_overflow():
    outputs = np.array([[1e6, -1e6]], np.float32)
    assert cross_entropy(outputs, np.array([0])) == 0
    assert cross_entropy(outputs, np.array([1])) == pytest.approx(2e6)


def test_a_log_softmax_sums_to_one():
    rng = np.random.default_rng(0)
    np.testing.assert_allclose(np.exp(log_softmax(rng.normal(0, 10, (3, 5, 7)))).sum(axis=-1), 1)


def test_the_best_scale_by_hand():
    """Three of four examples are right by a margin of 2: the softmax says so, 3 to 1, if the margin is log 3."""
    outputs, labels = np.array([[5.0, 7.0]] * 4), np.array([1, 1, 1, 0])
    assert best_scale(outputs, labels) == pytest.approx(np.log(3) / 2)


def test_no_other_scale_is_better():
    rng = np.random.default_rng(0)
    labels = rng.integers(5, size=300)
    outputs = 100 * (rng.normal(size=(4, 300, 5)) + np.eye(5)[labels])
    scale = best_scale(outputs, labels)
    best = scale_free_cross_entropy(outputs, labels).mean()
    for factor in (0.5, 0.9, 0.99, 1.01, 1.1, 2):
        assert cross_entropy(outputs * (factor * scale)[:, None, None], labels).mean() > best


def test_the_outputs_are_made_equally_large_at_every_weight():
    rng = np.random.default_rng(5)
    labels = rng.integers(3, size=100)
    outputs = np.array([1.0, -7.0, 300.0])[:, None, None] * (rng.normal(size=(100, 3)) + np.eye(3)[labels])
    scale = best_scale(outputs, labels)
    np.testing.assert_allclose(scale * [1, 7, 300], scale[0])
    both = scale_free_cross_entropy(outputs, labels)
    assert both[0] == pytest.approx(both[2]) and both[1] > np.log(3)


def test_one_step_from_a_scale_close_by_is_enough():
    rng = np.random.default_rng(1)
    labels = rng.integers(5, size=300)
    outputs = rng.normal(size=(300, 5)) + np.eye(5)[labels]
    scale = best_scale(outputs, labels)
    assert best_scale(outputs, labels, start=1.1 * scale, steps=1) == pytest.approx(scale, rel=0.02)


def test_the_scale_reads_the_classes_from_the_axis_it_is_told():
    rng = np.random.default_rng(1)
    outputs, labels = rng.normal(size=(6, 40, 10)), rng.integers(10, size=40)
    moved = np.moveaxis(outputs, -1, 0)
    np.testing.assert_allclose(best_scale(moved, labels, class_axis=0), best_scale(outputs, labels))


@pytest.mark.parametrize("outputs", [np.zeros((4, 3)), np.full((4, 3), 7.0), np.array([[5.0, 5.0 + 1e-6]] * 4)])
def test_outputs_that_tell_nothing_apart_cost_the_logarithm_of_the_classes(outputs):
    labels = np.zeros(4, int)
    assert best_scale(outputs, labels) == 0
    assert scale_free_cross_entropy(outputs, labels) == pytest.approx(np.log(outputs.shape[1]))


def test_wrong_outputs_cost_hardly_more_than_nothing_at_all():
    labels = np.random.default_rng(2).integers(4, size=200)
    loss = scale_free_cross_entropy(-np.eye(4)[labels], labels)
    assert np.log(4) < loss < np.log(4) + 0.2


def test_right_outputs_cost_nothing():
    labels = np.random.default_rng(3).integers(4, size=200)
    assert scale_free_cross_entropy(np.eye(4)[labels], labels) < 1e-3


@given(factor=st.floats(1e-3, 1e3), shift=st.floats(-10, 10), seed=st.integers(0, 1000))
def test_the_scale_free_loss_does_not_see_size_or_common_shift(factor, shift, seed):
    rng = np.random.default_rng(seed)
    outputs, labels = rng.normal(size=(20, 4)), rng.integers(4, size=20)
    once = scale_free_cross_entropy(outputs, labels)
    assert scale_free_cross_entropy(factor * (outputs + shift), labels) == pytest.approx(once, rel=1e-5)


def test_accuracy_takes_the_first_of_equals():
    assert accuracy(np.zeros((2, 3)), np.array([0, 1])) == 0.5
