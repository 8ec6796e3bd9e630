"""Be the mutation, without a browser: the game, what it draws, and every control at its first and last value."""

import sys
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from wann_lite import datasets, losses
from wann_lite.evaluate import evaluate
from wann_lite.mutation import Mutation, apply
from wann_lite.network import Network
from wann_lite.tasks import Classification
from wann_lite.viz import mutation_explorer
from wann_lite.viz.blind_search import CHILDREN
from wann_lite.viz.clickable import ClickableDrawing
from wann_lite.viz.mutation_game import MutationGame
from wann_lite.viz.mutation_score import draw_score, league_table

pytest.importorskip("ipywidgets")
SVG = "{http://www.w3.org/2000/svg}"

# Output 0 compares the bias, output 1 the sum of the inputs: wrong everywhere, and three splits from right everywhere.
START = Network(2, 2, ["abs", "abs"], [(0, 3), (1, 4), (2, 4)])
SPLITS = ((0, 3, "linear"), (1, 4, "linear"), (2, 4, "inverse"))


def images() -> Classification:
    """Images of 8 x 8 pixels, inked above or below."""
    rng = np.random.default_rng(0)
    labels = rng.integers(2, size=240)
    x = rng.random((240, 8, 8)) * 0.3
    x[labels == 0, :4] += 0.5
    x[labels == 1, 4:] += 0.5
    return Classification(datasets.from_arrays(x.reshape(240, 64), labels, image_shape=(8, 8)))


@pytest.fixture
def xor() -> Classification:
    return Classification(datasets.xor(n=240))


@pytest.fixture
def game(xor: Classification) -> MutationGame:
    return MutationGame(xor, START, rivals=20)


@pytest.fixture
def explorer(game: MutationGame) -> Any:
    return mutation_explorer._Explorer(game)


# --- the game


def test_three_splits_solve_xor(game: MutationGame) -> None:
    assert game.now.right == 0
    for source, target, activation in SPLITS:
        game.play(Mutation("insert_node", source, target, activation=activation))
    assert game.now.accuracies.tolist() == [1] * 6
    assert game.now.loss < 1e-3
    assert [move.node for move in game.moves] == [5, 6, 7]
    network = START
    for move in game.moves:
        network = apply(network, move)
    assert network == game.network


def test_losses_and_accuracies_are_the_reference_s(game: MutationGame, xor: Classification) -> None:
    for source, target, activation in SPLITS[:2]:
        now = game.play(Mutation("insert_node", source, target, activation=activation))
        train, validation = (
            evaluate(now.network, x, game.config.weights) for x in (xor.dataset.x_train, xor.dataset.x_validation)
        )
        expected = losses.scale_free_cross_entropy(train, xor.dataset.y_train)
        np.testing.assert_allclose(now.losses, expected, rtol=2e-3)
        np.testing.assert_array_equal(now.accuracies, losses.accuracy(validation, xor.dataset.y_validation))


def test_a_good_move_beats_most_random_ones_and_a_poor_one_few(game: MutationGame) -> None:
    first, _, last = (
        game.play(Mutation("insert_node", source, target, activation=activation)).beaten
        for source, target, activation in SPLITS
    )
    assert first is not None and last is not None
    assert first < 0.5  # it leaves the network wrong almost everywhere
    assert last > 0.9


def test_undo_leads_back_to_the_same_score(game: MutationGame) -> None:
    start = game.now
    game.play(Mutation("add_connection", 1, 3))
    game.play(Mutation("insert_node", 1, 3, activation="sin"))
    game.undo()
    game.undo()
    assert game.now is start
    assert game.moves == []
    assert game.tried == 3
    again = game.play(Mutation("remove_connection", 1, 4))
    assert again.tried == 4
    with pytest.raises(ValueError, match="no move to take back"):
        game.undo() and game.undo()


def test_a_move_that_cannot_be_done_changes_nothing(game: MutationGame) -> None:
    with pytest.raises(ValueError, match="exists already"):
        game.play(Mutation("add_connection", 1, 4))
    assert game.network is START
    assert len(game.standings) == 1


def test_blind_search_gets_better_and_repeats_itself(game: MutationGame) -> None:
    found = list(game.search(4, seed=2))
    assert [standing.tried for standing in found] == [1 + CHILDREN * k for k in range(1, 5)]
    assert found[-1].loss < game.now.loss
    # Parents stay among the best, so that it never gets worse (losses are those at a scale of each network's own).
    assert all(later.loss <= earlier.loss + 1e-3 for earlier, later in pairwise(found))
    assert [standing.loss for standing in game.search(4, seed=2)] == [standing.loss for standing in found]
    assert game.network is START


def test_targets_are_those_that_can_be_connected(game: MutationGame) -> None:
    game.play(Mutation("insert_node", 1, 4, activation="abs"))
    assert game.targets_from(0) == [4, 5]
    assert game.targets_from(1) == [3]  # 1 to 4 is disabled, 1 to 5 exists
    assert game.targets_from(5) == [3]
    for source in (0, 1, 2, 5):
        for target in game.targets_from(source):
            game.play(Mutation("add_connection", source, target))
            game.undo()


