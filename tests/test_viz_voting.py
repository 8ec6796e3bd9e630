"""Votes of one network at several weights: by hand, and within their bounds."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from wann_lite import champions, datasets
from wann_lite.course.exercises.lesson_07 import bounds, vote
from wann_lite.evaluate import SEARCH_WEIGHTS, evaluate
from wann_lite.network import Network
from wann_lite.viz.plots import accuracy_by_weight
from wann_lite.viz.style import figure
from wann_lite.viz.voting import draw_distribution, draw_voting, measure_votes

SIGN = Network(1, 2, ["linear", "linear"], [(1, 3)])


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_votes_by_hand() -> None:
    """Weights -1 and 1 disagree on every image; the third has the deciding vote."""
    found = measure_votes(SIGN, [[1.0], [2.0], [-1.0]], [1, 1, 1], [-1.0, 1.0, 0.5])
    np.testing.assert_allclose(found.alone, [1 / 3, 2 / 3, 2 / 3])
    assert found.vote == pytest.approx(2 / 3)
    assert (found.all_right, found.any_right) == (0, 1)


def test_equal_votes_go_to_the_lowest_class() -> None:
    assert measure_votes(SIGN, [[1.0]], [0], [-1.0, 1.0]).vote == 1
    assert measure_votes(SIGN, [[1.0]], [1], [-1.0, 1.0]).vote == 0


@pytest.mark.parametrize("name", champions.NAMES)
def test_the_champions_votes_agree_with_the_exercises(name: str) -> None:
    data = datasets.mnist()
    x, y = data.x_validation[:500], data.y_validation[:500]
    found = measure_votes(champions.load(name), x, y)
    answers = evaluate(champions.load(name), x, SEARCH_WEIGHTS).argmax(axis=2)
    assert found.vote == np.mean(vote(answers) == y)
    assert (found.all_right, found.any_right) == bounds(answers, y)
    assert found.all_right <= found.vote <= found.any_right
    assert found.all_right <= found.alone.min() <= found.alone.max() <= found.any_right


def test_the_bar_spans_the_bounds() -> None:
    found = measure_votes(SIGN, [[1.0], [2.0], [-1.0]], [1, 1, 1], [-1.0, 1.0, 0.5])
    _, ax = figure()
    draw_voting(ax, {"one": found, "two": found})
    (bar, _) = ax.patches
    assert (bar.get_x(), bar.get_x() + bar.get_width()) == (0, 100)
    assert "majority" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_a_distribution_shows_its_mean_and_spread() -> None:
    _, axes = figure(2, 1)
    draw_distribution(axes, {"steady": np.full(40, 0.9), "split": [0.2] * 10 + [1.0] * 30})
    assert axes[0].get_title(loc="left") == "steady: 90.0 ± 0.0 %"
    assert axes[1].get_title(loc="left") == f"split: 80.0 ± {100 * np.std([0.2] * 10 + [1.0] * 30):.1f} %"
    heights = [patch.get_height() for patch in axes[1].patches]
    assert sorted(height for height in heights if height) == [10, 30]


def test_what_lesson_07_says_of_votes_and_weights_is_so() -> None:
    data = datasets.mnist()
    x, y = data.x_validation[:2000], data.y_validation[:2000]
    ours, rival = (measure_votes(champions.load(name), x, y) for name in ("mnist", "mnist_cross_entropy"))
    assert min(rival.vote, rival.together) > rival.alone.mean() + 0.008  # "clearly beats the mean of the six"
    assert max(ours.vote, ours.together) < ours.alone.mean() + 0.008  # "gains little"
    assert rival.any_right - rival.all_right > 2 * (ours.any_right - ours.all_right)  # "long" and "short"
    near, far = (accuracy_by_weight(champions.load("mnist_cross_entropy"), x, y, w) for w in ([-0.05, 0.05], [-1, 1]))
    assert near.max() < far.min() - 0.3  # "far below"
