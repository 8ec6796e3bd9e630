"""Every lesson in JupyterLab in a real browser: cells run, each control is moved, and something changes on the page.

Without Chromium these tests are skipped, but in CI they fail. Screenshots go to `.ci/artefacts`.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright import sync_api

from wann_lite.course import pages
from wann_lite.course.lessons import lesson_paths
from wann_lite.course.site_checks import findings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None and os.environ.get("CI") != "true", reason="Chromium is not installed (apt-get install chromium)"
)

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
LESSONS = [path.name for path in lesson_paths(NOTEBOOKS)]
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
SETTINGS = {
    "notebook-extension/tracker": '{"windowingMode": "none"}',
    "apputils-extension/notification": '{"fetchNews": "false", "checkForUpdates": false}',
}
PATIENCE = 120_000  # milliseconds; for one that reacts at all
IDLE = """() => {
    const kernel = window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel;
    return kernel && kernel.status === 'idle';
}"""
# The kernel answers in turn, so what was sent before has been dealt with when this comes back.
ANSWERED = """() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel
    .requestExecute({code: '', silent: true}).done.then(() => true)"""
NOTEBOOK = "JSON.stringify(window.jupyterapp.shell.currentWidget.content.model.toJSON())"
CLOSE = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.sessionContext.shutdown();
    panel.dispose();
}"""
WRITE = """async ([path, cells]) => {
    const cell = source => ({cell_type: 'code', source, metadata: {}, outputs: [], execution_count: null});
    const kernelspec = {name: 'python3', display_name: 'Python 3', language: 'python'};
    const content = {cells: cells.map(cell), metadata: {kernelspec}, nbformat: 4, nbformat_minor: 4};
    await window.jupyterapp.serviceManager.contents.save(path, {type: 'notebook', format: 'json', content});
}"""
WIDGET = ".jp-Cell-outputArea > .jp-OutputArea-child > .jp-OutputArea-output:has(.jupyter-widgets)"
CONTROLS = (
    ".noUi-handle, select, input[type=checkbox], input[type=radio], input[type=number], button.jupyter-button:visible, "
    "input[type=text], textarea"
)
# All of a widget but the control itself: its text, its pictures, and the states of the other controls.
STATE = """(widget, moved) => {
    const own = moved.closest('.widget-slider, .widget-dropdown, .widget-checkbox') ?? moved;
    own.setAttribute('data-moved', '');
    const copy = widget.cloneNode(true);
    own.removeAttribute('data-moved');
    copy.querySelector('[data-moved]').remove();
    return copy.innerHTML + [...widget.querySelectorAll('canvas')].map(canvas => canvas.toDataURL());
}"""
# What a control must bring about, where any change would not be enough: the lesson, the control, and what is then seen.
SEEN = {
    ("00_start_here.ipynb", "shared weight"): 'img[alt*="At weight 2.0 it reads"]',
    ("00_start_here.ipynb", "my guess"): "text=Your guess: 100 digits.",
}


@pytest.fixture(scope="module")
def chromium() -> str:
    """The browser's program."""
    assert CHROMIUM is not None, "Chromium is not installed, and CI does not pass without it"
    return CHROMIUM


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A JupyterLab of its own, with copies of the lessons and nothing of this machine's settings."""
    home = tmp_path_factory.mktemp("lab")
    (home / "notebooks").mkdir()
    for name in LESSONS:
        shutil.copy(NOTEBOOKS / name, home / "notebooks")
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
def lab(chromium: str, address: str) -> Iterator[Any]:
    """JupyterLab in a browser."""
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
        yield page
        browser.close()


@contextlib.contextmanager
def opened(lab: Any, name: str, cells: Sequence[str] = ()) -> Iterator[None]:
    """A notebook, one of these cells if any are given, that is open with all its cells run."""
    if cells:
        lab.evaluate(WRITE, [name, list(cells)])
    lab.evaluate("async path => { await window.jupyterapp.commands.execute('docmanager:open', {path}); }", name)
    lab.wait_for_function(IDLE)
    lab.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    lab.evaluate(ANSWERED)
    try:
        yield
    finally:
        lab.evaluate(CLOSE)


@pytest.fixture(scope="module", params=LESSONS)
def lesson(request: pytest.FixtureRequest, lab: Any) -> Iterator[str]:
    """A lesson that is open, with all its cells run; its name."""
    with opened(lab, request.param):
        yield request.param


def executed(lab: Any) -> nbformat.NotebookNode:
    """The notebook that is open, with what its cells have shown."""
    return nbformat.reads(lab.evaluate(NOTEBOOK), as_version=4)


def screenshot(page: Any, lesson: str, name: str) -> None:
    folder = NOTEBOOKS.parent / ".ci" / "artefacts"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(folder / f"lesson{lesson[:2]}_{name}.png"))


