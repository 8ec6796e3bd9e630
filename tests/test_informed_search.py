"""A search whose mutations are informed: it repeats itself, stays in step, and finds more than a blind one."""

import tracemalloc
from types import MappingProxyType

import numpy as np
import pytest
from backends import on_each_backend

import wann_lite as wl
from wann_lite import datasets
from wann_lite.activations import NAMES
from wann_lite.foresight import Foresight
from wann_lite.informed import Grow
from wann_lite.invariance import is_invariant
from wann_lite.search import Search
from wann_lite.survey import Survey, bytes_of_survey
from wann_lite.tasks import Classification

DIGITS = Classification(datasets.digits())


def run(search, generations):
    return list(search.run(generations=generations))


def digits_informed(seed=0, how=MappingProxyType({}), **changes):
    """The preset on 8x8 digits, with less to look at."""
    small = {"population": 12, "elite": 1 / 12, "cull": 11 / 12, "batch": 800, "first_batch": 300, "batch_growth": 4.0}
    small |= {"survey": 300, "validate_every": 12, "max_connections": 200, "shards": 2}
    return Search(DIGITS, wl.SearchConfig.preset("informed", **small | changes), seed=seed, **how)


def without_seconds(records):
    return [record.to_dict() | {"seconds": None} for record in records]


def test_an_informed_search_repeats_itself():
    first, again, other = (digits_informed(seed) for seed in (3, 3, 4))
    records = [without_seconds(run(search, 25)) for search in (first, again, other)]
    assert records[0] == records[1] != records[2]
    assert first.champion == again.champion
    assert first.lineage == again.lineage


@pytest.mark.parametrize("workers", [2, 4])
def test_workers_do_not_change_an_informed_search(workers):
    alone, together = digits_informed(shards=4), digits_informed(shards=4, how={"workers": workers})
    assert without_seconds(run(alone, 14)) == without_seconds(run(together, 14))
    assert alone.champion == together.champion


def test_an_informed_search_is_soon_invariant_and_stays_below_its_cap():
    search = digits_informed(max_connections=150)
    for record in search.run(generations=60):
        sizes = [individual.network.n_connections for individual in search.population]
        assert record.ranked_by == ("price" if record.generation else "connections")
        if record.generation > 1:
            assert max(sizes) <= 150
        if record.generation > 7:
            assert all(is_invariant(individual.network) for individual in search.population)
    assert is_invariant(search.champion) and max(sizes) > 140
    accuracies = search.task.validate(search.champion, (-3.0, -0.4, 0.02, 1.7))
    np.testing.assert_allclose(accuracies, accuracies[0], atol=1e-3)
    assert accuracies[0] > 0.3


def test_informed_mutations_beat_blind_ones():
    """At equal networks, on the same batches; the blind search selects as the preset `default` does."""
    informed = digits_informed()
    last = run(informed, 60)[-1]
    default, kept = wl.SearchConfig(), ("tournament", "elite", "cull", "complexity_ranking", "weights")
    blind = digits_informed(survey=0, **{name: getattr(default, name) for name in kept})
    while blind.networks < informed.networks:
        blind.step()
    assert last.accuracy > 0.5
    assert last.accuracy > blind._best().accuracies.mean() + 0.15


def test_an_informed_lineage_says_all():
    search = digits_informed()
    run(search, 20)
    lineage = search.lineage
    assert lineage.champion == search.champion
    kinds = {mutation.kind for step in lineage.steps for mutation in step.mutations}
    assert {"add_node", "add_connection"} <= kinds
    assert max(len(step.mutations) for step in lineage.steps) > 4


def test_when_nothing_that_is_left_fits_a_mutation_is_blind(monkeypatch):
    search = digits_informed()
    run(search, 13)
    monkeypatch.setattr(Survey, "draw", lambda survey, rng: None)
    # First a new node at random; where not even that can be made, whatever the rates say.
    search.step()
    for child in search.population[1:]:
        kinds = [mutation.kind for mutation in child.birth.mutations]
        assert "add_node" in kinds and "insert_node" not in kinds
    monkeypatch.setattr(Grow, "make", lambda grow, building: None)
    search.step()
    blind = {child.birth.mutations[-1].kind for child in search.population[1:]}
    assert blind <= set(search.config.rates) and "insert_node" in blind


