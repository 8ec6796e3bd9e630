"""Shards on many machines: each is a Dask actor, and what a lost worker held is computed again on another.

A shard is a deterministic state machine, so the calls since the last change of batch say all there is to know about it.
They are kept in one log, for every shard is asked for the same: a new shard is sent the whole of it, any other what it
has not carried out yet. Dask promises no order between two calls to an actor, each of which may take a connection of
its own; so a shard has one message under way at a time, and calls that need no answer wait for the next that does.

References
----------
https://distributed.dask.org/en/stable/actors.html
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import time
import weakref
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._version import __version__
from ..checks import shown
from .backends import compiled
from .shards import Shards

__all__ = ["Cluster", "ClusterError", "connect"]

Array = NDArray[Any]

#: Seconds that a scheduler has for its first answer.
CONNECT = 5.0
#: Seconds without any worker after which a search gives up.
PATIENCE = 60.0
#: Seconds between two looks at whether the workers that have not answered are still there.
_LOOK = 0.25
#: So often a shard may be lost over one call: beyond, it is what kills the workers.
_ATTEMPTS = 10

# What changes nothing in a shard is not done again in a new one; nobody waits for what answers nothing.
_LOOKING = frozenset({"spread", "slopes", "run"})
_SILENT = frozenset({"hold", "release", "drop"})

_logger = logging.getLogger(__name__)


class ClusterError(RuntimeError):
    """A scheduler or workers that a search cannot use (any more), with one line on why and what to do."""


def connect(cluster: Any) -> Callable[..., Cluster]:
    """What makes the shards of an `Engine` on a cluster: its argument `cluster`.

    Parameters
    ----------
    cluster : distributed.Client or str
        A client, such as one with a `Security` of its own, or the address of a scheduler.

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
    if isinstance(cluster, Client):
        if cluster.asynchronous:
            raise ValueError("the client is asynchronous: make one with Client(address)")
        return partial(Cluster, cluster)
    if not isinstance(cluster, str) or not cluster.strip():
        raise ValueError(
            f"cluster is {shown(cluster)}: it is a distributed.Client or a scheduler's address, such as tcp://10.0.0.1:8786"
        )
    return partial(_on_a_client_of_its_own, cluster)


def _on_a_client_of_its_own(address: str, *arguments: Any) -> Cluster:
    from distributed import Client

    try:
        client = Client(address, timeout=CONNECT, set_as_default=False, name="wann_lite")
    except ValueError as error:
        raise ValueError(
            f"{shown(address)} is not the address of a scheduler ({error}): it is one such as tcp://10.0.0.1:8786"
        ) from error
    except TypeError as error:  # what Dask says of tls:// without certificates
        raise ValueError(
            f"no certificates for {shown(address)}: set distributed.comm.tls.ca-file, client.cert and client.key in "
            "Dask's configuration, or give a Client that was made with a Security"
        ) from error
    except (OSError, AssertionError, asyncio.TimeoutError) as error:  # an assertion is a port beyond 65535
        raise ClusterError(
            f"no scheduler answers at {shown(address)} ({error or 'no such port'}): start one with `dask scheduler`, "
            "or give the address that it prints"
        ) from error
    try:
        cluster = Cluster(client, *arguments)
    except BaseException:
        client.close()
        raise
    weakref.finalize(cluster, client.close)
    return cluster


# --- on a worker


def described(backend: str) -> tuple[str, str, str]:
    """What decides the rounding in this process: the versions of wann_lite and numpy, and what the backend is."""
    return __version__, np.__version__, "numpy" if backend == "numpy" else compiled()[1]


