"""The colours of the course and the one style of its figures.

The eight colours of Okabe and Ito stay apart for colour-blind readers; wherever a colour carries meaning, a
marker, a line style or a shape carries it too.

References
----------
Okabe & Ito (2008), Color Universal Design.
Wong (2011), Points of view: color blindness, Nature Methods 8, 441.
"""

from __future__ import annotations

import base64
import contextlib
import io
import threading
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any, cast

from .extras import require

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, VERMILLION = "#0072b2", "#e69f00", "#009e73", "#d55e00"
SKY, PURPLE, YELLOW, BLACK = "#56b4e9", "#cc79a7", "#f0e442", "#000000"
INK, GREY, PALE = "#22303c", "#6b7785", "#dfe4e8"

#: The order in which lines take their colours, each with a line style and a marker of its own.
COLOURS = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY, BLACK)
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (3, 1)), (0, (1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

#: Families of activations: colour, and the members. Their curves tell the members of a family apart.
FAMILIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "straight": (SKY, ("linear", "inverse")),
    "bent": (BLUE, ("relu", "abs")),
    "S-shaped": (ORANGE, ("step", "sigmoid", "tanh")),
    "hills and waves": (GREEN, ("gaussian", "sin", "cos")),
}

# Eight stops of matplotlib's viridis, light to dark, so that few is close to the white page.
_VIRIDIS = ("#fde725", "#a0da39", "#4ac16d", "#1fa187", "#277f8e", "#365c8d", "#46327e", "#440154")

_OF_THE_FIGURE = frozenset({"figsize", "dpi", "layout", "facecolor"})
_SETTINGS_IN_USE = threading.Lock()


def colour_of(activation: str) -> str:
    """The colour of an activation's family.

    Examples
    --------
    >>> colour_of("relu") == colour_of("abs") == BLUE
    True
    """
    return next((colour for colour, members in FAMILIES.values() if activation in members), GREY)


def magnitude(share: float) -> str:
    """A colour of viridis for a magnitude between 0 (light) and 1 (dark).

    Examples
    --------
    >>> magnitude(0), magnitude(1), magnitude(0.5)
    ('#fde725', '#440154', '#23908b')
    """
    place = min(max(share, 0.0), 1.0) * (len(_VIRIDIS) - 1)
    low = min(int(place), len(_VIRIDIS) - 2)
    return mix(_VIRIDIS[low], _VIRIDIS[low + 1], place - low)


def mix(colour: str, other: str, share: float) -> str:
    """`colour` with `share` of it replaced by `other`; both as #rrggbb.

    Examples
    --------
    >>> mix("#000000", "#ffffff", 0.5)
    '#808080'
    """
    pairs = ((int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{int(a + (b - a) * share + 0.5):02x}" for a, b in pairs)


def settings() -> dict[str, Any]:
    """Matplotlib's rcParams for a figure of the course."""
    cycler = require("cycler", "a figure").cycler
    return {
        "axes.prop_cycle": cycler(color=COLOURS) + cycler(linestyle=LINES),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": GREY,
        "axes.labelcolor": INK,
        "axes.titlecolor": INK,
        "axes.titlesize": 12,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.labelsize": 11,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": PALE,
        "grid.linewidth": 0.8,
        "xtick.color": GREY,
        "ytick.color": GREY,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "text.color": INK,
        "font.size": 10.5,
        "lines.linewidth": 2,
        "lines.markersize": 6,
        "legend.frameon": False,
        "figure.dpi": 110,
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
        "image.cmap": "viridis",
    }


def figure(*args: Any, **kwargs: Any) -> tuple[Figure, Any]:
    """``matplotlib.pyplot.subplots`` in the style of the course, with room for all labels.

    The figure is not one of pyplot's: a notebook deals with its widgets' messages in a thread of their own, and would
    show whatever pyplot holds at that moment in the wrong place. `show` displays it, or the end of a cell.

    Examples
    --------
    >>> fig, ax = figure(figsize=(6, 3))
    """
    with _styled():
        fig = _paper(kwargs)
        return fig, fig.subplots(*args, **kwargs)


def mosaic(cells: list[list[str]], **kwargs: Any) -> tuple[Figure, dict[str, Any]]:
    """``matplotlib.pyplot.subplot_mosaic`` in the style of the course, otherwise as `figure`.

    Examples
    --------
    >>> fig, axes = mosaic([["left", "right"]], figsize=(6, 3))
    >>> sorted(axes)
    ['left', 'right']
    """
    with _styled():
        fig = _paper(kwargs)
        # Its hints know a list of lists of names only under a name of their own.
        axes: dict[str, Any] = fig.subplot_mosaic(cast("list[Any]", cells), **kwargs)
        return fig, axes


@contextlib.contextmanager
def _styled() -> Iterator[None]:
    # Matplotlib's settings belong to the process: another thread must not take these for those to go back to.
    with _SETTINGS_IN_USE, require("matplotlib", "a figure").rc_context(settings()):
        yield


def _paper(options: dict[str, Any]) -> Figure:
    """A figure without axes; what is meant for it is taken out of the options."""
    its = {"layout": "constrained"} | {name: options.pop(name) for name in _OF_THE_FIGURE & options.keys()}
    fig: Figure = require("matplotlib.figure", "a figure").Figure(**its)
    require("matplotlib.backends.backend_agg", "a figure").FigureCanvasAgg(fig)
    return fig


def show(fig: Figure, alt: str) -> None:
    """Display a figure in a notebook once, with a description for readers who cannot see it.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        One of pyplot's is closed afterwards, so that the notebook does not show it a second time.
    alt : str
        What the figure shows, in a sentence.
    """
    display = require("IPython.display", "showing a figure").display
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png")
    require("matplotlib.pyplot", "a figure").close(fig)
    # JupyterLab leaves no room for a description beside image/png.
    picture = base64.b64encode(buffer.getvalue()).decode()
    html = f'<img src="data:image/png;base64,{picture}" alt="{escape(alt)}" style="max-width:100%">'
    display({"text/html": html, "text/plain": alt}, raw=True)
