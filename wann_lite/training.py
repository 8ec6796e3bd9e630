"""Training: each connection gets a weight of its own, found by gradient descent from the tuned shared weight.

References
----------
Gaier & Ha (2019), Weight Agnostic Neural Networks, sections 4 and 5: individual weights are trained as offsets from the
best shared weight. They used population-based REINFORCE, see `wann_lite.blackbox`; here it is gradient descent.
Kingma & Ba (2015), Adam: a method for stochastic optimization. arXiv:1412.6980.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .checks import shown
from .datasets import Dataset
from .gradients import Layered
from .losses import accuracy, best_scale, cross_entropy
from .network import Network
from .tuning import check_fits, tune

Array = NDArray[Any]

# So many training examples tell how large the outputs are.
_TO_MEASURE_SCALE = 5000


@dataclass(frozen=True, eq=False)
class Training:
    """What training did, pass by pass; place 0 is before the first pass. A pass sees each training example once.

    Attributes
    ----------
    network : Network
        With the trained weights: those of the pass with the lowest loss on validation examples.
    best : int
        That pass.
    scale : float
        What the outputs were multiplied by, throughout, before the softmax.
    weights : ndarray (passes + 1, n_connections)
        In the order of `network.connections`.
    train_losses : ndarray (passes,)
        Mean cross-entropy of the training examples, each at the moment when it was learned from, in nats.
    losses, accuracies : ndarray (passes + 1,)
        Mean cross-entropy in nats, and the fraction of right answers, on validation examples.
    """

    network: Network
    best: int
    scale: float
    weights: Array
    train_losses: Array
    losses: Array
    accuracies: Array


def train(
    network: Network,
    dataset: Dataset,
    rng: np.random.Generator,
    *,
    start: ArrayLike | None = None,
    passes: int = 20,
    batch: int = 100,
    learning_rate: float = 0.03,
    patience: int | None = None,
) -> Training:
    """Train a weight for each enabled connection by gradient descent on the cross-entropy.

    Steps are Adam's, in units of the size of the first weights, and fall linearly to zero.

    Parameters
    ----------
    network : Network
        Any topology. Weights that it has already are replaced.
    dataset : Dataset
        Its training examples are learned from, its validation examples say which pass was the best and when to stop.
        Its test examples are not looked at.
    rng : numpy.random.Generator
        Shuffles the examples before each pass.
    start : float or array_like (n_connections,), optional
        The first weights; a number is a shared weight. Without it, the shared weight that `tune` finds.
    passes : int
        How often every training example is seen, at most.
    batch : int
        Examples in a step.
    learning_rate : float
        Of the first step. A weight moves by about so much of the size (root mean square) of the first weights.
    patience : int, optional
        End after so many passes in a row without a lower loss on validation examples. While steps are large that loss
        goes up and down, so too little patience ends training before they settle. It also ends when the loss is not
        finite any more.

    Returns
    -------
    Training

    Raises
    ------
    ValueError
        If the network does not fit the data, a number is not positive, or `start` is of another shape, is not finite,
        or makes outputs that are not.

    Notes
    -----
    The shared weight may make outputs of any size: of thousands in a deep network at weight 2, of thousandths at 0.05.
    A softmax of the first is sure of everything, right or wrong, and of the second of nothing. So the outputs are
    multiplied by one constant, which changes no decision: the inverse of the temperature that fits the first weights
    best (`losses.best_scale`), or more where the first weights are so often wrong that they would best say nothing. The
    trained network does not contain it: its outputs times `Training.scale` are what the softmax saw. Together with the
    steps' unit it makes training the same from 0.05 as from 2, wherever all paths are equally long and all activations
    homogeneous.

    A node with the activation step has the slope 0 everywhere, so nothing before it is trained through it.

    Examples
    --------
    >>> from wann_lite import datasets
    >>> pairs = [(0, 3), (1, 5), (2, 5), (5, 4)]
    >>> network = Network(2, 2, ["linear", "linear", "abs"], pairs)  # is right only where the inputs' signs agree
    >>> trained = train(network, datasets.xor(), np.random.default_rng(0), start=1.0, learning_rate=0.1)
    >>> bool(trained.accuracies[0] < 0.2 and trained.accuracies[trained.best] > 0.95)
    True
    """
    check_fits(network, dataset)
    patience = passes if patience is None else patience
    check_positive(passes=passes, batch=batch, learning_rate=learning_rate, patience=patience)
    x, labels = dataset.x_train, dataset.y_train
    layered = Layered(network)
    weights = first_weights(network, dataset, start)
    scale = first_scale(layered, dataset, weights)
    adam = _Adam(len(weights))
    unit, steps = size(weights), passes * -(-len(x) // batch)
    history, found = [weights.copy()], [_validated(layered, dataset, weights, scale)]
    train_losses: list[float] = []
    best = 0
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        while len(train_losses) < passes and len(train_losses) < best + patience:
            order, total = rng.permutation(len(x)), 0.0
            for start_of_batch in range(0, len(x), batch):
                chosen = order[start_of_batch : start_of_batch + batch]
                rate = unit * learning_rate * (1 - adam.steps / steps)
                loss, slopes = layered.loss_and_slopes(x[chosen], labels[chosen], weights, scale)
                weights -= rate * adam.direction(slopes)
                total += loss * len(chosen)
            if not (math.isfinite(total) and np.isfinite(weights).all()):
                break
            history.append(weights.copy())
            train_losses.append(total / len(x))
            found.append(_validated(layered, dataset, weights, scale))
            if found[-1][0] < found[best][0]:
                best = len(train_losses)
    losses, accuracies = np.array(found).T
    return Training(
        network.replace(weights=history[best].astype(float)),
        best,
        scale,
        np.array(history),
        np.array(train_losses),
        losses,
        accuracies,
    )


class _Adam:
    """Steps that are nearly equally large for every weight, whatever the size of its slope (Kingma & Ba 2015)."""

    def __init__(self, n_weights: int, keep: float = 0.9, keep_square: float = 0.999) -> None:
        self.keep, self.keep_square, self.steps = keep, keep_square, 0
        self.mean, self.square = np.zeros((2, n_weights))

    def direction(self, slopes: Array) -> Array:
        """A running mean of the slopes over the root of a running mean of their squares."""
        self.steps += 1
        self.mean += (1 - self.keep) * (slopes - self.mean)
        self.square += (1 - self.keep_square) * (np.square(slopes, dtype=float) - self.square)
        # Both means began at 0; these are what they would be without that.
        mean = self.mean / (1 - self.keep**self.steps)
        square = self.square / (1 - self.keep_square**self.steps)
        return (mean / (np.sqrt(square) + 1e-12)).astype(slopes.dtype)


def first_weights(network: Network, dataset: Dataset, start: ArrayLike | None) -> Array:
    """A weight for each connection (n_connections,), float32: the tuned shared weight, unless `start` says otherwise.

    Raises
    ------
    ValueError
        If `start` is neither a finite number nor one finite number for each connection.
    """
    given: Any = tune(network, dataset) if start is None else start
    try:
        array = np.asarray(given, np.float32)
    except (TypeError, ValueError):
        array = np.array(np.nan)
    if array.shape not in ((), (network.n_connections,)) or not np.isfinite(array).all():
        raise ValueError(
            f"training is to start from {shown(given)}: give a finite shared weight, "
            f"or a finite number for each of the {network.n_connections:,} connections"
        )
    return np.full(network.n_connections, array) if array.ndim == 0 else array.copy()


def first_scale(layered: Layered, dataset: Dataset, weights: Array) -> float:
    """What outputs at these weights should be multiplied by before a softmax; 1 where they tell nothing apart.

    Their standard deviation, each example's mean taken out, becomes 1 at least: where it is small, so are all slopes.

    Raises
    ------
    ValueError
        If the outputs are not finite.
    """
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        outputs = layered.outputs(dataset.x_train[:_TO_MEASURE_SCALE], weights)
    if not np.isfinite(outputs).all():
        raise ValueError("at the first weights the outputs are too large for float32: start from smaller ones")
    best = float(best_scale(outputs, dataset.y_train[:_TO_MEASURE_SCALE]))
    deviation = float((outputs - outputs.mean(axis=1, keepdims=True)).std())
    return max(best, 1 / deviation) if best else 1.0


def size(weights: Array) -> float:
    """The root mean square of the weights, or 1 where that is 0 or there are none."""
    return float(np.sqrt(np.square(weights, dtype=float).sum() / max(len(weights), 1))) or 1.0


def check_positive(**numbers: float) -> None:
    """Refuse numbers that are not greater than 0.

    Raises
    ------
    ValueError
        If one is not.
    """
    if not all(0 < number < math.inf for number in numbers.values()):
        given = ", ".join(f"{name} {number}" for name, number in numbers.items())
        raise ValueError(f"{given}: all must be positive")


def _validated(layered: Layered, dataset: Dataset, weights: Array, scale: float) -> tuple[float, float]:
    outputs = scale * layered.outputs(dataset.x_validation, weights)
    labels = dataset.y_validation
    return float(cross_entropy(outputs, labels)), float(accuracy(outputs, labels))
