"""Searches on MNIST, several seeds of one preset, scored on the test images at their end: what the README's table says.

Usage: python benchmarks/search_mnist.py [--preset default] [--minutes 5] [--seeds 0 1 2] [--jobs 2]

A search uses one core, so that as many run side by side as there are cores. Each writes a file of its own in
benchmarks/results when it ends, and one that is there is not run again: an interrupted benchmark goes on where it was.
"""

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from machine import described

import wann_lite as wl
from wann_lite.files import write_atomically

RESULTS = Path(__file__).parent / "results"


def run(preset, minutes, seed):
    """One search from beginning to end; what came of it."""
    path = RESULTS / f"mnist_{preset}_{minutes:g}min_seed{seed}.json"
    if path.exists():
        return json.loads(path.read_text())
    digits = wl.datasets.mnist()
    search = wl.Search(wl.tasks.Classification(digits), wl.SearchConfig.preset(preset), seed=seed)
    curve = []
    for generation in search.run(minutes=minutes):
        if (
            not curve
            or generation.seconds - curve[-1]["seconds"] > 10
            or search.generation >= search.config.generations
        ):
            curve.append(generation.to_dict())
    champion = search.champion
    record = {
        "preset": preset,
        "minutes": minutes,
        "seed": seed,
        "settings": search.config.to_dict(),
        "machine": described(),
        "generations": search.generation,
        "networks": search.networks,
        "seconds": search.seconds,
        "validation": champion.found["validation_accuracy"],
        "score": wl.score(champion, digits).to_dict(),
        "curve": curve,
    }
    champion.save(RESULTS / f"{path.stem}_champion.json")
    write_atomically(path, json.dumps(record) + "\n")
    return record


def main():
    """Run what is missing and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", default="default")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    print("| preset | minutes | seed | random weight | ensemble | tuned | connections | networks |")
    print("|---|---|---|---|---|---|---|---|")
    with ProcessPoolExecutor(chosen.jobs) as pool:
        tasks = [pool.submit(run, chosen.preset, chosen.minutes, seed) for seed in chosen.seeds]
        for task in tasks:
            record = task.result()
            score = record["score"]
            print(
                f"| {record['preset']} | {record['minutes']:g} | {record['seed']} "
                f"| {score['random']['mean']:.1%} +- {100 * score['random']['sd']:.1f} | {score['ensemble']:.1%} "
                f"| {score['tuned']['accuracy']:.1%} | {score['connections']:,} | {record['networks']:,} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
