"""The film of an ancestry: what each picture shows and says, and that no node moves."""

import sys
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from wann_lite import datasets, evaluate
from wann_lite.datasets import Dataset
from wann_lite.informed import Building, Connect, Disconnect, Grow, Switch
from wann_lite.lineage import Birth, Lineage
from wann_lite.losses import accuracy
from wann_lite.mutation import Mutation, apply, mutate
from wann_lite.network import Network
from wann_lite.viz import graphviz_layout
from wann_lite.viz import lineage_player as player
from wann_lite.viz.ancestry import film_births, measure_ancestry
from wann_lite.viz.scene import Scene, Shape, Text
from wann_lite.viz.style import ORANGE, VERMILLION

ipywidgets = pytest.importorskip("ipywidgets")

RATES = {
    "add_connection": 0.4,
    "insert_node": 0.3,
    "enable_connection": 0.05,
    "change_activation": 0.1,
    "remove_connection": 0.15,
}
FOUNDER = Network(2, 2, ["linear", "linear"], [(1, 3), (2, 4)])
STORY = (
    Mutation("insert_node", 1, 3, 5, "abs"),
    Mutation("add_connection", 0, 4),
    Mutation("change_activation", node=5, activation="tanh"),
    Mutation("remove_connection", 0, 4),
    Mutation("enable_connection", 1, 3),
)


def line(founder: Network, *births: tuple[Mutation, ...]) -> Lineage:
    birth = Birth()
    for generation, mutations in enumerate(births, 1):
        birth = Birth(birth, mutations, generation)
    return Lineage.of(founder, birth)


def wandering(founder: Network, births: int, seed: int) -> Lineage:
    """Random mutations, two at every fifth birth."""
    rng, network, done = np.random.default_rng(seed), founder, []
    for birth in range(births):
        mutations = []
        for _ in range(1 + (birth % 5 == 0)):
            network, mutation = mutate(network, rng, RATES)
            mutations.append(mutation)
        done.append(tuple(mutations))
    return line(founder, *done)


@pytest.fixture(scope="module")
def small() -> player.Film:
    return player.make_film(line(FOUNDER, *((m,) for m in STORY)), datasets.xor())


@pytest.fixture(scope="module")
def images() -> Dataset:
    rng = np.random.default_rng(0)
    x, y = rng.random((120, 64), dtype=np.float32), rng.integers(0, 3, 120)
    parts = {
        f"{a}_{part}": v[i::3]
        for i, part in enumerate(("train", "validation", "test"))
        for a, v in zip("xy", (x, y), strict=True)
    }
    return Dataset("noise", **parts, n_classes=3, image_shape=(8, 8))


@pytest.fixture(scope="module")
def large(images: Dataset) -> player.Film:
    founder = Network.sparse(64, 3, 0.1, np.random.default_rng(1))
    return player.make_film(
        wandering(founder, 400, seed=2), images, pictures=12, output_names="abc"[:0] or ["A", "B", "C"]
    )


def texts(scene: Scene) -> list[str]:
    return [item.text for item in scene.items if isinstance(item, Text)]


def shapes(scene: Scene) -> list[Shape]:
    return [item for item in scene.items if isinstance(item, Shape)]


def discs(scene: Scene) -> dict[str, tuple[float, float]]:
    """Where each hidden node stands, by its number."""
    return {s.title.split(":")[0]: s.points[0] for s in shapes(scene) if s.title.startswith("hidden node")}


# --- measuring


@pytest.mark.parametrize("seed", range(3))
def test_every_ancestor_is_measured_as_the_reference_does(seed: int) -> None:
    lineage, xor = wandering(FOUNDER, 40, seed), datasets.xor()
    ancestry = measure_ancestry(lineage, xor, examples=30, weights=[-1.0, 0.5, 2.0])
    x, y = xor.x_validation[:30], xor.y_validation[:30]
    wanted = [accuracy(evaluate(network, x, [-1.0, 0.5, 2.0]), y).mean() for network in lineage.networks()]
    assert ancestry.accuracies.tolist() == wanted
    assert (ancestry.births, len(ancestry.labels), ancestry.weights) == (40, 30, (-1.0, 0.5, 2.0))


