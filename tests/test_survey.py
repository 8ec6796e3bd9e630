"""What a survey foretells, against what then happens to the loss; and that all it proposes can be done."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from topologies import RATES, assert_sound, in_step

from wann_lite import features as features_of
from wann_lite import survey
from wann_lite.activations import ACTIVATIONS
from wann_lite.evaluate import evaluate
from wann_lite.informed import Building, Connect, Disconnect, Grow, Proposal, Switch, relay_of
from wann_lite.invariance import is_invariant
from wann_lite.losses import cross_entropy
from wann_lite.mutation import mutate
from wann_lite.network import Network
from wann_lite.survey import Survey

WEIGHT = -0.8
any_seed = st.integers(0, 2**32 - 1)


def examples(network: Network, seed: int = 0, n: int = 30) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, network.n_inputs)), rng.integers(network.n_outputs, size=n)


def surveyed(network: Network, scale: float = 1.0, seed: int = 0, **more: Any) -> Survey:
    return Survey(network, *examples(network, seed), WEIGHT, scale, np.random.default_rng(seed), **more)


def loss_of(network: Network, scale: float, seed: int = 0) -> float:
    x, labels = examples(network, seed)
    return float(cross_entropy(scale * evaluate(network, x, [WEIGHT])[0], labels))


def after(network: Network, proposal: Proposal) -> Network:
    building = Building(network)
    proposal.make(building)
    return building.network


def drawn(its: Survey, seed: int = 0) -> list[Proposal]:
    """All there is."""
    rng = np.random.default_rng(seed)
    return list(iter(lambda: its.draw(rng), None))  # type: ignore[arg-type]


def foretold(its: Survey, kind: type) -> list[tuple[float, Any]]:
    return its._ranked[kind]


def signal_of(network: Network, source: int, seed: int = 0) -> Any:
    """What a node puts out, one node after another."""
    x, _ = examples(network, seed)
    values: dict[int, Any] = {0: np.ones(len(x))} | {i: x[:, i - 1] for i in range(1, network.first)}
    for node in network.order:
        total = sum((values[s] for s in network.sources_of(node)), np.zeros(len(x))) * WEIGHT
        values[node] = ACTIVATIONS[network.activation_of(node)](total)
    return values[source]


def third_order(scale: float, added: Any) -> float:
    """Taylor's bound on what two orders leave out: the third derivative of the loss is at most sqrt(3) / 18."""
    return float(np.sqrt(3) / 18 / 6 * np.mean(np.abs(scale * added) ** 3)) + 1e-12


# --- by hand


def test_a_connection_by_hand() -> None:
    # Node 4 hears the input and puts out -0.8 x, node 5 its absolute value; relay 6 brings it to output 2, and it could
    # be brought to output 3 as well. Both outputs are 0 at the scale 0.
    network = Network(1, 2, ["linear", "linear", "linear", "abs", "linear"], [(1, 4), (4, 5), (5, 6), (6, 2)])
    x, labels = np.array([[1.0], [2.0]]), np.array([1, 1])
    its = Survey(network, x, labels, WEIGHT, 1e-6, np.random.default_rng(0))
    (best, proposal), *_ = foretold(its, Connect)
    # The sum of output 3 should rise at a rate of half the scale; node 6 puts out 0.64 * -0.8 x, which is negative, so
    # that at the weight -0.8 it adds 0.4096 x, on average 0.6144.
    assert proposal == Connect(6, 3)
    assert best == pytest.approx(0.5e-6 * 0.6144, rel=1e-3)
    # A linear relay of its own would bring node 5 to output 3 as well, for twice the connections; but node 6 is that
    # relay. An inverse one there is not: through it, node 5 could take from the wrong output.
    others = {it: gain for gain, it in foretold(its, Connect)}
    assert Connect(5, 3, "linear") not in others
    assert others[Connect(5, 2, "inverse")] == pytest.approx(best / 2, rel=1e-3)
    # The wrong connection should go: it costs as much as the right one brings, and its relay's goes with it.
    (gain, removal), *_ = foretold(its, Disconnect)
    assert removal == Disconnect(6, 2)
    assert gain == pytest.approx(2 * 0.5e-6 * 0.6144, rel=1e-3)


def test_a_founder_has_only_stragglers_and_room_to_grow() -> None:
    founder = Network(3, 2, ["linear"] * 2, [(1, 4), (0, 5)])
    its = surveyed(founder)
    assert its.stragglers == [Disconnect(1, 4), Disconnect(0, 5)]
    assert {type(proposal) for proposal in drawn(its)} == {Disconnect, Grow}


