"""Controls that several widgets share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .extras import require


def redrawn(redraw: Callable[..., None], controls: Mapping[str, Any], height: float) -> Any:
    """What a function displays, as wide as there is room: anew whenever one of the controls is moved.

    Parameters
    ----------
    redraw : callable
        Takes the value of each control under its name. An error shows where the figure would stand.
    controls : mapping of str to ipywidgets.Widget
    height : float
        In pixels, whatever is displayed: so the page does not jump.

    Returns
    -------
    ipywidgets.Output

    Raises
    ------
    ImportError
        In one line that says what to install, if ipywidgets is missing.
    """
    output = require("ipywidgets", "controls").interactive_output(redraw, dict(controls))
    output.layout.height = f"{height:.0f}px"
    return output


def weight_slider(value: float = 1.0) -> Any:
    """A slider for the weight that all connections share, from -2 to 2.

    Returns
    -------
    ipywidgets.FloatSlider
        It reports where it is let go.

    Raises
    ------
    ImportError
        In one line that says what to install, if ipywidgets is missing.
    """
    return require("ipywidgets", "a slider").FloatSlider(
        value=value,
        min=-2.0,
        max=2.0,
        step=0.1,
        description="shared weight",
        continuous_update=False,
        readout_format=".1f",
        style={"description_width": "initial"},
        layout={"width": "50%", "min_width": "320px"},
    )
