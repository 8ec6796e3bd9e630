"""The networks that ship: each obeys the rules of weight agnostic networks, and does what its file says."""

import json
from importlib.resources import files

import numpy as np
import pytest
from packaging.version import Version

import wann_lite as wl
from wann_lite import champions, datasets
from wann_lite.activations import NAMES
from wann_lite.evaluate import SEARCH_WEIGHTS
from wann_lite.invariance import is_invariant
from wann_lite.losses import accuracy
from wann_lite.scoring import RANDOM_WEIGHTS, SINGLE_LAYER

# `Search.champion` writes all but the last, which benchmarks/ship_champions.py adds.
KEYS = {
    *("by", "version", "task", "seed", "generations", "networks", "seconds"),
    *("validation_accuracy", "settings", "score"),
}
each = pytest.mark.parametrize("name", champions.NAMES)
INFORMED = [name for name in champions.NAMES if name.startswith(("mnist_informed", "mnist_small"))]
# The searches of these ended before lineages were shipped.
WITHOUT_LINEAGE = ("mnist", "mnist_cross_entropy")


def text_of(name):
    return files(champions).joinpath(f"{name}.json").read_text(encoding="utf-8")


def settings_of(network):
    return wl.SearchConfig(**network.found["settings"])


def test_what_lessons_load_is_there():
    assert {"mnist", "mnist_cross_entropy"} <= set(champions.NAMES)


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match=r"^unknown champion 'nobody': use one of mnist, .* or mnist_informed$"):
        champions.load("nobody")


@each
def test_its_file_is_what_the_package_would_write(name):
    network = champions.load(name)
    assert network.to_json() == text_of(name)
    again = wl.Network.from_json(network.to_json())
    assert again == network
    assert (again.found, again.shared_weight) == (network.found, network.shared_weight)


@each
def test_it_is_a_weight_agnostic_network(name):
    network, fields = champions.load(name), json.loads(text_of(name))
    assert network.weights is None and fields["weights"] is None
    assert set(network.activations[: network.n_outputs]) == {"linear"}
    assert len(NAMES) == 10 and set(network.activations) <= set(NAMES)
    assert network.n_hidden > 0
    pairs = [tuple(pair) for pair in fields["connections"] + fields["disabled"]]
    assert len(set(pairs)) == len(pairs)  # a pair twice would be a weight of 2


@pytest.mark.parametrize("name", INFORMED)
def test_an_informed_champion_cannot_mind_the_weight(name):
    network = champions.load(name)
    assert is_invariant(network)
    x = datasets.mnist().x_test[:200]
    at_one, *others = wl.evaluate(network, x.astype(float), [1.0, -1.0, 0.05, -1.95])
    for outputs in others:
        ratio = np.divide(outputs, at_one, where=at_one != 0, out=np.full_like(at_one, np.nan))
        assert np.nanmin(ratio) > 0
        np.testing.assert_allclose(outputs, np.nanmedian(ratio) * at_one, rtol=1e-6, atol=1e-12)


@each
def test_it_does_on_test_examples_what_its_file_says(name):
    network, digits = champions.load(name), datasets.mnist()
    claim = network.found["score"]
    x, labels = digits.x_test, digits.y_test
    right = [accuracy(wl.evaluate(network, x, [weight], backend="numpy")[0], labels) for weight in RANDOM_WEIGHTS]
    assert claim["random"]["weights"] == list(RANDOM_WEIGHTS) and claim["images"] == len(labels) == 10_000
    # Sums are rounded in another order elsewhere, which may decide for another class where two are level.
    assert right == pytest.approx(claim["random"]["accuracies"], abs=5e-4)
    assert np.mean(right) == pytest.approx(claim["random"]["mean"], abs=2e-4)
    assert np.std(right) == pytest.approx(claim["random"]["sd"], abs=2e-4)
    six = wl.evaluate(network, x.astype(float), SEARCH_WEIGHTS, backend="numpy")
    shares = np.exp(six - six.max(axis=2, keepdims=True))
    votes = (shares / shares.sum(axis=2, keepdims=True)).sum(axis=0)
    assert np.mean(votes.argmax(axis=1) == labels) == pytest.approx(claim["ensemble"], abs=5e-4)
    tuned = wl.evaluate(network, x, [claim["tuned"]["weight"]], backend="numpy")[0]
    assert accuracy(tuned, labels) == pytest.approx(claim["tuned"]["accuracy"], abs=5e-4)


@pytest.mark.parametrize("name", [name for name in champions.NAMES if name not in WITHOUT_LINEAGE])
def test_its_lineage_leads_from_a_sparse_network_to_it(name):
    network, lineage = champions.load(name), champions.lineage(name)
    assert lineage.champion == network
    founder = lineage.founder
    assert founder.n_hidden == 0 and founder.n_nodes == founder.first + founder.n_outputs
    every = founder.first * founder.n_outputs
    assert 0 < founder.n_connections < 2 * settings_of(network).initial_connections * every
    assert lineage.steps[-1].generation <= network.found["generations"]


