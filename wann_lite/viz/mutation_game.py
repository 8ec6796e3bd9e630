"""Be the mutation: changes made by hand, each scored at once, against a blind search from the same network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..activations import NAMES
from ..config import SearchConfig
from ..engine import Phenotype
from ..evaluate import evaluate
from ..losses import accuracy
from ..mutation import KINDS, Mutation, mutate
from ..network import Network
from ..operators import leads_forward
from ..tasks import Classification
from .blind_search import Scorer, blind_search
from .captions import Names
from .wiring import BIAS

Array = NDArray[Any]


class Standing(NamedTuple):
    """A network and its score.

    Attributes
    ----------
    who : str
        Whose it is, in a few words.
    network : Network
    losses : ndarray (W,)
        On training examples, in nats.
    accuracies : ndarray (W,)
        On validation examples, from 0 to 1.
    tried : int
        How many networks were tried up to this one.
    beaten : float or None
        The share of random mutations of the same network that did worse than the one that led here.
    """

    who: str
    network: Network
    losses: Array
    accuracies: Array
    tried: int
    beaten: float | None = None

    @property
    def loss(self) -> float:
        """The mean over the shared weights."""
        return float(self.losses.mean())

    @property
    def right(self) -> float:
        """The mean accuracy over the shared weights."""
        return float(self.accuracies.mean())


class MutationGame:
    """The state of a game: what was done so far, and what it came to.

    Parameters
    ----------
    task : Classification
    network : Network, optional
        To begin with; by default a few random connections from inputs to outputs.
    config : SearchConfig, optional
        Shared weights, loss, and how often the random mutations are of each kind; by default the preset "plane" for
        two inputs and "default" for more.
    activations : sequence of str
        What a node may become, for both players.
    examples : int
        Of the training and of the validation examples, how many are used at most.
    rivals : int
        How many random mutations each move is compared with.
    seed : int
        Of the examples and of all that is random.

    Attributes
    ----------
    standings : list of Standing
        The start, then one for each move that was not taken back.
    moves : list of Mutation
        Those moves.

    Raises
    ------
    ValueError
        If the network does not fit the task.

    Examples
    --------
    >>> from wann_lite import datasets, tasks
    >>> start = Network(2, 2, ["abs", "abs"], [(0, 3), (1, 4), (2, 4)])
    >>> game = MutationGame(tasks.Classification(datasets.xor()), start)
    >>> for source, target, activation in [(0, 3, "linear"), (1, 4, "linear"), (2, 4, "inverse")]:
    ...     done = game.play(Mutation("insert_node", source, target, activation=activation))
    >>> game.now.right
    1.0
    """

    def __init__(
        self,
        task: Classification,
        network: Network | None = None,
        *,
        config: SearchConfig | None = None,
        activations: Sequence[str] = NAMES,
        examples: int = 1000,
        rivals: int = 50,
        seed: int = 0,
    ) -> None:
        self.task = task
        self.config = config or SearchConfig.preset("plane" if task.n_inputs == 2 else "default")
        self.activations = tuple(activations)
        rng = np.random.default_rng(seed)
        if network is None:
            network = Network.sparse(task.n_inputs, task.n_outputs, max(0.05, 1 / (1 + task.n_inputs)), rng)
        if (network.n_inputs, network.n_outputs) != (task.n_inputs, task.n_outputs):
            raise ValueError(f"{network!r} does not fit {task!r}: inputs and outputs must be as many")
        self.rivals, self.examples, self._rng, self._seed = rivals, examples, rng, seed
        self._scorer = Scorer(task, self.config, examples, seed)
        self._x = task.dataset.x_validation[:examples]
        self._labels = task.dataset.y_validation[:examples]
        (self._parent,) = self._scorer.parents([network])
        self.standings = [self._standing("the start", self._parent, 1)]
        self.moves: list[Mutation] = []
        self.tried = 1

    @property
    def now(self) -> Standing:
        """Where the game stands."""
        return self.standings[-1]

    @property
    def network(self) -> Network:
        """The network as it is now."""
        return self.now.network

    def play(self, mutation: Mutation) -> Standing:
        """Do a mutation, given by what is to be done: a new node finds its number by itself.

        Raises
        ------
        ValueError
            If it cannot be done to the network.
        """
        child, done = KINDS[mutation.kind].act(self.network, mutation)
        random = [self._mutant(self.network, self._rng) for _ in range(self.rivals)]
        mine, *others = self._scorer.children((network, self._parent) for network in (child, *random))
        beaten = float(np.mean([other.losses.mean() > mine.losses.mean() for other in others])) if others else None
        (self._parent,) = self._scorer.parents([child])
        self.moves.append(done)
        self.tried += 1
        who = f"you, move {len(self.moves)}: {self.words(done)}"
        self.standings.append(self._standing(who, self._parent, self.tried)._replace(beaten=beaten))
        return self.now

    def undo(self) -> Standing:
        """Take the last move back.

        Raises
        ------
        ValueError
            If there is none.
        """
        if not self.moves:
            raise ValueError("there is no move to take back")
        self.moves.pop()
        self.standings.pop()
        (self._parent,) = self._scorer.parents([self.network])
        return self.now

    def search(self, generations: int = 10, seed: int = 0) -> Iterator[Standing]:
        """Search blindly from the network of the start, and yield the best of each generation.

        `wann_lite.viz.blind_search` says how.
        """
        scorer = Scorer(self.task, self.config, self.examples, self._seed)
        found = blind_search(scorer, self.standings[0].network, self._mutant, generations, np.random.default_rng(seed))
        for generation, (best, tried) in enumerate(found, start=1):
            yield self._standing(f"blind search, generation {generation}", best, tried)

    def name(self, node: int) -> str:
        """What a node is called."""
        network, shape = self.network, self.task.dataset.image_shape
        if node in network.outputs:
            return f"output {node - network.first}"
        if node >= network.first:
            return f"node {node}"
        if shape is None or node == BIAS:
            return Names(None, None).of_input(node)
        row, column = divmod(node - 1, shape[1])
        return f"pixel {node} (row {row + 1}, column {column + 1})"

    def words(self, mutation: Mutation) -> str:
        """A mutation with the names of the nodes."""
        kind, activation = mutation.kind.replace("_", " "), mutation.activation
        if mutation.source is None or mutation.target is None:
            return f"change node {mutation.node} to {activation}"
        source, target = self.name(mutation.source), self.name(mutation.target)
        if activation is not None:
            return f"insert a node ({activation}) between {source} and {target}"
        return f"{kind} from {source} to {target}"

    def targets_from(self, source: int) -> list[int]:
        """The nodes to which a new connection may lead from `source`, ascending."""
        network = self.network
        taken = {*network.targets[source], *network.disabled_targets[source]}
        return [
            node
            for node in range(network.first, network.n_nodes)
            if node not in taken and leads_forward(network, source, node) and self.takes_part(node)
        ]

    def takes_part(self, node: int) -> bool:
        """Whether a node is bias, input, output, or a hidden node that another listens to."""
        return node not in self.network.hidden or bool(self.network.targets[node])

    def _mutant(self, network: Network, rng: np.random.Generator) -> Network:
        return mutate(network, rng, self.config.rates, self.activations)[0]

    def _standing(self, who: str, phenotype: Phenotype, tried: int) -> Standing:
        outputs = evaluate(phenotype.network, self._x, self.config.weights)
        losses = np.asarray(phenotype.losses, np.float64)
        return Standing(who, phenotype.network, losses, accuracy(outputs, self._labels), tried)
