"""What the package takes: seconds to import beyond numpy's own, and the memory of searches, large and long ones.

Usage: python benchmarks/footprint.py [--generations G] [--populations P ...] [--images N ...] [--memory M ...]

Every search of the table runs in a fresh process, on a population whose networks descend from one of 1,849
connections; its memory is the most that the process ever took, images included. Batches are as large as `memory`
allows. Populations of all sizes have the preset `default`; the last search of the table has `informed`, with its own
population and the largest of its batches.

The long search has the preset `default`, small batches and at most 300 connections, which it soon has: from there on
nothing should grow.
"""

import argparse
import itertools
import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np
from machine import described
from workload import config_of, grown, search_at

import wann_lite as wl
from wann_lite.files import write_atomically

RESULTS = Path(__file__).parent / "results"
STATM = Path("/proc/self/statm")


def seconds(code):
    """The median processor time of nine fresh interpreters that run `code`."""
    times = []
    for _ in range(9):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(times)


def peak_megabytes():
    """The most memory that this process ever had."""
    unit = 1 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def resident_megabytes():
    """The memory of this process now; where the system does not tell, the most that it ever had."""
    if STATM.exists():
        return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    return peak_megabytes()


def searched_in(preset, population, images, memory, connections, generations):
    """The peak memory of this process before and after a search, in megabytes."""
    task = wl.tasks.Classification(wl.datasets.mnist())
    before = peak_megabytes()
    config = config_of(preset, images=images, population=population).replace(memory=memory)
    search = search_at(task, grown(connections, config, np.random.default_rng(0)), config)
    for _ in range(generations):
        search.step()
    return {
        "preset": preset,
        "population": population,
        "images": images,
        "allowed": memory,
        "batch": search._engine.n,
        "before": before,
        "peak": peak_megabytes(),
    }


def long_search(generations):
    """The memory of this process, at some twenty generations on the way."""
    config = wl.SearchConfig(batch=500, first_batch=500, max_connections=300, validate_every=10**6)
    search = wl.Search(wl.tasks.Classification(wl.datasets.mnist()), config, seed=0)
    every = max(1, generations // 20)
    for generation in search.run(generations=generations):
        if generation.generation % every == 0:
            yield generation.generation, generation.connections, resident_megabytes()


def main():
    """Measure, print as it goes, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generations", type=int, default=5000)
    parser.add_argument("--populations", type=int, nargs="+", default=[48, 960])
    parser.add_argument("--images", type=int, nargs="+", default=[1000, 5000])
    parser.add_argument("--memory", nargs="+", default=["500MB", "2GB"])
    parser.add_argument("--informed-images", type=int, help="if not as many as the preset has")
    parser.add_argument("--connections", type=int, default=1849)
    parser.add_argument("--out", default=RESULTS / "footprint.json")
    chosen = parser.parse_args()
    record = {"machine": described(), "import_seconds": seconds("import wann_lite") - seconds("import numpy")}
    print(f"import wann_lite: {record['import_seconds']:.3f} s of processor time beyond import numpy", flush=True)
    record["searches"] = []
    informed = wl.SearchConfig.preset("informed")
    cases = [
        *itertools.product(["default"], chosen.populations, chosen.images, chosen.memory),
        ("informed", informed.population, chosen.informed_images or informed.batch, informed.memory),
    ]
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as fresh:
        for case in cases:
            row = fresh.apply(searched_in, (*case, chosen.connections, 12))
            record["searches"].append(row)
            print(
                f"{row['preset']}, population {row['population']}, {row['images']:,} images, "
                f"memory={row['allowed']!r}: a batch of {row['batch']:,}, "
                f"at most {row['peak']:,.0f} MB, {row['before']:,.0f} before it",
                flush=True,
            )
    record["long"] = []
    for generation, connections, megabytes in long_search(chosen.generations):
        record["long"].append({"generation": generation, "connections": connections, "megabytes": megabytes})
        print(f"generation {generation}: {connections} connections, {megabytes:,.1f} MB", flush=True)
    write_atomically(chosen.out, json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
