"""What the benchmarks of speed and memory measured, as the tables and sentences of the README and of speed.md."""

import json
from itertools import groupby
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
#: The scripts whose results these are.
SCRIPTS = (
    "engine",
    "against_dense",
    "where_time_goes",
    "roofline",
    "threads",
    "paper_budget",
    "checkpoint",
    "footprint",
    "cluster",
)


def read(script):
    """The results of a script."""
    return json.loads((RESULTS / f"{script}.json").read_text(encoding="utf-8"))


def engine_table():
    """What `engine.py` measured: networks a second, and how many times those of the reference."""
    rows = read("engine")["rows"]
    backends = list(rows[0]["ratio"])
    headings = "".join(f" {name} | ratio |" for name in backends)
    both = f" {backends[-1]} / {backends[0]} |" if len(backends) > 1 else ""
    lines = [f"| images | connections | reference |{headings}{both}"]
    lines.append("|---" * (lines[0].count("|") - 1) + "|")
    for row in rows:
        speeds = row["per_second"]
        cells = "".join(f" {speeds[name]['median']:,.0f} | {row['ratio'][name]['median']:,.0f} |" for name in backends)
        cells += f" {row['backends']['median']:.2f} |" if both else ""
        lines.append(f"| {row['images']:,} | {row['connections']:,} | {speeds['reference']['median']:,.1f} |{cells}")
    return "\n".join(lines)


def engine_in_words():
    """How much faster the compiled backend is, and what large networks cost."""
    rows = read("engine")["rows"]
    backends, sizes = list(rows[0]["ratio"]), [row["connections"] for row in rows]
    costs = {backend: [] for backend in backends}
    least, most = min(sizes), max(sizes)
    for _, its in groupby(rows, lambda row: row["images"]):
        speeds = {row["connections"]: row["per_second"] for row in its}
        for backend, found in costs.items():
            found.append(speeds[least][backend]["median"] / speeds[most][backend]["median"])
    faster = range_of((row["backends"]["median"] for row in rows), ".1f")
    words = f"The compiled backend is {faster} times as fast as numpy. " if len(backends) > 1 else ""
    return words + (
        f"A network of {most:,} connections costs "
        + ", ".join(f"{range_of(found, '.1f')} times one of {least:,} with {name}" for name, found in costs.items())
        + ": there is more downstream of each change."
    )


