"""Figures of training, the widget at its minimum, default and maximum, and the figures that the lesson reports."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

import wann_lite as wl
from wann_lite.perceptron import train_single_layer
from wann_lite.scoring import PAPER, SINGLE_LAYER
from wann_lite.training import Training
from wann_lite.viz import trained_weights
from wann_lite.viz.style import figure

RESULTS = Path(__file__).parents[1] / "benchmarks" / "results" / "training.jsonl"
NETWORK = wl.Network(1, 2, ["linear", "linear", "abs"], [(4, 2), (0, 3), (1, 4)])


@pytest.fixture
def training() -> Training:
    """Three weights of which one changes its sign in the second pass, another grows to four times its size."""
    weights = np.float32([[2, 2, 2], [2, 4, 1], [2, 8, -1]])
    return Training(
        network=NETWORK.replace(weights=weights[2].astype(float)),
        best=2,
        scale=1.0,
        weights=weights,
        train_losses=np.array([0.9, 0.4]),
        losses=np.array([1.0, 0.5, 0.3]),
        accuracies=np.array([0.5, 0.75, 1.0]),
    )


@pytest.fixture(autouse=True)
def closed() -> Any:
    yield
    plt.close("all")


def test_a_pass_in_pictures_and_words(training: Training) -> None:
    fig, alt = trained_weights.draw_training(training, 1)
    curve, heap, each = fig.axes[:3]
    assert curve.get_title(loc="left") == "After 1 pass: 75.0 % right"
    assert curve.lines[0].get_ydata().tolist() == [50, 75, 100]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in curve.lines[1:]] == [(1, 75)]
    assert sum(patch.get_height() for patch in heap.patches) == 3
    assert each.get_title(loc="left") == "Each of 3 connections"
    shown = each.images[0].get_array()
    # In the order in which they end: the one that becomes negative first. The fourth place holds nothing.
    assert shown.ravel()[:3].tolist() == [0.5, 1, 2]
    assert np.isnan(np.ma.filled(shown, np.nan).ravel()[3])
    assert alt.startswith("After 1 of 2 passes 75.0 % of the validation examples are right. Of 3 weights")
    assert alt.endswith("0 % have changed their sign.")


def test_without_a_pass_the_last_is_drawn(training: Training) -> None:
    fig, alt = trained_weights.draw_training(training)
    assert fig.axes[0].get_title(loc="left") == "After 2 passes: 100.0 % right"
    assert alt.endswith("33 % have changed their sign.")


def test_weights_far_out_are_counted_at_the_edge(training: Training) -> None:
    training.weights[2, 1] = 1e6
    fig, _ = trained_weights.draw_training(training)
    assert sum(patch.get_height() for patch in fig.axes[1].patches) == 3


@pytest.mark.parametrize("wrong", [-1, 3])
def test_a_pass_that_was_not_recorded_is_refused(training: Training, wrong: int) -> None:
    with pytest.raises(ValueError, match=f"^pass {wrong} was not recorded: choose one from 0 to 2$"):
        trained_weights.draw_training(training, wrong)


def test_slider_at_minimum_default_and_maximum(training: Training, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ipywidgets")
    shown: list[tuple[Any, str]] = []
    monkeypatch.setattr(trained_weights, "show", lambda fig, alt: shown.append((fig, alt)))
    slider, output = trained_weights.explore_training(training).children
    assert (slider.min, slider.max, slider.value, slider.continuous_update) == (0, 2, 2, False)
    assert output.layout.height.endswith("px")
    slider.value = 0
    slider.value = 2
    titles = [fig.axes[0].get_title(loc="left").partition(":")[0] for fig, _ in shown]
    assert titles == ["After 2 passes", "After 0 passes", "After 2 passes"]
    monkeypatch.setattr(trained_weights, "draw_training", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        slider.value = 1


def test_costs_end_in_a_mark_each() -> None:
    _, ax = figure()
    trained_weights.draw_costs(ax, {"one": ([10, 100], [2.0, 1.0]), "other": ([100, 1000], [2.0, 0.5])})
    assert [line.get_xdata()[-1] for line in ax.lines] == [100, 100, 1000, 1000]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["one", "other"]
    assert ax.get_xscale() == "log"


def test_standing_is_sorted_by_error_with_the_worst_above() -> None:
    _, ax = figure()
    trained_weights.draw_standing(ax)
    errors = [float(text.get_text().partition(" %")[0]) for text in ax.texts]
    assert errors == sorted((row[2] for row in trained_weights.STANDING), reverse=True)
    assert len(ax.get_yticklabels()) == len(errors) == len({row[0] for row in trained_weights.STANDING})
    assert ax.yaxis_inverted()


# --- what is reported is what was measured


@pytest.fixture(scope="module")
def measured() -> dict[str, list[dict[str, Any]]]:
    records: dict[str, list[dict[str, Any]]] = {}
    for line in RESULTS.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        records.setdefault(record["method"], []).append(record)
    return records


def test_our_rows_are_those_of_the_benchmark(measured: dict[str, list[dict[str, Any]]]) -> None:
    (untrained,) = measured["untrained"]
    score = untrained["score"]
    mean = {name: float(np.mean([row["test"] for row in rows])) for name, rows in measured.items() if "seed" in rows[0]}
    known = {
        "champion, random shared weight": (0, score["random"]["mean"]),
        "champion, tuned weight": (1, score["tuned"]["accuracy"]),
        "champion, trained": (score["connections"], mean["gradient"]),
        "single layer": (2570, SINGLE_LAYER),
        "32 hidden nodes": (measured["hidden layer of 32"][0]["weights"], mean["hidden layer of 32"]),
        "WANN, tuned weight": (1, PAPER["tuned"]),
        "WANN, trained": (1849, PAPER["trained"]),
    }
    rows = {name: (trained, error) for name, trained, error, source in trained_weights.STANDING if "1998" not in source}
    assert rows.keys() == known.keys()
    for name, (trained, right) in known.items():
        assert rows[name][0] == trained, name
        assert rows[name][1] == pytest.approx(100 * (1 - right), abs=0.051), name


def test_the_benchmark_measured_the_champion_that_ships(measured: dict[str, list[dict[str, Any]]]) -> None:
    champion = wl.champions.load("mnist")
    (untrained,) = measured["untrained"]
    assert untrained["score"]["connections"] == champion.n_connections
    assert untrained["score"]["hidden"] == champion.n_hidden
    first = {row["curve"][0] for row in measured["gradient"]}
    tuned = untrained["score"]["tuned"]["weight"]
    digits = wl.datasets.mnist()
    right = (wl.evaluate(champion, digits.x_validation, [tuned])[0].argmax(axis=1) == digits.y_validation).mean()
    assert list(first) == [pytest.approx(float(right), abs=2e-4)]


def test_the_lessons_table_is_the_benchmarks(root: Path) -> None:
    command = [sys.executable, "-c", "import training; print(training.table())"]
    table = subprocess.run(command, cwd=root / "benchmarks", capture_output=True, text=True, check=True).stdout
    (lesson,) = (root / "notebooks").glob("08_*.ipynb")
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    assert table.strip() in text


def test_a_single_layer_has_as_many_weights_as_is_said() -> None:
    digits = wl.datasets.mnist()
    layer = train_single_layer(digits.x_train[:100], digits.y_train[:100], 10, np.random.default_rng(0), passes=1)
    assert layer.weights.size + layer.biases.size == 2570
