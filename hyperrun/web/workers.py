"""Several servers behind one port of one machine: started again when they die, ended together."""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from hyperrun.errors import BadSetting
from hyperrun.settings import Settings

log = logging.getLogger("hyperrun")

AGAIN_AFTER_S = 1.0
LOOK_EVERY_S = 0.1
AT_ONCE_S = 5.0  # who ends within this time of a start cannot start at all


def check_workers(count: int, settings: Settings) -> None:
    """Raise `BadSetting` where so many cannot serve the same readers."""
    if count < 1:
        raise BadSetting("--workers is 1 or more")
    if count > 1 and not settings.database_url:
        raise BadSetting(
            "--workers needs HYPERRUN_DATABASE_URL: the SQLite file is one process's alone, and "
            "another would not see the answers that it makes"
        )


class Workers:
    """`count` processes like this one that share one listening socket."""

    def __init__(self, count: int, settings: Settings) -> None:
        self._settings = settings
        self._socket = listening(settings.host, settings.port)
        self._children: list[subprocess.Popen[bytes] | None] = [None] * count
        self._began = [0.0] * count
        self._asked = 0  # the signal that ends them

    def run(self) -> int:
        """Serve until a signal; the exit status."""
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, self._end)
        status = 0
        while not self._asked:
            for number in range(len(self._children)):
                if not self._keep(number):
                    status = 1
                    self._end(signal.SIGTERM)
                    break
            time.sleep(LOOK_EVERY_S)
        for child in self._children:
            if child is not None:
                child.wait()
        return status

    def _keep(self, number: int) -> bool:
        """See that one of them runs. False where it ends as soon as it has begun."""
        child = self._children[number]
        if child is not None and child.poll() is None:
            return True
        if child is not None:
            lived_s = time.monotonic() - self._began[number]
            if child.returncode > 0 and lived_s < AT_ONCE_S:  # it was not killed: it gave up
                return False
            if lived_s < AGAIN_AFTER_S:
                return True
            log.error("worker %d has ended with %s and is started again", number, child.returncode)
        folder = self._settings.data_dir / f"worker-{number}"
        handle = self._socket.fileno()
        self._began[number] = time.monotonic()
        self._children[number] = subprocess.Popen(
            [sys.executable, *sys.orig_argv[1:], "--workers", "1", "--listen-on", str(handle),
             "--until", str(os.getpid())],
            env=os.environ | {"HYPERRUN_DATA_DIR": str(Path(folder).absolute())},
            pass_fds=[handle],
        )  # fmt: skip
        return True

    def _end(self, sig: int, _: FrameType | None = None) -> None:
        self._asked = sig
        for child in self._children:
            if child is not None and child.poll() is None:
                child.send_signal(sig)


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises `BadSetting` where nothing can."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        made = socket.socket(family, kind, protocol)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(2_048)
    except OSError as error:
        raise BadSetting(f"nothing can listen at {host}:{port} ({error.strerror})") from error
    return made
