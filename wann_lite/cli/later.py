"""What the command line already names but this build does not have. When one of these arrives, its lines here go."""

from __future__ import annotations

import argparse

from .mistakes import Mistake

TASKS = ("swingup",)


def refuse(chosen: argparse.Namespace) -> None:
    """Refuse what is asked for if this build does not have it.

    Raises
    ------
    Mistake
        If it does not.
    """
    if chosen.task in TASKS:
        raise Mistake(
            f"this build does not have the task {chosen.task!r} yet: use mnist, or a task that `search --help` names"
        )
