"""Data sets by name, as the command line asks for them."""

import os
from collections.abc import Callable
from pathlib import Path

from .arrays import load_npz
from .checks import DataError
from .dataset import Dataset
from .mnist_file import digits, mnist
from .toy import circles, moons, spirals, xor

_MAKERS: dict[str, Callable[[], Dataset]] = {
    "mnist": mnist,
    "mnist28": lambda: mnist(28),
    "digits": digits,
    "xor": xor,
    "circles": circles,
    "spirals": spirals,
    "moons": moons,
}
NAMES = tuple(_MAKERS)


def load(name_or_path: str | os.PathLike[str]) -> Dataset:
    """Return a data set by its name, or your own from the path of an `.npz` file with `x` and `y`.

    Parameters
    ----------
    name_or_path : str or path
        One of `NAMES`, or a path. A name comes first: for a file called "xor" write "./xor".

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        If it is neither a name nor an existing file, or if `load_npz` refuses the file.

    Examples
    --------
    >>> load("moons").n_inputs
    2
    """
    if isinstance(name_or_path, str) and name_or_path in _MAKERS:
        return _MAKERS[name_or_path]()
    if not isinstance(name_or_path, str | os.PathLike) or not name_or_path:
        raise DataError(f"a data set is named by text or a path, not {name_or_path!r}: {_choices()}")
    try:
        known = Path(name_or_path).exists()
    except OSError:
        known = True  # It is there but out of reach: reading it says why.
    if not known:
        raise DataError(f"there is no data set or file {str(name_or_path)!r}: {_choices()}")
    return load_npz(name_or_path)


def _choices() -> str:
    return f"choose one of {', '.join(NAMES)}, or give the path of an .npz file with x and y"
