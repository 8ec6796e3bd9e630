"""The exercises of lesson 10, *Go two steps beyond the paper*."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...invariance import degrees
from ...network import Network
from ..exercise import Exercise

Array = NDArray[Any]
Response = tuple[int, bool] | None


# --- what a change of a sum does to the loss


def forecast(slopes: Array, curvatures: Array, change: Array) -> float:
    """By how much the mean loss rises if `change` is added to a node's sums, to second order."""
    return float(np.mean(slopes * change + curvatures * change**2 / 2))


def _forecast_of_slopes(slopes: Array, curvatures: Array, change: Array) -> float:
    return float(np.mean(slopes * change))


def _forecast_without_half(slopes: Array, curvatures: Array, change: Array) -> float:
    return float(np.mean(slopes * change + curvatures * change**2))


def _forecast_of_sum(slopes: Array, curvatures: Array, change: Array) -> float:
    return float(np.sum(slopes * change + curvatures * change**2 / 2))


def _forecast_turned(slopes: Array, curvatures: Array, change: Array) -> float:
    return -forecast(slopes, curvatures, change)


def _forecast_of_means(slopes: Array, curvatures: Array, change: Array) -> float:
    return float(slopes.mean() * change.mean() + curvatures.mean() * change.mean() ** 2 / 2)


def _forecast_case(seed: int, n: int, times: float) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=n).round(2), rng.random(n).round(2), times * rng.random(n).round(2)


# --- what the weight does to each node


def responses(network: Network) -> dict[int, Response]:
    """For each node the power of the weight, and whether its sign shows; None where it is no power."""
    found: dict[int, Response] = {node: (0, False) for node in range(network.first)}
    for node in network.order:
        heard = {found[source] for source in network.sources_of(node)}
        response = heard.pop() if len(heard) == 1 else None
        activation = network.activation_of(node)
        if response is None or (activation == "relu" and not response[1]):
            found[node] = None
        else:
            power, odd = response
            found[node] = (power + 1, not odd and activation != "abs")
    return found


def _responses_longest_path(network: Network) -> dict[int, Response]:
    return {
        node: (layer, layer % 2 == 1)
        for node, layer in enumerate(network.layers)
        if node < network.first or network.sources_of(node)
    }


def _responses_odd_abs(network: Network) -> dict[int, Response]:
    return {node: response and (response[0], response[0] % 2 == 1) for node, response in responses(network).items()}


def _responses_any_relu(network: Network) -> dict[int, Response]:
    names = ["linear" if name == "relu" else name for name in network.activations]
    return responses(Network(network.n_inputs, network.n_outputs, names, network.connections))


def _responses_of_one_source(network: Network) -> dict[int, Response]:
    some: dict[int, int] = {node: min(network.sources_of(node)) for node in network.order}
    pairs = [(source, node) for node, source in some.items()]
    return responses(Network(network.n_inputs, network.n_outputs, network.activations, pairs))


_FOUR = Network(
    2,
    2,
    ["linear"] * 2 + ["linear", "inverse", "abs", "relu", "linear", "inverse"],
    [(1, 5), (2, 6), (5, 7), (6, 7), (6, 8), (7, 9), (8, 10), (9, 3), (10, 3), (10, 4)],
)
_SHORT_CUT = Network(2, 1, ["linear", "abs", "linear"], [(1, 4), (4, 5), (5, 3), (2, 3)])
_ODD_RELU = Network(1, 2, ["linear", "inverse", "relu", "abs"], [(1, 4), (4, 3), (1, 5), (5, 2)])
_EVEN_RELU = Network(2, 1, ["abs", "linear", "relu"], [(1, 4), (2, 4), (4, 5), (5, 3)])


# --- the connection that is out of step


