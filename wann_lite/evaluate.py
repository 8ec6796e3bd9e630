"""The forward pass of one network, written to be read: the reference that every faster evaluator must agree with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .activations import ACTIVATIONS
from .network import Network

#: The shared weights that the paper's search tries (Gaier & Ha 2019, section 3.3).
SEARCH_WEIGHTS: tuple[float, ...] = (-2.0, -1.0, -0.5, 0.5, 1.0, 2.0)

# Images are taken in slices so that the outputs of all nodes fit in about this much memory, whatever the batch.
_BYTES_AT_ONCE = 32 * 2**20


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
        Shared weights: in each pass every connection carries the same one. None takes the network's own trained weights.
    backend : {"auto", "numpy"}
        The evaluator.

    Returns
    -------
    ndarray (W, n, outputs), or (n, outputs) where `weights` is None

    Raises
    ------
    ValueError
        If x or weights have the wrong shape or hold anything but finite numbers, if the network has no trained weights and
        `weights` is None, or if the backend is unknown.

    Examples
    --------
    >>> difference = Network(2, 1, ["linear", "linear", "inverse", "abs"], [(1, 4), (2, 5), (4, 6), (5, 6), (6, 3)])
    >>> evaluate(difference, [[0, 0], [0, 1], [1, 0], [1, 1]], [1.0, 2.0])[:, :, 0]
    array([[0., 1., 1., 0.],
           [0., 8., 8., 0.]])

    References
    ----------
    Gaier & Ha (2019), section 3: the performance of a topology is its performance over a range of shared weights.
    """
    x = _checked_inputs(network, x)
    if backend not in ("auto", "numpy"):
        raise ValueError(f"unknown backend {backend!r}: this build has 'numpy' (or 'auto')")
    if weights is None:
        if network.weights is None:
            raise ValueError("the network has no trained weights: give shared weights, such as [-1.0, 1.0]")
        return _in_slices(network, x, None)
    return np.stack(
        [_in_slices(network, x, weight) for weight in _checked_weights(weights, x.dtype)]
    ) if len(weights) else np.empty((0, len(x), network.n_outputs), x.dtype)


def _in_slices(network: Network, x: NDArray[Any], weight: Any) -> NDArray[Any]:
    rows = max(1, _BYTES_AT_ONCE // (network.n_nodes * x.itemsize))
    slices = [_forward(network, x[start : start + rows], weight) for start in range(0, len(x), rows)]
    return np.concatenate(slices) if slices else np.empty((0, network.n_outputs), x.dtype)


def _forward(network: Network, x: NDArray[Any], weight: Any) -> NDArray[Any]:
    """One pass over the nodes in topological order; a `weight` of None means each connection's own."""
    values = np.empty((network.n_nodes, len(x)), x.dtype)
    values[0] = 1
    values[1 : network.first] = x.T
    trained = _weights_by_target(network, x.dtype) if weight is None else None
    for node in network.order:
        sources = sorted(network.sources_of(node))
        if trained is None:
            total = weight * values[sources].sum(axis=0)
        else:
            total = trained[node - network.first] @ values[sources]
        values[node] = ACTIVATIONS[network.activation_of(node)](total)
    return values[list(network.outputs)].T


def _weights_by_target(network: Network, dtype: Any) -> list[NDArray[Any]]:
    assert network.weights is not None
    ends = np.cumsum([len(sources) for sources in network.sources])
    return np.split(network.weights.astype(dtype), ends[:-1])


def _checked_inputs(network: Network, x: ArrayLike) -> NDArray[Any]:
    try:
        x = np.asarray(x)
        if x.dtype != np.float32:
            x = x.astype(np.float64, casting="same_kind")
    except (TypeError, ValueError):
        raise ValueError("x does not hold numbers in rows of equal length: give an array (n, inputs)") from None
    if x.ndim != 2 or x.shape[1] != network.n_inputs:
        raise ValueError(f"x has the shape {x.shape}: this network takes (n, {network.n_inputs})")
    if not np.isfinite(x).all():
        row, column = np.argwhere(~np.isfinite(x))[0]
        raise ValueError(f"x[{row}, {column}] is {x[row, column]}: all inputs must be finite")
    return x


def _checked_weights(weights: Sequence[float] | NDArray[Any], dtype: Any) -> NDArray[Any]:
    try:
        array = np.asarray(weights, dtype=dtype)
    except (TypeError, ValueError):
        array = np.empty((0, 0))
    if array.ndim != 1 or not np.isfinite(array).all():
        raise ValueError(f"the shared weights are {weights!r}: give a list of finite numbers, such as [-1.0, 1.0]")
    return array
