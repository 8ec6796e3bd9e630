"""A network's topology as an immutable value.

Node 0 is the bias (always 1), then come the inputs, the outputs, and the hidden nodes in the order they were
inserted, so a node keeps its number for life. A topology holds no weight: with a shared weight w, node v
gives f_v(w * sum of its sources' outputs).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import checks, network_file
from .checks import NetworkError
from .files import write_atomically
from .network_file import FORMAT, MAX_FILE_BYTES, VERSION
from .strict_json import load
from .topology import Sources, Targets, group_by_source, group_by_target, layers_of, pairs_of

__all__ = ["FORMAT", "MAX_FILE_BYTES", "VERSION", "Connection", "Network", "NetworkError"]

Connection = tuple[int, int]


class Network:
    """A feed-forward topology, and the trained weights if it has any.

    Parameters
    ----------
    n_inputs, n_outputs : int
        At least 1 each.
    activations : sequence of str
        A name for each output, then for each hidden node; `wann_lite.activations.NAMES` lists them.
    connections : iterable of (int, int)
        The enabled connections, (source, target). A source is the bias, an input or a hidden node; a target
        is an output or a hidden node. A pair of nodes has at most one connection.
    disabled : iterable of (int, int)
        Connections that carry nothing until a mutation enables them again. They count when the graph is
        checked for cycles.
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

    Notes
    -----
    Networks are equal if they compute the same by construction: the same connections, enabled and
    disabled, the same activations and the same trained weights. `shared_weight` and `found` are remarks about
    a network and do not count.

    Examples
    --------
    The absolute difference of two inputs, which is XOR on zeros and ones:

    >>> Network(2, 1, ["linear", "linear", "inverse", "abs"], [(1, 4), (2, 5), (4, 6), (5, 6), (6, 3)])
    Network(2 inputs, 1 output, 3 hidden nodes, 5 connections)

    References
    ----------
    Gaier & Ha (2019), Weight Agnostic Neural Networks, section 3. arXiv:1906.04358.
    """

    n_inputs: int
    n_outputs: int
    #: For each output, then each hidden node, the name of its activation.
    activations: tuple[str, ...]
    #: For each output, then each hidden node, the nodes it listens to; by `sources_of` for a node's number.
    sources: Sources
    #: The same for disabled connections.
    disabled_sources: Sources
    #: float64 (n_connections,) in the order of `connections`, read-only; or None.
    weights: NDArray[np.float64] | None
    shared_weight: float | None
    _found: str | None
    #: What makes `targets` and `disabled_targets` for whoever asks first, where a mutation knows a quicker way.
    _later: Mapping[str, Callable[[], Targets]] = MappingProxyType({})

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
        n_inputs, n_outputs = checks.checked_sizes(n_inputs, n_outputs)
        names = checks.checked_activations(activations, n_inputs, n_outputs)
        first, n_nodes = 1 + n_inputs, 1 + n_inputs + len(names)
        enabled_pairs = checks.checked_pairs(connections, n_inputs, n_outputs, n_nodes, "connections")
        disabled_pairs = checks.checked_pairs(disabled, n_inputs, n_outputs, n_nodes, "disabled")
        checks.check_no_pair_twice(enabled_pairs + disabled_pairs)
        self._set(
            n_inputs=n_inputs,
            n_outputs=n_outputs,
            activations=names,
            sources=group_by_target(enabled_pairs, first, len(names)),
            disabled_sources=group_by_target(disabled_pairs, first, len(names)),
            weights=checks.checked_weights(weights, enabled_pairs),
            shared_weight=None if shared_weight is None else checks.finite(shared_weight, "the shared weight"),
            _found=checks.checked_found(found),
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
        network._set(weights=None, shared_weight=None, _found=None, **fields)
        return network

    @classmethod
    def sparse(
        cls,
        n_inputs: int,
        n_outputs: int,
        fraction: float,
        rng: np.random.Generator,
        *,
        output: str = "linear",
    ) -> Network:
        """A network without hidden nodes; each possible connection exists with probability `fraction`.

        Raises
        ------
        NetworkError
            (a ValueError) If `fraction` is not between 0 and 1, a size is not a positive integer, the
            activation of the outputs is unknown, or there would be too many connections.

        Examples
        --------
        >>> Network.sparse(256, 10, 0.05, np.random.default_rng(0))
        Network(256 inputs, 10 outputs, 0 hidden nodes, 142 connections)
        """
        n_inputs, n_outputs = checks.checked_sizes(n_inputs, n_outputs)
        if not 0 <= fraction <= 1:
            raise NetworkError(f"the fraction of connections is {fraction!r}: choose one from 0 to 1")
        if fraction * (1 + n_inputs) * n_outputs > checks.MAX_CONNECTIONS:
            raise NetworkError(
                f"{fraction:g} of the connections from {n_inputs:,} inputs to {n_outputs:,} outputs "
                f"is more than {checks.MAX_CONNECTIONS:,}: choose a smaller fraction"
            )
        pairs = [
            (int(source), 1 + n_inputs + int(output_index))
            for source in range(1 + n_inputs)
            for output_index in np.flatnonzero(rng.random(n_outputs) < fraction)
        ]
        return cls(n_inputs, n_outputs, [output] * n_outputs, pairs)

    # --- what it holds

    @property
    def found(self) -> dict[str, Any] | None:
        """How the network was found, or None; a new copy at every look."""
        return None if self._found is None else dict(json.loads(self._found))

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
        """How many hidden nodes take part: those that another node listens to."""
        return sum(bool(self.targets[node]) for node in self.hidden)

    @cached_property
    def n_connections(self) -> int:
        """How many connections are enabled."""
        return sum(map(len, self.sources))

    @cached_property
    def connections(self) -> tuple[Connection, ...]:
        """The enabled connections (source, target), sorted by target, then source."""
        return tuple(pairs_of(self.sources, self.first))

    @cached_property
    def disabled(self) -> tuple[Connection, ...]:
        """The disabled connections (source, target), sorted by target, then source."""
        return tuple(pairs_of(self.disabled_sources, self.first))

    @cached_property
    def targets(self) -> Targets:
        """For each node, from the bias on, the nodes that listen to it, ascending."""
        return self._later["targets"]() if self._later else group_by_source(self.sources, self.first)

    @cached_property
    def disabled_targets(self) -> Targets:
        """The same for disabled connections."""
        return self._later["disabled_targets"]() if self._later else group_by_source(self.disabled_sources, self.first)

    @cached_property
    def layers(self) -> tuple[int, ...]:
        """For each node the length of the longest path to it, disabled connections included.

        A connection from a lower to a higher layer can never close a cycle: so the network stays
        feed-forward.
        """
        return layers_of(self.sources, self.disabled_sources, self.first)

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Outputs and hidden nodes so that each follows all its sources."""
        return tuple(sorted(range(self.first, self.n_nodes), key=self.layers.__getitem__))

    def sources_of(self, node: int) -> frozenset[int]:
        """The nodes that an output or hidden node listens to."""
        return self.sources[self._index(node)]

    def activation_of(self, node: int) -> str:
        """The name of an output's or hidden node's activation."""
        return self.activations[self._index(node)]

    def _index(self, node: int) -> int:
        if node < self.first:
            raise IndexError(f"node {node} is the bias or an input: it has no sources and no activation")
        return node - self.first

    def replace(self, **changes: Any) -> Network:
        """A copy with other `weights` (in the order of `connections`), `shared_weight` or `found`.

        Raises
        ------
        NetworkError
            (a ValueError) If the new values break a rule of `Network`.
        TypeError
            If anything else is to be replaced: a topology is changed by `wann_lite.mutation`.

        Examples
        --------
        >>> Network(1, 1, ["linear"], [(1, 2)]).replace(weights=[0.5]).weights
        array([0.5])
        """
        fields = {"weights": self.weights, "shared_weight": self.shared_weight, "found": self.found}
        if changes.keys() - fields.keys():
            raise TypeError(f"replace takes {', '.join(fields)}: given {', '.join(changes)}")
        return Network(
            self.n_inputs,
            self.n_outputs,
            self.activations,
            self.connections,
            self.disabled,
            **(fields | changes),
        )

    # --- comparing and showing

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Network):
            return NotImplemented
        return self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    @property
    def _value(self) -> tuple[Any, ...]:
        weights = None if self.weights is None else tuple(self.weights.tolist())
        return self.n_inputs, self.n_outputs, self.activations, self.sources, self.disabled_sources, weights

    def __repr__(self) -> str:
        counts = (
            (self.n_inputs, "input"),
            (self.n_outputs, "output"),
            (self.n_hidden, "hidden node"),
            (self.n_connections, "connection"),
        )
        text = ", ".join(f"{n} {noun}{'' if n == 1 else 's'}" for n, noun in counts)
        return f"Network({text}{'' if self.weights is None else ', trained weights'})"

    # --- on disk

    def to_json(self) -> str:
        """The network as JSON that a person can read; `from_json` gives it back.

        Examples
        --------
        >>> network = Network(1, 1, ["linear"], [(1, 2)])
        >>> Network.from_json(network.to_json()) == network
        True
        """
        return network_file.to_text(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> Network:
        """The network that `text` holds; unknown keys are ignored.

        Raises
        ------
        NetworkError
            (a ValueError) If the text is not JSON, is not a network of a known version, or breaks a rule of
            `Network`.

        Examples
        --------
        >>> Network.from_json('{"format": "wann-lite-network", "version": 1, "inputs": 1, "outputs": 1, '
        ...                   '"activations": ["tanh"], "connections": [[1, 2]]}')
        Network(1 input, 1 output, 0 hidden nodes, 1 connection)
        """
        return cls(**network_file.read_text(text))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the network to `path` as JSON, all of it or nothing.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        write_atomically(path, self.to_json())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Network:
        """The network in the file at `path`.

        Raises
        ------
        NetworkError
            (a ValueError) If the file cannot be read or does not hold a network; the message names the file.
        """
        return load(path, cls.from_json, "network", MAX_FILE_BYTES)
