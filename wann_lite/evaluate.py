"""The forward pass of one network, written to be read: the reference for every faster evaluator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .activations import ACTIVATIONS
from .checks import shown
from .network import Network

#: The shared weights that the paper's search tries (Gaier & Ha 2019, section 3.3).
SEARCH_WEIGHTS: tuple[float, ...] = (-2.0, -1.0, -0.5, 0.5, 1.0, 2.0)

# So much for the outputs of all nodes at a time, whatever the size of the batch.
_BYTES_AT_ONCE = 16 * 2**20

Array = NDArray[Any]
#: The weighted sum (n,) of what a node, given by its place after the inputs, hears from its sources
#: (fan-in, n).
Weigh = Callable[[int, Array], Array]


def evaluate(
    network: Network,
    x: ArrayLike,
    weights: Sequence[float] | NDArray[Any] | None,
    backend: str = "auto",
) -> NDArray[Any]:
    """What a network answers, before any softmax.

    Parameters
    ----------
    network : Network
    x : array_like (n, inputs)
        A batch of any size, 0 included. float32 is computed in float32, everything else in float64.
    weights : sequence of float (W,), or None
        Shared weights: in each pass every connection carries the same one. None takes the network's own
        trained weights.
    backend : {"auto", "numpy"}
        The evaluator.

    Returns
    -------
    ndarray (W, n, outputs), or (n, outputs) where `weights` is None

    Raises
    ------
    ValueError
        If x or weights have the wrong shape or hold anything but finite numbers, if the network has no
        trained weights and `weights` is None, or if the backend is unknown.

    Notes
    -----
    Sums that grow beyond what the type can hold become infinite, and what follows from them infinite or NaN.

    Examples
    --------
    >>> connections = [(1, 4), (2, 5), (4, 6), (5, 6), (6, 3)]
    >>> difference = Network(2, 1, ["linear", "linear", "inverse", "abs"], connections)
    >>> evaluate(difference, [[0, 0], [0, 1], [1, 0], [1, 1]], [1.0, 2.0])[:, :, 0]
    array([[0., 1., 1., 0.],
           [0., 8., 8., 0.]])

    References
    ----------
    Gaier & Ha (2019), section 3: a topology is judged by its performance over a range of shared weights.
    """
    x = _checked_inputs(network, x)
    if backend not in ("auto", "numpy"):
        raise ValueError(f"unknown backend {shown(backend)}: this build has 'numpy' (or 'auto')")
    if weights is None:
        trained = _trained_weights(network, x.dtype)
        return _forward(network, x, lambda i, heard: trained[i] @ heard)
    shared = _shared_weights(weights, x.dtype)
    answers = np.empty((len(shared), len(x), network.n_outputs), x.dtype)
    for answer, weight in zip(answers, shared, strict=True):
        answer[:] = _forward(network, x, _shared(weight))
    return answers


def node_values(network: Network, x: ArrayLike, weight: float) -> NDArray[Any]:
    """What every node gives at one shared weight.

    Parameters
    ----------
    network : Network
    x : array_like (n, inputs)
        All at once: n times the number of nodes has to fit into memory.
    weight : float

    Returns
    -------
    ndarray (nodes, n)
        A row for each node by its number: the bias (all ones), the inputs, the outputs, the hidden nodes.

    Raises
    ------
    ValueError
        If x or the weight has the wrong shape or is not finite.

    Examples
    --------
    >>> difference = Network(2, 1, ["linear", "linear", "inverse", "abs"], [(1, 4), (2, 5), (4, 6), (5, 6), (6, 3)])
    >>> node_values(difference, [[1, 4]], 1.0)[:, 0]
    array([ 1.,  1.,  4.,  3.,  1., -4.,  3.])
    """
    x = _checked_inputs(network, x)
    (shared,) = _shared_weights([weight], x.dtype)
    return _node_values(network, x, _shared(shared))


def _shared(weight: Any) -> Weigh:
    return lambda i, heard: weight * heard.sum(axis=0)


def _forward(network: Network, x: Array, weigh: Weigh) -> Array:
    """The answer (n, outputs), in slices of x that are small enough."""
    rows = max(1, _BYTES_AT_ONCE // (network.n_nodes * x.itemsize))
    answer = np.empty((len(x), network.n_outputs), x.dtype)
    for start in range(0, len(x), rows):
        part = slice(start, start + rows)
        values = _node_values(network, x[part], weigh)
        answer[part] = values[network.first : network.first + network.n_outputs].T
    return answer


def _node_values(network: Network, x: Array, weigh: Weigh) -> Array:
    """What every node puts out, (nodes, n), each after all its sources."""
    values = np.empty((network.n_nodes, len(x)), x.dtype)
    values[0] = 1
    values[1 : network.first] = x.T
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for node in network.order:
            heard = values[sorted(network.sources_of(node))]
            values[node] = ACTIVATIONS[network.activation_of(node)](weigh(node - network.first, heard))
    return values


def _trained_weights(network: Network, dtype: Any) -> list[Array]:
    if network.weights is None:
        raise ValueError("the network has no trained weights: give shared weights, such as [-1.0, 1.0]")
    ends = np.cumsum([len(sources) for sources in network.sources])
    return np.split(network.weights.astype(dtype), ends[:-1])


def _shared_weights(weights: Any, dtype: Any) -> Array:
    try:
        given = np.asarray(weights)
        with np.errstate(over="ignore"):
            shared = given.astype(dtype, casting="same_kind" if given.size else "unsafe")
    except (TypeError, ValueError):
        shared = np.empty((0, 0))
    if shared.ndim != 1 or not np.isfinite(shared).all():
        raise ValueError(f"the shared weights are {shown(weights)}: give finite numbers, such as [-1.0, 1.0]")
    return shared


def _checked_inputs(network: Network, x: ArrayLike) -> Array:
    try:
        x = np.asarray(x)
        if x.dtype != np.float32:
            x = x.astype(np.float64, casting="same_kind", copy=False)
    except (TypeError, ValueError):
        raise ValueError("x does not hold numbers in rows of equal length: give an array (n, inputs)") from None
    if x.ndim != 2 or x.shape[1] != network.n_inputs:
        raise ValueError(f"x has the shape {x.shape}: this network takes (n, {network.n_inputs})")
    if not np.isfinite(x).all():
        row, column = np.argwhere(~np.isfinite(x))[0]
        raise ValueError(f"x[{row}, {column}] is {x[row, column]}: all inputs must be finite")
    return x
