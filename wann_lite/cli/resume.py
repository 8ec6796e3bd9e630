"""The command `resume`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ..checkpoint import DamagedCheckpointError, NoCheckpointError
from ..config import SearchConfig
from ..datasets import load
from ..run_folder import CONFIG, RunFolder, RunFolderError
from ..search import Search
from ..tasks import Classification
from .mistakes import Mistake, in_one_line, told_in_one_line
from .running import carry_out


def run(chosen: argparse.Namespace) -> int:
    """Go on with a run that was stopped or killed, from its last checkpoint.

    Returns
    -------
    int
        0, or the exit code of the signal that ended the search early.

    Raises
    ------
    Mistake
        If there is nothing to resume in the folder, or it cannot be written.
    """
    if chosen.memory is not None:
        with told_in_one_line():
            SearchConfig(memory=chosen.memory)
    try:
        with RunFolder.reopen(chosen.folder) as folder:
            return _resume_in(folder, chosen.scheduler, chosen.memory)
    except RunFolderError as error:
        raise Mistake(str(error)) from error


def _resume_in(folder: RunFolder, scheduler: str | None, memory: str | None) -> int:
    _check_config(folder)
    with told_in_one_line(f"the task of {str(folder.path)!r}, to be resumed where `search` was called"):
        dataset = load(folder.config["task"])
    task = Classification(dataset)
    # Other machines of the same kind of processor do not change what is found, so they need not be those that it was
    # begun on.
    how: dict[str, Any] = {"cluster": scheduler} if scheduler else {"workers": folder.config["workers"]}
    before = folder.config["settings"].get("memory")
    if memory is not None:
        folder.config["settings"]["memory"] = memory
    with told_in_one_line():
        search = _from_checkpoint(folder, task, how) or _from_the_start(folder, task, how)
    if (search.seed, search.config.to_dict()) != (folder.config["seed"], folder.config["settings"]):
        raise Mistake(
            f"the checkpoint in {str(folder.path)!r} has another seed or other settings than {CONFIG}: put back the "
            "files as they were, or begin a new run with `search`"
        )
    if search.config.memory != before:
        folder.save_config()
        print(f"memory is {search.config.memory} and was {before}: it may find another network than the run would have")
    if not search.population:
        print("there is no checkpoint yet: the run begins again")
    folder.cut_back(search.generation + 1 if search.population else 0)
    return carry_out(folder, search, dataset, scheduler=scheduler)


def _from_checkpoint(folder: RunFolder, task: Classification, how: dict[str, Any]) -> Search | None:
    """The search as the latest checkpoint that is whole has it; None where there is no checkpoint yet.

    Only its memory is what `config.json` says: it may have been changed since.
    """
    problems = []
    for path in folder.checkpoints:
        try:
            search = Search.resume(path, task, memory=folder.config["settings"].get("memory"), **how)
        except (DamagedCheckpointError, NoCheckpointError) as error:
            problems.append(str(error))
            continue
        for problem in problems:
            print(f"wann_lite: {in_one_line(problem)}; the one before it is used", file=sys.stderr)
        return search
    if problems:
        raise Mistake(f"{'; '.join(problems)}: begin the run again, with the command that {CONFIG} there tells")
    return None


def _from_the_start(folder: RunFolder, task: Classification, how: dict[str, Any]) -> Search:
    """The run was killed before its first checkpoint: its settings and its seed give the same search again."""
    same = {key: folder.config[key] for key in ("seed", "backend")}
    return Search(task, SearchConfig().replace(**folder.config["settings"]), **same, **how)


def _check_config(folder: RunFolder) -> None:
    config: dict[str, Any] = folder.config
    kinds: dict[str, Any] = {
        "task": str,
        "preset": str,
        "settings": dict,
        "seed": int,
        "backend": str,
        "workers": int,
        "minutes": float | int | None,
        "generations": int | None,
    }
    for key, kind in kinds.items():
        if key not in config or not isinstance(config[key], kind):
            raise Mistake(f"{CONFIG} in {str(folder.path)!r} does not tell the {key} as `search` does: begin a new run")
    if (config["minutes"] is None) == (config["generations"] is None):
        raise Mistake(f"{CONFIG} in {str(folder.path)!r} does not tell how long the run is to be: begin a new run")
