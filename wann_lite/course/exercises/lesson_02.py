"""The exercises of lesson 02, *Training by gradient descent*."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..exercise import Exercise

Array = NDArray[Any]


def _softmax(outputs: Array) -> Array:
    e = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _over_all_rows(outputs: Array) -> Array:
    e = np.exp(outputs - outputs.max())
    return e / e.sum()


def _unshifted(outputs: Array) -> Array:
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(outputs)
        return e / e.sum(axis=1, keepdims=True)


def _shares(outputs: Array) -> Array:
    """Without the exponential."""
    return outputs / outputs.sum(axis=1, keepdims=True)


def square(w: float) -> float:
    """Its slope is 2 w."""
    return w * w


def cube(w: float) -> float:
    """Its slope is 3 w squared."""
    return w**3


def loss(w: float) -> float:
    """The cross-entropy of one sigmoid whose answer should be 1."""
    return float(np.log1p(np.exp(-w)))


def _central(f: Any, w: float, h: float) -> Any:
    return (f(w + h) - f(w - h)) / (2 * h)


def _step(weights: Array, x: Array, targets: Array, rate: float) -> Array:
    return weights - rate * x.T @ (_softmax(x @ weights) - targets) / len(x)


_WEIGHTS = np.array([[0.5, -0.25, 0.0], [-1.0, 0.75, 0.25]])
_X = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0], [1.0, -1.0]])
_TARGETS = np.eye(3)[[0, 1, 2, 0]]

EXERCISES: tuple[Exercise, ...] = (
    Exercise(
        name="02-softmax",
        reference=_softmax,
        inputs=(
            (np.array([[2.0, 2.0]]),),
            (np.array([[0.0, np.log(3.0)], [1.0, 1.0]]),),
            (np.array([[1.0, 2.0, 3.0], [-1.0, 0.0, 0.5]]),),
            (np.array([[1000.0, 1001.0], [-1000.0, -1000.0]]),),
        ),
        hint="Each row sums to 1 on its own: which axis, and what does keepdims=True do? For outputs as large as "
        "1,000, remember that taking the same number off all outputs of a row changes nothing.",
        wrong=(_over_all_rows, _unshifted, _shares),
    ),
    Exercise(
        name="02-numerical-slope",
        reference=_central,
        inputs=((square, 3.0, 0.1), (cube, 1.0, 0.5), (loss, 0.3, 0.01), (square, -1.0, 1e-3)),
        hint="Go the same distance h to both sides of w. How far apart are the two places?",
        wrong=(
            lambda f, w, h: (f(w + h) - f(w)) / h,
            lambda f, w, h: (f(w + h) - f(w - h)) / h,
            lambda f, w, h: f(w + h) - f(w - h),
        ),
    ),
    Exercise(
        name="02-gradient-step",
        reference=_step,
        inputs=(
            (np.zeros((2, 2)), np.array([[1.0, 0.0]]), np.array([[1.0, 0.0]]), 1.0),
            (_WEIGHTS, _X, _TARGETS, 0.5),
            (_WEIGHTS, _X[:1], _TARGETS[:1], 2.0),
        ),
        hint="Three things to look at: the error is softmax minus target, the gradient is a mean over the rows of x, "
        "and a step goes down.",
        wrong=(
            lambda weights, x, targets, rate: weights + rate * x.T @ (_softmax(x @ weights) - targets) / len(x),
            lambda weights, x, targets, rate: weights - rate * x.T @ (_softmax(x @ weights) - targets),
            lambda weights, x, targets, rate: weights - rate * x.T @ (x @ weights - targets) / len(x),
        ),
    ),
)
