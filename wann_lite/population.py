"""What a search consists of and what it leaves: individuals, the champion, a record of each generation."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from numpy.typing import NDArray

from .engine import Phenotype
from .lineage import Birth
from .network import Network


class Individual:
    """A member of the population.

    Attributes
    ----------
    phenotype : Phenotype
        Its network and what the engine knows of it.
    founder : Network
        The first of its line.
    """

    __slots__ = ("_birth", "_born", "founder", "phenotype")

    def __init__(self, phenotype: Phenotype, birth: Birth, founder: Network) -> None:
        self.phenotype, self.founder = phenotype, founder
        self._birth: Birth | None = birth
        self._born: tuple[Birth, int, float] | None = None

    @classmethod
    def child(cls, phenotype: Phenotype, parent: Individual, generation: int, loss: float) -> Individual:
        """Born to `parent` in that generation, with that loss; most are never asked for their birth."""
        individual = cls.__new__(cls)
        individual.phenotype, individual.founder = phenotype, parent.founder
        individual._birth, individual._born = None, (parent.birth, generation, loss)
        return individual

    @property
    def birth(self) -> Birth:
        """Where it descends from; the same at every look."""
        if self._birth is None:
            assert self._born is not None
            parent, generation, loss = self._born
            self._birth, self._born = Birth(parent, self.phenotype.mutations, generation, loss), None
        return self._birth

    @property
    def network(self) -> Network:
        """Its topology."""
        return self.phenotype.network

    @property
    def losses(self) -> NDArray[Any]:
        """Its loss (W,) at each shared weight on the current batch, in nats."""
        return self.phenotype.losses


class Champion(NamedTuple):
    """What is kept of the best individual that was looked at, which may have left the population since.

    Attributes
    ----------
    network : Network
    birth : Birth
    founder : Network
    accuracies : ndarray (W,)
        At each shared weight, on validation examples.
    """

    network: Network
    birth: Birth
    founder: Network
    accuracies: NDArray[Any]


@dataclass(frozen=True, slots=True)
class Generation:
    """The record of one generation, as `generations.jsonl` holds it.

    Attributes
    ----------
    generation : int
        0 for the founders.
    networks : int
        How many networks the search has evaluated so far.
    seconds : float
        Time spent searching so far.
    loss, connections, hidden : float, int, int
        Of the individual with the lowest mean loss on the batch; where connections have a price, with the lowest sum.
    accuracy : float
        The champion's mean accuracy over the shared weights, on validation examples.
    champion_connections : int
    ranked_by : str
        "connections" or "best weight", beside the mean loss; "price" if it was the loss and the price of connections.
    accuracies : tuple of float (W,)
        The champion's, at each shared weight, on validation examples.
    losses : tuple of float (W,)
        At each shared weight, of the individual with the lowest mean loss on the batch.
    front : tuple of (int, float)
        Connections and mean loss of those that no other individual beats in both, by connections; at most 24 of them.
    """

    generation: int
    networks: int
    seconds: float
    loss: float
    connections: int
    hidden: int
    accuracy: float
    champion_connections: int
    ranked_by: str
    accuracies: tuple[float, ...] = ()
    losses: tuple[float, ...] = ()
    front: tuple[tuple[int, float], ...] = ()

    @property
    def networks_per_second(self) -> float:
        """The mean over the whole search."""
        return self.networks / self.seconds if self.seconds else 0.0

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON can hold it."""
        lists = {"accuracies": list(self.accuracies), "losses": list(self.losses), "front": list(map(list, self.front))}
        return asdict(self) | lists

    def __str__(self) -> str:
        return (
            f"generation {self.generation:5d}   accuracy {self.accuracy:6.2%} (mean over weights, validation)   "
            f"{self.champion_connections:5d} connections   {self.networks_per_second:7,.0f} networks a second"
        )
