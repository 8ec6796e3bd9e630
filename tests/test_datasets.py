"""MNIST, the toy sets and your own data: what they hold, and how each mistake is named."""

import hashlib
import math
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from wann_lite import datasets
from wann_lite.datasets import Dataset, from_arrays, load_npz, mnist_file, npz
from wann_lite.datasets.arrays import split
from wann_lite.datasets.pixels import average_areas, deskew, resize_bilinear, slopes

PARTS = ("train", "validation", "test")
TOYS = ("xor", "circles", "spirals", "moons")
X = np.array([[-1.0, 0.5], [1.0, -0.5]] * 6)
Y = np.array([0, 1] * 6)


def part(data: Dataset, name: str) -> tuple[Any, Any]:
    return getattr(data, f"x_{name}"), getattr(data, f"y_{name}")


def everything(data: Dataset) -> tuple[Any, Any]:
    xs, ys = zip(*(part(data, name) for name in PARTS), strict=True)
    return np.concatenate(xs), np.concatenate(ys)


# Images, pixel by pixel


def test_bilinear_by_hand() -> None:
    # Three pixels to two: the new centres lie at 0.25 and 1.75 of the old grid.
    image = np.array([[[0, 4, 8]] * 3], np.float32)
    np.testing.assert_allclose(resize_bilinear(image, 2), [[[1, 7]] * 2])


def test_area_by_hand() -> None:
    # Three pixels to two: each new pixel covers one old pixel and half of the middle one.
    image = np.array([[[0, 3, 6]] * 3], np.float32)
    np.testing.assert_allclose(average_areas(image, 2), [[[1, 5]] * 2])


def test_area_keeps_the_mean_and_white_stays_white() -> None:
    images = np.random.default_rng(1).integers(0, 256, (5, 28, 28)).astype(np.float32)
    np.testing.assert_allclose(average_areas(images, 8).mean(axis=(1, 2)), images.mean(axis=(1, 2)), rtol=1e-5)
    assert (average_areas(np.full((1, 28, 28), 255, np.float32), 8) == 255).all()


def test_slope_by_hand() -> None:
    # One pixel right for each row down: mu11 = mu02 = 2, so the slope is 1; its mirror image has -1.
    diagonal = np.eye(3, dtype=np.float32)
    assert slopes(np.stack([diagonal, diagonal[:, ::-1], 0 * diagonal])).tolist() == [1, -1, 0]


def test_faint_images_have_no_slope() -> None:
    # Two diagonal neighbours of brightness b: mu11 = mu02 = b / 2, on either side of the threshold 0.01.
    pair = np.zeros((16, 16), np.float32)
    pair[4, 4] = pair[5, 5] = 1
    np.testing.assert_allclose(slopes(np.stack([0.018 * pair, 0.022 * pair])), [0, 1], atol=1e-9)


def test_deskew_by_hand() -> None:
    # Slope 1 in a 4x4 image: row y is read y - 2 to the right, so rows 0..3 move right by 2, 1, 0, -1.
    upright = [[0, 0, 1, 0]] * 4
    np.testing.assert_array_equal(deskew(np.eye(4, dtype=np.float32)[None])[0], upright)


def test_deskew_leaves_upright_and_flat_images_alone() -> None:
    bar, line = np.zeros((2, 16, 16), np.float32)
    bar[3:12, 7] = 1
    line[5, 2:9] = 1  # a single row has no height, hence no slope
    np.testing.assert_array_equal(deskew(np.stack([bar, line])), np.stack([bar, line]))


def oracle_bilinear(image: list[list[float]], size: int) -> list[list[float]]:
    """Bilinear sampling at half-pixel centres, one pixel at a time; the border is repeated outside."""
    side = len(image)

    def old(row: int, column: int) -> float:
        return image[min(max(row, 0), side - 1)][min(max(column, 0), side - 1)]

    result = []
    for i in range(size):
        y = (i + 0.5) * side / size - 0.5
        top, down = math.floor(y), y - math.floor(y)
        row = []
        for j in range(size):
            x = (j + 0.5) * side / size - 0.5
            left, right = math.floor(x), x - math.floor(x)
            upper = old(top, left) * (1 - right) + old(top, left + 1) * right
            lower = old(top + 1, left) * (1 - right) + old(top + 1, left + 1) * right
            row.append(upper * (1 - down) + lower * down)
        result.append(row)
    return result


