"""The ancestry of a champion: as a chain of births, replayed, and as JSON."""

import json
import math
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from topologies import RATES, assert_sound

from wann_lite.lineage import MAX_FILE_BYTES, Birth, Lineage, Step
from wann_lite.mutation import Mutation, mutate
from wann_lite.network import Network, NetworkError

FOUNDER = Network(2, 1, ["linear"], [(1, 3)])
SPLIT = Mutation("insert_node", 1, 3, 4, "tanh")
MORE = (Mutation("add_connection", 2, 4), Mutation("change_activation", node=4, activation="abs"))
BIRTH = Birth(Birth(Birth(None, (), 0, 0.75), (SPLIT,), 3, 0.5), MORE, 7)
LINEAGE = Lineage(FOUNDER, (Step(0, (), 0.75), Step(3, (SPLIT,), 0.5), Step(7, MORE, None)))

TEXT = """{
 "format": "wann-lite-lineage",
 "version": 1,
 "founder": {"format": "wann-lite-network", "version": 1, "inputs": 2, "outputs": 1, "activations": ["linear"], \
"connections": [[1, 3]], "disabled": [], "weights": null},
 "steps": [
  {"generation": 0, "loss": 0.75, "mutations": []},
  {"generation": 3, "loss": 0.5, "mutations": [{"kind": "insert_node", "source": 1, "target": 3, "node": 4, \
"activation": "tanh"}]},
  {"generation": 7, "loss": null, "mutations": [{"kind": "add_connection", "source": 2, "target": 4}, \
{"kind": "change_activation", "node": 4, "activation": "abs"}]}
 ]
}
"""
FIELDS = json.loads(TEXT)


# --- by hand


def test_from_births() -> None:
    assert Lineage.of(FOUNDER, BIRTH) == LINEAGE


def test_an_added_node_goes_through_json() -> None:
    grown = (Mutation("add_node", 2, node=4, activation="abs"), Mutation("add_connection", 4, 3))
    lineage = Lineage(FOUNDER, (Step(0, (), None), Step(1, grown, 0.5)))
    again = Lineage.from_json(lineage.to_json())
    assert again == lineage
    assert set(again.champion.connections) == {(1, 3), (2, 4), (4, 3)}
    assert '{"kind": "add_node", "source": 2, "node": 4, "activation": "abs"}' in lineage.to_json()


def test_networks_one_by_one() -> None:
    networks = list(LINEAGE.networks())
    assert [set(network.connections) for network in networks] == [
        {(1, 3)},
        {(1, 4), (4, 3)},
        {(1, 4), (4, 3), (2, 4)},
    ]
    assert networks[2].activations == ("linear", "abs")
    assert networks[0] is FOUNDER
    assert networks[-1] == LINEAGE.champion


def test_a_founder_is_a_lineage_of_its_own() -> None:
    lineage = Lineage.of(FOUNDER, Birth())
    assert lineage.steps == (Step(0, (), None),)
    assert list(lineage.networks()) == [FOUNDER]
    assert lineage.champion == FOUNDER


def test_the_founders_birth_comes_first() -> None:
    with pytest.raises(ValueError, match="the eldest ancestor has mutations: a founder's birth is Birth"):
        Lineage.of(FOUNDER, Birth(None, (SPLIT,), 1))


@pytest.mark.parametrize("loss", [math.inf, -math.inf, math.nan])
def test_a_loss_that_is_not_finite_becomes_none(loss: float) -> None:
    lineage = Lineage.of(FOUNDER, Birth(loss=loss))
    assert lineage.steps[0].loss is None
    assert Lineage.from_json(lineage.to_json()) == lineage


def test_numbers_of_numpy_become_plain() -> None:
    birth = Birth(Birth(), (Mutation("add_connection", 2, 3),), np.int64(4), np.float32(0.5))  # type: ignore[arg-type]
    lineage = Lineage.of(FOUNDER, birth)
    assert Lineage.from_json(lineage.to_json()).steps[1] == (4, (Mutation("add_connection", 2, 3),), 0.5)


