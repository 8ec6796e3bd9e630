"""What tests of the repository itself share: its folder, its README and the README's two commands."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def readme(root: Path) -> str:
    """The text of the README."""
    return (root / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def script(root: Path) -> Callable[[str], ModuleType]:
    """A script of the benchmarks as a module, by its name."""

    def loaded(name: str) -> ModuleType:
        folder = root / "benchmarks"
        sys.path.insert(0, str(folder))  # where it finds the description of the machine
        try:
            spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
            assert spec is not None and spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
        finally:
            sys.path.pop(0)
        return module

    return loaded


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
