"""Shards on a Dask cluster: what threads find, whoever dies, and a clear line where it cannot work."""

import asyncio
import gc
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import dask
import numpy as np
import pytest
from backends import on_each_backend
from distributed import Client, LocalCluster
from distributed.protocol.pickle import dumps, loads
from distributed.security import Security

from wann_lite import Search, SearchConfig, datasets, tasks
from wann_lite.cli import main, running
from wann_lite.engine import cluster as cluster_module
from wann_lite.engine import numpy_backend, workforce
from wann_lite.engine.carrier import Carrier
from wann_lite.engine.cluster import Cluster, connect
from wann_lite.engine.rounding import rounded_here
from wann_lite.engine.shards import ClusterError
from wann_lite.engine.workforce import Workforce

CONFIG = SearchConfig(
    population=16,
    initial_connections=1.0,
    batch=240,
    first_batch=120,
    batch_growth=10.0,
    batch_every=4,
    shards=3,
    validate_every=5,
)
GENERATIONS = 10


@pytest.fixture(scope="module")
def task():
    return tasks.Classification(datasets.spirals())


@pytest.fixture(scope="module")
def processes():
    """A cluster of two workers, each a process that is started again when it dies."""
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        yield cluster


@pytest.fixture
def client(processes):
    with Client(processes) as client:
        client.wait_for_workers(2, timeout=60)
        yield client


@pytest.fixture
def small():
    """A cluster of one worker in this process, at once there."""
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster:
        yield cluster


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(workforce, "PATIENCE", 0.5)
    monkeypatch.setattr(workforce, "CONNECT", 0.5)


def found_by(search, *lengths):
    """Everything that a search finds, in one run or in several."""
    records = [record for length in lengths or [GENERATIONS] for record in search.run(generations=length)]
    losses = np.array([individual.losses for individual in search.population])
    return [record.losses for record in records], losses, search.champion.to_json().partition('"found"')[0]


def same(one, other):
    return one[0] == other[0] and np.array_equal(one[1], other[1]) and one[2] == other[2]


@pytest.fixture(scope="module")
def undisturbed(task):
    """What threads find, by backend."""
    found = {}

    def find(backend):
        if backend not in found:
            found[backend] = found_by(Search(task, CONFIG, backend=backend))
        return found[backend]

    return find


async def _actors_gone(dask_scheduler):
    """Return when no worker holds an actor any more."""
    while any(worker.actors for worker in dask_scheduler.workers.values()):
        await asyncio.sleep(0.01)
    return True


# --- the same as threads


@on_each_backend
def test_a_cluster_finds_what_threads_find(client, task, undisturbed, backend):
    search = Search(task, CONFIG, backend=backend, cluster=client)
    assert same(found_by(search), undisturbed(backend))
    assert {seat.actor for seat in search._engine.shards._seats} == {None}
    assert client.run_on_scheduler(_actors_gone)
    assert client.submit(sum, [1, 2]).result() == 3


def test_all_workers_carry_shards_while_it_runs(client, task):
    search = Search(task, CONFIG, cluster=client)
    for _ in search.run(generations=2):
        addresses = [seat.address for seat in search._engine.shards._seats]
        assert set(addresses) == set(client.nthreads())
        assert max(map(addresses.count, addresses)) == 2


def test_several_runs_find_what_one_finds(client, task, undisturbed):
    """Between them the workers are left, so each run begins with the log."""
    search = Search(task, CONFIG, backend="numpy", cluster=client)
    assert same(found_by(search, 2, 3, 4, GENERATIONS - 9), undisturbed("numpy"))


def test_an_address_will_do_and_nothing_is_left_there(processes, client, task, undisturbed):
    search = Search(task, CONFIG, backend="numpy", cluster=processes.scheduler_address)
    assert same(found_by(search), undisturbed("numpy"))
    own = search._engine.shards._client
    del search
    gc.collect()
    assert own.status == "closed"
    assert client.status == "running"


def test_a_checkpoint_is_resumed_on_a_cluster(client, task, undisturbed, tmp_path):
    search = Search(task, CONFIG, backend="numpy")
    for _ in search.run(generations=9):
        if search.can_be_saved:
            search.save(tmp_path / "checkpoint.npz")
    resumed = Search.resume(tmp_path / "checkpoint.npz", task, cluster=client)
    assert resumed.generation == 8
    _, losses, champion = found_by(resumed, GENERATIONS - 8)
    assert np.array_equal(losses, undisturbed("numpy")[1])
    assert champion == undisturbed("numpy")[2]


