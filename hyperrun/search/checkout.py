"""A repository that is a git URL: a shallow checkout of it, made and refreshed by git.

git is told nothing it could ask back, follows no scheme but http(s), ssh and file, runs no hook
and no filter of the repository, and is ended when it takes too long or brings too much.
"""

import asyncio
import base64
import hashlib
import logging
import os
import re
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from hyperrun.errors import SearchUnavailable

log = logging.getLogger(__name__)

TIMEOUT_S = 600.0
MAX_BYTES = 2 * 1024**3
MAX_SAID_BYTES = 4_000_000
MAX_REASON_CHARS = 500
SCHEMES = ("https", "http", "ssh", "file")

# A forge and a path below it, as they stand behind the scheme.
_HOST = re.compile(r"(?:github|gitlab|codeberg|bitbucket)\.[a-z][a-z.]+/[\w.-]+/[\w./-]+$")
_SCP = re.compile(r"^[\w.-]+@[\w.-]+:[^:]+$")  # git@host:path


def is_url(repo: str) -> bool:
    """Is this meant as an address, allowed or not?"""
    return "://" in repo or "::" in repo or bool(_SCP.match(repo))


def no_folder(place: str | Path) -> str:
    """What is said of a folder that is not there: it may be an address that lacks its beginning."""
    folder = Path(place).expanduser().absolute()
    if meant := _HOST.search(str(place)):
        return f"{folder} is not a folder: is https://{meant[0]} meant?"
    return f"{folder} is not a folder"


def is_bare(folder: Path) -> bool:
    """Is it a repository without a checkout, of git's own files and none of the project?"""
    return (folder / "HEAD").is_file() and all(
        (folder / name).is_dir() for name in ("objects", "refs")
    )


def name(url: str) -> str:
    """The repository's name: the last part of the path."""
    return re.split(r"[/:]", url.rstrip("/"))[-1].removesuffix(".git") or "repository"


def shown(url: str) -> str:
    """The address without a user's name or token, for logs."""
    return re.sub(r"//[^/@]*@", "//", url)


