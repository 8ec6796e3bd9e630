"""The table of the paper as a figure shows what the scores say, and nothing where a network has no such score."""

import numpy as np
import pytest

from wann_lite import champions
from wann_lite.scoring import PAPER, RANDOM_WEIGHTS, SINGLE_LAYER
from wann_lite.viz.style import figure
from wann_lite.viz.table import draw_table

pytest.importorskip("matplotlib")


def score(level: float, **more: float) -> dict[str, object]:
    accuracies = np.linspace(level - 0.1, level + 0.1, len(RANDOM_WEIGHTS)).tolist()
    random = {"mean": level, "sd": 0.06, "accuracies": accuracies}
    return {"random": random, "ensemble": level + 0.01, "tuned": {"accuracy": level + 0.02, "weight": 1.0}, **more}


def test_lines_are_means_over_seeds_and_each_seed_is_a_dot() -> None:
    _, (left, right) = figure(1, 2)
    draw_table(left, right, {"few": [score(0.7), score(0.8)], "trained": [score(0.5, trained=0.9)]})
    few, trained = left.lines[:2]
    np.testing.assert_allclose(few.get_xdata(), RANDOM_WEIGHTS)
    np.testing.assert_allclose(few.get_ydata(), np.linspace(65, 85, len(RANDOM_WEIGHTS)))
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["few", "trained"]
    dots = [100 * np.round(np.asarray(line.get_ydata()) / 100, 6) for line in right.lines[:8]]
    expected = [[70, 80], [71, 81], [72, 82], [], [50], [51], [52], [90]]
    assert all(np.allclose(drawn, wanted) for drawn, wanted in zip(dots, expected, strict=True))
    assert few.get_marker() == right.lines[0].get_marker() != trained.get_marker() == right.lines[4].get_marker()


def test_the_paper_and_a_single_layer_stand_beside() -> None:
    _, (left, right) = figure(1, 2)
    score_of_small = champions.load("mnist_small").found["score"]
    untrained = {name: value for name, value in score_of_small.items() if name != "trained"}
    draw_table(left, right, {"small": [untrained]})
    assert len(right.get_xticks()) == 3
    levels = [line.get_ydata()[0] for line in right.lines[3:]]
    np.testing.assert_allclose(levels, [82.0, 100 * PAPER["ensemble"], 100 * PAPER["tuned"], 100 * SINGLE_LAYER])
    _, (left, right) = figure(1, 2)
    draw_table(left, right, {"small": [score_of_small]})
    levels = [line.get_ydata()[0] for line in right.lines[4:]]
    np.testing.assert_allclose(levels, [82.0, *(100 * value for value in PAPER.values()), 100 * SINGLE_LAYER])
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["Gaier & Ha", "a trained single layer"]


def test_one_to_seven_kinds() -> None:
    _, (left, right) = figure(1, 2)
    draw_table(left, right, {name: [score(0.7)] for name in "abcdefg"})
    assert len(left.get_legend().get_texts()) == 7
    for kinds in ("", "abcdefgh"):
        with pytest.raises(ValueError, match=f"^{len(kinds)} kinds of networks: give 1 to 7$"):
            draw_table(left, right, {name: [score(0.7)] for name in kinds})


def test_a_kind_without_scores_is_named() -> None:
    _, (left, right) = figure(1, 2)
    with pytest.raises(ValueError, match="no score of 'few'"):
        draw_table(left, right, {"many": [score(0.7)], "few": []})


@pytest.mark.parametrize("random", [{"mean": 0.7}, {"mean": 0.7, "accuracies": [0.7]}], ids=["none", "one"])
def test_a_score_without_an_accuracy_for_each_weight_is_named(random: dict[str, object]) -> None:
    _, (left, right) = figure(1, 2)
    with pytest.raises(ValueError, match=rf"a score of 'few' has {len(random) - 1} numbers .* one for each of the 40"):
        draw_table(left, right, {"few": [score(0.7) | {"random": random}]})
