"""Drawings of networks: what is in the picture, at every size, with and without graphviz."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wann_lite.activations import NAMES, get
from wann_lite.mutation import mutate
from wann_lite.network import Network
from wann_lite.viz import Drawing, draw
from wann_lite.viz import graphviz_layout as graphviz_module
from wann_lite.viz.glyphs import curve
from wann_lite.viz.layered import fold, heights, spread
from wann_lite.viz.layout import Layout, arrange
from wann_lite.viz.scene import Shape, Text
from wann_lite.viz.style import FAMILIES, VERMILLION
from wann_lite.viz.wiring import trace

SVG = "{http://www.w3.org/2000/svg}"
XOR = Network(2, 1, ["linear", "linear", "inverse", "abs"], [(1, 4), (2, 5), (4, 6), (5, 6), (6, 3)])
RATES = {"add_connection": 0.68, "insert_node": 0.125, "enable_connection": 0.05, "change_activation": 0.145}


def grown(n_inputs: int, n_outputs: int, connections: int, seed: int, fraction: float = 0.05) -> Network:
    """A network of at least so many connections, by random mutations."""
    rng = np.random.default_rng(seed)
    network = Network.sparse(n_inputs, n_outputs, fraction, rng)
    while network.n_connections < connections:
        network, _ = mutate(network, rng, RATES)
    return network


@pytest.fixture(scope="module")
def large() -> Network:
    network = grown(256, 10, 1849, seed=0)
    assert network.n_connections == 1849
    assert network.n_hidden > 200
    return network


@pytest.fixture
def no_graphviz(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine with neither `dot` nor `graphviz-pure`, whatever this one has."""
    nowhere = tmp_path / "empty"
    nowhere.mkdir()
    monkeypatch.setenv("PATH", str(nowhere))
    monkeypatch.setattr(sys, "executable", str(nowhere / "python"))
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(nowhere))


def parsed(drawing: Drawing) -> ElementTree.Element:
    return ElementTree.fromstring(drawing._repr_svg_())


def titles(drawing: Drawing) -> list[str]:
    """What the mouse finds: the titles of shapes."""
    return [item.title for item in drawing.scene.items if isinstance(item, Shape) and item.title]


def texts(drawing: Drawing) -> list[str]:
    return [item.text for item in drawing.scene.items if isinstance(item, Text)]


# --- what is in the picture


def test_the_small_network_has_each_node_once() -> None:
    drawing = draw(XOR)
    assert titles(drawing) == [
        "input 1: 1 connection",
        "input 2: 1 connection",
        "hidden node 4: linear; listens to 1, heard by 1",
        "hidden node 5: inverse; listens to 1, heard by 1",
        "hidden node 6: abs; listens to 2, heard by 1",
        "output output: linear; 1 connection",
    ]
    assert [text for text in texts(drawing) if not text.startswith("A network")] == [
        *("x1", "x2", "output"),
        *("1 linear", "1 inverse", "1 abs"),
    ]
    assert drawing.note == ""


def test_svg_stands_alone_and_says_what_it_shows() -> None:
    root = parsed(draw(XOR))
    assert root.attrib["role"] == "img"
    assert root.findtext(f"{SVG}title") == "A network of 2 inputs, 3 hidden nodes, 1 output and 5 connections"
    assert "1 linear, 1 inverse, 1 abs" in (root.findtext(f"{SVG}desc") or "")
    assert root.attrib["aria-label"] == draw(XOR).alt
    assert draw(XOR)._repr_html_() == draw(XOR)._repr_svg_()
    # An id, a style or a reference could meet another picture's on the same page.
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in {"svg", "title", "desc", "rect", "path", "circle", "text"}
        assert not {"id", "class", "href"} & set(element.attrib)


@pytest.mark.parametrize("name", NAMES)
def test_the_curve_in_a_node_is_the_activation(name: str) -> None:
    points = np.array(curve(name))
    assert np.abs(points).max() == 1
    if name == "step":
        assert points.tolist() == [[-1, -1], [0, -1], [0, 1], [1, 1]]
        return
    x, y = points.T
    reach = {"gaussian": 3.2, "tanh": 3.5, "sigmoid": 3.5, "cos": 2.0}.get(name, 1.0)
    values = get(name)(x * reach)
    # Stretched to fill the node, but with the same rises and falls.
    assert np.corrcoef(values, y)[0, 1] > 0.9999


