"""The backends that tests run on: a compiled one that is missing is a skip, or a failure where it is required."""

import os

import pytest

from wann_lite.engine.backends import compiled

_MODULE, _WHAT = compiled()

BACKENDS = [
    "numpy",
    pytest.param(
        "cython",
        marks=pytest.mark.skipif(
            _MODULE is None and os.environ.get("WANN_LITE_REQUIRE_EXT") != "1", reason=f"the extension {_WHAT}"
        ),
    ),
]
on_each_backend = pytest.mark.parametrize("backend", BACKENDS)