def test_test_examples_are_not_looked_at() -> None:
    class Sealed:
        def __init__(self, dataset: Dataset) -> None:
            self._dataset = dataset

        def __getattr__(self, name: str) -> Any:
            assert not name.endswith("_test"), "the film looked at test examples"
            return getattr(self._dataset, name)

    player.make_film(line(FOUNDER, *((m,) for m in STORY)), Sealed(datasets.xor()))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("births", "moments"), [(0, 3), (1, 3), (3, 3), (59, 60), (60, 60), (61, 60), (4727, 60), (10**6, 10)]
)
def test_the_moments_of_a_film(births: int, moments: int) -> None:
    chosen = film_births(births, moments)
    assert chosen[0] == 0
    assert chosen[-1] == births
    assert len(chosen) == min(births + 1, moments) or moments * 0.8 <= len(chosen) <= moments
    assert all(before < after for before, after in pairwise(chosen))
    steps = np.diff(chosen)[:-1]  # the last may be cut short
    assert (np.diff(steps) >= 0).all()


def test_a_moment_knows_the_best_of_its_births() -> None:
    lineage = wandering(FOUNDER, 50, seed=5)
    ancestry = measure_ancestry(lineage, datasets.xor(), moments=6)
    networks = list(lineage.networks())
    for before, moment in pairwise(ancestry.moments):
        steps = lineage.steps[before.birth + 1 : moment.birth + 1]
        network = before.network
        for mutation in moment.mutations:
            network = apply(network, mutation)
        assert network == moment.network == networks[moment.birth]
        gains = np.diff(ancestry.accuracies[before.birth : moment.birth + 1])
        assert moment.best_gain == gains.max()
        assert moment.best_mutations == steps[gains.argmax()].mutations
        assert moment.best == before.birth + 1 + gains.argmax()


def test_what_does_not_fit_is_refused(images: Dataset) -> None:
    lineage = line(FOUNDER)
    with pytest.raises(ValueError, match=r"take 2 inputs and have 2 outputs: .* does not fit"):
        measure_ancestry(lineage, images)
    with pytest.raises(ValueError, match="moments is 2, examples 9: at least 3 and 1"):
        measure_ancestry(lineage, datasets.xor(), moments=2, examples=9)
    with pytest.raises(ValueError, match="moments is 3, examples 0: at least 3 and 1"):
        measure_ancestry(lineage, datasets.xor(), moments=3, examples=0)
    with pytest.raises(ValueError, match="input_names has 1 entries: give a list of 2"):
        player.make_film(lineage, datasets.xor(), input_names=["x"])


# --- what a picture says and shows


def test_words_of_each_picture(small: player.Film) -> None:
    said = [player.draw_ancestor(small, frame).alt for frame in range(len(small))]
    assert "0 hidden nodes and 2 connections: here the line begins." in said[0]
    wanted = (
        "Node 5 (abs) inserted on the way from x1 to output 0: ",
        "Connection added from the bias to output 1: ",
        "Node 5 becomes tanh: ",
        "Connection removed from the bias to output 1: ",
        "Connection enabled again from x1 to output 0: ",
    )
    assert all(words in alt for words, alt in zip(wanted, said[1:], strict=True))
    assert said[0].startswith("The founder: ")
    assert said[2].startswith("Birth 2: ")
    assert said[5].startswith("The champion: ")
    assert "(5 of 5 births, generation 5)" in said[5]


def test_words_of_an_informed_step() -> None:
    """A dozen mutations that belong together are told by number, with the node that they are for."""
    grown, building = [], Building(FOUNDER)
    for proposals in (
        (
            Disconnect(1, 3),
            Disconnect(2, 4),
            Grow("abs", ((1, "linear"), (2, "inverse")), ((3, "linear"), (4, "inverse"))),
        ),
        (Connect(0, 7, "inverse"),),
        (Grow("relu", ((1, "linear"),), ((4, "linear"),)), Switch(7, "relu"), Disconnect(6, 7)),
    ):
        done = len(building.mutations)
        for proposal in proposals:
            proposal.make(building)
        grown.append(tuple(building.mutations[done:]))
    film = player.make_film(line(FOUNDER, *grown), datasets.xor())
    said = [player.draw_ancestor(film, frame).alt for frame in range(len(film))]
    assert "New node 7 (abs), which hears 2 others (connections: 8 added, 2 removed; nodes: 5 added): " in said[1]
    assert "Node 10 (inverse) added, which hears the bias and connection added from node 10 to node 7: " in said[2]
    # The new node hears a relay that was there: it is as a relay.
    assert "Connections: 3 added, 1 removed; nodes: 2 added, 1 changed: " in said[3]


def test_gains_are_differences_of_accuracies(small: player.Film) -> None:
    accuracies = 100 * small.ancestry.accuracies
    for frame in range(1, len(small)):
        gain = accuracies[frame] - accuracies[frame - 1]
        wanted = "no change" if abs(gain) < 1e-9 else f"{gain:+.2f}".replace("-", "\u2212") + " percentage points"
        assert f": {wanted}. At " in player.draw_ancestor(small, frame).alt


