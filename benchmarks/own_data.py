"""What to expect on data that no setting was chosen on: informed and blind search in the same time, several seeds.

Usage: python benchmarks/own_data.py [--seconds 10] [--sets SET ...] [--presets PRESET ...] [--seeds 0 1 2] [--jobs 2]

Digits of other sizes than the settings were chosen with, the same images without their shape, and examples from four
generators, with and without an image's neighbourhoods. All settings are those of the presets. Seconds are those of
the processor, on the one core that a search uses, so that other programs on the machine take nothing away. Each
search's record is kept in `--out` as soon as it ends, and none that is there is made again. The table has a column for
each preset and length of search, of which some may be measured on some data alone:

    python benchmarks/own_data.py --seconds 120 --sets "digits, 28x28" --presets informed
"""

import argparse
import json
import os
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import product
from pathlib import Path

# One core, so that processor time is the time of a search; numpy reads these when it is loaded.
os.environ |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import numpy as np
from machine import described
from tables import RESULTS, machines, own_data_table

import wann_lite as wl
from wann_lite.datasets import Dataset, digits, from_arrays, mnist, moons, spirals
from wann_lite.files import write_atomically

PRESETS = ("informed", "default")
FEATURES = 20


def flat(data: Dataset) -> Dataset:
    """The same images as rows of numbers, whose neighbours nobody knows."""
    return Dataset(
        f"{data.name}, flat",
        *(data.x_train, data.y_train, data.x_validation, data.y_validation, data.x_test, data.y_test),
        data.n_classes,
    )


def lifted(data: Dataset) -> Dataset:
    """Points in the plane as rows of 20 numbers: each a random mixture of the two coordinates, with some noise."""
    rng = np.random.default_rng(0)
    x, y = (np.concatenate([getattr(data, f"{name}_{part}") for part in ("train", "test")]) for name in "xy")
    mixed = x @ rng.normal(size=(2, FEATURES)) + rng.normal(scale=0.05, size=(len(x), FEATURES))
    return from_arrays(mixed, y, name=f"{data.name}, {FEATURES} mixtures")


def clouds() -> Dataset:
    """Five overlapping clouds of points in 20 dimensions, one of them rare, none where its axes are equally long."""
    rng = np.random.default_rng(0)
    labels = rng.choice(5, 3000, p=[0.3, 0.3, 0.2, 0.15, 0.05])
    centres, lengths = rng.normal(scale=0.7, size=(5, FEATURES)), rng.uniform(0.3, 3, FEATURES)
    return from_arrays((centres[labels] + rng.normal(size=(3000, FEATURES))) * lengths, labels, name="clouds")


def shell() -> Dataset:
    """Inside or outside a ball: five of 20 numbers count, and only their squares."""
    x = np.random.default_rng(0).normal(size=(3000, FEATURES))
    return from_arrays(x, (np.square(x[:, :5]).sum(axis=1) > 4.35).astype(int), name="shell")


DATA = {
    "digits, 8x8": digits,
    "digits, 28x28": lambda: mnist(28),
    "digits, 28x28, flat": lambda: flat(mnist(28)),
    "moons in 20 dimensions": lambda: lifted(moons()),
    "spirals in 20 dimensions": lambda: lifted(spirals()),
    "five clouds": clouds,
    "shell": shell,
}


def run(name, preset, seed, seconds):
    """One search, and how its champion does on test examples."""
    data = DATA[name]()
    search = wl.Search(wl.tasks.Classification(data), wl.SearchConfig.preset(preset), seed=seed)
    began = time.process_time()
    for _ in search.run():
        if time.process_time() - began > seconds:
            break
    score = wl.score(search.champion, data)
    return {
        "data": name,
        "preset": preset,
        "seed": seed,
        "seconds": seconds,
        "machine": described(),
        "random": float(score.random.mean()),
        "spread": float(score.random.std()),
        "connections": search.champion.n_connections,
        "generations": search.generation,
    }


def place(record):
    """Where a record stands among all others."""
    return (
        list(DATA).index(record["data"]),
        record["seconds"],
        PRESETS.index(record["preset"]),
        record["seed"],
    )


def read(path):
    """What earlier runs wrote."""
    return json.loads(path.read_text())["records"] if path.exists() else []


def main():
    """Run what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10, help="of processor time a search")
    parser.add_argument("--sets", nargs="+", choices=DATA, default=list(DATA), metavar="SET", help="; ".join(DATA))
    parser.add_argument(
        "--presets", nargs="+", choices=PRESETS, default=PRESETS, metavar="PRESET", help="; ".join(PRESETS)
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--jobs", type=int, default=2, help="searches side by side")
    parser.add_argument("--out", type=Path, default=RESULTS / "own_data.json")
    chosen = parser.parse_args()
    records = read(chosen.out)
    done = {(its["data"], its["preset"], its["seed"], its["seconds"]) for its in records}
    # Seed by seed, so that a benchmark that is killed leaves something of every column.
    jobs = [
        (name, preset, seed, chosen.seconds)
        for seed, name, preset in product(chosen.seeds, chosen.sets, chosen.presets)
    ]
    with ProcessPoolExecutor(chosen.jobs) as pool:
        waiting = [pool.submit(run, *job) for job in jobs if job not in done]
        for ended in as_completed(waiting):
            # In the order of the table, whichever ended first.
            records = sorted([*records, ended.result()], key=place)
            write_atomically(chosen.out, json.dumps({"records": records}, indent=1) + "\n")
    print(own_data_table(chosen.out), machines(records), sep="\n\n")


if __name__ == "__main__":
    main()
