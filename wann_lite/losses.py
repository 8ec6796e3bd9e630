"""What a classification costs: cross-entropy, its scale-free form, and accuracy; each for every shared weight at once."""

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
    """The factor on the outputs at which their cross-entropy is lowest, by Newton's method.

    Parameters
    ----------
    outputs : ndarray (..., n, classes)
        The classes may stand on another axis, which `class_axis` names.
    labels : ndarray of int (n,)
    class_axis : int
    start : ndarray (...), optional
        A factor to begin with.
    steps : int
        Steps of Newton's method; the cross-entropy is convex in the factor, so few do.

    Returns
    -------
    ndarray (...)
        Between 0.1 and 20 standard deviations of the outputs, each example's mean over classes taken out. 0 where the outputs
        of every example agree to a thousandth of their size: to blow such differences up would be to read rounding errors,
        and a search soon learns to make them.

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
    silent = ~(deviation > 1e-3 * size)
    least = 0.1 / np.where(silent, 1, deviation)
    scale = 10 * least if start is None else np.clip(start, least, 200 * least)
    right = np.moveaxis(centred, -1, 0)[np.arange(len(labels)), labels].mean(axis=0) if len(labels) else 0.0
    for _ in range(steps):
        shares = np.exp(scale[..., None] * (centred - centred.max(axis=0)))
        shares /= shares.sum(axis=0)
        expected = (shares * centred).sum(axis=0)
        slope = expected.mean(axis=-1) - right
        curvature = ((shares * np.square(centred)).sum(axis=0) - np.square(expected)).mean(axis=-1)
        step = np.divide(slope, curvature, out=np.zeros_like(slope), where=curvature > 0)
        scale = np.clip(np.clip(scale - step, scale / 3, scale * 3), least, 200 * least)
    return np.where(silent, 0, scale).astype(outputs.dtype, copy=False)


def scale_free_cross_entropy(outputs: Array, labels: Array) -> Array:
    """Cross-entropy after the outputs at each shared weight are scaled by `best_scale`.

    The size of a network's outputs, which the shared weight changes and no decision depends on, then costs nothing. Outputs
    that tell nothing apart cost log(classes), and others less or hardly more.

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
