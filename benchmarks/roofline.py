"""How near the array work of a child comes to what this machine's memory and one of its cores can do.

Usage: python benchmarks/roofline.py [--generations G] [--connections C ...] [--images N ...] [--out FILE]

Counted is what a child asks for if it is evaluated alone: every held row that its plan names is read once, nothing is
written, sums take one operation for each number, and every exponential, logarithm, sine or hyperbolic tangent is one
function. Children that are evaluated together may find a row in the cache, so a backend may pass this roof. Plans are
those of whole generations; the population is that of `engine.py`.

Measured in the same run, on one core: how fast numbers can be read from as much memory as the engine holds (a dot
product), copied and added there (as in STREAM), how many operations a second a matrix product does in the cache, and
how many exponentials numpy does there. The roof is the greater of the time for memory and the time for arithmetic; the
rest of what a backend takes is what could still be gained.
"""

import argparse
import json
import os
import time
from collections import Counter
from pathlib import Path

# One core, as in `against_dense.py`.
os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import numpy as np
from machine import described
from where_time_goes import profiled
from workload import BACKENDS, POPULATION, config_of, grown, load, search_at, spread

import wann_lite as wl
from wann_lite.files import write_atomically

RESULTS = Path(__file__).parent / "results"

#: Arithmetic of one number, and how many functions such as an exponential it takes, by activation.
COSTS = {
    "linear": (0, 0),
    "step": (1, 0),
    "sin": (1, 1),
    "gaussian": (2, 1),
    "tanh": (0, 1),
    "sigmoid": (3, 1),
    "inverse": (1, 0),
    "abs": (1, 0),
    "relu": (1, 0),
    "cos": (1, 1),
}


def asked_for(plan, graph, n, n_weights):
    """Bytes to read, operations and functions of one plan on n examples."""
    wide, own, need = n * n_weights, set(), Counter()

    def read(number, thin):
        if number not in own:
            need["bytes"] += 4 * (n if thin else wide)

    for step in plan.steps:
        size = n if step.thin else wide
        if step.base is not None:
            read(step.base, graph.nodes[step.base].thin)
        for number in (*step.plus, *step.minus):
            read(number, number < graph.first)
        need["operations"] += size * (len(step.plus) + len(step.minus))
        if not step.is_output:
            operations, functions = COSTS[step.activation]
            need["operations"] += wide * (1 + operations)
            need["functions"] += wide * functions
        own.add(step.node)
    for _, number, activation in plan.changed:
        read(number, graph.nodes[number].thin)
        operations, functions = COSTS[activation]
        # Times weight and scale, less the reference; its exponential for the old one; a tenth of it into a sum.
        need["bytes"] += 4 * wide
        need["operations"] += wide * (3 + operations + 2.1)
        need["functions"] += wide * (functions + 1)
    # The reference and the total of exponentials; the total's logarithm into a sum.
    need["bytes"] += 4 * wide * (1 + bool(plan.changed))
    need["operations"] += wide
    need["functions"] += wide
    return need


def counted(search, generations):
    """The mean of what a child asks for, over all children of so many generations."""
    shards, graph, config = search._engine.shards, search._engine.graph, search.config
    run, needs = shards.run, []

    def counting(plans):
        plans = list(plans)
        needs.extend(asked_for(plan, graph, config.batch, len(config.weights)) for plan in plans)
        return run(plans)

    shards.run = counting
    for _ in range(generations):
        search.step()
    shards.run = run
    return {key: sum(need[key] for need in needs) / len(needs) for key in ("bytes", "operations", "functions")}


