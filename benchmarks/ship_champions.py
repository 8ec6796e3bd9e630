"""Put the champions of `mnist_table.py` into the package, with their lineages and with what they reached.

Usage: python benchmarks/ship_champions.py [--runs runs/mnist_table]

Of the row `informed` every seed ships, of `small` the one that does best on validation images. Nothing is measured
again: what a champion says of its test accuracy (`Network.found`, under "score") is what `wl.score` wrote down when the
search had ended. Only a champion that shipped before there was such a note is scored now.
"""

import argparse
import json
from pathlib import Path

import numpy as np

import wann_lite as wl
from wann_lite import champions
from wann_lite.files import write_atomically
from wann_lite.lineage import Lineage
from wann_lite.packing import pack_lineage

ROOT = Path(__file__).parents[1]
FOLDER = Path(champions.__file__).parent


def claimed(network, score, accuracies):
    """The network with a note on what it reached without trained weights; those it does not hold."""
    kept = {key: score[key] for key in ("ensemble", "tuned", "images")}
    note = {"random": {**score["random"], "accuracies": accuracies}, **kept}
    return network.replace(found={**network.found, "score": note})


def ship(name, folder, record):
    """A champion and its lineage."""
    champion = wl.Network.load(folder / "champion.json")
    champion = claimed(champion, record["score"], record["random_accuracies"])
    lineage = Lineage.load(folder / "lineage.json")
    if lineage.champion != champion:
        raise SystemExit(f"{folder}: the lineage does not end with the champion")
    champion.save(FOLDER / f"{name}.json")
    path = FOLDER / "lineages" / f"{name}.npz"
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(file, **pack_lineage(lineage))
    print(
        f"{name}: {champion.n_connections:,} connections, {len(lineage.steps):,} steps in {path.stat().st_size:,} bytes"
    )


def note_what_is_missing():
    """Score the champions that say nothing of a score yet."""
    for path in sorted(FOLDER.glob("*.json")):
        network = wl.Network.load(path)
        if "score" not in network.found:
            score = wl.score(network, wl.datasets.mnist())
            write_atomically(path, claimed(network, score.to_dict(), score.random.tolist()).to_json())


def main():
    """Ship what there is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "mnist_table")
    chosen = parser.parse_args()
    found = {path.parent: json.loads(path.read_text()) for path in sorted(chosen.runs.glob("*/record.json"))}
    for folder, record in found.items():
        if record["row"] == "informed":
            ship(f"mnist_informed_{record['seed']}", folder, record)
    small = {folder: record for folder, record in found.items() if record["row"] == "small"}
    if small:
        folder = max(small, key=lambda folder: small[folder]["validation"]["search"])
        ship("mnist_small", folder, small[folder])
    note_what_is_missing()


if __name__ == "__main__":
    main()
