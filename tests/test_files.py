"""A file is written whole or not at all."""

import errno
import os
import stat
from pathlib import Path

import pytest

from wann_lite.files import lock, remove_leftovers, write_atomically


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_text_is_utf8_and_bytes_are_bytes(tmp_path: Path) -> None:
    write_atomically(tmp_path / "text", "naïve\n")
    write_atomically(str(tmp_path / "bytes"), b"\x00\xff")
    assert (tmp_path / "text").read_bytes() == b"na\xc3\xafve\n"
    assert (tmp_path / "bytes").read_bytes() == b"\x00\xff"
    assert names(tmp_path) == ["bytes", "text"]


def test_replaces_what_was_there(tmp_path: Path) -> None:
    write_atomically(tmp_path / "note", "a long first version")
    write_atomically(tmp_path / "note", "short")
    assert (tmp_path / "note").read_text() == "short"


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, error: BaseException
) -> None:
    def fail(*_: object) -> None:
        raise error

    write_atomically(tmp_path / "note", "before")
    monkeypatch.setattr(os, call, fail)
    with pytest.raises(type(error)):
        write_atomically(tmp_path / "note", "after")
    assert (tmp_path / "note").read_text() == "before"
    assert names(tmp_path) == ["note"]


def test_the_new_content_appears_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    flush = os.fsync

    def look(descriptor: int) -> None:
        flush(descriptor)
        seen.append((stat.S_ISDIR(os.fstat(descriptor).st_mode), (tmp_path / "note").read_text()))

    write_atomically(tmp_path / "note", "before")
    monkeypatch.setattr(os, "fsync", look)
    write_atomically(tmp_path / "note", "after")
    of_the_folder = [] if os.name == "nt" else [(True, "after")]  # so that the new name outlasts a power failure too
    assert seen == [(False, "before"), *of_the_folder]


def test_a_folder_that_cannot_be_flushed_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: object, flags: int) -> int:
        raise OSError(errno.EACCES, "Permission denied", folder)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refuse)
        write_atomically(tmp_path / "note", "text")
    assert (tmp_path / "note").read_text() == "text"


def test_a_missing_folder_and_a_folder_in_the_way(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no folder '.*missing'") as caught:
        write_atomically(tmp_path / "missing" / "note", "text")
    assert caught.value.filename == str(tmp_path.resolve() / "missing" / "note")
    with pytest.raises(OSError, match="directory"):
        write_atomically(tmp_path, "text")
    assert names(tmp_path) == []


def test_the_longest_name(tmp_path: Path) -> None:
    write_atomically(tmp_path / ("n" * 255), "text")
    assert names(tmp_path) == ["n" * 255]


@pytest.mark.skipif(os.name != "posix", reason="permissions, links and pipes of POSIX")
class TestPosix:
    def test_the_file_is_as_private_as_the_user_wants(self, tmp_path: Path) -> None:
        mask = os.umask(0o027)
        try:
            write_atomically(tmp_path / "note", "text")
        finally:
            os.umask(mask)
        assert stat.S_IMODE((tmp_path / "note").stat().st_mode) == 0o640

    def test_a_link_stays_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        (tmp_path / "link").symlink_to(tmp_path / "folder" / "note")
        write_atomically(tmp_path / "link", "text")
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "folder" / "note").read_text() == "text"

    def test_a_pipe_is_written_to_and_not_replaced(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
        try:
            write_atomically(tmp_path / "pipe", "text")
            assert os.read(reader, 100) == b"text"
        finally:
            os.close(reader)
        assert (tmp_path / "pipe").is_fifo()


def test_what_was_there_is_kept_if_asked_for(tmp_path: Path) -> None:
    for content in ("first", "second", "third"):
        write_atomically(tmp_path / "note", content, previous=tmp_path / "before")
    assert (tmp_path / "note").read_text() == "third"
    assert (tmp_path / "before").read_text() == "second"
    assert names(tmp_path) == ["before", "note"]


def test_between_the_two_renames_it_is_kept_under_the_other_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_atomically(tmp_path / "note", "before")
    replace, calls = os.replace, []

    def fail_the_second_time(*paths: object) -> None:
        calls.append(paths)
        if len(calls) == 2:
            raise OSError(errno.EIO, "Input/output error")
        replace(*paths)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "replace", fail_the_second_time)
    with pytest.raises(OSError, match="Input/output"):
        write_atomically(tmp_path / "note", "after", previous=tmp_path / "before")
    assert names(tmp_path) == ["before"]
    assert (tmp_path / "before").read_text() == "before"


def test_only_what_a_writer_left_behind_is_removed(tmp_path: Path) -> None:
    others = [".hidden", ".tmp", "0123456789abcdef.tmp", ".0123456789abcdeX.tmp", "note"]
    for name in (*others, ".0123456789abcdef.tmp"):
        (tmp_path / name).write_text(name)
    remove_leftovers(tmp_path)
    assert names(tmp_path) == sorted(others)


def test_a_file_is_for_the_one_who_locks_it_first(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"kept")
    with open(path, "r+b", buffering=0) as first, open(path, "r+b", buffering=0) as second:
        assert lock(first)
        assert not lock(second)
        assert second.read() == b"kept"
        assert first.tell() == 0
        first.close()
        assert lock(second)


@pytest.mark.skipif(os.name == "nt", reason="the lock that Unix has")
def test_where_there_are_no_locks_everybody_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    def unknown(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unknown)
    with open(tmp_path / "lines", "xb", buffering=0) as file:
        assert lock(file)
