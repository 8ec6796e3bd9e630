"""What many workers would bring: the costs of a generation on a Dask cluster, and what follows from them.

Usage: python benchmarks/cluster.py [--rounds R] [--out FILE]

The population is that of `engine.py`, at 300 connections. A generation takes, with k workers that carry a shard each,

    T(k) = P + q * (L + d * k) + A * images / k

    P   seconds of Python in the driver: ranking, mutation, plans; what a generation takes beyond its array work
    q   how often the driver has to wait for answers
    L   seconds of a call's round trip, whatever the number of workers
    d   seconds that one more worker keeps the driver and its scheduler busy in a round
    A   seconds of array work for one image and all children of a generation, changes of batch included

P and A come from a straight line through the processor time of generations on 1,000 and 5,000 images, one thread and
no cluster, and q is counted. d is the slope of a straight line through the processor time that rounds of empty calls to
2, 8 and 32 shards take in this process, where the driver and the scheduler are; L is the fastest round trip to 2 of
them, less 2 d. The workers are two processes of this machine, reached directly. So the table is a prediction, not a
measurement: the network of a real cluster adds to L, and slower workers to A. Bytes are what Dask serialises for one
shard, without its envelopes.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
from distributed import Client, LocalCluster
from machine import described
from workload import BACKENDS, POPULATION, config_of, grown, load, search_at

import wann_lite as wl
from wann_lite.engine import Engine
from wann_lite.engine.cluster import connect
from wann_lite.files import write_atomically

RESULTS = Path(__file__).parent / "results"
CONNECTIONS, IMAGES, WORKERS, SHARDS = 300, 50_000, (1, 8, 64, 512), (2, 8, 32)


def generation_seconds(task, images, rounds):
    """Processor time of one generation on one thread, without a cluster: the median over rounds of four."""
    config = config_of(images=images).replace(shards=1)
    network = grown(CONNECTIONS, config, np.random.default_rng(CONNECTIONS))
    search, taken = search_at(task, network, config, backend=BACKENDS[-1]), []
    for _ in range(rounds):
        started = time.process_time()
        for _ in range(4):
            search.step()
        taken.append((time.process_time() - started) / 4)
    return float(np.median(taken))


def round_trip_seconds(client, task, shards, rounds):
    """Of calls that do nothing in so many shards: the fastest round trip, and the processor time here, on average."""
    engine = Engine(*task.examples, 10, (1.0,), shards=shards, cluster=connect(client))
    engine.change_batch(np.arange(shards), [])
    engine.shards.run([])
    taken, before = [], time.process_time()
    for _ in range(rounds):
        started = time.perf_counter()
        engine.shards.run([])
        taken.append(time.perf_counter() - started)
    busy = (time.process_time() - before) / rounds
    engine.shards.rest()
    return min(taken), busy


def traffic(client, task, generations=8):
    """Per generation and shard: bytes sent, bytes received, and rounds."""
    config = config_of(images=1000).replace(shards=2)
    network = grown(CONNECTIONS, config, np.random.default_rng(CONNECTIONS))
    search = search_at(task, network, config, backend=BACKENDS[-1], cluster=client)
    shards, rounds, ask = search._engine.shards, [], client.sync

    def counted(function, *arguments, **how):
        rounds.append(function == shards._ask)
        return ask(function, *arguments, **how)

    client.sync = counted
    before = shards.sent, shards.received
    for _ in range(generations):
        search.step()
    client.sync = ask
    sent, received = (
        (now - then) / generations / 2 for now, then in zip((shards.sent, shards.received), before, strict=True)
    )
    shards.rest()
    return {"sent": sent, "received": received, "rounds": sum(rounds) / generations}


def main():
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--out", default=RESULTS / "cluster.json")
    chosen = parser.parse_args()
    task = wl.tasks.Classification(wl.datasets.mnist())
    few, many = (generation_seconds(task, images, chosen.rounds) for images in (1000, 5000))
    per_image = (many - few) / 4000
    python = few - 1000 * per_image
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster, direct_to_workers=True) as client,
    ):
        trips = [round_trip_seconds(client, task, shards, 10 * chosen.rounds) for shards in SHARDS]
        measured = traffic(client, task)
    per_worker, _ = np.polyfit(SHARDS, [busy for _, busy in trips], 1)
    latency = trips[0][0] - SHARDS[0] * per_worker
    children = POPULATION - round(POPULATION * config_of(images=IMAGES).elite)
    record = {
        "machine": described(),
        "load": load(),
        "backend": BACKENDS[-1],
        "population": POPULATION,
        "connections": CONNECTIONS,
        "images": IMAGES,
        "children": children,
        "python_seconds": python,
        "seconds_per_image": per_image,
        "latency_seconds": float(latency),
        "seconds_per_worker": float(per_worker),
        **measured,
        "rows": [],
    }
    for workers in WORKERS:
        waits = measured["rounds"] * (latency + per_worker * workers)
        arrays = per_image * IMAGES / workers
        record["rows"].append(
            {"workers": workers, "python": python, "waits": waits, "arrays": arrays, "sum": python + waits + arrays}
        )
    # T'(k) = 0: beyond, one more worker keeps the driver busy for longer than it saves.
    record["best_workers"] = (per_image * IMAGES / (measured["rounds"] * per_worker)) ** 0.5
    write_atomically(chosen.out, json.dumps(record, indent=1) + "\n")
    print(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
