"""What tests of the repository itself share: its folder, its README and the README's two commands."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def readme(root: Path) -> str:
    """The text of the README."""
    return (root / "README.md").read_text(encoding="utf-8")


def _line(text: str, word: str) -> str:
    (line,) = (line for line in text.splitlines() if line.startswith("python3 -m venv ") and word in line)
    return line


@pytest.fixture(scope="session")
def course_line(readme: str) -> str:
    """The README's line that opens the course."""
    return _line(readme, "jupyterlab")


@pytest.fixture(scope="session")
def tests_line(readme: str) -> str:
    """The README's line that runs all tests."""
    return _line(readme, "pytest")
