"""A wheel holds the package, its data and nothing else, and its version is the package's."""

import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

import wann_lite

BUILD = "import setuptools.build_meta as backend; print(backend.build_wheel('.'))"


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build from a copy, so that the repository gets no build folder."""
    copy = tmp_path_factory.mktemp("source") / "wann_lite"
    passed_over = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "runs")
    shutil.copytree(root, copy, ignore=passed_over)
    done = subprocess.run([sys.executable, "-c", BUILD], cwd=copy, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return copy / done.stdout.splitlines()[-1]


def test_wheel_holds_every_file_of_the_package(wheel: Path, root: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"wann_lite/py.typed", "wann_lite/datasets/mnist.npz", "wann_lite/champions/mnist.json"} <= names
    files = (path for path in (root / "wann_lite").rglob("*") if path.suffix in {".py", ".npz", ".json", ".css", ".js"})
    assert {path.relative_to(root).as_posix() for path in files} <= names


def test_wheel_holds_nothing_but_the_package_and_its_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    info = f"wann_lite-{wann_lite.__version__}.dist-info/"
    assert {name.split("/")[0] + "/" for name in names} == {"wann_lite/", info}
    assert f"{info}licenses/LICENSE" in names


def test_version_stands_in_one_place(wheel: Path) -> None:
    assert wheel.name.startswith(f"wann_lite-{wann_lite.__version__}-")
    assert version("wann_lite") == wann_lite.__version__
