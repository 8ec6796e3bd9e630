"""The ten activation functions of Gaier & Ha (2019), each with its formula and its derivative.

Every function works elementwise on an array of any shape and floating type and takes `out` as numpy's own
functions do; `out` may be the argument itself.

References
----------
Gaier & Ha (2019), Weight Agnostic Neural Networks, section 3.2. arXiv:1906.04358.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Activation:
    """An activation function.

    Attributes
    ----------
    name : str
        The name that networks and files use.
    formula : str
        The function of x as a reader would write it.
    function : callable
        ``function(x, out=None)``, elementwise.
    derivative : callable
        ``derivative(x)``, elementwise. At the kink of `relu` the value on its right, at that of `abs` 0; for
        `step` 0 everywhere.

    Examples
    --------
    >>> ACTIVATIONS["sin"](np.array([0.0, 0.5]))
    array([0., 1.])
    """

    name: str
    formula: str
    function: Callable[..., Array]
    derivative: Callable[[Array], Array]

    def __call__(self, x: Array, out: Array | None = None) -> Array:
        """The function of every element of `x`."""
        return self.function(x, out)


def _linear(x: Array, out: Array | None = None) -> Array:
    return np.positive(x, out=out)


def _step(x: Array, out: Array | None = None) -> Array:
    return np.heaviside(x, 0, out=out)


def _sin(x: Array, out: Array | None = None) -> Array:
    out = np.multiply(x, np.pi, out=out)
    return np.sin(out, out=out)


def _gaussian(x: Array, out: Array | None = None) -> Array:
    out = np.square(x, out=out)
    np.multiply(out, -0.5, out=out)
    return np.exp(out, out=out)


def _tanh(x: Array, out: Array | None = None) -> Array:
    return np.tanh(x, out=out)


def _sigmoid(x: Array, out: Array | None = None) -> Array:
    # 1/(1 + exp(-x)) = (1 + tanh(x/2))/2, which cannot overflow.
    out = np.multiply(x, 0.5, out=out)
    np.tanh(out, out=out)
    np.multiply(out, 0.5, out=out)
    return np.add(out, 0.5, out=out)


def _inverse(x: Array, out: Array | None = None) -> Array:
    return np.negative(x, out=out)


def _abs(x: Array, out: Array | None = None) -> Array:
    return np.abs(x, out=out)


def _relu(x: Array, out: Array | None = None) -> Array:
    return np.maximum(x, 0, out=out)


def _cos(x: Array, out: Array | None = None) -> Array:
    out = np.multiply(x, np.pi, out=out)
    return np.cos(out, out=out)


def _sigmoid_derivative(x: Array) -> Array:
    y = _sigmoid(x)
    return np.subtract(y, np.square(y))


#: Every activation by name, in the order of the original's numbering.
ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation("linear", "x", _linear, np.ones_like),
        Activation("step", "1 if x > 0 else 0", _step, np.zeros_like),
        Activation("sin", "sin(pi x)", _sin, lambda x: np.pi * _cos(x)),
        Activation("gaussian", "exp(-x^2 / 2)", _gaussian, lambda x: -x * _gaussian(x)),
        Activation("tanh", "tanh(x)", _tanh, lambda x: 1 - np.tanh(x) ** 2),
        Activation("sigmoid", "1 / (1 + exp(-x))", _sigmoid, _sigmoid_derivative),
        Activation("inverse", "-x", _inverse, lambda x: -np.ones_like(x)),
        Activation("abs", "|x|", _abs, np.sign),
        Activation("relu", "max(0, x)", _relu, lambda x: (x >= 0).astype(x.dtype)),
        Activation("cos", "cos(pi x)", _cos, lambda x: -np.pi * _sin(x)),
    )
}

#: The names, in the same order.
NAMES: tuple[str, ...] = tuple(ACTIVATIONS)


def get(name: str) -> Activation:
    """The activation of that name.

    Raises
    ------
    ValueError
        If there is none of that name.

    Examples
    --------
    >>> get("relu")(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    try:
        return ACTIVATIONS[name]
    except (KeyError, TypeError):
        raise ValueError(f"unknown activation {name!r}: use one of {', '.join(NAMES)}") from None
