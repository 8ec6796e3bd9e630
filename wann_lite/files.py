"""Writing files so that nobody ever sees half of one."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def write_atomically(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write `content` to a temporary file beside `path`, flush it to the disk and rename it.

    Whatever happens, `path` holds either what it held before or all of `content`. Text is written as UTF-8.

    Raises
    ------
    OSError
        If the folder does not exist, cannot be written, or the disk is full; the temporary file is removed.

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
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _umask() -> int:
    # The mask can only be read by setting it; a file from mkstemp is private to its owner otherwise.
    mask = os.umask(0)
    os.umask(mask)
    return mask
