"""The search for a topology: ask, evaluate, rank, vary.

References
----------
Gaier & Ha (2019), Weight Agnostic Neural Networks, section 3. arXiv:1906.04358.
"""

from __future__ import annotations

import math
import os
import time
import warnings
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import checkpoint
from ._version import __version__
from .config import SearchConfig, in_units
from .engine import Engine, Phenotype
from .engine.shards import Shards
from .files import write_atomically
from .foresight import Foresight
from .lineage import Birth, Lineage
from .network import Network
from .population import Champion, Generation, Individual
from .ranking import first_front, rank, tournament
from .survey import bytes_of_survey
from .tasks import Classification
from .variation import Variation

# Between changes of batch a population grows a little. A survey is made before it does, and in the room left for that
# if it is enough; else it gets up to a half.
_PART_OF_MEMORY, _PART_BESIDE_SURVEY, _LEAST_BATCH = 0.8, 0.5, 100
# So many points of a Pareto front show its course; more would make long lines.
_FRONT_POINTS = 24


class MemoryBudgetError(ValueError):
    """A population that does not fit into the memory that the settings allow.

    Parameters
    ----------
    message : str
    enough : str
        A memory that would do for quite a while, as `SearchConfig` takes it.
    """

    def __init__(self, message: str, enough: str) -> None:
        super().__init__(message)
        self.enough = enough


