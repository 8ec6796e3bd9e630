"""A child network in the making, at the cost of what it changes."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import chain

from .network import Network


class Draft:
    """A network's fields as lists, to be changed a little and made a network again.

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
        self._layers = list(parent.layers)
        self._unsettled: set[int] = set()
        self.activations = list(parent.activations)
        self.sources = list(parent.sources)
        self.disabled_sources = list(parent.disabled_sources)
        self.targets = list(parent.targets)
        self.disabled_targets = list(parent.disabled_targets)
        self.n_connections = parent.n_connections

    def append_node(self, activation: str) -> int:
        """Append a hidden node without connections; its number."""
        self.activations.append(activation)
        self.sources.append(frozenset())
        self.disabled_sources.append(frozenset())
        self.targets.append(())
        self.disabled_targets.append(())
        self._layers.append(0)
        return len(self._layers) - 1

    def connect(self, source: int, target: int) -> None:
        """Add an enabled connection."""
        self._link(self.sources, self.targets, source, target)
        self.n_connections += 1

    def disconnect(self, source: int, target: int) -> None:
        """Remove an enabled connection."""
        self._unlink(self.sources, self.targets, source, target)
        self.n_connections -= 1

    def connect_disabled(self, source: int, target: int) -> None:
        """Add a disabled connection."""
        self._link(self.disabled_sources, self.disabled_targets, source, target)

    def disconnect_disabled(self, source: int, target: int) -> None:
        """Remove a disabled connection."""
        self._unlink(self.disabled_sources, self.disabled_targets, source, target)

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
            activations=tuple(self.activations),
            sources=tuple(self.sources),
            disabled_sources=tuple(self.disabled_sources),
            targets=tuple(self.targets),
            disabled_targets=tuple(self.disabled_targets),
            layers=tuple(self._layers),
            n_connections=self.n_connections,
        )

    def _link(self, sources: list[frozenset[int]], targets: list[tuple[int, ...]], source: int, target: int) -> None:
        sources[target - self._parent.first] |= {source}
        targets[source] = tuple(sorted((*targets[source], target)))
        self._unsettled.add(target)

    def _unlink(self, sources: list[frozenset[int]], targets: list[tuple[int, ...]], source: int, target: int) -> None:
        sources[target - self._parent.first] -= {source}
        targets[source] = tuple(node for node in targets[source] if node != target)
        self._unsettled.add(target)

    def _settle(self) -> None:
        """Bring the layers up to date; only what follows from the changes is looked at.

        In the order of the parent's layers each node comes after all that it depends on, and so is looked at
        once. The appended node comes first: its sources are the parent's, whose layers it cannot have
        changed.
        """
        layers, order = self._layers, (*self._parent.layers, 0)
        queue = [(order[node], node) for node in self._unsettled]
        heapify(queue)
        while queue:
            node = heappop(queue)[1]
            i = node - self._parent.first
            sources = chain(self.sources[i], self.disabled_sources[i])
            layer = 1 + max(map(layers.__getitem__, sources), default=-1)
            if layer != layers[node]:
                layers[node] = layer
                for target in chain(self.targets[node], self.disabled_targets[node]):
                    heappush(queue, (order[target], target))
        self._unsettled.clear()
