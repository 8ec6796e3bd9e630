"""A search that runs in a thread of its own, and can be paused, stopped and looked at meanwhile."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Literal

from ..lineage import Lineage
from ..network import Network
from ..population import Generation, Individual
from ..search import Search

State = Literal["ready", "running", "paused", "ended", "failed"]

#: Seconds from one picture to the next.
EVERY = 0.45
#: The search works so many times as long as a picture costs before the next one is drawn.
SHARE = 5.0


class SearchThread:
    """Runs a search at full speed beside the kernel.

    Nothing here asks the search for anything while it works: after each generation the thread leaves its record and
    its population behind, and every so often its champion.

    Parameters
    ----------
    search : Search
    generations : int, optional
        Where it ends by itself.

    Raises
    ------
    ValueError
        If `generations` is not a whole number greater than 0.

    Attributes
    ----------
    search : Search
    history : list of Generation
        Every record so far.
    champion : Network or None
        The best so far; None before the first generation.
    lineage : Lineage or None
        The ancestry of that champion, while the search pauses and when it has ended.
    error : BaseException or None
        What ended the search, if it failed.
    worked : float
        Processor seconds that the search has used.
    news : threading.Event
        Set after each generation and at every change of state.
    finished : threading.Event
        Set when the search has ended or failed.

    Examples
    --------
    >>> from wann_lite import SearchConfig, datasets, tasks
    >>> thread = SearchThread(Search(tasks.Classification(datasets.xor()), SearchConfig(population=16, generations=5)))
    >>> thread.start()
    >>> thread.join(), thread.state, thread.history[-1].generation
    (True, 'ended', 5)
    """

    def __init__(self, search: Search, generations: int | None = None) -> None:
        self.search = search
        self._records = search.run(generations=generations)
        self.history: list[Generation] = []
        self.population: list[Individual] = []
        self.champion: Network | None = None
        self.lineage: Lineage | None = None
        self.error: BaseException | None = None
        self.worked = 0.0
        self.state: State = "ready"
        self.news, self.finished = threading.Event(), threading.Event()
        self._stopping = False
        self._go = threading.Event()
        self._go.set()
        self._parked = threading.Event()
        self._thread = threading.Thread(target=self._run, name="search", daemon=True)

    def start(self) -> None:
        """Begin. A search is started once; after its end, start another.

        Raises
        ------
        RuntimeError
            If it was started before.
        """
        if self.state != "ready":
            raise RuntimeError("this search was started before: make another one")
        self.state = "running"
        self._thread.start()

    def pause(self) -> None:
        """Wait after the current generation until `resume` or `stop`."""
        self._go.clear()

    def resume(self) -> None:
        """Go on after `pause`."""
        self._parked.clear()
        self._go.set()

    def stop(self) -> None:
        """End after the current generation."""
        self._stopping = True
        self.search.stop()
        self._go.set()

    def join(self, seconds: float | None = None) -> bool:
        """Wait until the search has ended, or so long; whether it has."""
        if self.state == "ready":
            return False
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def wait_until_paused(self, seconds: float | None = None) -> bool:
        """Wait until the search does nothing, or so long; whether it does nothing."""
        return self._parked.wait(seconds)

    def _run(self) -> None:
        try:
            for record in self._records:
                self._note(record)
                if not self._go.is_set():
                    self._park()
                if self._stopping:  # told before `run` began to listen
                    self.search.stop()
            self._look()
            state: State = "ended"
        except BaseException as error:
            self.error, state = error, "failed"
            with contextlib.suppress(Exception):
                self._look()
        self.state = state
        self._parked.set()
        self.finished.set()
        self.news.set()

    def _note(self, record: Generation) -> None:
        self.population = self.search.population
        self.history.append(record)
        self.worked = time.thread_time()
        # At these generations the search has just looked at its champion, so that to ask costs next to nothing.
        if record.generation % self.search.config.validate_every == 0:
            self.champion = self.search.champion
        self.news.set()

    def _park(self) -> None:
        self._look()
        self.state = "paused"
        self._parked.set()
        self.news.set()
        self._go.wait()
        self.state = "running"
        self.news.set()

    def _look(self) -> None:
        if self.search.population:
            self.champion, self.lineage = self.search.champion, self.search.lineage


class Painter:
    """Calls a function in a thread of its own about twice a second, if there is news: it draws the newest state alone.

    On a machine so busy that this would take more than a sixth of the time that the search and its pictures get
    together, they come less often.

    Parameters
    ----------
    thread : SearchThread
    paint : callable
        Draws the newest state. An error in it is kept in `error` and ends the painting, not the search.

    Attributes
    ----------
    pictures : int
        How many so far.
    error : Exception or None
    """

    def __init__(self, thread: SearchThread, paint: Callable[[], None]) -> None:
        self.pictures = 0
        self.error: Exception | None = None
        self._search, self._paint = thread, paint
        self._thread = threading.Thread(target=self._run, name="painter", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def join(self, seconds: float | None = None) -> bool:
        """Wait until the last state of a search that has ended is drawn, or so long; whether it is."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            ended = False
            while not ended:
                self._search.news.wait()
                self._search.news.clear()
                ended = self._search.finished.is_set()
                began, used, worked = time.perf_counter(), time.thread_time(), self._search.worked
                self._paint()
                self.pictures += 1
                took, used = time.perf_counter() - began, time.thread_time() - used
                self._search.finished.wait(max(EVERY - took, 0.0))
                while self._search.state == "running" and self._search.worked - worked < SHARE * used:
                    self._search.finished.wait(0.05)
        except Exception as error:
            self.error = error
