"""The words of a drawing: names of inputs and outputs, and what the picture shows in a sentence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from .scene import plain
from .wiring import BIAS, Wiring

_LONGEST_NAME = 28


@dataclass(frozen=True)
class Names:
    """What is written beside inputs and outputs; None stands for x1, x2, ... and 0, 1, ..."""

    inputs: tuple[str, ...] | None
    outputs: tuple[str, ...] | None

    def of_input(self, node: int) -> str:
        """The name of input `node`, counted from 1; the bias is 0."""
        if node == BIAS:
            return "bias"
        return plain(self.inputs[node - 1], _LONGEST_NAME) if self.inputs else f"x{node}"

    def of_output(self, place: int, n: int) -> str:
        """The name of the output at `place`, counted from 0."""
        if self.outputs:
            return plain(self.outputs[place], _LONGEST_NAME)
        return "output" if n == 1 else str(place)


def count(n: int, noun: str) -> str:
    """Such as "1 input" or "1,849 connections"."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def sentence(wiring: Wiring) -> str:
    """What the network is made of, without a full stop."""
    inputs = sum(node != BIAS for node in wiring.inputs)
    if wiring.image_shape is not None:
        n = wiring.network.n_inputs
        first = f"all {n:,} pixels" if inputs == n else f"{inputs:,} of {n:,} pixels"
    else:
        first = count(inputs, "input") + (" and the bias" if BIAS in wiring.inputs else "")
    hidden, outputs = count(len(wiring.hidden), "hidden node"), count(wiring.network.n_outputs, "output")
    return f"A network of {first}, {hidden}, {outputs} and {count(len(wiring.edges), 'connection')}"


def kinds_of(wiring: Wiring) -> list[tuple[str, int]]:
    """The activations of its hidden nodes, the most frequent first."""
    return Counter(wiring.network.activation_of(node) for node in wiring.hidden).most_common()


def describe(wiring: Wiring) -> str:
    """What a reader who cannot see the picture wants to know besides."""
    kinds = ", ".join(f"{n:,} {name}" for name, n in kinds_of(wiring))
    text = "Signals flow from the inputs on the left to the outputs on the right."
    return text + (f" Hidden nodes by activation: {kinds}." if kinds else "")
