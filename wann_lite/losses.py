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


def output_scale(outputs: Array, temperature: float, class_axis: int = -1) -> Array:
    """The factor that gives outputs the standard deviation `temperature`, once each example's mean over classes is taken out.

    A softmax does not see that mean, and no decision depends on the factor.

    Parameters
    ----------
    outputs : ndarray (..., n, classes)
        The classes may stand on another axis, which `class_axis` names.
    temperature : float
        Greater than 0; called tau in the lessons.
    class_axis : int

    Returns
    -------
    ndarray (...)
        0 where the outputs of every example agree to a thousandth of their size: to blow such differences up would be to
        read rounding errors, and a search soon learns to make them.

    Examples
    --------
    >>> float(output_scale(np.array([[-3.0, 3.0], [3.0, -3.0]]), 2.0))
    0.6666666666666666
    """
    centred = outputs - outputs.mean(axis=class_axis, keepdims=True)
    deviation, size = (np.sqrt(np.square(z).mean(axis=class_axis).mean(axis=-1)) for z in (centred, outputs))
    return np.divide(temperature, deviation, out=np.zeros_like(deviation), where=deviation > 1e-3 * size)


def guessing_loss(n_classes: int, temperature: float) -> float:
    """About what guessing costs under the scale-free loss: the mean for outputs that are normal and know nothing, in nats.

    More than the log(classes) of a network that answers nothing at all, which would otherwise be hard to improve on.

    Examples
    --------
    >>> round(guessing_loss(10, 2.0), 2)
    4.3
    """
    return float(np.log(n_classes) + temperature**2 / 2)


def scale_free_cross_entropy(outputs: Array, labels: Array, temperature: float) -> Array:
    """Cross-entropy after the outputs at each shared weight are scaled by `output_scale`.

    The size of a network's outputs, which the shared weight changes and no decision depends on, then costs nothing. Outputs
    that tell nothing apart cost `guessing_loss`.

    Parameters
    ----------
    outputs : ndarray (..., n, classes)
    labels : ndarray of int (n,)
    temperature : float

    Returns
    -------
    ndarray (...)

    Examples
    --------
    >>> outputs, labels = np.array([[1.0, 2.0], [3.0, 0.0]]), np.array([1, 0])
    >>> once = scale_free_cross_entropy(outputs, labels, 2.0)
    >>> bool(np.isclose(once, scale_free_cross_entropy(1000 * outputs, labels, 2.0)))
    True
    """
    scale = output_scale(outputs, temperature)
    losses = cross_entropy(outputs * scale[..., None, None], labels)
    return np.where(scale > 0, losses, guessing_loss(outputs.shape[-1], temperature))


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