def test_every_activation_has_a_family_and_only_one() -> None:
    members = [name for _, names in FAMILIES.values() for name in names]
    assert sorted(members) == sorted(NAMES)


def test_only_what_can_change_an_answer_is_drawn() -> None:
    # Node 6 leads nowhere, node 7 only to node 6; input 3 has no listener but node 7.
    network = Network(3, 1, ["linear", "tanh", "sin", "cos"], [(1, 5), (5, 4), (2, 6), (7, 6), (3, 7)])
    drawing = draw(network)
    assert [title.split(":")[0] for title in titles(drawing)] == ["input 1", "hidden node 5", "output output"]
    assert "Not drawn: 3 connections" in " ".join(texts(drawing))
    assert "Not drawn" not in " ".join(texts(draw(XOR)))


def test_disabled_connections_are_not_drawn() -> None:
    network = Network(2, 1, ["linear"], [(1, 3)], disabled=[(2, 3)])
    assert trace(network).edges == ((1, 3),)
    assert "input 2" not in " ".join(titles(draw(network)))


def test_a_network_without_connections_is_its_outputs() -> None:
    assert titles(draw(Network(3, 2, ["sin", "cos"], []))) == [
        "output 0: sin; 0 connections",
        "output 1: cos; 0 connections",
    ]


def test_bias_is_drawn_if_used() -> None:
    assert "the bias, always 1: 1 connection" in titles(draw(Network(1, 1, ["linear"], [(0, 2), (1, 2)])))
    assert "the bias, always 1: 1 connection" in titles(draw(Network(64, 1, ["linear"], [(0, 65), (1, 65)])))


def test_names_and_numbers_are_written() -> None:
    written = texts(draw(XOR, input_names=["left", "right"], output_names=["differs"], numbers=True, title="XOR"))
    assert {"left", "right", "differs", "4", "5", "6", "XOR"} <= set(written)


HOSTILE = [
    "</svg><script>alert(1)</script>",
    '"]; } digraph { a -> b [label="',
    "<<b>x</b>>",
    "a & b \\N \\l",
    "$\\frac{$",
    "line\nbreak\x00\x1b\ud800\uffff",
    "\u202eabc \U0001f600 \u6f22",
    "w" * 5000,
    "",
]


@pytest.mark.parametrize("label", HOSTILE)
def test_no_label_breaks_the_picture(label: str, tmp_path: Path) -> None:
    drawing = draw(XOR, input_names=[label, "b"], output_names=[label], title=label)
    root = parsed(drawing)
    assert [element.tag for element in root.iter()].count(f"{SVG}title") == 7  # no more than with plain labels
    assert not root.findall(f".//{SVG}script")
    drawing.save(tmp_path / "hostile.png")
    drawing.save(tmp_path / "hostile.svg")
    assert drawing.scene.width < 1200


def test_each_mark_says_what_it_stands_for() -> None:
    parts = [element.get("data-part") for element in parsed(draw(XOR)).iter() if element.get("data-part")]
    assert sorted(parts) == sorted(["1 4", "2 5", "4 6", "5 6", "6 3", *"123456"])
    pixels = parsed(draw(Network(64, 1, ["linear"], [(12, 65)])))
    cells = [element for element in pixels.iter() if element.get("data-part") in map(str, range(1, 65))]
    assert len(cells) == 64
    assert "pixel 12 " in (cells[11].findtext(f"{SVG}title") or "")


def test_inputs_that_nothing_listens_to_are_drawn_if_asked_for() -> None:
    network = Network(2, 2, ["abs", "abs"], [(1, 3)])
    assert trace(network).inputs == (1,)
    assert trace(network, unused=True).inputs == (0, 1, 2)
    assert "the bias, always 1: 0 connections" in titles(draw(network, unused=True))


def test_a_quick_drawing_asks_graphviz_about_small_networks_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def place(*arguments: object) -> object:
        asked.append(arguments)
        raise graphviz_module.NoGraphviz("asked")

    monkeypatch.setattr(graphviz_module, "place", place)
    pixels = Network(64, 2, ["linear", "abs"], [(3, 65), (9, 66)])
    assert draw(pixels, quick=True).note == ""
    assert not asked
    assert draw(XOR, quick=True).note == "asked"
    assert draw(pixels).note == "asked"


# --- highlighted paths


