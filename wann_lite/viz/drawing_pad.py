"""A pad in a notebook to draw on with mouse, pen or finger."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from .extras import require

Strokes = list[list[tuple[float, float]]]

# A way of writing each digit: points "x,y" in hundredths of the pad, y downwards; a slash lifts the pen.
_WRITTEN = {
    "0": "50,12 37,17 27,31 23,50 27,69 37,83 50,88 63,83 73,69 77,50 73,31 63,17 50,12",
    "1": "50,10 50,90",
    "2": "25,27 30,16 42,11 56,11 69,17 75,29 72,40 25,88 78,88",
    "3": "26,19 41,11 58,12 70,23 69,38 58,46 47,48 61,51 73,61 74,76 63,85 47,88 33,86 23,78",
    "4": "30,10 24,55 75,55 / 68,12 66,90",
    "5": "75,10 35,10 31,45 47,43 63,47 73,60 72,74 61,84 45,87 31,83 24,76",
    "6": "66,10 45,30 32,55 30,70 36,83 50,89 64,83 70,70 64,57 50,51 36,57 30,70",
    "7": "22,14 77,14 45,90",
    "8": "50,48 37,43 31,29 37,16 50,10 63,16 69,29 63,43 50,48 36,54 27,69 34,84 50,90 66,84 73,69 64,54 50,48",
    "9": "70,32 64,18 50,12 36,18 30,32 36,46 50,52 64,46 70,32 69,50 63,90",
}

#: A drawing of each digit, as the pad gives it: strokes of points (x, y) from 0 to 1.
EXAMPLES: dict[str, Strokes] = {
    digit: [
        [(int(x) / 100, int(y) / 100) for x, y in (point.split(",") for point in stroke.split())]
        for stroke in text.split("/")
    ]
    for digit, text in _WRITTEN.items()
}


def drawing_pad(strokes: Strokes | None = None) -> Any:
    """A pad to draw on, with buttons to take back a stroke and to clear it.

    Parameters
    ----------
    strokes : list of strokes, optional
        What is drawn already.

    Returns
    -------
    anywidget.AnyWidget
        Its `value` is a list of strokes, each a list of points [x, y] from 0 to 1, y downwards. It changes when
        the pen is lifted, and what is set in Python appears on the pad.

    Raises
    ------
    ImportError
        In one line that says what to install, if anywidget is missing.
    """
    return _class()(value=strokes or [])


@cache
def _class() -> Any:
    anywidget = require("anywidget", "a pad to draw on")
    traitlets = require("traitlets", "a pad to draw on")
    file = Path(__file__)

    class DrawingPad(anywidget.AnyWidget):  # type: ignore[misc, name-defined]
        """A canvas; all it knows are its strokes."""

        _esm = file.with_suffix(".js").read_text(encoding="utf-8")
        _css = file.with_suffix(".css").read_text(encoding="utf-8")
        value = traitlets.List().tag(sync=True)
        #: What stands for it where there is no browser to draw in.
        description = traitlets.Unicode("a pad to draw on").tag(sync=True)

    return DrawingPad
