"""The exercises of lesson 08, *Train the weights after all*."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..exercise import Exercise

Array = NDArray[Any]


# --- one node's share of the blame


def node_blame(blames: Array, weights: Array, slope: Array) -> Array:
    """The slope of the loss for a node's sum, from those of the nodes that listen to it."""
    return np.asarray(slope * (weights @ blames))


def _blame_without_activation(blames: Array, weights: Array, slope: Array) -> Array:
    return np.asarray(weights @ blames)


def _blame_without_weights(blames: Array, weights: Array, slope: Array) -> Array:
    return np.asarray(slope * blames.sum(axis=0))


def _blame_mean(blames: Array, weights: Array, slope: Array) -> Array:
    return np.asarray(slope * (weights @ blames) / len(weights))


# --- golden section

_GOLDEN = (5**0.5 - 1) / 2


def shrink(f: Callable[[float], float], low: float, high: float) -> tuple[float, float]:
    """The part of a bracket that is left after one step of the golden section for a maximum."""
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    return (low, right) if f(left) >= f(right) else (left, high)


def _shrink_for_a_minimum(f: Callable[[float], float], low: float, high: float) -> tuple[float, float]:
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    return (left, high) if f(left) >= f(right) else (low, right)


def _shrink_too_much(f: Callable[[float], float], low: float, high: float) -> tuple[float, float]:
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    return (low, left) if f(left) >= f(right) else (right, high)


def _shrink_in_thirds(f: Callable[[float], float], low: float, high: float) -> tuple[float, float]:
    left, right = low + (high - low) / 3, high - (high - low) / 3
    return (low, right) if f(left) >= f(right) else (left, high)


# A wrong answer is told with these names.


def hill_with_top_at_1(x: float) -> float:
    """A parabola."""
    return -((x - 1) ** 2)


def identity(x: float) -> float:
    """It rises to the right end of every bracket."""
    return x


# --- slopes from samples


def slopes_from_samples(above: Array, below: Array, directions: Array, spread: float) -> Array:
    """The mean over random directions of the measured slope along each, times the direction."""
    return np.asarray((np.asarray(above) - np.asarray(below)) @ directions / (2 * spread * len(directions)))


def _slopes_summed(above: Array, below: Array, directions: Array, spread: float) -> Array:
    return slopes_from_samples(above, below, directions, spread) * len(directions)


def _slopes_one_sided(above: Array, below: Array, directions: Array, spread: float) -> Array:
    return slopes_from_samples(above, below, directions, spread) * 2


def _slopes_downhill(above: Array, below: Array, directions: Array, spread: float) -> Array:
    return slopes_from_samples(below, above, directions, spread)


def _slopes_without_directions(above: Array, below: Array, directions: Array, spread: float) -> Array:
    return np.asarray(np.mean((np.asarray(above) - np.asarray(below)) / (2 * spread)))


# --- how much a wiring says


def wiring_bits(places: int, connections: int) -> float:
    """How many bits it takes to say which of so many places hold a connection."""
    return math.log2(math.comb(places, connections))


def _bits_of_every_place(places: int, connections: int) -> float:
    return float(places)


def _bits_in_order(places: int, connections: int) -> float:
    return connections * math.log2(places)


def _bits_in_nats(places: int, connections: int) -> float:
    return math.log(math.comb(places, connections))


_RNG = np.random.default_rng(8)
_DIRECTIONS = _RNG.normal(size=(5, 3))

EXERCISES: tuple[Exercise, ...] = (
    Exercise(
        name="08-node-blame",
        hint="Each listener's blame comes back through its connection, so it is multiplied by that weight; add them up "
        "(`weights @ blames` does both). Then it passes the activation, which multiplies by its slope.",
        reference=node_blame,
        inputs=(
            (np.array([[0.5, -1.0]]), np.array([2.0]), np.array([1.0, 1.0])),
            (np.array([[0.5, -1.0], [1.0, 0.25]]), np.array([2.0, -1.0]), np.array([0.5, 3.0])),
            (_RNG.normal(size=(4, 6)), _RNG.normal(size=4), np.sign(_RNG.normal(size=6))),
            (np.ones((3, 2)), np.array([1.0, -1.0, 2.0]), np.array([0.0, 1.0])),
        ),
        wrong=(_blame_without_activation, _blame_without_weights, _blame_mean),
    ),
    Exercise(
        name="08-golden-section",
        hint="With g = 0.618...: the left place is high - g * (high - low), the right one low + g * (high - low). If "
        "the left one is better, the maximum cannot lie right of the right one.",
        reference=shrink,
        inputs=(
            (hill_with_top_at_1, 0.0, 4.0),
            (hill_with_top_at_1, -3.0, 2.0),
            (identity, -1.0, 1.0),
            (math.cos, -1.0, 2.0),
            (hill_with_top_at_1, 0.5, 1.5),
        ),
        wrong=(_shrink_for_a_minimum, _shrink_too_much, _shrink_in_thirds),
    ),
    Exercise(
        name="08-slopes-from-samples",
        hint="Along one direction the slope is (above - below) / (2 * spread), as in lesson 02. Multiply each "
        "direction by its slope, and take the mean over the directions.",
        reference=slopes_from_samples,
        inputs=(
            (np.array([3.0]), np.array([1.0]), np.array([[1.0, 0.0, -2.0]]), 0.5),
            (_RNG.normal(size=5), _RNG.normal(size=5), _DIRECTIONS, 0.1),
            (_DIRECTIONS @ np.array([1.0, 2.0, 3.0]), np.zeros(5), _DIRECTIONS, 1.0),
        ),
        wrong=(_slopes_summed, _slopes_one_sided, _slopes_downhill, _slopes_without_directions),
    ),
    Exercise(
        name="08-wiring-bits",
        hint="The order in which connections are listed says nothing, so count subsets: `math.comb`. The logarithm to "
        "base 2 of a number of equally possible cases is a number of bits.",
        reference=wiring_bits,
        inputs=((4, 1), (8, 8), (10, 5), (2570, 1000), (120_000, 1000)),
        wrong=(_bits_of_every_place, _bits_in_order, _bits_in_nats),
    ),
)
