"""A run's folder is its own, and whatever happens each file in it is whole."""

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from wann_lite import Network, run_folder
from wann_lite.lineage import Birth, Lineage
from wann_lite.run_folder import RunFolder, RunFolderError, unused_folder

SMALL = Network(1, 1, ["linear"], [(1, 2)])
LARGER = Network(1, 1, ["tanh"], [(0, 2), (1, 2)])


def lineage(network: Network) -> Lineage:
    return Lineage.of(network, Birth())


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_all_files(tmp_path: Path) -> None:
    path = tmp_path / "some" / "where"
    with RunFolder(path, {"seed": 3}) as folder:
        folder.add_generation({"generation": 0})
        folder.add_generation({"generation": 1})
        folder.save_champion(SMALL, lineage(SMALL))
        folder.save_champion(LARGER, lineage(LARGER))
        folder.save_score({"ensemble": 0.5})
    assert names(path) == ["champion.json", "config.json", "generations.jsonl", "lineage.json", "score.json"]
    assert json.loads((path / "config.json").read_text()) == {"seed": 3}
    assert (path / "generations.jsonl").read_text() == '{"generation": 0}\n{"generation": 1}\n'
    assert Network.load(path / "champion.json") == LARGER
    assert Lineage.load(path / "lineage.json").champion == LARGER
    assert json.loads((path / "score.json").read_text()) == {"ensemble": 0.5}


def test_a_line_is_on_disk_as_soon_as_it_is_added(tmp_path: Path) -> None:
    with RunFolder(tmp_path, {}) as folder:
        folder.add_generation({"generation": 0})
        assert (tmp_path / "generations.jsonl").read_bytes() == b'{"generation": 0}\n'


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_numbers_that_json_does_not_know_become_null(number: float, tmp_path: Path) -> None:
    with RunFolder(tmp_path, {}) as folder:
        folder.add_generation({"loss": number, "accuracies": (0.5, 1), "front": [[3, number]]})
    assert (
        tmp_path / "generations.jsonl"
    ).read_text() == '{"loss": null, "accuracies": [0.5, 1], "front": [[3, null]]}\n'


def test_a_folder_that_holds_anything_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(RunFolderError, match=r"already holds 'thesis.txt': choose"):
        RunFolder(tmp_path, {})
    assert names(tmp_path) == ["thesis.txt"]


def test_the_second_of_two_runs_that_start_at_once_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with RunFolder(tmp_path, {"seed": 1}):
        monkeypatch.setattr(run_folder, "check_unused", lambda path: None)  # it looked before the first began
        with pytest.raises(RunFolderError, match="File exists"):
            RunFolder(tmp_path, {"seed": 2})
    assert json.loads((tmp_path / "config.json").read_text()) == {"seed": 1}
    assert names(tmp_path) == ["config.json", "generations.jsonl"]


def test_a_file_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(RunFolderError, match="is a file"):
        RunFolder(tmp_path / "taken", {})
    with pytest.raises(RunFolderError, match="cannot be made"):
        RunFolder(tmp_path / "taken" / "below", {})
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.parametrize("name", ["a" * 300, "nul\0"])
def test_a_name_that_no_folder_can_have(name: str, tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="choose another"):
        RunFolder(tmp_path / name, {})


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="whoever may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    for path in (tmp_path, tmp_path / "new"):
        with pytest.raises(RunFolderError, match="Permission denied"):
            RunFolder(path, {})
    tmp_path.chmod(0o700)
    assert names(tmp_path) == []


def full(*arguments: Any) -> None:
    """A disk without room."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_nothing_stays_if_the_settings_find_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_folder, "write_atomically", full)
    with pytest.raises(RunFolderError, match=r"config.json cannot be opened .*No space left.*: see that"):
        RunFolder(tmp_path / "a" / "b", {})
    assert names(tmp_path) == []


class AlmostFull:
    """A file on a disk that has room for so many bytes only."""

    def __init__(self, file: Any, room: int) -> None:
        self.file, self.room = file, room

    def write(self, data: memoryview) -> int:
        if not self.room:
            full()
        written = self.file.write(data[: self.room])
        self.room -= written
        return int(written)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


def test_a_line_that_finds_no_room_leaves_no_half(tmp_path: Path) -> None:
    with RunFolder(tmp_path, {}) as folder:
        folder.add_generation({"generation": 0})
        folder._generations = AlmostFull(folder._generations, room=10)  # type: ignore[assignment]
        with pytest.raises(RunFolderError, match="No space left"):
            folder.add_generation({"generation": 1})
        assert (tmp_path / "generations.jsonl").read_text() == '{"generation": 0}\n'
        folder._generations.room = 100  # type: ignore[attr-defined]
        folder.add_generation({"generation": 1})
    assert (tmp_path / "generations.jsonl").read_text() == '{"generation": 0}\n{"generation": 1}\n'


def test_a_champion_that_finds_no_room_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with RunFolder(tmp_path, {}) as folder:
        folder.save_champion(SMALL, lineage(SMALL))
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(RunFolderError, match=r"champion.json cannot be opened or written"):
            folder.save_champion(LARGER, lineage(LARGER))
        with pytest.raises(RunFolderError, match=r"score.json cannot be opened or written"):
            folder.save_score({})
    assert Network.load(tmp_path / "champion.json") == SMALL
    assert names(tmp_path) == ["champion.json", "config.json", "generations.jsonl", "lineage.json"]


def test_an_unused_folder_is_counted_up(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "xor"
    assert unused_folder(path) == path
    path.mkdir(parents=True)
    (tmp_path / "runs" / "xor-2").write_text("a file counts too")
    assert unused_folder(path) == tmp_path / "runs" / "xor-3"
