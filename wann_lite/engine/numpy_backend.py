"""The array work of a population in numpy: sums, activations, and the loss by the outputs that changed.

Arrays are (W, n), one row for each shared weight; (n,) where every weight has the same. Examples stand sorted by label,
so that what an output gives to the examples of its own class is the sum of one slice.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..activations import ACTIVATIONS
from ..losses import slopes, spread
from .plan import Changed, Outputs, Plan, Step

Array = NDArray[Any]

# Where a sum falls below this part of what it was, exchanging one output's exponential for another's has cancelled
# digits.
_CANCELLED = 0.03
# Beyond these bounds a reference no longer fits: float32 has no room for the exponentials.
_LEAST_SUM, _GREATEST_SUM = 1e-20, 1e20


def room(n: int) -> int:
    """The memory of how many examples a shard of n takes."""
    return n


@dataclass(slots=True)
class Loss:
    """What is kept of one network's loss, so that a child's costs only the outputs that it changed.

    With z = scale * output, column o is exp(z_o - reference), the total is the sum of all columns, and the loss is
    the sum over examples of log(total) - (z_label - reference).
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


class Shard:
    """Holds the outputs of distinct nodes on a slice of the batch, and carries out plans.

    Parameters
    ----------
    x : ndarray (n, inputs)
    labels : ndarray of int (n,)
    weights : sequence of float (W,)
    n_outputs : int
    sample : int
        One example in so many decides the scale.
    predecessor : Shard, optional
        One whose memory this one takes over; it holds nothing from then on.
    """

    def __init__(
        self,
        x: Array,
        labels: Array,
        weights: Sequence[float],
        n_outputs: int,
        sample: int,
        predecessor: Shard | None = None,
    ) -> None:
        order = np.argsort(labels, kind="stable")
        self.n = len(labels)
        self.weights = np.asarray(weights, np.float32)[:, None]
        self._labels = labels[order]
        self._sample = slice(None, None, sample)
        bounds = np.searchsorted(self._labels, np.arange(n_outputs + 1))
        self._classes = [slice(*pair) for pair in itertools.pairwise(bounds)]
        inputs = np.ascontiguousarray(x[order].T, np.float32)
        self._values: dict[int, Array] = {0: np.ones(self.n, np.float32)}
        self._values |= {number: row for number, row in enumerate(inputs, 1)}
        self._sums: dict[int, Array] = {}
        self._first = 1 + len(inputs)
        self._losses: dict[int, Loss] = {}
        self._spare: list[Array] = []
        if predecessor is not None:
            predecessor._losses.clear()
            predecessor.release(list(predecessor._sums))
            if predecessor.n == self.n:
                self._spare = predecessor._spare
        self._logarithms = self._empty()
        #: How many array operations have been carried out.
        self.operations = 0

    @property
    def held_bytes(self) -> int:
        """The memory of all sums, outputs and losses that are held."""
        arrays = [*self._sums.values(), *(v for number, v in self._values.items() if number >= self._first)]
        for loss in self._losses.values():
            arrays += [loss.reference, loss.total, *loss.columns]
        return sum({id(array): array.nbytes for array in arrays}.values())

    # --- nodes

    def hold(self, steps: Iterable[Step]) -> None:
        """Compute nodes and keep them."""
        with np.errstate(over="ignore", invalid="ignore"):
            for step in steps:
                self._sum(step)
                if not step.is_output:
                    self._activate(step)

    def release(self, nodes: Iterable[int]) -> None:
        """Forget nodes."""
        for number in nodes:
            for held in (self._sums, self._values):
                array = held.pop(number, None)
                if array is not None and array.ndim == 2:
                    self._spare.append(array)

    def _sum(self, step: Step) -> None:
        """A node's sum: its base's, plus outputs gained, minus outputs lost."""
        values, plus = self._values, step.plus
        total = np.empty(self.n, np.float32) if step.thin else self._empty()
        before: Array | int
        if step.base is not None:
            before = self._sums[step.base]
        else:
            # Inputs first, as rows of n, before anything of W x n comes in.
            n_inputs = bisect_left(plus, self._first)
            before = _added([values[number] for number in plus[:n_inputs]])
            plus = plus[n_inputs:]
        for number in plus:
            before = np.add(before, values[number], total)
        for number in step.minus:
            before = np.subtract(before, values[number], total)
        if before is not total:
            total[...] = before
        self.operations += max(1, len(step.plus) + len(step.minus))
        self._sums[step.node] = total

    def _activate(self, step: Step) -> None:
        value = np.multiply(self._sums[step.node], self.weights, out=self._empty())
        if step.activation != "linear":
            ACTIVATIONS[step.activation](value, value)
        self._values[step.node] = value
        self.operations += 2

    def _empty(self) -> Array:
        return self._spare.pop() if self._spare else np.empty((len(self.weights), self.n), np.float32)

    def _outputs(self, outputs: Outputs, examples: slice = slice(None)) -> Array:
        """A network's outputs (classes, W, examples) at every shared weight."""
        rows = []
        for node, activation in outputs:
            row = self._sums[node][..., examples] * self.weights
            rows.append(ACTIVATIONS[activation](row, row))
        self.operations += 2 * len(rows)
        return np.array(rows)

    # --- the scale

    def spread(self, networks: Iterable[Outputs]) -> tuple[Array, int]:
        """The sums over the sample of the squares of the outputs, centred and as they are.

        Returns
        -------
        (ndarray (2, networks, W), int)
            And how many numbers are in each sum.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            sums = [spread(self._outputs(outputs, self._sample)) for outputs in networks]
        return np.stack(sums, axis=1), len(self._classes) * len(self._labels[self._sample])

    def slopes(self, networks: Iterable[Outputs], units: Array, factors: Array) -> tuple[Array, int]:
        """The sums over the sample of the loss's first and second derivative in each network's factor.

        Returns
        -------
        (ndarray (2, networks, W), int)
            And how many examples are in each sum.
        """
        labels = self._labels[self._sample]
        with np.errstate(over="ignore", invalid="ignore"):
            sums = [
                slopes(self._outputs(outputs, self._sample), labels, unit.astype(np.float32), float(factor))
                for outputs, unit, factor in zip(networks, units, factors, strict=True)
            ]
        return np.stack(sums, axis=1), len(labels)

    # --- the loss

    def found(self, networks: Iterable[Outputs], keys: Iterable[int], scales: Array) -> Array:
        """The summed losses of networks whose output nodes are held, each kept under its key.

        Returns
        -------
        ndarray (networks, W)
        """
        sums = []
        for outputs, key, scale in zip(networks, keys, scales, strict=True):
            with np.errstate(over="ignore", invalid="ignore"):
                z = self._outputs(outputs)
                scale = np.asarray(scale, np.float32)[:, None]
                z *= scale
                reference = z.max(axis=0)
                reference += np.log(np.exp(z - reference).sum(axis=0))
                z -= reference
                hits = np.stack([row[:, its].sum(axis=1) for row, its in zip(z, self._classes, strict=True)])
                columns = list(np.exp(z, out=z))
            self.operations += 6 * len(columns)
            self._losses[key] = Loss(scale, reference, columns, hits, np.ones_like(reference), 1.0)
            sums.append(-hits.sum(axis=0))
        return np.array(sums, float)

    def inherit(self, plans: Sequence[Plan], keys: Iterable[int]) -> tuple[Array, Array]:
        """The summed losses of children whose changed outputs are held, each kept under its key if it fits.

        Returns
        -------
        (ndarray (children, W), ndarray of bool (children,))
            And whether the parent's scale and reference fit the child; if not, its losses mean nothing.
        """
        sums, fits = [], []
        for plan, key in zip(plans, keys, strict=True):
            loss, its = self._loss_after(self._losses[plan.parent], plan.changed, keep=True)
            if loss is not None:
                self._losses[key] = loss
            fits.append(loss is not None)
            sums.append(its)
        return np.array(sums, float), np.array(fits)

    def drop(self, keys: Iterable[int]) -> None:
        """Forget losses, those that were never kept among them."""
        for key in keys:
            self._losses.pop(key, None)

    def run(self, plans: Sequence[Plan]) -> tuple[Array, Array]:
        """The summed losses of children by their plans, and whether they fit; nothing of them is kept."""
        sums, fits = [], []
        for plan in plans:
            self.hold(plan.steps)
            loss, its = self._loss_after(self._losses[plan.parent], plan.changed, keep=False)
            self.release(step.node for step in plan.steps)
            fits.append(loss is not None)
            sums.append(its)
        return np.array(sums, float).reshape(len(plans), len(self.weights)), np.array(fits, bool)

    def _loss_after(self, parent: Loss, changed: Iterable[Changed], keep: bool) -> tuple[Loss | None, Array]:
        """A child's loss from its parent's, by the columns that changed; None in its place if it does not fit."""
        if not parent.scale.all():  # outputs that told nothing apart have no scale to hand down
            return None, np.zeros(len(self.weights))
        columns, hits = list(parent.columns), parent.hits.copy()
        total, before, made = self._empty(), parent.total, []
        with np.errstate(all="ignore"):
            for place, node, activation in changed:
                column = self._scaled_output(node, activation, parent.scale)
                made.append(column)
                np.subtract(column, parent.reference, out=column)
                hits[place] = column[:, self._classes[place]].sum(axis=1)
                np.exp(column, out=column)
                before = np.subtract(before, columns[place], out=total)
                np.add(total, column, out=total)
                columns[place] = column
            if before is parent.total:  # no output has changed
                np.copyto(total, before)
            least = total.min(initial=np.inf)
            if least < _CANCELLED * parent.greatest_total:
                np.copyto(total, columns[0])
                for column in columns[1:]:
                    np.add(total, column, out=total)
                self.operations += len(columns)
                least = total.min(initial=np.inf)
            fits = bool(least > _LEAST_SUM and total.max(initial=1) < _GREATEST_SUM)
            np.log(total, out=self._logarithms)
            sums = self._logarithms.sum(axis=1) - hits.sum(axis=0)
        self.operations += 4 + 7 * len(made)
        if fits and keep:
            greatest = float(total.max(initial=0))
            return Loss(parent.scale, parent.reference, columns, hits, total, greatest), sums
        self._spare += [total, *made]
        return (parent if fits else None), sums

    def _scaled_output(self, node: int, activation: str, scale: Array) -> Array:
        if activation == "linear":
            return np.multiply(self._sums[node], self.weights * scale, out=self._empty())
        value = np.multiply(self._sums[node], self.weights, out=self._empty())
        ACTIVATIONS[activation](value, value)
        return np.multiply(value, scale, out=value)


def _added(rows: list[Array]) -> Array | int:
    if len(rows) < 2:
        return rows[0] if rows else 0
    total = np.add(rows[0], rows[1])
    for row in rows[2:]:
        np.add(total, row, out=total)
    return total
