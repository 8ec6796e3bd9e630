"""What a measurement was made on, for the record beside every figure."""

import datetime
import os
import platform
from pathlib import Path

import numpy as np

import wann_lite


def described() -> dict[str, str | int]:
    """The date, the processor, how many cores, and the versions that matter."""
    return {
        "date": datetime.date.today().isoformat(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "system": platform.system(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "wann_lite": wann_lite.__version__,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
