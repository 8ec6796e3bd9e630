"""The students' versions of the lessons, made from their one source.

``python -m wann_lite.course.student`` reads `notebooks/` and writes `notebooks/student/`: the same lessons with a stub
in place of each solution. ``--check`` writes nothing, and exits with 1 if a file there is not what it would write.

Nobody's work is lost. Each version carries a checksum of its cells, and only a file that still agrees with its own is
replaced, or removed once its lesson is gone. Every other file stays, is named, and makes the exit code 1. ``--force``
overwrites it if it has the name of a lesson; a file without a lesson that somebody has changed or made stays even then.
"""

from __future__ import annotations

import argparse
import ast
import copy
import hashlib
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..files import write_atomically
from .lessons import FOLDER, lesson_paths

STUB = "# Your code goes here, in place of the next line.\n{indent}return None  # not done yet"

# A link in Markdown or HTML to a file of the repository: no address, no place on the page, no other lesson.
_LINK = re.compile(
    r"""(\]\(|(?:src|href)=["'])(?![a-z][a-z0-9+.-]*:|[#/]|\d\d_[^/)"']*\.ipynb)(?=[^)"'])""", re.IGNORECASE
)
_INSTALL = re.compile(r"""^(\s*%pip install .*["'])\.\.(?=\[)""", re.MULTILINE)


def without_solution(source: str) -> str:
    r"""Replace the body of a cell's function by a stub.

    Parameters
    ----------
    source : str
        Imports at most, then one function with a docstring.

    Returns
    -------
    str
        The same with a stub that runs; what precedes the body stays, the docstring too.

    Raises
    ------
    ValueError
        If the cell holds anything else.

    Examples
    --------
    >>> print(without_solution('def double(x):\n    "Twice x."\n    return 2 * x'))
    def double(x):
        "Twice x."
        # Your code goes here, in place of the next line.
        return None  # not done yet
    """
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise ValueError(f"a solution is not plain Python: {error}") from None
    before, function = statements[:-1], statements[-1] if statements else None
    if not isinstance(function, ast.FunctionDef) or not all(isinstance(s, ast.Import | ast.ImportFrom) for s in before):
        raise ValueError("a solution holds one function, with nothing but imports before it and nothing after it")
    if ast.get_docstring(function) is None or len(function.body) < 2:
        raise ValueError(f"the solution {function.name} needs a docstring and a body")
    docstring = function.body[0]
    if docstring.lineno == function.lineno or docstring.end_lineno is None:
        raise ValueError(f"the docstring of the solution {function.name} stands on the line of its def")
    kept = source.splitlines()[: docstring.end_lineno]
    indent = " " * docstring.col_offset
    return "\n".join([*kept, indent + STUB.format(indent=indent)])


def student_version(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """A lesson with stubs in place of its solutions.

    Parameters
    ----------
    notebook : dict
        As read from JSON; it is not changed.
    name : str
        Of its file, which the version names as its source.

    Returns
    -------
    dict
        With the `checksum` of its cells under ``wann_lite.generated`` in its metadata.

    Raises
    ------
    ValueError
        If a solution is not one function with a docstring, or the lesson has no title.
    """
    version = copy.deepcopy(notebook)
    titled = False
    for cell in version["cells"]:
        source = "".join(cell["source"])
        tags = cell["metadata"].get("tags", [])
        if cell["cell_type"] == "markdown":
            source = _LINK.sub(r"\g<1>../", source)
            if not titled:
                source, found = re.subn(r"^# .+$", rf"\g<0>\n\n{_note(name)}", source, count=1, flags=re.MULTILINE)
                titled = bool(found)
        elif cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
            source = _INSTALL.sub(r"\g<1>../..", source)
            if "solution" in tags:
                try:
                    source = without_solution(source)
                except ValueError as error:
                    raise ValueError(f"{name}, cell {cell.get('id')!r}: {error}") from None
                cell["metadata"]["tags"] = ["exercise" if tag == "solution" else tag for tag in tags]
        cell["source"] = source.splitlines(keepends=True)
    if not titled:
        raise ValueError(f"{name} has no title")
    # JupyterLab adds what it knows of this machine's Python whenever it saves.
    version["metadata"] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "wann_lite": {"generated": checksum(version["cells"], name)},
    }
    return version


