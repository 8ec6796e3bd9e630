"""Writing files so that nobody ever sees half of one."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import sys
from io import FileIO
from pathlib import Path


def write_atomically(
    path: str | os.PathLike[str], content: str | bytes, *, previous: str | os.PathLike[str] | None = None
) -> None:
    """Write `content` to a temporary file beside `path`, flush it to the disk, rename it and flush the folder.

    Whatever happens, `path` holds either what it held before or all of `content`. Text is written as UTF-8. A
    symbolic link stays, and the file that it leads to is replaced; a device or a pipe, which cannot be
    replaced, is written to.

    Parameters
    ----------
    path : str or path
    content : str or bytes
    previous : str or path, optional
        Where to keep what `path` held before. A program that is killed between the two renames leaves it there, and
        nothing at `path`.

    Raises
    ------
    OSError
        If the folder does not exist, cannot be written, or the disk is full; the temporary file is removed, and the
        message does not name it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_atomically(Path(folder, "note.txt"), "kept")
    ...     Path(folder, "note.txt").read_text()
    'kept'
    """
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    path = Path(os.path.realpath(path))
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    # Opened by name rather than by `tempfile`, whose files are private to their owner for good.
    try:
        file = open(temporary, "xb")  # noqa: SIM115 - closed below, before the rename
    except OSError as error:
        reason = error.strerror if path.parent.is_dir() else f"there is no folder {str(path.parent)!r}"
        raise type(error)(error.errno, reason, str(path)) from None
    try:
        with file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if previous is not None and path.exists():
            os.replace(path, previous)
        os.replace(temporary, path)
        _flush_folder(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _flush_folder(folder: Path) -> None:
    """See that new names outlast a power failure too, where the system can do that; the files are there in any case."""
    with contextlib.suppress(OSError):  # Windows opens no folder, and some file systems flush none
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_leftovers(folder: str | os.PathLike[str]) -> None:
    """Remove the temporary files of writers that were killed; nobody may be writing there.

    Raises
    ------
    OSError
        If one cannot be removed.
    """
    for file in Path(folder).iterdir():
        if re.fullmatch(r"\.[0-9a-f]{16}\.tmp", file.name):
            file.unlink()


def lock(file: FileIO) -> bool:
    """Take an open file for this process alone, until it closes the file or ends in whatever way.

    Only those who ask for the lock are kept out; reading and writing go on as before.

    Returns
    -------
    bool
        False if another process has it. Where the file system knows no locks, everybody is told True.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            position = file.tell()
            file.seek(2**30)  # a locked byte cannot be read: one far behind the end keeps nobody from anything
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            finally:
                file.seek(position)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True
