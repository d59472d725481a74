"""Private files: a folder for one server at a time, and secrets in it that only its own user can
read."""

import contextlib
import errno
import hmac
import logging
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from hyperrun.errors import BadSetting
from hyperrun.files import private_folder, read_bytes

log = logging.getLogger(__name__)

Secret = Callable[[str], bytes]  # a secret's name -> 32 random bytes; may raise OSError, ValueError

MAX_SECRET_BYTES = 4_096
SECRETS = {
    "token.key": "every reader's conversations are theirs no more",
    "keys.key": "the keys that readers have brought are lost",
}
LOCK_TIMEOUT_S = 10.0  # a server that is being restarted is still ending its answers


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
    kept = read_bytes(path, MAX_SECRET_BYTES)
    if len(kept) != size_bytes:
        raise ValueError(f"{path.name} has {len(kept)} bytes instead of {size_bytes}")
    return kept


def derived(root: str, name: str) -> bytes:
    """The secret of that name, made from one for all (hex): the same in every process."""
    return hmac.digest(bytes.fromhex(root), name.encode(), "sha256")


def broken_secret(folder: Path, size_bytes: int = 32) -> str:
    """What is wrong with a secret that is kept in `folder`, and what to do; "" where nothing is."""
    for name, loss in SECRETS.items():
        try:
            size = (folder / name).stat().st_size
        except FileNotFoundError:
            continue
        except OSError as error:
            return f"{folder / name} cannot be read: {error.strerror}"
        if size != size_bytes:
            return (
                f"{folder / name} has {size} bytes instead of {size_bytes}: bring it back from a "
                f"copy, or remove it, and {loss}"
            )
    return ""


@contextlib.contextmanager
def lock_data_dir(folder: Path, timeout_s: float = LOCK_TIMEOUT_S) -> Iterator[None]:
    """`folder` for this process alone; the system lets go of it however the process ends.

    Raises `BadSetting` where another process still holds it after `timeout_s`, or where it cannot
    be written. Other threads of this process are not kept out, nor are programs that do not ask.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    try:
        handle = os.open(private_folder(folder) / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise BadSetting(
            f"HYPERRUN_DATA_DIR: {folder} cannot be written "
            f"({error.strerror}): set it to a folder of your own"
        ) from error
    try:
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                # A record lock: a child that outlives the server does not inherit it.
                fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if error.errno not in (errno.EACCES, errno.EAGAIN):
                    log.warning("%s cannot be locked against a second server: %s", folder, error)
                    break
            if time.monotonic() > deadline:
                raise BadSetting(
                    f"another server uses {folder}: stop it, or give this one a folder of its own "
                    "(HYPERRUN_DATA_DIR)"
                )
            time.sleep(0.05)
        with _locked_folder(folder):
            yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _locked_folder(folder: Path) -> Iterator[None]:
    """The folder itself, too: it stays locked when somebody has removed the lock's file.

    Raises `BadSetting` where another process holds it.
    """
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise BadSetting(
            f"another server uses {folder}, though its server.lock was removed: stop it, or give "
            "this one a folder of its own (HYPERRUN_DATA_DIR)"
        ) from error
    except OSError as error:  # not every file system can
        log.info("%s itself cannot be locked: %s", folder, error)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.close(handle)