def test_a_mutation_that_does_not_fit() -> None:
    lineage = Lineage(FOUNDER, (Step(0, (), None), Step(5, (Mutation("add_connection", 1, 3),), None)))
    networks = lineage.networks()
    assert next(networks) == FOUNDER
    with pytest.raises(NetworkError, match="the lineage breaks off in generation 5: 1 -> 3 exists already"):
        next(networks)
    with pytest.raises(NetworkError, match="breaks off"):
        lineage.champion  # noqa: B018


# --- births


def test_births_are_compared_by_identity_and_shown_without_ancestors() -> None:
    assert Birth() != Birth()
    assert len({Birth(), Birth()}) == 2
    assert repr(Birth(Birth(), (SPLIT,), 3)).count("Birth") == 1


class Traced(Birth):
    """A birth whose end can be noticed."""

    __slots__ = ("__weakref__",)


def test_a_line_that_dies_out_is_freed() -> None:
    founder = Traced()
    kept = Traced(founder)
    lost = Traced(Traced(founder))
    traces = [weakref.ref(birth) for birth in (founder, kept, lost, lost.parent)]
    del lost
    assert [trace() is not None for trace in traces] == [True, True, False, False]
    del founder
    assert traces[0]() is kept.parent
    del kept
    assert traces[0]() is None


