"""Networks and ancestries survive the way into arrays and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from topologies import assert_sound, grown

from wann_lite import Network
from wann_lite.checks import NetworkError
from wann_lite.lineage import Birth, Lineage
from wann_lite.mutation import DRAWN, Mutation, mutate
from wann_lite.packing import (
    TYPES,
    pack_births,
    pack_lineage,
    pack_networks,
    unpack_births,
    unpack_lineage,
    unpack_networks,
)


@given(st.lists(st.integers(0, 2**32 - 1), max_size=5), st.integers(1, 4), st.integers(1, 3))
def test_any_networks_come_back(seeds: list[int], n_inputs: int, n_outputs: int) -> None:
    networks = [grown(seed, n_inputs, n_outputs) for seed in seeds]
    arrays = pack_networks(networks)
    again = unpack_networks(arrays, n_inputs, n_outputs)
    assert again == networks
    for network, before in zip(again, networks, strict=True):
        assert network.layers == before.layers
        assert network.n_connections == before.n_connections
        assert_sound(network)
        assert_sound(mutate(network, np.random.default_rng(0), dict.fromkeys(DRAWN, 1.0))[0])


def test_by_hand() -> None:
    chain = Network(1, 1, ["linear", "tanh"], [(1, 3), (3, 2)], [(1, 2)])
    arrays = pack_networks([chain, Network(1, 1, ["abs"], [(1, 2)])])
    assert {name: array.tolist() for name, array in arrays.items()} == {
        # {3} and {1} are heard, {1} and {} disabled; then {1} is heard and {} disabled.
        "set_sizes": [1, 1, 0],
        "set_members": [3, 1],
        "network_sizes": [2, 1],
        "activations": [0, 4, 7],
        "sources": [0, 1, 1],
        "disabled_sources": [1, 2, 2],
    }


def test_what_a_child_shares_with_its_parent_is_stored_once_and_shared_again() -> None:
    parent = grown(0, n_inputs=50, n_outputs=5, mutations=60)
    child, _ = mutate(parent, np.random.default_rng(1), {"add_connection": 1.0})
    alone, both = pack_networks([parent]), pack_networks([parent, child])
    assert len(both["set_sizes"]) == len(alone["set_sizes"]) + 1
    first, second = unpack_networks(both, 50, 5)
    assert sum(a is not b for a, b in zip(first.sources, second.sources, strict=True)) == 1


@pytest.mark.parametrize(
    ("name", "values", "problem"),
    [
        ("sources", [0, 1], "differ in length"),
        ("sources", [0, 1, 7], "place 7: there are 0 to 2$"),
        ("sources", [0, 1, -1], "place -1: there are 0 to 2$"),
        ("activations", [0, 4, 99], "place 99: there are 0 to "),
        ("network_sizes", [2, 2], "do not make up"),
        ("network_sizes", [4, -1], "do not make up"),
        ("set_sizes", [1, 1, 5], "do not make up"),
        ("set_members", [9, 1], "a source is"),
        ("set_members", [2, 1], "a source is"),
        ("sources", [0, 0, 1], "cycle"),
        ("disabled_sources", [0, 2, 2], "given twice"),
    ],
)
def test_arrays_that_hold_no_networks(name: str, values: list[int], problem: str) -> None:
    chain = Network(1, 1, ["linear", "tanh"], [(1, 3), (3, 2)], [(1, 2)])
    arrays = pack_networks([chain, Network(1, 1, ["abs"], [(1, 2)])])
    assert len(unpack_networks(arrays, 1, 1)) == 2
    with pytest.raises(NetworkError, match=problem):
        unpack_networks(arrays | {name: np.array(values, TYPES[name])}, 1, 1)


def test_a_place_where_there_is_none() -> None:
    arrays = pack_networks([Network(1, 1, ["linear"], [])]) | pack_networks([])
    with pytest.raises(NetworkError, match="place 0: there are none"):
        unpack_networks(arrays | {"sources": np.zeros(1, np.int32)}, 1, 1)


def line(length: int) -> Birth:
    """The youngest of a line of descendants."""
    birth = Birth()
    for generation in range(1, length):
        mutations = (Mutation("remove_connection", 1, 2), Mutation("insert_node", 1, 2, 3 + generation, "tanh"))
        birth = Birth(birth, mutations[generation % 2 :], generation, float(generation))
    return birth


def test_a_family_comes_back() -> None:
    ancestor = line(5)
    mutations = (Mutation("change_activation", node=4, activation="sin"), Mutation("add_node", 1, None, 9, "relu"))
    unloved = Birth(ancestor, mutations, 6, None)
    hopeless = Birth(ancestor, (), 6, float("inf"))
    given = [hopeless, unloved, ancestor, line(3), unloved]
    arrays, places = pack_births(given)
    births = unpack_births(arrays)
    again = [births[place] for place in places]
    assert len(births) == 5 + 2 + 3, "each once"
    assert again[1] is again[4]
    assert again[0].parent is again[1].parent is again[2]
    assert again[0].loss == float("inf") and again[1].loss is None
    founder = Network(1, 1, ["linear"], [(1, 2)])
    for before, after in zip(given, again, strict=True):
        assert Lineage.of(founder, before) == Lineage.of(founder, after)


def test_a_line_longer_than_pythons_stack() -> None:
    arrays, (place,) = pack_births([line(200_000)])
    births = unpack_births(arrays)
    assert (len(births), place) == (200_000, 199_999)
    founder = Network(1, 1, ["linear"], [(1, 2)])
    assert Lineage.of(founder, births[place]) == Lineage.of(founder, line(200_000))


@pytest.mark.parametrize(
    ("name", "values", "problem"),
    [
        ("parents", [-1, 1], "a parent comes before its children"),
        ("parents", [-1, -2], "a parent comes before its children"),
        ("mutation_counts", [0, 3], "do not make up"),
        ("mutation_kinds", [99], "place 99"),
        ("mutation_activations", [-1], "place -1"),
    ],
)
def test_arrays_that_hold_no_births(name: str, values: list[int], problem: str) -> None:
    arrays, _ = pack_births([line(2)])
    assert len(unpack_births(arrays)) == 2
    with pytest.raises(NetworkError, match=problem):
        unpack_births(arrays | {name: np.array(values, TYPES[name])})


def test_a_lineage_comes_back() -> None:
    founder = Network(1, 1, ["linear"], [(1, 2)])
    lineage = Lineage.of(founder, line(9))
    again = unpack_lineage(pack_lineage(lineage), 1, 1)
    assert again == lineage and len(again.steps) == 9
    assert unpack_lineage(pack_lineage(Lineage.of(founder, Birth())), 1, 1).champion == founder


def test_arrays_that_hold_no_lineage() -> None:
    founder = Network(1, 1, ["linear"], [(1, 2)])
    arrays = pack_lineage(Lineage.of(founder, line(2)))
    for others in (pack_networks([founder, founder]), pack_networks([]), pack_births([])[0]):
        with pytest.raises(NetworkError, match="a lineage has one line"):
            unpack_lineage(arrays | others, 1, 1)
