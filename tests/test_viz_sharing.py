"""Shared nodes and recomputation: counted by hand, compared with what changes, and every control moved."""

import sys
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from topologies import grown

from wann_lite import evaluate
from wann_lite.mutation import add_connection
from wann_lite.network import Network
from wann_lite.viz import figure, sharing
from wann_lite.viz.scene import Shape
from wann_lite.viz.style import VERMILLION

ipywidgets = pytest.importorskip("ipywidgets")

# 1 -> 5 -> 6 -> 3, 2 -> 7 -> 4, and 5 -> 4.
NETWORK = Network(2, 2, ["linear"] * 2 + ["abs", "relu", "abs"], [(1, 5), (5, 6), (6, 3), (2, 7), (7, 4), (5, 4)])


@pytest.fixture
def ax() -> Any:
    fig, axes = figure()
    yield axes
    plt.close(fig)


# --- a population


def test_presence_by_hand() -> None:
    child, _ = add_connection(NETWORK, 2, 6)  # nodes 6 and 3 compute something else then
    held = sharing.presence([NETWORK, NETWORK, child])
    assert held.shape == (3, 7)
    assert held.sum(axis=0).tolist() == [3, 3, 3, 2, 2, 1, 1]
    assert held.sum(axis=1).tolist() == [5, 5, 5]


def test_equal_nodes_of_one_network_are_one() -> None:
    twins = Network(1, 1, ["linear", "abs", "abs"], [(1, 3), (1, 4), (3, 2), (4, 2)])
    assert sharing.presence([twins]).shape == (1, 2)


@pytest.mark.parametrize("networks", [[], [NETWORK, Network(2, 1, ["linear"], [(1, 3)])]])
def test_a_population_that_is_none_is_refused(networks: list[Network]) -> None:
    with pytest.raises(ValueError, match="at least one network, and all with the same"):
        sharing.presence(networks)


def test_presence_is_drawn_as_it_is(ax: Any) -> None:
    held = sharing.presence([NETWORK, add_connection(NETWORK, 2, 6)[0]])
    sharing.draw_presence(ax, held)
    assert np.array_equal(ax.images[0].get_array(), held)


def test_counts_are_drawn_as_they_are(ax: Any) -> None:
    sharing.draw_distinct(ax, [0, 10], {"together": [40, 90], "distinct": [40, 12]})
    assert [line.get_ydata().tolist() for line in ax.lines] == [[40, 90], [40, 12]]
    assert len({line.get_linestyle() for line in ax.lines}) == 2


# --- a child


@pytest.mark.parametrize(
    ("node", "change", "nodes", "operations"),
    [
        (5, 0, {3, 4, 5, 6}, 0 + 1 + 1 + 2),  # the sum of 5 stays; 6 and 3 have one source each, 4 has two
        (7, 0, {4, 7}, 0 + 2),
        (6, 1, {3, 6}, 1 + 1),  # one more in the sum of 6
        (6, 2, {3, 6}, 0 + 1),  # nothing left to add up
    ],
)
def test_what_is_computed_anew_by_hand(node: int, change: int, nodes: set[int], operations: int) -> None:
    found = sharing.recompute(NETWORK, node, sharing.CHANGES[change])
    assert found.nodes == nodes
    assert found.operations == operations


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("change", sharing.CHANGES)
def test_all_else_gives_what_it_gave(seed: int, change: str) -> None:
    network = grown(seed, n_inputs=5, mutations=30)
    x = np.random.default_rng(seed).normal(size=(20, 5))
    for node in (node for node in network.hidden if network.targets[node]):
        try:
            child, changed, operations = sharing.recompute(network, node, change)
        except ValueError as error:
            assert "listens to all inputs" in str(error) or "no connection" in str(error)
            continue
        outputs = evaluate(network, x, [0.7])[0], evaluate(child, x, [0.7])[0]
        for place, output in enumerate(network.outputs):
            if output not in changed:
                assert np.array_equal(outputs[0][:, place], outputs[1][:, place])
        assert 0 < len(changed) <= len(network.activations)
        assert operations >= 0


def test_what_cannot_be_done_is_told() -> None:
    full = Network(1, 1, ["linear", "abs"], [(1, 3), (3, 2)])
    bare = Network(1, 1, ["linear", "cos"], [(3, 2)])
    with pytest.raises(ValueError, match="node 3 listens to all inputs already"):
        sharing.recompute(full, 3, sharing.CHANGES[1])
    with pytest.raises(ValueError, match="node 3 has no connection that could be removed"):
        sharing.recompute(bare, 3, sharing.CHANGES[2])
    with pytest.raises(ValueError, match="node 2 is not a hidden node"):
        sharing.recompute(full, 2)
    with pytest.raises(ValueError, match="unknown change 'paint it'"):
        sharing.recompute(full, 3, "paint it")
    with pytest.raises(ValueError, match="no hidden node"):
        sharing.draw_recomputed(Network(1, 1, ["linear"], [(1, 2)]))


def marked(drawing: Any) -> set[str]:
    shapes = [item for item in drawing.scene.items if isinstance(item, Shape)]
    return {shape.title.split(":")[0] for shape in shapes if shape.title and shape.stroke == VERMILLION}


def test_the_drawing_marks_what_is_computed_anew() -> None:
    drawing = sharing.draw_recomputed(NETWORK, 7)
    assert marked(drawing) == {"hidden node 7", "output 1"}
    assert drawing.alt.startswith("Change its activation: 2 nodes of 5 to be computed anew.")
    assert "Arrays added up from scratch: 6. Arrays added to the parent's sums, or subtracted: 2." in drawing.alt


def test_controls_at_minimum_default_and_maximum(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    panel = sharing.explore_recomputed(NETWORK)
    (slider, choice), output = panel.children[0].children, panel.children[1]
    assert shown[-1].alt == sharing.draw_recomputed(NETWORK).alt
    assert slider.continuous_update is False
    assert choice.options == sharing.CHANGES
    for place, (_, node) in enumerate(slider.options):
        slider.index = place
        assert f"hidden node {node}" in marked(shown[-1])
    for change in sharing.CHANGES[1:]:
        choice.value = change
        assert shown[-1].alt.startswith(change.capitalize())
    assert float(output.layout.height.removesuffix("px")) > shown[-1].scene.height


def test_where_nothing_can_be_done_the_drawing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    full = Network(1, 1, ["linear", "abs"], [(1, 3), (3, 2)])
    _, choice = sharing.explore_recomputed(full).children[0].children
    choice.value = sharing.CHANGES[1]
    assert "listens to all inputs already" in shown[-1].alt


def test_without_ipywidgets_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError, match=r'^a slider needs ipywidgets: pip install "wann_lite\[course\]"$'):
        sharing.explore_recomputed(NETWORK)
