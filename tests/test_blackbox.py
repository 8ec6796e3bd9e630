"""The evolution strategy: it learns, repeats, keeps to its time, and says what it needs."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import wann_lite as wl
from wann_lite import blackbox, datasets
from wann_lite.blackbox import train_blackbox
from wann_lite.evaluate import evaluate
from wann_lite.losses import accuracy

XOR = datasets.xor(n=300)
MINDS = wl.Network(2, 2, ["linear", "linear", "abs"], [(0, 3), (1, 5), (2, 5), (5, 4)])


def test_without_the_library_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cma", None)
    with pytest.raises(ImportError, match=r'^training without .* pip install "wann_lite\[blackbox\]"') as error:
        train_blackbox(MINDS, XOR, np.random.default_rng(0))
    assert "\n" not in str(error.value)


def test_the_package_does_not_load_the_library() -> None:
    code = "import sys, wann_lite, wann_lite.blackbox; sys.exit('cma' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.fixture(autouse=True)
def cma(request: pytest.FixtureRequest) -> Any:
    return None if "library" in request.node.name else pytest.importorskip("cma")


def test_it_learns_what_no_shared_weight_can_do() -> None:
    trained = train_blackbox(MINDS, XOR, np.random.default_rng(0), start=1.0, iterations=100)
    assert trained.accuracies[0] < 0.2
    assert trained.accuracies[trained.best] > 0.95
    assert trained.best == trained.losses.argmin()
    assert trained.weights.shape == (11, 4)
    assert len(trained.losses) == len(trained.accuracies) == len(trained.train_losses) + 1 == 11
    right = accuracy(evaluate(trained.network, XOR.x_validation, None), XOR.y_validation)
    assert right == pytest.approx(trained.accuracies[trained.best])


def test_it_learns_through_a_step_where_there_is_no_slope() -> None:
    """Class 1 is where x is above 1/2, and only the weight of the bias before the step can say so."""
    network = wl.Network(1, 2, ["linear", "linear", "step"], [(1, 4), (0, 4), (4, 3)])
    x = np.linspace(0, 1, 400)[:, None]
    data = datasets.from_arrays(x, (x[:, 0] > 0.5).astype(int))
    found = train_blackbox(network, data, np.random.default_rng(0), start=1.0, iterations=200, spread=0.5)
    slopes = wl.train(network, data, np.random.default_rng(0), start=1.0)
    assert slopes.accuracies[slopes.best] < 0.7
    assert found.accuracies[found.best] > 0.95


def test_it_repeats_with_its_seed_and_leaves_the_global_generator_alone() -> None:
    state = np.random.get_state()[1].tolist()  # noqa: NPY002 - that nobody uses it is the point
    first, again, other = (
        train_blackbox(MINDS, XOR, np.random.default_rng(s), start=1.0, iterations=4, every=3) for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(first.weights, again.weights)
    assert not np.array_equal(first.weights, other.weights)
    assert first.weights.shape == (3, 4)
    assert np.random.get_state()[1].tolist() == state  # noqa: NPY002


def test_no_file_is_left_behind(tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    monkeypatch.chdir(tmp_path)
    train_blackbox(MINDS, XOR, np.random.default_rng(1), start=1.0, iterations=3)
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_it_ends_when_its_processor_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr(blackbox.time, "process_time", lambda: next(clock))
    trained = train_blackbox(MINDS, XOR, np.random.default_rng(0), start=1.0, seconds=7, every=1)
    assert len(trained.train_losses) == 7


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"iterations": 0}, "iterations 0.*: all must be positive"),
        ({"seconds": -1.0}, "seconds -1.0"),
        ({"spread": 0.0}, "spread 0.0"),
        ({"start": float("nan")}, "start from nan"),
        ({"network": wl.Network(2, 2, ["linear", "linear"], [(1, 3)])}, "at least two connections"),
        ({"network": wl.Network(1, 2, ["linear", "linear"], [])}, "the network has 1 inputs"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(change: dict[str, Any], told: str) -> None:
    arguments: dict[str, Any] = {"network": MINDS, "dataset": XOR, "rng": np.random.default_rng(0), "start": 1.0}
    with pytest.raises(ValueError, match=told) as error:
        train_blackbox(**(arguments | change))
    assert "\n" not in str(error.value)
