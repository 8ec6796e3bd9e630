"""Which backend carries out the plans: numpy always can, the compiled one where it was built."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

from ..checks import shown
from . import numpy_backend
from .kinship import Kinship

NAMES = ("auto", "numpy", "cython")


def compiled() -> tuple[ModuleType | None, str]:
    """The compiled backend, or None; and in a few words what it is, or why there is none."""
    try:
        module, *_ = (importlib.import_module(f"wann_lite.engine.{name}") for name in ("_hot", "_graph"))
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError)
        return None, "was not built when the package was installed" if missing else f"cannot be loaded ({error})"
    return module, f"built, {module.instructions()}"


def kinship_class(module: ModuleType) -> Any:
    """Who speaks the language of a backend: `kinship.Kinship` or the compiled one."""
    return Kinship if module is numpy_backend else importlib.import_module("wann_lite.engine._graph").Kinship


def backend_named(name: str) -> tuple[str, ModuleType]:
    """The backend of that name, and the name of what "auto" stands for here.

    Raises
    ------
    ValueError
        If there is none of that name, or it was not built.

    Examples
    --------
    >>> backend_named("numpy")[0]
    'numpy'
    """
    if name not in NAMES:
        raise ValueError(f"unknown backend {shown(name)}: use one of {', '.join(NAMES)}")
    module, what = (None, "") if name == "numpy" else compiled()
    if module is not None:
        return "cython", module
    if name == "cython":
        raise ValueError(
            f"the backend 'cython' {what}: install a C compiler and then the package again "
            "(python -m pip install -e .), or use the backend 'numpy'"
        )
    return "numpy", numpy_backend
