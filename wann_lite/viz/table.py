"""The table of the paper as a figure: how networks do at any shared weight, in an ensemble, tuned and trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..scoring import PAPER, PAPER_RANDOM, RANDOM_WEIGHTS, SINGLE_LAYER
from .style import COLOURS, GREY, MARKERS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_Score: TypeAlias = Mapping[str, Any]

# What each column is called, what a network reaches there, and what the paper reports.
_COLUMNS: tuple[tuple[str, Callable[[_Score], float | None], float], ...] = (
    ("random\nweight", lambda score: score["random"]["mean"], PAPER_RANDOM[0]),
    ("ensemble\nof six", lambda score: score["ensemble"], PAPER["ensemble"]),
    ("tuned\nweight", lambda score: score["tuned"]["accuracy"], PAPER["tuned"]),
    ("trained\nweights", lambda score: score.get("trained"), PAPER["trained"]),
)


def draw_table(left: Axes, right: Axes, scores: Mapping[str, Sequence[_Score]]) -> None:
    """Draw accuracy by shared weight on the left, and every network's four figures on the right.

    Dotted lines are what Gaier & Ha (2019, section 4.2) report, the dashed one is a trained single layer.

    Parameters
    ----------
    left, right : matplotlib.axes.Axes
    scores : mapping of str to sequence of mapping
        Of each kind of network, one to seven of them, one score for each seed, as `wann_lite.scoring.Score.to_dict`
        gives them, with the accuracy at each of `RANDOM_WEIGHTS` as "accuracies" under "random". "trained" may be
        missing; then its column is.

    Raises
    ------
    ValueError
        If there is no kind or more than seven, or no score of one, or a score without an accuracy for each weight.

    Examples
    --------
    >>> from wann_lite import champions, viz
    >>> fig, (left, right) = viz.figure(1, 2)
    >>> draw_table(left, right, {"small": [champions.load("mnist_small").found["score"]]})
    >>> [text.get_text() for text in left.get_legend().get_texts()]
    ['small']
    """
    if not 1 <= len(scores) <= len(COLOURS):
        raise ValueError(f"{len(scores)} kinds of networks: give 1 to {len(COLOURS)}")
    for kind, its in scores.items():
        if not its:
            raise ValueError(f"there is no score of {kind!r}: give at least one")
        for score in its:
            given = len(score["random"].get("accuracies", ()))
            if given != len(RANDOM_WEIGHTS):
                raise ValueError(
                    f'a score of {kind!r} has {given} numbers as "accuracies" under "random": '
                    f"give one for each of the {len(RANDOM_WEIGHTS)} RANDOM_WEIGHTS (wann_lite.tuning.accuracies_at)"
                )
    every = [score for its in scores.values() for score in its]
    columns = [column for column in _COLUMNS if any(column[1](score) is not None for score in every)]
    for place, (kind, its) in enumerate(scores.items()):
        style: dict[str, Any] = {"color": COLOURS[place], "marker": MARKERS[place]}
        mean = 100 * np.mean([score["random"]["accuracies"] for score in its], axis=0)
        left.plot(RANDOM_WEIGHTS, mean, label=kind, markersize=3, **style)
        for x, (_, value_of, _) in enumerate(columns):
            values = [100 * value for score in its if (value := value_of(score)) is not None]
            at = x + 0.16 * (place - (len(scores) - 1) / 2) + np.linspace(-0.05, 0.05, len(values))
            right.plot(at, values, linestyle="", markersize=4, **style)
    for x, (_, _, reported) in enumerate(columns):
        label = None if x else "Gaier & Ha"
        right.plot([x - 0.4, x + 0.4], [100 * reported] * 2, color=GREY, linestyle=":", zorder=0, label=label)
    for axes in (left, right):
        axes.axhline(100 * SINGLE_LAYER, color=GREY, linestyle="--", zorder=0, label="a trained single layer")
    left.set(xlabel="shared weight", ylabel="test accuracy (%)")
    right.set_xticks(range(len(columns)), [name for name, _, _ in columns])
    right.set_xlim(-0.5, len(columns) - 0.5)
    right.margins(y=0.08)
    left.legend(*(entries[: len(scores)] for entries in left.get_legend_handles_labels()), loc="lower left")
    right.legend(*(entries[:2] for entries in right.get_legend_handles_labels()), loc="lower right")
