"""Everything is formatted, linted, typed and without stored outputs, and CI runs the line of the README."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml


def check(root: Path, *command: str) -> None:
    """Run a module of this Python in the repository; fail with all it printed."""
    done = subprocess.run([sys.executable, "-m", *command], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_lint(root: Path) -> None:
    check(root, "ruff", "check", "--quiet", ".")


def test_format(root: Path) -> None:
    check(root, "ruff", "format", "--check", "--diff", ".")


def test_types(root: Path) -> None:
    check(root, "mypy")


def test_notebooks_hold_no_outputs(root: Path) -> None:
    folder = root / "notebooks"
    notebooks = [*folder.glob("*.ipynb"), *folder.glob("*/*.ipynb")]
    assert notebooks
    check(root, "nbstripout", "--keep-id", "--verify", *map(str, notebooks))


def test_ci_runs_the_line_of_the_readme(root: Path, tests_line: str) -> None:
    script = (root / ".ci" / "run").read_text(encoding="utf-8")
    (extraction,) = (line for line in script.splitlines() if line.startswith("command="))
    assert "README.md" in extraction
    if shutil.which("bash"):
        show = extraction + '\nprintf %s "$command"'
        found = subprocess.run(["bash", "-c", show], cwd=root, capture_output=True, text=True)
        assert found.stdout == tests_line
    assert script.splitlines()[-1].endswith('-c "$command"')
    assert script.count("$command") == 2  # shown, and run


def test_ci_script_is_executable_in_git(root: Path) -> None:
    if not (root / ".git").exists():
        pytest.skip("a copy without its git history")
    command = ["git", "-c", "safe.directory=*", "ls-files", "--stage", ".ci/run"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert listed.stdout.startswith("100755 ")


def test_workflow_calls_the_script_and_nothing_that_it_does(root: Path) -> None:
    workflow = yaml.safe_load((root / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    commands = [step["run"] for step in workflow["jobs"]["tests"]["steps"] if "run" in step]
    assert commands == [".ci/run"]
