"""The film of an ancestry in JupyterLab: the slider moves it, Play runs it, and the page does not jump."""

from collections.abc import Iterator
from typing import Any

import pytest
from test_browser import WIDGET, address, chromium, lab, opened, pytestmark, screenshot

__all__ = ["address", "chromium", "lab", "pytestmark"]  # fixtures and the condition under which they work

NAME = "film.ipynb"
CODE = """
import numpy as np
from wann_lite import Network, datasets
from wann_lite.lineage import Birth, Lineage
from wann_lite.mutation import mutate
from wann_lite.viz import lineage_player
rng, founder, birth = np.random.default_rng(3), Network(2, 2, ["linear"] * 2, [(1, 3), (2, 4)]), Birth()
rates, network = {"add_connection": 2, "insert_node": 1, "change_activation": 1}, founder
for generation in range(1, 13):
    network, mutation = mutate(network, rng, rates)
    birth = Birth(birth, (mutation,), generation)
lineage_player.explore_lineage(Lineage.of(founder, birth), datasets.xor(), milliseconds=200)
"""


@pytest.fixture(scope="module")
def film(lab: Any) -> Iterator[Any]:
    """The widget on its page."""
    with opened(lab, NAME, [CODE]):
        widget = lab.locator(WIDGET).first
        picture(widget, "The founder: ").wait_for()
        yield widget


def picture(widget: Any, begin: str) -> Any:
    return widget.locator(f'svg[role=img][aria-label^="{begin}"]')


def height(widget: Any) -> float:
    return float(widget.bounding_box()["height"])


def test_slider_moves_the_film(lab: Any, film: Any) -> None:
    before = height(film)
    handle = film.locator(".noUi-handle")
    handle.focus()
    lab.keyboard.press("End")
    picture(film, "The champion: ").wait_for()
    assert picture(film, "The ").count() == 1, "one picture at a time"
    lab.keyboard.press("ArrowLeft")
    picture(film, "Birth 11: ").wait_for()
    assert film.locator(".widget-readout").inner_text() == "birth 11"
    screenshot(lab, "09", "film")
    lab.keyboard.press("Home")
    picture(film, "The founder: ").wait_for()
    assert height(film) == before


def test_play_runs_to_the_champion_and_stop_goes_back(lab: Any, film: Any) -> None:
    before = height(film)
    play, stop = film.locator(".widget-play button").first, film.locator(".widget-play button:has(.fa-stop)")
    play.click()
    seen = set()
    for _ in range(400):
        label = film.locator("svg[role=img]").first.get_attribute("aria-label") or ""
        seen.add(label.split(":")[0])
        if label.startswith("The champion"):
            break
        lab.wait_for_timeout(25)
    picture(film, "The champion: ").wait_for()
    assert len(seen) >= 4, f"Play showed only {seen}"
    assert film.locator(".widget-readout").inner_text() == "the champion"
    assert height(film) == before
    stop.click()
    picture(film, "The founder: ").wait_for()
    assert not film.locator('[data-mime-type$="stderr"], [data-mime-type$="error"]').count()