class Carrier:
    """One shard in the process of a worker.

    Parameters
    ----------
    x, labels : ndarray
        All examples; batches are rows of them.
    module : str
        That of the backend.
    weights : sequence of float (W,)
    n_outputs : int
    """

    def __init__(self, x: Array, labels: Array, module: str, weights: Sequence[float], n_outputs: int) -> None:
        self._new = partial(_shard_of, importlib.import_module(module).Shard, x, labels, weights, n_outputs)
        self._shard: Any = None
        # Of which batch, and how many of the calls in its log are done.
        self._place: tuple[int, int] | None = None

    def carry_out(self, batch: int, done: int, script: Sequence[bytes], question: bytes | None) -> bytes | None:
        """Carry out the calls of the log after the first `done`, then one that leaves no trace.

        Returns
        -------
        bytes or None
            What the last of them answers; None if the shard is not where it is thought to be.
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
        if method == "begin":
            self._shard = None  # before the new one, so that its memory is there
            self._shard = self._new(*arguments)
            return None
        return getattr(self._shard, method)(*arguments)


def _shard_of(
    kind: Any, x: Array, labels: Array, weights: Sequence[float], n_outputs: int, rows: Array, sample: int
) -> Any:
    return kind(x[rows], labels[rows], weights, n_outputs, sample)


# --- here


@dataclass(eq=False)
class _Seat:
    """Where one shard is: its worker and its actor there, if any, and how much of the log it has carried out."""

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

    The examples travel to each worker once; in a generation only plans and numbers of rows go there, and sums come
    back. A worker that is lost costs the time to compute again what its shards held. With none left, the search waits
    for `PATIENCE` seconds.

    Parameters
    ----------
    client : distributed.Client
    *arguments
        Those of `Shards`.

    Raises
    ------
    ClusterError
        If there is no worker, or one that would not compute as the others do.
    """

    def __init__(self, client: Any, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.client = client
        self._backend = "cython" if hasattr(self.backend, "instructions") else "numpy"
        self._seats = [_Seat() for _ in range(self.n_shards)]
        self._batch = 0
        self._log: list[bytes] = []
        self._data: list[Any] = []
        #: The workers that may carry shards, and those that may not.
        self._checked: dict[str, bool] = {}
        self._what: str | None = None  # what all of them compute with
        #: The bytes of all messages and answers so far, as Dask serialises them, without its envelopes.
        self.sent = self.received = 0
        self._usable(refuse=True)

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
        question = call if method in _LOOKING else None
        if question is None:
            self._log.append(call)
        if method in _SILENT:
            return []
        answers: list[bytes | None] = [None] * self.n_shards
        for _ in range(_ATTEMPTS):
            missing = [i for i, answer in enumerate(answers) if answer is None]
            if not missing:
                self.received += sum(map(len, filter(None, answers)))
                return [loads(answer) for answer in answers]
            self._settle()
            asked = [self._seats[i] for i in missing]
            for i, answer in zip(missing, self.client.sync(self._ask, asked, question), strict=True):
                answers[i] = answer
        raise ClusterError(
            f"a worker was lost {_ATTEMPTS} times over the same call, so it may be the call that they die of: "
            "give them more memory, or deal the batch out in more shards"
        )

    def rest(self) -> None:
        """Leave the workers; whoever is asked next begins anew there."""
        for seat in self._seats:
            seat.vacate()
        self._data = []

    # --- messages

    async def _ask(self, seats: Sequence[_Seat], question: bytes | None) -> list[bytes | None]:
        """What each shard answers to the last of the log or to a question; None of those that were lost."""
        calls = {asyncio.ensure_future(self._answer(seat, question)): seat for seat in seats}
        waiting = set(calls)
        while waiting:
            _, waiting = await asyncio.wait(waiting, timeout=_LOOK)
            for call in waiting:
                if calls[call].future.status != "finished":
                    call.cancel()
        return [None if call.cancelled() else call.result() for call in calls]

    async def _answer(self, seat: _Seat, question: bytes | None) -> bytes | None:
        script = [seat.begin, *self._log][seat.done :]
        self.sent += sum(map(len, script)) + len(question or b"")
        try:
            answer = await seat.actor.carry_out(self._batch, seat.done, script, question)
        except asyncio.CancelledError:
            self._lose(seat)
            raise
        except (OSError, asyncio.TimeoutError):
            self._lose(seat)
            return None
        except RuntimeError:
            if seat.future.status == "finished":  # not what Dask says of an actor that is gone
                raise
            self._lose(seat)
            return None
        seat.done = 0 if answer is None else seat.done + len(script)
        return answer

    @staticmethod
    def _lose(seat: _Seat) -> None:
        _logger.warning("the worker %s is lost: what its shard held is computed again elsewhere", seat.address)
        seat.vacate()

    # --- workers

    def _settle(self) -> None:
        """Give each shard that has none an actor."""
        for _ in range(_ATTEMPTS):
            empty = [seat for seat in self._seats if seat.actor is None]
            if not empty:
                return
            workers = self._usable()
            with contextlib.suppress(OSError, asyncio.TimeoutError):  # the next look at the workers tells
                self._make(empty, workers)
        raise ClusterError(f"the workers at {self._where} die before they hold a shard: their own messages say why")

    def _make(self, seats: Sequence[_Seat], workers: Sequence[str]) -> None:
        """Make an actor for each of these; where its worker dies meanwhile, there is still none."""
        from distributed import Actor, wait

        if not self._data or any(part.status != "finished" for part in self._data):
            self._data = self.client.scatter([self.x, self.labels], broadcast=True, hash=False)
        load = Counter(seat.address for seat in self._seats if seat.actor is not None)
        arguments = (*self._data, self.backend.__name__, self.weights, self.n_outputs)
        for seat in seats:
            seat.address = min(workers, key=load.__getitem__)
            load[seat.address] += 1
            # Nowhere else: an actor that Dask makes again by itself knows nothing of the log.
            seat.future = self.client.submit(Carrier, *arguments, workers=[seat.address], actor=True, pure=False)
        pending, there = list(seats), set(workers)
        with self.client.as_current():
            while pending:
                with contextlib.suppress(asyncio.TimeoutError):
                    wait([seat.future for seat in pending], timeout=_LOOK)
                there = set(self.client.nthreads())
                pending = [seat for seat in pending if seat.future.status == "pending" and seat.address in there]
            for seat in seats:
                if seat.future.status == "finished":
                    seat.actor = Actor(Carrier, seat.address, seat.future.key)
        for seat in seats:
            if seat.actor is None and seat.future.status == "error" and seat.address in there:
                raise ClusterError(f"the worker {seat.address} cannot hold a shard: {seat.future.exception()!r}")

    def _spread_out(self) -> None:
        """Take shards from workers that have more than their part, so that those that came later get some."""
        part = -(-self.n_shards // len(self._usable()))
        taken: Counter[str] = Counter()
        for seat in self._seats:
            taken[seat.address] += 1
            if taken[seat.address] > part:
                seat.vacate()

    def _usable(self, refuse: bool = False) -> list[str]:
        """The workers that may carry shards; if there are none, wait for the first."""
        since, told = time.monotonic(), False
        while True:
            try:
                if workers := self._looked_at(refuse):
                    return workers
                problem = "has no worker that can be used"
            except (OSError, asyncio.TimeoutError) as error:
                problem = f"does not answer ({error})"
            where = f"the scheduler at {self._where}"
            if self.client.status in ("closing", "closed"):
                raise ClusterError(f"the connection to {where} is closed: start it again if need be, then go on")
            if time.monotonic() - since >= PATIENCE:
                raise ClusterError(
                    f"{where} {problem}, for {PATIENCE:g} seconds now: start workers with "
                    f"`dask worker {self._where}`, then go on"
                )
            if not told:
                _logger.warning("%s %s: waiting for one, up to %g seconds", where, problem, PATIENCE)
                told = True
            time.sleep(_LOOK)

    def _looked_at(self, refuse: bool) -> list[str]:
        """The workers that are there and compute as all others do."""
        there = list(self.client.nthreads())
        if new := [address for address in there if address not in self._checked]:
            answers = self.client.run(described, self._backend, workers=new, on_error="return")
            for address, answer in answers.items():
                if isinstance(answer, OSError):  # gone meanwhile
                    continue
                problem = self._problem(answer)
                if problem and refuse:
                    raise ClusterError(f"the worker {address} {problem}")
                if problem:
                    _logger.warning("the worker %s is not used: it %s", address, problem)
                self._checked[address] = not problem
        return [address for address in there if self._checked.get(address)]

    def _problem(self, answer: Any) -> str:
        """Why a worker that describes itself so cannot be used; empty if it can."""
        if isinstance(answer, Exception):
            return f"cannot import wann_lite {__version__} ({answer}): install it there, as here"
        version, numpy, what = answer
        for name, theirs, ours in (("wann_lite", version, __version__), ("numpy", numpy, np.__version__)):
            if theirs != ours:
                return f"has {name} {theirs}, and this process {ours}: install the same version there and here"
        if self._backend == "cython" and not what.startswith("built"):
            return f"lacks the backend 'cython' ({what}): build it there, or search with the backend 'numpy'"
        if self._what not in (None, what):
            return (
                f"computes with '{what}', and others with '{self._what}', so that the result would depend on who "
                "carries what: use workers of one kind, or the backend 'numpy'"
            )
        self._what = what
        return ""

    @property
    def _where(self) -> str:
        return str(self.client.scheduler.address) if self.client.scheduler is not None else "an unknown address"
