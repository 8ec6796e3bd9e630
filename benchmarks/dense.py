"""A network as one dense matrix, the way the program of Gaier and Ha evaluates it; written anew from its description.

Nodes stand in the order bias, inputs, hidden, outputs, each after all its sources. Entry (u, v) of the N x N matrix is
the weight of the connection u -> v, 0 where there is none. Every hidden node and every output takes one product of the
values of all N nodes with its column, whether they are connected or not. Each shared weight takes all of it anew.
"""

import numpy as np

from wann_lite.activations import ACTIVATIONS
from wann_lite.losses import cross_entropy


def dense(network):
    """The matrix (N, N) of zeros and ones, and the activation's name of each hidden node, then each output."""
    hidden = [node for node in network.order if node not in network.outputs]
    nodes = [*range(network.first), *hidden, *network.outputs]
    place = {node: i for i, node in enumerate(nodes)}
    matrix = np.zeros((len(nodes), len(nodes)))
    for source, target in network.connections:
        matrix[place[source], place[target]] = 1
    return matrix, [network.activation_of(node) for node in nodes[network.first :]]


def answers(matrix, names, x):
    """What every node puts out, (n, N), for examples x (n, inputs) and a weighted matrix."""
    first = 1 + x.shape[1]
    values = np.zeros((len(x), len(matrix)))
    values[:, 0] = 1
    values[:, 1:first] = x
    for node, name in enumerate(names, first):
        values[:, node] = ACTIVATIONS[name](values @ matrix[:, node])
    return values


def losses(matrix, names, x, labels, weights, n_outputs=10):
    """The softmax cross-entropy at each shared weight, in nats."""
    return [cross_entropy(answers(weight * matrix, names, x)[:, -n_outputs:], labels) for weight in weights]
