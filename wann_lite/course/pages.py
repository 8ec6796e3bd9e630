"""An executed notebook as a page that needs no kernel, no network and no script.

Formulas become MathML, which browsers draw by themselves; figures and drawings are part of the page; solutions
are folded away until they are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..viz.extras import require
from .outputs import Outputs

if TYPE_CHECKING:
    from nbformat import NotebookNode

#: By this a folder is known to be a site that may be replaced.
GENERATOR = "wann_lite.course.site"


def frame(title: str, body: str, *, home: str = "") -> str:
    """A whole HTML page around `body`."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="{GENERATOR}">
<title>{escape(title)}</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
<header>{home}</header>
<main>
{body}
</main>
</body>
</html>
"""


def formula(tex: str, *, block: bool = False) -> str:
    r"""A TeX formula as MathML; as its TeX, marked `unreadable`, where that is not possible.

    Examples
    --------
    >>> formula("w")
    '<math alttext="w" xmlns="http://www.w3.org/1998/Math/MathML" display="inline"><mrow><mi>w</mi></mrow></math>'
    """
    converter = require("latex2mathml.converter", "a formula on a page")
    try:
        math = str(converter.convert(tex.strip(), display="block" if block else "inline"))
    except Exception:  # its errors share no class of their own
        math = "\\"
    if "\\" in math:  # what it does not know, it leaves as it is
        return f'<code class="unreadable">{escape(tex)}</code>'
    return math.replace("<math ", f'<math alttext="{escape(tex.strip())}" ', 1)


def prose(source: str, folder: Path) -> str:
    """A Markdown cell as HTML; links to other lessons lead to their pages, pictures become part of the page."""
    mistune = require("nbconvert.filters.markdown_mistune", "a page")

    class Renderer(mistune.IPythonRenderer):  # type: ignore[misc, name-defined]
        def block_math(self, body: str) -> str:
            return formula(body, block=True)

        def inline_math(self, body: str) -> str:
            return formula(body)

        def latex_environment(self, name: str, body: str) -> str:
            return formula(rf"\begin{{{name}}}{body}\end{{{name}}}", block=True)

        def link(self, text: str, url: str, title: str | None = None) -> str:
            return str(super().link(text, re.sub(r"^(\./)?(\d\d_\w+)\.ipynb", r"\2.html", url), title))

    renderer = Renderer(escape=False, embed_images=True, path=str(folder), anchor_link_text="#")
    return str(mistune.MarkdownWithMath(renderer=renderer).render(source))


def code(source: str) -> str:
    """A code cell as coloured HTML."""
    pygments, lexers = require("pygments", "a page"), require("pygments.lexers", "a page")
    formatter = require("pygments.formatters", "a page").HtmlFormatter(cssclass="code")
    return str(pygments.highlight(source, lexers.get_lexer_by_name("ipython3"), formatter))


def style() -> str:
    """The style sheet that all pages share."""
    formatter = require("pygments.formatters", "a page").HtmlFormatter(style="friendly")
    own = Path(__file__).with_name("site.css").read_text(encoding="utf-8")
    return f"{own}\n{formatter.get_style_defs('.code')}\n"


def body(notebook: NotebookNode, folder: Path) -> str:
    """The cells of an executed notebook, one after the other."""
    outputs = Outputs(notebook, lambda text: prose(text, folder))
    parts = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(f'<section class="prose">\n{prose(cell.source, folder)}</section>')
        elif cell.cell_type == "code" and cell.source.strip():
            shown = code(cell.source) + outputs.render(cell.outputs)
            if "solution" in cell.metadata.get("tags", ()):
                shown = f'<details class="solution"><summary>A solution</summary>\n{shown}</details>'
            parts.append(f'<section class="cell">\n{shown}</section>')
    return "\n".join(parts)


def contents(html: str) -> str:
    """Links to the second-level headings of a page; empty where there are fewer than two."""
    found = re.findall(r'<h2 id="([^"]*)">(.*?)<a class="anchor-link"', html, flags=re.DOTALL)
    if len(found) < 2:
        return ""
    items = "".join(f'<li><a href="#{anchor}">{text.strip()}</a></li>' for anchor, text in found)
    return f'<nav class="contents" aria-label="On this page"><ol>{items}</ol></nav>'


def neighbours(names: Sequence[tuple[str, str]], place: int) -> str:
    """Links to the pages before and after; `names` holds (file, title) in order."""
    links: list[Any] = ['<a href="index.html">All lessons</a>']
    if place > 0:
        links.insert(0, f'<a rel="prev" href="{names[place - 1][0]}">← {escape(names[place - 1][1])}</a>')
    if place + 1 < len(names):
        links.append(f'<a rel="next" href="{names[place + 1][0]}">{escape(names[place + 1][1])} →</a>')
    return f'<nav class="neighbours" aria-label="Lessons">{"".join(links)}</nav>'
