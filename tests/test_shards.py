"""Shards and workers: what is summed over slices is the whole, and who carries them does not matter."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from backends import BACKENDS, on_each_backend
from test_engine import RATES, SMOOTH, batch, grown

from wann_lite import activations, cli, datasets, mutation, tasks
from wann_lite.config import SearchConfig
from wann_lite.engine import Engine, backends, numpy_backend, sources
from wann_lite.engine import shards as shards_module
from wann_lite.engine.shards import Threads
from wann_lite.mutation import mutate
from wann_lite.search import Search


def family(seed, **options):
    """The losses of a founder and its children, on a batch of 900 examples, all of which decide the scale."""
    rng = np.random.default_rng(seed)
    x, labels = batch(rng, 1500, 10, 4)
    engine = Engine(x, labels, 4, (-1.0, 0.5, 2.0), **options)
    engine.change_batch(np.arange(900), keep=[])
    [parent] = engine.found([grown(rng, 10, 4, 15)])
    engine.hold([parent])
    children = engine.children((mutate(parent.network, rng, RATES, SMOOTH)[0], parent) for _ in range(40))
    return np.array([parent.losses, *(child.losses for child in children)])


@on_each_backend
def test_shards_add_up_to_the_whole(backend):
    whole = family(0, backend=backend)
    for shards in (2, 5):
        np.testing.assert_allclose(family(0, backend=backend, shards=shards), whole, rtol=1e-4)


@on_each_backend
def test_more_shards_than_examples_are_no_harm(backend):
    rng = np.random.default_rng(1)
    x, labels = batch(rng, 3, 4, 2)
    losses = []
    for shards in (1, 5):
        engine = Engine(x, labels, 2, (-1.0, 1.0), scale_free=False, backend=backend, shards=shards)
        engine.change_batch(np.arange(3), keep=[])
        network = grown(np.random.default_rng(2), 4, 2, 5)
        losses.append(engine.found([network])[0].losses)
    np.testing.assert_allclose(*losses, rtol=1e-5)


@on_each_backend
@pytest.mark.parametrize("shards", [1, 3])
def test_workers_do_not_change_a_bit(backend, shards):
    alone = family(3, backend=backend, shards=shards)
    for workers in (2, 4):
        assert np.array_equal(family(3, backend=backend, shards=shards, workers=workers), alone)


@on_each_backend
@pytest.mark.parametrize("scale_free", [True, False])
def test_the_champion_of_a_seed_is_the_same_for_any_number_of_workers(backend, scale_free):
    config = SearchConfig(population=40, first_batch=300, batch=900, batch_growth=20, shards=3, scale_free=scale_free)
    champions = []
    for workers in (1, 2, 4):
        search = Search(tasks.Classification(datasets.digits()), config, seed=5, backend=backend, workers=workers)
        for _ in search.run(generations=30):
            pass
        champions.append((search.champion, [tuple(individual.losses) for individual in search.population]))
    assert champions[0] == champions[1] == champions[2]


def two_shards_with_a_parent(backend, rng):
    """An engine of two workers that holds an individual."""
    x, labels = batch(rng, 300, 6, 3)
    engine = Engine(x, labels, 3, (1.0,), backend=backend, shards=2, workers=2)
    engine.change_batch(np.arange(300), keep=[])
    [parent] = engine.found([grown(rng, 6, 3, 10)])
    engine.hold([parent])
    return engine, parent


@on_each_backend
def test_what_fails_while_children_are_made_comes_out_and_leaves_the_engine_whole(backend):
    rng = np.random.default_rng(4)
    engine, parent = two_shards_with_a_parent(backend, rng)

    def broken():
        for _ in range(30):
            yield mutate(parent.network, rng, RATES, SMOOTH)[0], parent
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.children(broken())
    assert engine.children([(parent.network, parent)])[0].losses == pytest.approx(parent.losses, rel=1e-5)
    assert engine.children([]) == []


def family_of_two_shards(backend, monkeypatch):
    """An engine of two workers, on any machine, that holds a parent; and what makes ten children of it."""
    monkeypatch.setattr(shards_module, "_processors", lambda: 2)
    rng = np.random.default_rng(4)
    engine, parent = two_shards_with_a_parent(backend, rng)
    pairs = [(mutate(parent.network, rng, RATES, SMOOTH)[0], parent) for _ in range(10)]
    return engine, parent, lambda: np.array([child.losses for child in engine.children(pairs)])


@on_each_backend
@pytest.mark.parametrize("begun", [False, True])
def test_threads_that_cannot_all_begin_leave_the_engine_whole(backend, begun, monkeypatch):
    """An interruption in the middle of asking for help, or a system that has no thread to give."""
    *_, children = family_of_two_shards(backend, monkeypatch)
    before = children()

    def submit(self, *call):
        if begun:
            ask(self, *call)
        raise KeyboardInterrupt

    ask = ThreadPoolExecutor.submit
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(ThreadPoolExecutor, "submit", submit)
        children()
    np.testing.assert_array_equal(children(), before)


def test_whoever_gives_up_leaves_nobody_at_work(monkeypatch):
    """The first of three shards fails while the second is at work, and the third waits for a thread."""
    monkeypatch.setattr(shards_module, "_processors", lambda: 2)
    begun, failed, told = threading.Event(), threading.Event(), []

    def first():
        begun.wait()
        failed.set()
        raise KeyboardInterrupt

    def second():
        begun.set()
        failed.wait()
        sum(range(3_000_000))
        told.append("second")

    shards = Threads(numpy_backend, np.zeros((3, 1)), np.zeros(3, int), (1.0,), 1, 3, workers=2)
    shards.shards = [SimpleNamespace(ask=call) for call in (first, second, lambda: told.append("third"))]
    with pytest.raises(KeyboardInterrupt):
        shards._each("ask")
    assert told[:1] == ["second"]
    shards.shards = [SimpleNamespace(ask=lambda i=i: i) for i in range(3)]
    assert shards._each("ask") == [0, 1, 2]


HELPER_FAILS = """
from concurrent.futures import ThreadPoolExecutor
from wann_lite.engine import _hot
try:
    _hot.stream([object()], [], ThreadPoolExecutor(1), 1)
