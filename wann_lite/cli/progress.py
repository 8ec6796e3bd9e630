"""The line that tells how a search is doing."""

from __future__ import annotations

import os
import time
from typing import TextIO

from ..population import Generation

_ON_A_TERMINAL = 0.1  # seconds between updates: quicker than that is a flicker
_ELSEWHERE = 5.0
_USUAL_WIDTH = 80


class Progress:
    """One line that is rewritten on a terminal; elsewhere a line every few seconds.

    Parameters
    ----------
    stream : text file
        Where it goes.
    minutes, generations : float, int
        What the search is going to take. Time left is told unless it is to end after so many generations.

    Examples
    --------
    >>> import io
    >>> progress = Progress(io.StringIO(), minutes=None, generations=100)
    >>> progress.show(Generation(60, 9312, 2.0, 0.4, 12, 3, 0.875, 14, "connections"))
    >>> print(progress.stream.getvalue())
    generation 60  accuracy 87.50%  14 connections  4,656 networks/s  40 generations left
    """

    def __init__(self, stream: TextIO, *, minutes: float | None, generations: int | None) -> None:
        self.stream = stream
        self._minutes, self._generations = minutes, generations
        self._terminal = stream.isatty()
        self._every = _ON_A_TERMINAL if self._terminal else _ELSEWHERE
        self._started = time.monotonic()
        self._shown_at = float("-inf")
        self._latest: Generation | None = None

    def show(self, generation: Generation) -> None:
        """Tell of this generation, unless the last was told only just now."""
        self._latest = generation
        if time.monotonic() - self._shown_at >= self._every:
            self._write(generation)

    def end(self) -> None:
        """Tell of the last generation in any case, and leave the line."""
        if self._latest is not None:
            self._write(self._latest)
        if self._terminal:
            self.stream.write("\n")
            self.stream.flush()

    def _write(self, generation: Generation) -> None:
        self._latest = None
        self._shown_at = time.monotonic()
        text = self._text(generation)
        if self._terminal:
            # One column stays free: some terminals begin a new line when the last is filled.
            width = _width(self.stream) - 1
            self.stream.write(f"\r{text[:width]:{width}}")
        else:
            self.stream.write(f"{text}\n")
        self.stream.flush()

    def _text(self, generation: Generation) -> str:
        return (
            f"generation {generation.generation}  accuracy {generation.accuracy:.2%}  "
            f"{generation.champion_connections:,} connections  "
            f"{generation.networks_per_second:,.0f} networks/s  {self._left(generation)}"
        )

    def _left(self, generation: Generation) -> str:
        if self._minutes is None:
            left = max(0, (self._generations or 0) - generation.generation)
            return f"{left:,} generation{'' if left == 1 else 's'} left"
        seconds = max(0.0, 60 * self._minutes - (time.monotonic() - self._started))
        minutes, rest = divmod(round(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{rest:02} left" if hours else f"{minutes}:{rest:02} left"


def _width(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or _USUAL_WIDTH
    except (OSError, ValueError):
        return _USUAL_WIDTH
