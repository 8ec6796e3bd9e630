"""The exercises of lesson 07, *Search for networks that read digits*."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...network import Network
from ...paths import count_paths
from ..exercise import Exercise

# --- the vote of several weights


def vote(answers: NDArray[Any]) -> NDArray[Any]:
    """The class with the most votes for each image, the lowest of equals."""
    return np.array([np.bincount(column).argmax() for column in answers.T])


def _vote_median(answers: NDArray[Any]) -> NDArray[Any]:
    return np.median(answers, axis=0).astype(int)


def _vote_of_the_first(answers: NDArray[Any]) -> NDArray[Any]:
    return answers[0]


def _vote_over_images(answers: NDArray[Any]) -> NDArray[Any]:
    return np.array([np.bincount(row).argmax() for row in answers])


def _vote_highest_of_equals(answers: NDArray[Any]) -> NDArray[Any]:
    counts = np.array([np.bincount(column, minlength=10) for column in answers.T])
    return 9 - counts[:, ::-1].argmax(axis=1)


_ANSWERS = np.array(
    [
        [3, 9, 4, 7, 0, 2, 1],
        [3, 4, 9, 1, 0, 5, 1],
        [5, 4, 9, 7, 6, 8, 1],
        [3, 9, 4, 1, 6, 3, 8],
        [8, 4, 7, 7, 6, 3, 8],
        [3, 9, 7, 2, 0, 0, 8],
    ]
)


# --- what any vote can reach


def bounds(answers: NDArray[Any], labels: NDArray[Any]) -> tuple[float, float]:
    """The share of images that all weights read rightly, and the share that at least one does."""
    right = answers == labels
    return float(right.all(axis=0).mean()), float(right.any(axis=0).mean())


def _bounds_of_weights(answers: NDArray[Any], labels: NDArray[Any]) -> tuple[float, float]:
    shares = (answers == labels).mean(axis=1)
    return float(shares.min()), float(shares.max())


def _bounds_of_agreement(answers: NDArray[Any], labels: NDArray[Any]) -> tuple[float, float]:
    agree = (answers == answers[0]).all(axis=0)
    return float(agree.mean()), float((answers == labels).any(axis=0).mean())


def _bounds_along_images(answers: NDArray[Any], labels: NDArray[Any]) -> tuple[float, float]:
    right = answers == labels
    return float(right.all(axis=1).mean()), float(right.any(axis=1).mean())


_LABELS = np.array([3, 4, 4, 7, 6, 2, 1])


# --- how many paths lead to an output


def paths_from_inputs(network: Network, output: int) -> NDArray[Any]:
    """How many paths lead from each input to the output with this number."""
    return count_paths(network)[output - network.first, 1 : network.first]


def _paths_reached(network: Network, output: int) -> NDArray[Any]:
    return np.minimum(paths_from_inputs(network, output), 1)


def _paths_to_any_output(network: Network, output: int) -> NDArray[Any]:
    return count_paths(network)[:, 1 : network.first].sum(axis=0)


def _paths_of_connections(network: Network, output: int) -> NDArray[Any]:
    return np.array([len(network.targets[node]) for node in range(1, network.first)])


def _paths_from_the_bias(network: Network, output: int) -> NDArray[Any]:
    return count_paths(network)[output - network.first, : network.n_inputs]


_DIAMOND = Network(2, 1, ["linear", "abs", "inverse"], [(1, 4), (1, 5), (4, 3), (5, 3), (2, 5), (0, 4)])
_TWO_OUTPUTS = Network(
    3,
    2,
    ["linear", "linear", "relu", "abs", "linear"],
    [(1, 6), (2, 6), (6, 7), (2, 7), (7, 4), (6, 4), (3, 8), (6, 8), (8, 5), (3, 5)],
    disabled=[(1, 4)],
)
#: Two ways at each of ten steps: 1,024 paths.
_LADDER = Network(
    1,
    1,
    ["linear"] * 30,
    [(1, 3), (1, 4)]
    + [pair for k in range(3, 30, 3) for pair in ((k, k + 2), (k + 1, k + 2), (k + 2, k + 3), (k + 2, k + 4))]
    + [(30, 2), (31, 2)],
)


EXERCISES: tuple[Exercise, ...] = (
    Exercise(
        name="07-vote",
        hint="One image is one column. np.bincount counts how often each class stands in it, and argmax takes the "
        "first of equals.",
        reference=vote,
        inputs=((_ANSWERS,), (_ANSWERS[:3],), (_ANSWERS[:1],), (_ANSWERS[:, :2],)),
        wrong=(_vote_median, _vote_of_the_first, _vote_over_images, _vote_highest_of_equals),
    ),
    Exercise(
        name="07-bounds",
        hint="`answers == labels` has a row for each weight and a column for each image. Ask each column, with `all` "
        "and with `any`, and take the share of columns.",
        reference=bounds,
        inputs=((_ANSWERS, _LABELS), (_ANSWERS[:2], _LABELS), (_ANSWERS[:1], _LABELS), (_ANSWERS[:3, :5], _LABELS[:5])),
        wrong=(_bounds_of_weights, _bounds_of_agreement, _bounds_along_images),
    ),
    Exercise(
        name="07-count-paths",
        hint="Begin at the end: from the output to itself there is one path. Whatever number a node has, each of its "
        "sources gets that many more; `reversed(network.order)` takes every node before its sources.",
        reference=paths_from_inputs,
        inputs=((_DIAMOND, 3), (_TWO_OUTPUTS, 4), (_TWO_OUTPUTS, 5), (_LADDER, 2)),
        wrong=(_paths_reached, _paths_to_any_output, _paths_of_connections, _paths_from_the_bias),
    ),
)
