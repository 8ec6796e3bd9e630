"""The engine against the reference: whatever it computes incrementally, `evaluate` computes from scratch."""

import subprocess
import sys

import numpy as np
import pytest
from backends import on_each_backend
from hypothesis import given
from hypothesis import strategies as st

from wann_lite.activations import NAMES
from wann_lite.engine import Engine
from wann_lite.engine.graph import Graph
from wann_lite.engine.plan import Step
from wann_lite.evaluate import SEARCH_WEIGHTS, evaluate
from wann_lite.losses import cross_entropy, scale_free_cross_entropy
from wann_lite.mutation import add_connection, change_activation, insert_node, mutate, remove_connection
from wann_lite.network import Network

# The step jumps where its sum is zero, and two orders of adding the same numbers may fall on different sides of it.
SMOOTH = tuple(name for name in NAMES if name != "step")
# A sine or cosine of pi x triples any rounding, and a chain of them on a single example leaves few digits to compare.
GENTLE = tuple(name for name in SMOOTH if name not in ("sin", "cos"))
RATES = {
    "add_connection": 0.4,
    "insert_node": 0.25,
    "enable_connection": 0.05,
    "change_activation": 0.2,
    "remove_connection": 0.1,
}


def batch(rng, n, inputs, classes):
    return rng.random((n, inputs)).astype(np.float32), rng.integers(classes, size=n)


def grown(rng, inputs, outputs, steps, activations=SMOOTH):
    network = Network.sparse(inputs, outputs, 0.3, rng)
    for _ in range(steps):
        network, _ = mutate(network, rng, RATES, activations)
    return network


def engine_on(x, labels, outputs, weights=SEARCH_WEIGHTS, scale_free=True, **options):
    """An engine whose batch is all of x."""
    engine = Engine(x, labels, outputs, weights, scale_free, **options)
    engine.change_batch(np.arange(len(x)), keep=[])
    return engine


def found(engine, network):
    return engine.found([network])[0]


def child_of(engine, parent, network):
    return engine.children([(network, parent)])[0]


def loss_at_scale(network, x, labels, weights, scale, dtype=np.float64):
    return cross_entropy(evaluate(network, x.astype(dtype), weights) * scale[:, None, None], labels)


def agrees(losses, network, x, labels, weights, scale):
    """To 1e-4 relative, plus what float32 loses in the reference itself: a chain of sines magnifies any rounding."""
    exact = loss_at_scale(network, x, labels, weights, scale)
    rounded = loss_at_scale(network, x, labels, weights, scale, np.float32)
    return np.all(np.abs(losses - exact) <= 5e-5 + 1e-4 * exact + 20 * np.abs(rounded - exact))


# --- by hand


@on_each_backend
def test_two_examples_by_hand(backend):
    """One connection, bias to the first of two outputs: at weight w the outputs are (w, 0) for every example."""
    engine = engine_on(np.array([[5.0], [7.0]]), np.array([0, 1]), 2, [1.0, 2.0], scale_free=False, backend=backend)
    losses = found(engine, Network(1, 2, ["linear", "linear"], [(0, 2)])).losses
    # The mean of -log(e^w / (e^w + 1)) and -log(1 / (e^w + 1)) is log(e^w + 1) - w/2.
    np.testing.assert_allclose(losses, np.log(np.exp([1.0, 2.0]) + 1) - [0.5, 1.0], rtol=1e-6)


@on_each_backend
def test_without_connections_the_loss_is_the_logarithm_of_the_classes(backend):
    for scale_free in (False, True):
        engine = engine_on(*batch(np.random.default_rng(0), 20, 3, 4), 4, SEARCH_WEIGHTS, scale_free, backend=backend)
        founder = found(engine, Network(3, 4, ["linear"] * 4, []))
        np.testing.assert_allclose(founder.losses, np.log(4), rtol=1e-6)


