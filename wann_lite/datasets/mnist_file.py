"""The MNIST digits that ship inside the package, at three sizes."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .checks import DataError, as_numbers, whole_number
from .dataset import Dataset
from .npz import read_arrays
from .pixels import average_areas, deskew, resize_bilinear

FILE = Path(__file__).with_name("mnist.npz")
SIZES = (8, 16, 28)
N_VALIDATION = 10_000
_NAMES = {8: "digits", 16: "mnist", 28: "mnist28"}
_SHAPES = {"x_train": (60_000, 28, 28), "y_train": (60_000,), "x_test": (10_000, 28, 28), "y_test": (10_000,)}
# Enough images for numpy to be fast, few enough to need little memory in between.
_BLOCK = 1000


def mnist(size: int = 16) -> Dataset:
    """Return the MNIST handwritten digits: 50,000 to train on, 10,000 for validation, 10,000 for testing.

    Validation takes the last 10,000 of the 60,000 training images in the order of the file, which needs no
    seed and so stays the same for ever. Each size is prepared once and then kept in memory.

    Parameters
    ----------
    size : {16, 28, 8}
        Pixels a side: 16 for images resized and deskewed as by Gaier and Ha, 28 for the originals, 8 for
        images whose every pixel is the average of its area. Brightness is 0 (paper) to 1 (ink).

    Returns
    -------
    Dataset
        With `size * size` inputs and ten classes, the class being the digit.

    Raises
    ------
    DataError
        If the size is another, or the file of images is missing or damaged.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner (1998), "Gradient-based learning applied to document recognition".
    Gaier and Ha (2019), "Weight Agnostic Neural Networks", section 4.2.

    Examples
    --------
    >>> mnist()
    Dataset(mnist: 50000 train, 10000 validation, 10000 test; 256 inputs (16x16), 10 classes)
    """
    return _prepared(_check_size(size))


def digits() -> Dataset:
    """Return MNIST at 8x8 pixels, each the average of its area: the small and quick version, with 64 inputs.

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        If the file of images is missing or damaged.

    Examples
    --------
    >>> digits().n_inputs
    64
    """
    return mnist(8)


def prepare(images: ArrayLike, size: int = 16) -> NDArray[np.float32]:
    """Turn 28x28 images, such as a digit just drawn, into the inputs of a network trained on `mnist(size)`.

    Parameters
    ----------
    images : array of uint8, shape (n, 28, 28) or (28, 28)
        White ink on black paper, 0 to 255.
    size : {16, 28, 8}
        As for `mnist`.

    Returns
    -------
    array of float32, shape (n, size * size)
        Brightness 0 to 1, row by row; n is 1 for a single image.

    Raises
    ------
    DataError
        If the images have another shape or type, or the size is another.

    Examples
    --------
    >>> prepare(np.zeros((28, 28), np.uint8)).shape
    (1, 256)
    """
    size = _check_size(size)
    array = as_numbers(images, "images")
    if array.dtype != np.uint8:
        raise DataError(f"images have type {array.dtype}: uint8 is needed, 0 for paper to 255 for ink")
    if array.ndim not in (2, 3) or array.shape[-2:] != (28, 28):
        raise DataError(f"images have shape {array.shape}: it must be (28, 28) or (n, 28, 28)")
    return _prepare(array.reshape(-1, 28, 28), size)


def _prepare(images: NDArray[Any], size: int) -> NDArray[np.float32]:
    result = np.empty((len(images), size * size), np.float32)
    for start in range(0, len(images), _BLOCK):
        block = images[start : start + _BLOCK].astype(np.float32)
        if size == 16:
            block = deskew(resize_bilinear(block, 16) / np.float32(255))
        elif size == 8:
            block = average_areas(block, 8) / np.float32(255)
        else:
            block /= 255
        result[start : start + _BLOCK] = block.reshape(len(block), -1)
    return result


@cache
def _prepared(size: int) -> Dataset:
    raw = _read(FILE)
    x, x_test = (_prepare(raw[key], size) for key in ("x_train", "x_test"))
    y, y_test = (raw[key].astype(np.int64) for key in ("y_train", "y_test"))
    for array in (x, x_test, y, y_test):
        array.setflags(write=False)
    n_train = len(y) - N_VALIDATION
    return Dataset(
        _NAMES[size],
        x[:n_train],
        y[:n_train],
        x[n_train:],
        y[n_train:],
        x_test,
        y_test,
        10,
        image_shape=(size, size),
    )


def _read(file: Path) -> dict[str, NDArray[Any]]:
    try:
        raw, _ = read_arrays(file, tuple(_SHAPES))
        for key, shape in _SHAPES.items():
            if key not in raw or raw[key].shape != shape or raw[key].dtype != np.uint8:
                raise DataError(f"{str(file)!r} does not hold {key} as uint8 of shape {shape}")
    except DataError as error:
        raise DataError(f"reinstall wann_lite: its MNIST images are missing or damaged ({error})") from None
    return raw


def _check_size(size: int) -> int:
    number = whole_number(size, "size", min(SIZES), max(SIZES))
    if number not in SIZES:
        raise DataError(f"size must be 8, 16 or 28 pixels a side, not {number}")
    return number
