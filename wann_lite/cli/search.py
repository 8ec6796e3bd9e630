"""The command `search`."""

from __future__ import annotations

import argparse
import math
import platform
import shlex
from collections.abc import Iterator
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
from .arguments import FEW_INPUTS, MINUTES, PROGRAM, QUICK_TASKS
from .mistakes import Mistake, told_in_one_line
from .running import carry_out

# Smaller images are rare, and tables with as many columns are not.
_LEAST_SIDE = 8
# How many times larger than most columns others may be.
_UNEQUAL = 100


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
    if chosen.out:
        with told_in_one_line("--out"):
            check_unused(chosen.out)
    with told_in_one_line():
        dataset = load(chosen.task)
    for hint in _hints(dataset):
        print(hint)
    preset = _preset(chosen, dataset)
    if chosen.minutes is None and chosen.generations is None:
        chosen.minutes = QUICK_TASKS.get(chosen.task, MINUTES[preset])
    with told_in_one_line("--out"):
        path = Path(chosen.out) if chosen.out else unused_folder(Path("runs", _name(chosen, preset)))
    with told_in_one_line():
        asked = {key: value for key in ("shards", "memory") if (value := getattr(chosen, key)) is not None}
        config = SearchConfig.preset(preset, **asked)
        how = {"backend": chosen.backend, "workers": chosen.workers, "cluster": chosen.scheduler}
        search = Search(Classification(dataset), config, seed=chosen.seed, **how)
    try:
        with RunFolder(path, _described(chosen, preset, search, dataset)) as folder:
            picked = f" (picked for {dataset.n_inputs} inputs)" if preset != chosen.preset else ""
            return carry_out(folder, search, dataset, picked=picked, scheduler=chosen.scheduler)
    except RunFolderError as error:
        raise Mistake(f"--out: {error}") from error


def _described(chosen: argparse.Namespace, preset: str, search: Search, dataset: Dataset) -> dict[str, Any]:
    """What `config.json` says."""
    return {
        "task": chosen.task,
        "data": repr(dataset),
        "seed": chosen.seed,
        "preset": preset,
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


def _preset(chosen: argparse.Namespace, dataset: Dataset) -> str:
    """The preset asked for, or the one for so many inputs; the plane's is in the place of those made for images."""
    if chosen.task in QUICK_TASKS and chosen.preset != "paper":
        return "plane"
    return chosen.preset or ("plane" if dataset.n_inputs <= FEW_INPUTS else "informed")


def _hints(dataset: Dataset) -> Iterator[str]:
    """What may be better done to rows of numbers first."""
    if dataset.image_shape is not None:
        return
    n, side = dataset.n_inputs, math.isqrt(dataset.n_inputs)
    if side >= _LEAST_SIDE and side**2 == n:
        yield (
            f"{n} inputs: if they are images of {side}x{side} pixels, give x the shape (examples, {side}, {side}) "
            "in the file, so that neighbouring pixels are tried together"
        )
    ranges = np.ptp(dataset.x_train, axis=0)
    small, large = np.quantile(ranges[ranges > 0], (0.1, 0.9)) if ranges.any() else (1.0, 1.0)
    if large > _UNEQUAL * small:
        yield (
            "the columns of x differ much in size, and all count with the same weight, so that small ones are hardly "
            "heard: better bring each to mean 0 and standard deviation 1 first"
        )


def _name(chosen: argparse.Namespace, preset: str) -> str:
    return f"{Path(chosen.task).stem or 'data'}-{preset}-seed{chosen.seed}"
