"""What one digit's output depends on: its part of the network, and the pixels at the beginning of its paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..network import Network
from ..paths import count_paths, part_for, slopes
from .controls import redrawn
from .draw import Drawing, draw
from .extras import require
from .plots import image_shape
from .style import figure, show

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..datasets import Dataset


@dataclass(frozen=True)
class DigitPaths:
    """For each digit, how its output depends on each pixel.

    Attributes
    ----------
    network : Network
    paths : ndarray of int (digits, height, width)
        How many paths lead from the pixel to the digit's output.
    effects : ndarray (digits, height, width)
        By how much the output rises for each unit of ink that is added there, at weight 1, on the average over
        images of the digit.
    averages : ndarray (digits, height, width)
        The average image of the digit.
    """

    network: Network
    paths: NDArray[np.int64]
    effects: NDArray[np.float64]
    averages: NDArray[np.float64]


def measure_digit_paths(network: Network, dataset: Dataset, images: int = 100) -> DigitPaths:
    """Follow every output of a network back to its pixels.

    Parameters
    ----------
    network : Network
    dataset : Dataset
        Of images. Its test images are not looked at.
    images : int
        How many validation images of each digit at most.

    Raises
    ------
    ValueError
        If the data set is not of images, has none of some digit, or does not fit the network.
    """
    first, shape = network.first, (dataset.n_classes, *image_shape(dataset))
    effects, averages = np.zeros((2, dataset.n_classes, dataset.n_inputs))
    for digit in range(dataset.n_classes):
        x = dataset.x_validation[dataset.y_validation == digit][: max(images, 0)]
        if not len(x):
            raise ValueError(f"there is no validation image of {digit} among the first {images}: give more")
        effects[digit] = slopes(network, x, 1.0, digit)[1:first].mean(axis=1)
        averages[digit] = x.mean(axis=0)
    paths = count_paths(network)[:, 1:first]
    return DigitPaths(network, paths.reshape(shape), effects.reshape(shape), averages.reshape(shape))


def draw_pixels(ax: Axes, values: NDArray[Any], *, signed: bool, label: str) -> None:
    """Draw one number for each pixel as a colour, with its key.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    values : array (height, width)
    signed : bool
        Whether the colours part at 0, orange above and purple below; otherwise from 0 up, pixels with 0 left white.
    label : str
        What the numbers are, beside the key.
    """
    most = float(np.abs(values).max()) or 1.0
    if signed:
        image = ax.imshow(values, cmap="PuOr_r", vmin=-most, vmax=most)
    else:
        image = ax.imshow(np.ma.masked_equal(values, 0), cmap="viridis_r", vmin=min(1, most - 1), vmax=most)
    ax.grid(visible=False)
    ax.set(xticks=[], yticks=[])
    for side in ax.spines.values():
        side.set_visible(True)
    whole = values.dtype.kind == "i"
    ticks = np.unique(np.linspace(1, most, 5).round()) if whole else None
    ax.figure.colorbar(image, ax=ax, label=label, ticks=ticks, shrink=0.85)


def draw_digit_path(found: DigitPaths, digit: int = 3) -> tuple[Figure, str]:
    """Draw the average image of a digit, where the paths to its output begin, and what ink does there.

    Parameters
    ----------
    found : DigitPaths
        From `measure_digit_paths`.
    digit : int

    Returns
    -------
    figure : matplotlib.figure.Figure
    alt : str
        The same in a sentence.
    """
    fig, (left, middle, right) = figure(1, 3, figsize=(10.4, 3.1), width_ratios=[1, 1.25, 1.25])
    left.imshow(found.averages[digit], cmap="gray_r", vmin=0, vmax=1)
    left.grid(visible=False)
    left.set(xticks=[], yticks=[])
    for side in left.spines.values():
        side.set_visible(True)
    draw_pixels(middle, found.paths[digit], signed=False, label="paths")
    draw_pixels(right, found.effects[digit], signed=True, label="change of the output\nper unit of ink")
    titles = (f"the average {digit}", f"paths to the output of {digit}", "what ink there does")
    for ax, title in zip((left, middle, right), titles, strict=True):
        ax.set_title(title, loc="left", fontsize=11, fontweight="bold")
    paths, used = int(found.paths[digit].sum()), int((found.paths[digit] > 0).sum())
    alt = f"{paths} paths lead to the output of {digit}. They begin at {used} of {found.paths[digit].size} pixels."
    return fig, alt


def draw_part(network: Network, digit: int) -> Drawing:
    """The part of a network that leads to one output, as a drawing.

    Parameters
    ----------
    network : Network
    digit : int
        The place of the output, from 0.

    Raises
    ------
    ValueError
        If there is no such output.
    """
    return draw(part_for(network, digit), output_names=[digit], title=f"All that the answer {digit} depends on")


def show_drawing(drawing: Drawing, width: int = 760) -> None:
    """Display a drawing in a notebook, at most `width` pixels wide, so that it fits on a screen with other things."""
    display = require("IPython.display", "showing a drawing").display
    html = f'<div style="max-width:{width}px">{drawing.svg}</div>'
    display({"text/html": html, "text/plain": drawing.alt}, raw=True)


def explore_digit_path(network: Network, dataset: Dataset, images: int = 100) -> Any:
    """Buttons for the digit of `draw_digit_path`, with its part of the network below.

    Parameters
    ----------
    network : Network
    dataset : Dataset
        The widget looks at validation images alone.
    images : int
        How many of them at most, of each digit.

    Returns
    -------
    ipywidgets.VBox

    Raises
    ------
    ImportError
        In one line that says what to install, if ipywidgets or matplotlib is missing.
    """
    widgets = require("ipywidgets", "a row of buttons")
    require("matplotlib", "a figure")
    found = measure_digit_paths(network, dataset, images)
    buttons = widgets.ToggleButtons(
        options=[(str(digit), digit) for digit in range(dataset.n_classes)],
        value=min(3, dataset.n_classes - 1),
        description="digit",
        style={"button_width": "48px"},
    )

    def redraw(digit: int) -> None:
        show(*draw_digit_path(found, digit))
        show_drawing(draw_part(network, digit))

    return widgets.VBox([buttons, redrawn(redraw, {"digit": buttons}, 1050)])
