"""What `search` and `resume` have in common: a run in its folder, from where the search is to its end."""

from __future__ import annotations

import contextlib
import shlex
import sys
import time
import warnings
from typing import Any

from .. import checkpoint
from ..datasets import Dataset
from ..engine.shards import ClusterError
from ..run_folder import CHAMPION, RunFolder, RunFolderError
from ..search import MemoryBudgetError, Search
from .arguments import PROGRAM, time_in_words
from .interruption import Interruption
from .mistakes import Mistake, in_one_line
from .progress import Progress

#: Seconds at least between two writings of the champion, and of a checkpoint, while a search runs.
SAVE_EVERY = 3.0
#: The part of the time that checkpoints may take, one at the beginning and one at the end not counted: with them it is
#: 2 % of a run of some minutes.
CHECKPOINT_SHARE = 0.015


def carry_out(
    folder: RunFolder, search: Search, dataset: Dataset, *, picked: str = "", scheduler: str | None = None
) -> int:
    """Search for as long as the folder's `config.json` says, keep what comes of it, and score the champion.

    Parameters
    ----------
    folder : RunFolder
    search : Search
    dataset : Dataset
    picked : str
        What is told after the preset's name, if it was not asked for.
    scheduler : str, optional
        That of the cluster that carries the shards, which is needed to go on there.

    Returns
    -------
    int
        0, or the exit code of the signal that ended the search early.

    Raises
    ------
    RunFolderError
        If the folder cannot be written (any more).
    Mistake
        If the cluster cannot be used any more, or the population has outgrown the memory that it may have.
    """
    with Interruption() as interruption, warnings.catch_warnings():
        warnings.showwarning = _tell
        try:
            _announce(folder, search, dataset, picked)
            _follow(search, folder, interruption)
        except (RunFolderError, OSError):
            # The disk is full, or nobody reads what is printed: what was found may be kept all the same.
            with contextlib.suppress(RunFolderError):
                _keep_champion(search, folder)
            raise
        except ClusterError as error:
            with contextlib.suppress(RunFolderError):
                _keep_champion(search, folder)
            raise Mistake(f"{error}; then `{_how_to_resume(folder, scheduler)}` goes on") from error
        except MemoryBudgetError as error:
            with contextlib.suppress(RunFolderError):
                _keep_champion(search, folder)
            how = _how_to_resume(folder, scheduler, "--memory", error.enough)
            raise Mistake(f"{error}; then `{how}` goes on") from error
        except KeyboardInterrupt:
            return interruption.code
        _keep_champion(search, folder)
    file, task = folder.path / CHAMPION, folder.config["task"]
    if interruption.code:
        print(
            f"stopped; the champion is in {file}\n"
            f"to score it:  {PROGRAM} {shlex.join(['score', str(file), '--task', task])}\n"
            f"to search on: {_how_to_resume(folder, scheduler)}"
        )
        return interruption.code
    from ..scoring import score

    result = score(search.champion, dataset)
    folder.save_score(result.to_dict())
    print(f"{result}\nthe champion is in {file}")
    return 0


def _follow(search: Search, folder: RunFolder, interruption: Interruption) -> None:
    """Search to the end or until interrupted; record each generation, and each new champion before long."""
    minutes, last = _length(search, folder)
    left = None if last is None else last - search.generation
    if search.population and ((left is not None and left <= 0) or (minutes is not None and minutes <= 0)):
        return
    progress = Progress(sys.stdout, minutes=minutes, generations=last)
    saved, saved_at = None, float("-inf")
    checkpoints = _Checkpoints(search, folder)
    try:
        for generation in search.run(minutes=minutes, generations=left):
            folder.add_generation(generation.to_dict())
            state = generation.accuracy, generation.champion_connections
            # Elsewhere to ask for the champion would cost a look at validation examples.
            looked = search.generation % search.config.validate_every == 0
            if looked and state != saved and time.monotonic() - saved_at >= SAVE_EVERY:
                _keep_champion(search, folder)
                saved, saved_at = state, time.monotonic()
            progress.show(generation)
            # Ctrl-C waits for the next generation that can be saved, so that nothing has to be searched again.
            ends = bool(interruption.code) and search.can_be_saved
            checkpoints.consider(now=ends)
            if ends:
                break
        else:
            checkpoints.consider(now=True)
    finally:
        progress.end()


class _Checkpoints:
    """Writes one where it can be, as often as a small share of the time allows."""

    def __init__(self, search: Search, folder: RunFolder) -> None:
        self._search, self._folder = search, folder
        # A run that is killed before that is begun again, and loses no more.
        self._due = time.monotonic() + SAVE_EVERY
        self._latest: int | None = None

    def consider(self, now: bool) -> None:
        """Write one if the search can be saved, there is none of this generation, and it is due or must be `now`."""
        began, generation = time.monotonic(), self._search.generation
        if self._search.can_be_saved and generation != self._latest and (now or began >= self._due):
            self._folder.save_checkpoint(checkpoint.to_bytes(self._search))
            ended, self._latest = time.monotonic(), generation
            self._due = ended + max(SAVE_EVERY, (ended - began) / CHECKPOINT_SHARE)


def _length(search: Search, folder: RunFolder) -> tuple[float | None, int | None]:
    """The minutes that are left, or the last generation."""
    minutes, last = folder.config["minutes"], folder.config["generations"]
    if minutes is not None:
        return minutes - search.seconds / 60, None
    return None, min(last, search.config.generations)


def _tell(message: Warning | str, *where: Any, **more: Any) -> None:
    """A warning in one line; where in the package it comes from helps nobody here."""
    print(f"wann_lite: {in_one_line(str(message))}", file=sys.stderr)


def _how_to_resume(folder: RunFolder, scheduler: str | None, *more: str) -> str:
    where = ["--scheduler", scheduler] if scheduler else []
    return f"{PROGRAM} {shlex.join(['resume', str(folder.path), *more, *where])}"


def _keep_champion(search: Search, folder: RunFolder) -> None:
    if search.population:
        folder.save_champion(search.champion, search.lineage)


def _announce(folder: RunFolder, search: Search, dataset: Dataset, picked: str) -> None:
    minutes, last = _length(search, folder)
    length = time_in_words(max(0.0, minutes)) if minutes is not None else f"{last:,} generations"
    where = f"results in {folder.path}; Ctrl-C ends it early"
    print(dataset)
    if search.population:
        print(f"resumed in generation {search.generation:,}, {length}{' left' if last is None else ' in all'}; {where}")
    else:
        print(f"preset {folder.config['preset']}{picked}, seed {search.seed}, {length}; {where}")
    print("accuracy: the champion's mean over the shared weights, on validation examples", flush=True)
