"""A run that is played again: every place of the slider, and nothing searched meanwhile."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wann_lite as wl
from wann_lite import datasets
from wann_lite.finished_run import FinishedRun, read_run
from wann_lite.run_folder import RunFolder, RunFolderError
from wann_lite.search import Search
from wann_lite.tasks import Classification
from wann_lite.viz import replay

pytest.importorskip("ipywidgets")
pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> FinishedRun:
    """A short run, read from its folder."""
    config = wl.SearchConfig(population=24, batch=100, initial_connections=0.5, validate_every=5)
    search = Search(Classification(datasets.xor(200)), config, seed=2)
    path = tmp_path_factory.mktemp("runs") / "first"
    with RunFolder(path, {"settings": config.to_dict()}) as folder:
        for record in search.run(generations=12):
            folder.add_generation(record.to_dict())
        folder.save_champion(search.champion, search.lineage)
    return read_run(path)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is displayed."""
    things: list[Any] = []
    monkeypatch.setattr("IPython.display.display", lambda thing, **_: things.append(thing))
    return things


def test_the_slider_at_both_ends_and_between(run: FinishedRun, shown: list[Any]) -> None:
    panel = replay.explore_run(run.path)
    (play, slider), (output, network) = (row.children for row in panel.children)
    assert shown[-1]["text/plain"].startswith("generation 12: ")
    for index in (0, 6, 12):
        slider.index = index
        record = run.generations[index]
        assert shown[-1]["text/plain"].startswith(f"generation {index}: {record.networks:,} networks tried")
        assert f"{record.champion_connections:,} connections" in shown[-1]["text/plain"]
        assert 'alt="generation' in shown[-1]["text/html"]
    assert (play.min, play.max) == (0, len(slider.options) - 1)
    assert slider.continuous_update is False and output.layout.height.endswith("px")
    assert network.value.startswith("<svg")


def test_it_neither_searches_nor_evaluates(run: FinishedRun, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise AssertionError("a replay computed something")

    monkeypatch.setattr(Search, "step", refused)
    monkeypatch.setattr("wann_lite.viz.search_plots.evaluate", refused)
    assert replay.draw_replay(run)[0] != replay.draw_replay(run, 0)[0]


def test_a_snapshot_knows_only_what_came_before(run: FinishedRun) -> None:
    snapshot = replay.snapshot_at(run, 4)
    assert snapshot.generations.tolist() == [0, 1, 2, 3, 4]
    assert snapshot.sizes.tolist() == [record.champion_connections for record in run.generations[:5]]
    assert snapshot.record is run.generations[4]
    assert replay.draw_replay(run)[1].startswith("generation 12")


def test_a_long_run_has_as_many_frames_as_can_be_told_apart(run: FinishedRun) -> None:
    long = FinishedRun(run.path, run.config, run.generations * 100, run.champion, None)
    frames = replay.replay_frames(long)
    assert len(frames) == 200 and frames[0] == 0 and frames[-1] == len(long.generations) - 1
    assert (np.diff(frames) >= 1).all()


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"has no config.json"):
        replay.explore_run(tmp_path)


@pytest.mark.parametrize("hidden", ["ipywidgets", "matplotlib"])
def test_a_missing_package_is_one_clear_line(hidden: str, run: FinishedRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, hidden, None)
    with pytest.raises(ImportError, match=rf'^a[\w ]+ needs {hidden}: pip install "wann_lite\[course\]"$'):
        replay.explore_run(run)
