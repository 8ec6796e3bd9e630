"""The plane beside a drawing: each place has the colour of the class that most weights answer."""

from itertools import pairwise

import pytest

from wann_lite.network import Network
from wann_lite.viz.plane_panel import SIDE, plane_panel
from wann_lite.viz.scene import Scene, Shape, Text
from wann_lite.viz.style import BLUE, GREEN, ORANGE, mix

# Class 0 where the first input is positive at a positive weight, class 1 elsewhere.
SIGN = Network(2, 2, ["linear", "inverse"], [(1, 3), (1, 4)])
CORNERS = [[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]]


def shapes(scene: Scene) -> list[Shape]:
    return [item for item in scene.items if isinstance(item, Shape)]


def colour_at(scene: Scene, x: float, y: float) -> str | None:
    """Of the first area that holds a place, from 0 to 1 from the top left."""
    for shape in shapes(scene):
        if shape.radius or shape.stroke:
            continue
        (left, top), _, (right, bottom), _ = shape.points
        if left <= x * SIDE < right and top <= y * SIDE < bottom:
            return shape.fill
    return None


def full(colour: str, share: float = 1.0) -> str:
    return mix("#ffffff", colour, 0.45 * share**2)


def test_halves_have_the_colours_of_their_classes() -> None:
    scene = plane_panel(SIGN, [0.5, 2.0], CORNERS, [0, 1, 1, 0])
    assert [colour_at(scene, x, y) for x, y in ((0.9, 0.2), (0.1, 0.2), (0.1, 0.8))] == [
        full(ORANGE),
        full(BLUE),
        full(BLUE),
    ]
    assert scene.description == "At 100 % of the places all 2 shared weights agree."


def test_up_is_up() -> None:
    above = Network(2, 2, ["linear", "inverse"], [(2, 3), (2, 4)])
    scene = plane_panel(above, [1.0], CORNERS, [0, 0, 1, 1])
    assert colour_at(scene, 0.5, 0.1) == full(ORANGE)
    assert colour_at(scene, 0.5, 0.9) == full(BLUE)


def test_paler_where_weights_disagree() -> None:
    scene = plane_panel(SIGN, [1.0, 2.0, -1.0], CORNERS, [0, 1, 1, 0])
    assert colour_at(scene, 0.9, 0.5) == full(ORANGE, 2 / 3)
    assert "At 3 % of the places" in scene.description  # the middle column, where the first input is 0


def test_three_classes_and_a_line_for_each() -> None:
    third = Network(2, 3, ["linear"] * 3, [(1, 3), (2, 4), (0, 5)])
    scene = plane_panel(third, [1.0], [[3.0, 3.0], [-3.0, -3.0]], [0, 2])
    assert colour_at(scene, 0.1, 0.9) == full(GREEN)
    assert [item.text for item in scene.items if isinstance(item, Text)][:3] == ["class 0", "class 1", "class 2"]


def test_points_stand_where_they_are_and_none_leaves_the_panel() -> None:
    scene = plane_panel(SIGN, [1.0], [[2.0, 2.0], [-2.0, -1.0]], [0, 1])
    disc = next(shape for shape in shapes(scene) if shape.radius)
    assert disc.points[0] == pytest.approx(((1 + 1 / 1.1) * SIDE / 2, (1 - 1 / 1.1) * SIDE / 2))
    for shape in shapes(scene):
        assert all(-1 <= x <= SIDE + 1 and -1 <= y <= scene.height for x, y in shape.points)


def test_cells_cover_the_plane_once() -> None:
    rows: dict[float, list[Shape]] = {}
    for shape in shapes(plane_panel(SIGN, [1.0, -2.0], CORNERS, [0, 1, 1, 0])):
        if not shape.radius and not shape.stroke:
            rows.setdefault(shape.points[0][1], []).append(shape)
    assert len(rows) == 35
    for row in rows.values():
        assert row[0].points[0][0] == 0
        assert row[-1].points[1][0] == pytest.approx(SIDE, abs=0.5)
        assert all(a.points[1][0] == pytest.approx(b.points[0][0], abs=0.5) for a, b in pairwise(row))


@pytest.mark.parametrize("network", [Network(3, 2, ["linear"] * 2, [(1, 4)]), Network(2, 5, ["linear"] * 5, [(1, 3)])])
def test_what_does_not_fit_the_plane_is_refused(network: Network) -> None:
    with pytest.raises(ValueError, match="needs two inputs and at most four outputs"):
        plane_panel(network, [1.0], CORNERS, [0, 0, 0, 0])
