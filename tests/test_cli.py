"""What a person types, and what comes back: output, files, exit codes."""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from backends import on_each_backend

from wann_lite import Network, Search, SearchConfig, __version__, datasets, tasks
from wann_lite.cli import arguments, main, progress, running, search
from wann_lite.cli.mistakes import Mistake
from wann_lite.config import PRESETS
from wann_lite.engine import backends
from wann_lite.engine.backends import compiled
from wann_lite.finished_run import read_run
from wann_lite.lineage import Lineage
from wann_lite.population import Generation
from wann_lite.run_folder import RunFolder, RunFolderError

XOR = Network(2, 2, ["linear", "linear"], [(1, 4), (2, 3)])
unix = pytest.mark.skipif(os.name == "nt", reason="signals, limits and terminals as Unix has them")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def network() -> str:
    XOR.save("network.json")
    return "network.json"


@pytest.fixture
def data() -> str:
    """Three classes among forty features, all but three of them noise."""
    y = np.arange(90) % 3
    x = np.random.default_rng(0).normal(size=(90, 40))
    x[:, :3] += np.eye(3)[y]
    np.savez("data.npz", x=x, y=y)
    return "data.npz"


def start(*typed: str, program: Sequence[str] = ("-m", "wann_lite"), **how: Any) -> subprocess.Popen[str]:
    """A real process, which buffers what it prints as usual."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = [sys.executable, *program, *typed]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, text=True, env=environment, **(streams | how))


def start_search(*typed: str, **how: Any) -> subprocess.Popen[str]:
    """A real search in the folder `out`, after the first generation."""
    process = start("search", "xor", "--minutes", "2", "--out", "out", *typed, **how)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("generation"):
            return process
    raise AssertionError(process.communicate()[1])


def lines_of(folder: str | Path) -> list[dict[str, Any]]:
    """The generations on disk, of which none may be cut short."""
    text = Path(folder, "generations.jsonl").read_text()
    assert text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def names(folder: str | Path) -> list[str]:
    return sorted(file.name for file in Path(folder).iterdir())


def without_times(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [record | {"seconds": None} for record in records]


@pytest.fixture
def mistake(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Type something wrong and get the one line that answers."""

    def answer(*typed: str) -> str:
        before = sorted(Path().rglob("*"))
        assert main(typed) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert re.fullmatch(r"wann_lite: [^\n]+\n", printed.err)
        assert printed.err[:-1].isprintable()
        assert sorted(Path().rglob("*")) == before, "something was written"
        return printed.err

    return answer


# --- help


@pytest.mark.parametrize("command", ["search", "resume", "score", "draw", "info"])
def test_each_command_has_help_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert f"Example: python -m wann_lite {command}" in capsys.readouterr().out


def test_help_names_each_command_and_each_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert re.findall(r"^    (\w+)  ", capsys.readouterr().out, re.MULTILINE) == [
        "search",
        "resume",
        "score",
        "draw",
        "info",
    ]
    assert main(["search", "--help"]) == 0
    printed = capsys.readouterr().out
    how = ("backend", "workers", "scheduler", "shards", "memory")
    for option in ("minutes", "generations", "preset", "seed", *how, "out"):
        assert f"\n  --{option} " in printed
    assert main(["resume", "--help"]) == 0
    printed = capsys.readouterr().out
    for option in ("memory", "scheduler"):
        assert f"\n  --{option} " in printed
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"wann_lite {__version__}\n"


def test_help_needs_neither_matplotlib_nor_a_task() -> None:
    program = """if True:
        import sys
        import wann_lite
        assert not {"argparse", "wann_lite.cli", "wann_lite.viz", "matplotlib"} & set(sys.modules)
        from wann_lite.cli import main
        assert main(["search", "--help"]) == 0
        assert not {"wann_lite.cli.search", "wann_lite.viz", "matplotlib", "graphviz"} & set(sys.modules)
    """
    subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)


def test_every_preset_has_its_time() -> None:
    assert arguments.MINUTES.keys() == PRESETS.keys()
    assert arguments.QUICK_TASKS.keys() <= set(datasets.NAMES)


# --- a search


