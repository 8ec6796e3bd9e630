"""The optional extensions; everything else is said in pyproject.toml."""

import os
import runpy
from pathlib import Path

from setuptools import Extension, setup

ENGINE = Path("wann_lite/engine")
SOURCES = runpy.run_path(str(ENGINE / "sources.py"))

# Python's own compiler flags vary; these two let loops over arrays become vector instructions everywhere.
FLAGS = [] if os.name == "nt" else ["-O3", "-fno-trapping-math"]

EXTENSIONS = [
    Extension(
        f"wann_lite.engine.{name}",
        [f"wann_lite/engine/{name}.pyx"],
        depends=[f"wann_lite/engine/{file}" for file in SOURCES["SHARED"]],
        define_macros=[("WANN_LITE_SOURCES", SOURCES["fingerprint"](name, ENGINE))],
        extra_compile_args=FLAGS,
        optional=True,  # without a compiler the package installs all the same, and runs on numpy
    )
    for name in SOURCES["EXTENSIONS"]
]

setup(ext_modules=[] if os.environ.get("WANN_LITE_NO_EXT") == "1" else EXTENSIONS)
