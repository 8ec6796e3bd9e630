"""What the lessons say about themselves: title, minutes, and what a reader learns.

``python -m wann_lite.course.lessons`` prints the table of lessons that stands in the README.
"""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path("notebooks")
_BADGES = (
    "[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/{repository}/main?labpath={path})",
    "[![Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
    "(https://colab.research.google.com/github/{repository}/blob/main/{path})",
)


@dataclass(frozen=True)
class Lesson:
    """One lesson, as its first cell introduces it.

    Attributes
    ----------
    path : Path
        Of the notebook.
    title : str
    minutes : int
        In class.
    parts : tuple of (str, int)
        What is done, with minutes for each part.
    learns : tuple of str
        What a reader learns; Markdown.
    """

    path: Path
    title: str
    minutes: int
    parts: tuple[tuple[str, int], ...]
    learns: tuple[str, ...]

    @property
    def number(self) -> str:
        """The two digits that the name of the file begins with."""
        return self.path.name[:2]


def lesson_paths(folder: str | os.PathLike[str] = FOLDER) -> list[Path]:
    """The source notebooks of a folder in the order of the course; generated versions are left out."""
    return sorted(Path(folder).glob("[0-9][0-9]_*.ipynb"))


def read_lesson(path: str | os.PathLike[str]) -> Lesson:
    """Read how a lesson introduces itself.

    Raises
    ------
    ValueError
        If the file is no notebook, or its first Markdown cell lacks a title, the minutes or what is learnt.
    """
    path = Path(path)
    try:
        cells: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = next("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    except (ValueError, KeyError, TypeError, StopIteration):
        raise ValueError(f"{path} is not a notebook with a Markdown cell") from None
    title = re.search(r"^# (.+)$", text, flags=re.MULTILINE)
    total = re.search(r"^\*\*What you.ll do\*\*.*?(\d+) minutes", text, flags=re.MULTILINE)
    learns = _bullets(text, "learn")
    if not (title and total and learns):
        raise ValueError(f"{path}: the first cell needs '# title', '**What you'll do** (n minutes)' and what is learnt")
    parts = (re.fullmatch(r"(.*?) \((\d+) minutes?\)", bullet) for bullet in _bullets(text, "do"))
    done = tuple((part[1], int(part[2])) for part in parts if part)
    return Lesson(path, title[1].strip(), int(total[1]), done, learns)


def _bullets(text: str, what: str) -> tuple[str, ...]:
    """The list under "What you'll ...", a bullet an entry, its lines joined."""
    block = re.search(rf"^\*\*What you.ll {what}\*\*[^\n]*\n(.*?)(?=^\*\*|^#|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    found = re.split(r"^[-*] ", block[1], flags=re.MULTILINE)[1:] if block else []
    return tuple(" ".join(bullet.split()) for bullet in found)


def table(lessons: Iterable[Lesson], repository: str | None = None) -> str:
    """The lessons as a Markdown table, to be read from the folder above theirs.

    Parameters
    ----------
    lessons : iterable of Lesson
    repository : str, optional
        "owner/name" on GitHub. With it each lesson has badges that open it on Binder and on Colab.
    """
    rows = ["| Lesson | What you learn | Minutes |", "|---|---|---|"]
    for lesson in lessons:
        path = f"{lesson.path.parent.name}/{lesson.path.name}"
        learns = "; ".join(lesson.learns).replace("|", "\\|")
        badges = [badge.format(repository=repository, path=path) for badge in _BADGES if repository]
        name = " ".join([f"{lesson.number} [{lesson.title}]({path})", *badges])
        rows.append(f"| {name} | {learns} | {lesson.minutes} |")
    return "\n".join(rows) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m wann_lite.course.lessons", description=main.__doc__)
    parser.add_argument("--notebooks", default=FOLDER, type=Path, help="the folder of the lessons")
    parser.add_argument("--repository", metavar="OWNER/NAME", help="on GitHub; adds badges for Binder and Colab")
    options = parser.parse_args(arguments)
    print(table(map(read_lesson, lesson_paths(options.notebooks)), options.repository), end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
