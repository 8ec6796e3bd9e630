"""What cells show, without a kernel: text, tables, figures, and widgets as they first stood."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from ..viz.extras import require

if TYPE_CHECKING:
    from nbformat import NotebookNode

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
MOVES = "These controls move in JupyterLab; here they stand as they begin."
_MANY = 20  # options of a menu, beyond which only their number is told


class Outputs:
    """Renders outputs of one executed notebook, and what its widgets held at the end of the run.

    Parameters
    ----------
    notebook : NotebookNode
    prose : callable
        Turns Markdown into HTML.
    """

    def __init__(self, notebook: NotebookNode, prose: Callable[[str], str]) -> None:
        self._models: Mapping[str, Any] = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
        self._prose = prose
        self._figures: set[str] = set()

    def render(self, outputs: Iterable[Mapping[str, Any]]) -> str:
        """Outputs as HTML, in their order; empty where there are none."""
        shown = "\n".join(filter(None, map(self._output, outputs)))
        return f'<div class="output">\n{shown}\n</div>\n' if shown else ""

    def _output(self, output: Mapping[str, Any]) -> str:
        kind = output["output_type"]
        if kind == "stream":
            return _text(output["text"], "error" if output["name"] == "stderr" else "text")
        if kind == "error":
            return _text("\n".join(output["traceback"]), "error")
        return self._data(output["data"], output.get("metadata", {}))

    def _data(self, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> str:
        """The richest form that needs no script."""
        if WIDGET_VIEW in data:
            shown = self._widget(data[WIDGET_VIEW]["model_id"])
            return f'<div class="widget" role="group" aria-label="Controls">\n{shown}<p class="note">{MOVES}</p></div>'
        if "text/html" in data:
            return self._once(data["text/html"])
        if "image/svg+xml" in data:
            return self._once(data["image/svg+xml"])
        if "image/png" in data:
            alt = metadata.get("image/png", {}).get("alt", "")
            return self._once(f'<img src="data:image/png;base64,{data["image/png"].strip()}" alt="{escape(alt)}">')
        if "text/markdown" in data:
            return self._prose(data["text/markdown"])
        return _text(data.get("text/plain", ""), "text")

    def _once(self, html: str) -> str:
        """A widget often begins with the very figure that stands above it."""
        if "<img" in html or "<svg" in html:
            if html in self._figures:
                return '<p class="note">(the figure above)</p>'
            self._figures.add(html)
        return html

    def _widget(self, model_id: str) -> str:
        """A widget as it stood, with everything inside it."""
        model = self._models.get(model_id.removeprefix("IPY_MODEL_"))
        if model is None:
            return ""
        state, name = model["state"], model["model_name"].removesuffix("Model")
        if "children" in state:
            return "".join(map(self._widget, state["children"]))
        if self._hidden(state):
            return ""
        if "svg" in state:
            return f"<div>{self._once(state['svg'])}</div>"
        if name == "Output":
            return self.render(state.get("outputs", ()))
        if name == "Image":
            pictures = [buffer["data"] for buffer in model.get("buffers", ()) if buffer["path"] == ["value"]]
            alt = escape(str(state.get("tooltip") or ""))
            kind = escape(str(state.get("format") or "png"))
            return "".join(self._once(f'<img src="data:image/{kind};base64,{data}" alt="{alt}">') for data in pictures)
        if name in ("HTML", "HTMLMath"):
            return f"<div>{self._once(state['value'])}</div>"
        if name == "Label":
            return f"<p>{escape(state['value'])}</p>" if state["value"] else ""
        return _control({"description": state.get("description")} if name == "Any" else state)

    def _hidden(self, state: Mapping[str, Any]) -> bool:
        layout = self._models.get(str(state.get("layout", "")).removeprefix("IPY_MODEL_"), {"state": {}})
        return layout["state"].get("display") == "none"


def _control(state: Mapping[str, Any]) -> str:
    """A slider, a button or a menu, in words."""
    options = state.get("_options_labels")
    value = state.get("value", "")
    if options:
        place = state.get("index")
        value = options[place] if isinstance(place, int) else ""
        others = ", ".join(map(str, options)) if len(options) <= _MANY else f"{len(options):,}"
        value = f"{value} (of: {others})"
    elif isinstance(value, float):
        value = f"{value:g}"
    words = [str(state.get("description") or ""), "" if value in (None, True, False) else str(value)]
    said = ": ".join(filter(None, (word.strip().rstrip(":") for word in words)))
    return f'<span class="control">{escape(said)}</span>\n' if said else ""


def _text(text: str, css: str) -> str:
    if not text.strip():
        return ""
    ansi = require("nbconvert.filters.ansi", "a page")
    return f'<pre class="{css}">{ansi.ansi2html(text.rstrip())}</pre>'