def test_names_and_words(game: MutationGame) -> None:
    assert [game.name(node) for node in range(5)] == ["bias", "x1", "x2", "output 0", "output 1"]
    assert game.words(Mutation("insert_node", 0, 3, 5, "abs")) == "insert a node (abs) between bias and output 0"
    assert game.words(Mutation("change_activation", node=5, activation="sin")) == "change node 5 to sin"
    assert game.words(Mutation("enable_connection", 2, 4)) == "enable connection from x2 to output 1"
    assert MutationGame(images()).name(10) == "pixel 10 (row 2, column 2)"


def test_a_network_of_another_task_is_refused(xor: Classification) -> None:
    with pytest.raises(ValueError, match="does not fit Classification"):
        MutationGame(xor, Network(3, 2, ["abs"] * 2, [(1, 4)]))


# --- what is drawn


def test_the_score_before_and_now(game: MutationGame) -> None:
    assert "before" not in draw_score(game).alt
    game.play(Mutation("insert_node", 0, 3, activation="linear"))
    drawing = draw_score(game)
    texts = [element.text for element in ElementTree.fromstring(drawing.svg).iter(f"{SVG}text")]
    assert [text for text in texts if text in {f"{weight:g}" for weight in game.config.weights}][-6:] == [
        *("-2", "-0.5", "-0.05", "0.05", "0.5", "2")
    ]
    assert {"answers in the plane", "wide and grey: before the last move"} <= set(texts)
    assert [text for text in texts if text == f"{100 * game.now.accuracies[0]:.0f}"]
    assert "before 0.0 % and 0." in drawing.alt


def test_the_map_shows_the_answers(game: MutationGame) -> None:
    for source, target, activation in SPLITS:
        game.play(Mutation("insert_node", source, target, activation=activation))
    svg = draw_score(game).svg
    # A diagonal band answered with class 0, both other corners with class 1, at each of six weights.
    assert svg.count('fill="#f7d9a8"') >= 6 * 30
    assert 6 * 30 < svg.count('fill="#b9d7ea"') <= 6 * 60


def test_scores_of_images_have_no_map() -> None:
    svg = draw_score(MutationGame(images(), rivals=3)).svg
    assert "answers in the plane" not in svg
    assert "40 validation examples" in svg


