"""The machine: the data folder, the port, the key file, limits of the system, what is installed."""

import os
import shutil
import socket
import stat
from collections.abc import Iterator
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from hyperrun.commands.doctor.finding import Finding, good, note, risk, wrong
from hyperrun.errors import BadSetting, StoreError
from hyperrun.settings import Settings
from hyperrun.settings.env_file import of_left_out, unread_lines
from hyperrun.storage import schema
from hyperrun.storage.files import broken_secret, lock_data_dir

# Where the lock of an SQLite file cannot be relied on.
SHARED = (
    "nfs",
    "cifs",
    "smb",
    "9p",
    "afs",
    "fuse.sshfs",
    "fuse.s3fs",
    "glusterfs",
    "ceph",
    "lustre",
)
IS_SECRET = {each.metadata["variable"]: not each.repr for each in fields(Settings)}
MIN_FREE_BYTES = 500_000_000
CONNECT_TIMEOUT_S = 5


def check(
    settings: Settings, mounts: str = "/proc/self/mounts", *, offline: bool = False
) -> Iterator[Finding]:
    """Everything of the machine that a server leans on."""
    yield from _data_folder(settings, mounts)
    if settings.database_url and not offline:
        yield from _database(settings)
    yield from _port(settings)
    yield from _environment_file(Path.cwd() / ".env")
    yield from _open_files(settings)
    yield from _packages()


def _data_folder(settings: Settings, mounts: str) -> Iterator[Finding]:
    folder = settings.data_dir.expanduser().absolute()
    nearest = next(each for each in (folder, *folder.parents) if each.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        yield wrong(
            "data folder",
            f"{folder} cannot be written: nothing would be stored",
            "HYPERRUN_DATA_DIR=~/.local/share/hyperrun  # a folder of this user's",
        )
        return
    if kind := shared_kind(nearest, mounts):
        yield risk(
            "data folder",
            f"{folder} is on a network share ({kind}), whose locks SQLite cannot rely on",
            "HYPERRUN_DATA_DIR=/var/lib/hyperrun  # a disk of this machine's",
        )
    if folder.exists() and stat.S_IMODE(folder.stat().st_mode) & 0o077:
        yield risk(
            "data folder",
            f"{folder} can be entered by others: conversations and keys lie in it",
            f"chmod 700 {folder}",
        )
    free = shutil.disk_usage(nearest).free
    if free < MIN_FREE_BYTES:
        yield risk(
            "data folder",
            f"{free // 1_000_000} MB are free where conversations and index lie",
            f"df -h {nearest}  # make room, or set HYPERRUN_DATA_DIR",
        )
    if broken := broken_secret(folder):
        yield wrong("data folder", broken, f"ls -l {folder}")
    try:
        schema.check(folder)
    except StoreError as error:
        yield wrong("data folder", str(error), "pip install --upgrade hyperrun")
    yield from _in_use(folder)


def _database(settings: Settings) -> Iterator[Finding]:
    """Whether PostgreSQL answers; its address may hold a password, and is not told."""
    try:
        import psycopg
    except ImportError as error:
        yield wrong(
            "database", f"{error.name} is not installed", "pip install 'hyperrun[postgres]'"
        )
        return
    try:
        with psycopg.connect(settings.database_url, connect_timeout=CONNECT_TIMEOUT_S) as database:
            version = database.info.server_version // 10_000
    except (psycopg.Error, OSError) as error:
        why = (str(error).strip().splitlines() or [type(error).__name__])[-1].strip()
        yield wrong(
            "database",
            f"it cannot be used: {why[:200]}",
            'psql "$HYPERRUN_DATABASE_URL" -c "SELECT 1"',
        )
        return
    yield good("database", f"PostgreSQL {version}")


def _in_use(folder: Path) -> Iterator[Finding]:
    if not folder.exists():
        yield good("data folder", f"{folder} will be made")
        return
    try:
        with lock_data_dir(folder, timeout_s=0):
            yield good("data folder", str(folder))
    except BadSetting:
        yield note("data folder", f"a server is running on {folder}")


def shared_kind(folder: Path, mounts: str) -> str:
    """The kind of the network share that `folder` is on; "" where it is on none."""
    try:
        lines = Path(mounts).read_text(errors="replace").splitlines()
    except OSError:  # not Linux
        return ""
    place = folder.resolve()
    best, found = -1, ""
    for line in lines:
        _, mounted, kind, *_ = line.split(" ")
        at = Path(mounted.replace("\\040", " "))
        if place.is_relative_to(at) and len(at.parts) >= best:
            best, found = len(at.parts), kind
    return found if found.startswith(SHARED) else ""


def _port(settings: Settings) -> Iterator[Finding]:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as error:
        yield wrong(
            "port",
            f"nothing can listen at {settings.host}:{settings.port} ({error.strerror}); fine where "
            "that is this very server",
            f"PORT={settings.port + 1}",
        )


def _environment_file(file: Path) -> Iterator[Finding]:
    try:
        mode = file.stat().st_mode
    except OSError:
        return
    if left_out := unread_lines(file):
        yield wrong(".env", of_left_out(left_out), f"mend {file}  # a quotation mark has an end")
    if stat.S_IMODE(mode) & 0o077 and any(
        _is_secret(line.partition("=")[0])
        for line in file.read_text(errors="replace").splitlines()
        if line.partition("=")[2].strip() and not line.startswith("#")
    ):
        yield risk(".env", "others on this machine can read the keys in it", f"chmod 600 {file}")


def _is_secret(written: str) -> bool:
    """Is what stands before the = the name of a secret, of ours or of a provider?"""
    name = written.strip().removeprefix("export ").strip()
    others = any(word in name for word in ("KEY", "SECRET", "TOKEN", "PASSWORD"))
    return IS_SECRET.get(name, others)


def _open_files(settings: Settings) -> Iterator[Finding]:
    try:
        import resource
    except ImportError:  # Windows
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = settings.max_streams_in_all + 200
    if soft != resource.RLIM_INFINITY and soft < needed:
        more = needed if hard == resource.RLIM_INFINITY or hard >= needed else hard
        yield risk(
            "open files",
            f"{soft} files may be open, and {settings.max_streams_in_all} readers may follow "
            "answers at once",
            f"ulimit -n {more}  # or HYPERRUN_MAX_STREAMS_IN_ALL={max(soft - 200, 1)}",
        )


def _packages() -> Iterator[Finding]:
    """Versions that are known to break each other, whatever their metadata says."""
    toolslm, litellm = _release("toolslm"), _release("litellm")
    if toolslm >= (0, 3, 47):
        yield wrong(
            "packages",
            "toolslm 0.3.47 and newer have lost what Lisette imports: no model can answer",
            "pip install 'toolslm<0.3.47'",
        )
    if (1, 106) <= litellm < (1, 108) and not _release("mcp"):
        yield wrong(
            "packages",
            "this LiteLLM wants `mcp` for every call with tools: no model can search",
            "pip install 'litellm<1.106'",
        )


def _release(package: str) -> tuple[int, ...]:
    try:
        found = version(package)
    except PackageNotFoundError:
        return ()
    return tuple(int(part) for part in found.split(".")[:3] if part.isdigit())
