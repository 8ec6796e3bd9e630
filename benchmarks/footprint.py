"""What the package takes: seconds to import beyond numpy's own, and the memory of the largest search.

Usage: python benchmarks/footprint.py [--generations G]
"""

import argparse
import resource
import statistics
import subprocess
import sys

import wann_lite as wl


def seconds(code):
    """The median processor time of nine fresh interpreters that run `code`."""
    times = []
    for _ in range(9):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(times)


def main():
    """Measure both, and print as it goes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generations", type=int, default=25)
    chosen = parser.parse_args()
    beyond = seconds("import wann_lite") - seconds("import numpy")
    print(f"import wann_lite: {beyond:.3f} s of processor time beyond import numpy", flush=True)
    config = wl.SearchConfig.preset("paper", batch=5000, first_batch=5000)
    search = wl.Search(wl.tasks.Classification(wl.datasets.mnist()), config, seed=0)
    size = f"population {config.population}, {config.batch:,} images"
    for generation in search.run(generations=chosen.generations):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        if generation.generation % 5 == 0:
            print(f"{size}, generation {generation.generation}: at most {peak:.2f} GB", flush=True)


if __name__ == "__main__":
    main()
