"""What the package takes: seconds to import beyond numpy's own, and memory of the largest search. Usage: python benchmarks/footprint.py"""

import resource
import statistics
import subprocess
import sys
import time


def seconds(code):
    """The median of nine starts of a fresh interpreter that runs `code`."""
    times = []
    for _ in range(9):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


print(f"import wann_lite: {seconds('import wann_lite') - seconds('import numpy'):.3f} s beyond import numpy")

import wann_lite as wl  # noqa: E402 - timed above in processes of their own

config = wl.SearchConfig.preset("paper", batch=5000)
search = wl.Search(wl.tasks.Classification(wl.datasets.mnist()), config, seed=0)
for generation in search.run(generations=25):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    if generation.generation % 5 == 0:
        print(
            f"population {config.population}, {config.batch:,} images, generation {generation.generation}: at most {peak:.2f} GB",
            flush=True,
        )
