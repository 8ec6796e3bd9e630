"""Why some networks do not mind the shared weight: what the weight does to each node, as a power of it.

At the shared weight w every connection multiplies by w. If all sources of a node respond to w by the same power, so
does its sum, by one more; and linear, inverse, absolute value and ReLU keep a factor that is not negative. A network
whose outputs all respond by one power, and do not show the sign of the weight, gives at every weight but 0 the outputs
of weight 1 times one positive number: it decides the same, whatever the weight, by construction and not by luck.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .activations import ACTIVATIONS
from .network import Network


class Degree(NamedTuple):
    """A node's response to the weight: at w it puts out ``|w|**power * sign(w)**odd`` times what it does at 1.

    Attributes
    ----------
    power : int
    odd : bool
        Whether the sign of the weight shows.
    """

    power: int
    odd: bool

    @property
    def of_sum(self) -> Degree:
        """The response of the sum of such nodes, times the weight."""
        return Degree(self.power + 1, not self.odd)


def degrees(network: Network) -> dict[int, Degree | None]:
    """The response of every node; None where it is no power of the weight, and no entry where it is always 0.

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
