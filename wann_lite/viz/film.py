"""The film of a champion's ancestry: which pictures it has, where each node stands in all of them, what is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..evaluate import SEARCH_WEIGHTS
from ..lineage import Lineage
from ..mutation import Mutation
from ..network import Network
from .ancestry import Ancestry, Moment, measure_ancestry
from .captions import Names, count, kinds_of
from .draw import checked_names
from .layout import Layout, arrange
from .wiring import BIAS, Wiring, trace

if TYPE_CHECKING:
    from ..datasets import Dataset

_DONE = {
    "add_connection": "connection added",
    "enable_connection": "connection enabled again",
    "remove_connection": "connection removed",
}
_TOGETHER = {
    "connections": {"add_connection": "added", "remove_connection": "removed", "enable_connection": "enabled again"},
    "nodes": {"add_node": "added", "insert_node": "inserted", "change_activation": "changed"},
}
# So many mutations are told one by one: a blind step has no more, an informed one has many that belong together.
_ONE_BY_ONE = 2
_PAGE_HEIGHT = 470.0


@dataclass(frozen=True)
class Film:
    """An ancestry, measured, and one layout for all its pictures, so that no node ever moves.

    Attributes
    ----------
    ancestry : Ancestry
    names : Names
        What is written beside inputs and outputs.
    """

    ancestry: Ancestry
    names: Names

    def __len__(self) -> int:
        return len(self.ancestry.moments)

    def moment(self, frame: int) -> Moment:
        """The moment that picture number `frame` shows; negative ones count from the end.

        Raises
        ------
        IndexError
            If there is none.
        """
        if not -len(self) <= frame < len(self):
            raise IndexError(f"there is no picture {frame}: this film has {len(self)}, from 0 to {len(self) - 1}")
        return self.ancestry.moments[frame]

    @cached_property
    def wirings(self) -> tuple[Wiring, ...]:
        """What is drawn of each network."""
        shape = self.ancestry.image_shape
        return tuple(trace(moment.network, shape) for moment in self.ancestry.moments)

    @cached_property
    def together(self) -> Wiring:
        """All nodes of all pictures at once."""
        return _together(self.wirings)

    @cached_property
    def layout(self) -> Layout:
        """A place for each of them."""
        return arrange(self.together, page_height=_PAGE_HEIGHT)

    @cached_property
    def kinds(self) -> list[str]:
        """The activations of hidden nodes that occur."""
        return list(dict.fromkeys(name for wiring in reversed(self.wirings) for name, _ in kinds_of(wiring)))

    @property
    def in_the_plane(self) -> bool:
        """Whether its examples are points that can be shown, with the answer of a network around them."""
        network = self.moment(0).network
        return self.ancestry.image_shape is None and network.n_inputs == 2 and network.n_outputs <= 4

    @property
    def small(self) -> bool:
        """Whether there is room for the numbers of the nodes."""
        return self.layout.diameter >= 30

    @cached_property
    def most(self) -> int:
        """The greatest number of connections from one pixel in any picture."""
        leaving = (Counter(s for s, _ in wiring.edges if wiring.is_pixel(s)) for wiring in self.wirings)
        return max((max(counts.values(), default=0) for counts in leaving), default=0)


def make_film(
    lineage: Lineage,
    dataset: Dataset,
    *,
    pictures: int = 60,
    examples: int = 1000,
    weights: Sequence[float] = SEARCH_WEIGHTS,
    input_names: Sequence[object] | None = None,
    output_names: Sequence[object] | None = None,
) -> Film:
    """Measure an ancestry and choose the moments to show (`ancestry.measure_ancestry`): a few seconds for MNIST.

    Parameters
    ----------
    lineage : Lineage
    dataset : Dataset
        What the champion was found for; its test examples are not looked at.
    pictures : int
        At most so many, at least 3.
    examples : int
        At most so many validation examples.
    weights : sequence of float (W,)
        Shared weights, over which the accuracy is a mean.
    input_names, output_names : sequence, optional
        What to write beside each input and output.

    Raises
    ------
    ValueError
        If the lineage does not fit the data, or a number is too small.
    """
    names = Names(
        checked_names(input_names, lineage.founder.n_inputs, "input"),
        checked_names(output_names, lineage.founder.n_outputs, "output"),
    )
    return Film(measure_ancestry(lineage, dataset, moments=pictures, examples=examples, weights=weights), names)


# --- one layout for all pictures


def _together(wirings: Sequence[Wiring]) -> Wiring:
    """All nodes of all pictures at once, wired as in the last picture in which each occurs.

    A connection that would close a cycle with later ones is left out: it only serves to find places.
    """
    network, first = wirings[-1].network, wirings[-1].network.first
    sources: dict[int, set[int]] = {}
    for wiring in reversed(wirings):
        for source, target in wiring.edges:
            if source < first or not _leads_to(target, source, sources):
                sources.setdefault(target, set()).add(source)
    edges = [(source, target) for target, heard in sources.items() for source in heard]
    together = Network(network.n_inputs, network.n_outputs, network.activations, edges)
    inputs = {node for wiring in wirings for node in wiring.inputs}
    hidden = {node for wiring in wirings for node in wiring.hidden}
    shape = wirings[-1].image_shape
    return Wiring(together, shape, tuple(sorted(inputs)), tuple(sorted(hidden)), together.connections)


def _leads_to(start: int, end: int, sources: dict[int, set[int]]) -> bool:
    """Whether signals flow from `start` to `end`."""
    waiting, seen = [end], {end}
    while waiting:
        new = sources.get(waiting.pop(), set()) - seen
        seen |= new
        waiting += new
    return start in seen


# --- what is said


def who(film: Film, place: int) -> str:
    """The founder, the champion, or the number of a birth."""
    birth = film.moment(place).birth
    if birth == 0:
        return "the founder"
    return "the champion" if birth == film.ancestry.births else f"birth {birth:,}"


def told(film: Film, place: int) -> list[str]:
    """Who it is, what was done to it, and the best of what was done: two or three lines."""
    moment, accuracies = film.moment(place), film.ancestry.accuracies
    births = f"{moment.birth:,} of {film.ancestry.births:,} births, generation {moment.generation:,}"
    if not place:
        births = f"{film.ancestry.births:,} births follow"
    name = who(film, place)
    lines = [f"{name[0].upper()}{name[1:]}: {100 * accuracies[moment.birth]:.1f} % right ({births})"]
    if not place:
        network = moment.network
        hidden, connections = count(network.n_hidden, "hidden node"), count(network.n_connections, "connection")
        return [*lines, f"{hidden} and {connections}: here the line begins."]
    best = _told_of(film, moment.best_mutations)
    gain, before = _points(moment.best_gain), film.moment(place - 1).birth
    if moment.birth - before == 1:
        return [*lines, f"{best[0].upper()}{best[1:]}: {gain}."]
    together = _points(float(accuracies[moment.birth] - accuracies[before]))
    lines.append(f"{moment.birth - before:,} births together: {together}. {_counted(moment.mutations).capitalize()}.")
    return [*lines, f"The best of them, birth {moment.best:,}: {best}: {gain}."]


def _told_of(film: Film, mutations: Sequence[Mutation]) -> str:
    """What was done in one step: a few mutations each, many by number, with the node that they were for."""
    if len(mutations) <= _ONE_BY_ONE:
        return " and ".join(_said(film, mutation) for mutation in mutations)
    heard = Counter(mutation.target for mutation in mutations if mutation.kind == "add_connection")
    # Relays hear one node; what hears more is what they were added for.
    new = [mutation for mutation in mutations if mutation.kind == "add_node"]
    main = [
        f"new node {its.node} ({its.activation}), which hears {1 + heard[its.node]} others"
        for its in new
        if heard[its.node]
    ]
    counted = _counted(mutations)
    return f"{main[0]} ({counted})" if main else counted


def _counted(mutations: Iterable[Mutation]) -> str:
    """How often what was done, such as "connections: 3 added, 1 removed; nodes: 1 changed"."""
    kinds = Counter(mutation.kind for mutation in mutations)
    # A node that is added comes with its first connection.
    kinds["add_connection"] += kinds["add_node"]
    parts = {
        noun: ", ".join(f"{kinds[kind]:,} {word}" for kind, word in words.items() if kinds[kind])
        for noun, words in _TOGETHER.items()
    }
    return "; ".join(f"{noun}: {told}" for noun, told in parts.items() if told)


def _points(gain: float) -> str:
    text = f"{100 * gain:+.2f}".replace("-", "\u2212")
    return "no change" if abs(gain) < 1e-9 else f"{text} percentage points"


def _said(film: Film, mutation: Mutation) -> str:
    if mutation.kind == "change_activation":
        return f"{_node(film, mutation.node)} becomes {mutation.activation}"
    if mutation.kind == "add_node":
        return f"node {mutation.node} ({mutation.activation}) added, which hears {_node(film, mutation.source)}"
    way = f"from {_node(film, mutation.source)} to {_node(film, mutation.target)}"
    if mutation.kind == "insert_node":
        return f"node {mutation.node} ({mutation.activation}) inserted on the way {way}"
    return f"{_DONE[mutation.kind]} {way}"


def _node(film: Film, node: int | None) -> str:
    network, shape = film.moment(-1).network, film.ancestry.image_shape
    assert node is not None
    if node == BIAS:
        return "the bias"
    if node < network.first:
        return f"pixel {node}" if shape else film.names.of_input(node)
    if node in network.outputs:
        name = film.names.of_output(node - network.first, network.n_outputs)
        return name if name == "output" else f"output {name}"
    return f"node {node}"
