"""Back-propagation through any topology: the slope of a loss for each connection's weight, layer by layer.

Nodes that can be computed at the same time form a layer, as `Network.layers` has them. What a whole layer hears is one
product of a matrix, which holds a weight where there is a connection and 0 elsewhere, with what its sources put out.

References
----------
Rumelhart, Hinton & Williams (1986), Learning representations by back-propagating errors, Nature 323, 533-536.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .activations import ACTIVATIONS, Activation
from .losses import log_softmax
from .network import Network

Array = NDArray[Any]

# So many examples at a time, that the outputs of all nodes stay in the processor's cache.
_ROWS_AT_ONCE = 500
# Up to so many multiplications numpy's OpenBLAS makes on one core. It shares larger products among all cores, which
# then wait for each other: on a busy machine a hundred times as long as they work.
_ON_ONE_CORE = 2**18


@dataclass(frozen=True)
class _Layer:
    """Nodes that do not listen to each other.

    Attributes
    ----------
    nodes : slice
        Their rows among the values of all nodes.
    sources : ndarray of int (s,)
        The rows of the nodes that at least one of them listens to.
    ends : (ndarray of int (c,), ndarray of int (c,))
        For each connection the target as a place among `nodes`, and the source as a place among `sources`.
    connections : ndarray of int (c,)
        The connections as places in `Network.connections`.
    activations : tuple of (Activation, slice)
        Which of `nodes` have this activation.
    """

    nodes: slice
    sources: NDArray[np.intp]
    ends: tuple[NDArray[np.intp], NDArray[np.intp]]
    connections: NDArray[np.intp]
    activations: tuple[tuple[Activation, slice], ...]

    def matrix(self, weights: Array) -> Array:
        """(nodes, sources): the weight of each connection, 0 where there is none."""
        matrix = np.zeros((self.nodes.stop - self.nodes.start, len(self.sources)), weights.dtype)
        matrix[self.ends] = weights[self.connections]
        return matrix


class Layered:
    """A topology made ready to be evaluated and differentiated at any weights.

    Parameters
    ----------
    network : Network
        Its own trained weights, if it has any, play no part.

    Examples
    --------
    The outputs w1 * x and w2 * x at weights 1 and 3:

    >>> network = Network(1, 2, ["linear", "linear"], [(1, 2), (1, 3)])
    >>> Layered(network).outputs(np.array([[2.0]]), np.array([1.0, 3.0]))
    array([[2., 6.]])
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        # A node that nobody listens to changes nothing, unless it is an output.
        taking_part = [v for v in network.order if v in network.outputs or network.targets[v]]
        taking_part.sort(key=lambda v: (network.layers[v], network.activation_of(v)))
        order = [*range(network.first), *taking_part]
        self._row = {node: row for row, node in enumerate(order)}
        self._output_rows = np.array([self._row[node] for node in network.outputs])
        self._layers = list(self._in_layers(taking_part))

    def _in_layers(self, nodes: list[int]) -> Iterator[_Layer]:
        into: dict[int, list[tuple[int, int]]] = {}
        for place, (source, target) in enumerate(self.network.connections):
            into.setdefault(target, []).append((place, self._row[source]))
        for _, grouped in groupby(nodes, key=self.network.layers.__getitem__):
            layer = list(grouped)
            heard = [(place, i, row) for i, node in enumerate(layer) for place, row in into.get(node, ())]
            connections, targets, rows = np.array(heard, np.intp).reshape(-1, 3).T
            sources, columns = np.unique(rows, return_inverse=True)
            start = self._row[layer[0]]
            yield _Layer(
                slice(start, start + len(layer)), sources, (targets, columns), connections, self._by_activation(layer)
            )

    def _by_activation(self, layer: list[int]) -> tuple[tuple[Activation, slice], ...]:
        groups, start = [], 0
        for name, nodes in groupby(layer, key=self.network.activation_of):
            stop = start + len(list(nodes))
            groups.append((ACTIVATIONS[name], slice(start, stop)))
            start = stop
        return tuple(groups)

    def outputs(self, x: Array, weights: Array) -> Array:
        """The outputs (n, outputs), before any softmax, for x (n, inputs) and weights (n_connections,).

        The order of the weights is that of `Network.connections`; x and weights are of one floating type.
        """
        matrices = [layer.matrix(weights) for layer in self._layers]
        answer = np.empty((len(x), self.network.n_outputs), x.dtype)
        for start in range(0, len(x), _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            answer[part] = self._forward(x[part], matrices)[0][self._output_rows].T
        return answer

    def loss_and_slopes(self, x: Array, labels: Array, weights: Array, scale: float = 1.0) -> tuple[float, Array]:
        """The mean cross-entropy of `scale` times the outputs, and its derivative for each weight.

        Parameters
        ----------
        x : ndarray (n, inputs)
        labels : ndarray of int (n,)
        weights : ndarray (n_connections,)
            In the order of `Network.connections`, of the same floating type as x.
        scale : float
            What the outputs are multiplied by before the softmax.

        Returns
        -------
        loss : float
            In nats.
        slopes : ndarray (n_connections,)

        Examples
        --------
        Both outputs are 0 and get half of the softmax each, so the right one should rise:

        >>> network = Network(1, 2, ["linear", "linear"], [(1, 2), (1, 3)])
        >>> Layered(network).loss_and_slopes(np.array([[2.0]]), np.array([0]), np.zeros(2))[1]
        array([-1.,  1.])
        """
        matrices = [layer.matrix(weights) for layer in self._layers]
        values, sums = self._forward(x, matrices)
        logs = log_softmax(scale * values[self._output_rows].T)
        everyone = np.arange(len(labels))
        loss = -float(logs[everyone, labels].mean())
        # The derivative of the cross-entropy with respect to the outputs is what the softmax says too much.
        excess = np.exp(logs)
        excess[everyone, labels] -= 1
        blame = np.zeros_like(values)
        blame[self._output_rows] = (scale / len(labels)) * excess.T
        return loss, self._backward(values, sums, blame, matrices, weights)

    def _forward(self, x: Array, matrices: list[Array]) -> tuple[Array, list[Array]]:
        """What every node puts out (rows, n), and what each layer hears."""
        values = np.empty((len(self._row), len(x)), x.dtype)
        values[0] = 1
        values[1 : self.network.first] = x.T
        sums = []
        for layer, matrix in zip(self._layers, matrices, strict=True):
            heard = _product(matrix, values[layer.sources])
            values_here = values[layer.nodes]
            for activation, part in layer.activations:
                activation(heard[part], out=values_here[part])
            sums.append(heard)
        return values, sums

    def _backward(self, values: Array, sums: list[Array], blame: Array, matrices: list[Array], weights: Array) -> Array:
        """The slope of the loss for each weight; `blame` (rows, n) holds it for each node's value, outputs so far."""
        slopes = np.zeros_like(weights)
        for layer, matrix, heard in reversed(list(zip(self._layers, matrices, sums, strict=True))):
            of_sums = blame[layer.nodes]
            for activation, part in layer.activations:
                of_sums[part] *= activation.derivative(heard[part])
            slopes[layer.connections] = _product(of_sums, values[layer.sources].T)[layer.ends]
            blame[layer.sources] += _product(matrix.T, of_sums)
        return slopes


def _product(a: Array, b: Array) -> Array:
    """The product a @ b, some columns at a time."""
    product = np.empty((len(a), b.shape[1]), a.dtype)
    columns = max(_ON_ONE_CORE // max(a.size, 1), 8)
    for start in range(0, b.shape[1], columns):
        part = slice(start, start + columns)
        np.matmul(a, b[:, part], out=product[:, part])
    return product