def test_a_highlighted_path_is_drawn_in_its_colour_and_the_rest_pales() -> None:
    def strokes(drawing: Drawing, colour: str) -> int:
        return sum(item.stroke == colour and item.curved for item in drawing.scene.items if isinstance(item, Shape))

    lit = draw(XOR, highlight=[(1, 4, 6), (6, 3)])
    assert strokes(draw(XOR), VERMILLION) == 0
    assert strokes(lit, VERMILLION) == 3
    plain_edge = next(item for item in draw(XOR).scene.items if isinstance(item, Shape) and item.curved)
    pale_edge = next(item for item in lit.scene.items if isinstance(item, Shape) and item.curved)
    assert pale_edge.opacity < plain_edge.opacity


def test_a_path_may_begin_at_a_pixel() -> None:
    network = Network(64, 1, ["linear", "tanh"], [(12, 66), (66, 65)])
    marks = [item for item in draw(network, highlight=[(12, 66, 65)]).scene.items if isinstance(item, Shape)]
    assert sum(mark.fill == VERMILLION and mark.radius > 0 for mark in marks) == 1


@pytest.mark.parametrize("paths", [[(1, 6)], [(4, 1)], [(1, 99)], [1, 4], [("a", "b")]])
def test_a_path_that_is_none_is_refused(paths: list[object]) -> None:
    with pytest.raises(ValueError, match=r"^highlight holds .*(connection on a way|give paths)"):
        draw(XOR, highlight=paths)  # type: ignore[arg-type]


# --- images


def test_pixels_are_one_grid_shaded_by_connections() -> None:
    network = Network(64, 2, ["linear"] * 2, [(1, 65), (1, 66), (10, 65)])
    cells = [item for item in draw(network).scene.items if isinstance(item, Shape) and item.title.startswith("pixel")]
    assert len(cells) == 64
    assert cells[0].title == "pixel 1 (row 1, column 1): 2 connections"
    assert cells[9].title == "pixel 10 (row 2, column 2): 1 connection"
    assert len({cells[0].fill, cells[9].fill, cells[63].fill}) == 3
    assert cells[1].fill == cells[63].fill


def test_edges_of_pixels_leave_from_their_cells() -> None:
    wiring = trace(Network(64, 1, ["linear"], [(1, 65), (64, 65)]))
    layout = arrange(wiring)
    (left, top), side = layout.corner, layout.cell
    assert layout.places[1] == pytest.approx((left + side / 2, top + side / 2))
    assert layout.places[64] == pytest.approx((left + 7.5 * side, top + 7.5 * side))


@pytest.mark.parametrize(
    ("n_inputs", "image_shape", "shape"),
    [
        *((256, "auto", (16, 16)), (64, "auto", (8, 8)), (16, "auto", None), (60, "auto", None)),
        *((256, None, None), (60, (6, 10), (6, 10)), (4, [2, 2], (2, 2))),
    ],
)
def test_when_inputs_are_pixels(n_inputs: int, image_shape: object, shape: object) -> None:
    network = Network(n_inputs, 1, ["linear"], [(1, n_inputs + 1)])
    assert trace(network, image_shape).image_shape == shape  # type: ignore[arg-type]
    draw(network, image_shape=image_shape)  # type: ignore[arg-type]


@pytest.mark.parametrize("image_shape", [(3, 3), (0, 0), (-1, -2), "square", 2, (1, 2, 1), ("a", "b")])
def test_an_image_shape_that_does_not_fit_is_refused(image_shape: object) -> None:
    with pytest.raises(ValueError, match=r"^image_shape is "):
        draw(XOR, image_shape=image_shape)  # type: ignore[arg-type]


@pytest.mark.parametrize("names", [{"input_names": ["a"]}, {"output_names": []}, {"input_names": "ab"}])
def test_names_that_do_not_fit_are_refused(names: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"put_names has \d+ entries: give a list of \d"):
        draw(XOR, **names)  # type: ignore[arg-type]


# --- large networks and layouts


def assert_legible(wiring_nodes: list[int], layout: Layout) -> None:
    """No two nodes overlap, and all lie on the page."""
    places = np.array([layout.places[node] for node in wiring_nodes])
    distances = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    np.fill_diagonal(distances, np.inf)
    assert distances.min() >= 0.95 * layout.diameter
    assert places.min() >= 0
    assert (places <= [layout.width, layout.height]).all()