@on_each_backend
def test_a_network_that_told_nothing_apart_has_children_that_do(backend):
    """Its outputs have no scale that could be handed down."""
    rng = np.random.default_rng(0)
    x, labels = batch(rng, 50, 2, 2)
    engine = engine_on(x, labels, 2, [-1.0, 1.0], backend=backend)
    founder = found(engine, Network(2, 2, ["linear"] * 2, []))
    engine.hold([founder])
    network, _ = add_connection(founder.network, 1, 3)
    child = child_of(engine, founder, network)
    outputs = evaluate(network, x, [-1.0, 1.0])
    np.testing.assert_allclose(child.losses, scale_free_cross_entropy(outputs, labels), rtol=1e-5)


@on_each_backend
def test_two_equal_nodes_count_twice(backend):
    """Distinct nodes are shared, but a sum over two equal nodes is twice their output."""
    twin = Network(1, 2, ["linear", "linear", "tanh", "tanh"], [(1, 4), (1, 5), (4, 2), (5, 2)])
    single = Network(1, 2, ["linear", "linear", "tanh"], [(1, 4), (4, 2)])
    x, labels = batch(np.random.default_rng(0), 30, 1, 2)
    engine = engine_on(x, labels, 2, [1.0], scale_free=False, backend=backend)
    losses = [found(engine, network).losses for network in (twin, single)]
    for network, loss in zip((twin, single), losses, strict=True):
        np.testing.assert_allclose(loss, cross_entropy(evaluate(network, x, [1.0]), labels), rtol=1e-5)
    assert not np.isclose(*losses)
    twins_child, _ = remove_connection(twin, 5, 2)
    parent = found(engine, twin)
    engine.hold([parent])
    np.testing.assert_allclose(child_of(engine, parent, twins_child).losses, losses[1], rtol=1e-5)


@on_each_backend
def test_step_agrees_on_whole_numbers(backend):
    """Sums of zeros and ones are exact, so both sides see the same side of the step."""
    rng = np.random.default_rng(3)
    x, labels = rng.integers(2, size=(60, 6)).astype(np.float32), rng.integers(3, size=60)
    engine = engine_on(x, labels, 3, scale_free=False, backend=backend)
    for _ in range(20):
        network = grown(rng, 6, 3, 15, ("step", "linear", "abs"))
        expected = cross_entropy(evaluate(network, x, SEARCH_WEIGHTS), labels)
        np.testing.assert_allclose(found(engine, network).losses, expected, rtol=1e-4)


@on_each_backend
@pytest.mark.parametrize("output", ["tanh", "abs", "gaussian"])
def test_outputs_with_an_activation_agree_with_the_reference(output, backend):
    rng = np.random.default_rng(8)
    x, labels = batch(rng, 200, 5, 3)
    engine = engine_on(x, labels, 3, backend=backend)
    parent = found(engine, Network.sparse(5, 3, 0.5, rng, output=output))
    engine.hold([parent])
    for _ in range(30):
        network, _ = mutate(parent.network, rng, RATES, SMOOTH)
        losses = child_of(engine, parent, network).losses
        assert agrees(losses, network, x, labels, SEARCH_WEIGHTS, parent._scale)


# --- families


