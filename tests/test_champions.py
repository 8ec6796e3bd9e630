"""The networks that ship: each obeys the rules of weight agnostic networks, and does what its file says."""

from importlib.resources import files

import numpy as np
import pytest
from packaging.version import Version

import wann_lite as wl
from wann_lite import champions, datasets
from wann_lite.activations import NAMES
from wann_lite.losses import accuracy

# `Search.champion` writes these.
KEYS = {
    *("by", "version", "task", "seed", "generations", "networks", "seconds"),
    *("validation_accuracy", "settings"),
}
each = pytest.mark.parametrize("name", champions.NAMES)


def text_of(name):
    return files(champions).joinpath(f"{name}.json").read_text(encoding="utf-8")


def settings_of(network):
    return wl.SearchConfig(**network.found["settings"])


def test_every_file_has_its_name():
    folder = files(champions)
    assert {f"{name}.json" for name in champions.NAMES} == {
        file.name for file in folder.iterdir() if file.name.endswith(".json")
    }


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match=r"^unknown champion 'nobody': use one of mnist"):
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
    network = champions.load(name)
    assert network.weights is None
    assert set(network.activations[: network.n_outputs]) == {"linear"}
    assert len(NAMES) == 10 and set(network.activations) <= set(NAMES)
    assert network.n_hidden > 0


@each
def test_it_says_how_it_was_found(name):
    network = champions.load(name)
    found, settings = network.found, settings_of(network)
    assert found.keys() == KEYS
    assert found["by"] == "wann_lite.Search"
    assert Version(found["version"]) <= Version(wl.__version__)
    assert isinstance(found["seed"], int) and found["seed"] >= 0
    assert found["generations"] > 0 and found["networks"] > found["generations"]
    assert 0 < found["seconds"] <= 30 * 60
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