def test_a_large_network_fits_a_page(large: Network, tmp_path: Path) -> None:
    wiring = trace(large)
    layout = arrange(wiring)
    assert_legible([*wiring.hidden, *large.outputs], layout)
    drawing = draw(large)
    assert 0.5 < drawing.scene.height / drawing.scene.width < 1.1
    assert drawing.scene.width < 1300
    edges = [item for item in drawing.scene.items if isinstance(item, Shape) and item.curved]
    assert len(edges) == len(wiring.edges) > 1800
    assert len(drawing.svg) < 600_000
    drawing.save(tmp_path / "large.png")
    assert (tmp_path / "large.png").stat().st_size > 100_000


def test_outputs_keep_their_order(large: Network) -> None:
    for network in (large, grown(5, 4, 30, seed=2, fraction=0.3)):
        places = arrange(trace(network)).places
        heights = [places[node][1] for node in network.outputs]
        assert heights == sorted(heights)


def left_to_right(network: Network) -> None:
    wiring = trace(network)
    places = arrange(wiring).places
    for source, target in wiring.edges:
        assert places[source][0] < places[target][0]


@settings(max_examples=15)
@given(st.integers(1, 70), st.integers(1, 4), st.integers(0, 90), st.integers(0, 10**6))
def test_signals_flow_from_left_to_right(n_inputs: int, n_outputs: int, changes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = Network.sparse(n_inputs, n_outputs, 0.5, rng)
    for _ in range(changes):
        network, _ = mutate(network, rng, RATES | {"remove_connection": 0.1})
    left_to_right(network)
    parsed(draw(network))


@settings(max_examples=15)
@given(st.integers(1, 70), st.integers(1, 4), st.integers(0, 90), st.integers(0, 10**6))
def test_signals_flow_from_left_to_right_without_graphviz(
    n_inputs: int, n_outputs: int, changes: int, seed: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(graphviz_module, "find_dot", lambda: None)
        test_signals_flow_from_left_to_right.hypothesis.inner_test(n_inputs, n_outputs, changes, seed)  # type: ignore[attr-defined]


@given(st.lists(st.floats(0, 100), max_size=30), st.floats(0.1, 10))
def test_spread_keeps_order_distance_and_page(wanted: list[float], gap: float) -> None:
    wanted = sorted(wanted)
    places = np.array(spread(wanted, gap, 100.0))
    fits = min(gap, 100 / max(len(wanted) - 1, 1))
    assert (np.diff(places) >= fits - 1e-9).all()
    assert ((places >= -1e-9) & (places <= 100 + 1e-9)).all()


def test_spread_leaves_alone_what_is_apart() -> None:
    assert spread([1, 5, 9], 2, 10) == [1, 5, 9]


def test_nodes_are_pulled_towards_their_neighbours() -> None:
    # The hidden nodes are numbered against the order of what they connect.
    network = Network(3, 3, ["linear"] * 6, [(3, 7), (7, 6), (2, 8), (8, 5), (1, 9), (9, 4)])
    down = heights(trace(network))
    assert down[9] < down[8] < down[7]


def test_fold_keeps_every_node() -> None:
    columns = fold([range(10), [10]], {node: node / 10 for node in range(11)}, pitch=10, height=30)
    assert sorted(node for column in columns for node, _ in column) == list(range(11))
    assert len(columns) > 2


# --- graphviz, or not


@pytest.mark.usefixtures("no_graphviz")
def test_without_graphviz_it_still_draws_and_says_what_to_install(large: Network, tmp_path: Path) -> None:
    assert graphviz_module.find_dot() is None
    for network in (XOR, large):
        drawing = draw(network)
        assert drawing.note == "For the layout of graphviz: pip install graphviz-pure"
        assert drawing.note in texts(drawing)
        wiring = trace(network)
        assert_legible([*wiring.hidden, *network.outputs], arrange(wiring))
        drawing.save(tmp_path / "picture.png")
    assert len(titles(draw(XOR))) == 6


@pytest.mark.usefixtures("no_graphviz")
def test_graphviz_pure_is_found_beside_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bin"
    program = executable(folder, "graphviz-pure", "exit 0")
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    assert Path(graphviz_module.find_dot() or "") == program


@pytest.mark.usefixtures("no_graphviz")
def test_dot_on_path_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    executable(tmp_path / "scripts", "graphviz-pure", "exit 0")
    program = executable(tmp_path / "path", "dot", "exit 0")
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path / "scripts"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    assert Path(graphviz_module.find_dot() or "") == program


@pytest.mark.usefixtures("no_graphviz")
@pytest.mark.parametrize("answer", ["exit 1", "echo nonsense", "echo graph 1 1", "printf 'node n4 x y\\n'", ":"])
def test_a_dot_that_fails_is_no_disaster(answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    executable(tmp_path / "path", "dot", answer)
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "path"), "/bin", "/usr/bin"]))
    drawing = draw(XOR)
    assert drawing.note == "dot failed: the layout is a simple one."
    assert len(titles(drawing)) == 6


