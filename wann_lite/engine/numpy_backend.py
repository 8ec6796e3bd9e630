"""The array work of a population in numpy: sums, activations, and the loss by the outputs that changed.

Arrays are (W, n), one row for each shared weight; (n,) where every weight has the same. Examples stand sorted by label,
so that what an output gives to the examples of its own class is the sum of one slice.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..activations import ACTIVATIONS
from ..losses import best_scale
from .plan import Plan, Step

Array = NDArray[Any]

# Where a sum falls below this part of what it was, exchanging one output's exponential for another's has cancelled
# digits.
_CANCELLED = 0.03
# Beyond these bounds a reference no longer fits: float32 has no room for the exponentials.
_LEAST_SUM, _GREATEST_SUM = 1e-20, 1e20
# One example in so many decides the scale: the loss is at its lowest there, so a small error costs next to nothing.
_SCALE_EVERY = 4


@dataclass(slots=True)
class Loss:
    """What is kept of one network's loss, so that a child's costs only the outputs that it changed.

    With z = scale * output, column o is exp(z_o - reference), the total is the sum of all columns, and the loss is
    the mean of log(total) - (z_label - reference).
    """

    #: (W, 1): fixed between changes of batch, so that columns can be handed down.
    scale: Array
    #: (W, n): about log sum exp z of the ancestor that the scale was fixed for.
    reference: Array
    #: One (W, n) for each output.
    columns: list[Array]
    #: (outputs, W): the sums of z_o - reference over the examples of class o.
    hits: Array
    #: (W, n)
    total: Array
    greatest_total: float


class NumpyBackend:
    """Holds the outputs of distinct nodes on one batch, and carries out plans.

    Parameters
    ----------
    x : ndarray (n, inputs)
    labels : ndarray of int (n,)
    weights : sequence of float (W,)
    n_outputs : int
    scale_free : bool
        Whether the outputs are scaled at each weight as suits them best, or taken as they are.
    """

    def __init__(
        self,
        x: Array,
        labels: Array,
        weights: Sequence[float],
        n_outputs: int,
        scale_free: bool,
    ) -> None:
        order = np.argsort(labels, kind="stable")
        self.n = len(labels)
        self.weights = np.asarray(weights, np.float32)[:, None]
        self.scale_free = scale_free
        self._labels = labels[order]
        bounds = np.searchsorted(self._labels, np.arange(n_outputs + 1))
        self._classes = [slice(*pair) for pair in itertools.pairwise(bounds)]
        inputs = np.ascontiguousarray(x[order].T, np.float32)
        self._values: dict[int, Array] = {0: np.ones(self.n, np.float32)}
        self._values |= {number: row for number, row in enumerate(inputs, 1)}
        self._sums: dict[int, Array] = {}
        self._first = 1 + len(inputs)
        self._spare: list[Array] = []
        self._logarithms = self._empty()
        #: How many array operations have been carried out.
        self.operations = 0

    # --- nodes

    def holds(self, number: int) -> bool:
        """Whether that node's sum is known."""
        return number in self._sums

    def held(self) -> set[int]:
        """The nodes that are held."""
        return set(self._sums)

    def hold(self, steps: Iterable[Step]) -> None:
        """Compute nodes and keep them."""
        with np.errstate(over="ignore", invalid="ignore"):
            for step in steps:
                if step.node not in self._sums:
                    self._sum(step)
                    if not step.is_output:
                        self._activate(step)

    def release(self, living: set[int]) -> None:
        """Forget every node that is not among the living."""
        for number in self._sums.keys() - living:
            self._forget(number)

    @property
    def held_bytes(self) -> int:
        """The memory of all sums and outputs that are held."""
        return sum(array.nbytes for held in (self._sums, self._values) for array in held.values())

    def _sum(self, step: Step) -> None:
        """A node's sum: its base's, plus outputs gained, minus outputs lost."""
        values, sums = self._values, self._sums
        total = np.empty(self.n, np.float32) if step.thin else self._empty()
        if step.base is not None:
            total[...] = sums[step.base]
        else:
            # Inputs first, as rows of n, before anything of W x n comes in.
            inputs = [values[number] for number in step.plus if number < self._first]
            total[...] = _added(inputs) if inputs else 0
            self.operations += len(inputs)
        for number in step.plus:
            if step.base is not None or number >= self._first:
                np.add(total, values[number], out=total)
        for number in step.minus:
            np.subtract(total, values[number], out=total)
        self.operations += 1 + len(step.plus) + len(step.minus)
        sums[step.node] = total

    def _activate(self, step: Step) -> None:
        value = np.multiply(self._sums[step.node], self.weights, out=self._empty())
        self._values[step.node] = ACTIVATIONS[step.activation](value, value)
        self.operations += 2

    def _forget(self, number: int) -> None:
        for held in (self._sums, self._values):
            array = held.pop(number, None)
            if array is not None and array.ndim == 2:
                self._spare.append(array)

    def _empty(self) -> Array:
        return self._spare.pop() if self._spare else np.empty((len(self.weights), self.n), np.float32)

    # --- the loss

    def fresh_loss(self, outputs: Sequence[tuple[int, str]], inherited: Array | None) -> tuple[Loss, Array]:
        """The loss of a network whose output nodes are held, with a scale and a reference of its own.

        Parameters
        ----------
        outputs : sequence of (int, str)
            Each output's node and activation.
        inherited : ndarray (W, 1) or None
            The scale of its parent, or its own on an earlier batch; a single step improves on it.

        Returns
        -------
        (Loss, ndarray (W,))
        """
        with np.errstate(over="ignore", invalid="ignore"):
            z = np.empty((len(outputs), *self._logarithms.shape), np.float32)
            for row, (node, activation) in zip(z, outputs, strict=True):
                np.multiply(self._sums[node], self.weights, out=row)
                if activation != "linear":
                    ACTIVATIONS[activation](row, row)
            scale = np.ones_like(self.weights)
            if self.scale_free:
                scale = self._fitted_scale(z, inherited)
                z *= scale
            reference = z.max(axis=0)
            reference += np.log(np.exp(z - reference).sum(axis=0))
            z -= reference
            hits = np.stack([row[:, its].sum(axis=1) for row, its in zip(z, self._classes, strict=True)])
            columns = list(np.exp(z, out=z))
        self.operations += 8 * len(outputs)
        total = np.ones_like(reference)
        return Loss(scale, reference, columns, hits, total, 1.0), _finite(-hits.sum(axis=0) / self.n)

    def _fitted_scale(self, z: Array, inherited: Array | None) -> Array:
        every = slice(None, None, _SCALE_EVERY if self.n >= 1000 else 1)
        sample, labels = z[:, :, every], self._labels[every]
        if inherited is None or not inherited.all():
            scale = best_scale(sample, labels, class_axis=0)
        else:
            scale = best_scale(sample, labels, class_axis=0, start=inherited[:, 0], steps=1)
        return scale[:, None]

    def loss_after(
        self, parent: Loss, changed: Sequence[tuple[int, int, str]], keep: bool
    ) -> tuple[Loss | None, Array] | None:
        """The loss of a child whose changed output nodes are held, from its parent's by the columns that changed.

        Parameters
        ----------
        parent : Loss
        changed : sequence of (int, int, str)
            Which outputs changed: place, node, activation.
        keep : bool
            Whether to return a `Loss` too.

        Returns
        -------
        (Loss or None, ndarray (W,)), or None where the parent's scale or reference do not fit the child
        """
        if not parent.scale.all():
            return None
        columns, hits = list(parent.columns), parent.hits.copy()
        total = self._empty()
        np.copyto(total, parent.total)
        made = []
        with np.errstate(all="ignore"):
            for place, node, activation in changed:
                column = self._scaled_output(node, activation, parent.scale)
                made.append(column)
                np.subtract(column, parent.reference, out=column)
                hits[place] = column[:, self._classes[place]].sum(axis=1)
                np.exp(column, out=column)
                np.subtract(total, columns[place], out=total)
                np.add(total, column, out=total)
                columns[place] = column
            if total.min() < _CANCELLED * parent.greatest_total:
                np.copyto(total, columns[0])
                for column in columns[1:]:
                    np.add(total, column, out=total)
                self.operations += len(columns)
            fits = bool(total.min() > _LEAST_SUM and total.max() < _GREATEST_SUM)
            np.log(total, out=self._logarithms)
            losses = _finite((self._logarithms.sum(axis=1) - hits.sum(axis=0)) / self.n)
        self.operations += 4 + 7 * len(changed)
        if fits and keep:
            return Loss(parent.scale, parent.reference, columns, hits, total, float(total.max())), losses
        self._spare += [total, *made]
        return (None, losses) if fits else None

    def _scaled_output(self, node: int, activation: str, scale: Array) -> Array:
        if activation == "linear":
            return np.multiply(self._sums[node], self.weights * scale, out=self._empty())
        value = np.multiply(self._sums[node], self.weights, out=self._empty())
        ACTIVATIONS[activation](value, value)
        return np.multiply(value, scale, out=value)

    # --- plans

    def run(self, plan: Plan, parent: Loss, outputs: Sequence[tuple[int, str]]) -> Array:
        """The losses (W,) of a child by its plan; nothing of it is kept."""
        self.hold(plan.steps)
        result = self.loss_after(parent, plan.changed, keep=False) or self.fresh_loss(outputs, parent.scale)
        for step in plan.steps:
            self._forget(step.node)
        return result[1]


def _added(rows: list[Array]) -> Array:
    total = rows[0].copy()
    for row in rows[1:]:
        np.add(total, row, out=total)
    return total


def _finite(losses: Array) -> Array:
    # A network whose outputs overflow is the worst there is, not an error.
    return np.where(np.isfinite(losses), losses, np.inf)
