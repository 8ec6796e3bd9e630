"""Networks as JSON: what is written comes back, and whatever else is read ends in one clear line."""

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from topologies import networks

from wann_lite.network import MAX_FILE_BYTES, Network, NetworkError

TEXT = """{
 "format": "wann-lite-network",
 "version": 1,
 "inputs": 2,
 "outputs": 1,
 "activations": ["linear", "tanh"],
 "connections": [[4, 3], [1, 4]],
 "disabled": [[1, 3]],
 "weights": [0.5, -2.0],
 "shared_weight": 1.5,
 "found": {"by": "hand", "settings": {"seeds": [1, 2]}}
}
"""
FIELDS = json.loads(TEXT)
NETWORK = Network(
    2,
    1,
    ["linear", "tanh"],
    [(1, 4), (4, 3)],
    [(1, 3)],
    weights=[-2, 0.5],
    shared_weight=1.5,
    found={"by": "hand", "settings": {"seeds": [1, 2]}},
)


def refused(text: Any) -> str:
    """The one line with which the text is refused."""
    with pytest.raises(NetworkError) as caught:
        Network.from_json(text)
    message = str(caught.value)
    assert message
    assert message.isprintable()
    assert len(message) < 300
    return message


def network_or_refusal(text: str | bytes) -> None:
    """Nothing but a network or a NetworkError comes of the text."""
    try:
        network = Network.from_json(text)
    except NetworkError as error:
        assert str(error).isprintable()
        assert len(str(error)) < 300
    else:
        assert Network.from_json(network.to_json()) == network


def test_written_by_hand() -> None:
    assert NETWORK.to_json() == TEXT
    for text in (TEXT, TEXT.encode()):
        network = Network.from_json(text)
        assert network == NETWORK
        assert network.shared_weight == 1.5
        assert network.found == FIELDS["found"]
        assert network.to_json() == TEXT


def test_only_four_keys_are_needed_and_others_are_ignored() -> None:
    kept = ("format", "version", "inputs", "outputs", "activations", "connections")
    fields = {key: FIELDS[key] for key in kept} | {"author": ["Ada"], "weights": None, "": 1}
    network = Network.from_json(json.dumps(fields))
    assert network == Network(2, 1, ["linear", "tanh"], [(1, 4), (4, 3)])
    assert (network.weights, network.shared_weight, network.found) == (None, None, None)


@given(networks())
def test_round_trip(network: Network) -> None:
    again = Network.from_json(network.to_json().encode())
    assert again == network
    assert again.to_json() == network.to_json()


def test_saved_and_loaded(tmp_path: Path) -> None:
    NETWORK.save(tmp_path / "network.json")
    assert Network.load(str(tmp_path / "network.json")) == NETWORK
    assert (tmp_path / "network.json").read_text() == TEXT


def test_cut_off_anywhere() -> None:
    data = TEXT.rstrip().encode()
    for end in range(len(data)):
        assert "not JSON" in refused(data[:end])
        refused(data[:end].decode())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the text is not JSON: line 1, column 1"),
        (b"", "the text is not JSON"),
        ("null", "the text holds None: a network is a JSON object"),
        ("[1, 2]", r"the text holds [1, 2]: a network is a JSON object"),
        ("{}", "the format is None: a network's file says 'wann-lite-network'"),
        (TEXT + "{}", "the text is not JSON: line 13, column 1: Extra data"),
        (TEXT.replace("[[4, 3]", "[4"), "connections holds 4: each entry must be a pair"),
        (TEXT.replace("[4, 3]", "{[4, 3]}"), "the text is not JSON: line 7"),
        (b"\xef\xbb\xbf" + TEXT.encode(), "the text is not JSON: line 1, column 1: Unexpected UTF-8 BOM"),
        ("\ufeff" + TEXT, "Unexpected UTF-8 BOM"),
        (TEXT.encode("utf-16"), "the text is not UTF-8: byte 0 is not part of a character"),
        (TEXT.encode().replace(b"hand", b"h\xe4nd"), "the text is not UTF-8: byte"),
        (TEXT.replace("hand", "h\0nd"), "the text is not JSON: line 11"),
        ("\0" * 100, "the text is not JSON"),
        (TEXT.replace("0.5", "NaN"), "the text holds NaN: all numbers must be finite"),
        (TEXT.replace("0.5", "-Infinity"), "the text holds -Infinity"),
        (TEXT.replace("0.5", "1e999"), "a number is inf: it must be a finite number"),
        (TEXT.replace('"hand"', "1e999"), "a number is inf"),
        (TEXT.replace("0.5", "9" * 400), "a trained weight is 9999"),
        (TEXT.replace("0.5", "9" * 5000), "a whole number with too many digits"),
        (TEXT.replace('"inputs": 2', '"inputs": 2, "inputs": 2'), "the key 'inputs' is given twice"),
        (TEXT.replace('"by"', '"settings": 1, "by"'), "the key 'settings' is given twice"),
        (TEXT.replace('"by"', '"a\\nb\\u2028": 1, "a\\nb\\u2028": 1, "by"'), "is given twice"),
        ("[" * 100_000, "the text is nested too deeply to be a network"),
        ('{"a":' * 100_000, "the text is nested too deeply to be a network"),
        (TEXT.replace('"hand"', "[" * 500 + "]" * 500), "found is nested deeper than 32 levels"),
        (TEXT.replace("4, 3", "4, 3, 1"), "connections holds [4, 3, 1]: each entry must be a pair"),
        (" " * (MAX_FILE_BYTES + 1), "the text is 16,777,217 long: a network's is at most 16,777,216"),
        (None, "a network is read from text or bytes: this is None"),
        (FIELDS, "a network is read from text or bytes: this is {"),
    ],
)
def test_texts_that_hold_no_network(text: Any, message: str) -> None:
    assert message in refused(text)


