"""Tuning the one shared weight, on networks and functions whose best place is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wann_lite as wl
from wann_lite.datasets import Dataset
from wann_lite.evaluate import SEARCH_WEIGHTS
from wann_lite.tuning import RANDOM_WEIGHTS, golden_section, tune

#: Answers "second" where w * x is greater than 1.
ABOVE = wl.Network(1, 2, ["gaussian", "linear"], [(1, 3)])


def data(x: list[float], y: list[int]) -> Dataset:
    """These validation examples; test examples that a weight of 100 would suit."""
    inputs = np.array(x)[:, None]
    return Dataset("by hand", [[1.0], [0.0]], [1, 0], inputs, y, [[0.01]], [1], n_classes=2)


@given(st.floats(-1, 1), st.integers(10, 40))
def test_a_single_summit_is_found(summit: float, steps: int) -> None:
    asked: list[float] = []

    def function(x: float) -> float:
        asked.append(x)
        return -abs(x - summit)

    x, value = golden_section(function, -1, 1, steps)
    assert abs(x - summit) <= 2 * 0.619**steps + 1e-9
    assert value == -abs(x - summit)
    assert len(asked) == steps + 2
    assert all(-1 <= place <= 1 for place in asked)


def test_a_weight_between_those_of_the_sweep_is_found() -> None:
    # Weights from 1.5 tell the first, from 1.57 the second, below 1.63 the last two. Of the sweep 1.55 tells most.
    weight = tune(ABOVE, data([1 / 1.5, 1 / 1.57, 1 / 1.63, 1 / 1.63], [1, 1, 0, 0]))
    assert 1.57 < weight <= 1.63
    assert weight not in RANDOM_WEIGHTS


def test_where_the_sweep_is_right_everywhere_its_weight_stays() -> None:
    assert tune(ABOVE, data([1.0], [1])) in RANDOM_WEIGHTS + SEARCH_WEIGHTS


def test_the_best_may_be_the_last() -> None:
    assert 1.99 < tune(ABOVE, data([1 / 1.99], [1])) <= 2


def test_a_network_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^the network has 2 inputs and 2 outputs, but by hand has 1 features"):
        tune(wl.Network(2, 2, ["linear", "linear"], []), data([1.0], [1]))
