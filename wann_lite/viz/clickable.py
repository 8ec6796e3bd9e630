"""A drawing that answers to the mouse: which node or connection was clicked, and which are marked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from .draw import Drawing
from .extras import require

Part = tuple[int, ...]


class ClickableDrawing:
    """A drawing in a notebook whose nodes and connections can be clicked.

    Without the package anywidget it is a drawing that cannot; `answers` tells.

    Parameters
    ----------
    clicked : callable
        Is called with the part that was clicked: (node,) or (source, target).

    Attributes
    ----------
    widget : ipywidgets.DOMWidget
    answers : bool

    Raises
    ------
    ImportError
        In one line that says what to install, if ipywidgets is missing.
    """

    def __init__(self, clicked: Callable[[Part], None]) -> None:
        html = require("ipywidgets", "a drawing to click").HTML
        try:
            self.widget = _widget_class()()
        except ImportError:
            self.widget, self.answers = html(), False
        else:
            self.answers = True

            def receive(_: Any, message: Any, buffers: Any) -> None:
                clicked(tuple(map(int, message["part"].split())))

            self.widget.on_msg(receive)

    def show(self, drawing: Drawing) -> None:
        """Show another drawing."""
        if self.answers:
            self.widget.svg = drawing.svg
        else:
            self.widget.value = drawing.svg

    def mark(self, parts: Iterable[Part]) -> None:
        """Mark these parts, and only these."""
        if self.answers:
            self.widget.marked = [" ".join(map(str, part)) for part in parts]


@cache
def _widget_class() -> Any:
    anywidget, traitlets = require("anywidget", "a drawing to click"), require("traitlets", "a drawing to click")

    file = Path(__file__)

    class Clickable(anywidget.AnyWidget):  # type: ignore[misc, name-defined]
        """An SVG picture, and which of its parts are marked."""

        _esm = file.with_suffix(".js").read_text(encoding="utf-8")
        _css = file.with_suffix(".css").read_text(encoding="utf-8")
        svg = traitlets.Unicode().tag(sync=True)
        marked = traitlets.List(traitlets.Unicode()).tag(sync=True)

    return Clickable
