"""Evolution in pictures: tournament pressure, mutation rate, the curves of a run, and perceptrons that evolved."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .controls import redrawn
from .extras import require
from .onemax import Run, chance_of_winning, evolve_bits
from .style import BLUE, GREEN, GREY, INK, LINES, ORANGE, SKY, VERMILLION, mosaic, show

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: What the sliders offer: how many compete, and how many of 100 bits a child has flipped on average.
SIZES = (1, 2, 3, 5, 10, 20, 50)
FLIPS = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
_TITLE: dict[str, Any] = {"loc": "left", "fontsize": 10.5, "fontweight": "bold"}


def draw_chances(ax: Axes, n: int, size: int) -> None:
    """Draw how likely each place of the ranking is to become a parent, as bars."""
    chances = 100 * chance_of_winning(n, size)
    ax.bar(np.arange(1, n + 1), chances, width=0.8, color=BLUE)
    # Too low bars would not be seen at all beside that of the best.
    ax.axhline(100 / n, color=GREY, linestyle=":", linewidth=1.2)
    ax.annotate("blind chance", (n, 100 / n), xytext=(0, 3), textcoords="offset points", ha="right", color=GREY)
    ax.set(xlabel="place in the ranking (1 is the best)", ylabel="chance to win (%)", ylim=(0, None))


def draw_curves(ax: Axes, run: Run) -> None:
    """Draw the fitness of the best and of the average individual over the generations."""
    ax.plot(run.best, color=BLUE, linestyle=LINES[0], label="best")
    ax.plot(run.mean, color=VERMILLION, linestyle=LINES[1], label="mean")
    ax.axhline(run.bits, color=GREY, linestyle=":", linewidth=1.2)
    ax.legend(loc="lower right", frameon=False)
    ax.set(
        xlabel="generation (0: the founders)",
        ylabel=f"fitness (ones of {run.bits})",
        ylim=(0.4 * run.bits, 1.03 * run.bits),
    )


def draw_founders(ax: Axes, run: Run, last: int = 30) -> None:
    """Draw how many founders still have descendants, over the first generations."""
    ax.plot(run.founders[: last + 1], color=GREEN, drawstyle="steps-post")
    ax.set(
        xlabel="generation (0: the founders)", ylabel=f"founders with descendants (of {run.population})", ylim=(0, None)
    )


def draw_pressure(size: int = 3) -> tuple[Figure, str]:
    """Draw what a tournament size does: the chances, the fitness, and the founders that remain.

    Returns
    -------
    figure : matplotlib.figure.Figure
    alt : str
        The same in a sentence.
    """
    run = evolve_bits(pressure=size)
    fig, axes = mosaic([["chances", "curves", "founders"]], figsize=(10.2, 3.5))
    draw_chances(axes["chances"], run.population, size)
    draw_curves(axes["curves"], run)
    draw_founders(axes["founders"], run)
    chance = 100 * chance_of_winning(run.population, size)[0]
    alone = np.flatnonzero(run.founders == 1)
    taken = f"1 founder left at generation {alone[0]}" if len(alone) else f"{run.founders[-1]:.0f} founders at the end"
    titles = {"chances": f"size {size}: the best wins {chance:.1f} %", "curves": _reached(run), "founders": taken}
    for name, title in titles.items():
        axes[name].set_title(title, **_TITLE)
    return fig, (
        f"Tournaments of {size} among {run.population}: the best place wins {chance:.1f} %. "
        f"The best has {_reached(run)}; {taken}."
    )


@lru_cache(maxsize=2)
def final_fitness(elite: int, seeds: int = 5) -> tuple[float, ...]:
    """The best fitness after 100 generations for each of `FLIPS`, a mean over several seeds."""
    return tuple(
        float(np.mean([evolve_bits(flips=flips, elite=elite, seed=seed).best[-1] for seed in range(seeds)]))
        for flips in FLIPS
    )


def draw_mutation(flips: float = 1.0, elitism: bool = True) -> tuple[Figure, str]:
    """Draw what a mutation rate does, with the best kept or not: the fitness over time, and where each rate ends.

    Returns
    -------
    figure : matplotlib.figure.Figure
    alt : str
        The same in a sentence.
    """
    run = evolve_bits(flips=flips, elite=int(elitism))
    fig, axes = mosaic([["curves", "ends"]], figsize=(10.2, 3.6))
    draw_curves(axes["curves"], run)
    kept = "with elitism" if elitism else "without elitism"
    axes["curves"].set_title(f"{flips:g} flips {kept}: {_reached(run)}", **_TITLE)
    places = np.arange(len(FLIPS))
    for keeps, label, colour, marker, line in (
        (True, "with elitism", BLUE, "o", LINES[0]),
        (False, "without elitism", ORANGE, "s", LINES[1]),
    ):
        ends = final_fitness(int(keeps))
        axes["ends"].plot(places, ends, color=colour, marker=marker, linestyle=line, label=label)
        if keeps == elitism and flips in FLIPS:
            place = FLIPS.index(flips)
            axes["ends"].plot([place], [ends[place]], marker="D", markersize=12, color="none", markeredgecolor=INK)
    axes["ends"].legend(loc="lower left", frameon=False)
    axes["ends"].set_xticks(places, [f"{value:g}" for value in FLIPS])
    axes["ends"].set(xlabel="flips a child, on average", ylim=(0.4 * run.bits, 1.03 * run.bits))
    axes["ends"].set_ylabel("best after 100 generations\n(mean of 5 runs)")
    return (
        fig,
        f"{flips:g} flips a child, {kept}: the best has {_reached(run)}, and the mean ends at {run.mean[-1]:.0f}.",
    )


def draw_boundaries(ax: Axes, x: ArrayLike, y: ArrayLike, perceptrons: dict[str, ArrayLike]) -> None:
    """Draw points of two classes, and the line at which each perceptron (bias, weight, weight) changes its answer.

    Raises
    ------
    ValueError
        If a perceptron has other than three numbers.
    """
    points, labels = np.asarray(x), np.asarray(y)
    for value, colour, marker in ((0, SKY, "o"), (1, ORANGE, "^")):
        members = points[labels == value]
        ax.plot(*members.T, color=colour, marker=marker, markersize=4.5, linestyle="none", label=f"class {value}")
    low, high = points.min(axis=0) - 0.1, points.max(axis=0) + 0.1
    across, up = np.meshgrid(np.linspace(low[0], high[0], 200), np.linspace(low[1], high[1], 200))
    for (name, weights), line in zip(perceptrons.items(), LINES[1:3] + LINES[:1], strict=False):
        numbers = np.asarray(weights, np.float64)
        if numbers.shape != (3,):
            raise ValueError(f"{name!r} has the shape {numbers.shape}: give (bias, weight, weight)")
        ax.contour(across, up, numbers[0] + numbers[1] * across + numbers[2] * up, [0.0], colors=INK, linestyles=[line])
        ax.plot([], [], color=INK, linestyle=line, label=name)
    ax.set(xlabel="first input", ylabel="second input", xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)


def explore_pressure() -> Any:
    """A slider for the tournament size.

    Returns
    -------
    ipywidgets.VBox

    Raises
    ------
    ImportError
        In one line that says what to install, if ipywidgets or matplotlib is missing.
    """
    slider = _slider("tournament size", SIZES, 1)
    return _explorer([slider], lambda size: show(*draw_pressure(size)), {"size": slider})


def explore_mutation() -> Any:
    """A slider for the mutation rate, and whether the best lives on.

    Returns
    -------
    ipywidgets.VBox

    Raises
    ------
    ImportError
        In one line that says what to install, if ipywidgets or matplotlib is missing.
    """
    slider = _slider("flips a child", FLIPS, 1.0)
    box = require("ipywidgets", "a slider").Checkbox(value=True, description="elitism: keep the best", indent=False)
    controls = {"flips": slider, "elitism": box}
    return _explorer([slider, box], lambda flips, elitism: show(*draw_mutation(flips, elitism)), controls)


def _reached(run: Run) -> str:
    full = np.flatnonzero(run.best == run.bits)
    return f"{run.bits} ones at generation {full[0]}" if len(full) else f"{run.best[-1]:.0f} ones at the end"


def _slider(description: str, values: tuple[float, ...], value: float) -> Any:
    return require("ipywidgets", "a slider").SelectionSlider(
        options=[(f"{option:g}", option) for option in values],
        value=value,
        description=description,
        continuous_update=False,
        style={"description_width": "initial"},
        layout={"width": "60%", "min_width": "320px"},
    )


def _explorer(controls: list[Any], redraw: Any, names: dict[str, Any]) -> Any:
    widgets = require("ipywidgets", "a slider")
    require("matplotlib", "a figure")
    return widgets.VBox([*controls, redrawn(redraw, names, 430)])
