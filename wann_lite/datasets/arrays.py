"""Your own data as a data set, from arrays in memory or in an `.npz` file."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .checks import (
    DataError,
    as_features,
    as_labels,
    as_numbers,
    count_classes,
    real_number,
    refuse_empty,
    whole_number,
)
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
    """Return your own arrays as a data set, split at random, with each class in every part.

    Parameters
    ----------
    x : array of numbers, shape (n, features) or (n, height, width)
        The inputs; images are read row by row. The type uint8 means brightness 0 to 255 and is scaled to
        0 to 1; other types are taken as they are, and features of about -1 to 1 suit most activations.
    y : array of whole numbers, shape (n,)
        The class of each example, from 0 to k - 1, each of them present. Any type will do: 2.0 is taken as 2.
    name : str
        What to call the data set.
    x_test, y_test : arrays, optional
        Test examples of your own, both or neither; without them, part of `x` is set aside.
    validation, test : float
        Shares of `x` to set aside, each above 0 and together below 1; every part gets at least one example of
        each class. With `x_test`, `test` is not used.
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
        A ValueError that names the mistake: a shape, a type, NaN, a label, a share, too few examples.

    Examples
    --------
    >>> from_arrays([[-1.0], [1.0]] * 6, [0, 1] * 6, name="two groups")
    Dataset(two groups: 8 train, 2 validation, 2 test; 1 input, 2 classes)
    """
    features, shape, brightness = _read_inputs(x, "x")
    labels = as_labels(y, "y", len(features))
    n_classes = count_classes(labels, "y")
    rng = np.random.default_rng(whole_number(seed, "seed", 0, 2**63 - 1))
    if image_shape is not None and shape not in (None, image_shape):
        raise DataError(f"image_shape is {image_shape}, but the images in x are {shape}: leave image_shape out")

    if x_test is None and y_test is None:
        train, held_out, reported = split(labels, _shares(validation=validation, test=test), rng)
        test_features, test_labels = features[reported], labels[reported]
    elif x_test is not None and y_test is not None:
        train, held_out = split(labels, _shares(validation=validation), rng)
        test_features, test_shape, test_brightness = _read_inputs(x_test, "x_test")
        if test_brightness != brightness:
            raise DataError("only one of x and x_test is uint8, scaled from 0..255 to 0..1: use the same type")
        if test_shape != shape:
            raise DataError(f"examples have shape {np.shape(x)[1:]} in x and {np.shape(x_test)[1:]} in x_test")
        test_labels = as_labels(y_test, "y_test", len(test_features))
    else:
        given, absent = ("y_test", "x_test") if x_test is None else ("x_test", "y_test")
        raise DataError(f"{given} is given without {absent}: give both, or neither to set part of x aside")
    return Dataset(
        name,
        features[train],
        labels[train],
        features[held_out],
        labels[held_out],
        test_features,
        test_labels,
        n_classes,
        image_shape or shape,
    )


def load_npz(path: str | os.PathLike[str], *, validation: float = 1 / 6, test: float = 1 / 6, seed: int = 0) -> Dataset:
    """Return the data set in an `.npz` file with the arrays `x` and `y`, and perhaps `x_test`, `y_test`, `image_shape`.

    Parameters
    ----------
    path : str or path
        A file written by `numpy.savez` or `numpy.savez_compressed`; its name becomes that of the data set.
    validation, test, seed
        As for `from_arrays`, which also says what the arrays may be.

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        If the file is missing, is no `.npz`, is damaged, holds Python objects (only pickle could read
        them, and it may run any code), lacks `x` or `y`, or if `from_arrays` refuses the arrays.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/two_groups.npz", x=[[-1.0], [1.0]] * 6, y=[0, 1] * 6)
    ...     load_npz(f"{folder}/two_groups.npz")
    Dataset(two_groups: 8 train, 2 validation, 2 test; 1 input, 2 classes)
    """
    arrays, keys = read_arrays(path, ("x", "y", "x_test", "y_test", "image_shape"))
    file = Path(path)
    missing = [key for key in ("x", "y") if key not in arrays]
    if missing:
        held = ", ".join(map(repr, keys[:10])) if keys else "nothing"
        raise DataError(
            f"{str(file)!r} has no {' and no '.join(missing)} (it holds {held}): "
            "write the inputs as x and the labels as y, with numpy.savez(path, x=x, y=y)"
        )
    try:
        return from_arrays(
            arrays["x"],
            arrays["y"],
            name=file.stem if file.stem.isprintable() and file.stem.strip() else "your data",
            x_test=arrays.get("x_test"),
            y_test=arrays.get("y_test"),
            validation=validation,
            test=test,
            seed=seed,
            image_shape=_shape_of(arrays["image_shape"]) if "image_shape" in arrays else None,
        )
    except DataError as error:
        raise DataError(f"{str(file)!r}: {error}") from None


def _shape_of(array: NDArray[Any]) -> Any:
    """As `from_arrays` takes it; whether it is one is told there."""
    return tuple(array.ravel().tolist())


def split(labels: NDArray[np.int64], shares: list[float], rng: np.random.Generator) -> list[NDArray[np.intp]]:
    """Divide examples at random into parts with about the same share of each class, and one example at least.

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
    for label, count in enumerate(np.bincount(labels).tolist()):
        sizes = [max(1, round(share * count)) for share in shares]
        if sum(sizes) >= count:
            raise DataError(
                f"too few examples to split: class {label} has {count}, "
                f"and {' + '.join(map(str, sizes))} set aside leave none to train on; "
                f"add examples ({len(shares) + 1} a class is the least) or set less aside"
            )
        members = order[labels[order] == label]
        part_of[members] = np.repeat(np.arange(len(sizes) + 1), [count - sum(sizes), *sizes])
    return [order[part_of[order] == part] for part in range(len(shares) + 1)]


def _read_inputs(x: ArrayLike, name: str) -> tuple[NDArray[np.float32], tuple[int, int] | None, bool]:
    """Return the inputs as rows, the shape of an image if they were images, and whether they were uint8."""
    array: NDArray[Any] = as_numbers(x, name)
    if array.ndim not in (2, 3):
        advice = f"; for one feature an example pass {name}.reshape(-1, 1)" if array.ndim == 1 else ""
        raise DataError(
            f"{name} has shape {array.shape}: it must be (examples, features) or (examples, height, width){advice}"
        )
    refuse_empty(array, name)
    shape = (array.shape[1], array.shape[2]) if array.ndim == 3 else None
    features = as_features(array.reshape(len(array), -1), name)
    brightness = array.dtype == np.uint8
    if brightness:
        if array.max() == 1:
            raise DataError(
                f"{name} has type uint8, read as brightness 0 to 255, but holds only 0 and 1: "
                f"for the numbers 0 and 1 pass {name}.astype(float), for black and white {name} * 255"
            )
        features = features / np.float32(255)
    return features, shape, brightness


def _shares(**given: float) -> list[float]:
    shares = [real_number(value, name, 0, 1) for name, value in given.items()]
    for name, share in zip(given, shares, strict=True):
        if share in (0, 1):
            raise DataError(f"{name} must be a share between 0 and 1, such as 1/6, not {share:g}")
    if sum(shares) >= 1:
        said = " and ".join(f"{name} {share:g}" for name, share in zip(given, shares, strict=True))
        raise DataError(f"{said} leave nothing to train on: keep their sum below 1")
    return shares
