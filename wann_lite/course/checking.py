"""`check`: try a learner's function on hidden cases and say what came of it."""

from __future__ import annotations

import copy
import difflib
import inspect
import os
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from .comparing import brief, difference
from .exercise import Exercise
from .exercises import EXERCISES
from .trial import attempt

#: Where this environment variable is 1, `check` raises if an exercise does not pass: so the lessons' own solutions
#: are tested.
STRICT = "WANN_LITE_STRICT_CHECKS"

_COLOURS = {"right": "#009e73", "not yet": "#d55e00", "not done yet": "#6b7785", "unclear": "#e69f00"}
_failures: Counter[str] = Counter()


@dataclass(frozen=True)
class Result:
    """What a check found. It shows itself in a notebook.

    Attributes
    ----------
    name : str
        Of the exercise.
    verdict : str
        "right", "not yet", "not done yet", or "unclear" where `check` itself was not called as it should be.
    message : str
        What was found, in words.
    hint : str
        Empty before the second failure.
    shown_in : int or None
        The number of the notebook's cell in which `check` showed it.
    """

    name: str
    verdict: str
    message: str
    hint: str = ""
    shown_in: int | None = None

    @property
    def passed(self) -> bool:
        """Whether the answer is right."""
        return self.verdict == "right"

    def __repr__(self) -> str:
        text = f"{self.name}: {self.verdict}. {self.message}"
        return f"{text}\nHint: {self.hint}" if self.hint else text

    def _ipython_display_(self) -> None:
        # As the last value of the cell whose `check` has shown it, it need not be shown again.
        if self.shown_in is None or self.shown_in != _cell():
            self.show()

    def show(self) -> None:
        """Print it, or display it in a notebook."""
        if _shell() is None:
            print(self)
            return
        from IPython.display import display

        display({"text/plain": repr(self), "text/html": self._repr_html_()}, raw=True)

    def _repr_html_(self) -> str:
        message, hint = (re.sub("`(.*?)`", r"<code>\1</code>", escape(text)) for text in (self.message, self.hint))
        message, hint = message.replace("\n", "<br>"), f"<br><b>Hint:</b> {hint}" if hint else ""
        return (
            f'<div style="border-left: 5px solid {_COLOURS[self.verdict]}; padding: 4px 12px; line-height: 1.5">'
            f"<b>{escape(self.name)}: {self.verdict}.</b> {message}{hint}</div>"
        )


def check(name: str, function: Callable[..., Any]) -> Result:
    """Try a function on the hidden cases of an exercise, and show what came of it.

    Whatever the function does, this does not raise.

    Parameters
    ----------
    name : str
        Of the exercise, such as "00-shared-weight".
    function : callable
        The learner's answer.

    Returns
    -------
    Result
        Already shown when `check` returns.
    """
    result = _examine(name, function)
    if os.environ.get(STRICT) == "1" and not result.passed:
        raise AssertionError(repr(result))
    result.show()
    return replace(result, shown_in=_cell())


def examine(exercise: Exercise, function: Callable[..., Any]) -> tuple[str, str]:
    """The verdict on a function and the reason, without showing or counting anything.

    Parameters
    ----------
    exercise : Exercise
    function : callable

    Returns
    -------
    verdict : str
    message : str
    """
    unanswered = 0
    first = ""
    for arguments in exercise.inputs:
        trial = attempt(function, arguments)
        if trial.failure is None and trial.answer is None and not _wants_none(exercise, arguments):
            unanswered += 1
            first = first or f"{_called(exercise, function, arguments)}\ngave None: is a `return` missing?"
            continue
        trouble = trial.failure or _trouble(exercise, arguments, trial.answer)
        if trouble:
            printed = f"\nIt printed: {brief(trial.printed[:60])}" if trial.printed.strip() else ""
            return "not yet", f"{_called(exercise, function, arguments)}\n{trouble}{printed}"
    if unanswered == len(exercise.inputs):
        return "not done yet", "The function gives None so far. If you have written it, a `return` is missing."
    if unanswered:
        return "not yet", first
    cases = f"all {len(exercise.inputs)} hidden cases" if len(exercise.inputs) > 1 else "the check"
    return "right", f"It passes {cases}."


def _examine(name: str, function: Any) -> Result:
    exercise = EXERCISES.get(name) if isinstance(name, str) else None
    if exercise is None:
        close = difflib.get_close_matches(str(name), EXERCISES, n=3)
        like = f" Did you mean {' or '.join(close)}?" if close else f" There are: {', '.join(EXERCISES)}."
        return Result(brief(name), "unclear", f"No exercise has this name.{like}")
    if not callable(function):
        given = "None" if function is None else brief(function)
        return Result(name, "unclear", f"Give the function itself, without calling it; this is {given}.")
    try:
        verdict, message = examine(exercise, function)
    except Exception as error:  # nothing that a learner's object does stops the notebook
        verdict, message = "not yet", f"The answer could not be compared ({type(error).__name__})."
    if verdict == "right":
        _failures.pop(name, None)
    elif verdict == "not yet":
        _failures[name] += 1
    return Result(name, verdict, message, exercise.hint if verdict == "not yet" and _failures[name] > 1 else "")


def _trouble(exercise: Exercise, arguments: tuple[Any, ...], answer: Any) -> str | None:
    if exercise.judge is not None:
        try:
            wrong = exercise.judge(answer)
        except Exception:
            wrong = f"That is of the type {type(answer).__name__}, and not what is asked for."
        return None if wrong is None else f"gave {brief(answer)}. {wrong}"
    expected = _expected(exercise, arguments)
    if exercise.compare is not None:
        try:
            wrong = exercise.compare(answer, expected)
        except Exception:
            wrong = f"That is of the type {type(answer).__name__}, and not what is asked for."
        return None if wrong is None else f"gave {brief(answer)}. {wrong}"
    try:
        remark = difference(answer, expected, exercise.tolerance)
    except Exception:
        remark = f"It is of the type {type(answer).__name__}."
    return None if remark is None else f"gave {brief(answer)}, expected {brief(expected)}. {remark}".strip()


def _expected(exercise: Exercise, arguments: tuple[Any, ...]) -> Any:
    assert exercise.reference is not None, "without a reference there is a judge"
    return exercise.reference(*copy.deepcopy(arguments))


def _wants_none(exercise: Exercise, arguments: tuple[Any, ...]) -> bool:
    return exercise.judge is None and _expected(exercise, arguments) is None


def _called(exercise: Exercise, function: Any, arguments: tuple[Any, ...]) -> str:
    """The call as one would write it, with the names of the arguments."""
    name = str(getattr(function, "__name__", "your function")).replace("<lambda>", "your function")
    try:
        names = list(inspect.signature(exercise.reference or function).parameters)
    except (TypeError, ValueError):
        names = []
    names = names if len(names) == len(arguments) else []
    told = [f"{n}={brief(a)}" for n, a in zip(names, arguments, strict=True)] if names else map(brief, arguments)
    return f"{name}({', '.join(told)})"


def _shell() -> Any:
    """The notebook's interpreter, None outside one."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module else None


def _cell() -> int | None:
    shell = _shell()
    return shell.execution_count if shell else None