def test_stop_ends_it_and_it_can_go_on(client, task, undisturbed):
    search = Search(task, CONFIG, backend="numpy", cluster=client)
    for generation in search.run(generations=GENERATIONS):
        if generation.generation == 6:
            search.stop()
    assert search.generation == 7
    _, losses, champion = found_by(search, GENERATIONS - 7)
    assert np.array_equal(losses, undisturbed("numpy")[1])
    assert champion == undisturbed("numpy")[2]


def test_interrupted_with_an_answer_under_way_it_can_go_on(client, task, monkeypatch):
    search = Search(task, CONFIG, cluster=client)
    list(search.run(generations=6))
    champion, sync = search.champion, client.sync

    def interrupted(function, *arguments, **how):
        answer = sync(function, *arguments, **how)
        if function == search._engine.shards._ask:
            raise KeyboardInterrupt
        return answer

    monkeypatch.setattr(client, "sync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(search.run(generations=1))
    monkeypatch.undo()
    assert search.champion == champion
    assert len(list(search.run(generations=5))) == 5


# --- who dies


class _Killer:
    """Kills workers while they carry out certain calls of `run`, counted over all shards."""

    def __init__(self, client, at):
        self.pids = client.run(os.getpid)
        self.count, self.at, self.killed = 0, at, []

    def answering(self, answer):
        async def watched(shards, seat, question):
            address = seat.address
            call = asyncio.ensure_future(answer(shards, seat, question))
            if question is not None and loads(question)[0] == "run":
                self.count += 1
                # Of those that were there at first each once: whoever is in the place of one is let alone.
                if self.count in self.at and address in self.pids:
                    pid = self.pids.pop(address)
                    await asyncio.sleep(0)  # the message is on its way
                    os.kill(pid, signal.SIGKILL)
                    self.killed.append(address)
            return await call

        return watched


@pytest.fixture
def killer(client, monkeypatch):
    def watch(*at):
        killer = _Killer(client, at)
        monkeypatch.setattr(Cluster, "_answer", killer.answering(Cluster._answer))
        return killer

    return watch


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="a signal of Unix")
@on_each_backend
def test_a_worker_killed_in_a_generation_changes_nothing(client, task, undisturbed, killer, caplog, backend):
    """Generation 6 is halfway between two changes of batch, so there is a log to be replayed."""
    killed = killer(3 * 5 + 1).killed
    with caplog.at_level(logging.WARNING, logger="wann_lite"):
        found = found_by(Search(task, CONFIG, backend=backend, cluster=client))
    assert len(killed) == 1
    assert f"the worker {killed[0]} is lost" in caplog.text
    assert same(found, undisturbed(backend))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="a signal of Unix")
def test_when_all_workers_are_killed_it_waits_for_new_ones(client, task, undisturbed, killer):
    """Both in the same generation: the examples have to be sent again too."""
    killed = killer(*range(3 * 5 + 1, 3 * 6 + 1)).killed
    assert same(found_by(Search(task, CONFIG, backend="numpy", cluster=client)), undisturbed("numpy"))
    assert len(killed) == 2


def test_a_worker_that_comes_later_gets_shards(small, task):
    with Client(small) as client:
        search = Search(task, CONFIG, cluster=client)
        for generation in search.run(generations=9):
            addresses = {seat.address for seat in search._engine.shards._seats}
            if generation.generation == 3:
                assert len(addresses) == 1
                small.scale(2)
                client.wait_for_workers(2)
        assert len(addresses) == 2


def test_with_no_worker_left_it_gives_up_and_goes_on_when_there_are_some(small, task, impatient, caplog):
    with Client(small) as client:
        search = Search(task, CONFIG, cluster=client)
        list(search.run(generations=6))
        champion = search.champion
        small.scale(0)
        client.run_on_scheduler(_workers_gone)
        with pytest.raises(ClusterError, match=r"has no worker that can be used, for 0.5 seconds now: start workers"):
            list(search.run(generations=1))
        assert "waiting up to 0.5 seconds" in caplog.text
        assert search.champion == champion
        small.scale(1)
        client.wait_for_workers(1)
        assert len(list(search.run(generations=6))) == 6


