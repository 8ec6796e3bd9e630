"""The exercises of lesson 01, *Rosenblatt's perceptron*."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...perceptron import Perceptron, train_perceptron
from ..exercise import Exercise

Array = NDArray[Any]

GATE_INPUTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
AND, OR, XOR = (np.array(labels) for labels in ([-1, -1, -1, 1], [-1, 1, 1, 1], [-1, 1, 1, -1]))
WEIGHTS = np.array([2.0, -1.0])


# --- the answer


def output(weights: Array, bias: float, x: Array) -> int:
    """1 if the weighted sum is above 0, else -1."""
    return int(Perceptron(weights, bias).answer([x])[0])


def _at_zero(weights: Array, bias: float, x: Array) -> int:
    return 1 if np.dot(weights, x) + bias >= 0 else -1


def _without_bias(weights: Array, bias: float, x: Array) -> int:
    return 1 if np.dot(weights, x) > 0 else -1


def _zero_and_one(weights: Array, bias: float, x: Array) -> int:
    return 1 if np.dot(weights, x) + bias > 0 else 0


# --- the rule


def rule(weights: Array, bias: float, x: Array, label: int) -> tuple[Array, float]:
    """The weights and the bias after one example."""
    if output(weights, bias, x) != label:
        return np.asarray(weights) + label * np.asarray(x), bias + label
    return np.asarray(weights), bias


def _always(weights: Array, bias: float, x: Array, label: int) -> tuple[Array, float]:
    return weights + label * x, bias + label


def _bias_stays(weights: Array, bias: float, x: Array, label: int) -> tuple[Array, float]:
    return rule(weights, bias, x, label)[0], bias


def _towards_the_answer(weights: Array, bias: float, x: Array, label: int) -> tuple[Array, float]:
    answer = output(weights, bias, x)
    return (weights + answer * x, bias + answer) if answer != label else (weights, bias)


# --- mistakes


def count_mistakes(x: Array, labels: Array, passes: int) -> int:
    """How many mistakes the rule makes in so many passes, from weights 0."""
    return len(train_perceptron(x, labels, passes=passes).mistakes)


def _of_the_last_pass(x: Array, labels: Array, passes: int) -> int:
    training = train_perceptron(x, labels, passes=passes)
    return int(np.sum(training.steps >= (training.passes - 1) * len(x)))


def _from_zero_each_time(x: Array, labels: Array, passes: int) -> int:
    return passes * count_mistakes(x, labels, 1)


def _without_learning(x: Array, labels: Array, passes: int) -> int:
    return passes * int(np.sum(np.asarray(labels) == 1))


# --- the margin


def margin(weights: Array, bias: float, x: Array, labels: Array) -> float:
    """The least label times sum, divided by the length of weights and bias together."""
    return Perceptron(weights, bias).margin(x, labels)


def _undivided(weights: Array, bias: float, x: Array, labels: Array) -> float:
    return float(np.min(labels * (x @ weights + bias)))


def _whatever_the_label(weights: Array, bias: float, x: Array, labels: Array) -> float:
    return float(np.min(np.abs(x @ weights + bias)) / np.hypot(np.linalg.norm(weights), bias))


def _length_without_bias(weights: Array, bias: float, x: Array, labels: Array) -> float:
    return float(np.min(labels * (x @ weights + bias)) / np.linalg.norm(weights))


EXERCISES: tuple[Exercise, ...] = (
    Exercise(
        name="01-output",
        reference=output,
        inputs=(
            (WEIGHTS, 0.5, np.array([1.0, 1.0])),
            (WEIGHTS, -1.5, np.array([1.0, 1.0])),
            (WEIGHTS, -1.0, np.array([1.0, 1.0])),
            (np.array([0.5, 0.25, -4.0]), 0.0, np.array([1.0, 2.0, 0.5])),
        ),
        hint="Add the products of weights and inputs, and the bias. A sum of exactly 0 is not above 0.",
        wrong=(_at_zero, _without_bias, _zero_and_one),
    ),
    Exercise(
        name="01-perceptron-rule",
        reference=rule,
        inputs=(
            (np.zeros(2), 0.0, np.array([1.0, 2.0]), 1),
            (np.zeros(2), 0.0, np.array([1.0, 2.0]), -1),
            (WEIGHTS, 0.5, np.array([3.0, 1.0]), -1),
            (WEIGHTS, 0.5, np.array([3.0, 1.0]), 1),
            (np.array([1.0, -1.0, 0.5]), -2.0, np.array([0.5, 0.5, 1.0]), 1),
        ),
        hint="First find the answer. If it equals the label, return what you were given; else both weights and bias "
        "move towards the label. The bias is the weight of an input that is always 1.",
        wrong=(_always, _bias_stays, _towards_the_answer),
    ),
    Exercise(
        name="01-count-mistakes",
        reference=count_mistakes,
        inputs=(
            (GATE_INPUTS, OR, 1),
            (GATE_INPUTS, AND, 3),
            (GATE_INPUTS, AND, 20),
            (GATE_INPUTS, XOR, 5),
        ),
        hint="Start from weights 0 once, before the first pass; add 1 wherever answer and label differ, in every pass.",
        wrong=(_of_the_last_pass, _from_zero_each_time, _without_learning),
    ),
    Exercise(
        name="01-margin",
        reference=margin,
        inputs=(
            (np.array([1.0, 1.0]), -1.5, GATE_INPUTS, AND),
            (np.array([2.0, 2.0]), -3.0, GATE_INPUTS, AND),
            (np.array([1.0, 1.0]), -0.5, GATE_INPUTS, XOR),
            (np.array([3.0, 4.0]), 0.0, np.array([[1.0, 0.0], [-2.0, -1.0]]), np.array([1, -1])),
        ),
        hint="Multiply each sum by its label: a wrong answer then counts below 0. Take the least, and divide it by the "
        "length of the vector that holds the bias and all weights.",
        wrong=(_undivided, _whatever_the_label, _length_without_bias),
    ),
)
