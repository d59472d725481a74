"""Strangers' files, read within bounds."""

import os
import pickle
import resource
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from hyperrun.files import UnreadableFile, read_bytes, read_text


def test_a_small_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"Hold the button.\r\n")
    assert read_bytes(tmp_path / "a.md") == b"Hold the button.\r\n"
    assert read_bytes(tmp_path / "a.md", 18) == b"Hold the button.\r\n"


@pytest.mark.parametrize(("content", "text"), [
    (b"caf\xc3\xa9", "café"),
    (b"\xef\xbb\xbfcaf\xc3\xa9", "café"),
    (b"caf\xe9", "caf\ufffd"),
    ("café".encode("utf-16"), "café"),
    (b"", ""),
])  # fmt: skip
def test_text_is_read_whatever_its_bytes_are(tmp_path: Path, content: bytes, text: str) -> None:
    (tmp_path / "a.md").write_bytes(content)
    assert read_text(tmp_path / "a.md") == text


def test_a_sparse_file_of_200_GB_is_refused_without_being_read(tmp_path: Path) -> None:
    with (tmp_path / "a.md").open("wb") as file:
        file.truncate(200 * 1000**3)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UnreadableFile, match="is too large: 200 GB, at most 524 kB are read"):
        read_bytes(tmp_path / "a.md")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000  # kB


def test_the_reason_comes_through_from_another_process() -> None:
    assert str(pickle.loads(pickle.dumps(UnreadableFile("is binary")))) == "is binary"


def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    began = time.monotonic()
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero"), Path("/dev/stdin/x")):
        with pytest.raises(OSError):
            read_bytes(path)
    with pytest.raises(UnreadableFile):
        read_bytes(tmp_path / "a\0b")
    assert time.monotonic() - began < 1


def test_a_file_that_grows_while_it_is_read_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"x" * 100_000)
    ended = threading.Event()

    def grow() -> None:
        with path.open("ab", buffering=0) as file:
            while not ended.is_set():
                file.write(b"x" * 100_000)
                if path.stat().st_size > 50_000_000:
                    return

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        for _ in range(50):
            with suppress(UnreadableFile):
                assert len(read_bytes(path, 200_000)) <= 200_000
    finally:
        ended.set()
        writer.join()


def test_a_file_of_the_system_that_tells_no_size_is_read_within_bounds() -> None:
    with pytest.raises(UnreadableFile, match="too large"):
        read_bytes(Path("/proc/self/smaps"), 1_000)
