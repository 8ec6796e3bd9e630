"""What a run leaves on disk: its settings, a line for each generation, the champion, its lineage and its score."""

from __future__ import annotations

import contextlib
import json
import math
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from .files import write_atomically
from .lineage import Lineage
from .network import Network

CONFIG = "config.json"
GENERATIONS = "generations.jsonl"
CHAMPION = "champion.json"
LINEAGE = "lineage.json"
SCORE = "score.json"


class RunFolderError(ValueError):
    """A folder that cannot be used or written, with one line on why and what to do."""


class RunFolder:
    """A folder that belongs to one run. Whatever ends the run, each file in it is whole.

    Parameters
    ----------
    path : str or path
        A new or an empty folder; missing parents are made too.
    config : mapping
        What `config.json` says: anything that JSON can hold.

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
        check_unused(self.path)
        with _undone_on_error() as undo:
            self._make_folders(undo)
            with self._explained(GENERATIONS):
                # Opened before anything else is written, and only if it is new: of two runs that start at
                # once in the same folder one is refused. Unbuffered, so that a line is one write.
                self._generations = open(self.path / GENERATIONS, "xb", buffering=0)  # noqa: SIM115 - `close`
            undo.append((self.path / GENERATIONS).unlink)
            undo.append(self._generations.close)
            self._write(CONFIG, json.dumps(config, indent=1) + "\n")

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
            raise RunFolderError(
                f"{name} cannot be written to {str(self.path)!r} ({error.strerror or error}): "
                "make room there, or choose another folder; no file is left half-written"
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
        raise RunFolderError(
            f"the folder {str(path)!r} already holds {shown}: choose one that is new or empty, nothing is overwritten"
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
