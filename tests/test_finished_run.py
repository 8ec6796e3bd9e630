"""A run's folder read back: what was written is what is read, and what is damaged is named."""

import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest

import wann_lite as wl
from wann_lite import datasets
from wann_lite.finished_run import FinishedRun, read_run
from wann_lite.run_folder import RunFolder, RunFolderError
from wann_lite.search import Search
from wann_lite.tasks import Classification

CONFIG = wl.SearchConfig(population=24, batch=100, initial_connections=0.5, validate_every=5)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Search, list[Any]]:
    """A run's folder, the search and its records."""
    path = tmp_path_factory.mktemp("runs") / "first"
    search = Search(Classification(datasets.xor(200)), CONFIG, seed=2)
    records = []
    with RunFolder(path, {"task": "xor", "settings": search.config.to_dict()}) as folder:
        for record in search.run(generations=15):
            records.append(record)
            folder.add_generation(record.to_dict())
        folder.save_champion(search.champion, search.lineage)
    return path, search, records


@pytest.fixture
def run(written: tuple[Path, Search, list[Any]], tmp_path: Path) -> Path:
    """A copy to damage."""
    return Path(shutil.copytree(written[0], tmp_path / "copy"))


def change(path: Path, n: int, **values: Any) -> None:
    """Change a line of the generations; `...` takes a key away."""
    lines = (path / "generations.jsonl").read_text().splitlines()
    record = {key: value for key, value in (json.loads(lines[n]) | values).items() if value is not ...}
    lines[n] = json.dumps(record)
    (path / "generations.jsonl").write_text("\n".join(lines) + "\n")


def test_what_was_written_is_read(written: tuple[Path, Search, list[Any]]) -> None:
    path, search, records = written
    found = read_run(path)
    assert isinstance(found, FinishedRun)
    assert list(found.generations) == records
    assert found.champion == search.champion
    assert found.lineage == search.lineage
    assert found.weights == CONFIG.weights
    assert found.config["task"] == "xor"


def test_a_run_that_was_killed_is_read_as_far_as_it_came(run: Path) -> None:
    (run / "lineage.json").unlink()
    with (run / "generations.jsonl").open("a") as file:
        file.write('{"generation": 16, "netwo')
    found = read_run(run)
    assert found.generations[-1].generation == 15
    assert found.lineage is None


def test_what_was_not_finite_is_infinite_again(run: Path) -> None:
    change(run, 3, loss=None, front=[[3, None]])
    record = read_run(run).generations[3]
    assert record.loss == math.inf and record.front == ((3, math.inf),)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"front": ...}, "line 3 has no front: it was written by another version"),
        ({"loss": "low"}, "line 3: loss is 'low': it must be a number"),
        ({"loss": True}, "line 3: loss is True"),
        ({"networks": 1.5}, "line 3: networks is 1.5: it must be a whole number"),
        ({"hidden": -1}, "line 3: hidden is -1"),
        ({"accuracies": [0.5]}, "line 3: accuracies must be a list of 6 numbers"),
        ({"losses": None}, "line 3: losses must be a list of 6"),
        ({"losses": [1, 2, 3, 4, 5, "six"]}, "line 3: losses is 'six'"),
        ({"front": [1, 2]}, "line 3: front is .* must be a list of pairs"),
        ({"generation": 1}, "line 3: generation 1 follows 1: they must rise"),
    ],
)
def test_a_damaged_line_is_named(run: Path, values: dict[str, Any], told: str) -> None:
    change(run, 2, **values)
    with pytest.raises(RunFolderError, match=rf"generations.jsonl, {told}"):
        read_run(run)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("generations.jsonl", "", "holds no generation"),
        ("generations.jsonl", "{]\n", "line 1 is not JSON"),
        ("generations.jsonl", "[1]\n", r"line 1 holds \[1\]: it must be an object"),
        ("generations.jsonl", '{"loss": NaN}\n', "line 1 holds NaN"),
        ("config.json", "{}", "no settings with a list of shared weights"),
        ("config.json", '{"settings": {"weights": ["x"]}}', "no settings with a list of shared weights"),
        ("config.json", "", "config.json is not JSON"),
        ("champion.json", "{}", "champion.json"),
        ("lineage.json", "{}", "lineage.json"),
    ],
)
def test_a_damaged_file_is_named(run: Path, name: str, text: str, told: str) -> None:
    (run / name).write_text(text)
    with pytest.raises(RunFolderError, match=told):
        read_run(run)


@pytest.mark.parametrize("name", ["config.json", "generations.jsonl", "champion.json"])
def test_a_missing_file_is_named(run: Path, name: str) -> None:
    (run / name).unlink()
    with pytest.raises(RunFolderError, match=name):
        read_run(run)


def test_bytes_that_are_no_text(run: Path) -> None:
    (run / "generations.jsonl").write_bytes(b"\xff\xfe\n")
    with pytest.raises(RunFolderError, match="cannot be read"):
        read_run(run)
