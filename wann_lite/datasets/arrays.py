"""Your own data as a data set, from arrays in memory or in an `.npz` file."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .checks import DataError, as_features, as_labels, as_numbers, count_classes, real_number, whole_number
from .dataset import Dataset
from .npz import read_arrays


def from_arrays(
    x: ArrayLike,
    y: ArrayLike,
    *,
    name: str = "your data",
    x_test: ArrayLike | None = None,
    y_test: ArrayLike | None = None,
    validation: float = 1 / 6,
    test: float = 1 / 6,
    seed: int = 0,
    image_shape: tuple[int, int] | None = None,
) -> Dataset:
    """Return your own arrays as a data set, split at random so that each part has about the same share of every class.

    Parameters
    ----------
    x : array of numbers, shape (n, features) or (n, height, width)
        The inputs; images are read row by row. The type uint8 means brightness 0 to 255 and is scaled to 0 to 1; every
        other type is taken as it is, and features of about -1 to 1 suit the activation functions best.
    y : array of whole numbers, shape (n,)
        The class of each example, from 0 to k - 1, every one of them present. Whole numbers of any type will do: 2.0 is 2.
    name : str
        What to call the data set.
    x_test, y_test : arrays, optional
        Test examples of your own, both or neither; without them, part of `x` is set aside.
    validation, test : float
        Shares of `x` to set aside, above 0, together below 1, and at least one example of each class in every part.
        With `x_test`, `test` is not used.
    seed : int
        Of the shuffle: the same seed and arrays give the same split.
    image_shape : tuple of two int, optional
        Height and width, if the rows of a two-dimensional `x` are images.

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        A ValueError that names the mistake: shapes, types, NaN, labels, too few examples, shares that leave nothing.

    Examples
    --------
    >>> from_arrays([[-1.0], [1.0]] * 6, [0, 1] * 6, name="two groups")
    Dataset(two groups: 8 train, 2 validation, 2 test; 1 input, 2 classes)
    """
    features, shape, brightness = _read_inputs(x, "x")
    labels = as_labels(y, "y", len(features))
    n_classes = count_classes(labels, "y")
    if image_shape is None:
        image_shape = shape
    elif shape is not None and tuple(image_shape) != shape:
        raise DataError(
            f"image_shape is {image_shape}, but the images in x are {shape}: leave image_shape out"
        )
    seed = whole_number(seed, "seed", 0, 2**63 - 1)
    shares = [_share(validation, "validation")]

    if (x_test is None) != (y_test is None):
        given, absent = ("y_test", "x_test") if x_test is None else ("x_test", "y_test")
        raise DataError(f"{given} is given without {absent}: give both, or neither to set part of x aside")
    if x_test is None or y_test is None:
        shares.append(_share(test, "test"))
        if sum(shares) >= 1:
            raise DataError(
                f"validation {shares[0]:g} and test {shares[1]:g} leave nothing to train on: keep their sum below 1"
            )
    parts = split(labels, shares, np.random.default_rng(seed))
    pieces = [array[part] for part in parts for array in (features, labels)]

    if x_test is not None and y_test is not None:
        test_features, test_shape, test_brightness = _read_inputs(x_test, "x_test")
        if test_brightness != brightness:
            raise DataError(
                "one of x and x_test is uint8, scaled from 0..255 to 0..1, and the other is not: use one type"
            )
        if test_shape != shape:
            raise DataError(
                f"the examples of x_test have shape {np.shape(x_test)[1:]}, those of x {np.shape(x)[1:]}"
            )
        pieces += [test_features, as_labels(y_test, "y_test", len(test_features))]
    return Dataset(name, *pieces, n_classes=n_classes, image_shape=image_shape)


def load_npz(
    path: str | os.PathLike[str], *, validation: float = 1 / 6, test: float = 1 / 6, seed: int = 0
) -> Dataset:
    """Return the data set in an `.npz` file with the arrays `x` and `y`, and optionally `x_test` and `y_test`.

    Parameters
    ----------
    path : str or path
        A file written by `numpy.savez` or `numpy.savez_compressed`; its name becomes the name of the data set.
    validation, test, seed
        As for `from_arrays`, which also says what the arrays may be.

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        If the file is missing, is no `.npz`, is damaged, holds Python objects (only pickle could read them, and pickle
        may run any code), lacks `x` or `y`, or if `from_arrays` refuses the arrays.

    Examples
    --------
    >>> np.savez("two_groups.npz", x=[[-1.0], [1.0]] * 6, y=[0, 1] * 6)  # doctest: +SKIP
    >>> load_npz("two_groups.npz")  # doctest: +SKIP
    Dataset(two_groups: 8 train, 2 validation, 2 test; 1 input, 2 classes)
    """
    arrays, keys = read_arrays(path, ("x", "y", "x_test", "y_test"))
    file = Path(path)
    missing = [key for key in ("x", "y") if key not in arrays]
    if missing:
        held = ", ".join(map(repr, keys[:10])) if keys else "nothing"
        raise DataError(
            f"{str(file)!r} has no {' and no '.join(missing)} (it holds {held}): "
            "write the inputs as x and the labels as y, with numpy.savez(path, x=x, y=y)"
        )
    name = file.stem if file.stem.isprintable() and file.stem.strip() else "your data"
    try:
        return from_arrays(**arrays, name=name, validation=validation, test=test, seed=seed)
    except DataError as error:
        raise DataError(f"{str(file)!r}: {error}") from None


def split(labels: NDArray[np.int64], shares: list[float], rng: np.random.Generator) -> list[NDArray[np.intp]]:
    """Divide examples at random into parts that have the same share of each class, and at least one example of it.

    Parameters
    ----------
    labels : array of int64, shape (n,)
        The class of each example, 0 to k - 1, each present.
    shares : list of float
        What part of every class to set aside for each part after the first, which takes the rest.
    rng : numpy.random.Generator

    Returns
    -------
    list of arrays of intp
        The examples of each part, in random order; together every example once.

    Raises
    ------
    DataError
        If a class has too few examples for one in every part.

    Examples
    --------
    >>> [len(part) for part in split(np.array([0, 0, 0, 1, 1, 1]), [1 / 3, 1 / 3], np.random.default_rng(0))]
    [2, 2, 2]
    """
    order = rng.permutation(len(labels))
    part_of = np.zeros(len(labels), np.intp)
    for label, count in enumerate(np.bincount(labels)):
        sizes = [max(1, round(share * int(count))) for share in shares]
        if sum(sizes) >= count:
            raise DataError(
                f"too few examples to split: class {label} has {count}, but {' and '.join(map(str, sizes))} set aside "
                f"leave none to train on; each class needs at least {len(shares) + 1} examples: add some, or set less aside"
            )
        members = order[labels[order] == label]
        part_of[members] = np.repeat(np.arange(len(sizes) + 1), [int(count) - sum(sizes), *sizes])
    return [order[part_of[order] == part] for part in range(len(shares) + 1)]


def _read_inputs(x: ArrayLike, name: str) -> tuple[NDArray[np.float32], tuple[int, int] | None, bool]:
    """Return the inputs as rows, the shape of an image if they were images, and whether they were brightness 0 to 255."""
    array: NDArray[Any] = as_numbers(x, name)
    if array.ndim not in (2, 3):
        advice = f"; for one feature an example try {name}.reshape(-1, 1)" if array.ndim == 1 else ""
        raise DataError(
            f"{name} has shape {array.shape}: it must be (examples, features) or (examples, height, width){advice}"
        )
    if array.size == 0:
        raise DataError(
            f"{name} is empty (shape {array.shape}): at least one example with one feature is needed"
        )
    shape = (array.shape[1], array.shape[2]) if array.ndim == 3 else None
    features = as_features(array.reshape(len(array), -1), name)
    brightness = array.dtype == np.uint8
    if brightness:
        if array.max() == 1:
            raise DataError(
                f"{name} has type uint8, read as brightness 0 to 255, but holds only 0 and 1: "
                f"for the numbers 0 and 1 pass {name}.astype(float), for black and white {name} * 255"
            )
        features /= np.float32(255)
    return features, shape, brightness


def _share(value: object, name: str) -> float:
    share = real_number(value, name, 0, 1)
    if share in (0, 1):
        raise DataError(f"{name} must be a share of the examples between 0 and 1, such as 1/6, not {share:g}")
    return share
