"""What is foretold of mutations and what comes: drawn as it is, and as lesson 10 says it is."""

import numpy as np
import pytest

import wann_lite as wl
from wann_lite import datasets, losses
from wann_lite.credit import credit
from wann_lite.informed import Building
from wann_lite.mutation import mutate
from wann_lite.network import Network
from wann_lite.operators import add_connection
from wann_lite.survey import Survey
from wann_lite.viz.foretold import draw_children, draw_foretold
from wann_lite.viz.plots import accuracy_by_weight
from wann_lite.viz.style import figure

pytest.importorskip("matplotlib")


def test_what_lies_beyond_stands_at_the_edge() -> None:
    _, ax = figure()
    draw_foretold(ax, [0.01, 0.5, -0.02], [0.02, 0.01, -0.7], reach=0.1, title="all")
    _, inside, beyond = ax.lines[:3]
    np.testing.assert_allclose(inside.get_xydata(), [[0.01, 0.02]])
    np.testing.assert_allclose(beyond.get_xydata(), [[0.1, 0.01], [-0.02, -0.1]])
    assert ax.get_xlim() == ax.get_ylim() == (-0.1, 0.1)
    assert ax.get_title(loc="left") == "all"


def test_one_foretold_for_each_that_came() -> None:
    _, ax = figure()
    with pytest.raises(ValueError, match="2 foretold and 1 that came"):
        draw_foretold(ax, [1.0, 2.0], [1.0])


def test_children_stand_in_order_and_the_better_are_counted() -> None:
    _, ax = figure()
    draw_children(ax, {"blind": [0.3, -0.1, 0.0], "informed": [-0.2, -0.1, 5.0]})
    _, blind, informed = ax.lines
    np.testing.assert_allclose(blind.get_ydata(), [-0.1, 0.0, 0.21])  # clipped a little beyond the best, 0.2
    np.testing.assert_allclose(informed.get_ydata(), [-0.2, -0.1, 0.21])
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["blind: 1 of 3 better", "informed: 2 of 3 better"]


def test_children_that_differ_by_more_than_the_reach_stand_beyond_it_on_the_axis() -> None:
    _, ax = figure()
    draw_children(ax, {"blind": [-3.0, -0.5, 0.5, 3.0]}, reach=1.0)
    np.testing.assert_allclose(ax.lines[1].get_ydata(), [-1.05, -0.5, 0.5, 1.05])
    assert ax.get_ylim() == pytest.approx((-1.12, 1.12))


def test_children_of_one_to_four_kinds() -> None:
    _, ax = figure()
    draw_children(ax, {name: [-0.1, 0.1] for name in "abcd"})
    assert len(ax.lines) == 1 + 4
    for kinds in ("", "abcde"):
        with pytest.raises(ValueError, match=f"^{len(kinds)} kinds of mutation: give 1 to 4$"):
            draw_children(ax, {name: [-0.1] for name in kinds})


@pytest.mark.parametrize("none", [[], [[-0.1]], -0.1], ids=["empty", "a table", "a number"])
def test_a_kind_without_a_list_of_children_is_named(none: list[float]) -> None:
    _, ax = figure()
    with pytest.raises(ValueError, match=r"the changes of 'informed' have the shape .* at least one"):
        draw_children(ax, {"blind": [0.1], "informed": none})


def test_children_of_which_none_is_better() -> None:
    _, ax = figure()
    draw_children(ax, {"blind": [0.0, 0.0]})
    assert ax.get_ylim()[0] < 0 < ax.get_ylim()[1]


# --- what lesson 10 says


@pytest.fixture(scope="module")
def young() -> Network:
    """The leader of an informed search after its first second."""
    search = wl.Search(
        wl.tasks.Classification(datasets.mnist()), wl.SearchConfig.preset("informed", validate_every=1000), seed=0
    )
    list(search.run(generations=40))
    return min(search.population, key=lambda individual: float(individual.losses.mean())).network


def test_curvature_mends_what_slopes_promise(young: Network) -> None:
    data = datasets.mnist()
    x, y = data.x_train[:1000].astype(float), data.y_train[:1000]
    outputs = wl.evaluate(young, x, [1.0])[0]
    scale = float(losses.best_scale(outputs, y))
    found = credit(young, x, y, 1.0, scale)
    by_slope = -(found.slopes @ found.values.T) / len(x)
    by_both = by_slope - found.curvatures @ np.square(found.values).T / 2 / len(x)
    before = losses.cross_entropy(scale * outputs, y)
    pairs = [
        (source, target)
        for target in young.outputs
        for source in young.hidden
        if young.layers[source] == 3 and source not in young.sources_of(target)
    ]
    best = sorted(pairs, key=lambda pair: -by_both[pair[1], pair[0]])[:30]
    came = np.array(
        [before - losses.cross_entropy(scale * wl.evaluate(add_connection(young, *p)[0], x, [1.0])[0], y) for p in best]
    )
    errors = [np.abs([gains[t, s] for s, t in best] - came).mean() for gains in (by_slope, by_both)]
    assert errors[1] < errors[0] / 2  # "puts that right"
    assert np.mean([by_slope[t, s] for s, t in best]) > 1.3 * came.mean() > 0  # "promises too much"


def test_informed_children_are_better_more_often(young: Network) -> None:
    data, rng = datasets.mnist(), np.random.default_rng(0)
    scale = float(losses.best_scale(wl.evaluate(young, data.x_train[:2000], [1.0])[0], data.y_train[:2000]))
    survey = Survey(young, data.x_train[:4000], data.y_train[:4000], 1.0, scale, rng, data.image_shape)
    x, y = data.x_train[4000:6000], data.y_train[4000:6000]

    def loss(network: Network) -> float:
        return float(losses.cross_entropy(scale * wl.evaluate(network, x, [1.0])[0], y))

    def informed() -> Network:
        building, proposal = Building(young, survey.spare), survey.draw(rng)
        assert proposal is not None
        proposal.make(building)
        return building.network

    before, config = loss(young), wl.SearchConfig()
    better = sum(loss(informed()) < before for _ in range(60))
    by_chance = sum(loss(mutate(young, rng, config.rates, config.activations)[0]) < before for _ in range(60))
    assert by_chance < 20  # "less than a third"
    assert better > 30 and better > 2 * by_chance


def test_one_connection_out_of_step_spoils_small_weights(young: Network) -> None:
    data = datasets.mnist()
    x, y = data.x_validation[:2000], data.y_validation[:2000]
    spoiled = add_connection(young, 0, young.outputs[1])[0]
    right = accuracy_by_weight(young, x, y, [1.0])[0]
    positive, negative = accuracy_by_weight(spoiled, x, y, [0.1, -0.1])
    assert positive == pytest.approx(np.mean(y == 1))  # "says 1 to everything"
    ones = np.mean((wl.evaluate(young, x, [1.0])[0].argmax(axis=1) == 1) & (y == 1))
    assert right - ones <= negative <= right - ones + 0.03  # "just the ones are lost"
