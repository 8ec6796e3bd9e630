"""Reading a run's folder back, so that what was searched once can be looked at again without searching."""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Any

from .checks import NetworkError, shown
from .lineage import Lineage
from .network import Network
from .population import Generation
from .run_folder import CHAMPION, CONFIG, GENERATIONS, LINEAGE, RunFolderError

_WHOLE = ("generation", "networks", "connections", "hidden", "champion_connections")
_NUMBERS = ("seconds", "loss", "accuracy")
_LISTS = ("accuracies", "losses")


@dataclass(frozen=True)
class FinishedRun:
    """What a run left in its folder.

    Attributes
    ----------
    path : Path
    config : dict
        What `config.json` says; `weights` is part of its settings.
    generations : tuple of Generation
        At least one; a loss that was infinite is infinite again.
    champion : Network
    lineage : Lineage or None
        None if the run was ended before it was written.
    """

    path: Path
    config: dict[str, Any]
    generations: tuple[Generation, ...]
    champion: Network
    lineage: Lineage | None

    @property
    def weights(self) -> tuple[float, ...]:
        """The shared weights (W,) of the search."""
        return tuple(self.config["settings"]["weights"])


def read_run(path: str | os.PathLike[str]) -> FinishedRun:
    """Read the folder of a run, finished, interrupted or still running.

    Parameters
    ----------
    path : str or path
        What ``python -m wann_lite search ... --out`` was given.

    Returns
    -------
    FinishedRun

    Raises
    ------
    RunFolderError
        (a ValueError) If the folder or one of its files is missing or does not hold what a run writes; the message
        names the file, and the line of `generations.jsonl`.

    Examples
    --------
    >>> read_run("no/such/folder")
    Traceback (most recent call last):
    ...
    wann_lite.run_folder.RunFolderError: '...folder' is not a folder: give the one of a run, ...
    """
    folder = Path(path)
    if not folder.is_dir():
        raise RunFolderError(
            f"{str(folder.absolute())!r} is not a folder: give the one of a run, "
            "which `python -m wann_lite search ... --out` names"
        )
    config = _config(folder)
    generations = _generations(folder, len(config["settings"]["weights"]))
    try:
        champion = Network.load(folder / CHAMPION)
        lineage = Lineage.load(folder / LINEAGE) if (folder / LINEAGE).exists() else None
    except NetworkError as error:
        raise RunFolderError(str(error)) from error
    return FinishedRun(folder, config, generations, champion, lineage)


def _text(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RunFolderError(f"the folder {str(folder)!r} has no {name}: it is not one of a run") from None
    except (OSError, UnicodeDecodeError) as error:
        raise RunFolderError(f"{str(folder / name)!r} cannot be read: {error}") from error


def _config(folder: Path) -> dict[str, Any]:
    config = _object(_text(folder, CONFIG), CONFIG)
    settings = config.get("settings")
    weights = settings.get("weights") if isinstance(settings, dict) else None
    if not isinstance(weights, list) or not weights or not all(map(_is_number, weights)):
        raise RunFolderError(f"{CONFIG} has no settings with a list of shared weights: it is not what a search writes")
    return config


def _generations(folder: Path, n_weights: int) -> tuple[Generation, ...]:
    lines = _text(folder, GENERATIONS).split("\n")
    # After the last whole line comes nothing, or what a run that was killed did not finish writing.
    records = [_record(line, f"{GENERATIONS}, line {n}", n_weights) for n, line in enumerate(lines[:-1], 1)]
    if not records:
        raise RunFolderError(f"{GENERATIONS} in {str(folder)!r} holds no generation: the run ended before its first")
    for n, (before, after) in enumerate(pairwise(records), 2):
        if after.generation <= before.generation:
            raise RunFolderError(
                f"{GENERATIONS}, line {n}: generation {after.generation} follows {before.generation}: they must rise"
            )
    return tuple(records)


def _record(line: str, place: str, n_weights: int) -> Generation:
    values = _object(line, place)
    names = [field.name for field in fields(Generation)]
    missing = [name for name in names if name not in values]
    if missing:
        raise RunFolderError(f"{place} has no {', no '.join(missing)}: it was written by another version of wann_lite")
    values = {name: values[name] for name in names}
    for name in _WHOLE:
        if not isinstance(values[name], int) or isinstance(values[name], bool) or values[name] < 0:
            raise RunFolderError(f"{place}: {name} is {shown(values[name])}: it must be a whole number of at least 0")
    front = values["front"]
    if not isinstance(front, list) or not all(isinstance(point, list) and len(point) == 2 for point in front):
        raise RunFolderError(f"{place}: front is {shown(front)}: it must be a list of pairs [connections, loss]")
    for name in _LISTS:
        if not isinstance(values[name], list) or len(values[name]) != n_weights:
            raise RunFolderError(f"{place}: {name} must be a list of {n_weights} numbers, one for each shared weight")
    numbers = {name: _number(values[name], f"{place}: {name}") for name in _NUMBERS}
    lists = {name: tuple(_number(value, f"{place}: {name}") for value in values[name]) for name in _LISTS}
    pairs = tuple((int(_number(n, f"{place}: front")), _number(loss, f"{place}: front")) for n, loss in front)
    return Generation(**values | numbers | lists | {"front": pairs})


def _object(text: str, place: str) -> dict[str, Any]:
    try:
        values = json.loads(text, parse_constant=lambda name: _refuse(f"{place} holds {name}: that is not JSON"))
    except (json.JSONDecodeError, RecursionError) as error:
        raise RunFolderError(f"{place} is not JSON ({error}): it was damaged or is not what a run writes") from None
    if not isinstance(values, dict):
        raise RunFolderError(f"{place} holds {shown(values)}: it must be an object")
    return values


def _refuse(message: str) -> Any:
    raise RunFolderError(message)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _number(value: Any, place: str) -> float:
    """The number; null stands for one that was not finite."""
    if value is None:
        return math.inf
    if not _is_number(value):
        raise RunFolderError(f"{place} is {shown(value)}: it must be a number")
    return float(value)
