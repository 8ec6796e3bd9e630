"""Lesson 06 shows the table that `benchmarks/ablations.py` makes of its results."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def ablations(script: Callable[[str], ModuleType]) -> Any:
    """The script as a module."""
    return script("ablations")


def test_each_variant_changes_the_base_and_ran_with_every_seed(ablations: Any) -> None:
    records = ablations.read()
    for name, changes in ablations.VARIANTS.items():
        assert (ablations.BASE.replace(**changes) == ablations.BASE) == (name == "nothing left out")
        seeds = [record["seed"] for record in records if record["variant"] == name]
        assert sorted(seeds) == [0, 1, 2]
    assert len({record["generations"] for record in records}) == 1


def test_the_table_in_the_lesson_is_that_of_the_results(ablations: Any) -> None:
    (lesson,) = (ROOT / "notebooks").glob("06_*.ipynb")
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    (table,) = ("".join(cell["source"]) for cell in cells if cell["id"] == "table")
    assert table == ablations.table(ablations.read())
