"""Kin, plain and compiled: the same random numbers give both the same children, nodes and steps."""

from itertools import chain

import numpy as np
import pytest
from backends import BACKENDS, on_each_backend
from hypothesis import given, settings
from hypothesis import strategies as st
from test_engine import RATES, SMOOTH, batch, grown

from wann_lite.activations import NAMES
from wann_lite.engine import Engine
from wann_lite.mutation import apply, mutate
from wann_lite.network import Network
from wann_lite.topology import group_by_source, layers_of
from wann_lite.variation import Variation

NONE = -2147483648
RARE = {"insert_node": 0.6, "change_activation": 0.4, "add_connection": 0.01}
ONLY_COMPILED = pytest.mark.parametrize("backend", BACKENDS[1:])


def family(backend, seed, founders=3, steps=12, inputs=6, outputs=3, **options):
    """An engine that holds some networks, and those."""
    rng = np.random.default_rng(seed)
    x, labels = batch(rng, 20, inputs, outputs)
    engine = Engine(x, labels, outputs, (-1.0, 1.5), backend=backend, **options)
    engine.change_batch(np.arange(20), keep=[])
    population = engine.found([grown(rng, inputs, outputs, steps) for _ in range(founders)])
    engine.hold(population)
    return engine, population


def consistent(network):
    """What the engine says of a network is what its connections say."""
    assert network == Network(network.n_inputs, network.n_outputs, network.activations, *pairs(network))
    assert network.layers == layers_of(network.sources, network.disabled_sources, network.first)
    assert network.targets == group_by_source(network.sources, network.first)
    return True


def pairs(network):
    return network.connections, network.disabled


def written(kinship, plan):
    """A plain plan as the compiled graph writes it."""
    places, own = kinship.nodes, {}

    def name(number):
        return own[number] if number in own else number if number < kinship.first else places[number]

    numbers = [plan.parent, len(plan.steps)]
    for step in plan.steps:
        its = -1 - len(own)
        base = NONE if step.base is None else name(step.base)
        numbers += [its, NAMES.index(step.activation), step.is_output, step.thin, base]
        numbers += [len(step.plus), len(step.minus), *map(name, step.plus), *map(name, step.minus)]
        own[step.node] = its
    changed = [[place, name(node), NAMES.index(activation)] for place, node, activation in plan.changed]
    return [*numbers, len(changed), *chain.from_iterable(changed)]


@ONLY_COMPILED
@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    limit=st.sampled_from([None, 1, 10, 25]),
    rates=st.sampled_from([RATES, RATES | {"remove_connection": 1.0}, RARE]),
    activations=st.sampled_from([NAMES, ("sin", "tanh"), ("linear",)]),
)
def test_the_same_chance_gives_the_same_kin(backend, seed, limit, rates, activations):
    """Generation after generation, on both backends: mutations, networks, nodes, plans."""
    kin = [family(name, seed) for name in ("numpy", backend)]
    rngs = [np.random.default_rng(seed) for _ in kin]
    variation = Variation(rates, activations, limit)
    chooser = np.random.default_rng(seed + 1)
    for generation in range(8):
        chosen = chooser.integers(len(kin[0][1]), size=12)
        made, broods = [], []
        for (engine, population), rng in zip(kin, rngs, strict=True):
            born = []
            made.append(list(engine.kinship.brood([population[i] for i in chosen], variation, rng, born)))
            broods.append(born)
        assert rngs[0].bit_generator.state == rngs[1].bit_generator.state
        programs = [number for program in made[1] for number in program.numbers()]
        assert programs == [number for plan in made[0] for number in written(kin[1][0].kinship, plan)]
        for plain, compiled, i in zip(*broods, chosen, strict=True):
            assert plain.mutations == compiled.mutations
            assert (plain.n_connections, plain.n_hidden) == (compiled.n_connections, compiled.n_hidden)
            assert plain.network == compiled.network and consistent(compiled.network)
            child = kin[1][1][i].network
            for mutation in compiled.mutations:
                child = apply(child, mutation)
            assert child == compiled.network and child.layers == compiled.network.layers
            assert kin[0][0].kinship.numbers(plain) == kin[1][0].kinship.numbers(compiled)
        survivors = chooser.permutation(12)[:4]
        for (engine, population), born in zip(kin, broods, strict=True):
            population[:] = [population[0], *(born[i] for i in survivors)]
            if generation % 3 == 2:
                engine.change_batch(np.arange(20), keep=population)
            else:
                engine.hold(population)
        states = [engine.kinship.state() for engine, _ in kin]
        for name, value in states[0].items():
            np.testing.assert_array_equal(value, states[1][name], err_msg=name)
        for plain, compiled in zip(kin[0][1], kin[1][1], strict=True):
            np.testing.assert_allclose(plain.losses, compiled.losses, rtol=0.05)


