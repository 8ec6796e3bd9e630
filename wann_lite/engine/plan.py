"""What a backend is asked to do: short lists of array operations over numbered nodes.

Graph work - which nodes are new, and what each can be made from - ends where a plan begins; a plan names no network and
holds no array, so it can be carried out by any backend on any slice of the data.
"""

from __future__ import annotations

from typing import NamedTuple

#: An output that differs from the parent's: its place, its distinct node, its activation.
Changed = tuple[int, int, str]
#: The distinct node and the activation of each output of a network.
Outputs = tuple[tuple[int, str], ...]


class Step(NamedTuple):
    """Compute one distinct node: its sum, then what its activation makes of it.

    Attributes
    ----------
    node : int
        The distinct node.
    activation : str
    is_output : bool
        An output's activation is left to the loss.
    thin : bool
        Whether all its sources are inputs, so that one sum serves every shared weight.
    base : int or None
        A node whose sum is known; None to sum from scratch.
    plus, minus : tuple of int
        Nodes whose outputs the sum has, and has not, beyond the base's.
    """

    node: int
    activation: str
    is_output: bool
    thin: bool
    base: int | None
    plus: tuple[int, ...]
    minus: tuple[int, ...]


class Plan(NamedTuple):
    """Everything that must be computed for one child.

    Attributes
    ----------
    parent : int
        The key under which its parent's loss is held.
    steps : tuple of Step
        In an order in which each finds its sources done.
    changed : tuple of Changed
        Which outputs differ from the parent's.
    """

    parent: int
    steps: tuple[Step, ...]
    changed: tuple[Changed, ...]
