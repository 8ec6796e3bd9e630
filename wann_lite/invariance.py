"""Why some networks do not mind the shared weight: what the weight does to each node, as a power of it.

At the shared weight w every connection multiplies by w. If all sources of a node respond to w by the same power, so
does its sum, by one more; and linear, inverse, absolute value and ReLU keep a factor that is not negative. A network
whose outputs all respond by one power, and do not show the sign of the weight, gives at every weight but 0 the outputs
of weight 1 times one positive number: it decides the same, whatever the weight, by construction and not by luck.

Such a network is built by keeping it *in step*: counted in connections from the inputs, all sources of a node are
equally far, and absolute value and ReLU stand where the sign of the weight has cancelled.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .activations import ACTIVATIONS
from .network import Network

#: How far outputs are from the inputs in a network in step: pixel - relay - feature - relay - output. An even number,
#: so that the sign of the weight cancels.
DEPTH = 4


class Degree(NamedTuple):
    """A node's response to the weight: at w it puts out ``|w|**power * sign(w)**odd`` times what it does at 1.

    Attributes
    ----------
    power : int
    odd : bool
        Whether the sign of the weight shows.

    Examples
    --------
    An input is the same at every weight; what hears it is not.

    >>> Degree(0, False).of_sum, Degree(0, False).of_sum.of_sum
    (Degree(power=1, odd=True), Degree(power=2, odd=False))
    """

    power: int
    odd: bool

    @property
    def of_sum(self) -> Degree:
        """The response of a sum of nodes that respond like this, times the weight."""
        return Degree(self.power + 1, not self.odd)


def degrees(network: Network) -> dict[int, Degree | None]:
    """The response of every node; None where it is no power of the weight, and no entry where it is always 0.

    Returns
    -------
    dict of int to Degree or None
        By the node's number.

    Examples
    --------
    Two connections in a row, and the absolute value of a sum:

    >>> network = Network(1, 1, ["linear", "abs"], [(1, 3), (3, 2)])
    >>> degrees(network)[2], degrees(network)[3]
    (Degree(power=2, odd=True), Degree(power=1, odd=False))
    """
    found: dict[int, Degree | None] = dict.fromkeys(range(network.first), Degree(0, False))
    for node in network.order:
        activation = network.activation_of(node)
        responses = {found[source] for source in network.sources_of(node) if source in found}
        if responses:
            found[node] = _through(activation, responses.pop() if len(responses) == 1 else None)
        elif ACTIVATIONS[activation](np.zeros(1))[0] != 0:
            found[node] = Degree(0, False)
    return found


def is_invariant(network: Network) -> bool:
    """Whether the network decides the same at every shared weight but 0, by construction.

    Examples
    --------
    >>> chain = Network(1, 1, ["linear", "linear"], [(1, 3), (3, 2)])
    >>> is_invariant(chain), is_invariant(Network(1, 1, ["linear"], [(1, 2)]))
    (True, False)
    """
    found = degrees(network)
    responses = {found[output] for output in network.outputs if output in found}
    return not responses or (len(responses) == 1 and all(r is not None and not r.odd for r in responses))


def levels(network: Network) -> list[NDArray[np.intp]]:
    """The nodes that are in step, by how many connections from the inputs they are.

    Returns
    -------
    list of ndarray of int
        `DEPTH` + 1 of them, ascending: bias and inputs first, and all outputs last. A hidden node is in one if it is
        heard and responds by the power of the weight, and by the sign, that its distance calls for; else in none.

    Examples
    --------
    Node 3 is in step; node 4 is not, as it is one connection from the input but does not show the sign of the weight.

    >>> network = Network(1, 1, ["linear", "linear", "abs"], [(1, 3), (1, 4), (3, 2), (4, 2)])
    >>> [nodes.tolist() for nodes in levels(network)]
    [[0, 1], [3], [], [], [2]]
    """
    in_step = {Degree(level, level % 2 == 1): level for level in range(DEPTH)}
    found: list[list[int]] = [[] for _ in range(DEPTH)]
    for node, degree in degrees(network).items():
        takes_part = node < network.first or (node in network.hidden and network.targets[node])
        if takes_part and degree in in_step:
            found[in_step[degree]].append(node)
    return [np.array(sorted(nodes), np.intp) for nodes in (*found, network.outputs)]


def _through(activation: str, source: Degree | None) -> Degree | None:
    """The response of a node with that activation, all of whose sources respond alike."""
    if source is None:
        return None
    total = source.of_sum
    if activation in ("linear", "inverse"):
        return total
    if activation == "abs":
        return Degree(total.power, False)
    if activation == "relu" and not total.odd:
        return total
    if activation == "step" and not total.odd:
        return Degree(0, False)
    return None
