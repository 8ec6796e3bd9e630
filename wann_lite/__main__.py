"""The command line: ``python -m wann_lite``."""

import sys

from .cli import main

if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # The name of a file may hold what a terminal's encoding has no letter for.
            stream.reconfigure(errors="backslashreplace")
    sys.exit(main())
