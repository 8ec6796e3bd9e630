"""Networks that this package's own search found, each with how it was found (`Network.found`)."""

from __future__ import annotations

from pathlib import Path

from ..network import Network

#: The champions that ship with the package.
NAMES: tuple[str, ...] = ("mnist",)


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
