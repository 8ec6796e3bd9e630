"""Tuning the one weight that all connections share: a sweep, then a golden section around the best.

References
----------
Gaier & Ha (2019), Weight Agnostic Neural Networks, section 4: the tuned shared weight is the best in (-2, 2).
Kiefer (1953), Sequential minimax search for a maximum, Proceedings of the American Mathematical Society 4, 502-506.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .datasets import Dataset
from .evaluate import SEARCH_WEIGHTS, evaluate
from .losses import accuracy
from .network import Network

Array = NDArray[Any]

#: Forty shared weights spread evenly over (-2, 2): -1.95, -1.85, ... 1.95.
RANDOM_WEIGHTS: tuple[float, ...] = tuple(((np.arange(40) - 19.5) / 10).round(2).tolist())

# Each step leaves 62 % of the bracket: eight make 0.1 to 0.002, below which no accuracy changes noticeably.
_STEPS = 8
_GOLDEN = (5**0.5 - 1) / 2


def tune(network: Network, dataset: Dataset) -> float:
    """The shared weight that does best on validation examples, from -2 to 2.

    All weights that `score` and the search try come first. A golden section then looks between the neighbours of the
    best; what it finds counts only if more examples are right. Accuracy over the weight has plateaus and steps, so this
    is a refinement, and no promise of the highest place.

    Raises
    ------
    ValueError
        If the network's inputs or outputs do not fit the data.

    Examples
    --------
    >>> from wann_lite import datasets
    >>> -2 <= tune(Network(2, 2, ["linear", "linear"], [(1, 4), (2, 3)]), datasets.xor()) <= 2
    True
    """
    check_fits(network, dataset)
    x, labels = dataset.x_validation, dataset.y_validation
    weights = sorted({*RANDOM_WEIGHTS, *SEARCH_WEIGHTS})
    accuracies = accuracies_at(network, x, labels, weights)
    best = int(accuracies.argmax())
    low, high = weights[max(best - 1, 0)], weights[min(best + 1, len(weights) - 1)]
    weight, right = golden_section(lambda w: float(accuracies_at(network, x, labels, [w])[0]), low, high, _STEPS)
    return weight if right > accuracies[best] else weights[best]


def golden_section(function: Callable[[float], float], low: float, high: float, steps: int) -> tuple[float, float]:
    """The best place that a golden section finds between `low` and `high`, and the function's value there.

    Two places divide the bracket in the golden ratio; the part beyond the worse one is dropped, and the better one
    divides what is left in the same ratio, so that each step needs a single new value. It finds the maximum of a
    function that rises up to it and falls after it, and some high place of any other.

    Parameters
    ----------
    function : callable
        To be made as large as possible.
    low, high : float
    steps : int
        How often the bracket shrinks, to 62 % each time.

    Examples
    --------
    >>> x, value = golden_section(lambda x: 1 - (x - 0.3) ** 2, 0, 1, steps=20)
    >>> abs(x - 0.3) < 1e-3, abs(value - 1) < 1e-6
    (True, True)
    """
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(steps):
        if at_left >= at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = function(right)
    return (left, at_left) if at_left >= at_right else (right, at_right)


def accuracies_at(network: Network, x: Array, labels: Array, weights: Sequence[float]) -> Array:
    """The accuracy (W,) at each of the shared weights, one after the other.

    Examples
    --------
    >>> network = Network(1, 2, ["linear", "linear"], [(1, 2)])
    >>> accuracies_at(network, np.array([[1.0]]), np.array([0]), [-1, 1])
    array([0., 1.])
    """
    # A weight at a time: forty answers to ten thousand images need not stand in memory together.
    return np.array([float(accuracy(evaluate(network, x, [weight])[0], labels)) for weight in weights])


def check_fits(network: Network, dataset: Dataset) -> None:
    """Refuse a network with other inputs or outputs than the data has features and classes.

    Raises
    ------
    ValueError
        If they do not fit.
    """
    if (network.n_inputs, network.n_outputs) != (dataset.n_inputs, dataset.n_classes):
        raise ValueError(
            f"the network has {network.n_inputs} inputs and {network.n_outputs} outputs, but {dataset.name} has "
            f"{dataset.n_inputs} features and {dataset.n_classes} classes: use the data that it was found for"
        )
