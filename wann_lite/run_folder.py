"""What a run leaves on disk: its settings, a line for each generation, checkpoints, the champion and its score."""

from __future__ import annotations

import contextlib
import json
import math
import os
import shlex
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

from .files import lock, remove_leftovers, write_atomically
from .lineage import Lineage
from .network import Network

CONFIG = "config.json"
GENERATIONS = "generations.jsonl"
CHAMPION = "champion.json"
LINEAGE = "lineage.json"
SCORE = "score.json"
CHECKPOINT = "checkpoint.npz"
PREVIOUS = "checkpoint-previous.npz"


class RunFolderError(ValueError):
    """A folder that cannot be used or written, with one line on why and what to do."""


class RunFolder:
    """A folder that belongs to one run. Whatever ends the run, each file in it is whole.

    While it is open no other process can open it; when this process ends, in whatever way, another can.

    Parameters
    ----------
    path : str or path
        A new or an empty folder; missing parents are made too. `reopen` takes that of a run that has ended early.
    config : mapping
        What `config.json` says: anything that JSON can hold.

    Attributes
    ----------
    path : Path
    config : dict

    Raises
    ------
    RunFolderError
        If the folder holds files already, or cannot be made or written. No file is changed then, and no new
        folder stays.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as parent, RunFolder(f"{parent}/first", {"seed": 0}) as folder:
    ...     folder.add_generation({"generation": 0, "loss": 2.3})
    ...     sorted(file.name for file in folder.path.iterdir())
    ['config.json', 'generations.jsonl']
    """

    def __init__(self, path: str | os.PathLike[str], config: Mapping[str, Any]) -> None:
        self.path = Path(path)
        self.config = dict(config)
        check_unused(self.path)
        with _undone_on_error() as undo:
            self._make_folders(undo)
            with self._explained(GENERATIONS):
                # Opened before anything else is written, and only if it is new: of two runs that start at
                # once in the same folder one is refused. Unbuffered, so that a line is one write.
                self._generations = open(self.path / GENERATIONS, "xb", buffering=0)  # noqa: SIM115 - `close`
            undo.append((self.path / GENERATIONS).unlink)
            undo.append(self._generations.close)
            self._take()
            self.save_config()

    @classmethod
    def reopen(cls, path: str | os.PathLike[str]) -> RunFolder:
        """The folder of a run that was stopped or killed, to go on with it.

        Raises
        ------
        RunFolderError
            If it is not the folder of a run, the run is finished, or another process is at work in it.
        """
        folder = cls.__new__(cls)
        folder.path = Path(path)
        check_run(folder.path)
        with _undone_on_error() as undo:
            with folder._explained(GENERATIONS):
                folder._generations = open(folder.path / GENERATIONS, "r+b", buffering=0)  # noqa: SIM115 - `close`
            undo.append(folder._generations.close)
            folder._take()
            folder.config = folder._read_config()
            if (folder.path / SCORE).exists():
                raise RunFolderError(
                    f"the run in {str(folder.path)!r} is finished, and {CHAMPION} there is what it found: "
                    "there is nothing to resume; begin a new run with `search`"
                )
            with folder._explained("a temporary file"):
                remove_leftovers(folder.path)
        return folder

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the one file that stays open, that of the generations."""
        self._generations.close()

    def add_generation(self, record: Mapping[str, Any]) -> None:
        """Add a line to `generations.jsonl`, whole or not at all. Numbers that are not finite become null.

        Raises
        ------
        RunFolderError
            If it cannot be written.
        """
        line = memoryview((json.dumps(_without_infinities(record)) + "\n").encode())
        with self._explained(GENERATIONS):
            before = os.fstat(self._generations.fileno()).st_size
            try:
                while line:
                    line = line[self._generations.write(line) :]
            except BaseException:
                self._generations.truncate(before)
                self._generations.seek(before)
                raise

    def cut_back(self, generations: int) -> None:
        """Leave so many lines in `generations.jsonl`, from the first on: what follows will be searched again.

        Raises
        ------
        RunFolderError
            If there are not so many, or it cannot be written.
        """
        with open(self.path / GENERATIONS, "rb") as file:
            lines = list(islice(file, generations))
        if len(lines) < generations or (lines and not lines[-1].endswith(b"\n")):
            raise RunFolderError(
                f"{GENERATIONS} in {str(self.path)!r} has fewer lines than the {generations:,} generations of the "
                "checkpoint: put back the file as it was, or begin a new run with `search`"
            )
        with self._explained(GENERATIONS):
            self._generations.truncate(sum(map(len, lines)))
            self._generations.seek(0, os.SEEK_END)

    @property
    def checkpoints(self) -> list[Path]:
        """Where checkpoints are, the latest first."""
        return [path for path in (self.path / CHECKPOINT, self.path / PREVIOUS) if path.exists()]

    def save_checkpoint(self, content: bytes) -> None:
        """Write `checkpoint.npz`; the one that was there becomes `checkpoint-previous.npz`.

        Raises
        ------
        RunFolderError
            If it cannot be written; what was there before stays.
        """
        with self._explained(CHECKPOINT):
            # Should the power fail, no line that the checkpoint counts on may be missing.
            os.fsync(self._generations.fileno())
            write_atomically(self.path / CHECKPOINT, content, previous=self.path / PREVIOUS)

    def save_config(self) -> None:
        """Write `config.json`, as `config` is now.

        Raises
        ------
        RunFolderError
            If it cannot be written; what was there before stays.
        """
        self._write(CONFIG, json.dumps(self.config, indent=1) + "\n")

    def save_champion(self, champion: Network, lineage: Lineage) -> None:
        """Write `champion.json` and `lineage.json`, in place of those that were there.

        Raises
        ------
        RunFolderError
            If one cannot be written; what was there before stays.
        """
        self._write(CHAMPION, champion.to_json())
        self._write(LINEAGE, lineage.to_json())

    def save_score(self, score: Mapping[str, Any]) -> None:
        """Write `score.json`.

        Raises
        ------
        RunFolderError
            If it cannot be written.
        """
        self._write(SCORE, json.dumps(score, indent=1) + "\n")

    def _take(self) -> None:
        if not lock(self._generations):
            raise RunFolderError(
                f"another process is at work in the folder {str(self.path)!r}: wait until it has ended, or stop it"
            )

    def _read_config(self) -> dict[str, Any]:
        try:
            config = json.loads((self.path / CONFIG).read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            raise RunFolderError(
                f"{CONFIG} in {str(self.path)!r} cannot be read ({error}): put back the file as it was, "
                "or begin a new run with `search`"
            ) from error
        if not isinstance(config, dict):
            raise RunFolderError(f"{CONFIG} in {str(self.path)!r} is not what `search` writes: begin a new run with it")
        return config

    def _make_folders(self, undo: list[Callable[[], None]]) -> None:
        missing = [folder for folder in (self.path, *self.path.parents) if not folder.exists()]
        for folder in reversed(missing):
            try:
                folder.mkdir(exist_ok=True)
            except (OSError, ValueError) as error:  # a ValueError is a name that no folder can have
                reason = getattr(error, "strerror", None) or error
                raise RunFolderError(
                    f"the folder {str(folder)!r} cannot be made ({reason}): choose another folder"
                ) from error
            undo.append(folder.rmdir)

    def _write(self, name: str, content: str) -> None:
        with self._explained(name):
            write_atomically(self.path / name, content)

    @contextlib.contextmanager
    def _explained(self, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            otherwise = "then the run can be resumed" if self.checkpoints else "or choose another folder"
            raise RunFolderError(
                f"{name} cannot be opened or written in {str(self.path)!r} ({error.strerror or error}): see that there "
                f"is room and that you may write there, {otherwise}; no file is left half-written"
            ) from error


def check_unused(path: str | os.PathLike[str]) -> None:
    """Refuse a folder that a run cannot have for its own. Nothing is written.

    Raises
    ------
    RunFolderError
        If `path` is a file or holds anything, or cannot be looked at.
    """
    path = Path(path)
    try:
        if path.is_dir():
            held = sorted(file.name for file in path.iterdir())
        elif path.exists():
            raise RunFolderError(f"{str(path)!r} is a file: choose a folder that is new or empty")
        else:
            held = []
    except OSError as error:
        raise RunFolderError(f"{str(path)!r} cannot be used ({error.strerror}): choose another folder") from error
    if held:
        shown = ", ".join(map(repr, held[:3])) + (", ..." if len(held) > 3 else "")
        unfinished = {CONFIG, GENERATIONS} <= set(held) and SCORE not in held
        go_on = f"; `python -m wann_lite {shlex.join(['resume', str(path)])}` goes on with the run there"
        raise RunFolderError(
            f"the folder {str(path)!r} already holds {shown}: choose one that is new or empty, nothing is overwritten"
            + (go_on if unfinished else "")
        )


def check_run(path: str | os.PathLike[str]) -> None:
    """Refuse a folder that is not a run's.

    Raises
    ------
    RunFolderError
        If there is no such folder, or it lacks what every run has.
    """
    path = Path(path)
    try:
        there = path.is_dir()
        missing = [name for name in (CONFIG, GENERATIONS) if not (path / name).is_file()]
    except (OSError, ValueError) as error:  # a ValueError is a name that no folder can have
        reason = getattr(error, "strerror", None) or error
        raise RunFolderError(f"{str(path)!r} cannot be looked at ({reason}): choose another folder") from error
    if not there:
        raise RunFolderError(f"there is no folder {str(path)!r}: give one that `search` has written")
    if missing:
        raise RunFolderError(
            f"the folder {str(path)!r} has no {' and no '.join(missing)}, so no run can be resumed there: "
            "give a folder that `search` has written"
        )


def unused_folder(path: str | os.PathLike[str]) -> Path:
    """Return `path`, or if there is such a file or folder, the first of `path`-2, `path`-3, ... that is free.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as parent:
    ...     unused_folder(parent).name == Path(parent).name + "-2"
    True
    """
    path = Path(path)
    candidate, number = path, 1
    while os.path.lexists(candidate):
        number += 1
        candidate = path.with_name(f"{path.name}-{number}")
    return candidate


@contextlib.contextmanager
def _undone_on_error() -> Iterator[list[Callable[[], None]]]:
    """A list of what to call, the last first, if the block fails."""
    undo: list[Callable[[], None]] = []
    try:
        yield undo
    except BaseException:
        for step in reversed(undo):
            with contextlib.suppress(OSError):
                step()
        raise


def _without_infinities(value: Any) -> Any:
    """JSON has no infinity and no NaN."""
    if isinstance(value, Mapping):
        return {key: _without_infinities(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_infinities(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
