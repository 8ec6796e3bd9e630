"""Lesson 05's figures: an output over the plane, and what many mutations do to a loss."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from wann_lite.network import Network
from wann_lite.viz import figure, mutations


@pytest.fixture(autouse=True)
def closed() -> Any:
    yield
    plt.close("all")


def test_the_output_over_the_plane_by_hand() -> None:
    _, ax = figure()
    mutations.draw_output(ax, Network(2, 1, ["linear", "abs"], [(1, 4), (4, 3), (2, 3)]), weight=-1)
    image = ax.images[0].get_array()
    # -(|x1| + x2) at the corners of the square from -2 to 2
    assert image[0, 0] == image[0, -1] == 0
    assert image[-1, 0] == image[-1, -1] == -4
    assert image[60, 60] == 0
    assert (ax.get_xlim(), ax.get_ylim()) == ((-2, 2), (-2, 2))


def test_a_constant_output_has_no_contours() -> None:
    _, ax = figure()
    mutations.draw_output(ax, Network(2, 1, ["cos"], []))
    assert np.all(ax.images[0].get_array() == 1)
    assert not ax.collections


def test_three_inputs_are_no_plane() -> None:
    _, ax = figure()
    with pytest.raises(ValueError, match="no plane of inputs: it needs two"):
        mutations.draw_output(ax, Network(3, 1, ["abs"], [(1, 4)]))


def test_changes_are_counted_by_hand() -> None:
    _, axes = figure(2, 1)
    values = [-0.5, -0.0011, 0.0, 5e-6, 0.0011, 0.0011, 0.5, 1000]
    mutations.draw_changes(axes, {"one": values, "two": [-0.001, 0.001]})
    upper, lower = axes
    assert upper.get_title(loc="left") == "one: 25 % better, 25 % the same, 50 % worse"
    assert lower.get_title(loc="left") == "two: 50 % better, 0 % the same, 50 % worse"
    bars = {round(bar.get_x() + bar.get_width() / 2): bar.get_height() for bar in upper.patches if bar.get_height()}
    assert sum(bars.values()) == pytest.approx(100)
    assert bars[0] == 25
    assert sorted(bars.values()) == [12.5] * 4 + [25, 25]
    assert {-place for place in bars if place < 0} <= set(bars)  # both sides have the same axis
    assert max(bars) == 24  # what is beyond the end is counted there
    assert [text.get_text() for text in lower.get_xticklabels()] == [
        "−1",
        "−0.01",
        "−0.0001",
        "0",
        "0.0001",
        "0.01",
        "1",
    ]


def test_a_change_lies_at_its_tick() -> None:
    _, ax = figure()
    for exponent, tick in ((-4, 0.0001), (-2, 0.01), (0, 1)):
        mutations.draw_changes([ax], {"x": [1.001 * 10.0**exponent, -1.001 * 10.0**exponent]})
        places = [bar.get_x() + bar.get_width() / 2 for bar in ax.patches if bar.get_height()]
        ticks = dict(zip([text.get_text() for text in ax.get_xticklabels()], ax.get_xticks(), strict=True))
        assert sorted(places) == pytest.approx([ticks[f"−{tick:g}"] - 0.5, ticks[f"{tick:g}"] + 0.5])
        ax.clear()
