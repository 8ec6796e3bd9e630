"""Networks that this package's own search found, each with how it was found and what it does (`Network.found`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..network import Network

if TYPE_CHECKING:
    from ..finished_run import FinishedRun
    from ..lineage import Lineage

_FOLDER = Path(__file__).parent
_LINEAGES = _FOLDER / "lineages"

#: The champions that ship with the package. That of `mnist_cross_entropy` was searched for with the paper's loss, those
#: of `mnist_informed_0` and on with the preset ``informed`` and that seed, and `mnist_small` has 400 connections at
#: most.
NAMES: tuple[str, ...] = tuple(sorted(path.stem for path in _FOLDER.glob("*.json")))
#: The searches whose records ship with it.
RUNS: tuple[str, ...] = ("mnist",)
#: Another name for the one of all seeds that does best on validation images.
BEST = "mnist_informed"


def load(name: str) -> Network:
    """A champion by name, or the best of the seeds of the informed search by the name `BEST`.

    Raises
    ------
    ValueError
        If there is none of that name.

    Examples
    --------
    >>> load("mnist").n_outputs
    10
    """
    return Network.load(_FOLDER / f"{_known(name)}.json")


def lineage(name: str) -> Lineage:
    """The ancestry of a champion, from a sparse network without hidden nodes on.

    Raises
    ------
    ValueError
        If there is no champion of that name, or its lineage does not ship.

    Examples
    --------
    >>> lineage("mnist_small").founder.n_hidden
    0
    """
    from ..packing import unpack_lineage  # a champion alone needs no search

    champion, path = load(name), _LINEAGES / f"{_known(name)}.npz"
    if not path.exists():
        ships = ", ".join(sorted(path.stem for path in _LINEAGES.glob("*.npz")))
        raise ValueError(f"the lineage of the champion {name!r} does not ship: use one of {ships}")
    with np.load(path, allow_pickle=False) as arrays:
        return unpack_lineage(dict(arrays), champion.n_inputs, champion.n_outputs)


def run(name: str) -> FinishedRun:
    """The records of a whole search by name, to look at again without searching.

    It is a search of its own, whose champion is not the one that `load` gives for the same name. Some hundred of its
    generations are kept, evenly spread.

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
    return read_run(_FOLDER / name)


def _known(name: str) -> str:
    """The name of its file."""
    if name == BEST:
        seeds = [other for other in NAMES if other.startswith(f"{BEST}_")]
        name = max(seeds, key=lambda seed: (load(seed).found or {})["validation_accuracy"], default=name)
    if name not in NAMES:
        raise ValueError(f"unknown champion {name!r}: use one of {', '.join(NAMES)} or {BEST}")
    return name
