"""A champion's ancestry, played: the network grows, and each picture says what its mutations brought."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ..lineage import Lineage
from ..network import Connection
from .captions import count, kinds_of
from .controls import redrawn
from .draw import Drawing
from .extras import require
from .film import Film, make_film, told, who
from .marks import badge, box
from .picture import Painter
from .plane_panel import SIDE, plane_panel
from .scene import Point, Scene, Shape, Text
from .style import BLUE, GREY, INK, ORANGE, PALE, VERMILLION
from .wiring import Wiring

__all__ = ["Film", "draw_ancestor", "draw_ancestors", "explore_lineage", "make_film"]

if TYPE_CHECKING:
    from ..datasets import Dataset

_MARGIN, _HEAD, _CURVE, _LEAST_WIDTH = 24.0, 92.0, 130.0, 760.0
_BESIDE = SIDE + 40


def draw_ancestor(film: Film, frame: int = -1) -> Drawing:
    """Draw one ancestor where the film has got to, what its mutations touched, and the accuracy over all births.

    Vermillion is what the mutation of the picture touched, or the best one of several; orange are all other
    connections that the picture before did not have.

    Parameters
    ----------
    film : Film
        From `make_film`.
    frame : int
        The number of the picture; the last is the champion's.

    Returns
    -------
    Drawing
        All pictures of a film have the same size.

    Raises
    ------
    IndexError
        If there is no such picture.
    """
    film.moment(frame)  # which says so if there is none
    place = frame % len(film)
    painter = _painter(film, place, highlight=True)
    beside = _BESIDE if film.in_the_plane else 0.0
    width = max(painter.width + beside, _LEAST_WIDTH)
    painter.left += (width - beside - painter.width) / 2
    painter.top = _HEAD
    lines = told(film, place)
    scene = Scene(width, 0, lines[0], " ".join(lines[1:]))
    painter.paint(scene)
    if film.in_the_plane:
        panel = plane_panel(film.moment(place).network, film.ancestry.weights, film.ancestry.x, film.ancestry.labels)
        scene.paste(panel, width - SIDE - _MARGIN, _HEAD + max(0.0, (film.layout.height - SIDE - 40) / 2))
        scene.description += f" {panel.description}"
    for node in painter.wiring.hidden if film.small else ():
        painter.number(scene, node)
    for row, (line, size, colour) in enumerate(zip(lines, (17, 14, 14), (INK, INK, VERMILLION), strict=False)):
        fitting = min(size, (width - 2 * _MARGIN) / (0.56 * len(line)))
        scene.items.append(Text((_MARGIN, 22 + 23 * row), line, fitting, colour, "start", bold=row == 0))
    bottom = _legend(scene, film, film.wirings[place], painter.top + max(film.layout.height, beside) + 26)
    _curve(scene, film, place, bottom + 34)
    scene.height = bottom + 34 + _CURVE
    return Drawing(scene, film.layout.note)


def draw_ancestors(film: Film, k: int = 4, *, columns: int | None = None) -> Drawing:
    """Draw k ancestors side by side, from the founder to the champion: the film as one still picture.

    Parameters
    ----------
    film : Film
        From `make_film`.
    k : int
        How many, 2 or more; fewer where the film has fewer pictures.
    columns : int, optional
        How many stand side by side; by default all, but two where the networks are large.

    Raises
    ------
    ValueError
        If `k` is below 2 or `columns` below 1.
    """
    if k < 2 or (columns is not None and columns < 1):
        raise ValueError(f"k is {k}, columns {columns}: at least 2 ancestors in at least 1 column are needed")
    places = sorted({round(i) for i in np.linspace(0, len(film) - 1, k).tolist()})
    ancestry, large = film.ancestry, film.layout.width > 600
    columns = min(columns or (2 if large else len(places)), len(places))
    width = _painter(film, 0).width
    scale = min(1.0, 1080 / (columns * width))
    across, down = scale * width, scale * (film.layout.height + 90) + 44
    rows = -(-len(places) // columns)
    scene = Scene(columns * across, rows * down, f"{len(places)} networks of one line of ancestors")
    told = []
    for i, place in enumerate(places):
        moment, wiring = film.moment(place), film.wirings[place]
        left, top = across * (i % columns), down * (i // columns)
        painter = _painter(film, place)
        panel = Scene(width, 0)
        painter.paint(panel)
        scene.paste(panel, left, top + 40, scale)
        head = f"{who(film, place)}: {100 * ancestry.accuracies[moment.birth]:.0f} % right"
        size = f"{count(len(wiring.hidden), 'hidden node')}, {count(len(wiring.edges), 'connection')}"
        scene.items.append(Text((left + 12, top + 14), head, 14, INK, "start", bold=True))
        scene.items.append(Text((left + 12, top + 33), size, 12, GREY, "start"))
        told.append(f"{head}, {size}.")
    scene.description = " ".join(told)
    return Drawing(scene, film.layout.note)


def explore_lineage(
    lineage: Lineage | Film, dataset: Dataset | None = None, *, milliseconds: int = 700, **options: Any
) -> Any:
    """Play the film of an ancestry: a slider, and a button that runs it.

    Parameters
    ----------
    lineage : Lineage or Film
        A lineage is measured first, as `make_film` does.
    dataset : Dataset
        Not needed with a film.
    milliseconds : int
        From one picture to the next.
    **options
        Passed on to `make_film`.

    Returns
    -------
    ipywidgets.VBox

    Raises
    ------
    ValueError
        If a lineage comes without a data set.
    ImportError
        In one line that says what to install, if ipywidgets is missing.
    """
    widgets = require("ipywidgets", "a film")
    display = require("IPython.display", "a film").display
    if isinstance(lineage, Lineage):
        if dataset is None:
            raise ValueError(
                "a lineage alone cannot be measured: give its data set too, explore_lineage(lineage, data)"
            )
        lineage = make_film(lineage, dataset, **options)
    film, last = lineage, len(lineage) - 1
    picture = cache(lambda frame: draw_ancestor(film, frame))
    slider = widgets.SelectionSlider(
        options=[(who(film, place), place) for place in range(len(film))],
        value=0,
        description="ancestor",
        continuous_update=False,
        style={"description_width": "initial"},
        layout={"width": "60%", "min_width": "320px"},
    )
    play = widgets.Play(value=0, min=0, max=last, interval=milliseconds, show_repeat=False)
    # In the browser, so that the film is no slower for a busy kernel.
    link = widgets.jslink((play, "value"), (slider, "index"))

    output = redrawn(lambda frame: display(picture(frame)), {"frame": slider}, picture(0).scene.height + 24)
    panel = widgets.VBox([widgets.HBox([play, slider]), output])
    panel.link = link  # as long as the panel lives
    return panel


# --- what is highlighted


def _painter(film: Film, place: int, highlight: bool = False) -> Painter:
    wiring, lit, fresh, touched = film.wirings[place], set[Connection](), set[Connection](), set[int]()
    if highlight and place:
        fresh = set(wiring.edges) - set(film.wirings[place - 1].edges)
        for mutation in film.moment(place).best_mutations:
            nodes = [n for n in (mutation.source, mutation.node, mutation.target) if n is not None]
            touched.update(nodes)
            lit |= {(s, t) for s in nodes for t in nodes} & set(wiring.edges)
    painter = Painter(
        wiring,
        film.layout,
        film.names,
        frozenset(lit),
        fresh=frozenset(fresh),
        ringed=frozenset(touched),
        dims=False,
        most=film.most,
    )
    # Names need room at the left and right, in some pictures more than in others.
    page = Painter(film.together, film.layout, film.names, frozenset())
    painter.left, painter.width = page.left, page.width
    return painter


# --- below the network


def _legend(scene: Scene, film: Film, wiring: Wiring, y: float) -> float:
    """Each activation that ever occurs at its own place, with its count in this picture; the y below."""
    counts, width = dict(kinds_of(wiring)), scene.width - 2 * _MARGIN
    a_row = max(1, int(width // 112))
    for i, name in enumerate(film.kinds):
        x, row = _MARGIN + 11 + 112 * (i % a_row), y + 28 * (i // a_row)
        n = counts.get(name, 0)
        scene.items += badge((x, row), 20, name, "")
        scene.items.append(Text((x + 16, row), f"{n:,} {name}", 13, INK if n else GREY, "start"))
    y += 28 * max(0, -(-len(film.kinds) // a_row) - 1)
    return y


def _curve(scene: Scene, film: Film, place: int, top: float) -> None:
    """The accuracy over all births: what has been, what is to come, and where the film has got to."""
    ancestry = film.ancestry
    left, right, high, low = _MARGIN + 44, scene.width - _MARGIN - 40, top + 18, top + _CURVE - 42
    births = np.array([moment.birth for moment in ancestry.moments])
    # Pictures are equally far apart, as on the slider.
    across = np.interp(np.arange(ancestry.births + 1), births, np.arange(len(film)))
    xs = left + (right - left) * across / max(len(film) - 1, 1)
    ys = low - (low - high) * ancestry.accuracies
    weights = f"mean over {count(len(ancestry.weights), 'shared weight')}"
    label = f"right answers (%): {weights}, {count(len(ancestry.labels), 'validation example')}"
    scene.items.append(Text((_MARGIN, top), label, 12, GREY, "start"))
    for share in (0.0, 0.5, 1.0):
        y = low - (low - high) * share
        scene.items.append(Shape(((left, y), (right, y)), stroke=PALE, width=1))
        scene.items.append(Text((left - 8, y), f"{100 * share:.0f}", 12, GREY, "end"))
    now = film.moment(place).birth
    points: list[Point] = list(zip(xs.tolist(), ys.tolist(), strict=True))
    for part, colour, width in ((points[now:], GREY, 1.0), (points[: now + 1], BLUE, 2.0)):
        if len(part) > 1:
            scene.items.append(Shape(_thinned(part), stroke=colour, width=width))
    scene.items.append(Shape((points[now],), fill=VERMILLION, stroke="#ffffff", width=1.5, radius=6))
    for birth in _ticks(ancestry.births):
        scene.items.append(Shape(((xs[birth], low), (xs[birth], low + 5)), stroke=GREY, width=1))
        scene.items.append(Text((xs[birth], low + 15), f"{birth:,}", 12, GREY))
    scene.items.append(Text(((left + right) / 2, low + 32), "births since the founder", 12, GREY))
    if place:
        x, y = scene.width - _MARGIN - 168, top
        for colour, word, offset in ((VERMILLION, "touched", 0.0), (ORANGE, "new besides", 74.0)):
            scene.items.append(box(x + offset, y - 5, 10, 10, fill=colour))
            scene.items.append(Text((x + offset + 15, y), word, 12, GREY, "start"))


def _thinned(points: list[Point], most: int = 500) -> tuple[Point, ...]:
    """At most so many of the points, the last always."""
    every = -(-len(points) // most)
    return (*points[:-1:every], points[-1])


def _ticks(births: int) -> list[int]:
    """The founder, powers of ten, and the champion; those that would stand too close are left out."""
    powers = [10**k for k in range(9) if 10**k < 0.6 * births]
    return sorted({0, *powers, births})
