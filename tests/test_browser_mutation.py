"""Be the mutation in JupyterLab: clicks in the drawing arrive, and what they do is seen on the page."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from test_browser import ANSWERED, WIDGET, address, chromium, lab, opened, pytestmark, screenshot

__all__ = ["address", "chromium", "lab", "pytestmark"]  # fixtures and the condition under which they work
expect.set_options(timeout=30_000)  # milliseconds, for a busy machine

NAME = "mutation.ipynb"
CODE = """
from wann_lite import Network, datasets, tasks
from wann_lite.viz import mutation_explorer
start = Network(2, 2, ["abs", "abs"], [(0, 3), (1, 4), (2, 4)])
mutation_explorer.explore_mutations(tasks.Classification(datasets.xor()), start)
"""
# Where a connection can be hit: the middle of its way, which is not the middle of its box.
MIDDLE = """path => {
    const middle = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM());
    return [middle.x, middle.y];
}"""


@pytest.fixture
def game(lab: Any) -> Iterator[Any]:
    """The widget on its page, at the start."""
    with opened(lab, NAME, [CODE]):
        widget = lab.locator(WIDGET).first
        widget.locator("svg [data-part='3']").wait_for()
        yield widget


def click_connection(lab: Any, widget: Any, part: str) -> None:
    x, y = widget.locator(f".wann-lite-target[data-part='{part}']").evaluate(MIDDLE)
    lab.mouse.click(x, y)
    lab.evaluate(ANSWERED)


def said(widget: Any, text: str) -> None:
    widget.locator("[role=status]", has_text=text).wait_for()


def test_clicks_on_connections_solve_the_task(lab: Any, game: Any) -> None:
    click_connection(lab, game, "0 3")
    said(game, "Move 1: insert a node (linear) between bias and output 0.")
    click_connection(lab, game, "1 4")
    said(game, "Move 2: ")
    game.locator("select:visible", has_text="inverse").select_option("inverse")
    click_connection(lab, game, "2 4")
    said(game, "Move 3: insert a node (inverse) between x2 and output 1.")
    game.locator("svg[aria-label^='Right 100.0 %']").wait_for()
    screenshot(lab, "05", "be_the_mutation")
    game.get_by_role("button", name="Undo").click()
    said(game, "Taken back: insert a node (inverse)")
    expect(game.locator(".wann-lite-target[data-part='2 4']")).to_have_count(1)


def test_clicks_on_two_nodes_connect_them(lab: Any, game: Any) -> None:
    game.get_by_role("button", name="connect two nodes").click()
    lab.evaluate(ANSWERED)
    game.locator("svg [data-part='1']").click()
    said(game, "From x1. Now click where the connection ends.")
    expect(game.locator("svg .wann-lite-marked[data-part='1']")).to_have_count(1)
    game.locator("svg [data-part='3']").click()
    said(game, "Move 1: add connection from x1 to output 0.")
    game.locator(".wann-lite-target[data-part='1 3']").wait_for(state="attached")


def test_every_control_has_an_effect(lab: Any, game: Any) -> None:
    def choose(name: str, option: str) -> None:
        row = game.locator(".widget-dropdown:visible", has=lab.locator("label", has_text=name))
        row.locator("select").select_option(label=option)
        lab.evaluate(ANSWERED)

    def press(name: str) -> None:
        game.get_by_role("button", name=name, exact=True).click()
        lab.evaluate(ANSWERED)

    def would(text: str) -> None:
        game.get_by_text(f"“Do it” would {text}").wait_for()

    would("insert a node (linear) between bias and output 0.")
    choose("connection", "x1 to output 1")
    would("insert a node (linear) between x1 and output 1.")
    expect(game.locator(".wann-lite-marked")).to_have_attribute("data-part", "1 4")
    choose("activation", "tanh")
    press("Do it")
    said(game, "Move 1: insert a node (tanh) between x1 and output 1.")
    press("connect two nodes")
    choose("from", "x2")
    choose("to", "node 5 (tanh)")
    press("Do it")
    said(game, "Move 2: add connection from x2 to node 5.")
    press("change an activation")
    choose("activation", "sin")
    would("change node 5 to sin.")
    press("Do it")
    said(game, "Move 3: change node 5 to sin.")
    press("remove a connection")
    choose("connection", "x2 to node 5")
    press("Do it")
    said(game, "Move 4: remove connection from x2 to node 5.")
    press("enable a connection")
    would("enable connection from x1 to output 1.")
    press("Do it")
    said(game, "Move 5: enable connection from x1 to output 1.")
    game.get_by_text("Here there is nothing of this kind to do.").wait_for()
    expect(game.get_by_role("button", name="Do it", exact=True)).to_be_disabled()
    for _ in range(5):
        press("Undo")
    expect(game.get_by_role("button", name="Undo", exact=True)).to_be_disabled()
    expect(game.locator(".wann-lite-target")).to_have_count(3)


def test_a_thin_connection_is_easy_to_hit_and_shows_it(lab: Any, game: Any) -> None:
    line = game.locator(".wann-lite-target[data-part='1 4']")
    x, y = line.evaluate(MIDDLE)
    for off in (0, 5):  # the line itself is 1.5 pixels wide
        lab.mouse.move(x, y - off)
        expect(line).to_have_css("stroke-opacity", "0.55")
    lab.mouse.move(x, y - 30)
    expect(line).to_have_css("stroke", "rgba(0, 0, 0, 0)")


def test_the_blind_search_plays_and_shows_how_far_it_is(lab: Any, game: Any) -> None:
    game.get_by_role("button", name="Blind search: 10 generations").click()
    game.locator("td", has_text="blind search, generation 10").wait_for()
    expect(game.locator("td", has_text="blind search, generation")).to_have_count(10)
    expect(game.locator(".progress-bar")).to_have_attribute("style", re.compile(r"width: *100%"))
