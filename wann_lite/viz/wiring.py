"""What of a network is drawn: the part that can change an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

from ..network import Connection, Network

BIAS = 0
SMALLEST_IMAGE = 64  # inputs; 4, 9 or 16 of them are more often measurements than pixels
INPUT_SHARE = 0.7  # the side of an input's square, in diameters of a hidden node


@dataclass(frozen=True)
class Wiring:
    """The nodes from which an output can be reached, and the connections among them.

    Attributes
    ----------
    network : Network
    image_shape : (int, int) or None
        Height and width, where the inputs are the pixels of an image.
    inputs, hidden : tuple of int
        The numbers of the nodes that are drawn; every output is. `inputs` may hold the bias.
    edges : tuple of (int, int)
        The enabled connections that end in a node that is drawn.
    """

    network: Network
    image_shape: tuple[int, int] | None
    inputs: tuple[int, ...]
    hidden: tuple[int, ...]
    edges: tuple[Connection, ...]

    @property
    def single(self) -> tuple[int, ...]:
        """The inputs that get a node of their own, the bias last; beside an image that is the bias alone."""
        inputs = self.inputs if self.image_shape is None else self.inputs[: self.inputs[:1] == (BIAS,)]
        return tuple(sorted(inputs, key=lambda node: (node == BIAS, node)))

    def is_pixel(self, node: int) -> bool:
        """Whether the node is a cell of the pixel grid."""
        return self.image_shape is not None and 1 <= node <= self.network.n_inputs

    @property
    def pixels(self) -> tuple[int, ...]:
        """The pixels that something listens to."""
        return tuple(node for node in self.inputs if self.is_pixel(node))

    @property
    def layers(self) -> list[list[int]]:
        """The hidden nodes by the length of the longest path that leads to each."""
        depth: dict[int, int] = {}
        hidden = set(self.hidden)
        for node in self.network.order:
            if node in hidden:
                depth[node] = 1 + max((depth.get(s, 0) for s in self.network.sources_of(node)), default=0)
        layers: list[list[int]] = [[] for _ in range(max(depth.values(), default=0))]
        for node in self.hidden:
            layers[depth[node] - 1].append(node)
        return layers


def trace(network: Network, image_shape: Sequence[int] | str | None = "auto", *, unused: bool = False) -> Wiring:
    """Find what is drawn.

    Parameters
    ----------
    network : Network
    image_shape : (int, int), "auto" or None
        "auto" takes a square number of inputs, 64 or more, as a square image.
    unused : bool
        Whether bias and inputs that nothing listens to are drawn as well.

    Raises
    ------
    ValueError
        If `image_shape` is none of these, or its pixels are not as many as the inputs.

    Examples
    --------
    >>> network = Network(3, 1, ["linear", "tanh", "sin"], [(1, 5), (5, 4), (2, 6)])
    >>> trace(network).hidden, trace(network).inputs
    ((5,), (1,))
    """
    shape = _checked_shape(network, image_shape)
    reached = set(network.outputs)
    waiting = list(reached)
    while waiting:
        new = network.sources_of(waiting.pop()) - reached
        reached |= new
        waiting += [node for node in new if node >= network.first]
    return Wiring(
        network,
        shape,
        inputs=tuple(node for node in range(network.first) if unused or node in reached),
        hidden=tuple(node for node in network.hidden if node in reached),
        edges=tuple(edge for edge in network.connections if edge[1] in reached),
    )


def _checked_shape(network: Network, image_shape: Sequence[int] | str | None) -> tuple[int, int] | None:
    if image_shape is None:
        return None
    n = network.n_inputs
    if isinstance(image_shape, str):
        if image_shape != "auto":
            raise ValueError(f'image_shape is {image_shape!r}: give (height, width), "auto" or None')
        side = isqrt(n)
        return (side, side) if side * side == n and n >= SMALLEST_IMAGE else None
    try:
        height, width = map(int, image_shape)
    except (TypeError, ValueError):
        raise ValueError(f'image_shape is {image_shape!r}: give (height, width), "auto" or None') from None
    if height < 1 or width < 1 or height * width != n:
        raise ValueError(f"image_shape is {height} x {width}: the network has {n:,} inputs, one for each pixel")
    return height, width