async def _workers_gone(dask_scheduler):
    while dask_scheduler.workers:
        await asyncio.sleep(0.01)


def test_a_call_that_kills_every_worker_is_given_up(small, task, monkeypatch):
    async def lost(shards, seat, question):
        seat.vacate()

    with Client(small) as client:
        search = Search(task, CONFIG, cluster=client)
        monkeypatch.setattr(Cluster, "_answer", lost)
        monkeypatch.setattr(cluster_module, "_ATTEMPTS", 3)
        with pytest.raises(ClusterError, match="3 times over the same call"):
            search.step()


def test_a_scheduler_that_goes_away(task, impatient):
    with LocalCluster(n_workers=1, processes=False, dashboard_address=None) as cluster:
        search = Search(task, CONFIG, cluster=cluster.scheduler_address)
        list(search.run(generations=2))
    with pytest.raises(ClusterError, match=r"the scheduler at \S+ (does not answer|has no worker)|is closed"):
        list(search.run(generations=20))


# --- the state of a shard


@on_each_backend
def test_a_message_that_comes_twice_or_too_late_does_nothing(backend):
    rng = np.random.default_rng(0)
    x, labels = rng.random((20, 2)).astype(np.float32), np.arange(20) % 2
    module = {"numpy": "numpy_backend", "cython": "_hot"}[backend]
    carrier = Carrier(x, labels, f"wann_lite.engine.{module}", (1.0,), 2)
    begin, drop = dumps(("begin", (np.arange(10), 1))), dumps(("drop", ([0],)))
    assert carrier.carry_out(1, 1, [drop], None) is None
    assert loads(carrier.carry_out(1, 0, [begin], None)) is None
    assert carrier.carry_out(1, 1, [drop], None) is not None
    assert carrier.carry_out(1, 1, [drop], None) is None
    assert carrier.carry_out(2, 2, [drop], None) is None
    assert carrier.carry_out(1, 2, [], drop) is not None
    with pytest.raises(AttributeError):
        carrier.carry_out(1, 2, [dumps(("no_such_call", ()))], None)
    assert carrier.carry_out(1, 2, [drop], None) is None


def test_a_shard_that_is_not_where_it_is_thought_to_be_begins_anew(small, task, undisturbed):
    with Client(small) as client:
        search = Search(task, CONFIG, backend="numpy", cluster=client)
        for generation in search.run(generations=GENERATIONS):
            if generation.generation in (2, 5):
                search._engine.shards._seats[1].done -= 1
        assert np.array_equal([individual.losses for individual in search.population], undisturbed("numpy")[1])


def test_a_fault_in_a_shard_is_told_as_it_is(small):
    with Client(small) as client:
        shards = connect(client)(numpy_backend, np.zeros((9, 2), np.float32), np.arange(9) % 2, (1.0,), 2, 2)
        shards.change_batch(np.arange(9))
        with pytest.raises(KeyError):
            shards.found([((99, "linear"), (99, "linear"))], [0], np.ones((1, 1)))


def test_examples_travel_once_and_then_only_plans_and_sums(small):
    """What is sent in a generation does not grow with the examples, nor does what comes back."""
    amounts = []
    for n in (500, 5000):
        x, labels = np.random.default_rng(0).random((n, 40)).astype(np.float32), np.arange(n) % 2
        data = datasets.from_arrays(x, labels)
        config = CONFIG.replace(batch=400, first_batch=400, batch_every=100)
        with Client(small) as client:
            search = Search(tasks.Classification(data), config, backend="numpy", cluster=client)
            steps = search.run(generations=8)
            next(steps), next(steps)
            shards = search._engine.shards
            before = shards.sent, shards.received
            list(steps)
            amounts.append((shards.sent - before[0], shards.received - before[1]))
    (sent, received), (sent_of_more, received_of_more) = amounts
    assert 0 < received_of_more < 1.5 * received
    assert 0 < sent_of_more < 1.5 * sent
    assert sent_of_more / 7 / CONFIG.n_shards < 0.05 * x.nbytes