@ONLY_COMPILED
@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_networks_made_elsewhere_have_the_same_nodes_and_plans(backend, seed):
    """Of children that several mutations made, and of those who have them in turn."""
    kin = [family(name, seed, founders=1) for name in ("numpy", backend)]
    rng = np.random.default_rng(seed)
    for _ in range(5):
        child = kin[0][1][0].network
        for _ in range(rng.integers(1, 5)):
            child, _ = mutate(child, rng, RATES, SMOOTH)
        made = []
        for engine, population in kin:
            born = []
            made.append(list(engine.kinship.children([(child, population[0])], born)))
            population[:] = born
        assert made[1][0].numbers() == written(kin[1][0].kinship, made[0][0])
        assert kin[0][0].kinship.numbers(kin[0][1][0]) == kin[1][0].kinship.numbers(kin[1][1][0])
        for engine, population in kin:
            engine.hold(population)
        assert set(kin[0][0].graph.nodes) == set(kin[1][0].graph.nodes)


@on_each_backend
def test_a_brood_has_the_losses_of_its_networks(backend):
    """Whoever draws them: children from the engine, and the same networks from outside."""
    engine, population = family(backend, 3)
    variation = Variation(RATES, SMOOTH)
    brood = engine.brood(population * 10, variation, np.random.default_rng(5))
    rng = np.random.default_rng(5)
    pairs = [(variation.varied(parent.network, rng)[0], parent) for parent in population * 10]
    assert [child.network for child in brood] == [network for network, _ in pairs]
    for child, same in zip(brood, engine.children(pairs), strict=True):
        np.testing.assert_allclose(child.losses, same.losses, rtol=1e-5)


@on_each_backend
def test_where_nothing_can_be_changed_there_is_no_brood(backend):
    engine, _ = family(backend, 1)
    bare = engine.found([Network(6, 3, ["linear"] * 3, [])])
    engine.hold(bare)
    for variation in (Variation({"remove_connection": 1.0}, SMOOTH), Variation(RATES, SMOOTH, 0)):
        with pytest.raises(ValueError, match="none of remove_connection can change this network"):
            engine.brood(bare, variation, np.random.default_rng(0))


@on_each_backend
def test_a_brood_needs_parents_that_are_held(backend):
    engine, population = family(backend, 2)
    engine.hold(population[:1])
    with pytest.raises(ValueError, match="hold it"):
        engine.brood(population, Variation(RATES, SMOOTH), np.random.default_rng(0))


@on_each_backend
def test_a_full_network_gives_way_to_another_kind(backend):
    """No connection can be added where all are there, and the guesses end."""
    full = Network(2, 1, ["linear"], [(0, 3), (1, 3), (2, 3)])
    rng = np.random.default_rng(0)
    x, labels = batch(rng, 20, 2, 1)
    engine = Engine(x, labels, 1, (1.0,), scale_free=False, backend=backend)
    engine.change_batch(np.arange(20), keep=[])
    population = engine.found([full])
    engine.hold(population)
    [child] = engine.brood(population, Variation({"add_connection": 1.0, "insert_node": 0.001}, ("tanh",)), rng)
    assert [mutation.kind for mutation in child.mutations] == ["insert_node"]
    with pytest.raises(ValueError, match="none of add_connection, enable_connection can change"):
        engine.brood(population, Variation({"add_connection": 1.0, "enable_connection": 1.0}, ("tanh",)), rng)


@on_each_backend
def test_the_last_choice_is_found_where_guesses_fail(backend):
    """One connection of 1,000 is missing: after two hundred guesses the rest are listed."""
    connections = [(source, target) for source in range(100) for target in range(100, 110)]
    del connections[537]
    network = Network(99, 10, ["linear"] * 10, connections)
    rng = np.random.default_rng(1)
    x, labels = batch(rng, 20, 99, 10)
    engine = Engine(x, labels, 10, (1.0,), backend=backend)
    engine.change_batch(np.arange(20), keep=[])
    population = engine.found([network])
    engine.hold(population)
    for child in engine.brood(population * 10, Variation({"add_connection": 1.0}, ("tanh",)), rng):
        assert child.network.n_connections == 1000
