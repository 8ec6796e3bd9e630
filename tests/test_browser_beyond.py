"""A race of two searches in JupyterLab: Start shows a picture that goes on changing, Stop ends it, the seed is told."""

from typing import Any

from playwright.sync_api import expect
from test_browser import PATIENCE, address, chromium, lab, opened, pytestmark, screenshot

__all__ = ["address", "chromium", "lab", "pytestmark"]  # fixtures and the condition under which they work

expect.set_options(timeout=PATIENCE)
CELLS = (
    "import wann_lite as wl\n"
    "from wann_lite.viz.live_race import live_race\n"
    "config = wl.SearchConfig(population=24, batch=500, first_batch=500)\n"
    "task = wl.tasks.Classification(wl.datasets.digits())\n"
    "race = live_race(task, {'cross-entropy': config.replace(scale_free=False), 'scale-free': config}, seed=0)",
    "race",
)
PICTURE = '.jp-OutputArea img[alt*="Right answers over time"]'
CHANGED = "([picture, before]) => document.querySelector(picture)?.src !== before"


def test_start_watch_stop_and_start_with_another_seed(lab: Any) -> None:
    def button(name: str) -> Any:
        return lab.get_by_role("button", name=name, exact=True)

    with opened(lab, "race.ipynb", CELLS):
        button("Start").click()
        lab.locator(PICTURE).wait_for()
        expect(button("Start")).to_be_disabled()
        before = lab.locator(PICTURE).get_attribute("src")
        lab.wait_for_function(CHANGED, arg=[PICTURE, before])
        button("Stop").click()
        expect(lab.get_by_text("Ended: ")).to_be_visible()
        told = str(lab.locator(PICTURE).get_attribute("alt"))
        assert "cross-entropy" in told and "scale-free" in told
        screenshot(lab, "10", "race")
        seed = lab.locator("input[type=number]")
        seed.focus()
        lab.keyboard.press("ArrowUp")
        lab.keyboard.press("Enter")
        expect(lab.get_by_text("Press Start to race with seed 1.")).to_be_visible()
        ended = lab.locator(PICTURE).get_attribute("src")
        button("Start").click()
        lab.wait_for_function(CHANGED, arg=[PICTURE, ended])
        button("Stop").click()
        expect(lab.get_by_text("Ended: ")).to_be_visible()