def oracle_deskew(image: list[list[float]]) -> list[list[float]]:
    """Deskew one image from the definition of central moments, one pixel at a time."""
    side = len(image)
    pixels = [(x, y, image[y][x]) for y in range(side) for x in range(side)]
    ink = sum(value for _, _, value in pixels)
    if ink == 0:
        return image
    mean_x = sum(x * value for x, _, value in pixels) / ink
    mean_y = sum(y * value for _, y, value in pixels) / ink
    mu11 = sum((x - mean_x) * (y - mean_y) * value for x, y, value in pixels)
    mu02 = sum((y - mean_y) ** 2 * value for _, y, value in pixels)
    if abs(mu02) < 0.01:
        return image
    skew = mu11 / mu02

    def old(row: int, column: int) -> float:
        return image[row][column] if 0 <= column < side else 0.0

    result = []
    for y in range(side):
        row = []
        for x in range(side):
            source = x + skew * y - 0.5 * side * skew
            left = math.floor(source)
            row.append(old(y, left) * (1 - source + left) + old(y, left + 1) * (source - left))
        result.append(row)
    return result


def test_prepared_mnist_equals_the_oracle() -> None:
    data = datasets.mnist()
    raw, _ = npz.read_arrays(mnist_file.FILE, ("x_train", "x_test"))
    for images, prepared, chosen in (
        (raw["x_train"], data.x_train, [0, 1, 999, 1000, 49_999]),
        (raw["x_train"][50_000:], data.x_validation, [0, 9_999]),
        (raw["x_test"], data.x_test, [0, 247, 9_999]),
    ):
        for index in chosen:
            small = [[value / 255 for value in row] for row in oracle_bilinear(images[index].tolist(), 16)]
            np.testing.assert_allclose(prepared[index].reshape(16, 16), oracle_deskew(small), atol=2e-6)


@given(hnp.arrays(np.float32, (8, 8), elements=st.floats(0, 1, width=32)))
def test_deskew_equals_the_oracle(image: Any) -> None:
    # Next to the threshold of mu02 rounding decides whether there is a slope at all.
    y = np.arange(8)
    weight = image.sum(axis=1, dtype=float)
    mean = (y * weight).sum() / weight.sum() if weight.sum() else 0
    assume(((y - mean) ** 2 * weight).sum() > 0.02)
    np.testing.assert_allclose(deskew(image[None])[0], oracle_deskew(image.astype(float).tolist()), atol=1e-4)


def test_deskew_survives_any_slope() -> None:
    # Ink along nearly one row: the slope is about 40, and far rows are moved out of the picture altogether.
    image = np.zeros((1, 16, 16), np.float32)
    image[0, 8, :8] = image[0, 9, 8:] = 1
    image[0, 0, 15] = 1e-3
    np.testing.assert_allclose(deskew(image)[0], oracle_deskew(image[0].astype(float).tolist()), atol=1e-4)
    assert deskew(image)[0, 0].sum() == 0


def test_deskew_of_no_images() -> None:
    assert deskew(np.empty((0, 16, 16), np.float32)).shape == (0, 16, 16)


def test_deskewed_digits_are_upright() -> None:
    data = datasets.mnist()
    raw = datasets.mnist(28)
    before = np.abs(slopes(raw.x_validation[:2000].reshape(-1, 28, 28))).mean()
    after = np.abs(slopes(data.x_validation[:2000].reshape(-1, 16, 16))).mean()
    assert after < before / 10


# MNIST


def test_the_file_is_mnist() -> None:
    expected = {
        "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
        "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
        "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
        "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
    }
    raw, keys = npz.read_arrays(mnist_file.FILE, tuple(expected))
    assert sorted(keys) == sorted(expected)
    assert {key: hashlib.sha256(array.tobytes()).hexdigest() for key, array in raw.items()} == expected


@pytest.mark.parametrize("size", [8, 16, 28])
def test_mnist(size: int) -> None:
    data = datasets.mnist(size)
    assert [len(part(data, name)[1]) for name in PARTS] == [50_000, 10_000, 10_000]
    assert (data.n_inputs, data.n_classes, data.image_shape) == (size * size, 10, (size, size))
    for name in PARTS:
        x, y = part(data, name)
        assert x.dtype == np.float32 and x.flags.c_contiguous and not x.flags.writeable
        assert y.dtype == np.int64 and not y.flags.writeable
        assert x.min() == 0 and 0.9 < x.max() <= 1
        assert set(np.unique(y)) == set(range(10))


