"""What the benchmarks run: networks of a given size, searches among their descendants, and how to time them.

Everything is timed in short turns: a round gives each candidate its turn, so that whatever disturbs the machine
disturbs all of them alike, and a ratio is that of one round. Figures are medians over rounds. Where one core works, the
clock is processor time.
"""

import os
import time

import numpy as np

import wann_lite as wl
from wann_lite.engine.backends import compiled
from wann_lite.lineage import Birth
from wann_lite.mutation import mutate
from wann_lite.population import Individual

POPULATION = 192
#: The backends of this build, the slower first.
BACKENDS = ("numpy", "cython") if compiled()[0] else ("numpy",)


def grown(size, config, rng, inserting=0.2):
    """A sparse network and what random mutation makes of it; that part of the mutations inserts a hidden node."""
    rates = {"add_connection": 1 - inserting, "insert_node": inserting}
    network = wl.Network.sparse(256, 10, 0.03, rng)
    while network.n_connections < size:
        network, _ = mutate(network, rng, rates, config.activations)
    return network


def config_of(preset="default", *, images, batch_every=4, population=POPULATION):
    """The settings of a preset for a population and a batch of one size, without anything that only time brings."""
    return wl.SearchConfig.preset(
        preset,
        population=population,
        batch=images,
        first_batch=images,
        batch_every=batch_every,
        max_connections=None,
        validate_every=10**6,
    )


def search_at(task, network, config, **how):
    """A search whose population descends from one network, a few mutations away from it, and has begun to move."""
    search, rng = wl.Search(task, config, seed=0, **how), np.random.default_rng(network.n_connections)
    search.step()
    descendants = []
    for _ in range(config.population):
        child = network
        for _ in range(3):
            child, _ = mutate(child, rng, config.rates, config.activations)
        descendants.append(child)
    founders = search._engine.found(descendants)
    search.population = [Individual(founder, Birth(), founder.network) for founder in founders]
    search._losses = np.array([founder.losses for founder in founders], dtype=float)
    for _ in range(4):
        search.step()
    return search


def searched(search, generations, clock=time.process_time):
    """Networks a second over so many whole generations: ranking, mutation, evaluation, changes of batch."""
    networks, started = search.networks, clock()
    for _ in range(generations):
        search.step()
    return (search.networks - networks) / (clock() - started)


def one_by_one(evaluate, networks):
    """Networks a second of a function that takes them one by one."""
    started = time.process_time()
    for network in networks:
        evaluate(network)
    return len(networks) / (time.process_time() - started)


def spread(values):
    """The median of what the rounds gave, and the quartiles."""
    low, median, high = np.percentile(values, [25, 50, 75])
    return {"median": float(median), "low": float(low), "high": float(high)}


def load():
    """How many programs wanted a core in the last minute, where the system tells."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None
