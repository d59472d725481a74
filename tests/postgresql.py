"""PostgreSQL from Debian's package, started by the tests as an ordinary user on a free port."""

import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.server_process import free_port

NUMBERS = count()
USER = "postgres"  # root may not run it


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`; None where there is none."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += [Path(each) for each in sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)]
    return next((each for each in folders if (each / "postgres").exists()), None)


class PostgreSQL:
    """One server over a folder of its own, for as long as it is wanted."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._programs = programs
        self._process: subprocess.Popen[bytes] | None = None

    def _as_user(self) -> dict[str, Any]:
        return {"user": USER, "group": USER} if os.getuid() == 0 else {}

    def _make_folder(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True)
        if os.getuid() == 0:
            user = pwd.getpwnam(USER)
            os.chown(self.folder, user.pw_uid, user.pw_gid)

    def make(self) -> None:
        """Make an empty cluster; nothing of it has to survive the machine."""
        self._make_folder()
        subprocess.run(
            [self._programs / "initdb", "-D", self.folder, "-U", USER, "-A", "trust", "-E", "UTF8",
             "--locale=C", "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, cwd="/", **self._as_user(),
        )  # fmt: skip

    def standby(self) -> "PostgreSQL":
        """A copy of this one that follows it; from now on a commit waits until it stands there."""
        import psycopg

        copy = PostgreSQL(self.folder.with_name(f"{self.folder.name}-standby"), self._programs)
        copy._make_folder()
        subprocess.run(
            [self._programs / "pg_basebackup", "-D", copy.folder, "-R", "-c", "fast", "--no-sync",
             "-d", self.url("postgres")],
            check=True, cwd="/", **self._as_user(),
        )  # fmt: skip
        copy.start()
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            connection.execute("SELECT pg_reload_conf()")
            deadline = time.monotonic() + 30
            followed = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"
            while connection.execute(followed).fetchone() is None:
                assert time.monotonic() < deadline, "nothing follows"
                time.sleep(0.02)
        return copy

    def promote(self) -> None:
        """Let a standby be the server from now on."""
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            assert connection.execute("SELECT pg_promote()").fetchone() == (True,)

    def restore(self) -> "PostgreSQL":
        """Of one that was stopped: a copy of its folder, at its address."""
        copy = PostgreSQL(self.folder.with_name(f"{self.folder.name}-restored"), self._programs)
        copy.port = self.port
        subprocess.run(["cp", "-a", self.folder, copy.folder], check=True)
        return copy

    def start(self) -> None:
        """Return when it takes connections."""
        import psycopg

        options = {
            "port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "",
            "max_connections": 200, "shared_buffers": "32MB",
            # Written in order and not waited for: kill -9 of the server loses nothing.
            "fsync": "off", "full_page_writes": "off",
            "wal_level": "replica", "max_wal_senders": 4,
        }  # fmt: skip
        command: list[str | Path] = [self._programs / "postgres", "-D", self.folder]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd="/", **self._as_user()
            )
        deadline = time.monotonic() + 30
        while True:
            assert self._process.poll() is None, "PostgreSQL did not start"
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, "PostgreSQL does not answer"
                time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT cuts every connection."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None

    def crash(self) -> None:
        """End it at once, as a machine does that goes away."""
        self.stop(signal.SIGQUIT)

    @property
    def host(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """The server's first process."""
        return self._process.pid if self._process is not None else None

    def url(self, database: str) -> str:
        """Where a database of it is."""
        return f"postgresql://{USER}@{self.host}/{database}"

    def url_with(self, copy: "PostgreSQL", database: str) -> str:
        """Where a database is, here or at a copy: wherever it can be written to."""
        both = f"{self.host},{copy.host}"
        return f"postgresql://{USER}@{both}/{database}?target_session_attrs=read-write"

    def new_database(self) -> str:
        """The URL of an empty database."""
        import psycopg

        name = f"test_{os.getpid()}_{next(NUMBERS)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)


@contextmanager
def running_postgresql() -> Iterator[PostgreSQL]:
    """A server for the length of a block; the test is skipped where PostgreSQL is not installed."""
    found = programs()
    if found is None:
        pytest.skip("there is no PostgreSQL (scripts/install-postgresql)")
    pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")
    # Not below pytest's own folder, which the ordinary user may not enter.
    with tempfile.TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True) as made:
        os.chmod(made, 0o755)
        server = PostgreSQL(Path(made) / "data", found)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def pgbouncer_before(url: str, folder: Path) -> Iterator[str]:
    """The address of a PgBouncer in transaction mode that leads to the database at `url`; the test
    is skipped where there is none."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        pytest.skip("there is no PgBouncer (scripts/install-postgresql)")
    server, _, name = url.partition("@")[2].partition("/")
    host, _, server_port = server.partition(":")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="pgbouncer-", ignore_cleanup_errors=True) as made:
        os.chmod(made, 0o755)
        config = Path(made) / "pgbouncer.ini"
        config.write_text(
            f"[databases]\n{name} = host={host} port={server_port} dbname={name} user={USER}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
            "auth_type = any\npool_mode = transaction\ndefault_pool_size = 4\n"
        )
        as_user: dict[str, Any] = {"user": USER, "group": USER} if os.getuid() == 0 else {}
        with (folder / "pgbouncer.log").open("wb") as log:
            process = subprocess.Popen(
                [program, config], stdout=log, stderr=log, cwd="/", **as_user
            )
        try:
            yield f"postgresql://{USER}@127.0.0.1:{port}/{name}"
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A server that the tests of one process share; each takes a database of its own."""
    with running_postgresql() as server:
        yield server