def test_births_told_together(large: player.Film) -> None:
    drawing = player.draw_ancestor(large)
    moment = large.moment(-1)
    together = moment.birth - large.moment(-2).birth
    assert f"{together} births together: " in drawing.alt
    added = sum(mutation.kind == "add_connection" for mutation in moment.mutations)
    inserted = sum(mutation.kind == "insert_node" for mutation in moment.mutations)
    assert f"Connections: {added} added, " in drawing.alt
    assert f"nodes: {inserted} inserted, " in drawing.alt
    assert f"The best of them, birth {moment.best}: " in drawing.alt


def test_no_node_moves_and_all_pictures_have_one_size(small: player.Film, large: player.Film) -> None:
    for film in (small, large):
        scenes = [player.draw_ancestor(film, frame).scene for frame in range(len(film))]
        assert len({(scene.width, scene.height) for scene in scenes}) == 1
        places: dict[str, set[tuple[float, float]]] = {}
        for scene, wiring in zip(scenes, film.wirings, strict=True):
            now = discs(scene)
            assert len(now) == len(wiring.hidden)
            for node, place in now.items():
                places.setdefault(node, set()).add(place)
        assert places
        assert all(len(seen) == 1 for seen in places.values())
        assert len({place for seen in places.values() for place in seen}) == len(places)


def test_nodes_that_died_out_have_their_place_by_what_they_were_connected_to(large: player.Film) -> None:
    alive = set(large.wirings[-1].hidden)
    gone = set(large.together.hidden) - alive
    assert gone, "some nodes of this line have lost all their connections"
    assert gone <= {node for edge in large.together.edges for node in edge}
    earlier = {edge for wiring in large.wirings for edge in wiring.edges}
    assert set(large.wirings[-1].edges) <= set(large.together.edges) <= earlier


def test_without_graphviz_no_node_moves_either(small: player.Film, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: Any, **__: Any) -> None:
        raise graphviz_layout.NoGraphviz("install it")

    monkeypatch.setattr(graphviz_layout, "place", missing)
    film = player.Film(small.ancestry, small.names)
    places = [discs(player.draw_ancestor(film, frame).scene) for frame in range(1, len(film))]
    assert places[0]
    assert all(place == places[0] for place in places)