def test_mnist_at_full_size_is_the_file() -> None:
    data = datasets.mnist(28)
    raw, _ = npz.read_arrays(mnist_file.FILE, ("x_train", "y_train", "x_test", "y_test"))
    for images, labels, (x, y) in (
        (raw["x_train"][:50_000], raw["y_train"][:50_000], part(data, "train")),
        (raw["x_train"][50_000:], raw["y_train"][50_000:], part(data, "validation")),
        (raw["x_test"], raw["y_test"], part(data, "test")),
    ):
        np.testing.assert_array_equal(np.round(x * 255).astype(np.uint8), images.reshape(len(images), 784))
        np.testing.assert_array_equal(y, labels)


def test_mnist_is_prepared_once() -> None:
    assert datasets.mnist() is datasets.mnist(16) is datasets.mnist(size=16) is datasets.load("mnist")
    assert datasets.digits() is datasets.mnist(8)


def test_prepare_is_what_mnist_does() -> None:
    raw, _ = npz.read_arrays(mnist_file.FILE, ("x_test",))
    for size in mnist_file.SIZES:
        expected = datasets.mnist(size).x_test[:3]
        np.testing.assert_array_equal(datasets.prepare(raw["x_test"][:3], size), expected)
        np.testing.assert_array_equal(datasets.prepare(raw["x_test"][2], size), expected[2:])


@pytest.mark.parametrize(
    ("size", "message"),
    [
        (0, "from 8 to 28"),
        (14, "8, 16 or 28"),
        (16.0, "whole number"),
        ("16", "whole number"),
        (True, "True"),
    ],
)
def test_mnist_refuses_other_sizes(size: Any, message: str) -> None:
    refused(lambda: datasets.mnist(size), message)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((28, 28)), "float64: uint8 is needed"),
        (np.zeros((2, 784), np.uint8), "(n, 28, 28)"),
        (np.zeros((1, 1, 28, 28), np.uint8), "(n, 28, 28)"),
        ("seven", "text"),
    ],
)
def test_prepare_refuses_other_images(images: Any, message: str) -> None:
    refused(lambda: datasets.prepare(images), message)


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "flipped", "other"])
def test_a_damaged_mnist_file_says_reinstall(tmp_path: Path, monkeypatch: Any, damage: str) -> None:
    file = tmp_path / "mnist.npz"
    content = mnist_file.FILE.read_bytes()
    if damage == "empty":
        file.write_bytes(b"")
    elif damage == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif damage == "flipped":
        middle = len(content) // 2
        file.write_bytes(content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :])
    elif damage == "other":
        np.savez(file, x_train=np.zeros((60_000, 28, 28), np.uint8))
    monkeypatch.setattr(mnist_file, "FILE", file)
    refused(lambda: mnist_file._prepared.__wrapped__(16), "reinstall wann_lite")


# Toy sets


def test_xor_without_noise_by_hand() -> None:
    x, y = everything(datasets.xor(n=24, noise=0))
    assert {(*point, label) for point, label in zip(x.tolist(), y.tolist(), strict=True)} == {
        (-1, -1, 0),
        (1, 1, 0),
        (-1, 1, 1),
        (1, -1, 1),
    }


def test_circles_without_noise_by_hand() -> None:
    x, y = everything(datasets.circles(n=100, noise=0))
    np.testing.assert_allclose(np.hypot(*x.T), np.where(y == 1, 0.5, 1), rtol=1e-6)


def test_spirals_without_noise_by_hand() -> None:
    # At radius r a spiral has wound (r - 0.1) / 0.9 of its turns; class 1 is half a turn ahead.
    x, y = everything(datasets.spirals(n=100, noise=0, turns=2))
    radius, angle = np.hypot(*x.T), np.arctan2(x[:, 1], x[:, 0])
    turned = angle / (2 * np.pi) - 2 * (radius - 0.1) / 0.9 - y / 2
    np.testing.assert_allclose(turned, np.round(turned), atol=1e-5)
    assert radius.min() >= 0.1 - 1e-6 and radius.max() <= 1 + 1e-6


