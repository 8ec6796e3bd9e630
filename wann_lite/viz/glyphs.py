"""The curve of an activation, small enough to stand inside a node."""

from __future__ import annotations

from functools import cache

import numpy as np

from ..activations import get

Points = tuple[tuple[float, float], ...]

# How far to the left and right of 0 each curve shows its character.
_REACH = {"gaussian": 3.2, "tanh": 3.5, "sigmoid": 3.5, "cos": 2.0}


@cache
def curve(activation: str) -> Points:
    """The curve as points (x, y) from -1 to 1, y upwards, stretched to fill that box.

    Raises
    ------
    ValueError
        If there is no activation of that name.

    Examples
    --------
    >>> curve("relu")
    ((-1.0, -1.0), (0.0, -1.0), (1.0, 1.0))
    """
    function = get(activation)
    if activation == "step":
        return ((-1.0, -1.0), (0.0, -1.0), (0.0, 1.0), (1.0, 1.0))
    # A broken line needs its corners alone, which also keeps a drawing of hundreds of nodes small.
    x = np.linspace(-1, 1, 3 if activation in ("linear", "inverse", "abs", "relu") else 33)
    y = function(x * _REACH.get(activation, 1.0))
    y = 2 * (y - y.min()) / (y.max() - y.min()) - 1
    return tuple((float(round(a, 3)), float(round(b, 3))) for a, b in zip(x, y, strict=True))
