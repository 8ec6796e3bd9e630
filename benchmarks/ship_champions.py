"""Put the champions of `mnist_table.py` into the package, with their lineages and with what they reached.

Usage: python benchmarks/ship_champions.py [--runs runs/mnist_table]

Of the row `informed` every seed ships, of `small` the one that does best on validation images. Nothing is measured
again: what a champion says of its test accuracy (`Network.found`, under "score") is what `wl.score` wrote down when the
search had ended. That with trained weights is among it; the weights themselves do not ship.
"""

import argparse
import json
from io import BytesIO
from pathlib import Path

import numpy as np

import wann_lite as wl
from wann_lite import champions
from wann_lite.files import write_atomically
from wann_lite.lineage import Lineage
from wann_lite.packing import pack_lineage

ROOT = Path(__file__).parents[1]
FOLDER = Path(champions.__file__).parent


def shipping(runs):
    """The folder of each search whose champion ships, and its record, by the name of the champion."""
    found = [(path.parent, json.loads(path.read_text())) for path in sorted(runs.glob("*/record.json"))]
    chosen = {
        f"mnist_informed_{record['seed']}": (folder, record) for folder, record in found if record["row"] == "informed"
    }
    small = [(folder, record) for folder, record in found if record["row"] == "small"]
    if small:
        chosen["mnist_small"] = max(small, key=lambda its: its[1]["validation"]["search"])
    return chosen


def claimed(network, score, accuracies):
    """The network with a note on what it reached; the trained weights of the last of it are not its own."""
    kept = {key: score[key] for key in ("ensemble", "tuned", "trained", "images")}
    note = {"random": {**score["random"], "accuracies": accuracies}, **kept}
    return network.replace(found={**network.found, "score": note})


def packed(lineage):
    """A lineage as the bytes of an npz."""
    file = BytesIO()
    np.savez_compressed(file, **pack_lineage(lineage))
    return file.getvalue()


def ship(name, folder, record, into=FOLDER):
    """Write a champion and its lineage; both are returned."""
    champion = wl.Network.load(folder / "champion.json")
    champion = claimed(champion, record["score"], record["random_accuracies"])
    lineage = Lineage.load(folder / "lineage.json")
    if lineage.champion != champion:
        raise SystemExit(f"{folder}: the lineage does not end with the champion")
    (into / "lineages").mkdir(exist_ok=True)
    write_atomically(into / "lineages" / f"{name}.npz", packed(lineage))
    champion.save(into / f"{name}.json")
    return champion, lineage


def main():
    """Ship what there is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "mnist_table")
    for name, (folder, record) in shipping(parser.parse_args().runs).items():
        champion, lineage = ship(name, folder, record)
        print(f"{name}: {champion.n_connections:,} connections, {len(lineage.steps):,} steps since its founder")


if __name__ == "__main__":
    main()
