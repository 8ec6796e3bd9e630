"""The search: that it finds what it should, repeats itself, and keeps its champion whatever happens."""

import gc
import json
import math
import threading

import numpy as np
import pytest
from backends import BACKENDS

import wann_lite as wl
from wann_lite import datasets
from wann_lite.losses import accuracy, cross_entropy
from wann_lite.search import MemoryBudgetError, Search
from wann_lite.tasks import Classification

SMALL = {"population": 24, "batch": 100, "initial_connections": 0.5, "validate_every": 5}


@pytest.fixture(params=BACKENDS, autouse=True)
def backend(request, monkeypatch):
    """Every test runs on each backend."""
    monkeypatch.setitem(Search.__init__.__kwdefaults__, "backend", request.param)
    return request.param


def small_search(seed=0, **changes):
    return Search(Classification(datasets.xor(200)), wl.SearchConfig(**SMALL | changes), seed=seed)


def run(search, generations):
    return list(search.run(generations=generations))


def test_it_finds_xor_at_any_weight():
    config = wl.SearchConfig(population=192, batch=200, initial_connections=1.0, validate_every=10)
    search = Search(Classification(datasets.xor()), config, seed=0)
    for generation in search.run(generations=150):
        if generation.accuracy > 0.99:
            break
    score = wl.score(search.champion, search.task.dataset)
    assert score.random.mean() > 0.95
    assert search.champion.n_connections < 60


def test_the_same_seed_gives_the_same_champion_and_another_another():
    first, second, other = small_search(seed=1), small_search(seed=1), small_search(seed=2)
    for search in (first, second, other):
        run(search, 15)
    assert first.champion == second.champion
    assert [a.network for a in first.population] == [b.network for b in second.population]
    assert [a.network for a in first.population] != [b.network for b in other.population]


def test_two_runs_of_a_search_are_one_long_run():
    whole, halves = small_search(), small_search()
    run(whole, 20)
    run(halves, 7)
    run(halves, 13)
    assert whole.champion == halves.champion
    assert whole.generation == halves.generation == 20


def test_asking_for_the_champion_changes_nothing():
    asked, left_alone = small_search(), small_search()
    for _ in asked.run(generations=23):
        assert asked.champion.n_outputs == asked.lineage.champion.n_outputs
    run(left_alone, 23)
    assert asked.champion == left_alone.champion


def test_the_loss_falls():
    search = small_search(batch_every=1000, initial_connections=1.0, population=64)
    records = run(search, 60)
    assert records[-1].loss < 0.9 * records[0].loss
    assert [record.generation for record in records] == list(range(61))


def test_a_record_tells_what_a_replay_shows():
    search = small_search()
    for record in search.run(generations=12):
        best = math.inf
        front = []
        for individual in sorted(search.population, key=lambda who: (who.network.n_connections, who.losses.mean())):
            if individual.losses.mean() < best:
                best = float(individual.losses.mean())
                front.append((individual.network.n_connections, round(best, 5)))
        assert list(record.front) == front
        assert record.loss == search.leader.losses.mean() == min(who.losses.mean() for who in search.population)
        assert min(loss for _, loss in record.front) == pytest.approx(record.loss, abs=1e-5)
        assert np.mean(record.losses) == pytest.approx(record.loss, abs=1e-5)
        assert np.mean(record.accuracies) == pytest.approx(record.accuracy, abs=1e-5)
        assert len(record.accuracies) == len(record.losses) == len(search.config.weights)
    assert len(json.dumps(record.to_dict())) < 1000


def test_a_long_front_is_thinned_and_keeps_its_ends(monkeypatch):
    search = small_search(seed=3, initial_connections=1.0, population=96)
    whole = next(record.front for record in search.run(generations=200) if len(record.front) > 3)
    monkeypatch.setattr("wann_lite.search._FRONT_POINTS", 3)
    thinned = search._front()
    assert len(whole) > len(thinned) == 3
    assert set(thinned) <= set(whole)
    assert (thinned[0], thinned[-1]) == (whole[0], whole[-1])


