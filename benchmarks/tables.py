"""The tables of the README, from the files in benchmarks/results.

Usage: python benchmarks/tables.py [--write]

Between `<!-- engine -->` and `<!-- end of engine -->`, say, the README holds what `engine_table` makes of the results,
and a test says so. All tables are printed for which the README has such a place; `--write` also puts them there.
"""

import argparse
import json
import re
from itertools import groupby
from pathlib import Path
from statistics import mean, stdev

from wann_lite.files import write_atomically
from wann_lite.scoring import PAPER, PAPER_RANDOM, SINGLE_LAYER

RESULTS = Path(__file__).parent / "results"
README = Path(__file__).parents[1] / "README.md"


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


def engine_table():
    """What `engine.py` measured: networks a second, and how many times those of the reference."""
    record = json.loads((RESULTS / "engine.json").read_text())
    backends = list(record["rows"][0]["ratio"])
    headings = "".join(f" {name} | ratio |" for name in backends)
    lines = [f"| images | connections | reference |{headings}", "|---" * (3 + 2 * len(backends)) + "|"]
    for row in record["rows"]:
        speeds = row["per_second"]
        cells = "".join(f" {speeds[name]['median']:,.0f} | {row['ratio'][name]['median']:,.0f} |" for name in backends)
        lines.append(f"| {row['images']:,} | {row['connections']:,} | {speeds['reference']['median']:,.1f} |{cells}")
    return "\n".join(lines)


def cluster_table():
    """What `cluster.py` foretells: milliseconds of a generation by the number of workers."""
    record = json.loads((RESULTS / "cluster.json").read_text())
    lines = ["| workers | Python | waiting for answers | arrays | a generation | networks a second |", "|---" * 6 + "|"]
    for row in record["rows"]:
        cells = (f"{1000 * row[part]:,.0f}" for part in ("python", "waits", "arrays", "sum"))
        children = record["children"] / row["sum"]
        lines.append(f"| {row['workers']} | {' | '.join(cells)} | {children:,.0f} |")
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


def time_table():
    """What `where_time_goes.py` measured: microseconds a network, and the share of each part in percent."""
    parts = {
        "children": ("children",),
        "parents": ("nodes that are kept", "losses that are kept", "drops and releases"),
        "new batch": ("images of a new batch", "losses on a new batch", "scales on a new batch"),
        "mutation, graph": ("mutation", "graph and plans"),
        "ranking, records": ("ranking", "the rest of Python"),
    }
    lines = [
        "| images | connections | backend | microseconds | " + " | ".join(parts) + " |",
        "|---" * (4 + len(parts)) + "|",
    ]
    for row in json.loads((RESULTS / "where_time_goes.json").read_text())["rows"]:
        spent = row["microseconds"]
        whole = sum(spent.values())
        shares = (sum(spent.get(name, 0) for name in names) / whole for names in parts.values())
        cells = " | ".join(f"{100 * share:.0f} %" for share in shares)
        lines.append(f"| {row['images']:,} | {row['connections']:,} | {row['backend']} | {whole:,.0f} | {cells} |")
    return "\n".join(lines)


def roofline_table():
    """What `roofline.py` measured: microseconds a child, the least and those taken."""
    rows = json.loads((RESULTS / "roofline.json").read_text())["rows"]
    backends = list(rows[0]["of_the_roof"])
    headings = "".join(f" {name} | of the roof |" for name in backends)
    lines = [
        f"| images | connections | a child reads | memory alone | arithmetic alone |{headings}",
        "|---" * (5 + 2 * len(backends)) + "|",
    ]
    for row in rows:
        taken = row["microseconds"]
        cells = "".join(f" {taken[name]:,.0f} | {100 * row['of_the_roof'][name]:.0f} % |" for name in backends)
        lines.append(
            f"| {row['images']:,} | {row['connections']:,} | {row['child']['bytes'] / 1e6:.2f} MB "
            f"| {taken['memory']:,.0f} | {taken['arithmetic']:,.0f} |{cells}"
        )
    return "\n".join(lines)


def threads_table():
    """What `threads.py` measured."""
    rows = json.loads((RESULTS / "threads.json").read_text())["rows"]
    lines = ["| images | connections | one thread | two | ratio | of the best rounds |", "|---|---|---|---|---|---|"]
    for row in rows:
        one, several = (row["per_second"][count]["median"] for count in ("1", str(row["workers"])))
        lines.append(
            f"| {row['images']:,} | {row['connections']:,} | {one:,.0f} | {several:,.0f} "
            f"| {row['ratio']['median']:.2f} | {row['ratio_of_best']:.2f} |"
        )
    return "\n".join(lines)


def own_data_table(path=RESULTS / "own_data.json"):
    """What `own_data.py` measured: the mean over seeds, and the lowest and the highest."""
    found = {}
    for record in json.loads(path.read_text())["records"]:
        column = record["seconds"], record["preset"]
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


def memory_table():
    """What `footprint.py` measured of large populations."""
    rows = json.loads((RESULTS / "footprint.json").read_text())["searches"]
    lines = ["| population | images asked for | `memory` | images | at most | before |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {row['population']:,} | {row['images']:,} | {row['allowed']} | {row['batch']:,} "
        f"| {row['peak']:,.0f} MB | {row['before']:,.0f} MB |"
        for row in rows
    ]
    return "\n".join(lines)


#: The tables by the name of their place.
TABLES = {
    "mnist": mnist_table,
    "results": results_table,
    "engine": engine_table,
    "dense": dense_table,
    "time": time_table,
    "roofline": roofline_table,
    "threads": threads_table,
    "memory": memory_table,
    "own data": own_data_table,
    "cluster": cluster_table,
}


def place(name):
    """Where the README holds a table."""
    return re.compile(f"(?<=<!-- {name} -->\n).*?(?=\n<!-- end of {name} -->)", re.DOTALL)


def main():
    """Print or write what the README has a place for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put them into README.md")
    chosen = parser.parse_args()
    text = README.read_text(encoding="utf-8")
    tables = {name: table() for name, table in TABLES.items() if place(name).search(text)}
    if chosen.write:
        for name, table in tables.items():
            text = place(name).sub(lambda _, table=table: table, text)
        write_atomically(README, text)
    print(*tables.values(), sep="\n\n")


if __name__ == "__main__":
    main()
