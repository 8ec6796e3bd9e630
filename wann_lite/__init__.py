"""Weight agnostic neural networks: topologies that do their task when every connection carries the same weight.

References
----------
Gaier & Ha (2019), Weight Agnostic Neural Networks. arXiv:1906.04358.
"""

from . import activations, champions, datasets, tasks
from ._version import __version__
from .config import SearchConfig
from .evaluate import evaluate
from .network import Network
from .scoring import Score, score
from .search import Search
from .training import Training, train
from .tuning import tune

__all__ = [
    "Network",
    "Score",
    "Search",
    "SearchConfig",
    "Training",
    "__version__",
    "activations",
    "champions",
    "datasets",
    "evaluate",
    "score",
    "tasks",
    "train",
    "tune",
]
