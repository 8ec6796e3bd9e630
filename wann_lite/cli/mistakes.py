"""What the person at the keyboard can mend, told in one line."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from ..engine.shards import ClusterError


class Mistake(Exception):  # noqa: N818 - nothing has failed but what was asked for
    """Something asked for that cannot be done: what was given, what is allowed, what to do."""


@contextlib.contextmanager
def told_in_one_line(where: str = "") -> Iterator[None]:
    """Turn the errors that the package raises where a bad value enters into a `Mistake`.

    To be used around the reading and making of things, never around a computation: an error there is a fault of the
    program, whose traceback is wanted.

    Parameters
    ----------
    where : str
        What the message begins with, such as the option that the value came from.

    Raises
    ------
    Mistake
        In place of a ValueError, ImportError or ClusterError, or of the OSError of a file that cannot be written.
    """
    try:
        yield
    except (ValueError, ImportError, ClusterError) as error:
        raise Mistake(_after(where, str(error))) from error
    except OSError as error:
        raise Mistake(
            _after(where, f"it cannot be written ({error.strerror or error}): choose another file")
        ) from error


def in_one_line(text: str) -> str:
    r"""The text without line breaks, and with control characters as escapes, which a terminal would obey.

    Examples
    --------
    >>> print(in_one_line("two\nlines and \x1b[31mred"))
    two lines and \x1b[31mred
    """
    words = " ".join(text.split())
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in words)


def _after(where: str, text: str) -> str:
    return f"{where}: {text}" if where else text
