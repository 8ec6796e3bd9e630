"""What each ingredient of the search is worth: leave one out, keep all else, and compare at equal generations.

Usage: python benchmarks/ablations.py [--generations 1500] [--seeds 0 1 2] [--jobs 2]

On the 8x8 digits. Each champion is chosen on validation images and scored once on the test images. Each run writes a
line to benchmarks/results/ablations.jsonl as it ends, and one that is there is not run again. Lesson 06 holds the table
that this prints.
"""

import argparse
import json
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import numpy as np
from machine import described

import wann_lite as wl
from wann_lite.activations import NAMES
from wann_lite.losses import accuracy

RESULTS = Path(__file__).parent / "results" / "ablations.jsonl"

#: The preset, with the paper's pool of activations, so that there is something to leave out.
BASE = wl.SearchConfig(activations=tuple(name for name in NAMES if name != "step"), batch=2000, validate_every=50)

#: What differs from the base.
VARIANTS = {
    "nothing left out": {},
    "one weight only, 1.0": {"weights": (1.0,)},
    "no change of activation": {"rates": {**BASE.rates, "change_activation": 0.0}},
    "only relu": {"activations": ("relu",)},
    "only linear, inverse, abs, relu": {"activations": ("linear", "inverse", "abs", "relu")},
    "never ranked by connections": {"complexity_ranking": 0.0},
    "always ranked by connections": {"complexity_ranking": 1.0},
}

#: Draws of a weight for each connection.
DRAWS = 40


def run(name, generations, seed):
    """One search; what its champion does on test images."""
    digits = wl.datasets.digits()
    search = wl.Search(wl.tasks.Classification(digits), BASE.replace(**VARIANTS[name]), seed=seed)
    for _ in search.run(generations=generations):
        pass
    return {
        "variant": name,
        "generations": generations,
        "seed": seed,
        "score": wl.score(search.champion, digits).to_dict(),
        "each_its_own": each_its_own(search.champion, digits, seed),
        "networks": search.networks,
        "seconds": search.seconds,
        "machine": described(),
    }


def each_its_own(network, digits, seed):
    """The accuracy with a random weight for each connection, uniform in (-2, 2): mean and deviation over `DRAWS`."""
    rng = np.random.default_rng(seed)
    accuracies = []
    for _ in range(DRAWS):
        weighted = network.replace(weights=rng.uniform(-2, 2, network.n_connections))
        accuracies.append(float(accuracy(wl.evaluate(weighted, digits.x_test, None), digits.y_test)))
    return {"mean": float(np.mean(accuracies)), "sd": float(np.std(accuracies)), "draws": DRAWS}


def table(records, generations=1500):
    """The means over the seeds, a row for each variant."""
    lines = [
        "| left out or changed | random shared weight (%) | tuned weight (%) "
        "| each connection its own (%) | connections |",
        "|---|---|---|---|---|",
    ]
    for name in VARIANTS:
        rows = [row for row in records if row["variant"] == name and row["generations"] == generations]
        if rows:
            random = [100 * row["score"]["random"]["mean"] for row in rows]
            spread = np.mean([100 * row["score"]["random"]["sd"] for row in rows])
            tuned = np.mean([100 * row["score"]["tuned"]["accuracy"] for row in rows])
            own = np.mean([100 * row["each_its_own"]["mean"] for row in rows])
            connections = np.mean([row["score"]["connections"] for row in rows])
            lines.append(
                f"| {name} | {np.mean(random):.0f} ± {spread:.0f} ({min(random):.0f} to {max(random):.0f}) "
                f"| {tuned:.0f} | {own:.0f} | {connections:.0f} |"
            )
    return "\n".join(lines)


def read():
    """What earlier runs wrote."""
    return [json.loads(line) for line in RESULTS.read_text().splitlines()] if RESULTS.exists() else []


def main():
    """Run what is missing and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generations", type=int, default=1500)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    RESULTS.parent.mkdir(exist_ok=True)
    records = read()
    done = {(record["variant"], record["generations"], record["seed"]) for record in records}
    wanted = [(name, chosen.generations, seed) for seed in chosen.seeds for name in VARIANTS]
    with ProcessPoolExecutor(chosen.jobs) as pool:
        for task in as_completed([pool.submit(run, *key) for key in wanted if key not in done]):
            records.append(task.result())
            with RESULTS.open("a") as file:
                file.write(json.dumps(records[-1]) + "\n")
    print(table(records, chosen.generations))


if __name__ == "__main__":
    main()
