"""The scripts behind the README's figures start, and describe their machine; what they measure takes them longer."""

import ast
import contextlib
import dataclasses
import importlib
import itertools
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import wann_lite as wl
from wann_lite import datasets
from wann_lite.engine.backends import compiled
from wann_lite.lineage import Lineage
from wann_lite.packing import unpack_lineage

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
FILES = sorted(path.stem for path in FOLDER.glob("*.py"))
SCRIPTS = [name for name in FILES if "ArgumentParser" in (FOLDER / f"{name}.py").read_text(encoding="utf-8")]
needs_resource = pytest.mark.skipif(sys.platform == "win32", reason="memory is measured by means that Windows lacks")


def run(*arguments):
    done = subprocess.run([sys.executable, *arguments], cwd=FOLDER, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def documentation(script):
    return ast.get_docstring(ast.parse((FOLDER / f"{script}.py").read_text(encoding="utf-8")))


def test_there_are_scripts():
    assert {"engine", "search_mnist"} <= set(SCRIPTS)


@needs_resource
@pytest.mark.parametrize("name", FILES)
def test_importing_measures_nothing(name):
    assert run("-c", f"import {name}") == ""


@needs_resource
@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_explains_itself(script):
    shown = run(f"{script}.py", "--help")
    usage = next(line for line in documentation(script).splitlines() if line.startswith("Usage: "))
    assert usage.startswith(f"Usage: python benchmarks/{script}.py")
    assert usage in shown
    options = [word.strip("[]") for word in usage.split() if word.startswith("[--")]
    assert all(option in shown.replace(usage, "") for option in options)


def test_the_machine_is_described_in_one_line_each():
    described = json.loads(run("-c", "import json, machine; print(json.dumps(machine.described()))"))
    assert {"date", "processor", "cores", "python", "numpy", "wann_lite"} <= described.keys()
    assert described["cores"] >= 1
    assert all(value and "\n" not in str(value) for value in described.values())


@pytest.fixture
def measured(script, tmp_path, monkeypatch):
    """What a script measures with these options; whatever the pages show of it can be shown."""
    tables = script("speed_tables")
    monkeypatch.setattr(tables, "RESULTS", tmp_path)

    def record_of(name, *options):
        run(f"{name}.py", *options, "--out", str(tmp_path / f"{name}.json"))
        shown = {}
        for place, make in (tables.TABLES | tables.SENTENCES).items():
            with contextlib.suppress(FileNotFoundError):  # the results of another script
                shown[place] = make()
        assert shown
        for place, text in shown.items():
            lines = text.splitlines()
            if place in tables.TABLES:
                assert len(lines) > 2 and len({line.count("|") for line in lines}) == 1, place
            else:
                assert len(lines) == 1 and text.endswith("."), place
        record = tables.read(name)
        assert record["machine"]["processor"]
        return record | {"shown": shown}

    return record_of


def test_the_dense_evaluator_takes_its_turn_beside_the_engine(measured):
    record = measured("against_dense", "--rounds", "1", "--connections", "60", "--images", "40")
    assert {(row["inserting"], row["batch_every"]) for row in record["rows"]} == {
        (0.2, 4),
        (0.3, 4),
        (0.2, 1),
        (0.3, 1),
    }
    for row in record["rows"]:
        assert row["mean_connections"] >= 60
        speeds = {name: figures["median"] for name, figures in row["per_second"].items()}
        assert row["ratio"].keys() == speeds.keys() - {"dense"} and min(speeds.values()) > 0
        for name, ratio in row["ratio"].items():
            assert ratio["low"] == ratio["median"] == ratio["high"] == pytest.approx(speeds[name] / speeds["dense"])


@needs_resource
def test_the_memory_of_searches_is_measured_large_and_long(measured):
    few = (
        "--populations",
        "6",
        "12",
        "--images",
        "50",
        "--memory",
        "1GB",
        "--connections",
        "60",
        "--generations",
        "10",
        "--informed-images",
        "60",
    )
    record = measured("footprint", *few)
    assert 0 < record["import_seconds"] < 60
    assert [tuple(row[key] for key in ("preset", "population", "batch", "allowed")) for row in record["searches"]] == [
        ("default", 6, 50, "1GB"),
        ("default", 12, 50, "1GB"),
        ("informed", 24, 60, "2GB"),
    ]
    assert all(10 < row["before"] <= row["peak"] for row in record["searches"])
    assert [row["generation"] for row in record["long"]] == list(range(11))
    assert all(row["megabytes"] > 10 for row in record["long"])
    assert record["shown"]["long"].splitlines()[-1].startswith("| 10 |")


def test_the_backends_take_turns_with_the_reference(measured):
    record = measured("engine", "--rounds", "1", "--connections", "40", "60", "--images", "50")
    assert [row["connections"] for row in record["rows"]] == [40, 60]
    for row in record["rows"]:
        speeds = {name: figures["median"] for name, figures in row["per_second"].items()}
        assert row["ratio"].keys() == speeds.keys() - {"reference"} == row["held_megabytes"].keys()
        assert all(
            row["ratio"][name]["median"] == pytest.approx(speeds[name] / speeds["reference"]) for name in row["ratio"]
        )
        fastest = speeds.get("cython", speeds["numpy"])
        assert row["backends"]["median"] == pytest.approx(fastest / speeds["numpy"])


def test_every_moment_of_a_generation_is_some_part_s(measured):
    few = ("--generations", "3", "--connections", "60", "--images", "50")
    for row in measured("where_time_goes", *few)["rows"]:
        parts = row["microseconds"]
        children = {"children: sums and activations", "children: loss"}
        assert children | {"graph and plans", "ranking", "the rest of Python"} <= parts.keys()
        assert ("mutation" in parts) == (row["backend"] == "numpy")
        assert min(parts.values()) >= 0 and 0 < row["python"] < 1


needs_the_compiler = pytest.mark.skipif(compiled()[0] is None, reason="the compiled backend is not built here")


@needs_the_compiler
def test_compiled_plans_lose_their_changed_outputs_or_everything(script):
    make, *_ = importlib.import_module("wann_lite.engine._program").Program().__reduce__()
    # Two children of parents 5 and 7: one with two steps, the other, where nothing is computed anew, with none.
    steps = [-1, 3, 0, 0, 20, 2, 1, 1, 2, 3, -2, 0, 1, 1, -1, 0, 0]
    numbers = [5, 2, *steps, 1, 0, -2, 0, 7, 0, 1, 4, 21, 0]
    starts, second = [0, 23], [7, 0, 0, 4, 21, 0]
    program = make(np.array(numbers, np.intc).tobytes(), starts, 2, 2, 1)
    assert len(numbers[:23]) == 2 + len(steps) + 4
    without = script("where_time_goes").without
    assert without(program, steps=True).numbers() == [5, 2, *steps, 0, 0, -2, 0, *second]
    assert without(program, steps=False).numbers() == [5, 0, 0, *steps[1:], 1, 0, -2, 0, *second]
    assert program.numbers() == numbers and without(program, steps=True).starts == starts


@needs_the_compiler
def test_children_without_their_steps_lose_as_their_parents_do(script):
    time_goes, task = script("where_time_goes"), wl.tasks.Classification(datasets.xor())
    search = wl.Search(task, wl.SearchConfig(population=12, batch=200, shards=1), seed=0, backend="cython")
    for _ in range(4):
        search.step()
    engine, asked = search._engine, []
    each = engine.shards._each
    parents = [individual.phenotype for individual in search.population]
    search._keep(search.population)
    engine.shards._each = lambda method, *arguments: asked.append((method, arguments)) or each(method, *arguments)
    engine.brood(parents, search._variation, search._rng)
    programs = next(arguments[0] for method, arguments in asked if method == "run")
    losses = np.array([parent.losses for parent in parents])
    for steps in (True, False):
        [(sums, fits)] = each("run", [time_goes.without(program, steps) for program in programs])
        assert fits.any()
        np.testing.assert_allclose(sums[fits] / engine.n, losses[fits], rtol=1e-4)


def test_the_share_of_checkpoints_is_that_of_a_search_by_the_command_line(measured):
    few = ("--seconds", "1", "--presets", "paper", "--populations", "12", "--connections", "60", "--rounds", "1")
    record = measured("checkpoint", *few)
    [run_of_a_second] = record["runs"]
    assert run_of_a_second["checkpoints"] >= 1 and 0 < run_of_a_second["share"] < 1
    cost = run_of_a_second["share"] * run_of_a_second["seconds"]
    assert cost >= run_of_a_second["median_seconds"] * run_of_a_second["checkpoints"] / 2
    [row] = record["rows"]
    assert (row["population"], row["births"]) == (12, 10_000) and row["resume_seconds"] > 0


def test_a_part_does_not_pay_for_what_it_calls():
    program = """
import time, types, where_time_goes as w
ticks = iter(range(0, 1000))
time.process_time = lambda: next(ticks)
inner = types.SimpleNamespace(act=lambda: None)
outer = types.SimpleNamespace(act=lambda: inner.act())
clock = w.Clock()
clock.wrap(inner, "act", "inner")
clock.wrap(outer, "act", "outer")
outer.act()
print(dict(clock.spent))
"""
    assert run("-c", program).strip() == "{'the rest of Python': 1, 'outer': 2, 'inner': 1}"


def test_what_a_plan_asks_for_is_counted_as_on_paper():
    # 100 examples, 2 weights: a new sum over inputs, from its base and one input more, is a linear output.
    program = """
import roofline, json
from wann_lite.engine.graph import Graph
from wann_lite.engine.plan import Plan, Step
graph = Graph(3, 1)
base, new = graph.number("linear", (1,), True), graph.number("linear", (1, 2), True)
plan = Plan(0, (Step(new, "linear", True, True, base, (2,), ()),), ((0, new, "linear"),))
print(json.dumps(roofline.asked_for(plan, graph, 100, 2)))
"""
    counted = json.loads(run("-c", program))
    rows = (
        1 + 1 + 2 * 3
    )  # base and input, of 100 numbers each; at both weights the old column, the reference, the total
    assert counted["bytes"] == 4 * 100 * rows
    assert counted["operations"] == 100 + 200 * 5.1 + 200
    assert counted["functions"] == 200 + 200


def test_a_child_is_held_against_what_the_machine_does(measured):
    few = ("--generations", "2", "--connections", "60", "--images", "50")
    for row in measured("roofline", *few)["rows"]:
        assert min(row["child"].values()) > 0 and min(row["per_second"].values()) > 0
        taken = row["microseconds"]
        for name, part in row["of_the_roof"].items():
            assert part == pytest.approx(max(taken["memory"], taken["arithmetic"]) / taken[name])


def test_threads_take_turns_and_agree(measured):
    few = ("--rounds", "2", "--connections", "60", "--images", "200")
    [row] = measured("threads", *few)["rows"]
    assert row["per_second"].keys() == {"1", "2"}
    assert row["ratio"]["low"] <= row["ratio"]["median"] <= row["ratio"]["high"]


def test_the_paper_s_budget_is_estimated_from_a_part(measured):
    record = measured("paper_budget", "--generations", "4", "--population", "64")
    curve = record["curve"]
    assert [point["generation"] for point in curve] == [0, 1, 2, 3, 4]
    assert record["settings"]["shards"] == record["workers"] == 2
    assert record["shown"]["budget"].splitlines()[-1].startswith("| 4 |")
    assert "would take, going by its first 4 generations, " in record["shown"]["budget in words"]
    for clock in ("processor_seconds", "wall_seconds"):
        pace = curve[4][clock] - curve[3][clock]
        assert record[f"estimated_{clock}"] == pytest.approx(curve[4][clock] + 4092 * pace)


# --- the table, with a clock that counts: a generation takes a second


@pytest.fixture(scope="module")
def table(script):
    """The script of the table as a module."""
    return script("mnist_table")


@pytest.fixture
def ticking(monkeypatch):
    """A second of processor time for every look at the clock."""
    ticks = itertools.count()
    monkeypatch.setattr("time.process_time", lambda: float(next(ticks)))


@pytest.fixture
def few_digits(monkeypatch):
    """So few of MNIST's digits that training is soon done."""
    digits, few = datasets.mnist(), {"train": 500, "validation": 200, "test": 100}
    cut = {f"{name}_{part}": getattr(digits, f"{name}_{part}")[:n] for part, n in few.items() for name in "xy"}
    digits = dataclasses.replace(digits, **cut)
    monkeypatch.setattr(datasets, "mnist", lambda: digits)
    return digits


@pytest.fixture
def scored(monkeypatch):
    """The networks that `wl.score` was called with."""
    networks, score = [], wl.score

    def counted(network, *others):
        networks.append(network)
        return score(network, *others)

    monkeypatch.setattr(wl, "score", counted)
    return networks


def measured_for(table, generations, row, seed, runs):
    return table.measure(row, seed, generations / 60, 1, runs)


def test_a_search_of_the_table_that_was_killed_goes_on_from_its_checkpoint(
    table, ticking, few_digits, tmp_path, monkeypatch
):
    monkeypatch.setattr(table, "SAVE_EVERY", -1)  # at every chance
    path, taken = tmp_path / "run", tmp_path / "run" / "processor_seconds"
    killed, before = table.searched("small", 3, 10 / 60, 1, path, few_digits)
    assert (killed.generation, before) == (9, 10)
    every = killed.config.batch_every
    assert float(taken.read_text()) == 9 // every * every + 1
    ended, seconds = table.searched("small", 3, 25 / 60, 1, path, few_digits)
    # Resumed at the checkpoint, with the time that it had taken until then.
    assert (ended.generation, seconds) == (24, 25)
    lines = [json.loads(line) for line in (path / "generations.jsonl").read_text().splitlines()]
    assert [line["generation"] for line in lines] == list(range(25))
    assert (ended.seed, ended.config.max_connections) == (3, 400)


def test_test_images_are_looked_at_once_and_last(table, ticking, few_digits, scored, tmp_path, monkeypatch):
    def fail():
        raise OSError("no description")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="no description"):
        patch.setattr(table, "described", fail)
        measured_for(table, 5, "blind", 0, tmp_path)
    assert not scored
    record = measured_for(table, 5, "blind", 0, tmp_path)
    assert record["processor_seconds"] == 5
    assert measured_for(table, 5, "blind", 0, tmp_path) == record
    assert [network.weights is not None for network in scored] == [True]
    assert record["score"]["images"] == 100 and record["score"]["trained"] is not None


