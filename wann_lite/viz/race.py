"""Searches that race: in turns, for equal processor time; the best of each is measured at random shared weights."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..config import SearchConfig
from ..network import Network
from ..search import Search
from ..tuning import RANDOM_WEIGHTS
from .plots import accuracy_by_weight, draw_accuracy_by_weight
from .style import BLUE, GREEN, GREY, LINES, MARKERS, VERMILLION, figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..tasks import Classification

_NEVER = 10**9
_COLOURS = (BLUE, VERMILLION, GREEN)  # as `draw_accuracy_by_weight` takes them


class Racer:
    """A search in a race, and how it got on.

    Attributes
    ----------
    search : Search
    worked : float
        Processor seconds that it has used.
    seconds : list of float
        What that was whenever it was measured.
    accuracies : list of ndarray (W,)
        What the leader then reached on validation examples, from 0 to 1, at each of `wann_lite.tuning.RANDOM_WEIGHTS`.
    """

    def __init__(self, search: Search) -> None:
        self.search = search
        self.worked = 0.0
        self.seconds: list[float] = []
        self.accuracies: list[NDArray[np.float64]] = []

    @property
    def leader(self) -> Network:
        """The network that the search ranks first: by its mean loss on the batch, and the price of its connections.

        Raises
        ------
        ValueError
            If the search has not begun.
        """
        if not self.search.population:
            raise ValueError("the search has not begun: let the race advance first")
        return self.search.leader.network


class Race:
    """Some searches for the same task, each with settings of its own, that take turns.

    They are compared by the processor time that they use, which does not count what other programs do meanwhile. It is
    that of one thread. So keep numpy's products to one thread as well: set the environment variable
    ``OPENBLAS_NUM_THREADS=1`` before numpy is imported, or what other threads work is not counted. After its
    founders no search looks at validation examples (`SearchConfig.validate_every`): the race measures the leaders.

    Parameters
    ----------
    task : Classification
    configs : mapping of str to SearchConfig
        Two or three of them by name.
    seed : int
        Of all.
    examples : int
        How many validation examples they are measured on at most.

    Attributes
    ----------
    racers : dict of str to Racer

    Raises
    ------
    ValueError
        If there are fewer than two or more than three searches, or a setting is not what it should be.

    Examples
    --------
    >>> from wann_lite import datasets, tasks
    >>> small = SearchConfig(population=16)
    >>> race = Race(tasks.Classification(datasets.xor()), {"a": small, "b": small.replace(elite=0.0)})
    >>> race.advance(0.01)
    >>> [len(racer.accuracies) for racer in race.racers.values()]
    [1, 1]
    """

    def __init__(
        self, task: Classification, configs: Mapping[str, SearchConfig], *, seed: int = 0, examples: int = 1000
    ) -> None:
        if not 2 <= len(configs) <= len(_COLOURS):
            raise ValueError(f"{len(configs)} searches: a race has 2 or {len(_COLOURS)}")
        self.racers = {
            name: Racer(Search(task, config.replace(validate_every=_NEVER), seed=seed))
            for name, config in configs.items()
        }
        data = task.dataset
        self._measured_on = data.x_validation[:examples], data.y_validation[:examples]
        self._classes = task.n_outputs

    @property
    def seconds(self) -> float:
        """The processor seconds that each has used, at least."""
        return min(racer.worked for racer in self.racers.values())

    def advance(self, seconds: float, stopped: Callable[[], bool] = lambda: False) -> None:
        """Let each search for so many processor seconds, then measure each.

        Parameters
        ----------
        seconds : float
            At least; a search ends its generation.
        stopped : callable
            Asked after every generation; once it says True, all end and are measured.
        """
        goal = self.seconds + seconds
        for racer in self.racers.values():
            began, before = time.thread_time(), racer.worked
            while not racer.search.population or (racer.worked < goal and not stopped()):
                racer.search.step()
                racer.worked = before + time.thread_time() - began
        for racer in self.racers.values():
            racer.accuracies.append(accuracy_by_weight(racer.leader, *self._measured_on, RANDOM_WEIGHTS))
            racer.seconds.append(racer.worked)

    @property
    def caption(self) -> str:
        """The newest measurement in a line."""
        texts = []
        for name, racer in self.racers.items():
            if racer.accuracies:
                shares = 100 * racer.accuracies[-1]
                texts.append(
                    f"{name} {shares.mean():.1f} ± {shares.std():.1f} % at {racer.leader.n_connections:,} connections"
                )
        least, most = self.seconds, max(racer.worked for racer in self.racers.values())
        # A race that was stopped ends in the middle of a turn.
        lasted = f"{least:.1f} seconds each" if most - least < 0.3 else f"{least:.1f} to {most:.1f} seconds"
        return f"{lasted}: " + "; ".join(texts) if texts else "the first turn is on its way"

    @property
    def chance(self) -> float:
        """The share of right answers by blind guessing."""
        return 1 / self._classes


def draw_race(race: Race) -> tuple[Figure, str]:
    """Draw the mean over random shared weights, and the spread around it, over time; and the accuracy at each now.

    Parameters
    ----------
    race : Race
        That has advanced at least once.

    Returns
    -------
    figure : matplotlib.figure.Figure
    alt : str
        The same in a sentence.

    Raises
    ------
    ValueError
        If nothing has been measured yet.

    Examples
    --------
    >>> from wann_lite import datasets, tasks
    >>> small = SearchConfig(population=16)
    >>> race = Race(tasks.Classification(datasets.xor()), {"a": small, "b": small.replace(elite=0.0)})
    >>> race.advance(0.01)
    >>> _, alt = draw_race(race)
    >>> alt.partition(".")[0]
    'Right answers over time, and over the shared weight'
    """
    if not all(racer.accuracies for racer in race.racers.values()):
        raise ValueError("nothing has been measured yet: let the race advance first")
    fig, (left, right) = figure(1, 2, figsize=(10.6, 3.9))
    for (name, racer), *look in zip(race.racers.items(), _COLOURS, LINES, MARKERS, strict=False):
        colour, line, marker = look
        shares = 100 * np.array(racer.accuracies)
        mean, spread = shares.mean(axis=1), shares.std(axis=1)
        left.fill_between(racer.seconds, mean - spread, mean + spread, color=colour, alpha=0.18, linewidth=0)
        left.plot(racer.seconds, mean, color=colour, linestyle=line, marker=marker, markersize=4, label=name)
    left.set(xlabel="processor seconds of each search", ylim=(0, 100), xlim=(0, None))
    left.set_ylabel("right answers (%), mean over\nrandom weights, and spread")
    now: dict[str, ArrayLike] = {name: racer.accuracies[-1] for name, racer in race.racers.items()}
    draw_accuracy_by_weight(right, RANDOM_WEIGHTS, now, chance=race.chance)
    left.axhline(100 * race.chance, color=GREY, linestyle=":", linewidth=1.2)
    right.get_legend().remove()
    left.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False)
    alt = f"Right answers over time, and over the shared weight. After {race.caption}."
    return fig, alt
