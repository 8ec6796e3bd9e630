"""Weight agnostic neural networks: topologies that do their task when every connection carries the same weight.

References
----------
Gaier & Ha (2019), Weight Agnostic Neural Networks. arXiv:1906.04358.
"""

from . import activations, datasets, tasks
from ._version import __version__
from .config import SearchConfig
from .evaluate import evaluate
from .network import Network
from .search import Search

__all__ = [
    "Network",
    "Search",
    "SearchConfig",
    "__version__",
    "activations",
    "datasets",
    "evaluate",
    "tasks",
]
