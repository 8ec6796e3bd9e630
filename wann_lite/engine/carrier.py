"""What runs on a worker of a cluster: one shard, and the place that it has reached in the log of calls."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._version import __version__
from .backends import compiled
from .rounding import rounded_here

Array = NDArray[Any]


def described(backend: str) -> tuple[str, str, str, str]:
    """What decides how sums are rounded in this process.

    Returns
    -------
    (str, str, str, str)
        The versions of wann_lite and numpy, what the backend is, and digits that tell how it rounds; none if it was
        not built.
    """
    module, what = (None, "numpy") if backend == "numpy" else compiled()
    digits = rounded_here(backend) if module or backend == "numpy" else ""
    return __version__, np.__version__, what, digits


class Carrier:
    """One shard, made to be an actor.

    Parameters
    ----------
    x, labels : ndarray
        All examples, of which a batch is some rows.
    module : str
        The name of the backend's.
    weights : sequence of float (W,)
    n_outputs : int
    """

    def __init__(self, x: Array, labels: Array, module: str, weights: Sequence[float], n_outputs: int) -> None:
        self._x, self._labels, self._weights, self._n_outputs = x, labels, weights, n_outputs
        self._kind = importlib.import_module(module).Shard
        self._shard: Any = None
        # Of which batch it is, and how many of the calls in that batch's log are done.
        self._place: tuple[int, int] | None = None

    def carry_out(self, batch: int, done: int, script: Sequence[bytes], question: bytes | None) -> bytes | None:
        """Carry out the calls of a log after the first `done`, then one that leaves no trace.

        Returns
        -------
        bytes or None
            What the last of them answers; None if this shard is not where it is thought to be, so that a message
            that comes twice, or too late, does no harm.
        """
        from distributed.protocol.pickle import dumps, loads

        if done and self._place != (batch, done):
            return None
        self._place, answer = None, None  # should a call fail, what it leaves behind is of no use
        for call in script:
            answer = self._call(*loads(call))
        self._place = batch, done + len(script)
        if question is not None:
            answer = self._call(*loads(question))
        return dumps(answer)

    def _call(self, method: str, arguments: Sequence[Any]) -> Any:
        return getattr(self if method == "begin" else self._shard, method)(*arguments)

    def begin(self, rows: Array, sample: int) -> None:
        """Forget everything and go over to these rows of the data."""
        self._shard = None  # before the new one, so that its memory is there
        self._shard = self._kind(self._x[rows], self._labels[rows], self._weights, self._n_outputs, sample)
