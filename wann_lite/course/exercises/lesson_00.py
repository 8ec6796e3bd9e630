"""The exercises of lesson 00, *Start here*."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ...evaluate import evaluate
from ...network import Network
from ..exercise import Exercise

# --- one node


def node_value(w: float, signals: Sequence[float], f: Callable[[float], float]) -> float:
    """What a node with the activation `f` gives for these signals at the shared weight `w`."""
    return f(w * sum(signals))


def _weight_after_activation(w: float, signals: Sequence[float], f: Callable[[float], float]) -> float:
    return w * f(sum(signals))


def _no_weight(w: float, signals: Sequence[float], f: Callable[[float], float]) -> float:
    return f(sum(signals))


def _each_signal_activated(w: float, signals: Sequence[float], f: Callable[[float], float]) -> float:
    return sum(f(w * signal) for signal in signals)


def inverse(x: float) -> float:
    """The falling line."""
    return -x


# --- a network that does not see the sign of its weight

PAIRS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
_CONNECTIONS = [(1, 4), (2, 5), (4, 6), (5, 6), (6, 3)]


def sign_blind_xor() -> Network:
    """The XOR network of the lesson with an output that takes the absolute value."""
    return Network(2, 1, ["abs", "linear", "inverse", "abs"], _CONNECTIONS)


def judge_sign_blind_xor(answer: Network) -> str | None:
    """What is wrong with a network for XOR that should give the same at w and -w."""
    if (answer.n_inputs, answer.n_outputs) != (2, 1):
        return f"It has {answer.n_inputs} inputs and {answer.n_outputs} outputs: 2 and 1 are asked for."
    for w in (1.5, 0.5):
        plus, minus = evaluate(answer, PAIRS, [w, -w])[:, :, 0]
        for pair, value, mirrored in zip(PAIRS, plus, minus, strict=True):
            told = f"For the inputs {pair[0]:g} and {pair[1]:g}"
            if pair[0] == pair[1] and not np.isclose(value, 0):
                return f"{told} it gives {value:g} at weight {w}: equal inputs should give 0."
            if pair[0] != pair[1] and not value > 1e-6:
                return f"{told} it gives {value:g} at weight {w}: different inputs should give a number above 0."
            if not np.isclose(value, mirrored):
                return f"{told} it gives {value:g} at weight {w}, but {mirrored:g} at weight {-w}."
    return None


# --- the share of right answers


def share_right(outputs: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """The share of rows whose highest output stands at the label."""
    return float(np.mean(outputs.argmax(axis=1) == labels))


def _counted(outputs: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    return float(np.sum(outputs.argmax(axis=1) == labels))


def _in_percent(outputs: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    return 100 * share_right(outputs, labels)


def _lowest_output(outputs: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    return float(np.mean(outputs.argmin(axis=1) == labels))


EXERCISES = (
    Exercise(
        name="00-one-node",
        reference=node_value,
        inputs=((2.0, [1.0, 0.5], inverse), (-1.0, [1.0, 2.0], abs), (0.5, [3.0, -5.0, 1.0], abs), (0.0, [4.0], abs)),
        hint="Read the formula from the inside out: add up the signals, multiply the sum by w, and hand that to f.",
        wrong=(_weight_after_activation, _no_weight, _each_signal_activated),
    ),
    Exercise(
        name="00-sign-of-the-weight",
        judge=judge_sign_blind_xor,
        hint="The last connection multiplies by w once more. Which node sees the sign last, and which of the three "
        "activations of this network does not care about a sign?",
        wrong=(
            lambda: Network(2, 1, ["linear", "linear", "inverse", "abs"], _CONNECTIONS),
            lambda: Network(2, 1, ["inverse", "linear", "inverse", "abs"], _CONNECTIONS),
            lambda: Network(2, 1, ["abs", "linear", "linear", "abs"], _CONNECTIONS),
        ),
    ),
    Exercise(
        name="00-share-right",
        reference=share_right,
        inputs=(
            (np.array([[0.1, 0.9], [0.8, 0.2], [0.7, 0.3], [0.4, 0.6]]), np.array([1, 0, 1, 1])),
            (np.array([[3.0, -1.0, 2.0], [-5.0, -4.0, -6.0]]), np.array([0, 1])),
            (np.array([[0.0, 1.0, 0.5]]), np.array([2])),
            (np.random.default_rng(0).normal(size=(50, 10)), np.arange(50) % 10),
        ),
        hint="outputs.argmax(axis=1) gives the place of the highest output of each row. Comparing two arrays gives an "
        "array of True and False, and the mean of that counts True as 1.",
        wrong=(_counted, _in_percent, _lowest_output),
    ),
)
