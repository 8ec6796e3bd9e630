"""The exercises of lesson 04, *One weight for all connections*."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import datasets
from ...evaluate import evaluate
from ...losses import accuracy, log_softmax
from ...network import Network
from ..exercise import Exercise

#: From -2 to 2 in steps of 0.1, without 0.
WEIGHTS = tuple(k / 10 for k in range(-20, 21) if k)
#: What a network of the student's has to reach at each of these weights.
ENOUGH = 0.95

ODD, EVEN = ("linear", "inverse", "sin", "tanh"), ("abs", "gaussian", "cos")


# --- what becomes of the sign along a path


def sign_along(path: Sequence[str]) -> str:
    """What changing the sign of the shared weight does to the end of a path: "same", "flipped" or "neither"."""
    flipped = False
    for activation in path:
        flipped = not flipped
        if flipped and activation in EVEN:
            flipped = False
        elif flipped and activation not in ODD:
            return "neither"
    return "flipped" if flipped else "same"


def _sign_counts_connections(path: Sequence[str]) -> str:
    return "flipped" if len(path) % 2 else "same"


def _sign_counts_inverse(path: Sequence[str]) -> str:
    return "flipped" if list(path).count("inverse") % 2 else "same"


def _sign_always_lost(path: Sequence[str]) -> str:
    if any(activation not in ODD + EVEN for activation in path):
        return "neither"
    return sign_along(path)


# --- networks built by hand


def judge_of(points: Callable[..., datasets.Dataset]) -> Callable[[Any], str | None]:
    """A judge that wants a network to be right on at least 95 % of these points at every weight.

    Parameters
    ----------
    points : callable
        ``points(n=..., seed=...)`` gives a data set of points in the plane.
    """

    def judge(answer: Any) -> str | None:
        if not isinstance(answer, Network):
            return "Return a network: wl.Network(2, 2, activations, connections)."
        if (answer.n_inputs, answer.n_outputs) != (2, 2):
            return "It needs two inputs and two outputs, one for each class."
        data = points(n=900, seed=4)
        shares = accuracy(evaluate(answer, data.x_train, WEIGHTS), data.y_train)
        if shares.min() >= ENOUGH:
            return None
        worst, best = int(shares.argmin()), int(shares.argmax())
        enough = int((shares >= ENOUGH).sum())
        return (
            f"At weight {WEIGHTS[worst]:g} it is right on {100 * shares[worst]:.0f} % of the points, at weight "
            f"{WEIGHTS[best]:g} on {100 * shares[best]:.0f} %. It reaches {100 * ENOUGH:.0f} % at {enough} of the "
            f"{len(WEIGHTS)} weights."
        )

    return judge


def xor_network() -> Network:
    """The distance of the inputs against a threshold that travels just as far."""
    names = ["abs", "abs", "linear", "inverse", "linear"]
    return Network(2, 2, names, [(0, 7), (7, 3), (1, 5), (2, 6), (5, 4), (6, 4)])


def _xor_short_cut() -> Network:
    return Network(2, 2, ["abs", "abs", "linear", "inverse"], [(0, 3), (1, 5), (2, 6), (5, 4), (6, 4)])


def _xor_one_sign() -> Network:
    names = ["linear", "linear", "linear", "inverse", "abs", "linear", "linear"]
    return Network(2, 2, names, [(0, 8), (8, 9), (9, 3), (1, 5), (2, 6), (5, 7), (6, 7), (7, 4)])


def _xor_one_output() -> Network:
    return Network(2, 1, ["abs", "linear", "inverse"], [(1, 4), (2, 5), (4, 3), (5, 3)])


def circles_network() -> Network:
    """The sum of the inputs' absolute values against the bias, two connections each."""
    names = ["abs", "abs", "abs", "abs", "linear"]
    return Network(2, 2, names, [(1, 5), (2, 6), (5, 3), (6, 3), (0, 7), (7, 4)])


