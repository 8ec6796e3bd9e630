"""Training without slopes: an evolution strategy that only ever asks what some weights cost.

It needs the library `cma`, which comes with ``pip install "wann_lite[blackbox]"``.

References
----------
Hansen & Ostermeier (2001), Completely derandomized self-adaptation in evolution strategies. Evolutionary Computation 9,
159-195. Ros & Hansen (2008), A simple modification in CMA-ES achieving linear time and space complexity, PPSN X: the
diagonal form that is used here.
Gaier & Ha (2019), Weight Agnostic Neural Networks: their networks' weights were trained by such a method, too.
"""

from __future__ import annotations

import math
import time
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .datasets import Dataset
from .gradients import Layered
from .losses import accuracy, cross_entropy
from .network import Network
from .training import Training, check_positive, first_scale, first_weights, size
from .tuning import check_fits

Array = NDArray[Any]


def train_blackbox(
    network: Network,
    dataset: Dataset,
    rng: np.random.Generator,
    *,
    start: ArrayLike | None = None,
    seconds: float | None = None,
    iterations: int = 1000,
    examples: int = 1000,
    spread: float = 0.1,
    every: int = 10,
) -> Training:
    """Train a weight for each enabled connection by CMA-ES with a diagonal covariance, without a single derivative.

    Each iteration draws some tens of weight vectors around a mean, asks for the loss of each on the same random
    training examples, and moves mean and spread towards the better ones.

    Parameters
    ----------
    network : Network
        Any topology, with the activation step or without. Weights that it has already are replaced.
    dataset : Dataset
        Its training examples are learned from, its validation examples say which mean was the best. Its test examples
        are not looked at.
    rng : numpy.random.Generator
        Draws weights and examples.
    start : float or array_like (n_connections,), optional
        The first mean, as for `training.train`.
    seconds : float, optional
        Of processor time, after which training ends; then the result depends on the machine as well as on the seed.
    iterations : int
        At most.
    examples : int
        How many training examples an iteration looks at.
    spread : float
        The first standard deviation, in units of the size (root mean square) of the first weights.
    every : int
        How many iterations lie between two looks at the validation examples.

    Returns
    -------
    Training
        With `every` iterations in the place of a pass. A training loss is that of the best weight vector drawn in
        them.

    Raises
    ------
    ImportError
        If the library `cma` is not installed.
    ValueError
        As `training.train` does; also if there are fewer than two connections.

    Examples
    --------
    >>> from wann_lite import datasets
    >>> pairs = [(0, 3), (1, 5), (2, 5), (5, 4)]
    >>> network = Network(2, 2, ["linear", "linear", "abs"], pairs)
    >>> rng = np.random.default_rng(0)
    >>> trained = train_blackbox(network, datasets.xor(), rng, start=1.0, iterations=100)  # doctest: +SKIP
    >>> trained.accuracies[trained.best] > 0.95  # doctest: +SKIP
    True
    """
    try:
        cma = import_module("cma")
    except ImportError:
        raise ImportError(
            'training without slopes needs the library cma: pip install "wann_lite[blackbox]", or pip install cma'
        ) from None
    check_fits(network, dataset)
    check_positive(seconds=seconds or 1, iterations=iterations, examples=examples, spread=spread, every=every)
    if network.n_connections < 2:
        raise ValueError(f"{network!r} is too small for an evolution strategy: it needs at least two connections")
    x, labels = dataset.x_train, dataset.y_train
    layered, first = Layered(network), first_weights(network, dataset, start)
    scale, unit = first_scale(layered, dataset, first), size(first)
    options = {"CMA_diagonal": True, "randn": _normal(rng), "seed": math.nan, "verbose": -10, "verb_log": 0}
    strategy = cma.CMAEvolutionStrategy(np.zeros(len(first)), spread, options)

    def weights_at(offsets: Array) -> Array:
        return (first + unit * np.asarray(offsets)).astype(np.float32)

    def cost(weights: Array, chosen: Array) -> float:
        loss = float(cross_entropy(scale * layered.outputs(x[chosen], weights), labels[chosen]))
        return loss if math.isfinite(loss) else math.inf

    def validated(weights: Array) -> tuple[float, float]:
        outputs = scale * layered.outputs(dataset.x_validation, weights)
        return float(cross_entropy(outputs, dataset.y_validation)), float(accuracy(outputs, dataset.y_validation))

    history, found = [first], [validated(first)]
    train_losses: list[float] = []
    lowest = math.inf
    ends = math.inf if seconds is None else time.process_time() + seconds
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for iteration in range(1, iterations + 1):
            chosen = rng.choice(len(x), min(examples, len(x)), replace=False)
            drawn = strategy.ask()
            costs = [cost(weights_at(offsets), chosen) for offsets in drawn]
            strategy.tell(drawn, costs)
            lowest = min(lowest, *costs)
            last = iteration == iterations or time.process_time() >= ends
            if iteration % every == 0 or last:
                history.append(weights_at(strategy.mean))
                found.append(validated(history[-1]))
                train_losses.append(lowest)
                lowest = math.inf
            if last:
                break
    losses, accuracies = np.array(found).T
    best = int(np.nanargmin(losses))
    trained = network.replace(weights=history[best].astype(float))
    return Training(trained, best, scale, np.array(history), np.array(train_losses), losses, accuracies)


def _normal(rng: np.random.Generator) -> Any:
    return lambda *shape: rng.standard_normal(shape)
