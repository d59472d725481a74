"""Private files: a folder and secrets in it that only the server's own user can read."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path


def private_folder(folder: Path) -> Path:
    """`folder`, made with mode 0700 where it is not there yet."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def secret(path: Path, size_bytes: int = 32) -> bytes:
    """The random bytes kept in `path` (mode 0600), made at the first call.

    Two processes that start together agree: the file appears whole or not at all, and only once.
    Raises OSError where the folder cannot be written, ValueError where the file was cut short.
    """
    private_folder(path.parent)
    if not path.exists():
        handle, made = tempfile.mkstemp(dir=path.parent)  # mode 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(size_bytes))
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(made, path)
        finally:
            os.unlink(made)
    kept = path.read_bytes()
    if len(kept) != size_bytes:
        raise ValueError(f"{path.name} has {len(kept)} bytes instead of {size_bytes}")
    return kept
