"""Images as arrays: smaller by bilinear sampling or by area, and upright by their moments."""

import numpy as np
from numpy.typing import NDArray

# Below this second moment (in pixels squared, at brightness 0 to 1) an image has no slope worth the name.
SMALLEST_MOMENT = 0.01


def resize_bilinear(images: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Sample square images on a coarser grid, each new pixel from the two by two old ones around its centre.

    Pixel centres lie at half-integers, so that both grids cover the same square.

    Parameters
    ----------
    images : array of float32, shape (n, side, side)
    size : int
        Pixels a side of the result, at most `side`.

    Returns
    -------
    array of float32, shape (n, size, size)

    Examples
    --------
    >>> resize_bilinear(np.arange(16, dtype=np.float32).reshape(1, 4, 4), 2)
    array([[[ 2.5,  4.5],
            [10.5, 12.5]]], dtype=float32)
    """
    side = images.shape[-1]
    position = (np.arange(size) + 0.5) * (side / size) - 0.5
    first = np.floor(position).astype(np.intp)
    second = np.minimum(first + 1, side - 1)
    share = (position - first).astype(np.float32)
    rows = images[:, first] * (1 - share)[:, None] + images[:, second] * share[:, None]
    resized: NDArray[np.float32] = rows[:, :, first] * (1 - share) + rows[:, :, second] * share
    return resized


def average_areas(images: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Average square images over a coarser grid, each old pixel by the share of its area inside a new one.

    Parameters
    ----------
    images : array of float32, shape (n, side, side)
    size : int
        Pixels a side of the result, at most `side`.

    Returns
    -------
    array of float32, shape (n, size, size)

    Examples
    --------
    >>> average_areas(np.arange(16, dtype=np.float32).reshape(1, 4, 4), 2)
    array([[[ 2.5,  4.5],
            [10.5, 12.5]]], dtype=float32)
    """
    side = images.shape[-1]
    edges = np.arange(size + 1) * (side / size)
    old = np.arange(side)
    overlap = np.minimum(edges[1:, None], old + 1) - np.maximum(edges[:-1, None], old)
    area = np.clip(overlap, 0, None).astype(np.float32)
    # Divided last: sums of whole brightness values are exact until here, so no average exceeds the brightest.
    sums = np.matmul(np.matmul(area, images), area.T)
    averages: NDArray[np.float32] = sums / np.float32((side / size) ** 2)
    return averages


def deskew(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shear square images sideways until their strokes stand upright.

    The slope of an image is mu11 / mu02, from its central moments: how far the ink moves right for each row
    down. Row y is then read `slope * (y - side / 2)` pixels further right, with linear interpolation between
    pixels and zeros outside.

    Parameters
    ----------
    images : array of float32, shape (n, side, side)
        Brightness 0 (paper) to 1 (ink).

    Returns
    -------
    array of float32, shape (n, side, side)

    References
    ----------
    LeCun, Bottou, Bengio and Haffner (1998), "Gradient-based learning applied to document recognition".
    Gaier and Ha (2019), "Weight Agnostic Neural Networks", section 4.2, on 16x16 images.

    Examples
    --------
    >>> slanted = np.zeros((1, 4, 4), np.float32)
    >>> slanted[0, [1, 2, 3], [1, 2, 3]] = 1
    >>> deskew(slanted)[0].argmax(axis=1)[1:]
    array([2, 2, 2])
    """
    n, side, _ = images.shape
    shift = slopes(images)[:, None] * (np.arange(side) - 0.5 * side)
    # A row moved by more than its width is empty, however far it went: clipping keeps the padding small.
    shift = np.clip(shift, -side - 1, side)
    whole = np.floor(shift).astype(np.intp)
    share = (shift - whole).astype(np.float32)[:, :, None]
    # Every run of side + 1 pixels of every padded row, as a view: one of them is then copied for each row.
    padding = side + 1
    padded = np.pad(images, ((0, 0), (0, 0), (padding, padding)))
    runs = np.lib.stride_tricks.sliding_window_view(padded, side + 1, axis=2)
    near = runs[np.arange(n)[:, None], np.arange(side), whole + padding]
    upright: NDArray[np.float32] = near[:, :, :-1] * (1 - share) + near[:, :, 1:] * share
    return upright


def slopes(images: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return mu11 / mu02 of each image, in pixels right for each row down; 0 where mu02 is below 0.01.

    Parameters
    ----------
    images : array of float32, shape (n, side, side)

    Returns
    -------
    array of float64, shape (n,)
    """
    n, side, _ = images.shape
    y, x = (axis.reshape(-1) for axis in np.indices((side, side)))
    powers = np.stack([np.ones_like(x), x, y, x * y, y * y], axis=1).astype(np.float64)
    m00, m10, m01, m11, m02 = (images.reshape(n, side * side).astype(np.float64) @ powers).T
    ink = np.where(m00 > 0, m00, 1.0)
    mu11 = m11 - m10 * m01 / ink
    mu02 = m02 - m01 * m01 / ink
    flat = np.abs(mu02) < SMALLEST_MOMENT
    slope: NDArray[np.float64] = np.where(flat, 0.0, mu11) / np.where(flat, 1.0, mu02)
    return slope
