"""A search to watch in a real browser: in JupyterLab, and as a Voila page without the notebook around it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Error, expect
from test_browser import (  # noqa: F401 - the fixtures of the lessons' browser serve here too
    NOTEBOOKS,
    PATIENCE,
    address,
    chromium,
    lab,
    opened,
    pytestmark,
    screenshot,
)

expect.set_options(timeout=PATIENCE)
NAME = "live_search.ipynb"
CELLS = (
    "import wann_lite as wl\n"
    "from wann_lite.viz.live import live_search\n"
    "config = wl.SearchConfig(population=24, batch=500, first_batch=500, validate_every=5)\n"
    "live = live_search(wl.tasks.Classification(wl.datasets.digits()), config, seed=0)",
    "live",
    "live.state, live.search is not None and live.search.generation",
)
CHANGED = "([picture, before]) => document.querySelector(picture)?.src !== before"


def watch_a_search(page: Any, picture: str) -> None:
    """Start, see the picture change, pause and see it rest, go on, stop: what a student does."""

    def button(name: str) -> Any:
        return page.get_by_role("button", name=name, exact=True)

    def source() -> str:
        return str(page.locator(picture).get_attribute("src"))

    def sees_change(before: str) -> None:
        page.wait_for_function(CHANGED, arg=[picture, before])

    button("Start").click()
    page.locator(picture).wait_for()
    first = source()
    sees_change(first)
    button("Pause").click()
    expect(button("Continue")).to_be_visible()
    expect(page.get_by_text("Paused, generation")).to_be_visible()
    resting = source()
    button("Continue").click()
    sees_change(resting)
    button("Stop").click()
    expect(page.get_by_text("Ended, generation")).to_be_visible()
    expect(button("Start")).to_be_enabled()
    assert "Right answers at each shared weight" in str(page.locator(picture).get_attribute("alt"))


def test_start_pause_continue_stop_in_jupyterlab(lab: Any) -> None:  # noqa: F811
    with opened(lab, NAME, CELLS):
        watch_a_search(lab, '.jp-OutputArea img[alt*="networks tried"]')
        expect(lab.locator(".jp-OutputArea svg[role=img]").first).to_be_visible()
        screenshot(lab, "06", "live_search")


def test_other_cells_run_while_it_searches(lab: Any) -> None:  # noqa: F811
    with opened(lab, "busy_" + NAME, [*CELLS[:2], "live.start()", "40 + 2"]):
        expect(lab.locator(".jp-OutputArea pre", has_text="42")).to_be_visible()
        expect(lab.get_by_text("Running, generation")).to_be_visible()


@pytest.fixture(scope="module")
def voila(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Voila that serves the lessons; its address."""
    home = tmp_path_factory.mktemp("voila")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folders = {"CONFIG_DIR": "config", "RUNTIME_DIR": "runtime", "DATA_DIR": "data"}
    environment = os.environ | {f"JUPYTER_{name}": str(home / folder) for name, folder in folders.items()}
    options = ["--no-browser", "--Voila.ip=127.0.0.1", f"--port={port}", "--strip_sources=True"]
    with (home / "log").open("w") as stream:
        command = [sys.executable, "-m", "voila", str(NOTEBOOKS), *options]
        server = subprocess.Popen(command, env=environment, cwd=home, stdout=stream, stderr=subprocess.STDOUT)
    try:
        yield f"http://127.0.0.1:{port}/voila/render"
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def test_a_lesson_in_voila(lab: Any, voila: str) -> None:  # noqa: F811
    page = lab.context.browser.new_page(viewport={"width": 1200, "height": 1000})
    page.set_default_timeout(PATIENCE)
    for _ in range(240):  # until the server listens
        try:
            # On a busy machine a kernel now and then does not answer; the next request has one of its own.
            page.goto(f"{voila}/00_start_here.ipynb", wait_until="domcontentloaded", timeout=PATIENCE / 2)
            break
        except Error:
            page.wait_for_timeout(500)
    handles = page.locator(".noUi-handle")
    handles.first.wait_for()
    for place in range(handles.count()):
        handles.nth(place).focus()
        page.keyboard.press("End")
    expect(page.locator('img[alt*="At weight 2.0 it reads"]')).to_be_visible()
    expect(page.get_by_text("Your guess: 100 digits.")).to_be_visible()
    screenshot(page, "00", "voila")
    page.close()
