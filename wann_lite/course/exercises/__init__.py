"""The exercises of all lessons, one module a lesson."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from ..exercise import Exercise

__all__ = ["EXERCISES"]


def _collect() -> dict[str, Exercise]:
    collected: dict[str, Exercise] = {}
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__) if found.name.startswith("lesson_")):
        for exercise in import_module(f"{__name__}.{module}").EXERCISES:
            if exercise.name in collected:
                raise ValueError(f"two exercises are called {exercise.name}")
            if not exercise.name.startswith(module.removeprefix("lesson_")):
                raise ValueError(f"{exercise.name} stands in {module}: its name begins with the number of its lesson")
            collected[exercise.name] = exercise
    return collected


#: By name, in the order of the lessons.
EXERCISES: dict[str, Exercise] = _collect()
