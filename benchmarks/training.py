"""The shipped champion with a trained weight for each connection: gradient descent and an evolution strategy.

Usage: python benchmarks/training.py [--seeds 0 1 2 3 4]

Both begin at the tuned shared weight. The evolution strategy (`wann_lite.train_blackbox`, which needs `cma`) gets the
processor time that gradient descent took, and then ten times as much. Two opponents are trained on the same pixels: the
same topology from random weights, and a hidden layer. Validation images choose the pass; the test images are looked at
once for each method and seed, at its end. Each result is added to benchmarks/results/training.jsonl at once, and one
that is there is not measured again. The first line of the file holds what no training changes.
"""

import argparse
import json
import os
import time
from pathlib import Path

# One core, so that processor times can be compared; numpy reads these when it is loaded.
os.environ |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import numpy as np
from machine import described

import wann_lite as wl
from wann_lite.blackbox import train_blackbox
from wann_lite.hidden_layer import train_hidden_layer
from wann_lite.losses import accuracy

RESULTS = Path(__file__).parent / "results" / "training.jsonl"

#: What is trained, and how; "times" is processor time in units of what gradient descent took with the same seed.
METHODS = {
    "gradient": {},
    "gradient, random start": {},
    "evolution strategy, equal time": {"times": 1},
    "hidden layer of 32": {},
    "evolution strategy, ten times as long": {"times": 10},
}


def random_weights(network, rng):
    """Of each sign, the smaller the more sources a node has: as for a network that nobody searched (He et al. 2015)."""
    fan_in = [len(network.sources_of(target)) for _, target in network.connections]
    return rng.normal(0, np.sqrt(2 / np.array(fan_in)))


def trained(method, seed, tuned, seconds):
    """A function that answers images, its validation curve, and how many weights it has."""
    digits, champion = wl.datasets.mnist(), wl.champions.load("mnist")
    rng = np.random.default_rng(seed)
    if method == "hidden layer of 32":
        layer = train_hidden_layer(digits.x_train, digits.y_train, 10, rng, passes=20)
        return layer, [float(accuracy(layer(digits.x_validation), digits.y_validation))], layer.n_weights
    if method.startswith("evolution strategy"):
        time_left = METHODS[method]["times"] * seconds
        result = train_blackbox(champion, digits, rng, start=tuned, seconds=time_left, iterations=10**9)
    else:
        start = random_weights(champion, rng) if "random" in method else tuned
        result = wl.train(champion, digits, rng, start=start)
    curve = [result.accuracies[result.best], *result.accuracies]
    return lambda x: wl.evaluate(result.network, x, None), list(map(float, curve)), champion.n_connections


def measure(method, seed, tuned, seconds):
    """One training; what it reached and what it cost."""
    started = time.process_time()
    answer, (validation, *curve), n_weights = trained(method, seed, tuned, seconds)
    took = time.process_time() - started
    digits = wl.datasets.mnist()
    return {
        "method": method,
        "seed": seed,
        "weights": n_weights,
        "seconds": took,
        "validation": validation,
        "curve": curve,
        "test": float(accuracy(answer(digits.x_test), digits.y_test)),
        "machine": described(),
    }


def add(record):
    """Write a result down at once."""
    with RESULTS.open("a") as file:
        file.write(json.dumps(record) + "\n")
    return record


def table():
    """The champion, untrained and trained, and its opponents: least and greatest test accuracy of all seeds."""
    untrained, *records = map(json.loads, RESULTS.read_text().splitlines())
    score = untrained["score"]
    mean, deviation = (100 * score["random"][key] for key in ("mean", "sd"))
    lines = [
        "| | weights trained | test accuracy (%) | seeds | processor time (s) |",
        "|---|---|---|---|---|",
        f"| a random shared weight | none | {mean:.1f} ± {deviation:.1f} | | |",
        f"| six weights together | none | {100 * score['ensemble']:.1f} | | |",
        f"| the tuned weight | 1 | {100 * score['tuned']['accuracy']:.1f} | | |",
    ]
    for method in METHODS:
        rows = [record for record in records if record["method"] == method]
        tests = [100 * row["test"] for row in rows]
        seconds = sum(row["seconds"] for row in rows) / len(rows)
        reached = " to ".join(dict.fromkeys(f"{test:.1f}" for test in (min(tests), max(tests))))
        lines.append(f"| {method} | {rows[0]['weights']:,} | {reached} | {len(rows)} | {seconds:.0f} |")
    return "\n".join(lines)


def main():
    """Measure what is missing and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(5)))
    chosen = parser.parse_args()
    RESULTS.parent.mkdir(exist_ok=True)
    records = [json.loads(line) for line in RESULTS.read_text().splitlines()] if RESULTS.exists() else []
    if not records:
        score = wl.score(wl.champions.load("mnist"), wl.datasets.mnist())
        records = [add({"method": "untrained", "score": score.to_dict(), "machine": described()})]
    tuned = records[0]["score"]["tuned"]["weight"]
    done = {(record["method"], record.get("seed")): record for record in records}
    for method in METHODS:
        for seed in chosen.seeds:
            if (method, seed) not in done:
                seconds = done.get(("gradient", seed), {}).get("seconds")
                done[method, seed] = add(measure(method, seed, tuned, seconds))
                print(f"{method}, seed {seed}: {done[method, seed]['test']:.2%} on test images", flush=True)
    print(table(), records[0]["machine"], sep="\n\n")


if __name__ == "__main__":
    main()
