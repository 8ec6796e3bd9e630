"""Where each node of a drawing goes, and the way of each connection."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from . import graphviz_layout, layered
from .scene import Point
from .wiring import Wiring

# A drawing of at most this many nodes and connections keeps graphviz's places and routes. Beyond, and beside
# a pixel grid, the page would be many times taller than wide: graphviz's order of the nodes is kept, and each
# layer is folded like bricks.
_FEW_NODES, _FEW_EDGES = 40, 60
_SIZES = (44.0, 36.0, 30.0, 25.0, 21.0, 17.0, 14.0, 11.0, 8.0)
_PAGE_WIDTH, _PAGE_HEIGHT = 1040.0, 760.0
_GRID_SIDE = 290.0


@dataclass(frozen=True)
class Layout:
    """Places in pixels, y downwards, from (0, 0) to (width, height); labels come outside.

    Attributes
    ----------
    places : dict of int to (float, float)
        The centre of every node that is drawn, pixels included.
    routes : dict of (int, int) to tuple of points
        Connections whose way graphviz found; the others are up to the reader of this.
    diameter : float
        Of a hidden node.
    cell : float
        The side of a pixel of the grid; 0 without a grid.
    corner : (float, float)
        The upper left corner of the grid.
    note : str
        One line on what is missing for a better layout; empty if nothing is.
    """

    places: dict[int, Point]
    width: float
    height: float
    diameter: float
    cell: float = 0.0
    corner: Point = (0.0, 0.0)
    routes: dict[tuple[int, int], tuple[Point, ...]] = field(default_factory=dict)
    note: str = ""


def arrange(wiring: Wiring, *, quick: bool = False, page_height: float = _PAGE_HEIGHT) -> Layout:
    """Find places for all nodes: as graphviz says if they fit on a page, otherwise in our own layers.

    `quick` asks graphviz nothing about what will be in our own layers anyway; `page_height` is what those may take.
    """
    n_nodes = len(wiring.single) + len(wiring.hidden) + wiring.network.n_outputs
    few = wiring.image_shape is None and n_nodes <= _FEW_NODES and len(wiring.edges) <= _FEW_EDGES
    diameter = _SIZES[0]
    cell = _GRID_SIDE / max(wiring.image_shape) if wiring.image_shape else 0.0
    if quick and not few:
        return _in_layers(wiring, wiring.layers, layered.heights(wiring), cell, page_height)
    try:
        found, routes = graphviz_layout.place(wiring, diameter, _grid_size(wiring, cell))
    except graphviz_layout.NoGraphviz as error:
        return _in_layers(wiring, wiring.layers, layered.heights(wiring), cell, page_height, note=str(error))
    if few:
        wide = max(1.3, min(4.0, 1.3 * _tallness(found)))
        if wide > 1.3:
            found, routes = graphviz_layout.place(wiring, diameter, _grid_size(wiring, cell), wide)
        return _as_found(found, routes, diameter)
    top = max(y for _, y in found.values())
    down = {node: y / max(top, 1.0) for node, (_, y) in found.items()}
    columns: dict[float, list[int]] = {}
    for node in wiring.hidden:
        columns.setdefault(round(found[node][0]), []).append(node)
    return _in_layers(wiring, [columns[x] for x in sorted(columns)], down, cell, page_height)


def _grid_size(wiring: Wiring, cell: float) -> tuple[float, float]:
    rows, columns = wiring.image_shape or (0, 0)
    return columns * cell, rows * cell


def _with_pixels(wiring: Wiring, places: dict[int, Point], corner: Point, cell: float) -> dict[int, Point]:
    _, columns = wiring.image_shape or (1, 1)
    left, top = corner
    cells = {p: divmod(p - 1, columns) for p in wiring.pixels}
    return places | {p: (left + (c + 0.5) * cell, top + (r + 0.5) * cell) for p, (r, c) in cells.items()}


def _press(found: dict[int, Point], diameter: float) -> float:
    """A factor on all heights that makes a tall page flatter and leaves the nodes of a column apart."""
    columns: dict[int, list[float]] = {}
    for x, y in found.values():
        columns.setdefault(round(x), []).append(y)
    steps = [below - above for ys in map(sorted, columns.values()) for above, below in pairwise(ys)]
    apart = 1.45 * diameter / min(steps, default=diameter)
    return min(1.0, max(apart, 1 / max(_tallness(found), 0.01)))


def _tallness(found: dict[int, Point]) -> float:
    """The height of a page that is 0.6 as high as wide is 1."""
    xs, ys = zip(*found.values(), strict=True)
    return (max(ys) - min(ys)) / max(0.6 * (max(xs) - min(xs)), 1.0)


def _as_found(found: dict[int, Point], routes: graphviz_layout.Routes, diameter: float) -> Layout:
    """The places that graphviz found, from (0, 0) on, and pressed together where the page is tall."""
    press = _press(found, diameter)
    half = diameter / 2
    places = {node: (x, y * press) for node, (x, y) in found.items()}
    routes = {edge: tuple((x, y * press) for x, y in route) for edge, route in routes.items()}
    corners = [(x + sign * half, y + sign * half) for x, y in places.values() for sign in (-1, 1)]
    xs, ys = zip(*corners, *(point for route in routes.values() for point in route), strict=True)
    left, top = min(xs), min(ys)
    return Layout(
        places={node: (x - left, y - top) for node, (x, y) in places.items()},
        routes={edge: tuple((x - left, y - top) for x, y in route) for edge, route in routes.items()},
        width=max(xs) - left,
        height=max(ys) - top,
        diameter=diameter,
    )


def _in_layers(
    wiring: Wiring,
    layers: list[list[int]],
    down: dict[int, float],
    cell: float,
    page_height: float,
    note: str = "",
) -> Layout:
    """Columns from left to right: inputs, the layers of hidden nodes, outputs; the largest nodes that fit the page."""
    outputs = list(wiring.network.outputs)
    singles = wiring.single
    grid_width, grid_height = _grid_size(wiring, cell)
    for diameter in _SIZES:
        pitch = 1.35 * diameter
        first = [] if wiring.image_shape else [singles]
        fullest = max(map(len, [*layers, outputs, *first]), default=1)
        least = max(grid_height + (2 * diameter + 92 if singles else 0.0), (len(outputs) - 1) * 1.1 * pitch)
        height = min(max(least, (fullest - 1) * pitch), max(page_height, least))
        page = [*layered.fold(first, down, pitch, height or 1.0), *layered.fold(layers, down, pitch, height or 1.0)]
        step = (1.9 if len(page) > len(layers) + len(first) else 2.4) * diameter
        width = grid_width + step * (len(page) + 1) + diameter
        if width <= _PAGE_WIDTH:
            break
    # A page much taller than wide wants longer ways between its columns, a flat one more room between its
    # rows.
    gap = max(step, min(3 * step, (0.9 * height - grid_width) / (len(page) + 1)))
    roomy = min(0.5 * width, page_height)
    page = [[(node, y * max(1.0, roomy / (height or 1.0))) for node, y in column] for column in page]
    height = max(height, roomy)
    half = diameter / 2
    places: dict[int, Point] = {}
    x = grid_width + gap if wiring.image_shape else half
    for column in page:
        places |= {node: (x, y + half) for node, y in column}
        x += gap
    even = [height * (i + 0.5) / len(outputs) for i in range(len(outputs))]
    ends = layered.spread(even, 1.1 * pitch, height)
    places |= {node: (x, y + half) for node, y in zip(outputs, ends, strict=True)}
    corner = (0.0, (height + diameter - grid_height) / 2)
    if wiring.image_shape:
        places |= {node: (grid_width / 2, corner[1] + grid_height + 46 + diameter / 2) for node in singles}
    bottom = max([height + diameter] + [y + half for _, y in places.values()])
    places = _with_pixels(wiring, places, corner, cell)
    return Layout(places, x + half, bottom, diameter, cell, corner, note=note)
