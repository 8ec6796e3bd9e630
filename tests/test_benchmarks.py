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
    few = ("--populations", "6", "12", "--images", "50", "--connections", "60", "--generations", "10")
    record = measured("footprint", tmp_path, *few)
    assert 0 < record["import_seconds"] < 60
    assert [(row["population"], row["images"]) for row in record["searches"]] == [(6, 50), (12, 50)]
    assert all(10 < row["before"] <= row["peak"] for row in record["searches"])
    assert [row["generation"] for row in record["long"]] == list(range(11))
    assert all(row["megabytes"] > 10 for row in record["long"])


@pytest.mark.parametrize("name", ["results", "engine", "dense"])
def test_a_table_has_as_many_cells_in_each_row(name):
    lines = run("-c", f"import tables; print(tables.{name}_table())").splitlines()
    assert len(lines) > 2 and len({line.count("|") for line in lines}) == 1
