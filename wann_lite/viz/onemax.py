"""A genetic algorithm on strings of bits, as quick as a slider asks for, with a record of what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..ranking import tournament


@dataclass(frozen=True)
class Run:
    """What became of a population, from the founders (generation 0) on.

    Attributes
    ----------
    best, mean : ndarray (generations + 1,)
        Ones in the fittest individual, and in the average one.
    founders : ndarray (generations + 1,)
        How many of the founders have descendants in this generation.
    bits, population : int
    """

    best: NDArray[np.float64]
    mean: NDArray[np.float64]
    founders: NDArray[np.float64]
    bits: int
    population: int


@lru_cache(maxsize=256)
def evolve_bits(
    *,
    bits: int = 100,
    population: int = 50,
    generations: int = 100,
    pressure: int = 3,
    flips: float = 1.0,
    elite: int = 1,
    seed: int = 0,
) -> Run:
    """Evolve strings of bits towards as many ones as possible (OneMax), by tournaments and mutation.

    Parameters
    ----------
    bits, population, generations : int
    pressure : int
        The size of a tournament.
    flips : float
        How many bits of a child are flipped on average.
    elite : int
        How many of the best live on unchanged, fewer than the population.
    seed : int

    Returns
    -------
    Run

    Raises
    ------
    ValueError
        If `elite` leaves no room for a child, or `flips` is not from 0 to `bits`.

    Examples
    --------
    >>> run = evolve_bits(bits=20, generations=50)
    >>> float(run.best[-1])
    20.0

    References
    ----------
    Mühlenbein (1992), How genetic algorithms really work: mutation and hillclimbing.
    """
    if not 0 <= elite < population or not 0 <= flips <= bits:
        raise ValueError(f"elite {elite} of {population} and {flips} flips of {bits} bits: give fewer than there are")
    rng = np.random.default_rng(seed)
    people = rng.random((population, bits)) < 0.5
    founder = np.arange(population)
    record = []
    for _ in range(generations + 1):
        fitness = people.sum(axis=1)
        record.append((fitness.max(), fitness.mean(), len(np.unique(founder))))
        order = np.argsort(-fitness, kind="stable")
        parents = order[tournament(population, pressure, rng, population - elite)]
        children = people[parents] ^ (rng.random((population - elite, bits)) < flips / bits)
        people = np.concatenate([people[order[:elite]], children])
        founder = founder[np.concatenate([order[:elite], parents])]
    best, mean, founders = np.array(record, dtype=float).T
    return Run(best, mean, founders, bits, population)


def chance_of_winning(n: int, size: int) -> NDArray[np.float64]:
    """The probability (n,) that each place of a ranking, best first, wins a tournament of `size` draws.

    Examples
    --------
    >>> chance_of_winning(4, 2)
    array([0.4375, 0.3125, 0.1875, 0.0625])
    """
    at_least = np.arange(n, -1, -1) / n
    return -np.diff(at_least**size)
