"""The batch in slices, each held by a backend of its own: what is asked of all, and summed over all.

Every shard carries out every plan on its examples, and the sums that come back are added in the order of the shards. So
what comes out depends on how many shards there are, and never on how many workers carry them.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .plan import Outputs, Plan, Step

Array = NDArray[Any]

# From so many examples on, one in four decides the scale: the loss is at its lowest there, so a small error costs next
# to nothing.
_MANY, _SAMPLE = 1000, 4


class ClusterError(RuntimeError):
    """A scheduler or workers that a search cannot use (any more), with one line on why and what to do."""


class Shards(ABC):
    """Shards wherever they are. Nodes, keys and plans mean what they mean in `numpy_backend.Shard`.

    Parameters
    ----------
    backend : module
        `numpy_backend` or the compiled `_hot`.
    x : ndarray (examples, inputs)
    labels : ndarray of int (examples,)
    weights : sequence of float (W,)
    n_outputs : int
    n_shards : int
    """

    def __init__(
        self, backend: Any, x: Array, labels: Array, weights: Sequence[float], n_outputs: int, n_shards: int
    ) -> None:
        self.backend, self.n_shards = backend, n_shards
        self.x, self.labels, self.weights, self.n_outputs = x, labels, tuple(weights), n_outputs

    @abstractmethod
    def _replace(self, slices: Sequence[Array], sample: int) -> None:
        """Begin anew with these rows of the data in each shard."""

    @abstractmethod
    def _each(self, method: str, *arguments: Any) -> list[Any]:
        """Ask every shard for the same; their answers in the order of the shards."""

    @abstractmethod
    def rest(self) -> None:
        """Nothing may be asked for some time: let others have what can be made again."""

    def change_batch(self, rows: Array) -> None:
        """Forget everything and go over to these rows of the data, dealt out in their order."""
        self._replace(np.array_split(rows, self.n_shards), _SAMPLE if len(rows) >= _MANY else 1)

    def room(self, n: int) -> int:
        """The memory of how many examples a batch of n takes, when it is dealt out."""
        each, more = divmod(n, self.n_shards)
        return more * self.backend.room(each + 1) + (self.n_shards - more) * self.backend.room(each)

    def hold(self, steps: Sequence[Step]) -> None:
        """Compute nodes and keep them."""
        if steps:
            self._each("hold", steps)

    def release(self, nodes: Sequence[int]) -> None:
        """Forget nodes."""
        if nodes:
            self._each("release", nodes)

    def spread(self, networks: Sequence[Outputs]) -> Array:
        """The mean squares (2, networks, W) of the outputs, centred and as they are."""
        return _mean(self._each("spread", networks))

    def slopes(self, networks: Sequence[Outputs], units: Array, factors: Array) -> Array:
        """The first and second derivatives (2, networks, W) of the losses in each network's factor."""
        return _mean(self._each("slopes", networks, units, factors))

    def found(self, networks: Sequence[Outputs], keys: Sequence[int], scales: Array) -> Array:
        """The summed losses (networks, W) of networks whose outputs are held; each is kept under its key."""
        return reduce(np.add, self._each("found", networks, keys, scales))

    def inherit(self, plans: Sequence[Plan], keys: Sequence[int]) -> tuple[Array, Array]:
        """The summed losses (children, W) of children whose outputs are held, and whether each fits and is kept."""
        return _summed(self._each("inherit", plans, keys))

    def drop(self, keys: Sequence[int]) -> None:
        """Forget losses."""
        self._each("drop", keys)

    def run(self, plans: Iterable[Plan]) -> tuple[Array, Array]:
        """The summed losses (children, W) by their plans, and whether each fits; nothing is kept."""
        return _summed(self._each("run", list(plans)))


def _processors() -> int:
    """How many processors this process may use, which on a shared machine are fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Threads(Shards):
    """Shards in this process, carried by so many threads, and never by more than there are processors."""

    def __init__(self, *arguments: Any, workers: int = 1) -> None:
        super().__init__(*arguments)
        self.workers = min(workers, _processors())
        self.shards: list[Any] = []
        self._pool = self._new_pool() if self.workers > 1 else None

    def _new_pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.workers - 1, "wann_lite")

    @contextmanager
    def _helped_by(self, pool: ThreadPoolExecutor) -> Iterator[None]:
        """After a failure or an interruption, none of the other threads goes on with a shard.

        A pool that is shut down forgets even a call whose submission was interrupted.
        """
        try:
            yield
        except BaseException:
            self._pool = self._new_pool()
            pool.shutdown(cancel_futures=True)
            raise

    def _replace(self, slices: Sequence[Array], sample: int) -> None:
        # Memory that was in use is quicker to write to than what the system has yet to give.
        before = self.shards or [None] * len(slices)
        self.shards = [
            self.backend.Shard(self.x[rows], self.labels[rows], self.weights, self.n_outputs, sample, predecessor)
            for rows, predecessor in zip(slices, before, strict=True)
        ]

    def _each(self, method: str, *arguments: Any) -> list[Any]:
        calls = [getattr(shard, method) for shard in self.shards]
        if self._pool is None:
            return [call(*arguments) for call in calls]
        # This thread carries the first of them, and whatever no other has begun.
        with self._helped_by(self._pool):
            others = [self._pool.submit(call, *arguments) for call in calls[1:]]
            answers = [calls[0](*arguments)]
            for call, other in zip(calls[1:], others, strict=True):
                answers.append(call(*arguments) if other.cancel() else other.result())
        return answers

    def rest(self) -> None:
        """Nothing to do: threads hold nothing that others need."""

    def run(self, plans: Iterable[Plan]) -> tuple[Array, Array]:
        """As `Shards.run`; a compiled backend begins while the last plans are still being made."""
        if self._pool is not None and hasattr(self.backend, "stream"):
            with self._helped_by(self._pool):
                losses, fits = self.backend.stream(self.shards, plans, self._pool, self.workers - 1)
            return reduce(np.add, losses), np.logical_and.reduce(fits)
        return super().run(plans)

    @property
    def held_bytes(self) -> int:
        """The memory of all that is held."""
        return sum(shard.held_bytes for shard in self.shards)


def _summed(answers: Sequence[tuple[Array, Array]]) -> tuple[Array, Array]:
    sums, fits = zip(*answers, strict=True)
    return reduce(np.add, sums), np.logical_and.reduce(fits)


def _mean(answers: Sequence[tuple[Array, int]]) -> Array:
    sums, counts = zip(*answers, strict=True)
    return reduce(np.add, sums) / max(1, sum(counts))
