"""Networks a second: the engine with each of its backends, and the reference evaluator, side by side on one core.

Usage: python benchmarks/engine.py [--rounds R] [--connections C ...] [--images N ...] [--out FILE]

A population of 192 descends from one network, which was grown from a sparse start to the size asked for; every fifth of
those mutations inserts a hidden node. The engine is timed over all that a search does in a generation: ranking,
mutation, evaluation at six shared weights, and every fourth time a change of batch. The reference takes networks of the
same population one by one: the forward pass and the loss, at a scale that is fixed beforehand, as the engine's is
between changes of batch.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from machine import described
from workload import BACKENDS, POPULATION, config_of, grown, load, one_by_one, search_at, searched, spread

import wann_lite as wl
from wann_lite.files import write_atomically
from wann_lite.losses import best_scale, cross_entropy

RESULTS = Path(__file__).parent / "results"


def compared(task, connections, images, rounds):
    """One row: networks a second of each, and the ratios of each round."""
    config = config_of(images=images)
    network = grown(connections, config, np.random.default_rng(connections))
    x, labels = (array[:images] for array in task.examples)
    scale = best_scale(wl.evaluate(network, x, config.weights), labels)[:, None, None]
    searches = {backend: search_at(task, network, config, backend=backend) for backend in BACKENDS}
    speeds = {name: [] for name in ("reference", *BACKENDS)}
    for _ in range(rounds):
        networks = [individual.network for individual in searches["numpy"].population[::32]]
        speeds["reference"].append(
            one_by_one(lambda one: cross_entropy(wl.evaluate(one, x, config.weights) * scale, labels), networks)
        )
        for backend, search in searches.items():
            speeds[backend].append(searched(search, 12))
    return {
        "images": images,
        "connections": connections,
        "hidden": network.n_hidden,
        "per_second": {name: spread(values) for name, values in speeds.items()},
        "ratio": {name: spread(np.divide(speeds[name], speeds["reference"])) for name in BACKENDS},
        "backends": spread(np.divide(speeds[BACKENDS[-1]], speeds["numpy"])),
        "held_megabytes": {name: search._engine.shards.held_bytes / 2**20 for name, search in searches.items()},
    }


def main():
    """Measure row by row, print each and write all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, nargs="+", default=[100, 300, 1000, 1849])
    parser.add_argument("--images", type=int, nargs="+", default=[1000, 5000])
    parser.add_argument("--out", default=RESULTS / "engine.json")
    chosen = parser.parse_args()
    task = wl.tasks.Classification(wl.datasets.mnist())
    record = {"machine": described(), "population": POPULATION, "weights": 6, "rounds": chosen.rounds, "rows": []}
    headings = "".join(f"{name + ' /s':>12}{'ratio':>7}{'held':>8}" for name in BACKENDS)
    print(f" images  connections  hidden  reference /s{headings}   {BACKENDS[-1]}/numpy (quartiles)")
    for images in chosen.images:
        for connections in chosen.connections:
            row = compared(task, connections, images, chosen.rounds)
            record["rows"].append(row)
            record["load"] = load()
            write_atomically(chosen.out, json.dumps(record, indent=1) + "\n")
            print(line(row), flush=True)
        for name in BACKENDS:
            print(f"{images:,} images, {name}: {growth(record['rows'], images, name)}")


def line(row):
    """A row as one line of text."""
    speed = row["per_second"]
    backends = "".join(
        f"{speed[name]['median']:12,.0f}{row['ratio'][name]['median']:7,.0f}{row['held_megabytes'][name]:6,.0f}MB"
        for name in BACKENDS
    )
    faster = "{median:.2f} ({low:.2f}-{high:.2f})".format(**row["backends"])
    return (
        f"{row['images']:7,}{row['connections']:13,}{row['hidden']:8}{speed['reference']['median']:14.1f}{backends}"
        f"   {faster}"
    )


def growth(rows, images, name):
    """What a network of the largest size costs, against one of the smallest."""
    speeds = {row["connections"]: row["per_second"][name]["median"] for row in rows if row["images"] == images}
    least, greatest = min(speeds), max(speeds)
    return f"a network of {greatest:,} connections costs {speeds[least] / speeds[greatest]:.2f} of one of {least:,}"


if __name__ == "__main__":
    main()
