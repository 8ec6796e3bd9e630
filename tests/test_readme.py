"""What the README tells its reader to type works as typed; only the minutes of a search are shortened."""

import itertools
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")

# Long enough for a first generation. To shorten something new in the README, add what it looks like here.
SHORTER = {
    r"\bminutes=[\d.]+": "minutes=0.02",
    r"--minutes [\d.]+": "--minutes 0.02",
    r"--generations \d+": "--generations 2",
}


def blocks(language: str) -> list[str]:
    """Code blocks of one language, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


def shortened(text: str) -> str:
    """The same code or command with shorter searches."""
    for pattern, replacement in SHORTER.items():
        text = re.sub(pattern, replacement, text)
    return text


def run(folder: Path, *arguments: str) -> str:
    """Run this Python with these arguments in a folder, without a keyboard; return what it printed."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, f"{shlex.join(arguments)}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_python_block_runs(number: int, tmp_path: Path) -> None:
    assert run(tmp_path, "-c", shortened(blocks("python")[number])).strip()


def test_command_lines_run_in_their_order(tmp_path: Path) -> None:
    typed = [shlex.split(shortened(line), comments=True) for line in "".join(blocks("sh")).splitlines()]
    lines = [words for words in typed if words[:3] == ["python", "-m", "wann_lite"]]
    assert lines
    for _, *arguments in lines:
        run(tmp_path, *arguments)
        for option, file in itertools.pairwise(arguments):
            if option in ("-o", "--out"):
                assert (tmp_path / file).exists(), f"no {file} after {shlex.join(arguments)}"


def test_the_two_commands(root: Path, course_line: str, tests_line: str) -> None:
    assert '-e ".[course]"' in course_line
    assert '-e ".[test]"' in tests_line
    first_lesson = course_line.split("/lab/tree/")[1]
    assert (root / first_lesson).is_file()


def test_windows_lines_do_the_same(course_line: str, tests_line: str) -> None:
    windows = "".join(blocks("bat")).splitlines()
    for posix, line in zip((course_line, tests_line), windows, strict=True):
        translated = posix.replace("python3", "py -3").replace(".venv/bin/", ".venv\\Scripts\\")
        assert line == translated.replace(" --allow-root", "")


def test_a_python_without_ensurepip_is_helped() -> None:
    assert re.search(r"ensurepip[^.]*apt-get install python3-venv", README)


def links() -> list[str]:
    """Where the README's links and pictures lead, other than to the web."""
    found = re.findall(r"\]\(([^)\s]+)\)", README) + re.findall(r'(?:src|href)="([^"]+)"', README)
    return sorted({link for link in found if "://" not in link})


@pytest.mark.parametrize("link", links())
def test_link_leads_somewhere(link: str, root: Path) -> None:
    path, _, anchor = link.partition("#")
    target = root / (path or "README.md")
    assert target.exists()
    if anchor:
        headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert anchor in [re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings]


def test_every_picture_has_words() -> None:
    assert not re.search(r"!\[\s*\]\(", README)
    assert all(re.search(r'alt="[^"]', tag) for tag in re.findall(r"<img[^>]*>", README))


@pytest.mark.parametrize("page", ["README.md", "benchmarks/speed.md"])
def test_the_tables_of_figures_are_what_the_benchmarks_wrote(
    page: str, root: Path, script: Callable[[str], ModuleType]
) -> None:
    text = (root / page).read_text(encoding="utf-8")
    filled = script("tables").filled(text)
    assert filled == text, f"{page} does not show what is in benchmarks/results: run benchmarks/tables.py --write"


def test_everything_measured_has_its_place(root: Path, script: Callable[[str], ModuleType]) -> None:
    tables = script("tables")
    pages = [page.read_text(encoding="utf-8") for page in tables.PAGES]
    begun = [name for page in pages for name in re.findall(r"^<!-- (?!end of)(.*) -->$", page, flags=re.MULTILINE)]
    assert set(begun) == set(tables.PLACES)
    assert sum(bool(tables.place(name).search(page)) for page in pages for name in tables.PLACES) == len(begun)


def test_the_traffic_of_a_cluster_is_what_was_counted(readme: str, script: Callable[[str], ModuleType]) -> None:
    counted = script("speed_tables").read("cluster")
    sent, received = (round(counted[way] / 1000) for way in ("sent", "received"))
    assert f"{sent} kB to a shard and {received} kB back in a generation of {counted['population']} networks" in readme


def test_the_page_of_speed_names_scripts_that_there_are(root: Path) -> None:
    page = (root / "benchmarks" / "speed.md").read_text(encoding="utf-8")
    scripts = set(re.findall(r"benchmarks/\w+\.py", page))
    assert len(scripts) > 5 and all((root / path).is_file() for path in scripts)
