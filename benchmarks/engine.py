"""Networks a second: the engine, generation by generation, against the reference evaluator, network by network.

Usage: python benchmarks/engine.py [--generations G] [--out benchmarks/results/engine.json]

The networks are grown from a sparse start to the size asked for; every fifth of those mutations inserts a hidden node.
A generation is all that the search does in one: ranking, mutation, evaluation at six shared weights, and every fourth
time a change of batch. The reference is the forward pass and the loss, at a scale that is fixed beforehand, as the
engine's is between changes of batch. Both are measured by processor time, one after the other, on one core.
"""

import argparse
import json
import resource
import time
from pathlib import Path

import numpy as np
from machine import described

import wann_lite as wl
from wann_lite.files import write_atomically
from wann_lite.lineage import Birth
from wann_lite.losses import best_scale, cross_entropy
from wann_lite.mutation import mutate
from wann_lite.search import Individual

RESULTS = Path(__file__).parent / "results"
SIZES = (100, 300, 1000, 1849)
BATCHES = (1000, 5000)
POPULATION = 192
GROWTH = {"add_connection": 0.8, "insert_node": 0.2}


def grown(size, config, rng):
    """A sparse network and what random mutation makes of it."""
    network = wl.Network.sparse(256, 10, 0.03, rng)
    while network.n_connections < size:
        network, _ = mutate(network, rng, GROWTH, config.activations)
    return network


def search_at(task, network, batch, rng):
    """A search whose population descends from one network, a few mutations away from it."""
    config = wl.SearchConfig(
        population=POPULATION, batch=batch, first_batch=batch, batch_every=4, max_connections=None, validate_every=10**6
    )
    search = wl.Search(task, config, seed=0)
    search.step()
    engine = search._engine
    founders = []
    for _ in range(POPULATION):
        child = network
        for _ in range(3):
            child, _ = mutate(child, rng, config.rates, config.activations)
        founders.append(Individual(engine.found(child), Birth(), child))
    search.population = founders
    search._losses = np.array([founder.losses for founder in founders], dtype=float)
    return search


def incremental(search, generations):
    """Networks a second, after a few generations to warm up."""
    for _ in range(4):
        search.step()
    networks, started = search.networks, time.process_time()
    for _ in range(generations):
        search.step()
    return (search.networks - networks) / (time.process_time() - started)


def from_scratch(search, network):
    """Networks a second of the reference evaluator, with the loss."""
    x, labels = search.task.batch(search.config.batch, np.random.default_rng(0))
    weights = search.config.weights
    scale = best_scale(wl.evaluate(network, x, weights), labels)[:, None, None]
    started, done = time.process_time(), 0
    while time.process_time() - started < 1 or not done:
        cross_entropy(wl.evaluate(network, x, weights) * scale, labels)
        done += 1
    return done / (time.process_time() - started)


def main():
    """Measure, print a table, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generations", type=int, default=40)
    parser.add_argument("--out", default=RESULTS / "engine.json")
    chosen = parser.parse_args()
    task = wl.tasks.Classification(wl.datasets.mnist())
    rows = []
    print(
        f"{'images':>7}{'connections':>13}{'hidden':>8}{'engine /s':>11}{'reference /s':>14}{'ratio':>8}{'memory':>9}"
    )
    for batch in BATCHES:
        for size in SIZES:
            rng = np.random.default_rng(size)
            network = grown(size, wl.SearchConfig(), rng)
            search = search_at(task, network, batch, rng)
            fast, slow = incremental(search, chosen.generations), from_scratch(search, network)
            held = search._engine.backend.held_bytes
            row = {
                "images": batch,
                "connections": size,
                "hidden": network.n_hidden,
                "engine_per_second": fast,
                "reference_per_second": slow,
                "ratio": fast / slow,
                "held_megabytes": held / 2**20,
            }
            rows.append(row)
            print(
                f"{batch:7,}{size:13,}{network.n_hidden:8}{fast:11,.0f}{slow:14,.1f}{fast / slow:8,.0f}"
                f"{held / 2**20:7,.0f}MB",
                flush=True,
            )
    cost = {batch: [1 / row["engine_per_second"] for row in rows if row["images"] == batch] for batch in BATCHES}
    for batch in BATCHES:
        ratio = cost[batch][-1] / cost[batch][0]
        print(f"{batch:,} images: a network of {SIZES[-1]:,} costs {ratio:.1f} of one of {SIZES[0]}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    print(f"greatest memory of the process: {peak:,.0f} MB")
    record = {"machine": described(), "population": POPULATION, "weights": 6, "rows": rows, "peak_megabytes": peak}
    write_atomically(chosen.out, json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
