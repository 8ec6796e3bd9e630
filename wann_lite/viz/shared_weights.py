"""What one weight for all connections does: to a node, to a decision in the plane, and to a loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..activations import ACTIVATIONS, get
from ..evaluate import evaluate
from ..losses import accuracy
from .controls import redrawn, weight_slider
from .extras import require
from .plots import draw_accuracy_by_weight
from .style import BLUE, GREY, INK, ORANGE, PURPLE, VERMILLION, colour_of, figure, show

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..datasets import Dataset
    from ..network import Network

#: Shared weights from -2 to 2 in steps of 0.1, without 0, at which no signal passes.
WEIGHTS: NDArray[np.float64] = np.array([k / 10 for k in range(-20, 21) if k])

#: Each activation's symmetry: odd functions pass a change of sign on, even ones swallow it.
SYMMETRY: dict[str, str] = dict.fromkeys(ACTIVATIONS, "neither") | {
    **dict.fromkeys(("linear", "inverse", "sin", "tanh"), "odd"),
    **dict.fromkeys(("abs", "gaussian", "cos"), "even"),
}

_LOOKS = ((VERMILLION, "-", "o"), (BLUE, "--", "s"), (PURPLE, "-.", "^"))
_TITLE: dict[str, Any] = {"loc": "left", "fontsize": 11, "fontweight": "bold"}


def draw_activations(axes: Sequence[Axes]) -> None:
    """Draw each activation of its sum at weight 1, and dashed at weight -1.

    Parameters
    ----------
    axes : sequence of matplotlib.axes.Axes
        Ten of them.
    """
    ramp = np.linspace(-2, 2, 201)
    for place, (ax, (name, f)) in enumerate(zip(axes, ACTIVATIONS.items(), strict=True)):
        # Wide and pale below narrow and dark: where the curves of both weights coincide, both still show.
        ax.plot(ramp, f(ramp), color=colour_of(name), linewidth=4, linestyle="-", label="weight 1")
        ax.plot(ramp, f(-ramp), color=INK, linewidth=1.4, linestyle="--", label="weight -1")
        ax.set_title(f"{name}: {SYMMETRY[name]}", **_TITLE)
        ax.set(xlim=(-2, 2), ylim=(-2.1, 2.1), xticks=[-2, 0, 2], yticks=[-2, 0, 2])
        ax.set(xlabel="sum" if place >= 5 else "", ylabel="value" if place % 5 == 0 else "")


def draw_node(activation: str = "tanh", weight: float = 1.5) -> tuple[Figure, str]:
    """Draw what one node makes of a ramp, and of two inputs that it adds up.

    Parameters
    ----------
    activation : str
    weight : float
        Of its connections.

    Returns
    -------
    figure : matplotlib.figure.Figure
    alt : str
        The same in a sentence.

    """
    f = get(activation)
    ramp = np.linspace(-2, 2, 401)
    fig, (left, right) = figure(1, 2, figsize=(9.6, 3.8))
    left.plot(ramp, f(ramp), color=GREY, linewidth=1.5, linestyle="--", label="weight 1")
    left.plot(ramp, f(weight * ramp), color=colour_of(activation), linewidth=3, label=f"weight {weight:.1f}")
    left.set(
        xlabel="sum of the sources", ylabel="value of the node", xlim=(-2, 2), ylim=(-4.2, 4.2), xticks=range(-2, 3)
    )
    left.set_title(f"{activation} of {weight:.1f} times the sum", **_TITLE)
    left.legend(loc="upper left", frameon=False)
    plane = np.linspace(-1, 1, 121)
    values = f(weight * (plane[None, :] + plane[:, None]))
    image = right.imshow(values, origin="lower", extent=(-1, 1, -1, 1), cmap="PuOr_r", vmin=-2, vmax=2)
    right.grid(visible=False)
    right.set(xlabel="first input", ylabel="second input", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    right.set_title(f"{activation} of {weight:.1f} times (first + second)", **_TITLE)
    fig.colorbar(image, ax=right, label="value of the node", extend="both", ticks=[-2, -1, 0, 1, 2])
    alt = (
        f"What a node with the activation {activation} gives at weight {weight:.1f}: for a ramp from -2 to 2 values "
        f"from {f(weight * ramp).min():.2f} to {f(weight * ramp).max():.2f}; of two inputs, stripes."
    )
    return fig, alt


def explore_node() -> Any:
    """Controls for `draw_node`: the activation and the weight.

    Returns
    -------
    ipywidgets.VBox

    Raises
    ------
    ImportError
        In one line that says what to install, if ipywidgets or matplotlib is missing.
    """
    widgets = require("ipywidgets", "a slider")
    require("matplotlib", "a figure")
    choice = widgets.Dropdown(
        options=list(ACTIVATIONS), value="tanh", description="activation", style={"description_width": "initial"}
    )
    slider = weight_slider(1.5)
    output = redrawn(
        lambda activation, weight: show(*draw_node(activation, weight)), {"activation": choice, "weight": slider}, 440
    )
    return widgets.VBox([widgets.HBox([choice, slider]), output])


def draw_decisions(network: Network, dataset: Dataset, weight: float = 1.0) -> tuple[Figure, str]:
    """Draw how a network divides the plane at one weight, and how many points it gets right at all weights.

    Parameters
    ----------
    network : Network
        Of two inputs and two outputs.
    dataset : Dataset
        Of points in the plane; its validation points are drawn and counted.
    weight : float

    Returns
    -------
    figure : matplotlib.figure.Figure
    alt : str
        The same in a sentence.

    Raises
    ------
    ValueError
        If the network has not two inputs and two outputs.
    """
    if (network.n_inputs, network.n_outputs) != (2, 2):
        raise ValueError(f"{network!r} cannot be drawn in the plane: it needs two inputs and two outputs")
    x, y = np.asarray(dataset.x_validation), dataset.y_validation
    curve = accuracy(evaluate(network, x, WEIGHTS), y)
    fig, (left, right) = figure(1, 2, figsize=(9.6, 4.2), width_ratios=[1, 1.25])
    reach = 1.1 * float(np.abs(x).max())
    side = np.linspace(-reach, reach, 161)
    outputs = evaluate(network, np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2), [weight])[0]
    # Outputs that tie give the first class, as `argmax` does; white says that there is nothing to decide on.
    lead = np.sign(outputs[:, 1] - outputs[:, 0]).reshape(161, 161)
    extent = (-reach, reach, -reach, reach)
    colours = require("matplotlib.colors", "a figure").ListedColormap(["#f7d9a8", "#ffffff", "#b9d7ea"])
    left.imshow(lead, origin="lower", extent=extent, cmap=colours, vmin=-1, vmax=1, aspect="equal")
    for label, colour, marker in ((0, ORANGE, "o"), (1, BLUE, "^")):
        here = x[y == label]
        left.plot(*here.T, marker, color=colour, markersize=4.5, markeredgecolor=INK, markeredgewidth=0.4)
        left.plot([], [], marker, color=colour, markeredgecolor=INK, label=f"class {label}", linestyle="none")
    right_now = float(accuracy(evaluate(network, x, [weight]), y)[0])
    left.grid(visible=False)
    left.set(xlabel="first input", ylabel="second input")
    left.set_title(f"weight {weight:.1f}: {100 * right_now:.0f} % right", **_TITLE)
    left.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=2, frameon=False)
    draw_accuracy_by_weight(right, WEIGHTS, curve, chance=0.5, images=f"{len(x)} validation points")
    right.plot([weight], [100 * right_now], "D", color=VERMILLION, markersize=9, markeredgecolor="white", clip_on=False)
    right.set_ylim(-3, 103)
    alt = (
        f"The plane as the network divides it at weight {weight:.1f}, where {100 * right_now:.0f} % of {len(x)} points "
        f"are right; over the weights from -2 to 2 it is from {100 * curve.min():.0f} to {100 * curve.max():.0f} %."
    )
    return fig, alt


def explore_decisions(network: Network, dataset: Dataset) -> Any:
    """A slider for the shared weight of `draw_decisions`.

    Returns
    -------
    ipywidgets.VBox

    Raises
    ------
    ImportError
        In one line that says what to install, if ipywidgets or matplotlib is missing.
    """
    widgets = require("ipywidgets", "a slider")
    require("matplotlib", "a figure")
    slider = weight_slider()
    output = redrawn(lambda weight: show(*draw_decisions(network, dataset, weight)), {"weight": slider}, 500)
    return widgets.VBox([slider, output])


def draw_losses(ax: Axes, places: ArrayLike, losses: Mapping[str, ArrayLike], *, label: str) -> None:
    """Draw losses, in nats, over whatever `label` names.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    places : array_like (n,)
    losses : mapping of str to array_like (n,)
    label : str
    """
    for (name, values), (colour, line, marker) in zip(losses.items(), _LOOKS, strict=False):
        ax.plot(places, np.asarray(values), color=colour, linestyle=line, marker=marker, markersize=3.5, label=name)
    ax.set(xlabel=label, ylabel="loss (nats for each image)", ylim=(0, None))
    ax.legend(loc="best", frameon=False)


def draw_spread_and_mean(ax: Axes, accuracies: ArrayLike, named: Mapping[str, ArrayLike]) -> None:
    """Draw the spread of networks' accuracies over the shared weight against their mean.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    accuracies : array_like (networks, W)
        From 0 to 1, one network a row: small points.
    named : mapping of str to array_like (W,)
        The same of networks that are marked and named.
    """
    many = 100 * np.asarray(accuracies, np.float64)
    ax.plot(many.mean(axis=1), many.std(axis=1), "o", color=GREY, markersize=3.5, alpha=0.5, label="random networks")
    looks = zip((BLUE, ORANGE, VERMILLION, PURPLE), "D^sP", strict=True)
    for (name, values), (colour, marker) in zip(named.items(), looks, strict=False):
        one = 100 * np.asarray(values, np.float64)
        ax.plot(
            one.mean(), one.std(), marker, color=colour, markersize=10, markeredgecolor="white", label=name, zorder=3
        )
    ax.set(xlabel="right answers, mean over weights (%)", ylabel="standard deviation\nover weights (%)", xlim=(0, 103))
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
