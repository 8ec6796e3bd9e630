"""The HTML edition: pages that open without a kernel or a network, and checks that find what is wrong with a page."""

from pathlib import Path

import pytest

pytest.importorskip("nbclient", reason="the HTML edition needs the extra `course`")
import nbformat
from nbformat import v4

from wann_lite.course import pages, site
from wann_lite.course.lessons import lesson_paths
from wann_lite.course.outputs import MOVES
from wann_lite.course.site_checks import findings

FIRST = """# Count to three

**What you'll do** (12 minutes)
- count (12 minutes)

**What you'll learn**
- what $n^2$ is,
  and why
- how to go on: [the next lesson](01_next.ipynb)

**What you'll need**
- nothing
"""
FORMULAS = r"""## First part
With $w < 0$ and
$$\hat y = \frac{a}{b}.$$

## Second part
Go [back](#First-part) or [on](01_next.ipynb#Second-part).
"""
WIDGET = """import ipywidgets
from IPython.display import HTML, display
figure = '<img src="data:image/png;base64,AAAA" alt="a figure">'
display(HTML(figure))
slider = ipywidgets.IntSlider(value=7, description="how many")
picture = ipywidgets.Output()
menu = ipywidgets.Dropdown(options=["red", "green"], description="colour")
button = ipywidgets.Button(description="Go")
with picture:
    display(HTML(figure))
many = ipywidgets.Dropdown(options=range(1200), value=3, description="number")
unseen = ipywidgets.Dropdown(options=["up"], description="direction", layout={"display": "none"})
from wann_lite import Network
from wann_lite.viz import draw
from wann_lite.viz.clickable import ClickableDrawing
drawing = ClickableDrawing(print)
drawing.show(draw(Network(1, 1, ["abs"], [(1, 2)])))
controls = [slider, menu, many, unseen, button, picture, drawing.widget]
ipywidgets.VBox([ipywidgets.Label("Move it."), *controls])"""


