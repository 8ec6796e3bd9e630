"""The ten activation functions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wann_lite.activations import ACTIVATIONS, NAMES, get

# By hand, at -1, -1/2, 0, 1/2 and 1.
TABLE = {
    "linear": [-1, -0.5, 0, 0.5, 1],
    "step": [0, 0, 0, 1, 1],
    "sin": [0, -1, 0, 1, 0],
    "gaussian": [math.exp(-1 / 2), math.exp(-1 / 8), 1, math.exp(-1 / 8), math.exp(-1 / 2)],
    "tanh": [-math.tanh(1), -math.tanh(0.5), 0, math.tanh(0.5), math.tanh(1)],
    "sigmoid": [
        1 / (1 + math.e),
        1 / (1 + math.sqrt(math.e)),
        0.5,
        1 / (1 + 1 / math.sqrt(math.e)),
        1 / (1 + 1 / math.e),
    ],
    "inverse": [1, 0.5, 0, -0.5, -1],
    "abs": [1, 0.5, 0, 0.5, 1],
    "relu": [0, 0, 0, 0.5, 1],
    "cos": [-1, 0, 1, 0, -1],
}
AT = [-1.0, -0.5, 0.0, 0.5, 1.0]

every_activation = pytest.mark.parametrize("name", NAMES)


def test_names_are_those_of_the_contract() -> None:
    assert NAMES == ("linear", "step", "sin", "gaussian", "tanh", "sigmoid", "inverse", "abs", "relu", "cos")
    assert tuple(TABLE) == NAMES


@every_activation
def test_values(name: str) -> None:
    np.testing.assert_allclose(ACTIVATIONS[name](np.array(AT)), TABLE[name], atol=1e-15)


@every_activation
def test_the_formula_says_what_is_computed(name: str) -> None:
    formula = get(name).formula.replace("|x|", "abs(x)").replace("pi x", "pi * x").replace("^", "**")
    values = [eval(formula, vars(math) | {"x": x}) for x in AT]  # noqa: S307 - the package's own text
    np.testing.assert_allclose(values, TABLE[name], atol=1e-15)


@every_activation
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(0,), (1,), (3, 4)])
def test_type_shape_and_out(name: str, dtype: type, shape: tuple[int, ...]) -> None:
    x = np.linspace(-2, 2, math.prod(shape), dtype=dtype).reshape(shape)
    before = x.copy()
    y = get(name)(x)
    assert (y.dtype, y.shape) == (x.dtype, x.shape)
    assert not np.shares_memory(x, y)
    np.testing.assert_array_equal(x, before)
    out = np.full_like(x, np.nan)
    assert get(name)(x, out) is out
    np.testing.assert_array_equal(out, y)
    assert get(name)(x, out=x) is x
    np.testing.assert_array_equal(x, y)


@every_activation
@given(x=st.floats(-4, 4).filter(lambda x: abs(x) > 0.01))
def test_derivative_is_the_slope(name: str, x: float) -> None:
    h = 1e-5
    below, above = get(name)(np.array([x - h, x + h]))
    derivative = get(name).derivative(np.array([x]))
    assert derivative.shape == (1,)
    assert derivative[0] == pytest.approx((above - below) / (2 * h), abs=1e-6)


@every_activation
def test_derivative_keeps_the_type(name: str) -> None:
    assert get(name).derivative(np.array(AT, np.float32)).dtype == np.float32


def test_derivatives_at_the_kinks() -> None:
    zero = np.zeros(1)
    at_zero = {name: float(get(name).derivative(zero)[0]) for name in ("relu", "abs", "step")}
    assert at_zero == {"relu": 1, "abs": 0, "step": 0}


def test_sigmoid_does_not_overflow() -> None:
    with np.errstate(all="raise"):
        assert get("sigmoid")(np.array([-1e6, 1e6])).tolist() == [0, 1]


@pytest.mark.parametrize("name", ["sine", "", None, [], "LINEAR"])
def test_unknown_names(name: object) -> None:
    with pytest.raises(ValueError, match=r"unknown activation .*: use one of linear, step, sin"):
        get(name)  # type: ignore[arg-type]
