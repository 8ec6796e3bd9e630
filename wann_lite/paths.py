"""On what an output depends: the part of a network that leads to it, its paths, and what each input contributes.

With one shared weight w, an output of a network of linear nodes is the sum over all paths to it: each brings what its
input shows, times w for every connection. Other activations bend that sum; their slopes say by how much.

References
----------
Shrikumar, Greenside, Shcherbina & Kundaje (2016), Not just a black box: learning important features through propagating
activation differences. arXiv:1605.01713. It discusses the product of input and gradient that is used here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .activations import get
from .evaluate import node_values
from .network import Connection, Network

Array = NDArray[Any]


def part_for(network: Network, output: int) -> Network:
    """The part of a network that one output depends on, as a network with this output alone.

    Parameters
    ----------
    network : Network
    output : int
        Its place among the outputs, from 0.

    Returns
    -------
    Network
        With the same inputs. Hidden nodes are numbered anew, in their old order.

    Raises
    ------
    ValueError
        If there is no such output.

    Examples
    --------
    >>> network = Network(2, 2, ["linear", "abs", "tanh", "relu"], [(1, 5), (5, 3), (2, 6), (6, 4)])
    >>> part_for(network, 1)
    Network(2 inputs, 1 output, 1 hidden node, 2 connections)
    """
    end = _node_of(network, output)
    reached = count_paths(network)[output] > 0
    kept = [end, *(node for node in network.hidden if reached[node])]
    number = {node: node for node in range(network.first)}
    number |= {node: network.first + place for place, node in enumerate(kept)}
    names = [network.activation_of(node) for node in kept]
    pairs = [(number[s], number[t]) for s, t in network.connections if t in number]
    return Network(network.n_inputs, 1, names, pairs)


def count_paths(network: Network) -> NDArray[np.int64]:
    """How many paths lead from each node to each output.

    Parameters
    ----------
    network : Network

    Returns
    -------
    ndarray of int64 (outputs, nodes)
        1 from an output to itself, 0 to the other outputs.

    Examples
    --------
    >>> diamond = Network(1, 1, ["linear", "abs", "tanh"], [(1, 3), (1, 4), (3, 2), (4, 2)])
    >>> count_paths(diamond)
    array([[0, 2, 1, 1, 1]])
    """
    paths = np.zeros((network.n_outputs, network.n_nodes), np.int64)
    paths[range(network.n_outputs), network.outputs] = 1
    for node in reversed(network.order):
        paths[:, sorted(network.sources_of(node))] += paths[:, [node]]
    return paths


def slopes(network: Network, x: ArrayLike, weight: float, output: int) -> Array:
    """By how much an output changes for each unit by which the value of a node does.

    Parameters
    ----------
    network : Network
    x : array_like (n, inputs)
    weight : float
        Of all connections.
    output : int
        Its place among the outputs, from 0.

    Returns
    -------
    ndarray (nodes, n)
        The derivative of the output with respect to each node's value, for each row of x.

    Raises
    ------
    ValueError
        If there is no such output, or x or the weight does not fit.

    Examples
    --------
    >>> difference = Network(2, 1, ["linear", "linear", "inverse", "abs"], [(1, 4), (2, 5), (4, 6), (5, 6), (6, 3)])
    >>> slopes(difference, [[1, 4]], 2.0, 0)[:, 0]
    array([ 0., -8.,  8.,  1., -4., -4.,  2.])
    """
    end = _node_of(network, output)
    values = node_values(network, x, weight)
    found = np.zeros_like(values)
    found[end] = 1
    for node in reversed(network.order):
        sources = sorted(network.sources_of(node))
        if sources and found[node].any():
            found[sources] += _gain(network, values, node, weight) * found[node]
    return found


def contributions(network: Network, x: ArrayLike, weight: float, output: int) -> Array:
    """What the bias and each input contribute to an output: their value times its slope.

    Parameters
    ----------
    network : Network
    x : array_like (n, inputs)
    weight : float
        Of all connections.
    output : int
        Its place among the outputs, from 0.

    Returns
    -------
    ndarray (n, 1 + inputs)
        The bias first. Where all activations are homogeneous of degree one (linear, inverse, abs, relu), a row
        sums to the output itself, by Euler's theorem; otherwise it says what a small change of the input would do.

    Raises
    ------
    ValueError
        If there is no such output, or x or the weight does not fit.

    Examples
    --------
    >>> difference = Network(2, 1, ["linear", "linear", "inverse", "abs"], [(1, 4), (2, 5), (4, 6), (5, 6), (6, 3)])
    >>> contributions(difference, [[1, 4]], 2.0, 0)  # of 24
    array([[ 0., -8., 32.]])
    """
    values = node_values(network, x, weight)
    first = network.first
    return np.asarray((values[:first] * slopes(network, x, weight, output)[:first]).T)


def through_connections(network: Network, x: ArrayLike, weight: float, output: int) -> dict[Connection, float]:
    """What one example sends through each connection towards an output.

    Parameters
    ----------
    network : Network
    x : array_like (inputs,)
    weight : float
        Of all connections.
    output : int
        Its place among the outputs, from 0.

    Returns
    -------
    dict of (source, target) to float
        In units of the output. With homogeneous activations what arrives at a node also leaves it, so the amounts
        run from the inputs to the output like water.

    Raises
    ------
    ValueError
        If there is no such output, or x or the weight does not fit.

    Examples
    --------
    >>> difference = Network(2, 1, ["linear", "linear", "inverse", "abs"], [(1, 4), (2, 5), (4, 6), (5, 6), (6, 3)])
    >>> through_connections(difference, [1, 4], 2.0, 0)
    {(6, 3): 24.0, (1, 4): -8.0, (2, 5): 32.0, (4, 6): -8.0, (5, 6): 32.0}
    """
    batch = np.asarray(x)[None]
    values = node_values(network, batch, weight)
    found = slopes(network, batch, weight, output)
    gains = {node: _gain(network, values, node, weight) * found[node] for node in network.order}
    return {(s, t): float((values[s] * gains[t])[0]) for s, t in network.connections}


def _gain(network: Network, values: Array, node: int, weight: float) -> Array:
    """By how much the value of a node changes for each unit by which a source of its does, (n,)."""
    heard = values[sorted(network.sources_of(node))].sum(axis=0)
    weight = values.dtype.type(weight)
    return np.asarray(weight * get(network.activation_of(node)).derivative(weight * heard))


def _node_of(network: Network, output: int) -> int:
    if not 0 <= output < network.n_outputs:
        raise ValueError(f"output {output!r}: the network has the outputs 0 to {network.n_outputs - 1}")
    return network.outputs[output]