def test_search_as_a_process() -> None:
    process = start("search", "xor", "--generations", "3", "--preset", "fast", "--seed", "7", "--out", "new/run")
    printed, problems = process.communicate()
    assert (process.returncode, problems) == (0, "")
    assert re.search(
        r"^generation 3  accuracy [\d.]+%  \d+ connections  [\d,]+ networks/s  0 generations left$", printed, re.M
    )
    assert "\r" not in printed
    assert "six weights together" in printed
    folder = Path("new/run")
    # It took less time than there is between checkpoints.
    assert names(folder) == ["champion.json", "config.json", "generations.jsonl", "lineage.json", "score.json"]
    config = json.loads((folder / "config.json").read_text())
    assert (config["task"], config["preset"], config["seed"], config["generations"]) == ("xor", "plane", 7, 3)
    assert SearchConfig(**config["settings"]) == SearchConfig.preset("plane")
    assert (config["wann_lite"], config["numpy"]) == (__version__, np.__version__)
    assert config["command"].endswith("search xor --generations 3 --preset fast --seed 7 --out new/run")
    assert [line["generation"] for line in lines_of(folder)] == [0, 1, 2, 3]
    champion = Network.load(folder / "champion.json")
    assert Lineage.load(folder / "lineage.json").champion == champion
    result = json.loads((folder / "score.json").read_text())
    assert (result["connections"], result["images"]) == (champion.n_connections, 200)


