"""What a backend is asked to do: short lists of array operations over numbered nodes.

Graph work - which nodes are new, and what each can be made from - ends where a plan begins; a plan names no network and holds no
array, so it can be carried out by any backend on any slice of the data.
"""

from __future__ import annotations

from typing import NamedTuple


class Step(NamedTuple):
    """Compute one distinct node: its sum, then what its activation makes of it.

    Attributes
    ----------
    node : int
        The distinct node.
    activation : str
    thin : bool
        Whether all its sources are inputs, so that one sum serves every shared weight.
    base : int or None
        A node whose sum is known; None to sum from scratch.
    plus, minus : tuple of int
        Nodes whose outputs the sum has, and has not, beyond the base's.
    """

    node: int
    activation: str
    thin: bool
    base: int | None
    plus: tuple[int, ...]
    minus: tuple[int, ...]


class Plan(NamedTuple):
    """Everything that must be computed for one network.

    Attributes
    ----------
    hidden : tuple of Step
        In an order in which each step finds its sources done.
    outputs : tuple of Step
    changed : tuple of (int, int)
        Which outputs differ from the parent's, as (place, distinct node).
    """

    hidden: tuple[Step, ...]
    outputs: tuple[Step, ...]
    changed: tuple[tuple[int, int], ...]
