"""The tables of README.md and benchmarks/speed.md, and sentences with figures, from the files in benchmarks/results.

Usage: python benchmarks/tables.py [--write]

Between `<!-- engine -->` and `<!-- end of engine -->`, say, a page holds what `engine_table` makes of the results, and
a test says so. Whatever a page has such a place for is printed; `--write` also puts it there.
"""

import argparse
import contextlib
import json
import re
from itertools import groupby
from pathlib import Path
from statistics import mean, stdev

from speed_tables import RESULTS, SENTENCES, TABLES

from wann_lite.files import write_atomically
from wann_lite.scoring import PAPER, PAPER_RANDOM, SINGLE_LAYER

PAGES = (Path(__file__).parents[1] / "README.md", Path(__file__).parent / "speed.md")


def mnist_table(path=RESULTS / "mnist_table.json"):
    """What `mnist_table.py` measured: mean and deviation over the seeds, between the paper and the single layer.

    The column after that of a random shared weight has the deviation over the forty weights, the mean of all seeds.
    Minutes are those of the processor that a search took.
    """
    paper = " | ".join(f"{100 * value:.1f}" for value in PAPER.values())
    lines = [
        "| test accuracy (%) | random shared weight | over the weights | ensemble of six | tuned weight "
        "| trained weights | connections | hidden nodes | minutes |",
        "|---" * 9 + "|",
        f"| Gaier & Ha (2019) | {100 * PAPER_RANDOM[0]:.1f} | ± {100 * PAPER_RANDOM[1]:.1f} | {paper} | 1,849 | | |",
    ]
    for row, records in groupby(json.loads(path.read_text())["records"], lambda record: record["row"]):
        records = list(records)
        scores = [record["score"] for record in records]
        random, over, ensemble, tuned, trained = zip(
            *(
                (
                    score["random"]["mean"],
                    score["random"]["sd"],
                    score["ensemble"],
                    score["tuned"]["accuracy"],
                    score["trained"],
                )
                for score in scores
            ),
            strict=True,
        )
        accuracies = " | ".join(
            [_spread(random), f"± {100 * mean(over):.2f}", *map(_spread, (ensemble, tuned, trained))]
        )
        sizes = (f"{mean(score[size] for score in scores):,.0f}" for size in ("connections", "hidden"))
        # Records from before processor time was written down have the seconds of the wall alone.
        minutes = mean(record.get("processor_seconds", record["seconds"]) for record in records) / 60
        seeds = f"{len(records)} seed{'s' if len(records) > 1 else ''}"
        lines.append(f"| `{row}`, {seeds} | {accuracies} | {' | '.join(sizes)} | {minutes:.0f} |")
    lines.append(f"| a trained single layer, same pixels | | | | | {100 * SINGLE_LAYER:.1f} | 2,570 weights | | |")
    return "\n".join(lines)


def _spread(shares):
    return f"{100 * mean(shares):.2f}" + (f" ± {100 * stdev(shares):.2f}" if len(shares) > 1 else "")


def machines(records):
    """What some records were measured on: a line for each machine and each set of versions, with its days."""
    days = {}
    for record in records:
        its = {name: value for name, value in record["machine"].items() if name != "date"}
        days.setdefault(json.dumps(its), set()).add(record["machine"]["date"])
    return "\n".join(
        f"{', '.join(sorted(dates))}: " + ", ".join(f"{name} {value}" for name, value in json.loads(its).items())
        for its, dates in days.items()
    )


def results_table():
    """Every run of `search_mnist.py`, all seeds, between the paper's own figures and the single layer."""
    lines = [
        "| test accuracy (%) | random shared weight | ensemble of six | tuned weight | connections | networks tried |",
        "|---|---|---|---|---|---|",
        f"| Gaier & Ha (2019) | {100 * PAPER_RANDOM[0]:.1f} ± {100 * PAPER_RANDOM[1]:.1f} "
        f"| {100 * PAPER['ensemble']:.1f} | {100 * PAPER['tuned']:.1f} | 1,849 | 3,932,160 |",
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


def own_data_table(path=RESULTS / "own_data.json"):
    """What `own_data.py` measured: the mean over seeds, and the lowest and the highest."""
    found = {}
    for record in json.loads(path.read_text())["records"]:
        column = record.get("seconds", 10), record["preset"]  # before there was a choice they lasted ten
        found.setdefault(record["data"], {}).setdefault(column, []).append(100 * record["random"])
    # Of each length of search the presets stand in the order of the records.
    columns = sorted(dict.fromkeys(column for its in found.values() for column in its), key=lambda column: column[0])
    headings = " | ".join(f"`{preset}`, {seconds:g} s" for seconds, preset in columns)
    lines = [f"| random shared weight (%) | {headings} |", "|---" * (1 + len(columns)) + "|"]
    for name, its in found.items():
        cells = (_mean_and_range(its[column]) if column in its else "–" for column in columns)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _mean_and_range(values):
    return f"{mean(values):.1f} ({min(values):.1f} to {max(values):.1f})"


#: What stands in a page, by the name of its place.
PLACES = {"mnist": mnist_table, "results": results_table, "own data": own_data_table} | TABLES | SENTENCES


def place(name):
    """Where a page holds something."""
    return re.compile(f"(?<=<!-- {name} -->\n).*?(?=\n<!-- end of {name} -->)", re.DOTALL)


def filled(text):
    """A page with whatever has been measured in its place; all else stays as it is."""
    for name, make in PLACES.items():
        if place(name).search(text):
            with contextlib.suppress(FileNotFoundError):  # not measured yet
                made = make()
                text = place(name).sub(lambda _, made=made: made, text)
    return text


def main():
    """Print or write what the pages have a place for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put them into the pages")
    chosen = parser.parse_args()
    for page in PAGES:
        text = filled(page.read_text(encoding="utf-8"))
        if chosen.write:
            write_atomically(page, text)
        print(*(match[0] for name in PLACES if (match := place(name).search(text))), sep="\n\n", end="\n\n")


if __name__ == "__main__":
    main()
