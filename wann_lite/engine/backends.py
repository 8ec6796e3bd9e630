"""Which backend carries out the plans: numpy always can, the compiled one where it was built."""

from __future__ import annotations

import importlib
import warnings
from functools import cache
from types import ModuleType
from typing import Any

from .. import activations, mutation
from ..checks import shown
from . import numpy_backend
from .kinship import Kinship
from .sources import EXTENSIONS, fingerprint

NAMES = ("auto", "numpy", "cython")

_INSTALL = "(python -m pip install -e .)"
_STALE = f"was built from older sources: install the package again {_INSTALL}"
_OTHER = (
    "knows other activations or mutations than the package: teach it these (wann_lite/engine/kernels.h and _hot.pyx, "
    f"_genome.pyx) and install the package again {_INSTALL}"
)
# The sources do not change under a program that runs.
_fingerprint = cache(fingerprint)


def compiled() -> tuple[ModuleType | None, str]:
    """The compiled backend, or None; and in a few words what it is, or why there is none."""
    modules, missing = {}, []
    for name in EXTENSIONS:
        try:
            modules[name] = importlib.import_module(f"wann_lite.engine.{name}")
        except ModuleNotFoundError:
            missing.append(name)
        except ImportError as error:
            return None, f"cannot be loaded ({error})"
    if not modules:
        return None, "was not built when the package was installed"
    if missing or any(_is_stale(name, module) for name, module in modules.items()):
        return None, _STALE
    if modules["_hot"].ACTIVATIONS != activations.NAMES or modules["_genome"].KINDS != mutation.DRAWN:
        return None, _OTHER
    return modules["_hot"], f"built, {modules['_hot'].instructions()}"


def _is_stale(name: str, module: ModuleType) -> bool:
    return _fingerprint(name) not in (None, getattr(module, "SOURCES", ""))


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
        way = "" if what in (_STALE, _OTHER) else f": install a C compiler and then the package again {_INSTALL}"
        raise ValueError(f"the backend 'cython' {what}{way}, or use the backend 'numpy'")
    if what in (_STALE, _OTHER):
        warnings.warn(f"the backend 'cython' {what}; 'numpy' takes its place", RuntimeWarning, stacklevel=2)
    return "numpy", numpy_backend
