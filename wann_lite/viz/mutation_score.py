"""What a mutation did, at every shared weight: decisions in the plane, right answers and losses, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import log
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..evaluate import evaluate
from .draw import Drawing
from .marks import box
from .mutation_game import MutationGame, Standing
from .scene import Scene, Shape, Text
from .style import BLUE, GREY, INK, ORANGE, PALE, VERMILLION

if TYPE_CHECKING:
    from ..datasets import Dataset

_WIDTH, _LEFT, _RIGHT = 560.0, 58.0, 14.0
_BAR_HEIGHT = 118.0
_SIDE = 30  # squares along each side of a map of the plane
_POINTS = 60  # of the examples drawn on such a map
_CLASSES = ("#f7d9a8", "#b9d7ea")


def draw_score(game: MutationGame) -> Drawing:
    """Draw the score at each shared weight: the last move in colour, what was before it in grey.

    Parameters
    ----------
    game : MutationGame

    Returns
    -------
    Drawing
        With a map of the decisions at each weight, where the task has two inputs and two classes.
    """
    now = game.now
    before = game.standings[-2] if game.moves else None
    weights = game.config.weights
    scene = Scene(_WIDTH, 0, _say(before, now), "Right answers and loss at each shared weight.")
    y = 18.0
    if (game.task.n_inputs, game.task.n_outputs) == (2, 2):
        y = _maps(scene, y, now, weights, game.task.dataset)
    n_validation = min(game.examples, len(game.task.dataset.y_validation))
    chance = 100 / game.task.n_outputs
    title = f"right answers (% of {n_validation:,} validation examples)"
    shown = (None if before is None else 100 * before.accuracies, 100 * now.accuracies)
    y = _bars(scene, y, title, shown, top=100, line=(chance, "guessing"), colour=BLUE, form=".0f")
    nothing = log(game.task.n_outputs)
    losses = (None if before is None else before.losses, now.losses)
    top = max(1.25 * nothing, *(1.1 * float(values.max()) for values in losses if values is not None))
    n_training = min(game.examples, len(game.task.dataset.y_train))
    title = f"loss (nats for each of {n_training:,} training examples)"
    y = _bars(scene, y, title, losses, top=top, line=(nothing, "guessing"), colour=VERMILLION, form=".2f")
    _weights(scene, y - 12, weights)
    if before is not None:
        key = "wide and grey: before the last move"
        scene.items.append(Text((_WIDTH - _RIGHT, y + 8), key, 12, GREY, "end"))
    scene.height = y + 22
    return Drawing(scene)


def league_table(standings: Sequence[Standing], note: str = "") -> str:
    """The standings as a table in HTML, the lowest loss first; one's own stand out.

    Parameters
    ----------
    standings : sequence of Standing
    note : str
        A line below the table.

    Examples
    --------
    >>> league_table([], note="Nobody has played.").count("<tr>")
    1
    """
    heads = ("", "who", "mean loss", "right, mean", "at the worst weight", "connections", "networks tried")
    sides = [f'style="padding: 2px 10px; text-align: {"left" if i == 1 else "right"}"' for i in range(len(heads))]
    head = "".join(f"<th {side}>{text}</th>" for side, text in zip(sides, heads, strict=True))
    rows = []
    for place, standing in enumerate(sorted(standings, key=lambda one: one.loss), start=1):
        own = standing.who.startswith("you")
        values = (
            f"{place}.",
            f"{'▶ ' if own else ''}{escape(standing.who)}",
            f"{standing.loss:.3f}",
            f"{100 * standing.right:.1f} %",
            f"{100 * standing.accuracies.min():.1f} %",
            f"{standing.network.n_connections:,}",
            f"{standing.tried:,}",
        )
        look = f' style="font-weight: bold; color: {BLUE}"' if own else ""
        cells = "".join(f"<td {side}>{text}</td>" for side, text in zip(sides, values, strict=True))
        rows.append(f"<tr{look}>{cells}</tr>")
    below = f'<div style="padding: 4px 10px; color: {GREY}">{escape(note)}</div>' if note else ""
    return (
        f'<table style="border-collapse: collapse; line-height: 1.35"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>{below}"
    )


def _say(before: Standing | None, now: Standing) -> str:
    was = "" if before is None else f", before {100 * before.right:.1f} % and {before.loss:.3f}"
    return f"Right {100 * now.right:.1f} %, loss {now.loss:.3f} nats (means over the shared weights){was}"


def _columns(n: int) -> list[float]:
    """The middle of the column of each shared weight."""
    step = (_WIDTH - _LEFT - _RIGHT) / n
    return [_LEFT + step * (i + 0.5) for i in range(n)]


def _weights(scene: Scene, y: float, weights: Sequence[float]) -> None:
    for x, weight in zip(_columns(len(weights)), weights, strict=True):
        scene.items.append(Text((x, y), f"{weight:g}", 13, INK, bold=True))
    scene.items.append(Text((_LEFT, y + 20), "shared weight of all connections", 12, INK, "start"))


def _bars(
    scene: Scene,
    y: float,
    title: str,
    values: tuple[NDArray[Any] | None, NDArray[Any]],
    *,
    top: float,
    line: tuple[float, str],
    colour: str,
    form: str,
) -> float:
    """Bars from 0 to `top`, for each weight a wide grey one for before and a narrow one for now; where they end."""
    before, now = values
    scene.items.append(Text((_LEFT, y), title, 13, INK, "start", bold=True))
    floor = y + 26 + _BAR_HEIGHT
    scene.items.append(Shape(((_LEFT, floor), (_WIDTH - _RIGHT, floor)), stroke=GREY, width=1))
    columns = _columns(len(now))
    width = min(44.0, 0.6 * (_WIDTH - _LEFT) / len(now))
    was = [None] * len(now) if before is None else list(before)
    for x, old, new in zip(columns, was, now, strict=True):
        high = _BAR_HEIGHT * float(new) / top
        if old is not None:
            grey = _BAR_HEIGHT * float(old) / top
            scene.items.append(box(x - width / 2, floor - grey, width, grey, fill=PALE, stroke=GREY, width=1))
        scene.items.append(box(x - width / 4, floor - high, width / 2, high, fill=colour))
        above = max(high, 0.0 if old is None else grey)
        scene.items.append(Text((x, floor - above - 9), f"{new:{form}}", 12, colour, bold=True))
    at, name = line
    level = floor - _BAR_HEIGHT * at / top
    scene.items.append(Shape(((_LEFT, level), (_WIDTH - _RIGHT, level)), stroke=INK, width=1, opacity=0.4))
    scene.items.append(Text((_LEFT - 4, level), name, 11, GREY, "end"))
    return floor + 26


def _maps(scene: Scene, y: float, now: Standing, weights: Sequence[float], dataset: Dataset) -> float:
    """For each weight the plane, coloured by the answer, with some of the examples; where they end."""
    x, labels = np.asarray(dataset.x_validation, np.float64), dataset.y_validation
    reach = 1.1 * float(np.abs(x).max())
    columns = _columns(len(weights))
    side = min(100.0, 0.92 * (_WIDTH - _LEFT - _RIGHT) / len(weights))
    middle = (np.arange(_SIDE) + 0.5) / _SIDE * 2 * reach - reach
    across, up = np.meshgrid(middle, middle[::-1])
    outputs = evaluate(now.network, np.stack([across.ravel(), up.ravel()], axis=1), weights)
    answers = np.sign(outputs[..., 1] - outputs[..., 0]).reshape(len(weights), _SIDE, _SIDE)
    scene.items.append(Text((_LEFT, y), "answers in the plane", 13, INK, "start", bold=True))
    top, cell = y + 14, side / _SIDE
    for centre, answer in zip(columns, answers, strict=True):
        left = centre - side / 2
        for row, line in enumerate(answer):
            ends = np.flatnonzero(np.diff(line, append=np.nan)) + 1
            for start, end in zip((0, *ends[:-1]), ends, strict=True):
                if line[start]:
                    place = left + start * cell, top + row * cell, (end - start) * cell, 1.4 * cell
                    scene.items.append(box(*place, fill=_CLASSES[int(line[start] > 0)]))
        scene.items.append(box(left, top + side, side, 0.5 * cell, fill="#ffffff"))
        scene.items.append(box(left, top, side, side, fill="none", stroke=GREY))
        for (a, b), label in zip(x[:_POINTS], labels[:_POINTS], strict=False):
            at = left + (a + reach) / (2 * reach) * side, top + (reach - b) / (2 * reach) * side
            scene.items.append(_point(at, int(label)))
    return top + side + 22


def _point(at: tuple[float, float], label: int) -> Shape:
    x, y = at
    if label == 0:
        return Shape((at,), fill=ORANGE, radius=1.7)
    return Shape(((x, y - 2.2), (x + 2, y + 1.5), (x - 2, y + 1.5)), fill=BLUE, closed=True)
