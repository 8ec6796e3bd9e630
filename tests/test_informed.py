"""Proposals carried out: relays, numbers used again, and what is recorded gives the very network."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from topologies import RATES, assert_sound, in_step, networks

from wann_lite.informed import RELAYS, Building, Connect, Disconnect, Grow, Proposal, Switch, is_spare, relay_of
from wann_lite.invariance import is_invariant
from wann_lite.lineage import Birth, Lineage
from wann_lite.mutation import apply, mutate
from wann_lite.network import Network
from wann_lite.operators import Mutation
from wann_lite.packing import pack_births, unpack_births

#: Inputs 1 and 2, output 3; 4 is the relay of 1, 5 the opposite of 2, 6 hears both, 7 is the relay of 6.
SMALL = Network(
    2, 1, ["linear", "linear", "inverse", "abs", "linear"], [(1, 4), (2, 5), (4, 6), (5, 6), (6, 7), (7, 3)]
)
any_seed = st.integers(0, 2**32 - 1)


def made(network: Network, *proposals: Proposal, spare: Any = ()) -> tuple[Network, list[str]]:
    """What comes of proposals, and what was done in words."""
    building = Building(network, spare)
    for proposal in proposals:
        proposal.make(building)
    assert_sound(building.network)
    return building.network, [str(mutation) for mutation in building.mutations]


# --- by hand


def test_a_new_node_with_its_relays() -> None:
    network, done = made(
        Network(3, 2, ["linear"] * 2, []), Grow("abs", ((1, "linear"), (3, "inverse")), ((5, "linear"),))
    )
    assert done == [
        "add node 6 (linear) on 1",
        "add node 7 (inverse) on 3",
        "add node 8 (abs) on 6",
        "add connection 7 -> 8",
        "add node 9 (linear) on 8",
        "add connection 9 -> 5",
    ]
    assert network.activations[2:] == ("linear", "inverse", "abs", "linear")
    assert set(network.connections) == {(1, 6), (3, 7), (6, 8), (7, 8), (8, 9), (9, 5)}


def test_relays_that_are_there_are_used() -> None:
    network, done = made(SMALL, Grow("relu", ((1, "linear"), (2, "inverse")), ((3, "inverse"),)))
    assert done == [
        "add node 8 (relu) on 4",
        "add connection 5 -> 8",
        "add node 9 (inverse) on 8",
        "add connection 9 -> 3",
    ]
    assert network.n_connections == SMALL.n_connections + 4


def test_relay_of() -> None:
    assert relay_of(SMALL, 1, "linear") == 4
    assert relay_of(SMALL, 1, "inverse") is None
    assert relay_of(SMALL, 2, "inverse") == 5
    assert relay_of(SMALL, 6, "linear") == 7
    # Node 7 hears something else too: it passes on a sum.
    summing = Network(1, 1, ["linear", "linear"], [(1, 3), (0, 3), (3, 2)])
    assert relay_of(summing, 1, "linear") is None


def test_an_output_is_no_relay() -> None:
    assert relay_of(Network(1, 1, ["linear"], [(1, 2)]), 1, "linear") is None


def test_connect() -> None:
    assert made(SMALL, Connect(2, 6))[1] == ["add connection 2 -> 6"]
    # Through the relay that there is, or one that there was not.
    assert made(SMALL, Connect(1, 6, "linear"))[1] == []
    assert made(SMALL, Connect(1, 6, "inverse"))[1] == ["add node 8 (inverse) on 1", "add connection 8 -> 6"]


def test_disconnect_takes_what_nothing_listens_to_along() -> None:
    network, done = made(SMALL, Disconnect(5, 6))
    assert done == ["remove connection 5 -> 6"]
    assert set(network.connections) == {(1, 4), (4, 6), (6, 7), (7, 3)}
    assert [node for node in network.hidden if is_spare(network, node)] == [5]


def test_a_hidden_node_keeps_its_last_source() -> None:
    assert made(SMALL, Disconnect(1, 4)) == (SMALL, [])
    assert made(SMALL, Disconnect(5, 6), Disconnect(4, 6))[1] == ["remove connection 5 -> 6"]
    assert made(SMALL, Disconnect(7, 3))[0].n_connections == 0, "an output may lose it"


def test_switch() -> None:
    network, done = made(SMALL, Switch(6, "relu"))
    assert (network.activation_of(6), done) == ("relu", ["change node 6 to relu"])
    assert made(SMALL, Switch(6, "abs")) == (SMALL, [])


def test_numbers_that_are_spare_are_used_again_the_smallest_first() -> None:
    network, _ = made(SMALL, Disconnect(7, 3))
    grow = Grow("abs", ((1, "linear"),), ((3, "inverse"),))
    again, done = made(network, grow, spare=[7, 5])
    assert done == [
        "add node 5 (linear) on 1",
        "add node 7 (abs) on 5",
        "add node 8 (inverse) on 7",
        "add connection 8 -> 3",
    ]
    assert again.n_nodes == 9
    # Without being told, none is.
    assert made(network, grow)[0].n_nodes == 11


def test_a_number_that_is_not_spare_is_not_used() -> None:
    grow = Grow("abs", ((0, "linear"),), ((3, "inverse"),))
    assert made(SMALL, grow, spare=[0, 3, 6, 7]) == made(SMALL, grow)


@pytest.mark.parametrize(
    "proposal",
    [
        Connect(4, 6),  # is there
        Connect(6, 6),
        Connect(7, 6),  # would close a cycle
        Connect(7, 4, "linear"),
        Connect(6, 5),
        Connect(1, 4, "inverse"),  # a relay has no room between
        Connect(8, 3),  # 8 has no connections, 9 is nowhere
        Connect(8, 3, "linear"),
        Connect(9, 3, "linear"),
        Connect(1, 8),
        Connect(1, 9),
        Connect(1, 9, "inverse"),
        Connect(2, 3),  # is disabled
        Disconnect(1, 6),
        Disconnect(6, 8),
        Disconnect(6, 9),
        Disconnect(8, 3),
        Switch(8, "abs"),
        Switch(9, "abs"),
    ],
    ids=str,
)
def test_what_does_not_fit_any_more_does_nothing(proposal: Proposal) -> None:
    network = Network(2, 1, [*SMALL.activations, "relu"], SMALL.connections, [(2, 3)])
    assert made(network, proposal) == (network, [])


def test_a_node_that_a_removal_has_freed_is_no_source() -> None:
    # What lends its number to the new relay must not be what the relay is to hear.
    network, _ = made(SMALL, Disconnect(5, 6))
    assert made(network, Connect(5, 3, "linear"), spare=[5]) == (network, [])


# --- any proposals


@st.composite
def proposals(draw: st.DrawFn, network: Network) -> Proposal:
    """Anything, sensible or not; a few numbers are beyond the last node's."""
    first, last, outputs_end = network.first, network.n_nodes + 2, network.first + network.n_outputs
    hidden, target = st.integers(outputs_end, last), st.integers(first, last)
    source = st.integers(0, first - 1) | hidden
    inputs, outputs = st.integers(0, network.first - 1), st.sampled_from(network.outputs)
    ends = st.sampled_from(RELAYS)
    kinds: list[st.SearchStrategy[Proposal]] = [
        st.builds(Connect, source, target, st.none() | ends),
        st.builds(Disconnect, source, target),
        st.builds(Switch, hidden, st.sampled_from(["abs", "relu", "linear"])),
        st.builds(
            Grow,
            st.sampled_from(["abs", "relu", "linear"]),
            st.lists(st.tuples(inputs, ends), min_size=1, max_size=4, unique_by=lambda pair: pair[0]).map(tuple),
            st.lists(st.tuples(outputs, ends), min_size=1, max_size=3, unique_by=lambda pair: pair[0]).map(tuple),
        ),
    ]
    return draw(st.one_of(kinds))


