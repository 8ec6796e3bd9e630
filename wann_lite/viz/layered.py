"""A layout in layers, by ourselves: where graphviz is missing, and to fit many nodes on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from statistics import fmean

import numpy as np

from .wiring import Wiring

_SWEEPS = 12


def spread(wanted: Sequence[float], gap: float, height: float) -> list[float]:
    """Places from 0 to `height`, in the order given, at least `gap` apart where they fit, near those wanted.

    Examples
    --------
    >>> spread([4, 5, 5], 2, 10)
    [2.5, 4.5, 6.5]
    >>> spread([9, 9, 9], 4, 10)
    [1.5, 5.5, 9.5]
    """
    n = len(wanted)
    gap = min(gap, height / max(n - 1, 1))
    places = np.clip(np.asarray(wanted, float), 0, height)
    steps = gap * np.arange(n)
    # Without the steps, "at least a gap apart" reads "never falls". Half the answer pushes down, half pushes
    # up.
    free, top = places - steps, height - (steps[-1] if n else 0.0)
    pushed_down = np.clip(np.maximum.accumulate(free), 0, top)
    pushed_up = np.clip(np.minimum.accumulate(free[::-1])[::-1], 0, top)
    places = (pushed_down + pushed_up) / 2
    return [float(place) for place in places + steps]


def heights(wiring: Wiring) -> dict[int, float]:
    """How far down each node goes, from 0 to 1: each is pulled towards the nodes it is connected to.

    Inputs and outputs keep their order.
    """
    network = wiring.network
    down: dict[int, float] = {}
    if wiring.image_shape is not None:
        rows, columns = wiring.image_shape
        down |= {pixel: ((pixel - 1) // columns + 0.5) / rows for pixel in wiring.pixels}
    singles = wiring.single
    if wiring.image_shape is not None:
        down |= {node: 1.0 for node in singles}
    else:
        down |= {node: (i + 0.5) / len(singles) for i, node in enumerate(singles)}
    down |= {node: (i + 0.5) / network.n_outputs for i, node in enumerate(network.outputs)}
    neighbours: dict[int, list[int]] = {node: [] for node in wiring.hidden}
    for source, target in wiring.edges:
        if target in neighbours:
            neighbours[target].append(source)
        if source in neighbours:
            neighbours[source].append(target)
    layers = wiring.layers
    down |= {node: 0.5 for node in wiring.hidden}
    for sweep in range(_SWEEPS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            pull = {node: fmean([down[other] for other in neighbours[node]]) for node in layer}
            ordered = sorted(layer, key=lambda node: (pull[node], node))
            wanted = [pull[node] for node in ordered]
            down |= dict(zip(ordered, spread(wanted, 1 / len(layer), 1.0), strict=True))
    return down


def fold(
    columns: Sequence[Sequence[int]], down: Mapping[int, float], pitch: float, height: float
) -> list[list[tuple[int, float]]]:
    """Lay columns of nodes out below each other, folding one that is too long into several, like bricks.

    Parameters
    ----------
    columns : sequence of sequences of int
        The nodes of each layer.
    down : mapping of int to float
        How far down each node wants to be, from 0 to 1.
    pitch : float
        The least distance of two nodes of a column.
    height : float
        The height of the page.

    Returns
    -------
    list of lists of (int, float)
        The columns from left to right, more than were given where some were folded; each node with its
        height.

    Examples
    --------
    >>> fold([[7, 8, 9]], {7: 0.0, 8: 0.5, 9: 1.0}, pitch=10, height=10)
    [[(7, 0.0), (9, 10.0)], [(8, 5.0)]]
    """
    folded = []
    for column in columns:
        ordered = sorted(column, key=lambda node: (down[node], node))
        times = max(1, ceil((len(ordered) - 1) * pitch / height)) if ordered else 0
        places = spread([down[node] * height for node in ordered], pitch / max(times, 1), height)
        pairs = list(zip(ordered, places, strict=True))
        folded += [pairs[i::times] for i in range(times)]
    return folded
