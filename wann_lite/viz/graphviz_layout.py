"""Where graphviz would put the nodes. What is drawn there is ours, so no label ever reaches it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from .extras import INSTALL
from .scene import Point
from .wiring import INPUT_SHARE, Wiring

INCH = 72.0  # graphviz counts in inches, a Scene in pixels; one pixel is a point
_TOO_MANY = 20_000  # connections from which on graphviz would take minutes

Routes = dict[tuple[int, int], tuple[Point, ...]]


class NoGraphviz(Exception):  # noqa: N818 - the drawing goes on without it
    """Graphviz cannot be used; the message is one line that says what to install or do."""


def find_dot() -> str | None:
    """The program that lays graphs out: graphviz's `dot`, or `graphviz-pure` from PyPI.

    Returns
    -------
    str or None
        A path, None if there is neither.
    """
    if found := shutil.which("dot"):
        return found
    folders = [sysconfig.get_path("scripts"), str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    return shutil.which("graphviz-pure", path=os.pathsep.join(folders))


def place(
    wiring: Wiring, diameter: float, grid: tuple[float, float], apart: float = 1.3
) -> tuple[dict[int, Point], Routes]:
    """Ask graphviz for places.

    Parameters
    ----------
    wiring : Wiring
    diameter : float
        Of a node, in pixels.
    grid : (float, float)
        Width and height of the pixel grid, in pixels.
    apart : float
        The gap between two layers, in diameters.

    Returns
    -------
    places : dict of int to (float, float)
        The centre of each node, y downwards. Pixels have none.
    routes : dict of (int, int) to tuple of points
        The connections, except those of pixels, as chains of cubic Bézier pieces.

    Raises
    ------
    NoGraphviz
        If graphviz is not installed, fails, or would take minutes.
    """
    if len(wiring.edges) > _TOO_MANY:
        raise NoGraphviz(f"With more than {_TOO_MANY:,} connections the layout is a simple one.")
    try:
        import graphviz
    except ImportError:
        raise NoGraphviz(f"For the layout of graphviz: {INSTALL}") from None
    program = find_dot()
    if program is None:
        raise NoGraphviz("For the layout of graphviz: pip install graphviz-pure")
    graph = _describe(graphviz, wiring, diameter, grid, apart)
    try:
        with _using(program):
            answer = graph.pipe(format="plain", encoding="utf-8", quiet=True)
        places, routes = _read(answer, wiring)
    except (graphviz.ExecutableNotFound, subprocess.SubprocessError, OSError, ValueError, IndexError):
        raise NoGraphviz(f"{Path(program).name} failed: the layout is a simple one.") from None
    return places, routes


@contextlib.contextmanager
def _using(program: str) -> Iterator[None]:
    # `graphviz` runs what this variable of one of its modules names; the constant it exports is only a copy.
    from graphviz.backend import dot_command

    before = dot_command.DOT_BINARY
    dot_command.DOT_BINARY = Path(program)
    try:
        yield
    finally:
        dot_command.DOT_BINARY = before


def _describe(graphviz: Any, wiring: Wiring, diameter: float, grid: tuple[float, float], apart: float) -> Any:
    side = _inches(diameter)
    graph = graphviz.Digraph(
        graph_attr={"rankdir": "LR", "nodesep": _inches(0.35 * diameter), "ranksep": _inches(apart * diameter)},
        node_attr={"shape": "circle", "fixedsize": "true", "width": side, "height": side, "label": ""},
        edge_attr={"arrowhead": "none"},
    )
    small = _inches(INPUT_SHARE * diameter)
    width, height = map(_inches, grid)
    with graph.subgraph() as first:
        first.attr(rank="source")
        if wiring.image_shape is not None:
            first.node("grid", shape="box", width=width, height=height)
        _in_order(first, wiring.single, shape="box", width=small)
    with graph.subgraph() as last:
        last.attr(rank="sink")
        _in_order(last, wiring.network.outputs, shape="box")
    for node in wiring.hidden:
        graph.node(f"n{node}")
    for target in sorted({target for source, target in wiring.edges if wiring.is_pixel(source)}):
        graph.edge("grid", f"n{target}")
    for source, target in wiring.edges:
        if not wiring.is_pixel(source):
            graph.edge(f"n{source}", f"n{target}")
    return graph


def _inches(pixels: float) -> str:
    return f"{pixels / INCH:.4f}"


def _in_order(graph: Any, nodes: Sequence[int], **look: str) -> None:
    for node in nodes:
        graph.node(f"n{node}", **look)
    for above, below in pairwise(nodes):
        graph.edge(f"n{above}", f"n{below}", style="invis")


def _read(answer: str, wiring: Wiring) -> tuple[dict[int, Point], Routes]:
    """Read graphviz's plain format: a line a node and a line an edge, in inches, y upwards."""
    height = 0.0
    places: dict[int, Point] = {}
    routes: Routes = {}
    edges = set(wiring.edges)

    def point(x: str, y: str) -> Point:
        return float(x) * INCH, (height - float(y)) * INCH

    for line in answer.splitlines():
        kind, *words = line.split()
        if kind == "graph":
            height = float(words[2])
        elif kind == "node" and words[0] != "grid":
            places[int(words[0][1:])] = point(words[1], words[2])
        elif kind == "edge" and words[0] != "grid":
            edge = int(words[0][1:]), int(words[1][1:])
            if edge in edges:
                numbers = words[3 : 3 + 2 * int(words[2])]
                routes[edge] = tuple(point(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True))
    if set(places) != {*wiring.single, *wiring.hidden, *wiring.network.outputs}:
        raise ValueError("graphviz gave no place to some nodes")
    return places, routes
