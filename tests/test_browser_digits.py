"""The digit widgets in JupyterLab in a real browser: draw with mouse and finger, choose a digit, move the weight."""

import re
from collections.abc import Iterator
from typing import Any

import matplotlib.pyplot as plt
import pytest
from playwright.sync_api import expect
from test_browser import (  # noqa: F401 - the fixtures of the lessons' browser serve here too
    PATIENCE,
    address,
    chromium,
    lab,
    opened,
    pytestmark,
    screenshot,
)

from wann_lite import champions, datasets
from wann_lite.viz.draw_a_digit import draw_a_digit
from wann_lite.viz.reading import Reader

expect.set_options(timeout=PATIENCE)
NAME = "digit_widgets.ipynb"
CELLS = (
    "import wann_lite as wl\n"
    "from wann_lite.viz import digit_path, draw_a_digit, weight_by_digit\n"
    'digits, champion = wl.datasets.mnist(), wl.champions.load("mnist")',
    "draw_a_digit.explore_a_digit(champion, digits)",
    "digit_path.explore_digit_path(champion, digits)",
    "weight_by_digit.explore_weight_by_digit(champion, digits)",
)
INKED = """canvas => {
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels.filter((value, i) => i % 4 === 3 && value > 0).length;
}"""

LINE = [(0.5, 0.1 + 0.8 * i / 12) for i in range(13)]
SEVEN = [(0.22, 0.14), (0.5, 0.14), (0.77, 0.14), (0.69, 0.33), (0.61, 0.52), (0.53, 0.71), (0.45, 0.9)]


@pytest.fixture(scope="module")
def cells(lab: Any) -> Iterator[Any]:  # noqa: F811
    """The cells of a notebook with the three widgets, all run."""
    with opened(lab, NAME, CELLS):
        yield lab.locator(".jp-CodeCell")


@pytest.fixture(scope="module")
def blank() -> str:
    """What is said of paper without a stroke."""
    reader = Reader(champions.load("mnist"), datasets.mnist())
    fig, alt = draw_a_digit(reader, [])
    plt.close(fig)
    return alt


@pytest.fixture
def pad(cells: Any, blank: str) -> Any:
    """The cell with the pad, whose paper is blank, as the kernel knows."""
    cell = cells.nth(1)
    cell.locator("canvas").wait_for()
    clear = cell.get_by_role("button", name="Clear")
    if clear.is_enabled():
        clear.click()
    expect(clear).to_be_disabled()
    expect(cell.locator("canvas")).to_have_attribute("aria-label", "drawing pad, 0 strokes")
    assert cell.locator("canvas").evaluate(INKED) == 0
    # What a widget sends while an earlier message of its own is dealt with waits, and may come after another widget's.
    expect(cell.locator("img")).to_have_attribute("alt", blank)
    return cell


def places(pad: Any, stroke: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Points of the page for points of the pad."""
    pad.locator("canvas").scroll_into_view_if_needed()
    box = pad.locator("canvas").bounding_box()
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]


def draw(page: Any, pad: Any, stroke: list[tuple[float, float]]) -> None:
    """Draw a stroke with the mouse."""
    first, *rest = places(pad, stroke)
    page.mouse.move(*first)
    page.mouse.down()
    for place in rest:
        page.mouse.move(*place)
    page.mouse.up()


def expect_answer(pad: Any, digit: int) -> None:
    """Wait until the picture and the drawing of the paths name a digit."""
    expect(pad.locator("img")).to_have_attribute("alt", re.compile(f"Six weights together say {digit},"))
    expect(pad.locator("svg[role=img]")).to_contain_text(f"What speaks for {digit}")


def test_a_stroke_of_the_mouse_changes_the_answer(lab: Any, pad: Any) -> None:  # noqa: F811
    draw(lab, pad, LINE)
    expect_answer(pad, 1)
    assert pad.locator("canvas").evaluate(INKED) > 1000
    screenshot(lab, "07", "drawn_one")
    pad.get_by_role("button", name="Clear").click()
    draw(lab, pad, SEVEN)
    expect_answer(pad, 7)
    screenshot(lab, "07", "drawn_seven")


def test_strokes_add_up_and_are_taken_back(lab: Any, pad: Any) -> None:  # noqa: F811
    canvas = pad.locator("canvas")
    draw(lab, pad, LINE)
    draw(lab, pad, [(0.2, 0.5), (0.8, 0.5)])
    expect(canvas).to_have_attribute("aria-label", "drawing pad, 2 strokes")
    pad.get_by_role("button", name="Undo stroke").click()
    expect(canvas).to_have_attribute("aria-label", "drawing pad, 1 stroke")
    expect_answer(pad, 1)


def test_a_finger_draws_and_a_second_one_does_not_disturb(lab: Any, pad: Any) -> None:  # noqa: F811
    session = lab.context.new_cdp_session(lab)
    fingers = [{"x": x, "y": y, "id": 1} for x, y in places(pad, LINE)]
    (other,) = ({"x": x, "y": y, "id": 2} for x, y in places(pad, [(0.9, 0.9)]))

    def touch(kind: str, *points: dict[str, float]) -> None:
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", fingers[0])
    touch("touchStart", fingers[0], other)
    for finger in fingers[1:]:
        touch("touchMove", finger, other)
    touch("touchEnd")
    expect(pad.locator("canvas")).to_have_attribute("aria-label", "drawing pad, 1 stroke")
    expect_answer(pad, 1)


def test_a_drawing_to_start_from_appears_on_the_pad(lab: Any, pad: Any) -> None:  # noqa: F811
    choice = pad.locator("select")
    choice.select_option("8")
    expect_answer(pad, 8)
    expect(pad.locator("canvas")).to_have_attribute("aria-label", "drawing pad, 1 stroke")
    assert pad.locator("canvas").evaluate(INKED) > 1000
    draw(lab, pad, [(0.45, 0.69), (0.55, 0.69)])
    expect(choice).to_have_value("draw yourself")
    expect(pad.locator("canvas")).to_have_attribute("aria-label", "drawing pad, 2 strokes")


def test_each_digit_has_its_paths(lab: Any, cells: Any) -> None:  # noqa: F811
    cell = cells.nth(2)
    for digit in (0, 9, 4):
        cell.get_by_role("button", name=str(digit), exact=True).click()
        expect(cell.locator("svg[role=img]")).to_contain_text(f"All that the answer {digit} depends on")
        expect(cell.locator("img")).to_have_attribute("alt", re.compile(f"lead to the output of {digit}"))
    cell.scroll_into_view_if_needed()
    screenshot(lab, "07", "digit_path")


def test_the_weight_moves_the_column(lab: Any, cells: Any) -> None:  # noqa: F811
    cell = cells.nth(3)
    handle = cell.locator(".noUi-handle")
    handle.scroll_into_view_if_needed()
    for key, weight in (("Home", "-2.0"), ("End", "2.0")):
        handle.focus()
        lab.keyboard.press(key)
        expect(cell.locator("img")).to_have_attribute("alt", re.compile(f"At weight {weight} the network"))
    screenshot(lab, "07", "weight_by_digit")


def test_nothing_failed_on_the_way(cells: Any) -> None:
    for cell in cells.all():
        assert not cell.locator('[data-mime-type$="stderr"], [data-mime-type$="error"], .jp-mod-error').all()
