"""The command `search`."""

from __future__ import annotations

import argparse
import platform
import shlex
from pathlib import Path
from typing import Any

import numpy as np

from .._version import __version__
from ..config import SearchConfig
from ..datasets import Dataset, load
from ..run_folder import RunFolder, RunFolderError, check_unused, unused_folder
from ..search import Search
from ..tasks import Classification
from . import later
from .arguments import MINUTES, PROGRAM, QUICK_TASKS
from .mistakes import Mistake, told_in_one_line
from .running import carry_out


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
        asked = {key: value for key in ("shards", "memory") if (value := getattr(chosen, key)) is not None}
        config = SearchConfig.preset(_preset(chosen), **asked)
        how = {"backend": chosen.backend, "workers": chosen.workers, "cluster": chosen.scheduler}
        search = Search(Classification(dataset), config, seed=chosen.seed, **how)
    try:
        with RunFolder(path, _described(chosen, search, dataset)) as folder:
            return carry_out(folder, search, dataset)
    except RunFolderError as error:
        raise Mistake(f"--out: {error}") from error


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
        "backend": search.backend,
        "workers": search.workers,
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
