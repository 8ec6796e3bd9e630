"""From places to shapes: how nodes, connections, the pixel grid and the legend look."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from ..network import Connection
from .captions import Names, count, describe, kinds_of, sentence
from .layout import Layout
from .marks import arrow, badge, box, glyph
from .scene import Point, Scene, Shape, Text, plain
from .style import GREY, INK, ORANGE, PALE, VERMILLION, magnitude, mix
from .wiring import BIAS, INPUT_SHARE, Wiring

_MARGIN = 24.0
_LEGEND_WIDTH, _LEGEND_HEIGHT = 118.0, 30.0
_FEW_EDGES = 60


def paint(
    wiring: Wiring, layout: Layout, names: Names, lit: frozenset[Connection], *, title: str, numbers: bool
) -> Scene:
    """The picture of a layout; `lit` holds the highlighted connections."""
    painter = Painter(wiring, layout, names, lit)
    scene = Scene(painter.width, 0, sentence(wiring), describe(wiring))
    if title:
        scene.items.append(Text((_MARGIN, _MARGIN + 2), plain(title, 120), 17, INK, "start", bold=True))
        painter.top += 30
    painter.paint(scene)
    for node in wiring.hidden if numbers else ():
        painter.number(scene, node)
    painter.legend(scene)
    return scene


class Painter:
    """Adds the parts of one drawing to a scene, each in its place.

    Parameters
    ----------
    wiring : Wiring
    layout : Layout
        May have places for more than is drawn.
    names : Names
    lit : frozenset of (int, int)
        Highlighted connections.
    fresh : frozenset of (int, int)
        Connections that stand out less than those.
    ringed : frozenset of int
        Highlighted nodes, besides the ends of highlighted connections.
    dims : bool
        Whether a highlight makes all else paler.
    most : int, optional
        The number of connections from a pixel that gets the darkest colour; by default the greatest there is.
    """

    def __init__(
        self,
        wiring: Wiring,
        layout: Layout,
        names: Names,
        lit: frozenset[Connection],
        *,
        fresh: frozenset[Connection] = frozenset(),
        ringed: frozenset[int] = frozenset(),
        dims: bool = True,
        most: int | None = None,
    ) -> None:
        self.wiring, self.layout, self.names, self.lit, self.fresh = wiring, layout, names, lit, fresh
        self.lit_nodes = {node for edge in lit for node in edge} | ringed
        self.dims = dims and bool(lit)
        self.leaving = Counter(source for source, _ in wiring.edges)
        self.most = most or max((self.leaving[pixel] for pixel in wiring.pixels), default=0)
        letter = 8.2
        before = max((len(names.of_input(node)) for node in wiring.single), default=0)
        n = wiring.network.n_outputs
        after = max(len(names.of_output(place, n)) for place in range(n))
        self.left = _MARGIN + (0 if wiring.image_shape else before * letter + 8)
        self.top = _MARGIN
        self.width = max(self.left + layout.width + 14 + after * letter + _MARGIN, 2 * _MARGIN + 3 * _LEGEND_WIDTH)
        self.few = len(wiring.edges) <= _FEW_EDGES

    def paint(self, scene: Scene) -> None:
        """The whole network, without title and legend."""
        self.edges(scene)
        if self.wiring.image_shape is not None:
            self.grid(scene)
        self.lit_edges(scene)
        for node in self.wiring.single:
            self.input(scene, node)
        for node in self.wiring.hidden:
            self.hidden(scene, node)
        for place, node in enumerate(self.wiring.network.outputs):
            self.output(scene, node, place)

    def at(self, point: Point) -> Point:
        """A point of the layout on the page."""
        return point[0] + self.left, point[1] + self.top

    def place(self, node: int) -> Point:
        """Where a node is on the page."""
        return self.at(self.layout.places[node])

    def pale(self, *nodes: int) -> bool:
        """Whether something else is highlighted."""
        return self.dims and not all(node in self.lit_nodes for node in nodes)

    # --- connections
    # ---------------------------------------------------------------------------------------------------------

    def edges(self, scene: Scene) -> None:
        """All connections but the highlighted ones."""
        n = len(self.wiring.edges)
        width = 1.5 if self.few else 1.0 if n < 400 else 0.8
        opacity = 0.9 if self.few else max(0.22, min(0.7, 0.55 * (250 / n) ** 0.5))
        if self.dims:
            opacity *= 0.35
        for edge in self.wiring.edges:
            if edge not in self.lit and edge not in self.fresh:
                self._edge(scene, edge, mix(GREY, "#ffffff", 0.15), width, opacity)
        for edge in sorted(self.fresh - self.lit):
            self._edge(scene, edge, ORANGE, 1.3 * width, 0.8)

    def lit_edges(self, scene: Scene) -> None:
        """The highlighted connections."""
        for edge in sorted(self.lit):
            self._edge(scene, edge, VERMILLION, 2.6, 1.0)
            if self.wiring.is_pixel(edge[0]):
                scene.items.append(Shape((self.place(edge[0]),), fill=VERMILLION, radius=self.layout.cell * 0.3))

    def _edge(self, scene: Scene, edge: Connection, colour: str, width: float, opacity: float) -> None:
        found = tuple(map(self.at, self.layout.routes.get(edge, ())))
        route = self._from_centre(edge[0], found) if found else self._bow(edge)
        scene.items.append(Shape(route, stroke=colour, width=width, opacity=opacity, curved=True, part=edge))
        if self.few or edge in self.lit:
            scene.items.append(Shape(arrow(route, 8.0), fill=colour, opacity=opacity, closed=True))

    def _from_centre(self, source: int, route: tuple[Point, ...]) -> tuple[Point, ...]:
        """A route that begins under its source's mark: graphviz takes all marks for equally high."""
        (x1, y1), (x2, y2) = self.place(source), route[0]
        return (*((x1 + t * (x2 - x1), y1 + t * (y2 - y1)) for t in (0, 1 / 3, 2 / 3)), *route)

    def _bow(self, edge: Connection) -> tuple[Point, ...]:
        """A smooth way from the right of the source to the left of the target."""
        (x1, y1), (x2, y2) = map(self.place, edge)
        x2 -= self.layout.diameter / 2
        if edge[0] >= self.wiring.network.first:
            x1 += self.layout.diameter / 2
        reach = 0.45 * (x2 - x1)
        return (x1, y1), (x1 + reach, y1), (x2 - reach, y2), (x2, y2)

    # --- nodes
    # ---------------------------------------------------------------------------------------------------------------

    def grid(self, scene: Scene) -> None:
        """The image, each pixel in the colour of its number of connections."""
        rows, columns = self.wiring.image_shape or (0, 0)
        cell, (left, top) = self.layout.cell, self.at(self.layout.corner)
        scene.items.append(box(left, top, columns * cell, rows * cell, fill="#ffffff", stroke=GREY, width=1))
        for pixel in range(1, rows * columns + 1):
            row, column = divmod(pixel - 1, columns)
            n = self.leaving[pixel]
            fill = magnitude((n - 1) / max(self.most - 1, 1)) if n else "#f4f6f8"
            if n and self.dims:
                fill = mix(fill, "#ffffff", 0.55)
            title = f"pixel {pixel} (row {row + 1}, column {column + 1}): {count(n, 'connection')}"
            x, y, side = left + column * cell, top + row * cell, 0.92 * cell
            scene.items.append(box(x + 0.04 * cell, y + 0.04 * cell, side, side, fill=fill, title=title, part=(pixel,)))
        above = top - 12
        scene.items.append(Text((left, above), f"{rows} × {columns} pixels", 13, INK, "start"))

    def input(self, scene: Scene, node: int) -> None:
        """An input or the bias, with its name."""
        (x, y), half = self.place(node), 0.5 * INPUT_SHARE * self.layout.diameter
        colour = mix(GREY, "#ffffff", 0.6) if self.pale(node) else GREY
        heard = count(len(self.wiring.network.targets[node]), "connection")
        title = f"{'the bias, always 1' if node == BIAS else f'input {node}'}: {heard}"
        if node == BIAS:
            corners = ((x, y - 1.2 * half), (x + 1.2 * half, y), (x, y + 1.2 * half), (x - 1.2 * half, y))
            scene.items.append(Shape(corners, GREY, 1.5, fill="#ffffff", closed=True, title=title, part=(node,)))
            scene.items.append(Text((x, y), "1", max(1.0 * half, 7), INK))
        else:
            scene.items.append(box(x - half, y - half, 2 * half, 2 * half, fill=colour, title=title, part=(node,)))
        size = min(14.0, max(9.0, 0.5 * self.layout.diameter))
        scene.items.append(Text((x - half - 8, y), self.names.of_input(node), size, INK, "end"))

    def hidden(self, scene: Scene, node: int) -> None:
        """A hidden node."""
        activation = self.wiring.network.activation_of(node)
        heard = (
            f"listens to {len(self.wiring.network.sources_of(node))}, heard by {len(self.wiring.network.targets[node])}"
        )
        title = f"hidden node {node}: {activation}; {heard}"
        shapes = badge(self.place(node), self.layout.diameter, activation, title, (node,))
        if node in self.lit_nodes:
            shapes[0] = replace(shapes[0], stroke=VERMILLION, width=2.5)
        elif self.dims:
            shapes = [shapes[0], *(replace(shape, opacity=0.35) for shape in shapes)]
            shapes[0] = replace(shapes[0], stroke=None, fill="#ffffff", title="")
        scene.items += shapes

    def number(self, scene: Scene, node: int) -> None:
        """A node's number above it."""
        x, y = self.place(node)
        scene.items.append(Text((x, y - 0.5 * self.layout.diameter - 8), str(node), 11, GREY))

    def output(self, scene: Scene, node: int, place: int) -> None:
        """The output at a place, counted from 0, with its name."""
        (x, y), d = self.place(node), self.layout.diameter
        activation = self.wiring.network.activation_of(node)
        name = self.names.of_output(place, self.wiring.network.n_outputs)
        n = count(len(self.wiring.network.sources_of(node)), "connection")
        colour = mix(INK, "#ffffff", 0.5) if self.pale(node) else INK
        stroke = VERMILLION if node in self.lit_nodes else colour
        title = f"output {name}: {activation}; {n}"
        side = 0.96 * d
        look: dict[str, Any] = {"fill": colour, "stroke": stroke, "width": 2.5, "title": title, "part": (node,)}
        scene.items.append(box(x - side / 2, y - side / 2, side, side, **look))
        scene.items.append(glyph((x, y), 0.52 * d, activation, "#ffffff", max(1.0, d / 18)))
        size = min(16.0, max(12.0, 0.5 * d))
        scene.items.append(Text((x + 0.5 * d + 8, y), name, size, colour, "start", bold=True))

    # --- below the network
    # ---------------------------------------------------------------------------------------------------

    def legend(self, scene: Scene) -> None:
        """What the colours mean, and one line in words; sets the height of the page."""
        y = self.top + self.layout.height + 22
        if self.wiring.image_shape is not None:
            y = self._grid_key(scene, y)
        kinds = kinds_of(self.wiring)
        a_row = max(1, int((self.width - 2 * _MARGIN) // _LEGEND_WIDTH))
        for i, (name, n) in enumerate(kinds):
            x = _MARGIN + (i % a_row) * _LEGEND_WIDTH + 11
            row = y + (i // a_row) * _LEGEND_HEIGHT
            scene.items += badge((x, row), 22, name, "")
            scene.items.append(Text((x + 17, row), f"{n:,} {name}", 13, INK, "start"))
        y += _LEGEND_HEIGHT * -(-len(kinds) // a_row)
        idle = self.wiring.network.n_connections - len(self.wiring.edges)
        note = f" Not drawn: {count(idle, 'connection')} from which no output is reached." if idle else ""
        lines = [sentence(self.wiring) + "." + note, self.layout.note]
        for line in filter(None, lines):
            scene.items.append(Text((_MARGIN, y), line, 12, GREY, "start"))
            y += 18
        self.width = max(self.width, 2 * _MARGIN + 6.1 * max(map(len, lines)))
        scene.width, scene.height = self.width, y + _MARGIN - 18

    def _grid_key(self, scene: Scene, y: float) -> float:
        most = self.most
        left, top = self.at(self.layout.corner)
        rows, _ = self.wiring.image_shape or (0, 0)
        row = top + rows * self.layout.cell + 16
        scene.items.append(Text((left, row), "connections: 0", 12, INK, "start"))
        x = left + 92
        scene.items.append(box(x, row - 6, 12, 12, fill="#f4f6f8", stroke=PALE, width=1))
        steps = min(most, 7)
        for i in range(steps):
            fill = magnitude(i / max(steps - 1, 1))
            scene.items.append(box(x + 18 + 13 * i, row - 6, 12, 12, fill=fill))
        if most:
            text = "1" if most == 1 else f"1 to {most}"
            scene.items.append(Text((x + 24 + 13 * steps, row), text, 12, INK, "start"))
        return max(y, row + 26)
