"""Before a render: HyperRun beside `quarto preview`, for as long as that runs.

`project: pre-render: _extensions/hyperrun/beside.py`. It needs `hyperrun` on the path, or
uv. A render never fails because of it.
"""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

HOST = "127.0.0.1"


def previewer() -> int:
    """The process of `quarto preview` above this one; 0 where this is a plain render."""
    pid = os.getppid()
    while pid > 1:
        try:
            command = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            said = subprocess.run(
                ["ps", "-o", "ppid=,command=", "-p", str(pid)], capture_output=True, text=True
            ).stdout.split()
            if not said:
                return 0
            parent, command = int(said[0]), said[1:]
        if "preview" in command:
            return pid
        pid = parent
    return 0


def start(root: Path, pid: int) -> str:
    """The address of the server that this preview has, started where it has none."""
    kept = root / ".quarto" / "hyperrun.json"
    try:
        running = json.loads(kept.read_text())
        if running["pid"] == pid:
            return str(running["url"])
    except (OSError, ValueError, KeyError):
        pass
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    program = os.environ.get("HYPERRUN_COMMAND", "").split()
    program = program or (["hyperrun"] if shutil.which("hyperrun") else ["uvx", "hyperrun"])
    digest = hashlib.sha256(str(root).encode()).hexdigest()[:8]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    data = cache / "hyperrun" / f"{root.name}-{digest}"
    subprocess.Popen(
        [*program, "serve", "--repo", str(root), "--host", HOST, "--port", str(port),
         "--until", str(pid)],
        env={"HYPERRUN_DATA_DIR": str(data), "HYPERRUN_SITE_DIR": "off",
             "HYPERRUN_LOG_LEVEL": "warning", **os.environ},
        stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    kept.parent.mkdir(exist_ok=True)
    url = f"http://{HOST}:{port}"
    kept.write_text(json.dumps({"pid": pid, "url": url}))
    return url


def main() -> None:
    root = Path(os.environ.get("QUARTO_PROJECT_DIR") or ".").resolve()
    told = root / ".quarto" / "hyperrun"
    try:
        pid = previewer()
        if pid:
            url = start(root, pid)
            told.write_text(url + "\n")
        else:
            told.unlink(missing_ok=True)
    except OSError as error:
        print(f"hyperrun: it was not started: {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
