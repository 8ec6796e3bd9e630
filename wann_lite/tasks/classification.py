"""Telling classes apart: one output for each class, and the greatest output is the answer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..datasets import Dataset
from ..evaluate import evaluate
from ..losses import accuracy
from ..network import Network

Array = NDArray[Any]


class Classification:
    """A data set as a task: batches from its training images, and validation on images that no batch holds.

    Parameters
    ----------
    dataset : Dataset

    Examples
    --------
    >>> from wann_lite import datasets
    >>> Classification(datasets.xor())
    Classification(xor: 2 inputs, 2 classes)
    """

    def __init__(self, dataset: Dataset) -> None:
        if not isinstance(dataset, Dataset):
            raise ValueError(
                f"a {type(dataset).__name__} is not a data set: use one of wann_lite.datasets, "
                "such as datasets.mnist(), or datasets.from_arrays(x, y)"
            )
        self.dataset = dataset

    def __repr__(self) -> str:
        return f"Classification({self.dataset.name}: {self.n_inputs} inputs, {self.n_outputs} classes)"

    @property
    def n_inputs(self) -> int:
        """The features of an example."""
        return self.dataset.n_inputs

    @property
    def n_outputs(self) -> int:
        """The classes."""
        return self.dataset.n_classes

    @property
    def image_shape(self) -> tuple[int, int] | None:
        """Height and width in pixels if the examples are images."""
        return self.dataset.image_shape

    @cached_property
    def fingerprint(self) -> str:
        """A checksum of all examples that a search looks at: it tells whether the data are still the same."""
        data, digest = self.dataset, hashlib.sha256()
        for array in (data.x_train, data.y_train, data.x_validation, data.y_validation):
            digest.update(repr(array.shape).encode())
            digest.update(array.data)
        return digest.hexdigest()

    @property
    def examples(self) -> tuple[Array, Array]:
        """The training examples (n, inputs) and their labels (n,)."""
        return self.dataset.x_train, self.dataset.y_train

    def draw(self, size: int, rng: np.random.Generator) -> Array:
        """Which training examples make a batch: `size` of them without replacement, or all if there are no more.

        Returns
        -------
        ndarray of int (n,)
        """
        n = len(self.dataset.y_train)
        return np.arange(n) if size >= n else rng.choice(n, size, replace=False)

    def validate(self, network: Network, weights: Sequence[float]) -> Array:
        """The accuracy (W,) at each shared weight on the validation examples."""
        outputs = evaluate(network, self.dataset.x_validation, weights)
        return accuracy(outputs, self.dataset.y_validation)
