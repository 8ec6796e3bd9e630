"""environment.yml says what pyproject.toml says: the core and the course, under their conda-forge names."""

import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from rattler import MatchSpec

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CONDA_NAMES = {"matplotlib": "matplotlib-base", "graphviz": "python-graphviz"}
ONLY_PIP = {"graphviz-pure"}  # stands in for `dot`
ONLY_CONDA = {"python", "pip", "graphviz"}  # graphviz is `dot` itself


@pytest.fixture
def project(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture
def environment(root: Path) -> dict:
    return yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))


@pytest.fixture
def specs(environment: dict) -> dict[str, MatchSpec]:
    parsed = [MatchSpec(text, strict=True) for text in environment["dependencies"] if isinstance(text, str)]
    return {spec.name.normalized: spec for spec in parsed}


def wanted(project: dict) -> dict[str, str]:
    """Conda name -> version bounds, for all that the core and the course need."""
    lines = project["dependencies"] + project["optional-dependencies"]["course"]
    requirements = [Requirement(line) for line in lines]
    return {CONDA_NAMES.get(r.name, r.name): str(r.specifier) for r in requirements if r.name not in ONLY_PIP}


def test_same_packages(project: dict, specs: dict[str, MatchSpec]) -> None:
    assert set(specs) - ONLY_CONDA == set(wanted(project))
    assert set(specs) >= ONLY_CONDA


def test_same_bounds(project: dict, specs: dict[str, MatchSpec]) -> None:
    bounds = {name: spec.version for name, spec in specs.items() if name not in ONLY_CONDA}
    assert bounds == wanted(project)


def test_python_is_pinned_within_what_the_package_allows(
    root: Path, project: dict, environment: dict, specs: dict[str, MatchSpec]
) -> None:
    (line,) = (text for text in environment["dependencies"] if str(text).startswith("python="))
    version = line.removeprefix("python=")  # after one `=`, as Binder reads it
    assert str(specs["python"].version) == f"{version}.*"
    assert SpecifierSet(project["requires-python"]).contains(version)


def test_the_package_itself_comes_from_this_folder_and_the_rest_from_conda_forge(environment: dict) -> None:
    assert environment["channels"] == ["conda-forge"]
    assert environment["dependencies"][-1] == {"pip": ["-e ."]}


def test_core_needs_numpy_alone(project: dict) -> None:
    assert [Requirement(line).name for line in project["dependencies"]] == ["numpy"]


def test_every_dependency_has_its_reason(root: Path) -> None:
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    start = text.index("\ndependencies = [")
    lines = text[start : text.index("[tool.", start)].splitlines()
    dependencies = [line for line in lines if line.startswith('    "')]
    assert len(dependencies) > 15
    assert [line for line in dependencies if not line.partition("  # ")[2]] == []
