"""What is foretold of every change of a network's topology: products of matrices.

Adding a connection adds a known signal to what its target hears. So with the slope and the curvature of the loss for
what each node hears (`wann_lite.credit`), two products of matrices foretell the effect of every connection that could
be added. One that goes, a new node that outputs hear, and another activation for a node are foretold in the same way.

References
----------
LeCun, Denker & Solla (1990), Optimal brain damage, section 2, foretell so what it costs to delete a weight. Advances
in Neural Information Processing Systems 2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .activations import ACTIVATIONS
from .credit import Credit
from .features import FEATURES
from .informed import RELAYS
from .invariance import DEPTH
from .network import Network

Array = NDArray[Any]
Levels: TypeAlias = Sequence[NDArray[np.intp]]
Feature: TypeAlias = tuple[str, tuple[tuple[int, str], ...]]

#: The levels of features and of outputs, which add up what they hear; between are relays, each with one source.
SUMMING = (DEPTH // 2, DEPTH)


def forecast(
    network: Network, levels: Levels, features: Sequence[Feature], weight: float, credits: Iterable[Credit]
) -> dict[Any, Array]:
    """The means over examples of slope times signal, and of curvature times squared signal, for all that may change.

    Parameters
    ----------
    network : Network
    levels : sequence of ndarray of int
        Its nodes in step, as `wann_lite.invariance.levels` gives them.
    features : sequence of (str, tuple of (int, str))
        New nodes that outputs may hear, as `wann_lite.features.new_features` gives them.
    weight : float
        The shared weight at which the credits were taken.
    credits : iterable of Credit
        Each of some of the examples, at least one in all.

    Returns
    -------
    dict of ndarray (2, ...)
        What `gain_of` takes, under

        - (level, level - 1) and (level, level - 2) for each of `SUMMING`, (2, targets, sources): connections between
          the nodes of two levels;
        - "removals", (2, connections): those of `removable`, in its order;
        - "features", (2, outputs, features);
        - "switches", (2, features there are, activations): from each node of the level `DEPTH` / 2 to each of
          `wann_lite.features.FEATURES`.

    Examples
    --------
    Without its connection the right output would be at 0 as the wrong one is, and the loss higher by some 0.4 nats:

    >>> from wann_lite.credit import credit
    >>> from wann_lite.invariance import levels
    >>> network = Network(1, 2, ["linear", "linear"], [(1, 2)])
    >>> found = forecast(network, levels(network), [], 1.0, [credit(network, np.ones((1, 1)), np.array([0]), 1.0)])
    >>> gain_of(found["removals"], -1.0).round(1)
    array([-0.4])
    """
    totals: dict[Any, Array] = {}
    n = 0
    for found in credits:
        n += found.values.shape[1]
        for key, value in _sums(network, levels, features, weight, found):
            totals[key] = totals[key] + value if key in totals else value
    return {key: value / n for key, value in totals.items()}


def gain_of(foretold: Array, factor: float) -> Array:
    """By how much the loss falls if a signal is added `factor` times, to second order.

    Parameters
    ----------
    foretold : ndarray (2, ...)
        The means of slope times signal, and of curvature times squared signal.
    factor : float

    Returns
    -------
    ndarray (...)
        In nats; below 0 where the loss rises.

    Examples
    --------
    A slope of -1 promises much of a small step; of a large one the curvature takes as much back.

    >>> foretold = np.array([[-1.0], [1.0]])
    >>> gain_of(foretold, 0.5), gain_of(foretold, 2.0)
    (array([0.375]), array([0.]))
    """
    return -factor * foretold[0] - factor**2 / 2 * foretold[1]


def removable(network: Network) -> Iterator[tuple[int, list[int]]]:
    """All nodes that may lose a source, with their sources ascending: a hidden node keeps its last.

    Examples
    --------
    >>> list(removable(Network(2, 1, ["linear", "abs"], [(1, 4), (2, 3), (4, 3)])))
    [(3, [2, 4])]
    """
    for node in network.order:
        sources = sorted(network.sources_of(node))
        if len(sources) > (node in network.hidden):
            yield node, sources


def _sums(
    network: Network, levels: Levels, features: Sequence[Feature], weight: float, found: Credit
) -> Iterator[tuple[Any, Array]]:
    values = found.values
    for level in SUMMING:
        slopes, curvatures = found.slopes[levels[level]], found.curvatures[levels[level]]
        for below in (1, 2):
            yield (level, level - below), _products(slopes, curvatures, values[levels[level - below]])
    removals = [
        _products(found.slopes[node], found.curvatures[node], values[sources]) for node, sources in removable(network)
    ]
    yield "removals", np.concatenate([np.zeros((2, 0), values.dtype), *removals], axis=1)
    outputs = slice(network.first, network.first + network.n_outputs)
    signals = _signals(features, weight, values)
    yield "features", _products(found.slopes[outputs], found.curvatures[outputs], signals)
    switches = np.zeros((2, len(levels[DEPTH // 2]), len(FEATURES)), values.dtype)
    for place, node in enumerate(levels[DEPTH // 2]):
        for other, activation in enumerate(FEATURES):
            change = ACTIVATIONS[activation](found.sums[node]) - values[node]
            switches[:, place, other] = _products(found.slopes_out[node], found.curvatures_out[node], change)
    yield "switches", switches


def _products(slopes: Array, curvatures: Array, signals: Array) -> Array:
    """The sums over examples of slope times signal and of curvature times squared signal, of every pair."""
    return np.stack([slopes @ signals.T, curvatures @ np.square(signals).T])


def _signals(features: Sequence[Feature], weight: float, values: Array) -> Array:
    """What new nodes would put out (features, n)."""
    signals = np.zeros((len(features), values.shape[1]), values.dtype)
    for row, (activation, hears) in zip(signals, features, strict=True):
        for source, sign in hears:
            row += values[source] if sign == RELAYS[0] else -values[source]
        ACTIVATIONS[activation](weight**2 * row, out=row)
    return signals
