"""HyperRun beside a generator's own dev server: started with it, stopped with it."""

import hashlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

HOST = "127.0.0.1"
USUAL_PORT = 5001
STOP_TIMEOUT_S = 10.0


class Beside:
    """The server of one repository, for as long as this process is there."""

    def __init__(self, root: Path, site_url: str, tell: Callable[[str], object]) -> None:
        self._root = root
        self._site_url = site_url
        self._tell = tell
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> str:
        """Its address, before it answers there; "" where it cannot be started."""
        port = free_port()
        try:
            self._process = subprocess.Popen(
                command(self._root, port, os.getpid()),
                env=environment(self._root, self._site_url), stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            )  # fmt: skip
        except OSError as error:
            self._tell(f"HyperRun was not started: {error}")
            return ""
        threading.Thread(target=self._follow, daemon=True).start()
        self.url = f"http://{HOST}:{port}"
        return self.url

    def _follow(self) -> None:
        """What it says, told as this program's own."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip():
                self._tell(line.rstrip())

    def stop(self) -> None:
        """Stop it, and wait until it has."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def command(root: Path, port: int, until_pid: int) -> list[str]:
    """What starts it: this very Python's, so that the versions are one."""
    return [
        sys.executable, "-m", "hyperrun", "serve", "--repo", str(root), "--host", HOST,
        "--port", str(port), "--until", str(until_pid),
    ]  # fmt: skip


def environment(root: Path, site_url: str) -> Mapping[str, str]:
    """The author's own settings; what it keeps stays out of the repository."""
    own = {
        "HYPERRUN_DATA_DIR": str(data_folder(root)),
        "HYPERRUN_SITE_DIR": "off",  # the sources are newer than what was built
        "HYPERRUN_LOG_LEVEL": "warning",
        "PYTHONUNBUFFERED": "1",
        "PYTHONSAFEPATH": "1",  # a repository may have a folder called like one of our modules
        "PYTHONPATH": str(Path(__file__).parent.parent.parent),
    }
    return {**own, **os.environ, **({"HYPERRUN_SITE_URL": site_url} if site_url else {})}


def data_folder(root: Path) -> Path:
    """Where the index of this repository lies between two runs."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    digest = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:8]
    return cache / "hyperrun" / f"{root.resolve().name}-{digest}"


def free_port(usual: int = USUAL_PORT) -> int:
    """The usual port, or any where something listens there."""
    for port in (usual, 0):
        try:
            with socket.socket() as listening:
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listening.bind((HOST, port))
                return int(listening.getsockname()[1])
        except OSError:
            continue
    return usual
