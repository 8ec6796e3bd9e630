"""Call a learner's function so that nothing it does reaches beyond the call."""

from __future__ import annotations

import contextlib
import copy
import dis
import io
import linecache
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any

#: How many lines of its own a function may run in one case: about two seconds.
STEPS = 4_000_000
#: How many characters it may print in one case.
CHARACTERS = 20_000


class _Halt(BaseException):
    """Beyond a limit. Not an Exception, so that ``except Exception`` in a learner's loop lets it pass."""


class _Page(io.StringIO):
    def write(self, text: str) -> int:
        if self.tell() + len(text) > CHARACTERS:
            raise _Halt(f"printed more than {CHARACTERS:,} characters: does its loop ever end?")
        return super().write(text)


@dataclass(frozen=True)
class Trial:
    """What a call gave.

    Attributes
    ----------
    answer : object
        None if it failed.
    printed : str
        What the function printed meanwhile.
    failure : str or None
        What happened instead of an answer, in words that follow the function's name.
    """

    answer: Any
    printed: str = ""
    failure: str | None = None


def attempt(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Trial:
    """Call `function` with copies of `arguments`, whatever it does.

    Parameters
    ----------
    function : callable
        It may raise anything, print without end, loop without end or change its arguments.
    arguments : tuple

    Notes
    -----
    An endless loop is told by counting the lines that run in the file or cell where the function stands: the
    count is the same on a slow machine and a fast one, needs no signal and no thread, and so works on
    every system and inside a notebook. What it cannot end is one call that never returns from compiled code, or a
    loop that catches every exception; there the notebook's stop button remains.

    Examples
    --------
    >>> attempt(lambda x: 1 / x, (0,)).failure
    'raised ZeroDivisionError: division by zero'
    """
    page = _Page()
    failure, answer = None, None
    copies = copy.deepcopy(arguments)
    try:
        with contextlib.redirect_stdout(page), contextlib.redirect_stderr(page), _limited_steps(function):
            answer = function(*copies)
    except _Halt as halt:
        failure = str(halt)
    except KeyboardInterrupt:
        failure = "was stopped before it gave an answer"
    except BaseException as error:  # SystemExit too: the notebook goes on
        failure = _described(error, function)
    return Trial(answer, page.getvalue(), failure)


@contextlib.contextmanager
def _limited_steps(function: Callable[..., Any]) -> Any:
    home = _home(function)
    steps = 0

    def count(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal steps
        # Lines of other files are not the learner's; leaving them untraced keeps them fast.
        if frame.f_code.co_filename != home:
            return None
        if event == "call":
            frame.f_trace_opcodes = _jumps_to_itself(frame.f_code)
        steps += 1
        if steps > STEPS:
            raise _Halt(f"ran {STEPS:,} lines without an end: does its loop ever stop?")
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        yield
    finally:
        sys.settrace(before)


@lru_cache(maxsize=256)
def _jumps_to_itself(code: CodeType) -> bool:
    """Whether a loop is one instruction, as ``while True: pass`` is: before Python 3.12 it begins no line anew."""
    jumps = {*dis.hasjrel, *dis.hasjabs}
    return any(step.opcode in jumps and step.argval == step.offset for step in dis.get_instructions(code))


def _home(function: Callable[..., Any]) -> str | None:
    code = getattr(getattr(function, "__wrapped__", function), "__code__", None)
    return code.co_filename if code else None


def _described(error: BaseException, function: Callable[..., Any]) -> str:
    try:
        words = " ".join(str(error).split())
    except Exception:
        words = ""
    told = f"raised {type(error).__name__}" + (f": {_cut(words, 200)}" if words else "")
    line, trace = "", error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _home(function):
            line = linecache.getline(trace.tb_frame.f_code.co_filename, trace.tb_lineno).strip()
        trace = trace.tb_next
    # A lambda's line is the line that it was passed in.
    named = getattr(function, "__name__", "<lambda>") != "<lambda>"
    return f"{told}, in the line `{_cut(line, 100)}`" if line and named else told


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 4] + " ..."