def test_stragglers_are_what_is_out_of_step() -> None:
    network = in_step(3)
    assert surveyed(network).stragglers == []
    building = Building(network)
    Connect(1, 4).make(building)
    assert surveyed(building.network).stragglers == [Disconnect(1, 4)]


def test_what_is_out_of_step_is_not_built_upon() -> None:
    # Node 4 is the absolute value of an odd sum: one connection from the input, but the sign of the weight is gone.
    network = Network(1, 2, ["linear", "linear", "abs", "linear", "abs"], [(1, 4), (4, 2), (1, 5), (5, 6), (6, 3)])
    its = surveyed(network)
    assert its.stragglers == [Disconnect(4, 2), Disconnect(6, 3)]
    assert not any(isinstance(it, Connect) and 4 in it[:2] for it in drawn(its))


@pytest.mark.parametrize(
    ("network", "shape"),
    [
        (Network(1, 2, ["linear"] * 2, []), None),
        (Network(1, 2, ["linear"] * 2, [(1, 2)]), None),
        (Network(1, 1, ["linear"], []), (1, 1)),
        (Network(2, 2, ["linear"] * 2, []), (1, 2)),
        (Network(6, 3, ["linear"] * 3, []), (3, 2)),
        (Network(20, 2, ["linear"] * 2, []), None),
        (in_step(0, n_inputs=1, n_outputs=3, nodes=1), None),
        (in_step(1, n_inputs=2, n_outputs=1), (2, 1)),
    ],
)
def test_small_tasks(network: Network, shape: tuple[int, int] | None) -> None:
    its = surveyed(network, image_shape=shape)
    for proposal in drawn(its):
        assert_sound(after(network, proposal))
    child = after(network, its.invent(np.random.default_rng(0)))
    assert child.n_connections > network.n_connections
    assert_sound(child)
    assert its.draw(np.random.default_rng(0)) is None


def test_without_examples_there_is_no_survey() -> None:
    with pytest.raises(ValueError, match="no examples to survey a network on: give at least one"):
        Survey(in_step(0), np.zeros((0, 3)), np.zeros(0, int), WEIGHT, 1.0, np.random.default_rng(0))


def test_nothing_is_missed_where_there_is_nothing() -> None:
    empty = Network(2, 2, ["linear"] * 2, [])
    assert after(empty, surveyed(empty).draw_removal(np.random.default_rng(0))) == empty


def test_removals_are_drawn_among_the_best_and_may_come_again() -> None:
    network = in_step(2, n_inputs=5, n_outputs=4, nodes=12)
    its, rng = surveyed(network), np.random.default_rng(0)
    best = [removal for _, removal in foretold(its, Disconnect)][:44]
    assert len(foretold(its, Disconnect)) > 44
    removals = [its.draw_removal(rng) for _ in range(500)]
    assert set(removals) == set(best)


def test_what_a_connection_earns_is_a_median() -> None:
    its = surveyed(in_step(4, n_inputs=8, n_outputs=5, nodes=20))
    gains = [gain for gain, _ in foretold(its, Connect)]
    assert len(gains) > 100 and gains == sorted(gains, reverse=True)
    assert its.earning == pytest.approx((gains[49] + gains[50]) / 2)


def test_kinds_are_drawn_by_their_shares() -> None:
    network = in_step(4, n_inputs=8, n_outputs=5, nodes=12)
    counts: Counter[type] = Counter()
    for seed in range(150):
        its, rng = surveyed(network, seed=0), np.random.default_rng(seed)
        counts.update(type(its.draw(rng)) for _ in range(4))
    for kind, share in {Connect: 0.5, Disconnect: 0.35, Grow: 0.1, Switch: 0.05}.items():
        expected = 600 * share
        assert abs(counts[kind] - expected) < 4 * np.sqrt(expected)


# --- what is foretold, and what happens


@given(any_seed, st.sampled_from([0.1, 1.0, 3.0]))
def test_a_connection_to_an_output_does_what_is_foretold(seed: int, scale: float) -> None:
    network = in_step(seed)
    its, before = surveyed(network, scale), loss_of(network, scale)
    for earned, proposal in foretold(its, Connect):
        source, target, relay = proposal
        if target in network.outputs:
            factor = WEIGHT if relay is None else WEIGHT**2
            left_out = third_order(scale, factor * signal_of(network, source))
            gain = before - loss_of(after(network, proposal), scale)
            assert gain == pytest.approx(earned * (1 if relay is None else 2), abs=left_out)