def refused(table, *options):
    """What the script says instead of starting a search."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["mnist_table.py", *map(str, options)])
        patch.setattr(table, "ProcessPoolExecutor", None)
        with pytest.raises(SystemExit) as error:
            table.main()
    return str(error.value)


def test_what_stands_in_the_folder_of_a_search_is_not_taken_for_another(table, ticking, few_digits, tmp_path):
    runs, out = tmp_path / "runs", tmp_path / "table.json"
    asked = ("--rows", "small", "--seeds", 0, "--out", out, "--runs", runs, "--minutes")
    table.searched("small", 0, 0.1, 1, runs / "small_0", few_digits)
    config = runs / "small_0" / "config.json"
    assert refused(table, *asked, 7) == (
        f"{config} holds small, seed 0, for 0.1 minutes, not 7: "
        "ask for --minutes 0.1, or choose another --out and --runs"
    )
    record = runs / "small_0" / "record.json"
    measured_for(table, 6, "small", 0, runs)
    assert refused(table, *asked, 7).startswith(f"{record} holds small, seed 0, for 0.1 minutes, not 7: ask for")
    held = json.loads(record.read_text())
    table.check("small", 0, 0.1, out, runs)
    for path in (record, config):
        kept = json.loads(path.read_text())
        path.write_text(json.dumps(kept | {"settings": kept["settings"] | {"max_connections": 300, "temper": 2}}))
        assert refused(table, *asked, 0.1) == (
            f"{path} holds small, seed 0, with other settings than the row has: "
            "max_connections 300 (now 400), temper 2 (now 'gone'); choose another --out and --runs"
        )
        path.unlink()
    table.add(held, out)
    assert refused(table, *asked, 7).startswith(f"{out} holds small, seed 0, for 0.1 minutes, not 7: ask for")


def test_a_setting_that_came_later_than_a_search_has_its_default(table, tmp_path):
    asked, default = table.asked_for("informed").to_dict(), wl.SearchConfig().to_dict()
    refusals = set()
    for name in asked:
        settings = {other: value for other, value in asked.items() if other != name}
        out = tmp_path / f"{name}.json"
        table.add({"row": "informed", "seed": 1, "minutes": 15, "settings": settings}, out)
        try:
            table.check("informed", 1, 15, out, tmp_path)
        except SystemExit as refusal:
            assert f"other settings than the row has: {name} {default[name]!r} (now {asked[name]!r}); " in str(refusal)
            refusals.add(name)
    assert refusals == {name for name in asked if asked[name] != default[name]}
    assert 0 < len(refusals) < len(asked)


def test_a_row_s_minutes_are_those_of_the_processor(script, tmp_path):
    score = {"random": {"mean": 0.5, "sd": 0.1}, "ensemble": 0.6, "tuned": {"accuracy": 0.7}, "trained": 0.8}
    record = {"row": "small", "minutes": 99, "score": score | {"connections": 9, "hidden": 2}}
    # The first was written down before processor time was.
    records = [record | {"seconds": 240}, record | {"seconds": 900, "processor_seconds": 600}]
    (tmp_path / "table.json").write_text(json.dumps({"records": records}))
    lines = script("tables").mnist_table(tmp_path / "table.json").splitlines()
    (row,) = (line for line in lines if line.startswith("| `small`, 2 seeds |"))
    assert row.endswith("| 9 | 2 | 7 |")


def test_every_machine_and_version_is_told(script):
    one = {"date": "2026-11-22", "processor": "One", "numpy": "2.4.6"}
    machines = (one, one | {"date": "2026-11-23"}, one | {"numpy": "2.5.0"}, one)
    assert script("tables").machines([{"machine": machine} for machine in machines]) == (
        "2026-11-22, 2026-11-23: processor One, numpy 2.4.6\n2026-11-22: processor One, numpy 2.5.0"
    )


def test_a_seed_of_the_table_is_scored_once(tmp_path):
    out, runs = tmp_path / "table.json", tmp_path / "runs"
    few = ("--rows", "blind", "--minutes", "0.01", "--seeds", "0", "--runs", str(runs), "--out", str(out))
    first = run("mnist_table.py", *few)
    [record] = json.loads(out.read_text())["records"]
    assert (record["row"], record["seed"]) == ("blind", 0)
    assert record["score"]["images"] == 10_000 and len(record["random_accuracies"]) == 40
    assert record["score"]["random"]["mean"] == pytest.approx(sum(record["random_accuracies"]) / 40)
    assert record["validation"].keys() == {"search", "random", "trained"}
    assert record["score"]["trained"] > record["score"]["random"]["mean"]
    assert f"{100 * record['score']['trained']:.2f}" in first and "| `blind`, 1 seed |" in first
    assert "\nblind: seeds 0\n" in first and record["machine"]["processor"] in first.splitlines()[-1]
    assert out.with_suffix(".svg").read_text().startswith("<?xml")
    # What stands in the results, or in the folder of the search, is taken as it is, if it searched as long.
    with pytest.raises(AssertionError, match=r"holds blind, seed 0, for 0\.01 minutes, not 0\.02: ask for"):
        run("mnist_table.py", "--minutes", "0.02", *few[:2], *few[4:])
    assert run("mnist_table.py", *few).splitlines()[-1] == first.splitlines()[-1]
    record_of_the_run = runs / "blind_0" / "record.json"
    record_of_the_run.write_text(json.dumps(record | {"networks": -1}))
    run("mnist_table.py", *few)
    assert json.loads(out.read_text())["records"] == [record]
    out.unlink()
    run("mnist_table.py", *few)
    assert json.loads(out.read_text())["records"] == [record | {"networks": -1}]


def test_champions_ship_with_what_their_searches_reached(script, table, ticking, few_digits, tmp_path):
    shipping, runs, package = script("ship_champions"), tmp_path / "runs", tmp_path / "package"
    package.mkdir()
    records = {(row, seed): measured_for(table, 9, row, seed, runs) for row, seed in (("small", 0), ("small", 1))}
    records["informed", 2] = measured_for(table, 9, "informed", 2, runs)
    # The small one that does best on validation images, whatever it does on test images.
    for seed, reached in ((0, 0.7), (1, 0.6)):
        record = records["small", seed]
        record["validation"]["search"], record["score"]["trained"] = reached, 1 - reached
        (runs / f"small_{seed}" / "record.json").write_text(json.dumps(record))
    chosen = shipping.shipping(runs)
    assert {name: folder.name for name, (folder, _) in chosen.items()} == {
        "mnist_informed_2": "informed_2",
        "mnist_small": "small_0",
    }
    for name, (folder, record) in chosen.items():
        shipping.ship(name, folder, record, package)
        champion, found = wl.Network.load(package / f"{name}.json"), wl.Network.load(folder / "champion.json")
        assert champion == found and champion.weights is None
        note = champion.found["score"]
        assert note["random"]["accuracies"] == record["random_accuracies"] and len(note["random"]["weights"]) == 40
        assert {key: note[key] for key in ("ensemble", "tuned", "trained", "images")} == {
            key: record["score"][key] for key in ("ensemble", "tuned", "trained", "images")
        }
        assert {key: value for key, value in champion.found.items() if key != "score"} == found.found
        with np.load(package / "lineages" / f"{name}.npz", allow_pickle=False) as arrays:
            lineage = unpack_lineage(dict(arrays), champion.n_inputs, champion.n_outputs)
        assert lineage == Lineage.load(folder / "lineage.json") and lineage.champion == champion
    held = sorted(path.name for path in package.rglob("*.*"))
    assert held == ["mnist_informed_2.json", "mnist_informed_2.npz", "mnist_small.json", "mnist_small.npz"]


def test_a_champion_without_its_own_lineage_does_not_ship(script, table, ticking, few_digits, tmp_path):
    for seed in (0, 1):
        table.searched("small", seed, 0.2, 1, tmp_path / f"small_{seed}", few_digits)
    (tmp_path / "small_0" / "lineage.json").replace(tmp_path / "small_1" / "lineage.json")
    score = {"random": {"mean": 0.5}, "ensemble": 0.6, "tuned": {}, "trained": 0.8, "images": 100}
    record = {"score": score, "random_accuracies": [0.5]}
    with pytest.raises(SystemExit, match="small_1: the lineage does not end with the champion"):
        script("ship_champions").ship("mnist_small", tmp_path / "small_1", record, tmp_path)
    assert not list(tmp_path.glob("*.json")) and not list(tmp_path.rglob("*.npz"))


# --- data of one's own


@pytest.fixture(scope="module")
def own_data(script):
    """The script as a module."""
    return script("own_data")


def test_a_search_on_own_data_lasts_as_long_as_it_says(own_data, ticking, scored):
    record = own_data.run("digits, 8x8", "informed", 4, 3)
    assert record.keys() == {
        *("data", "preset", "seed", "seconds", "machine", "random", "spread", "connections", "generations")
    }
    assert (record["data"], record["preset"], record["seed"], record["seconds"]) == ("digits, 8x8", "informed", 4, 3)
    assert record["generations"] == 3  # the clock was looked at four times since it began
    (champion,) = scored
    assert record["connections"] == champion.n_connections
    assert record["random"] == pytest.approx(wl.score(champion, datasets.digits()).random.mean())
    assert record["machine"]["processor"]


def test_flat_images_have_the_same_pixels_and_no_shape(own_data):
    digits = datasets.digits()
    flat = own_data.flat(digits)
    assert digits.image_shape == (8, 8) and flat.image_shape is None
    for name, part in itertools.product("xy", ("train", "validation", "test")):
        np.testing.assert_array_equal(getattr(flat, f"{name}_{part}"), getattr(digits, f"{name}_{part}"))


def test_lifted_points_lie_about_a_plane(own_data):
    moons = datasets.moons()
    lifted = own_data.lifted(moons)
    x, labels = (
        np.concatenate([getattr(lifted, f"{name}_{p}") for p in ("train", "validation", "test")]) for name in "xy"
    )
    assert x.shape == (len(moons.y_train) + len(moons.y_test), own_data.FEATURES)
    of_axes = np.linalg.svd(x - x.mean(axis=0), compute_uv=False) / np.sqrt(len(x))
    assert of_axes[1] > 5 * of_axes[2] and of_axes[2:] == pytest.approx(0.05, rel=0.2)  # the noise
    assert np.bincount(labels).tolist() == np.bincount([*moons.y_train, *moons.y_test]).tolist()


def test_the_shell_is_seen_in_five_squares_alone(own_data):
    shell, clouds = own_data.shell(), own_data.clouds()
    np.testing.assert_array_equal(np.square(shell.x_train[:, :5]).sum(axis=1) > 4.35, shell.y_train == 1)
    assert shell.y_train.mean() == pytest.approx(0.5, abs=0.03)
    assert clouds.n_classes == 5 and np.bincount(clouds.y_train).argmin() == 4


def test_own_data_is_measured_once_for_each_length_of_search(own_data, script, tmp_path, monkeypatch, capsys):
    out, ran = tmp_path / "own.json", []

    def run(name, preset, seed, seconds):
        ran.append((name, preset, seed, seconds))
        reached = {"informed": 0.8, "default": 0.5}[preset] + seed / 100 + seconds / 1000
        its = {"data": name, "preset": preset, "seed": seed, "seconds": seconds, "random": reached}
        return its | {"machine": {"date": "today", "processor": f"of {seconds:g} s"}}

    monkeypatch.setattr(own_data, "run", run)
    monkeypatch.setattr(own_data, "ProcessPoolExecutor", ThreadPoolExecutor)

    def shown(*options):
        monkeypatch.setattr(sys, "argv", ["own_data.py", "--jobs", "1", "--out", str(out), *options])
        own_data.main()
        return capsys.readouterr().out

    longer = ("--seconds", "100", "--sets", "shell", "--presets", "informed", "--seeds", "0", "2")
    shown(*longer)
    assert ran == [("shell", "informed", 0, 100), ("shell", "informed", 2, 100)]
    ran.clear()
    first = shown("--sets", "digits, 8x8", "shell", "--seeds", "0")
    assert ran == [(name, preset, 0, 10) for name in ("digits, 8x8", "shell") for preset in ("informed", "default")]
    assert first.splitlines() == [
        "| random shared weight (%) | `informed`, 10 s | `default`, 10 s | `informed`, 100 s |",
        "|---|---|---|---|",
        "| digits, 8x8 | 81.0 (81.0 to 81.0) | 51.0 (51.0 to 51.0) | – |",
        "| shell | 81.0 (81.0 to 81.0) | 51.0 (51.0 to 51.0) | 91.0 (90.0 to 92.0) |",
        "",
        "today: processor of 10 s",
        "today: processor of 100 s",
    ]
    ran.clear()
    assert shown(*longer) == first and not ran


def test_every_script_of_speed_tells_its_machine_and_its_load(script, monkeypatch, tmp_path):
    tables = script("speed_tables")
    monkeypatch.setattr(tables, "RESULTS", tmp_path)
    machine = {"date": "2026-11-22", "processor": "One", "cores": 2, "python": "3.11", "numpy": "2", "wann_lite": "1"}
    for name in tables.SCRIPTS:
        (tmp_path / f"{name}.json").write_text(json.dumps({"machine": machine, "load": 0.5}))
    rows = [{"load": 1.5}, {"load": 0.9}]
    (tmp_path / "threads.json").write_text(json.dumps({"machine": machine, "rows": rows}))
    what = "| 2026-11-22 | One, 2 cores, Python 3.11, numpy 2, wann_lite 1 |"
    lines = tables.machines_table().splitlines()
    assert [line for line in lines[2:] if "threads" in line] == [f"| `threads.py` {what} 0.9 to 1.5 |"]
    assert f"| `engine.py` {what} 0.5 |" in lines and len(lines) == 2 + len(tables.SCRIPTS)


@pytest.mark.parametrize(
    ("values", "form", "words"), [([2, 1, 3], ".1f", "1.0 to 3.0"), ([0.96, 1.04], ".1f", "1.0"), ([7], ",", "7")]
)
def test_a_range_goes_from_the_least_to_the_greatest(script, values, form, words):
    assert script("speed_tables").range_of(values, form) == words


def test_what_is_not_measured_yet_leaves_its_place_as_it_is(script, monkeypatch, tmp_path):
    tables, page = script("tables"), "<!-- engine -->\nNot yet.\n<!-- end of engine -->\n<!-- mnist -->\nx\n"

    def missing():
        raise FileNotFoundError

    places = {"engine": missing, "mnist": lambda: "a table"}
    monkeypatch.setattr(tables, "PLACES", places)
    assert tables.filled(page) == page
    page += "<!-- end of mnist -->\n"
    assert tables.filled(page) == page.replace("\nx\n", "\na table\n")
    places["engine"] = lambda: "| \\1 |"
    assert "<!-- engine -->\n| \\1 |\n<!-- end of engine -->" in tables.filled(page)
