"""What an evaluation costs and what limits it: networks a second, memory traffic, and how a batch is dealt out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .extras import require
from .style import BLUE, COLOURS, GREEN, GREY, INK, LINES, MARKERS, ORANGE, PALE, SKY, VERMILLION

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Numbers in an array whose traffic is measured: from 4 KB to 64 MB of float32.
ARRAY_LENGTHS = tuple(2**k for k in range(10, 25, 2))
_TRAFFIC = 2**26  # bytes that a measurement moves at least


def seconds(function: Callable[[], object], tries: int = 5) -> float:
    """The processor time of a call: the least of several tries, as everything that disturbs it only adds.

    Parameters
    ----------
    function : callable
        Called without arguments.
    tries : int

    Examples
    --------
    >>> 0 <= seconds(lambda: sum(range(1000))) < 1
    True
    """
    return min(_once(function) for _ in range(tries))


def _once(function: Callable[[], object]) -> float:
    started = time.process_time()
    function()
    return time.process_time() - started


class Work(NamedTuple):
    """A piece of array work: how many operations and bytes it takes, and how fast it was.

    Attributes
    ----------
    name : str
    intensity : float
        Floating-point operations for each byte that is read or written.
    speed : float
        Operations a second.
    """

    name: str
    intensity: float
    speed: float


def measure_bandwidth(lengths: Sequence[int] = ARRAY_LENGTHS) -> NDArray[np.float64]:
    """The bytes a second (lengths,) that adding two float32 arrays moves: two are read, one is written.

    Parameters
    ----------
    lengths : sequence of int
        Numbers in each array.
    """
    rates = []
    for length in lengths:
        a, b, total = (np.ones(length, np.float32) for _ in range(3))
        times = max(1, _TRAFFIC // (12 * length))

        def turn(a: Any = a, b: Any = b, total: Any = total, times: int = times) -> None:
            for _ in range(times):
                np.add(a, b, out=total)

        rates.append(12 * length * times / max(seconds(turn, 3), 1e-9))
    return np.array(rates)


def measure_work(n: int = 1000, weights: int = 6) -> list[Work]:
    """How fast the pieces are that evaluations are made of, on a batch of this size.

    Parameters
    ----------
    n : int
        Examples.
    weights : int
        Shared weights.

    Returns
    -------
    list of Work
        Adding one array to a sum, a relu, a column of the dense matrix, and a product of two full matrices.

    Notes
    -----
    Bytes are those that must be moved if nothing is in the cache and everything is moved once.
    """
    a, b, total = (np.ones((weights, n), np.float32) for _ in range(3))
    values, column, zero = np.ones((n, 400)), np.ones(400), np.float32(0)
    left, right = np.ones((1000, 1000), np.float32), np.ones((1000, 1000), np.float32)
    cases: tuple[tuple[str, float, float, int, Callable[[], object]], ...] = (
        ("one array into a sum", a.size, 3 * a.nbytes, 300, lambda: np.add(a, b, out=total)),
        ("relu", a.size, 2 * a.nbytes, 300, lambda: np.maximum(a, zero, out=total)),
        ("a dense node", 2 * values.size, values.nbytes, 20, lambda: values @ column),
        ("matrix product", 2 * left.size * 1000, 3 * left.nbytes, 1, lambda: left @ right),
    )
    found = []
    for name, operations, moved, times, call in cases:

        def turn(call: Callable[[], object] = call, times: int = times) -> None:
            for _ in range(times):
                call()

        found.append(Work(name, operations / moved, operations * times / max(seconds(turn, 3), 1e-9)))
    return found


def draw_cost_by_size(ax: Axes, sizes: ArrayLike, milliseconds: Mapping[str, ArrayLike]) -> None:
    """Draw the processor time of one network over its number of connections, for several ways to evaluate it.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    sizes : array_like (s,)
    milliseconds : mapping of str to array_like (s,)
    """
    for (name, values), colour, line, marker in zip(milliseconds.items(), COLOURS, LINES, MARKERS, strict=False):
        ax.plot(sizes, np.asarray(values), color=colour, linestyle=line, marker=marker, label=name)
    ax.set(xscale="log", yscale="log", xlabel="connections", ylabel="processor time of a network (ms)")
    ticks = np.asarray(sizes)
    ax.set_xticks(ticks, [f"{tick:,}" for tick in ticks.tolist()])
    ax.yaxis.set_major_formatter("{x:g}")
    ax.xaxis.minorticks_off()
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)


def draw_bandwidth(ax: Axes, lengths: ArrayLike, rates: ArrayLike) -> None:
    """Draw how many bytes a second an addition moves, over the memory that its arrays take.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    lengths : array_like (k,)
        Numbers in each of the three arrays.
    rates : array_like (k,)
        Bytes a second.
    """
    sizes = 12 * np.asarray(lengths, float)
    ax.plot(sizes, np.asarray(rates) / 1e9, color=BLUE, marker="o", linestyle="-")
    ax.set(xscale="log", xlabel="memory of the three arrays", ylabel="traffic (GB/s)", ylim=(0, None))
    ax.set_xticks([1e4, 1e5, 1e6, 1e7, 1e8], ["10 KB", "100 KB", "1 MB", "10 MB", "100 MB"])
    ax.xaxis.minorticks_off()


def draw_roofline(ax: Axes, works: Sequence[Work], bandwidths: Mapping[str, float]) -> None:
    """Draw speed over operations for each byte: no work can be above the roof, and which part is above it tells why.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    works : sequence of Work
        The fastest of them is taken for what the processor can do at most.
    bandwidths : mapping of str to float
        Bytes a second of memory and caches, by name; each is a slope of the roof.

    References
    ----------
    Williams, Waterman & Patterson (2009), Roofline: an insightful visual performance model for multicore
    architectures. Communications of the ACM 52(4).
    """
    peak = max(work.speed for work in works)
    reach = np.geomspace(0.03, 1000, 200)
    for (name, bandwidth), colour, line in zip(bandwidths.items(), (INK, GREY), ("-", "--"), strict=False):
        ax.plot(reach, np.minimum(peak, bandwidth * reach) / 1e9, color=colour, linestyle=line, label=name)
    for work, colour, marker in zip(works, (VERMILLION, ORANGE, GREEN, BLUE), "osD^", strict=False):
        ax.plot([work.intensity], [work.speed / 1e9], marker, color=colour, markersize=9, markeredgecolor="white")
        right = work.intensity > 30  # where there is no more room beside it
        ax.annotate(
            work.name,
            (work.intensity, work.speed / 1e9),
            xytext=(0, -16) if right else (10, -4),
            textcoords="offset points",
            ha="center" if right else "left",
            color=colour,
            fontsize=9.5,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1},
        )
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="operations for each byte moved",
        ylabel="billion operations a second",
        ylim=(0.2, 3 * peak / 1e9),
    )
    ax.minorticks_off()
    ax.xaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_major_formatter("{x:g}")
    ax.legend(loc="lower right", frameon=False)


def draw_shards(ax: Axes, shards: int = 4, images: int = 1000) -> None:
    """Draw how a batch is dealt out: the same plans for every shard, and one sum of losses from each.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    shards : int
    images : int
        In the batch.
    """
    patch = require("matplotlib.patches", "a figure").FancyBboxPatch

    def box(left: float, middle: float, width: float, height: float, text: str, colour: str) -> None:
        ax.add_patch(
            patch(
                (left, middle - height / 2),
                width,
                height,
                boxstyle="round,pad=0,rounding_size=0.12",
                facecolor=colour,
                edgecolor=INK,
                linewidth=1,
            )
        )
        ax.text(left + width / 2, middle, text, ha="center", va="center", fontsize=9.5)

    def arrow(start: tuple[float, float], end: tuple[float, float]) -> None:
        ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": GREY, "linewidth": 1.4})

    heights = 0.5 + np.arange(shards)[::-1]
    centre = shards / 2
    box(0, centre, 2.3, 1.5, "the search:\nrank, mutate,\nmake plans", "#ffffff")
    parts = np.array_split(np.arange(1, images + 1), shards)
    for i, (y, part) in enumerate(zip(heights.tolist(), parts, strict=True)):
        its = f"images {part[0]:,} to {part[-1]:,}" if len(part) else "no images"
        box(4.1, y, 2.9, 0.74, f"shard {i + 1}: {its},\nall sums and values there", SKY + "55")
        arrow((2.35, centre), (4.05, y))
        arrow((7.05, y), (8.75, centre))
        ax.text(7.9, (y + centre) / 2 + 0.05, f"$L_{{{i + 1}}}$", ha="center", va="bottom", fontsize=10)
    box(8.8, centre, 2.2, 1.5, f"loss =\n(sum of all $L$)\n/ {images:,}", ORANGE + "44")
    ax.text(3.2, shards + 0.1, "plans: a few numbers", ha="center", color=GREY, fontsize=9.5)
    ax.text(7.9, shards + 0.1, "losses: one a weight", ha="center", color=GREY, fontsize=9.5)
    ax.set(xlim=(-0.2, 11.2), ylim=(-0.1, shards + 0.5))
    ax.set_axis_off()


def draw_zeros(ax: Axes, matrix: ArrayLike, first: int) -> None:
    """Draw a weight matrix: dark where there is a connection, and a line above which the nodes have no sources.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    matrix : array_like (N, N)
        Row: source, column: target.
    first : int
        How many of the nodes are bias and inputs.
    """
    array = np.asarray(matrix) != 0
    rows, columns = np.nonzero(array[:, first:])
    ax.plot(columns + first, rows, "s", color=BLUE, markersize=2, markeredgewidth=0)
    ax.axhline(first - 0.5, color=PALE, linewidth=1)
    ax.set(xlim=(first - 1, len(array)), ylim=(len(array), -1), xlabel="to node (column)", ylabel="from node (row)")
    ax.grid(visible=False)