# --- errors, each one line


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_no_scheduler_there(task, impatient):
    with pytest.raises(ClusterError, match=r"no scheduler answers at 'tcp://127.0.0.1:\d+': start one with `dask sch"):
        Search(task, CONFIG, cluster=f"tcp://127.0.0.1:{free_port()}")


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1", "http://127.0.0.1:80", "", 5, object()])
def test_no_address(task, address, monkeypatch):
    """No client is made of it, which would end with a traceback of its own."""

    class Client:
        def __init__(self, *_, **__):
            raise AssertionError

    monkeypatch.setattr("distributed.Client", Client)
    with pytest.raises(ValueError, match="it is one such as tcp://"):
        Search(task, CONFIG, cluster=address)


def test_a_cluster_has_no_threads_to_count(task):
    with pytest.raises(ValueError, match="workers is 2: it counts threads"):
        Search(task, CONFIG, workers=2, cluster="tcp://127.0.0.1:1")


def test_without_dask(task, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ImportError, match=r'needs dask.distributed: pip install "wann_lite\[scale\]"'):
        Search(task, CONFIG, cluster="tcp://127.0.0.1:1")


def test_dask_is_loaded_only_when_it_is_asked_for():
    program = "import sys, wann_lite.cli; sys.exit(bool({'dask', 'distributed', 'asyncio'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_an_asynchronous_client(small):
    async def connected():
        async with Client(small.scheduler_address, asynchronous=True) as client:
            connect(client)

    with pytest.raises(ValueError, match="the client is asynchronous"):
        asyncio.run(connected())


def test_no_worker_ever(task, impatient):
    with (
        LocalCluster(n_workers=0, processes=False, dashboard_address=None) as cluster,
        pytest.raises(ClusterError, match=r"has no worker that can be used.*start workers with `dask worker"),
    ):
        Search(task, CONFIG, cluster=cluster.scheduler_address)


PRETENCES = {
    "no package": (
        "import sys; sys.kept = {k: sys.modules.pop(k) for k in list(sys.modules) if k.startswith('wann_lite')}; "
        "sys.modules['wann_lite'] = None",
        "import sys; sys.modules.pop('wann_lite'); sys.modules.update(sys.kept)",
        "cannot import wann_lite .*: install it there as here",
    ),
    "another version": (
        "import wann_lite.engine.carrier as c; c.kept, c.__version__ = c.__version__, '9.9'",
        "import wann_lite.engine.carrier as c; c.__version__ = c.kept",
        "has wann_lite 9.9, and this process",
    ),
    "another numpy": (
        "import wann_lite.engine.carrier as c; c.kept = c.np; c.np = type('numpy', (), {'__version__': '1.0'})",
        "import wann_lite.engine.carrier as c; c.np = c.kept",
        "has numpy 1.0, and this process",
    ),
    "no backend": (
        "import wann_lite.engine.carrier as c; c.kept, c.compiled = c.compiled, lambda: (None, 'not built')",
        "import wann_lite.engine.carrier as c; c.compiled = c.kept",
        "lacks the backend 'cython' .not built.: build it there",
    ),
    "another processor": (
        "import wann_lite.engine.carrier as c; c.kept, c.rounded_here = c.rounded_here, lambda backend: '01234567'",
        "import wann_lite.engine.carrier as c; c.rounded_here = c.kept",
        "computes in another way than other workers do, .*: use workers with processors of one kind$",
    ),
}


@pytest.fixture(params=PRETENCES.values(), ids=PRETENCES)
def pretence(client, request):
    """One of the two workers pretends to lack something; what is to be said about it."""
    begin, end, answer = request.param
    address = max(client.nthreads())
    client.run(exec, begin, workers=[address])
    yield address, answer
    client.run(exec, end, workers=[address])


# Prints what tells how numpy rounds, and the bits themselves, with these instructions of the processor left unused.
ROUNDING = """if True:
    import numpy as np
    from wann_lite.activations import ACTIVATIONS
    from wann_lite.engine.rounding import rounded_here

    x = np.linspace(-9, 9, 100_000, dtype=np.float32)
    bits = [function(x).tobytes() for function in (*ACTIVATIONS.values(), np.exp)]
    print(rounded_here("numpy"), hash(b"".join(bits)))
"""