def test_the_league_is_sorted_and_shows_whose_is_whose(game: MutationGame) -> None:
    game.play(Mutation("insert_node", 0, 3, activation="linear"))
    table = ElementTree.fromstring(f"<div>{league_table([*game.standings, *game.search(2)], 'Over.')}</div>")
    rows = [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")][1:]
    assert [row[0] for row in rows] == ["1.", "2.", "3.", "4."]
    assert [float(row[2]) for row in rows] == sorted(float(row[2]) for row in rows)
    assert sum(row[1].startswith("▶ you, move 1: insert a node (linear)") for row in rows) == 1
    assert "".join(table.itertext()).endswith("Over.")


# --- the controls


def fields(explorer: Any) -> list[Any]:
    return [explorer.connection, explorer.source, explorer.target, explorer.node, explorer.activation]


def press(button: Any) -> None:
    button.click()


def test_every_control_at_its_first_and_last_value(explorer: Any) -> None:
    game = explorer.game
    for kind in [value for _, value in explorer.kind.options]:
        explorer.kind.value = kind
        for control in fields(explorer):
            assert (control.layout.display == "none") <= control.disabled
            for option in () if control.disabled else (control.options[0], control.options[-1]):
                said = explorer.advice.value, tuple(getattr(explorer.drawing.widget, "marked", ()))
                before = control.value
                control.value = option if isinstance(option, str) else option[1]
                if control.value != before:
                    assert (explorer.advice.value, tuple(explorer.drawing.widget.marked)) != said
        explorer.activation.value = "sin" if kind == "change_activation" else "cos"
        connections, moves = game.network.n_connections, len(game.moves)
        if explorer.do.disabled:
            assert "nothing of this kind" in explorer.advice.value
            continue
        press(explorer.do)
        assert len(game.moves) == moves + 1, explorer.said.value
        assert game.moves[-1].kind == kind
        assert f"Move {moves + 1}: " in explorer.said.value
        assert game.network.n_connections != connections or kind == "change_activation"
    while game.moves:
        press(explorer.undo)
    assert explorer.undo.disabled
    assert game.network is START


def test_activations_can_be_changed_and_connections_enabled_again(explorer: Any) -> None:
    explorer.click((1, 4))
    explorer.kind.value = "change_activation"
    explorer.activation.value = "relu"
    explorer.click((5,))
    assert explorer.game.network.activations == ("abs", "abs", "relu")
    explorer.kind.value = "enable_connection"
    assert explorer.connection.options == (("x1 to output 1", (1, 4)),)
    press(explorer.do)
    assert explorer.game.network.connections == ((0, 3), (1, 4), (2, 4), (5, 4), (1, 5))


def test_a_click_on_a_connection_splits_or_removes_it(explorer: Any) -> None:
    explorer.activation.value = "inverse"
    explorer.click((2, 4))
    assert explorer.game.moves == [Mutation("insert_node", 2, 4, 5, "inverse")]
    explorer.kind.value = "remove_connection"
    explorer.click((5, 4))
    assert explorer.game.network.connections == ((0, 3), (1, 4))
    assert "beats" in explorer.said.value


def test_two_clicks_connect_two_nodes(explorer: Any) -> None:
    explorer.kind.value = "add_connection"
    explorer.click((0,))
    assert explorer.drawing.widget.marked == ["0"]
    assert "From bias" in explorer.said.value
    explorer.click((4,))
    assert explorer.game.moves == [Mutation("add_connection", 0, 4)]
    explorer.click((3,))
    assert "No connection can begin at output 0" in explorer.said.value
    explorer.click((1,))
    explorer.click((4,))
    assert "Not possible: 1 -> 4 exists already" in explorer.said.value
    assert len(explorer.game.moves) == 1
    explorer.click((1,))
    explorer.click((3,))
    assert len(explorer.game.moves) == 2


def test_a_connection_that_was_begun_is_forgotten_when_something_else_is_chosen(explorer: Any) -> None:
    explorer.kind.value = "add_connection"
    explorer.click((1,))
    explorer.kind.value = "insert_node"
    explorer.kind.value = "add_connection"
    explorer.click((0,))
    assert explorer.begun == 0
    explorer.source.value = 2
    assert explorer.begun is None
    assert explorer.drawing.widget.marked == ["2", "3"]
    assert not explorer.game.moves


@pytest.mark.parametrize(
    ("kind", "part", "says"),
    [
        ("insert_node", (1,), "That is x1. To change it or to connect it"),
        ("add_connection", (1, 4), "That is a connection."),
        ("change_activation", (1, 4), "That is a connection."),
        ("change_activation", (1,), "Not possible: node 1 is not a hidden node"),
        ("enable_connection", (3,), "That is output 0."),
    ],
)
def test_a_click_that_does_not_fit_is_answered(kind: str, part: Any, says: str, explorer: Any) -> None:
    explorer.kind.value = kind
    explorer.click(part)
    assert says in explorer.said.value
    assert not explorer.game.moves


def test_the_blind_search_starts_from_its_button(explorer: Any) -> None:
    assert "has not played yet" in explorer.league.value
    press(explorer.search)
    assert explorer.progress.value == explorer.progress.max == 10
    assert explorer.league.value.count("blind search, generation") == 10
    first = explorer.league.value
    press(explorer.search)
    assert not explorer.search.disabled
    assert explorer.league.value != first
    assert explorer.league.value.count("blind search, generation") == 10


def test_images_can_be_played_on() -> None:
    box = mutation_explorer.explore_mutations(images(), rivals=5)
    assert box.game.network.n_connections > 0
    explorer = mutation_explorer._Explorer(box.game)
    explorer.click(explorer.game.network.connections[0])
    explorer.kind.value = "add_connection"
    assert len(explorer.source.options) == 1 + 64 + 1
    press(explorer.do)
    assert len(box.game.moves) == 2


def test_a_message_from_the_browser_is_a_click(explorer: Any) -> None:
    explorer.drawing.widget._handle_custom_msg({"part": "2 4"}, [])
    assert explorer.game.moves == [Mutation("insert_node", 2, 4, 5, "linear")]


def test_without_anywidget_the_controls_remain(monkeypatch: pytest.MonkeyPatch, game: MutationGame) -> None:
    from wann_lite.viz import clickable

    monkeypatch.setitem(sys.modules, "anywidget", None)
    clickable._widget_class.cache_clear()
    explorer = mutation_explorer._Explorer(game)
    assert not explorer.drawing.answers
    assert "Click" not in explorer.advice.value
    picture = explorer.drawing.widget.value
    press(explorer.do)
    assert len(game.moves) == 1
    assert explorer.drawing.widget.value != picture
    clickable._widget_class.cache_clear()


def test_what_goes_wrong_in_a_handler_is_not_swallowed(explorer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("visible")

    monkeypatch.setattr(mutation_explorer, "draw_score", broken)
    with pytest.raises(RuntimeError, match="visible"):
        explorer.click((1, 4))


def test_a_missing_package_is_one_clear_line(monkeypatch: pytest.MonkeyPatch, xor: Classification) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError, match=r'^a button needs ipywidgets: pip install "wann_lite\[course\]"$'):
        mutation_explorer.explore_mutations(xor, START)
    with pytest.raises(ImportError, match=r"^a drawing to click needs ipywidgets"):
        ClickableDrawing(lambda part: None)
