"""A second opinion on `evaluate`: one row at a time, recursion over connections, plain Python.

Beside each output it gives a bound on what rounding may do to it (a running error analysis as in Higham, Accuracy and
Stability of Numerical Algorithms, section 3.3), so that a test needs no tolerance made up for the occasion.
"""

import math
from collections.abc import Sequence

Answer = tuple[float, float]

SMALLEST = 1e-37  # smaller numbers may become 0 in float32


def answers(
    n_inputs: int,
    n_outputs: int,
    activations: Sequence[str],
    connections: Sequence[tuple[int, int]],
    weights: Sequence[float],
    row: Sequence[float],
    epsilon: float,
) -> list[Answer]:
    """Each output of a network with its error bound; `weights` has one number for each connection."""
    known: dict[int, Answer] = {0: (1.0, 0.0)} | {i: (x, 0.0) for i, x in enumerate(row, 1)}

    def node(number: int) -> Answer:
        if number not in known:
            terms = [(w, *node(s)) for (s, t), w in zip(connections, weights, strict=True) if t == number]
            total = math.fsum(w * y for w, y, _ in terms)
            rounding = 2 * epsilon * (len(terms) + 1) * sum(abs(w * y) for w, y, _ in terms)
            error = sum(abs(w) * e for w, _, e in terms) + rounding
            known[number] = activate(activations[number - 1 - n_inputs], total, error, epsilon)
        return known[number]

    return [node(1 + n_inputs + i) for i in range(n_outputs)]


def activate(name: str, s: float, error: float, epsilon: float) -> Answer:
    """f(s), and how far f may be from it at a sum that is off by `error`."""
    own = 4 * epsilon
    match name:
        case "linear":
            return s, error
        case "inverse":
            return -s, error
        case "abs":
            return abs(s), error
        case "relu":
            return max(0.0, s), error
        case "step":
            return float(s > 0), float(error > 0 and abs(s) <= error)
        case "sin":
            return math.sin(math.pi * s), math.pi * (error + own * abs(s)) + own
        case "cos":
            return math.cos(math.pi * s), math.pi * (error + own * abs(s)) + own
        case "gaussian":
            y = math.exp(-s * s / 2)
            return y, 0.61 * error + own * (1 + s * s) * y + SMALLEST
        case "tanh":
            return math.tanh(s), error + own
        case "sigmoid":
            return (1 / (1 + math.exp(-s)) if s > -700 else 0.0), error / 4 + own
    raise AssertionError(name)
