"""Figures of perceptrons, and the widget that steps through their learning, without a browser."""

import sys
from itertools import pairwise
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from wann_lite.perceptron import Perceptron, train_perceptron
from wann_lite.viz import figure, neuron, perceptron_steps, perceptrons

pytest.importorskip("ipywidgets")

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
AND, EXCLUSIVE_OR = [-1, -1, -1, 1], [-1, 1, 1, -1]
TASKS: dict[str, Any] = {"AND": (CORNERS, AND), "XOR": (CORNERS, EXCLUSIVE_OR)}


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The figures and descriptions that a widget shows."""
    figures: list[tuple[Any, str]] = []
    monkeypatch.setattr(perceptron_steps, "show", lambda fig, alt: figures.append((fig, alt)))
    yield figures
    plt.close("all")


@pytest.fixture(autouse=True)
def closed() -> Any:
    yield
    plt.close("all")


def title(fig: Any) -> str:
    return str(fig.axes[0].get_title(loc="left"))


def texts(ax: Any) -> list[str]:
    return [text.get_text() for text in ax.texts]


# --- steps


def test_steps_follow_the_training() -> None:
    steps = perceptrons.steps_of(CORNERS, AND)
    training = train_perceptron(CORNERS, AND, passes=12)
    assert len(steps) == 4 * training.passes + 1
    assert [place - 1 for place, step in enumerate(steps) if step.mistaken] == training.steps.tolist()
    assert steps[-1].mistakes == len(training.mistakes)
    assert steps[-1].after.weights.tolist() == training.perceptron.weights.tolist()
    assert steps[-1].after.bias == training.perceptron.bias
    for earlier, later in pairwise(steps):
        assert later.before is earlier.after


def test_a_mistake_in_words() -> None:
    """The second pass through AND begins with weights (1, 1) and bias 1 at the inputs (0, 0)."""
    steps = perceptrons.steps_of(CORNERS, AND)
    fig, alt = perceptrons.draw_step(CORNERS, AND, steps, 5)
    assert title(fig) == "examples seen: 5, mistakes: 2"
    assert "Sum: 1 × 0 + 1 × 0 + 1 = 1 Answer 1: a mistake." in alt
    assert "weight 2:  1 − 0  =  1 bias:  1 − 1  =  0" in alt
    assert "mistake" in texts(fig.axes[0])


def test_a_right_answer_in_words() -> None:
    steps = perceptrons.steps_of(CORNERS, AND)
    fig, alt = perceptrons.draw_step(CORNERS, AND, steps, 1)
    assert "Answer −1: right. A right answer changes nothing." in alt
    assert "right" in texts(fig.axes[0])


def test_numbers_below_zero_stand_in_brackets() -> None:
    points, labels = np.array([[-1.0, 0.5], [1.0, -2.0]]), np.array([1, 1])
    steps = perceptrons.steps_of(points, labels)
    _, alt = perceptrons.draw_step(points, labels, steps, 2)
    assert "Sum: −1 × 1 + 0.5 × (−2) + 1 = −1 Answer −1: a mistake." in alt
    assert "weight 1:  −1 + 1  =  0 weight 2:  0.5 + (−2)  =  −1.5" in alt


def test_a_line_that_cannot_be_seen_is_mentioned() -> None:
    """After seven examples of XOR the weights are (0, 1) and the bias is 2: the line is at -2."""
    steps = perceptrons.steps_of(CORNERS, EXCLUSIVE_OR)
    assert (steps[7].after.weights.tolist(), steps[7].after.bias) == ([0, 1], 2)
    assert "outside the picture" in perceptrons.draw_step(CORNERS, EXCLUSIVE_OR, steps, 7)[1]
    assert "outside" not in perceptrons.draw_step(CORNERS, EXCLUSIVE_OR, steps, 4)[1]
    only = perceptrons.steps_of([[0.0, 0.0]], [1])
    assert "Both weights are 0: there is no line." in perceptrons.draw_step([[0.0, 0.0]], [1], only, 1)[1]


def test_points_outside_the_plane_are_refused() -> None:
    with pytest.raises(ValueError, match="examples of 3 inputs: a plane needs 2"):
        perceptrons.steps_of(np.eye(3), [1, 1, -1])


# --- the widget


def test_slider_at_minimum_default_and_maximum(shown: list[Any]) -> None:
    task, row, output = perceptrons.explore_steps(TASKS).children
    slider = row.children[0]
    assert title(shown[-1][0]) == "examples seen: 0, mistakes: 0"
    assert "there is no line yet" in shown[-1][1]
    assert slider.continuous_update is False
    assert output.layout.height.endswith("px")
    slider.value = slider.max
    assert title(shown[-1][0]) == "examples seen: 24, mistakes: 10"
    slider.value = slider.min
    assert title(shown[-1][0]) == "examples seen: 0, mistakes: 0"
    assert task.value == "AND"


def test_buttons_go_to_the_next_example_and_the_next_mistake(shown: list[Any]) -> None:
    _, row, _ = perceptrons.explore_steps(TASKS).children
    slider, next_example, next_mistake = row.children
    next_example.click()
    assert slider.value == 1
    next_mistake.click()
    assert slider.value == 4  # (1, 1) is the first example of AND that is missed
    assert title(shown[-1][0]) == "examples seen: 4, mistakes: 1"
    for _ in range(20):
        next_mistake.click()
    assert slider.value == slider.max
    next_example.click()
    assert slider.value == slider.max


def test_another_task_starts_from_the_beginning(shown: list[Any]) -> None:
    task, row, _ = perceptrons.explore_steps(TASKS, passes=20).children
    slider = row.children[0]
    slider.value = slider.max
    task.value = "XOR"
    assert (slider.value, slider.max) == (0, 80)
    assert title(shown[-1][0]) == "examples seen: 0, mistakes: 0"
    slider.value = slider.max
    assert title(shown[-1][0]) == "examples seen: 80, mistakes: 77"
    task.value = "AND"
    assert (slider.value, slider.max) == (0, 24)


def test_an_error_while_drawing_is_not_swallowed(monkeypatch: pytest.MonkeyPatch, shown: list[Any]) -> None:
    slider = perceptrons.explore_steps(TASKS).children[1].children[0]

    def broken(*_: Any) -> None:
        raise RuntimeError("visible")

    monkeypatch.setattr(perceptron_steps, "draw_step", broken)
    with pytest.raises(RuntimeError, match="visible"):
        slider.value = 2


def test_no_task_is_too_few() -> None:
    with pytest.raises(ValueError, match="no task to learn"):
        perceptrons.explore_steps({})


@pytest.mark.parametrize("hidden", ["ipywidgets", "matplotlib"])
def test_a_missing_package_is_one_clear_line(hidden: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, hidden, None)
    with pytest.raises(ImportError, match=rf'^a \w+ needs {hidden}: pip install "wann_lite\[course\]"$'):
        perceptrons.explore_steps(TASKS)


# --- figures


def test_the_shaded_side_is_the_side_of_answer_one() -> None:
    _, ax = figure()
    perceptrons.draw_plane(ax, CORNERS, AND, Perceptron([1, 1], -1.5))
    shading = ax.collections[0].get_paths()[0]
    assert shading.contains_point((1, 1))
    assert not shading.contains_point((0, 0))
    assert [line.get_label() for line in ax.lines] == ["label 1", "label −1"]


def test_the_line_before_is_told_apart() -> None:
    _, ax = figure()
    perceptrons.draw_plane(ax, CORNERS, AND, Perceptron([1, 1], -1.5), before=Perceptron([1, 0], -0.5))
    assert {"line before": "--", "line after": "-"}.items() <= {
        line.get_label(): line.get_linestyle() for line in ax.lines
    }.items()


def test_no_line_without_weights() -> None:
    _, ax = figure()
    perceptrons.draw_plane(ax, CORNERS, AND, Perceptron([0, 0]))
    perceptrons.draw_plane(ax, CORNERS, AND)
    assert not ax.collections


def test_the_same_parts_of_both_neurons() -> None:
    _, axes = figure(1, 2)
    perceptrons.draw_neuron(axes)
    cell, unit = (texts(ax) for ax in axes)
    assert "synapses" in cell and "weights" in unit
    assert [text for text in cell if text.isdigit()] == [text for text in unit if text.isdigit()] == list("12345")
    colours = [
        [text.get_color() for text in ax.texts if text.get_text() in names]
        for ax, names in zip(axes, zip(*[(part[2], part[3]) for part in neuron.PARTS], strict=True), strict=True)
    ]
    assert colours[0] == colours[1]
    with pytest.raises(ValueError, match="1 axes for two drawings"):
        perceptrons.draw_neuron(axes[:1])


def test_mistakes_stand_below_the_bound() -> None:
    _, ax = figure()
    perceptrons.draw_mistakes(ax, [2.0, 10.0, 50.0], [0, 7, 30])
    bound, points = ax.lines
    np.testing.assert_allclose(bound.get_ydata(), np.square(bound.get_xdata()))
    assert points.get_xdata().tolist() == [10, 50]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


def test_accuracy_by_passes_in_percent() -> None:
    _, ax = figure()
    perceptrons.draw_passes(ax, {"last": [0.5, 0.75], "average": [0.8, 0.9]}, images="10 images")
    assert [line.get_ydata().tolist() for line in ax.lines] == [[50, 75], [80, 90]]
    assert ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle()


def test_weights_as_images_are_symmetric_around_zero() -> None:
    _, axes = figure(1, 2)
    perceptrons.draw_weights(axes, [[1, -4, 0, 2], [0, 0, 0, 0]], (2, 2), ["zero", 1])
    image = axes[0].images[0]
    assert image.get_clim() == (-4, 4)
    assert image.get_array().tolist() == [[1, -4], [0, 2]]
    assert [ax.get_title() for ax in axes] == ["zero", "1"]
