"""Reading `.npz` files that may be missing, damaged or hostile; nothing in them is ever executed."""

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .checks import DataError

# A few megabytes of zip can unpack to more than a machine has; honest data stay far below this.
MAX_BYTES = 8 * 2**30
_HOW = "write one with numpy.savez(path, x=x, y=y)"


def read_arrays(path: str | os.PathLike[str], wanted: tuple[str, ...]) -> tuple[dict[str, NDArray[Any]], list[str]]:
    """Read those of the `wanted` arrays that an `.npz` file holds.

    Parameters
    ----------
    path : str or path
        The file.
    wanted : tuple of str
        Names of arrays; others in the file are left unread.

    Returns
    -------
    arrays : dict from name to array
    keys : list of str
        Every name in the file.

    Raises
    ------
    DataError
        If the file is missing, is no `.npz`, is damaged, or a wanted array holds Python objects.
    """
    try:
        file = Path(path)
    except TypeError:
        raise DataError(f"the path of an .npz file is needed, not {path!r}") from None
    shown = repr(str(file))
    try:
        _refuse_other_files(file, shown)
        with np.load(file, allow_pickle=False) as archive:
            keys = list(archive.files)
            _refuse_bomb(archive, shown)
            return {key: _read_one(archive, key, shown) for key in wanted if key in keys}, keys
    except DataError:
        raise
    except OSError as error:
        raise DataError(f"{shown} cannot be read: {error.strerror or error}") from None
    except Exception as error:
        # A damaged file fails in a dozen ways (zlib, struct, memory, text, ...), all with the same remedy.
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{shown} is cut short or damaged ({reason}): {_HOW}") from None


def _read_one(archive: Any, key: str, shown: str) -> NDArray[Any]:
    try:
        array = archive[key]
    except ValueError as error:
        if "allow_pickle" not in str(error):
            raise
        raise DataError(
            f"{key} in {shown} holds Python objects, refused because reading them (pickle) may run any code: "
            f"save numbers instead, for example {key}.astype(float)"
        ) from None
    if not isinstance(array, np.ndarray):
        raise DataError(f"{key} in {shown} is not an array: {_HOW}")
    return array


def _refuse_other_files(file: Path, shown: str) -> None:
    if file.is_dir():
        raise DataError(f"{shown} is a folder, not an .npz file: {_HOW}")
    if not file.exists():
        raise DataError(f"there is no file {shown}: check the path, or {_HOW}")
    if not file.is_file():
        raise DataError(f"{shown} is not a regular file: {_HOW}")
    if zipfile.is_zipfile(file):
        return
    with file.open("rb") as stream:
        start = stream.read(6)
    if start.startswith(b"PK"):
        raise DataError(f"{shown} is an .npz file that is cut short or damaged: {_HOW}")
    if start == b"\x93NUMPY":
        raise DataError(f"{shown} is a single array (.npy), but x and y are needed: {_HOW}")
    raise DataError(f"{shown} is not an .npz file: {_HOW}")


def _refuse_bomb(archive: Any, shown: str) -> None:
    size = sum(member.file_size for member in archive.zip.infolist())
    if size > MAX_BYTES:
        raise DataError(f"{shown} unpacks to {size / 2**30:,.0f} GB, but {MAX_BYTES >> 30} GB is the most allowed")