def _circles_swapped() -> Network:
    names = ["abs", "abs", "abs", "abs", "linear"]
    return Network(2, 2, names, [(1, 5), (2, 6), (5, 4), (6, 4), (0, 7), (7, 3)])


def _circles_short_cut() -> Network:
    return Network(2, 2, ["abs", "abs", "abs", "abs"], [(1, 5), (2, 6), (5, 3), (6, 3), (0, 4)])


def _circles_one_axis() -> Network:
    return Network(2, 2, ["abs", "abs", "abs", "linear"], [(1, 5), (5, 3), (0, 6), (6, 4)])


# --- an ensemble of weights


def ensemble(outputs: NDArray[Any]) -> NDArray[Any]:
    """The classes with the greatest sum of softmaxes over the weights."""
    return np.exp(log_softmax(outputs)).sum(axis=0).argmax(axis=1)


def _ensemble_of_outputs(outputs: NDArray[Any]) -> NDArray[Any]:
    return outputs.sum(axis=0).argmax(axis=1)


def _ensemble_over_weights(outputs: NDArray[Any]) -> NDArray[Any]:
    shares = np.exp(outputs - outputs.max(axis=0))
    return (shares / shares.sum(axis=0)).sum(axis=0).argmax(axis=1)


def _ensemble_of_all_classes(outputs: NDArray[Any]) -> NDArray[Any]:
    return np.exp(log_softmax(outputs)).sum(axis=0)


_OUTPUTS = np.array(
    [
        [[9.0, 0.0, 0.0], [0.2, 0.1, 0.0], [1.0, 1.1, 0.0], [800.0, 0.0, 790.0]],
        [[0.0, 1.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 2.0], [0.0, 2.0, 3.0]],
        [[0.0, 1.0, 0.0], [4.0, 3.5, 0.0], [0.0, 0.0, 2.0], [0.0, 2.0, 3.0]],
        [[0.0, 1.0, 0.0], [4.0, 3.9, 0.0], [5.0, 0.0, 0.0], [0.0, 2.0, 3.0]],
    ]
)


EXERCISES: tuple[Exercise, ...] = (
    Exercise(
        name="04-sign-along-a-path",
        hint="Begin with flipped = False. At each step the connection turns it over first, then the activation acts.",
        reference=sign_along,
        inputs=(
            (["linear"],),
            (["abs"],),
            (["inverse", "linear"],),
            (["tanh", "inverse", "sin"],),
            (["linear", "gaussian", "linear"],),
            (["cos", "abs", "tanh", "linear"],),
            (["relu", "abs"],),
            (["linear", "relu"],),
            (["inverse", "sigmoid", "linear", "step"],),
            (["abs", "step", "abs"],),
        ),
        wrong=(_sign_counts_connections, _sign_counts_inverse, _sign_always_lost),
    ),
    Exercise(
        name="04-xor-network",
        hint="Class 1 is where the inputs are far apart, farther than 1. Let what stands for the 1 travel as many "
        "connections as the inputs do, and let the last node of each path swallow the sign.",
        reference=xor_network,
        judge=judge_of(datasets.xor),
        wrong=(_xor_short_cut, _xor_one_sign, _xor_one_output),
    ),
    Exercise(
        name="04-circles-network",
        hint="How far a point is from the centre can be measured along the axes: |first| + |second|. On the outer "
        "circle that is seldom below 1, on the inner one always below 0.9. Which output should be greater there?",
        reference=circles_network,
        judge=judge_of(datasets.circles),
        wrong=(_circles_swapped, _circles_short_cut, _circles_one_axis),
    ),
    Exercise(
        name="04-ensemble",
        hint="Softmax goes over the classes, the last axis, the sum over the weights, the first. Subtract the greatest "
        "output of each row before exp, or it overflows.",
        reference=ensemble,
        inputs=((_OUTPUTS,), (_OUTPUTS[:2],), (_OUTPUTS[1:, 1:],), (-_OUTPUTS,)),
        wrong=(_ensemble_of_outputs, _ensemble_over_weights, _ensemble_of_all_classes),
    ),
)