def evenly(points, parts):
    """The last point, and some before it, evenly spread."""
    return points[:: -max(1, (len(points) - 1) // parts)][::-1]


def range_of(values, form):
    """From the least to the greatest of some figures."""
    values = sorted(values)
    least, greatest = (format(value, form) for value in (values[0], values[-1]))
    return least if least == greatest else f"{least} to {greatest}"


def dense_table():
    """What `against_dense.py` measured."""
    rows = read("against_dense")["rows"]
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


def dense_in_words():
    """How many times as long the dense evaluator takes."""
    rows = read("against_dense")["rows"]
    times = [
        f"{range_of((row['ratio'][name]['median'] for row in rows), ',.0f')} times as long as with {name}"
        for name in rows[0]["ratio"]
    ]
    return (
        "Evaluated as the original program does it, one dense product of a vector with a matrix for each node and each "
        f"weight, networks of {range_of((row['connections'] for row in rows), ',')} connections take "
        f"{', '.join(times)} in whole generations of the search (`python benchmarks/against_dense.py`)."
    )


def time_table():
    """What `where_time_goes.py` measured: microseconds a network, and the share of each part in percent."""
    parts = {
        "sums": ("children: sums and activations",),
        "loss": ("children: loss",),
        "parents": ("nodes that are kept", "losses that are kept", "drops and releases"),
        "new batch": ("images of a new batch", "losses on a new batch", "scales on a new batch"),
        "mutation, graph": ("mutation", "graph and plans"),
        "ranking, records": ("ranking", "the rest of Python"),
    }
    lines = [
        "| images | connections | backend | microseconds | " + " | ".join(parts) + " |",
        "|---" * (4 + len(parts)) + "|",
    ]
    for row in read("where_time_goes")["rows"]:
        spent = row["microseconds"]
        whole = sum(spent.values())
        shares = (sum(spent.get(name, 0) for name in names) / whole for names in parts.values())
        cells = " | ".join(f"{100 * share:.0f} %" for share in shares)
        lines.append(f"| {row['images']:,} | {row['connections']:,} | {row['backend']} | {whole:,.0f} | {cells} |")
    return "\n".join(lines)


def roofline_table():
    """What `roofline.py` measured: microseconds a child, those of memory and of arithmetic, and those taken."""
    rows = read("roofline")["rows"]
    backends = list(rows[0]["of_the_roof"])
    headings = "".join(f" {name} | of the roof |" for name in backends)
    lines = [
        f"| images | connections | held | a child reads | memory alone | arithmetic alone |{headings}",
        "|---" * (6 + 2 * len(backends)) + "|",
    ]
    for row in rows:
        taken = row["microseconds"]
        cells = "".join(f" {taken[name]:,.0f} | {100 * row['of_the_roof'][name]:.0f} % |" for name in backends)
        lines.append(
            f"| {row['images']:,} | {row['connections']:,} | {row['held_megabytes']:.0f} MB "
            f"| {row['child']['bytes'] / 1e6:.2f} MB | {taken['memory']:,.0f} | {taken['arithmetic']:,.0f} |{cells}"
        )
    return "\n".join(lines)


def threads_table():
    """What `threads.py` measured."""
    rows = read("threads")["rows"]
    lines = ["| images | connections | one thread | two | ratio | of the best rounds |", "|---" * 6 + "|"]
    for row in rows:
        one, several = (row["per_second"][count]["median"] for count in ("1", str(row["workers"])))
        lines.append(
            f"| {row['images']:,} | {row['connections']:,} | {one:,.0f} | {several:,.0f} "
            f"| {row['ratio']['median']:.2f} | {row['ratio_of_best']:.2f} |"
        )
    return "\n".join(lines)


def threads_in_words():
    """What a second thread brings, by the size of the batch."""
    brings = [
        f"{range_of((row['ratio']['median'] for row in its), '.2f')} times as fast on batches of {images:,} images"
        for images, its in groupby(read("threads")["rows"], lambda row: row["images"])
    ]
    return f"On two cores the second thread makes a search {', and '.join(brings)} (`python benchmarks/threads.py`)."


def budget_table():
    """What `paper_budget.py` measured, at some generations on the way."""
    record = read("paper_budget")
    curve = record["curve"]
    lines = [
        "| generation | networks | connections | hidden nodes | accuracy (%) | minutes on the wall | of processors |",
        "|---" * 7 + "|",
    ]
    for point in evenly(curve, 8):
        lines.append(
            f"| {point['generation']:,} | {point['networks']:,} | {point['connections']:,} | {point['hidden']:,} "
            f"| {100 * point['accuracy']:.1f} | {point['wall_seconds'] / 60:.1f} "
            f"| {point['processor_seconds'] / 60:.1f} |"
        )
    return "\n".join(lines)


def budget_in_words():
    """How long the whole search of the paper takes."""
    record = read("paper_budget")
    settings, last = record["settings"], record["curve"][-1]["generation"]
    takes = "takes" if last == settings["generations"] else f"would take, going by its first {last:,} generations,"
    wall, processors = (record[f"estimated_{clock}_seconds"] / 60 for clock in ("wall", "processor"))
    return (
        f"The whole search of the paper, {settings['generations']:,} generations of {settings['population']} networks "
        f"at {settings['batch']:,} images and {len(settings['weights'])} weights, {takes} {wall:.1f} minutes with "
        f"{record['workers']} threads on {record['machine']['cores']} cores, {processors:.1f} of processor time "
        "(`python benchmarks/paper_budget.py`)."
    )


def checkpoint_table():
    """What `checkpoint.py` measured of one checkpoint."""
    lines = ["| population | connections | size | to make | to write | to resume |", "|---" * 6 + "|"]
    lines += [
        f"| {row['population']} | {row['connections']:,} | {row['megabytes']:.2f} MB | {row['make_seconds']:.2f} s "
        f"| {row['write_seconds']:.3f} s | {row['resume_seconds']:.1f} s |"
        for row in read("checkpoint")["rows"]
    ]
    return "\n".join(lines)


def checkpoint_in_words():
    """What part of a run checkpoints took, and how long it takes to resume."""
    record = read("checkpoint")
    runs, largest = record["runs"], max(record["rows"], key=lambda row: row["population"])
    shares = " and ".join(f"{100 * its['share']:.1f} % (`{its['preset']}`)" for its in runs)
    return (
        f"In runs of {range_of((its['seconds'] for its in runs), '.0f')} seconds by the command line, checkpoints took "
        f"{shares} of the time; `resume` takes {largest['resume_seconds']:.1f} seconds for {largest['population']} "
        f"networks of {largest['connections']:,} connections (`python benchmarks/checkpoint.py`)."
    )


def memory_table():
    """What `footprint.py` measured of large populations."""
    lines = ["| preset | population | images asked for | `memory` | images | at most | before |", "|---" * 7 + "|"]
    lines += [
        f"| `{row['preset']}` | {row['population']:,} | {row['images']:,} | {row['allowed']} | {row['batch']:,} "
        f"| {row['peak']:,.0f} MB | {row['before']:,.0f} MB |"
        for row in read("footprint")["searches"]
    ]
    return "\n".join(lines)


def long_table():
    """What `footprint.py` measured of a long search, at some generations on the way."""
    points = read("footprint")["long"]
    lines = ["| generation | connections | memory |", "|---" * 3 + "|"]
    lines += [
        f"| {point['generation']:,} | {point['connections']:,} | {point['megabytes']:,.0f} MB |"
        for point in evenly(points, 5)
    ]
    return "\n".join(lines)


def import_in_words():
    """What `footprint.py` measured of the import."""
    milliseconds = 1000 * read("footprint")["import_seconds"]
    return f"`import wann_lite` takes {milliseconds:.0f} ms of processor time beyond numpy's own import."


def cluster_table():
    """What `cluster.py` foretells: milliseconds of a generation by the number of workers."""
    record = read("cluster")
    lines = ["| workers | Python | waiting for answers | arrays | a generation | networks a second |", "|---" * 6 + "|"]
    for row in record["rows"]:
        cells = (f"{1000 * row[part]:,.0f}" for part in ("python", "waits", "arrays", "sum"))
        children = record["children"] / row["sum"]
        lines.append(f"| {row['workers']} | {' | '.join(cells)} | {children:,.0f} |")
    return "\n".join(lines)


def cluster_in_words():
    """How many workers are too many."""
    best = read("cluster")["best_workers"]
    return f"Beyond about {best:.0f} workers the driver is busier with messages than they save."


def machines_table():
    """What each script was run on, and how many other programs wanted a core."""
    lines = ["| script | date | machine | load |", "|---" * 4 + "|"]
    for script in SCRIPTS:
        record = read(script)
        its = record["machine"]
        loads = [row["load"] for row in record.get("rows", ()) if row.get("load")] or [record.get("load")]
        load = "" if loads[0] is None else range_of(loads, ".1f")
        what = f"{its['processor']}, {its['cores']} cores, Python {its['python']}, numpy {its['numpy']}"
        lines.append(f"| `{script}.py` | {its['date']} | {what}, wann_lite {its['wann_lite']} | {load} |")
    return "\n".join(lines)


#: Tables, and then sentences, by the name of their place.
TABLES = {
    "engine": engine_table,
    "dense": dense_table,
    "time": time_table,
    "roofline": roofline_table,
    "threads": threads_table,
    "budget": budget_table,
    "checkpoints": checkpoint_table,
    "memory": memory_table,
    "long": long_table,
    "cluster": cluster_table,
    "machines": machines_table,
}
SENTENCES = {
    "engine in words": engine_in_words,
    "dense in words": dense_in_words,
    "threads in words": threads_in_words,
    "budget in words": budget_in_words,
    "checkpoints in words": checkpoint_in_words,
    "import in words": import_in_words,
    "cluster in words": cluster_in_words,
}
