"""Python programs as forks of one process that has imported ours already.

Most of what a command or a builder of the tests costs is the start of Python and its imports: a
third of a second of CPU each, hundreds of times. Here one process has imported them and forks for
each a process that does what `python -m MODULE` does, with arguments, environment, folder, output
and exit status of its own.
"""

import atexit
import functools
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

ROOT = Path(__file__).parent.parent
MAX_REQUEST_BYTES = 128 * 1024
NEEDED = ("hyperrun.search.engine", "hyperrun.storage.sqlite", "hyperrun.insights.report")

_standing_by: list[tuple[TemporaryDirectory[str], subprocess.Popen[bytes]]] = []
_one_starts = threading.Lock()
_address = ""  # in one that was forked, too


def run(
    module: str,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    timeout_s: float = 60,
    anew: bool = False,
) -> "subprocess.CompletedProcess[str]":
    """`python -m MODULE ARGUMENTS` to its end; its output as text. `anew`: Python is started."""
    from tests import leaks

    if anew or sys.platform != "linux":
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=env, cwd=cwd, capture_output=True, text=True, timeout=timeout_s, check=False,
        )  # fmt: skip
    with ExitStack() as opened:
        said, told = (opened.enter_context(TemporaryFile("w+")) for _ in range(2))
        news, sends = socket.socketpair()
        with news, sends, news.makefile() as lines:
            news.settimeout(timeout_s)
            environment = dict(os.environ if env is None else env)
            ask(module, arguments, environment, cwd, (said, told, sends))
            sends.close()
            pid = int(lines.readline())
            try:
                status = int(lines.readline() or -signal.SIGKILL)
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise
        for file in (said, told):
            file.seek(0)
        done = subprocess.CompletedProcess([module, *arguments], status, said.read(), told.read())
    leaks.search(f"output of {module}", done.stdout + done.stderr)
    return done


def ask(
    module: str,
    arguments: Sequence[str],
    env: Mapping[str, str],
    cwd: Path,
    descriptors: Sequence[Any],
) -> None:
    """Have a process forked with these descriptors: what it prints, its errors, its news, which
    are its number and then its exit status, a line each."""
    request = {"module": module, "arguments": arguments, "env": dict(env), "cwd": str(cwd)}
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asks:
        asks.connect(_started())
        numbers = [each if isinstance(each, int) else each.fileno() for each in descriptors]
        socket.send_fds(asks, [json.dumps(request).encode()], numbers)


def _started() -> str:
    global _address
    with _one_starts:
        if not _address:
            folder = TemporaryDirectory()
            address = str(Path(folder.name, "asks"))
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
                listening.bind(address)
                listening.listen(64)
                process = subprocess.Popen(
                    [sys.executable, "-m", __name__, str(listening.fileno()), address],
                    cwd=ROOT, pass_fds=[listening.fileno()], stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                )  # fmt: skip
            _standing_by.append((folder, process))
            _address = address
    return _address


def end() -> None:
    """Let go of the process that stands by."""
    global _address
    while _standing_by:
        folder, process = _standing_by.pop()
        process.communicate(timeout=60)
        folder.cleanup()
        _address = ""


def _stand_by(listening: socket.socket) -> None:
    """Fork for each request, until who started this is gone."""
    _import()
    while True:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if sys.stdin in select.select([sys.stdin, listening], [], [])[0]:
            return
        asked, _ = listening.accept()
        told, descriptors, _, _ = socket.recv_fds(asked, MAX_REQUEST_BYTES, 3)
        if told:
            request = json.loads(told)
            _learn(request["module"], request["arguments"])
            if os.fork() == 0:
                listening.close()
                asked.close()
                _follow(request, *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        asked.close()


def _import() -> None:
    """Import what nearly all of them need, and what a first build imports."""
    from hyperrun.search.index import Index
    from hyperrun.search.site.source import choose
    from tests import forked_builder

    import_module(forked_builder.MODULE)
    forked_builder.install()
    with TemporaryDirectory() as folder:
        root = Path(folder, "read")
        root.mkdir()
        root.joinpath("guide.md").write_text("# Guide\n\n```sh\nread it\n```\n")
        root.joinpath("more.rst").write_text("More\n====\n\nRead on.\n")
        choose(root, "off", "", None)
        Index(Path(folder, "index")).refresh(root)
    gc.freeze()


@functools.cache
def _learned(name: str) -> None:
    with suppress(ImportError):
        import_module(name)
    gc.freeze()


def _learn(module: str, arguments: Sequence[str]) -> None:
    """Import what a program needs, so that the next of its kind finds it imported."""
    if module == "hyperrun":
        from hyperrun.__main__ import VERBS

        verb = VERBS.get(arguments[0]) if arguments else None
        module = verb.module if verb else module
    for name in (module, *(NEEDED if module.startswith("hyperrun.commands") else ())):
        _learned(name)


def _follow(request: dict[str, Any], says: int, tells: int, news: int) -> None:
    """Fork the program itself; tell its number, and how it ended."""
    program = os.fork()
    if program == 0:
        os.close(news)
        _become(request, says, tells)
    os.close(says)
    os.close(tells)
    try:
        os.write(news, f"{program}\n".encode())
    except OSError:  # who asked has given up
        os.kill(program, signal.SIGKILL)
    with suppress(OSError):
        status = os.waitstatus_to_exitcode(os.waitpid(program, 0)[1])
        os.write(news, f"{status}\n".encode())
    os._exit(0)


def _become(request: dict[str, Any], says: int, tells: int) -> None:
    """Do what `python -m` does, and end."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for new, old in ((nothing, 0), (says, 1), (tells, 2)):
        os.dup2(new, old)
        os.close(new)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    module = request["module"]
    sys.argv = [module, *request["arguments"]]
    spec = find_spec(module)
    is_package = spec is not None and spec.submodule_search_locations is not None
    sys.modules.pop(f"{module}.__main__" if is_package else module, None)
    status = 1
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as ended:
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
        status = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        os._exit(status)


if __name__ == "__main__":
    _address = sys.argv[2]
    sys.modules["tests.standing_by"] = sys.modules["__main__"]
    with socket.socket(fileno=int(sys.argv[1])) as asked_here:
        _stand_by(asked_here)
