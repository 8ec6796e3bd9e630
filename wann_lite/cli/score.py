"""The command `score`."""

from __future__ import annotations

import argparse
import json

from ..datasets import load
from ..network import Network
from ..scoring import score
from . import later
from .mistakes import told_in_one_line


def run(chosen: argparse.Namespace) -> int:
    """Print how a network does on the test examples of a task, as a table or as JSON.

    Raises
    ------
    Mistake
        If the network or the task cannot be read, or they do not fit each other.
    """
    later.refuse(chosen)
    with told_in_one_line():
        network = Network.load(chosen.network)
        result = score(network, load(chosen.task), train=chosen.train)
    print(json.dumps(result.to_dict(), indent=1) if chosen.json else result)
    return 0
