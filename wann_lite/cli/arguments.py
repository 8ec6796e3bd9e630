"""The commands and their options."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Callable, Sequence
from typing import NoReturn, TypeAlias

from .._version import __version__
from ..run_folder import CHAMPION
from .mistakes import Mistake

PROGRAM = "python -m wann_lite"
#: How long a search takes unless told otherwise: minutes by preset.
MINUTES = {"informed": 5.0, "default": 5.0, "paper": 15.0, "fast": 1 / 3, "plane": 1 / 3}
#: The same for the tasks that need less, whatever the preset.
QUICK_TASKS = {"xor": 1 / 3, "circles": 1 / 3, "spirals": 1 / 3, "moons": 1 / 3}
#: With so many inputs at most, the preset `plane` is picked unless another is asked for; with more, `informed`.
FEW_INPUTS = 16
BACKENDS = ("auto", "numpy", "cython")

_TASKS = """TASK is one of
  mnist                           handwritten digits, 16x16 pixels, deskewed
  digits                          the same digits at 8x8: quicker
  mnist28                         the same digits as they are, 28x28
  xor, circles, spirals, moons    points in the plane, for a first look, searched with the preset
                                  `plane` unless that of the paper is asked for
or the path of an .npz file with the inputs x (examples, features) and the labels y (0, 1, 2, ...),
and perhaps x_test and y_test; images have the shape (examples, height, width). With 16 features or
fewer the preset is `plane`, with more it is `informed`, unless another is asked for."""

_Commands: TypeAlias = "argparse._SubParsersAction[_Parser]"


class _Parser(argparse.ArgumentParser):
    """One that tells a mistake in one line and leaves the exit to `main`."""

    def error(self, message: str) -> NoReturn:
        raise Mistake(f"{message}; `{self.prog} --help` shows what is allowed")


def parse(typed: Sequence[str]) -> argparse.Namespace:
    """The chosen command and its options; `module` names the module here that carries it out.

    Raises
    ------
    Mistake
        If the command line is not understood.
    SystemExit
        After the help or the version was printed.

    Examples
    --------
    >>> parse(["search", "xor", "--seed", "3"]).seed
    3
    """
    parser = _Parser(
        prog=PROGRAM,
        description="Search for weight agnostic neural networks: topologies that do their task when every "
        "connection carries the same weight.",
        epilog=f"Example: {PROGRAM} search mnist --minutes 5\nEach command answers --help.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"wann_lite {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_search(commands)
    _add_resume(commands)
    _add_score(commands)
    _add_draw(commands)
    _add_command(commands, "info", "info", "what is installed, what is used, and whether all is in place", "info")
    chosen, unknown = parser.parse_known_args(typed)
    if unknown:  # told by the parser of the command, whose help is the one that is wanted
        chosen.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    chosen.typed = list(typed)
    return chosen


def _add_command(commands: _Commands, name: str, module: str, what: str, example: str, more: str = "") -> _Parser:
    parser = commands.add_parser(
        name,
        help=what,
        description=what[0].upper() + what[1:] + "." + (f"\n\n{more}" if more else ""),
        epilog=f"Example: {PROGRAM} {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(module=module, parser=parser)
    return parser


def _add_search(commands: _Commands) -> None:
    parser = _add_command(
        commands,
        "search",
        "search",
        "search for a network, then score the champion on the test examples",
        "search mnist --minutes 5 --seed 0 --out runs/first",
        _TASKS + "\n\nCtrl-C ends a search early; its champion is kept, and `resume` goes on with it.",
    )
    parser.add_argument("task", metavar="TASK", help="what the network is to do (above)")
    length = parser.add_mutually_exclusive_group()
    usual = ", ".join(f"{time_in_words(minutes)} with {preset}" for preset, minutes in MINUTES.items())
    quick = time_in_words(max(QUICK_TASKS.values()))
    length.add_argument(
        "--minutes",
        type=_minutes,
        metavar="M",
        help=f"how long to search, such as 0.5 (if not given: {usual}; {quick} for xor, circles, spirals and moons)",
    )
    length.add_argument(
        "--generations", type=_whole(1, 10**9), metavar="G", help="how many generations to search instead"
    )
    parser.add_argument(
        "--preset",
        type=_one_of(tuple(MINUTES)),
        metavar="NAME",
        help="the settings: informed (mutations that the derivatives of the loss propose; picked by itself above "
        f"{FEW_INPUTS} inputs), plane (for few inputs; picked by itself up to {FEW_INPUTS}), default (blind "
        "mutations), paper (those of Gaier & Ha 2019), fast (blind, for a demonstration)",
    )
    parser.add_argument(
        "--seed",
        type=_whole(0, 2**63 - 1),
        default=0,
        metavar="S",
        help="the same seed, settings and number of generations give the same champion (default 0)",
    )
    parser.add_argument(
        "--backend", type=_one_of(BACKENDS), default="auto", metavar="B", help="what computes: auto, numpy or cython"
    )
    carriers = parser.add_mutually_exclusive_group()
    carriers.add_argument(
        "--workers",
        type=_whole(1, 10_000),
        default=1,
        metavar="N",
        help="how many threads carry the shards (default 1); they do not change what is found",
    )
    _add_scheduler(carriers)
    parser.add_argument(
        "--shards",
        type=_whole(1, 10_000),
        metavar="N",
        help="in how many parts a batch is dealt out, so how many workers have something to do (if not given: one "
        "for 2,500 examples); another number may find another network",
    )
    _add_memory(parser, "if not given: 2GB")
    parser.add_argument(
        "--out",
        type=_filled,
        metavar="DIR",
        help="a new or empty folder for the results (default runs/TASK-PRESET-seedS)",
    )


def _add_resume(commands: _Commands) -> None:
    parser = _add_command(
        commands,
        "resume",
        "resume",
        "go on with a run that was stopped or killed, from its last checkpoint",
        "resume runs/first",
        "It ends where the run was to end, with the champion that the run would have found had it not been stopped;\n"
        "if it was given minutes, those that are left are searched. Generations after the checkpoint are searched\n"
        "again, and their lines in generations.jsonl are written anew.",
    )
    parser.add_argument("folder", metavar="DIR", type=_filled, help="the folder of the run, as `search` printed it")
    _add_memory(parser, "if not given: as before; with another it may find another network than the run would have")
    _add_scheduler(parser)


def _add_score(commands: _Commands) -> None:
    parser = _add_command(
        commands,
        "score",
        "score",
        "score a network on the test examples of a task: random, ensemble, tuned and trained weights",
        "score runs/first/champion.json --task mnist --train",
        _TASKS,
    )
    parser.add_argument("network", metavar="NETWORK.json", type=_network, help="a network's file, such as a champion's")
    parser.add_argument("--task", required=True, metavar="TASK", help="what it was found for (above)")
    parser.add_argument(
        "--train",
        action="store_true",
        help="train a weight for each connection first, unless the file holds trained weights: some seconds more for "
        "mnist; without it that row stays empty",
    )
    parser.add_argument("--json", action="store_true", help="print what score.json holds, instead of a table")


def _add_draw(commands: _Commands) -> None:
    parser = _add_command(commands, "draw", "draw", "draw a network", "draw runs/first/champion.json -o champion.svg")
    parser.add_argument("network", metavar="NETWORK.json", type=_network, help="a network's file, such as a champion's")
    parser.add_argument("-o", dest="file", required=True, metavar="FILE", type=_filled, help="ends in .svg or .png")


def _add_memory(parser: argparse.ArgumentParser, usual: str) -> None:
    parser.add_argument(
        "--memory",
        type=_filled,
        metavar="SIZE",
        help=f"what the arrays of a generation may take, such as 500MB ({usual}); batches are as large as fit",
    )


def _add_scheduler(parser: argparse._ActionsContainer) -> None:
    parser.add_argument(
        "--scheduler",
        type=_filled,
        metavar="ADDRESS",
        help="that of a Dask scheduler, such as tcp://10.0.0.1:8786, whose workers carry the shards instead",
    )


def time_in_words(minutes: float) -> str:
    """A length of time as a person says it.

    Examples
    --------
    >>> time_in_words(5), time_in_words(1 / 3)
    ('5 minutes', '20 seconds')
    """
    return f"{minutes:g} minutes" if minutes > 1 else f"{60 * minutes:.3g} seconds"


# --- what a value may be


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0
    if not 0 < minutes <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of minutes greater than 0, such as 5 or 0.5")
    return minutes


def _whole(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{_short(text)} is not a whole number from {least:,} to {most:,}")
        return value

    return number


def _one_of(names: tuple[str, ...]) -> Callable[[str], str]:
    def name(text: str) -> str:
        if text not in names:
            raise argparse.ArgumentTypeError(f"{_short(text)} is unknown: use one of {', '.join(names)}")
        return text

    return name


def _filled(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("'' is empty: give a name")
    return text


def _network(text: str) -> str:
    champion = os.path.join(_filled(text), CHAMPION)
    if os.path.isfile(champion):
        raise argparse.ArgumentTypeError(f"{text!r} is the folder of a run: give {shlex.quote(champion)}")
    return text


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")