def test_moons_without_noise_by_hand() -> None:
    # Both arches have the radius 2/3; class 0 is centred on (-1/3, -1/6) and lies above its centre.
    x, y = everything(datasets.moons(n=100, noise=0))
    arch = np.where(y == 1, -1, 1)[:, None] * x + [1 / 3, 1 / 6]
    np.testing.assert_allclose(np.hypot(*arch.T), 2 / 3, rtol=1e-5)
    assert arch[:, 1].min() >= -1e-6


def test_spirals_are_evenly_filled() -> None:
    # Evenly along the curve: about the share r^2 of all points lies within r of the way outwards.
    outwards = (np.hypot(*everything(datasets.spirals(noise=0))[0].T) - 0.1) / 0.9
    assert abs((outwards < 0.5).mean() - 0.25) < 0.05


@pytest.mark.parametrize("name", TOYS)
@given(n=st.integers(12, 300), seed=st.integers(0, 2**63 - 1))
@settings(max_examples=20)
def test_toy_sets(name: str, n: int, seed: int) -> None:
    make: Callable[..., Dataset] = getattr(datasets, name)
    data, again, other = make(n, seed=seed), make(n, seed=seed), make(n, seed=(seed + 1) % 2**63)
    x, y = everything(data)
    assert x.shape == (n, 2) and data.n_classes == 2 and data.name == name
    assert 0 <= (y == 0).sum() - (y == 1).sum() <= 1
    assert np.abs(x).max() < 2
    for part_name in PARTS:
        assert set(part(data, part_name)[1]) == {0, 1}
    np.testing.assert_array_equal(x, everything(again)[0])
    assert (x != everything(other)[0]).any()


@pytest.mark.parametrize("name", TOYS)
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n": 11}, "n must be a whole number from 12 to 1,000,000, not 11"),
        ({"n": 0}, "not 0"),
        ({"n": -5}, "not -5"),
        ({"n": 100.0}, "not 100.0"),
        ({"n": True}, "not True"),
        ({"n": 10**9}, "not 1000000000"),
        ({"noise": -0.1}, "noise must be a number from 0 to 1, not -0.1"),
        ({"noise": math.nan}, "not nan"),
        ({"noise": math.inf}, "not inf"),
        ({"noise": "much"}, "not 'much'"),
        ({"noise": None}, "not None"),
        ({"noise": True}, "not True"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"seed": 0.5}, "not 0.5"),
        ({"seed": None}, "not None"),
    ],
)
def test_toy_sets_refuse(name: str, settings: dict[str, Any], message: str) -> None:
    refused(lambda: getattr(datasets, name)(**settings), message)


@pytest.mark.parametrize("turns", [0, 5, math.nan, "two"])
def test_spirals_refuse_turns(turns: Any) -> None:
    refused(lambda: datasets.spirals(turns=turns), "turns must be a number from 0.25 to 4")


# Your own arrays


def test_from_arrays_by_hand() -> None:
    data = from_arrays(X, Y)
    assert repr(data) == "Dataset(your data: 8 train, 2 validation, 2 test; 2 inputs, 2 classes)"
    for name in PARTS:
        x, y = part(data, name)
        assert np.bincount(y).tolist() == [len(y) // 2] * 2
        np.testing.assert_array_equal(x, X[y])


def test_images_are_flattened_row_by_row_and_scaled() -> None:
    images = np.arange(12 * 6, dtype=np.uint8).reshape(12, 2, 3)
    data = from_arrays(images, Y)
    assert data.image_shape == (2, 3) and data.n_inputs == 6
    x, _ = everything(data)
    x = x[x[:, 0].argsort()]
    np.testing.assert_allclose(x, images.reshape(12, 6) / 255, rtol=1e-6)


def test_only_uint8_is_scaled() -> None:
    x, _ = everything(from_arrays((X * 200).astype(np.int16), Y))
    assert np.unique(x).tolist() == [-200, -100, 100, 200]


@pytest.mark.parametrize("kind", [bool, np.int8, np.uint64, np.float16, np.float64, np.longdouble, list])
def test_labels_of_any_type(kind: Any) -> None:
    labels = Y.tolist() if kind is list else Y.astype(kind)
    data = from_arrays(X, labels)
    assert data.y_train.dtype == np.int64
    np.testing.assert_array_equal(data.x_train, X[data.y_train])


def test_your_own_test_examples_stay_in_order() -> None:
    data = from_arrays(X, Y, x_test=[[3, 4], [5, 6]], y_test=[1, 0])
    assert data.x_test.tolist() == [[3, 4], [5, 6]] and data.y_test.tolist() == [1, 0]
    assert len(data.y_train) == 10 and len(data.y_validation) == 2


def test_the_arrays_given_are_left_alone() -> None:
    x, y, x_test = X.astype(np.float32), Y.astype(np.int64), X.astype(np.float32)
    data = from_arrays(x, y, x_test=x_test, y_test=y)
    x[:] = y[:] = x_test[:] = 7
    np.testing.assert_array_equal(data.x_train, X[data.y_train])
    np.testing.assert_array_equal(data.x_test, X)
    with pytest.raises(ValueError, match="read-only"):
        data.x_test[0, 0] = 1


@given(st.lists(st.integers(3, 40), min_size=2, max_size=6), st.integers(0, 2**32), st.data())
def test_split_covers_every_example_once(counts: list[int], seed: int, data: Any) -> None:
    shares = data.draw(st.sampled_from([[1 / 6, 1 / 6], [0.3, 0.2], [0.25]]))
    labels = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    parts = split(labels, shares, np.random.default_rng(seed))
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(labels)))
    for share, chosen in zip(shares, parts[1:], strict=True):
        for size, count in zip(np.bincount(labels[chosen], minlength=len(counts)), counts, strict=True):
            assert size >= 1 and abs(size - share * count) <= max(0.5, 1 - share * count)
    again = split(labels, shares, np.random.default_rng(seed))
    assert all((one == other).all() for one, other in zip(parts, again, strict=True))


