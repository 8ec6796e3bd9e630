"""Ending a search early and in good order."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any


class Interruption:
    """While this is entered, Ctrl-C and the signal to terminate ask for an end; the second time they enforce it.

    Attributes
    ----------
    code : int
        The exit code that a shell expects after the signal: 130, or 143 to terminate; 0 if there was none. Whoever
        runs the program looks here, and ends where it can be ended.
    """

    def __init__(self) -> None:
        self.code = 0
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Interruption:
        # Only the main thread may change what a signal does; elsewhere, its own way of stopping stays.
        if threading.current_thread() is threading.main_thread():
            # Also where Ctrl-C was set to be ignored, as scripts do for what runs in the background: a signal sent
            # to this very process is meant.
            self._before = {number: signal.signal(number, self._handle) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.code:
            raise KeyboardInterrupt
        self.code = 128 + number