@on_each_backend
@given(
    seed=st.integers(0, 2**32 - 1),
    shards=st.sampled_from([1, 1, 3]),
    scale_free=st.booleans(),
    inputs=st.integers(1, 12),
    outputs=st.integers(2, 5),
    n=st.sampled_from([1, 7, 100, 600]),
    weights=st.sampled_from([SEARCH_WEIGHTS, (1.5,), (-0.3, 0.3)]),
)
def test_families_agree_with_the_reference(backend, seed, shards, scale_free, inputs, outputs, n, weights):
    """Three generations on each of three batches, children by one to three mutations."""
    rng = np.random.default_rng(seed)
    data, classes = batch(rng, 3 * n, inputs, outputs)
    engine = Engine(data, classes, outputs, weights, scale_free, backend=backend, shards=shards)
    activations = SMOOTH if n >= 100 else GENTLE
    rows = np.arange(n)
    x, labels = data[rows], classes[rows]
    engine.change_batch(rows, keep=[])
    population = [found(engine, grown(rng, inputs, outputs, 4, activations)) for _ in range(4)]
    for generation in range(9):  # rounds of three on each batch
        if generation % 3 == 0 and generation:
            rows += n
            x, labels = data[rows], classes[rows]
            engine.change_batch(rows, keep=population)
            for held in population:
                assert agrees(held.losses, held.network, x, labels, weights, held._scale)
        else:
            engine.hold(population)
        children = []
        for parent in population:
            for _ in range(3):
                network = parent.network
                for _ in range(rng.integers(1, 4)):
                    network, _ = mutate(network, rng, RATES, activations)
                child = child_of(engine, parent, network)
                children.append((child, parent._scale))
        losses = [child.losses for child, _ in children]
        engine.hold([*population, *(child for child, _ in children)])
        for (child, scale), loss in zip(children, losses, strict=True):
            # A child whose losses do not fit its parent's scale is given its own.
            assert any(agrees(loss, child.network, x, labels, weights, s) for s in (scale, child._scale))
        children = [child for child, _ in children]
        population = [children[i] for i in rng.choice(len(children), 4, replace=False)]


@on_each_backend
def test_the_scale_follows_the_best_from_batch_to_batch(backend):
    rng = np.random.default_rng(4)
    data, classes = batch(rng, 8000, 12, 4)
    engine = Engine(data, classes, 4, SEARCH_WEIGHTS, backend=backend, shards=2)
    engine.change_batch(np.arange(2000), keep=[])
    individual = found(engine, grown(rng, 12, 4, 20))
    for generation in range(12):
        if generation % 3 == 0:
            rows = rng.choice(8000, 2000, replace=False)
            engine.change_batch(rows, keep=[individual])
            outputs = evaluate(individual.network, data[rows], SEARCH_WEIGHTS)
            np.testing.assert_allclose(individual.losses, scale_free_cross_entropy(outputs, classes[rows]), rtol=0.01)
        else:
            engine.hold([individual])
        individual = child_of(engine, individual, mutate(individual.network, rng, RATES, SMOOTH)[0])


@on_each_backend
def test_drift_stays_small_over_a_hundred_generations_on_one_batch(backend):
    rng = np.random.default_rng(5)
    x, labels = batch(rng, 200, 20, 4)
    engine = engine_on(x, labels, 4, scale_free=False, backend=backend)
    individual = found(engine, grown(rng, 20, 4, 10))
    for _ in range(100):
        engine.hold([individual])
        network, _ = mutate(individual.network, rng, RATES, SMOOTH)
        individual = child_of(engine, individual, network)
    expected = cross_entropy(evaluate(individual.network, x.astype(float), SEARCH_WEIGHTS), labels)
    np.testing.assert_allclose(individual.losses, expected, rtol=1e-4)


@on_each_backend
def test_holding_a_child_gives_the_loss_that_its_evaluation_gave(backend):
    rng = np.random.default_rng(6)
    engine = engine_on(*batch(rng, 64, 10, 3), 3, backend=backend)
    parent = found(engine, grown(rng, 10, 3, 20))
    engine.hold([parent])
    children = [child_of(engine, parent, mutate(parent.network, rng, RATES, SMOOTH)[0]) for _ in range(20)]
    before = [child.losses.copy() for child in children]
    engine.hold(children)
    for child, losses in zip(children, before, strict=True):
        assert child.held
        np.testing.assert_allclose(child.losses, losses, rtol=1e-5)


# --- what it costs


def operations_of(engine, network, parent):
    (shard,) = engine.shards.shards
    before = shard.operations
    child_of(engine, parent, network)
    return shard.operations - before


def held(network, x, labels, outputs=10):
    engine = engine_on(x, labels, outputs, backend="numpy")
    parent = found(engine, network)
    engine.hold([parent])
    return engine, parent


