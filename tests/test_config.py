"""The settings: what is allowed, and that the presets are what they say."""

import json
from dataclasses import FrozenInstanceError

import pytest

from wann_lite.config import PRESETS, SearchConfig


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("population", 1),
        ("population", 0),
        ("population", -5),
        ("population", 10.0),
        ("population", True),
        ("population", "many"),
        ("generations", 0),
        ("tournament", 0),
        ("batch", 0),
        ("batch_every", 0),
        ("first_batch", 0),
        ("batch_growth", -1.0),
        ("validate_every", 0),
        ("max_connections", 0),
        ("initial_connections", -0.1),
        ("initial_connections", 1.1),
        ("initial_connections", float("nan")),
        ("elite", 1.0),
        ("elite", -0.1),
        ("cull", 2),
        ("complexity_ranking", "0.8"),
        ("scale_free", 2.0),
        ("survey", -1),
        ("survey", 8000.0),
        ("survey", True),
        ("survey", None),
        ("price", -1.0),
        ("price", 101),
        ("price", float("inf")),
        ("price", None),
        ("weights", ()),
        ("weights", (1.0, float("nan"))),
        ("weights", 3),
        ("weights", ("a",)),
        ("activations", ()),
        ("activations", ("softplus",)),
        ("activations", "tanh"),
        ("rates", {"remove_everything": 1.0}),
        ("rates", {"add_connection": -1.0}),
        ("rates", {"add_connection": 0.0}),
        ("rates", {}),
        ("rates", None),
    ],
)
def test_a_setting_out_of_range_is_named(name, value):
    with pytest.raises(ValueError, match=name.split("_")[0]) as error:
        SearchConfig(**{name: value})
    assert "\n" not in str(error.value)


def test_unknown_settings_and_presets_are_named():
    with pytest.raises(ValueError, match=r"unknown setting 'popsize'.*population"):
        SearchConfig().replace(popsize=3)
    with pytest.raises(ValueError, match=r"unknown preset 'huge'.*paper"):
        SearchConfig.preset("huge")
    with pytest.raises(ValueError, match=r"unknown preset \['fast'\]"):
        SearchConfig.preset(["fast"])


def test_settings_go_through_json():
    for config in PRESETS.values():
        assert SearchConfig(**json.loads(json.dumps(config.to_dict()))) == config


def test_settings_cannot_be_changed_in_place():
    with pytest.raises(FrozenInstanceError):
        SearchConfig().population = 3
    with pytest.raises(TypeError):
        SearchConfig().rates["add_connection"] = 3


def test_only_the_informed_preset_looks_at_derivatives():
    assert [name for name, config in PRESETS.items() if config.survey] == ["informed"]
    informed = SearchConfig.preset("informed")
    # A founder is drawn as always, and hidden nodes become what the shared weight cannot tell apart.
    assert informed.scale_free and set(informed.activations) == {"linear", "inverse", "abs", "relu"}
    assert max(informed.weights) > 0 > min(informed.weights)
    # All children are the leader's, which is all that is kept.
    assert round(informed.population * informed.elite) == 1
    assert max(1, informed.population - round(informed.population * informed.cull)) == 1


def test_the_paper_preset_is_the_papers():
    """Gaier & Ha (2019), appendix, and the settings file of their program."""
    paper = SearchConfig.preset("paper")
    assert (paper.population, paper.generations, paper.batch_every) == (960, 4096, 1)
    assert {paper.batch_at(generation) for generation in range(4097)} == {1000}
    assert (paper.elite, paper.cull, paper.complexity_ranking, paper.initial_connections) == (0.2, 0.2, 0.8, 0.05)
    assert paper.tournament == 2 * 32
    assert paper.weights == (-2, -1, -0.5, 0.5, 1, 2)
    assert not paper.scale_free and paper.max_connections is None
    assert paper.rates["change_activation"] == 0.5 and paper.rates["insert_node"] == 0.25
    assert paper.rates["add_connection"] == 0.2 and paper.rates["enable_connection"] == 0.05
    assert paper.rates["remove_connection"] == 0
    assert "step" not in paper.activations and len(paper.activations) == 9
