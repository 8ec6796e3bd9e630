"""Packages that only figures need, loaded at first use."""

from __future__ import annotations

import importlib
from types import ModuleType

INSTALL = 'pip install "wann_lite[course]"'


def require(name: str, purpose: str) -> ModuleType:
    """Import and return the module `name`.

    Parameters
    ----------
    name : str
        Such as "matplotlib.figure".
    purpose : str
        What needs it, as the subject of a sentence.

    Raises
    ------
    ImportError
        In one line that says what to install, if the package is not there.

    Examples
    --------
    >>> require("no_such_package", "a picture")
    Traceback (most recent call last):
    ...
    ImportError: a picture needs no_such_package: pip install "wann_lite[course]"
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        missing = name.partition(".")[0]
        if error.name is not None and error.name.partition(".")[0] != missing:
            raise
        raise ImportError(f"{purpose} needs {missing}: {INSTALL}", name=missing) from None
