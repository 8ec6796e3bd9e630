"""A race of searches to watch: it runs in a thread, and a picture of it follows."""

from __future__ import annotations

import base64
import io
import threading
import weakref
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from ..config import SearchConfig
from ..network import Network
from .extras import require
from .race import Race, draw_race
from .style import VERMILLION

if TYPE_CHECKING:
    from ..tasks import Classification

_HEIGHT = "410px"
# Seconds of a turn: short at first, when much happens, longer later, so that measuring costs less than searching.
_SHORTEST, _LONGEST, _GROWTH = 0.4, 2.0, 0.3
_ALL: weakref.WeakSet[LiveRace] = weakref.WeakSet()


class LiveRace:
    """A race with buttons and a picture. Shown in a notebook it is a widget; without one it runs as well.

    Other cells run meanwhile. Starting one race stops any other.

    Parameters
    ----------
    task, configs, seed, examples
        As `Race` takes them.

    Attributes
    ----------
    race : Race
        The newest.
    state : str
        One of ready, running, ended, failed.
    error : BaseException or None
        What ended the newest race, if it failed.

    Raises
    ------
    ValueError
        As `Race` does.
    ImportError
        In one line that says what to install, if ipywidgets or matplotlib is missing.
    """

    def __init__(
        self, task: Classification, configs: Mapping[str, SearchConfig], *, seed: int = 0, examples: int = 1000
    ) -> None:
        widgets = require("ipywidgets", "a live race")
        require("matplotlib", "a figure")
        self._settings: dict[str, Any] = {"task": task, "configs": dict(configs), "examples": examples}
        self.race = Race(**self._settings, seed=seed)
        self.state = "ready"
        self.error: BaseException | None = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._picture = ""
        self._seed = widgets.BoundedIntText(
            value=seed, max=10**6, description="seed", layout={"width": "160px"}, style={"description_width": "50px"}
        )
        self._start = widgets.Button(description="Start", button_style="primary")
        self._stop = widgets.Button(description="Stop", disabled=True)
        self._line = widgets.HTML(self._told())
        self._image = widgets.HTML(layout={"height": _HEIGHT})
        self._seed.observe(lambda _: self._show_state(), "value")
        self._start.on_click(lambda _: self.start())
        self._stop.on_click(lambda _: self.stop())
        #: What is shown.
        self.panel = widgets.VBox([widgets.HBox([self._start, self._stop, self._seed]), self._line, self._image])
        _ALL.add(self)

    def start(self, seconds: float | None = None) -> None:
        """Begin a race with the seed that is chosen, in a thread.

        Parameters
        ----------
        seconds : float, optional
            How long each searches, in processor time; otherwise it goes on until it is stopped.

        Raises
        ------
        ValueError
            If `seconds` is not greater than 0.
        RuntimeError
            If this race is still running.
        """
        if seconds is not None and not seconds > 0:
            raise ValueError(f"seconds is {seconds!r}: it is a number greater than 0")
        if self.state == "running":
            raise RuntimeError("this race has not ended: stop it first")
        for other in _ALL:
            other.stop()
        self.wait()
        self.race = Race(**self._settings, seed=self._seed.value)
        self._stopping.clear()
        self.state, self.error = "running", None
        self._show_state()
        self._thread = threading.Thread(target=self._run, args=(seconds,), name="race", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the race after the generation that is being worked on."""
        self._stopping.set()

    def wait(self) -> None:
        """Wait until the race has ended and is drawn."""
        if self._thread is not None:
            self._thread.join()

    def run(self, seconds: float) -> dict[str, Network]:
        """Race for so many processor seconds each, and wait for the end: for a notebook that nobody watches.

        A race that is still running is stopped first.

        Returns
        -------
        dict of str to Network
            `champions`.

        Raises
        ------
        Exception
            Whatever ended the race, if it failed; otherwise as `start` does.
        """
        self.stop()
        self.wait()
        self.start(seconds)
        try:
            self.wait()
        finally:
            self.stop()
            self.wait()
        if self.error is not None:
            raise self.error
        return self.champions

    @property
    def champions(self) -> dict[str, Network]:
        """The champion of each search, by its validation examples; ask when the race has ended."""
        return {name: racer.search.champion for name, racer in self.race.racers.items()}

    def show(self) -> None:
        """Display the newest picture as it stands, for a page without widgets.

        Raises
        ------
        ValueError
            If there is none yet.
        """
        if not self._picture:
            raise ValueError("there is no picture yet: start the race first")
        display = require("IPython.display", "showing a figure").display
        display({"text/html": self._picture, "text/plain": self.race.caption}, raw=True)

    def _run(self, seconds: float | None) -> None:
        race, end = self.race, float("inf") if seconds is None else seconds
        try:
            while not self._stopping.is_set() and race.seconds < end:
                turn = min(max(_GROWTH * race.seconds, _SHORTEST), _LONGEST)
                race.advance(min(turn, end - race.seconds), self._stopping.is_set)
                self._paint()
            self.state = "ended"
        except BaseException as error:
            self.state, self.error = "failed", error
        self._show_state()

    def _paint(self) -> None:
        fig, alt = draw_race(self.race)
        buffer = io.BytesIO()
        fig.savefig(buffer, format="png")
        picture = base64.b64encode(buffer.getvalue()).decode()
        # Decoded at once, so that the page does not flicker.
        self._picture = (
            f'<img src="data:image/png;base64,{picture}" alt="{escape(alt)}" decoding="sync" style="max-width:100%">'
        )
        self._image.value = self._picture
        self._show_state()

    def _show_state(self) -> None:
        self._start.disabled, self._stop.disabled = self.state == "running", self.state != "running"
        self._line.value = self._told()

    def _told(self) -> str:
        if self.state == "failed":
            text = f"The race ended with an error: {type(self.error).__name__}: {self.error}."
            return f'<span style="color:{VERMILLION};font-weight:bold">{escape(text)}</span>'
        again = "" if self.state == "running" else f" Press Start to race with seed {self._seed.value}."
        return escape(f"{self.state.capitalize()}: {self.race.caption}.{again}")

    def _ipython_display_(self) -> None:
        require("IPython.display", "showing a widget").display(self.panel)


def live_race(
    task: Classification, configs: Mapping[str, SearchConfig], *, seed: int = 0, examples: int = 1000
) -> LiveRace:
    """Watch two or three searches side by side: press Start, and Stop when it is decided.

    Parameters
    ----------
    task : Classification
    configs : mapping of str to SearchConfig
    seed : int
    examples : int
        How many validation examples they are measured on at most.

    Returns
    -------
    LiveRace
        The last value of a notebook's cell shows itself. `.run(seconds)` races without a hand on the buttons.

    Raises
    ------
    ValueError
        If there are fewer than two or more than three searches, or a setting is not what it should be.
    ImportError
        In one line that says what to install, if ipywidgets or matplotlib is missing.
    """
    return LiveRace(task, configs, seed=seed, examples=examples)
