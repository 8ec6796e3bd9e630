"""What to expect on data that no setting was chosen on: informed and blind search in the same time, several seeds.

Usage: python benchmarks/own_data.py [--seconds 10] [--seeds 0 1 2] [--jobs 2]

Digits of other sizes than the settings were chosen with, the same images without their shape, and examples from four
generators, with and without an image's neighbourhoods. All settings are those of the presets. Seconds are those of
the processor, so that other programs on the machine take nothing away. Each search's record is kept in
benchmarks/results/own_data.json as soon as it ends, and none that is there is made again.
"""

import argparse
import json
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import product

import numpy as np
from machine import described
from tables import RESULTS as FOLDER
from tables import own_data_table

import wann_lite as wl
from wann_lite.datasets import Dataset, digits, from_arrays, mnist, moons, spirals
from wann_lite.files import write_atomically

RESULTS = FOLDER / "own_data.json"
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
        "random": float(score.random.mean()),
        "spread": float(score.random.std()),
        "connections": search.champion.n_connections,
        "generations": search.generation,
    }


def places(record):
    """Where a record stands among all data and presets."""
    return list(DATA).index(record["data"]), PRESETS.index(record["preset"])


def main():
    """Run all and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    records = kept.get("records", []) if kept.get("seconds") == chosen.seconds else []
    done = {(its["data"], its["preset"], its["seed"]) for its in records}
    jobs = [(name, preset, seed) for seed, name, preset in product(chosen.seeds, DATA, PRESETS)]
    machine = described()
    with ProcessPoolExecutor(chosen.jobs) as pool:
        waiting = [pool.submit(run, *job, chosen.seconds) for job in jobs if job not in done]
        for ended in as_completed(waiting):
            # In the order of the table, whichever ended first.
            records = sorted([*records, ended.result()], key=lambda its: [*places(its), its["seed"]])
            result = {"seconds": chosen.seconds, "machine": machine, "records": records}
            write_atomically(RESULTS, json.dumps(result, indent=1) + "\n")
    print(own_data_table())


if __name__ == "__main__":
    main()