def test_nothing_leaves_the_page(small: player.Film, large: player.Film) -> None:
    for film in (small, large):
        for frame in (0, len(film) // 2, -1):
            scene = player.draw_ancestor(film, frame).scene
            for shape in shapes(scene):
                if shape.curved:
                    continue  # a curve lies within its control points, not on them
                xs, ys = zip(*shape.points, strict=True)
                assert 0 <= min(xs) <= max(xs) <= scene.width
                assert 0 <= min(ys) <= max(ys) <= scene.height
            for item in scene.items:
                if isinstance(item, Text) and item.anchor == "start":
                    assert item.at[0] + 0.57 * item.size * len(item.text) < scene.width + 1, item.text


def test_what_a_mutation_touched_is_marked(small: player.Film) -> None:
    def marked(frame: int) -> tuple[int, list[str]]:
        scene = player.draw_ancestor(small, frame).scene
        edges = sum(s.curved and s.stroke == VERMILLION for s in shapes(scene))
        nodes = [s.title.split(":")[0] for s in shapes(scene) if s.title and s.stroke == VERMILLION]
        return edges, nodes

    assert marked(0) == (0, [])
    assert marked(1) == (2, ["hidden node 5", "output 0"])  # x1 -> 5 -> output 0
    assert marked(2) == (1, ["output 1"])
    assert marked(3) == (0, ["hidden node 5"])
    assert marked(4) == (0, ["output 1"])
    assert marked(5) == (1, ["output 0"])


def test_what_else_is_new_is_orange(large: player.Film) -> None:
    scene = player.draw_ancestor(large).scene
    orange = sum(s.curved and s.stroke == ORANGE for s in shapes(scene))
    lit = sum(s.curved and s.stroke == VERMILLION for s in shapes(scene))
    new = set(large.wirings[-1].edges) - set(large.wirings[-2].edges)
    assert len(new) - lit <= orange <= len(new)
    assert orange > 10


def test_a_line_that_wires_both_ways_over_time() -> None:
    # Node 5 feeds node 6, then 6 feeds 5: all pictures at once would be a cycle.
    founder = Network(2, 2, ["linear"] * 2 + ["abs"] * 2, [(1, 5), (2, 6), (5, 3), (6, 4)])
    forth, back = Network(2, 2, founder.activations, [*founder.connections, (5, 6)]), (6, 5)
    assert forth.layers[6] > forth.layers[5]
    story = [
        Mutation("insert_node", 1, 5, 7, "abs"),
        Mutation("add_connection", 6, 5),
        Mutation("remove_connection", *back),
    ]
    story += [
        Mutation("insert_node", 2, 6, 8, "abs"),
        Mutation("remove_connection", 7, 5),
        Mutation("add_connection", 1, 6),
    ]
    network, births = founder, []
    for mutation in story:
        network = apply(network, mutation)
        births.append((mutation,))
    for mutation in (Mutation("insert_node", 8, 6, 9, "abs"), Mutation("add_connection", 5, 6)):
        network = apply(network, mutation)
        births.append((mutation,))
    film = player.make_film(line(founder, *births), datasets.xor())
    assert any((6, 5) in wiring.edges for wiring in film.wirings)
    assert any((5, 6) in wiring.edges for wiring in film.wirings)
    for frame in range(len(film)):
        assert len(discs(player.draw_ancestor(film, frame).scene)) == len(film.wirings[frame].hidden)


def test_a_founder_alone_is_a_film_of_one_picture() -> None:
    film = player.make_film(line(FOUNDER), datasets.xor())
    assert len(film) == 1
    assert "0 births follow" in player.draw_ancestor(film).alt
    assert len(texts(player.draw_ancestors(film).scene)) >= 2
    panel = player.explore_lineage(film)
    assert panel.children[0].children[0].max == 0


@pytest.mark.parametrize("frame", [6, -7])
def test_a_picture_that_is_not_there(small: player.Film, frame: int) -> None:
    with pytest.raises(IndexError, match=f"there is no picture {frame}: this film has 6, from 0 to 5"):
        player.draw_ancestor(small, frame)


def test_points_in_the_plane_are_shown_with_the_answers_around_them(small: player.Film, large: player.Film) -> None:
    for film, shown in ((small, True), (large, False)):
        drawing = player.draw_ancestor(film)
        assert film.in_the_plane == shown
        assert ("shared weights agree" in drawing.alt) == shown
        assert ("class 1" in texts(drawing.scene)) == shown


# --- the still


@pytest.mark.parametrize(("k", "columns", "panels"), [(2, None, 2), (4, 3, 4), (99, None, 6)])
def test_a_strip_of_ancestors(small: player.Film, k: int, columns: int | None, panels: int) -> None:
    scene = player.draw_ancestors(small, k, columns=columns).scene
    heads = [text for text in texts(scene) if text.endswith("% right")]
    assert len(heads) == panels
    assert heads[0].startswith("the founder: ")
    assert heads[-1].startswith("the champion: ")
    assert scene.width <= 1081
    for shape in shapes(scene):
        assert all(0 <= x <= scene.width and 0 <= y <= scene.height for x, y in shape.points if not shape.curved)


def test_a_strip_needs_two(small: player.Film) -> None:
    with pytest.raises(ValueError, match="k is 1, columns None: at least 2"):
        player.draw_ancestors(small, 1)
    with pytest.raises(ValueError, match="k is 3, columns 0"):
        player.draw_ancestors(small, 3, columns=0)


# --- the controls


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is displayed."""
    pictures: list[Any] = []
    monkeypatch.setattr("IPython.display.display", pictures.append)
    return pictures


def test_controls_at_minimum_default_and_maximum(small: player.Film, shown: list[Any]) -> None:
    panel = player.explore_lineage(small, milliseconds=300)
    (play, slider), output = panel.children[0].children, panel.children[1]
    assert shown[-1].alt.startswith("The founder: ")
    assert (play.min, play.max, play.interval) == (0, 5, 300)
    assert slider.continuous_update is False
    slider.index = 5
    assert shown[-1].alt.startswith("The champion: ")
    slider.index = 2
    assert shown[-1].alt.startswith("Birth 2: ")
    slider.index = 0
    assert shown[-1] is shown[0], "a picture that was drawn before is not drawn again"
    assert [label for label, _ in slider.options] == [
        "the founder",
        *(f"birth {b}" for b in range(1, 5)),
        "the champion",
    ]
    assert float(output.layout.height.removesuffix("px")) >= shown[0].scene.height
    (link,) = [panel.link]
    assert (link.source, link.target) == ((play, "value"), (slider, "index"))


def test_a_lineage_is_measured_first(shown: list[Any]) -> None:
    panel = player.explore_lineage(line(FOUNDER, *((m,) for m in STORY)), datasets.xor(), pictures=3)
    assert panel.children[0].children[0].max == 2
    with pytest.raises(ValueError, match="give its data set too"):
        player.explore_lineage(line(FOUNDER))


def test_without_ipywidgets_one_clear_line(small: player.Film, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError, match=r'^a film needs ipywidgets: pip install "wann_lite\[course\]"$'):
        player.explore_lineage(small)
