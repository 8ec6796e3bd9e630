"""A network as a picture: every node shows the curve of its activation."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from ..files import write_atomically
from ..network import Connection, Network
from .captions import Names
from .layout import arrange
from .picture import paint
from .scene import Scene
from .wiring import Wiring, trace

SUFFIXES = (".svg", ".png")


@dataclass(frozen=True)
class Drawing:
    """A picture of a network. JupyterLab, nbviewer and saved pages show it as SVG.

    Attributes
    ----------
    scene : Scene
    note : str
        One line that says what to install for a better layout; empty if nothing is missing.
    """

    scene: Scene = field(repr=False)
    note: str = ""

    def _repr_svg_(self) -> str:
        return self.scene.to_svg()

    def _repr_html_(self) -> str:
        # Inside the page, not as an image of it, so that a node says what it is when the mouse rests on it.
        return self.scene.to_svg()

    @property
    def svg(self) -> str:
        """The picture as the text of an SVG file."""
        return self.scene.to_svg()

    @property
    def alt(self) -> str:
        """What a screen reader says for it."""
        return f"{self.scene.title}. {self.scene.description}"

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file ending in .svg or .png; the file is there whole or not at all.

        Raises
        ------
        ValueError
            If the name ends in anything else.
        ImportError
            If it is a PNG and matplotlib is missing.
        OSError
            If the file cannot be written.
        """
        suffix = Path(path).suffix.lower()
        if suffix not in SUFFIXES:
            raise ValueError(f"cannot draw to {str(path)!r}: the name must end in .svg or .png")
        write_atomically(path, self.svg if suffix == ".svg" else self.scene.to_png())


def draw(
    network: Network,
    *,
    image_shape: tuple[int, int] | str | None = "auto",
    input_names: Sequence[object] | None = None,
    output_names: Sequence[object] | None = None,
    highlight: Iterable[Sequence[int]] = (),
    title: str = "",
    numbers: bool = False,
    unused: bool = False,
    quick: bool = False,
) -> Drawing:
    """Draw a network from its inputs on the left to its outputs on the right.

    Nodes from which no output can be reached, and inputs to which nothing listens, are left out. The places
    come from graphviz; without it from a simpler layout in layers, and the drawing says in one line what to
    install.

    Parameters
    ----------
    network : Network
    image_shape : (int, int), "auto" or None
        Height and width of the image whose pixels are the inputs, to draw them as one grid. "auto" takes a
        square number of inputs, 64 or more, as a square image; None draws each input as a node.
    input_names, output_names : sequence, optional
        What to write beside each input and output.
    highlight : iterable of sequences of int
        Paths, each given by the numbers of its nodes from source to target; everything else is drawn paler.
    title : str
        A line above the picture.
    numbers : bool
        Whether to write the number of each hidden node above it.
    unused : bool
        Whether to draw bias and inputs as well that nothing listens to.
    quick : bool
        Whether to leave a large network to the simpler layout, which takes a few hundredths of a second.

    Returns
    -------
    Drawing
        With `.save(path)` for .svg and .png.

    Raises
    ------
    ValueError
        If the image shape or the number of names does not fit the network, or a step of a path is not an
        enabled connection.

    Examples
    --------
    >>> xor = Network(2, 1, ["linear", "linear", "inverse", "abs"], [(1, 4), (2, 5), (4, 6), (5, 6), (6, 3)])
    >>> draw(xor, highlight=[(1, 4, 6, 3)]).alt
    'A network of 2 inputs, 3 hidden nodes, 1 output and 5 connections. Signals flow ...'
    """
    wiring = trace(network, image_shape, unused=unused)
    names = Names(
        checked_names(input_names, network.n_inputs, "input"),
        checked_names(output_names, network.n_outputs, "output"),
    )
    layout = arrange(wiring, quick=quick)
    scene = paint(wiring, layout, names, _steps(wiring, highlight), title=title, numbers=numbers)
    return Drawing(scene, layout.note)


def checked_names(names: Sequence[object] | None, n: int, noun: str) -> tuple[str, ...] | None:
    """The names as text, None if there are none.

    Raises
    ------
    ValueError
        If they are not `n`.
    """
    if names is None:
        return None
    if isinstance(names, str) or len(names) != n:
        raise ValueError(f"{noun}_names has {len(names)} entries: give a list of {n}, one for each {noun}")
    return tuple(map(str, names))


def _steps(wiring: Wiring, paths: Iterable[Sequence[int]]) -> frozenset[Connection]:
    steps: set[Connection] = set()
    edges = set(wiring.edges)
    for path in paths:
        try:
            nodes = list(path)
        except TypeError:
            raise ValueError(f"highlight holds {path!r}: give paths, such as [(1, 4, 3)]") from None
        for step in pairwise(nodes):
            if step not in edges:
                raise ValueError(
                    f"highlight holds the step {step[0]!r} -> {step[1]!r}: "
                    "it is not an enabled connection on a way to an output"
                )
            steps.add(step)
    return frozenset(steps)
