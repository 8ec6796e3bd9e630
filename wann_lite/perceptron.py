"""The single-layer classifier trained by gradient descent, which weight agnostic networks are measured against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .losses import log_softmax

Array = NDArray[Any]


@dataclass(frozen=True)
class SingleLayer:
    """A softmax classifier without hidden nodes.

    Attributes
    ----------
    weights : ndarray (inputs, classes)
    biases : ndarray (classes,)
    """

    weights: Array
    biases: Array

    def __call__(self, x: Array) -> Array:
        """The outputs (n, classes), before the softmax, for x (n, inputs)."""
        return np.asarray(x @ self.weights + self.biases)


def train_single_layer(
    x: Array,
    labels: Array,
    n_classes: int,
    rng: np.random.Generator,
    *,
    passes: int = 20,
    batch: int = 100,
    learning_rate: float = 0.5,
) -> SingleLayer:
    """Train a single layer by stochastic gradient descent on the cross-entropy.

    The learning rate falls linearly to zero, so that the last passes settle.

    Parameters
    ----------
    x : ndarray (n, inputs)
    labels : ndarray of int (n,)
    n_classes : int
    rng : numpy.random.Generator
        Shuffles the examples before each pass.
    passes : int
        How often every example is seen.
    batch : int
        Examples in a step.
    learning_rate : float
        Of the first step.

    Returns
    -------
    SingleLayer

    Raises
    ------
    ValueError
        If there are no examples, or `passes`, `batch` or `learning_rate` is not greater than 0.

    Examples
    --------
    >>> x, labels = np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([0, 1])
    >>> train_single_layer(x, labels, 2, np.random.default_rng(0))(x).argmax(axis=1)
    array([0, 1])

    References
    ----------
    LeCun, Bottou, Bengio & Haffner (1998), section III.C.1: a linear classifier on deskewed 20x20 images errs on 8.4 %.
    """
    if len(x) == 0 or passes <= 0 or batch <= 0 or not learning_rate > 0:
        raise ValueError(
            f"{len(x)} examples, {passes} passes, batch {batch}, learning rate {learning_rate}: all must be positive"
        )
    weights = np.zeros((x.shape[1], n_classes), x.dtype)
    biases = np.zeros(n_classes, x.dtype)
    targets = np.eye(n_classes, dtype=x.dtype)[labels]
    starts = range(0, len(x), batch)
    for done in range(passes):
        order = rng.permutation(len(x))
        for start in starts:
            rate = learning_rate * (1 - (done + start / len(x)) / passes)
            chosen = order[start : start + batch]
            # The derivative of the cross-entropy with respect to the outputs is what the softmax says too much.
            error = (np.exp(log_softmax(x[chosen] @ weights + biases)) - targets[chosen]) / len(chosen)
            weights -= rate * (x[chosen].T @ error)
            biases -= rate * error.sum(axis=0)
    return SingleLayer(weights, biases)
