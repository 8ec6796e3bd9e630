"""A picture as a list of shapes, and that picture as SVG or PNG.

Both come from the same list, so a saved PNG looks like the SVG on the page. Coordinates are pixels, y
downwards.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html import escape
from itertools import groupby
from typing import Any

from .extras import require

Point = tuple[float, float]
LONGEST_SIDE = 12_000  # pixels of a PNG
FONT = "Helvetica, Arial, sans-serif"

# What XML 1.0 does not allow in any form: control characters, halves of surrogate pairs, and two that are no
# characters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Shape:
    """A line, a closed area, or a circle (`points` holds its centre, `radius` is positive).

    A curved line is a chain of cubic Bézier pieces: 1 + 3 k points. `part` says what of a network it stands for, a
    node or a connection (source, target), so that a page can tell what was clicked.
    """

    points: tuple[Point, ...]
    stroke: str | None = None
    width: float = 1.0
    fill: str | None = None
    opacity: float = 1.0
    closed: bool = False
    curved: bool = False
    radius: float = 0.0
    title: str = ""
    part: tuple[int, ...] = ()


@dataclass(frozen=True)
class Text:
    """One line of text, centred vertically on `at`; `anchor` is start, middle or end."""

    at: Point
    text: str
    size: float = 14
    colour: str = "#000000"
    anchor: str = "middle"
    bold: bool = False


@dataclass
class Scene:
    """Shapes and texts from back to front.

    Attributes
    ----------
    width, height : float
        The size of the picture in pixels.
    title, description : str
        What a screen reader says.
    items : list of Shape or Text
    """

    width: float
    height: float
    title: str = ""
    description: str = ""
    items: list[Shape | Text] = field(default_factory=list)

    def paste(self, other: Scene, left: float, top: float, scale: float = 1.0) -> None:
        """Put all that another scene holds into this one, its upper left corner at (left, top)."""
        for item in other.items:
            if isinstance(item, Text):
                at = left + scale * item.at[0], top + scale * item.at[1]
                self.items.append(replace(item, at=at, size=scale * item.size))
            else:
                points = tuple((left + scale * x, top + scale * y) for x, y in item.points)
                width, radius = scale * item.width, scale * item.radius
                self.items.append(replace(item, points=points, width=width, radius=radius))

    def to_svg(self) -> str:
        """The picture as the text of one SVG element, without scripts, styles, references or ids."""
        width, height = round(self.width), round(self.height)
        title, description = plain(self.title), plain(self.description)
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" '
            f'role="img" aria-label="{escape(title + ". " + description)}" font-family="{FONT}" '
            'style="max-width:100%;height:auto">',
            f"<title>{escape(title)}</title>",
            f"<desc>{escape(description)}</desc>",
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            *(_svg_text(item) if isinstance(item, Text) else _svg_shape(item) for item in self.items),
            "</svg>",
        ]
        return "\n".join(lines) + "\n"

    def to_png(self, scale: float = 2.0) -> bytes:
        """The picture as a PNG of `scale` times its size, at most LONGEST_SIDE, drawn by matplotlib.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        size = self.width / 72, self.height / 72
        figure = require("matplotlib.figure", "a PNG").Figure(figsize=size, facecolor="white")
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set(xlim=(0, self.width), ylim=(self.height, 0))
        for order, (_, run) in enumerate(groupby(self.items, type)):
            items = list(run)
            _mpl_shapes(axes, [item for item in items if isinstance(item, Shape)], order)
            for text in (item for item in items if isinstance(item, Text)):
                _mpl_text(axes, text, order)
        buffer = io.BytesIO()
        scale = min(scale, LONGEST_SIDE / max(self.width, self.height))
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing from font")  # a box stands for it
            figure.savefig(buffer, format="png", dpi=72 * scale, metadata={"Title": plain(self.title)})
        return buffer.getvalue()


def plain(text: object, longest: int = 1000) -> str:
    r"""`text` on one line, without what XML forbids, cut at `longest` characters.

    Examples
    --------
    >>> plain("a\x00 b\n" + "c" * 20, longest=10)
    'a\ufffd b cccc\u2026'
    """
    line = " ".join(_FORBIDDEN.sub("\ufffd", str(text)).split())
    return line if len(line) <= longest else line[: longest - 1] + "\u2026"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _svg_shape(shape: Shape) -> str:
    look = f'fill="{shape.fill or "none"}"'
    if shape.stroke:
        look += f' stroke="{shape.stroke}" stroke-width="{shape.width:g}"'
        look += ' stroke-linecap="round" stroke-linejoin="round"'
    if shape.part:
        look += f' data-part="{" ".join(map(str, shape.part))}"'
    if shape.opacity < 1:
        look += f' opacity="{shape.opacity:g}"'
    pairs = [f"{_number(x)},{_number(y)}" for x, y in shape.points]
    if shape.radius:
        x, y = map(_number, shape.points[0])
        tag, place = "circle", f'cx="{x}" cy="{y}" r="{_number(shape.radius)}"'
    else:
        tag = "path"
        command = "C" if shape.curved else "L"
        place = f'd="M{pairs[0]}{command}{" ".join(pairs[1:])}{"Z" if shape.closed else ""}"'
    if not shape.title:
        return f"<{tag} {place} {look}/>"
    return f"<{tag} {place} {look}><title>{escape(plain(shape.title))}</title></{tag}>"


def _svg_text(text: Text) -> str:
    x, y = _number(text.at[0]), _number(text.at[1] + 0.35 * text.size)
    weight = ' font-weight="bold"' if text.bold else ""
    return (
        f'<text x="{x}" y="{y}" font-size="{text.size:g}" fill="{text.colour}" '
        f'text-anchor="{text.anchor}"{weight}>'
        f"{escape(plain(text.text))}</text>"
    )


def _mpl_text(axes: Any, text: Text, order: int) -> None:
    sides = {"start": "left", "middle": "center", "end": "right"}
    axes.text(
        *text.at,
        plain(text.text),
        fontsize=text.size * 0.92,  # matplotlib's own font is wider than the fonts that browsers choose
        color=text.colour,
        ha=sides[text.anchor],
        va="center_baseline",
        fontweight="bold" if text.bold else "normal",
        parse_math=False,
        zorder=order,
    )


def _mpl_shapes(axes: Any, shapes: Sequence[Shape], order: int) -> None:
    path = require("matplotlib.path", "a PNG").Path
    colours = require("matplotlib.colors", "a PNG")
    collection = require("matplotlib.collections", "a PNG").PathCollection(
        [_mpl_path(path, shape) for shape in shapes],
        facecolors=[colours.to_rgba(s.fill or "none", s.opacity if s.fill else 0) for s in shapes],
        edgecolors=[colours.to_rgba(s.stroke or "none", s.opacity if s.stroke else 0) for s in shapes],
        linewidths=[s.width if s.stroke else 0 for s in shapes],
        capstyle="round",
        joinstyle="round",
        zorder=order,
    )
    axes.add_collection(collection, autolim=False)


def _mpl_path(path: Any, shape: Shape) -> Any:
    if shape.radius:
        return path.circle(shape.points[0], shape.radius)
    points = list(shape.points)
    codes = [path.MOVETO] + [path.CURVE4 if shape.curved else path.LINETO] * (len(points) - 1)
    if shape.closed:
        points, codes = [*points, points[0]], [*codes, path.CLOSEPOLY]
    return path(points, codes)
