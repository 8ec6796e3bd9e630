"""The first lesson in JupyterLab in a real browser: cells run, sliders move, and something changes on the page.

Without Chromium these tests are skipped, but in CI they fail. Screenshots go to `.ci/artefacts`.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright import sync_api

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None and os.environ.get("CI") != "true", reason="Chromium is not installed (apt-get install chromium)"
)

LESSON = "00_start_here.ipynb"
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
SETTINGS = {
    "notebook-extension/tracker": '{"windowingMode": "none"}',
    "apputils-extension/notification": '{"fetchNews": "false", "checkForUpdates": false}',
}
PATIENCE = 120_000  # milliseconds
IDLE = """() => {
    const kernel = window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel;
    return kernel && kernel.status === 'idle';
}"""


@pytest.fixture(scope="module")
def chromium() -> str:
    """The browser's program."""
    assert CHROMIUM is not None, "Chromium is not installed, and CI does not pass without it"
    return CHROMIUM


@pytest.fixture(scope="module")
def address(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A JupyterLab of its own, with a copy of the lesson and nothing of this machine's settings."""
    home = tmp_path_factory.mktemp("lab")
    (home / "notebooks").mkdir()
    shutil.copy(root / "notebooks" / LESSON, home / "notebooks")
    for name, text in SETTINGS.items():
        file = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(text)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folders = {"CONFIG_DIR": "config", "RUNTIME_DIR": "runtime", "DATA_DIR": "data"}
    environment = os.environ | {f"JUPYTER_{name}": str(home / folder) for name, folder in folders.items()}
    environment |= {"JUPYTERLAB_SETTINGS_DIR": str(home / "settings"), "JUPYTERLAB_WORKSPACES_DIR": str(home / "work")}
    options = [
        *("--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
        *("--IdentityProvider.token=", f"--ServerApp.root_dir={home / 'notebooks'}"),
        "--LabApp.expose_app_in_browser=True",
    ]
    log = home / "log"
    with log.open("w") as stream:
        command = [sys.executable, "-m", "jupyterlab", *options]
        server = subprocess.Popen(command, env=environment, stdout=stream, stderr=subprocess.STDOUT)
    try:
        yield f"http://127.0.0.1:{port}/lab"
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


@pytest.fixture(scope="module")
def page(chromium: str, address: str) -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1500, "height": 1000})
        page.set_default_timeout(PATIENCE)
        for _ in range(240):  # until the server listens
            try:
                page.goto(address)
                break
            except sync_api.Error:
                page.wait_for_timeout(500)
        page.wait_for_function("window.jupyterapp")
        page.evaluate("window.jupyterapp.restored")
        page.evaluate("path => window.jupyterapp.commands.execute('docmanager:open', {path})", LESSON)
        page.wait_for_function(IDLE)
        page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        page.wait_for_function("document.querySelectorAll('.noUi-handle').length >= 2")
        yield page
        browser.close()


def screenshot(page: Any, root: Path, name: str) -> None:
    folder = root / ".ci" / "artefacts"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(folder / f"{name}.png"))


def test_all_cells_run_without_an_error(page: Any) -> None:
    cells = page.evaluate("window.jupyterapp.shell.currentWidget.content.model.toJSON()")["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(cell["execution_count"] for cell in code)
    outputs = [output for cell in code for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]


def test_drawings_are_on_the_page_with_their_descriptions(page: Any, root: Path) -> None:
    drawings = page.locator(".jp-OutputArea svg[role=img]")
    assert drawings.count() == 2
    assert "3 hidden nodes" in drawings.first.get_attribute("aria-label")
    large = drawings.last
    large.scroll_into_view_if_needed()
    box, area = large.bounding_box(), page.locator(".jp-Notebook").bounding_box()
    assert 400 < box["width"] < area["width"]
    assert all(image.get_attribute("alt") for image in page.locator(".jp-OutputArea img").all())
    screenshot(page, root, "lesson00_drawing")


def test_the_slider_of_the_shared_weight_redraws(page: Any, root: Path) -> None:
    widget = (
        page.locator(".jp-OutputArea-output").filter(has_text="shared weight").filter(has=page.locator(".noUi-handle"))
    )
    picture, handle = widget.locator("img"), widget.locator(".noUi-handle")
    handle.scroll_into_view_if_needed()
    assert "At weight 1.0 it reads" in picture.get_attribute("alt")
    for key, weight in (("ArrowRight", "1.1"), ("Home", "-2.0"), ("End", "2.0")):
        handle.focus()
        page.keyboard.press(key)
        widget.locator(f'img[alt*="At weight {weight} it reads"]').wait_for()
    screenshot(page, root, "lesson00_weight")


def test_a_guess_is_kept(page: Any, root: Path) -> None:
    widget = page.locator(".jp-OutputArea-output").filter(has_text="my guess")
    widget.get_by_text("Move the slider to guess.").wait_for()
    handle = widget.locator(".noUi-handle")
    handle.scroll_into_view_if_needed()
    handle.focus()
    page.keyboard.press("ArrowRight")
    widget.get_by_text("Your guess: 51 digits.").wait_for()
    screenshot(page, root, "lesson00_guess")
