"""A search that was saved and resumed goes on as if it had never stopped."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from backends import on_each_backend

import wann_lite as wl
from wann_lite import Network, Search, SearchConfig, checkpoint, checkpoint_file, datasets
from wann_lite.activations import NAMES
from wann_lite.checkpoint import CheckpointError, DamagedCheckpointError, NoCheckpointError
from wann_lite.engine.graph import Graph
from wann_lite.lineage import Birth
from wann_lite.operators import Mutation
from wann_lite.tasks import Classification

XOR = Classification(datasets.xor(200))
DEEP = {
    "population": 16,
    "batch": 60,
    "first_batch": 40,
    "batch_every": 3,
    "validate_every": 5,
    "initial_connections": 0.5,
    "complexity_ranking": 0.2,
    "rates": {"insert_node": 0.4, "add_connection": 0.4, "change_activation": 0.2, "remove_connection": 0.1},
    "activations": NAMES,
}
INFORMED = {
    "survey": 200,
    "price": 0.5,
    "elite": 1 / 16,
    "cull": 15 / 16,
    "tournament": 1,
    "weights": (-1.0, 0.05),
    "activations": ("linear", "inverse", "abs", "relu"),
    "batch": 300,
    "first_batch": 200,
    "max_connections": 150,
}


def search(task: Classification = XOR, backend: str = "numpy", seed: int = 0, **changes: Any) -> Search:
    return Search(task, SearchConfig(**DEEP | changes), seed=seed, backend=backend)


def run(search: Search, generations: int) -> list[dict[str, Any]]:
    return [record.to_dict() | {"seconds": None} for record in search.run(generations=generations)]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """The checkpoint of a search after six generations."""
    begun = search()
    run(begun, 6)
    begun.save(tmp_path / "checkpoint.npz")
    return tmp_path / "checkpoint.npz"


@on_each_backend
@pytest.mark.filterwarnings("ignore:a batch of 1,000 examples does not fit")
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"scale_free": False, "elite": 0},
        {"shards": 3, "max_connections": 40},
        {"batch": 1000, "first_batch": 1000, "memory": "4MB"},
        INFORMED,
    ],
    ids=str,
)
def test_it_goes_on_bit_for_bit(backend: str, changes: dict[str, Any], tmp_path: Path) -> None:
    whole = search(Classification(datasets.digits()), backend, initial_connections=0.05, **changes)
    run(whole, 60)
    whole.save(tmp_path / "checkpoint.npz")
    resumed = Search.resume(tmp_path / "checkpoint.npz", whole.task, workers=2)
    assert (resumed.generation, resumed.networks, resumed.seconds) == (60, whole.networks, whole.seconds)
    assert (resumed.seed, resumed.config, resumed.backend, resumed.workers) == (0, whole.config, backend, 2)
    assert resumed.champion == whole.champion
    assert run(whole, 40) == run(resumed, 40)
    for one, other in zip(whole.population, resumed.population, strict=True):
        assert one.network == other.network
        assert one.losses.tobytes() == other.losses.tobytes()
        assert (one.birth.loss, one.founder) == (other.birth.loss, other.founder)
    assert (whole.champion, whole.lineage) == (resumed.champion, resumed.lineage)
    assert max(whole.population[0].network.layers) > 2, "deep enough for changes that spread"


def test_saving_changes_nothing(tmp_path: Path) -> None:
    left_alone, often_saved = search(), search()
    records = []
    for record in often_saved.run(generations=30):
        records.append(record.to_dict() | {"seconds": None})
        if often_saved.can_be_saved:
            often_saved.save(tmp_path / "checkpoint.npz")
    assert records == run(left_alone, 30)


def test_a_champion_that_has_left_the_population_is_kept(tmp_path: Path) -> None:
    begun = search()
    run(begun, 6)
    begun._champion = begun._best()._replace(network=Network(2, 2, ["abs", "abs"], [(1, 3)]), accuracies=np.ones(6))
    begun.save(tmp_path / "checkpoint.npz")
    assert Search.resume(tmp_path / "checkpoint.npz", XOR).champion == begun.champion


def test_those_that_were_related_are_related_again(saved: Path) -> None:
    resumed = Search.resume(saved, XOR)
    births = [individual.birth for individual in resumed.population]
    parents = [birth.parent for birth in births if birth.parent is not None]
    assert len(set(map(id, parents))) < len(parents)
    assert len({id(individual.founder) for individual in resumed.population}) < len(resumed.population)


def test_a_step_does_not_depend_on_the_history_of_a_set() -> None:
    """8 and 40 belong in the same place of a small set, where the one that came first comes first."""
    histories = [frozenset(nodes) for nodes in ([1, 2, 3, 8, 40], [1, 2, 3, 40, 8])]
    assert histories[0] == histories[1] and list(histories[0]) != list(histories[1])
    child = Network(50, 1, ["linear"], [(1, 51), (2, 51), (3, 51)])
    for sources in histories:
        fields = {"activations": ("linear",), "sources": (sources,), "disabled_sources": (frozenset(),)}
        parent = Network._trusted(n_inputs=50, n_outputs=1, **fields)
        graph = Graph(50, 1)
        _, steps = graph.express_child(child, parent, graph.express(parent))
        assert [step.minus for step in steps.values()] == [(8, 40)]


# --- when it can be saved


def test_only_before_a_change_of_batch(tmp_path: Path) -> None:
    begun = search()
    with pytest.raises(ValueError, match="cannot be saved before it has begun"):
        begun.save(tmp_path / "checkpoint.npz")
    can = []
    for _ in begun.run(generations=7):
        can.append(begun.can_be_saved)
    assert can == [True, False, False, True, False, False, True, False]
    with pytest.raises(ValueError, match=r"in generation 7: .* here each multiple of 3"):
        begun.save(tmp_path / "checkpoint.npz")
    assert not list(tmp_path.iterdir())


def test_not_after_a_generation_that_was_broken_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = search(batch_every=1)
    run(begun, 3)

    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(begun, "_succeed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        begun.step()
    monkeypatch.undo()
    assert not begun.can_be_saved
    begun.step()
    assert begun.can_be_saved


# --- what cannot be resumed


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(NoCheckpointError, match=r"gone.npz' cannot be read \(No such file"):
        Search.resume(tmp_path / "gone.npz", XOR)
    with pytest.raises(NoCheckpointError, match="cannot be read"):
        Search.resume(tmp_path, XOR)


def test_a_file_of_something_else(tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", x=np.zeros(3))
    (tmp_path / "champion.json").write_text("{}")
    for name in ("data.npz", "champion.json"):
        with pytest.raises(NoCheckpointError, match=f"{name}' is not a checkpoint of a search: give") as caught:
            Search.resume(tmp_path / name, XOR)
        assert "pickle" not in str(caught.value)


def test_a_folder_to_save_to_that_does_not_exist(tmp_path: Path) -> None:
    begun = search()
    run(begun, begun.config.batch_every)
    with pytest.raises(FileNotFoundError, match=r"there is no folder '.*nowhere'") as caught:
        begun.save(tmp_path / "nowhere" / "c.npz")
    assert ".tmp" not in str(caught.value)


@pytest.mark.parametrize("length", [0, 1, 22, 100, 1000, -1000, -100, -1])
def test_cut_short(length: int, saved: Path) -> None:
    saved.write_bytes(saved.read_bytes()[:length])
    with pytest.raises(DamagedCheckpointError, match="is cut short or damaged"):
        Search.resume(saved, XOR)


def test_any_byte_may_be_damaged(saved: Path) -> None:
    """It is noticed, or it is one of those bytes of a zip that say nothing, such as a date."""
    content, expected = saved.read_bytes(), Search.resume(saved, XOR)
    noticed = 0
    places = np.random.default_rng(0).choice(len(content), 150, replace=False).tolist()
    for place in places:
        damaged = bytearray(content)
        damaged[place] ^= 1 << (place % 8)
        saved.write_bytes(damaged)
        try:
            resumed = Search.resume(saved, XOR)
        except (DamagedCheckpointError, NoCheckpointError) as error:
            assert "\n" not in str(error)
            noticed += 1
        else:
            assert resumed.lineage == expected.lineage
            assert [a.network for a in resumed.population] == [a.network for a in expected.population]
    assert noticed > 100


def changed(path: Path, header: dict[str, Any] | None = None, **arrays: Any) -> None:
    """Write a checkpoint anew with some of it changed; None leaves an array out."""
    old_header, old_arrays = checkpoint_file.read(path)
    kept = {name: array for name, array in (old_arrays | arrays).items() if array is not None}
    path.write_bytes(checkpoint_file.to_bytes(old_header | (header or {}), kept))


def test_of_another_version(saved: Path) -> None:
    changed(saved, {"wann_lite": "0.0.1"})
    with pytest.raises(CheckpointError, match=rf"by wann_lite 0.0.1, and this is {wl.__version__}: resume it with"):
        Search.resume(saved, XOR)


def test_of_another_task(saved: Path) -> None:
    with pytest.raises(CheckpointError, match=r"belongs to Classification\(xor: .* and not to Classification\(circles"):
        Search.resume(saved, Classification(datasets.circles()))
    with pytest.raises(CheckpointError, match=r"xor: .* whose data have changed: resume it with the same data"):
        Search.resume(saved, Classification(datasets.xor(210)))
    with pytest.raises(CheckpointError, match="a str is not a task"):
        Search.resume(saved, "xor")  # type: ignore[arg-type]


def test_of_a_backend_that_is_not_there(saved: Path) -> None:
    changed(saved, {"backend": "gpu"})
    with pytest.raises(CheckpointError, match="cannot be resumed: unknown backend 'gpu': use one of"):
        Search.resume(saved, XOR)


@pytest.mark.parametrize(
    "header",
    [
        {"version": 2},
        {"format": "wann-lite-network"},
        {"settings": {"population": -1}},
        {"settings": None},
        {"random": []},
        {"random": [{}, {}]},
        {"generation": None},
    ],
    ids=str,
)
def test_a_header_that_says_something_else(header: dict[str, Any], saved: Path) -> None:
    changed(saved, header)
    with pytest.raises(DamagedCheckpointError, match=r"checkpoint.npz'"):
        Search.resume(saved, XOR)


@pytest.mark.parametrize(
    "arrays",
    [
        {"parents": None},
        {"engine_numbers": None},
        {"parents": np.array([-1.0])},
        {"parents": np.array([[-1]], np.int32)},
        {"births": np.array([0])},
        {"births": np.array([10**6] * 17)},
        {"founders": np.array([99] * 17)},
        {"engine_graph_next": np.array([5])},
        {"network_sizes": np.array([1], np.int32)},
    ],
    ids=lambda arrays: next(iter(arrays)),
)
def test_arrays_that_hold_something_else(arrays: dict[str, Any], saved: Path) -> None:
    changed(saved, **arrays)
    with pytest.raises(DamagedCheckpointError, match="does not hold a whole search"):
        Search.resume(saved, XOR)


def test_objects_are_never_loaded(saved: Path) -> None:
    np.savez(saved, header=np.array([{"no": "pickle"}], dtype=object), sha256=np.zeros(32, np.uint8))
    with pytest.raises(DamagedCheckpointError, match="allow_pickle"):
        Search.resume(saved, XOR)


def test_what_unpacks_to_too_much_is_refused(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_file, "MAX_BYTES", 1000)
    with pytest.raises(DamagedCheckpointError, match="unpacks to more"):
        Search.resume(saved, XOR)


# --- its size


def test_it_grows_with_what_is_new_and_not_with_the_population() -> None:
    """Of a thousand connections that all have in common, each individual adds only what it does not share."""
    task = Classification(datasets.digits())
    sizes = []
    for population in (8, 64):
        begun = search(task, population=population, initial_connections=1.0, batch_every=1, tournament=64)
        run(begun, 12)
        sizes.append(len(checkpoint.to_bytes(begun)))
    assert sizes[1] < 4 * sizes[0]


def test_a_long_ancestry_needs_no_recursion(tmp_path: Path) -> None:
    begun = search()
    run(begun, 6)
    trunk = Birth()
    for _ in range(50_000):
        trunk = Birth(trunk, (Mutation("add_connection", 1, 3),), 0, 0.5)
    eldest = set()
    for individual in begun.population:
        birth = individual.birth
        while birth.parent is not None:
            birth = birth.parent
        eldest.add(birth)
    for birth in eldest:
        birth.parent = trunk
    begun.save(tmp_path / "checkpoint.npz")
    lineages = [
        len(json.loads(each.lineage.to_json())["steps"])
        for each in (begun, Search.resume(tmp_path / "checkpoint.npz", XOR))
    ]
    assert lineages[0] == lineages[1] > 50_000
