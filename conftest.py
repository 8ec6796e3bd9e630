"""What every run shares: no window opens, no clock decides, and the floor of coverage is for whole runs."""

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


def pytest_configure(config: pytest.Config) -> None:
    """Waive the floor of coverage where only some of the tests were asked for."""
    every_folder = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    selected = any(getattr(config.option, name, None) for name in ("keyword", "markexpr", "deselect", "lf"))
    coverage = config.pluginmanager.getplugin("_cov")
    if coverage and (selected or not every_folder):
        coverage.options.cov_fail_under = 0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Make `check` raise in the kernels of the lessons, whose solutions must pass; in students' versions none is."""
    lesson = item.path.suffix == ".ipynb" and item.path.parent.name != "student"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WANN_LITE_STRICT_CHECKS", "1" if lesson else "0")
        return (yield)
