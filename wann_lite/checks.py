"""What every network and lineage must satisfy, whoever made it: limits, and one clear line for each fault."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from itertools import islice
from reprlib import Repr
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .activations import ACTIVATIONS, NAMES

# Far above what a search reaches, and low enough that a hostile file costs neither minutes nor gigabytes.
MAX_NODES = 200_000
MAX_CONNECTIONS = 200_000
MAX_FOUND_CHARACTERS = 2**20
MAX_FOUND_DEPTH = 32

Pair = tuple[int, int]


class NetworkError(ValueError):
    """A network or a lineage that breaks a rule, or text that does not hold one."""


_short = Repr()
_short.maxstring = _short.maxlong = _short.maxother = 60


def shown(value: Any) -> str:
    """The value for an error message: one short line, however large or strange it is.

    Examples
    --------
    >>> shown(list(range(10**6)))
    '[0, 1, 2, 3, 4, 5, ...]'
    """
    try:
        text = " ".join(_short.repr(value).split())
    except ValueError:  # an integer of more digits than Python cares to write
        return "an enormous number"
    return text if len(text) <= 100 else text[:97] + "..."


def is_integer(value: Any) -> bool:
    """Whether the value is a whole number by its type: neither a boolean nor 1.0 is."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def finite(value: Any, noun: str) -> float:
    """The value as a float; a NetworkError if it is not a finite number."""
    number = math.nan
    if isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
    if not math.isfinite(number):
        raise NetworkError(f"{noun} is {shown(value)}: it must be a finite number")
    return number


def items(value: Any, noun: str, limit: int) -> list[Any]:
    """The value as a list of at most `limit` entries; a NetworkError if it is none."""
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise NetworkError(f"{noun} is {shown(value)}: it must be a list")
    listed = list(islice(value, limit + 1))
    if len(listed) > limit:
        raise NetworkError(f"{noun} has more than {limit:,} entries: no more are allowed")
    return listed


def checked_sizes(n_inputs: Any, n_outputs: Any) -> tuple[int, int]:
    """The numbers of inputs and outputs, at least 1 each."""
    for n, noun in ((n_inputs, "inputs"), (n_outputs, "outputs")):
        if not is_integer(n) or not 1 <= n <= MAX_NODES:
            raise NetworkError(f"the number of {noun} is {shown(n)}: it must be a whole number from 1 to {MAX_NODES:,}")
    return int(n_inputs), int(n_outputs)


def checked_activations(value: Any, n_inputs: int, n_outputs: int) -> tuple[str, ...]:
    """A known name for each output, then for each hidden node."""
    names = items(value, "activations", MAX_NODES)
    for name in names:
        if not isinstance(name, str) or name not in ACTIVATIONS:
            raise NetworkError(f"unknown activation {shown(name)}: use one of {', '.join(NAMES)}")
    if len(names) < n_outputs:
        raise NetworkError(
            f"{len(names)} activations for {n_outputs} outputs: give one for each output, then one for each hidden node"
        )
    if 1 + n_inputs + len(names) > MAX_NODES:
        raise NetworkError(f"{1 + n_inputs + len(names):,} nodes: a network has at most {MAX_NODES:,}")
    return tuple(ACTIVATIONS[name].name for name in names)


def checked_pairs(value: Any, n_inputs: int, n_outputs: int, n_nodes: int, noun: str) -> list[Pair]:
    """Pairs (source, target) in which both ends exist and are of a kind that can send and receive."""
    first_output, first_hidden = 1 + n_inputs, 1 + n_inputs + n_outputs
    n_hidden = n_nodes - first_hidden
    hidden = f"a hidden node ({first_hidden} to {n_nodes - 1})" if n_hidden else "a hidden node (here none)"
    checked = []
    for pair in items(value, noun, MAX_CONNECTIONS):
        if isinstance(pair, str | bytes | Mapping | Set) or not isinstance(pair, Iterable):
            raise NetworkError(f"{noun} holds {shown(pair)}: each entry must be a pair [source, target]")
        ends = list(islice(pair, 3))
        if len(ends) != 2 or not all(map(is_integer, ends)):
            raise NetworkError(f"{noun} holds {shown(pair)}: each entry must be a pair of node numbers")
        source, target = map(int, ends)
        if not 0 <= source < n_nodes or first_output <= source < first_hidden:
            raise NetworkError(
                f"{noun} holds {shown(ends)}: a source is the bias (0), an input (1 to {n_inputs}) or {hidden}"
            )
        if not first_output <= target < n_nodes:
            raise NetworkError(
                f"{noun} holds {shown(ends)}: a target is an output ({first_output} to {first_hidden - 1}) or {hidden}"
            )
        checked.append((source, target))
    return checked


def check_no_pair_twice(pairs: list[Pair]) -> None:
    """Refuse two connections between the same nodes, be they enabled or not."""
    if len(set(pairs)) < len(pairs):
        pair, _ = Counter(pairs).most_common(1)[0]
        raise NetworkError(f"the connection {list(pair)} is given twice: from one node to another there is at most one")


def checked_weights(value: Any, pairs: list[Pair]) -> NDArray[np.float64] | None:
    """A read-only float64 array (n_connections,) of the weights of `pairs`, sorted by target, then source."""
    if value is None:
        return None
    weights = items(value, "weights", MAX_CONNECTIONS)
    if len(weights) != len(pairs):
        raise NetworkError(f"{len(weights)} weights for {len(pairs)} connections: give one for each, or none at all")
    numbers = [finite(weight, "a trained weight") for weight in weights]
    order = sorted(range(len(pairs)), key=lambda i: pairs[i][::-1])
    # An array over bytes stays read-only: nobody can set it writeable again.
    return np.frombuffer(np.array([numbers[i] for i in order], np.float64).tobytes(), np.float64)


def checked_found(value: Any) -> str | None:
    """How the network was found, as JSON text: so whoever looks at it gets a copy of their own."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise NetworkError(f"found is {shown(value)}: it must be a mapping that says how the network was found")
    try:
        text = json.dumps(dict(value), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise NetworkError(f"found cannot be written as JSON: {error}") from None
    if len(text) > MAX_FOUND_CHARACTERS:
        raise NetworkError(f"found is {len(text):,} characters long: at most {MAX_FOUND_CHARACTERS:,} are allowed")
    _check_depth(value, MAX_FOUND_DEPTH)
    return text


def _check_depth(value: Any, left: int) -> None:
    if not left:
        raise NetworkError(f"found is nested deeper than {MAX_FOUND_DEPTH} levels")
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return
    for item in value:
        _check_depth(item, left - 1)