class Search:
    """A search for a topology that does its task at any shared weight.

    Parameters
    ----------
    task : Classification
    config : SearchConfig, optional
        The preset ``default`` if not given.
    seed : int
        The same seed, settings, backend and number of generations give the same champion.
    backend : {"auto", "numpy", "cython"}
        What does the array work; "auto" is "cython" where it was built.
    workers : int
        How many threads carry it; they do not change the result.
    cluster : distributed.Client or str, optional
        A Dask cluster, or its scheduler's address, whose workers carry it in place of threads. Nor do they change the
        result, nor does it if some of them die.

    Raises
    ------
    ValueError
        If the seed is not a whole number of at least 0, or the task or the settings are not what they should be.
    ImportError
        If there is to be a cluster, and Dask is not installed.
    ClusterError
        (a RuntimeError) If the cluster has no scheduler or no worker that can be used; from a generation, if none has
        been left for a minute.

    Examples
    --------
    >>> from wann_lite import datasets, tasks
    >>> search = Search(tasks.Classification(datasets.xor()), SearchConfig(population=32, batch=200), seed=1)
    >>> losses = [generation.loss for generation in search.run(generations=20)]
    >>> len(losses), search.champion.n_outputs
    (21, 2)
    """

    def __init__(
        self,
        task: Classification,
        config: SearchConfig | None = None,
        *,
        seed: int = 0,
        backend: str = "auto",
        workers: int = 1,
        cluster: Any = None,
    ) -> None:
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
            raise ValueError(f"the seed is {seed!r}: it is a whole number of at least 0")
        if not isinstance(task, Classification):
            raise ValueError(f"a {type(task).__name__} is not a task: use wann_lite.tasks.Classification(dataset)")
        if config is not None and not isinstance(config, SearchConfig):
            raise ValueError(f"a {type(config).__name__} is not settings: use wann_lite.SearchConfig(...)")
        if isinstance(workers, bool) or not isinstance(workers, int | np.integer) or workers < 1:
            raise ValueError(f"workers is {workers!r}: it is a whole number of at least 1")
        if cluster is not None and workers != 1:
            raise ValueError(f"workers is {workers!r}: it counts threads, which a cluster does not need: leave it out")
        self.task = task
        self.config = config or SearchConfig()
        self.seed = int(seed)
        self.generation = 0
        self.networks = 0
        self.seconds = 0.0
        self.workers = int(workers)
        #: The individuals of the current generation, elites first.
        self.population: list[Individual] = []
        self._losses = np.empty((0, len(self.config.weights)))
        self._variation = Variation(self.config.rates, self.config.activations, self.config.max_connections)
        self._engine = Engine(
            *task.examples,
            task.n_outputs,
            self.config.weights,
            self.config.scale_free,
            backend=backend,
            shards=self.config.n_shards,
            workers=self.workers,
            cluster=None if cluster is None else _shards_on(cluster),
        )
        #: What does the array work, "numpy" or "cython".
        self.backend = self._engine.backend
        variation, batches = np.random.SeedSequence(self.seed).spawn(2)
        self._rng = np.random.default_rng(variation)
        self._batch_rng = np.random.default_rng(batches)
        self._ranked_by = "connections"
        #: What informed mutations come from.
        self._foresight = Foresight(task, self.config, self._variation, self._rng)
        # The champion so far, and whoever was looked at last.
        self._champion: Champion | None = None
        self._glance: tuple[Individual, Champion] | None = None
        self._stopped = False
        self._broken_off = False
        self._short_of_memory = False

    # --- the algorithm

    def step(self) -> Generation:
        """One generation: rank, keep the elite, choose parents, vary, evaluate."""
        started = time.perf_counter()
        self._broken_off = True
        if not self.population:
            self._succeed(self._founders(), new=self.config.population, generation=0)
        else:
            config, size = self.config, self.config.population
            ranked = self._ranked()
            elite = ranked[: round(size * config.elite)]
            survivors = ranked[: max(1, size - round(size * config.cull))]
            winners = tournament(len(survivors), config.tournament, self._rng, size - len(elite))
            parents = [survivors[place] for place in np.sort(winners)]
            self._keep(elite + parents)
            children = self._informed_children(parents) if config.survey else self._children(parents)
            self._succeed(elite + children, new=len(children), generation=self.generation + 1)
        if self._champion is None or self.generation % self.config.validate_every == 0:
            self._champion = self._best()
        self.seconds += time.perf_counter() - started
        self._broken_off = False
        return self._record(self._champion)

    def _succeed(self, population: list[Individual], new: int, generation: int) -> None:
        """Put a whole generation in the place of the last, so that an interruption finds one or the other."""
        losses = np.array([individual.losses for individual in population], dtype=float)
        self.population, self._losses, self.generation = population, losses, generation
        self.networks += new

    def _founders(self) -> list[Individual]:
        self._engine.change_batch(self._batch(self._engine.bytes_per_example_from_scratch), keep=[])
        n_inputs, n_outputs, fraction = self.task.n_inputs, self.task.n_outputs, self.config.initial_connections
        networks = [Network.sparse(n_inputs, n_outputs, fraction, self._rng) for _ in range(self.config.population)]
        phenotypes = self._engine.found(networks)
        return [Individual(phenotype, Birth(), phenotype.network) for phenotype in phenotypes]

    def _ranked(self) -> list[Individual]:
        """The population from best to worst, by mean loss and one of two further objectives, or the price of size."""
        if self.config.survey:
            self._ranked_by = "price"
            return [self.population[i] for i in np.argsort(self._costs(), kind="stable")]
        if self._rng.random() < self.config.complexity_ranking:
            self._ranked_by = "connections"
            second = np.array([individual.phenotype.n_connections for individual in self.population], dtype=float)
        else:
            self._ranked_by = "best weight"
            second = self._losses.min(axis=1)
        order = rank(np.column_stack([self._losses.mean(axis=1), second]))
        return [self.population[i] for i in order]

    def _keep(self, individuals: list[Individual]) -> None:
        phenotypes = [individual.phenotype for individual in individuals]
        per_example = self._engine.bytes_per_example(phenotypes)
        due = self.generation % self.config.batch_every == 0
        if due or self._engine.bytes_of_batch(self._engine.n, per_example) > self.config.memory_bytes:
            survey, leader = self.config.survey, phenotypes[0]
            takes = partial(bytes_of_survey, leader.network)
            rows = self._batch(per_example, beside=takes(survey))
            self._engine.change_batch(rows, keep=phenotypes)
            if survey:
                room = self.config.memory_bytes - self._engine.bytes_of_batch(len(rows), per_example)
                fitting = bisect_right(range(1, survey + 1), room, key=takes)
                self._foresight.look_around(leader, rows[: max(1, fitting)])
        else:
            self._engine.hold(phenotypes)

    def _batch(self, per_example: int, beside: int = 0) -> NDArray[Any]:
        """A batch of the size that is due, or as much of it as fits, with room for what the next generations add.

        Before they do, there is to be room for so many bytes `beside` it, or for half of what memory there is.
        """
        memory = self.config.memory_bytes
        allowed = min(_PART_OF_MEMORY * memory, max(_PART_BESIDE_SURVEY * memory, memory - beside))
        wanted = min(self.config.batch_at(self.generation), len(self.task.examples[1]))
        least = min(wanted, _LEAST_BATCH)
        takes = partial(self._engine.bytes_of_batch, per_example=per_example)
        fitting = bisect_right(range(1, wanted + 1), allowed, key=takes)
        if fitting < least:
            needed = math.ceil(takes(least) / (_PART_BESIDE_SURVEY if beside else _PART_OF_MEMORY) / 1e3)
            raise MemoryBudgetError(
                f"memory is {self.config.memory!r}, and generation {self.generation} needs {needed:,} kB even with "
                f"a batch of {least} examples: allow more, or a smaller population, or fewer shards",
                enough=in_units(2000 * needed),
            )
        if fitting < wanted and not self._short_of_memory:
            self._short_of_memory = True
            warnings.warn(
                f"a batch of {wanted:,} examples does not fit into memory={self.config.memory!r}: from generation "
                f"{self.generation} on it has {fitting:,} or as many as fit; allow more memory for larger batches",
                stacklevel=2,
            )
        return self.task.draw(fitting, self._batch_rng)

    def _children(self, parents: list[Individual]) -> list[Individual]:
        phenotypes = self._engine.brood([parent.phenotype for parent in parents], self._variation, self._rng)
        losses = np.reshape([phenotype.losses for phenotype in phenotypes], (len(phenotypes), len(self.config.weights)))
        born = zip(phenotypes, parents, losses.mean(axis=1).tolist(), strict=True)
        return [Individual.child(phenotype, parent, self.generation + 1, loss) for phenotype, parent, loss in born]

    def _informed_children(self, parents: list[Individual]) -> list[Individual]:
        births: list[Birth] = []

        def offspring() -> Iterator[tuple[Network, Phenotype]]:
            for parent in parents:
                network, mutations = self._foresight.varied(parent.network)
                births.append(Birth(parent.birth, mutations, self.generation + 1))
                yield network, parent.phenotype

        phenotypes = self._engine.children(offspring())
        for birth, phenotype in zip(births, phenotypes, strict=True):
            birth.loss = float(phenotype.losses.sum()) / len(self.config.weights)
        born = zip(phenotypes, births, parents, strict=True)
        return [Individual(phenotype, birth, parent.founder) for phenotype, birth, parent in born]

    # --- running it

    def run(self, *, minutes: float | None = None, generations: int | None = None) -> Iterator[Generation]:
        """Search on, and yield a record of each generation.

        It ends after so many minutes or generations, at the settings' last generation, or when `stop` is called;
        leaving the loop ends it too. The champion is kept in any case, and another call goes on from there.

        Raises
        ------
        ValueError
            If `minutes` is not a number, or `generations` not a whole number, greater than 0.
        """
        if minutes is not None and not (_is_number(minutes, int | float) and 0 < minutes < float("inf")):
            raise ValueError(f"minutes is {minutes!r}: it is a number greater than 0")
        if generations is not None and not (_is_number(generations, int | np.integer) and generations > 0):
            raise ValueError(f"generations is {generations!r}: it is a whole number greater than 0")
        return self._run(minutes, generations)

    def _run(self, minutes: float | None, generations: int | None) -> Iterator[Generation]:
        deadline = float("inf") if minutes is None else time.perf_counter() + 60 * minutes
        last = self.config.generations
        if generations is not None:
            last = min(last, self.generation + generations)
        self._stopped = False
        ended = self.generation >= last
        try:
            while not ended:
                record = self.step()
                ended = self.generation >= last or time.perf_counter() >= deadline or self._stopped
                yield self._record(self._best()) if ended else record
        finally:
            self._engine.shards.rest()

    def stop(self) -> None:
        """End the loop over `run` after the current generation; may be called from another thread."""
        self._stopped = True

    # --- stopping here and going on elsewhere

    @property
    def can_be_saved(self) -> bool:
        """Whether the next generation has a new batch, so that a checkpoint is small and loses nothing."""
        return bool(self.population) and not self._broken_off and self.generation % self.config.batch_every == 0

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a checkpoint, all of it or nothing; `resume` goes on from there.

        Raises
        ------
        ValueError
            If the search cannot be saved in this generation; the message says when it can.
        OSError
            If the file cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> from wann_lite import datasets, tasks
        >>> task = tasks.Classification(datasets.xor())
        >>> search = Search(task, SearchConfig(population=32, batch=200, batch_every=5), seed=1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for generation in search.run(generations=10):
        ...         if search.can_be_saved:
        ...             search.save(f"{folder}/checkpoint.npz")
        ...     Search.resume(f"{folder}/checkpoint.npz", task).champion == search.champion
        True
        """
        write_atomically(path, checkpoint.to_bytes(self))

    @classmethod
    def resume(
        cls,
        path: str | os.PathLike[str],
        task: Classification,
        *,
        workers: int = 1,
        cluster: Any = None,
        memory: str | None = None,
    ) -> Search:
        """The search whose checkpoint is at `path`, where it was then: it goes on as if it had never stopped.

        With the same version of numpy on the same kind of processor it finds the same, bit for bit.

        Parameters
        ----------
        path : str or path
        task : Classification
            What was searched for, with the same data.
        workers : int
            How many threads carry the array work; they do not change the result.
        cluster : distributed.Client or str, optional
            What carries it in place of threads, as for a new search.
        memory : str, optional
            In place of the memory in the settings. Where a batch then has another size, the search finds another
            network than it would have found.

        Raises
        ------
        CheckpointError
            (a ValueError) If there is no checkpoint, or it is damaged, or belongs to another task or another version
            of the package, or to a backend that is not built here.
        """

        def new(config: SearchConfig, **settings: Any) -> Search:
            if memory is not None:
                config = config.replace(memory=memory)
            return cls(task, config, workers=workers, cluster=cluster, **settings)

        return checkpoint.from_file(path, new)

    # --- what came of it

    @property
    def champion(self) -> Network:
        """The network with the highest mean accuracy over the shared weights on validation examples.

        Every `validate_every` generations the leader is looked at, and the one of this moment here; asking does not
        change what the search goes on to find.

        Raises
        ------
        ValueError
            If the search has not begun.
        """
        champion = self._best()
        return champion.network.replace(
            shared_weight=self.config.weights[int(champion.accuracies.argmax())],
            found={
                "by": "wann_lite.Search",
                "version": __version__,
                "task": repr(self.task),
                "seed": self.seed,
                "generations": self.generation,
                "networks": self.networks,
                "seconds": round(self.seconds, 1),
                "validation_accuracy": float(champion.accuracies.mean()),
                "settings": self.config.to_dict(),
            },
        )

    @property
    def leader(self) -> Individual:
        """The individual of this generation with the lowest mean loss (and price, where connections have one).

        Raises
        ------
        ValueError
            If the search has not begun.
        """
        if not self.population:
            raise ValueError("the search has not begun: run it for at least one generation")
        return self.population[int(self._costs().argmin())]

    @property
    def lineage(self) -> Lineage:
        """The champion's ancestry, mutation by mutation.

        Raises
        ------
        ValueError
            If the search has not begun.
        """
        champion = self._best()
        return Lineage.of(champion.founder, champion.birth)

    def _costs(self) -> NDArray[Any]:
        """The mean loss of each individual, and the price of its connections."""
        connections = np.array([individual.phenotype.n_connections for individual in self.population])
        return self._losses.mean(axis=1) + self._foresight.price * connections

    def _best(self) -> Champion:
        """The champion so far or the leader of now, whichever does better."""
        leader = self.leader
        if self._glance is None or self._glance[0] is not leader:
            accuracies = self.task.validate(leader.network, self.config.weights)
            self._glance = leader, Champion(leader.network, leader.birth, leader.founder, accuracies)
        challenger = self._glance[1]
        if self._champion is None or challenger.accuracies.mean() > self._champion.accuracies.mean():
            return challenger
        return self._champion

    def _record(self, champion: Champion) -> Generation:
        leader = self.leader
        return Generation(
            generation=self.generation,
            networks=self.networks,
            seconds=self.seconds,
            loss=float(leader.losses.mean()),
            connections=leader.phenotype.n_connections,
            hidden=leader.phenotype.n_hidden,
            accuracy=float(champion.accuracies.mean()),
            champion_connections=champion.network.n_connections,
            ranked_by=self._ranked_by,
            accuracies=_rounded(champion.accuracies),
            losses=_rounded(leader.losses),
            front=self._front(),
        )

    def _front(self) -> tuple[tuple[int, float], ...]:
        connections = np.array([individual.phenotype.n_connections for individual in self.population])
        loss = self._losses.mean(axis=1)
        front = first_front(np.column_stack([connections, loss]))
        some = front[np.linspace(0, len(front) - 1, min(len(front), _FRONT_POINTS)).round().astype(int)]
        return tuple(zip(connections[some].tolist(), _rounded(loss[some]), strict=True))


def _shards_on(cluster: Any) -> Callable[..., Shards]:
    from .engine.cluster import connect  # here, because asyncio takes a moment that few need

    return connect(cluster)


def _is_number(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def _rounded(values: NDArray[Any]) -> tuple[float, ...]:
    return tuple(np.round(values.astype(float), 5).tolist())
