"""How long the whole search of the paper takes: 4,096 generations of 960 networks at 1,000 images and six weights.

Usage: python benchmarks/paper_budget.py [--generations G] [--population P] [--workers W] [--out FILE]

The settings are those of the preset `paper`, but that a batch is dealt out in a shard for each worker, so that all of
them share a change of batch too. With fewer generations it is a part, and the rest is estimated from how fast the last
generations of that part were; networks grow on, so that the estimate is too low. Processor time is that of all workers
together, and other programs disturb the time on the wall.
"""

import argparse
import json
import time
from pathlib import Path

from machine import described
from workload import load

import wann_lite as wl
from wann_lite.files import write_atomically

RESULTS = Path(__file__).parent / "results"


def main():
    """Search, print now and then, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generations", type=int, default=4096)
    parser.add_argument("--population", type=int, default=960)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", default=RESULTS / "paper_budget.json")
    chosen = parser.parse_args()
    config = wl.SearchConfig.preset("paper", population=chosen.population, shards=chosen.workers)
    search = wl.Search(wl.tasks.Classification(wl.datasets.mnist()), config, seed=0, workers=chosen.workers)
    record = {"machine": described(), "settings": config.to_dict(), "workers": chosen.workers, "curve": []}
    every = max(1, chosen.generations // 32)
    on_the_wall, of_processors = time.perf_counter(), time.process_time()
    for generation in search.run(generations=chosen.generations):
        if generation.generation % every and generation.generation < chosen.generations:
            continue
        point = {
            "generation": generation.generation,
            "networks": search.networks,
            "connections": generation.connections,
            "hidden": generation.hidden,
            "accuracy": generation.accuracy,
            "processor_seconds": time.process_time() - of_processors,
            "wall_seconds": time.perf_counter() - on_the_wall,
        }
        record["curve"].append(point)
        if len(record["curve"]) < 2:
            continue
        record["load"] = load()
        for clock in ("processor_seconds", "wall_seconds"):
            record[f"estimated_{clock}"] = estimated(record["curve"], clock, config.generations)
        write_atomically(chosen.out, json.dumps(record, indent=1) + "\n")
        print(
            f"generation {point['generation']}: {point['connections']} connections, {point['hidden']} hidden nodes, "
            f"{point['processor_seconds']:,.0f} s of processor time, {point['wall_seconds']:,.0f} s on the wall, "
            f"in all {record['estimated_processor_seconds']:,.0f} and {record['estimated_wall_seconds']:,.0f} s",
            flush=True,
        )


def estimated(curve, clock, generations):
    """Seconds of a clock for all generations, if those that are left are as fast as the last were."""
    before, now = curve[-2:]
    pace = (now[clock] - before[clock]) / (now["generation"] - before["generation"])
    return now[clock] + pace * (generations - now["generation"])


if __name__ == "__main__":
    main()
