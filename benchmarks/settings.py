"""Which settings do best on validation images in the same time: what the preset `default` was chosen by.

Usage: python benchmarks/settings.py [--minutes 2] [--seeds 0 1] [--jobs 2]

Test images are not looked at. Each run writes a line to benchmarks/results/settings.jsonl as it ends, and one that is
there is not run again.
"""

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from machine import described

import wann_lite as wl
from wann_lite.activations import NAMES
from wann_lite.evaluate import SEARCH_WEIGHTS
from wann_lite.losses import accuracy
from wann_lite.scoring import RANDOM_WEIGHTS

RESULTS = Path(__file__).parent / "results" / "settings.jsonl"

#: What differs from the preset.
VARIANTS = {
    "default": {},
    "population 24": {"population": 24},
    "population 96": {"population": 96},
    "population 192": {"population": 192},
    "batch always 2,000": {"batch": 2000, "first_batch": 2000},
    "batch always 6,000": {"first_batch": 6000},
    "80 % ranked by connections": {"complexity_ranking": 0.8},
    "all activations but step": {"activations": tuple(name for name in NAMES if name != "step")},
    "the paper's six weights": {"weights": SEARCH_WEIGHTS},
    "plain cross-entropy": {"scale_free": False},
    "the paper's rates": {"rates": wl.SearchConfig.preset("paper").rates},
}


def run(name, minutes, seed):
    """One search; its champion's accuracies on validation images."""
    digits = wl.datasets.mnist()
    search = wl.Search(wl.tasks.Classification(digits), wl.SearchConfig(**VARIANTS[name]), seed=seed)
    for _ in search.run(minutes=minutes):
        pass
    champion = search.champion
    accuracies = [
        accuracy(wl.evaluate(champion, digits.x_validation, [weight])[0], digits.y_validation)
        for weight in RANDOM_WEIGHTS
    ]
    return {
        "variant": name,
        "minutes": minutes,
        "seed": seed,
        "mean": float(np.mean(accuracies)),
        "sd": float(np.std(accuracies)),
        "connections": champion.n_connections,
        "networks": search.networks,
        "machine": described(),
    }


def main():
    """Run what is missing and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    RESULTS.parent.mkdir(exist_ok=True)
    records = [json.loads(line) for line in RESULTS.read_text().splitlines()] if RESULTS.exists() else []
    done = {(record["variant"], record["minutes"], record["seed"]) for record in records}
    wanted = [(name, chosen.minutes, seed) for name in VARIANTS for seed in chosen.seeds]
    with ProcessPoolExecutor(chosen.jobs) as pool:
        for task in [pool.submit(run, *key) for key in wanted if key not in done]:
            records.append(task.result())
            with RESULTS.open("a") as file:
                file.write(json.dumps(records[-1]) + "\n")
    print("| settings | random weight, validation, each seed | connections | networks |")
    print("|---|---|---|---|")
    for name in VARIANTS:
        rows = [r for r in records if r["variant"] == name and r["minutes"] == chosen.minutes]
        accuracies = ", ".join(f"{row['mean']:.1%} +- {100 * row['sd']:.1f}" for row in rows)
        connections = ", ".join(f"{row['connections']:,}" for row in rows)
        networks = ", ".join(f"{row['networks']:,}" for row in rows)
        print(f"| {name} | {accuracies} | {connections} | {networks} |")


if __name__ == "__main__":
    main()