def lesson(*cells: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A notebook with these cells after a lesson's first one."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return v4.new_notebook(metadata=kernel, cells=[v4.new_markdown_cell(FIRST), *cells])


def write(folder: Path, name: str, notebook: nbformat.NotebookNode) -> None:
    folder.mkdir(exist_ok=True, parents=True)
    nbformat.write(notebook, folder / name)


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course") / "notebooks"
    solution = v4.new_code_cell("def answer():\n    return 42", metadata={"tags": ["solution"]})
    cells = [v4.new_markdown_cell(FORMULAS), v4.new_code_cell(WIDGET), solution, v4.new_code_cell("print(answer())")]
    write(folder, "00_count.ipynb", lesson(*cells))
    write(folder, "01_next.ipynb", lesson(v4.new_markdown_cell(FORMULAS)))
    write(folder / "student", "01_next.ipynb", lesson())
    return folder


@pytest.fixture(scope="module")
def built(notebooks: Path) -> Path:
    out = notebooks.parent / "site"
    assert site.main(["--notebooks", str(notebooks), "--out", str(out)]) == 0
    return out


def test_site_has_an_index_a_page_a_lesson_and_nothing_left_over(built: Path) -> None:
    names = {path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file()}
    assert names == {"index.html", "00_count.html", "01_next.html", "style.css", "notebooks/01_next.ipynb"}
    assert {path.name for path in built.parent.iterdir()} == {"notebooks", "site"}


def test_index_says_title_minutes_and_what_is_learnt(built: Path) -> None:
    text = (built / "index.html").read_text(encoding="utf-8")
    assert "2 lessons, 24 minutes" in text
    assert '<a href="00_count.html">Count to three</a>' in text
    assert "is,\nand why" in text or "is, and why" in text
    assert '<a href="01_next.html">the next lesson</a>' in text
    assert '<a download href="notebooks/01_next.ipynb">' in text
    assert '<a download href="notebooks/00_count.ipynb">' not in text


def test_page_shows_formulas_figures_solutions_and_widgets_without_a_script(built: Path) -> None:
    text = (built / "00_count.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert text.count("<math ") == 3
    assert "$" not in text
    assert 'href="01_next.html#Second-part"' in text
    assert text.count('AAAA" alt="a figure">') == 1 and "(the figure above)" in text
    for words in ("Move it.", "how many: 7", "colour: red (of: red, green)", "number: 3 (of: 1,200)", "Go", MOVES):
        assert words in text
    assert "direction" not in text.partition("controls = ")[2]
    assert text.count('aria-label="A network of 1 input, 0 hidden nodes') == 1
    assert "42" in text.split("</details>")[1] and "<summary>A solution</summary>" in text


def test_checks_pass_and_a_second_build_replaces_the_first(built: Path, notebooks: Path) -> None:
    assert findings(built) == []
    (built / "stale.html").write_text("old", encoding="utf-8")
    site.build(notebooks, built)
    assert not (built / "stale.html").exists()
    assert {path.name for path in built.parent.iterdir()} == {"notebooks", "site"}


FAULTS = {
    '<a href="nowhere.html">x</a>': "no file",
    '<a href="../secret.html">x</a>': "no file",
    '<a href="#nowhere">x</a>': "no anchor",
    '<img src="data:image/png;base64,AA">': "without alt text",
    '<img src="data:image/png;base64,AA" alt=" ">': "without alt text",
    '<img src="missing.png" alt="x">': "no file",
    '<svg role="img"></svg>': "without a description",
    '<script src="https://example.org/x.js"></script>': "from the network",
    '<link rel="stylesheet" href="//example.org/x.css">': "from the network",
    '<a href="file:///home/x">x</a>': "into one machine",
    '<p id="a"></p><p id="a"></p>': "stands twice",
    '<pre class="error">x</pre>': "printed an error",
    pages.formula(r"\nosuchthing{x}"): "cannot be drawn",
    pages.formula("{"): "cannot be drawn",
}


@pytest.mark.parametrize(("html", "fault"), FAULTS.items())
def test_check_finds(html: str, fault: str, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(html, encoding="utf-8")
    (found,) = findings(tmp_path)
    assert found.startswith("a.html: ") and fault in found


FINE = (
    '<a href="https://example.org/">out</a>',
    '<a id="b" href="#b">here</a>',
    '<a href="b%20c.html#d">there</a>',
    '<svg role="img" aria-label="a line"></svg><svg role="presentation"></svg>',
)


@pytest.mark.parametrize("html", FINE)
def test_check_lets_pass(html: str, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(html, encoding="utf-8")
    (tmp_path / "b c.html").write_text('<p id="d">x</p>', encoding="utf-8")
    assert findings(tmp_path) == []


def test_check_of_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no HTML page"):
        findings(tmp_path)


BROKEN = {
    "1 / 0": "ZeroDivisionError",
    'from IPython.display import HTML; HTML("<img src=data:,>")': "without alt text",
    "import sys; print('careful', file=sys.stderr)": "printed an error",
}


@pytest.mark.parametrize(("source", "words"), BROKEN.items())
def test_command_fails_on_faults_and_keeps_the_old_site(
    source: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = lesson(v4.new_code_cell(source))
    notebook.cells[0].source = FIRST.replace("](01_next.ipynb)", "](00_count.ipynb)")
    write(tmp_path / "notebooks", "00_count.ipynb", notebook)
    out = tmp_path / "site"
    out.mkdir()
    (out / "index.html").write_text(pages.frame("old", "<p>old</p>"), encoding="utf-8")
    assert site.main(["--notebooks", str(tmp_path / "notebooks"), "--out", str(out)]) == 1
    assert words in capsys.readouterr().err
    assert "old" in (out / "index.html").read_text(encoding="utf-8")
    assert {path.name for path in tmp_path.iterdir()} == {"notebooks", "site"}


def test_nothing_but_a_site_is_replaced(notebooks: Path, tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("x", encoding="utf-8")
    with pytest.raises(ValueError, match="is not a site"):
        site.build(notebooks, tmp_path)
    with pytest.raises(ValueError, match="no lessons"):
        site.build(tmp_path, tmp_path / "site")
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


# With them every form of output is seen: text, tables, figures, drawings, sliders, buttons, drawings to click.
EXECUTED = ("00_start_here.ipynb", "05_change_a_topology.ipynb")


def test_the_course_itself(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All prose, links and code; test_browser looks at a page of what every lesson shows once it has run."""
    execute = site.execute

    def some(path: Path) -> nbformat.NotebookNode:
        return execute(path) if path.name in EXECUTED else nbformat.read(path, as_version=4)

    monkeypatch.setattr(site, "execute", some)
    written = site.build(root / "notebooks", tmp_path / "site")
    assert len(written) == 1 + len(lesson_paths(root / "notebooks"))
    for name in EXECUTED:
        assert "img src" in (tmp_path / "site" / name).with_suffix(".html").read_text(encoding="utf-8")
