"""The ColGrep program, run safely: what may go wrong has a type, and nothing outlives its caller.

ColGrepError           the program failed; the embedded index answers
├── NotInstalled       there is no such program, or it cannot be started
├── UsageError         it does not know our options: another version (exit status 2)
├── IndexMissing       nothing has been indexed yet
├── IndexBuilding      the first index is being built by another process
├── IndexBusy          another process holds the index's lock
├── IndexCorrupt       the index cannot be read: throw it away and build again
├── ModelUnavailable   no usable model, tokenizer or ONNX Runtime
├── Crashed            a panic (exit status 101) or a signal
├── TimedOut           it was too slow and was killed
├── Crowded            as many searches as may wait are waiting; no failure of the program
└── BadOutput          what it printed is not what version 1.8.5 prints, or far too much

The contract is that of ColGrep 1.8.5, read in its source and held by tests against the program.
"""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from hyperrun.errors import SearchError

MAX_OUTPUT_BYTES = 16 * 1024 * 1024
MAX_WORDS_BYTES = 16 * 1024  # of stderr, its end


class ColGrepError(SearchError):
    """The ColGrep program failed; the embedded index answers."""


class NotInstalled(ColGrepError):
    """There is no such program, or it cannot be started."""


class UsageError(ColGrepError):
    """It does not know our options: another version."""


class IndexMissing(ColGrepError):
    """Nothing has been indexed yet."""


class IndexBuilding(ColGrepError):
    """The first index is being built by another process."""


class IndexBusy(ColGrepError):
    """Another process holds the index's lock; try again later."""


class IndexCorrupt(ColGrepError):
    """The index cannot be read; throw it away and build again."""


class ModelUnavailable(ColGrepError):
    """There is no usable model, tokenizer or ONNX Runtime."""


class Crashed(ColGrepError):
    """It panicked or was ended by a signal."""


class TimedOut(ColGrepError):
    """It was too slow and was killed."""


class Crowded(ColGrepError):
    """As many searches as may wait are waiting already."""


class BadOutput(ColGrepError):
    """It printed something else than version 1.8.5 does, or far too much."""


# What stderr says before exit status 1. The first that is in it wins.
_SAYS: tuple[tuple[str, type[ColGrepError]], ...] = (
    ("currently being built", IndexBuilding),
    ("Timed out waiting for index lock", IndexBusy),
    ("while another process is updating", IndexBusy),
    ("Index appears corrupted", IndexCorrupt),
    ("Index load failed", IndexCorrupt),
    ("No data to merge", IndexCorrupt),
    ("No index found", IndexMissing),
    ("No files indexed", IndexMissing),
    ("ONNX", ModelUnavailable),
    ("onnx", ModelUnavailable),
    ("Failed to load ColBERT model", ModelUnavailable),
    ("Model not found", ModelUnavailable),
    ("quantized model not found", ModelUnavailable),
    ("tokenizer", ModelUnavailable),
    ("request error", ModelUnavailable),
    ("huggingface", ModelUnavailable),
)


def failure(status: int, words: str) -> ColGrepError:
    """The error for an exit status other than 0 and the end of stderr."""
    said = " ".join(words.split())[-600:] or "it said nothing"
    if status == 2:
        return UsageError(f"colgrep does not know our options: {said}")
    if status < 0:
        return Crashed(f"colgrep was ended by signal {-status}: {said}")
    if status == 101:
        return Crashed(f"colgrep panicked: {said}")
    kind = next((kind for text, kind in _SAYS if text in words), ColGrepError)
    return kind(f"colgrep ended with {status}: {said}")


async def run(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    timeout_s: float,
    behind: bool = False,
    grace_s: float = 0.0,
) -> str:
    """Run `command` in `folder` with exactly `environment`; what it printed.

    `behind` gives way to everything else on the machine. On every way out, this task's end
    included, its whole process group is gone: killed, with `grace_s` seconds (at most one, where
    this task is cancelled) for an interrupt to take effect first. Raises `ColGrepError`.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=folder,
            env=dict(environment),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:  # ValueError: a NUL in an argument
        raise NotInstalled(f"cannot start {command[0]}: {error}") from error
    ended = False
    try:
        if behind:
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, process.pid, 10)
        assert process.stdout is not None
        assert process.stderr is not None
        async with asyncio.timeout(timeout_s):
            printed, words = await _both(process.stdout, process.stderr)
            status = await process.wait()
        ended = True
    except asyncio.CancelledError:
        grace_s = min(grace_s, 1.0)  # a server that stops has no more
        raise
    except TimeoutError as error:
        raise TimedOut(f"{command[0]} ran longer than {timeout_s:g} s") from error
    finally:
        if not ended:
            await _end(process, grace_s)
    if status:
        raise failure(status, words)
    return printed


async def _both(stdout: asyncio.StreamReader, stderr: asyncio.StreamReader) -> tuple[str, str]:
    """Read both pipes to their ends, so that neither fills up and stops the program."""

    async def words() -> bytes:
        kept = b""
        while chunk := await stderr.read(65_536):
            kept = (kept + chunk)[-MAX_WORDS_BYTES:]
        return kept

    async def printed() -> bytes:
        chunks = []
        size = 0
        while chunk := await stdout.read(65_536):
            size += len(chunk)
            if size > MAX_OUTPUT_BYTES:
                raise BadOutput(f"it printed more than {MAX_OUTPUT_BYTES} bytes")
            chunks.append(chunk)
        return b"".join(chunks)

    said = asyncio.ensure_future(words())
    try:
        output = await printed()
        return output.decode(errors="replace"), (await said).decode(errors="replace")
    finally:
        said.cancel()


async def _end(process: asyncio.subprocess.Process, grace_s: float) -> None:
    """End the whole group; the program is its leader, so its id stays taken until then."""
    if grace_s and process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), grace_s)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
