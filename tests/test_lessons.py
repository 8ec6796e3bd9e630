"""What the lessons say about themselves, and the README's table of them."""

import json
import re
from pathlib import Path

import pytest

from wann_lite.course.lessons import lesson_paths, main, read_lesson, table

ROOT = Path(__file__).resolve().parents[1]
LESSONS = [read_lesson(path) for path in lesson_paths(ROOT / "notebooks")]
INTRODUCTION = "# Do it\n\n**What you'll do** (about 40 minutes)\n- a (15 minutes)\n- b (25 minutes)\n\n"
LEARN = "**What you\u2019ll learn**\n- what this\n  means\n- that | too\n\n**What you'll need**\n- x\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "03_do.ipynb"
    path.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": [text]}]}), encoding="utf-8")
    return path


def test_a_lesson_is_read(tmp_path: Path) -> None:
    lesson = read_lesson(write(tmp_path, INTRODUCTION + LEARN))
    assert (lesson.number, lesson.title, lesson.minutes) == ("03", "Do it", 40)
    assert lesson.parts == (("a", 15), ("b", 25))
    assert lesson.learns == ("what this means", "that | too")


@pytest.mark.parametrize("text", ["no title", INTRODUCTION, "# Do it\n\n" + LEARN])
def test_a_lesson_without_its_frame_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"03_do\.ipynb: the first cell needs"):
        read_lesson(write(tmp_path, text))


@pytest.mark.parametrize("content", ["", "[]", '{"cells": []}', '{"cells": 3}'])
def test_what_is_no_notebook_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "00_x.ipynb").write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match="is not a notebook"):
        read_lesson(tmp_path / "00_x.ipynb")


def test_only_source_notebooks_are_lessons(tmp_path: Path) -> None:
    (tmp_path / "student").mkdir()
    for name in ("01_b.ipynb", "00_a.ipynb", "draft.ipynb", "student/00_a.ipynb", "README.md"):
        (tmp_path / name).touch()
    assert [path.name for path in lesson_paths(tmp_path)] == ["00_a.ipynb", "01_b.ipynb"]


def test_table_has_badges_where_there_is_an_address(tmp_path: Path) -> None:
    lesson = read_lesson(write(tmp_path, INTRODUCTION + LEARN))
    path = f"{tmp_path.name}/03_do.ipynb"
    row = table([lesson]).splitlines()[2]
    assert row == f"| 03 [Do it]({path}) | what this means; that \\| too | 40 |"
    badges = table([lesson], "someone/wann_lite")
    assert f"https://mybinder.org/v2/gh/someone/wann_lite/main?labpath={path})" in badges
    assert f"https://colab.research.google.com/github/someone/wann_lite/blob/main/{path})" in badges


def test_command_prints_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--notebooks", str(ROOT / "notebooks")]) == 0
    assert capsys.readouterr().out == table(LESSONS)


def test_readme_has_the_table_of_the_lessons(readme: str) -> None:
    public = re.search(r"https://mybinder\.org/v2/gh/([\w.-]+/[\w.-]+)/", readme)
    wanted = table(LESSONS, public and public[1])
    missing = [row for row in wanted.splitlines() if row not in readme.splitlines()]
    assert not missing, "put into the README what `python -m wann_lite.course.lessons` prints:\n" + "\n".join(missing)
    assert wanted in readme, "the README's table has rows that no lesson asks for"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)
def test_minutes_of_the_parts_add_up(lesson) -> None:
    assert lesson.parts
    assert sum(minutes for _, minutes in lesson.parts) == lesson.minutes


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)
def test_teachers_page_has_the_lesson(lesson, root: Path) -> None:
    page = (root / "notebooks" / "README.md").read_text(encoding="utf-8")
    (row,) = (line for line in page.splitlines() if line.startswith(f"| [{lesson.number}](") and lesson.title in line)
    assert f"]({lesson.path.name})" in row
    assert f"| {lesson.minutes} |" in row
    assert f"\n### {lesson.number} " in page, "a lesson needs its questions for a test"


def test_links_of_the_teachers_page_lead_somewhere(root: Path) -> None:
    folder = root / "notebooks"
    links = re.findall(r"\]\(([^)\s]+)\)", (folder / "README.md").read_text(encoding="utf-8"))
    for path, _, anchor in (link.partition("#") for link in links if "://" not in link):
        target = folder / path
        assert target.is_file(), path
        headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert not anchor or anchor in [heading.lower().replace(" ", "-") for heading in headings], f"{path}#{anchor}"
