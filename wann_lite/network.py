"""A network's topology as an immutable value, its checks, and its form on disk.

Node 0 is the bias (always 1), then come the inputs, the outputs, and the hidden nodes in the order they were inserted, so a node
keeps its number for life. A topology holds no weight: with a shared weight w, node v gives f_v(w * sum of its sources' outputs).
"""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .activations import ACTIVATIONS, NAMES
from .files import write_atomically

FORMAT = "wann-lite-network"
VERSION = 1
MAX_NODES = 1_000_000
MAX_CONNECTIONS = 10_000_000
MAX_FILE_BYTES = 256 * 2**20

Connection = tuple[int, int]
Sources = tuple[frozenset[int], ...]


class NetworkError(ValueError):
    """A network that breaks a rule, or text that does not hold one."""


class Network:
    """A feed-forward topology, and the trained weights if it has any.

    Parameters
    ----------
    n_inputs, n_outputs : int
        At least 1 each.
    activations : sequence of str
        A name for each output, then for each hidden node; `wann_lite.activations.NAMES` lists them.
    connections : iterable of (int, int)
        The enabled connections, (source, target). A source is the bias, an input or a hidden node; a target is an output or a
        hidden node. A pair of nodes has at most one connection.
    disabled : iterable of (int, int)
        Connections that carry nothing until a mutation enables them again. They count when the graph is checked for cycles.
    weights : sequence of float, optional
        Trained weights, one for each of `connections` in the order given; None for a network without.
    shared_weight : float, optional
        The shared weight that whoever found the network recommends.
    found : mapping, optional
        How the network was found: anything that JSON can hold.

    Raises
    ------
    NetworkError
        (a ValueError) If any of this does not hold; the message says what was given and what is allowed.

    Examples
    --------
    The absolute difference of two inputs, which is XOR on zeros and ones:

    >>> xor = Network(2, 1, ["linear", "linear", "inverse", "abs"], [(1, 4), (2, 5), (4, 6), (5, 6), (6, 3)])
    >>> xor
    Network(2 inputs, 1 output, 3 hidden nodes, 5 connections)

    References
    ----------
    Gaier & Ha (2019), Weight Agnostic Neural Networks, section 3. arXiv:1906.04358.
    """

    n_inputs: int
    n_outputs: int
    activations: tuple[str, ...]
    #: For each output, then each hidden node, the nodes it listens to; by `sources_of` for a node's number.
    sources: Sources
    #: The same for disabled connections.
    disabled_sources: Sources
    #: float64 (n_connections,) in the order of `connections`, read-only; or None.
    weights: NDArray[np.float64] | None
    shared_weight: float | None
    found: Mapping[str, Any] | None

    def __init__(
        self,
        n_inputs: int,
        n_outputs: int,
        activations: Sequence[str],
        connections: Iterable[Connection],
        disabled: Iterable[Connection] = (),
        *,
        weights: Sequence[float] | NDArray[Any] | None = None,
        shared_weight: float | None = None,
        found: Mapping[str, Any] | None = None,
    ) -> None:
        n_inputs = _positive_integer(n_inputs, "inputs")
        n_outputs = _positive_integer(n_outputs, "outputs")
        activations = _checked_activations(activations, n_inputs, n_outputs)
        n_nodes = 1 + n_inputs + len(activations)
        enabled_pairs = _checked_pairs(connections, n_inputs, n_outputs, n_nodes, "connections")
        disabled_pairs = _checked_pairs(disabled, n_inputs, n_outputs, n_nodes, "disabled")
        _check_no_pair_twice(enabled_pairs + disabled_pairs)
        self._set(
            n_inputs=n_inputs,
            n_outputs=n_outputs,
            activations=activations,
            sources=_group_by_target(enabled_pairs, n_inputs, len(activations)),
            disabled_sources=_group_by_target(disabled_pairs, n_inputs, len(activations)),
            weights=_checked_weights(weights, enabled_pairs),
            shared_weight=None if shared_weight is None else _finite(shared_weight, "shared_weight"),
            found=None if found is None else _checked_found(found),
        )
        self.layers  # noqa: B018 - a cycle shows here, not at first use

    def _set(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a Network is immutable: make a new one instead of setting {name!r}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a Network is immutable: {name!r} cannot be deleted")

    @classmethod
    def _trusted(cls, **fields: Any) -> Network:
        """A network from fields that are known to be right, as a mutation makes them: nothing is checked."""
        network = cls.__new__(cls)
        network._set(weights=None, shared_weight=None, found=None, **fields)
        return network

    @classmethod
    def sparse(
        cls, n_inputs: int, n_outputs: int, fraction: float, rng: np.random.Generator, *, output: str = "linear"
    ) -> Network:
        """A network without hidden nodes, in which each connection that is possible exists with probability `fraction`.

        Raises
        ------
        ValueError
            If `fraction` is not between 0 and 1, or a size is not a positive integer.

        Examples
        --------
        >>> Network.sparse(256, 10, 0.05, np.random.default_rng(0))
        Network(256 inputs, 10 outputs, 0 hidden nodes, 142 connections)
        """
        if not 0 <= fraction <= 1:
            raise ValueError(f"the fraction of initial connections is {fraction!r}: choose one from 0 to 1")
        chosen = rng.random((1 + _positive_integer(n_inputs, "inputs"), n_outputs)) < fraction
        pairs = [(int(s), 1 + n_inputs + int(o)) for s, o in np.argwhere(chosen)]
        return cls(n_inputs, n_outputs, [output] * n_outputs, pairs)

    # --- what it holds -------------------------------------------------------------------------------------------------------

    @property
    def first(self) -> int:
        """The number of the first output, which is the first node that has sources."""
        return 1 + self.n_inputs

    @property
    def n_nodes(self) -> int:
        """All nodes: bias, inputs, outputs, hidden."""
        return self.first + len(self.activations)

    @property
    def outputs(self) -> range:
        """The numbers of the outputs."""
        return range(self.first, self.first + self.n_outputs)

    @property
    def hidden(self) -> range:
        """The numbers of all hidden nodes, those that a removal left without connections included."""
        return range(self.first + self.n_outputs, self.n_nodes)

    @property
    def n_hidden(self) -> int:
        """How many hidden nodes something listens to."""
        return sum(bool(self.targets[node]) for node in self.hidden)

    @cached_property
    def n_connections(self) -> int:
        """How many connections are enabled."""
        return sum(map(len, self.sources))

    @cached_property
    def connections(self) -> tuple[Connection, ...]:
        """The enabled connections (source, target), sorted by target, then source."""
        return tuple(_pairs(self.sources, self.first))

    @cached_property
    def disabled(self) -> tuple[Connection, ...]:
        """The disabled connections (source, target), sorted by target, then source."""
        return tuple(_pairs(self.disabled_sources, self.first))

    @cached_property
    def targets(self) -> tuple[tuple[int, ...], ...]:
        """For each node, from the bias on, the nodes that listen to it."""
        targets: list[list[int]] = [[] for _ in range(self.n_nodes)]
        for target, sources in enumerate(self.sources, self.first):
            for source in sources:
                targets[source].append(target)
        return tuple(map(tuple, targets))

    @cached_property
    def listeners(self) -> tuple[tuple[int, ...], ...]:
        """For each node, the nodes that listen to it or would if a disabled connection were enabled."""
        listeners = [list(targets) for targets in self.targets]
        for source, target in self.disabled:
            listeners[source].append(target)
        return tuple(map(tuple, listeners))

    @cached_property
    def layers(self) -> tuple[int, ...]:
        """For each node the length of the longest path to it from an input or the bias, disabled connections included.

        A connection from a lower to a higher layer can never close a cycle: so the network stays feed-forward.
        """
        return _layers(self.n_inputs, self.sources, self.disabled_sources)

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Outputs and hidden nodes so that each follows all its sources."""
        return tuple(sorted(range(self.first, self.n_nodes), key=self.layers.__getitem__))

    def sources_of(self, node: int) -> frozenset[int]:
        """The nodes that an output or hidden node listens to."""
        return self.sources[node - self.first]

    def activation_of(self, node: int) -> str:
        """The name of an output's or hidden node's activation."""
        return self.activations[node - self.first]

    def replace(self, **changes: Any) -> Network:
        """A copy with other `weights` (in the order of `connections`), `shared_weight` or `found`; all is checked again."""
        fields = {"weights": self.weights, "shared_weight": self.shared_weight, "found": self.found} | changes
        return Network(
            self.n_inputs, self.n_outputs, self.activations, self.connections, self.disabled, **fields
        )

    # --- comparing and showing -----------------------------------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Network):
            return NotImplemented
        same_weights = (
            other.weights is None if self.weights is None else np.array_equal(self.weights, other.weights)
        )
        return self._topology == other._topology and bool(same_weights)

    def __hash__(self) -> int:
        return hash(self._topology)

    @property
    def _topology(self) -> tuple[Any, ...]:
        return self.n_inputs, self.n_outputs, self.activations, self.sources, self.disabled_sources

    def __repr__(self) -> str:
        counts = (
            (self.n_inputs, "input"),
            (self.n_outputs, "output"),
            (self.n_hidden, "hidden node"),
            (self.n_connections, "connection"),
        )
        text = ", ".join(f"{n} {noun}{'' if n == 1 else 's'}" for n, noun in counts)
        return f"Network({text}{'' if self.weights is None else ', trained weights'})"

    # --- on disk -------------------------------------------------------------------------------------------------------------

    def to_json(self) -> str:
        """The network as JSON that a person can read; `from_json` gives it back.

        Examples
        --------
        >>> network = Network(1, 1, ["linear"], [(1, 2)])
        >>> Network.from_json(network.to_json()) == network
        True
        """
        fields = {
            "format": FORMAT,
            "version": VERSION,
            "inputs": self.n_inputs,
            "outputs": self.n_outputs,
            "activations": list(self.activations),
            "connections": [list(pair) for pair in self.connections],
            "disabled": [list(pair) for pair in self.disabled],
            "weights": None if self.weights is None else self.weights.tolist(),
        }
        if self.shared_weight is not None:
            fields["shared_weight"] = self.shared_weight
        if self.found is not None:
            fields["found"] = dict(self.found)
        lines = (f" {json.dumps(key)}: {json.dumps(value, allow_nan=False)}" for key, value in fields.items())
        return "{\n" + ",\n".join(lines) + "\n}\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Network:
        """The network that `text` holds. Everything is checked before anything is built; unknown keys are ignored.

        Raises
        ------
        NetworkError
            (a ValueError) If the text is not JSON, is not a network of a known version, or breaks a rule of `Network`.
        """
        if len(text) > MAX_FILE_BYTES:
            raise NetworkError(f"the text is {len(text):,} long: a network's has at most {MAX_FILE_BYTES:,} bytes")
        fields = _parsed(text)
        if fields.get("format") != FORMAT:
            raise NetworkError(f"the format is {_shown(fields.get('format'))}: a network's file says {FORMAT!r}")
        if fields.get("version") != VERSION or isinstance(fields.get("version"), bool):
            raise NetworkError(
                f"the network's version is {_shown(fields.get('version'))}: this package reads version {VERSION}; "
                "a newer wann_lite may read it"
            )
        missing = [key for key in ("inputs", "outputs", "activations", "connections") if key not in fields]
        if missing:
            raise NetworkError(f"the network has no {', no '.join(map(repr, missing))}")
        return cls(
            fields["inputs"],
            fields["outputs"],
            fields["activations"],
            fields["connections"],
            fields.get("disabled", ()),
            weights=fields.get("weights"),
            shared_weight=fields.get("shared_weight"),
            found=fields.get("found"),
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the network to `path` as JSON, all of it or nothing."""
        write_atomically(path, self.to_json())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Network:
        """The network in the file at `path`.

        Raises
        ------
        NetworkError
            (a ValueError) If the file cannot be read or does not hold a network; the message names the file.
        """
        try:
            with open(path, "rb") as file:
                data = file.read(MAX_FILE_BYTES + 1)
            return cls.from_json(data)
        except OSError as error:
            raise NetworkError(f"cannot read the network {Path(path)}: {error.strerror}") from error
        except NetworkError as error:
            raise NetworkError(f"{Path(path)}: {error}") from error


def _pairs(sources: Sources, first: int) -> Iterator[Connection]:
    for target, its_sources in enumerate(sources, first):
        for source in sorted(its_sources):
            yield source, target


def _group_by_target(pairs: Iterable[Connection], n_inputs: int, n_targets: int) -> Sources:
    groups: list[set[int]] = [set() for _ in range(n_targets)]
    for source, target in pairs:
        groups[target - 1 - n_inputs].add(source)
    return tuple(map(frozenset, groups))


def _layers(n_inputs: int, sources: Sources, disabled_sources: Sources) -> tuple[int, ...]:
    """Kahn's topological sort, a layer at a time."""
    first = 1 + n_inputs
    layers = [0] * (first + len(sources))
    listeners: dict[int, list[int]] = {}
    waiting: dict[int, int] = {}
    ready = []
    for node, enabled, disabled in zip(range(first, len(layers)), sources, disabled_sources, strict=True):
        computed = [source for source in (*enabled, *disabled) if source >= first]
        for source in computed:
            listeners.setdefault(source, []).append(node)
        waiting[node] = len(computed)
        layers[node] = 1 if enabled or disabled else 0
        if not computed:
            ready.append(node)
    while ready:
        node = ready.pop()
        del waiting[node]
        for listener in listeners.get(node, ()):
            layers[listener] = max(layers[listener], layers[node] + 1)
            waiting[listener] -= 1
            if not waiting[listener]:
                ready.append(listener)
    if waiting:
        some = ", ".join(map(str, sorted(waiting)[:5]))
        raise NetworkError(f"the connections close a cycle through or before node {some}: a network is feed-forward")
    return tuple(layers)


# --- checks ------------------------------------------------------------------------------------------------------------------


def _shown(value: Any, limit: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def _is_integer(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _positive_integer(value: Any, noun: str) -> int:
    if not _is_integer(value) or not 1 <= value <= MAX_NODES:
        raise NetworkError(f"the number of {noun} is {_shown(value)}: it is a whole number from 1 to {MAX_NODES:,}")
    return int(value)


def _finite(value: Any, noun: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise NetworkError(f"{noun} is {_shown(value)}: it is a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise NetworkError(f"{noun} is {_shown(value)}: it is a finite number")
    return number


def _as_list(value: Any, noun: str, limit: int) -> list[Any]:
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise NetworkError(f"{noun} is {_shown(value)}: it is a list")
    items = list(value)
    if len(items) > limit:
        raise NetworkError(f"{noun} has {len(items):,} entries: at most {limit:,} are allowed")
    return items


def _checked_activations(value: Any, n_inputs: int, n_outputs: int) -> tuple[str, ...]:
    names = _as_list(value, "activations", MAX_NODES)
    for name in names:
        if not isinstance(name, str) or name not in ACTIVATIONS:
            raise NetworkError(f"unknown activation {_shown(name)}: use one of {', '.join(NAMES)}")
    if len(names) < n_outputs:
        raise NetworkError(
            f"{len(names)} activations for {n_outputs} outputs: give one for each output, then one for each hidden node"
        )
    return tuple(map(str, names))


def _checked_pairs(value: Any, n_inputs: int, n_outputs: int, n_nodes: int, noun: str) -> list[Connection]:
    pairs = _as_list(value, noun, MAX_CONNECTIONS)
    first_output, first_hidden = 1 + n_inputs, 1 + n_inputs + n_outputs
    checked = []
    for pair in pairs:
        if isinstance(pair, str | bytes | Mapping) or not isinstance(pair, Iterable):
            raise NetworkError(f"{noun} holds {_shown(pair)}: each entry is a pair [source, target]")
        ends = list(pair)
        if len(ends) != 2 or not all(map(_is_integer, ends)):
            raise NetworkError(f"{noun} holds {_shown(ends)}: each entry is a pair of node numbers [source, target]")
        source, target = map(int, ends)
        if not 0 <= source < n_nodes or first_output <= source < first_hidden:
            raise NetworkError(
                f"{noun} holds {ends}: a source is the bias (0), an input (1 to {n_inputs}) or a hidden node "
                f"({first_hidden} to {n_nodes - 1}; here {n_nodes - first_hidden} of them)"
            )
        if not first_output <= target < n_nodes:
            raise NetworkError(
                f"{noun} holds {ends}: a target is an output or a hidden node ({first_output} to {n_nodes - 1})"
            )
        checked.append((source, target))
    return checked


def _check_no_pair_twice(pairs: list[Connection]) -> None:
    if len(set(pairs)) < len(pairs):
        pair, _ = Counter(pairs).most_common(1)[0]
        raise NetworkError(f"the connection {list(pair)} is given twice: a pair of nodes has at most one connection")


def _checked_weights(value: Any, pairs: list[Connection]) -> NDArray[np.float64] | None:
    if value is None:
        return None
    items = _as_list(value, "weights", MAX_CONNECTIONS)
    if len(items) != len(pairs):
        raise NetworkError(f"{len(items)} weights for {len(pairs)} connections: give one for each, or none at all")
    numbers = np.array([_finite(item, "a trained weight") for item in items], dtype=np.float64)
    by_target_then_source = sorted(range(len(pairs)), key=lambda i: pairs[i][::-1])
    numbers = numbers[by_target_then_source]
    numbers.setflags(write=False)
    return numbers


def _checked_found(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise NetworkError(f"found is {_shown(value)}: it is a mapping that says how the network was found")
    try:
        copy: dict[str, Any] = json.loads(json.dumps(dict(value), allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise NetworkError(f"found cannot be written as JSON: {error}") from None
    return copy


def _parsed(text: str | bytes) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise NetworkError(f"the text holds {constant}: all numbers are finite")

    try:
        fields = json.loads(text.decode("utf-8") if isinstance(text, bytes) else text, parse_constant=refuse)
    except NetworkError:
        raise
    except UnicodeDecodeError as error:
        raise NetworkError(f"the text is not UTF-8: byte {error.start} is not part of a character") from None
    except json.JSONDecodeError as error:
        raise NetworkError(
            f"the text is not JSON: line {error.lineno}, column {error.colno}: {error.msg}"
        ) from None
    except RecursionError:
        raise NetworkError("the text is nested too deeply to be a network") from None
    except ValueError:
        raise NetworkError("the text holds a number with too many digits") from None
    if not isinstance(fields, dict):
        raise NetworkError(f"the text holds {_shown(fields)}: a network is a JSON object")
    return fields