def machine_does(megabytes, rounds=7):
    """What one core does in a second, with as much memory as that or in the cache."""
    n = max(1024, int(megabytes * 2**20 / 4 / 3))
    a, b, c = (np.full(n, value, np.float32) for value in (1, 2, 3))
    square, small = np.ones((512, 512), np.float32), np.linspace(-1, 0, 8192, dtype=np.float32)
    product, exponentials = np.empty_like(square), np.empty_like(small)
    tasks = {
        "read": (8 * n, lambda: a @ b),
        "copied": (8 * n, lambda: np.copyto(c, a)),
        "added": (12 * n, lambda: np.add(a, b, out=c)),
        "operations": (2 * 512**3, lambda: np.matmul(square, square, out=product)),
        "functions": (8192, lambda: np.exp(small, out=exponentials)),
    }
    return {
        name: spread([rate(amount, work) for _ in range(rounds)])["median"] for name, (amount, work) in tasks.items()
    }


def rate(amount, work):
    """How much a second, over some hundredths of one."""
    work()
    started, done = time.process_time(), 0
    while time.process_time() - started < 0.03:
        work()
        done += 1
    return done * amount / (time.process_time() - started)


def under_the_roof(task, connections, images, generations):
    """One row: what a child asks for, what the machine does, and what each backend takes."""
    config = config_of(images=images)
    network = grown(connections, config, np.random.default_rng(connections))
    searches = {backend: search_at(task, network, config, backend=backend) for backend in BACKENDS}
    megabytes = searches["numpy"]._engine.shards.held_bytes / 2**20
    need, does = counted(searches["numpy"], generations), machine_does(megabytes)
    memory = need["bytes"] / does["read"]
    arithmetic = need["operations"] / does["operations"] + need["functions"] / does["functions"]
    taken = {}
    for backend, search in searches.items():
        spent, networks = profiled(search, generations)
        taken[backend] = spent["children"] / networks
    return {
        "images": images,
        "connections": connections,
        "held_megabytes": megabytes,
        "child": need,
        "per_second": does,
        "microseconds": {"memory": 1e6 * memory, "arithmetic": 1e6 * arithmetic}
        | {backend: 1e6 * seconds for backend, seconds in taken.items()},
        "of_the_roof": {backend: max(memory, arithmetic) / seconds for backend, seconds in taken.items()},
    }


def main():
    """Measure row by row, print each and write all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generations", type=int, default=24)
    parser.add_argument("--connections", type=int, nargs="+", default=[100, 1849])
    parser.add_argument("--images", type=int, nargs="+", default=[1000, 5000])
    parser.add_argument("--out", default=RESULTS / "roofline.json")
    chosen = parser.parse_args()
    task = wl.tasks.Classification(wl.datasets.mnist())
    record = {"machine": described(), "population": POPULATION, "generations": chosen.generations, "rows": []}
    for images in chosen.images:
        for connections in chosen.connections:
            row = under_the_roof(task, connections, images, chosen.generations)
            record["rows"].append(row)
            record["load"] = load()
            write_atomically(chosen.out, json.dumps(record, indent=1) + "\n")
            print(text(row), flush=True)


def text(row):
    """A row as a few lines of text."""
    child, does, taken = row["child"], row["per_second"], row["microseconds"]
    backends = ", ".join(f"{name} {taken[name]:.0f} ({row['of_the_roof'][name]:.0%} of the roof)" for name in BACKENDS)
    return (
        f"{row['images']:,} images, {row['connections']:,} connections, {row['held_megabytes']:.0f} MB held\n"
        f"  a child: {child['bytes'] / 1e6:.2f} MB, {child['operations'] / 1e6:.2f} million operations, "
        f"{child['functions'] / 1e6:.3f} million functions\n"
        f"  a second: {does['read'] / 1e9:.1f} GB read, {does['copied'] / 1e9:.1f} copied, "
        f"{does['added'] / 1e9:.1f} added, {does['operations'] / 1e9:.0f} billion operations, "
        f"{does['functions'] / 1e9:.2f} billion functions\n"
        f"  microseconds: memory {taken['memory']:.0f}, arithmetic {taken['arithmetic']:.0f}; {backends}"
    )


if __name__ == "__main__":
    main()
