"""Drawings, figures and widgets. They sit on top of the package: nothing in the core imports them.

Importing this needs numpy alone. graphviz, matplotlib and ipywidgets (``pip install "wann_lite[course]"``)
are loaded by the first call that needs them.
"""

from . import plots, style, widgets
from .draw import Drawing, draw

figure, show = style.figure, style.show

__all__ = ["Drawing", "draw", "figure", "plots", "show", "style", "widgets"]
