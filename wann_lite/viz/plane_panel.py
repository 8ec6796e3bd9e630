"""What a network answers everywhere in the plane, as a small picture beside a drawing."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..evaluate import evaluate
from ..network import Network
from .marks import box
from .scene import Scene, Shape, Text
from .style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, mix

SIDE, _CELLS, _POINTS = 280.0, 35, 120
_COLOURS = (ORANGE, BLUE, GREEN, PURPLE)


def plane_panel(network: Network, weights: ArrayLike, x: ArrayLike, labels: ArrayLike) -> Scene:
    """Draw the answers of a network of two inputs, and some labelled points; SIDE wide, and SIDE + 40 high.

    A place has the colour of the class that most shared weights answer, paler where they disagree.

    Parameters
    ----------
    network : Network
        Of two inputs and at most four outputs.
    weights : array_like (W,)
    x : array_like (n, 2)
        Examples; the plane is shown as far as they reach.
    labels : array_like of int (n,)

    Raises
    ------
    ValueError
        If the network has not two inputs, or more than four outputs.

    Examples
    --------
    >>> signs = Network(2, 2, ["linear", "inverse"], [(1, 3), (1, 4)])
    >>> plane_panel(signs, [1.0], [[-1.0, 0.0], [1.0, 0.0]], [1, 0]).description
    'At 100 % of the places all 1 shared weights agree.'
    """
    if network.n_inputs != 2 or network.n_outputs > len(_COLOURS):
        raise ValueError(f"{network!r} cannot be shown in the plane: it needs two inputs and at most four outputs")
    points, classes = np.asarray(x, np.float64), np.asarray(labels)
    reach = 1.1 * float(np.abs(points).max(initial=0)) or 1.0
    winners, shares = _votes(network, weights, reach)
    scene = Scene(SIDE, SIDE + 40, description=_agreement(shares, len(np.asarray(weights))))
    cell = SIDE / _CELLS
    for row, (its, sure) in enumerate(zip(winners, shares, strict=True)):
        column = 0
        # Neighbours of one colour are one box.
        for colour, run in groupby(map(_shade, its.tolist(), sure.tolist())):
            n = len(list(run))
            # A little larger, or the page shines through between them.
            scene.items.append(box(column * cell, row * cell, n * cell + 0.3, cell + 0.3, fill=colour))
            column += n
    for (across, up), label in zip(points[:_POINTS].tolist(), classes[:_POINTS].tolist(), strict=True):
        at = (1 + across / reach) * SIDE / 2, (1 - up / reach) * SIDE / 2
        scene.items.append(_point(at, label))
    scene.items.append(Shape(((0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE)), stroke=GREY, closed=True))
    for k in range(network.n_outputs):
        at = 8 + k * SIDE / network.n_outputs, SIDE + 16
        scene.items += [_point(at, k), Text((at[0] + 11, at[1]), f"class {k}", 12, GREY, "start")]
    scene.items.append(Text((0, SIDE + 34), "paler where the shared weights disagree", 12, GREY, "start"))
    return scene


def _votes(network: Network, weights: ArrayLike, reach: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """The class with the most votes over the weights, and its share of them, for each cell from the top left on."""
    middles = reach * (2 * (np.arange(_CELLS) + 0.5) / _CELLS - 1)
    across, up = np.meshgrid(middles, middles[::-1])
    answers = evaluate(network, np.stack([across, up], axis=-1).reshape(-1, 2), np.asarray(weights)).argmax(axis=-1)
    votes = np.stack([(answers == k).mean(axis=0) for k in range(network.n_outputs)])
    shape = _CELLS, _CELLS
    return votes.argmax(axis=0).reshape(shape), votes.max(axis=0).reshape(shape)


def _agreement(shares: NDArray[Any], n: int) -> str:
    return f"At {100 * (shares == 1).mean():.0f} % of the places all {n} shared weights agree."


def _shade(label: int, share: float) -> str:
    return mix("#ffffff", _COLOURS[label], 0.45 * share**2)


def _point(at: tuple[float, float], label: int) -> Shape:
    """A disc for even classes, a square for odd ones."""
    colour = mix(_COLOURS[label], INK, 0.25)
    if label % 2:
        return box(at[0] - 3, at[1] - 3, 6, 6, fill=colour, stroke="#ffffff", width=0.7)
    return Shape((at,), fill=colour, stroke="#ffffff", width=0.7, radius=3.4)
