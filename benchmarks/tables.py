"""The tables of the README, from the files in benchmarks/results.

Usage: python benchmarks/tables.py

Between `<!-- results -->`, `<!-- engine -->` and so on and the end of each table the README holds what this prints, and
a test says so.
"""

import json
from pathlib import Path

from wann_lite.scoring import PAPER_RANDOM, SINGLE_LAYER

RESULTS = Path(__file__).parent / "results"


def results_table():
    """Every run of `search_mnist.py`, all seeds, between the paper's own figures and the single layer."""
    lines = [
        "| test accuracy (%) | random shared weight | ensemble of six | tuned weight | connections | networks tried |",
        "|---|---|---|---|---|---|",
        f"| Gaier & Ha (2019) | {100 * PAPER_RANDOM[0]:.1f} ± {100 * PAPER_RANDOM[1]:.1f} "
        "| 91.6 | 91.9 | 1,849 | 3,932,160 |",
    ]
    for path in sorted(RESULTS.glob("mnist_*min_seed*.json")):
        record = json.loads(path.read_text())
        score = record["score"]
        mean, deviation = (100 * score["random"][key] for key in ("mean", "sd"))
        lines.append(
            f"| `{record['preset']}`, {record['minutes']:g} minutes, seed {record['seed']} "
            f"| {mean:.1f} ± {deviation:.1f} "
            f"| {100 * score['ensemble']:.1f} | {100 * score['tuned']['accuracy']:.1f} "
            f"| {score['connections']:,} | {record['networks']:,} |"
        )
    lines.append(f"| a trained single layer, same pixels | | | {100 * SINGLE_LAYER:.1f} | 2,570 weights | |")
    return "\n".join(lines)


def engine_table():
    """What `engine.py` measured."""
    rows = json.loads((RESULTS / "engine.json").read_text())["rows"]
    lines = ["| images | connections | networks a second | reference evaluator | ratio |", "|---|---|---|---|---|"]
    lines += [
        f"| {row['images']:,} | {row['connections']:,} | {row['engine_per_second']:,.0f} "
        f"| {row['reference_per_second']:,.1f} | {row['ratio']:,.0f} |"
        for row in rows
    ]
    return "\n".join(lines)


def dense_table():
    """What `against_dense.py` measured."""
    rows = json.loads((RESULTS / "against_dense.json").read_text())["rows"]
    backends = list(rows[0]["ratio"])
    headings = "".join(f" {name} | ratio |" for name in backends)
    lines = [f"| connections | hidden nodes | new batch | dense |{headings}", "|---" * (4 + 2 * len(backends)) + "|"]
    for row in rows:
        speeds = "".join(
            f" {row['per_second'][name]['median']:,.0f} | {row['ratio'][name]['median']:,.0f} |" for name in backends
        )
        every = "each generation" if row["batch_every"] == 1 else f"every {row['batch_every']}"
        lines.append(
            f"| {row['mean_connections']:,.0f} | {row['mean_hidden']:,.0f} | {every} "
            f"| {row['per_second']['dense']['median']:.1f} |{speeds}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(results_table(), engine_table(), sep="\n\n")
