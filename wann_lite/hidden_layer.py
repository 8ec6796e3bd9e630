"""A classifier with one hidden layer, trained by back-propagation: the next step after the single layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .losses import log_softmax

Array = NDArray[Any]


@dataclass(frozen=True)
class HiddenLayer:
    """A softmax classifier with one layer of hidden nodes, whose activation is tanh.

    Attributes
    ----------
    weights_in : ndarray (inputs, hidden)
    biases_in : ndarray (hidden,)
    weights_out : ndarray (hidden, classes)
    biases_out : ndarray (classes,)
    """

    weights_in: Array
    biases_in: Array
    weights_out: Array
    biases_out: Array

    def hidden(self, x: Array) -> Array:
        """What the hidden nodes give, (n, hidden), for x (n, inputs)."""
        return np.asarray(np.tanh(x @ self.weights_in + self.biases_in))

    def __call__(self, x: Array) -> Array:
        """The outputs (n, classes), before the softmax, for x (n, inputs)."""
        return np.asarray(self.hidden(x) @ self.weights_out + self.biases_out)

    @property
    def n_weights(self) -> int:
        """How many numbers training sets, biases included."""
        return sum(part.size for part in self.parts)

    @property
    def parts(self) -> tuple[Array, Array, Array, Array]:
        """The four arrays, from the inputs to the outputs."""
        return self.weights_in, self.biases_in, self.weights_out, self.biases_out


def random_hidden_layer(
    n_inputs: int, hidden: int, n_classes: int, rng: np.random.Generator, dtype: Any = np.float64
) -> HiddenLayer:
    """Random weights to start from, the smaller the more sources a node has; biases of 0.

    Equal weights would stay equal, since their gradients are: the hidden nodes would all learn the same.

    Examples
    --------
    >>> random_hidden_layer(2, 3, 2, np.random.default_rng(0)).n_weights
    17

    References
    ----------
    Glorot & Bengio (2010), Understanding the difficulty of training deep feedforward neural networks: the spread of
    weights should fall with the square root of the number of sources.
    """
    weights_in = rng.normal(0, n_inputs**-0.5, (n_inputs, hidden)).astype(dtype)
    weights_out = rng.normal(0, hidden**-0.5, (hidden, n_classes)).astype(dtype)
    return HiddenLayer(weights_in, np.zeros(hidden, dtype), weights_out, np.zeros(n_classes, dtype))


def gradient(network: HiddenLayer, x: Array, targets: Array) -> HiddenLayer:
    """The derivative of the mean cross-entropy with respect to each weight and bias, by back-propagation.

    Parameters
    ----------
    network : HiddenLayer
    x : ndarray (n, inputs)
    targets : ndarray (n, classes)
        1 in the column of the right class, 0 elsewhere.

    Returns
    -------
    HiddenLayer
        Of the same shapes, with a derivative in each weight's place.

    Examples
    --------
    >>> network = HiddenLayer(np.ones((1, 1)), np.zeros(1), np.zeros((1, 2)), np.zeros(2))
    >>> gradient(network, np.array([[0.0]]), np.array([[1.0, 0.0]])).biases_out
    array([-0.5,  0.5])

    References
    ----------
    Rumelhart, Hinton & Williams (1986), Learning representations by back-propagating errors, Nature 323, 533.
    """
    hidden = network.hidden(x)
    outputs = hidden @ network.weights_out + network.biases_out
    error_out = (np.exp(log_softmax(outputs)) - targets) / len(x)
    # The slope of tanh is 1 - tanh squared.
    error_in = (error_out @ network.weights_out.T) * (1 - hidden**2)
    return HiddenLayer(x.T @ error_in, error_in.sum(axis=0), hidden.T @ error_out, error_out.sum(axis=0))


def train_hidden_layer(
    x: Array,
    labels: Array,
    n_classes: int,
    rng: np.random.Generator,
    *,
    hidden: int = 32,
    passes: int = 5,
    batch: int = 30,
    learning_rate: float = 0.5,
) -> HiddenLayer:
    """Train one hidden layer by stochastic gradient descent on the cross-entropy.

    The learning rate falls linearly to zero, so that the last passes settle.

    Parameters
    ----------
    x : ndarray (n, inputs)
    labels : ndarray of int (n,)
    n_classes : int
    rng : numpy.random.Generator
        Draws the first weights and shuffles the examples before each pass.
    hidden : int
        Hidden nodes.
    passes : int
        How often every example is seen.
    batch : int
        Examples in a step. Matrices this small are multiplied on one core; larger ones are shared among all cores, and
        on a busy machine these wait for each other longer than they work.
    learning_rate : float
        Of the first step.

    Raises
    ------
    ValueError
        If there are no examples, or a number is not greater than 0.

    Examples
    --------
    >>> x, labels = np.array([[-1.0, -1], [-1, 1], [1, -1], [1, 1]]), np.array([0, 1, 1, 0])
    >>> network = train_hidden_layer(x, labels, 2, np.random.default_rng(0), hidden=4, passes=200)
    >>> network(x).argmax(axis=1)
    array([0, 1, 1, 0])
    """
    if len(x) == 0 or min(hidden, passes, batch) <= 0 or not learning_rate > 0:
        raise ValueError(
            f"{len(x)} examples, {hidden} hidden nodes, {passes} passes, batch {batch}, learning rate {learning_rate}: "
            "all must be positive"
        )
    network = random_hidden_layer(x.shape[1], hidden, n_classes, rng, x.dtype)
    targets = np.eye(n_classes, dtype=x.dtype)[labels]
    for done in range(passes):
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch):
            rate = learning_rate * (1 - (done + start / len(x)) / passes)
            chosen = order[start : start + batch]
            slopes = gradient(network, x[chosen], targets[chosen])
            for weights, slope in zip(network.parts, slopes.parts, strict=True):
                weights -= rate * slope
    return network
