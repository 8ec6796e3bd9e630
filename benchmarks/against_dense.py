"""The engine against the dense evaluator of the original program, side by side on the same networks, on one core.

Usage: python benchmarks/against_dense.py [--rounds R] [--connections C ...] [--images N] [--out FILE]

Population 192, six shared weights, the preset `paper`. The engine's time is that of whole generations,
with ranking, mutation and changes of batch. The dense evaluator's is that of its forward passes and losses alone: how a
child is made and its matrix filled is not counted. It takes its networks from the very population that the engine has
reached. A round is a turn of the dense evaluator and a turn of each backend; a ratio is that of one round.

Networks are grown by random mutation, and the number of hidden nodes decides what the dense evaluator takes. Where a
fifth of the mutations inserts a node they are those of `engine.py`; where three in ten do, they have as many hidden
nodes as the search finds with this preset (146 at 627 connections, 93 at 483).
"""

import argparse
import json
import os
from pathlib import Path

# One core: numpy's matrix products would otherwise use all of them, and processor time would count each.
os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import numpy as np
from dense import answers, dense, losses
from machine import described
from workload import BACKENDS, POPULATION, config_of, grown, load, one_by_one, search_at, searched, spread

import wann_lite as wl
from wann_lite.files import write_atomically

RESULTS = Path(__file__).parent / "results"
#: The part of mutations that inserts a node, and generations between changes of batch.
CASES = [(inserting, every) for every in (4, 1) for inserting in (0.2, 0.3)]


def check_equal(network, x, weights):
    """Stop unless the dense evaluator answers as `wann_lite.evaluate` does."""
    matrix, names = dense(network)
    dense_answers = [answers(weight * matrix, names, x)[:, -network.n_outputs :] for weight in weights]
    np.testing.assert_allclose(dense_answers, wl.evaluate(network, x, weights), rtol=1e-6, atol=1e-9)


def compared(task, size, inserting, every, images, rounds):
    """One row: networks a second of each evaluator, and the ratios, with their spread over the rounds."""
    config = config_of("paper", images=images, batch_every=every)
    network = grown(size, config, np.random.default_rng(size), inserting)
    x, labels = (array[:images] for array in task.examples)
    x = x.astype(np.float64)  # as the original computes
    check_equal(network, x, config.weights)
    searches = {backend: search_at(task, network, config, backend=backend) for backend in BACKENDS}
    speeds = {name: [] for name in ("dense", *BACKENDS)}
    for _ in range(rounds):
        matrices = [dense(individual.network) for individual in searches["numpy"].population[::16]]
        speeds["dense"].append(one_by_one(lambda made: losses(*made, x, labels, config.weights), matrices))
        for backend, search in searches.items():
            speeds[backend].append(searched(search, 12))
    population = [individual.network for individual in searches["numpy"].population]
    return {
        "connections": size,
        "inserting": inserting,
        "batch_every": every,
        "images": images,
        "mean_connections": float(np.mean([network.n_connections for network in population])),
        "mean_hidden": float(np.mean([network.n_hidden for network in population])),
        "per_second": {name: spread(values) for name, values in speeds.items()},
        "ratio": {name: spread(np.divide(speeds[name], speeds["dense"])) for name in BACKENDS},
    }


def main():
    """Measure row by row, print each and write all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, nargs="+", default=[300, 1849])
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--out", default=RESULTS / "against_dense.json")
    chosen = parser.parse_args()
    task = wl.tasks.Classification(wl.datasets.mnist())
    record = {"machine": described(), "population": POPULATION, "weights": 6, "rounds": chosen.rounds, "rows": []}
    headings = "".join(f"{name + ' /s':>12}{'ratio (quartiles)':>20}" for name in BACKENDS)
    print(f"connections  hidden  new batch every   dense /s{headings}")
    for inserting, every in CASES:
        for size in chosen.connections:
            row = compared(task, size, inserting, every, chosen.images, chosen.rounds)
            record["rows"].append(row)
            record["load"] = load()
            write_atomically(chosen.out, json.dumps(record, indent=1) + "\n")
            print(line(row), flush=True)


def line(row):
    """A row as one line of text."""
    speed, ratio = row["per_second"], row["ratio"]
    backends = "".join(
        f"{speed[name]['median']:12,.0f}{'{median:.0f} ({low:.0f}-{high:.0f})'.format(**ratio[name]):>20}"
        for name in BACKENDS
    )
    return (
        f"{row['mean_connections']:11,.0f}{row['mean_hidden']:8,.0f}{row['batch_every']:17}"
        f"{speed['dense']['median']:11.1f}{backends}"
    )


if __name__ == "__main__":
    main()
