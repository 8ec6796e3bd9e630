"""What a second thread brings: the same search with one worker and with two, in turns of a fraction of a second.

Usage: python benchmarks/threads.py [--rounds R] [--workers W] [--connections C ...] [--images N ...] [--out FILE]

Both have the same shards, so both find the same networks, which is checked; the population is that of `engine.py`. Here
the clock is the clock on the wall, so other programs disturb it: beside the median of the rounds' ratios stands the
ratio of each candidate's best round, the one that was disturbed least, and the load of the machine is recorded.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
from machine import described
from workload import BACKENDS, POPULATION, config_of, grown, load, search_at, searched, spread

import wann_lite as wl
from wann_lite.files import write_atomically

RESULTS = Path(__file__).parent / "results"


def compared(task, connections, images, workers, rounds):
    """One row: networks a second with one worker and with several."""
    config = config_of(images=images).replace(shards=workers)
    network = grown(connections, config, np.random.default_rng(connections))
    searches = {count: search_at(task, network, config, backend=BACKENDS[-1], workers=count) for count in (1, workers)}
    speeds = {count: [] for count in searches}
    for _ in range(rounds):
        for count, search in searches.items():
            speeds[count].append(searched(search, 4, time.perf_counter))
    one, several = ([individual.losses for individual in search.population] for search in searches.values())
    np.testing.assert_array_equal(one, several)
    return {
        "images": images,
        "connections": connections,
        "workers": workers,
        "backend": BACKENDS[-1],
        "per_second": {str(count): spread(values) for count, values in speeds.items()},
        "ratio": spread(np.divide(speeds[workers], speeds[1])),
        "ratio_of_best": max(speeds[workers]) / max(speeds[1]),
        "load": load(),
    }


def main():
    """Measure row by row, print each and write all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--connections", type=int, nargs="+", default=[300, 1849])
    parser.add_argument("--images", type=int, nargs="+", default=[1000, 5000])
    parser.add_argument("--out", default=RESULTS / "threads.json")
    chosen = parser.parse_args()
    task = wl.tasks.Classification(wl.datasets.mnist())
    record = {"machine": described(), "population": POPULATION, "rounds": chosen.rounds, "rows": []}
    for images in chosen.images:
        for connections in chosen.connections:
            row = compared(task, connections, images, chosen.workers, chosen.rounds)
            record["rows"].append(row)
            write_atomically(chosen.out, json.dumps(record, indent=1) + "\n")
            one, several = (row["per_second"][str(count)]["median"] for count in (1, chosen.workers))
            print(
                f"{images:,} images, {connections:,} connections: {one:,.0f} networks a second with one worker, "
                f"{several:,.0f} with {chosen.workers}; "
                "ratio {median:.2f} ({low:.2f}-{high:.2f})".format(**row["ratio"]),
                f"of the best rounds {row['ratio_of_best']:.2f}, load {row['load']}",
                flush=True,
            )


if __name__ == "__main__":
    main()
