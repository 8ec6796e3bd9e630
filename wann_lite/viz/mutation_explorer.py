"""Be the mutation: a network to change by clicking, its score at every weight, and a blind search to play against."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from ..mutation import Mutation
from ..network import Network
from ..tasks import Classification
from .clickable import ClickableDrawing, Part
from .draw import draw
from .extras import require
from .mutation_game import MutationGame, Standing
from .mutation_score import draw_score, league_table

GENERATIONS = 10

INSERT, CONNECT, CHANGE, REMOVE, ENABLE = (
    *("insert_node", "add_connection", "change_activation", "remove_connection", "enable_connection"),
)
_MOVES = (
    ("insert a node", INSERT),
    ("connect two nodes", CONNECT),
    ("change an activation", CHANGE),
    ("remove a connection", REMOVE),
    ("enable a connection", ENABLE),
)
_ADVICE = {
    INSERT: "Click a connection: a new node with the activation chosen here goes in between.",
    CONNECT: "Click two nodes: first where the connection begins, then where it ends.",
    CHANGE: "Click a hidden node: it gets the activation chosen here.",
    REMOVE: "Click a connection: it goes, and so does a node that nothing listens to any more.",
    ENABLE: "Splitting a connection has disabled it. Choose one that shall carry its signal again.",
}


def explore_mutations(task: Classification, network: Network | None = None, **settings: Any) -> Any:
    """A network to change by clicking or choosing, its score at every shared weight, and a blind search as opponent.

    Parameters
    ----------
    task : Classification
    network : Network, optional
        To begin with.
    **settings
        As for `MutationGame`.

    Returns
    -------
    ipywidgets.VBox
        Its attribute `game` is the `MutationGame`: `game.moves` has the moves, `game.network` what came of them.

    Raises
    ------
    ImportError
        In one line that says what to install, if ipywidgets is missing.
    ValueError
        As `MutationGame`.
    """
    explorer = _Explorer(MutationGame(task, network, **settings))
    box = explorer.box
    box.game = explorer.game
    return box


def _guarded(handler: Callable[..., None]) -> Callable[..., None]:
    """A handler that shows what goes wrong: Jupyter hides an error in a handler, and says nothing of a busy table."""

    @wraps(handler)
    def run(self: _Explorer, *arguments: Any) -> None:
        with self.errors:
            handler(self, *arguments)

    return run


class _Explorer:
    """The controls, what each does, and what they show."""

    def __init__(self, game: MutationGame) -> None:
        widgets = require("ipywidgets", "a button")
        self.game = game
        self.opponents: list[Standing] = []
        self.refreshing = False
        self.searches = 0
        self.begun: int | None = None  # the node from which a connection shall lead, once it is clicked
        style = {"style": {"description_width": "initial"}}
        self.kind = widgets.ToggleButtons(options=_MOVES, style={"button_width": "auto"})
        self.connection = widgets.Dropdown(description="connection", layout={"width": "400px"}, **style)
        self.source = widgets.Dropdown(description="from", layout={"width": "270px"}, **style)
        self.target = widgets.Dropdown(description="to", layout={"width": "200px"}, **style)
        self.node = widgets.Dropdown(description="node", layout={"width": "200px"}, **style)
        self.activation = widgets.Dropdown(
            options=game.activations, description="activation", layout={"width": "180px"}, **style
        )
        self.do = widgets.Button(description="Do it", button_style="primary", layout={"width": "90px"})
        self.undo = widgets.Button(description="Undo", layout={"width": "90px"})
        self.search = widgets.Button(description=f"Blind search: {GENERATIONS} generations", layout={"width": "230px"})
        self.progress = widgets.IntProgress(max=GENERATIONS, layout={"width": "180px"})
        self.advice, self.said = widgets.HTML(), widgets.HTML("Nothing is done yet.", layout={"height": "52px"})
        self.drawing = ClickableDrawing(self.click)
        self.score, self.league, self.errors = widgets.HTML(), widgets.HTML(), widgets.Output()
        # What stands under the mouse stays there: a drawing may change its size, the boxes around it do not.
        tall = "500px" if game.task.dataset.image_shape is None else "720px"
        width, height = {"flex": "1 1 0", "min_width": "0"}, {"height": tall, "overflow": "auto"}
        self.drawing.widget.layout = widgets.Layout(**width, **height)
        self.score.layout = widgets.Layout(**width, **height)
        self.league.layout = widgets.Layout(height="300px", overflow="auto")
        for control in (self.kind, self.connection, self.source, self.target, self.node, self.activation):
            control.observe(self.chosen, "value")
        self.do.on_click(self.act)
        self.undo.on_click(self.take_back)
        self.search.on_click(self.search_blindly)
        row = {"layout": widgets.Layout(flex_flow="row wrap")}
        self.box = widgets.VBox(
            [
                widgets.HBox([self.kind]),
                self.advice,
                widgets.HBox([self.connection, self.source, self.target, self.node, self.activation], **row),
                widgets.HBox([self.do, self.undo]),
                self.said,
                widgets.HBox([self.drawing.widget, self.score]),
                widgets.HBox([self.search, self.progress]),
                self.league,
                self.errors,
            ]
        )
        self.refresh()

    # --- what the student does

    @_guarded
    def chosen(self, change: Any) -> None:
        """A control has another value: say and mark what it would mean."""
        if self.refreshing:
            return
        if change["owner"] in (self.kind, self.source):
            self.begun = None
            self.refresh_controls()
        self.refresh_marks()

    @_guarded
    def click(self, part: Part) -> None:
        """A connection or a node was clicked."""
        kind = self.kind.value
        if len(part) == 2:
            if kind in (INSERT, REMOVE):
                source, target = part
                self.play(Mutation(kind, source, target, activation=self.activation.value if kind == INSERT else None))
            else:
                self.say("That is a connection. Choose “insert a node” or “remove a connection” above to change it.")
            return
        (node,) = part
        if kind == CHANGE:
            self.play(Mutation(CHANGE, node=node, activation=self.activation.value))
        elif kind != CONNECT:
            self.say(f"That is {self.game.name(node)}. To change it or to connect it, choose what to do above.")
        elif self.begun is None:
            if node in [value for _, value in self.source.options]:
                self.source.value = node
                self.begun = node
                self.say(f"From {self.game.name(node)}. Now click where the connection ends.")
            else:
                self.say(f"No connection can begin at {self.game.name(node)}.")
            self.refresh_marks()
        else:
            self.play(Mutation(CONNECT, self.begun, node))

    @_guarded
    def act(self, _: Any) -> None:
        """“Do it” was pressed."""
        mutation = self.planned()
        if mutation is not None:
            self.play(mutation)

    @_guarded
    def take_back(self, _: Any) -> None:
        """“Undo” was pressed."""
        self.say(f"Taken back: {self.game.words(self.game.moves[-1])}.")
        self.game.undo()
        self.refresh()

    @_guarded
    def search_blindly(self, _: Any) -> None:
        """The blind search was started; it takes a second or two."""
        self.search.disabled = True
        self.opponents, self.progress.value = [], 0
        self.searches += 1
        for standing in self.game.search(GENERATIONS, seed=self.searches):
            self.opponents.append(standing)
            self.progress.value += 1
            self.refresh_league()
        self.search.disabled = False
        self.search.description = f"Blind search: another {GENERATIONS}"

    def play(self, mutation: Mutation) -> None:
        """Do a mutation, or say why it cannot be done."""
        before = self.game.now.loss
        try:
            now = self.game.play(mutation)
        except ValueError as refusal:
            self.say(f"Not possible: {refusal}.")
            self.begun = None
            self.refresh_marks()
            return
        better = "better" if now.loss < before else "worse" if now.loss > before else "just as good"
        did = self.game.words(self.game.moves[-1])
        said = f"Move {len(self.game.moves)}: {did}. The loss went from {before:.3f} to {now.loss:.3f}: {better}."
        if now.beaten is not None:
            said += f" That beats {100 * now.beaten:.0f} % of {self.game.rivals} random mutations of the same network."
        self.say(said)
        self.refresh()

    # --- what is shown

    def planned(self) -> Mutation | None:
        """The mutation that the controls describe, None where something is missing."""
        kind, activation = self.kind.value, self.activation.value
        if kind == CONNECT:
            source, target = self.source.value, self.target.value
            return None if target is None else Mutation(kind, source, target)
        if kind == CHANGE:
            return None if self.node.value is None else Mutation(kind, node=self.node.value, activation=activation)
        if self.connection.value is None:
            return None
        source, target = self.connection.value
        return Mutation(kind, source, target, activation=activation if kind == INSERT else None)

    def say(self, text: str) -> None:
        """Say what has happened."""
        self.said.value = f"<span role='status'>{text}</span>"

    def option(self, node: int) -> str:
        """What a node is called in a list."""
        network = self.game.network
        return (
            f"{self.game.name(node)} ({network.activation_of(node)})"
            if node in network.hidden
            else self.game.name(node)
        )

    def refresh(self) -> None:
        """Show the network as it is now."""
        self.begun = None
        game = self.game
        shape = game.task.dataset.image_shape
        self.drawing.show(draw(game.network, image_shape=shape, numbers=True, unused=True, quick=True))
        self.score.value = draw_score(game).svg
        self.undo.disabled = not game.moves
        self.refresh_controls()
        self.refresh_marks()
        self.refresh_league()

    def refresh_controls(self) -> None:
        """Offer what can be chosen now, and keep what was chosen where it still can be."""
        self.refreshing = True
        game, network, kind = self.game, self.game.network, self.kind.value
        hidden = [node for node in network.hidden if game.takes_part(node)]
        if kind in (INSERT, REMOVE, ENABLE):
            connections = network.disabled if kind == ENABLE else network.connections
            self.offer(self.connection, {f"{game.name(s)} to {game.name(t)}": (s, t) for s, t in connections})
        if kind == CONNECT:
            self.offer(self.source, {self.option(node): node for node in (*range(network.first), *hidden)})
            targets = game.targets_from(self.source.value)
            self.offer(self.target, {self.option(node): node for node in targets})
        if kind == CHANGE:
            self.offer(self.node, {self.option(node): node for node in hidden})
        used = {
            INSERT: (self.connection, self.activation),
            CONNECT: (self.source, self.target),
            CHANGE: (self.node, self.activation),
            REMOVE: (self.connection,),
            ENABLE: (self.connection,),
        }
        for control in (self.connection, self.source, self.target, self.node, self.activation):
            control.disabled = control not in used[kind] or not control.options
            control.layout.display = None if control in used[kind] else "none"
        self.refreshing = False

    @staticmethod
    def offer(control: Any, named: dict[str, Any]) -> None:
        """Give a control other options; what was chosen stays chosen if it can."""
        options, before = tuple(named.items()), control.value
        if options != control.options:
            control.options = options
            values = list(named.values())
            control.value = before if before in values else values[0] if values else None

    def refresh_marks(self) -> None:
        """Mark in the drawing what the controls mean, and say it."""
        mutation = self.planned()
        self.do.disabled = mutation is None
        parts: list[Part] = []
        if mutation is not None and mutation.node is not None:
            parts = [(mutation.node,)]
        elif mutation is not None and self.kind.value == CONNECT:
            parts = [(self.begun,)] if self.begun is not None else [(mutation.source or 0,), (mutation.target or 0,)]
        elif mutation is not None:
            parts = [(mutation.source or 0, mutation.target or 0)]
        self.drawing.mark(parts)
        advice = _ADVICE[self.kind.value]
        if mutation is None:
            plan = "Here there is nothing of this kind to do."
        elif mutation.node is not None and self.game.network.activation_of(mutation.node) == mutation.activation:
            plan = f"Node {mutation.node} is {mutation.activation} already."
        else:
            plan = f"“Do it” would {self.game.words(mutation)}."
        self.advice.value = f"{advice if self.drawing.answers else ''} {plan}"

    def refresh_league(self) -> None:
        """Show who stands where."""
        note = "" if self.opponents else "Blind search has not played yet."
        self.league.value = league_table([*self.game.standings, *self.opponents], note)
