"""Predict, then run: a guess that is kept and shown beside the answer."""

from __future__ import annotations

from math import floor, log10
from typing import Any

from .extras import require


class Prediction:
    """A guess, made before the answer is known, and its comparison with the answer.

    Shown in a notebook it is a slider with a question; without ipywidgets it is the question alone, and the
    guess is whatever `value` is set to.

    Parameters
    ----------
    question : str
    low, high : float
        The range of possible guesses.
    unit : str
        What the number counts.

    Attributes
    ----------
    value : float or None
        The guess, None before one is made.

    Examples
    --------
    >>> guess = Prediction("How many of 100 coins show heads?", unit="coins")
    >>> guess.compare(48)
    'You made no guess. The answer is 48 coins.'
    >>> guess.value = 50
    >>> guess.compare(48)
    'Your guess was 50 coins. The answer is 48 coins, 2 less.'
    """

    def __init__(self, question: str, low: float = 0, high: float = 100, unit: str = "%") -> None:
        if not low < high:
            raise ValueError(f"guesses from {low!r} to {high!r}: the first must be below the second")
        self.question, self.low, self.high, self.unit = question, low, high, unit
        self.value: float | None = None

    def widget(self) -> Any:
        """The question with a slider; each move is kept in `value`.

        Raises
        ------
        ImportError
            In one line that says what to install, if ipywidgets is missing.
        """
        widgets = require("ipywidgets", "a slider")
        step = (self.high - self.low) / 100
        slider = widgets.FloatSlider(
            value=(self.low + self.high) / 2,
            min=self.low,
            max=self.high,
            step=step,
            description="my guess",
            continuous_update=False,
            readout_format=f".{max(0, -floor(log10(step)))}f",
            style={"description_width": "initial"},
            layout={"width": "60%", "min_width": "320px"},
        )
        kept = widgets.Label("Move the slider to guess.")

        def keep(change: Any) -> None:
            self.value = float(change["new"])
            kept.value = f"Your guess: {self._say(self.value)}. Now run the next cell."

        slider.observe(keep, "value")
        return widgets.VBox([widgets.Label(self.question), slider, kept])

    def compare(self, answer: float) -> str:
        """The guess beside the answer, in a sentence."""
        if self.value is None:
            return f"You made no guess. The answer is {self._say(answer)}."
        difference = float(f"{answer - self.value:.1f}")
        judged = f"{abs(difference):g} {'more' if difference > 0 else 'less'}"
        if difference == 0:
            judged = "just as you thought"
        return f"Your guess was {self._say(self.value)}. The answer is {self._say(answer)}, {judged}."

    def _say(self, number: float) -> str:
        return f"{float(f'{number:.1f}'):g} {self.unit}".strip()

    def _ipython_display_(self) -> None:
        display = require("IPython.display", "showing a widget").display
        try:
            shown = self.widget()
        except ImportError:
            print(f"{self.question} Write your guess down: guess.value = ...")
        else:
            display(shown)
