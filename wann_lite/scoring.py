"""The table of the paper for one network: a random shared weight, an ensemble, the tuned weight, trained weights.

References
----------
Gaier & Ha (2019), Weight Agnostic Neural Networks, section 4.2 and figure 6. arXiv:1906.04358.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .datasets import Dataset, mnist
from .evaluate import SEARCH_WEIGHTS, evaluate
from .losses import accuracy, log_softmax
from .network import Network
from .training import train as train_weights
from .tuning import RANDOM_WEIGHTS, accuracies_at, check_fits, tune

__all__ = ["RANDOM_WEIGHTS", "Score", "score", "tune"]

Array = NDArray[Any]

#: What Gaier & Ha (2019) report for MNIST at a random shared weight, on test images: mean and standard deviation.
PAPER_RANDOM = (0.820, 0.187)

#: What they report for the rest of the table.
PAPER = {"ensemble": 0.916, "tuned": 0.919, "trained": 0.942}

#: Softmax regression on the same 16x16 deskewed images, on test images: benchmarks/single_layer.py.
SINGLE_LAYER = 0.944


@dataclass(frozen=True)
class Score:
    """How a network does on test examples; all accuracies are fractions.

    Attributes
    ----------
    connections, hidden : int
    random : ndarray (weights,)
        The accuracy at each of `random_weights`.
    random_weights : tuple of float
    ensemble : float
        Of the class with the greatest sum of softmax outputs over the six search weights.
    tuned, tuned_weight : float
        At the shared weight that did best on validation examples.
    trained : float or None
        With a trained weight for each connection; None if the network had none and `score` was not asked to train.
    examples : int
        How many test examples there are.
    on_mnist : bool
        Whether these are MNIST's test images at the paper's size, so that its figures may stand beside them.
    """

    connections: int
    hidden: int
    random: Array
    random_weights: tuple[float, ...]
    ensemble: float
    tuned: float
    tuned_weight: float
    trained: float | None
    examples: int
    on_mnist: bool

    def to_dict(self) -> dict[str, Any]:
        """The score as `score.json` holds it."""
        return {
            "connections": self.connections,
            "hidden": self.hidden,
            "random": {
                "mean": float(self.random.mean()),
                "sd": float(self.random.std()),
                "weights": list(self.random_weights),
            },
            "ensemble": self.ensemble,
            "tuned": {"accuracy": self.tuned, "weight": self.tuned_weight},
            "trained": self.trained,
            "images": self.examples,
        }

    def __str__(self) -> str:
        rows = [
            (
                "a random shared weight",
                _with_spread(self.random.mean(), self.random.std()),
                _with_spread(*PAPER_RANDOM),
            ),
            ("six weights together", f"{self.ensemble:.1%}", f"{PAPER['ensemble']:.1%}"),
            (f"the tuned weight ({self.tuned_weight:g})", f"{self.tuned:.1%}", f"{PAPER['tuned']:.1%}"),
            (
                "each weight trained",
                "-" if self.trained is None else f"{self.trained:.1%}",
                f"{PAPER['trained']:.1%}",
            ),
        ]
        lines = [f"{'accuracy on ' + format(self.examples, ',') + ' test examples':36}{'here':>16}"]
        if self.on_mnist:
            lines[0] += f"{'Gaier & Ha':>16}"
        lines += [f"{name:36}{here:>16}{paper if self.on_mnist else '':>16}".rstrip() for name, here, paper in rows]
        if self.on_mnist:
            lines.append(f"{'a trained single layer, same pixels':36}{SINGLE_LAYER:>16.1%}")
        lines.append(f"{_counted(self.connections, 'connection')}, {_counted(self.hidden, 'hidden node')}")
        return "\n".join(lines)


def score(network: Network, dataset: Dataset, *, train: bool = False) -> Score:
    """The paper's table for a network. This is the one place that looks at test examples.

    Parameters
    ----------
    network : Network
    dataset : Dataset
    train : bool
        Whether to train a weight for each connection first, with the defaults of `training.train` and the seed 0, if
        the network has no trained weights: some seconds for MNIST. Without it `Score.trained` is None for such a
        network.

    Returns
    -------
    Score

    Raises
    ------
    ValueError
        If the network's inputs or outputs do not fit the data.

    Examples
    --------
    >>> from wann_lite import datasets
    >>> difference = Network(2, 2, ["linear", "linear"], [(1, 4), (2, 3)])
    >>> score(difference, datasets.xor()).examples > 0
    True
    """
    check_fits(network, dataset)
    test, labels = dataset.x_test, dataset.y_test
    random = accuracies_at(network, test, labels, RANDOM_WEIGHTS)
    shares = sum(np.exp(log_softmax(evaluate(network, test, [weight])[0])) for weight in SEARCH_WEIGHTS)
    tuned_weight = tune(network, dataset)
    trained = None
    if train and network.weights is None:
        network = train_weights(network, dataset, np.random.default_rng(0), start=tuned_weight).network
    if network.weights is not None:
        trained = float(accuracy(evaluate(network, test, None), labels))
    return Score(
        connections=network.n_connections,
        hidden=network.n_hidden,
        random=random,
        random_weights=RANDOM_WEIGHTS,
        ensemble=float(accuracy(np.asarray(shares), labels)),
        tuned=float(accuracies_at(network, test, labels, [tuned_weight])[0]),
        tuned_weight=tuned_weight,
        trained=trained,
        examples=len(labels),
        on_mnist=dataset.name == "mnist" and dataset is mnist(),
    )


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def _with_spread(mean: float, deviation: float) -> str:
    return f"{mean:.1%} +- {100 * deviation:.1f}"
