"""Figures of what an evaluation costs: what is measured is plausible, and what is drawn is what was given."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from wann_lite.viz import cost, figure
from wann_lite.viz.cost import Work


@pytest.fixture
def ax() -> Any:
    fig, axes = figure()
    yield axes
    plt.close(fig)


def test_seconds_calls_as_often_as_asked_and_takes_the_least(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 3.0, 10.0, 11.0, 20.0, 22.0])
    monkeypatch.setattr("time.process_time", lambda: next(clock))
    calls: list[int] = []
    assert cost.seconds(lambda: calls.append(1), tries=3) == 1.0
    assert len(calls) == 3


def test_bandwidth_counts_twelve_bytes_for_each_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "seconds", lambda function, tries: function() or 2.0)
    rates = cost.measure_bandwidth([2**20, 2**22])
    assert rates.tolist() == [12 * 2**20 * 5 / 2, 12 * 2**22 / 2]


def test_what_is_measured_of_the_machine_is_positive() -> None:
    works = cost.measure_work(n=50, weights=2)
    assert [work.name for work in works] == ["one array into a sum", "relu", "a dense node", "matrix product"]
    assert [round(work.intensity, 4) for work in works[:3]] == [0.0833, 0.125, 0.25]
    assert works[3].intensity > 100
    assert all(work.speed > 0 for work in works)


def test_cost_by_size_is_drawn_as_it_is(ax: Any) -> None:
    cost.draw_cost_by_size(ax, [100, 1000], {"dense": [10.0, 300.0], "engine": [0.1, 0.2]})
    assert [line.get_ydata().tolist() for line in ax.lines] == [[10, 300], [0.1, 0.2]]
    assert len({(line.get_linestyle(), line.get_marker()) for line in ax.lines}) == 2
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["dense", "engine"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["100", "1,000"]
    assert "(ms)" in ax.get_ylabel()


def test_bandwidth_is_drawn_over_the_memory_of_three_arrays(ax: Any) -> None:
    cost.draw_bandwidth(ax, [1000, 2000], [3e9, 5e9])
    (line,) = ax.lines
    assert line.get_xdata().tolist() == [12_000, 24_000]
    assert line.get_ydata().tolist() == [3, 5]


def test_the_roof_bends_where_memory_can_follow(ax: Any) -> None:
    works = [Work("add", 0.1, 2e9), Work("product", 100, 50e9)]
    cost.draw_roofline(ax, works, {"memory": 10e9, "cache": 100e9})
    memory, cache, add, product = ax.lines
    x, y = memory.get_xdata(), memory.get_ydata()
    assert np.allclose(y, np.minimum(50, 10 * x))
    assert cache.get_ydata().max() == memory.get_ydata().max() == 50
    assert (add.get_xdata()[0], add.get_ydata()[0]) == (0.1, 2)
    assert (product.get_xdata()[0], product.get_ydata()[0]) == (100, 50)
    assert [text.get_text() for text in ax.texts] == ["add", "product"]


@pytest.mark.parametrize(("shards", "images"), [(1, 10), (3, 10), (4, 1000), (4, 2)])
def test_shards_hold_all_images_once(ax: Any, shards: int, images: int) -> None:
    cost.draw_shards(ax, shards, images)
    held: list[int] = []
    for text in (text.get_text() for text in ax.texts):
        if text.startswith("shard") and "no images" not in text:
            low, high = (
                word.replace(",", "") for word in text.split("\n")[0].rstrip(",").split(" images ")[1].split(" to ")
            )
            held += range(int(low), int(high) + 1)
    assert held == list(range(1, images + 1))
    assert sum(text.get_text().startswith("shard") for text in ax.texts) == shards


def test_zeros_are_left_white(ax: Any) -> None:
    matrix = np.zeros((5, 5))
    matrix[1, 3] = matrix[3, 4] = -2.0
    cost.draw_zeros(ax, matrix, first=3)
    points = ax.lines[0]
    assert sorted(zip(points.get_xdata().tolist(), points.get_ydata().tolist(), strict=True)) == [(3, 1), (4, 3)]
