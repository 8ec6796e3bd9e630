"""Rosenblatt's perceptron, and the single layer trained by gradient descent that networks are measured against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .losses import log_softmax

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Perceptron:
    """A weighted sum and a threshold: the answer is 1 where the sum is above 0, and -1 elsewhere.

    Attributes
    ----------
    weights : ndarray (inputs,)
        Kept as a read-only copy.
    bias : float
        Minus the threshold: the weight of an input that is always 1.

    Raises
    ------
    ValueError
        If the weights are not a list of numbers, or one of them or the bias is not finite.

    Examples
    --------
    >>> both = Perceptron([1, 1], -1.5)
    >>> both([[0, 1], [1, 1]]), both.answer([[0, 1], [1, 1]])
    (array([-0.5,  0.5]), array([-1,  1]))

    References
    ----------
    Rosenblatt (1958), The perceptron, Psychological Review 65, 386-408.
    """

    weights: Array
    bias: float = 0.0

    def __post_init__(self) -> None:
        weights = np.array(self.weights, np.float64)
        if weights.ndim != 1 or not np.isfinite(weights).all() or not np.isfinite(self.bias):
            raise ValueError(
                f"weights of shape {weights.shape} and bias {self.bias}: one finite number for each input is needed, "
                "and a finite bias"
            )
        weights.setflags(write=False)
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "bias", float(self.bias))

    def __call__(self, x: ArrayLike) -> Array:
        """The weighted sums (n,), before the threshold, for x (n, inputs)."""
        return np.asarray(x, np.float64) @ self.weights + self.bias

    def answer(self, x: ArrayLike) -> NDArray[np.int64]:
        """The answers (n,), each 1 or -1, for x (n, inputs)."""
        return np.where(self(x) > 0, 1, -1).astype(np.int64)

    def margin(self, x: ArrayLike, labels: ArrayLike) -> float:
        """How far the examples are on their right side: the least label times sum, for weights and bias of length 1.

        Parameters
        ----------
        x : array_like (n, inputs)
        labels : array_like (n,)
            Each 1 or -1.

        Returns
        -------
        float
            Above 0 only if every answer is right.

        Raises
        ------
        ValueError
            If there are no examples, x and labels do not fit each other, or all weights and the bias are 0.

        Examples
        --------
        >>> Perceptron([3, 4], 0).margin([[1, 0], [-2, -1]], [1, -1])
        0.6
        """
        examples, signs = _examples(x, labels)
        length = np.hypot(np.linalg.norm(self.weights), self.bias)
        if length == 0:
            raise ValueError("all weights and the bias are 0: a perceptron without a direction has no margin")
        return float(np.min(signs * self(examples)) / length)


@dataclass(frozen=True, eq=False)
class PerceptronTraining:
    """What Rosenblatt's rule did: the perceptron it ended with, and every mistake on the way.

    Attributes
    ----------
    perceptron : Perceptron
        After the last example.
    mistakes : ndarray of int (m,)
        Which example each mistake was made on, in order. The weights are the sum of these examples, each times its
        label, and nothing else.
    steps : ndarray of int (m,)
        How many examples had been looked at before each mistake.
    passes : int
        How often all examples were looked at.
    converged : bool
        Whether the last pass was without a mistake.
    """

    perceptron: Perceptron
    mistakes: NDArray[np.int64]
    steps: NDArray[np.int64]
    passes: int
    converged: bool


def train_perceptron(
    x: ArrayLike, labels: ArrayLike, *, passes: int = 100, rng: np.random.Generator | None = None
) -> PerceptronTraining:
    """Train a perceptron by Rosenblatt's rule: at each mistake, add label times example to the weights.

    It starts from weights 0 and stops after the first pass without a mistake. A learning rate would change nothing
    but the length of the weights, so there is none.

    Parameters
    ----------
    x : array_like (n, inputs)
    labels : array_like (n,)
        Each 1 or -1.
    passes : int
        How often all examples are looked at, at most.
    rng : numpy.random.Generator, optional
        Shuffles the examples before each pass; without it they come in the given order.

    Returns
    -------
    PerceptronTraining

    Raises
    ------
    ValueError
        If there are no examples, a number is not finite, a label is neither 1 nor -1, x and labels do not fit each
        other, or `passes` is below 1.

    Notes
    -----
    If some weights and bias of length 1 have the margin gamma > 0 on the examples, and no example with its constant 1
    is longer than R, then at most (R / gamma)**2 mistakes are made, in whatever order the examples come
    (Block 1962, Novikoff 1962). If there is no such margin, mistakes never end, but the weights stay bounded
    (Minsky & Papert 1969, chapter 11, the cycling theorem).

    Examples
    --------
    >>> trained = train_perceptron([[0, 0], [0, 1], [1, 0], [1, 1]], [-1, 1, 1, 1])
    >>> trained.converged, trained.mistakes
    (True, array([1, 0, 2, 0]))
    >>> trained.perceptron.weights, trained.perceptron.bias
    (array([1., 1.]), 0.0)

    References
    ----------
    Rosenblatt (1962), Principles of Neurodynamics: the error correction procedure.
    Novikoff (1962), On convergence proofs on perceptrons. Block (1962), The perceptron: a model for brain functioning.
    Minsky & Papert (1969), Perceptrons, chapter 11.
    """
    examples, signs = _examples(x, labels)
    if passes < 1:
        raise ValueError(f"{passes} passes: at least 1 is needed")
    count = len(examples)
    weights, bias = np.zeros(examples.shape[1]), 0.0
    mistakes: list[int] = []
    steps: list[int] = []
    converged, done = False, 0
    while done < passes and not converged:
        before = len(mistakes)
        order = range(count) if rng is None else rng.permutation(count)
        for place, example in enumerate(order):
            answer = 1 if examples[example] @ weights + bias > 0 else -1
            if answer != signs[example]:
                weights += signs[example] * examples[example]
                bias += signs[example]
                mistakes.append(int(example))
                steps.append(done * count + place)
        done += 1
        converged = len(mistakes) == before
    return PerceptronTraining(
        Perceptron(weights, bias), np.array(mistakes, np.int64), np.array(steps, np.int64), done, converged
    )


def _examples(x: ArrayLike, labels: ArrayLike) -> tuple[Array, Array]:
    examples, signs = np.asarray(x, np.float64), np.asarray(labels, np.float64)
    if examples.ndim != 2 or signs.shape != (len(examples),) or len(examples) == 0:
        raise ValueError(
            f"x of shape {examples.shape} and labels of shape {signs.shape}: "
            "(n, inputs) and (n,) are needed, with at least one example"
        )
    if not np.isfinite(examples).all():
        raise ValueError("x holds a number that is not finite: leave such examples out")
    if not np.isin(signs, (-1, 1)).all():
        raise ValueError("labels hold something other than 1 and -1: write np.where(yes, 1, -1)")
    return examples, signs


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
