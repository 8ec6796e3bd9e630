"""The table of the paper for the searches of this package on MNIST: five seeds of each row, means and deviations.

Usage: python benchmarks/mnist_table.py [--rows informed small blind] [--seeds 0 1 2 3 4] [--jobs 2] [--minutes M]

A search uses one core unless `--workers` gives it more, so that two run side by side. It lasts as long as `ROWS` says
unless `--minutes` says otherwise, in minutes of processor time, so that what else the machine does plays no part.
Each has a folder in `--runs` with its checkpoints, its champion and the champion's lineage: a benchmark that was killed
goes on where it was. What a champion is chosen by are validation images. Test images are looked at once for each row
and seed, by `wl.score` at its end, and what came of it is written down in the folder and in `--out` at once; a row and
seed that stand there are not run, nor scored, again. Should they stand there after other minutes or with other
settings than are asked for, nothing is run at all. The figure is written beside the results, as an SVG.
"""

import argparse
import json
import os
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import groupby, product
from pathlib import Path

# A search is to stay on its core; numpy reads these when it is loaded.
os.environ |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import numpy as np
from machine import described
from tables import machines, mnist_table

import wann_lite as wl
from wann_lite import checkpoint
from wann_lite.files import write_atomically
from wann_lite.invariance import is_invariant
from wann_lite.run_folder import RunFolder
from wann_lite.scoring import RANDOM_WEIGHTS
from wann_lite.tuning import accuracies_at

ROOT = Path(__file__).parents[1]

#: The preset of each row, what differs from it, and the minutes of processor time that a search takes.
ROWS = {
    "informed": ("informed", {}, 10),
    "small": ("informed", {"max_connections": 400}, 4),
    "blind": ("default", {}, 15),
}

#: Seconds between checkpoints.
SAVE_EVERY = 20


def asked_for(row):
    """The settings of a row."""
    preset, changes, _ = ROWS[row]
    return wl.SearchConfig.preset(preset, **changes)


def standing(row, seed, out, runs):
    """Where something stands of a row and seed already, and its minutes and settings; None if nothing does."""
    for record in read(out):
        if (record["row"], record["seed"]) == (row, seed):
            return out, record
    # The record of a search that has ended; before that, how it began.
    for path in (runs / f"{row}_{seed}" / name for name in ("record.json", "config.json")):
        if path.exists():
            return path, json.loads(path.read_text())
    return None


def check(row, seed, minutes, out, runs):
    """Refuse to take what stands there for something that it is not.

    Raises
    ------
    SystemExit
        If what stands of a row and seed was searched for other minutes, or with other settings.
    """
    found = standing(row, seed, out, runs)
    if found is None:
        return
    path, its = found
    its_minutes = its.get("minutes", minutes)  # a folder from before its config.json said so
    if its_minutes != minutes:
        raise SystemExit(
            f"{path} holds {row}, seed {seed}, for {its_minutes:g} minutes, not {minutes:g}: "
            f"ask for --minutes {its_minutes:g}, or choose another --out and --runs"
        )
    # A setting that came later than the search has its default.
    held, asked = wl.SearchConfig().to_dict() | its["settings"], asked_for(row).to_dict()
    differ = [
        f"{name} {held[name]!r} (now {asked.get(name, 'gone')!r})" for name in held if held[name] != asked.get(name)
    ]
    if differ:
        raise SystemExit(
            f"{path} holds {row}, seed {seed}, with other settings than the row has: {', '.join(differ)}; "
            "choose another --out and --runs"
        )


def measure(row, seed, minutes, workers, runs):
    """A search from beginning, or from its last checkpoint, to end; what came of it."""
    path = runs / f"{row}_{seed}"
    record = path / "record.json"
    if not record.exists():
        digits = wl.datasets.mnist()
        search, seconds = searched(row, seed, minutes, workers, path, digits)
        write_atomically(record, json.dumps(judged(search, row, minutes, seconds, path, digits)) + "\n")
    return json.loads(record.read_text())


