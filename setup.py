"""The optional extensions; everything else is said in pyproject.toml."""

import os

from setuptools import Extension, setup

# Python's own compiler flags vary; these two let loops over arrays become vector instructions everywhere.
FLAGS = [] if os.name == "nt" else ["-O3", "-fno-trapping-math"]

EXTENSIONS = [
    Extension(
        f"wann_lite.engine.{name}",
        [f"wann_lite/engine/{name}.pyx"],
        depends=[f"wann_lite/engine/{file}" for file in ("_genome.pxd", "_program.pxd", "dispatch.h", "kernels.h")],
        extra_compile_args=FLAGS,
        optional=True,  # without a compiler the package installs all the same, and runs on numpy
    )
    for name in ("_program", "_hot", "_genome", "_graph")
]

setup(ext_modules=[] if os.environ.get("WANN_LITE_NO_EXT") == "1" else EXTENSIONS)