def test_search_finds_what_the_same_search_finds_in_python(data: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever it is written down: each look at the champion is one more chance for it to change."""
    added: list[object] = []
    written: list[int] = []
    add, save = RunFolder.add_generation, RunFolder.save_champion

    def counting_add(self: RunFolder, line: dict[str, Any]) -> None:
        added.append(line)
        add(self, line)

    def counting_save(self: RunFolder, champion: Network, lineage: Lineage) -> None:
        written.append(len(added) - 1)
        save(self, champion, lineage)

    monkeypatch.setattr(RunFolder, "add_generation", counting_add)
    monkeypatch.setattr(RunFolder, "save_champion", counting_save)
    # A generation a second, and a champion that changes too soon after the first: it has to wait for its time.
    monkeypatch.setattr(running, "time", SimpleNamespace(monotonic=lambda: len(added)))
    every = SearchConfig.preset("fast").validate_every
    monkeypatch.setattr(running, "SAVE_EVERY", 1.5 * every)
    last = 2 * every + 5
    typed = ["--generations", str(last), "--preset", "fast", "--seed", "1", "--backend", "numpy", "--out", "out"]
    assert main(["search", data, *typed]) == 0
    same = Search(tasks.Classification(datasets.load(data)), SearchConfig.preset("fast"), seed=1, backend="numpy")
    records = [generation.to_dict() for generation in same.run(generations=last)]
    assert Network.load("out/champion.json") == same.champion
    assert without_times(lines_of("out")) == without_times(records)
    assert written == [0, 2 * every, last]


def test_a_search_without_a_folder_takes_the_next_that_is_free(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("xor-plane-seed5", "xor-plane-seed5-2"):
        assert main(["search", "xor", "--generations", "1", "--preset", "fast", "--seed", "5"]) == 0
        assert f"results in {Path('runs', name)}" in capsys.readouterr().out
    assert names("runs") == ["xor-plane-seed5", "xor-plane-seed5-2"]


@on_each_backend
def test_backend_workers_and_shards_are_those_asked_for(backend: str) -> None:
    typed = ["--generations", "8", "--preset", "fast", "--backend", backend]
    for workers, out in (("1", "alone"), ("3", "together")):
        assert main(["search", "xor", *typed, "--shards", "3", "--workers", workers, "--out", out]) == 0
        config = json.loads(Path(out, "config.json").read_text())
        found = [config["backend"], config["workers"], config["settings"]["shards"]]
        assert found == [backend, int(workers), 3]
    assert without_times(lines_of("alone")) == without_times(lines_of("together"))


def test_a_backend_that_is_not_built(mistake: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "compiled", lambda: (None, "was not built when the package was installed"))
    assert "use the backend 'numpy'" in mistake("search", "xor", "--backend", "cython", "--out", "out")
    assert main(["search", "xor", "--generations", "1", "--out", "out"]) == 0
    assert json.loads(Path("out", "config.json").read_text())["backend"] == "numpy"


def test_too_short_for_a_generation_is_one_generation() -> None:
    assert main(["search", "xor", "--minutes", "1e-9", "--preset", "fast", "--out", "out"]) == 0
    assert [line["generation"] for line in lines_of("out")] == [0]
    assert "score.json" in names("out")


def test_an_empty_folder_will_do() -> None:
    Path("out").mkdir()
    assert main(["search", "xor", "--generations", "1", "--preset", "fast", "--out", "out"]) == 0


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        (["mnist"], 5.0),
        (["mnist", "--preset", "default"], 5.0),
        (["mnist", "--preset", "fast"], 1 / 3),
        (["mnist", "--preset", "paper"], 15.0),
        (["moons"], 1 / 3),
        (["moons", "--minutes", "2"], 2.0),
        (["moons", "--generations", "2"], None),
    ],
)
def test_how_long_a_search_takes_by_itself(
    typed: list[str], minutes: float | None, data: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = datasets.load(data)

    def refuse(chosen: argparse.Namespace, *_: object) -> None:
        raise Mistake(str(chosen.minutes))

    monkeypatch.setattr(search, "load", lambda name: wide if name == "mnist" else datasets.xor())
    monkeypatch.setattr(search, "_described", refuse)
    with pytest.raises(Mistake, match=f"^{minutes}$"):
        search.run(arguments.parse(["search", *typed]))


@pytest.mark.parametrize(
    ("features", "typed", "preset", "told"),
    [
        (16, [], "plane", "preset plane (picked for 16 inputs), seed 0"),
        (17, [], "informed", "preset informed (picked for 17 inputs), seed 0"),
        (17, ["--preset", "default"], "default", "preset default, seed 0"),
        (16, ["--preset", "informed"], "informed", "preset informed, seed 0"),
        (16, ["--preset", "fast"], "fast", "preset fast, seed 0"),
        (17, ["--preset", "plane"], "plane", "preset plane, seed 0"),
    ],
)
def test_few_inputs_have_a_preset_of_their_own(
    features: int, typed: list[str], preset: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez("some.npz", x=np.random.default_rng(0).normal(size=(60, features)), y=np.arange(60) % 3)
    assert main(["search", "some.npz", "--generations", "1", *typed]) == 0
    assert told in capsys.readouterr().out
    config = json.loads(Path("runs", f"some-{preset}-seed0", "config.json").read_text())
    assert SearchConfig(**config["settings"]) == SearchConfig.preset(preset)


@pytest.mark.parametrize(
    ("shape", "more", "hint"),
    [
        ((64,), {}, "64 inputs: if they are images of 8x8 pixels, give x the shape (examples, 8, 8) in the file"),
        ((8, 8), {}, None),
        ((64,), {"image_shape": (8, 8)}, None),
        ((65,), {}, None),
        ((49,), {}, None),
    ],
)
def test_rows_that_may_be_images(
    shape: tuple[int, ...], more: dict[str, Any], hint: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez("some.npz", x=np.random.default_rng(0).normal(size=(60, *shape)), y=np.arange(60) % 3, **more)
    assert main(["search", "some.npz", "--generations", "1"]) == 0
    out = capsys.readouterr().out
    assert hint in out if hint else "if they are images" not in out


@pytest.mark.parametrize(
    ("sizes", "told"),
    [
        (np.logspace(-3, 3, 20), True),
        (np.logspace(-0.5, 0.5, 20), False),
        (np.repeat([1.0, 0.0], 10), False),
        (np.zeros(20), False),
        (np.r_[1000.0, np.ones(19)], False),
    ],
    ids=["unequal", "alike", "some constant", "all constant", "one outlier"],
)
def test_columns_of_unequal_size(sizes: Any, told: bool, capsys: pytest.CaptureFixture[str]) -> None:
    np.savez("some.npz", x=np.random.default_rng(0).normal(size=(60, 20)) * sizes + 5, y=np.arange(60) % 3)
    assert main(["search", "some.npz", "--generations", "1"]) == 0
    assert ("mean 0 and standard deviation 1" in capsys.readouterr().out) == told


# --- the progress line


def record(generation: int) -> Generation:
    return Generation(generation, 100, 1.0, 0.5, 10, 2, 0.9, 12, "connections")


def test_elsewhere_a_line_comes_every_few_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    line = progress.Progress(sys.stdout, minutes=70, generations=None)
    for generation, now[0] in enumerate((0.0, 0.1, 4.9, 5.0, 5.1)):
        line.show(record(generation))
    now[0] = 4200.0
    line.end()
    end = "accuracy 90.00%  12 connections  100 networks/s"
    assert capsys.readouterr().out.splitlines() == [
        f"generation 0  {end}  1:10:00 left",
        f"generation 3  {end}  1:09:55 left",
        f"generation 4  {end}  0:00 left",
    ]


@unix
@pytest.mark.parametrize("columns", [40, 120])
def test_on_a_terminal_one_line_is_written_over(columns: int) -> None:
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
    process = start("search", "xor", "--generations", "12", "--out", "out", stdout=theirs)
    os.close(theirs)
    printed = b"".join(iter(lambda: _read(ours), b"")).decode()
    os.close(ours)
    assert process.communicate()[1] == ""
    assert process.returncode == 0
    (line,) = (line for line in printed.split("\r\n") if "\r" in line)
    start_of_line, *updates = line.split("\r")
    assert start_of_line == ""
    assert len(updates) > 1
    assert {len(update) for update in updates} == {columns - 1}
    assert updates[0].startswith("generation 0  accuracy")
    assert updates[-1].startswith("generation 12  accuracy")
    assert updates[-1].endswith(" ") == (columns == 120)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux tells that the other side has closed
        return b""


# --- ended from outside


def ignore_interrupts() -> None:
    """As a script does for what it starts in the background."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@unix
@pytest.mark.parametrize(
    ("number", "code", "before"),
    [("SIGINT", 130, None), ("SIGINT", 130, ignore_interrupts), ("SIGTERM", 143, None)],
)
def test_a_signal_ends_it_and_the_champion_is_kept(number: str, code: int, before: Callable[[], None] | None) -> None:
    process = start_search(preexec_fn=before)
    process.send_signal(getattr(signal, number))
    printed, problems = process.communicate()
    assert (process.returncode, problems) == (code, "")
    champion = Network.load("out/champion.json")
    assert champion.found is not None
    assert champion.found["generations"] == lines_of("out")[-1]["generation"]
    assert Lineage.load("out/lineage.json").champion == champion
    kept = {"champion.json", "checkpoint.npz", "config.json", "generations.jsonl", "lineage.json"}
    assert kept <= set(names("out")) <= kept | {"checkpoint-previous.npz"}
    to_score, to_search_on = printed.splitlines()[-2:]
    assert to_score.endswith("python -m wann_lite score out/champion.json --task xor")
    assert to_search_on.endswith("python -m wann_lite resume out")


@unix
def test_how_to_search_on_names_the_scheduler(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(running, "_announce", lambda *_: signal.raise_signal(signal.SIGINT))
    xor = datasets.xor()
    begun = Search(tasks.Classification(xor), SearchConfig.preset("plane"))
    with RunFolder("out", {"task": "xor", "minutes": None, "generations": 100}) as folder:
        assert running.carry_out(folder, begun, xor, scheduler="tcp://10.0.0.1:8786") == 130
    assert capsys.readouterr().out.endswith("python -m wann_lite resume out --scheduler tcp://10.0.0.1:8786\n")


@unix
def test_after_a_signal_it_goes_on_to_where_it_can_be_saved(data: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nothing has to be searched again, and `resume` writes the lines that would have followed."""
    whole = Search(tasks.Classification(datasets.load(data)), SearchConfig.preset("informed"))
    records = []
    for generation in whole.run():
        records.append(generation.to_dict())
        if generation.generation == whole.config.batch_every:
            break
    step = Search.step

    def interrupted(self: Search) -> Generation:
        if self.generation == 4:
            signal.raise_signal(signal.SIGTERM)
        return step(self)

    monkeypatch.setattr(Search, "step", interrupted)
    assert main(["search", data, "--out", "out"]) == 143
    assert without_times(lines_of("out")) == without_times(records)
    assert Network.load("out/champion.json") == whole.champion
    assert Search.resume("out/checkpoint.npz", whole.task).generation == whole.generation


@unix
def test_a_signal_before_the_first_generation_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_announce", lambda *_: signal.raise_signal(signal.SIGINT))
    assert main(["search", "xor", "--preset", "fast", "--out", "out"]) == 130
    assert len(lines_of("out")) == 1


def test_what_was_found_is_kept_when_a_line_finds_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    add = RunFolder.add_generation

    def add_some(self: RunFolder, line: dict[str, Any]) -> None:
        if line["generation"] == 3:
            raise RunFolderError("no room")
        add(self, line)

    monkeypatch.setattr(RunFolder, "add_generation", add_some)
    assert main(["search", "xor", "--preset", "fast", "--out", "out"]) == 2
    champion = Network.load("out/champion.json")
    assert champion.found is not None
    assert champion.found["generations"] == 3


@unix
def test_a_second_signal_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    def impatient(self: Search) -> Generation:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("it went on")

    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(Search, "step", impatient)
    assert main(["search", "xor", "--out", "out"]) == 143
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_an_interruption_outside_a_search(network: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(path: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Network, "load", interrupted)
    assert main(["score", network, "--task", "xor"]) == 130


@unix
def test_a_killed_search_leaves_whole_files() -> None:
    process = start_search()
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert lines_of("out")[0]["generation"] == 0
    champion = Network.load("out/champion.json")
    assert Lineage.load("out/lineage.json").champion == champion
    assert json.loads(Path("out/config.json").read_text())["task"] == "xor"


@unix
@pytest.mark.parametrize(("room", "file"), [(3_000, "checkpoint.npz"), (30_000, "generations.jsonl")])
def test_no_more_room_in_the_middle(room: int, file: str) -> None:
    import resource

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    program = "import sys; from wann_lite.cli import main, running as r; r.SAVE_EVERY = 0; sys.exit(main(sys.argv[1:]))"
    typed = ["search", "xor", "--generations", "90", "--preset", "fast", "--out", "out"]
    process = start(*typed, program=["-c", program], preexec_fn=little_room)
    problems = process.communicate()[1]
    assert process.returncode == 2
    assert re.fullmatch(rf"wann_lite: --out: {file} cannot be opened or written in 'out' \([^\n]+\n", problems)
    assert ("then the run can be resumed" in problems) == ("checkpoint.npz" in names("out"))
    assert Lineage.load("out/lineage.json").champion == Network.load("out/champion.json")
    assert not [name for name in names("out") if name.startswith(".")]
    assert main(["resume", "out"]) == 0
    assert [line["generation"] for line in lines_of("out")] == list(range(91))


@unix
def test_when_nobody_reads_the_search_ends_and_keeps_its_champion() -> None:
    process = start_search("--preset", "fast")
    assert process.stdout is not None
    process.stdout.close()
    process.terminate()  # rather than waiting for the next line, which comes seconds later
    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert process.wait() == 141
    assert Network.load("out/champion.json").n_inputs == 2
    assert lines_of("out")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full")
def test_output_that_finds_no_room() -> None:
    with open("/dev/full", "w") as full:
        process = start("info", stdout=full)
        problems = process.communicate()[1]
    assert process.returncode == 2
    assert re.fullmatch(r"wann_lite: [^\n]*No space left[^\n]*\n", problems)


@unix
def test_output_that_is_closed() -> None:
    process = start("info", stdout=None, preexec_fn=lambda: os.close(1))
    assert process.communicate()[1] == ""
    assert process.returncode == 0
    process = start("search", "nope", stderr=None, preexec_fn=lambda: os.close(2))
    assert process.communicate()[0] == ""
    assert process.returncode == 2


# --- the other commands


def test_score_prints_a_table_or_json(network: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", network, "--task", "xor"]) == 0
    assert "2 connections" in capsys.readouterr().out
    assert main(["score", network, "--task", "xor", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["connections"] == 2
    assert len(result["random"]["weights"]) >= 40
    assert result["images"] == 200


def test_score_trains_if_asked_to(network: str, capsys: pytest.CaptureFixture[str]) -> None:
    def trained(*typed: str) -> float | None:
        assert main(["score", network, "--task", "xor", "--json", *typed]) == 0
        return json.loads(capsys.readouterr().out)["trained"]

    before = Path(network).read_bytes()
    assert trained() is None
    assert 0 <= (trained("--train") or -1) <= 1
    assert Path(network).read_bytes() == before


@pytest.mark.parametrize(("name", "start_of_file"), [("a.svg", b"<svg"), ("a.PNG", b"\x89PNG")])
def test_draw(name: str, start_of_file: bytes, network: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", network, "-o", name]) == 0
    assert capsys.readouterr().out.startswith(f"drawn to {name}\n")
    assert start_of_file in Path(name).read_bytes()[:100]


def test_info(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["info"]) == 0
    rows = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert rows["wann_lite"] == __version__
    assert rows["numpy"] == np.__version__
    assert rows["backend"].startswith("cython: built" if compiled()[0] else "numpy; cython was not built")
    assert rows["cluster"] == f"yes, by dask.distributed {version('distributed')}"
    assert rows["mnist"].startswith("in place: 50,000 training")


def test_info_tells_what_is_missing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from wann_lite.cli import info

    def damaged() -> None:
        raise datasets.DataError("reinstall wann_lite")

    monkeypatch.setattr(info, "digits", damaged)
    monkeypatch.setattr(info, "find_dot", lambda: None)
    monkeypatch.setattr(info, "compiled", lambda: (None, "was not built when the package was installed"))
    monkeypatch.setattr(info, "_installed", lambda name: name != "distributed")
    assert main(["info"]) == 0
    rows = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert rows["mnist"] == "reinstall wann_lite"
    assert "pip install graphviz-pure" in rows["layout"]
    assert rows["backend"] == "numpy; cython was not built when the package was installed"
    assert 'pip install "wann_lite[scale]"' in rows["cluster"]
    monkeypatch.setattr(info, "_installed", lambda name: False)
    assert main(["info"]) == 0
    rows = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert all('pip install "wann_lite[course]"' in rows[name] for name in ("layout", "png"))


# --- mistakes


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ([], "COMMAND"),
        (["serach"], "'serach'"),
        (["search"], "TASK"),
        (["search", "xor", "more"], "more"),
        (["search", "xor", "--min", "5"], "--min"),
        (["search", "mnist", "--minuts", "0.3"], "--minuts 0.3; `python -m wann_lite search --help` shows"),
        (["search", ""], "mnist"),
        (["search", "minst"], "'minst': choose one of mnist"),
        (["search", "."], "is a folder"),
        (["search", "gone.npz"], "'gone.npz'"),
        (["search", "xor\nor"], "choose one of"),
        (["search", "xor", "--preset", "slow"], "'slow' is unknown: use one of informed, default, paper, fast, plane"),
        (["search", "xor", "--backend", "gpu"], "'gpu' is unknown: use one of auto, numpy, cython"),
        (["search", "xor", "--minutes", "1", "--generations", "1"], "not allowed with"),
        (["search", "xor", "--minutes"], "expected one argument"),
        *(
            (["search", "xor", "--minutes", text], f"'{text}' is not a number")
            for text in ("0", "-1", "nan", "inf", "five")
        ),
        (["search", "xor", "--minutes=-inf"], "'-inf' is not a number"),
        (["search", "xor", "--minutes", "1e300"], "'1e300' is not a number"),
        *(
            (["search", "xor", "--generations", text], f"'{text}' is not a whole number from 1")
            for text in ("0", "-5", "1.5", "ten", "inf")
        ),
        *(
            (["search", "xor", "--seed", text], f"'{text}' is not a whole number from 0")
            for text in ("-1", "0.5", "lucky", "nan")
        ),
        (["search", "xor", "--seed", "9" * 5000], "...' is not a whole number"),
        (["search", "xor", "--workers", "0"], "'0' is not a whole number from 1"),
        (["search", "xor", "--shards", "0"], "'0' is not a whole number from 1"),
        (["search", "xor", "--shards", "201"], "shards is 201, and a batch has 200 examples: use at most"),
        (["search", "xor", "--workers", "2", "--scheduler", "tcp://a:1"], "not allowed with argument --workers"),
        (["search", "xor", "--scheduler", "nowhere"], "'nowhere' is not the address of a scheduler"),
        (["search", "xor", "--out", ""], "is empty"),
        (["search", "xor", "--out", "a" * 300], "--out"),
        (["search", "xor", "--out", "nul\0"], "--out"),
        (["score", "gone.json", "--task", "xor"], "gone.json"),
        (["score", ".", "--task", "xor"], "directory"),
        (["score", "gone.json"], "--task"),
        (["score", "", "--task", "xor"], "is empty"),
        (["resume"], "DIR"),
        (["resume", ""], "is empty"),
        (["resume", "gone"], "there is no folder 'gone'"),
        (["resume", "."], "has no config.json and no generations.jsonl"),
        (["resume", "a" * 300], "folder"),
        (["resume", "nul\0"], "there is no folder"),
        (["draw", "gone.json"], "-o"),
        (["draw", "gone.json", "-o", "a.svg"], "gone.json"),
        (["draw", "gone.json", "-o", "a.pdf"], ".svg or .png"),
        (["draw", "gone.json", "-o", "svg"], ".svg or .png"),
        # What belongs to later work: with its arrival these go.
        (["search", "swingup"], "does not have the task 'swingup' yet"),
        (["score", "gone.json", "--task", "swingup"], "does not have the task 'swingup' yet"),
    ],
)
def test_a_mistake_is_one_line(typed: list[str], answer: str, mistake: Callable[..., str]) -> None:
    assert answer in mistake(*typed)


def test_a_mistake_as_a_process() -> None:
    process = start("search", "xor", "--minutes", "nan")
    printed, problems = process.communicate()
    assert (process.returncode, printed) == (2, "")
    assert re.fullmatch(r"wann_lite: argument --minutes: 'nan' is not [^\n]+\n", problems)


VALID = json.loads(XOR.to_json())


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\x00\xff\xfe",
        b"[" * 100_000,
        b"null",
        b"{}",
        XOR.to_json().encode()[:-20],
        json.dumps(VALID | {"version": 99}).encode(),
        json.dumps(VALID | {"inputs": 10**12}).encode(),
        json.dumps(VALID | {"inputs": -1}).encode(),
        json.dumps(VALID | {"connections": [[1, 99]]}).encode(),
        json.dumps(VALID | {"connections": [[1, 3], [1, 3]]}).encode(),
        json.dumps(VALID | {"activations": ["linear", "os.system"]}).encode(),
        json.dumps(VALID | {"activations": ["linear"] * 4, "connections": [[5, 6], [6, 5]]}).encode(),
        json.dumps(VALID | {"weights": [float("nan"), 1.0]}).encode(),
        b" " * (17 * 2**20),
    ],
    ids=[
        "empty",
        "binary",
        "deep",
        "null",
        "object",
        "truncated",
        "version",
        "huge",
        "negative",
        "index",
        "twice",
        "activation",
        "cyclic",
        "nan",
        "long",
    ],
)
@pytest.mark.parametrize("command", [["score", "bad.json", "--task", "xor"], ["draw", "bad.json", "-o", "bad.svg"]])
def test_a_network_file_that_is_none(command: list[str], text: bytes, mistake: Callable[..., str]) -> None:
    Path("bad.json").write_bytes(text)
    assert "bad.json" in mistake(*command)


def test_a_network_for_another_task(network: str, data: str, mistake: Callable[..., str]) -> None:
    answer = mistake("score", network, "--task", data)
    assert "2 inputs and 2 outputs" in answer
    assert "40 features and 3 classes" in answer


def examples(**changes: Any) -> dict[str, Any]:
    return {"x": np.zeros((12, 2)), "y": np.arange(12) % 2} | changes


@pytest.mark.parametrize(
    ("arrays", "answer"),
    [
        ({"x": np.zeros((12, 2))}, "has no y"),
        (examples(x=np.full((12, 2), np.nan)), "NaN"),
        (examples(x=np.zeros((12, 0))), "empty"),
        (examples(x=np.zeros(12)), "shape"),
        (examples(x=np.array([["a"]] * 12)), "text"),
        (examples(x=np.array([[None]] * 12)), "Python objects"),
        (examples(y=np.arange(11) % 2), "11 labels for 12"),
        (examples(y=np.arange(12) % 2 - 1), "negative"),
        (examples(y=np.arange(12) / 2), "whole numbers"),
        (examples(y=np.arange(12) % 2 * 5), "without a gap"),
        (examples(y=np.zeros(12)), "two classes"),
        (examples(y=np.arange(12) % 2 * 10**9), "label"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_data_that_cannot_be_used(arrays: dict[str, Any], answer: str, mistake: Callable[..., str]) -> None:
    np.savez("bad.npz", **arrays)
    assert answer in mistake("search", "bad.npz", "--out", "out")


def test_data_cut_short(data: str, mistake: Callable[..., str]) -> None:
    Path("cut.npz").write_bytes(Path(data).read_bytes()[:1000])
    assert "'cut.npz'" in mistake("search", "cut.npz")


def test_a_folder_in_use_is_refused_before_anything_is_computed(
    mistake: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(search, "load")
    Path("taken").write_text("mine")
    Path("run").mkdir()
    Path("run", "config.json").write_text("mine")
    assert "already holds 'config.json': choose" in mistake("search", "mnist", "--out", "run")
    assert "is a file" in mistake("search", "mnist", "--out", "taken")
    assert Path("run", "config.json").read_text() == "mine"


def test_a_folder_that_holds_a_run(mistake: Callable[..., str]) -> None:
    Path("run").mkdir()
    for name in ("config.json", "generations.jsonl", "champion.json"):
        Path("run", name).touch()
    go_on = "`python -m wann_lite resume run` goes on with the run there"
    assert go_on in mistake("search", "xor", "--out", "run")
    champion = str(Path("run", "champion.json"))
    assert f"'run' is the folder of a run: give {champion}" in mistake("score", "run", "--task", "xor")
    assert f"'run' is the folder of a run: give {champion}" in mistake("draw", "run", "-o", "a.svg")
    Path("run", "score.json").touch()  # finished: there is nothing to go on with
    assert "resume" not in mistake("search", "xor", "--out", "run")


def test_a_run_that_is_read_from_nowhere_names_where_it_looked() -> None:
    with pytest.raises(RunFolderError, match=re.escape(repr(str(Path("runs/first").absolute())))):
        read_run("runs/first")


def test_a_folder_that_cannot_be_made(mistake: Callable[..., str]) -> None:
    Path("taken").write_text("mine")
    assert "--out" in mistake("search", "xor", "--out", "taken/below")


def test_a_picture_that_cannot_be_written(network: str, mistake: Callable[..., str]) -> None:
    Path("folder.svg").mkdir()
    assert "folder.svg" in mistake("draw", network, "-o", "folder.svg")
    assert "no folder 'none'" in mistake("draw", network, "-o", "none/a.svg")


def test_no_memory_is_a_mistake_too(network: str, mistake: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(path: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Network, "load", exhausted)
    assert "memory" in mistake("score", network, "--task", "xor")


def test_a_population_that_outgrows_its_memory_leaves_its_champion(capsys: pytest.CaptureFixture[str]) -> None:
    # The compiled backend counts in blocks of 256 examples: it would not even begin.
    typed = ["search", "xor", "--backend", "numpy", "--generations", "8", "--out"]
    assert main([*typed, "out", "--memory", "300 kB"]) == 2
    smaller, ended = capsys.readouterr().err.splitlines()
    assert smaller.startswith("wann_lite: a batch of 200 examples does not fit into memory='300 kB'")
    needed = re.match(r"wann_lite: memory is '300 kB', and generation \d+ needs (\d+) kB .*: allow more", ended)
    enough = re.search(r"; then `python -m wann_lite resume out --memory (\S+)` goes on$", ended)
    assert needed and enough
    assert 2000 * int(needed[1]) <= SearchConfig(memory=enough[1]).memory_bytes <= 2200 * int(needed[1])
    assert Network.load("out/champion.json").n_outputs == 2
    assert main(["resume", "out"]) == 2
    assert "memory is '300 kB'" in capsys.readouterr().err
    assert main(["resume", "out", "--memory", "20MB"]) == 0
    printed = capsys.readouterr().out
    assert "memory is 20MB and was 300 kB: it may find another network than the run would have\n" in printed
    assert main([*typed, "ample", "--memory", "20MB"]) == 0
    assert Network.load("out/champion.json") == Network.load("ample/champion.json")
    settings = [json.loads(Path(where, "config.json").read_text())["settings"] for where in ("out", "ample")]
    assert settings[0] == settings[1]


def test_memory_that_is_no_size(mistake: Callable[..., str]) -> None:
    assert "memory is 'much': give a number and a unit" in mistake("search", "xor", "--memory", "much", "--out", "out")
    assert not Path("out").exists()


def test_a_fault_of_the_program_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(self: Search) -> Generation:
        raise ValueError("operands could not be broadcast")

    monkeypatch.setattr(Search, "step", faulty)
    with pytest.raises(ValueError, match="broadcast"):
        main(["search", "xor", "--out", "out"])
