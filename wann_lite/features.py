"""New features for a network: random nodes half-way between inputs and outputs, of which a survey proposes the best."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .informed import RELAYS
from .network import Network
from .proposals import below

#: What a node half-way may be; there the sign of the weight has cancelled, and ReLU is in step too.
FEATURES = ("abs", "relu", "linear")


def new_features(
    network: Network, rng: np.random.Generator, image_shape: tuple[int, int] | None, count: int
) -> Iterator[tuple[str, tuple[tuple[int, str], ...]]]:
    """Random activations, and what they hear: a patch or a few inputs, added up, contrasted, or with random signs.

    Parameters
    ----------
    network : Network
        Whose inputs may be heard.
    rng : numpy.random.Generator
    image_shape : tuple of two int or None
        Height and width, if the inputs are an image.
    count : int

    Yields
    ------
    activation : str
        One of `FEATURES`.
    hears : tuple of (int, str)
        Inputs, each with the activation of the relay between, as in `wann_lite.informed.Grow`.

    Examples
    --------
    >>> network = Network(4, 1, ["linear"], [])
    >>> ((activation, hears),) = new_features(network, np.random.default_rng(0), (2, 2), 1)
    >>> activation in FEATURES, {source for source, _ in hears} <= {1, 2, 3, 4}
    (True, True)
    """
    for _ in range(count):
        inputs = _patch(image_shape, rng) if image_shape else _some(network.n_inputs, rng)
        style = below(3, rng)
        if style == 0:
            signs = np.zeros(len(inputs), int)
        elif style == 1:
            signs = (np.arange(len(inputs)) < len(inputs) / 2) ^ (below(2, rng) == 1)
        else:
            signs = rng.integers(0, 2, len(inputs))
        hears = tuple((int(v), RELAYS[int(sign)]) for v, sign in zip(inputs, signs, strict=True))
        yield FEATURES[below(len(FEATURES), rng)], hears


def _patch(shape: tuple[int, int], rng: np.random.Generator) -> NDArray[np.intp]:
    """The inputs of a rectangle of up to four by four pixels.

    They come in an order whose first half lies on one side of the second, across the longer side.
    """
    height, width = (min(side, 1 + below(4, rng)) for side in shape)
    if height * width == 1:
        height, width = (min(side, 2) for side in shape)
    top, left = (below(side - part + 1, rng) for side, part in zip(shape, (height, width), strict=True))
    pixels = 1 + (top + np.arange(height))[:, None] * shape[1] + left + np.arange(width)
    return (pixels if height >= width else pixels.T).ravel()


def _some(n_inputs: int, rng: np.random.Generator) -> NDArray[np.intp]:
    return 1 + rng.choice(n_inputs, min(n_inputs, 2 + below(8, rng)), replace=False)
