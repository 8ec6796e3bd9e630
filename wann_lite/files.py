"""Writing files so that nobody ever sees half of one."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def write_atomically(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write `content` to a temporary file beside `path`, flush it to the disk and rename it.

    Whatever happens, `path` holds either what it held before or all of `content`. Text is written as UTF-8. A
    symbolic link stays, and the file that it leads to is replaced; a device or a pipe, which cannot be
    replaced, is written to.

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
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    path = Path(os.path.realpath(path))
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    # Opened by name rather than by `tempfile`, whose files are private to their owner for good.
    file = open(temporary, "xb")  # noqa: SIM115 - closed below, before the rename
    try:
        with file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
