"""Lesson 04's figures and widgets: what they show, with every control at its minimum, default and maximum."""

import sys
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from wann_lite import datasets
from wann_lite.activations import ACTIVATIONS
from wann_lite.losses import cross_entropy
from wann_lite.network import Network
from wann_lite.viz import figure, shared_weights

ipywidgets = pytest.importorskip("ipywidgets")

# Class 1 where the inputs are farther apart than 1/|w|.
ATTEMPT = Network(2, 2, ["abs", "abs", "linear", "inverse"], [(0, 3), (1, 5), (2, 6), (5, 4), (6, 4)])


@pytest.fixture(autouse=True)
def shown(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The figures and descriptions that a widget shows."""
    figures: list[tuple[Any, str]] = []
    monkeypatch.setattr(shared_weights, "show", lambda fig, alt: figures.append((fig, alt)))
    yield figures
    plt.close("all")


def title(fig: Any, place: int = 0) -> str:
    return str(fig.axes[place].get_title(loc="left"))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_symmetries(name: str) -> None:
    u = np.linspace(0.1, 2.3, 9)
    f = ACTIVATIONS[name]
    kinds = {"odd": np.allclose(f(-u), -f(u)), "even": np.allclose(f(-u), f(u))}
    assert shared_weights.SYMMETRY[name] == next((kind for kind, holds in kinds.items() if holds), "neither")


def test_the_weights_are_even_and_without_zero() -> None:
    assert len(shared_weights.WEIGHTS) == 40
    assert shared_weights.WEIGHTS[[0, 19, 20, -1]].tolist() == [-2, -0.1, 0.1, 2]


def test_ten_curves_at_both_signs() -> None:
    _, axes = figure(2, 5)
    shared_weights.draw_activations(axes.flat)
    for ax, (name, f) in zip(axes.flat, ACTIVATIONS.items(), strict=True):
        assert title(ax.figure, list(axes.flat).index(ax)).startswith(f"{name}: ")
        plus, minus = ax.lines
        assert np.array_equal(plus.get_ydata(), f(plus.get_xdata()))
        assert np.array_equal(minus.get_ydata(), f(-plus.get_xdata()))
        assert plus.get_linestyle() != minus.get_linestyle()


def test_what_a_node_makes_of_its_sum() -> None:
    fig, alt = shared_weights.draw_node("abs", weight=-2)
    one, now = fig.axes[0].lines
    assert now.get_ydata()[0] == 2 * one.get_ydata()[0] == 4
    image = fig.axes[1].images[0].get_array()
    assert image[0, 0] == image[-1, -1] == 4
    assert image[0, -1] == 0
    assert "activation abs gives at weight -2.0: for a ramp from -2 to 2 values from 0.00 to 4.00" in alt


def test_an_unknown_activation_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown activation"):
        shared_weights.draw_node("square")


def test_node_controls_at_minimum_default_and_maximum(shown: list[Any]) -> None:
    box = shared_weights.explore_node()
    choice, slider = box.children[0].children
    assert title(shown[-1][0]) == "tanh of 1.5 times the sum"
    assert (choice.description, slider.description) == ("activation", "shared weight")
    assert (slider.min, slider.max, slider.continuous_update) == (-2, 2, False)
    for weight in (slider.min, 0.0, slider.max):
        slider.value = weight
        assert title(shown[-1][0]) == f"tanh of {weight:.1f} times the sum"
    for name in choice.options:
        choice.value = name
        assert title(shown[-1][0]) == f"{name} of 2.0 times the sum"
    assert list(choice.options) == list(ACTIVATIONS)
    assert box.children[1].layout.height.endswith("px")


def test_decisions_in_the_plane() -> None:
    xor = datasets.xor(n=120, noise=0)
    fig, alt = shared_weights.draw_decisions(ATTEMPT, xor, weight=1)
    left, right = fig.axes
    assert title(fig) == "weight 1.0: 100 % right"
    classes = left.images[0].get_array()
    assert classes[0, -1] == classes[-1, 0] == 1  # the corners where the inputs have different signs
    assert classes[0, 0] == classes[-1, -1] == -1
    assert right.lines[0].get_ydata().min() == 50  # near 0, where class 0 always wins
    assert "100 % of 20 points are right; over the weights from -2 to 2 it is from 50 to 100 %" in alt


def test_where_all_outputs_tie_there_is_no_decision() -> None:
    fig, _ = shared_weights.draw_decisions(ATTEMPT, datasets.xor(n=60), weight=0)
    assert not fig.axes[0].images[0].get_array().any()


@pytest.mark.parametrize("network", [Network(2, 1, ["abs"], [(1, 3)]), Network(1, 2, ["abs"] * 2, [(1, 2)])])
def test_a_network_that_does_not_fit_the_plane_is_refused(network: Network) -> None:
    with pytest.raises(ValueError, match="needs two inputs and two outputs"):
        shared_weights.draw_decisions(network, datasets.xor(n=60))


def test_decision_slider_at_minimum_default_and_maximum(shown: list[Any]) -> None:
    slider, output = shared_weights.explore_decisions(ATTEMPT, datasets.xor(n=120)).children
    assert title(shown[-1][0]) == "weight 1.0: 100 % right"
    assert (slider.min, slider.max, slider.continuous_update) == (-2, 2, False)
    assert slider.description == "shared weight"
    for weight, right in ((slider.min, 100), (0.0, 50), (slider.max, 100)):
        slider.value = weight
        assert title(shown[-1][0]) == f"weight {weight:.1f}: {right} % right"
    assert output.layout.height.endswith("px")


def test_losses_are_drawn_as_they_are() -> None:
    outputs = np.array([[[0.0, 1.0], [2.0, 0.0]], [[0.0, 3.0], [6.0, 0.0]]])
    values = cross_entropy(outputs, np.array([1, 0]))
    _, ax = figure()
    shared_weights.draw_losses(ax, [1, 3], {"plain": values, "half": values / 2}, label="factor")
    assert np.array_equal(ax.lines[0].get_ydata(), values)
    assert ax.get_xlabel() == "factor"
    assert "nats" in ax.get_ylabel()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["plain", "half"]
    assert len({(line.get_linestyle(), line.get_marker()) for line in ax.lines}) == 2


def test_spread_and_mean_by_hand() -> None:
    _, ax = figure()
    shared_weights.draw_spread_and_mean(ax, [[0.5, 0.5], [0, 1]], {"good": [1.0, 0.8]})
    crowd, good = ax.lines
    np.testing.assert_allclose(crowd.get_xdata(), [50, 50])
    np.testing.assert_allclose(crowd.get_ydata(), [0, 50])
    np.testing.assert_allclose([*good.get_xdata(), *good.get_ydata()], [90, 10])


@pytest.mark.parametrize(("hidden", "named"), [("ipywidgets", "ipywidgets"), ("matplotlib", "matplotlib")])
def test_a_missing_package_is_one_clear_line(hidden: str, named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, hidden, None)
    for explore in (shared_weights.explore_node, lambda: shared_weights.explore_decisions(ATTEMPT, datasets.xor(n=60))):
        with pytest.raises(ImportError, match=rf'^a \w+ needs {named}: pip install "wann_lite\[course\]"$'):
            explore()
