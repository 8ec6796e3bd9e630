"""Networks and ancestries as arrays of numbers and back, at the size of what they do not share.

The networks of a population descend from one another: most nodes of most of them listen to the same sources as before.
So each distinct set of sources is stored once, and a network is a row of references. Ancestries are stored the same
way: each birth once, with the place of its parent.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, count, pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .activations import NAMES
from .checks import NetworkError
from .lineage import Birth, Lineage
from .mutation import KINDS, Mutation
from .network import Network
from .topology import pairs_of

T = TypeVar("T")
Arrays = Mapping[str, NDArray[Any]]

#: The type of every array that `pack_networks` and `pack_births` give; all have one dimension.
TYPES = {
    "set_sizes": np.int32,
    "set_members": np.int32,
    "network_sizes": np.int32,
    "activations": np.int8,
    "sources": np.int32,
    "disabled_sources": np.int32,
    "parents": np.int32,
    "birth_generations": np.int64,
    "birth_losses": np.float64,
    "mutation_counts": np.int32,
    "mutation_kinds": np.int8,
    "mutation_sources": np.int32,
    "mutation_targets": np.int32,
    "mutation_nodes": np.int32,
    "mutation_activations": np.int8,
}
_KINDS = tuple(KINDS)
_NAMES_OR_NONE = (*NAMES, None)
# In the place of a number that there is not.
_NONE = -1


def pack_networks(networks: Sequence[Network]) -> dict[str, NDArray[Any]]:
    """Networks with the same inputs and outputs as arrays; trained weights and remarks are left out.

    Examples
    --------
    >>> arrays = pack_networks([Network(2, 1, ["linear"], [(1, 3)]), Network(2, 1, ["abs"], [(1, 3)])])
    >>> {name: array.tolist() for name, array in arrays.items()}["sources"]
    [0, 0]
    """
    # The place of each distinct set, in the order of its first occurrence.
    places: defaultdict[frozenset[int], int] = defaultdict(count().__next__)
    sources = list(map(places.__getitem__, chain.from_iterable(network.sources for network in networks)))
    disabled = list(map(places.__getitem__, chain.from_iterable(network.disabled_sources for network in networks)))
    return _typed(
        set_sizes=map(len, places),
        set_members=chain.from_iterable(map(sorted, places)),
        network_sizes=(len(network.activations) for network in networks),
        activations=_places(NAMES, chain.from_iterable(network.activations for network in networks)),
        sources=sources,
        disabled_sources=disabled,
    )


def unpack_networks(arrays: Arrays, n_inputs: int, n_outputs: int) -> list[Network]:
    """The networks that `pack_networks` was given; those that shared a set of sources share it again.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        As `pack_networks` gives them; others may be among them.
    n_inputs, n_outputs : int
        Of every network.

    Returns
    -------
    list of Network

    Raises
    ------
    NetworkError
        (a ValueError) If the arrays do not hold networks.

    Examples
    --------
    >>> networks = [Network(2, 1, ["linear"], [(1, 3)]), Network(2, 1, ["abs"], [(1, 3)])]
    >>> unpack_networks(pack_networks(networks), 2, 1) == networks
    True
    """
    members = arrays["set_members"].tolist()
    sets = [frozenset(members[part]) for part in _slices(arrays["set_sizes"], len(members))]
    names = _chosen(NAMES, arrays["activations"])
    enabled, disabled = (_chosen(sets, arrays[name]) for name in ("sources", "disabled_sources"))
    if not len(names) == len(enabled) == len(disabled):
        raise NetworkError("the arrays of the networks differ in length")
    networks, first = [], 1 + n_inputs
    for part in _slices(arrays["network_sizes"], len(names)):
        its_sources, its_disabled = tuple(enabled[part]), tuple(disabled[part])
        pairs = (pairs_of(sources, first) for sources in (its_sources, its_disabled))
        checked = Network(n_inputs, n_outputs, names[part], *pairs)
        networks.append(
            Network._trusted(
                n_inputs=n_inputs,
                n_outputs=n_outputs,
                activations=checked.activations,
                sources=its_sources,
                disabled_sources=its_disabled,
                layers=checked.layers,
            )
        )
    return networks


def pack_births(births: Iterable[Birth]) -> tuple[dict[str, NDArray[Any]], list[int]]:
    """All of these and their ancestors as arrays, each after its parent, and the places of those given.

    Examples
    --------
    >>> founder = Birth()
    >>> arrays, places = pack_births([Birth(founder, generation=1), Birth(founder, generation=2), founder])
    >>> arrays["parents"].tolist(), places
    ([-1, 0, 0], [1, 2, 0])
    """
    given = list(births)
    places: dict[Birth, int] = {}
    for birth in given:
        line = []
        ancestor: Birth | None = birth
        while ancestor is not None and ancestor not in places:
            line.append(ancestor)
            ancestor = ancestor.parent
        places.update(zip(reversed(line), count(len(places)), strict=False))
    mutations = [mutation for birth in places for mutation in birth.mutations]
    arrays = _typed(
        parents=(_NONE if birth.parent is None else places[birth.parent] for birth in places),
        birth_generations=(birth.generation for birth in places),
        birth_losses=(np.nan if birth.loss is None else birth.loss for birth in places),
        mutation_counts=(len(birth.mutations) for birth in places),
        mutation_kinds=_places(_KINDS, (mutation.kind for mutation in mutations)),
        mutation_sources=(_NONE if mutation.source is None else mutation.source for mutation in mutations),
        mutation_targets=(_NONE if mutation.target is None else mutation.target for mutation in mutations),
        mutation_nodes=(_NONE if mutation.node is None else mutation.node for mutation in mutations),
        mutation_activations=_places(_NAMES_OR_NONE, (mutation.activation for mutation in mutations)),
    )
    return arrays, [places[birth] for birth in given]


def unpack_births(arrays: Arrays) -> list[Birth]:
    """All the births that the arrays of `pack_births` hold.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        As `pack_births` gives them; others may be among them.

    Returns
    -------
    list of Birth
        Each after its parent.

    Raises
    ------
    NetworkError
        (a ValueError) If the arrays do not hold births.

    Examples
    --------
    >>> arrays, (place,) = pack_births([Birth(Birth(), generation=7)])
    >>> unpack_births(arrays)[place].generation
    7
    """
    mutations = list(_mutations(arrays))
    births: list[Birth] = []
    columns = (arrays[name].tolist() for name in ("parents", "birth_generations", "birth_losses"))
    given = zip(*columns, _slices(arrays["mutation_counts"], len(mutations)), strict=True)
    for parent, generation, loss, its_mutations in given:
        if not _NONE <= parent < len(births):
            raise NetworkError(f"birth {len(births)} has the parent {parent}: a parent comes before its children")
        births.append(
            Birth(
                None if parent == _NONE else births[parent],
                tuple(mutations[its_mutations]),
                generation,
                None if math.isnan(loss) else loss,
            )
        )
    return births


def pack_lineage(lineage: Lineage) -> dict[str, NDArray[Any]]:
    """A lineage as arrays, some twenty times smaller on disk than its JSON once an `.npz` has compressed them.

    Examples
    --------
    >>> founder = Network(2, 1, ["linear"], [(1, 3)])
    >>> lineage = Lineage.of(founder, Birth(Birth(), (Mutation("add_connection", 2, 3),), generation=1))
    >>> unpack_lineage(pack_lineage(lineage), 2, 1) == lineage
    True
    """
    birth = None
    for step in lineage.steps:
        birth = Birth(birth, step.mutations, step.generation, step.loss)
    births, _ = pack_births([] if birth is None else [birth])
    return {**pack_networks([lineage.founder]), **births}


def unpack_lineage(arrays: Arrays, n_inputs: int, n_outputs: int) -> Lineage:
    """The lineage that `pack_lineage` was given.

    Raises
    ------
    NetworkError
        (a ValueError) If the arrays do not hold one founder and its line.
    """
    founders, births = unpack_networks(arrays, n_inputs, n_outputs), unpack_births(arrays)
    if len(founders) != 1 or not births:
        raise NetworkError(f"the arrays hold {len(founders)} founders and {len(births)} births: a lineage has one line")
    return Lineage.of(founders[0], births[-1])


def _mutations(arrays: Arrays) -> Iterator[Mutation]:
    numbers = (arrays[f"mutation_{name}"].tolist() for name in ("sources", "targets", "nodes"))
    columns = (
        _chosen(_KINDS, arrays["mutation_kinds"]),
        *([None if number == _NONE else number for number in column] for column in numbers),
        _chosen(_NAMES_OR_NONE, arrays["mutation_activations"]),
    )
    return map(Mutation._make, zip(*columns, strict=True))


def _typed(**columns: Iterable[Any]) -> dict[str, NDArray[Any]]:
    return {name: np.fromiter(column, TYPES[name]) for name, column in columns.items()}


def _places(table: Sequence[T], values: Iterable[T]) -> Iterator[int]:
    places = {value: place for place, value in enumerate(table)}
    return map(places.__getitem__, values)


def _chosen(table: Sequence[T], places: NDArray[Any]) -> list[T]:
    """The opposite of `_places`."""
    wrong = places[(places < 0) | (places >= len(table))]
    if len(wrong):
        there = f"0 to {len(table) - 1}" if table else "none"
        raise NetworkError(f"the arrays name place {wrong[0]}: there are {there}")
    return list(map(table.__getitem__, places.tolist()))


def _slices(sizes: NDArray[Any], total: int) -> Iterator[slice]:
    """Consecutive parts of these sizes."""
    if sizes.min(initial=0) < 0 or sizes.sum(dtype=np.int64) != total:
        raise NetworkError(f"parts of {sizes.sum(dtype=np.int64)} in all do not make up {total}")
    return (slice(*ends) for ends in pairwise(accumulate(sizes.tolist(), initial=0)))