def test_processors_that_round_differently_are_told_apart():
    """An older processor is this one with its newer instructions left unused."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    there = [name for name in __cpu_dispatch__ if __cpu_features__[name]]
    digits, bits = [], []
    for unused in ("", " ".join(there)):
        environment = os.environ | {"NPY_DISABLE_CPU_FEATURES": unused, "PYTHONHASHSEED": "0"}
        command = [sys.executable, "-c", ROUNDING]
        printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()
        digits.append(printed[0])
        bits.append(printed[1])
    if bits[0] == bits[1]:
        pytest.skip("numpy rounds alike with and without the newer instructions of this processor")
    assert digits[0] != digits[1]
    assert digits[0] == rounded_here("numpy")


def test_a_worker_that_cannot_be_used_is_named(client, pretence):
    with pytest.raises(ClusterError, match=pretence[1]):
        Workforce(client, "cython")


def test_one_that_comes_later_is_left_alone(client, pretence, monkeypatch, caplog):
    address, _ = pretence
    everybody = client.nthreads()
    monkeypatch.setattr(client, "nthreads", lambda: [other for other in everybody if other != address])
    present = Workforce(client, "cython")
    monkeypatch.undo()
    assert present.usable() == [other for other in everybody if other != address]
    assert any(message.startswith(f"the worker {address} is left alone: it ") for message in caplog.messages)


# --- on the command line


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


TYPED = ["search", "xor", "--generations", "4", "--seed", "3", "--shards", "2", "--backend", "numpy"]


def test_typed(small, folder):
    assert main([*TYPED, "--scheduler", small.scheduler_address, "--out", "there"]) == 0
    assert main([*TYPED, "--out", "here"]) == 0
    for file in ("champion.json", "lineage.json", "score.json"):
        texts = [json.loads(Path(where, file).read_text()) for where in ("there", "here")]
        for text in texts:
            text.pop("found", None)
        assert texts[0] == texts[1]


def test_a_run_whose_workers_are_gone_can_be_resumed(small, folder, impatient, monkeypatch, capsys):
    add = running.RunFolder.add_generation

    def then_nobody(self, record):
        add(self, record)
        if record["generation"] == 2:
            small.scale(0)
            with Client(small) as client:
                client.run_on_scheduler(_workers_gone)

    monkeypatch.setattr(running.RunFolder, "add_generation", then_nobody)
    assert main([*TYPED, "--scheduler", small.scheduler_address, "--out", "there"]) == 2
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("wann_lite: ")]
    assert len(told) == 1
    assert "has no worker that can be used" in told[0]
    assert f"resume there --scheduler {small.scheduler_address}` goes on" in told[0]
    monkeypatch.setattr(running.RunFolder, "add_generation", add)
    small.scale(1)
    assert main(["resume", "there", "--scheduler", small.scheduler_address]) == 0
    assert main([*TYPED, "--out", "here"]) == 0
    connections = [json.loads(Path(where, "champion.json").read_text())["connections"] for where in ("there", "here")]
    assert connections[0] == connections[1]


# --- encryption


@pytest.fixture
def certificate(tmp_path):
    """A certificate that certifies itself."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no program openssl to make a certificate with")
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=wann_lite"]
    files = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run([*command, "-out", files[0], "-keyout", files[1]], check=True, capture_output=True)
    return tuple(map(str, files))


def test_encrypted(certificate, task, undisturbed, folder, impatient, monkeypatch):
    file, key = certificate
    role = {f"tls_{who}_{what}": path for who in ("scheduler", "worker", "client") for what, path in
            (("cert", file), ("key", key))}  # fmt: skip
    security = Security(tls_ca_file=file, require_encryption=True, **role)
    with LocalCluster(
        n_workers=1, processes=False, dashboard_address=None, protocol="tls://", security=security
    ) as cluster:
        assert cluster.scheduler_address.startswith("tls://")
        with Client(cluster.scheduler_address, security=security) as client:
            assert same(found_by(Search(task, CONFIG, backend="numpy", cluster=client)), undisturbed("numpy"))
        with pytest.raises(ValueError, match="there are no certificates for 'tls://"):
            Search(task, CONFIG, cluster=cluster.scheduler_address)
        with pytest.raises(ClusterError, match="no scheduler answers"):
            Search(task, CONFIG, cluster=cluster.scheduler_address.replace("tls", "tcp"))
        tls = {"ca-file": file, "client.cert": file, "client.key": key}
        with dask.config.set({f"distributed.comm.tls.{name}": path for name, path in tls.items()}):
            assert main([*TYPED, "--scheduler", cluster.scheduler_address, "--out", "there"]) == 0
