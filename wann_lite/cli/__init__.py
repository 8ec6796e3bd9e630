"""The command line. A mistake in what was asked for ends in one line on standard error and exit code 2."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

from .arguments import parse
from .mistakes import Mistake, in_one_line

__all__ = ["main"]

# As a shell counts a program that a signal ended: 128 and the number of SIGINT or SIGPIPE.
_INTERRUPTED = 130
_NOBODY_READS = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for.

    Parameters
    ----------
    arguments : sequence of str, optional
        What follows ``python -m wann_lite``; the command line of this process if not given.

    Returns
    -------
    int
        The exit code: 0; 2 after a mistake; 130 or 143 if Ctrl-C or a signal to terminate ended it; 141 if nobody
        reads what is printed any more.

    Examples
    --------
    >>> main(["info"])
    wann_lite ...
    0
    """
    typed = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _run(typed)
        sys.stdout.flush()
        return code
    except SystemExit as finished:  # argparse, after --help and --version
        return 0 if finished.code is None else int(finished.code)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        _print_no_more()
        return _NOBODY_READS
    except MemoryError:
        problem = "there is not enough memory for this: use fewer examples or a smaller network"
    except OSError as error:
        _print_no_more()
        problem = (
            f"what this prints cannot be written ({error.strerror or error}): make room there, or send it elsewhere"
        )
    except Mistake as mistake:
        problem = str(mistake)
    print(f"wann_lite: {in_one_line(problem)}", file=sys.stderr)
    return 2


def _run(typed: list[str]) -> int:
    chosen = parse(typed)
    module = importlib.import_module(f".{chosen.module}", __package__)  # loaded when asked for: help is at once
    code: int = module.run(chosen)
    return code


def _print_no_more() -> None:
    """What waits to be printed to a closed or full output would fail again when Python ends: let it go."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
