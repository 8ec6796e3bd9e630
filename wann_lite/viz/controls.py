"""Controls that several widgets share."""

from __future__ import annotations

from typing import Any

from .extras import require


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
