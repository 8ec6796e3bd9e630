"""Shards on many machines: each is a Dask actor, and what a lost worker held is computed again on another.

A shard is a deterministic state machine, so the calls since the last change of batch say all there is to know about it.
They are kept in one log, for every shard is asked for the same: a new shard is sent the whole of it, any other what it
has not carried out yet. Dask promises no order between two calls to an actor, each of which takes a connection of its
own; so a shard has one message under way at a time, and calls that answer nothing wait for the next that does.

References
----------
https://distributed.dask.org/en/stable/actors.html
"""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .carrier import Carrier
from .shards import ClusterError, Shards
from .workforce import LOOK, Workforce, client_at, logger

__all__ = ["Cluster", "ClusterError", "connect"]

Array = NDArray[Any]

# What leaves no trace in a shard is not done again in a new one; for what answers nothing nobody waits.
_QUESTIONS = frozenset({"spread", "slopes", "run"})
_ORDERS = frozenset({"hold", "release", "drop"})
# So often a shard may be lost over the same call: beyond, it is the call that kills the workers.
_ATTEMPTS = 10


def connect(cluster: Any) -> Callable[..., Cluster]:
    """What makes the shards of an `Engine` on a cluster, to be given to it as `cluster`.

    Parameters
    ----------
    cluster : distributed.Client or str
        A client, such as one that was made with a `Security`, or the address of a scheduler.

    Raises
    ------
    ImportError
        If Dask is not installed.
    ValueError
        If it is neither, or no address.
    ClusterError
        If no scheduler answers there.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ImportError('a search on a cluster needs dask.distributed: pip install "wann_lite[scale]"') from error
    if not isinstance(cluster, Client):
        return partial(_with_a_client_of_its_own, client_at(cluster))
    if cluster.asynchronous:
        raise ValueError("the client is asynchronous: give one that was made with Client(address)")
    return partial(Cluster, cluster)


def _with_a_client_of_its_own(client: Any, *arguments: Any) -> Cluster:
    try:
        cluster = Cluster(client, *arguments)
    except BaseException:
        client.close()
        raise
    weakref.finalize(cluster, client.close)
    return cluster


@dataclass(eq=False)
class _Seat:
    """Where a shard is: its worker and its actor there, if any, and how much of the log it has carried out."""

    begin: bytes = b""
    done: int = 0
    address: str = ""
    future: Any = None
    actor: Any = None

    def vacate(self) -> None:
        """Give up the actor."""
        self.done, self.address, self.future, self.actor = 0, "", None, None


class Cluster(Shards):
    """Shards on the workers of a Dask cluster.

    The examples travel to each worker once; in a generation only numbers of rows and plans go there, and sums come
    back. A worker that is lost costs the time to compute again what its shards held.

    Parameters
    ----------
    client : distributed.Client
    *arguments
        Those of `Shards`.

    Attributes
    ----------
    sent, received : int
        The bytes of all messages and answers so far, without Dask's envelopes.

    Raises
    ------
    ClusterError
        If there is no worker, or one that would not compute as the others do; from any method, if there is none left.
    """

    def __init__(self, client: Any, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.sent = self.received = 0
        self._client = client
        self._workforce = Workforce(client, "cython" if hasattr(self.backend, "instructions") else "numpy")
        self._seats = [_Seat() for _ in range(self.n_shards)]
        self._batch = 0
        self._log: list[bytes] = []
        self._data: list[Any] = []

    # --- what `Shards` asks for

    def _replace(self, slices: Sequence[Array], sample: int) -> None:
        from distributed.protocol.pickle import dumps

        smallest = np.min_scalar_type(max(0, len(self.x) - 1))
        self._batch, self._log = self._batch + 1, []
        for seat, rows in zip(self._seats, slices, strict=True):
            seat.begin, seat.done = dumps(("begin", (rows.astype(smallest), sample))), 0
        self._spread_out()

    def _each(self, method: str, *arguments: Any) -> list[Any]:
        from distributed.protocol.pickle import dumps, loads

        call = dumps((method, arguments))
        question = call if method in _QUESTIONS else None
        if question is None:
            self._log.append(call)
        if method in _ORDERS:
            return []
        answers: dict[_Seat, bytes] = {}
        for _ in range(_ATTEMPTS):
            self._settle()
            missing = {seat: seat.address for seat in self._seats if seat not in answers}
            answers |= self._client.sync(self._ask, list(missing), question)
            if len(answers) == self.n_shards:
                self.received += sum(map(len, answers.values()))
                return [loads(answers[seat]) for seat in self._seats]
            self._tell_of_lost([address for seat, address in missing.items() if seat.actor is None])
        raise ClusterError(
            f"workers died {_ATTEMPTS} times over the same call, so it may be what they die of: give them more memory, "
            "or deal the batch out in more shards"
        )

    def rest(self) -> None:
        """Leave the workers, but for the examples; what is asked for next makes the shards anew."""
        futures = [seat.future for seat in self._seats if seat.future is not None]
        for seat in self._seats:
            seat.vacate()
        if futures and self._client.status == "running":
            self._client.cancel(futures)  # calls leave references that only the garbage collector finds

    # --- messages

    async def _ask(self, seats: Sequence[_Seat], question: bytes | None) -> dict[_Seat, bytes]:
        """What each shard answers to the last call in the log, or to a question; nothing of those that were lost."""
        calls = {asyncio.ensure_future(self._answer(seat, question)): seat for seat in seats}
        waiting = set(calls)
        while waiting:
            _, waiting = await asyncio.wait(waiting, timeout=LOOK)
            for call in waiting:
                if calls[call].future.status != "finished":  # Dask itself might wait for long
                    call.cancel()
        answers = {seat: None if call.cancelled() else call.result() for call, seat in calls.items()}
        return {seat: answer for seat, answer in answers.items() if answer is not None}

    async def _answer(self, seat: _Seat, question: bytes | None) -> bytes | None:
        script = [seat.begin, *self._log][seat.done :]
        self.sent += sum(map(len, script)) + len(question or b"")
        try:
            answer: bytes | None = await seat.actor.carry_out(self._batch, seat.done, script, question)
        except asyncio.CancelledError:
            seat.vacate()
            raise
        except (OSError, asyncio.TimeoutError):
            seat.vacate()
            return None
        except RuntimeError:
            if seat.future.status == "finished":  # not what Dask says of an actor that is gone
                raise
            seat.vacate()
            return None
        seat.done = 0 if answer is None else seat.done + len(script)
        return answer

    def _tell_of_lost(self, addresses: Sequence[str]) -> None:
        for address, count in Counter(addresses).items():
            shards = "shard is" if count == 1 else f"{count} shards are"
            logger.warning("the worker %s is lost: its %s computed again elsewhere", address, shards)
            self._workforce.forget(address)

    # --- who carries what

    def _settle(self) -> None:
        """Give each shard that has none an actor."""
        for _ in range(_ATTEMPTS):
            empty = [seat for seat in self._seats if seat.actor is None]
            if not empty:
                return
            workers = self._workforce.usable()
            with contextlib.suppress(OSError, asyncio.TimeoutError):  # the next look at the workers tells
                self._make(empty, workers)
        raise ClusterError(
            f"the workers at {self._workforce.address} die before they hold a shard: their own messages say why"
        )

    def _make(self, seats: Sequence[_Seat], workers: Sequence[str]) -> None:
        """Make an actor for each of these; where the worker dies meanwhile there is still none."""
        from distributed import Actor, wait

        if not self._data or any(part.status != "finished" for part in self._data):
            self._data = self._client.scatter([self.x, self.labels], broadcast=True, hash=False)
        load = Counter(seat.address for seat in self._seats if seat.actor is not None)
        arguments = (*self._data, self.backend.__name__, self.weights, self.n_outputs)
        for seat in seats:
            seat.address = min(workers, key=load.__getitem__)
            load[seat.address] += 1
            # Nowhere else: an actor that Dask makes again by itself knows nothing of the log.
            seat.future = self._client.submit(Carrier, *arguments, workers=[seat.address], actor=True, pure=False)
        pending, there = list(seats), set(workers)
        with self._client.as_current():
            while pending:
                with contextlib.suppress(asyncio.TimeoutError):
                    wait([seat.future for seat in pending], timeout=LOOK)
                there = set(self._client.nthreads())
                pending = [seat for seat in pending if seat.future.status == "pending" and seat.address in there]
            for seat in seats:
                if seat.future.status == "finished":
                    seat.actor = Actor(Carrier, seat.address, seat.future.key)
        for seat in seats:
            if seat.actor is None and seat.future.status == "error" and seat.address in there:
                raise ClusterError(f"the worker {seat.address} cannot hold a shard: {seat.future.exception()!r}")

    def _spread_out(self) -> None:
        """Take shards from workers that have more than their part, so that those that came later get some."""
        part = -(-self.n_shards // len(self._workforce.usable()))
        taken: Counter[str] = Counter()
        for seat in self._seats:
            taken[seat.address] += 1
            if taken[seat.address] > part:
                seat.vacate()