@pytest.mark.parametrize("name", WITHOUT_LINEAGE)
def test_a_lineage_that_does_not_ship_is_refused(name):
    with pytest.raises(ValueError, match=f"^the lineage of the champion '{name}' does not ship: use one of"):
        champions.lineage(name)


def test_the_best_informed_champion_is_the_seed_that_validation_examples_chose():
    seeds = [champions.load(name) for name in champions.NAMES if name.startswith(f"{champions.BEST}_")]
    assert len(seeds) == 5
    best = max(seeds, key=lambda network: network.found["validation_accuracy"])
    assert champions.load(champions.BEST) == best
    assert champions.lineage(champions.BEST).champion == best
    for network in seeds:
        assert champions.load(f"{champions.BEST}_{network.found['seed']}") == network
        assert network.found["settings"] == best.found["settings"]


@pytest.mark.parametrize("name", [name for name in INFORMED if name != "mnist_small"])
def test_an_informed_champion_beats_a_trained_single_layer_with_fewer_connections_than_the_paper_s(name):
    network = champions.load(name)
    assert network.found["score"]["random"]["mean"] > SINGLE_LAYER
    assert network.n_connections <= 1849


def test_the_small_champion_is_small():
    network = champions.load("mnist_small")
    assert network.n_connections <= 400
    assert network.found["score"]["random"]["mean"] >= 0.9


@pytest.mark.parametrize("name", INFORMED)
def test_trained_weights_do_better_than_a_random_one(name):
    claim = champions.load(name).found["score"]
    assert claim["random"]["mean"] < claim["trained"] < 1


def test_training_reaches_what_the_file_of_the_small_champion_says():
    network, digits = champions.load("mnist_small"), datasets.mnist()
    # As benchmarks/mnist_table.py trained it. Sums that are rounded in another order lead to slightly other weights.
    trained = wl.train(network, digits, np.random.default_rng(network.found["seed"])).network
    reached = accuracy(wl.evaluate(trained, digits.x_test, None), digits.y_test)
    assert reached == pytest.approx(network.found["score"]["trained"], abs=2e-3)


@each
def test_it_says_how_it_was_found(name):
    network = champions.load(name)
    found, settings = network.found, settings_of(network)
    assert found.keys() == KEYS
    assert found["by"] == "wann_lite.Search"
    assert Version(found["version"]) <= Version(wl.__version__)
    assert isinstance(found["seed"], int) and found["seed"] >= 0
    assert found["generations"] > 0 and found["networks"] > found["generations"]
    assert 0 < found["seconds"] <= 50 * 60 + 30
    # A setting that came later than the search has its default.
    assert settings.to_dict().items() >= found["settings"].items()


@each
def test_its_settings_allow_it(name):
    network = champions.load(name)
    settings = settings_of(network)
    assert set(network.activations[network.n_outputs :]) <= set(settings.activations)
    assert settings.max_connections is None or network.n_connections <= settings.max_connections
    assert network.shared_weight in settings.weights


@each
def test_it_does_on_validation_examples_what_its_file_says(name):
    network, data = champions.load(name), datasets.load(name.partition("_")[0])
    assert network.found["task"] == repr(wl.tasks.Classification(data))
    weights = settings_of(network).weights
    accuracies = [
        accuracy(wl.evaluate(network, data.x_validation, [weight])[0], data.y_validation) for weight in weights
    ]
    assert np.mean(accuracies) == pytest.approx(network.found["validation_accuracy"], abs=1e-4)
    assert weights[int(np.argmax(accuracies))] == network.shared_weight


@pytest.mark.parametrize("name", champions.RUNS)
def test_a_run_that_ships_can_be_played_again(name):
    run = champions.run(name)
    assert 100 <= len(run.generations) <= 1000  # thinned out, and enough for a curve
    assert run.generations[0].generation == 0
    assert run.champion.n_outputs == 10
    last = run.generations[-1]
    assert last.networks >= run.champion.found["networks"]
    assert last.accuracy == pytest.approx(run.champion.found["validation_accuracy"], abs=0.02)
    assert len(last.accuracies) == len(run.weights)


def test_an_unknown_run_is_refused():
    with pytest.raises(ValueError, match=r"^unknown run 'nobody': use one of mnist"):
        champions.run("nobody")


def test_what_lesson_07_says_of_the_run_is_so():
    run = champions.run("mnist")
    share = [record.networks / run.generations[-1].networks for record in run.generations]
    a_fifth = next(record for record, part in zip(run.generations, share, strict=True) if part >= 0.2)
    assert run.generations[0].accuracy < 0.2
    assert a_fifth.accuracy > 0.6
    assert a_fifth.champion_connections < 0.75 * run.champion.n_connections