def words(control: Any) -> str:
    """What a reader would call a control."""
    text = """node => {
        const row = node.closest('.widget-inline-hbox, .widget-checkbox');
        return (node.matches('button') ? node.textContent : row?.querySelector('.widget-label')?.textContent)
            || row?.textContent || '';
    }"""
    return control.evaluate(text).strip() or "a control without a description"


def move(page: Any, control: Any) -> None:
    """Move a control by keyboard or mouse to another value, far from where it stands."""
    kind = control.evaluate("node => node.matches('.noUi-handle') ? 'slider' : node.type || node.localName")
    control.scroll_into_view_if_needed()
    if kind == "slider":
        at_the_end = "node => node.getAttribute('aria-valuenow') === node.getAttribute('aria-valuemax')"
        key = "Home" if control.evaluate(at_the_end) else "End"
        control.focus()
        page.keyboard.press(key)
    elif kind == "select-one":
        n = control.evaluate("node => node.options.length")
        control.select_option(index=(control.evaluate("node => node.selectedIndex") + 1) % n)
    elif kind == "number":
        control.focus()
        page.keyboard.press("ArrowUp")
    elif kind == "text":
        control.fill("0.5, 1.5")
        control.press("Enter")
    elif kind in ("checkbox", "radio", "submit", "button"):
        control.click()
    else:
        pytest.fail(f"this test cannot move {words(control)!r}, of the kind {kind}: teach it to")


def has_effect(page: Any, widget: Any, control: Any) -> bool:
    """Move a control and wait until the rest of its widget looks otherwise."""
    node = control.element_handle()
    before = widget.evaluate(STATE, node)
    move(page, control)
    page.evaluate(ANSWERED)
    for _ in range(50):  # the kernel has answered; a busy machine may still draw
        if widget.evaluate(STATE, node) != before:
            return True
        page.wait_for_timeout(100)
    return False


def is_enabled(page: Any, control: Any) -> bool:
    """Whether a control can be moved now or soon: messages of widgets may be dealt with in a thread of their own."""
    for _ in range(50):
        if not control.is_disabled():
            return True
        page.wait_for_timeout(100)
    return False


def test_all_cells_run_without_an_error(lab: Any, lesson: str) -> None:
    code = [cell for cell in executed(lab).cells if cell.cell_type == "code" and cell.source.strip()]
    assert code and all(cell.execution_count for cell in code)
    outputs = [output for cell in code for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]


def test_pictures_fit_and_have_descriptions(lab: Any, lesson: str) -> None:
    assert all((image.get_attribute("alt") or "").strip() for image in lab.locator(".jp-OutputArea img").all())
    area = lab.locator(".jp-Notebook").bounding_box()
    for drawing in lab.locator(".jp-OutputArea svg[role=img]").all():
        assert drawing.get_attribute("aria-label")
        drawing.scroll_into_view_if_needed()
        assert 100 < drawing.bounding_box()["width"] < area["width"]
    screenshot(lab, lesson, "pictures")


def test_its_page_has_no_fault(lab: Any, lesson: str, tmp_path: Path) -> None:
    """What the cells show, in the HTML edition; test_site follows the links that lead to other pages."""
    html = pages.frame(lesson, pages.body(executed(lab), NOTEBOOKS))
    assert 'class="output"' in html
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    assert [fault for fault in findings(tmp_path) if "leads to no file" not in fault] == []


def test_every_control_has_an_effect(lab: Any, lesson: str) -> None:
    widgets = lab.locator(WIDGET)
    assert widgets.count() >= 2, "a lesson has a guess and something to explore"
    seen = set()
    for place in range(widgets.count()):
        widget = widgets.nth(place)
        widget.locator(CONTROLS).first.wait_for()
        if widget.locator(".wann-lite-clickable").count():
            continue  # a game, in which each move decides what is possible next: test_browser_mutation plays it
        controls = widget.locator(CONTROLS).locator("visible=true").all()  # a player hides what it does not need
        waiting = []
        for control in controls:
            if control.is_disabled() or not has_effect(lab, widget, control):
                waiting.append(control)
            expected = SEEN.get((lesson, words(control)))
            if expected:
                widget.locator(expected).first.wait_for()
                seen.add(words(control))
        for _ in range(4):  # "forward" does nothing at the end: move the others, some of them back, and try again
            for control in list(waiting):
                for other in controls:
                    if other != control and not other.is_disabled():
                        move(lab, other)
                lab.evaluate(ANSWERED)
                if is_enabled(lab, control) and has_effect(lab, widget, control):
                    waiting.remove(control)
        screenshot(lab, lesson, f"widget{place + 1}")
        assert not waiting, f"nothing changes when these are moved: {[words(control) for control in waiting]}"
        failed = widget.locator(
            '[data-mime-type$="stderr"], [data-mime-type$="error"], .jp-mod-error'
        ).all_inner_texts()
        assert not failed, failed
    assert {name for notebook, name in SEEN if notebook == lesson} == seen
