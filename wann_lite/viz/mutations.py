"""What mutations do, in pictures: to a network's output over the plane, and to the loss of many children."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ..evaluate import evaluate
from .extras import require
from .style import GREEN, GREY, INK, VERMILLION

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..network import Network

#: A change of loss below this, in nats, counts as none.
NONE = 1e-5
_MOST = 10.0


def draw_output(ax: Axes, network: Network, weight: float = 1.0, reach: float = 2.0) -> None:
    """Draw the first output of a network over the plane of its two inputs.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    network : Network
        Of two inputs.
    weight : float
        The shared weight.
    reach : float
        Both inputs go from minus this to this; the colours too.

    Raises
    ------
    ValueError
        If the network has not two inputs.
    """
    if network.n_inputs != 2:
        raise ValueError(f"{network!r} has no plane of inputs: it needs two")
    side = np.linspace(-reach, reach, 121)
    values = evaluate(network, np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2), [weight])[0, :, 0]
    extent = (-reach, reach, -reach, reach)
    image = values.reshape(121, 121)
    ax.imshow(image, origin="lower", extent=extent, cmap="PuOr_r", vmin=-reach, vmax=reach)
    if np.ptp(image) > 0:
        ax.contour(side, side, image, levels=np.linspace(-3 * reach, 3 * reach, 13), colors=INK, linewidths=0.6)
    ax.grid(visible=False)
    ax.set(xlabel="input $x_1$", ylabel="input $x_2$", xticks=[-reach, 0, reach], yticks=[-reach, 0, reach])


def draw_changes(axes: ArrayLike, changes: Mapping[str, ArrayLike]) -> None:
    """Draw how the loss of many children differs from their parent's: better to the left, worse to the right.

    Parameters
    ----------
    axes : array_like of matplotlib.axes.Axes (k,)
        One above the other, one for each kind.
    changes : mapping of str to array_like (n,)
        By kind of mutation: the child's loss minus the parent's, in nats.
    """
    ticker = require("matplotlib.ticker", "a figure")
    powers = np.geomspace(NONE, _MOST, 25)
    edges = np.concatenate([-powers[::-1], powers])
    panels = list(np.asarray(axes, dtype=object).ravel())
    for ax, (kind, values) in zip(panels, changes.items(), strict=True):
        change = np.asarray(values, np.float64)
        better, same = 100 * np.mean(change < -NONE), 100 * np.mean(np.abs(change) <= NONE)
        worse = 100 - better - same
        # Small changes have a bar of their own in the middle, large ones the last bars.
        held = np.sign(change) * np.clip(np.abs(change), 0, 0.999 * _MOST)
        share = 100 * np.histogram(held, edges)[0] / len(change)
        middles = np.arange(len(share)) - len(powers) + 1
        colours = [GREEN if place < 0 else VERMILLION if place > 0 else GREY for place in middles]
        ax.bar(middles, share, width=0.9, color=colours)
        ax.set_title(
            f"{kind}: {better:.0f} % better, {same:.0f} % the same, {worse:.0f} % worse", loc="left", fontsize=11
        )
        ax.set(ylabel="children (%)", xlim=(middles[0] - 1, middles[-1] + 1))
        ax.yaxis.set_major_locator(ticker.MaxNLocator(3))
        if ax is not panels[-1]:
            ax.tick_params(labelbottom=False)
    # Bar k > 0 begins at the (k - 1)-th power, which is 10 ** (-5 + (k - 1) / 4).
    names = ("0.0001", "0.01", "1")
    places = [4 * (decade + 5) + 0.5 for decade in (-4, -2, 0)]
    ticks = [-place for place in reversed(places)] + [0] + places
    panels[-1].set_xticks(ticks, [*(f"−{name}" for name in reversed(names)), "0", *names])
    panels[-1].set_xlabel("change of the loss (nats for each image)")
