"""The population as one graph: what each network contains, as numbers of distinct nodes that all of them share.

What a node computes depends only on its activation and on its sources. So each distinct pair (activation, sources) has
one entry, however many networks contain it, and a child needs entries only for what lies downstream of its mutation.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import chain, compress, islice
from operator import is_not
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..activations import NAMES
from ..network import Network
from .plan import Plan, Step

# So many of a child's nodes are compared with its parent's at a time.
_PIECE = 32

#: A network's distinct nodes: one number for each output, then for each hidden node.
Numbers = tuple[int, ...]


@dataclass(slots=True)
class DistinctNode:
    """One entry: what it computes, and a node that it was derived from and resembles."""

    activation: str
    #: Distinct nodes, ascending; one that two equal nodes of a network stand for occurs twice.
    sources: tuple[int, ...]
    is_output: bool
    #: Whether all sources are inputs or the bias.
    thin: bool
    origin: int | None
    #: What it was rebuilt from when the batch changed last, and by which step: most often it will be the same again.
    rebuilt: tuple[int | None, Step] | None = None


class Graph:
    """The distinct nodes of a population, numbered: below `first` the bias and the inputs, and sources below a node.

    Parameters
    ----------
    n_inputs, n_outputs : int
    """

    def __init__(self, n_inputs: int, n_outputs: int) -> None:
        self.first = 1 + n_inputs
        self.n_outputs = n_outputs
        self.nodes: dict[int, DistinctNode] = {}
        self._numbers: dict[tuple[str, bool, tuple[int, ...]], int] = {}
        self._next = self.first

    def __len__(self) -> int:
        return len(self.nodes)

    def number(self, activation: str, sources: tuple[int, ...], is_output: bool, origin: int | None = None) -> int:
        """The number of the distinct node with that activation and those sources (ascending), new if there is none."""
        key = (activation, is_output, sources)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = self._next
            self._next += 1
            thin = not sources or sources[-1] < self.first
            self.nodes[number] = DistinctNode(activation, sources, is_output, thin, origin)
        return number

    def express(self, network: Network) -> Numbers:
        """The distinct nodes of a network, found from scratch."""
        numbers = [0] * len(network.activations)
        for node in network.order:
            sources = tuple(sorted(self._number_of(source, numbers) for source in network.sources_of(node)))
            i = node - self.first
            numbers[i] = self.number(network.activations[i], sources, i < self.n_outputs)
        return tuple(numbers)

    def express_child(
        self, child: Network, parent: Network, parent_numbers: Numbers
    ) -> tuple[Numbers, dict[int, Step]]:
        """The distinct nodes of a child, and for each that its parent lacks the step that makes it.

        A step starts from what the parent has. Only what the mutation touched and what lies downstream is visited.
        """
        first, layers, targets, nodes = self.first, child.layers, parent.targets, self.nodes
        names, sources, old_sources = child.activations, child.sources, parent.sources
        numbers = list(parent_numbers) + [0] * (len(child.activations) - len(parent_numbers))
        steps: dict[int, Step] = {}
        replaced: set[int] = set()
        queue = [(layers[node], node) for node in _touched(child, parent)]
        queued = {node for _, node in queue}
        heapify(queue)
        while queue:
            node = heappop(queue)[1]
            i = node - first
            if i < len(parent_numbers):
                old = parent_numbers[i]
                gained, lost = _differences(sources[i], old_sources[i], replaced)
                # Sorted: the order of a set depends on its history, and the order of additions decides their rounding.
                plus = sorted([source if source < first else numbers[source - first] for source in gained])
                minus = sorted([source if source < first else parent_numbers[source - first] for source in lost])
                everything = _exchanged(nodes[old].sources, plus, minus)
            else:
                old, plus, minus = None, [], []
                everything = tuple(sorted(self._number_of(source, numbers) for source in sources[i]))
            new = self.number(names[i], everything, i < self.n_outputs, old)
            numbers[i] = new
            if new == old:
                continue
            if new not in steps:  # two of its nodes may be the same
                steps[new] = self._step(new, old, plus, minus)
            if i < len(parent_numbers):
                replaced.add(node)
                for listener in targets[node]:
                    if listener not in queued:
                        queued.add(listener)
                        heappush(queue, (layers[listener], listener))
        return tuple(numbers), steps

    def plan(
        self,
        key: int,
        numbers: Numbers,
        parent_numbers: Numbers,
        steps: Mapping[int, Step],
        held: AbstractSet[int],
        names: tuple[str, ...],
    ) -> Plan:
        """The plan of a child: of its steps those whose nodes are not held yet, and the outputs that changed.

        Parameters
        ----------
        key : int
            Under which its parent's loss is held.
        numbers, parent_numbers : tuple of int
            The distinct nodes of the child and of its parent.
        steps : mapping
            From `express_child`.
        held : set of int
        names : tuple of str
            The child's activations.
        """
        pairs = zip(numbers[: self.n_outputs], parent_numbers, strict=False)
        return Plan(
            key,
            tuple([step for number, step in steps.items() if number not in held]),
            tuple([(o, number, names[o]) for o, (number, old) in enumerate(pairs) if number != old]),
        )

    def steps(self, numbers: Iterable[int]) -> Iterator[Step]:
        """The steps that compute all these nodes from the inputs alone, each from its origin where that is less work.

        `numbers` must contain the sources of each of its nodes.
        """
        wanted = set(numbers)
        for number in sorted(wanted):
            node = self.nodes[number]
            base = None if node.origin not in wanted or node.origin is None or node.origin >= number else node.origin
            if node.rebuilt is None or node.rebuilt[0] != base:
                have = node.sources if base is None else self.nodes[base].sources
                step = self._step(number, base, _beyond(node.sources, have), _beyond(have, node.sources))
                node.rebuilt = base, step
            yield node.rebuilt[1]

    def sweep(self, living: set[int]) -> None:
        """Forget every node that is not among the living.

        A node whose origin is forgotten gets the eldest living node that descends from the same one.
        """
        heirs: dict[int, int] = {}
        for number in sorted(living):
            node = self.nodes[number]
            while node.origin is not None and node.origin not in living:
                heir = heirs.setdefault(node.origin, number)
                forgotten = self.nodes.get(node.origin)
                node.origin = heir if heir != number else forgotten.origin if forgotten else None
        for number in self.nodes.keys() - living:
            node = self.nodes.pop(number)
            del self._numbers[node.activation, node.is_output, node.sources]

    # --- its state, as arrays

    def state(self) -> dict[str, NDArray[Any]]:
        """All nodes in the order of their numbers, as arrays of whole numbers; `restore` takes them back."""
        nodes = sorted(self.nodes.items())
        return {
            "next": np.array([self._next]),
            "number": np.array([number for number, _ in nodes], np.int64),
            "activation": np.array([NAMES.index(node.activation) for _, node in nodes], np.int8),
            "is_output": np.array([node.is_output for _, node in nodes], bool),
            "origin": np.array([-1 if node.origin is None else node.origin for _, node in nodes], np.int64),
            "fan_in": np.array([len(node.sources) for _, node in nodes], np.int64),
            "sources": np.array(list(chain.from_iterable(node.sources for _, node in nodes)), np.int64),
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Become the graph whose `state` this is, so that all that follows is numbered as it would have been there.

        Raises
        ------
        ValueError
            If the arrays do not describe a graph.
        """
        numbers, origins, fan_in = (state[key].tolist() for key in ("number", "origin", "fan_in"))
        codes, outputs, sources = (
            state["activation"].tolist(),
            state["is_output"].tolist(),
            iter(state["sources"].tolist()),
        )
        (following,) = state["next"].tolist()
        known = set(range(self.first))
        self.nodes, self._numbers = {}, {}
        given = zip(numbers, codes, outputs, origins, fan_in, strict=True)
        for number, code, is_output, origin, n_sources in given:
            its = tuple(islice(sources, n_sources))
            if number in known or not known.issuperset(its) or not 0 <= code < len(NAMES) or number >= following:
                raise ValueError(f"node {number} of the stored graph does not follow from those before it")
            known.add(number)
            self._next = number
            self.number(NAMES[code], its, is_output, None if origin < 0 else origin)
        self._next = following

    def _number_of(self, source: int, numbers: list[int] | Numbers) -> int:
        return source if source < self.first else numbers[source - self.first]

    def _step(self, number: int, base: int | None, plus: list[int], minus: list[int]) -> Step:
        node = self.nodes[number]
        # A sum over inputs alone is the same for every weight; made from a base that is not, it would lose that.
        from_scratch = (
            base is None or len(plus) + len(minus) >= len(node.sources) or (node.thin and not self.nodes[base].thin)
        )
        if from_scratch:
            return Step(number, node.activation, node.is_output, node.thin, None, node.sources, ())
        return Step(number, node.activation, node.is_output, node.thin, base, tuple(plus), tuple(minus))


