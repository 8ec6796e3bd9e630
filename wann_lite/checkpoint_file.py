"""A checkpoint on disk: an `.npz` of arrays of numbers, one of which holds a JSON text, and a checksum over all."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .strict_json import read_object

FORMAT = "wann-lite-checkpoint"
VERSION = 1
#: Once unpacked; far above what a search of days needs.
MAX_BYTES = 2**31

_HEADER, _CHECKSUM = "header", "sha256"
_ZIP = b"PK\x03\x04"  # how such a file begins
_SOMETHING_ELSE = "is not a checkpoint of a search: give a file that `Search.save` or a run has written"
_MAX_HEADER_BYTES = 2**20
# The quickest level: the arrays repeat themselves so much that a higher one gains little (benchmarks/checkpoint.py).
_COMPRESSION = 1


class CheckpointError(ValueError):
    """A checkpoint that a search cannot be resumed from, with one line on why and what to do."""


class DamagedCheckpointError(CheckpointError):
    """A checkpoint that is cut short or damaged: an earlier one may do."""


class NoCheckpointError(CheckpointError):
    """A file that is missing, cannot be read or holds something else: an earlier checkpoint may do."""


def to_bytes(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """The content of a checkpoint's file.

    Parameters
    ----------
    header : mapping
        Anything that JSON can hold.
    arrays : mapping of str to ndarray
        Numbers only.

    Examples
    --------
    >>> content = to_bytes({"seed": 3}, {"losses": np.array([0.5, 0.25])})
    >>> header, arrays = from_bytes(content)
    >>> header["seed"], arrays["losses"]
    (3, array([0.5 , 0.25]))
    """
    text = json.dumps({"format": FORMAT, "version": VERSION} | dict(header), allow_nan=False)
    members = {_HEADER: np.frombuffer(text.encode(), np.uint8)} | dict(arrays)
    members[_CHECKSUM] = np.frombuffer(_checksum(members), np.uint8)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION) as archive:
        for name, array in members.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)
    return buffer.getvalue()


def from_bytes(content: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The header and the arrays that `to_bytes` was given.

    Raises
    ------
    DamagedCheckpointError
        If the content is not whole.
    NoCheckpointError
        If it is something else.
    """
    if content[: len(_ZIP)] != _ZIP[: len(content)]:
        raise NoCheckpointError(_SOMETHING_ELSE)
    try:
        if len(content) < len(_ZIP):
            raise ValueError(f"it holds {len(content)} bytes")
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            if sum(member.file_size for member in archive.zip.infolist()) > MAX_BYTES:
                raise ValueError(f"it unpacks to more than {MAX_BYTES >> 30} GB")
            if not {_HEADER, _CHECKSUM} <= set(archive.files):
                raise NoCheckpointError(_SOMETHING_ELSE)
            members = {name: archive[name] for name in archive.files}
        checksum = members.pop(_CHECKSUM).tobytes()
        if checksum != _checksum(members):
            raise ValueError("the checksum is not that of what it holds")
        header = read_object(members.pop(_HEADER).tobytes(), FORMAT, VERSION, "checkpoint", _MAX_HEADER_BYTES)
    except NoCheckpointError:
        raise
    except Exception as error:
        # A damaged file fails in a dozen ways (zip, zlib, struct, memory, text, ...), all with the same remedy.
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DamagedCheckpointError(f"it is cut short or damaged ({reason})") from error
    return header, members


def read(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The header and the arrays of the checkpoint at `path`.

    Raises
    ------
    DamagedCheckpointError
        If it is not whole; the message begins with the path.
    NoCheckpointError
        If there is none, it cannot be read, or it is something else; so does that one.
    """
    try:
        with open(path, "rb") as file:
            return from_bytes(file.read())
    except DamagedCheckpointError as error:
        raise DamagedCheckpointError(f"the checkpoint {os.fsdecode(path)!r}: {error}") from error
    except NoCheckpointError as error:
        raise NoCheckpointError(f"{os.fsdecode(path)!r} {error}") from error
    except (OSError, ValueError) as error:  # a ValueError is a path that no file can have
        reason = getattr(error, "strerror", None) or error
        raise NoCheckpointError(f"the checkpoint {os.fsdecode(path)!r} cannot be read ({reason})") from error


def _checksum(members: Mapping[str, NDArray[Any]]) -> bytes:
    digest = hashlib.sha256()
    for name in sorted(members):
        array = np.ascontiguousarray(members[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.data)
    return digest.digest()
