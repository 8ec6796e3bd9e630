"""Rosenblatt's rule one example at a time: what it does to the line in the plane, and a widget that steps through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..perceptron import Perceptron, train_perceptron
from .controls import redrawn
from .extras import require
from .plane import draw_plane, limits
from .style import GREEN, INK, VERMILLION, figure, show

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Task = tuple[ArrayLike, ArrayLike]


@dataclass(frozen=True)
class Step:
    """One example shown to a perceptron in two dimensions.

    Attributes
    ----------
    example : int or None
        Which row of x; None before the first.
    before, after : Perceptron
        The same one if the answer was right.
    mistakes : int
        So far, this one included.
    """

    example: int | None
    before: Perceptron
    after: Perceptron
    mistakes: int

    @property
    def mistaken(self) -> bool:
        """Whether this example was a mistake."""
        return self.before is not self.after


def steps_of(x: ArrayLike, labels: ArrayLike, passes: int = 12) -> list[Step]:
    """Every step of Rosenblatt's rule with the examples in the given order, the start among them.

    Parameters
    ----------
    x : array_like (n, 2)
    labels : array_like (n,)
        Each 1 or -1.
    passes : int
        At most; fewer where a pass is without a mistake.

    Returns
    -------
    list of Step
        One more than examples were looked at.

    Raises
    ------
    ValueError
        As `train_perceptron`, or if x has not two columns.

    Examples
    --------
    >>> [step.mistakes for step in steps_of([[0, 1], [1, 0]], [1, -1])]
    [0, 1, 2, 2, 2]
    """
    training = train_perceptron(x, labels, passes=passes)
    points, signs = np.asarray(x, np.float64), np.asarray(labels)
    if points.shape[1] != 2:
        raise ValueError(f"examples of {points.shape[1]} inputs: a plane needs 2")
    mistaken = set(training.steps.tolist())
    now = Perceptron(np.zeros(2))
    steps = [Step(None, now, now, 0)]
    for place in range(training.passes * len(points)):
        example = place % len(points)
        sign, before = signs[example], now
        if place in mistaken:
            now = Perceptron(before.weights + sign * points[example], before.bias + sign)
        steps.append(Step(example, before, now, steps[-1].mistakes + (place in mistaken)))
    return steps


def draw_step(x: ArrayLike, labels: ArrayLike, steps: Sequence[Step], place: int) -> tuple[Figure, str]:
    """Draw one step of learning: the plane with the line before and after, and the calculation beside it.

    Parameters
    ----------
    x, labels
        As for `steps_of`.
    steps : sequence of Step
        From `steps_of`.
    place : int
        Which of them.

    Returns
    -------
    figure : matplotlib.figure.Figure
    alt : str
        The same in sentences.
    """
    step = steps[place]
    fig, (plane, words) = figure(1, 2, figsize=(9.6, 4.2), width_ratios=[1, 1.15])
    draw_plane(plane, x, labels, step.after, before=step.before if step.mistaken else None)
    lines = _in_words(np.asarray(x, np.float64), np.asarray(labels), step)
    if step.example is not None:
        point = np.asarray(x, np.float64)[step.example]
        colour = VERMILLION if step.mistaken else GREEN
        plane.plot(
            *point, marker="o", markersize=21, markerfacecolor="none", markeredgecolor=colour, markeredgewidth=2.5
        )
        plane.annotate(
            "mistake" if step.mistaken else "right",
            point,
            xytext=(0, 15),
            textcoords="offset points",
            ha="center",
            color=colour,
            fontweight="bold",
            fontsize=9.5,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5},
        )
    plane.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2, fontsize=9.5, frameon=False)
    plane.set_title(f"examples seen: {place}, mistakes: {step.mistakes}", fontsize=12, loc="left", fontweight="bold")
    words.set_axis_off()
    for row, (text, strong) in enumerate(lines):
        colour = VERMILLION if strong and step.mistaken else INK
        weight = "bold" if strong else "normal"
        words.text(0, 0.95 - 0.105 * row, text, fontsize=11, fontweight=weight, color=colour, va="top")
    return fig, " ".join(text for text, _ in lines if text)


def explore_steps(tasks: Mapping[str, Task], passes: int = 12) -> Any:
    """A slider over the steps of learning, one example each, for tasks to choose from.

    Parameters
    ----------
    tasks : mapping of str to (x, labels)
        As for `steps_of`.
    passes : int
        At most.

    Returns
    -------
    ipywidgets.VBox
        A choice of task; the slider with buttons for the next example and the next mistake; the drawing.

    Raises
    ------
    ImportError
        In one line that says what to install, if ipywidgets or matplotlib is missing.
    ValueError
        If there is no task, or one is not of points in the plane.
    """
    widgets = require("ipywidgets", "a slider")
    require("matplotlib", "a figure")
    if not tasks:
        raise ValueError("no task to learn: give at least one name with its x and labels")
    all_steps = {name: steps_of(x, labels, passes) for name, (x, labels) in tasks.items()}
    first = next(iter(tasks))
    task = widgets.Dropdown(options=list(tasks), value=first, description="task")
    slider = widgets.IntSlider(
        value=0,
        min=0,
        max=len(all_steps[first]) - 1,
        description="examples seen",
        continuous_update=False,
        style={"description_width": "initial"},
        layout={"width": "46%", "min_width": "260px"},
    )
    next_example = widgets.Button(description="Next example")
    next_mistake = widgets.Button(description="Next mistake")

    def restart(change: Any) -> None:
        slider.value = 0
        slider.max = len(all_steps[change["new"]]) - 1

    def advance(_: Any) -> None:
        slider.value = min(slider.value + 1, slider.max)

    def advance_to_mistake(_: Any) -> None:
        steps = all_steps[task.value]
        later = (place for place in range(slider.value + 1, len(steps)) if steps[place].mistaken)
        slider.value = next(later, slider.max)

    def redraw(name: str, place: int) -> None:
        # Between a change of task and the slider's return to 0 its place may lie beyond the new task's end.
        steps = all_steps[name]
        show(*draw_step(*tasks[name], steps, min(place, len(steps) - 1)))

    task.observe(restart, "value")
    next_example.on_click(advance)
    next_mistake.on_click(advance_to_mistake)
    output = redrawn(redraw, {"name": task, "place": slider}, 490)
    return widgets.VBox([task, widgets.HBox([slider, next_example, next_mistake]), output])


def _in_words(points: NDArray[np.float64], labels: NDArray[Any], step: Step) -> list[tuple[str, bool]]:
    """The lines of text beside the plane, each with whether it stands out."""
    if step.example is None:
        return [
            ("Both weights and the bias start at 0.", False),
            ("The sum is 0 everywhere: there is no line yet,", False),
            ("and every answer is −1.", False),
        ]
    point, label = points[step.example], int(labels[step.example])
    numbers = (*step.before.weights, *point, step.before.bias)
    w1, w2, x1, x2, b = (_number(number) for number in numbers)
    total = float(step.before(point[None])[0])
    answer = 1 if total > 0 else -1
    lines = [
        (f"Example: inputs ({x1}, {x2}), label {_number(label)}", False),
        (
            f"Sum: {w1} × {_bracketed(x1)} + {_bracketed(w2)} × {_bracketed(x2)} + {_bracketed(b)} = {_number(total)}",
            False,
        ),
        (f"Answer {_number(answer)}: {'a mistake.' if step.mistaken else 'right.'}", True),
        ("", False),
    ]
    if not step.mistaken:
        return [*lines, ("A right answer changes nothing.", False)]
    after = [_number(number) for number in (*step.after.weights, step.after.bias)]
    verb, sign = ("Add", "+") if label > 0 else ("Subtract", "−")
    return [
        *lines,
        (f"{verb} the example, and the bias's constant 1:", False),
        (f"weight 1:  {w1} {sign} {_bracketed(x1)}  =  {after[0]}", False),
        (f"weight 2:  {w2} {sign} {_bracketed(x2)}  =  {after[1]}", False),
        (f"bias:  {b} {sign} 1  =  {after[2]}", False),
        (_where_the_line_is(points, step.after), False),
    ]


def _where_the_line_is(points: NDArray[np.float64], perceptron: Perceptron) -> str:
    """A line of text where there is no line to see, else nothing."""
    sums = perceptron([(x, y) for x in limits(points) for y in limits(points)])
    if not perceptron.weights.any():
        return "Both weights are 0: there is no line."
    return "The line now lies outside the picture." if (sums > 0).all() or (sums < 0).all() else ""


def _number(value: float) -> str:
    return f"{round(float(value), 2) + 0.0:g}".replace("-", "−")


def _bracketed(number: str) -> str:
    return f"({number})" if number.startswith("−") else number
