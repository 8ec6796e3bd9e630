"""What a classification costs at every shared weight: cross-entropy, its scale-free form, and accuracy."""

from __future__ import annotations

from collections.abc import Callable
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
    examples = z.shape[-1]
    weights = z.shape[1:-1]
    z = z.reshape(len(z), -1, examples)
    scale = fit_scale(
        spread(z)[:, None] / max(1, len(z) * examples),
        lambda units, factors: slopes(z, labels, units[0], factors[0])[:, None] / max(1, examples),
        None if start is None else np.reshape(start, (1, -1)),
        steps,
    )
    return scale.reshape(weights).astype(outputs.dtype, copy=False)


def fit_scale(
    spread: Array, slopes: Callable[[Array, Array], Array], start: Array | None = None, steps: int = 12
) -> Array:
    """What `best_scale` returns, for several networks at once and from means alone, wherever their outputs are.

    Parameters
    ----------
    spread : ndarray (2, networks, W)
        The mean squares of the outputs, centred and as they are (`spread` sums them).
    slopes : callable
        Takes units (networks, W) and factors (networks,) and returns the mean (2, networks, W) of the loss's first and
        second derivative in the factor, where outputs are scaled by factor * unit (`slopes` sums them).
    start : ndarray (networks, W), optional
        Scales to begin with.
    steps : int

    Returns
    -------
    ndarray (networks, W)
    """
    deviation, size = np.sqrt(spread)
    distinct = deviation > 1e-3 * size
    count = np.maximum(distinct.sum(axis=-1), 1)
    units = np.divide(1, deviation, out=np.zeros_like(deviation), where=distinct)

    def mean(values: Array) -> Array:
        return np.where(distinct, values, 0).sum(axis=-1) / count

    factors = np.ones(len(units)) if start is None else np.clip(mean(start * deviation), 0.1, 20)
    for _ in range(steps):
        slope, curvature = map(mean, slopes(units, factors))
        step = np.divide(slope, curvature, out=np.zeros_like(slope), where=curvature > 0)
        factors = np.clip(np.clip(factors - step, factors / 3, factors * 3), 0.1, 20)
    return factors[:, None] * units


def spread(z: Array) -> Array:
    """The sums over classes and examples of squared outputs z (classes, W, n), centred and as they are: (2, W).

    Each example's mean over the classes is taken out by centring; a softmax does not see it.
    """
    centred = z - z.mean(axis=0)
    return np.stack([np.square(values).sum(axis=0).sum(axis=-1) for values in (centred, z)])


def slopes(z: Array, labels: Array, unit: Array, factor: float) -> Array:
    """The sums over examples of the first and second derivative in `factor` of the cross-entropy of z * unit * factor.

    Parameters
    ----------
    z : ndarray (classes, W, n)
    labels : ndarray of int (n,)
    unit : ndarray (W,)
    factor : float

    Returns
    -------
    ndarray (2, W)
    """
    centred = (z - z.mean(axis=0)) * unit[:, None]
    right = np.moveaxis(centred, -1, 0)[np.arange(len(labels)), labels]
    shares = np.exp(factor * (centred - centred.max(axis=0)))
    shares /= shares.sum(axis=0)
    expected = (shares * centred).sum(axis=0)
    variance = (shares * np.square(centred)).sum(axis=0) - np.square(expected)
    return np.stack([expected.sum(axis=-1) - right.sum(axis=0), variance.sum(axis=-1)])


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
