"""One picture of a search: population, accuracy by weight, progress, and what the champion looks at.

A whole matplotlib figure takes 0.15 s to draw, most of it axes and their labels. Here they are drawn once and kept
as pixels, until a limit changes; what moves is drawn on top of a copy, in about 0.02 s.

References
----------
matplotlib, Faster rendering by using blitting.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..network import Network
from ..population import Generation, Individual
from .extras import require
from .search_plots import (
    draw_pixels,
    draw_population,
    draw_progress,
    draw_sides,
    draw_weights,
    measure_sides,
    reach,
)
from .style import BLUE, GREEN, GREY, INK, PALE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..datasets import Dataset

_MOST_POINTS = 400  # of a curve; more would not be seen


@dataclass(frozen=True)
class Snapshot:
    """What is drawn of one generation.

    Attributes
    ----------
    record : Generation
    connections, losses : ndarray (n,)
        Of every individual; the loss is the mean over the shared weights. Empty where only the record is known.
    generations, accuracies, sizes : ndarray (g,)
        The champion's mean accuracy, from 0 to 1, and its connections so far.
    champion : Network or None
    """

    record: Generation
    connections: NDArray[Any]
    losses: NDArray[Any]
    generations: NDArray[Any]
    accuracies: NDArray[Any]
    sizes: NDArray[Any]
    champion: Network | None

    @classmethod
    def of(cls, history: list[Generation], population: list[Individual], champion: Network | None) -> Snapshot:
        """The newest of some records, with the population that it is about."""
        some = np.unique(np.linspace(0, len(history) - 1, min(len(history), _MOST_POINTS)).round().astype(int))
        chosen = [history[i] for i in some]
        return cls(
            record=history[-1],
            connections=np.array([individual.network.n_connections for individual in population]),
            losses=np.array([individual.losses.mean() for individual in population]),
            generations=np.array([record.generation for record in chosen]),
            accuracies=np.array([record.accuracy for record in chosen]),
            sizes=np.array([record.champion_connections for record in chosen]),
            champion=champion,
        )

    @property
    def caption(self) -> str:
        """The state of the search in a line."""
        record = self.record
        return (
            f"generation {record.generation:,}: {record.networks:,} networks tried, "
            f"{record.networks_per_second:,.0f} a second. Champion: {100 * record.accuracy:.1f} % right "
            f"(validation, mean over weights), {record.champion_connections:,} connections"
        )

    @property
    def alt(self) -> str:
        """The picture in words."""
        front = self.record.front
        ends = f", from {front[0][0]:,} to {front[-1][0]:,} connections" if front else ""
        by_weight = ", ".join(f"{100 * share:.0f}" for share in self.record.accuracies)
        return (
            f"{self.caption}. The first Pareto front has {len(front)} sizes{ends}. "
            f"Right answers at each shared weight: {by_weight} %."
        )


class SearchPicture:
    """Axes for the snapshots of one search.

    Parameters
    ----------
    weights : tuple of float (W,)
        The shared weights.
    n_classes : int
    dataset : Dataset, optional
        Of images or of points in the plane, for the fourth panel; without it, or where it is neither, the fourth panel
        shows the champion's size.
    """

    def __init__(self, weights: tuple[float, ...], n_classes: int, dataset: Dataset | None = None) -> None:
        self.weights = weights
        self.dataset = dataset if dataset is not None and (dataset.image_shape or dataset.n_inputs == 2) else None
        self._chance = 1 / n_classes
        self._limits: dict[tuple[str, str], tuple[float, float]] = {}
        self._background: Any = None
        self._map: tuple[Network | None, Any] = (None, None)
        # No pyplot and no rc_context: this is used by a thread while the kernel draws figures of its own.
        agg = require("matplotlib.backends.backend_agg", "a figure").FigureCanvasAgg
        self.figure: Figure = require("matplotlib.figure", "a figure").Figure(figsize=(6.9, 5.3), dpi=95)
        self._canvas = agg(self.figure)
        population, by_weight, progress, last = self.figure.subplots(2, 2).ravel()
        # Each quarter of the picture is drawn by itself, so tick labels must not reach into the next.
        self.figure.subplots_adjust(0.085, 0.085, 0.985, 0.945, 0.32, 0.34)
        self.axes: dict[str, Axes] = dict(
            zip(("population", "weights", "progress", "last"), (population, by_weight, progress, last), strict=True)
        )
        labels = {
            "population": ("population, first Pareto front", "connections", "loss (nats)"),
            "weights": ("champion by shared weight", "shared weight", "right answers (%)"),
            "progress": ("champion, mean over weights", "generation", "right answers (%)"),
            "last": self._last_labels(),
        }
        for name, ax in self.axes.items():
            _style(ax, *labels[name])
        span = max(map(abs, weights))
        by_weight.set(xlim=(-1.08 * span, 1.08 * span), ylim=(0, 102))
        progress.set(ylim=(0, 102))
        for ax in (by_weight, progress):
            ax.axhline(100 * self._chance, color=GREY, linestyle=":", linewidth=1.2)
        by_weight.annotate(
            "blind guessing",
            (0.02, 100 * self._chance + 1.5),
            xycoords=("axes fraction", "data"),
            color=GREY,
            fontsize=8,
        )
        if self.dataset is not None:
            self._prepare_map(last)

    def draw(self, snapshot: Snapshot) -> bytes:
        """The snapshot as a PNG."""
        self._keep_axes(self._fit(snapshot))
        for name, artists in self._artists(snapshot).items():
            for artist in artists:
                self.axes[name].draw_artist(artist)
                artist.remove()
        picture = require("PIL.Image", "a figure").fromarray(np.asarray(self._canvas.buffer_rgba())[..., :3])
        buffer = io.BytesIO()
        picture.save(buffer, "png", compress_level=1)
        return buffer.getvalue()

    def _keep_axes(self, changed: set[str]) -> None:
        """Bring the pixels of empty axes onto the canvas; only axes that changed are drawn anew."""
        if self._background is None:
            self._canvas.draw()
        else:
            self._canvas.restore_region(self._background)
            paper = np.asarray(self._canvas.buffer_rgba())
            height, width = paper.shape[0] // 2, paper.shape[1] // 2
            for place, (name, ax) in enumerate(self.axes.items()):
                if name in changed:
                    row, column = divmod(place, 2)
                    paper[row * height : (row + 1) * height, column * width : (column + 1) * width] = 255
                    ax.draw(self._canvas.get_renderer())
        if changed or self._background is None:
            self._background = self._canvas.copy_from_bbox(self.figure.bbox)

    def _artists(self, snapshot: Snapshot) -> dict[str, list[Any]]:
        axes, record = self.axes, snapshot.record
        drawn = {
            "population": draw_population(axes["population"], snapshot.connections, snapshot.losses, record.front),
            "weights": draw_weights(axes["weights"], self.weights, record.accuracies or [np.nan] * len(self.weights)),
            "progress": draw_progress(axes["progress"], snapshot.generations, 100 * snapshot.accuracies, GREEN),
        }
        if self.dataset is None:
            drawn["last"] = draw_progress(axes["last"], snapshot.generations, snapshot.sizes, BLUE)
        elif snapshot.champion is not None:
            drawn["last"] = self._draw_map(snapshot.champion, self.dataset)
        return drawn

    def _draw_map(self, champion: Network, dataset: Dataset) -> list[Any]:
        if dataset.image_shape is not None:
            return draw_pixels(self.axes["last"], champion, dataset.image_shape)
        if self._map[0] is not champion:
            self._map = champion, measure_sides(champion, dataset, self.weights)
        return draw_sides(self.axes["last"], self._map[1], dataset)

    def _fit(self, snapshot: Snapshot) -> set[str]:
        """Move the limits of the axes where the snapshot needs it; the names of those that changed."""
        front = np.asarray(snapshot.record.front, np.float64).reshape(-1, 2)
        connections = np.concatenate([front[:, 0], snapshot.connections])
        # A few individuals may have any loss: those far worse than blind guessing may stay outside.
        guessing = -np.log(self._chance)
        most = min(np.quantile(snapshot.losses, 0.9), 1.3 * guessing) if len(snapshot.losses) else guessing
        losses = np.concatenate([front[:, 1], snapshot.losses[snapshot.losses <= most]])
        generations, sizes = np.append(snapshot.generations[-1:], 0), np.append(snapshot.sizes, 0)
        # Room is where the search is heading: more connections, less loss.
        wanted: list[tuple[str, str, NDArray[Any], float, float, float]] = [
            ("population", "x", connections, 20.0, 0.2, 1.0),
            ("population", "y", losses, 0.05, 0.7, 0.2),
            ("progress", "x", generations, 50.0, 0.0, 0.8),
        ]
        if self.dataset is None:
            wanted += [("last", "x", generations, 50.0, 0.0, 0.8), ("last", "y", sizes, 10.0, 0.0, 0.5)]
        return {axis[0] for axis in wanted if self._cover(*axis)}

    def _cover(self, name: str, axis: str, values: NDArray[Any], least: float, below: float, above: float) -> bool:
        """Let an axis cover the values, with so many times their span below and above; whether it had to change."""
        if not len(values):
            return False
        low, high = float(values.min()), float(values.max())
        start, end = self._limits.get((name, axis), (0.0, 0.0))
        span = max(high - low, least)
        if start <= low and high <= end and span >= 0.25 * (end - start):
            return False
        limits = self._limits[name, axis] = max(0.0, low - below * span), high + above * span
        self.axes[name].set(**{f"{axis}lim": limits})
        return True

    def _last_labels(self) -> tuple[str, str, str]:
        if self.dataset is None:
            return "champion's size", "generation", "connections"
        if self.dataset.image_shape is None:
            return "champion in the plane", "first input", "second input"
        return "pixels the champion listens to", "dark: many connections", ""

    def _prepare_map(self, ax: Axes) -> None:
        assert self.dataset is not None
        ax.grid(visible=False)
        ax.set_anchor("W")
        if self.dataset.image_shape is None:
            far = reach(self.dataset)
            ax.set(xlim=(-far, far), ylim=(-far, far), aspect="equal")
        else:
            rows, columns = self.dataset.image_shape
            ax.set(xlim=(0, columns), ylim=(rows, 0), aspect="equal", xticks=[], yticks=[], facecolor="#f4f6f8")


def _style(ax: Axes, title: str, across: str, up: str) -> None:
    ax.set_title(title, loc="left", fontsize=10, fontweight="bold", color=INK)
    ax.set_xlabel(across, fontsize=9, color=INK, labelpad=2)
    ax.set_ylabel(up, fontsize=9, color=INK, labelpad=2)
    ax.tick_params(labelsize=8, colors=GREY, labelcolor=INK)
    ax.grid(visible=True, color=PALE, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.locator_params(nbins=5)
    for name, spine in ax.spines.items():
        spine.set(visible=name in ("left", "bottom"), color=GREY)
