"""The executed course as HTML pages: ``python -m wann_lite.course.site`` runs all lessons and writes ``site/``.

The pages open from the disk, without a server, a network or a script.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import sys
import time
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from ..viz.extras import require
from . import pages
from .lessons import FOLDER, Lesson, lesson_paths, read_lesson
from .site_checks import findings

if TYPE_CHECKING:
    from nbformat import NotebookNode

SECONDS_A_CELL = 120
ATTEMPTS = 2  # on a busy machine a kernel now and then does not answer


def build(notebooks: str | os.PathLike[str] = FOLDER, out: str | os.PathLike[str] = "site") -> list[Path]:
    """Execute every lesson of a folder and write them as pages, with an index.

    Everything is written to a folder beside `out`, checked, and renamed: `out` holds the old site or the new
    one, whatever happens.

    Parameters
    ----------
    notebooks : path
        The folder of the lessons; where it has a folder ``student``, its notebooks are offered for download.
    out : path
        A new folder, or one that an earlier call has written.

    Returns
    -------
    list of Path
        The pages, the index first.

    Raises
    ------
    ValueError
        If there are no lessons, `out` is something else than a site, or a check of the pages finds a fault.
    nbclient.exceptions.CellExecutionError
        If a cell fails.
    """
    notebooks, out = Path(notebooks), Path(out).resolve()
    lessons = [read_lesson(path) for path in lesson_paths(notebooks)]
    if not lessons:
        raise ValueError(f"no lessons in {notebooks}: their names begin with two digits, as 00_start_here.ipynb")
    _refuse_to_replace(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    new = out.with_name(f".{out.name}.{secrets.token_hex(8)}.tmp")
    new.mkdir()
    try:
        _write(lessons, new)
        faults = findings(new)
        if faults:
            raise ValueError("\n".join(["the pages have faults, so no site is written:", *faults]))
        _replace(out, new)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return [out / "index.html", *(out / _page_name(lesson) for lesson in lessons)]


def execute(path: Path) -> NotebookNode:
    """Run a notebook from top to bottom in a kernel of its own and return it with its outputs.

    Raises
    ------
    TimeoutError
        If a cell takes longer than `SECONDS_A_CELL`, in a second kernel too.
    """
    nbformat, nbclient = require("nbformat", "a page"), require("nbclient", "running a lesson")
    for attempt in range(1, ATTEMPTS + 1):
        notebook = nbformat.read(path, as_version=4)
        options = {"timeout": SECONDS_A_CELL, "kernel_name": "python3"}
        client = nbclient.NotebookClient(notebook, resources={"metadata": {"path": str(path.parent)}}, **options)
        try:
            return client.execute()
        except TimeoutError:
            if attempt == ATTEMPTS:
                raise
            print(f"{path.name}: a cell did not end in {SECONDS_A_CELL} s; once more", file=sys.stderr)
    raise AssertionError("unreachable")


def _page_name(lesson: Lesson) -> str:
    return lesson.path.with_suffix(".html").name


def _write(lessons: Sequence[Lesson], folder: Path) -> None:
    names = [(_page_name(lesson), lesson.title) for lesson in lessons]
    (folder / "style.css").write_text(pages.style(), encoding="utf-8")
    downloads = set()
    for place, lesson in enumerate(lessons):
        start = time.perf_counter()
        body = pages.body(execute(lesson.path), lesson.path.parent)
        around = pages.neighbours(names, place)
        introduction, end, rest = body.partition("</section>")
        whole = f"{introduction}{end}\n{pages.contents(body)}{rest}\n{around}"
        html = pages.frame(lesson.title, whole, home=around)
        (folder / names[place][0]).write_text(html, encoding="utf-8")
        student = lesson.path.parent / "student" / lesson.path.name
        if student.is_file():
            (folder / "notebooks").mkdir(exist_ok=True)
            shutil.copyfile(student, folder / "notebooks" / student.name)
            downloads.add(lesson.path.name)
        print(f"{lesson.path.name}: {time.perf_counter() - start:.0f} s", flush=True)
    (folder / "index.html").write_text(_index(lessons, downloads), encoding="utf-8")


def _index(lessons: Sequence[Lesson], downloads: set[str]) -> str:
    entries = []
    for lesson in lessons:
        learns = "".join(f"<li>{_inline(text, lesson.path.parent)}</li>" for text in lesson.learns)
        links = f'<a href="{_page_name(lesson)}">Read the lesson</a>'
        if lesson.path.name in downloads:
            links += f' · <a download href="notebooks/{lesson.path.name}">Download the notebook</a>'
        entries.append(
            f'<li class="lesson"><h2 id="{lesson.path.stem}"><span class="number">{lesson.number}</span> '
            f'<a href="{_page_name(lesson)}">{escape(lesson.title)}</a></h2>\n'
            f'<p class="minutes">{lesson.minutes} minutes</p>\n<p>You learn</p>\n<ul>{learns}</ul>\n'
            f'<p class="links">{links}</p></li>'
        )
    total = sum(lesson.minutes for lesson in lessons)
    n_lessons = "1 lesson" if len(lessons) == 1 else f"{len(lessons)} lessons"
    body = (
        "<h1>Weight agnostic neural networks: a course in notebooks</h1>\n"
        "<p>From Rosenblatt's perceptron to networks whose wiring alone does the work, so that one number serves as "
        "the weight of every connection.</p>\n"
        f"<p>{n_lessons}, {total} minutes in class. These pages hold every cell with its result, "
        "and work without a network. Sliders and buttons move only in JupyterLab, where you open the notebooks "
        "themselves.</p>\n"
        f'<ol class="lessons">{"".join(entries)}</ol>'
    )
    return pages.frame("Weight agnostic neural networks: a course in notebooks", body)


def _inline(markdown: str, folder: Path) -> str:
    return pages.prose(markdown, folder).strip().removeprefix("<p>").removesuffix("</p>")


def _refuse_to_replace(out: Path) -> None:
    if not out.exists():
        return
    index = out / "index.html"
    if out.is_dir() and (not any(out.iterdir()) or (index.is_file() and pages.GENERATOR in index.read_text("utf-8"))):
        return
    raise ValueError(f"{out} is not a site written by this command: name a new folder, or remove it yourself")


def _replace(out: Path, new: Path) -> None:
    old = new.with_suffix(".old.tmp")
    if out.exists():
        out.rename(old)
    try:
        new.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Execute all lessons and write them as HTML pages; return the exit code, 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m wann_lite.course.site", description=main.__doc__)
    parser.add_argument("--notebooks", default=FOLDER, type=Path, help="the folder of the lessons (notebooks)")
    parser.add_argument("--out", default="site", type=Path, help="the folder to write (site)")
    options = parser.parse_args(arguments)
    try:
        written = build(options.notebooks, options.out)
    except (ValueError, OSError, ImportError, RuntimeError) as error:
        print(f"no site: {error}", file=sys.stderr)
        return 1
    except Exception as error:
        failed = require("nbclient.exceptions", "running a lesson").CellExecutionError
        if not isinstance(error, failed):
            raise
        print(f"no site: a cell failed\n{error}", file=sys.stderr)
        return 1
    print(f"{len(written)} pages; open {written[0]}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
