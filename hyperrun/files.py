"""Strangers' files, read within bounds (of any size, any kind, and changing while they are read),
and folders that only the server's own user can look into."""

import os
import stat
from pathlib import Path

MAX_TEXT_BYTES = 512 * 1024


class UnreadableFile(OSError):
    """The file is none to be read; `strerror` says why, without its path."""

    def __init__(self, reason: str) -> None:
        super().__init__(0, reason)

    def __reduce__(self) -> tuple[type["UnreadableFile"], tuple[str]]:
        return UnreadableFile, (str(self),)

    def __str__(self) -> str:
        return str(self.strerror)


def read_bytes(path: Path, max_bytes: int = MAX_TEXT_BYTES) -> bytes:
    """The content of a regular file; never more than `max_bytes` are read.

    Raises `UnreadableFile` for what is larger, and for pipes, devices and folders, without waiting
    for any of them; `OSError` for whatever else the system says.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except ValueError as error:  # a zero byte in its name
        raise UnreadableFile(str(error)) from error
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableFile("is no regular file")
        if status.st_size > max_bytes:
            raise too_large(status.st_size, max_bytes)
        parts: list[bytes] = []
        size = 0
        while part := os.read(handle, min(1 << 20, max_bytes + 1 - size)):
            parts.append(part)
            size += len(part)
            if size > max_bytes:  # it has grown, or is one of the system's that tell no size
                raise too_large(size, max_bytes)
        return b"".join(parts)
    finally:
        os.close(handle)


def read_text(path: Path, max_bytes: int = MAX_TEXT_BYTES) -> str:
    """The text of a file, whatever its bytes are; raises as `read_bytes` does."""
    content = read_bytes(path, max_bytes)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    return content.decode("utf-8-sig", errors="replace")


def read_own(path: Path) -> str:
    """The text of a file that an operator or author writes for us: UTF-8, with the mark or without
    that some editors put before it. Raises OSError, whose `strerror` says what is wrong."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile("it is not saved as UTF-8") from error


def too_large(size_bytes: int, max_bytes: int) -> UnreadableFile:
    """What is said of a file that is larger than it may be."""
    return UnreadableFile(f"is too large: {_size(size_bytes)}, at most {_size(max_bytes)} are read")


def _size(size_bytes: int) -> str:
    for unit, one in (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)):
        if size_bytes >= one:
            return f"{size_bytes / one:.3g} {unit}"
    return f"{size_bytes} B"


def private_folder(folder: Path) -> Path:
    """`folder`, made with mode 0700 where it is not there yet."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