def test_every_generation_has_its_size_and_its_elite():
    search = small_search(batch_every=1000)
    records = run(search, 3)
    assert len(search.population) == 24
    before = search.population
    search.step()
    elite = [individual for individual in search.population if individual in before]
    assert len(elite) == round(24 * search.config.elite)
    assert search.networks == records[-1].networks + 24 - len(elite)


def test_founders_have_no_hidden_nodes():
    search = small_search()
    search.step()
    assert {individual.network.n_hidden for individual in search.population} == {0}
    assert search.generation == 0


def test_the_losses_are_those_of_the_reference():
    search = small_search(batch=10_000, batch_every=1, scale_free=False)
    run(search, 5)
    data = search.task.dataset
    for individual in search.population:
        outputs = wl.evaluate(individual.network, data.x_train.astype(float), search.config.weights)
        expected = cross_entropy(outputs, data.y_train)
        np.testing.assert_allclose(individual.losses, expected, rtol=1e-3, atol=1e-3)


def test_the_champion_is_chosen_on_validation_examples_and_says_how_it_was_found():
    search = small_search()
    records = run(search, 20)
    champion, data = search.champion, search.task.dataset
    outputs = wl.evaluate(champion, data.x_validation, search.config.weights)
    assert accuracy(outputs, data.y_validation).mean() == pytest.approx(records[-1].accuracy)
    found = champion.found
    assert found["seed"] == 0 and found["generations"] == 20 and found["version"] == wl.__version__
    assert found["settings"] == search.config.to_dict()
    assert champion.shared_weight in search.config.weights
    assert wl.Network.from_json(champion.to_json()) == champion


def test_test_examples_are_not_looked_at(monkeypatch):
    data = datasets.xor(200)
    hidden = datasets.from_arrays(
        data.x_train, data.y_train, x_test=np.zeros_like(data.x_test), y_test=data.y_test, validation=0.25
    )
    shown = datasets.from_arrays(data.x_train, data.y_train, x_test=data.x_test, y_test=data.y_test, validation=0.25)
    champions = []
    for dataset in (hidden, shown):
        search = Search(Classification(dataset), wl.SearchConfig(**SMALL), seed=0)
        run(search, 10)
        champions.append(search.champion)
    assert champions[0] == champions[1]


def test_the_lineage_leads_from_a_founder_to_the_champion():
    search = small_search()
    run(search, 20)
    lineage = search.lineage
    assert lineage.founder.n_hidden == 0
    assert lineage.champion == search.champion
    generations = [step.generation for step in lineage.steps]
    assert generations == sorted(generations) and generations[-1] <= 20


def test_at_the_limit_connections_are_moved():
    search = small_search(max_connections=3, initial_connections=0.5)
    search.step()
    largest = max(3, *(individual.network.n_connections for individual in search.population))
    sizes, births = set(), set()
    for _ in search.run(generations=30):
        sizes |= {individual.network.n_connections for individual in search.population}
        births |= {tuple(mutation.kind for mutation in individual.birth.mutations) for individual in search.population}
    assert 3 <= max(sizes) <= largest
    assert ("remove_connection", "add_connection") in births
    assert all(kinds[0] == "remove_connection" for kinds in births if len(kinds) > 1)


def test_only_the_allowed_activations_appear():
    search = small_search(activations=("abs", "inverse"))
    run(search, 20)
    hidden = {name for individual in search.population for name in individual.network.activations[2:]}
    assert hidden <= {"abs", "inverse"}


def test_leaving_the_loop_keeps_the_champion():
    search = small_search()
    for generation in search.run():
        if generation.generation == 3:
            break
    assert search.champion.n_outputs == 2


