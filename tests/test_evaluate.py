"""The reference evaluator: by hand, against the oracle, and with bad input."""

import sys
import tracemalloc
from typing import Any

import numpy as np
import oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st
from topologies import grown, networks

from wann_lite.activations import NAMES
from wann_lite.evaluate import SEARCH_WEIGHTS, evaluate
from wann_lite.network import Network

XOR = [(1, 4), (2, 5), (4, 6), (5, 6), (6, 3)]
difference = Network(2, 1, ["linear", "linear", "inverse", "abs"], XOR)
corners = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])


def test_search_weights_are_the_papers() -> None:
    assert SEARCH_WEIGHTS == (-2, -1, -0.5, 0.5, 1, 2)


def test_xor_by_hand() -> None:
    # |w (w x1 - w x2)| times w: at w = 1 the difference, at w = 2 eight times, at w = -2 minus eight times.
    answers = evaluate(difference, corners, [1.0, 2.0, -2.0])
    assert answers.shape == (3, 4, 1)
    assert answers[:, :, 0].tolist() == [[0, 1, 1, 0], [0, 8, 8, 0], [0, -8, -8, 0]]


def test_bias_by_hand() -> None:
    # Output 2 hears the bias and twice nothing else: relu(3 * (1 + x)).
    network = Network(1, 1, ["relu"], [(0, 2), (1, 2)])
    assert evaluate(network, [[2.0], [-2.0]], [3.0])[0, :, 0].tolist() == [9, 0]


def test_trained_weights_by_hand() -> None:
    # Node 3 gives 2 * 1 + 3 * x, output 2 gives -1 * that + 0.5 * x: at x = 4, -14 + 2.
    network = Network(1, 1, ["linear", "linear"], [(1, 2), (3, 2), (1, 3), (0, 3)], weights=[0.5, -1, 3, 2])
    assert evaluate(network, [[4.0]], None).tolist() == [[-12.0]]
    assert evaluate(network, [[4.0]], [1.0]).tolist() == [[[9.0]]]


def test_a_disabled_connection_carries_nothing() -> None:
    network = Network(2, 1, ["linear"], [(1, 3)], disabled=[(2, 3)])
    assert evaluate(network, [[1.0, 100.0]], [1.0]).tolist() == [[[1.0]]]


def test_an_output_without_sources_is_its_activation_at_zero() -> None:
    network = Network(1, 2, ["cos", "linear"], [])
    assert evaluate(network, [[5.0]], [1.0]).tolist() == [[[1.0, 0.0]]]
    assert evaluate(network.replace(weights=[]), [[5.0]], None).tolist() == [[1.0, 0.0]]


def test_outputs_keep_their_order() -> None:
    network = Network(2, 2, ["linear", "linear"], [(1, 4), (2, 3)])
    assert evaluate(network, [[1.0, 2.0]], [1.0]).tolist() == [[[2.0, 1.0]]]


def assert_agrees_with_the_oracle(network: Network, x: np.ndarray, weights: list[float] | None) -> None:
    """No further from the oracle than rounding explains."""
    answers = evaluate(network, x, weights)
    passes = len(answers) if weights is not None else 1
    assert answers.shape[-2:] == (len(x), network.n_outputs)
    assert answers.dtype == x.dtype
    for k in range(passes):
        if weights is None:
            own = network.weights.astype(x.dtype).tolist()
        else:
            own = [float(x.dtype.type(weights[k]))] * network.n_connections
        for row, answer in zip(x, answers if weights is None else answers[k], strict=True):
            expected = oracle.answers(
                network.n_inputs,
                network.n_outputs,
                network.activations,
                network.connections,
                own,
                row.tolist(),
                float(np.finfo(x.dtype).eps),
            )
            for got, (value, bound) in zip(answer.tolist(), expected, strict=True):
                assert abs(got - value) <= bound


@given(
    network=networks(trained=False),
    seed=st.integers(0, 2**32 - 1),
    n=st.sampled_from([0, 1, 2, 9]),
    dtype=st.sampled_from([np.float32, np.float64]),
    weights=st.lists(st.floats(-3, 3), max_size=3),
)
def test_any_network_agrees_with_the_oracle(
    network: Network, seed: int, n: int, dtype: type, weights: list[float]
) -> None:
    x = np.random.default_rng(seed).normal(size=(n, network.n_inputs)).astype(dtype)
    assert evaluate(network, x, weights).shape == (len(weights), n, network.n_outputs)
    assert_agrees_with_the_oracle(network, x, weights)


