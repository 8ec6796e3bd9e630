"""The settings of a search as controls: what is chosen, told in a line, or what is wrong with it."""

from __future__ import annotations

from html import escape
from typing import Any

from ..activations import NAMES
from ..config import PRESETS, SearchConfig
from .extras import require
from .style import VERMILLION

_GIVEN = "as given"
_AS_PRESET = "those of the preset"
#: Pools of activations by name.
POOLS: dict[str, tuple[str, ...] | None] = {
    _AS_PRESET: None,
    "all but step": tuple(name for name in NAMES if name != "step"),
    "linear, inverse, abs, relu": ("linear", "inverse", "abs", "relu"),
    "only relu": ("relu",),
}


class SettingsPanel:
    """Controls for the settings that lessons talk about; all others stay as the preset has them.

    Parameters
    ----------
    config : SearchConfig
        What the controls show first.
    seed : int

    Attributes
    ----------
    box : ipywidgets.VBox
    """

    def __init__(self, config: SearchConfig, seed: int) -> None:
        widgets = require("ipywidgets", "a panel of settings")
        self._given = config
        known = next((name for name, preset in PRESETS.items() if preset == config), _GIVEN)
        style, half = {"description_width": "130px"}, {"width": "330px"}
        names = [*PRESETS] if known != _GIVEN else [_GIVEN, *PRESETS]
        self.preset = widgets.Dropdown(options=names, value=known, description="preset", style=style, layout=half)
        self.seed = widgets.IntText(value=seed, description="seed", style=style, layout=half)
        self.population = widgets.IntText(description="population", style=style, layout=half)
        self.tournament = widgets.IntText(description="tournament size", style=style, layout=half)
        self.weights = widgets.Text(description="shared weights", continuous_update=False, style=style, layout=half)
        self.activations = widgets.Dropdown(options=list(POOLS), description="activations", style=style, layout=half)
        self.by_size = _share(widgets, "ranked by connections")
        self.rates = {
            kind: _share(widgets, kind.replace("_", " "))
            for kind in ("add_connection", "insert_node", "enable_connection", "change_activation", "remove_connection")
        }
        self._line = widgets.HTML()
        left = [self.preset, self.seed, self.population, self.tournament, self.weights, self.activations]
        right = [self.by_size, *self.rates.values()]
        self.box = widgets.VBox([widgets.HBox([widgets.VBox(left), widgets.VBox(right)]), self._line])
        self._show_preset()
        self.preset.observe(lambda change: self._show_preset(), "value")
        for control in [*left[1:], *right]:
            control.observe(lambda change: self._tell(), "value")

    def read(self) -> tuple[SearchConfig, int]:
        """The settings and the seed that are chosen.

        Raises
        ------
        ValueError
            If a setting is out of its range.
        """
        changes: dict[str, Any] = {
            "population": self.population.value,
            "tournament": self.tournament.value,
            "complexity_ranking": self.by_size.value,
            "weights": _numbers(self.weights.value),
            "rates": {kind: slider.value for kind, slider in self.rates.items()},
        }
        pool = POOLS[self.activations.value]
        if pool is not None:
            changes["activations"] = pool
        if self.seed.value < 0:
            raise ValueError(f"the seed is {self.seed.value}: it is a whole number of at least 0")
        return self._base.replace(**changes), self.seed.value

    @property
    def _base(self) -> SearchConfig:
        return PRESETS.get(self.preset.value, self._given)

    def _show_preset(self) -> None:
        base = self._base
        self.population.value, self.tournament.value = base.population, base.tournament
        self.by_size.value = base.complexity_ranking
        self.weights.value = ", ".join(f"{weight:g}" for weight in base.weights)
        self.activations.value = _AS_PRESET
        for kind, slider in self.rates.items():
            slider.value = base.rates.get(kind, 0.0)
        # Informed mutations are not drawn by rates, and their search ranks by loss and price alone.
        for control in (self.activations, self.by_size, *self.rates.values()):
            control.disabled = base.survey > 0
        # One parent needs no tournament.
        self.tournament.disabled = base.population - round(base.population * base.cull) <= 1
        self._tell()

    def _tell(self) -> None:
        """Say what the next search will be, or in one line why there is none."""
        try:
            config, seed = self.read()
        except ValueError as error:
            self.say(str(error), wrong=True)
            return
        base, chosen = self._base.to_dict(), config.to_dict()
        for settings in (base, chosen):
            settings |= {f"rate of {kind}": rate for kind, rate in settings.pop("rates").items()}
        changed = [f"{name} = {value}" for name, value in chosen.items() if value != base.get(name, 0.0)]
        if config.survey:
            changed.append("mutations are those that derivatives of the loss propose")
        self.say(f"Next search: preset {self.preset.value}, seed {seed}" + "".join(f"; {text}" for text in changed))

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Show one line below the controls."""
        colour = f' style="color:{VERMILLION};font-weight:bold"' if wrong else ""
        self._line.value = f"<span{colour}>{escape(text)}</span>"

    @property
    def told(self) -> str:
        """The line below the controls."""
        return str(self._line.value)


def _share(widgets: Any, description: str) -> Any:
    return widgets.FloatSlider(
        value=0,
        min=0.0,
        max=1.0,
        step=0.05,
        description=description,
        continuous_update=False,
        style={"description_width": "150px"},
        layout={"width": "420px"},
    )


def _numbers(text: str) -> tuple[float, ...]:
    numbers = []
    for part in text.replace("\u2212", "-").split(","):
        try:
            numbers.append(float(part))
        except ValueError:
            raise ValueError(
                f"the shared weights hold {part.strip()!r}: write numbers with commas between, such as -2, -1, 1, 2"
            ) from None
    return tuple(numbers)