def test_a_split_is_shuffled() -> None:
    data = from_arrays(np.arange(600)[:, None], np.repeat([0, 1], 300))
    assert 100 < (np.diff(data.y_train) != 0).sum() < 300
    assert (from_arrays(np.arange(600)[:, None], np.repeat([0, 1], 300), seed=1).x_train != data.x_train).any()


def spoiled(value: float) -> Any:
    x = X.copy()
    x[3, 1] = x[7, 0] = value
    return x


def refused(act: Callable[[], object], *parts: str) -> None:
    """Run `act`, which must raise a ValueError of one line that contains all `parts`."""
    with pytest.raises(ValueError) as caught:
        act()
    message = str(caught.value)
    assert "\n" not in message
    for text in parts:
        assert text in message, message


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (X[:, 0], "x has shape (12,): it must be (examples, features)"),
        (X[:, 0], "x.reshape(-1, 1)"),
        (np.zeros((12, 1, 1, 1)), "shape (12, 1, 1, 1)"),
        (5, "shape ()"),
        (np.zeros((0, 2)), "x is empty (shape (0, 2))"),
        (np.zeros((12, 0)), "x is empty"),
        (np.zeros((0, 2, 2)), "x is empty"),
        (X.astype(complex), "complex numbers"),
        (X.astype(str), "text"),
        (X.astype(object), "Python objects"),
        (None, "Python objects"),
        (X.astype("datetime64[s]"), "datetime64"),
        (np.zeros(12, [("a", float)]), "type [('a', '<f8')]"),
        ([[1.0, 2.0], [3.0]], "not a rectangular array"),
        (np.ma.masked_greater(X, 0.7), "6 masked values"),
        (spoiled(math.nan), "2 values that are NaN or infinite (the first in example 3, feature 1)"),
        (spoiled(-math.inf), "2 values that are NaN or infinite"),
        (
            spoiled(1e39),
            "2 values beyond the 3.4e38 that float32 can hold (the first in example 3, feature 1: 1e+39)",
        ),
        ((X > 0).astype(np.uint8), "holds only 0 and 1"),
    ],
)
def test_inputs_refused(x: Any, message: str) -> None:
    refused(lambda: from_arrays(x, Y), message)


