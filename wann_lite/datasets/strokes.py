"""A drawing, as the strokes of a pen, made into an image as MNIST's were made."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .checks import DataError
from .pixels import average_areas

SIDE = 28  # pixels of an image
BOX = 20.0  # the larger side of a digit
CENTRE = 14  # row and column of the centre of mass
#: Width in pixels. MNIST's ones, whose strokes are easily measured, are 1.9 to 3.9 wide, in the middle 2.8.
PEN = 2.8
_FINE = 4  # points a pixel's side: ink covers a pixel by the share of its points that it covers

Point = Sequence[float]
Array = NDArray[np.float64]


def rasterise(strokes: Iterable[Sequence[Point]], pen: float = PEN) -> NDArray[np.uint8]:
    """The image of a drawing: as large as MNIST's digits, centred as they are, and drawn with one pen.

    The strokes are scaled until the larger side of the drawing is 20 pixels, proportions kept; the image is then moved
    by whole pixels until the centre of mass of its ink is where MNIST has it. The pen is as wide for a small drawing
    as for a large one.

    Parameters
    ----------
    strokes : iterable of sequences of (x, y)
        The ways of the pen, x to the right and y down, in any unit. A stroke of one point is a dot.
    pen : float
        Its width in pixels of the image, more than 0 and less than 20.

    Returns
    -------
    array of uint8, shape (28, 28)
        0 for paper to 255 for ink, as `prepare` takes it; without strokes all paper.

    Raises
    ------
    DataError
        If a stroke is not a list of points with two finite numbers each, or the pen is too wide.

    Examples
    --------
    >>> one = rasterise([[(5, 0), (5, 9)]])
    >>> np.ptp(np.argwhere(one), axis=0) + 1
    array([20,  4])

    References
    ----------
    LeCun, Bottou, Bengio and Haffner (1998), "Gradient-based learning applied to document recognition", section III.A:
    digits were scaled to fit a box of 20 by 20 pixels with their proportions kept, grey from anti-aliasing, and set
    into 28 by 28 pixels with the centre of mass in the middle. In the images themselves the larger side is 20 pixels
    and the centre of mass, counted from 0, at 14.0 +- 0.3 of both rows and columns.
    """
    if not 0 < pen < BOX:
        raise DataError(f"the pen is {pen!r} pixels wide: choose more than 0 and less than {BOX:g}")
    ways = [_checked(stroke) for stroke in strokes]
    if not ways:
        return np.zeros((SIDE, SIDE), np.uint8)
    points = np.concatenate(ways)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = float((high - low).max())
    # What spans no more than rounding does is a dot.
    scale = (BOX - pen) / extent if extent > max(1e-9 * np.abs(points).max(), 1e-300) else 0.0
    ways = [(way - (low + high) / 2) * scale + SIDE / 2 for way in ways]
    return np.round(255 * _centred(_ink(ways, pen))).astype(np.uint8)


def _checked(stroke: Any) -> Array:
    try:
        way = np.asarray(stroke, np.float64)
    except (TypeError, ValueError):
        way = np.empty(0)
    if way.ndim != 2 or way.shape[1] != 2 or not len(way) or not (np.abs(way) < 1e100).all():  # nan neither
        raise DataError("a stroke is not a list of points: give (x, y) pairs of finite numbers, at least one")
    return way


def _ink(ways: Sequence[Array], pen: float) -> NDArray[np.float32]:
    """How much of each pixel the pen has covered, (28, 28) from 0 to 1."""
    covered = np.zeros((SIDE * _FINE, SIDE * _FINE), np.float32)
    place = (np.arange(SIDE * _FINE) + 0.5) / _FINE
    for way in ways:
        for start, end in pairwise([way[0], *way]):
            # Only points near the segment need be asked: the rows and columns that it comes within a pen of.
            near = [
                slice(*np.searchsorted(place, [min(a, b) - pen, max(a, b) + pen]))
                for a, b in zip(start, end, strict=True)
            ]
            x, y = place[near[0]], place[near[1], None]
            along = end - start
            length = float(along @ along)
            share = ((x - start[0]) * along[0] + (y - start[1]) * along[1]) / (length or 1.0)
            share = np.clip(share, 0, 1)
            apart = np.hypot(x - start[0] - share * along[0], y - start[1] - share * along[1])
            covered[near[1], near[0]][apart <= pen / 2] = 1
    return average_areas(covered[None], SIDE)[0]


def _centred(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """The image, moved by whole pixels until its centre of mass is nearest to the middle of row and column 14."""
    ink, place = image.sum(), np.arange(SIDE)
    right, down = np.round(CENTRE - np.array([image.sum(axis=0) @ place, image.sum(axis=1) @ place]) / ink).astype(int)
    padded = np.pad(image, SIDE)  # what is moved out of the picture is lost, and not seen at the other side
    return padded[SIDE - down : 2 * SIDE - down, SIDE - right : 2 * SIDE - right]
