"""What a checkpoint costs: its size, the time to write it and to resume from it, and the share of a run that it takes.

Usage: python benchmarks/checkpoint.py [--populations P ...] [--connections N ...] [--births N] [--out FILE]

A population descends from one network of that many connections, and its ancestry is a line of so many births. Times are
medians of processor time; writing includes flushing to the disk, by the clock on the wall. The command line writes the
next checkpoint after fifty times what the last one took, and not within three seconds, which gives the share.
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from machine import described
from workload import config_of, grown, search_at

import wann_lite as wl
from wann_lite import checkpoint
from wann_lite.cli.running import CHECKPOINT_SHARE, SAVE_EVERY
from wann_lite.files import write_atomically
from wann_lite.lineage import Birth
from wann_lite.operators import Mutation

RESULTS = Path(__file__).parent / "results"


def lengthen(search, births):
    """Give all founders of a search the same long line of ancestors."""
    founders = set()
    for individual in search.population:
        birth = individual.birth
        while birth.parent is not None:
            birth = birth.parent
        founders.add(birth)
    trunk, rng = Birth(), np.random.default_rng(0)
    for generation in range(births):
        source, target = rng.integers(1, 257), rng.integers(257, 600)
        trunk = Birth(trunk, (Mutation("add_connection", int(source), int(target)),), generation, rng.random())
    for founder in founders:
        founder.parent = trunk


def median(action, rounds, clock=time.process_time):
    """The median seconds of so many calls."""
    times = []
    for _ in range(rounds):
        started = clock()
        action()
        times.append(clock() - started)
    return statistics.median(times)


def measured(task, population, connections, births, rounds):
    """The costs of a checkpoint of one search."""
    config = config_of(images=500, population=population, batch_every=1)
    search = search_at(task, grown(connections, config, np.random.default_rng(0)), config)
    lengthen(search, births)
    content = checkpoint.to_bytes(search)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "checkpoint.npz")
        make = median(lambda: checkpoint.to_bytes(search), rounds)
        write = median(lambda: write_atomically(path, content), rounds, time.perf_counter)
        resume = median(lambda: wl.Search.resume(path, task), rounds)
    cost = make + write
    return {
        "population": population,
        "connections": connections,
        "births": births,
        "megabytes": len(content) / 1e6,
        "make_seconds": make,
        "write_seconds": write,
        "resume_seconds": resume,
        "share": cost / (cost + max(SAVE_EVERY, cost / CHECKPOINT_SHARE)),
    }


def main():
    """Measure, print as it goes, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--populations", type=int, nargs="+", default=[48, 192, 960])
    parser.add_argument("--connections", type=int, nargs="+", default=[1000, 1849])
    parser.add_argument("--births", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", default=RESULTS / "checkpoint.json")
    chosen = parser.parse_args()
    task = wl.tasks.Classification(wl.datasets.mnist())
    record = {"machine": described(), "rows": []}
    print("population  connections  births      MB  make s  write s  resume s  share")
    for population in chosen.populations:
        for connections in chosen.connections:
            row = measured(task, population, connections, chosen.births, chosen.rounds)
            record["rows"].append(row)
            write_atomically(chosen.out, json.dumps(record, indent=1) + "\n")
            print(
                f"{population:10}{connections:13,}{chosen.births:8,}{row['megabytes']:8.2f}{row['make_seconds']:8.3f}"
                f"{row['write_seconds']:9.3f}{row['resume_seconds']:10.2f}{row['share']:7.1%}",
                flush=True,
            )


if __name__ == "__main__":
    main()
