"""Two classes of points in the plane: problems beyond a single layer, quick to search and easy to draw."""

import numpy as np
from numpy.typing import NDArray

from .arrays import from_arrays
from .checks import real_number, whole_number
from .dataset import Dataset


def xor(n: int = 1200, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Return points around the four corners (-1 or 1, -1 or 1); class 1 where the two signs differ.

    Parameters
    ----------
    n : int
        Examples in all, 12 or more: two thirds to train on, a sixth for validation, a sixth for testing.
    noise : float
        Standard deviation, 0 to 1, of the normal noise added to each coordinate.
    seed : int
        Of the points and of the split.

    Returns
    -------
    Dataset
        Two inputs from about -1 to 1, two classes of equal size (class 0 has one more if n is odd).

    Raises
    ------
    DataError
        If a parameter is of the wrong type or out of range.

    Examples
    --------
    >>> xor(n=60)
    Dataset(xor: 40 train, 10 validation, 10 test; 2 inputs, 2 classes)
    """
    labels, rng = _begin(n, seed)
    first = np.where(np.arange(len(labels)) % 4 < 2, -1.0, 1.0)
    second = np.where(labels == 1, -first, first)
    return _finish("xor", np.stack([first, second], axis=1), labels, noise, rng, seed)


def circles(n: int = 1200, noise: float = 0.05, seed: int = 0) -> Dataset:
    """Return points on two circles around the origin: class 0 on the radius 1, class 1 on the radius 1/2.

    Parameters
    ----------
    n, noise, seed
        As for `xor`.

    Returns
    -------
    Dataset
        Two inputs from about -1 to 1, two classes of equal size.

    Raises
    ------
    DataError
        If a parameter is of the wrong type or out of range.

    Examples
    --------
    >>> float(np.hypot(*circles(noise=0).x_train.T).max().round(5))
    1.0
    """
    labels, rng = _begin(n, seed)
    angle = rng.uniform(0, 2 * np.pi, len(labels))
    radius = np.where(labels == 1, 0.5, 1.0)
    return _finish("circles", _polar(radius, angle), labels, noise, rng, seed)


def spirals(n: int = 1200, noise: float = 0.02, seed: int = 0, turns: float = 1.5) -> Dataset:
    """Return points on two interleaved spirals from the radius 0.1 to 1; class 1 is half a turn ahead.

    Parameters
    ----------
    n, noise, seed
        As for `xor`.
    turns : float
        How often each spiral winds around the origin, 0.25 to 4; more is harder.

    Returns
    -------
    Dataset
        Two inputs from about -1 to 1, two classes of equal size.

    Raises
    ------
    DataError
        If a parameter is of the wrong type or out of range.

    References
    ----------
    Lang and Witbrock (1988), "Learning to tell two spirals apart", posed the problem, with three turns.

    Examples
    --------
    >>> spirals(n=60, turns=1)
    Dataset(spirals: 40 train, 10 validation, 10 test; 2 inputs, 2 classes)
    """
    labels, rng = _begin(n, seed)
    turns = real_number(turns, "turns", 0.25, 4)
    # The square root spreads the points evenly along the curve, whose outer turns are the longer ones.
    along = np.sqrt(rng.uniform(0, 1, len(labels)))
    angle = 2 * np.pi * turns * along + np.pi * labels
    return _finish("spirals", _polar(0.1 + 0.9 * along, angle), labels, noise, rng, seed)


def moons(n: int = 1200, noise: float = 0.05, seed: int = 0) -> Dataset:
    """Return points on two half circles that reach into each other, class 0 arching up and class 1 down.

    Parameters
    ----------
    n, noise, seed
        As for `xor`.

    Returns
    -------
    Dataset
        Two inputs, from about -1 to 1 and from about -0.5 to 0.5; two classes of equal size.

    Raises
    ------
    DataError
        If a parameter is of the wrong type or out of range.

    Examples
    --------
    >>> moons(n=60)
    Dataset(moons: 40 train, 10 validation, 10 test; 2 inputs, 2 classes)
    """
    labels, rng = _begin(n, seed)
    arch = _polar(np.ones(len(labels)), rng.uniform(0, np.pi, len(labels)))
    # Class 1 is class 0 turned by 180 degrees around (1/2, 1/4), which becomes the origin.
    points = np.where(labels == 1, -1, 1)[:, None] * (arch - [0.5, 0.25]) / 1.5
    return _finish("moons", points, labels, noise, rng, seed)


def _begin(n: int, seed: int) -> tuple[NDArray[np.int64], np.random.Generator]:
    n = whole_number(n, "n", 12, 1_000_000)
    seed = whole_number(seed, "seed", 0, 2**63 - 1)
    return np.arange(n, dtype=np.int64) % 2, np.random.default_rng(seed)


def _polar(radius: NDArray[np.float64], angle: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _finish(
    name: str,
    points: NDArray[np.float64],
    labels: NDArray[np.int64],
    noise: float,
    rng: np.random.Generator,
    seed: int,
) -> Dataset:
    noise = real_number(noise, "noise", 0, 1)
    return from_arrays(points + noise * rng.standard_normal(points.shape), labels, name=name, seed=seed)
