"""What the benchmarks run: networks of a given size, searches among their descendants, and how to time them.

Everything is timed by processor time, in short turns: a round gives each candidate its turn, so that whatever disturbs
the machine disturbs all of them alike, and figures are medians over rounds.
"""

import time

import numpy as np

import wann_lite as wl
from wann_lite.lineage import Birth
from wann_lite.mutation import mutate
from wann_lite.search import Individual

POPULATION = 192


def grown(size, config, rng, inserting=0.2):
    """A sparse network and what random mutation makes of it; that part of the mutations inserts a hidden node."""
    rates = {"add_connection": 1 - inserting, "insert_node": inserting}
    network = wl.Network.sparse(256, 10, 0.03, rng)
    while network.n_connections < size:
        network, _ = mutate(network, rng, rates, config.activations)
    return network


def search_at(task, network, config, rng):
    """A search whose population descends from one network, a few mutations away from it."""
    search = wl.Search(task, config, seed=0)
    search.step()
    engine = search._engine
    founders = []
    for _ in range(config.population):
        child = network
        for _ in range(3):
            child, _ = mutate(child, rng, config.rates, config.activations)
        founders.append(Individual(engine.found(child), Birth(), child))
    search.population = founders
    search._losses = np.array([founder.losses for founder in founders], dtype=float)
    return search


def searched(search, generations):
    """Networks a second over so many whole generations: ranking, mutation, evaluation, changes of batch."""
    networks, started = search.networks, time.process_time()
    for _ in range(generations):
        search.step()
    return (search.networks - networks) / (time.process_time() - started)


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
