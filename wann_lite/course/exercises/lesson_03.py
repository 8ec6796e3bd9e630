"""The exercises of lesson 03, *Letting solutions evolve*."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..exercise import Exercise

Point = Sequence[float]


def _winner(fitness: NDArray[np.float64], drawn: Sequence[int]) -> int:
    return int(max(drawn, key=lambda i: float(fitness[i])))


def _dominates(a: Point, b: Point) -> bool:
    return all(p <= q for p, q in zip(a, b, strict=True)) and any(p < q for p, q in zip(a, b, strict=True))


def _first_front(points: Sequence[Point]) -> list[int]:
    return [i for i, point in enumerate(points) if not any(_dominates(other, point) for other in points)]


def _undominated_strictly(points: Sequence[Point]) -> list[int]:
    """Only a point that is better in both counts as a rival, so that ties slip in."""
    return [i for i, p in enumerate(points) if not any(q[0] < p[0] and q[1] < p[1] for q in points)]


def _undominated_or_equal(points: Sequence[Point]) -> list[int]:
    """Twins throw each other out."""
    return [
        i
        for i, p in enumerate(points)
        if not any(q[0] <= p[0] and q[1] <= p[1] for j, q in enumerate(points) if j != i)
    ]


_FITNESS = np.array([4.0, 9.0, 7.0, 1.0, 8.0])
_EIGHT = [(2, 9), (3, 6), (6, 4), (9, 2), (4, 8), (7, 6), (8, 5), (9, 9)]

EXERCISES: tuple[Exercise, ...] = (
    Exercise(
        name="03-tournament",
        reference=_winner,
        inputs=((_FITNESS, [0, 2, 3]), (_FITNESS, [4, 1, 0]), (_FITNESS, [3]), (-_FITNESS, [2, 2, 4])),
        hint="There are two kinds of numbers here: who was drawn, and how fit they are. Which of them is returned, and "
        "among whom is the fittest sought?",
        wrong=(
            lambda fitness, drawn: int(np.argmax(fitness)),
            lambda fitness, drawn: int(np.argmax(fitness[list(drawn)])),
            lambda fitness, drawn: int(min(drawn, key=lambda i: float(fitness[i]))),
            lambda fitness, drawn: float(max(fitness[list(drawn)])),
        ),
    ),
    Exercise(
        name="03-dominates",
        reference=_dominates,
        inputs=(
            ((3, 6), (4, 8)),
            ((3, 6), (7, 6)),
            ((3, 6), (3, 8)),
            ((3, 6), (6, 4)),
            ((6, 4), (3, 6)),
            ((3, 6), (3, 6)),
            ((4, 8), (3, 6)),
        ),
        hint="Look at two cases: a is better in one objective and equal in the other; and a and b are the same point.",
        wrong=(
            lambda a, b: a[0] < b[0] and a[1] < b[1],
            lambda a, b: a[0] <= b[0] and a[1] <= b[1],
            lambda a, b: a[0] < b[0] or a[1] < b[1],
            lambda a, b: a[0] >= b[0] and a[1] >= b[1] and a != b,
        ),
    ),
    Exercise(
        name="03-first-front",
        reference=_first_front,
        inputs=((_EIGHT,), (_EIGHT[4:],), ([(1, 1), (1, 2), (2, 1)],), ([(5, 5), (5, 5), (6, 6)],)),
        hint="Ask of each point whether anybody dominates it. Two points in the same place do not dominate each other.",
        wrong=(
            _undominated_strictly,
            _undominated_or_equal,
            lambda points: [int(np.argmin([sum(point) for point in points]))],
            lambda points: [points[i] for i in _first_front(points)],
        ),
    ),
)
