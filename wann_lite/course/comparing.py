"""Compare an answer with what was expected, and say briefly where they differ."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..network import Network

_LENGTH = 160
# A network with so many is told connection by connection.
_FEW_CONNECTIONS = 7
_FORMATS: Any = {"float_kind": "{:.4g}".format, "int_kind": "{}".format}


def brief(value: Any) -> str:
    """A value in one short line; long arrays and collections are abbreviated.

    Examples
    --------
    >>> brief(np.arange(1000.0).reshape(2, 500)), brief([0.25, "a"])
    ('[[0, 1, ..., 498, 499], [500, 501, ..., 998, 999]] of shape (2, 500)', "[0.25, 'a']")
    >>> brief(Network(1, 1, ["linear", "abs"], [(1, 3), (3, 2)]))
    'a network with the nodes 2 linear, 3 abs and the connections 3 to 2, 1 to 3'
    """
    try:
        text = _brief(value)
    except Exception:  # a learner's own class may fail at saying what it is
        text = f"<{type(value).__name__}>"
    return text if len(text) <= _LENGTH else text[: _LENGTH - 4] + " ..."


def _brief(value: Any) -> str:
    if isinstance(value, np.ndarray):
        edge = 3 if value.ndim < 2 else 2
        text = np.array2string(value, threshold=16, edgeitems=edge, separator=", ", formatter=_FORMATS)
        text = " ".join(text.split())
        return f"{text} of shape {value.shape}" if value.size > 16 else text
    if isinstance(value, np.generic):
        return _brief(value.item())
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (tuple, list)):
        shown = [_brief(part) for part in value[:8]]
        shown += ["..."] if len(value) > 8 else []
        comma = "," if len(value) == 1 else ""
        return f"({', '.join(shown)}{comma})" if isinstance(value, tuple) else f"[{', '.join(shown)}]"
    if isinstance(value, Network) and value.n_connections <= _FEW_CONNECTIONS:
        nodes = [f"{node} {value.activation_of(node)}" for node in (*value.outputs, *value.hidden)]
        arrows = [f"{source} to {target}" for source, target in value.connections]
        return f"a network with the nodes {', '.join(nodes)} and the connections {', '.join(arrows) or 'none'}"
    if isinstance(value, np.random.Generator):
        return "a random generator"
    if callable(value):
        return str(getattr(value, "__name__", "a function")).replace("<lambda>", "a function")
    return " ".join(repr(value).split())


def difference(answer: Any, expected: Any, tolerance: float) -> str | None:
    """What tells `answer` from `expected`, None if nothing does.

    Parameters
    ----------
    answer : object
        The learner's.
    expected : object
        A number, text, an array, or a tuple, list, set or dict of these. A list may answer for an array.
    tolerance : float
        How far a number may be off, relative to the number or absolute where that is more. Whole
        numbers are compared exactly.

    Returns
    -------
    str or None
        A remark beyond "gave this, expected that"; it may be empty.

    Examples
    --------
    >>> difference(np.ones(3), np.ones(2), 0)
    'The shape is (3,), expected (2,).'
    >>> difference(0.1 + 0.2, 0.3, 1e-6) is None
    True
    """
    if isinstance(expected, np.ndarray) and expected.ndim > 0:
        return _of_arrays(answer, expected, tolerance)
    if _is_number(expected):
        if not _is_number(answer):
            return f"It is {_kind(answer)}, expected a number."
        return _of_arrays(np.asarray(answer), np.asarray(expected), tolerance)
    if isinstance(expected, (tuple, list)):
        return _of_sequences(answer, expected, tolerance)
    if isinstance(expected, dict):
        if not isinstance(answer, dict):
            return f"It is {_kind(answer)}, expected a dict."
        if set(answer) != set(expected):
            return f"The keys are {brief(sorted(map(str, answer)))}, expected {brief(sorted(map(str, expected)))}."
        return _first(((f"At {key!r}", answer[key], expected[key]) for key in expected), tolerance)
    if isinstance(expected, str) and not isinstance(answer, str):
        return f"It is {_kind(answer)}, expected text."
    return None if answer is expected or bool(answer == expected) else ""


def _is_number(value: Any) -> bool:
    scalar = isinstance(value, (int, float, np.number, np.bool_))
    return scalar or (isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in "biuf")


def _kind(value: Any) -> str:
    if value is None:
        return "None (is a `return` missing?)"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return f"of the type {type(value).__name__}"


def _of_sequences(answer: Any, expected: Any, tolerance: float) -> str | None:
    if not isinstance(answer, (tuple, list, np.ndarray)) or (isinstance(answer, np.ndarray) and answer.ndim == 0):
        return f"It is {_kind(answer)}, expected a {type(expected).__name__}."
    if len(answer) != len(expected):
        return f"It holds {len(answer)}, expected {len(expected)}."
    return _first(((f"At place {i}", a, e) for i, (a, e) in enumerate(zip(answer, expected, strict=True))), tolerance)


def _first(parts: Any, tolerance: float) -> str | None:
    for place, answer, expected in parts:
        remark = difference(answer, expected, tolerance)
        if remark is not None:
            return f"{place}: {brief(answer)}, expected {brief(expected)}. {remark}".strip()
    return None


def _of_arrays(answer: Any, expected: NDArray[Any], tolerance: float) -> str | None:
    if isinstance(answer, (list, tuple)):
        answer = np.asarray(answer)
    if not isinstance(answer, np.ndarray):
        return f"It is {_kind(answer)}, expected an array of shape {expected.shape}."
    if answer.shape != expected.shape:
        return f"The shape is {answer.shape}, expected {expected.shape}."
    if expected.dtype.kind not in "biuf":
        return None if np.array_equal(answer, expected) else ""
    if answer.dtype.kind not in "biuf":
        return f"It holds {answer.dtype}, expected numbers."
    if np.isnan(answer).any() and not np.isnan(expected).any():
        return "It holds nan, which is what 0/0 or inf - inf gives."
    whole = expected.dtype.kind in "biu"
    near = np.isclose(
        answer.astype(np.float64), expected.astype(np.float64), 0 if whole else tolerance, tolerance, equal_nan=True
    )
    if near.all():
        return None
    if expected.ndim == 0 or expected.size <= 4:
        return ""
    place = tuple(int(i) for i in np.argwhere(~near)[0])
    first = f"[{', '.join(map(str, place))}]"
    return f"At {first}: {brief(answer[place])}, expected {brief(expected[place])}."