@pytest.mark.parametrize(
    ("x", "classes"),
    [
        (np.random.default_rng(0).normal(size=(60, 20)), 2),  # fewer examples than any batch or survey has
        (np.random.default_rng(0).normal(size=(60, 1)), 2),
        (np.random.default_rng(0).normal(size=(90, 2, 3)), 3),
        (np.random.default_rng(0).normal(size=(60, 20)) * 1e18, 2),
        (np.ones((60, 17)), 2),
    ],
    ids=["tiny", "one input", "small images", "huge", "constant"],
)
@pytest.mark.parametrize("changes", [{}, {"max_connections": 5}, {"max_connections": None, "price": 1.0}], ids=str)
def test_an_informed_search_on_little_data(x, classes, changes):
    dataset = datasets.from_arrays(x, np.arange(len(x)) % classes)
    search = Search(
        Classification(dataset), wl.SearchConfig.preset("informed", population=6, elite=0.2, **changes), seed=1
    )
    run(search, 13)
    assert search.lineage.champion == search.champion


def test_parents_may_share_a_survey_that_was_made_for_one_of_them():
    changes = {"survey": 50, "activations": NAMES, "batch_every": 4, "initial_connections": 0.5}
    config = wl.SearchConfig(population=24, batch=100, **changes)
    search = Search(Classification(datasets.xor(200)), config, seed=0)
    run(search, 40)
    assert len({individual.birth.parent for individual in search.population}) > 3
    assert search.lineage.champion == search.champion


def test_the_price_holds_connections_down():
    sizes = []
    for price in (0.0, 10.0):
        search = digits_informed(price=price, max_connections=120)
        run(search, 60)
        sizes.append(search.leader.network.n_connections)
    assert search._foresight.price > 0
    assert sizes[1] < sizes[0]


@on_each_backend
def test_a_survey_keeps_to_the_memory_too(monkeypatch, backend):
    """What the batch holds and what a survey adds to it are measured in a search that has memory for neither whole."""
    look_around, measured = Foresight.look_around, []

    def watched(foresight, leader, rows):
        tracemalloc.start()
        look_around(foresight, leader, rows)
        measured.append((len(rows), search._engine.n, tracemalloc.get_traced_memory()[1]))
        tracemalloc.stop()
        assert search._engine.shards.held_bytes + measured[-1][2] <= search.config.memory_bytes

    monkeypatch.setattr(Foresight, "look_around", watched)
    changes = {"batch": 1000, "first_batch": 1000, "survey": 1000, "how": {"backend": backend}}
    search = digits_informed(memory="3MB", **changes)
    with pytest.warns(UserWarning, match=r"does not fit into memory='3MB'"):
        run(search, 30)
    surveyed, batch, peak = measured[-1]
    assert 100 < surveyed < 1000 and 100 < batch < 1000
    assert peak > 3e6 / 3  # it uses what it may
    del measured[:]
    search = digits_informed(**changes)
    run(search, 30)
    assert {(surveyed, batch) for surveyed, batch, _ in measured} == {(1000, 1000)}


def test_a_survey_takes_what_is_stated(monkeypatch):
    """Also where its examples come in parts, two of which are there at once."""
    monkeypatch.setattr("wann_lite.survey._ROWS_AT_ONCE", 400)
    search = digits_informed()
    run(search, 30)
    network = search.leader.network
    x, labels = DIGITS.examples
    for n in (300, 400, 600, 1000):
        tracemalloc.start()
        part = x[:n].copy()
        Survey(network, part, labels[:n], 1.0, 1.0, np.random.default_rng(0), DIGITS.image_shape)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert 0.6 < peak / bytes_of_survey(network, n) < 1
