"""A drawing becomes an image with the measures of MNIST's own."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wann_lite import champions, datasets, evaluate
from wann_lite.datasets.strokes import rasterise
from wann_lite.viz.drawing_pad import EXAMPLES

points = st.tuples(st.floats(0, 1), st.floats(0, 1))
drawings = st.lists(st.lists(points, min_size=1, max_size=6), min_size=1, max_size=4)


def measures(image: np.ndarray) -> tuple[int, np.ndarray]:
    """The larger side in pixels, and the centre of mass as column and row."""
    places = np.argwhere(image)
    ink = image / image.sum()
    return int((np.ptp(places, axis=0) + 1).max()), np.array([ink.sum(0) @ range(28), ink.sum(1) @ range(28)])


def test_mnist_has_the_measures_that_are_claimed() -> None:
    images = datasets.mnist(28).x_train[:1000].reshape(-1, 28, 28)
    sides, centres = zip(*map(measures, images), strict=True)
    assert set(sides) <= {19, 20} and sides.count(20) > 990
    assert np.allclose(np.mean(centres, axis=0), 14, atol=0.05)
    assert np.abs(np.array(centres) - 14).max() < 1


@given(drawings)
@example([[(0.0, 0.0), (0.0, 5e-324)]])
@example([[(0.0, 1e-200), (1e-200, 0.0)]])
def test_a_drawing_has_mnists_measures(half: list) -> None:
    """With its mirror image: a drawing that is lopsided enough loses ink at a border when it is centred."""
    drawing = half + [[(1 - x, 1 - y) for x, y in stroke] for stroke in half]
    image = rasterise(drawing)
    assert image.shape == (28, 28) and image.dtype == np.uint8
    side, centre = measures(image)
    assert np.abs(centre - 14).max() <= 0.51
    extent = np.ptp([point for stroke in drawing for point in stroke], axis=0).max()
    assert side in (19, 20) if extent > 1e-6 else side <= 20


@pytest.mark.parametrize("digit", EXAMPLES)
def test_a_drawn_digit_is_centred_by_its_mass(digit: str) -> None:
    side, centre = measures(rasterise(EXAMPLES[digit]))
    assert side in (19, 20)
    assert np.abs(centre - 14).max() <= 0.51


@pytest.mark.parametrize("span", [0.0, 5e-324, 1e-310, 1e-200, 1e-12, 1.0, 1e12, 1e99])
def test_any_unit_serves(span: float) -> None:
    side, _ = measures(rasterise([[(0.0, 0.0), (span, span)]]))
    assert side <= 4 if span < 1e-300 else side in (19, 20)


def test_an_upright_stroke_by_hand() -> None:
    image = rasterise([[(7, 1), (7, 3)]], pen=2)
    assert (image > 0).sum() == 2 * 20
    assert (image[6:22, 13:15] == 255).all() or (image[6:22, 14:16] == 255).all()
    assert image.sum() / 255 == pytest.approx(2 * 18 + np.pi, abs=0.5)  # between two half discs


def test_place_and_size_on_the_pad_do_not_matter() -> None:
    small = [[(0.125 * x + 0.25, 0.125 * y + 0.5) for x, y in stroke] for stroke in EXAMPLES["5"]]
    assert np.abs(rasterise(small).astype(int) - rasterise(EXAMPLES["5"])).max() <= 64  # a point of 16 may flip


def test_a_wider_pen_leaves_more_ink() -> None:
    ink = [rasterise(EXAMPLES["3"], pen).sum() for pen in (1, 2, 4, 8)]
    assert ink == sorted(ink)


def test_no_stroke_is_all_paper_and_a_dot_is_a_dot() -> None:
    assert not rasterise([]).any()
    dot = rasterise([[(0.3, 0.9)]], pen=4)
    assert dot.sum() / 255 == pytest.approx(4 * np.pi, rel=0.05)


def test_the_champion_reads_the_examples() -> None:
    x = datasets.prepare(np.stack([rasterise(EXAMPLES[str(digit)]) for digit in range(10)]))
    answers = evaluate(champions.load("mnist"), x, [-1.0, 1.0]).argmax(axis=2)
    assert (answers == np.arange(10)).sum() >= 18


@pytest.mark.parametrize(
    "strokes",
    [[[]], [[(1, 2, 3)]], [["ab"]], [[(0, float("nan"))]], [[(0, float("inf"))]], [[(0, 1e308)]], [[1, 2]], [None]],
)
def test_strokes_that_are_none_are_refused(strokes: list) -> None:
    with pytest.raises(datasets.DataError, match="a stroke is not a list of points"):
        rasterise(strokes)


@pytest.mark.parametrize("pen", [0, -1, 20, float("nan")])
def test_a_pen_that_is_none_is_refused(pen: float) -> None:
    with pytest.raises(datasets.DataError, match="pixels wide"):
        rasterise([[(0, 0), (1, 1)]], pen)
