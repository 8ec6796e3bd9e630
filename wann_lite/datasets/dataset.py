"""A data set: examples to learn from, examples to choose by, and examples to report on."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .checks import DataError, as_features, as_labels, whole_number

_Scalar = TypeVar("_Scalar", bound=np.generic)
PARTS = ("train", "validation", "test")


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Labelled examples in three parts, as an immutable value that everything can share.

    Training examples guide the search, validation examples choose between its results, and test examples are
    looked at once, when a result is reported. Every invariant is checked on construction; the arrays are
    read-only, and an array that could still be written to from outside is copied.

    Parameters
    ----------
    name : str
        What the data set is called, on one line.
    x_train, x_validation, x_test : array, shape (n, features)
        The inputs, one example a row; kept as finite float32 in C order.
    y_train, y_validation, y_test : array, shape (n,)
        The class of each example, 0 to n_classes - 1; kept as int64.
    n_classes : int
        The number of classes, at least two.
    image_shape : tuple of two int, optional
        Height and width in pixels, if each row of x is an image read line by line.

    Raises
    ------
    DataError
        A ValueError that says in one line which of these conditions is not met.

    Examples
    --------
    >>> Dataset("signs", [[-1.0], [1.0]], [0, 1], [[2.0]], [1], [[-2.0]], [0], n_classes=2)
    Dataset(signs: 2 train, 1 validation, 1 test; 1 input, 2 classes)
    """

    name: str
    x_train: NDArray[np.float32]
    y_train: NDArray[np.int64]
    x_validation: NDArray[np.float32]
    y_validation: NDArray[np.int64]
    x_test: NDArray[np.float32]
    y_test: NDArray[np.int64]
    n_classes: int
    image_shape: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip() or not self.name.isprintable():
            raise DataError(f"the name of a data set must be text on one line, not {self.name!r}")
        object.__setattr__(self, "n_classes", whole_number(self.n_classes, "n_classes", 2, 1000))
        for part in PARTS:
            x = as_features(getattr(self, f"x_{part}"), f"x_{part}")
            y = as_labels(getattr(self, f"y_{part}"), f"y_{part}", len(x))
            if y.max() >= self.n_classes:
                raise DataError(
                    f"y_{part} has the label {y.max()}, but with {self.n_classes} classes "
                    f"labels are 0 to {self.n_classes - 1}"
                )
            object.__setattr__(self, f"x_{part}", _read_only(x))
            object.__setattr__(self, f"y_{part}", _read_only(y))
        for part in PARTS[1:]:
            features = getattr(self, f"x_{part}").shape[1]
            if features != self.n_inputs:
                raise DataError(f"x_{part} has {features} features an example, but x_train has {self.n_inputs}")
        if self.image_shape is not None:
            object.__setattr__(self, "image_shape", check_image_shape(self.image_shape, self.n_inputs))

    @property
    def n_inputs(self) -> int:
        """The number of features of an example."""
        return int(self.x_train.shape[1])

    def __repr__(self) -> str:
        parts = ", ".join(f"{len(getattr(self, f'y_{part}'))} {part}" for part in PARTS)
        inputs = "1 input" if self.n_inputs == 1 else f"{self.n_inputs} inputs"
        if self.image_shape is not None:
            inputs += f" ({self.image_shape[0]}x{self.image_shape[1]})"
        return f"Dataset({self.name}: {parts}; {inputs}, {self.n_classes} classes)"


def check_image_shape(shape: object, features: int) -> tuple[int, int]:
    """Return `shape` as (height, width) if it is two positive whole numbers whose product is `features`.

    Raises
    ------
    DataError
        If it is anything else.
    """
    if not isinstance(shape, tuple | list) or len(shape) != 2:
        raise DataError(f"image_shape must be (height, width) or None, not {shape!r}")
    height, width = (whole_number(side, "each side in image_shape", 1, 100_000) for side in shape)
    if height * width != features:
        raise DataError(
            f"image_shape {height}x{width} means {height * width:,} pixels, but each example has {features:,} features"
        )
    return height, width


def _read_only(array: NDArray[_Scalar]) -> NDArray[_Scalar]:
    """Return `array` itself if nothing can write to its memory, otherwise a copy; read-only either way."""
    owner: object = array
    while isinstance(owner, np.ndarray) and not owner.flags.writeable:
        owner = owner.base
    if owner is not None:
        array = array.copy()
        array.setflags(write=False)
    return array