@given(any_seed, st.sampled_from([0.1, 1.0, 3.0]))
def test_without_a_connection_of_an_output_happens_what_is_foretold(seed: int, scale: float) -> None:
    network = in_step(seed)
    its, before = surveyed(network, scale), loss_of(network, scale)
    for earned, proposal in foretold(its, Disconnect):
        source, target = proposal
        if target in network.outputs:
            child = after(network, proposal)
            alone = network.targets[source] == (target,)
            freed = 1 + (len(network.sources_of(source)) if alone else 0)
            assert network.n_connections - child.n_connections >= freed
            left_out = third_order(scale, WEIGHT * signal_of(network, source))
            gain = earned * freed if earned < 0 else earned / freed
            assert before - loss_of(child, scale) == pytest.approx(gain, abs=left_out)


@given(any_seed, st.sampled_from([0.1, 1.0, 3.0]))
def test_a_new_node_does_what_is_foretold(seed: int, scale: float) -> None:
    network = in_step(seed)
    its, before = surveyed(network, scale), loss_of(network, scale)
    for earned, proposal in foretold(its, Grow):
        child = after(network, proposal)
        cost = child.n_connections - network.n_connections
        if len(proposal.heard_by) == 1:
            new = next(
                n
                for n in range(network.n_nodes, child.n_nodes)
                if child.activation_of(n) == proposal.activation
                and len(child.sources_of(n)) == len(proposal.hears)
                and child.layers[n] == 2
            )
            left_out = third_order(scale, WEIGHT**2 * signal_of(child, new))
            assert before - loss_of(child, scale) == pytest.approx(earned * cost, abs=left_out)


@given(any_seed)
def test_in_the_limit_of_a_small_scale_everything_does(seed: int) -> None:
    """Of a network of linear nodes, whose sums no kink bends: also what hidden nodes hear."""
    scale, network = 1e-5, in_step(seed)
    building = Building(network)
    for node in network.hidden:
        if network.activation_of(node) in ("abs", "relu"):
            Switch(node, "linear").make(building)
    network = building.network
    its, before = surveyed(network, scale), loss_of(network, scale)
    for kind in (Connect, Disconnect, Grow, Switch):
        for earned, proposal in foretold(its, kind):
            child = after(network, proposal)
            gain = before - loss_of(child, scale)
            if kind is Connect:
                earned *= 1 if proposal.relay is None else 2
            elif kind is Grow:
                earned *= child.n_connections - network.n_connections
            elif kind is Disconnect:
                alone = len(network.targets[proposal.source]) == 1 and proposal.source in network.hidden
                freed = 1 + (len(network.sources_of(proposal.source)) if alone else 0)
                earned *= freed if earned < 0 else 1 / freed
            assert gain == pytest.approx(earned, rel=1e-2, abs=1e-3 * scale)


@given(any_seed)
def test_another_activation_does_what_is_foretold(seed: int) -> None:
    """Of any node half-way: what follows it is linear."""
    scale, network = 1e-5, in_step(seed)
    its, before = surveyed(network, scale), loss_of(network, scale)
    for gain, switch in foretold(its, Switch):
        assert before - loss_of(after(network, switch), scale) == pytest.approx(gain, rel=1e-2, abs=1e-3 * scale)


@given(any_seed)
def test_what_is_proposed_is_worth_it(seed: int) -> None:
    """Connections and new nodes are only proposed where a gain is foretold, and each kind is sorted by it."""
    its = surveyed(in_step(seed))
    for kind in (Connect, Disconnect, Grow, Switch):
        gains = [gain for gain, _ in foretold(its, kind)]
        assert gains == sorted(gains, reverse=True)
        assert kind in (Disconnect, Switch) or all(gain > 0 for gain in gains)


@given(any_seed)
def test_the_parts_that_examples_are_taken_in_do_not_matter(seed: int) -> None:
    network = in_step(seed, n_outputs=3)  # of two outputs, what is good for one is as bad for the other
    whole = surveyed(network)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(survey, "_ROWS_AT_ONCE", 7)
        parts = surveyed(network)
    for kind in (Connect, Disconnect, Grow, Switch):
        one, other = (sorted((str(it), gain) for gain, it in foretold(its, kind)) for its in (whole, parts))
        shared = dict(one).keys() & dict(other).keys()
        assert len(shared) >= 0.9 * max(len(one), len(other))
        assert all(dict(one)[it] == pytest.approx(dict(other)[it], abs=1e-12) for it in shared)