class Checkout:
    """One remote repository in a folder of its own below `data_dir`."""

    def __init__(
        self,
        url: str,
        data_dir: Path,
        timeout_s: float = TIMEOUT_S,
        most_bytes: int = MAX_BYTES,
        token: str = "",
    ) -> None:
        """Raises `SearchUnavailable` where the scheme is none that is allowed."""
        scheme = "ssh" if _SCP.match(url) else urlsplit(url).scheme
        control = any(ord(letter) < 33 or ord(letter) == 127 for letter in url)
        if scheme not in SCHEMES or "::" in url or control or url.startswith("-"):
            raise SearchUnavailable(f"{shown(url)} is no http(s), ssh or file address")
        self.url = url
        key = hashlib.sha256(url.encode()).hexdigest()[:12]
        self.folder = data_dir.resolve() / "checkouts" / key / re.sub(r"[^\w.-]", "-", name(url))
        self._timeout_s = timeout_s
        self._most_bytes = most_bytes
        self._token = token
        self.looked_at = 0.0  # the time of the last look that succeeded
        self.failure = ""  # why the last did not

    async def refresh(self) -> None:
        """Bring the newest commit of the default branch. Raises `SearchUnavailable`.

        What was there stays when the new one cannot be had.
        """
        try:
            await self._refresh()
        except SearchUnavailable as error:
            self.failure = str(error)
            raise
        except OSError as error:
            self.failure = f"no room for {shown(self.url)}: {error.strerror}"
            raise SearchUnavailable(self.failure) from error
        self.looked_at, self.failure = time.time(), ""

    async def _refresh(self) -> None:
        self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        old = self.folder.with_name(self.folder.name + ".old")
        if not self.folder.exists() and old.exists():  # ended between the two renames below
            old.rename(self.folder)
        if (self.folder / ".git").is_dir():
            await asyncio.to_thread(_unlock, self.folder)
            try:
                await self._git(
                    self.folder, "fetch", "--depth=1", "--no-tags", "--no-recurse-submodules",
                    "--", self.url, "HEAD",
                )  # fmt: skip
                await self._git(self.folder, "reset", "--hard", "FETCH_HEAD")
                return
            except SearchUnavailable as error:
                if await self._is_whole():
                    raise
                log.warning("the checkout is broken and is made anew: %s", error)
        fresh = self.folder.with_name(self.folder.name + ".new")
        await asyncio.to_thread(shutil.rmtree, fresh, ignore_errors=True)
        try:
            await self._git(
                self.folder.parent, "clone", "--depth=1", "--single-branch", "--no-tags",
                "--no-recurse-submodules", "--template=", "--", self.url, str(fresh),
            )  # fmt: skip
            await asyncio.to_thread(shutil.rmtree, old, ignore_errors=True)
            with suppress(FileNotFoundError):
                self.folder.rename(old)
            fresh.rename(self.folder)
        finally:
            await asyncio.to_thread(shutil.rmtree, fresh, ignore_errors=True)
            if self.folder.exists():
                await asyncio.to_thread(shutil.rmtree, old, ignore_errors=True)

    async def _is_whole(self) -> bool:
        """Is everything there that the commit needs, so that the fault is the remote's?"""
        try:
            await self._git(self.folder, "fsck", "--connectivity-only", "--no-dangling", "HEAD")
            await self._git(self.folder, "status", "--porcelain")
        except SearchUnavailable:
            return False
        return True

    async def tags(self) -> frozenset[str]:
        """The names of the remote's tags. Raises `SearchUnavailable`."""
        said = await self._git(self.folder.parent, "ls-remote", "--tags", "--refs", "--", self.url)
        lines = said.decode(errors="replace").splitlines()
        return frozenset(line.partition("refs/tags/")[2] for line in lines)

    async def tag(self, tag: str) -> None:
        """Fetch one tag. Raises `SearchUnavailable` where there is none."""
        name = f"refs/tags/{tag}"
        await self._git(
            self.folder, "fetch", "--depth=1", "--no-tags", "--", self.url, f"{name}:{name}"
        )

    def _login(self) -> dict[str, str]:
        """What has git send the token to the repository's own address, told where no list of
        processes shows it."""
        parts = urlsplit(self.url)
        if not self._token or parts.scheme not in ("https", "http"):
            return {}
        login = base64.b64encode(f"x-access-token:{self._token}".encode()).decode()
        return {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"http.{parts.scheme}://{parts.netloc}/.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {login}",
        }

    async def _git(self, folder: Path, *arguments: str) -> bytes:
        """What git says, at most `MAX_SAID_BYTES` of it. Raises `SearchUnavailable`."""
        options = ["protocol.allow=never", "core.hooksPath=/dev/null", "core.symlinks=false",
                   "core.fsmonitor=false", "filter.lfs.smudge=", "filter.lfs.required=false",
                   "credential.helper=", "http.lowSpeedTime=30",
                   "http.lowSpeedLimit=1000"]  # fmt: skip
        options += [f"protocol.{scheme}.allow=always" for scheme in SCHEMES]
        settings = [part for option in options for part in ("-c", option)]
        try:
            process = await asyncio.create_subprocess_exec(
                "git", *settings, "-C", str(folder), *arguments,
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE, start_new_session=True,
                env=_environment() | self._login(),
            )  # fmt: skip
        except OSError as error:
            raise SearchUnavailable(f"git cannot be started: {error}") from error
        assert process.stderr is not None
        assert process.stdout is not None
        said = asyncio.ensure_future(_read(process.stderr))
        answer = asyncio.ensure_future(_read(process.stdout))
        watching = asyncio.ensure_future(self._too_much(folder))
        ending = asyncio.ensure_future(process.wait())
        try:
            done, _ = await asyncio.wait(
                {watching, ending}, timeout=self._timeout_s, return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                raise SearchUnavailable(f"{shown(self.url)} takes too long")
            # Weighed at its end, too: it may come sooner than the next look.
            if watching in done or await asyncio.to_thread(_size, folder) > self._most_bytes:
                raise SearchUnavailable(f"{shown(self.url)} brings too much")
            if process.returncode:
                raise SearchUnavailable(
                    f"git {arguments[0]} {shown(self.url)}: {_reason(await said)}"
                )
            return await answer
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
            for task in (said, answer, watching, ending):
                task.cancel()

    async def _too_much(self, folder: Path) -> None:
        """Return once the folder holds more than it may."""
        while await asyncio.to_thread(_size, folder) <= self._most_bytes:  # noqa: ASYNC110
            await asyncio.sleep(0.5)


async def _read(stream: asyncio.StreamReader) -> bytes:
    """All that comes, so that nobody waits for room; the first `MAX_SAID_BYTES` of it are kept."""
    kept = b""
    while part := await stream.read(65_536):
        kept = (kept + part)[:MAX_SAID_BYTES]
    return kept


def _reason(said: bytes) -> str:
    """Why git failed, out of all it has said: in one line, without anybody's token."""
    lines = [line.strip() for line in said.decode(errors="replace").splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:", "remote:"))]
    return shown("; ".join(fatal or lines[-3:]))[:MAX_REASON_CHARS]


def _unlock(folder: Path) -> None:
    """Remove what a git that was ended has left: the folder is this process's alone."""
    for path in (folder / ".git").rglob("*.lock"):
        with suppress(OSError):
            path.unlink()


def _size(folder: Path) -> int:
    total = 0
    for path, _, files in os.walk(folder):
        for file in files:
            with suppress(OSError):
                total += os.lstat(os.path.join(path, file)).st_size
    return total


def _environment() -> dict[str, str]:
    """What git and ssh need, with nobody to ask and no configuration of the machine's."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SSH_AUTH_SOCK", "SSL_CERT_FILE",
            "http_proxy", "https_proxy", "no_proxy", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")
            if name in os.environ}  # fmt: skip
    return kept | {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "SSH_ASKPASS": "true",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oConnectTimeout=20",
        "LC_ALL": "C",
    }
