"""What checkpoints cost: their share of a run, their size, and the time to make one, to write it and to resume from it.

Usage: python benchmarks/checkpoint.py [--seconds S] [--presets NAME ...] [--populations P ...] [--out FILE]

The share is measured: the command line searches MNIST for so many seconds with each preset, and by the clock on the
wall every generation is timed, and every making and writing of a checkpoint, the one at the end among them.

For the other figures a population descends from one network of that many connections, and its ancestry is a line of
10,000 births. They are medians of processor time; writing includes flushing to the disk, by the clock on the wall.
"""

import argparse
import contextlib
import io
import json
import statistics
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

import numpy as np
from machine import described
from workload import config_of, grown, load, search_at

import wann_lite as wl
from wann_lite import checkpoint, cli
from wann_lite.files import write_atomically
from wann_lite.lineage import Birth
from wann_lite.operators import Mutation
from wann_lite.run_folder import RunFolder
from wann_lite.search import Search

RESULTS = Path(__file__).parent / "results"
BIRTHS = 10_000


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


def run(preset, seconds):
    """One search by the command line: how long it lasted, and what part of that its checkpoints took."""
    makings, writings, searches = [], [], []

    def timed(owner, name, times):
        function = getattr(owner, name)

        def wrapped(*arguments, **options):
            started = time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                times.append(time.perf_counter() - started)

        return patch.object(owner, name, wrapped)

    with tempfile.TemporaryDirectory() as folder:
        asked = ("search", "mnist", "--preset", preset, "--minutes", seconds / 60, "--out", Path(folder, "run"))
        with (
            timed(checkpoint, "to_bytes", makings),
            timed(RunFolder, "save_checkpoint", writings),
            timed(Search, "step", searches),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            code = cli.main(list(map(str, asked)))
    if code or not writings:
        raise SystemExit(f"the search with the preset {preset} ended with {code} and {len(writings)} checkpoints")
    cost = sum(makings) + sum(writings)
    searched = sum(searches)
    return {
        "preset": preset,
        "seconds": searched + cost,
        "checkpoints": len(writings),
        "median_seconds": statistics.median(map(sum, zip(makings, writings, strict=True))),
        "share": cost / (searched + cost),
    }


def measured(task, population, connections, rounds):
    """The costs of a checkpoint of one search."""
    config = config_of(images=500, population=population, batch_every=1)
    search = search_at(task, grown(connections, config, np.random.default_rng(0)), config)
    lengthen(search, BIRTHS)
    content = checkpoint.to_bytes(search)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "checkpoint.npz")
        make = median(lambda: checkpoint.to_bytes(search), rounds)
        write = median(lambda: write_atomically(path, content), rounds, time.perf_counter)
        resume = median(lambda: wl.Search.resume(path, task), rounds)
    return {
        "population": population,
        "connections": connections,
        "births": BIRTHS,
        "megabytes": len(content) / 1e6,
        "make_seconds": make,
        "write_seconds": write,
        "resume_seconds": resume,
    }


def main():
    """Measure, print as it goes, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--presets", nargs="+", default=["informed", "paper"])
    parser.add_argument("--populations", type=int, nargs="+", default=[24, 960])
    parser.add_argument("--connections", type=int, default=1849)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", default=RESULTS / "checkpoint.json")
    chosen = parser.parse_args()
    task = wl.tasks.Classification(wl.datasets.mnist())
    record = {"machine": described(), "runs": [], "rows": []}
    for preset in chosen.presets:
        its = run(preset, chosen.seconds)
        record["runs"].append(its)
        print(
            f"{preset}: {its['checkpoints']} checkpoints of {its['median_seconds']:.3f} s in {its['seconds']:.0f} s, "
            f"{its['share']:.1%} of the time",
            flush=True,
        )
    print("population  connections      MB  make s  write s  resume s")
    for population in chosen.populations:
        row = measured(task, population, chosen.connections, chosen.rounds)
        record["rows"].append(row)
        record["load"] = load()
        write_atomically(chosen.out, json.dumps(record, indent=1) + "\n")
        print(
            f"{population:10}{chosen.connections:13,}{row['megabytes']:8.2f}{row['make_seconds']:8.3f}"
            f"{row['write_seconds']:9.3f}{row['resume_seconds']:10.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
