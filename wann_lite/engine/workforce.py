"""The workers of a Dask cluster: who is there, and who of them computes as all others do."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import numpy as np

from .._version import __version__
from ..checks import shown
from .carrier import described
from .shards import ClusterError

#: Seconds that a scheduler has for its first answer.
CONNECT = 5.0
#: Seconds without any worker after which a search gives up.
PATIENCE = 60.0
#: Seconds between two looks at who is there.
LOOK = 0.2

logger = logging.getLogger(__name__)


def client_at(address: str) -> Any:
    """A new client of the scheduler at an address.

    Raises
    ------
    ValueError
        If it is not an address, or one of TLS without certificates.
    ClusterError
        If no scheduler answers there.
    """
    from distributed import Client
    from distributed.comm.addressing import get_address_host_port, parse_address
    from distributed.security import Security

    example = "it is one such as tcp://10.0.0.1:8786"
    if not isinstance(address, str) or not address.strip():
        raise ValueError(f"cluster is {shown(address)}: give a distributed.Client or a scheduler's address; {example}")
    # Looked at before there is a client: one that fails over it would not come to an end in silence.
    scheme, _ = parse_address(address)
    try:
        if scheme != "inproc":  # within this process there are no ports
            get_address_host_port(address)
    except ValueError as error:
        raise ValueError(f"{shown(address)} is not the address of a scheduler ({error}): {example}") from error
    if scheme in ("tls", "wss") and Security().get_connection_args("client")["ssl_context"] is None:
        raise ValueError(
            f"there are no certificates for {shown(address)}: name them in Dask's configuration "
            "(distributed.comm.tls), or give a Client that was made with a Security"
        )
    try:
        return Client(address, timeout=CONNECT, set_as_default=False, name="wann_lite")
    except (OSError, AssertionError, asyncio.TimeoutError) as error:  # an assertion is a port beyond 65535
        raise ClusterError(
            f"no scheduler answers at {shown(address)}: start one with `dask scheduler` and give the address that it "
            f"prints ({error or 'there is no such port'})"
        ) from error


class Workforce:
    """The workers that may carry shards.

    Parameters
    ----------
    client : distributed.Client
    backend : str
        What all must have, "numpy" or "cython".

    Raises
    ------
    ClusterError
        If there is none within `PATIENCE` seconds, or one that cannot be used.
    """

    def __init__(self, client: Any, backend: str) -> None:
        self._client, self._backend = client, backend
        #: Of each worker that was ever asked, whether it may be used.
        self._checked: dict[str, bool] = {}
        #: What all of them compute with, and how they round.
        self._way: list[str] | None = None
        self.usable(refuse=True)

    @property
    def address(self) -> str:
        """The scheduler's."""
        return str(self._client.scheduler.address) if self._client.scheduler else "an unknown address"

    def usable(self, refuse: bool = False) -> list[str]:
        """The addresses of those that may carry shards; if there are none, wait for the first.

        Parameters
        ----------
        refuse : bool
            Whether one that cannot be used is an error; else it is left alone.

        Raises
        ------
        ClusterError
            If there is none within `PATIENCE` seconds.
        """
        since, told = time.monotonic(), False
        while True:
            try:
                if workers := self._looked_at(refuse):
                    return workers
                problem = "has no worker that can be used"
            except (OSError, asyncio.TimeoutError) as error:
                problem = f"does not answer ({error})"
            where = f"the scheduler at {self.address}"
            if self._client.status in ("closing", "closed"):
                raise ClusterError(f"the connection to {where} is closed: see that it runs, and connect anew")
            if time.monotonic() - since >= PATIENCE:
                raise ClusterError(
                    f"{where} {problem}, for {PATIENCE:g} seconds now: start workers with `dask worker {self.address}`"
                )
            if not told:
                logger.warning("%s %s: waiting up to %g seconds", where, problem, PATIENCE)
                told = True
            time.sleep(LOOK)

    def forget(self, address: str) -> None:
        """Whoever answers there next may be another."""
        self._checked.pop(address, None)

    def _looked_at(self, refuse: bool) -> list[str]:
        there = list(self._client.nthreads())
        if new := [address for address in there if address not in self._checked]:
            answers = self._client.run(described, self._backend, workers=new, on_error="return")
            for address, answer in answers.items():
                if isinstance(answer, OSError):  # gone meanwhile
                    continue
                problem = self._problem(answer)
                if problem and refuse:
                    raise ClusterError(f"the worker {address} {problem}")
                if problem:
                    logger.warning("the worker %s is left alone: it %s", address, problem)
                self._checked[address] = not problem
        return [address for address in there if self._checked.get(address)]

    def _problem(self, answer: Any) -> str:
        """Why a worker that describes itself so cannot be used; empty if it can."""
        if isinstance(answer, Exception):
            return f"cannot import wann_lite {__version__} ({answer}): install it there as here"
        version, numpy, *way = answer
        for name, theirs, ours in (("wann_lite", version, __version__), ("numpy", numpy, np.__version__)):
            if theirs != ours:
                return f"has {name} {theirs}, and this process {ours}: install the same version in both places"
        if self._backend == "cython" and not way[0].startswith("built"):
            return f"lacks the backend 'cython' ({way[0]}): build it there, or search with the backend 'numpy'"
        if self._way not in (None, way):
            return (
                "computes in another way than other workers do, so the result would depend on who carries what: "
                "use workers with processors of one kind"
            )
        self._way = way
        return ""
