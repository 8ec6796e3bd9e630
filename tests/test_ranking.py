"""Fronts, crowding, ranks and tournaments."""

import itertools
import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wann_lite.ranking import crowding_distance, first_front, pareto_fronts, rank, tournament

# Few values, so that ties and equal points are common; infinities among them.
objective = st.sampled_from([-math.inf, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0, math.inf]) | st.floats(allow_nan=False)
points = st.lists(st.tuples(objective, objective), max_size=25)


def literal_fronts(points: list[tuple[float, float]]) -> list[int]:
    """Peel off the points that no other dominates, again and again."""

    def dominates(p: tuple[float, float], q: tuple[float, float]) -> bool:
        return p[0] <= q[0] and p[1] <= q[1] and p != q

    left, fronts, front = set(range(len(points))), [0] * len(points), 0
    while left:
        best = {i for i in left if not any(dominates(points[j], points[i]) for j in left)}
        for i in best:
            fronts[i] = front
        left -= best
        front += 1
    return fronts


def test_fronts_by_hand() -> None:
    # (1, 4), (2, 2) and (4, 1) are not dominated; (3, 3) is by (2, 2); (4, 4) is by (3, 3).
    assert pareto_fronts([[4, 4], [1, 4], [2, 2], [3, 3], [4, 1]]).tolist() == [2, 0, 0, 1, 0]


def test_equal_points_share_a_front() -> None:
    assert pareto_fronts([[1, 1], [1, 1], [1, 2], [2, 1], [2, 2]]).tolist() == [0, 0, 1, 1, 2]


def test_infinite_losses_come_last() -> None:
    assert pareto_fronts([[math.inf, 1], [0, 1], [math.inf, 0]]).tolist() == [1, 0, 0]


@pytest.mark.parametrize("nothing", [[], np.empty((0, 2))])
def test_nothing_to_rank(nothing: Any) -> None:
    for function in (pareto_fronts, first_front, crowding_distance, rank):
        assert function(nothing).shape == (0,)


def test_one_point() -> None:
    assert pareto_fronts([[3, 4]]).tolist() == [0]
    assert crowding_distance([[3, 4]]).tolist() == [math.inf]
    assert rank([[3, 4]]).tolist() == [0]


@given(points)
def test_fronts_agree_with_the_definition(points: list[tuple[float, float]]) -> None:
    assert pareto_fronts(points).tolist() == literal_fronts(points)


@given(points)
def test_the_first_front_has_one_of_each_undominated_point(points: list[tuple[float, float]]) -> None:
    expected = sorted({point for point, front in zip(points, literal_fronts(points), strict=True) if not front})
    chosen = [points[i] for i in first_front(points)]
    assert chosen == [point for point in expected if point[1] < math.inf]


def test_crowding_by_hand() -> None:
    # Extents 10 and 8. (2, 4): (6 - 0)/10 + (8 - 1)/8; (6, 1): (10 - 2)/10 + (4 - 0)/8.
    distance = crowding_distance([[0, 8], [2, 4], [6, 1], [10, 0]])
    assert distance.tolist() == pytest.approx([math.inf, 0.6 + 0.875, 0.8 + 0.5, math.inf])


def test_both_ends_are_outermost() -> None:
    assert crowding_distance([[1, 1], [0, 0], [3, 3], [2, 2]]).tolist() == pytest.approx(
        [4 / 3, math.inf, math.inf, 4 / 3]
    )


def test_crowding_does_not_depend_on_the_order_or_the_units() -> None:
    points = np.array([[0.0, 8], [2, 4], [6, 1], [10, 0]])
    order = [2, 0, 3, 1]
    np.testing.assert_allclose(crowding_distance(points[order]), crowding_distance(points)[order])
    np.testing.assert_allclose(crowding_distance(points * [1e-3, 50] + 7), crowding_distance(points))


def test_crowding_with_infinities() -> None:
    # -inf and inf are the outermost; 0 is alone between them, as is 1.
    distance = crowding_distance([[-math.inf, 1], [0, 0.5], [math.inf, 0]])
    assert distance.tolist() == [math.inf, pytest.approx(2), math.inf]


@given(points)
def test_crowding_is_never_nan(points: list[tuple[float, float]]) -> None:
    with np.errstate(all="raise", under="ignore"):
        distance = crowding_distance(points)
    assert (distance >= 0).all()


def test_rank_by_hand() -> None:
    # Front 0: (1, 9), (2, 2), (2.5, 1.5), (9, 1); of its inner points (2, 2) is the less crowded. Then (3, 3).
    assert rank([[3, 3], [2.5, 1.5], [9, 1], [2, 2], [1, 9]]).tolist() == [2, 4, 3, 1, 0]


@given(points)
def test_rank_is_a_permutation_by_front_then_crowding(points: list[tuple[float, float]]) -> None:
    order = rank(points).tolist()
    assert sorted(order) == list(range(len(points)))
    fronts = literal_fronts(points)
    crowding = [0.0] * len(points)
    for front in set(fronts):
        members = [i for i in range(len(points)) if fronts[i] == front]
        for i, distance in zip(members, crowding_distance([points[i] for i in members]), strict=True):
            crowding[i] = float(distance)
    keys = [(fronts[i], -crowding[i]) for i in order]
    assert keys == sorted(keys)


@pytest.mark.parametrize("function", [pareto_fronts, first_front, crowding_distance, rank])
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ([1, 2], r"the objectives have the shape \(2,\): give \(n, 2\)"),
        ([[1, 2, 3]], r"the shape \(1, 3\)"),
        (np.empty((3, 0)), r"the shape \(3, 0\)"),
        ([[1, 2], [0, math.nan]], "an objective of point 1 is NaN"),
    ],
)
def test_bad_objectives(function: Any, bad: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        function(bad)


@pytest.mark.parametrize(("n", "size"), [(5, 1), (5, 2), (4, 4), (1, 3), (2, 6)])
def test_winners_are_as_frequent_as_in_literal_tournaments(n: int, size: int) -> None:
    every = Counter(map(min, itertools.product(range(n), repeat=size)))
    draws = 200_000
    winners = tournament(n, size, np.random.default_rng(1), draws)
    assert winners.shape == (draws,)
    expected = np.array([every[place] for place in range(n)]) * draws / n**size
    found = np.bincount(winners, minlength=n)
    statistic = ((found - expected) ** 2 / expected).sum()
    assert len(found) == n
    assert statistic < (n - 1) + 4 * math.sqrt(2 * (n - 1)) + 1e-9


def test_no_draws() -> None:
    assert tournament(3, 2, np.random.default_rng(0), 0).shape == (0,)


@pytest.mark.parametrize(("n", "size"), [(0, 1), (1, 0), (-1, 2)])
def test_impossible_tournaments(n: int, size: int) -> None:
    with pytest.raises(ValueError, match=f"a tournament of {size} among {n}: both must be at least 1"):
        tournament(n, size, np.random.default_rng(0), 1)