def with_value(key: str, value: Any) -> str:
    return json.dumps(FIELDS | {key: value})


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("format", "wann-lite-lineage", "the format is 'wann-lite-lineage': a network's file says"),
        ("format", ["wann-lite-network"], "the format is ['wann-lite-network']"),
        ("version", 2, "the network's version is 2: this package reads version 1; a newer wann_lite may read it"),
        ("version", True, "the network's version is True"),
        ("version", 1.0, "the network's version is 1.0"),
        ("version", "1", "the network's version is '1'"),
        ("inputs", 2.0, "the number of inputs is 2.0"),
        ("inputs", True, "the number of inputs is True"),
        ("inputs", None, "the number of inputs is None"),
        ("inputs", "2", "the number of inputs is '2'"),
        ("inputs", [2], "the number of inputs is [2]"),
        ("inputs", 10**30, "the number of inputs is 10000"),
        ("outputs", 10**6, "the number of outputs is 1000000"),
        ("outputs", 10**5, "2 activations for 100000 outputs"),
        ("activations", "linear", "activations is 'linear': it must be a list"),
        ("activations", {"linear": "tanh"}, "it must be a list"),
        ("activations", ["linear", None], "unknown activation None"),
        ("connections", "[[1, 3]]", "it must be a list"),
        ("connections", [[1.0, 4], [4, 3]], "connections holds [1.0, 4]"),
        ("connections", [[1, True], [4, 3]], "connections holds [1, True]"),
        ("connections", ["14", "43"], "connections holds '14'"),
        ("connections", [[1, 4], [4, 10**100]], "a target is an output (3 to 3) or a hidden node (4 to 4)"),
        ("connections", [[4, 3], [4, 4]], "close a cycle"),
        ("disabled", [[4, 4]], "the connections, disabled ones included, close a cycle"),
        ("disabled", None, "disabled is None: it must be a list"),
        ("weights", [1], "1 weights for 2 connections"),
        ("weights", ["1", "2"], "a trained weight is '1'"),
        ("weights", {}, "weights is {}: it must be a list"),
        ("shared_weight", "1", "the shared weight is '1'"),
        ("shared_weight", [], "the shared weight is []"),
        ("found", "by hand", "found is 'by hand'"),
    ],
)
def test_values_that_no_network_has(key: str, value: Any, message: str) -> None:
    assert message in refused(with_value(key, value))


@pytest.mark.parametrize("key", ["inputs", "outputs", "activations", "connections"])
def test_keys_that_are_missing(key: str) -> None:
    assert refused(json.dumps({k: v for k, v in FIELDS.items() if k != key})) == f"the network has no '{key}'"


@given(st.binary(max_size=200))
def test_random_bytes(data: bytes) -> None:
    network_or_refusal(data)


@given(st.text(max_size=200))
def test_random_text(text: str) -> None:
    network_or_refusal(text)


@settings(max_examples=300)
@given(st.integers(0, len(TEXT)), st.integers(0, 8), st.binary(max_size=4))
def test_damaged_bytes(start: int, length: int, patch: bytes) -> None:
    data = TEXT.encode()
    network_or_refusal(data[:start] + patch + data[start + length :])


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.integers(0, 5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), anything, min_size=1, max_size=3))
def test_any_value_under_any_key(values: dict[str, Any]) -> None:
    network_or_refusal(json.dumps(FIELDS | values))


@pytest.mark.parametrize("claim", [{"inputs": 10**6}, {"outputs": 10**6}, {"inputs": 10**6, "outputs": 10**6}])
def test_a_few_bytes_cannot_claim_much_memory(claim: dict[str, int]) -> None:
    text = json.dumps(FIELDS | claim)
    tracemalloc.start()
    try:
        refused(text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**20


def test_an_object_of_a_million_keys_with_one_twice() -> None:
    # Looking for the culprit must not take the square of the number of keys.
    keys = ", ".join(f'"{i}": 0' for i in range(200_000))
    assert "is given twice" in refused(f'{{{keys}, "199999": 0}}')


# --- files


def unreadable(path: Any) -> str:
    with pytest.raises(NetworkError) as caught:
        Network.load(path)
    assert str(caught.value).isprintable()
    return str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    missing = tmp_path / "missing.json"
    assert unreadable(missing) == f"cannot read the network {missing}: No such file or directory"
    assert unreadable(tmp_path) == f"cannot read the network {tmp_path}: Is a directory"
    assert "cannot read the network" in unreadable("a\0b")
    assert "cannot read the network" in unreadable("two\nlines")
    assert "cannot read the network" in unreadable("n" * 5000)


def test_files_that_hold_no_network(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    path.write_bytes(b"not a network")
    assert unreadable(path) == f"{path}: the text is not JSON: line 1, column 1: Expecting value"
    path.write_bytes(b" " * (MAX_FILE_BYTES + 1))
    assert "16,777,217 long" in unreadable(path)