def test_large_values_that_fit_are_kept() -> None:
    assert np.abs(from_arrays(spoiled(1e30), Y).x_train).max() == np.float32(1e30)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (Y[:-1], "y has 11 labels for 12 examples"),
        (np.zeros((0,)), "y has 0 labels for 12 examples"),
        (Y[:, None], "it must be (examples,); try y.ravel()"),
        (np.eye(2)[Y], "y.argmax(axis=1)"),
        (0, "shape ()"),
        (Y - 1, "y has 6 labels that are negative (the first in example 0: -1)"),
        (Y + 0.5, "y has 12 labels that are not whole numbers (the first in example 0: 0.5)"),
        (np.where(Y == 1, math.nan, 0), "6 labels that are not whole numbers (the first in example 1: nan)"),
        (np.where(Y == 1, math.inf, 0), "not whole numbers"),
        (Y + 1, "y has the labels 1, 2 but none of 0: labels must be 0 to 1 without a gap"),
        (Y * 3, "y has the labels 0, 3 but none of 1, 2"),
        (Y * 999, "none of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ... (998 in all)"),
        (Y * 1000, "the label 1000, but labels end at 999"),
        (Y.astype(np.uint64) * np.uint64(2**63), "labels end at 999"),
        (Y * 1e300, "labels end at 999"),
        (Y * 0, "the single label 0: at least two classes"),
        (Y * 0 + 4, "the single label 4"),
        (np.array(["cat", "dog"] * 6), "numpy.unique(y, return_inverse=True)"),
        (Y.astype(object), "Python objects"),
        (Y + 0j, "complex"),
        ([[0], [1, 2]], "not a rectangular array"),
    ],
)
def test_labels_refused(y: Any, message: str) -> None:
    refused(lambda: from_arrays(X, y), message)


def test_the_advice_on_labels_works() -> None:
    _, y = np.unique(np.array(["cat", "dog"] * 6), return_inverse=True)
    assert from_arrays(X, y).n_classes == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"validation": 0}, "validation must be a share between 0 and 1, such as 1/6, not 0"),
        ({"test": 1}, "test must be a share"),
        ({"validation": -0.1}, "not -0.1"),
        ({"test": math.nan}, "not nan"),
        ({"validation": "half"}, "not 'half'"),
        ({"validation": 0.5, "test": 0.5}, "validation 0.5 and test 0.5 leave nothing to train on"),
        ({"validation": 0.49, "test": 0.49}, "class 0 has 6, and 3 + 3 set aside leave none"),
        ({"seed": -1}, "seed must be"),
        ({"name": ""}, "text on one line"),
        ({"name": "a\nb"}, "text on one line"),
        ({"name": None}, "text on one line"),
        ({"x_test": X}, "x_test is given without y_test"),
        ({"y_test": Y}, "y_test is given without x_test"),
        ({"x_test": X[:, :1], "y_test": Y}, "x_test has 1 features an example, but x_train has 2"),
        ({"x_test": X, "y_test": Y[1:]}, "y_test has 11 labels for 12 examples"),
        ({"x_test": X, "y_test": Y + 1}, "y_test has the label 2, but with 2 classes labels are 0 to 1"),
        ({"x_test": spoiled(math.nan), "y_test": Y}, "x_test has 2 values that are NaN"),
        ({"x_test": X[:0], "y_test": Y[:0]}, "x_test is empty"),
        ({"x_test": X.reshape(12, 2, 1), "y_test": Y}, "examples have shape (2,) in x and (2, 1) in x_test"),
        ({"x_test": (X * 9).astype(np.uint8), "y_test": Y}, "only one of x and x_test is uint8"),
        ({"image_shape": (2, 2)}, "image_shape 2x2 means 4 pixels, but each example has 2 features"),
        ({"image_shape": 2}, "image_shape must be (height, width) or None, not 2"),
        ({"image_shape": (2, 0)}, "each side in image_shape must be a whole number"),
        ({"image_shape": (-1, -2)}, "each side in image_shape"),
        ({"image_shape": (2.0, 1.0)}, "each side in image_shape"),
    ],
)
def test_options_refused(options: dict[str, Any], message: str) -> None:
    refused(lambda: from_arrays(X, Y, **options), message)


def test_too_few_examples_to_split() -> None:
    x, y = np.zeros((7, 1)), [0, 0, 0, 0, 0, 1, 1]
    refused(lambda: from_arrays(x, y), "class 1 has 2, and 1 + 1 set aside", "3 a class is the least")
    assert len(from_arrays(x, y, x_test=x, y_test=y).y_train) == 5


def test_image_shape_beside_images() -> None:
    x = np.zeros((12, 1, 2))
    assert from_arrays(x, Y, image_shape=(1, 2)).image_shape == (1, 2)
    refused(lambda: from_arrays(x, Y, image_shape=(2, 1)), "image_shape is (2, 1), but the images in x are (1, 2)")


# The value itself


def make(**changes: Any) -> Dataset:
    fields = {f"{axis}_{name}": array for name in PARTS for axis, array in (("x", X), ("y", Y))}
    return Dataset(**{"name": "pairs", "n_classes": 2, **fields, **changes})


