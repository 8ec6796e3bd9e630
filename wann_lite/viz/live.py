"""A search to watch: it runs in a thread at full speed, and pictures of it follow."""

from __future__ import annotations

import base64
import time
import weakref
from html import escape
from typing import TYPE_CHECKING

from ..config import SearchConfig
from ..lineage import Lineage
from ..network import Network
from ..search import Search
from .draw import draw
from .extras import require
from .search_picture import SearchPicture, Snapshot
from .search_settings import SettingsPanel
from .search_thread import Painter, SearchThread
from .style import VERMILLION

if TYPE_CHECKING:
    from ..tasks import Classification

_HEIGHT = "530px"
# Seconds between two drawings of the champion at least, and how many times its cost to wait.
_CHAMPION_EVERY, _CHAMPION_SHARE = 2.0, 25.0
_ALL: weakref.WeakSet[LiveSearch] = weakref.WeakSet()


class LiveSearch:
    """A search with buttons, settings and pictures. Shown in a notebook it is a widget; without one it runs as well.

    Other cells run while it searches. Its champion is kept whatever happens: when it is stopped, when another search is
    started with the same widget, and when an error ends it.

    Parameters
    ----------
    task : Classification
    config : SearchConfig, optional
        The preset ``default`` if not given; the controls can change it for the next search.
    seed : int

    Attributes
    ----------
    task : Classification
    champions : list of Network
        One of each search that was started with this widget, the newest last.

    Raises
    ------
    ValueError
        If a task, settings or seed are not what they should be.
    ImportError
        In one line that says what to install, if ipywidgets or matplotlib is missing.
    """

    def __init__(self, task: Classification, config: SearchConfig | None = None, *, seed: int = 0) -> None:
        widgets = require("ipywidgets", "a live search")
        require("matplotlib", "a figure")
        config = config or SearchConfig()
        Search(task, config, seed=seed)  # refuses in its own words what cannot be searched
        self.task = task
        self.settings = SettingsPanel(config, seed)
        self._earlier: list[Network] = []
        self._thread: SearchThread | None = None
        self._painter: Painter | None = None
        self._picture: SearchPicture
        self._drawn: tuple[Network | None, float, float] = (None, 0.0, 0.0)
        self._start = widgets.Button(description="Start", button_style="primary")
        self._pause = widgets.Button(description="Pause", disabled=True)
        self._stop = widgets.Button(description="Stop", disabled=True)
        self._line = widgets.HTML("Press Start.")
        self._image = widgets.HTML(layout={"flex": "0 1 660px", "min_width": "400px"})
        self._network = widgets.HTML(layout={"flex": "1 1 300px", "min_width": "280px"})
        self._start.on_click(lambda _: self._started())
        self._pause.on_click(lambda _: self.resume() if self.state == "paused" else self.pause())
        self._stop.on_click(lambda _: self.stop())
        pictures = widgets.HBox(
            [self._image, self._network], layout={"height": _HEIGHT, "overflow": "auto", "align_items": "flex-start"}
        )
        buttons = widgets.HBox([self._start, self._pause, self._stop])
        #: What is shown.
        self.panel = widgets.VBox([self.settings.box, buttons, self._line, pictures])
        _ALL.add(self)

    # --- running it

    def start(self, *, generations: int | None = None) -> None:
        """Begin a search with the settings that are chosen, in a thread; any other live search is paused.

        Parameters
        ----------
        generations : int, optional
            Where it ends by itself; otherwise it goes on until it is stopped.

        Raises
        ------
        ValueError
            If a setting or `generations` is out of its range.
        RuntimeError
            If this search is still running.
        """
        if self.state in ("running", "paused"):
            raise RuntimeError("this search has not ended: stop it first")
        config, seed = self.settings.read()
        self.wait()  # for the last picture of the search before
        thread = SearchThread(Search(self.task, config, seed=seed), generations)
        for other in _ALL:
            if other is not self and other.state == "running":
                other.pause()
        if self._thread is not None and self._thread.champion is not None:
            self._earlier.append(self._thread.champion)
        dataset = getattr(self.task, "dataset", None)
        self._picture = SearchPicture(config.weights, self.task.n_outputs, dataset)
        self._drawn = (None, 0.0, 0.0)
        self._thread = thread
        self._painter = Painter(self._thread, self._paint)
        self._thread.start()
        self._show_state()  # what is to be said from now on the painter says
        self._painter.start()

    def pause(self) -> None:
        """Let the search wait after its current generation."""
        if self._thread is not None:
            self._thread.pause()

    def resume(self) -> None:
        """Let a search that waits go on."""
        if self._thread is not None:
            self._thread.resume()

    def stop(self) -> None:
        """End the search after its current generation."""
        if self._thread is not None:
            self._thread.stop()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the search has ended and is drawn, or so long; whether it has."""
        if self._thread is None or self._painter is None:
            return True
        return self._thread.join(seconds) and self._painter.join(seconds)

    def run(self, *, generations: int | None = None, seconds: float | None = None) -> Network:
        """Search anew, with pictures, and wait until it has ended: for a notebook that nobody watches.

        Parameters
        ----------
        generations : int, optional
            With the same settings and seed, as many generations give the same champion.
        seconds : float, optional
            At most so long. Without either the search goes on until its settings' last generation or until somebody
            presses Stop.

        Returns
        -------
        Network
            The champion.

        Raises
        ------
        ValueError
            If a setting or `generations` is out of its range.
        RuntimeError
            If this search is still running.
        Exception
            Whatever ended the search, if it failed.
        """
        self.start(generations=generations)
        try:
            self.wait(seconds)
        finally:
            self.stop()
            self.wait()
        if self._thread is not None and self._thread.error is not None:
            raise self._thread.error
        assert self.champion is not None
        return self.champion

    # --- what came of it

    @property
    def state(self) -> str:
        """One of ready, running, paused, ended, failed."""
        return "ready" if self._thread is None else self._thread.state

    @property
    def search(self) -> Search | None:
        """The newest search; None before the first."""
        return None if self._thread is None else self._thread.search

    @property
    def error(self) -> BaseException | None:
        """What ended the newest search, if it failed."""
        return None if self._thread is None else self._thread.error

    @property
    def champions(self) -> list[Network]:
        """The champion of each search that was started, the newest last."""
        newest = None if self._thread is None else self._thread.champion
        return [*self._earlier, *([newest] if newest is not None else [])]

    @property
    def champion(self) -> Network | None:
        """The newest champion; None before the first generation of the first search."""
        return self.champions[-1] if self.champions else None

    @property
    def lineage(self) -> Lineage | None:
        """The ancestry of the newest search's champion, while that search pauses and when it has ended."""
        return None if self._thread is None else self._thread.lineage

    @property
    def pictures(self) -> int:
        """How many pictures the newest search has had."""
        return 0 if self._painter is None else self._painter.pictures

    def show(self) -> None:
        """Display the newest picture as it stands, for a page without widgets.

        Raises
        ------
        ValueError
            If there is none yet.
        """
        if not self._image.value:
            raise ValueError("there is no picture yet: start the search first")
        display = require("IPython.display", "showing a figure").display
        display({"text/html": self._image.value, "text/plain": self._caption}, raw=True)

    # --- drawing

    def _started(self) -> None:
        try:
            self.start()
        except ValueError as error:
            self.settings.say(str(error), wrong=True)

    def _paint(self) -> None:
        thread = self._thread
        assert thread is not None
        try:
            if thread.history:
                snapshot = Snapshot.of(thread.history, thread.population, thread.champion)
                self._caption = snapshot.caption
                picture = base64.b64encode(self._picture.draw(snapshot)).decode()
                # Decoded at once, so that the page does not flicker.
                self._image.value = (
                    f'<img src="data:image/png;base64,{picture}" alt="{escape(snapshot.alt)}" decoding="sync" '
                    'style="max-width:100%">'
                )
                self._paint_champion(thread)
            self._show_state()
        except Exception as error:
            self._say(f"the search goes on, but its picture cannot be drawn: {error}", wrong=True)
            raise

    def _paint_champion(self, thread: SearchThread) -> None:
        drawn, when, cost = self._drawn
        due = thread.state != "running" or time.perf_counter() - when > max(_CHAMPION_EVERY, _CHAMPION_SHARE * cost)
        if thread.champion is None or thread.champion is drawn or not due:
            return
        used = time.thread_time()
        shape = getattr(getattr(self.task, "dataset", None), "image_shape", None)
        self._network.value = draw(thread.champion, image_shape=shape, quick=True).svg
        self._drawn = thread.champion, time.perf_counter(), time.thread_time() - used

    def _show_state(self) -> None:
        state = self.state
        self._start.disabled = state in ("running", "paused")
        self._pause.disabled = self._stop.disabled = state not in ("running", "paused")
        self._pause.description = "Continue" if state == "paused" else "Pause"
        if state == "failed":
            error = self.error
            self._say(
                f"The search ended with an error: {type(error).__name__}: {error}. Its champion is kept.", wrong=True
            )
        else:
            self._say(f"{state.capitalize()}, {self._caption}.")

    def _say(self, text: str, *, wrong: bool = False) -> None:
        colour = f' style="color:{VERMILLION};font-weight:bold"' if wrong else ""
        self._line.value = f"<span{colour}>{escape(text)}</span>"

    _caption = "the first generation is on its way"

    def _ipython_display_(self) -> None:
        require("IPython.display", "showing a widget").display(self.panel)


def live_search(task: Classification, config: SearchConfig | None = None, *, seed: int = 0) -> LiveSearch:
    """Watch a search: press Start, look at its pictures, change the settings and start again.

    Parameters
    ----------
    task : Classification
    config : SearchConfig, optional
        The preset ``default`` if not given.
    seed : int

    Returns
    -------
    LiveSearch
        The last value of a notebook's cell shows itself. `.run(seconds)` searches without a hand on the buttons;
        `.champion`, `.lineage` and `.search` are what came of it.

    Raises
    ------
    ValueError
        If the task, the settings or the seed are not what they should be.
    ImportError
        In one line that says what to install, if ipywidgets or matplotlib is missing.
    """
    return LiveSearch(task, config, seed=seed)