def test_a_very_long_line() -> None:
    # In a process of its own: what goes wrong here is a crash of the interpreter.
    program = (
        "from wann_lite.lineage import Birth, Lineage\n"
        "from wann_lite.network import Network\n"
        "birth = Birth()\n"
        "for generation in range(1, 200_001):\n"
        "    birth = Birth(birth, (), generation)\n"
        "repr(birth), hash(birth), birth == Birth()\n"
        "lineage = Lineage.of(Network(1, 1, ['linear'], []), birth)\n"
        "del birth\n"
        "assert len(lineage.steps) == 200_001\n"
        "assert len(lineage.champion.activations) == 1\n"
        "print('alive')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("alive\n", 0), done.stderr


# --- JSON


def test_written_by_hand() -> None:
    assert LINEAGE.to_json() == TEXT
    assert Lineage.from_json(TEXT) == LINEAGE
    assert Lineage.from_json(TEXT.encode()) == LINEAGE


@given(st.integers(0, 2**32 - 1), st.integers(0, 15), st.integers(1, 3))
def test_round_trip(seed: int, generations: int, at_once: int) -> None:
    rng = np.random.default_rng(seed)
    founder = network = Network.sparse(3, 2, 0.5, rng)
    birth, networks = Birth(), [founder]
    for generation in range(1, generations + 1):
        mutations = []
        for _ in range(at_once):
            network, mutation = mutate(network, rng, RATES)
            mutations.append(mutation)
        birth = Birth(birth, tuple(mutations), generation, float(rng.random()))
        networks.append(network)
    lineage = Lineage.of(founder, birth)
    assert list(lineage.networks()) == networks
    again = Lineage.from_json(lineage.to_json())
    assert again == lineage
    assert again.champion == network
    assert_sound(again.champion)


def test_saved_and_loaded(tmp_path: Path) -> None:
    LINEAGE.save(tmp_path / "lineage.json")
    assert Lineage.load(tmp_path / "lineage.json") == LINEAGE
    (tmp_path / "lineage.json").write_text("{}")
    with pytest.raises(NetworkError, match=r"lineage.json: the format is None: a lineage's file says 'wann-lite-lin"):
        Lineage.load(tmp_path / "lineage.json")
    with pytest.raises(NetworkError, match=r"cannot read the lineage .*missing.json: No such file"):
        Lineage.load(tmp_path / "missing.json")


def refused(text: Any) -> str:
    """The one line with which the text is refused."""
    with pytest.raises(NetworkError) as caught:
        Lineage.from_json(text)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300
    return str(caught.value)


def lineage_or_refusal(text: str | bytes) -> None:
    """Nothing but a lineage that can be replayed, or a NetworkError, comes of the text."""
    try:
        lineage = Lineage.from_json(text)
        list(lineage.networks())
    except NetworkError as error:
        assert str(error).isprintable()
    else:
        assert Lineage.from_json(lineage.to_json()) == lineage


def test_cut_off_anywhere() -> None:
    data = TEXT.rstrip().encode()
    for end in range(len(data)):
        assert "not JSON" in refused(data[:end])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "the text holds []: a lineage is a JSON object"),
        ("{}", "the format is None: a lineage's file says 'wann-lite-lineage'"),
        (TEXT.replace('"version": 1,\n', '"version": 2,\n'), "the lineage's version is 2"),
        (TEXT.replace("wann-lite-network", "wann-lite-lineage"), "the founder: the format is 'wann-lite-lineage'"),
        (TEXT.replace('"inputs": 2', '"inputs": 2.0'), "the founder: the number of inputs is 2.0"),
        (TEXT.replace("[[1, 3]]", "[[1, 4]]"), "the founder: connections holds [1, 4]"),
        (TEXT.replace("0.75", "NaN"), "the text holds NaN"),
        (TEXT.replace("0.75", '"0.75"'), "a loss is '0.75': it must be a finite number"),
        (TEXT.replace("0.75", "true"), "a loss is True"),
        (TEXT.replace("0.75", "1" * 400), "a loss is 1111"),
        (TEXT.replace('"generation": 3', '"generation": 3.0'), "generation is 3.0: it must be a whole number"),
        (TEXT.replace('"generation": 3', '"generation": true'), "generation is True"),
        (TEXT.replace('"generation": 0', '"generation": -1'), "generation is -1"),
        (TEXT.replace('"generation": 7', '"generation": 2'), "generation 2 follows 3: a child is not older"),
        (TEXT.replace('"generation": 3, ', ""), "the step has no 'generation'"),
        (TEXT.replace('"mutations": []', '"mutations": {}'), "mutations is {}: it must be a list"),
        (TEXT.replace('"mutations": []', '"mutations": [7]'), "mutations holds 7: each entry must be an object"),
        (TEXT.replace("insert_node", "grow"), "unknown kind of mutation 'grow': use one of add_connection"),
        (TEXT.replace('"insert_node"', "[]"), "unknown kind of mutation []"),
        (TEXT.replace('"kind": "add_connection", ', ""), "unknown kind of mutation None"),
        (TEXT.replace(', "target": 4}', "}"), "the mutation 'add_connection' has no 'target'"),
        (TEXT.replace('"source": 2', '"source": 2.0'), "source is 2.0: it must be a whole number"),
        (TEXT.replace('"source": 2', '"source": "2"'), "source is '2'"),
        (TEXT.replace('"node": 4', '"node": null'), "node is None"),
        (TEXT.replace('"tanh"', '"swish"'), "unknown activation 'swish'"),
        (TEXT.replace('"tanh"', '["tanh"]'), "unknown activation ['tanh']"),
        (TEXT.replace('"tanh"', "null"), "unknown activation None"),
        (json.dumps(FIELDS | {"steps": []}), "there are no steps: the first is the founder's"),
        (json.dumps(FIELDS | {"steps": FIELDS["steps"][1:]}), "the first step has mutations: it is the founder's"),
        (json.dumps(FIELDS | {"steps": [[]]}), "steps holds []: each entry must be an object"),
        (json.dumps(FIELDS | {"steps": "none"}), "steps is 'none': it must be a list"),
        (json.dumps(FIELDS | {"founder": None}), "the founder: the text holds None: a network is a JSON object"),
        (json.dumps({k: v for k, v in FIELDS.items() if k != "steps"}), "the lineage has no 'steps'"),
        (" " * (MAX_FILE_BYTES + 1), "a lineage's is at most 33,554,432"),
    ],
)
def test_texts_that_hold_no_lineage(text: Any, message: str) -> None:
    assert message in refused(text)


@settings(max_examples=300)
@given(st.integers(0, len(TEXT)), st.integers(0, 8), st.binary(max_size=4))
def test_damaged_bytes(start: int, length: int, patch: bytes) -> None:
    data = TEXT.encode()
    lineage_or_refusal(data[:start] + patch + data[start + length :])


@pytest.mark.parametrize("replacement", ["0", "1", "2", "9", "200000", "1" * 30, "-1"])
def test_numbers_that_do_not_fit(replacement: str) -> None:
    for number in "01234":
        for before in ('"source": ', '"target": ', '"node": ', '"inputs": '):
            lineage_or_refusal(TEXT.replace(before + number, before + replacement))