def executable(folder: Path, name: str, script: str) -> Path:
    if os.name == "nt":
        pytest.skip("a shell script stands for the program")
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def test_graphviz_is_left_as_it_was() -> None:
    dot_command = pytest.importorskip("graphviz.backend.dot_command")
    before = dot_command.DOT_BINARY
    draw(XOR)
    assert before == dot_command.DOT_BINARY


def test_without_the_package_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "graphviz", None)
    assert draw(XOR).note == 'For the layout of graphviz: pip install "wann_lite[course]"'


def test_too_many_connections_are_not_given_to_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphviz_module, "_TOO_MANY", 4)
    assert "more than 4 connections" in draw(XOR).note


# --- files and imports


def test_svg_and_png_are_written_whole(tmp_path: Path) -> None:
    drawing = draw(XOR)
    drawing.save(tmp_path / "xor.svg")
    drawing.save(str(tmp_path / "xor.PNG"))
    assert (tmp_path / "xor.svg").read_text(encoding="utf-8") == drawing.svg == drawing._repr_svg_()
    assert (tmp_path / "xor.PNG").read_bytes().startswith(b"\x89PNG\r\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["xor.PNG", "xor.svg"]


@pytest.mark.parametrize("name", ["xor.pdf", "xor", "xor.svg.gz", ".svg"])
def test_another_suffix_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"the name must end in \.svg or \.png"):
        draw(XOR).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "xor.png").write_text("old")
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r'^a PNG needs matplotlib: pip install "wann_lite\[course\]"$'):
        draw(XOR).save(tmp_path / "xor.png")
    assert (tmp_path / "xor.png").read_text() == "old"


def test_the_png_has_colours_of_the_svg() -> None:
    matplotlib_image = pytest.importorskip("matplotlib.image")
    import io

    pixels = matplotlib_image.imread(io.BytesIO(draw(XOR).scene.to_png(scale=2)))
    height, width = pixels.shape[:2]
    scene = draw(XOR).scene
    assert (width, height) == pytest.approx((2 * scene.width, 2 * scene.height), abs=2)
    disc = next(item for item in scene.items if isinstance(item, Shape) and item.title.startswith("hidden node 4"))
    x, y = (int(2 * value) for value in disc.points[0])
    inside = pixels[y - 24, x, :3] * 255  # above the curve
    assert tuple(int(disc.fill[i : i + 2], 16) for i in (1, 3, 5)) == pytest.approx(tuple(inside), abs=2)  # type: ignore[index]


def test_a_huge_page_gives_a_png_of_bounded_size() -> None:
    import io

    import matplotlib.image

    from wann_lite.viz.scene import LONGEST_SIDE, Scene

    pixels = matplotlib.image.imread(io.BytesIO(Scene(4 * LONGEST_SIDE, 40).to_png()))
    assert pixels.shape[1] <= LONGEST_SIDE


@pytest.mark.parametrize("module", ["wann_lite", "wann_lite.viz"])
def test_importing_needs_numpy_alone(module: str) -> None:
    code = f"""
import sys
for name in ("matplotlib", "graphviz", "ipywidgets", "IPython"):
    sys.modules[name] = None
import {module}
print(sorted(name for name in sys.modules if name.startswith("wann_lite.viz"))[:1])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ("['wann_lite.viz']" if module.endswith("viz") else "[]")


def test_an_import_that_fails_inside_a_package_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    from wann_lite.viz import extras

    def broken(name: str) -> None:
        raise ImportError("a library is missing", name="somewhere_else")

    importer: Callable[[str], None] = broken
    monkeypatch.setattr(extras.importlib, "import_module", importer)
    with pytest.raises(ImportError, match="a library is missing"):
        extras.require("matplotlib", "a figure")
