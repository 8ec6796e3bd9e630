"""Where each node of a drawing goes, and the way of each connection."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import graphviz_layout, layered
from .scene import Point
from .wiring import Wiring

# A drawing of at most this many nodes and connections keeps graphviz's places and routes. Beyond, a page as graphviz would fill it
# is many times taller than wide: its order of the nodes is kept, and each layer is folded into columns of bricks.
_FEW_NODES, _FEW_EDGES = 60, 160
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


def arrange(wiring: Wiring) -> Layout:
    """Find places for all nodes: graphviz's where it is there and they fit on a page, otherwise our own layers."""
    n_nodes = len(wiring.single) + len(wiring.hidden) + wiring.network.n_outputs
    n_edges = len({(0 if wiring.is_pixel(source) else source + 1, target) for source, target in wiring.edges})
    few = n_nodes <= _FEW_NODES and n_edges <= _FEW_EDGES
    diameter = 44.0 if n_nodes <= 30 else 34.0
    side = _GRID_SIDE if not few or n_nodes > 20 else 0.75 * _GRID_SIDE
    cell = side / max(wiring.image_shape) if wiring.image_shape else 0.0
    try:
        found, centre, routes = graphviz_layout.place(wiring, diameter, _grid_size(wiring, cell))
    except graphviz_layout.NoGraphviz as error:
        return _in_layers(wiring, wiring.layers, layered.heights(wiring), cell, note=str(error))
    if few:
        return _as_found(wiring, found, centre, routes, diameter, cell)
    top = max(y for _, y in found.values())
    down = {node: y / max(top, 1.0) for node, (_, y) in found.items()}
    columns: dict[float, list[int]] = {}
    for node in wiring.hidden:
        columns.setdefault(round(found[node][0]), []).append(node)
    return _in_layers(wiring, [columns[x] for x in sorted(columns)], down, cell)


def _grid_size(wiring: Wiring, cell: float) -> tuple[float, float]:
    rows, columns = wiring.image_shape or (0, 0)
    return columns * cell, rows * cell


def _with_pixels(wiring: Wiring, places: dict[int, Point], corner: Point, cell: float) -> dict[int, Point]:
    _, columns = wiring.image_shape or (1, 1)
    left, top = corner
    cells = {p: divmod(p - 1, columns) for p in wiring.pixels}
    return places | {p: (left + (c + 0.5) * cell, top + (r + 0.5) * cell) for p, (r, c) in cells.items()}


def _as_found(
    wiring: Wiring,
    found: dict[int, Point],
    centre: Point | None,
    routes: graphviz_layout.Routes,
    diameter: float,
    cell: float,
) -> Layout:
    """graphviz's own places, moved so that the page begins at (0, 0)."""
    half = diameter / 2
    boxes = [(x, y, half, half) for x, y in found.values()]
    grid_width, grid_height = _grid_size(wiring, cell)
    if centre is not None:
        boxes.append((*centre, grid_width / 2, grid_height / 2))
    points = [(x, y, 0.0, 0.0) for route in routes.values() for x, y in route]
    left = min(x - w for x, _, w, _ in boxes + points)
    top = min(y - h for _, y, _, h in boxes + points)
    places = {node: (x - left, y - top) for node, (x, y) in found.items()}
    corner = (0.0, 0.0) if centre is None else (centre[0] - grid_width / 2 - left, centre[1] - grid_height / 2 - top)
    return Layout(
        places=_with_pixels(wiring, places, corner, cell),
        width=max(x + w for x, _, w, _ in boxes + points) - left,
        height=max(y + h for _, y, _, h in boxes + points) - top,
        diameter=diameter,
        cell=cell,
        corner=corner,
        routes={edge: tuple((x - left, y - top) for x, y in route) for edge, route in routes.items()},
    )


def _in_layers(
    wiring: Wiring, layers: list[list[int]], down: dict[int, float], cell: float, note: str = ""
) -> Layout:
    """Columns from left to right: inputs, the layers of hidden nodes, outputs; the largest nodes that fit the page."""
    outputs = list(wiring.network.outputs)
    singles = [node for node in wiring.single if node] + [0] * (0 in wiring.single)
    grid_width, grid_height = _grid_size(wiring, cell)
    for diameter in _SIZES:
        pitch = 1.35 * diameter
        first = [] if wiring.image_shape else [singles]
        fullest = max(map(len, [*layers, outputs, *first]), default=1)
        least = max(grid_height + (2.5 * diameter if singles else 0.0), (len(outputs) - 1) * 1.1 * pitch)
        height = min(max(least, (fullest - 1) * pitch), max(_PAGE_HEIGHT, least))
        page = [*layered.fold(first, down, pitch, height or 1.0), *layered.fold(layers, down, pitch, height or 1.0)]
        step = (1.9 if len(page) > len(layers) + len(first) else 2.4) * diameter
        width = grid_width + step * (len(page) + 1) + diameter
        if width <= _PAGE_WIDTH:
            break
    # A page that is much taller than wide wants longer ways between its columns.
    gap = max(step, min(3 * step, (0.9 * height - grid_width) / (len(page) + 1)))
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
        places |= {node: (grid_width / 2, corner[1] + grid_height + 1.5 * diameter) for node in singles}
    bottom = max([height + diameter] + [y + half for _, y in places.values()])
    places = _with_pixels(wiring, places, corner, cell)
    return Layout(places, x + half, bottom, diameter, cell, corner, note=note)
