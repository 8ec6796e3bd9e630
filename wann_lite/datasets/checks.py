"""What an array must be to enter a data set; a refusal says what was given, what is allowed, what to do."""

import operator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

MAX_CLASSES = 1000
_RENUMBER = "renumber them with: classes, y = numpy.unique(y, return_inverse=True)"


class DataError(ValueError):
    """Data that cannot be used, with one line on what is wrong and how to mend it."""


def whole_number(value: object, name: str, low: int, high: int) -> int:
    """Return `value` as an int if it is a whole number from `low` to `high`, both included.

    Raises
    ------
    DataError
        If it is of another type (a bool included) or out of range.
    """
    allowed = f"{name} must be a whole number from {low:,} to {high:,}"
    if isinstance(value, bool | np.bool_):
        raise DataError(f"{allowed}, not {value}")
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise DataError(f"{allowed}, not {_short(value)}") from None
    if not low <= number <= high:
        raise DataError(f"{allowed}, not {_short(number)}")
    return number


def real_number(value: object, name: str, low: float, high: float) -> float:
    """Return `value` as a float if it is a number from `low` to `high`, both included.

    Raises
    ------
    DataError
        If it is of another type, NaN, or out of range.
    """
    allowed = f"{name} must be a number from {low:g} to {high:g}"
    if isinstance(value, bool | np.bool_ | str | bytes):
        raise DataError(f"{allowed}, not {_short(value)}")
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise DataError(f"{allowed}, not {_short(value)}") from None
    if not low <= number <= high:
        raise DataError(f"{allowed}, not {number:g}")
    return number


def as_numbers(values: ArrayLike, name: str) -> NDArray[Any]:
    """Return `values` as an array of real numbers (bool, integer or floating), copied only where necessary.

    Raises
    ------
    DataError
        If they are ragged, masked, complex, text, dates, records or Python objects.
    """
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        missing = int(np.ma.getmaskarray(values).sum())
        raise DataError(f"{name} has {missing:,} masked values: fill them in, or leave those examples out")
    try:
        array = np.asarray(values)
    except (ValueError, TypeError, OverflowError) as error:
        raise DataError(f"{name} is not a rectangular array of numbers ({_line(error)})") from None
    if array.dtype.kind in "biuf":
        return array
    given = f"{name} has type {array.dtype}"
    if array.dtype.kind == "O":
        raise DataError(f"{given}, Python objects: numbers are needed, for example {name}.astype(float)")
    if array.dtype.kind == "c":
        raise DataError(f"{given}: complex numbers cannot be used; pass {name}.real or numpy.abs({name})")
    if array.dtype.kind in "SU":
        raise DataError(
            f"{given}, which is text: turn digits into numbers with {name}.astype(float), "
            f"or names of classes with numpy.unique({name}, return_inverse=True)[1]"
        )
    raise DataError(f"{given}: only boolean, integer and floating-point numbers can be used")


def as_features(x: ArrayLike, name: str) -> NDArray[np.float32]:
    """Return the inputs of a data set as float32 in C order.

    Parameters
    ----------
    x : array of numbers, shape (n, features)
        One example a row.
    name : str
        What to call it in an error.

    Returns
    -------
    array of float32, shape (n, features)

    Raises
    ------
    DataError
        If it is not two-dimensional, is empty, or holds NaN, infinity or a number too large for float32.
    """
    array = as_numbers(x, name)
    if array.ndim != 2:
        raise DataError(f"{name} has shape {array.shape}: it must be (examples, features)")
    refuse_empty(array, name)
    with np.errstate(over="ignore", invalid="ignore"):
        features = np.ascontiguousarray(array, dtype=np.float32)
    bad = ~np.isfinite(features)
    if bad.any():
        raise DataError(_describe_not_finite(array, bad, name))
    return features


def refuse_empty(array: NDArray[Any], name: str) -> None:
    """Raise a DataError if `array` has no element."""
    if array.size == 0:
        raise DataError(f"{name} is empty (shape {array.shape}): one example with one feature is the least")


def _describe_not_finite(array: NDArray[Any], bad: NDArray[np.bool_], name: str) -> str:
    row, column = (int(index) for index in np.unravel_index(int(bad.argmax()), bad.shape))
    where = f"the first in example {row}, feature {column}"
    missing = np.count_nonzero(~np.isfinite(array))
    if missing:
        return (
            f"{name} has {missing:,} values that are NaN or infinite ({where}): "
            "replace them with numbers, or leave those examples out"
        )
    return (
        f"{name} has {np.count_nonzero(bad):,} values beyond the 3.4e38 that float32 can hold "
        f"({where}: {array[row, column]:g}): scale the features to about -1 to 1"
    )


def as_labels(y: ArrayLike, name: str, n: int) -> NDArray[np.int64]:
    """Return the labels of `n` examples as int64; the type given is free, so that 1.0 and True both mean 1.

    Parameters
    ----------
    y : array of whole numbers, shape (n,)
        The class of each example, 0 or above.
    name : str
        What to call it in an error.
    n : int
        The number of examples that the labels belong to, at least one.

    Returns
    -------
    array of int64, shape (n,)

    Raises
    ------
    DataError
        If the shape is another, or a label is negative, fractional, NaN, or beyond the 1,000 classes allowed.
    """
    array = as_numbers(y, name)
    if array.ndim == 2 and array.shape[0] == n and array.shape[1] > 1:
        raise DataError(
            f"{name} has shape {array.shape}, but one label an example is needed: "
            f"if it has a column for each class, pass {name}.argmax(axis=1)"
        )
    if array.ndim != 1:
        raise DataError(f"{name} has shape {array.shape}: it must be (examples,); try {name}.ravel()")
    if len(array) != n:
        raise DataError(f"{name} has {len(array):,} labels for {n:,} examples: each needs exactly one")
    fractional = ~np.isfinite(array) | (array != np.floor(array))
    for wrong, what in ((fractional, "that are not whole numbers"), (array < 0, "that are negative")):
        if wrong.any():
            first = int(wrong.argmax())
            raise DataError(
                f"{name} has {np.count_nonzero(wrong):,} labels {what} (the first in example {first}: "
                f"{array[first]:g}): labels are 0, 1, 2, ...; {_RENUMBER}"
            )
    if array.max() >= MAX_CLASSES:
        raise DataError(
            f"{name} has the label {array.max():g}, but labels end at {MAX_CLASSES - 1}: "
            f"is it a measurement rather than a class? If they are classes, {_RENUMBER}"
        )
    return array.astype(np.int64)


def count_classes(labels: NDArray[np.int64], name: str) -> int:
    """Return the number of classes k of `labels`, shape (n,), which must use every number from 0 to k - 1.

    Raises
    ------
    DataError
        If a class has no example, or there is a single class.
    """
    counts = np.bincount(labels)
    present, absent = np.flatnonzero(counts), np.flatnonzero(counts == 0)
    if present.size < 2:
        raise DataError(f"{name} has the single label {present[0]}: at least two classes are needed")
    if absent.size:
        raise DataError(
            f"{name} has the labels {_few(present)} but none of {_few(absent)}: "
            f"labels must be 0 to {present.size - 1} without a gap; {_RENUMBER}"
        )
    return int(counts.size)


def _few(numbers: NDArray[np.intp]) -> str:
    shown = ", ".join(str(int(number)) for number in numbers[:10])
    return shown if numbers.size <= 10 else f"{shown}, ... ({numbers.size:,} in all)"


def _short(value: object) -> str:
    text = _line(repr(value))
    return text if len(text) <= 60 else f"{text[:57]}..."


def _line(text: object) -> str:
    return " ".join(str(text).split())
