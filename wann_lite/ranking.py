"""Ranking by two objectives at once: non-dominated sorting, crowding, and the tournament.

Everywhere a lower objective is better. Equal points do not dominate each other.

References
----------
Deb, Pratap, Agarwal & Meyarivan (2002), A fast and elitist multiobjective genetic algorithm: NSGA-II, section
III. Gaier & Ha (2019), section 3.3: performance and complexity, ranked in the way of NSGA-II.
"""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import ArrayLike, NDArray


def pareto_fronts(objectives: ArrayLike) -> NDArray[np.intp]:
    """The front of each point: 0 where no point dominates it, 1 where only points of front 0 do, and so on.

    Parameters
    ----------
    objectives : array_like (n, 2)
        Lower is better in both; infinities are allowed, NaN is not.

    Returns
    -------
    ndarray of int (n,)

    Raises
    ------
    ValueError
        If the shape is not (n, 2) or a value is NaN.

    Notes
    -----
    With two objectives no pair needs to be compared. Taken in order of the first, then the second, a point is
    dominated by a front exactly if the lowest second objective in that front is not above its own; these lows
    rise from front to front, so its front is found by bisection.

    Examples
    --------
    >>> pareto_fronts([[1, 4], [2, 2], [3, 3], [4, 1], [4, 4]])
    array([0, 0, 1, 0, 2])
    """
    points = _checked(objectives)
    fronts = np.zeros(len(points), np.intp)
    lows: list[float] = []
    previous, front = None, 0
    order = np.lexsort((points[:, 1], points[:, 0]))
    in_order = []
    for point in points[order].tolist():
        if point != previous:
            front = bisect_right(lows, point[1])
            lows[front : front + 1] = [point[1]]
            previous = point
        in_order.append(front)
    fronts[order] = in_order
    return fronts


def first_front(objectives: ArrayLike) -> NDArray[np.intp]:
    """The indices of the points that no point dominates, by the first objective; one of equal points stands for all.

    Points whose second objective is infinite are left out.

    Parameters
    ----------
    objectives : array_like (n, 2)

    Returns
    -------
    ndarray of int (k,)

    Raises
    ------
    ValueError
        If the shape is not (n, 2) or a value is NaN.

    Examples
    --------
    >>> first_front([[4, 1], [1, 4], [2, 2], [3, 3], [2, 2]])
    array([1, 2, 0])
    """
    points = _checked(objectives)
    order = np.lexsort((points[:, 1], points[:, 0]))
    second = points[order, 1]
    lowest_before = np.minimum.accumulate(np.concatenate([[np.inf], second]))[:-1]
    return order[second < lowest_before]


def crowding_distance(objectives: ArrayLike) -> NDArray[np.float64]:
    """How alone each point of one front is: the sum over both objectives of the gap between its neighbours.

    Each gap is relative to the front's extent; the outermost points of each objective get infinity.

    Parameters
    ----------
    objectives : array_like (n, 2)

    Returns
    -------
    ndarray (n,)

    Raises
    ------
    ValueError
        If the shape is not (n, 2) or a value is NaN.

    Examples
    --------
    >>> crowding_distance([[0, 4], [1, 2], [4, 0]])
    array([inf,  2., inf])
    """
    points = _checked(objectives)
    return _crowding(points, np.zeros(len(points), np.intp))


def rank(objectives: ArrayLike) -> NDArray[np.intp]:
    """The indices of all points from best to worst: by front, within a front the least crowded first.

    Parameters
    ----------
    objectives : array_like (n, 2)

    Returns
    -------
    ndarray of int (n,)

    Raises
    ------
    ValueError
        If the shape is not (n, 2) or a value is NaN.

    Examples
    --------
    >>> rank([[3, 3], [1, 4], [2, 2], [4, 1]])
    array([1, 3, 2, 0])
    """
    points = _checked(objectives)
    fronts = pareto_fronts(points)
    return np.lexsort((-_crowding(points, fronts), fronts))


def tournament(n: int, size: int, rng: np.random.Generator, draws: int) -> NDArray[np.intp]:
    """The winners of `draws` tournaments: in each, `size` places of a ranking are drawn, and the lowest wins.

    Parameters
    ----------
    n : int
        How many places there are, at least 1.
    size : int
        How many compete, at least 1; the same place may be drawn twice. 1 is blind chance.
    rng : numpy.random.Generator
    draws : int

    Returns
    -------
    ndarray of int (draws,)
        Places from 0 (the best) to n - 1.

    Raises
    ------
    ValueError
        If `n` or `size` is below 1.

    Examples
    --------
    >>> tournament(100, 100_000, np.random.default_rng(0), draws=3)
    array([0, 0, 0])
    """
    if n < 1 or size < 1:
        raise ValueError(f"a tournament of {size} among {n}: both must be at least 1")
    # The lowest of `size` independent draws, from its distribution: one random number instead of `size`.
    lowest = 1 - (1 - rng.random(draws)) ** (1 / size)
    return np.minimum((n * lowest).astype(np.intp), n - 1)


def _crowding(points: NDArray[np.float64], fronts: NDArray[np.intp]) -> NDArray[np.float64]:
    """The crowding distance of each point within its front, for all fronts at once."""
    distance = np.zeros(len(points))
    if not len(points):
        return distance
    # Infinities become the largest numbers whose differences are still finite.
    largest = np.finfo(np.float64).max / 4
    for values in np.clip(points, -largest, largest).T:
        order = np.lexsort((values, fronts))
        ordered, border = values[order], np.flatnonzero(np.diff(fronts[order])) + 1
        begins, ends = np.r_[0, border], np.r_[border, len(points)]
        extent = np.repeat(ordered[ends - 1] - ordered[begins], ends - begins)
        inner = extent > 0
        inner[begins] = inner[ends - 1] = False
        (its,) = np.nonzero(inner)
        distance[order[its]] += (ordered[its + 1] - ordered[its - 1]) / extent[its]
        distance[order[begins]] = distance[order[ends - 1]] = np.inf
    return distance


def _checked(objectives: ArrayLike) -> NDArray[np.float64]:
    points = np.asarray(objectives, dtype=np.float64)
    if points.shape == (0,):
        points = points.reshape(0, 2)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"the objectives have the shape {points.shape}: give (n, 2)")
    if np.isnan(points).any():
        raise ValueError(f"an objective of point {int(np.argwhere(np.isnan(points))[0, 0])} is NaN: NaN has no rank")
    return points
