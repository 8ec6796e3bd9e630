"""Shards and workers: what is summed over slices is the whole, and who carries them does not matter."""

from pathlib import Path

import numpy as np
import pytest
from backends import BACKENDS, on_each_backend
from test_engine import RATES, SMOOTH, batch, grown

from wann_lite import datasets, tasks
from wann_lite.config import SearchConfig
from wann_lite.engine import Engine, backends, numpy_backend, sources
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


@on_each_backend
def test_what_fails_while_children_are_made_comes_out_and_leaves_the_engine_whole(backend):
    rng = np.random.default_rng(4)
    x, labels = batch(rng, 300, 6, 3)
    engine = Engine(x, labels, 3, (1.0,), backend=backend, shards=2, workers=2)
    engine.change_batch(np.arange(300), keep=[])
    [parent] = engine.found([grown(rng, 6, 3, 10)])
    engine.hold([parent])

    def broken():
        for _ in range(30):
            yield mutate(parent.network, rng, RATES, SMOOTH)[0], parent
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.children(broken())
    assert engine.children([(parent.network, parent)])[0].losses == pytest.approx(parent.losses, rel=1e-5)
    assert engine.children([]) == []


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