def assert_recorded(founder: Network, building: Building) -> None:
    """What was recorded gives the network again: one by one, and through the files of a lineage and a checkpoint."""
    network = founder
    for mutation in building.mutations:
        network = apply(network, mutation)
    assert network == building.network
    birth = Birth(Birth(), tuple(building.mutations), 1)
    lineage = Lineage.of(founder, birth)
    assert Lineage.from_json(lineage.to_json()).champion == building.network
    arrays, (place,) = pack_births([birth])
    assert unpack_births(arrays)[place].mutations == birth.mutations
    assert all(Mutation(**json.loads(json.dumps(mutation._asdict()))) == mutation for mutation in building.mutations)


@given(st.data(), networks(trained=False), st.integers(1, 12))
def test_whatever_is_proposed_to_any_network(data: st.DataObject, network: Network, count: int) -> None:
    building = Building(network, network.hidden)
    for _ in range(count):
        before = building.network.to_json()
        done = len(building.mutations)
        data.draw(proposals(building.network)).make(building)
        assert_sound(building.network)
        assert (len(building.mutations) == done) == (building.network.to_json() == before)
    assert_recorded(network, building)


@given(st.data(), any_seed, st.integers(1, 12))
def test_a_network_in_step_keeps_no_relay_for_nothing(data: st.DataObject, seed: int, count: int) -> None:
    building = Building(in_step(seed), ())
    for _ in range(count):
        data.draw(proposals(building.network)).make(building)
        network = building.network
        for node in network.hidden:
            assert bool(network.targets[node]) == bool(network.sources_of(node)), "heard and hearing, or neither"


@given(any_seed, st.integers(0, 30), st.integers(1, 3))
def test_growing_keeps_a_network_in_step(seed: int, removals: int, nodes: int) -> None:
    rng, network = np.random.default_rng(seed), in_step(seed)
    for _ in range(min(removals, network.n_connections - 1)):
        source, target = network.connections[rng.integers(network.n_connections)]
        network = made(network, Disconnect(source, target))[0]
        if not network.n_connections:
            break
    building = Building(network, network.hidden)
    for _ in range(nodes):
        hears = ((1, RELAYS[rng.integers(2)]), (2, RELAYS[rng.integers(2)]))
        Grow("relu", hears, ((4, "inverse"), (5, "linear"))).make(building)
    assert is_invariant(building.network)
    assert building.network.n_nodes <= network.n_nodes + 5 * nodes


@given(any_seed, any_seed)
def test_a_proposal_made_for_another_network_does_no_harm(seed: int, other: int) -> None:
    """Where several parents share a survey, numbers mean something else in each."""
    rng, network = np.random.default_rng(other), in_step(seed)
    for _ in range(20):
        network, _ = mutate(network, rng, RATES)
    building, donor = Building(network, network.hidden), in_step(other, nodes=6)
    for source, target in donor.connections:
        Connect(source, target).make(building)
        Connect(source, target, "inverse").make(building)
        Disconnect(source, target).make(building)
        if source in donor.hidden:
            Switch(source, "abs").make(building)
    assert_sound(building.network)
    assert_recorded(network, building)
