"""Draw a digit, and see what a network makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..datasets import prepare, rasterise
from .controls import redrawn
from .digit_path import show_drawing
from .drawing_pad import EXAMPLES, Strokes, drawing_pad
from .extras import require
from .reading import Reader, Reading, draw_reading
from .style import show

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..datasets import Dataset
    from ..network import Network


def read_strokes(reader: Reader, strokes: Strokes) -> Reading:
    """What a network says to a drawing, which goes the same way as the images of MNIST.

    Parameters
    ----------
    reader : Reader
        Of a network for `wl.datasets.mnist()`.
    strokes : list of strokes
        As a drawing pad gives them.
    """
    return reader.read(prepare(rasterise(strokes), reader.shape[0])[0])


def draw_a_digit(reader: Reader, strokes: Strokes = EXAMPLES["4"]) -> tuple[Figure, str]:
    """Draw what a network makes of a drawing.

    Parameters
    ----------
    reader : Reader
    strokes : list of strokes

    Returns
    -------
    figure : matplotlib.figure.Figure
    alt : str
        The same in a sentence.
    """
    return draw_reading(read_strokes(reader, strokes))


def explore_a_digit(network: Network, dataset: Dataset) -> Any:
    """A pad to draw on, and what a network makes of the drawing whenever the pen is lifted.

    Parameters
    ----------
    network : Network
    dataset : Dataset
        `wl.datasets.mnist()`, at the size that the network takes. The widget looks at validation images alone.

    Returns
    -------
    ipywidgets.VBox

    Raises
    ------
    ImportError
        In one line that says what to install, if anywidget, ipywidgets or matplotlib is missing.
    """
    widgets = require("ipywidgets", "a drawing pad")
    require("matplotlib", "a figure")
    reader, pad = Reader(network, dataset), drawing_pad(EXAMPLES["4"])
    choice = widgets.Dropdown(
        options=["draw yourself", *EXAMPLES],
        value="4",
        description="start from",
        style={"description_width": "initial"},
        layout={"width": "260px"},
    )

    def put(change: Any) -> None:
        if change["new"] in EXAMPLES:
            pad.value = EXAMPLES[change["new"]]

    def leave(change: Any) -> None:
        if change["new"] != EXAMPLES.get(choice.value):
            choice.value = "draw yourself"

    choice.observe(put, "value")
    pad.observe(leave, "value")

    def answer(strokes: Strokes) -> None:
        show(*draw_a_digit(reader, strokes))

    def explain(strokes: Strokes) -> None:
        show_drawing(reader.draw(read_strokes(reader, strokes)))

    figure, paths = redrawn(answer, {"strokes": pad}, 360), redrawn(explain, {"strokes": pad}, 700)
    left = widgets.VBox([choice, pad], layout={"flex": "0 0 272px"})
    return widgets.VBox([widgets.HBox([left, figure]), paths])
