"""Networks for tests: grown by random mutations from sparse ones, and looked at without the package's own means."""

import numpy as np
from hypothesis import strategies as st

from wann_lite.activations import NAMES
from wann_lite.informed import RELAYS, Building, Grow
from wann_lite.mutation import DRAWN, mutate
from wann_lite.network import Network

RATES = dict.fromkeys(DRAWN, 1.0) | {"insert_node": 2.0, "add_connection": 2.0}


def grown(seed: int, n_inputs: int = 3, n_outputs: int = 2, mutations: int = 20, fraction: float = 0.5) -> Network:
    """A sparse network after so many mutations of all kinds."""
    rng = np.random.default_rng(seed)
    network = Network.sparse(n_inputs, n_outputs, fraction, rng, output=NAMES[rng.integers(len(NAMES))])
    for _ in range(mutations):
        network, _ = mutate(network, rng, RATES)
    return network


@st.composite
def networks(draw: st.DrawFn, trained: bool | None = None) -> Network:
    """Any small network, with trained weights or without."""
    network = grown(
        seed=draw(st.integers(0, 2**32 - 1)),
        n_inputs=draw(st.integers(1, 4)),
        n_outputs=draw(st.integers(1, 3)),
        mutations=draw(st.integers(0, 40)),
        fraction=draw(st.sampled_from([0.0, 0.3, 1.0])),
    )
    if draw(st.booleans()) if trained is None else trained:
        size = network.n_connections
        weights = draw(st.lists(st.floats(-3, 3, width=32), min_size=size, max_size=size))
        network = network.replace(weights=weights)
    return network


def in_step(seed: int, n_inputs: int = 3, n_outputs: int = 2, nodes: int = 4) -> Network:
    """Input - relay - feature - relay - output everywhere: every path has four connections."""
    rng = np.random.default_rng(seed)
    building = Building(Network(n_inputs, n_outputs, ["linear"] * n_outputs, []))
    first = building.network.first

    def some(start: int, stop: int) -> tuple[tuple[int, str], ...]:
        chosen = start + rng.choice(stop - start, rng.integers(1, stop - start + 1), replace=False)
        return tuple((int(node), RELAYS[rng.integers(2)]) for node in chosen)

    for _ in range(nodes):
        activation = ("abs", "relu", "linear")[rng.integers(3)]
        Grow(activation, some(0, first), some(first, first + n_outputs)).make(building)
    return building.network


def has_cycle(network: Network) -> bool:
    """Depth-first search over all connections, disabled ones included."""
    followers: dict[int, list[int]] = {}
    for source, target in network.connections + network.disabled:
        followers.setdefault(source, []).append(target)
    finished: set[int] = set()

    def leads_back(node: int, path: frozenset[int]) -> bool:
        if node in path:
            return True
        if node in finished:
            return False
        back = any(leads_back(follower, path | {node}) for follower in followers.get(node, ()))
        finished.add(node)
        return back

    return any(leads_back(node, frozenset()) for node in range(network.n_nodes))


def assert_sound(network: Network) -> None:
    """What a mutation handed down is what a network made from scratch finds out."""
    again = Network(
        network.n_inputs,
        network.n_outputs,
        network.activations,
        network.connections,
        network.disabled,
        weights=network.weights,
    )
    assert network == again
    assert network.layers == again.layers
    assert network.targets == again.targets
    assert network.disabled_targets == again.disabled_targets
    assert network.n_connections == len(network.connections)
    assert not has_cycle(network)
