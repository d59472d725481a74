"""Other versions of the repository: a git tag's tree, or a folder that holds one version's docs."""

import asyncio
import io
import logging
import re
import shutil
import sqlite3
import subprocess
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from hyperrun.errors import SearchUnavailable
from hyperrun.search.index import Index
from hyperrun.search.index_file import location

log = logging.getLogger(__name__)

MAX_KEPT = 4
MAX_BYTES = 512 * 1024 * 1024
TIMEOUT_S = 120.0
# Readers name versions, and a build is work: as many as are kept may come at once, and after that
# one in so many seconds.
BETWEEN_BUILDS_S = 20.0
LIST_EVERY_S = 60.0  # how often the tags are listed, whatever readers name

_NAME = re.compile(r"^[A-Za-z0-9][\w.+-]{0,63}$")


def folders(version: str) -> tuple[str, ...]:
    """How generators name a version's folder."""
    return (version, f"v{version}", f"version-{version}", version.removeprefix("v"))


def tags(version: str) -> tuple[str, ...]:
    """How projects name a version's tag."""
    bare = version.removeprefix("v")
    return tuple(dict.fromkeys((version, f"v{bare}", bare, f"release-{bare}", f"version-{bare}")))


class Versions:
    """The tags of one repository that were asked for, each with an index of its own."""

    def __init__(
        self,
        data_dir: Path,
        build: Callable[[Path, Path], Awaitable[None]],
        fetch_tag: Callable[[str], Awaitable[None]] | None = None,
        list_tags: Callable[[], Awaitable[frozenset[str]]] | None = None,
    ) -> None:
        self._data_dir = data_dir.resolve()
        self._build = build
        self._fetch_tag = fetch_tag
        self._list_tags = list_tags
        self._tags: frozenset[str] = frozenset()
        self._listed_at = -LIST_EVERY_S
        self._listing = asyncio.Lock()
        self._ready: dict[str, tuple[Index, str]] = {}  # version -> index and commit, oldest first
        self._building: dict[str, asyncio.Task[None]] = {}
        self._started: deque[float] = deque(maxlen=MAX_KEPT)  # when the last builds were asked for
        self._turn = asyncio.Lock()  # one build at a time

    async def find(self, root: Path, version: str, wait_s: float) -> tuple[Index, str] | None:
        """The index of a tag and its commit; None where no tag has such a name.

        Raises `SearchUnavailable` while it is still being built, and where it cannot be.
        """
        if not _NAME.match(version):
            return None
        if version in self._ready:
            self._ready[version] = self._ready.pop(version)
            return self._ready[version]
        if version not in self._building:
            commit = await self._commit(root, version)
            if not commit:
                return None
            if version not in self._building:
                self._admit(version)
                self._building[version] = asyncio.create_task(self._make(root, version, commit))
        done, _ = await asyncio.wait({self._building[version]}, timeout=wait_s)
        if not done:
            raise SearchUnavailable(f"{version} is still being read")
        if version not in self._ready:
            raise SearchUnavailable(f"{version} could not be read")
        return self._ready[version]

    def _admit(self, version: str) -> None:
        """Count one more build, or raise `SearchUnavailable`."""
        now = time.monotonic()
        is_full = len(self._started) == MAX_KEPT
        if is_full and now - self._started[0] < MAX_KEPT * BETWEEN_BUILDS_S:
            raise SearchUnavailable(f"{version} is not read yet; other versions are")
        self._started.append(now)

    async def _commit(self, root: Path, version: str) -> str:
        """The commit of the version's tag; "" where there is none. Readers name versions, so a
        name that is no tag's costs a look at a list."""
        known = await self._known(root)
        tag = next((each for each in tags(version) if each in known), "")
        if not tag:
            return ""
        name = f"refs/tags/{tag}^{{commit}}"
        commit = await asyncio.to_thread(_git, root, "rev-parse", "--verify", "-q", name)
        if not commit and self._fetch_tag is not None:
            with suppress(SearchUnavailable):
                await self._fetch_tag(tag)
            commit = await asyncio.to_thread(_git, root, "rev-parse", "--verify", "-q", name)
        return commit.decode().strip()

    async def _known(self, root: Path) -> frozenset[str]:
        """All tags, listed now and then: once for all who ask meanwhile."""
        async with self._listing:
            if time.monotonic() - self._listed_at >= LIST_EVERY_S:
                self._listed_at = time.monotonic()
                try:
                    self._tags = await (self._list_tags or partial(_local_tags, root))()
                except SearchUnavailable as error:
                    log.warning("the tags cannot be listed: %s", error)
            return self._tags

    async def _make(self, root: Path, version: str, commit: str) -> None:
        tree = self._data_dir / "versions" / commit[:16]
        index = Index(location(self._data_dir, f"{root}@{commit}"))
        try:
            if not index.is_complete():
                async with self._turn:
                    await asyncio.to_thread(_extract, root, commit, tree)
                    await self._build(tree, index.path)
            self._ready[version] = (index, commit)
            while len(self._ready) > MAX_KEPT:
                oldest, _ = self._ready.pop(next(iter(self._ready)))
                oldest.delete()
        except (OSError, SearchUnavailable, sqlite3.Error, subprocess.SubprocessError) as error:
            log.warning("version %s cannot be read: %s", version, error)
        finally:
            await asyncio.to_thread(shutil.rmtree, tree, ignore_errors=True)
            del self._building[version]

    async def close(self) -> None:
        """End what is being built."""
        for task in list(self._building.values()):
            task.cancel()
        await asyncio.gather(*self._building.values(), return_exceptions=True)
        for index, _ in self._ready.values():
            index.close()


async def _local_tags(root: Path) -> frozenset[str]:
    said = await asyncio.to_thread(
        _git, root, "for-each-ref", "--format=%(refname:strip=2)", "refs/tags"
    )
    return frozenset(said.decode(errors="replace").splitlines())


def _git(root: Path, *arguments: str) -> bytes:
    done = subprocess.run(
        ["git", "-C", str(root), *arguments],
        capture_output=True, timeout=TIMEOUT_S, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.stdout if done.returncode == 0 else b""


class _Bounded(io.RawIOBase):
    """A stream that ends in an error where it gives more than it may."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._left = MAX_BYTES

    def read(self, size: int = -1) -> bytes:
        part = self._stream.read(size)
        self._left -= len(part)
        if self._left < 0:
            raise OSError("the version is too large")
        return part


def _extract(root: Path, commit: str, tree: Path) -> None:
    """Write the tree of a commit below `tree`. Raises `OSError`."""
    import tarfile

    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(mode=0o700, parents=True)
    with subprocess.Popen(
        ["git", "-C", str(root), "archive", "--format=tar", commit],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        assert isinstance(process.stdout, io.BufferedReader)
        try:
            with tarfile.open(fileobj=_Bounded(process.stdout), mode="r|") as archive:
                for member in archive:
                    if member.isfile() or member.isdir():
                        archive.extract(member, tree, filter="data")
        except tarfile.TarError as error:
            raise OSError(f"git archive gave no archive: {error}") from error
        finally:
            process.kill()
