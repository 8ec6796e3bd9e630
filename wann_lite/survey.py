"""A survey of a network: all changes of its topology, ranked by what the derivatives of the loss promise.

Adding a connection adds a known signal to what its target hears. So with the slope and the curvature of the loss for
what each node hears (`wann_lite.credit`), two products of matrices foretell the effect of every connection that could
be added; removing one, or another activation for a node, is foretold in the same way. New nodes are random (patches,
if the inputs are an image), and the best of many are proposed.

What is proposed keeps the network *in step*: counted in connections from the inputs, all sources of a node are equally
far. With linear, inverse, absolute value and ReLU the shared weight then only multiplies the outputs, by an even power
of it, and decides nothing (`wann_lite.invariance`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .activations import ACTIVATIONS
from .credit import Credit, credit
from .features import FEATURES, new_features
from .informed import RELAYS, Connect, Disconnect, Grow, Proposal, Switch, is_spare, relay_of
from .invariance import Degree, degrees
from .network import Network
from .proposals import below

Array = NDArray[Any]

#: How far outputs are from the inputs: pixel - relay - feature - relay - output. An even number, so that the sign of
#: the weight cancels.
DEPTH = 4
# Features and outputs add up what they hear; what lies between are relays, each with one source.
_SUMMING = (2, 4)
# What is `DEPTH` - 1 connections from the inputs at most, and shows the sign of the weight where that is odd.
_IN_STEP = [Degree(level, level % 2 == 1) for level in range(DEPTH)]

# So many examples at a time, so that all that is known of them stays near the processor.
_ROWS_AT_ONCE = 4000
# Of each kind so many of the best are worth keeping, and a draw is among so many of the best that are left.
_KEPT, _DRAWN_FROM = 300, {Connect: 64, Disconnect: 44, Grow: 12, Switch: 6}
# How often each kind is drawn.
_SHARES = {Connect: 0.5, Disconnect: 0.35, Grow: 0.1, Switch: 0.05}
_NEW_FEATURES = 32
# A new node is heard by so many outputs at most.
_HEARD_BY = 5

Ranked: TypeAlias = list[tuple[float, Proposal]]


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
    stragglers : list of Disconnect
        The connections to outputs that are not `DEPTH` from the inputs, as those of founders.
    earning : float
        What a connection more is foretold to earn, in nats: the median over the hundred best.

    Raises
    ------
    ValueError
        If there are no examples.

    Examples
    --------
    The founder's one connection is no path of `DEPTH` connections:

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
        self.network, self._weight, self._n = network, weight, len(x)
        self.spare = [node for node in network.hidden if is_spare(network, node)]
        self._levels = _levels(network)
        self._at = [np.flatnonzero(self._levels == level) for level in range(DEPTH + 1)]
        self.stragglers = [
            Disconnect(source, target)
            for target in network.outputs
            for source in sorted(network.sources_of(target))
            if self._levels[source] != DEPTH - 1
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
        """One of the best proposals that were not drawn yet, or None if none is left."""
        left = [kind for kind, ranked in self._ranked.items() if ranked]
        if not left:
            return None
        kind = left[int(rng.choice(len(left), p=_normalised([_SHARES[kind] for kind in left])))]
        ranked = self._ranked[kind]
        return ranked.pop(below(min(len(ranked), _DRAWN_FROM[kind]), rng))[1]

    def invent(self, rng: np.random.Generator) -> Grow:
        """A new node of which nothing is foretold, heard by outputs at random: for when all proposals were drawn."""
        ((activation, hears),) = new_features(self.network, rng, self._image_shape, 1)
        outputs = self.network.first + rng.choice(
            self.network.n_outputs, 1 + below(min(_HEARD_BY, self.network.n_outputs), rng), replace=False
        )
        return Grow(activation, hears, tuple((int(output), RELAYS[below(2, rng)]) for output in outputs))

    def draw_removal(self, rng: np.random.Generator) -> Disconnect:
        """A connection that is hardly missed; the same may be drawn again."""
        return self._cheap[below(min(len(self._cheap), _DRAWN_FROM[Disconnect]), rng)]

    # --- what is foretold

    def _foretold(self, x: Array, labels: Array, scale: float) -> dict[Any, Array]:
        """The sums over examples of slope times signal, and of curvature times squared signal, for all that is asked.

        Keys are (target level, source level), "removals", "features" and "switches"; values (2, ...) are means.
        """
        totals: dict[Any, Array] = {}
        for start in range(0, len(x), _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            found = credit(self.network, x[part], labels[part], self._weight, scale)
            for key, value in self._of_part(found):
                totals[key] = totals[key] + value if key in totals else value
        return {key: value / self._n for key, value in totals.items()}

    def _of_part(self, found: Credit) -> Iterator[tuple[Any, Array]]:
        values, weight = found.values, self._weight
        for level in _SUMMING:
            targets = self._at[level]
            slopes, curvatures = found.slopes[targets], found.curvatures[targets]
            for below_it in (1, 2):
                signal = values[self._at[level - below_it]]
                yield (level, level - below_it), np.stack([slopes @ signal.T, curvatures @ np.square(signal).T])
        yield (
            "removals",
            np.stack(
                [
                    np.concatenate(
                        [product[node] @ power(values[its]).T for node, its in self._hearing()] or [np.zeros(0)]
                    )
                    for product, power in ((found.slopes, np.positive), (found.curvatures, np.square))
                ]
            ),
        )
        outputs = slice(self.network.first, self.network.first + self.network.n_outputs)
        signal = np.zeros((len(self._features), values.shape[1]), values.dtype)
        for row, (activation, hears) in zip(signal, self._features, strict=True):
            for source, sign in hears:
                row += values[source] if sign == RELAYS[0] else -values[source]
            ACTIVATIONS[activation](weight**2 * row, out=row)
        yield "features", np.stack([found.slopes[outputs] @ signal.T, found.curvatures[outputs] @ np.square(signal).T])
        switches = np.zeros((2, len(self._at[2]), len(FEATURES)), values.dtype)
        for place, node in enumerate(self._at[2]):
            for other, activation in enumerate(FEATURES):
                change = ACTIVATIONS[activation](found.sums[node]) - values[node]
                switches[:, place, other] = found.slopes_out[node] @ change, found.curvatures_out[node] @ change**2
        yield "switches", switches

    def _hearing(self) -> list[tuple[int, list[int]]]:
        """All nodes that may lose a source, as a hidden node keeps one, and their sources."""
        network = self.network
        heard = ((node, sorted(network.sources_of(node))) for node in network.order)
        return [(node, its) for node, its in heard if len(its) > (node in network.hidden)]

    # --- what is proposed

    def _connections(self, foretold: dict[Any, Array]) -> Ranked:
        """Connections to be added, by what each connection that they cost would earn."""
        ranked: Ranked = []
        for level in _SUMMING:
            targets, sources = self._at[level], self._at[level - 1]
            gains = _gains(foretold[level, level - 1], self._weight)
            for row, target in zip(gains, targets, strict=True):
                row[np.isin(sources, self._known(int(target)))] = -np.inf
            ranked += _best(gains, targets, sources, Connect)
            # Also from two levels below, through a relay that there is not yet.
            sources = self._at[level - 2]
            for sign, relay in zip((1, -1), RELAYS, strict=True):
                gains = _gains(foretold[level, level - 2], sign * self._weight**2) / 2
                gains[:, [relay_of(self.network, int(v), relay) is not None for v in sources]] = -np.inf
                ranked += _best(gains, targets, sources, partial(Connect, relay=relay))
        return _sorted(ranked)

    def _removals(self, foretold: dict[Any, Array]) -> Ranked:
        """Connections to be removed, by what each connection that this frees would cost."""
        network = self.network
        ranked: Ranked = []
        gains = iter(_gains(foretold["removals"], -self._weight).tolist())
        for node, its in self._hearing():
            for source, gain in zip(its, gains, strict=False):
                alone = source in network.hidden and len(network.targets[source]) == 1
                freed = 1 + (len(network.sources_of(source)) if alone else 0)
                ranked.append((gain / freed if gain < 0 else gain * freed, Disconnect(source, node)))
        return _sorted(ranked)

    def _growths(self, foretold: dict[Any, Array], rng: np.random.Generator) -> Ranked:
        """New nodes, by what each connection that they cost would earn; each is heard by a few outputs at most."""
        first = self.network.first
        ranked: Ranked = []
        signed = np.stack([_gains(foretold["features"], sign * self._weight**2) for sign in (1, -1)])
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
        gains = _gains(foretold["switches"], 1.0)
        return _sorted(
            [
                (float(gain), Switch(int(node), activation))
                for node, row in zip(self._at[2], gains, strict=True)
                for activation, gain in zip(FEATURES, row, strict=True)
                if activation != self.network.activation_of(int(node))
            ]
        )

    def _known(self, target: int) -> list[int]:
        place = target - self.network.first
        return [*self.network.sources[place], *self.network.disabled_sources[place]]


def _levels(network: Network) -> NDArray[np.intp]:
    """How far each node that is in step is from the inputs; outputs are at `DEPTH`, and all others at -1."""
    levels = np.full(network.n_nodes, -1)
    for node, degree in degrees(network).items():
        takes_part = node < network.first or network.targets[node]
        if takes_part and degree in _IN_STEP:
            levels[node] = degree.power
    levels[network.first : network.first + network.n_outputs] = DEPTH
    return levels


def _gains(foretold: Array, factor: float) -> Array:
    """By how much the loss falls if a signal is added `factor` times, to second order."""
    return -factor * foretold[0] - factor**2 / 2 * foretold[1]


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


def _normalised(shares: Sequence[float]) -> Array:
    return np.array(shares) / sum(shares)