def odd_one_out(network: Network, responses: Mapping[int, Response]) -> tuple[int, int]:
    """The connection whose source responds otherwise than the other sources of its target."""
    for node in network.order:
        its = sorted(network.sources_of(node))
        heard = [responses[source] for source in its]
        if len(set(heard)) > 1:
            return its[heard.index(min(set(heard), key=heard.count))], node
    raise ValueError("all nodes are in step")


def _odd_the_last(network: Network, responses: Mapping[int, Response]) -> tuple[int, int]:
    found = (-1, -1)
    for node in network.order:
        its = sorted(network.sources_of(node))
        heard = [responses[source] for source in its]
        if len(set(heard)) > 1:
            found = its[heard.index(min(set(heard), key=heard.count))], node
    return found


def _odd_the_most(network: Network, responses: Mapping[int, Response]) -> tuple[int, int]:
    for node in network.order:
        its = sorted(network.sources_of(node))
        heard = [responses[source] for source in its]
        if len(set(heard)) > 1:
            return its[heard.index(max(set(heard), key=heard.count))], node
    return -1, -1


def _odd_from_input(network: Network, responses: Mapping[int, Response]) -> tuple[int, int]:
    for source, target in network.connections:
        if source < network.first and target in network.outputs:
            return source, target
    return -1, -1


def _odd_turned(network: Network, responses: Mapping[int, Response]) -> tuple[int, int]:
    source, target = odd_one_out(network, responses)
    return target, source


def _stepped(*extra: tuple[int, int]) -> tuple[Network, dict[int, Response]]:
    """Three pixels, relays (6-8), features (9-11), relays (12-14), two outputs (4, 5), and something too much."""
    across = [(1, 6), (2, 7), (3, 8), (9, 12), (10, 13), (11, 14)]
    inner = [(6, 9), (7, 9), (8, 9), (7, 10), (8, 10), (6, 11), (8, 11)]
    heard = [(12, 4), (13, 4), (14, 4), (12, 5), (14, 5)]
    names = ["linear"] * 2 + ["linear", "inverse", "linear", "abs", "relu", "abs", "linear", "inverse", "linear"]
    network = Network(3, 2, names, [*across, *inner, *heard, *extra])
    return network, {node: degree and (degree.power, degree.odd) for node, degree in degrees(network).items()}


EXERCISES: tuple[Exercise, ...] = (
    Exercise(
        name="10-forecast",
        hint="Two terms for each example: the slope times the change, and half the curvature times its square. Then "
        "the mean over the examples.",
        reference=forecast,
        inputs=(
            (np.array([-0.5, 0.5]), np.array([0.25, 0.25]), np.array([1.0, 0.0])),
            (np.array([-0.5, 0.5]), np.array([0.25, 0.25]), np.array([-2.0, 2.0])),
            _forecast_case(0, 6, 1.0),
            _forecast_case(1, 40, -0.5),
        ),
        wrong=(
            _forecast_of_slopes,
            _forecast_without_half,
            _forecast_of_sum,
            _forecast_turned,
            _forecast_of_means,
        ),
    ),
    Exercise(
        name="10-responses",
        hint="Look at the sources first: if they do not all respond alike, or one of them is None, so is the node. "
        "Otherwise the connection adds one to the power and turns `odd` over; then the activation acts.",
        reference=responses,
        inputs=((_FOUR,), (_SHORT_CUT,), (_ODD_RELU,), (_EVEN_RELU,)),
        wrong=(
            _responses_longest_path,
            _responses_odd_abs,
            _responses_any_relu,
            _responses_of_one_source,
        ),
    ),
    Exercise(
        name="10-odd-one-out",
        hint="Go through network.order, so that you meet the trouble before what follows from it. Write down what the "
        "sources of a node respond; where they do not agree, which of them is alone?",
        reference=odd_one_out,
        inputs=(_stepped((0, 5)), _stepped((3, 11)), _stepped((2, 9)), _stepped((9, 4)), _stepped((6, 5))),
        wrong=(_odd_the_last, _odd_the_most, _odd_from_input, _odd_turned),
    ),
)
