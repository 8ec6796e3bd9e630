"""The command line: ``python -m wann_lite``."""

import os
import sys

from .cli import main

if __name__ == "__main__":
    # Python has none where a program is started with its output closed: what is printed then goes nowhere.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115 - open to the end
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115 - open to the end
    for stream in (sys.stdout, sys.stderr):
        # The name of a file may hold what a terminal's encoding has no letter for.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main())
