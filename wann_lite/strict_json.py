"""Reading JSON that may be damaged or hostile."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

from .checks import NetworkError, finite, shown

T = TypeVar("T")


def read_object(text: str | bytes, name: str, version: int, noun: str, max_length: int) -> dict[str, Any]:
    """The JSON object in `text`, once it is known to be of the right format and version.

    Parameters
    ----------
    text : str or bytes
        Bytes are UTF-8.
    name, version : str, int
        What the object must give as its ``format`` and ``version``.
    noun : str
        What to call it in an error, such as "network".
    max_length : int
        How many characters or bytes are allowed.

    Raises
    ------
    NetworkError
        If the text is too long, not JSON, not an object, or of another format or version, or if it holds a
        key twice or a number that is not finite.

    Examples
    --------
    >>> read_object('{"format": "note", "version": 1, "text": "kept"}', "note", 1, "note", 100)["text"]
    'kept'
    """
    if not isinstance(text, str | bytes):
        raise NetworkError(f"a {noun} is read from text or bytes: this is {shown(text)}")
    if len(text) > max_length:
        raise NetworkError(f"the text is {len(text):,} long: a {noun}'s is at most {max_length:,}")
    fields: dict[str, Any] = _parsed(text, noun)
    check_header(fields, name, version, noun)
    return fields


def check_header(fields: Any, name: str, version: int, noun: str) -> None:
    """Refuse anything but an object of this format and version.

    Raises
    ------
    NetworkError
        If it is not.
    """
    if not isinstance(fields, dict):
        raise NetworkError(f"the text holds {shown(fields)}: a {noun} is a JSON object")
    if fields.get("format") != name:
        raise NetworkError(f"the format is {shown(fields.get('format'))}: a {noun}'s file says {name!r}")
    if type(fields.get("version")) is not int or fields["version"] != version:
        raise NetworkError(
            f"the {noun}'s version is {shown(fields.get('version'))}: this package reads version {version}; "
            "a newer wann_lite may read it"
        )


def require_keys(fields: dict[str, Any], keys: tuple[str, ...], noun: str) -> None:
    """Refuse an object that lacks one of `keys`.

    Raises
    ------
    NetworkError
        If it does.
    """
    missing = [repr(key) for key in keys if key not in fields]
    if missing:
        raise NetworkError(f"the {noun} has no {', no '.join(missing)}")


def load(path: str | os.PathLike[str], from_json: Callable[[bytes], T], noun: str, max_bytes: int) -> T:
    """What `from_json` makes of the file at `path`.

    Raises
    ------
    NetworkError
        If the file cannot be read or `from_json` refuses it; the message names the file.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(max_bytes + 1)
    except (OSError, ValueError) as error:  # a ValueError is a path that no file can have
        reason = getattr(error, "strerror", None) or error
        raise NetworkError(f"cannot read the {noun} {_path_shown(path)}: {reason}") from error
    try:
        return from_json(data)
    except NetworkError as error:
        raise NetworkError(f"{_path_shown(path)}: {error}") from error


def _path_shown(path: str | os.PathLike[str]) -> str:
    text = os.fsdecode(path)
    return text if text.isprintable() else repr(text)


def _parsed(text: str | bytes, noun: str) -> Any:
    try:
        return json.loads(
            text.decode("utf-8") if isinstance(text, bytes) else text,
            object_pairs_hook=_without_repetition,
            parse_float=lambda digits: finite(float(digits), "a number"),
            parse_constant=_refused,
        )
    except NetworkError:
        raise
    except UnicodeDecodeError as error:
        raise NetworkError(f"the text is not UTF-8: byte {error.start} is not part of a character") from None
    except json.JSONDecodeError as error:
        raise NetworkError(f"the text is not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise NetworkError(f"the text is nested too deeply to be a {noun}") from None
    except ValueError:
        raise NetworkError("the text holds a whole number with too many digits") from None


def _refused(constant: str) -> None:
    raise NetworkError(f"the text holds {constant}: all numbers must be finite")


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise NetworkError(f"the key {shown(twice)} is given twice")
    return fields