def checksum(cells: Sequence[dict[str, Any]], name: str) -> str:
    """What tells whether somebody has changed a notebook.

    Running it changes outputs, execution counts and what it says of its kernel; none of these counts.

    Parameters
    ----------
    cells : sequence of dict
        Their types and sources count.
    name : str
        Of the file: a copy under another name is somebody's own.

    Returns
    -------
    str
        SHA-256, 64 hexadecimal digits.

    Examples
    --------
    >>> cells = [{"cell_type": "code", "source": ["1 + 1"], "outputs": []}]
    >>> checksum(cells, "00_a.ipynb") == checksum([cells[0] | {"outputs": [{}]}], "00_a.ipynb")
    True
    """
    content = [name, [[cell["cell_type"], "".join(cell["source"])] for cell in cells]]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def untouched(path: Path, text: str | None = None) -> bool:
    """Whether the cells of a file are as they were generated, so that no work is lost with it.

    Parameters
    ----------
    path : Path
        A file that exists; one that cannot be read as a notebook is somebody's.
    text : str, optional
        What would be generated now. A file from before there were checksums is known by it alone.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        found = checksum(notebook["cells"], path.name)
        own = notebook["metadata"].get("wann_lite", {}).get("generated")
        return found == own or (text is not None and found == checksum(json.loads(text)["cells"], path.name))
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def _note(name: str) -> str:
    return (
        f"*Student version, generated from `notebooks/{name}` by `python -m wann_lite.course.student`: the exercises "
        "are yours to solve, in this file.*"
    )


def versions(folder: Path) -> dict[Path, str]:
    """What the students' versions of a folder of lessons should hold.

    Returns
    -------
    dict of Path and str
        The text of each file; the same sources give the same text, byte by byte.
    """
    texts = {}
    for path in lesson_paths(folder):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        version = student_version(notebook, path.name)
        texts[folder / "student" / path.name] = json.dumps(version, indent=1, ensure_ascii=False) + "\n"
    return texts


def stale(folder: Path) -> list[Path]:
    """The students' versions that are missing, hold something else than they should, or have lost their source."""
    expected = versions(folder)
    found = set(lesson_paths(folder / "student"))
    # Read as text: on Windows, git may have given the lines other ends.
    current = {path for path in found if path.read_text(encoding="utf-8", errors="replace") == expected.get(path)}
    return sorted((found | expected.keys()) - current)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the students' versions; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m wann_lite.course.student", description=main.__doc__)
    parser.add_argument("--notebooks", default=FOLDER, type=Path, help="the folder of the lessons")
    parser.add_argument("--force", action="store_true", help="overwrite files that somebody has changed too")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file is not up to date")
    options = parser.parse_args(arguments)
    folder: Path = options.notebooks
    if not lesson_paths(folder):
        print(f"{folder} holds no lessons: run this in the folder above notebooks", file=sys.stderr)
        return 2
    try:
        expected, outdated = versions(folder), stale(folder)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    kept = 0
    for path in outdated:
        if options.check:
            print(f"{path} is not up to date: run python -m wann_lite.course.student", file=sys.stderr)
        elif not path.exists() or untouched(path, expected.get(path)) or (options.force and path in expected):
            if path in expected:
                path.parent.mkdir(exist_ok=True)
                write_atomically(path, expected[path])
                print(f"wrote {path}")
            else:
                path.unlink()
                print(f"removed {path}, which has no source")
        else:
            kept += 1
            advice = "copy it elsewhere, then use --force" if path in expected else "no lesson has its name, move it"
            print(f"{path} may hold somebody's work and stays: {advice}", file=sys.stderr)
    return 1 if kept or (options.check and outdated) else 0


if __name__ == "__main__":
    raise SystemExit(main())
