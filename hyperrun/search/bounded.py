"""A function that runs in a process of its own, bounded in time and memory.

What strangers wrote may bring a parser to hang, to eat memory or to crash. It costs that one call:
the process is replaced at the next. On systems without `fork` the function runs in this process,
unbounded.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection, Pipe
from typing import Any, Generic, TypeVar

CPU_S = 10
WALL_S = 60.0  # for a read that hangs; a busy machine must not end what only waits for its turn
MEMORY_BYTES = 1 << 30  # beside what this process holds already

Question = TypeVar("Question")
Result = TypeVar("Result")


class Exceeded(Exception):
    """A call was ended; the text says why, for a log."""


class Worker(Generic[Question, Result]):
    """Calls `work` in a child process, one call after the other; `close` ends it.

    `ask` begins a call and `answer` waits for it, so that both processes work at once. An exception
    that `work` raises is raised by `answer`; where it was ended, `Exceeded`.
    """

    def __init__(
        self,
        work: Callable[[Question], Result],
        cpu_s: int = CPU_S,
        wall_s: float = WALL_S,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        self._work = work
        self._cpu_s, self._wall_s, self._memory_bytes = cpu_s, wall_s, memory_bytes
        self._process = 0
        self._pipe: Connection[Any, Any] | None = None
        self._asked: Question | None = None  # where there is no other process

    def ask(self, question: Question) -> None:
        """Begin a call."""
        self._asked = question
        if not hasattr(os, "fork"):
            return
        if self._pipe is None:
            self._start()
        assert self._pipe is not None
        with contextlib.suppress(OSError):  # it has ended, as the answer will tell
            self._pipe.send(question)

    def answer(self) -> Result:
        """What the call returned. Raises what it raised, or `Exceeded`."""
        if self._pipe is None:
            assert self._asked is not None
            return self._work(self._asked)
        try:
            answer = self._pipe.recv() if self._pipe.poll(self._wall_s) else None
        except (EOFError, OSError):
            raise Exceeded(_reason(self.close(), self._cpu_s)) from None
        except Exception as error:  # what it sent cannot be read
            self.close()
            raise Exceeded(f"gave no result: {type(error).__name__}") from error
        if answer is None:
            self.close()
            raise Exceeded(f"took longer than {self._wall_s:.0f} s")
        is_result, value = answer
        if is_result:
            return value  # type: ignore[no-any-return]
        if isinstance(value, MemoryError):
            self.close()
            raise Exceeded("took more memory than it may")
        raise value

    def close(self) -> int:
        """End the process; how it ended, as `os.waitpid` says."""
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        status = 0
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                _, status = os.waitpid(self._process, 0)
            self._process = 0
        return status

    def _start(self) -> None:
        here, there = Pipe()
        process = os.fork()
        if process == 0:
            try:
                here.close()
                self._serve(there)
            finally:
                os._exit(0)  # nothing of the parent's is flushed or closed a second time
        there.close()
        self._pipe, self._process = here, process

    def _serve(self, pipe: "Connection[Any, Any]") -> None:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nowhere, standard)
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115
        limit_process(self._memory_bytes)
        while True:
            try:
                question = pipe.recv()
            except EOFError:
                return
            _limit_cpu(self._cpu_s)
            try:
                answer: tuple[bool, object] = (True, self._work(question))
            except MemoryError:
                answer = (False, MemoryError())
            except Exception as error:
                answer = (False, error)
            try:
                pipe.send(answer)
            except MemoryError:
                pipe.send((False, MemoryError()))
            except Exception as error:  # an exception that cannot be sent
                pipe.send((False, RuntimeError(f"{type(error).__name__}: {error}")))


def limit_process(memory_bytes: int) -> None:
    """Bound this process's memory to so much more than it holds, where the system can."""
    import resource

    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):
        with open("/proc/self/statm", encoding="ascii") as file:
            held = int(file.read().split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = held + memory_bytes
        if hard != resource.RLIM_INFINITY:
            wanted = min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


def _limit_cpu(seconds: int) -> None:
    """Have the system end this process after so much more of work."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds
    with contextlib.suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _reason(status: int, cpu_s: int) -> str:
    """Why a process ended by itself."""
    ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if ended_by == signal.SIGXCPU:
        return f"took more than {cpu_s} s of work"
    if ended_by:
        return f"ended its reader ({signal.Signals(ended_by).name})"
    return "ended its reader"
