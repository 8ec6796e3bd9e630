"""Put the records of a search into the package, where lessons replay them.

Usage: python benchmarks/ship_run.py RUN_FOLDER [--name mnist] [--lines 400]

Of the generations so many are kept, evenly spread, the first and the last among them; a run has tens of thousands.
"""

import argparse
import shutil
from pathlib import Path

import numpy as np

from wann_lite import champions
from wann_lite.files import write_atomically
from wann_lite.finished_run import read_run


def main():
    """Copy what `wann_lite.champions.run` reads."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--name", default="mnist")
    parser.add_argument("--lines", type=int, default=400)
    options = parser.parse_args()
    read_run(options.run)  # refuses what is not the folder of a run
    folder = Path(champions.__file__).with_name(options.name)
    folder.mkdir(exist_ok=True)
    for file in ("config.json", "champion.json", "lineage.json"):
        if (options.run / file).exists():
            shutil.copy(options.run / file, folder)
    lines = (options.run / "generations.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = np.unique(np.linspace(0, len(lines) - 1, options.lines).round().astype(int))
    write_atomically(folder / "generations.jsonl", "".join(lines[i] for i in kept))
    print(read_run(folder).generations[-1])


if __name__ == "__main__":
    main()
