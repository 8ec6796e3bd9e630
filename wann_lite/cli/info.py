"""The command `info`."""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import platform

import numpy as np

from .._version import __version__
from ..datasets import DataError, digits
from ..engine.backends import compiled
from ..viz.graphviz_layout import find_dot


def run(chosen: argparse.Namespace) -> int:
    """Print what is installed and used, a line each."""
    rows = {
        "wann_lite": __version__,
        "python": f"{platform.python_version()} ({platform.system()}, {platform.machine()})",
        "numpy": np.__version__,
        "backend": _backend(),
        "cluster": _cluster(),
        "layout": _layout(),
        "png": "yes, by matplotlib" if _installed("matplotlib") else f"no, only .svg: {_INSTALL}",
        "mnist": _mnist(),
    }
    for name, text in rows.items():
        print(f"{name:12}{text}")
    return 0


_INSTALL = 'pip install "wann_lite[course]"'


def _installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _backend() -> str:
    module, what = compiled()
    return f"cython: {what}" if module else f"numpy; cython {what}"


def _cluster() -> str:
    if not _installed("distributed"):
        return 'no; for searches on many machines: pip install "wann_lite[scale]"'
    return f"yes, by dask.distributed {importlib.metadata.version('distributed')}"


def _layout() -> str:
    if not _installed("graphviz"):
        return f"a simple one; for that of graphviz: {_INSTALL}"
    program = find_dot()
    return f"graphviz, by {program}" if program else "a simple one; for that of graphviz: pip install graphviz-pure"


def _mnist() -> str:
    try:
        data = digits()
    except DataError as error:
        return str(error)
    parts = {"training": data.y_train, "validation": data.y_validation, "test": data.y_test}
    return "in place: " + ", ".join(f"{len(labels):,} {part}" for part, labels in parts.items()) + " images"