@pytest.mark.parametrize("to_hidden", [False, True])
def test_adding_a_connection_costs_the_same_at_100_and_at_2000_connections(to_hidden):
    """To an output, and to a hidden node that one output listens to."""
    rng = np.random.default_rng(7)
    x, labels = batch(rng, 40, 256, 10)
    costs = []
    for fraction in (0.035, 0.75):
        network = Network.sparse(256, 10, fraction, rng)
        source, target = network.connections[0]
        network, mutation = insert_node(network, source, target, "tanh")
        node = mutation.node if to_hidden else target
        engine, parent = held(network, x, labels)
        free = next(s for s in range(1, 257) if s not in network.sources_of(node))
        child, _ = add_connection(network, free, node)
        costs.append((child.n_connections, operations_of(engine, child, parent)))
    (few, cost_of_few), (many, cost_of_many) = costs
    assert few < 150 and many > 1900
    assert cost_of_few == cost_of_many <= 20


def test_a_node_that_another_network_holds_is_not_computed_again():
    rng = np.random.default_rng(8)
    x, labels = batch(rng, 40, 20, 3)
    founder = grown(rng, 20, 3, 10)
    engine, parent = held(founder, x, labels, outputs=3)
    child, _ = change_activation(founder, founder.hidden[0], "abs" if founder.activations[3] != "abs" else "cos")
    first = operations_of(engine, child, parent)
    sibling = child_of(engine, parent, child)
    engine.hold([parent, sibling])
    assert operations_of(engine, child, parent) < first


def test_the_population_is_one_graph():
    """Forty children of one parent hold hardly more distinct nodes than it."""
    rng = np.random.default_rng(9)
    x, labels = batch(rng, 20, 30, 4)
    network = grown(rng, 30, 4, 150)
    engine, parent = held(network, x, labels, outputs=4)
    children = engine.children((mutate(network, rng, RATES, SMOOTH)[0], parent) for _ in range(40))
    engine.hold([parent, *children])
    assert len(engine.graph) < len(network.activations) + 40 * 12
    engine.hold([parent])
    assert len(engine.graph) <= len(network.activations)


@on_each_backend
def test_what_no_living_network_uses_is_forgotten(backend):
    rng = np.random.default_rng(10)
    engine = engine_on(*batch(rng, 30, 12, 3), 3, backend=backend)
    row = 4 * 6 * (30 if backend == "numpy" else 256)
    population = [found(engine, grown(rng, 12, 3, 10)) for _ in range(5)]
    for generation in range(60):
        if generation % 4 == 0:
            engine.change_batch(np.arange(30), keep=population)
        else:
            engine.hold(population)
        used = {number for individual in population for number in engine.kinship.numbers(individual)}
        assert set(engine.graph.nodes) == used
        # Sums and outputs of nodes; for each loss columns, a reference and a total.
        assert engine.shards.held_bytes <= row * (2 * len(used) + 5 * len(population))
        population = [child_of(engine, p, mutate(p.network, rng, RATES, SMOOTH)[0]) for p in population]


def test_a_sum_over_inputs_is_kept_once_for_all_weights():
    x, labels = batch(np.random.default_rng(11), 50, 4, 2)
    network = Network(4, 2, ["linear", "linear", "tanh"], [(1, 7), (2, 7), (7, 5), (3, 6)])
    engine, _ = held(network, x, labels, outputs=2)
    shapes = sorted(array.shape for array in engine.shards.shards[0]._sums.values())
    assert shapes == [(6, 50), (50,), (50,)]


# --- errors


