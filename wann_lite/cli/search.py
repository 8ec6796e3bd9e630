"""The command `search`."""

from __future__ import annotations

import argparse
import contextlib
import platform
import shlex
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from .._version import __version__
from ..config import SearchConfig
from ..datasets import Dataset, load
from ..run_folder import CHAMPION, RunFolder, RunFolderError, check_unused, unused_folder
from ..search import Search
from ..tasks import Classification
from . import later
from .arguments import MINUTES, PROGRAM, QUICK_TASKS, time_in_words
from .interruption import Interruption
from .mistakes import Mistake, told_in_one_line
from .progress import Progress

#: Seconds at least between two writings of the champion while a search runs.
SAVE_EVERY = 3.0


def run(chosen: argparse.Namespace) -> int:
    """Search, keep what comes of it in a folder, and score the champion.

    Returns
    -------
    int
        0, or the exit code of the signal that ended the search early.

    Raises
    ------
    Mistake
        If something asked for cannot be had, or the folder cannot be written (any more).
    """
    later.refuse(chosen)
    if chosen.minutes is None and chosen.generations is None:
        chosen.minutes = QUICK_TASKS.get(chosen.task, MINUTES[chosen.preset])
    with told_in_one_line("--out"):
        path = Path(chosen.out) if chosen.out else unused_folder(Path("runs", _name(chosen)))
        check_unused(path)
    with told_in_one_line():
        dataset = load(chosen.task)
        search = Search(Classification(dataset), SearchConfig.preset(_preset(chosen)), seed=chosen.seed)
    try:
        with RunFolder(path, _described(chosen, search, dataset)) as folder:
            return _run_in(folder, search, dataset, chosen)
    except RunFolderError as error:
        raise Mistake(f"--out: {error}") from error


def _run_in(folder: RunFolder, search: Search, dataset: Dataset, chosen: argparse.Namespace) -> int:
    with Interruption(search.stop) as interruption:
        try:
            _announce(folder, dataset, chosen)
            _follow(search, folder, chosen, interruption)
        except (RunFolderError, OSError):
            # The disk is full, or nobody reads what is printed: what was found may be kept all the same.
            with contextlib.suppress(RunFolderError):
                _keep_champion(search, folder)
            raise
        except KeyboardInterrupt:
            return interruption.code
        _keep_champion(search, folder)
    file = folder.path / CHAMPION
    if interruption.code:
        command = shlex.join(["score", str(file), "--task", chosen.task])
        print(f"stopped; the champion is in {file}, and this scores it: {PROGRAM} {command}")
        return interruption.code
    from ..scoring import score

    result = score(search.champion, dataset)
    folder.save_score(result.to_dict())
    print(f"{result}\nthe champion is in {file}")
    return 0


def _follow(search: Search, folder: RunFolder, chosen: argparse.Namespace, interruption: Interruption) -> None:
    """Search to the end or until interrupted; record each generation, and each new champion before long."""
    last = None if chosen.generations is None else min(chosen.generations, search.config.generations)
    progress = Progress(sys.stdout, minutes=chosen.minutes, generations=last)
    saved, saved_at = None, float("-inf")
    try:
        for generation in search.run(minutes=chosen.minutes, generations=chosen.generations):
            folder.add_generation(generation.to_dict())
            state = generation.accuracy, generation.champion_connections
            # Elsewhere to ask for the champion would cost a look at validation examples.
            looked = search.generation % search.config.validate_every == 0
            if looked and state != saved and time.monotonic() - saved_at >= SAVE_EVERY:
                _keep_champion(search, folder)
                saved, saved_at = state, time.monotonic()
            progress.show(generation)
            if interruption.code:
                break
    finally:
        progress.end()


def _keep_champion(search: Search, folder: RunFolder) -> None:
    if search.population:
        folder.save_champion(search.champion, search.lineage)


def _announce(folder: RunFolder, dataset: Dataset, chosen: argparse.Namespace) -> None:
    length = f"{chosen.generations:,} generations" if chosen.minutes is None else time_in_words(chosen.minutes)
    print(dataset)
    print(f"preset {_preset(chosen)}, seed {chosen.seed}, {length}; results in {folder.path}; Ctrl-C ends it early")
    print("accuracy: the champion's mean over the shared weights, on validation examples", flush=True)


def _described(chosen: argparse.Namespace, search: Search, dataset: Dataset) -> dict[str, Any]:
    """What `config.json` says."""
    return {
        "task": chosen.task,
        "data": repr(dataset),
        "seed": chosen.seed,
        "preset": _preset(chosen),
        "minutes": chosen.minutes,
        "generations": chosen.generations,
        "settings": search.config.to_dict(),
        "backend": "numpy",
        "workers": chosen.workers,
        "wann_lite": __version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "command": f"{PROGRAM} {shlex.join(chosen.typed)}",
    }


def _preset(chosen: argparse.Namespace) -> str:
    """The preset asked for; points in the plane have their own in the place of those that are made for images."""
    return "plane" if chosen.task in QUICK_TASKS and chosen.preset != "paper" else str(chosen.preset)


def _name(chosen: argparse.Namespace) -> str:
    return f"{Path(chosen.task).stem or 'data'}-{_preset(chosen)}-seed{chosen.seed}"