def searched(row, seed, minutes, workers, path, digits):
    """The search at its end and its processor time in seconds, with all that it leaves in its folder."""
    task, config = wl.tasks.Classification(digits), asked_for(row)
    if path.exists():
        folder = RunFolder.reopen(path)
    else:
        preset, _, _ = ROWS[row]
        began = {"task": "mnist", "preset": preset, "seed": seed, "minutes": minutes, "settings": config.to_dict()}
        folder = RunFolder(path, began)
    taken = path / "processor_seconds"
    with folder:
        if folder.checkpoints:
            search, before = wl.Search.resume(folder.checkpoints[0], task, workers=workers), float(taken.read_text())
        else:
            search, before = wl.Search(task, config, seed=seed, workers=workers), 0.0
        folder.cut_back(search.generation + 1 if search.population else 0)
        seconds, started, saved_at = before, time.process_time(), time.monotonic()
        for generation in search.run() if seconds < 60 * minutes else ():
            folder.add_generation(generation.to_dict())
            seconds = before + time.process_time() - started
            if search.can_be_saved and time.monotonic() - saved_at > SAVE_EVERY:
                write_atomically(taken, f"{seconds:.1f}")
                folder.save_checkpoint(checkpoint.to_bytes(search))
                saved_at = time.monotonic()
                print(f"{row}, seed {seed}, {seconds / 60:.1f} min: {generation}", flush=True)
            if seconds >= 60 * minutes:
                break
        folder.save_champion(search.champion, search.lineage)
    return search, seconds


def judged(search, row, minutes, seconds, path, digits):
    """The record of a search: its champion on validation images, and then, once and last, on test images."""
    champion = search.champion
    started = time.process_time()
    training = wl.train(champion, digits, np.random.default_rng(search.seed))
    trained_in = time.process_time() - started
    training.network.save(path / "trained.json")
    validation = accuracies_at(champion, digits.x_validation, digits.y_validation, RANDOM_WEIGHTS)
    record = {
        "row": row,
        "seed": search.seed,
        "minutes": minutes,
        "workers": search.workers,
        "backend": search.backend,
        "settings": search.config.to_dict(),
        "machine": described(),
        "generations": search.generation,
        "networks": search.networks,
        "seconds": round(search.seconds, 1),
        "processor_seconds": round(seconds, 1),
        "invariant": is_invariant(champion),
        "validation": {
            "search": champion.found["validation_accuracy"],
            "random": float(validation.mean()),
            "trained": float(training.accuracies[training.best]),
        },
        "training_seconds": round(trained_in, 1),
    }
    # Nothing that may fail comes after this, or a test image would be looked at again.
    score = wl.score(training.network, digits)
    return record | {"score": score.to_dict(), "random_accuracies": score.random.tolist()}


def draw(records, path):
    """The table as a figure: lines are means over the seeds, and each dot is a seed."""
    from wann_lite.viz import figure
    from wann_lite.viz.table import draw_table

    scores = {}
    for record in records:
        random = {**record["score"]["random"], "accuracies": record["random_accuracies"]}
        scores.setdefault(record["row"], []).append({**record["score"], "random": random})
    fig, (left, right) = figure(1, 2, figsize=(9, 3.6), width_ratios=(3, 4))
    draw_table(left, right, scores)
    fig.savefig(path, metadata={"Date": None})


def read(path):
    """What earlier runs wrote."""
    return json.loads(path.read_text())["records"] if path.exists() else []


def add(record, path):
    """Write a record down beside all others, in the order of rows and seeds."""
    others = [r for r in read(path) if (r["row"], r["seed"]) != (record["row"], record["seed"])]
    records = sorted([*others, record], key=lambda r: (list(ROWS).index(r["row"]), r["seed"]))
    write_atomically(path, json.dumps({"records": records}) + "\n")


def main():
    """Run what is missing, write the results and the figure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS))
    parser.add_argument("--minutes", type=float, help="of processor time a search; by default its row's in ROWS")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(5)))
    parser.add_argument("--jobs", type=int, default=2, help="searches side by side")
    parser.add_argument("--workers", type=int, default=1, help="threads of each search")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "mnist_table", help="where searches are kept")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results" / "mnist_table.json")
    chosen = parser.parse_args()
    minutes = {row: chosen.minutes or its_own for row, (_, _, its_own) in ROWS.items()}
    wanted = list(product(chosen.rows, chosen.seeds))
    for row, seed in wanted:
        check(row, seed, minutes[row], chosen.out, chosen.runs)
    done = {(record["row"], record["seed"]) for record in read(chosen.out)}
    chosen.runs.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(chosen.jobs) as pool:
        missing = [key for key in wanted if key not in done]
        tasks = [pool.submit(measure, *key, minutes[key[0]], chosen.workers, chosen.runs) for key in missing]
        for task in as_completed(tasks):
            add(task.result(), chosen.out)
            print(f"\n{mnist_table(chosen.out)}\n", flush=True)
    records = read(chosen.out)
    draw(records, chosen.out.with_suffix(".svg"))
    print(mnist_table(chosen.out))
    for row, its in groupby(records, lambda record: record["row"]):
        print(f"{row}: seeds", *(record["seed"] for record in its))
    print(machines(records))


if __name__ == "__main__":
    main()