def test_dataset_is_a_value() -> None:
    data = make()
    with pytest.raises(AttributeError):
        data.name = "other"
    assert repr(make(image_shape=[1, 2])) == (
        "Dataset(pairs: 12 train, 12 validation, 12 test; 2 inputs (1x2), 2 classes)"
    )
    assert isinstance(hash(data), int)


def test_dataset_copies_what_could_change() -> None:
    owned = X.astype(np.float32)
    view = owned.view()
    view.setflags(write=False)
    data = make(x_train=owned, x_validation=view)
    owned[:] = 9
    np.testing.assert_array_equal(data.x_train, X)
    np.testing.assert_array_equal(data.x_validation, X)


def test_dataset_shares_what_cannot_change() -> None:
    frozen = X.astype(np.float32)
    frozen.setflags(write=False)
    assert np.shares_memory(make(x_train=frozen[:4], y_train=Y[:4]).x_train, frozen)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x_train": X.T}, "y_train has 12 labels for 2 examples"),
        ({"x_validation": X[:0], "y_validation": Y[:0]}, "x_validation is empty"),
        ({"x_test": X[:0], "y_test": Y[:0]}, "x_test is empty"),
        ({"x_test": spoiled(math.inf)}, "x_test has 2 values that are NaN or infinite"),
        ({"x_train": X[None]}, "it must be (examples, features)"),
        ({"y_train": Y + 1}, "y_train has the label 2, but with 2 classes labels are 0 to 1"),
        ({"y_test": -Y}, "negative"),
        ({"n_classes": 1}, "n_classes must be a whole number from 2 to 1,000, not 1"),
        ({"n_classes": 2.0}, "not 2.0"),
        ({"image_shape": (3, 1)}, "3x1 means 3 pixels"),
    ],
)
def test_dataset_checks_its_invariants(changes: dict[str, Any], message: str) -> None:
    refused(lambda: make(**changes), message)


# Files


