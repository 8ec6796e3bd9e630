"""A finished run, played again from its records: nothing is searched or evaluated."""

from __future__ import annotations

import base64
import os
from functools import lru_cache
from html import escape
from typing import Any

import numpy as np

from ..finished_run import FinishedRun, read_run
from .controls import redrawn
from .draw import draw
from .extras import require
from .search_picture import SearchPicture, Snapshot

_FRAMES = 200  # places of the slider; more could not be told apart


def replay_frames(run: FinishedRun) -> list[int]:
    """The generations, by their place in the records, that are shown: evenly spread, the first and the last among them.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> replay_frames(SimpleNamespace(generations=range(5)))
    [0, 1, 2, 3, 4]
    """
    n = len(run.generations)
    return np.unique(np.linspace(0, n - 1, min(n, _FRAMES)).round().astype(int)).tolist()


def snapshot_at(run: FinishedRun, place: int) -> Snapshot:
    """What the records tell of one generation; the individuals behind the Pareto front are not among it.

    Parameters
    ----------
    run : FinishedRun
    place : int
        In `run.generations`; negative ones count from the end.
    """
    last = place % len(run.generations)
    return Snapshot.of(list(run.generations[: last + 1]), [], None)


def draw_replay(run: FinishedRun, place: int = -1) -> tuple[bytes, str]:
    """Draw one generation of a run: the Pareto front, accuracy by weight, and the champion's accuracy and size so far.

    Parameters
    ----------
    run : FinishedRun
        From `wann_lite.finished_run.read_run`.
    place : int
        In `run.generations`; negative ones count from the end.

    Returns
    -------
    png : bytes
    alt : str
        The same in sentences.
    """
    snapshot = snapshot_at(run, place)
    return SearchPicture(run.weights, run.champion.n_outputs).draw(snapshot), snapshot.alt


def explore_run(run: FinishedRun | str | os.PathLike[str]) -> Any:
    """Play a run that is over: a slider over its generations, a button that runs it, and its champion's drawing.

    Parameters
    ----------
    run : FinishedRun or path
        A path is read by `wann_lite.finished_run.read_run`.

    Returns
    -------
    ipywidgets.VBox

    Raises
    ------
    RunFolderError
        (a ValueError) If the path is not that of a run.
    ImportError
        In one line that says what to install, if ipywidgets or matplotlib is missing.
    """
    widgets = require("ipywidgets", "a replay")
    require("matplotlib", "a figure")
    display = require("IPython.display", "a replay").display
    found = run if isinstance(run, FinishedRun) else read_run(run)
    frames = replay_frames(found)
    picture = SearchPicture(found.weights, found.champion.n_outputs)

    @lru_cache(maxsize=len(frames))
    def drawn(place: int) -> tuple[str, str]:
        snapshot = snapshot_at(found, place)
        data = base64.b64encode(picture.draw(snapshot)).decode()
        return f'<img src="data:image/png;base64,{data}" alt="{escape(snapshot.alt)}">', snapshot.caption

    slider = widgets.SelectionSlider(
        options=[(f"{found.generations[place].generation:,}", place) for place in frames],
        value=frames[-1],
        description="generation",
        continuous_update=False,
        style={"description_width": "initial"},
        layout={"width": "60%", "min_width": "320px"},
    )
    play = widgets.Play(value=0, min=0, max=len(frames) - 1, interval=250, show_repeat=False)
    link = widgets.jslink((play, "value"), (slider, "index"))

    def redraw(place: int) -> None:
        picture_html, caption = drawn(place)
        display({"text/html": f"<p>{escape(caption)}</p>{picture_html}", "text/plain": caption}, raw=True)

    output = redrawn(redraw, {"place": slider}, 560)
    network = widgets.HTML(draw(found.champion, quick=True, title="the champion of the whole run").svg)
    network.layout.flex, network.layout.min_width = "1 1 300px", "280px"
    panel = widgets.VBox([widgets.HBox([play, slider]), widgets.HBox([output, network])])
    panel.link = link  # as long as the panel lives
    return panel