def _touched(child: Network, parent: Network) -> list[int]:
    """The nodes of the child whose sources or activation are not the parent's very own, new nodes included."""
    places = {
        *_changed_places(child.sources, parent.sources),
        *_changed_places(child.activations, parent.activations),
        *range(len(parent.sources), len(child.sources)),
    }
    return [parent.first + i for i in places]


def _changed_places(values: tuple[Any, ...], before: tuple[Any, ...]) -> Iterator[int]:
    """Where values are not the very same as before; few are, so whole pieces are compared first."""
    if values is before:
        return
    for k in range(0, len(before), _PIECE):
        piece, old = values[k : k + _PIECE], before[k : k + _PIECE]
        if piece != old:
            yield from compress(range(k, k + len(old)), map(is_not, piece, old))


def _differences(
    sources: frozenset[int], old_sources: frozenset[int], replaced: set[int]
) -> tuple[Collection[int], Collection[int]]:
    """What a node gains and loses by its new sources; a source that was replaced is gained and lost."""
    if sources is old_sources:  # as of most nodes downstream of a mutation
        kept = replaced & sources
        return kept, kept
    kept = replaced & sources & old_sources
    return (sources - old_sources) | kept, (old_sources - sources) | kept


def _beyond(some: tuple[int, ...], others: tuple[int, ...]) -> list[int]:
    """What some sources have beyond others, ascending."""
    return list((Counter(some) - Counter(others)).elements())


def _exchanged(sources: tuple[int, ...], plus: list[int], minus: list[int]) -> tuple[int, ...]:
    changed = list(sources)
    for number in minus:
        del changed[bisect_left(changed, number)]
    for number in plus:
        insort(changed, number)
    return tuple(changed)
