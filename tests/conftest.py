"""What all tests share: no window opens, no clock decides, and the floor of coverage is for whole runs."""

import os
from pathlib import Path

import hypothesis
import matplotlib
import pytest

matplotlib.use("Agg")

# The same examples at every run, however slow the machine; HYPOTHESIS_PROFILE=explore looks for new ones.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=1000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


def pytest_configure(config: pytest.Config) -> None:
    """Waive the floor of coverage where only some of the tests were asked for."""
    every_folder = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    selected = any(getattr(config.option, name, None) for name in ("keyword", "markexpr", "deselect", "lf"))
    coverage = config.pluginmanager.getplugin("_cov")
    if coverage and (selected or not every_folder):
        coverage.options.cov_fail_under = 0


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
