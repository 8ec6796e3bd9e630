"""An exercise: what is asked, on which hidden cases it is checked, and what helps."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_NAME = re.compile(r"\d\d-[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, eq=False, kw_only=True)
class Exercise:
    """One exercise of a lesson.

    Attributes
    ----------
    name : str
        The lesson's number and a few words, such as "01-perceptron-rule".
    hint : str
        Said at the second failure. It points the way and never gives the solution.
    reference : callable, optional
        The right answer as a function. Needed unless `judge` is given.
    inputs : tuple of tuples
        The hidden cases, each a tuple of arguments.
    tolerance : float
        How far a number may be off, relative to the number or absolute where that is more.
    wrong : tuple of callables
        Typical wrong answers; the tests make sure that the check tells them apart from the right one.
    compare : callable, optional
        ``compare(answer, expected)`` for answers that need more than a comparison of numbers, arrays, text and
        collections of these: None if the answer is right, else what is wrong with it.
    judge : callable, optional
        ``judge(answer)`` for answers of which many are right: None if it is, else what is wrong with it.

    Raises
    ------
    ValueError
        If the name has another form, the hint is empty, or there is nothing to compare an answer with.

    Examples
    --------
    >>> double = Exercise(name="00-double", reference=lambda x: 2 * x, inputs=((3,),), hint="Think of a pair.")
    >>> double.name
    '00-double'
    """

    name: str
    hint: str
    reference: Callable[..., Any] | None = None
    inputs: tuple[tuple[Any, ...], ...] = ((),)
    tolerance: float = 1e-6
    wrong: tuple[Callable[..., Any], ...] = ()
    compare: Callable[[Any, Any], str | None] | None = None
    judge: Callable[[Any], str | None] | None = None

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"an exercise is called {self.name!r}: begin with the lesson, such as 01-perceptron-rule")
        if not self.hint.strip():
            raise ValueError(f"{self.name} has no hint")
        if self.reference is None and self.judge is None:
            raise ValueError(f"{self.name} has neither a reference nor a judge")
        if not self.inputs or not all(isinstance(case, tuple) for case in self.inputs):
            raise ValueError(f"{self.name}: inputs holds one tuple of arguments for each case, of at least one")
        if self.tolerance < 0:
            raise ValueError(f"{self.name}: tolerance is {self.tolerance}, below 0")