# --- that it can be done


@given(any_seed, st.integers(1, 4), st.integers(1, 4), st.integers(0, 6))
def test_whatever_is_proposed_fits_and_keeps_the_network_in_step(
    seed: int, n_inputs: int, n_outputs: int, nodes: int
) -> None:
    network = in_step(seed, n_inputs, n_outputs, nodes)
    its = surveyed(network)
    proposals = drawn(its)
    taken = {*network.connections, *network.disabled}
    for proposal in proposals:
        if isinstance(proposal, Connect):
            assert (
                network.layers[proposal.target] % 2 == 0 or proposal.target in network.outputs
            )  # relays keep one source
            if proposal.relay is None:
                assert proposal[:2] not in taken
            else:
                assert relay_of(network, proposal.source, proposal.relay) is None
        child = after(network, proposal)
        assert child != network
        assert_sound(child)
        assert is_invariant(child)
    assert is_invariant(after(network, its.invent(np.random.default_rng(seed))))
    others = [proposal for proposal in proposals if not isinstance(proposal, Grow)]
    assert len(set(others)) == len(others)


@given(any_seed)
def test_one_after_another_too(seed: int) -> None:
    network = in_step(seed, nodes=2)
    its = surveyed(network)
    building = Building(network, its.spare)
    for proposal in [*drawn(its, seed)[:40], its.invent(np.random.default_rng(seed))]:
        proposal.make(building)
        assert is_invariant(building.network)
    assert_sound(building.network)


@given(any_seed, st.integers(1, 12))
def test_any_network_comes_back_into_step(seed: int, mutations: int) -> None:
    """Blind mutations, with disabled connections, constants and all: without its stragglers nothing depends on w."""
    rng, network = np.random.default_rng(seed), in_step(seed, nodes=2)
    for _ in range(mutations):
        network, _ = mutate(network, rng, RATES)
    its = surveyed(network)
    building = Building(network, its.spare)
    for removal in its.stragglers:
        removal.make(building)
    if all(network.activation_of(output) == "linear" for output in network.outputs):
        assert is_invariant(building.network)
    taken = {*network.connections, *network.disabled}
    for proposal in drawn(its):
        assert not (isinstance(proposal, Connect) and proposal.relay is None and proposal[:2] in taken)
        assert_sound(after(network, proposal))


# --- new nodes


def test_patches_are_rectangles_of_an_image() -> None:
    rng, shape = np.random.default_rng(0), (5, 7)
    network, sizes = Network(35, 2, ["linear"] * 2, []), Counter[tuple[int, int]]()
    for _, hears in features_of.new_features(network, rng, shape, 600):
        rows, columns = np.divmod(np.array([pixel for pixel, _ in hears]) - 1, 7)
        height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
        assert len({pixel for pixel, _ in hears}) == len(hears) == height * width
        assert rows.min() >= 0 and rows.max() < 5
        sizes[int(height), int(width)] += 1
        # Contrasts: the first half of the pixels lies on one side of the second, across the longer side.
        along = rows if height >= width else columns
        half = len(hears) // 2
        assert along[:half].max() <= along[half:].min()
    assert set(sizes) == {(h, w) for h in range(1, 5) for w in range(1, 5)} - {(1, 1)}


def test_without_an_image_new_nodes_hear_a_few_inputs() -> None:
    network, heard = Network(30, 2, ["linear"] * 2, []), set[int]()
    for _, hears in features_of.new_features(network, np.random.default_rng(0), None, 300):
        pixels = [pixel for pixel, _ in hears]
        assert len(set(pixels)) == len(pixels) and 2 <= len(pixels) <= 9
        heard |= set(pixels)
    assert heard == set(range(1, 31))


def test_new_nodes_add_up_contrast_and_mix() -> None:
    network = Network(16, 2, ["linear"] * 2, [])
    features = list(features_of.new_features(network, np.random.default_rng(0), (4, 4), 400))
    assert {activation for activation, _ in features} == {"abs", "relu", "linear"}
    signs = [tuple(sign == "inverse" for _, sign in hears) for _, hears in features if len(hears) == 4]
    for kind in [(False,) * 4, (True, True, False, False), (False, False, True, True), (True, False, True, False)]:
        assert kind in signs
