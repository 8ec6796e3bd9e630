"""The exercises of lesson 06, *Search for a topology*."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..exercise import Exercise

Array = NDArray[Any]


# --- what a generation is ranked by


def objectives(losses: Array, connections: Array, by_size: bool) -> Array:
    """The mean loss of each network, beside its connections or its lowest loss (n, 2)."""
    return np.column_stack([losses.mean(axis=1), connections if by_size else losses.min(axis=1)])


def _highest_loss(losses: Array, connections: Array, by_size: bool) -> Array:
    return np.column_stack([losses.mean(axis=1), connections if by_size else losses.max(axis=1)])


def _size_first(losses: Array, connections: Array, by_size: bool) -> Array:
    return objectives(losses, connections, by_size)[:, ::-1]


def _always_by_size(losses: Array, connections: Array, by_size: bool) -> Array:
    return objectives(losses, connections, True)


def _other_way_round(losses: Array, connections: Array, by_size: bool) -> Array:
    return objectives(losses, connections, not by_size)


_LOSSES = np.array([[2.0, 1.0, 3.0], [0.5, 4.0, 0.6], [2.2, 2.3, 2.4], [0.1, 0.2, 0.9]])
_SIZES = np.array([12, 40, 0, 7])


# --- how many networks a search tries


def networks_tried(population: int, generations: int, elite: float) -> int:
    """The founders, and in each later generation all but the elite."""
    return population + generations * (population - round(population * elite))


def _elite_again(population: int, generations: int, elite: float) -> int:
    return population * (generations + 1)


def _without_founders(population: int, generations: int, elite: float) -> int:
    return generations * (population - round(population * elite))


def _founders_among_generations(population: int, generations: int, elite: float) -> int:
    return population + (generations - 1) * (population - round(population * elite))


# --- who is the champion


def champion(accuracies: Array, connections: Array) -> int:
    """The place of the network with the highest mean accuracy; of equals that with the fewest connections."""
    return int(np.lexsort((connections, -accuracies.mean(axis=1)))[0])


def _best_at_one_weight(accuracies: Array, connections: Array) -> int:
    return int(np.lexsort((connections, -accuracies.max(axis=1)))[0])


def _first_of_equals(accuracies: Array, connections: Array) -> int:
    return int(accuracies.mean(axis=1).argmax())


def _worst_weight_counts(accuracies: Array, connections: Array) -> int:
    return int(np.lexsort((connections, -accuracies.min(axis=1)))[0])


def _smallest(accuracies: Array, connections: Array) -> int:
    return int(np.lexsort((-accuracies.mean(axis=1), connections))[0])


_ACCURACIES = np.array([[0.5, 0.5, 0.5, 0.5], [1.0, 0.25, 0.5, 0.75], [0.75, 0.75, 0.5, 0.5], [0.25, 1.0, 0.25, 0.25]])


EXERCISES: tuple[Exercise, ...] = (
    Exercise(
        name="06-objectives",
        hint="losses.mean(axis=1) has one number for each network. np.column_stack puts two such arrays side by side.",
        reference=objectives,
        inputs=(
            (_LOSSES, _SIZES, True),
            (_LOSSES, _SIZES, False),
            (_LOSSES[:1], _SIZES[:1], False),
            (_LOSSES[:, :1], _SIZES, True),
        ),
        wrong=(_highest_loss, _size_first, _always_by_size, _other_way_round),
    ),
    Exercise(
        name="06-networks-tried",
        hint="All founders are new. In a later generation the elite has been evaluated already: only its children are.",
        reference=networks_tried,
        inputs=((10, 0, 0.2), (10, 1, 0.2), (960, 4095, 0.2), (48, 100, 0.0), (7, 3, 0.5)),
        wrong=(_elite_again, _without_founders, _founders_among_generations),
    ),
    Exercise(
        name="06-champion",
        hint="Take the mean over the weights, which are the columns. Look at those alone that reach the highest mean.",
        reference=champion,
        inputs=(
            (_ACCURACIES, np.array([5, 40, 30, 2])),
            (_ACCURACIES, np.array([5, 30, 40, 2])),
            (_ACCURACIES[[0, 3]], np.array([9, 3])),
            (_ACCURACIES[[2, 1, 2]], np.array([8, 6, 7])),
        ),
        wrong=(_best_at_one_weight, _first_of_equals, _worst_weight_counts, _smallest),
    ),
)
