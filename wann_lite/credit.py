"""What the loss says to every node: how it would rise and fall with what the node hears, to second order.

No weight is differentiated here, and none is learned. The first derivative is back-propagation's. The second is an
estimate by the recursion of LeCun, Denker & Solla, which goes the same way back with squared factors. It leaves out
how the activations themselves curve, and what the sums of two nodes do together. So it is exact for what outputs put
out, never negative, and costs as much as the first.

References
----------
LeCun, Denker & Solla (1990), Optimal brain damage, section 2. Advances in Neural Information Processing Systems 2.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .activations import ACTIVATIONS
from .losses import log_softmax
from .network import Network

Array = NDArray[Any]


class Credit(NamedTuple):
    """All nodes of a network on some examples; of a node that nothing listens to everything is 0.

    Attributes
    ----------
    values : ndarray (nodes, n)
        What each node puts out.
    sums : ndarray (nodes, n)
        What each node hears, times the shared weight.
    slopes : ndarray (nodes, n)
        The derivative of the summed loss with respect to `sums`, example by example.
    curvatures : ndarray (nodes, n)
        The second derivative: an estimate that is never negative.
    slopes_out, curvatures_out : ndarray (nodes, n)
        The same with respect to `values`.
    """

    values: Array
    sums: Array
    slopes: Array
    curvatures: Array
    slopes_out: Array
    curvatures_out: Array


def credit(network: Network, x: Array, labels: Array, weight: float, scale: float = 1.0) -> Credit:
    """What every node does to the cross-entropy, summed over examples, of `scale` times the outputs.

    Parameters
    ----------
    network : Network
    x : ndarray (n, inputs)
    labels : ndarray of int (n,)
    weight : float
        The shared weight.
    scale : float

    Returns
    -------
    Credit

    Examples
    --------
    Two outputs that agree: the right one should rise, the wrong one fall.

    >>> network = Network(1, 2, ["linear", "linear"], [(1, 2), (1, 3)])
    >>> credit(network, np.array([[1.0]]), np.array([0]), weight=1.0).slopes[2:].ravel()
    array([-0.5,  0.5])
    """
    first, outputs = network.first, slice(network.first, network.first + network.n_outputs)
    values, sums, slopes, curvatures, slopes_out, curvatures_out = np.zeros((6, network.n_nodes, len(x)), x.dtype)
    values[0], values[1:first] = 1, x.T
    nodes = [
        (node, sorted(network.sources_of(node)), ACTIVATIONS[network.activation_of(node)])
        for node in network.order
        if node in network.outputs or network.targets[node]
    ]
    for node, its, activation in nodes:
        np.multiply(values[its].sum(axis=0), weight, out=sums[node])
        activation(sums[node], out=values[node])
    shares = np.exp(log_softmax(scale * values[outputs].T)).T
    curvatures_out[outputs] = scale**2 * shares * (1 - shares)
    shares[labels, np.arange(len(labels))] -= 1
    slopes_out[outputs] = scale * shares
    for node, its, activation in reversed(nodes):
        derivative = activation.derivative(sums[node])
        np.multiply(slopes_out[node], derivative, out=slopes[node])
        np.multiply(curvatures_out[node], np.square(derivative), out=curvatures[node])
        slopes_out[its] += weight * slopes[node]
        curvatures_out[its] += weight**2 * curvatures[node]
    return Credit(values, sums, slopes, curvatures, slopes_out, curvatures_out)
