"""The exercises of lesson 09, *See why it runs on a laptop*."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...network import Network
from ..exercise import Exercise

Array = NDArray[Any]


# --- what lies downstream of a node


def downstream(network: Network, node: int) -> set[int]:
    """The nodes to which a signal from `node` can come, itself not among them."""
    found: set[int] = set()
    waiting = list(network.targets[node])
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting += network.targets[current]
    return found


def _downstream_one_step(network: Network, node: int) -> set[int]:
    return set(network.targets[node])


def _downstream_later_layers(network: Network, node: int) -> set[int]:
    return {n for n in (*network.outputs, *network.hidden) if network.layers[n] > network.layers[node]}


def _downstream_with_itself(network: Network, node: int) -> set[int]:
    return downstream(network, node) | {node}


def _upstream(network: Network, node: int) -> set[int]:
    found: set[int] = set()
    waiting = list(network.sources_of(node)) if node >= network.first else []
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting += network.sources_of(current) if current >= network.first else []
    return found


_LADDER = Network(
    2, 2, ["linear"] * 2 + ["abs"] * 4, [(1, 5), (5, 6), (6, 7), (7, 3), (5, 7), (2, 8), (8, 4)], disabled=[(6, 4)]
)
_DIAMOND = Network(1, 1, ["linear"] + ["relu"] * 3, [(1, 3), (3, 4), (3, 5), (4, 2), (5, 2)])


# --- a sum, from the one before


def delta_sum(total: Array, outputs: Mapping[int, Array], before: Set[int], after: Set[int]) -> Array:
    """The sum of a node's sources after a mutation, from the sum before it."""
    gained = sum((outputs[source] for source in after - before), np.zeros_like(total))
    lost = sum((outputs[source] for source in before - after), np.zeros_like(total))
    return total + gained - lost


def _delta_only_gained(total: Array, outputs: Mapping[int, Array], before: Set[int], after: Set[int]) -> Array:
    return total + sum((outputs[source] for source in after - before), np.zeros_like(total))


def _delta_turned(total: Array, outputs: Mapping[int, Array], before: Set[int], after: Set[int]) -> Array:
    return delta_sum(total, outputs, after, before)


def _delta_from_scratch(total: Array, outputs: Mapping[int, Array], before: Set[int], after: Set[int]) -> Array:
    return np.sum([outputs[source] for source in sorted(after)], axis=0)


_TOTAL = np.array([1.0, -2.0, 0.5])
_OUTPUTS = {
    3: np.array([0.5, 0.25, -1.0]),
    7: np.array([4.0, 0.0, 2.0]),
    8: np.array([-1.0, 1.0, 3.0]),
}


# --- the loss, by the column that changed


def child_loss(z: Array, total: Array, place: int, column: Array, labels: Array) -> float:
    """The cross-entropy after one column of outputs has become another."""
    total = total - np.exp(z[:, place]) + np.exp(column)
    right = np.where(labels == place, column, z[np.arange(len(z)), labels])
    return float(np.mean(np.log(total) - right))


def _loss_old_label(z: Array, total: Array, place: int, column: Array, labels: Array) -> float:
    total = total - np.exp(z[:, place]) + np.exp(column)
    return float(np.mean(np.log(total) - z[np.arange(len(z)), labels]))


def _loss_only_added(z: Array, total: Array, place: int, column: Array, labels: Array) -> float:
    right = np.where(labels == place, column, z[np.arange(len(z)), labels])
    return float(np.mean(np.log(total + np.exp(column)) - right))


def _loss_no_exponential(z: Array, total: Array, place: int, column: Array, labels: Array) -> float:
    right = np.where(labels == place, column, z[np.arange(len(z)), labels])
    return float(np.mean(np.log(np.abs(total - z[:, place] + column)) - right))


def _loss_of_parent(z: Array, total: Array, place: int, column: Array, labels: Array) -> float:
    return float(np.mean(np.log(total) - z[np.arange(len(z)), labels]))


def _loss_case(seed: int, n: int, classes: int, place: int) -> tuple[Array, Array, int, Array, Array]:
    rng = np.random.default_rng(seed)
    z, column = rng.normal(size=(n, classes)).round(2), rng.normal(size=n).round(2)
    return z, np.exp(z).sum(axis=1), place, column, rng.integers(0, classes, n)


EXERCISES: tuple[Exercise, ...] = (
    Exercise(
        name="09-downstream",
        hint="Begin with the nodes that listen to `node`; whoever listens to one of them belongs to the set too, and "
        "so on until nobody new turns up. Disabled connections carry nothing.",
        reference=downstream,
        inputs=((_LADDER, 5), (_LADDER, 6), (_LADDER, 2), (_DIAMOND, 3), (_DIAMOND, 1), (_DIAMOND, 2)),
        wrong=(_downstream_one_step, _downstream_later_layers, _downstream_with_itself, _upstream),
    ),
    Exercise(
        name="09-delta-sum",
        hint="Two sets of sources: which are in the second only, which in the first only? Python's sets can be "
        "subtracted. What both have in common is in the old sum already.",
        reference=delta_sum,
        inputs=(
            (_TOTAL, {3: _OUTPUTS[3]}, {1, 2}, {1, 2, 3}),
            (_TOTAL, {7: _OUTPUTS[7]}, {1, 7}, {1}),
            (_TOTAL, _OUTPUTS, {1, 3, 5}, {1, 5, 7, 8}),
            (_TOTAL, {}, {4, 5}, {4, 5}),
        ),
        wrong=(_delta_only_gained, _delta_turned, _delta_from_scratch),
    ),
    Exercise(
        name="09-loss-by-columns",
        hint="Exchange one exponential in the total for another. Then mind the images whose right class is the one "
        "that changed: np.where(labels == place, ..., ...).",
        reference=child_loss,
        inputs=(_loss_case(0, 5, 3, 1), _loss_case(1, 8, 10, 4), _loss_case(2, 1, 2, 0), _loss_case(3, 40, 5, 4)),
        wrong=(_loss_old_label, _loss_only_added, _loss_no_exponential, _loss_of_parent),
    ),
)
