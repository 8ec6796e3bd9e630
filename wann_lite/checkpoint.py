"""A search at rest: everything that it takes to go on elsewhere as if it had never stopped.

Sums and outputs of nodes are not part of it. At a change of batch the engine makes them anew from their sources, so
that is when a checkpoint is taken; what remains are the population, its ancestry and two random generators.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from itertools import count
from operator import index
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from . import checkpoint_file, packing
from ._version import __version__
from .checkpoint_file import CheckpointError, DamagedCheckpointError, NoCheckpointError
from .config import SearchConfig
from .population import Champion, Individual

if TYPE_CHECKING:
    from .search import Search

    S = TypeVar("S", bound=Search)

__all__ = ["CheckpointError", "DamagedCheckpointError", "NoCheckpointError", "from_file", "to_bytes"]

_ENGINE = "engine_"
_TYPES = packing.TYPES | {"births": np.int64, "founders": np.int64, "accuracies": np.float64}


def to_bytes(search: Search) -> bytes:
    """The content of a checkpoint of `search`.

    Raises
    ------
    ValueError
        If the search cannot be saved in this generation; the message says when it can.
    """
    champion, every = search._champion, search.config.batch_every
    if not search.can_be_saved or champion is None:
        at = f"in generation {search.generation}" if search.population else "before it has begun"
        raise ValueError(
            f"a search cannot be saved {at}: run it to a generation in which `can_be_saved` is True, "
            f"here each multiple of {every}"
        )
    population = search.population
    # Of the founders each once: most individuals descend from the same few.
    lines = [*(individual.founder for individual in population), champion.founder]
    founders = {id(founder): founder for founder in lines}
    places = dict(zip(founders, count(), strict=False))
    networks = [*(individual.network for individual in population), champion.network, *founders.values()]
    ancestry, births = packing.pack_births([*(individual.birth for individual in population), champion.birth])
    arrays = {
        **packing.pack_networks(networks),
        **ancestry,
        "births": np.array(births, _TYPES["births"]),
        "founders": np.array([places[id(founder)] for founder in lines], _TYPES["founders"]),
        "accuracies": np.asarray(champion.accuracies, _TYPES["accuracies"]),
    }
    engine = search._engine.state([individual.phenotype for individual in population])
    arrays |= {_ENGINE + name: array for name, array in engine.items()}
    return checkpoint_file.to_bytes(_header(search), arrays)


def from_file(path: str | os.PathLike[str], new: Callable[..., S]) -> S:
    """The search whose checkpoint is at `path`.

    Parameters
    ----------
    path : str or path
    new : callable
        What makes a search of its task from `config`, `seed` and `backend`.

    Raises
    ------
    DamagedCheckpointError
        If it is damaged.
    NoCheckpointError
        If there is no file, or it is no checkpoint.
    CheckpointError
        If it belongs to another version of the package, to another task, or to a backend that is not built here.
    """
    header, arrays = checkpoint_file.read(path)
    shown = f"the checkpoint {os.fsdecode(path)!r}"
    if header.get("wann_lite") != __version__:
        raise CheckpointError(
            f"{shown} was written by wann_lite {header.get('wann_lite')}, and this is {__version__}: "
            "resume it with that version, or begin a new search"
        )
    try:
        config, seed, backend = SearchConfig(**header["settings"]), header["seed"], header["backend"]
    except (ValueError, TypeError, LookupError) as error:
        raise DamagedCheckpointError(f"{shown} does not hold the settings of a search ({error!r})") from error
    try:
        search = new(config=config, seed=seed, backend=backend)
    except ValueError as error:
        raise CheckpointError(f"{shown} cannot be resumed: {error}") from error
    if header.get("fingerprint") != search.task.fingerprint:
        same_name = header.get("task") == repr(search.task)
        change = "whose data have changed" if same_name else f"and not to {search.task!r}"
        raise CheckpointError(
            f"{shown} belongs to {header.get('task')}, {change}: resume it with the same data, or begin a new search"
        )
    try:
        _check_arrays(arrays)
        _restore(search, header, arrays)
    except (ValueError, TypeError, LookupError, OverflowError) as error:
        raise DamagedCheckpointError(f"{shown} does not hold a whole search ({error!r})") from error
    return search


def _header(search: Search) -> dict[str, Any]:
    return {
        "wann_lite": __version__,
        "task": repr(search.task),
        "fingerprint": search.task.fingerprint,
        "settings": search.config.to_dict(),
        "seed": search.seed,
        "backend": search.backend,
        "generation": search.generation,
        "networks": search.networks,
        "seconds": search.seconds,
        "ranked_by": search._ranked_by,
        "price": search._foresight.price,
        "random": [generator.bit_generator.state for generator in (search._rng, search._batch_rng)],
    }


def _check_arrays(arrays: Mapping[str, NDArray[Any]]) -> None:
    for name, kind in _TYPES.items():
        if arrays[name].dtype != kind or arrays[name].ndim != 1:
            raise TypeError(f"{name} is an array {arrays[name].shape} of {arrays[name].dtype}")


def _restore(search: Search, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    *births, champions_birth = map(packing.unpack_births(arrays).__getitem__, arrays["births"].tolist())
    networks = packing.unpack_networks(arrays, search.task.n_inputs, search.task.n_outputs)
    founders = list(map(networks[len(births) + 1 :].__getitem__, arrays["founders"].tolist()))
    engine = {name.removeprefix(_ENGINE): array for name, array in arrays.items() if name.startswith(_ENGINE)}
    phenotypes = search._engine.restore(engine, networks[: len(births)])
    population = list(map(Individual, phenotypes, births, founders))
    for generator, state in zip((search._rng, search._batch_rng), header["random"], strict=True):
        generator.bit_generator.state = state
    search._champion = Champion(networks[len(births)], champions_birth, founders[-1], arrays["accuracies"])
    search._succeed(population, 0, index(header["generation"]))
    search.networks, search.seconds = header["networks"], header["seconds"]
    search._ranked_by, search._foresight.price = header["ranked_by"], header["price"]
