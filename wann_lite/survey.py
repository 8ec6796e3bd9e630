"""A survey of a network: the changes of its topology that promise most, ranked, and proposals drawn among the best.

What each change promises is foretold (`wann_lite.forecast`), and counts by each connection that it costs. New nodes
are random (`wann_lite.features`), and the best of many are proposed.

What is proposed keeps the network in step (`wann_lite.invariance`): relays are linear or inverse, and at every second
level, where absolute value and ReLU may stand too, the sign of the weight has cancelled. So the shared weight only
multiplies the outputs, by an even power of it, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .credit import credit
from .features import FEATURES, new_features
from .forecast import SUMMING, forecast, gain_of, removable
from .informed import RELAYS, Connect, Disconnect, Grow, Proposal, Switch, is_spare, relay_of
from .invariance import DEPTH, levels
from .network import Network
from .proposals import below

Array = NDArray[Any]
Ranked: TypeAlias = list[tuple[float, Proposal]]

# So many examples at a time, so that all that is known of them stays near the processor.
_ROWS_AT_ONCE = 4000
# Of each kind so many of the best are worth keeping, and a draw is among so many of the best that are left.
_KEPT, _DRAWN_FROM = 300, {Connect: 64, Disconnect: 44, Grow: 12, Switch: 6}
# How often each kind is drawn.
_SHARES = {Connect: 0.5, Disconnect: 0.35, Grow: 0.1, Switch: 0.05}
_NEW_FEATURES = 32
# A new node is heard by so many outputs at most.
_HEARD_BY = 5
# So many numbers for each node, new ones too, and example: the six of a `Credit`, and what is made of some of them. A
# part is made while the one before it is still there. Measured: 5.8 to 6.8, with champions of 438 to 1,046 nodes.
_NUMBERS, _PARTS = 7, 2


def bytes_of_survey(network: Network, n: int) -> int:
    """What the survey of a network on n examples takes at most, in float32.

    Examples
    --------
    Once two parts of the examples are there, only the examples themselves are more:

    >>> network = Network(2, 2, ["linear", "linear"], [(1, 3)])
    >>> [bytes_of_survey(network, n) for n in (1, 100, 8000, 10_000)]
    [1044, 104400, 8352000, 8368000]
    """
    return 4 * (_NUMBERS * (network.n_nodes + _NEW_FEATURES) * min(n, _PARTS * _ROWS_AT_ONCE) + network.n_inputs * n)


class Survey:
    """What could be changed in a network, and what is foretold to come of it.

    Parameters
    ----------
    network : Network
    x : ndarray (n, inputs)
        Training examples.
    labels : ndarray of int (n,)
    weight : float
        The shared weight at which the derivatives are taken.
    scale : float
        What the outputs are multiplied by there before the softmax.
    rng : numpy.random.Generator
        For what new nodes hear.
    image_shape : tuple of two int, optional
        Height and width, if the inputs are an image.

    Attributes
    ----------
    network : Network
    spare : list of int
        Its hidden nodes without any connection, whose numbers a new node may get.
    stragglers : list of Disconnect
        The connections to outputs from nodes that are not one level below them, as those of founders.
    earning : float
        What a connection more is foretold to earn, in nats: the median over the hundred best.

    Raises
    ------
    ValueError
        If there are no examples.

    Examples
    --------
    The founder's one connection is no path of four:

    >>> network, rng = Network(2, 2, ["linear", "linear"], [(1, 3)]), np.random.default_rng(0)
    >>> survey = Survey(network, np.eye(2), np.array([0, 1]), weight=1.0, scale=1.0, rng=rng)
    >>> survey.stragglers
    [Disconnect(source=1, target=3)]
    """

    # Where examples are so large that their squares are none, less is foretold.
    @np.errstate(over="ignore", invalid="ignore")
    def __init__(
        self,
        network: Network,
        x: Array,
        labels: Array,
        weight: float,
        scale: float,
        rng: np.random.Generator,
        image_shape: tuple[int, int] | None = None,
    ) -> None:
        if not len(x):
            raise ValueError("there are no examples to survey a network on: give at least one")
        self.network, self._weight = network, weight
        self.spare = [node for node in network.hidden if is_spare(network, node)]
        self._levels = levels(network)
        in_step = frozenset(self._levels[DEPTH - 1].tolist())
        self.stragglers = [
            Disconnect(source, target)
            for target in network.outputs
            for source in sorted(network.sources_of(target) - in_step)
        ]
        self._image_shape = image_shape
        self._features = list(new_features(network, rng, image_shape, _NEW_FEATURES))
        foretold = self._foretold(x, labels, scale)
        connections = self._connections(foretold)
        self.earning = float(np.median([gain for gain, _ in connections[:100]])) if connections else 0.0
        removals = self._removals(foretold)
        self._cheap = [its for _, its in removals if isinstance(its, Disconnect)] or [Disconnect(0, network.first)]
        self._ranked: dict[type, Ranked] = {
            Connect: connections,
            Disconnect: removals,
            Grow: self._growths(foretold, rng),
            Switch: self._switches(foretold),
        }

    def draw(self, rng: np.random.Generator) -> Proposal | None:
        """One of the best proposals that were not drawn yet, or None if none is left.

        Examples
        --------
        Among all there is to draw: that the connection to the wrong output goes.

        >>> network, rng = Network(2, 2, ["linear", "linear"], [(1, 3)]), np.random.default_rng(0)
        >>> survey = Survey(network, np.eye(2), np.array([1, 1]), weight=1.0, scale=1.0, rng=rng)
        >>> drawn = list(iter(lambda: survey.draw(rng), None))
        >>> Disconnect(1, 3) in drawn, survey.draw(rng) is None
        (True, True)
        """
        left = [kind for kind, ranked in self._ranked.items() if ranked]
        if not left:
            return None
        shares = np.array([_SHARES[kind] for kind in left])
        kind = left[int(rng.choice(len(left), p=shares / sum(shares)))]
        ranked = self._ranked[kind]
        return ranked.pop(below(min(len(ranked), _DRAWN_FROM[kind]), rng))[1]

    def invent(self, rng: np.random.Generator) -> Grow:
        """A new node of which nothing is foretold, heard by outputs at random: for when all proposals were drawn.

        Examples
        --------
        >>> network, rng = Network(2, 1, ["linear"], []), np.random.default_rng(0)
        >>> survey = Survey(network, np.eye(2), np.array([0, 0]), weight=1.0, scale=1.0, rng=rng)
        >>> [output for output, relay in survey.invent(rng).heard_by]
        [3]
        """
        ((activation, hears),) = new_features(self.network, rng, self._image_shape, 1)
        outputs = self.network.first + rng.choice(
            self.network.n_outputs, 1 + below(min(_HEARD_BY, self.network.n_outputs), rng), replace=False
        )
        return Grow(activation, hears, tuple((int(output), RELAYS[below(2, rng)]) for output in outputs))

    def draw_removal(self, rng: np.random.Generator) -> Disconnect:
        """A connection that is hardly missed, to make room for another; the same may be drawn again.

        Examples
        --------
        >>> network, rng = Network(2, 2, ["linear", "linear"], [(1, 3)]), np.random.default_rng(0)
        >>> survey = Survey(network, np.eye(2), np.array([0, 1]), weight=1.0, scale=1.0, rng=rng)
        >>> survey.draw_removal(rng)
        Disconnect(source=1, target=3)
        """
        return self._cheap[below(min(len(self._cheap), _DRAWN_FROM[Disconnect]), rng)]

    def _foretold(self, x: Array, labels: Array, scale: float) -> dict[Any, Array]:
        """The `forecast` for these examples, taken in parts."""
        parts = (slice(start, start + _ROWS_AT_ONCE) for start in range(0, len(x), _ROWS_AT_ONCE))
        credits = (credit(self.network, x[part], labels[part], self._weight, scale) for part in parts)
        return forecast(self.network, self._levels, self._features, self._weight, credits)

    def _connections(self, foretold: dict[Any, Array]) -> Ranked:
        """Connections to be added, by what each connection that they cost would earn."""
        ranked: Ranked = []
        for level in SUMMING:
            targets, sources = self._levels[level], self._levels[level - 1]
            gains = gain_of(foretold[level, level - 1], self._weight)
            for row, target in zip(gains, targets, strict=True):
                row[np.isin(sources, self._known(int(target)))] = -np.inf
            ranked += _best(gains, targets, sources, Connect)
            # Also from two levels below, through a relay that there is not yet.
            sources = self._levels[level - 2]
            for sign, relay in zip((1, -1), RELAYS, strict=True):
                gains = gain_of(foretold[level, level - 2], sign * self._weight**2) / 2
                gains[:, [relay_of(self.network, int(v), relay) is not None for v in sources]] = -np.inf
                ranked += _best(gains, targets, sources, partial(Connect, relay=relay))
        return _sorted(ranked)

    def _removals(self, foretold: dict[Any, Array]) -> Ranked:
        """Connections to be removed: a gain counts the more, the more connections that frees, and a cost the less."""
        network = self.network
        ranked: Ranked = []
        gains = iter(gain_of(foretold["removals"], -self._weight).tolist())
        for node, its in removable(network):
            for source, gain in zip(its, gains, strict=False):
                alone = source in network.hidden and len(network.targets[source]) == 1
                freed = 1 + (len(network.sources_of(source)) if alone else 0)
                ranked.append((gain / freed if gain < 0 else gain * freed, Disconnect(source, node)))
        return _sorted(ranked)

    def _growths(self, foretold: dict[Any, Array], rng: np.random.Generator) -> Ranked:
        """New nodes, by what each connection that they cost would earn; each is heard by a few outputs at most."""
        first = self.network.first
        ranked: Ranked = []
        signed = np.stack([gain_of(foretold["features"], sign * self._weight**2) for sign in (1, -1)])
        for place, (activation, hears) in enumerate(self._features):
            gains, signs = signed[:, :, place].max(axis=0), signed[:, :, place].argmax(axis=0)
            best = [int(o) for o in np.argsort(-gains, kind="stable")[: 1 + below(_HEARD_BY, rng)] if gains[o] > 0]
            if best:
                heard_by = tuple((first + output, RELAYS[signs[output]]) for output in best)
                relays = sum(relay_of(self.network, *pixel) is None for pixel in hears) + len(set(signs[best].tolist()))
                earned = float(gains[best].sum()) / (len(hears) + len(best) + relays)
                ranked.append((earned, Grow(activation, hears, heard_by)))
        return _sorted(ranked)

    def _switches(self, foretold: dict[Any, Array]) -> Ranked:
        """Other activations of features, by what they would earn or cost."""
        gains = gain_of(foretold["switches"], 1.0)
        return _sorted(
            [
                (float(gain), Switch(int(node), activation))
                for node, row in zip(self._levels[DEPTH // 2], gains, strict=True)
                for activation, gain in zip(FEATURES, row, strict=True)
                if activation != self.network.activation_of(int(node))
            ]
        )

    def _known(self, target: int) -> list[int]:
        """The sources of a node, disabled ones included."""
        place = target - self.network.first
        return [*self.network.sources[place], *self.network.disabled_sources[place]]


def _best(
    gains: Array, targets: NDArray[np.intp], sources: NDArray[np.intp], proposal: Callable[[int, int], Proposal]
) -> Ranked:
    """The best that promise anything."""
    flat = gains.ravel()
    best = np.argpartition(-flat, _KEPT - 1)[:_KEPT] if flat.size > _KEPT else np.arange(flat.size)
    best = best[flat[best] > 0]
    ends = sources[best % max(1, len(sources))].tolist(), targets[best // max(1, len(sources))].tolist()
    return [(gain, proposal(*pair)) for gain, *pair in zip(flat[best].tolist(), *ends, strict=True)]


def _sorted(ranked: Ranked) -> Ranked:
    return sorted(ranked, key=lambda entry: -entry[0])[:_KEPT]
