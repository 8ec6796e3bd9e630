"""A run that was killed, stopped or out of room is resumed, and ends as it would have ended."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from backends import on_each_backend

from wann_lite import Network, Search, run_folder
from wann_lite.cli import main, running
from wann_lite.lineage import Lineage
from wann_lite.run_folder import RunFolder, RunFolderError

unix = pytest.mark.skipif(os.name == "nt", reason="signals as Unix has them")
# By backend: what comes of the run that is not killed, and how many calls it takes.
Whole = Callable[[str], tuple[Any, dict[str, int]]]
KILLS = 25
LAST = 21

# A search small enough to be killed often, which writes a checkpoint wherever it can. It kills itself after so many
# calls and returns of functions, from the start of the search on or while checkpoints are written; if it gets to its
# end it says how many are left.
PROGRAM = """if True:
    import os, signal, sys
    from wann_lite import SearchConfig, config
    from wann_lite.cli import main, running
    from wann_lite.run_folder import RunFolder

    where, left = sys.argv[1], int(sys.argv[2])
    settings = dict(population=12, batch=40, first_batch=40, batch_every=4, validate_every=3, elite=0.25)
    config.PRESETS = {"fast": SearchConfig(**settings, initial_connections=0.2)}
    running.SAVE_EVERY, running.CHECKPOINT_SHARE = 0, float("inf")

    def count(frame, event, argument):
        global left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    if where == "anywhere":
        announce = running._announce

        def announce_and_count(*arguments):
            announce(*arguments)
            sys.setprofile(count)

        running._announce = announce_and_count
    else:
        save = RunFolder.save_checkpoint

        def save_and_count(self, content):
            sys.setprofile(count)
            save(self, content)
            sys.setprofile(None)

        RunFolder.save_checkpoint = save_and_count
    code = main(sys.argv[3:])
    sys.setprofile(None)
    print("left", left)
    sys.exit(code)
"""


def call(where: str, left: int, *typed: str) -> tuple[int, int]:
    """The exit code of a real process, and what is left of its calls."""
    command = [sys.executable, "-c", PROGRAM, where, str(left), *typed]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.stderr == ""
    return done.returncode, int(done.stdout.split()[-1]) if done.returncode == 0 else 0


def outcome(folder: str | Path) -> tuple[Network, Lineage, list[Any], Any]:
    """What came of a run, but for the times."""
    text = Path(folder, "generations.jsonl").read_text()
    assert text.endswith("\n")
    lines = [json.loads(line) | {"seconds": None} for line in text.splitlines()]
    score = json.loads(Path(folder, "score.json").read_text())
    return Network.load(Path(folder, "champion.json")), Lineage.load(Path(folder, "lineage.json")), lines, score


def names(folder: str | Path) -> list[str]:
    return sorted(file.name for file in Path(folder).iterdir())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three classes among eight features, all but three of them noise."""
    folder = tmp_path_factory.mktemp("home")
    y = np.arange(90) % 3
    x = np.random.default_rng(0).normal(size=(90, 8))
    x[:, :3] += np.eye(3)[y]
    np.savez(folder / "data.npz", x=x, y=y)
    return folder


@pytest.fixture(autouse=True)
def _at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(home)
    yield
    for folder in home.iterdir():
        if folder.is_dir() and not folder.name.startswith("whole"):
            shutil.rmtree(folder)


def typed(backend: str, out: str) -> list[str]:
    search = ["search", "data.npz", "--preset", "fast", "--generations", str(LAST)]
    return [*search, "--backend", backend, "--out", out]


@pytest.fixture(scope="module")
def whole(home: Path) -> Whole:
    known: dict[str, Any] = {}

    def of(backend: str) -> tuple[Any, dict[str, int]]:
        if backend not in known:
            calls = {}
            for where in ("anywhere", "saving"):
                code, left = call(where, 0, *typed(backend, f"whole-{backend}-{where}"))
                assert code == 0
                calls[where] = -left
            known[backend] = outcome(home / f"whole-{backend}-anywhere"), calls
        return known[backend]

    return of


