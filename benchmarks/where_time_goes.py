"""Where the time of a generation goes: which part is array work, and what Python takes around it.

Usage: python benchmarks/where_time_goes.py [--generations G] [--connections C ...] [--images N ...] [--out FILE]

The population, its settings and its generations are those of `engine.py`, on one core. Functions of the package are
wrapped from outside in a clock that stops for whatever is called inside them, so that every moment counts once.

What children take is divided in some more generations into sums and activations, and the loss, which the activations of
outputs are part of. In numpy the loss is a function, and has its own clock. Compiled code leaves no moment between the
two that a clock could see, so there the same plans are carried out three times more: whole, without their changed
outputs, and without their steps too. The last takes what a loss takes that nothing has changed; what the second takes
beyond that are sums and activations, and the rest of the whole is the loss.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from machine import described
from workload import BACKENDS, POPULATION, config_of, grown, load, search_at, searched

import wann_lite as wl
from wann_lite import search as search_module
from wann_lite import variation as variation_module
from wann_lite.engine import numpy_backend
from wann_lite.files import write_atomically

RESULTS = Path(__file__).parent / "results"

#: Array work: what the shards are asked for, and in the same order what a reader calls it.
ARRAYS = {
    "run": "children",
    "hold": "nodes that are kept",
    "inherit": "losses that are kept",
    "found": "losses on a new batch",
    "spread": "scales on a new batch",
    "slopes": "scales on a new batch",
}
#: Graph work: what the kinship is asked for. Where it is compiled, children are mutated there.
GRAPH = ("founders", "children", "brood", "heirs", "foundations", "outputs", "release", "let_go", "sweep", "count")
SUMS, LOSS = "children: sums and activations", "children: loss"
#: Whatever is not array work, be it compiled or not.
PYTHON = ("mutation", "graph and plans", "ranking", "the rest of Python")


def array_part(method, *_):
    """What a reader calls the array work that the shards are asked for."""
    return ARRAYS.get(method, "drops and releases")


class Clock:
    """Processor time by part; a part that calls another does not pay for it."""

    def __init__(self):
        self.spent = Counter()
        self._parts = ["the rest of Python"]
        self._since = time.process_time()

    def start(self, part):
        """From here on `part` pays."""
        self._pay()
        self._parts.append(part)

    def stop(self):
        """From here on whoever called pays again."""
        self._pay()
        self._parts.pop()

    def _pay(self):
        now = time.process_time()
        self.spent[self._parts[-1]] += now - self._since
        self._since = now

    def wrap(self, owner, name, part):
        """Let `part`, or what it makes of the arguments, pay for a function, or for each step of a generator."""
        function = getattr(owner, name)

        def timed(*arguments, **options):
            self.start(part(*arguments, **options) if callable(part) else part)
            try:
                result = function(*arguments, **options)
            finally:
                self.stop()
            return stepped(result) if isinstance(result, Generator) else result

        def stepped(steps):
            while True:
                self.start(part)
                try:
                    step = next(steps)
                except StopIteration:
                    return
                finally:
                    self.stop()
                yield step

        setattr(owner, name, timed)
        return owner, name, function


def profiled(search, generations):
    """Seconds by part, and how many networks were evaluated, over so many generations."""
    clock, engine = Clock(), search._engine
    kinship, engine.kinship = engine.kinship, SimpleNamespace(graph=engine.graph, knows=engine.kinship.knows)
    for name in GRAPH:
        setattr(engine.kinship, name, getattr(kinship, name))
    wrapped = [
        *(clock.wrap(engine.kinship, name, "graph and plans") for name in GRAPH),
        clock.wrap(variation_module, "mutate_unchecked", "mutation"),
        clock.wrap(search_module, "rank", "ranking"),
        clock.wrap(search_module, "tournament", "ranking"),
        clock.wrap(search_module, "first_front", "ranking"),
        *(clock.wrap(engine.shards, name, "graph and plans") for name in ARRAYS),
        clock.wrap(engine.shards, "_each", array_part),
        clock.wrap(engine.shards, "_replace", "images of a new batch"),
    ]
    networks = search.networks
    clock.start("the rest of Python")
    for _ in range(generations):
        search.step()
    clock.stop()
    for owner, name, function in wrapped:
        setattr(owner, name, function)
    engine.kinship = kinship
    return dict(clock.spent), search.networks - networks


def loss_by_the_clock(search, generations):
    """The part of what children take in numpy that goes into their losses, over so many generations."""
    clock = Clock()
    wrapped = [
        clock.wrap(search._engine.shards, "_each", array_part),
        clock.wrap(numpy_backend.Shard, "_loss_after", lambda *_, keep: "losses that are kept" if keep else LOSS),
    ]
    for _ in range(generations):
        search.step()
    for owner, name, function in wrapped:
        setattr(owner, name, function)
    return clock.spent[LOSS] / (clock.spent[LOSS] + clock.spent["children"])


def without(program, steps):
    """The same compiled plans without their changed outputs; and without their steps, unless `steps`."""
    make, (content, starts, *sizes) = program.__reduce__()
    numbers = np.frombuffer(content, np.intc).copy()
    for start in starts:  # the parent, how many steps, the steps, how many outputs changed, these
        end = start + 2
        if steps:
            for _ in range(numbers[start + 1]):
                end += 7 + numbers[end + 5] + numbers[end + 6]
        else:
            numbers[start + 1] = 0
        numbers[end] = 0
    return make(numbers.tobytes(), starts, *sizes)


def loss_by_difference(search, generations):
    """As `loss_by_the_clock`, in compiled code: what it takes less without changed outputs."""
    shards, whole, unchanged, nothing = search._engine.shards, [], [], []
    each = shards._each

    def timed(programs):
        started = time.process_time()
        each("run", programs)
        return time.process_time() - started

    def also_in_parts(method, *arguments):
        if method == "run":
            (programs,) = arguments
            whole.append(timed(programs))
            unchanged.append(timed([without(program, steps=True) for program in programs]))
            nothing.append(timed([without(program, steps=False) for program in programs]))
        return each(method, *arguments)

    shards._each = also_in_parts
    for _ in range(generations):
        search.step()
    shards._each = each
    # Of a few examples or generations the clock's own noise may make it less than nothing.
    return float(np.clip(1 - (sum(unchanged) - sum(nothing)) / sum(whole), 0, 1))


def shares(task, connections, images, backend, generations):
    """One row: microseconds a network by part."""
    config = config_of(images=images)
    network = grown(connections, config, np.random.default_rng(connections))
    search = search_at(task, network, config, backend=backend)
    spent, networks = profiled(search, generations)
    whole = sum(spent.values())
    unwrapped = whole / networks * searched(search, generations)
    divided = loss_by_the_clock if backend == "numpy" else loss_by_difference
    loss = divided(search, generations // 4 + 1) * spent["children"]
    spent |= {SUMS: spent.pop("children") - loss, LOSS: loss}
    return {
        "images": images,
        "connections": connections,
        "backend": backend,
        "microseconds": {part: 1e6 * seconds / networks for part, seconds in sorted(spent.items())},
        "python": sum(spent[part] for part in PYTHON if part in spent) / whole,
        "unwrapped": unwrapped,
    }


def main():
    """Measure row by row, print each and write all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generations", type=int, default=40)
    parser.add_argument("--connections", type=int, nargs="+", default=[100, 1849])
    parser.add_argument("--images", type=int, nargs="+", default=[1000, 5000])
    parser.add_argument("--out", default=RESULTS / "where_time_goes.json")
    chosen = parser.parse_args()
    task = wl.tasks.Classification(wl.datasets.mnist())
    record = {"machine": described(), "population": POPULATION, "generations": chosen.generations, "rows": []}
    for images in chosen.images:
        for connections in chosen.connections:
            for backend in BACKENDS:
                row = shares(task, connections, images, backend, chosen.generations)
                record["rows"].append(row)
                record["load"] = load()
                write_atomically(chosen.out, json.dumps(record, indent=1) + "\n")
                whole = sum(row["microseconds"].values())
                print(
                    f"\n{images:,} images, {connections:,} connections, {backend}: {whole:.0f} microseconds a network, "
                    f"Python {row['python']:.0%}; the clock makes it {row['unwrapped']:.2f} times as long"
                )
                for part, microseconds in sorted(row["microseconds"].items(), key=lambda item: -item[1]):
                    print(f"  {microseconds:9.1f}  {microseconds / whole:6.1%}  {part}", flush=True)


if __name__ == "__main__":
    main()