def save(path: Path, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


def test_load_npz(tmp_path: Path) -> None:
    path = save(tmp_path / "pairs.npz", x=X, y=Y, notes=np.array(["unread"]))
    data = load_npz(path)
    assert repr(data) == "Dataset(pairs: 8 train, 2 validation, 2 test; 2 inputs, 2 classes)"
    np.testing.assert_array_equal(data.x_train, from_arrays(X, Y).x_train)
    np.testing.assert_array_equal(datasets.load(str(path)).x_train, data.x_train)
    tested = load_npz(save(path, x=X, y=Y, x_test=X[:1], y_test=Y[:1]), validation=0.5, seed=3)
    assert [len(part(tested, name)[1]) for name in PARTS] == [6, 6, 1]


def test_an_npz_may_tell_the_shape_of_its_images(tmp_path: Path) -> None:
    path = tmp_path / "images.npz"
    x = np.arange(120.0).reshape(20, 6)
    y = np.arange(20) % 2
    np.savez(path, x=x, y=y, image_shape=(2, 3))
    flat = load_npz(path)
    assert flat.image_shape == (2, 3)
    np.savez(path, x=x.reshape(20, 2, 3), y=y, image_shape=np.array([2, 3]))
    assert load_npz(path).image_shape == (2, 3)
    assert np.array_equal(load_npz(path).x_train, flat.x_train)
    for shape, problem in (
        (6, "image_shape must be"),
        ((3, 3), "9 pixels"),
        ((2, -3), "each side"),
        ([[2], [2]], "4 pixels"),
    ):
        np.savez(path, x=x, y=y, image_shape=shape)
        refused(lambda: load_npz(path), "images.npz", problem)


def test_load_npz_names_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    refused(lambda: load_npz(save(path, x=X, labels=Y)), "has no y (it holds 'x', 'labels')")
    refused(lambda: load_npz(save(path, a=X)), "has no x and no y (it holds 'a')")
    refused(lambda: load_npz(save(path)), "it holds nothing")
    refused(lambda: load_npz(save(path, x=X, y=Y, x_test=X)), str(path), "x_test is given without y_test")
    refused(lambda: load_npz(save(path, x=X, y=Y + 1)), str(path), "y has the labels 1, 2")


def test_load_npz_never_unpickles(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(tmp_path / "sprung"),)

    objects = np.array([Trap()] * 12, object)
    path = save(tmp_path / "data.npz", x=X, y=objects)
    refused(lambda: load_npz(path), "y in", "Python objects", "y.astype(float)")
    np.array(objects).dump(tmp_path / "data.pkl")
    refused(lambda: load_npz(tmp_path / "data.pkl"), "not an .npz file")
    assert not (tmp_path / "sprung").exists()


def test_load_npz_refuses_other_files(tmp_path: Path) -> None:
    refused(lambda: load_npz(tmp_path / "none.npz"), "there is no file", "none.npz")
    refused(lambda: load_npz(tmp_path), "is a folder")
    np.save(tmp_path / "one.npy", X)
    refused(lambda: load_npz(tmp_path / "one.npy"), "a single array (.npy)")
    (tmp_path / "text.npz").write_text("x,y\n")
    refused(lambda: load_npz(tmp_path / "text.npz"), "is not an .npz file")
    (tmp_path / "empty.npz").touch()
    refused(lambda: load_npz(tmp_path / "empty.npz"), "is not an .npz file")
    with zipfile.ZipFile(tmp_path / "zip.npz", "w") as archive:
        archive.writestr("x", "text")
        archive.writestr("y.npy", b"\x93NUMPY nonsense")
    refused(lambda: load_npz(tmp_path / "zip.npz"), "x in", "is not an array")
    for path in (None, 3, b"data.npz"):
        refused(lambda path=path: load_npz(path), "path of an .npz file")
    refused(lambda: load_npz("a\0b"), "there is no file")
    refused(lambda: load_npz("n" * 5000), "cannot be read")


def test_load_npz_refuses_a_pipe(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes on this system")
    os.mkfifo(tmp_path / "pipe.npz")
    refused(lambda: load_npz(tmp_path / "pipe.npz"), "not a regular file")


def test_load_npz_refuses_a_bomb(tmp_path: Path, monkeypatch: Any) -> None:
    path = save(tmp_path / "data.npz", x=X, y=Y)
    monkeypatch.setattr(npz, "MAX_BYTES", 300)
    refused(lambda: load_npz(path), "the most allowed")


def test_load_npz_refuses_a_header_that_lies(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    header = (tmp_path / "x.npy").read_bytes().replace(b"(12, 2), }       ", b"(12, 99999999999)}")
    assert b"99999999999" in header
    save(tmp_path / "data.npz", y=Y)
    with zipfile.ZipFile(tmp_path / "data.npz", "a") as archive:
        archive.writestr("x.npy", header)
    refused(lambda: load_npz(tmp_path / "data.npz"), "cut short or damaged")


@given(st.data())
def test_load_npz_survives_any_damage(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    """Whatever happens to a file, loading it gives a data set or a ValueError of one line."""
    path = save(tmp_path_factory.getbasetemp() / "damaged.npz", x=X, y=Y)
    content = bytearray(path.read_bytes())
    for position in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[position] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)
    try:
        assert isinstance(load_npz(path), Dataset)
    except ValueError as error:
        assert "\n" not in str(error) and "damaged.npz" in str(error)


# By name


def test_load_by_name() -> None:
    for name in datasets.NAMES:
        assert datasets.load(name).name == name
    assert set(datasets.NAMES) >= {"mnist", "digits", *TOYS}


def test_load_lists_the_names() -> None:
    for unknown in ("minst", "none.npz", "a\0b"):
        refused(lambda unknown=unknown: datasets.load(unknown), "no data set or file", *datasets.NAMES)
    for wrong in ("", None, 3, b"xor"):
        refused(lambda wrong=wrong: datasets.load(wrong), "text or a path", *datasets.NAMES)
    refused(lambda: datasets.load("n" * 5000), "cannot be read")


def test_a_name_comes_before_a_file(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "moons.npz", x=X, y=Y).rename(tmp_path / "moons")
    assert datasets.load("moons").n_inputs == 2 and len(datasets.load("moons").y_test) == 200
    assert len(datasets.load("./moons").y_test) == 2


def test_import_reads_no_data() -> None:
    program = """if True:
        import sys

        def watch(event, details):
            if event == "open" and "mnist.npz" in str(details):
                sys.exit("opened")

        sys.addaudithook(watch)
        import wann_lite.datasets
        if len(sys.argv) > 1:
            wann_lite.datasets.digits()
    """
    for arguments, code in (([], 0), (["load"], 1)):
        done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True)
        assert done.returncode == code, done.stderr
