"""What is foretold of every change: the means that it is made of, one by one, and what is asked."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from topologies import RATES, in_step

from wann_lite.activations import ACTIVATIONS
from wann_lite.credit import credit
from wann_lite.features import FEATURES, new_features
from wann_lite.forecast import SUMMING, forecast, gain_of, removable
from wann_lite.invariance import levels
from wann_lite.mutation import mutate
from wann_lite.network import Network

WEIGHT, SCALE = -0.8, 1.5
any_seed = st.integers(0, 2**32 - 1)


def asked(seed: int, n: int = 9) -> tuple[Network, Any, Any, Any]:
    """A network, some new nodes, and examples."""
    network, rng = in_step(seed), np.random.default_rng(seed)
    features = list(new_features(network, rng, None, 5))
    return network, features, rng.normal(size=(n, network.n_inputs)), rng.integers(network.n_outputs, size=n)


def test_a_loss_by_hand() -> None:
    # Slope -1 and curvature 2 for each unit of the signal: half a unit more gains 1/2 - 1/4, half less loses 3/4.
    assert gain_of(np.array([-1.0, 2.0]), 0.5) == 0.25
    assert gain_of(np.array([-1.0, 2.0]), -0.5) == -0.75


def test_by_hand() -> None:
    # Both outputs are 0: the right one should rise by a half, the wrong one fall; all shares curve by a quarter.
    network = Network(1, 2, ["linear", "linear"], [])
    found = credit(network, np.array([[2.0], [4.0]]), np.array([0, 0]), 1.0)
    foretold = forecast(
        network, levels(network), [("relu", ((1, "inverse"),)), ("abs", ((1, "inverse"),))], 1.0, [found]
    )
    assert foretold["removals"].shape == (2, 0)
    assert foretold["switches"].shape == (2, 0, len(FEATURES))
    # ReLU of -2 and -4 is 0, the absolute value 2 and 4: on average 3, and 10 squared.
    np.testing.assert_allclose(foretold["features"], [[[0, -1.5], [0, 1.5]], [[0, 2.5], [0, 2.5]]])


@given(any_seed)
def test_means_one_by_one(seed: int) -> None:
    network, features, x, labels = asked(seed)
    nodes, found = levels(network), credit(network, x, labels, WEIGHT, SCALE)
    foretold = forecast(network, nodes, features, WEIGHT, [found])

    def means(slopes: Any, curvatures: Any, signal: Any) -> list[float]:
        return [
            sum(slope * s for slope, s in zip(slopes, signal, strict=True)) / len(x),
            sum(curvature * s * s for curvature, s in zip(curvatures, signal, strict=True)) / len(x),
        ]

    for level in SUMMING:
        for below in (level - 1, level - 2):
            for row, target in enumerate(nodes[level]):
                for column, source in enumerate(nodes[below]):
                    expected = means(found.slopes[target], found.curvatures[target], found.values[source])
                    np.testing.assert_allclose(foretold[level, below][:, row, column], expected, atol=1e-12)
    pairs = [(source, target) for target, sources in removable(network) for source in sources]
    for place, (source, target) in enumerate(pairs):
        expected = means(found.slopes[target], found.curvatures[target], found.values[source])
        np.testing.assert_allclose(foretold["removals"][:, place], expected, atol=1e-12)
    for place, (activation, hears) in enumerate(features):
        heard = sum(WEIGHT * (1 if sign == "linear" else -1) * found.values[source] for source, sign in hears)
        signal = ACTIVATIONS[activation](WEIGHT * heard)
        for row, output in enumerate(network.outputs):
            expected = means(found.slopes[output], found.curvatures[output], signal)
            np.testing.assert_allclose(foretold["features"][:, row, place], expected, atol=1e-12)
    for row, node in enumerate(nodes[2]):
        for column, activation in enumerate(FEATURES):
            change = ACTIVATIONS[activation](found.sums[node]) - found.values[node]
            expected = means(found.slopes_out[node], found.curvatures_out[node], change)
            np.testing.assert_allclose(foretold["switches"][:, row, column], expected, atol=1e-12)


@given(any_seed, st.integers(1, 8))
def test_parts_of_the_examples_make_up_the_whole(seed: int, cut: int) -> None:
    network, features, x, labels = asked(seed)
    parts = [slice(None)], [slice(cut), slice(cut, None)]
    whole, cut_up = (
        forecast(
            network, levels(network), features, WEIGHT, [credit(network, x[p], labels[p], WEIGHT, SCALE) for p in some]
        )
        for some in parts
    )
    assert list(whole) == list(cut_up)
    for key, value in whole.items():
        np.testing.assert_allclose(value, cut_up[key], atol=1e-12)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_type_is_that_of_the_examples(kind: Any) -> None:
    network, features, x, labels = asked(0)
    found = credit(network, x.astype(kind), labels, WEIGHT, SCALE)
    assert {its.dtype for its in forecast(network, levels(network), features, WEIGHT, [found]).values()} == {
        np.dtype(kind)
    }


@given(any_seed, st.integers(0, 12))
def test_what_may_go_is_all_but_the_last_source_of_a_hidden_node(seed: int, mutations: int) -> None:
    rng, network = np.random.default_rng(seed), in_step(seed, nodes=2)
    for _ in range(mutations):
        network, _ = mutate(network, rng, RATES)
    pairs = [(source, target) for target, sources in removable(network) for source in sources]
    kept = set(network.connections) - set(pairs)
    assert len(set(pairs)) == len(pairs) and set(pairs) <= set(network.connections)
    assert all(target in network.hidden and len(network.sources_of(target)) == 1 for _, target in kept)
    assert not any(target in network.hidden and len(network.sources_of(target)) == 1 for _, target in pairs)
