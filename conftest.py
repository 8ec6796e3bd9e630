"""What every run shares: no window opens, no clock decides. Whole runs use all cores and have a floor of coverage."""

import os
from collections.abc import Iterator

import hypothesis
import matplotlib
import pytest

matplotlib.use("Agg")

# The same examples at every run, however slow the machine; HYPOTHESIS_PROFILE=explore looks for new ones.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=1000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


def whole(config: pytest.Config) -> bool:
    """Whether all tests were asked for, and not some of them."""
    every_folder = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return every_folder and not any(
        getattr(config.option, name, None) for name in ("keyword", "markexpr", "deselect", "lf")
    )


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Run a few tests in this process, which is ready at once, unless `-n auto` was typed."""
    by_default = config.option.numprocesses == "logical"  # as pyproject.toml has it
    return 0 if by_default and not whole(config) else None  # None leaves the number to pytest-xdist


def pytest_configure(config: pytest.Config) -> None:
    """Waive the floor of coverage where only some of the tests were asked for."""
    coverage = config.pluginmanager.getplugin("_cov")
    if coverage and not whole(config):
        coverage.options.cov_fail_under = 0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Make `check` raise in the kernels of lessons, whose solutions must pass; students' versions have none."""
    with pytest.MonkeyPatch.context() as patch:
        if item.path.suffix == ".ipynb":
            patch.setenv("WANN_LITE_STRICT_CHECKS", "0" if item.path.parent.name == "student" else "1")
        return (yield)
