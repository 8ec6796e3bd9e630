"""The pictures and controls of the lesson on evolution: the run by hand, and every control at its ends."""

import sys
from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from wann_lite.ranking import pareto_fronts, tournament
from wann_lite.viz import evolution, onemax, pareto, style

ipywidgets = pytest.importorskip("ipywidgets")

POINTS = [(2, 9), (3, 6), (6, 4), (9, 2), (4, 8), (7, 6), (8, 5), (9, 9)]
NAMES = "ABCDEFGH"


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The figures and descriptions that a widget shows."""
    figures: list[tuple[Any, str]] = []
    for module in (evolution, pareto):
        monkeypatch.setattr(module, "show", lambda fig, alt: figures.append((fig, alt)))
    yield figures
    plt.close("all")


@pytest.fixture
def ax() -> Any:
    fig, axes = style.figure()
    yield axes
    plt.close(fig)


# --- the run


def one_at_a_time(bits: int, population: int, generations: int, pressure: int, flips: float, elite: int) -> Any:
    """The same algorithm without arrays of individuals."""
    rng = np.random.default_rng(3)
    individuals = list(rng.random((population, bits)) < 0.5)
    best, mean = [], []
    for _ in range(generations + 1):
        fitness = [int(individual.sum()) for individual in individuals]
        best.append(max(fitness))
        mean.append(sum(fitness) / population)
        ranked = [individuals[i] for i in sorted(range(population), key=lambda i: -fitness[i])]
        winners = tournament(population, pressure, rng, population - elite)
        individuals = ranked[:elite] + [ranked[i] ^ (rng.random(bits) < flips / bits) for i in winners]
    return best, mean


@pytest.mark.parametrize("elite", [0, 1, 3])
def test_a_run_equals_the_algorithm_written_out(elite: int) -> None:
    settings: dict[str, Any] = {"bits": 12, "population": 7, "generations": 9, "pressure": 2, "flips": 1.5}
    run = onemax.evolve_bits(**settings, elite=elite, seed=3)
    best, mean = one_at_a_time(**settings, elite=elite)
    assert run.best.tolist() == best
    assert run.mean == pytest.approx(mean)


def test_without_mutation_a_founder_takes_over() -> None:
    run = onemax.evolve_bits(flips=0, generations=60)
    assert run.founders[0] == run.population
    assert run.founders[-1] == 1
    assert run.mean[-1] == run.best[-1] == run.best[0]


def test_with_elitism_the_best_never_falls_and_without_it_does() -> None:
    assert (np.diff(onemax.evolve_bits(flips=10).best) >= 0).all()
    assert (np.diff(onemax.evolve_bits(flips=10, elite=0).best) < 0).any()


def test_flipping_every_bit_mirrors_the_parents() -> None:
    run = onemax.evolve_bits(bits=10, population=4, generations=1, pressure=1000, flips=10, elite=0)
    assert run.mean[1] == 10 - run.best[0]


@pytest.mark.parametrize("wrong", [{"elite": 50}, {"elite": -1}, {"flips": 101}, {"flips": -0.1}])
def test_impossible_settings_are_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="give fewer than there are"):
        onemax.evolve_bits(**wrong)


def test_the_chances_of_all_places_by_hand() -> None:
    # Two draws among three: 5 of the 9 pairs hold the best, 3 more the second, 1 the last alone.
    assert onemax.chance_of_winning(3, 2) == pytest.approx([5 / 9, 3 / 9, 1 / 9])
    for size in evolution.SIZES:
        chances = onemax.chance_of_winning(50, size)
        assert chances.sum() == pytest.approx(1)
        assert chances[0] == pytest.approx(1 - (1 - 1 / 50) ** size)


# --- its pictures and controls


def titles(fig: Any) -> list[str]:
    return [axes.get_title(loc="left") for axes in fig.axes]


def test_pressure_at_minimum_and_maximum(shown: list[Any]) -> None:
    slider, output = evolution.explore_pressure().children
    assert slider.description == "tournament size"
    assert slider.continuous_update is False
    assert output.layout.height.endswith("px")
    assert titles(shown[-1][0])[0] == "size 1: the best wins 2.0 %"
    slider.value = 3
    assert titles(shown[-1][0])[0] == "size 3: the best wins 5.9 %"
    slider.value = 50
    assert titles(shown[-1][0])[0] == "size 50: the best wins 63.6 %"
    assert "the best place wins 63.6 %" in shown[-1][1]
    assert len(shown) == 3
    bars = shown[-1][0].axes[0].patches
    assert [bar.get_height() for bar in bars] == pytest.approx(100 * onemax.chance_of_winning(50, 50))


def test_mutation_at_minimum_default_and_maximum_with_and_without_elitism(shown: list[Any]) -> None:
    slider, box, output = evolution.explore_mutation().children
    assert (slider.description, box.description) == ("flips a child", "elitism: keep the best")
    assert slider.value == 1
    assert output.layout.height.endswith("px")
    for flips in (0.0, 1.0, 30.0):
        slider.value = flips
        for elitism in (True, False):
            box.value = elitism
            fig, alt = shown[-1]
            run = onemax.evolve_bits(flips=flips, elite=int(elitism))
            assert titles(fig)[0].startswith(f"{flips:g} flips {'with' if elitism else 'without'} elitism: ")
            assert fig.axes[0].lines[0].get_ydata() == pytest.approx(run.best)
            assert f"the mean ends at {run.mean[-1]:.0f}" in alt
            marked = [line for line in fig.axes[1].lines if line.get_marker() == "D"]
            ends = evolution.final_fitness(int(elitism))
            assert [float(line.get_ydata()[0]) for line in marked] == [ends[evolution.FLIPS.index(flips)]]
        box.value = True


def test_a_moderate_rate_ends_highest() -> None:
    for elite in (0, 1):
        ends = evolution.final_fitness(elite)
        assert max(ends) in ends[2:4]  # 0.3 or 1 flips a child


def test_a_boundary_stands_where_the_sum_is_zero(ax: Any) -> None:
    evolution.draw_boundaries(ax, [[-1, -1], [1, 1], [1, -1]], [0, 1, 1], {"upright": [-0.5, 1, 0]})
    (contour,) = ax.collections
    assert contour.get_paths()[0].vertices[:, 0] == pytest.approx(0.5)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["class 0", "class 1", "upright"]


def test_a_perceptron_of_another_size_is_refused(ax: Any) -> None:
    with pytest.raises(ValueError, match=r"'mine' has the shape \(2,\): give \(bias, weight, weight\)"):
        evolution.draw_boundaries(ax, [[0, 0], [1, 1]], [0, 1], {"mine": [1, 2]})


# --- fronts


def drawn_points(ax: Any, label: str) -> set[tuple[float, float]]:
    (line,) = (line for line in ax.lines if line.get_label() == label)
    return set(zip(*line.get_data(), strict=True))


def test_each_front_is_drawn_with_its_points(ax: Any) -> None:
    pareto.draw_fronts(ax, POINTS, pareto_fronts(POINTS), NAMES, shown=2)
    assert drawn_points(ax, "front 0") == set(POINTS[:4])
    assert drawn_points(ax, "front 1") == set(POINTS[4:7])
    assert drawn_points(ax, "further fronts") == {POINTS[7]}
    assert [text.get_text() for text in ax.texts] == list(NAMES)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["front 0", "front 1", "further fronts"]


def test_the_box_of_a_point_is_spanned_by_its_neighbours(ax: Any) -> None:
    pareto.draw_crowding(ax, [POINTS[i] for i in (2, 0, 3, 1)], "CADB")
    boxes = [tuple(patch.get_extents().transformed(ax.transData.inverted()).bounds) for patch in ax.patches]
    assert boxes[0] == pytest.approx((2, 4, 4, 5))  # of B, from A to C
    assert boxes[1] == pytest.approx((3, 2, 6, 4))  # of C, from B to D


def test_a_newcomer_at_the_ends_of_both_sliders(shown: list[Any]) -> None:
    connections, wrong, output = pareto.explore_newcomer(POINTS, NAMES).children
    assert (connections.description, wrong.description) == ("connections", "wrong answers (%)")
    assert (connections.min, connections.max, wrong.min, wrong.max) == (1, 10, 1, 10)
    assert output.layout.height.endswith("px")
    assert titles(shown[-1][0]) == ["The new network is in front 0 and moves nobody back"]
    connections.value = wrong.value = 1
    assert titles(shown[-1][0]) == ["The new network is in front 0 and moves A, B, C, D, E, F, G, H back"]
    connections.value = wrong.value = 10
    assert titles(shown[-1][0]) == ["The new network is in front 3 and moves nobody back"]
    assert shown[-1][1].endswith("it has 10 connections and 10 % wrong answers.")
    connections.value, wrong.value = 5, 3
    assert titles(shown[-1][0]) == ["The new network is in front 0 and moves C, F, G, H back"]


@pytest.mark.parametrize(
    "explore",
    [evolution.explore_pressure, evolution.explore_mutation, lambda: pareto.explore_newcomer(POINTS, NAMES)],
)
@pytest.mark.parametrize("hidden", ["ipywidgets", "matplotlib"])
def test_a_missing_package_is_one_clear_line(
    explore: Callable[[], Any], hidden: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, hidden, None)
    with pytest.raises(ImportError, match=rf'^a \w+ needs {hidden}: pip install "wann_lite\[course\]"$'):
        explore()