@unix
@on_each_backend
@pytest.mark.parametrize("kill", range(KILLS))
def test_killed_at_any_moment_it_ends_as_if_it_had_not_been(kill: int, backend: str, whole: Whole) -> None:
    expected, calls = whole(backend)
    rng = np.random.default_rng(kill)
    where = "saving" if kill % 3 == 0 else "anywhere"
    assert call(where, int(rng.integers(1, calls[where])), *typed(backend, "out"))[0] == -signal.SIGKILL
    if kill % 5 == 0:  # and once more, unless it ends before
        assert call(where, int(rng.integers(1, calls[where])), "resume", "out")[0] in (0, -signal.SIGKILL)
    if "score.json" not in names("out"):
        assert main(["resume", "out"]) == 0
    assert outcome("out") == expected
    kept = ["champion.json", "config.json", "generations.jsonl", "lineage.json", "score.json"]
    checkpoints = {"checkpoint.npz", "checkpoint-previous.npz"}  # of one that had not begun to write them, none
    assert [name for name in names("out") if name not in checkpoints] == kept


@unix
def test_killed_before_the_first_checkpoint_it_begins_again(whole: Whole, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("anywhere", 1000, *typed("numpy", "out"))[0] == -signal.SIGKILL
    assert names("out") == ["config.json", "generations.jsonl"]
    capsys.readouterr()
    assert main(["resume", "out"]) == 0
    assert capsys.readouterr().out.startswith("there is no checkpoint yet: the run begins again\n")
    assert outcome("out") == whole("numpy")[0]


# --- from here on, runs that were killed after some generations


@pytest.fixture
def killed(whole: Whole) -> Path:
    """The folder of a run that was killed while it wrote its fifth checkpoint."""
    calls = whole("numpy")[1]["saving"]
    assert call("saving", calls * 4 // 6 + 2, *typed("numpy", "out"))[0] == -signal.SIGKILL
    assert {"checkpoint.npz", "checkpoint-previous.npz"} < set(names("out"))
    return Path("out")


@pytest.fixture
def mistake(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Resume what cannot be resumed, and get the one line that answers; nothing in the folder may change."""

    def answer(folder: str = "out", *options: str) -> str:
        capsys.readouterr()
        before = {path: path.read_bytes() for path in Path(folder).iterdir()}
        assert main(["resume", folder, *options]) == 2
        printed = capsys.readouterr()
        assert re.fullmatch(r"wann_lite: [^\n]+\n", printed.err)
        assert printed.err[:-1].isprintable()
        assert {path: path.read_bytes() for path in Path(folder).iterdir()} == before
        return printed.err

    return answer


@pytest.mark.parametrize("damage", ["cut", "empty", "gone"])
def test_the_checkpoint_before_the_last_will_do(
    damage: str, killed: Path, whole: Whole, capsys: pytest.CaptureFixture[str]
) -> None:
    latest = killed / "checkpoint.npz"
    content = latest.read_bytes()
    latest.unlink() if damage == "gone" else latest.write_bytes(content[:700] if damage == "cut" else b"")
    assert main(["resume", "out"]) == 0
    printed = capsys.readouterr().err
    warned = r"wann_lite: the checkpoint \S+: it is cut short or damaged [^\n]+; the one before it is used\n"
    assert printed == "" if damage == "gone" else re.fullmatch(warned, printed)
    assert outcome("out") == whole("numpy")[0]


def test_no_checkpoint_that_is_whole(killed: Path, mistake: Callable[..., str]) -> None:
    for name in ("checkpoint.npz", "checkpoint-previous.npz"):
        (killed / name).write_bytes(b"PK")
    answer = mistake()
    assert answer.count("is cut short or damaged") == 2
    assert answer.endswith("begin the run again, with the command that config.json there tells\n")


def test_the_data_have_changed(killed: Path, mistake: Callable[..., str], home: Path) -> None:
    kept = (home / "data.npz").read_bytes()
    try:
        np.savez("data.npz", x=np.random.default_rng(1).normal(size=(90, 8)), y=np.arange(90) % 3)
        assert "whose data have changed: resume it with the same data" in mistake()
        (home / "data.npz").unlink()
        assert "to be resumed where `search` was called" in mistake()
    finally:
        (home / "data.npz").write_bytes(kept)


@pytest.mark.parametrize(
    ("key", "value", "answer"),
    [
        ("task", "xor", "belongs to Classification(data"),
        ("task", 5, "does not tell the task"),
        ("seed", 1, "has another seed or other settings than config.json"),
        ("settings", {}, "has another seed or other settings than config.json"),
        ("minutes", 5.0, "does not tell how long"),
        ("generations", "many", "does not tell the generations"),
        ("workers", 0, "workers is 0"),
    ],
)
def test_settings_that_somebody_has_changed(
    key: str, value: Any, answer: str, killed: Path, mistake: Callable[..., str]
) -> None:
    config = json.loads((killed / "config.json").read_text())
    (killed / "config.json").write_text(json.dumps(config | {key: value}))
    assert answer in mistake()


def test_another_memory_counts_from_then_on(killed: Path, whole: Whole, capsys: pytest.CaptureFixture[str]) -> None:
    def settings() -> dict[str, Any]:
        return dict(json.loads((killed / "config.json").read_text())["settings"])

    before = settings()
    calls = whole("numpy")[1]["saving"]
    assert call("saving", calls // 6 + 2, "resume", "out", "--memory", "1GB")[0] == -signal.SIGKILL
    assert settings() == before | {"memory": "1GB"} != before
    capsys.readouterr()
    assert main(["resume", "out"]) == 0  # from a checkpoint that knows the old memory
    assert "memory is" not in capsys.readouterr().out
    assert settings()["memory"] == "1GB"
    assert outcome("out") == whole("numpy")[0]  # both were more than enough


def test_memory_that_is_no_size(killed: Path, mistake: Callable[..., str]) -> None:
    assert mistake("out", "--memory", "much").startswith("wann_lite: memory is 'much': give a number and a unit")


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, "\x00"])
def test_settings_that_are_none(text: str, killed: Path, mistake: Callable[..., str]) -> None:
    (killed / "config.json").write_text(text)
    assert "config.json in 'out'" in mistake()


def test_generations_that_somebody_has_removed(killed: Path, mistake: Callable[..., str]) -> None:
    (killed / "generations.jsonl").write_text('{"generation": 0}\n')
    assert "fewer lines than the 1" in mistake()


def test_a_folder_without_settings_is_not_the_folder_of_a_run(killed: Path, mistake: Callable[..., str]) -> None:
    (killed / "config.json").unlink()
    assert "has no config.json, so no run can be resumed there" in mistake()


def test_a_run_that_is_finished(killed: Path, mistake: Callable[..., str]) -> None:
    assert main(["resume", "out"]) == 0
    assert "is finished, and champion.json there is what it found" in mistake()


def test_only_one_process_at_a_time(killed: Path, mistake: Callable[..., str]) -> None:
    first = RunFolder.reopen(killed)
    assert "another process is at work in the folder 'out': wait" in mistake()
    first.close()
    assert main(["resume", "out"]) == 0


@unix
def test_a_search_that_still_runs_is_not_resumed(mistake: Callable[..., str]) -> None:
    command = [sys.executable, "-m", "wann_lite", "search", "xor", "--minutes", "60", "--out", "out"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        next(line for line in process.stdout if line.startswith("generation"))
        process.send_signal(signal.SIGSTOP)
        assert "another process is at work" in mistake()
    finally:
        process.kill()
        process.communicate()
    RunFolder.reopen("out").close()


def test_no_more_room(
    killed: Path,
    whole: Whole,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    kept = [(killed / name).read_bytes() for name in ("checkpoint.npz", "checkpoint-previous.npz")]
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        assert main(["resume", "out"]) == 2
    assert "you may write there, then the run can be resumed; no file is left half-written" in capsys.readouterr().err
    assert [(killed / name).read_bytes() for name in ("checkpoint.npz", "checkpoint-previous.npz")] == kept
    assert main(["resume", "out"]) == 0
    assert outcome("out") == whole("numpy")[0]


# --- stopped rather than killed


@unix
def test_stopped_and_resumed_no_line_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    search = ["search", "data.npz", "--preset", "fast", "--generations", "12", "--out"]
    assert main([*search, "whole-stopped"]) == 0
    step = Search.step

    def interrupted(self: Search) -> Any:
        if self.generation == 5:
            signal.raise_signal(signal.SIGINT)
        return step(self)

    monkeypatch.setattr(Search, "step", interrupted)
    assert main([*search, "out"]) == 130
    monkeypatch.setattr(Search, "step", step)
    assert main(["resume", "out"]) == 0
    assert outcome("out") == outcome("whole-stopped")


@unix
def test_the_minutes_that_are_left_are_searched(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    step, run = Search.step, Search.run
    given = []

    def slow(self: Search) -> Any:
        record = step(self)
        self.seconds += 60 - self.seconds % 60
        if self.generation == 3:
            signal.raise_signal(signal.SIGTERM)
        return record

    def short(self: Search, *, minutes: float | None = None, generations: int | None = None) -> Any:
        given.append((minutes, generations))
        return run(self, generations=2)

    monkeypatch.setattr(Search, "step", slow)
    assert main(["search", "data.npz", "--preset", "fast", "--minutes", "60", "--out", "out"]) == 143
    batch_every = 4
    monkeypatch.setattr(Search, "run", short)
    capsys.readouterr()
    assert main(["resume", "out"]) == 0
    assert given == [(60 - (batch_every + 1), None)]
    assert "resumed in generation 4, 55 minutes left" in capsys.readouterr().out


def test_with_no_time_left_the_champion_is_scored(killed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = json.loads((killed / "config.json").read_text())
    (killed / "config.json").write_text(json.dumps(config | {"minutes": 1e-6, "generations": None}))
    monkeypatch.delattr(Search, "run")
    assert main(["resume", "out"]) == 0
    assert "score.json" in names("out")


# --- the folder itself


def test_checkpoints_take_a_small_share_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now, written = [0.0], []

    def save(self: RunFolder, content: bytes) -> None:
        written.append(now[0])
        now[0] += 0.5

    def step(self: Search, step: Callable[[Search], Any] = Search.step) -> Any:
        now[0] += 1
        return step(self)

    monkeypatch.setattr(RunFolder, "save_checkpoint", save)
    monkeypatch.setattr(Search, "step", step)
    monkeypatch.setattr(running.time, "monotonic", lambda: now[0])
    assert main(["search", "data.npz", "--preset", "paper", "--generations", "60", "--out", "out"]) == 0
    # The second is due 0.5 / 0.015 = 33.3 seconds after the first has ended, the last comes at the end.
    assert written == [3, 3.5 + 34, 61 + 1]


def test_a_checkpoint_that_finds_no_room_leaves_those_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with RunFolder(tmp_path, {}) as folder:
        for content in (b"first", b"second", b"third"):
            folder.save_checkpoint(content)
        monkeypatch.setattr(run_folder.os, "fsync", full)
        with pytest.raises(RunFolderError, match=r"checkpoint.npz cannot be opened or written .*No space left"):
            folder.save_checkpoint(b"fourth")
    assert (tmp_path / "checkpoint.npz").read_bytes() == b"third"
    assert (tmp_path / "checkpoint-previous.npz").read_bytes() == b"second"
    assert len(names(tmp_path)) == 4
