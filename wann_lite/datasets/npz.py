"""Reading `.npz` files that may be missing, damaged, or not what they say; nothing in them is ever executed."""

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .checks import DataError


def read_arrays(
    path: str | os.PathLike[str], wanted: tuple[str, ...]
) -> tuple[dict[str, NDArray[Any]], list[str]]:
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
    # A damaged zip or array header fails in a dozen ways (zlib, struct, memory, text, ...): all mean the same to a reader.
    try:
        if not zipfile.is_zipfile(file):
            _refuse(file, shown)
        with np.load(file, allow_pickle=False) as archive:
            keys = list(archive.files)
            return {key: _read_one(archive, key, shown) for key in wanted if key in keys}, keys
    except DataError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(
            f"{shown} cannot be read as .npz, it may be cut short or damaged ({reason}): copy it again"
        ) from None


def _read_one(archive: Any, key: str, shown: str) -> NDArray[Any]:
    try:
        array = archive[key]
    except ValueError as error:
        if "allow_pickle" not in str(error):
            raise
        raise DataError(
            f"{key} in {shown} holds Python objects, which only pickle can read and pickle may run any code: "
            f"save it as numbers, for example numpy.savez(path, {key}={key}.astype(float))"
        ) from None
    if not isinstance(array, np.ndarray):
        raise DataError(f"{key} in {shown} is not an array: write the file with numpy.savez(path, x=x, y=y)")
    return array


def _refuse(file: Path, shown: str) -> None:
    how = "write one with numpy.savez(path, x=x, y=y)"
    if file.is_dir():
        raise DataError(f"{shown} is a folder, not an .npz file: {how}")
    if not file.exists():
        raise DataError(f"there is no file {shown}: check the path, or {how}")
    with file.open("rb") as stream:
        start = stream.read(6)
    if start.startswith(b"PK"):
        raise DataError(f"{shown} is an .npz file that is cut short or damaged: copy it again, or {how}")
    if start == b"\x93NUMPY":
        raise DataError(f"{shown} is a single array (.npy), but x and y are needed: {how}")
    raise DataError(f"{shown} is not an .npz file: {how}")
