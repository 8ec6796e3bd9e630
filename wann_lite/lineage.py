"""The ancestry of a champion, mutation by mutation, from the founder of its line on."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .activations import NAMES
from .checks import NetworkError, finite, is_integer, items, shown
from .files import write_atomically
from .mutation import KINDS, Mutation, apply
from .network import Network
from .network_file import to_arguments, to_fields
from .strict_json import load, read_object, require_keys

FORMAT = "wann-lite-lineage"
VERSION = 1
MAX_FILE_BYTES = 32 * 2**20

_MAX_STEPS = 1_000_000
_CONNECTION = ("source", "target")
_FIELDS = {
    "insert_node": (*_CONNECTION, "node", "activation"),
    "change_activation": ("node", "activation"),
    "add_node": ("source", "node", "activation"),
}


# Compared by identity and shown without its parent: a line of ancestors may be longer than Python's stack.
@dataclass(slots=True, eq=False)
class Birth:
    """Where an individual comes from: a link to its parent, and what made it differ.

    A child refers to its parent and never the other way round, so a line that has died out is freed by
    itself.

    Attributes
    ----------
    parent : Birth or None
        None for a founder.
    mutations : tuple of Mutation
        What was done to the parent's network, in that order; empty for a founder.
    generation : int
        When it was born.
    loss : float or None
        Its loss then, in nats; None if it was not evaluated.

    Examples
    --------
    >>> founder = Birth()
    >>> Birth(founder, (Mutation("add_connection", 1, 3),), generation=1, loss=2.3).parent is founder
    True
    """

    parent: Birth | None = field(default=None, repr=False)
    mutations: tuple[Mutation, ...] = ()
    generation: int = 0
    loss: float | None = None


class Step(NamedTuple):
    """One birth of a lineage: when, what was done to the parent's network, and the loss if known (nats)."""

    generation: int
    mutations: tuple[Mutation, ...]
    loss: float | None


@dataclass(frozen=True)
class Lineage:
    """A founder's network and all that was done to it and its descendants, up to the champion.

    Attributes
    ----------
    founder : Network
    steps : tuple of Step
        One for each individual of the line, the founder first, who has no mutations.

    Examples
    --------
    >>> founder = Birth()
    >>> child = Birth(founder, (Mutation("add_connection", 2, 3),), generation=1)
    >>> lineage = Lineage.of(Network(2, 1, ["linear"], [(1, 3)]), child)
    >>> [network.n_connections for network in lineage.networks()]
    [1, 2]
    """

    founder: Network
    steps: tuple[Step, ...]

    @classmethod
    def of(cls, founder: Network, birth: Birth) -> Lineage:
        """The lineage that ends with `birth` and whose first member has the network `founder`.

        A loss that is not finite becomes None, for JSON has no such number.

        Raises
        ------
        ValueError
            If the eldest ancestor of `birth` has mutations: its network is not the founder's then.
        """
        steps = []
        ancestor: Birth | None = birth
        while ancestor is not None:
            loss = ancestor.loss
            loss = None if loss is None or not math.isfinite(loss) else float(loss)
            steps.append(Step(int(ancestor.generation), tuple(ancestor.mutations), loss))
            ancestor = ancestor.parent
        if steps[-1].mutations:
            raise ValueError(
                "the eldest ancestor has mutations: a founder's birth is Birth(), its children refer to it"
            )
        return cls(founder, tuple(reversed(steps)))

    def networks(self) -> Iterator[Network]:
        """The network of each member of the line, the founder's first; each is made when it is asked for.

        Raises
        ------
        NetworkError
            (a ValueError) If a mutation does not fit the network before it.
        """
        network = self.founder
        for step in self.steps:
            for mutation in step.mutations:
                try:
                    network = apply(network, mutation)
                except ValueError as error:
                    raise NetworkError(f"the lineage breaks off in generation {step.generation}: {error}") from error
            yield network

    @property
    def champion(self) -> Network:
        """The last network of the line, made anew at every look.

        Raises
        ------
        NetworkError
            (a ValueError) If a mutation does not fit the network before it.
        """
        network = self.founder
        for network in self.networks():  # noqa: B007 - only the last is wanted
            pass
        return network

    def to_json(self) -> str:
        """The lineage as JSON that a person can read, a line for each step; `from_json` gives it back.

        Examples
        --------
        >>> lineage = Lineage.of(Network(1, 1, ["linear"], [(1, 2)]), Birth())
        >>> Lineage.from_json(lineage.to_json()) == lineage
        True
        """
        steps = ",\n".join(f"  {json.dumps(_step_to_fields(step))}" for step in self.steps)
        return (
            f'{{\n "format": "{FORMAT}",\n "version": {VERSION},\n'
            f' "founder": {json.dumps(to_fields(self.founder))},\n "steps": [\n{steps}\n ]\n}}\n'
        )

    @classmethod
    def from_json(cls, text: str | bytes) -> Lineage:
        """The lineage that `text` holds; unknown keys are ignored.

        Whether each mutation fits the network before it shows when `networks` makes that network.

        Raises
        ------
        NetworkError
            (a ValueError) If the text is not JSON, is not a lineage of a known version, or holds anything
            that no lineage holds.
        """
        fields = read_object(text, FORMAT, VERSION, "lineage", MAX_FILE_BYTES)
        require_keys(fields, ("founder", "steps"), "lineage")
        try:
            founder = Network(**to_arguments(fields["founder"]))
        except NetworkError as error:
            raise NetworkError(f"the founder: {error}") from error
        steps = tuple(map(_step_from_fields, items(fields["steps"], "steps", _MAX_STEPS)))
        _check_order(steps)
        return cls(founder, steps)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the lineage to `path` as JSON, all of it or nothing.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        write_atomically(path, self.to_json())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Lineage:
        """The lineage in the file at `path`.

        Raises
        ------
        NetworkError
            (a ValueError) If the file cannot be read or does not hold a lineage; the message names the file.
        """
        return load(path, cls.from_json, "lineage", MAX_FILE_BYTES)


