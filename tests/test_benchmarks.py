"""The scripts behind the README's figures start, and describe their machine; what they measure takes them longer."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

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


def measured(script, tmp_path, *options):
    run(f"{script}.py", *options, "--out", str(tmp_path / "measured.json"))
    record = json.loads((tmp_path / "measured.json").read_text())
    assert record["machine"]["processor"]
    return record


def test_the_dense_evaluator_takes_its_turn_beside_the_engine(tmp_path):
    record = measured("against_dense", tmp_path, "--rounds", "1", "--connections", "60", "--images", "40")
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
def test_the_memory_of_searches_is_measured_large_and_long(tmp_path):
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
    )
    record = measured("footprint", tmp_path, *few)
    assert 0 < record["import_seconds"] < 60
    assert [(row["population"], row["batch"], row["allowed"]) for row in record["searches"]] == [
        (6, 50, "1GB"),
        (12, 50, "1GB"),
    ]
    assert all(10 < row["before"] <= row["peak"] for row in record["searches"])
    assert [row["generation"] for row in record["long"]] == list(range(11))
    assert all(row["megabytes"] > 10 for row in record["long"])


def test_the_backends_take_turns_with_the_reference(tmp_path):
    record = measured("engine", tmp_path, "--rounds", "1", "--connections", "40", "60", "--images", "50")
    assert [row["connections"] for row in record["rows"]] == [40, 60]
    for row in record["rows"]:
        speeds = {name: figures["median"] for name, figures in row["per_second"].items()}
        assert row["ratio"].keys() == speeds.keys() - {"reference"} == row["held_megabytes"].keys()
        assert all(
            row["ratio"][name]["median"] == pytest.approx(speeds[name] / speeds["reference"]) for name in row["ratio"]
        )
        fastest = speeds.get("cython", speeds["numpy"])
        assert row["backends"]["median"] == pytest.approx(fastest / speeds["numpy"])


def test_every_moment_of_a_generation_is_some_part_s(tmp_path):
    few = ("--generations", "3", "--connections", "60", "--images", "50")
    for row in measured("where_time_goes", tmp_path, *few)["rows"]:
        parts = row["microseconds"]
        assert {"children", "graph and plans", "ranking", "the rest of Python"} <= parts.keys()
        assert ("mutation" in parts) == (row["backend"] == "numpy")
        assert min(parts.values()) >= 0 and 0 < row["python"] < 1


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


def test_a_child_is_held_against_what_the_machine_does(tmp_path):
    few = ("--generations", "2", "--connections", "60", "--images", "50")
    for row in measured("roofline", tmp_path, *few)["rows"]:
        assert min(row["child"].values()) > 0 and min(row["per_second"].values()) > 0
        taken = row["microseconds"]
        for name, part in row["of_the_roof"].items():
            assert part == pytest.approx(max(taken["memory"], taken["arithmetic"]) / taken[name])


def test_threads_take_turns_and_agree(tmp_path):
    few = ("--rounds", "2", "--connections", "60", "--images", "200")
    [row] = measured("threads", tmp_path, *few)["rows"]
    assert row["per_second"].keys() == {"1", "2"}
    assert row["ratio"]["low"] <= row["ratio"]["median"] <= row["ratio"]["high"]


def test_the_paper_s_budget_is_estimated_from_a_part(tmp_path):
    record = measured("paper_budget", tmp_path, "--generations", "4", "--population", "64")
    curve = record["curve"]
    assert [point["generation"] for point in curve] == [0, 1, 2, 3, 4]
    pace = curve[4]["processor_seconds"] - curve[3]["processor_seconds"]
    assert record["estimated_processor_seconds"] == pytest.approx(curve[4]["processor_seconds"] + 4092 * pace)


def test_a_search_of_the_table_that_was_killed_goes_on_from_its_checkpoint(tmp_path):
    program = f"""
import contextlib, io, pathlib, mnist_table, wann_lite
mnist_table.SAVE_EVERY, path, digits = 0, pathlib.Path({str(tmp_path)!r}, "run"), wann_lite.datasets.mnist()
with contextlib.redirect_stdout(io.StringIO()):
    killed, before = mnist_table.searched("small", 3, 0.02, 1, path, digits)
    saved = killed.generation // killed.config.batch_every * killed.config.batch_every
    ended, seconds = mnist_table.searched("small", 3, 0.05, 1, path, digits)
lines = (path / "generations.jsonl").read_text().splitlines()
print(before, seconds, saved, ended.generation, len(lines), ended.seed, ended.config.max_connections)
"""
    before, seconds, saved, last, lines, *rest = run("-c", program).split()
    assert 1.2 <= float(before) < 3 <= float(seconds) < 6
    assert 0 < int(saved) < int(last) == int(lines) - 1
    assert rest == ["3", "400"]


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
    assert out.with_suffix(".svg").read_text().startswith("<?xml")
    # What stands in the results, or in the folder of the search, is taken as it is, if it searched as long.
    with pytest.raises(AssertionError, match=r"holds blind, seed 0, after 0\.01 minutes, not 0\.02: choose another"):
        run("mnist_table.py", "--minutes", "0.02", *few[:2], *few[4:])
    assert run("mnist_table.py", *few).splitlines()[-1] == first.splitlines()[-1]
    record_of_the_run = runs / "blind_0" / "record.json"
    record_of_the_run.write_text(json.dumps(record | {"networks": -1}))
    run("mnist_table.py", *few)
    assert json.loads(out.read_text())["records"] == [record]
    out.unlink()
    run("mnist_table.py", *few)
    assert json.loads(out.read_text())["records"] == [record | {"networks": -1}]


def test_a_table_has_as_many_cells_in_each_row():
    program = """
import tables
for table in tables.TABLES.values():
    try:
        print(table())
    except FileNotFoundError:
        print("not measured yet")
    print()
"""
    shown = [table.splitlines() for table in run("-c", program).strip().split("\n\n")]
    tables = [lines for lines in shown if lines != ["not measured yet"]]
    assert len(tables) >= 3
    assert all(len(lines) > 2 and len({line.count("|") for line in lines}) == 1 for lines in tables)