@given(
    network=networks(trained=True),
    seed=st.integers(0, 2**32 - 1),
    n=st.sampled_from([0, 1, 9]),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_trained_weights_agree_with_the_oracle(network: Network, seed: int, n: int, dtype: type) -> None:
    x = np.random.default_rng(seed).normal(size=(n, network.n_inputs)).astype(dtype)
    assert_agrees_with_the_oracle(network, x, None)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_activation_agrees_with_the_oracle(name: str, dtype: type) -> None:
    network = Network(2, 2, ["linear", name, name], [(5, 3), (1, 4), (2, 4), (1, 5)])
    x = np.random.default_rng(0).normal(size=(20, 2)).astype(dtype)
    assert_agrees_with_the_oracle(network, x, [-2.0, 0.5])


def test_what_rounding_explains_is_little() -> None:
    # Else the comparisons above would pass whatever is computed.
    for seed in range(10):
        network = grown(seed)
        own = [1.5] * network.n_connections
        for value, bound in oracle.answers(
            3, 2, network.activations, network.connections, own, [0.3, -0.7, 1.1], 2.0**-52
        ):
            assert bound < 1e-9 * (1 + abs(value))


def test_slices_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    network = grown(3, mutations=60)
    x = np.random.default_rng(0).normal(size=(50, 3))
    whole = evaluate(network, x, [0.5, -1.0])
    # 7 rows at a time: seven full slices and one of a single row.
    monkeypatch.setattr(sys.modules["wann_lite.evaluate"], "_BYTES_AT_ONCE", 7 * 8 * network.n_nodes)
    np.testing.assert_allclose(evaluate(network, x, [0.5, -1.0]), whole, rtol=1e-12, atol=1e-12)
    assert_agrees_with_the_oracle(network, x, [0.5, -1.0])


def wide(n_hidden: int) -> Network:
    """Each hidden node hears one input; the output hears them all."""
    hidden = range(258, 258 + n_hidden)
    pairs = [pair for i, node in enumerate(hidden) for pair in ((1 + i % 256, node), (node, 257))]
    return Network(256, 1, ["tanh"] * (1 + n_hidden), pairs)


# Without slices the nodes of the second would fill 90 MB.
@pytest.mark.parametrize(("n_hidden", "n_weights"), [(20, 40), (2000, 2)])
def test_memory_is_modest_for_ten_thousand_images(n_hidden: int, n_weights: int) -> None:
    network, x = wide(n_hidden), np.zeros((10_000, 256), np.float32)
    tracemalloc.start()
    try:
        answers = evaluate(network, x, np.linspace(-2, 2, n_weights))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - answers.nbytes < 48 * 2**20


@pytest.mark.parametrize(
    "x", [[[1, 2]], np.array([[True, False]]), np.array([[1, 2]], np.uint8), [[1.0, 2]], np.ones((1, 2), np.float16)]
)
def test_whatever_is_not_float32_is_computed_in_float64(x: Any) -> None:
    assert evaluate(difference, x, [1]).dtype == np.float64
    assert evaluate(difference, np.asarray(x, np.float32), [1]).dtype == np.float32


def test_the_arguments_stay_as_they_were() -> None:
    x, weights = corners.copy(), np.array([1.0, 2.0])
    evaluate(difference, x, weights)
    assert (x == corners).all()
    assert weights.tolist() == [1, 2]


def test_overflow_is_quiet() -> None:
    network = Network(1, 1, ["linear", "gaussian", "sin"], [(1, 2), (1, 3), (3, 4), (1, 4), (4, 2)])
    with np.errstate(all="raise"):
        answers = evaluate(network, np.array([[3e38]], np.float32), [1e10])
    assert not np.isfinite(answers).any()


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([1.0, 2.0], r"x has the shape \(2,\): this network takes \(n, 2\)"),
        ([[1.0]], r"x has the shape \(1, 1\)"),
        (np.zeros((0, 3)), r"x has the shape \(0, 3\)"),
        ([[1.0, np.nan]], r"x\[0, 1\] is nan: all inputs must be finite"),
        ([[0, 0], [-np.inf, 0]], r"x\[1, 0\] is -inf"),
        ([[1.0, 2.0], [3.0]], "rows of equal length"),
        ([["a", "b"]], "does not hold numbers"),
        ([["1", "2"]], "does not hold numbers"),
        ([[1j, 2]], "does not hold numbers"),
        ([[None, 2]], "does not hold numbers"),
        (None, "does not hold numbers"),
    ],
)
def test_bad_inputs(x: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate(difference, x, [1.0])


@pytest.mark.parametrize(
    "weights", [1.0, [[1.0]], [np.nan], [1.0, np.inf], ["1"], "1", [None], [1j], [[1.0], [1.0, 2.0]], {1.0}, [10**400]]
)
def test_bad_weights(weights: Any) -> None:
    with pytest.raises(ValueError, match=r"the shared weights are .*: give finite numbers, such as \[-1.0, 1.0\]"):
        evaluate(difference, corners, weights)


def test_a_weight_too_large_for_float32() -> None:
    with pytest.raises(ValueError, match="the shared weights are"):
        evaluate(difference, corners.astype(np.float32), [1e39])


def test_no_weights_at_all() -> None:
    assert evaluate(difference, corners, []).shape == (0, 4, 1)
    assert evaluate(difference, corners, np.array([])).shape == (0, 4, 1)


def test_trained_weights_that_are_missing() -> None:
    with pytest.raises(ValueError, match="the network has no trained weights: give shared weights"):
        evaluate(difference, corners, None)


def test_backends() -> None:
    np.testing.assert_array_equal(
        evaluate(difference, corners, [1.0], backend="numpy"), evaluate(difference, corners, [1.0], backend="auto")
    )
    with pytest.raises(ValueError, match="unknown backend 'abacus'"):
        evaluate(difference, corners, [1.0], backend="abacus")
