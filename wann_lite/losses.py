"""What a classification costs at every shared weight: cross-entropy, its scale-free form, and accuracy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def log_softmax(outputs: Array) -> Array:
    """The logarithm of the softmax over the last axis, of the same shape.

    Examples
    --------
    >>> np.exp(log_softmax(np.array([0.0, np.log(3.0)])))
    array([0.25, 0.75])
    """
    shifted = outputs - outputs.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def cross_entropy(outputs: Array, labels: Array) -> Array:
    """The mean over examples of -log softmax(outputs)[label], in nats.

    Parameters
    ----------
    outputs : ndarray (..., n, classes)
    labels : ndarray of int (n,)

    Returns
    -------
    ndarray (...)
        One loss for each shared weight, say.

    Examples
    --------
    >>> round(float(cross_entropy(np.zeros((1, 2)), np.array([1]))), 4)
    0.6931
    """
    return -log_softmax(outputs)[..., np.arange(len(labels)), labels].mean(axis=-1)


def best_scale(
    outputs: Array, labels: Array, *, class_axis: int = -1, start: Array | None = None, steps: int = 12
) -> Array:
    """The factor for each shared weight that makes outputs equally large, at the size that costs least.

    Outputs are measured by their standard deviation over examples and classes, each example's mean over classes taken
    out, which a softmax does not see. One further factor for all weights, the inverse of a temperature, is the one that
    lowers their mean cross-entropy most; it is found by Newton's method.

    Parameters
    ----------
    outputs : ndarray (..., n, classes)
        The classes may stand on another axis, which `class_axis` names.
    labels : ndarray of int (n,)
    class_axis : int
    start : ndarray (...), optional
        Factors to begin with.
    steps : int
        Steps of Newton's method; the cross-entropy is convex in the factor, so few do.

    Returns
    -------
    ndarray (...)
        Between 0.1 and 20 over the standard deviation. 0 where the outputs of every example agree to a thousandth of
        their size: to blow such differences up would be to read rounding errors, and a search soon learns to make them.

    Examples
    --------
    >>> outputs, labels = np.array([[0.0, 1.0]] * 4), np.array([1, 1, 1, 0])
    >>> round(float(best_scale(outputs, labels)), 3) == round(float(np.log(3)), 3)
    True

    References
    ----------
    Guo, Pleiss, Sun & Weinberger (2017), On calibration of modern neural networks, section 4.2: temperature scaling.
    """
    z = np.moveaxis(outputs, class_axis, 0)
    centred = z - z.mean(axis=0)
    deviation, size = (np.sqrt(np.square(values).mean(axis=0).mean(axis=-1)) for values in (centred, z))
    distinct = deviation > 1e-3 * size
    if not distinct.any():
        return np.zeros_like(deviation)
    unit = np.divide(1, deviation, out=np.zeros_like(deviation), where=distinct)
    centred *= unit[..., None]
    right = np.moveaxis(centred, -1, 0)[np.arange(len(labels)), labels].mean(axis=0)
    factor = 1.0 if start is None else float((start * deviation)[distinct].mean())
    for _ in range(steps):
        shares = np.exp(factor * (centred - centred.max(axis=0)))
        shares /= shares.sum(axis=0)
        expected = (shares * centred).sum(axis=0)
        slope = (expected.mean(axis=-1) - right)[distinct].mean()
        curvature = ((shares * np.square(centred)).sum(axis=0) - np.square(expected)).mean(axis=-1)[distinct].mean()
        step = slope / curvature if curvature > 0 else 0.0
        factor = float(np.clip(np.clip(factor - step, factor / 3, factor * 3), 0.1, 20))
    return (factor * unit).astype(outputs.dtype, copy=False)


def scale_free_cross_entropy(outputs: Array, labels: Array) -> Array:
    """Cross-entropy after the outputs at each shared weight are scaled by `best_scale`.

    The size of a network's outputs, which the shared weight changes and no decision depends on, then costs nothing. A
    weight at which the network fails costs the more, the better it does at the others. Outputs that tell nothing apart
    cost log(classes).

    Parameters
    ----------
    outputs : ndarray (..., n, classes)
    labels : ndarray of int (n,)

    Returns
    -------
    ndarray (...)

    Examples
    --------
    >>> outputs, labels = np.array([[1.0, 2.0], [3.0, 0.0], [1.0, 0.0]]), np.array([1, 0, 1])
    >>> once = scale_free_cross_entropy(outputs, labels)
    >>> bool(np.isclose(once, scale_free_cross_entropy(1000 * outputs, labels)))
    True
    """
    return cross_entropy(outputs * best_scale(outputs, labels)[..., None, None], labels)


def accuracy(outputs: Array, labels: Array) -> Array:
    """The fraction of examples whose greatest output is their label's; the first of equals counts as the greatest.

    Parameters
    ----------
    outputs : ndarray (..., n, classes)
    labels : ndarray of int (n,)

    Returns
    -------
    ndarray (...)

    Examples
    --------
    >>> float(accuracy(np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 1])))
    0.5
    """
    return (outputs.argmax(axis=-1) == labels).mean(axis=-1)
