"""Which files each extension is compiled from, and their fingerprint, which is compiled into it.

Loaded by setup.py too, before anything else of the package can be.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

#: The extensions, each after those that it needs.
EXTENSIONS = ("_program", "_hot", "_genome", "_graph")
#: What they all may include.
SHARED = ("_genome.pxd", "_program.pxd", "dispatch.h", "kernels.h", "sources.h")

_FOLDER = Path(__file__).parent


def fingerprint(extension: str, folder: Path = _FOLDER) -> str | None:
    """What tells these sources from any others; None where they are not there, as in an installed wheel."""
    digest = hashlib.sha256()
    for file in (f"{extension}.pyx", *SHARED):
        try:
            digest.update((folder / file).read_bytes())
        except OSError:
            return None
    return "s" + digest.hexdigest()[:16]
