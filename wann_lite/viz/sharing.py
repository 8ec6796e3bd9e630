"""What networks of a population have in common, and what of a child must be computed anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..activations import ACTIVATIONS
from ..engine.graph import Graph
from ..network import Connection, Network
from ..operators import add_connection, change_activation, remove_connection
from .captions import Names, count
from .controls import redrawn
from .draw import Drawing
from .extras import require
from .layout import Layout, arrange
from .picture import Painter
from .scene import Scene, Text
from .style import BLUE, INK, VERMILLION
from .wiring import trace

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: What can be done to a node, in words, for the choice of a control.
CHANGES = ("change its activation", "add a connection to it", "remove a connection to it")
_MARGIN, _HEAD, _PAGE_HEIGHT = 24.0, 76.0, 440.0


# --- a population


def presence(networks: Sequence[Network]) -> NDArray[np.bool_]:
    """Which network holds which of the population's distinct nodes.

    Parameters
    ----------
    networks : sequence of Network
        With equally many inputs and outputs.

    Returns
    -------
    ndarray of bool (networks, distinct nodes)
        The nodes that most networks hold come first.

    Raises
    ------
    ValueError
        If there are no networks, or they differ in inputs or outputs.

    Examples
    --------
    >>> parent = Network(2, 1, ["linear", "abs"], [(1, 4), (4, 3)])
    >>> presence([parent, add_connection(parent, 2, 3)[0]]).astype(int)
    array([[1, 1, 0],
           [1, 0, 1]])
    """
    if len({(network.n_inputs, network.n_outputs) for network in networks}) != 1:
        raise ValueError("give at least one network, and all with the same inputs and outputs")
    graph = Graph(networks[0].n_inputs, networks[0].n_outputs)
    numbers = [graph.express(network) for network in networks]
    held = np.zeros((len(networks), len(graph)), bool)
    for row, its in zip(held, numbers, strict=True):
        row[np.array(its) - graph.first] = True
    return held[:, np.argsort(-held.sum(axis=0), kind="stable")]


def draw_presence(ax: Axes, held: ArrayLike) -> None:
    """Draw which network holds which distinct node: one row a network, dark where it holds the node.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    held : array_like of bool (networks, distinct nodes)
        From `presence`.
    """
    array = np.asarray(held)
    colours = require("matplotlib.colors", "a figure").ListedColormap(["#eef2f5", BLUE])
    ax.imshow(array, aspect="auto", cmap=colours, vmin=0, vmax=1, interpolation="nearest")
    ax.grid(visible=False)
    ax.set(xlabel="distinct nodes, the most common first", ylabel="network")


def draw_distinct(ax: Axes, generations: ArrayLike, nodes: Mapping[str, ArrayLike]) -> None:
    """Draw how many nodes a population has over the generations, by several ways to count.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    generations : array_like (g,)
    nodes : mapping of str to array_like (g,)
    """
    looks = ((VERMILLION, "--", "s"), (BLUE, "-", "o"), (INK, ":", "^"))
    for (name, values), (colour, line, marker) in zip(nodes.items(), looks, strict=False):
        ax.plot(generations, np.asarray(values), color=colour, linestyle=line, marker=marker, markersize=5, label=name)
    ax.set(xlabel="generation", ylabel="nodes", ylim=(0, None))
    ax.legend(loc="upper left", frameon=False)


# --- a child


class Recomputation(NamedTuple):
    """What a child costs that has one mutation more than its parent.

    Attributes
    ----------
    child : Network
    nodes : frozenset of int
        Those that must be computed anew.
    operations : int
        Arrays added to, or subtracted from, the parent's sums; added up from scratch where that is less.
    """

    child: Network
    nodes: frozenset[int]
    operations: int


def recompute(network: Network, node: int, change: str = CHANGES[0]) -> Recomputation:
    """Change one hidden node, and see what must be computed anew.

    Parameters
    ----------
    network : Network
    node : int
        A hidden node.
    change : str
        One of `CHANGES`.

    Raises
    ------
    ValueError
        If the node is not a hidden node that something listens to, or the change is unknown or not possible there.

    Examples
    --------
    >>> chain = Network(1, 1, ["linear", "abs", "abs"], [(1, 3), (3, 4), (4, 2)])
    >>> sorted(recompute(chain, 4).nodes), recompute(chain, 3).operations
    ([2, 4], 2)
    """
    if node not in network.hidden or not network.targets[node]:
        raise ValueError(f"node {node} is not a hidden node that another node listens to")
    sources = network.sources_of(node)
    if change == CHANGES[0]:
        names = list(ACTIVATIONS)
        other = names[(names.index(network.activation_of(node)) + 1) % len(names)]
        child = change_activation(network, node, other)[0]
    elif change == CHANGES[1]:
        taken = sources | {s for s in range(network.first) if node in network.disabled_targets[s]}
        # Where possible an input that is drawn already.
        free = [source for source in range(1, network.first) if source not in taken]
        free = [source for source in free if network.targets[source]] or free
        if not free:
            raise ValueError(f"node {node} listens to all inputs already")
        child = add_connection(network, free[len(free) // 2], node)[0]
    elif change == CHANGES[2]:
        if not sources:
            raise ValueError(f"node {node} has no connection that could be removed")
        child = remove_connection(network, min(sources), node)[0]
    else:
        raise ValueError(f"unknown change {change!r}: use one of {', '.join(map(repr, CHANGES))}")
    graph = Graph(network.n_inputs, network.n_outputs)
    before = graph.express(network)
    after, steps = graph.express_child(child, network, before)
    changed = {network.first + i for i, (new, old) in enumerate(zip(after, before, strict=True)) if new != old}
    operations = sum(len(step.plus) + len(step.minus) for step in steps.values())
    return Recomputation(child, frozenset(changed), operations)


def draw_recomputed(network: Network, node: int | None = None, change: str = CHANGES[0]) -> Drawing:
    """Draw what of a network must be computed anew when one of its nodes changes: all that lies downstream of it.

    Parameters
    ----------
    network : Network
    node : int, optional
        A hidden node; by default one halfway between inputs and outputs.
    change : str
        One of `CHANGES`.

    Returns
    -------
    Drawing

    Raises
    ------
    ValueError
        As `recompute`, or if the network has no hidden node.
    """
    nodes = _by_layer(network)
    return _draw_recomputed(network, _layout_of(network), nodes[len(nodes) // 2] if node is None else node, change)


def explore_recomputed(network: Network) -> Any:
    """Controls for `draw_recomputed`: which hidden node, from the inputs to the outputs, and what is done to it.

    Returns
    -------
    ipywidgets.VBox

    Raises
    ------
    ValueError
        If the network has no hidden node.
    ImportError
        In one line that says what to install, if ipywidgets is missing.
    """
    widgets = require("ipywidgets", "a slider")
    display = require("IPython.display", "a drawing").display
    nodes, layout = _by_layer(network), _layout_of(network)
    slider = widgets.SelectionSlider(
        options=[(f"{i + 1} of {len(nodes)}", node) for i, node in enumerate(nodes)],
        value=nodes[len(nodes) // 2],
        description="node, from the inputs on",
        continuous_update=False,
        style={"description_width": "initial"},
        layout={"width": "50%", "min_width": "320px"},
    )
    choice = widgets.Dropdown(options=list(CHANGES), description="mutation")

    @cache
    def picture(node: int, change: str) -> Drawing:
        try:
            return _draw_recomputed(network, layout, node, change)
        except ValueError as error:  # not every node can be given or spared a connection
            lines = f"{change[:1].upper()}{change[1:]}: not possible here", f"{error}."
            return _page(network, layout, frozenset(), frozenset(), lines)

    height = picture(slider.value, choice.value).scene.height + 24
    output = redrawn(lambda node, change: display(picture(node, change)), {"node": slider, "change": choice}, height)
    return widgets.VBox([widgets.HBox([slider, choice]), output])


def _by_layer(network: Network) -> list[int]:
    """The hidden nodes that are drawn, from the inputs to the outputs."""
    nodes = sorted(trace(network).hidden, key=lambda node: (network.layers[node], node))
    if not nodes:
        raise ValueError("this network has no hidden node on a way to an output")
    return nodes


def _layout_of(network: Network) -> Layout:
    return arrange(trace(network), page_height=_PAGE_HEIGHT)


def _draw_recomputed(network: Network, layout: Layout, node: int, change: str) -> Drawing:
    child, changed, operations = recompute(network, node, change)
    edges = trace(child).edges
    lit = {(s, t) for s, t in edges if t in changed and (s in changed or s not in network.sources_of(t))}
    drawn = len(trace(network).hidden) + network.n_outputs
    lines = (
        f"{change[:1].upper()}{change[1:]}: {count(len(changed), 'node')} of {drawn} to be computed anew",
        f"Arrays added up from scratch: {child.n_connections:,}. "
        f"Arrays added to the parent's sums, or subtracted: {operations:,}.",
    )
    # A pixel that only the child listens to has no place.
    return _page(network, layout, frozenset(edge for edge in lit if edge[0] in layout.places), changed, lines)


def _page(
    network: Network, layout: Layout, lit: frozenset[Connection], ringed: frozenset[int], lines: tuple[str, str]
) -> Drawing:
    painter = Painter(trace(network), layout, Names(None, None), lit, ringed=ringed)
    painter.top = _HEAD
    scene = Scene(painter.width, _HEAD + layout.height + 24, *lines)
    painter.paint(scene)
    scene.items.append(Text((_MARGIN, 22), lines[0], 17, INK, "start", bold=True))
    scene.items.append(Text((_MARGIN, 46), lines[1], 14, INK, "start"))
    return Drawing(scene, layout.note)
