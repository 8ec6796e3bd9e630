"""What each ingredient of the informed search is worth: leave one out, keep all else, compare after equal time.

Usage: python benchmarks/ablations_informed.py [--seconds 40] [--seeds 0 1 2] [--jobs 2] [--only VARIANT ...] [--write]

On MNIST, and on validation images alone. Time is processor time of the one core that a search uses. Each run writes a
line to benchmarks/results/ablations_informed.jsonl as it ends, and one that is there is not run again. `--write` puts
the table and the machine into benchmarks/results.md, without running anything.
"""

import argparse
import json
import os
import re
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from unittest.mock import patch

# One core, so that processor time is the time of a search; numpy reads these when it is loaded.
os.environ |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import numpy as np
from machine import described

import wann_lite as wl
from wann_lite import foresight as foresight_module
from wann_lite import search as search_module
from wann_lite import survey as survey_module
from wann_lite.evaluate import SEARCH_WEIGHTS
from wann_lite.features import new_features
from wann_lite.files import write_atomically
from wann_lite.foresight import Foresight
from wann_lite.informed import RELAYS
from wann_lite.scoring import RANDOM_WEIGHTS
from wann_lite.survey import Survey, credit
from wann_lite.tuning import accuracies_at

RESULTS = Path(__file__).parent / "results" / "ablations_informed.jsonl"
PAGE = Path(__file__).parent / "results.md"
COSTS = wl.Search._costs


class WithoutForesight(Survey):
    """The same kinds of proposals, all of them, in no order, and the same price of a connection."""

    def __init__(self, network, x, labels, *arguments):
        super().__init__(network, x, labels, *arguments)
        self.earning = Survey(network, x[:1000], labels[:1000], *arguments).earning

    def _foretold(self, x, labels, scale):
        rng = np.random.default_rng(len(self.network.connections))
        shapes = super()._foretold(x[:10], labels[:10], scale)
        return {key: rng.standard_normal(value.shape) for key, value in shapes.items()}


class WithoutRemovals(Survey):
    """Nothing is removed."""

    def _removals(self, foretold):
        return []


class WithoutSwitches(Survey):
    """No node gets another activation."""

    def _switches(self, foretold):
        return []


class WithoutPatches(Survey):
    """New nodes hear inputs from anywhere."""

    def __init__(self, *arguments):
        super().__init__(*arguments[:-1], image_shape=None)


def without_signs(*arguments):
    """New features that only add up what they hear."""
    for activation, hears in new_features(*arguments):
        yield activation, tuple((source, RELAYS[0]) for source, _ in hears)


class Blocks(Foresight):
    """A child tries from one to sixteen proposals at once."""

    def varied(self, network):
        mutations = ()
        for _ in range(round(2 ** (4 * self._rng.random()))):
            network, more = super().varied(network)
            mutations += more
        return network, mutations


