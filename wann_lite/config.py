"""The settings of a search, checked, and the presets."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

from .activations import NAMES
from .evaluate import SEARCH_WEIGHTS
from .mutation import DRAWN

_NO_STEP = tuple(name for name in NAMES if name != "step")
# f(c x) = c f(x) for every c > 0: what such a node tells apart does not depend on the size of its sum,
# so hardly on the weight.
_HOMOGENEOUS = ("linear", "inverse", "abs", "relu")


_BYTES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


def _rates(
    connection: float, node: float, enable: float, activation: float, remove: float = 0.0
) -> Mapping[str, float]:
    kinds = ("add_connection", "insert_node", "enable_connection", "change_activation", "remove_connection")
    return MappingProxyType(dict(zip(kinds, (connection, node, enable, activation, remove), strict=True)))


@dataclass(frozen=True, kw_only=True)
class SearchConfig:
    """Every setting of a search. The defaults are the preset ``default``; `preset` gives the others.

    Attributes
    ----------
    population : int
        Individuals in a generation, elites included.
    generations : int
        Where the search ends by itself.
    initial_connections : float
        The fraction of all connections from bias and inputs to outputs that a founder has.
    tournament : int
        How many compete to become a parent.
    elite, cull : float
        The fraction of a generation that lives on unchanged, and that has no children.
    complexity_ranking : float
        How often a generation is ranked by (mean loss, connections); else by (mean loss, lowest loss). It has no effect
        with informed mutations: then a generation is ranked by the mean loss and the price of connections.
    rates : mapping
        How often each kind of blind mutation is drawn (`wann_lite.mutation.DRAWN`).
    activations : tuple of str
        What a hidden node may become by a blind mutation; informed ones have their own (`wann_lite.survey`).
    weights : tuple of float
        The shared weights that every individual is evaluated at. By default they reach closer to zero than the
        paper's six, where a network that was never tried often fails.
    scale_free : bool
        Whether the loss is the scale-free cross-entropy (`wann_lite.losses`), or the plain one.
    batch : int
        Training examples in a batch, in the end.
    first_batch : int
        In the first batch. While almost any step is an improvement, a few examples tell it.
    batch_growth : float
        Examples by which the batch grows in a generation, until it has its size.
    batch_every : int
        Generations between changes of batch.
    max_connections : int or None
        A child of an individual that has so many loses one before it may gain one.
    shards : int or None
        In how many slices a batch is dealt out, at most `batch`; many workers carry them at once. None is one for 2,500
        of `batch`. It decides how sums are rounded, so another number may find another network.
    memory : str
        What the arrays of a generation may take, such as "500MB" or "2GB", those of a survey among them; a batch, and
        a survey, is no larger than fits.
    survey : int
        How many examples of each new batch tell which changes promise most (`wann_lite.survey`); mutations are then
        informed. With 0 they are blind.
    price : float
        What a connection costs beside the loss, as a part of what those to be added promise to earn; less while there
        are fewer than `max_connections`, by the eighth power of the ratio. Without that limit, or with blind
        mutations, it has no effect.
    validate_every : int
        Generations between looks at the validation examples, by which the champion is chosen.

    Raises
    ------
    ValueError
        If a setting is out of its range; the message says which and what is allowed.

    Examples
    --------
    >>> SearchConfig(population=48).population
    48
    """

    population: int = 48
    generations: int = 1_000_000
    initial_connections: float = 0.05
    tournament: int = 8
    elite: float = 0.2
    cull: float = 0.2
    complexity_ranking: float = 0.6
    rates: Mapping[str, float] = field(default_factory=lambda: _rates(0.45, 0.20, 0.05, 0.15, 0.15))
    activations: tuple[str, ...] = _HOMOGENEOUS
    weights: tuple[float, ...] = (-2.0, -0.5, -0.05, 0.05, 0.5, 2.0)
    scale_free: bool = True
    batch: int = 6000
    first_batch: int = 1000
    batch_growth: float = 1.0
    batch_every: int = 8
    max_connections: int | None = 1000
    shards: int | None = None
    memory: str = "2GB"
    survey: int = 0
    price: float = 0.0
    validate_every: int = 100

    def __post_init__(self) -> None:
        for name in (
            "population",
            "generations",
            "tournament",
            "batch",
            "first_batch",
            "batch_every",
            "validate_every",
        ):
            _whole(name, getattr(self, name), least=2 if name == "population" else 1)
        if self.max_connections is not None:
            _whole("max_connections", self.max_connections, least=1)
        if self.shards is not None:
            _whole("shards", self.shards, least=1)
            if self.shards > self.batch:
                raise ValueError(
                    f"shards is {self.shards}, and a batch has {self.batch} examples: use at most one for each"
                )
        _whole("survey", self.survey, least=0)
        self.memory_bytes  # noqa: B018 - a size that is none shows here
        for name in ("initial_connections", "elite", "cull", "complexity_ranking"):
            _number(name, getattr(self, name), 0, 1)
        _number("price", self.price, 0, 100)
        _number("batch_growth", self.batch_growth, 0, 1e6)
        if round(self.population * self.elite) >= self.population:
            raise ValueError(f"elite is {self.elite!r}: with all of the population kept there is no room for a child")
        if not isinstance(self.scale_free, bool):
            raise ValueError(f"scale_free is {self.scale_free!r}: it is True or False")
        object.__setattr__(self, "weights", _checked_weights(self.weights))
        object.__setattr__(self, "activations", _checked_activations(self.activations))
        object.__setattr__(self, "rates", _checked_rates(self.rates))

    def batch_at(self, generation: int) -> int:
        """How many examples a batch has that is drawn in this generation.

        Examples
        --------
        >>> SearchConfig(batch=6000, first_batch=1000, batch_growth=2.0).batch_at(100)
        1200
        """
        return min(self.batch, self.first_batch + int(self.batch_growth * generation))

    @property
    def n_shards(self) -> int:
        """How many shards there are.

        Examples
        --------
        >>> SearchConfig(batch=6000).n_shards, SearchConfig(batch=6000, shards=8).n_shards
        (2, 8)
        """
        return max(1, round(self.batch / 2500)) if self.shards is None else self.shards

    @property
    def memory_bytes(self) -> int:
        """`memory` as a number of bytes.

        Examples
        --------
        >>> SearchConfig(memory="1.5 GB").memory_bytes
        1500000000
        """
        match = re.fullmatch(r"\s*(\d+(?:\.\d*)?)\s*([kMGT]?B)\s*", str(self.memory), re.IGNORECASE)
        if match is None:
            raise ValueError(f"memory is {self.memory!r}: give a number and a unit, such as '500MB' or '2GB'")
        return int(float(match[1]) * _BYTES[match[2].upper()])

    @classmethod
    def preset(cls, name: str, **changes: Any) -> SearchConfig:
        """One of `PRESETS`, with some settings changed.

        Raises
        ------
        ValueError
            If there is no preset or setting of that name.

        Examples
        --------
        >>> SearchConfig.preset("paper").population
        960
        """
        if not isinstance(name, str) or name not in PRESETS:
            raise ValueError(f"unknown preset {name!r}: use one of {', '.join(PRESETS)}")
        return PRESETS[name].replace(**changes)

    def replace(self, **changes: Any) -> SearchConfig:
        """The same settings but for some; all are checked again.

        Raises
        ------
        ValueError
            If there is no setting of that name, or its value is out of range.
        """
        known = [setting.name for setting in fields(self)]
        for name in changes:
            if name not in known:
                raise ValueError(f"unknown setting {name!r}: use one of {', '.join(known)}")
        return replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """The settings as JSON can hold them; ``SearchConfig(**settings)`` takes them back."""
        plain = {setting.name: getattr(self, setting.name) for setting in fields(self)}
        return plain | {
            "rates": dict(self.rates),
            "activations": list(self.activations),
            "weights": list(self.weights),
        }


def in_units(n_bytes: float) -> str:
    """A number of bytes as `SearchConfig.memory` takes it, rounded up to two digits.

    Examples
    --------
    >>> in_units(681_000), in_units(4e9), in_units(1.23e9)
    ('690kB', '4GB', '1.3GB')
    """
    step = 10 ** max(0, math.floor(math.log10(n_bytes)) - 1)
    rounded = math.ceil(n_bytes / step) * step
    for unit in ("GB", "MB", "kB"):
        if rounded >= _BYTES[unit.upper()]:
            return f"{rounded / _BYTES[unit.upper()]:g}{unit}"
    return f"{rounded}B"


def _whole(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name} is {value!r}: it is a whole number of at least {least}")


def _number(name: str, value: Any, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"{name} is {value!r}: it is a number from {low:g} to {high:g}")


def _checked_weights(weights: Sequence[float]) -> tuple[float, ...]:
    try:
        numbers = tuple(map(float, weights))
    except (TypeError, ValueError):
        numbers = ()
    if not numbers or not all(map(math.isfinite, numbers)):
        raise ValueError(f"weights is {weights!r}: give at least one finite number, such as (-1.0, 1.0)")
    return numbers


def _checked_activations(names: Sequence[str]) -> tuple[str, ...]:
    if isinstance(names, str) or not names or any(name not in NAMES for name in names):
        raise ValueError(f"activations is {names!r}: give at least one of {', '.join(NAMES)}")
    return tuple(names)


def _checked_rates(rates: Mapping[str, float]) -> Mapping[str, float]:
    if not isinstance(rates, Mapping):
        raise ValueError(f"rates is {rates!r}: give a rate for each kind of mutation, such as {{'insert_node': 0.2}}")
    for kind, rate in rates.items():
        if kind not in DRAWN:
            raise ValueError(f"unknown kind of mutation {kind!r} in rates: use {', '.join(DRAWN)}")
        _number(f"rates: {kind}", rate, 0, 1e6)
    if not sum(rates.values()) > 0:
        raise ValueError(f"rates is {dict(rates)!r}: at least one rate must be greater than 0")
    return MappingProxyType(dict(rates))


#: The presets by name.
PRESETS: Mapping[str, SearchConfig] = MappingProxyType(
    {
        # What did best on validation images in the same time (benchmarks/settings.py).
        "default": SearchConfig(),
        # Gaier & Ha (2019), section 4.2 and appendix, and the settings file of their program. The better of two
        # tournaments of 32 is one of 64.
        "paper": SearchConfig(
            population=960,
            generations=4096,
            tournament=64,
            complexity_ranking=0.8,
            rates=_rates(connection=0.20, node=0.25, enable=0.05, activation=0.50),
            activations=_NO_STEP,
            weights=SEARCH_WEIGHTS,
            scale_free=False,
            batch=1000,
            batch_every=1,
            max_connections=None,
            validate_every=20,
        ),
        # The two ideas beyond the paper together: every child is the leader's, and has one informed mutation.
        "informed": SearchConfig(
            population=24,
            elite=1 / 24,
            cull=23 / 24,
            tournament=1,
            complexity_ranking=0.0,
            initial_connections=0.02,
            weights=(-1.0, 0.05),
            batch=40_000,
            first_batch=1500,
            batch_growth=8.0,
            batch_every=6,
            max_connections=1849,
            shards=4,
            survey=8000,
            price=0.2,
            validate_every=60,
        ),
        # Points in the plane: founders that use all of their few inputs, and batches small enough to differ.
        "plane": SearchConfig(
            population=192,
            initial_connections=1.0,
            batch=200,
            first_batch=200,
            max_connections=400,
            validate_every=10,
        ),
        # Something to look at within twenty seconds.
        "fast": SearchConfig(
            population=192, batch=1000, batch_every=4, activations=_NO_STEP, max_connections=400, validate_every=10
        ),
    }
)