def test_a_child_needs_a_parent_that_is_held():
    x, labels = batch(np.random.default_rng(12), 10, 3, 2)
    engine = Engine(x, labels, 2, SEARCH_WEIGHTS)
    with pytest.raises(RuntimeError, match="change_batch"):
        found(engine, Network(3, 2, ["linear"] * 2, [(1, 4)]))
    engine.change_batch(np.arange(10), keep=[])
    founder = found(engine, Network(3, 2, ["linear"] * 2, [(1, 4)]))
    child, _ = add_connection(founder.network, 2, 4)
    with pytest.raises(ValueError, match="hold it"):
        child_of(engine, founder, child)


def test_a_node_is_rebuilt_from_its_origin_only_while_that_is_held():
    graph = Graph(3, 1)
    relay = graph.number("tanh", (1,), False)
    origin = graph.number("linear", (1, 2, relay), True)
    node = graph.number("linear", (1, 2, 3, relay), True, origin)
    from_origin = Step(node, "linear", True, False, origin, (3,), ())
    from_scratch = Step(node, "linear", True, False, None, (1, 2, 3, relay), ())
    for wanted, step in (
        ({origin}, from_origin),
        ({origin}, from_origin),
        (set(), from_scratch),
        ({origin}, from_origin),
    ):
        assert list(graph.steps({relay, node} | wanted))[-1] == step


@on_each_backend
def test_whoever_was_let_go_is_rebuilt(backend):
    """As after an interruption in the middle of a generation, when the old population is all there is."""
    rng = np.random.default_rng(13)
    x, labels = batch(rng, 50, 8, 3)
    engine = engine_on(x, labels, 3, backend=backend)
    founder = found(engine, grown(rng, 8, 3, 10))
    engine.hold([founder])
    children = [child_of(engine, founder, mutate(founder.network, rng, RATES, SMOOTH)[0]) for _ in range(5)]
    engine.change_batch(np.arange(50), keep=[])
    assert not founder.held and len(engine.graph) == 0
    engine.hold(children)
    for child in children:
        outputs = evaluate(child.network, x, SEARCH_WEIGHTS)
        np.testing.assert_allclose(child.losses, scale_free_cross_entropy(outputs, labels), rtol=0.02)
        child_of(engine, child, mutate(child.network, rng, RATES, SMOOTH)[0])


@on_each_backend
def test_outputs_that_overflow_are_the_worst_there_is_and_not_an_error(backend):
    chain = Network(1, 2, ["linear", "linear", *["linear"] * 140], [])
    for node in range(4, 144):
        source = 1 if node == 4 else node - 1
        chain = Network(1, 2, chain.activations, [*chain.connections, (source, node)])
    chain = Network(1, 2, chain.activations, [*chain.connections, (143, 2)])
    engine = engine_on(np.ones((4, 1)), np.array([0, 1, 0, 1]), 2, [1.0, 2.0], scale_free=False, backend=backend)
    assert found(engine, chain).losses.tolist()[1] == np.inf


# --- memory

COLLECT = """
import gc, sys, weakref
import wann_lite as wl
from wann_lite import datasets, tasks

class Holder:
    pass

backend, young, workers = sys.argv[1], sys.argv[2] == "young", int(sys.argv[3])
task = tasks.Classification(datasets.circles())
config = wl.SearchConfig(population=32, batch=200, first_batch=200, initial_connections=1.0, rates={"insert_node": 1.0})
for generations in range(1, 6):
    holder = Holder()
    holder.itself = holder
    holder.search = wl.Search(task, config, seed=0, backend=backend, workers=workers)
    for generation in holder.search.run(generations=generations):
        if young and generation.generation == 1:
            gc.collect(0)  # what is there so far grows old, and is taken to pieces before the rest
    watched = [weakref.ref(holder), weakref.ref(holder.search)]
    del holder, generation
    gc.collect()
    assert [watch() for watch in watched] == [None, None]
print("collected")
"""


@on_each_backend
@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("age", ["old", "young"])
def test_a_search_that_is_part_of_a_cycle_can_be_collected(backend, age, workers):
    """In a process of its own, which a fault here would end."""
    command = [sys.executable, "-c", COLLECT, backend, age, workers]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "collected\n", "")