class Adaptive(Foresight):
    """Each kind of proposal is drawn as often as it has lately given a child that became the leader, and a little."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._tried, self._won = (dict.fromkeys(survey_module._SHARES, 1.0) for _ in range(2))
        self._parent, self._children, self._kind = None, [], None

    def shares(self):
        worth = {kind: self._won[kind] / tried for kind, tried in self._tried.items()}
        return {kind: 0.05 + 0.8 * its / sum(worth.values()) for kind, its in worth.items()}

    def look_around(self, leader, rows):
        super().look_around(leader, rows)
        draw = self._survey.draw

        def watched(rng):
            with patch.dict(survey_module._SHARES, self.shares()):
                proposal = draw(rng)
            self._kind = type(proposal)
            return proposal

        self._survey.draw = watched

    def varied(self, network):
        if self._parent is not network:
            for child, kind in self._children:
                if child is network and kind in self._won:
                    self._won[kind] += 1
            for counts in (self._tried, self._won):  # the last hundred generations or so count
                counts.update({kind: 0.99 * count + 0.01 for kind, count in counts.items()})
            self._parent, self._children = network, []
        child, mutations = super().varied(network)
        self._children.append((child, self._kind))
        if self._kind in self._tried:
            self._tried[self._kind] += 1
        return child, mutations


def annealed(search):
    """The costs by which a generation is ranked, as they are but for a tolerance that is cooled to 0.

    Its mean is a thousandth at first, and half as much after every 500 generations.
    """
    mean = 0.001 * 0.5 ** (search.generation / 500)
    return COSTS(search) + np.random.default_rng(search.generation).exponential(mean, len(search.population))


def slopes_alone(*arguments):
    """The credit without its second derivatives."""
    found = credit(*arguments)
    return found._replace(
        curvatures=np.zeros_like(found.curvatures), curvatures_out=np.zeros_like(found.curvatures_out)
    )


def surveyed_by(kind):
    """For as long as a search runs, its surveys are of this kind."""
    return patch.object(foresight_module, "Survey", kind)


#: What is left out or changed: the preset, what differs from it, and what of the package is replaced. The most telling
#: come first, should time run out.
VARIANTS = {
    "nothing": ("informed", {}, None),
    "informed mutations: the preset `default`, blind": ("default", {}, None),
    "the ranking: the same proposals, in no order": ("informed", {}, surveyed_by(WithoutForesight)),
    "curvature: first derivatives alone": ("informed", {}, patch.object(survey_module, "credit", slopes_alone)),
    "the scale-free loss: plain cross-entropy at ±1": ("informed", {"scale_free": False, "weights": (-1.0, 1.0)}, None),
    "the growth of the batch: always 6,000": ("informed", {"batch": 6000, "first_batch": 6000, "shards": 4}, None),
    "removals": ("informed", {}, surveyed_by(WithoutRemovals)),
    "the price of a connection: the cap alone": ("informed", {"price": 0.0}, None),
    "patches: new features hear inputs from anywhere": ("informed", {}, surveyed_by(WithoutPatches)),
    "contrasts: new features only add up": ("informed", {}, patch.object(survey_module, "new_features", without_signs)),
    "switches of activations": ("informed", {}, surveyed_by(WithoutSwitches)),
    "at most 400 connections": ("informed", {"max_connections": 400}, None),
    "at most 400 connections, and no room is made at the limit": (
        "informed",
        {"max_connections": 400},
        patch.object(foresight_module, "_ATTEMPTS", 0),
    ),
    "one proposal a child: one to sixteen": (
        "informed",
        {},
        patch.object(search_module, "Foresight", Blocks),
    ),
    "the leader stays until it is beaten: the best child follows it": ("informed", {"elite": 0.0}, None),
    "no tolerance: an annealed one": ("informed", {}, patch.object(wl.Search, "_costs", annealed)),
    "fixed shares of the kinds of proposals: adaptive ones": (
        "informed",
        {},
        patch.object(search_module, "Foresight", Adaptive),
    ),
    "two weights: the paper's six": ("informed", {"weights": SEARCH_WEIGHTS}, None),
}

#: What the package had once, and has no more, each measured against what it was then. Half of the children tried, on
#: top of what the leader had, what one of its siblings had tried; and a relay might get further sources.
GONE = ("recombination: no proposals of siblings", "sums at relays: each keeps one source")


def run(name, seconds, seed):
    """One search; what its champion does on validation images."""
    preset, changes, replaced = VARIANTS[name]
    digits = wl.datasets.mnist()
    task, config = wl.tasks.Classification(digits), wl.SearchConfig.preset(preset, **changes)
    if replaced:
        replaced.start()
    started, curve = time.process_time(), []
    search = wl.Search(task, config, seed=seed)
    for generation in search.run():
        taken = time.process_time() - started
        if not curve or taken >= 1.2 * curve[-1][0]:
            curve.append((round(taken, 2), generation.accuracy))
        if taken >= seconds:
            break
    if replaced:
        replaced.stop()
    champion = search.champion
    accuracies = accuracies_at(champion, digits.x_validation, digits.y_validation, RANDOM_WEIGHTS)
    return {
        "variant": name,
        "seconds": seconds,
        "seed": seed,
        "mean": float(accuracies.mean()),
        "sd": float(accuracies.std()),
        "connections": champion.n_connections,
        "hidden": champion.n_hidden,
        "generations": search.generation,
        "networks": search.networks,
        "curve": curve,
        "machine": described(),
    }


def table(records):
    """A row for each variant: validation accuracy, the mean and the range of its seeds, and the size."""
    lines = [
        "| left out or changed | random shared weight (%) | worst to best seed | over the weights "
        "| connections | networks tried | seeds |",
        "|---" * 7 + "|",
    ]
    for name in (*VARIANTS, *GONE):
        rows = [record for record in records if record["variant"] == name]
        if rows:
            means = [100 * row["mean"] for row in rows]
            connections, networks = (np.mean([row[key] for row in rows]) for key in ("connections", "networks"))
            lines.append(
                f"| {name} | {np.mean(means):.2f} | {min(means):.2f} to {max(means):.2f} "
                f"| ± {100 * np.mean([row['sd'] for row in rows]):.2f} "
                f"| {connections:,.0f} | {networks:,.0f} | {len(rows)} |"
            )
    return "\n".join(lines)


def page(records):
    """A table for each length of search, with what it was measured on."""
    lengths = sorted({record["seconds"] for record in records})
    groups = [[record for record in records if record["seconds"] == seconds] for seconds in lengths]
    return "\n\n".join(f"{measured(group)}\n\n{table(group)}" for group in groups)


def read():
    """What earlier runs wrote."""
    return [json.loads(line) for line in RESULTS.read_text().splitlines()] if RESULTS.exists() else []


def place(name):
    """Where the page holds what is written here."""
    return re.compile(f"(?<=<!-- {name} -->\n).*?(?=\n<!-- end of {name} -->)", re.DOTALL)


def measured(records):
    """What the table was measured on."""
    machine, dates = records[0]["machine"], sorted({record["machine"]["date"] for record in records})
    return (
        f"Validation images, {records[0]['seconds']:g} seconds of processor time a search, one core. {dates[-1]}, "
        f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}, numpy {machine['numpy']}, "
        f"wann_lite {machine['wann_lite']}."
    )


def main():
    """Run what is missing and print the table, or write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", nargs="+", choices=VARIANTS, default=list(VARIANTS), metavar="VARIANT")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/results.md")
    chosen = parser.parse_args()
    if chosen.write:
        text = place("informed").sub(lambda _: page(read()), PAGE.read_text())
        write_atomically(PAGE, text)
        return
    done = {(record["variant"], record["seconds"], record["seed"]) for record in read()}
    wanted = [(name, chosen.seconds, seed) for name in chosen.only for seed in chosen.seeds]
    with ProcessPoolExecutor(chosen.jobs) as pool:
        for task in as_completed([pool.submit(run, *key) for key in wanted if key not in done]):
            with RESULTS.open("a") as file:
                file.write(json.dumps(task.result()) + "\n")
            print(f"{task.result()['variant']}, seed {task.result()['seed']}: {task.result()['mean']:.2%}", flush=True)
    print(page(read()))


if __name__ == "__main__":
    main()