def _step_to_fields(step: Step) -> dict[str, Any]:
    mutations = [
        {key: value for key, value in mutation._asdict().items() if value is not None} for mutation in step.mutations
    ]
    return {"generation": step.generation, "loss": step.loss, "mutations": mutations}


def _step_from_fields(fields: Any) -> Step:
    if not isinstance(fields, dict):
        raise NetworkError(f"steps holds {shown(fields)}: each entry must be an object")
    require_keys(fields, ("generation", "mutations"), "step")
    loss = fields.get("loss")
    return Step(
        _index(fields["generation"], "generation"),
        tuple(map(_mutation_from_fields, items(fields["mutations"], "mutations", _MAX_STEPS))),
        None if loss is None else finite(loss, "a loss"),
    )


def _mutation_from_fields(fields: Any) -> Mutation:
    if not isinstance(fields, dict):
        raise NetworkError(f"mutations holds {shown(fields)}: each entry must be an object")
    kind = fields.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise NetworkError(f"unknown kind of mutation {shown(kind)}: use one of {', '.join(KINDS)}")
    keys = _FIELDS.get(kind, _CONNECTION)
    require_keys(fields, keys, f"mutation {kind!r}")
    values = {key: fields[key] for key in keys}
    activation = values.pop("activation", None)
    if "activation" in keys and activation not in NAMES:
        raise NetworkError(f"unknown activation {shown(activation)}: use one of {', '.join(NAMES)}")
    return Mutation(kind, **{key: _index(value, key) for key, value in values.items()}, activation=activation)


def _index(value: Any, noun: str) -> int:
    if not is_integer(value) or value < 0:
        raise NetworkError(f"{noun} is {shown(value)}: it must be a whole number of at least 0")
    return int(value)


def _check_order(steps: Iterable[Step]) -> None:
    generation = -1
    for step in steps:
        if generation < 0 and step.mutations:
            raise NetworkError("the first step has mutations: it is the founder's, who has none")
        if step.generation < generation:
            raise NetworkError(f"generation {step.generation} follows {generation}: a child is not older")
        generation = step.generation
    if generation < 0:
        raise NetworkError("there are no steps: the first is the founder's")