except TypeError:
    print("told")
"""


@pytest.mark.parametrize("backend", BACKENDS[1:])
def test_a_helper_that_fails_before_it_begins_is_not_waited_for(backend):
    """In a process of its own, which a fault here would stop for ever."""
    done = subprocess.run([sys.executable, "-c", HELPER_FAILS], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("told\n", "")


def test_there_are_no_more_threads_than_processors_for_this_process(monkeypatch):
    monkeypatch.setattr(shards_module.os, "cpu_count", lambda: 64)
    monkeypatch.setattr(shards_module.os, "sched_getaffinity", lambda process: {3, 5}, raising=False)
    threads = Threads(numpy_backend, np.zeros((3, 1)), np.zeros(3, int), (1.0,), 1, 3, workers=8)
    assert threads.workers == 2
    monkeypatch.delattr(shards_module.os, "sched_getaffinity")
    assert shards_module._processors() == 64


def plans_of(parents):
    """A compiled program: children of these keys that change nothing."""
    from wann_lite.engine import _program

    numbers = np.array([(parent, 0, 0) for parent in parents], np.intc)
    return _program._program(numbers.tobytes(), list(range(0, numbers.size, 3)), 0, 0, 0)


@pytest.mark.parametrize("backend", BACKENDS[1:])
def test_only_children_of_those_whose_losses_are_kept_are_evaluated(backend, monkeypatch):
    engine, parent, _ = family_of_two_shards(backend, monkeypatch)
    shards, hot = engine.shards.shards, engine.shards.backend

    def streamed(program):
        with ThreadPoolExecutor(1) as pool:
            return hot.stream(shards, [program], pool, 1)[0][0]

    ways = (lambda program: shards[0].run([program])[0], streamed)
    for way in ways:
        assert way(plans_of([parent.key])).shape == (1, 1)
        for stranger in (parent.key + 1, -1, 10**9):
            with pytest.raises(ValueError, match=f"no loss is kept under {stranger}: a child's parent"):
                way(plans_of([parent.key, stranger]))
    for shard in shards:
        shard.drop([parent.key, 10**6])
    for way in ways:
        with pytest.raises(ValueError, match="no loss is kept"):
            way(plans_of([parent.key]))


@pytest.mark.parametrize("backend", BACKENDS[1:])
def test_a_program_has_no_more_plans_than_there_is_room_for(backend, monkeypatch):
    engine, parent, _ = family_of_two_shards(backend, monkeypatch)
    hot = engine.shards.backend
    with ThreadPoolExecutor(1) as pool:
        losses, _ = hot.stream(engine.shards.shards, [plans_of([parent.key] * 16)], pool, 1)
        assert losses[0].shape == (16, 1)
        with pytest.raises(ValueError, match="a program of 17 plans: make several of at most 16"):
            hot.stream(engine.shards.shards, [plans_of([parent.key] * 17)], pool, 1)


def test_a_plan_is_all_that_a_shard_needs():
    """Two shards by hand: each is told the same, and their sums are those of the one that has all examples."""
    rng = np.random.default_rng(6)
    x, labels = batch(rng, 64, 5, 3)
    network = grown(rng, 5, 3, 8)
    engine = Engine(x, labels, 3, (0.5,), scale_free=False, backend="numpy")
    engine.change_batch(np.arange(64), keep=[])
    [founder] = engine.found([network])
    shards = Threads(numpy_backend, x, labels, (0.5,), 3, 2)
    shards.change_batch(np.arange(64))
    numbers = engine.graph.express(network)
    shards.hold(list(engine.graph.steps(numbers)))
    outputs = tuple(zip(numbers[:3], network.activations[:3], strict=True))
    losses = shards.found([outputs], [0], np.ones((1, 1)))
    np.testing.assert_allclose(losses[0] / 64, founder.losses, rtol=1e-5)


# --- the compiled parts against the plain ones


@pytest.mark.parametrize("backend", BACKENDS[1:])
def test_every_instruction_set_computes_the_same(backend):
    hot = backends.backend_named(backend)[1]
    best = hot.instructions()
    whole = family(7, backend="numpy")
    try:
        for level in (0, 1, 2):
            hot.choose(level)
            np.testing.assert_allclose(family(7, backend=backend), whole, rtol=1e-4)
    finally:
        assert hot.choose(2) == best


def test_a_backend_that_is_not_there_is_refused(monkeypatch):
    with pytest.raises(ValueError, match="unknown backend 'fortran': use one of auto, numpy, cython"):
        backends.backend_named("fortran")

    def missing(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(backends.importlib, "import_module", missing)
    assert backends.backend_named("auto")[0] == "numpy"
    with pytest.raises(ValueError, match=r"'cython' was not built .*install a C compiler"):
        backends.backend_named("cython")


def test_a_backend_that_cannot_be_loaded_is_told_from_one_that_is_missing(monkeypatch):
    def broken(name):
        raise ImportError("undefined symbol")

    monkeypatch.setattr(backends.importlib, "import_module", broken)
    assert backends.compiled() == (None, "cannot be loaded (undefined symbol)")
    with pytest.raises(ValueError, match=r"'cython' cannot be loaded \(undefined symbol\): install a C compiler"):
        backends.backend_named("cython")


@pytest.mark.parametrize("backend", BACKENDS[1:])
def test_a_backend_of_older_sources_is_noticed(backend, monkeypatch):
    assert backends.compiled()[0] is not None
    monkeypatch.setattr(backends, "_fingerprint", lambda name: "another" if name == "_genome" else None)
    assert backends.compiled() == (None, backends._STALE)
    with pytest.warns(RuntimeWarning, match="built from older sources: install the package again"):
        assert backends.backend_named("auto")[0] == "numpy"
    with pytest.raises(ValueError, match=r"'cython' was built from older sources.*or use the backend 'numpy'"):
        backends.backend_named(backend)
    monkeypatch.undo()
    load = backends.importlib.import_module

    def some_missing(name):
        if name.endswith("_graph"):
            raise ModuleNotFoundError(name)
        return load(name)

    monkeypatch.setattr(backends.importlib, "import_module", some_missing)
    assert backends.compiled() == (None, backends._STALE)


@pytest.mark.parametrize("backend", BACKENDS[1:])
@pytest.mark.parametrize(
    ("module", "table", "changed"),
    [
        (activations, "NAMES", (*activations.NAMES, "softplus")),
        (activations, "NAMES", activations.NAMES[::-1]),
        (mutation, "DRAWN", (*mutation.DRAWN, "add_node")),
    ],
)
def test_a_backend_that_knows_other_activations_or_mutations_is_not_used(
    backend, module, table, changed, monkeypatch, capsys
):
    """Whoever adds one to the package gets it, computed by numpy, until the compiled backend has learnt it too."""
    monkeypatch.setattr(module, table, changed)
    assert backends.compiled() == (None, backends._OTHER)
    with pytest.warns(RuntimeWarning, match="knows other activations or mutations than the package: teach it"):
        assert backends.backend_named("auto") == ("numpy", numpy_backend)
    with pytest.raises(ValueError, match=r"'cython' knows other activations .*kernels.h.* or use the backend 'numpy'"):
        backends.backend_named(backend)
    cli.main(["info"])
    assert "numpy; cython knows other activations or mutations" in capsys.readouterr().out


def test_the_fingerprint_is_that_of_all_sources(tmp_path):
    folder = Path(backends.__file__).parent
    for file in ("_hot.pyx", *sources.SHARED):
        (tmp_path / file).write_bytes((folder / file).read_bytes())
    whole = sources.fingerprint("_hot", tmp_path)
    assert whole == sources.fingerprint("_hot")
    for file in ("_hot.pyx", "kernels.h"):
        with (tmp_path / file).open("a") as stream:
            stream.write("\n")
        assert sources.fingerprint("_hot", tmp_path) != whole
        whole = sources.fingerprint("_hot", tmp_path)
    assert sources.fingerprint("_graph", tmp_path) is None


def test_extensions_are_found_by_name():
    """Each file of source is an extension's or shared by all: a new one cannot be left out."""
    folder = Path(backends.__file__).parent
    files = {path.name for path in folder.iterdir() if path.suffix in {".pyx", ".pxd", ".h"}}
    assert files == {*sources.SHARED, *(f"{name}.pyx" for name in sources.EXTENSIONS)}