def test_an_interruption_keeps_the_champion(monkeypatch):
    search = small_search()
    run(search, 5)

    def interrupted(plans):
        next(iter(plans))
        raise KeyboardInterrupt

    monkeypatch.setattr(search._engine.shards, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(search, 1)
    monkeypatch.undo()
    assert search.champion.n_outputs == 2
    assert search.generation == 5
    run(search, 2)
    assert search.generation == 7


def test_it_stops_when_told_from_another_thread():
    search = small_search()
    seen = threading.Event()

    def loop():
        for _ in search.run():
            seen.set()

    thread = threading.Thread(target=loop)
    thread.start()
    assert seen.wait(60)
    search.stop()
    thread.join(60)
    assert not thread.is_alive()
    assert search.champion.n_outputs == 2


def test_it_ends_at_the_settings_last_generation():
    search = small_search(generations=4)
    assert run(search, 100)[-1].generation == 4
    assert list(search.run()) == []


def test_dead_lines_are_freed():
    search = small_search()
    run(search, 60)
    gc.collect()
    alive = sum(isinstance(thing, wl.Network) for thing in gc.get_objects())
    assert alive < 60 * 24


@pytest.mark.parametrize("minutes", [0, -1, float("nan"), float("inf"), "5", True])
def test_minutes_must_be_positive(minutes):
    with pytest.raises(ValueError, match="minutes"):
        small_search().run(minutes=minutes)


@pytest.mark.parametrize("generations", [0, -3, True, 2.5, "5"])
def test_generations_must_be_positive(generations):
    with pytest.raises(ValueError, match="generations"):
        small_search().run(generations=generations)


@pytest.mark.parametrize("seed", [-1, 1.5, "one", None, True])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(ValueError, match="seed"):
        small_search(seed=seed)


def test_a_champion_needs_a_search():
    with pytest.raises(ValueError, match="has not begun"):
        _ = small_search().champion
    with pytest.raises(ValueError, match="has not begun"):
        _ = small_search().lineage
    with pytest.raises(ValueError, match="has not begun"):
        _ = small_search().leader


def test_a_task_is_a_task():
    with pytest.raises(ValueError, match="not a task"):
        Search(datasets.xor(200))
    with pytest.raises(ValueError, match="not a data set"):
        Classification("mnist")


def test_settings_are_settings():
    with pytest.raises(ValueError, match="a dict is not settings"):
        Search(Classification(datasets.xor(200)), {"population": 8})


def test_it_runs_on_digits():
    search = Search(Classification(datasets.digits()), wl.SearchConfig.preset("fast", population=48), seed=0)
    records = run(search, 200)
    assert records[-1].accuracy > 0.25
    assert str(records[-1]).startswith("generation   200")


# --- memory


def test_a_batch_is_no_larger_than_memory_allows(backend):
    config = wl.SearchConfig(population=48, batch=900, first_batch=900, batch_every=3, memory="10 MB")
    search = Search(Classification(datasets.digits()), config, seed=0)
    sizes = []
    with pytest.warns(UserWarning, match=r"900 examples does not fit into memory='10 MB'.*allow more memory") as told:
        for _ in range(20):
            search.step()
            engine = search._engine
            sizes.append(engine.n)
            allowed = engine.bytes_of_batch(engine.n, engine.bytes_per_example(engine._held))
            assert engine.shards.held_bytes <= allowed <= 1e7
    assert len(told) == 1
    assert sizes[0] == (900 if backend == "numpy" else 3 * 256) and 100 <= min(sizes) < sizes[0]


def test_many_small_shards_take_more_memory_where_examples_come_in_blocks(backend):
    """Sixteen shards of 50 examples: memory for 50 each in numpy, for whole blocks of 256 in compiled code."""
    config = wl.SearchConfig(**SMALL | {"batch": 800, "first_batch": 800, "shards": 16})
    search = Search(Classification(datasets.xor(2000)), config, seed=0)
    run(search, 5)
    engine, taken = search._engine, 800 if backend == "numpy" else 16 * 256
    assert engine.n == 800
    per_example = engine.bytes_per_example(engine._held)
    assert engine.bytes_of_batch(800, per_example) == per_example * taken
    assert engine.shards.held_bytes <= per_example * taken


def test_memory_that_one_network_does_not_fit_into_is_refused():
    search = small_search(memory="10 kB")
    with pytest.raises(MemoryBudgetError, match=r"memory is '10 kB'.*allow more, or a smaller population") as caught:
        search.step()
    enough = small_search(memory=caught.value.enough)
    run(enough, 3)
    assert enough.generation == 3


def test_memory_without_a_unit_is_refused():
    with pytest.raises(ValueError, match="memory is 'plenty': give a number and a unit, such as '500MB'"):
        small_search(memory="plenty")
