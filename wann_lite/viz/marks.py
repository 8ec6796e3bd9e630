"""The marks a drawing is made of: squares, arrow heads, and discs with the curve of an activation."""

from __future__ import annotations

from math import hypot

from .glyphs import curve
from .scene import Point, Shape
from .style import INK, colour_of, mix


def box(
    left: float,
    top: float,
    across: float,
    down: float,
    *,
    fill: str,
    stroke: str | None = None,
    width: float = 1.0,
    title: str = "",
    part: tuple[int, ...] = (),
) -> Shape:
    """A rectangle by its upper left corner and its sides."""
    corners = ((left, top), (left + across, top), (left + across, top + down), (left, top + down))
    return Shape(corners, stroke=stroke, width=width, fill=fill, closed=True, title=title, part=part)


def badge(at: Point, diameter: float, activation: str, title: str, part: tuple[int, ...] = ()) -> list[Shape]:
    """A hidden node: a disc in the colour of its activation's family, and the activation's curve."""
    colour = colour_of(activation)
    disc = Shape(
        (at,),
        stroke=colour,
        width=max(1.0, diameter / 18),
        fill=mix(colour, "#ffffff", 0.78),
        radius=0.48 * diameter,
        title=title,
        part=part,
    )
    return [disc, glyph(at, 0.52 * diameter, activation, INK, max(0.9, diameter / 20))]


def glyph(at: Point, side: float, activation: str, colour: str, width: float) -> Shape:
    """The curve of an activation in a square around `at`."""
    x, y = at
    points = tuple((x + 0.5 * side * a, y - 0.42 * side * b) for a, b in curve(activation))
    return Shape(points, stroke=colour, width=width)


def arrow(route: tuple[Point, ...], length: float) -> tuple[Point, ...]:
    """A triangle whose tip is the end of the route."""
    (x2, y2), (x1, y1) = route[-1], route[-2]
    norm = hypot(x2 - x1, y2 - y1) or 1.0
    ux, uy = (x2 - x1) / norm * length, (y2 - y1) / norm * length
    back = x2 - ux, y2 - uy
    return (x2, y2), (back[0] - 0.38 * uy, back[1] + 0.38 * ux), (back[0] + 0.38 * uy, back[1] - 0.38 * ux)
