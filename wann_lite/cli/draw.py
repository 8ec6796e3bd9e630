"""The command `draw`."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..network import Network
from ..viz.draw import SUFFIXES, draw
from .mistakes import Mistake, told_in_one_line


def run(chosen: argparse.Namespace) -> int:
    """Draw a network to a file.

    Raises
    ------
    Mistake
        If the network cannot be read, or the picture cannot be written.
    """
    file = Path(chosen.file)
    where = f"-o {chosen.file!r}"
    if file.suffix.lower() not in SUFFIXES:
        raise Mistake(f"{where}: the name must end in {' or '.join(SUFFIXES)}")
    with told_in_one_line(where):
        if not file.parent.is_dir():
            raise Mistake(f"{where}: there is no folder {str(file.parent)!r}; make it, or choose another file")
    with told_in_one_line():
        drawing = draw(Network.load(chosen.network))
    with told_in_one_line(where):
        drawing.save(file)
    print(f"drawn to {file}")
    if drawing.note:
        print(drawing.note)
    return 0
