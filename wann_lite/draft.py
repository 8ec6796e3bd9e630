"""A child network in the making, at the cost of what it changes."""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from heapq import heapify, heappop, heappush
from itertools import chain
from typing import Any, TypeVar, cast

from .network import Network
from .topology import Targets

T = TypeVar("T")


class Listeners:
    """Who listens to each node: the parent's, but for a few. Most children are never asked for the whole of it."""

    __slots__ = ("_appended", "_before", "_changed")

    def __init__(self, before: Targets) -> None:
        self._before = before
        self._changed: dict[int, tuple[int, ...]] = {}
        self._appended = 0

    def __getitem__(self, node: int) -> tuple[int, ...]:
        known = self._changed.get(node)
        return self._before[node] if known is None else known

    def append(self) -> None:
        """One more node, to which nobody listens."""
        self._changed[len(self._before) + self._appended] = ()
        self._appended += 1

    def join(self, source: int, target: int) -> None:
        """`target` listens to `source` from now on."""
        self._changed[source] = tuple(sorted((*self[source], target)))

    def leave(self, source: int, target: int) -> None:
        """`target` listens to `source` no more."""
        self._changed[source] = tuple(node for node in self[source] if node != target)

    def settled(self) -> Targets:
        """All of it, as a network holds it."""
        targets = [*self._before, *[()] * self._appended]
        for node, its in self._changed.items():
            targets[node] = its
        return tuple(targets)


class Draft:
    """A network's fields, to be changed a little and made a network again; what is not changed is shared.

    What it is asked to do must be right: nothing is checked. At most one node is appended.

    Parameters
    ----------
    parent : Network

    Examples
    --------
    >>> draft = Draft(Network(2, 1, ["linear"], [(1, 3)]))
    >>> draft.connect(2, 3)
    >>> draft.network().connections
    ((1, 3), (2, 3))
    """

    def __init__(self, parent: Network) -> None:
        self._parent = parent
        self._unsettled: set[int] = set()
        self._layers: Sequence[int] = parent.layers
        self.activations: Sequence[str] = parent.activations
        self.sources: Sequence[frozenset[int]] = parent.sources
        self.disabled_sources: Sequence[frozenset[int]] = parent.disabled_sources
        self.targets = Listeners(parent.targets)
        self.disabled_targets = Listeners(parent.disabled_targets)
        self.n_connections = parent.n_connections

    def append_node(self, activation: str) -> int:
        """Append a hidden node without connections; its number."""
        self.activations = [*self.activations, activation]
        self.sources = [*self.sources, frozenset()]
        self.disabled_sources = [*self.disabled_sources, frozenset()]
        self.targets.append()
        self.disabled_targets.append()
        self._layers = [*self._layers, 0]
        return len(self._layers) - 1

    def set_activation(self, node: int, activation: str) -> None:
        """Give an output or a hidden node another activation."""
        self.activations = _with(self.activations, node - self._parent.first, activation)

    def connect(self, source: int, target: int) -> None:
        """Add an enabled connection."""
        i = target - self._parent.first
        self.sources = _with(self.sources, i, self.sources[i] | {source})
        self.targets.join(source, target)
        self._unsettled.add(target)
        self.n_connections += 1

    def disconnect(self, source: int, target: int) -> None:
        """Remove an enabled connection."""
        i = target - self._parent.first
        self.sources = _with(self.sources, i, self.sources[i] - {source})
        self.targets.leave(source, target)
        self._unsettled.add(target)
        self.n_connections -= 1

    def connect_disabled(self, source: int, target: int) -> None:
        """Add a disabled connection."""
        i = target - self._parent.first
        self.disabled_sources = _with(self.disabled_sources, i, self.disabled_sources[i] | {source})
        self.disabled_targets.join(source, target)
        self._unsettled.add(target)

    def disconnect_disabled(self, source: int, target: int) -> None:
        """Remove a disabled connection."""
        i = target - self._parent.first
        self.disabled_sources = _with(self.disabled_sources, i, self.disabled_sources[i] - {source})
        self.disabled_targets.leave(source, target)
        self._unsettled.add(target)

    def isolate(self, node: int) -> frozenset[int]:
        """Remove all connections of a hidden node that nothing listens to; the sources that it had."""
        i = node - self._parent.first
        sources = self.sources[i]
        for source in sources:
            self.disconnect(source, node)
        for source in self.disabled_sources[i]:
            self.disconnect_disabled(source, node)
        for target in self.disabled_targets[node]:
            self.disconnect_disabled(node, target)
        return sources

    def network(self) -> Network:
        """The network as it stands now."""
        self._settle()
        return Network._trusted(
            n_inputs=self._parent.n_inputs,
            n_outputs=self._parent.n_outputs,
            activations=tuple(self.activations),  # a tuple stays the very same
            sources=tuple(self.sources),
            disabled_sources=tuple(self.disabled_sources),
            _later={"targets": self.targets.settled, "disabled_targets": self.disabled_targets.settled},
            layers=tuple(self._layers),
            n_connections=self.n_connections,
        )

    def _settle(self) -> None:
        """Bring the layers up to date; only what follows from the changes is looked at.

        In the order of the parent's layers each node comes after all that it depends on, and so is looked at
        once. The appended node comes first: its sources are the parent's, whose layers it cannot have
        changed.
        """
        before, first = self._parent.layers, self._parent.first
        queue = [(before[node] if node < len(before) else 0, node) for node in self._unsettled]
        heapify(queue)
        while queue:
            node = heappop(queue)[1]
            i = node - first
            sources = chain(self.sources[i], self.disabled_sources[i])
            layer = 1 + max(map(self._layers.__getitem__, sources), default=-1)
            if layer != self._layers[node]:
                self._layers = _with(self._layers, node, layer)
                for target in chain(self.targets[node], self.disabled_targets[node]):
                    heappush(queue, (before[target], target))
        self._unsettled.clear()


def _with(values: Sequence[T], place: int, value: T) -> Sequence[T]:
    """The values with another at that place, in a list that belongs to the draft; a tuple is the parent's."""
    own = list(values) if isinstance(values, tuple) else cast("MutableSequence[Any]", values)
    own[place] = value
    return own
