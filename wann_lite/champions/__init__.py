"""Networks that this package's own search found, each with how it was found (`Network.found`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..network import Network

if TYPE_CHECKING:
    from ..finished_run import FinishedRun

#: The champions that ship with the package. That of `mnist_cross_entropy` was searched for with the paper's loss.
NAMES: tuple[str, ...] = ("mnist", "mnist_cross_entropy")
#: The searches whose records ship with it.
RUNS: tuple[str, ...] = ("mnist",)


def load(name: str) -> Network:
    """A champion by name.

    Raises
    ------
    ValueError
        If there is none of that name.

    Examples
    --------
    >>> load("mnist").n_outputs
    10
    """
    if name not in NAMES:
        raise ValueError(f"unknown champion {name!r}: use one of {', '.join(NAMES)}")
    return Network.load(Path(__file__).with_name(f"{name}.json"))


def run(name: str) -> FinishedRun:
    """The records of a whole search by name, to look at again without searching.

    Some hundred of its generations are kept, evenly spread.

    Raises
    ------
    ValueError
        If there is none of that name.

    Examples
    --------
    >>> run("mnist").generations[0].networks > 0
    True
    """
    from ..finished_run import read_run  # a champion alone needs no search

    if name not in RUNS:
        raise ValueError(f"unknown run {name!r}: use one of {', '.join(RUNS)}")
    return read_run(Path(__file__).with_name(name))
