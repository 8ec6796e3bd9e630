"""A network as JSON: the fields that are written, and the arguments of `Network` that are read from them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .strict_json import check_header, read_object, require_keys

if TYPE_CHECKING:
    from .network import Network

FORMAT = "wann-lite-network"
VERSION = 1
MAX_FILE_BYTES = 16 * 2**20


def to_fields(network: Network) -> dict[str, Any]:
    """What a network's file says, key by key.

    Examples
    --------
    >>> from wann_lite.network import Network
    >>> to_fields(Network(1, 1, ["linear"], [(1, 2)]))["connections"]
    [[1, 2]]
    """
    fields = {
        "format": FORMAT,
        "version": VERSION,
        "inputs": network.n_inputs,
        "outputs": network.n_outputs,
        "activations": list(network.activations),
        "connections": [list(pair) for pair in network.connections],
        "disabled": [list(pair) for pair in network.disabled],
        "weights": None if network.weights is None else network.weights.tolist(),
    }
    remarks = {"shared_weight": network.shared_weight, "found": network.found}
    return fields | {key: value for key, value in remarks.items() if value is not None}


def to_text(network: Network) -> str:
    """A network's file: a line for each key.

    Examples
    --------
    >>> from wann_lite.network import Network
    >>> print(to_text(Network(1, 1, ["linear"], [(1, 2)])))
    {
     "format": "wann-lite-network",
     ...
     "connections": [[1, 2]],
     "disabled": [],
     "weights": null
    }
    """
    lines = (f" {json.dumps(key)}: {json.dumps(value)}" for key, value in to_fields(network).items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def to_arguments(fields: Any) -> dict[str, Any]:
    """The arguments of `Network`, which will check them, in the fields of a file; other keys are ignored.

    Raises
    ------
    NetworkError
        If the fields are not those of a network of a known version.

    Examples
    --------
    >>> from wann_lite.network import Network
    >>> to_arguments(to_fields(Network(4, 1, ["linear"], [])))["n_inputs"]
    4
    """
    check_header(fields, FORMAT, VERSION, "network")
    require_keys(fields, ("inputs", "outputs", "activations", "connections"), "network")
    optional = ("disabled", "weights", "shared_weight", "found")
    return {
        "n_inputs": fields["inputs"],
        "n_outputs": fields["outputs"],
        "activations": fields["activations"],
        "connections": fields["connections"],
    } | {key: fields[key] for key in optional if key in fields}


def read_text(text: str | bytes) -> dict[str, Any]:
    """The arguments of `Network` in the text of a file.

    Raises
    ------
    NetworkError
        If the text is not JSON or not a network of a known version.
    """
    return to_arguments(read_object(text, FORMAT, VERSION, "network", MAX_FILE_BYTES))
