"""Search by meaning with the ColGrep program, beside the embedded index and never instead of it.

Everything is kept in a folder of our own: `<data>/colgrep/<repository>/` holds the staged corpus,
its side map and ColGrep's index; `<data>/colgrep/home` and `hub` are what the program takes for the
home folder and for the model cache. It never sees the repository, whose folders it would trust
(ColGrep 1.8.5 loads an ONNX Runtime from a `.venv` in its working directory), nor our environment.
"""

import asyncio
import hashlib
import json
import logging
import os
import shutil
import sqlite3
import sys
import time
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from hyperrun.passage import Passage
from hyperrun.search.colgrep import model as models
from hyperrun.search.colgrep import staging
from hyperrun.search.colgrep.program import (
    BadOutput,
    ColGrepError,
    Crowded,
    IndexBusy,
    IndexCorrupt,
    IndexMissing,
    ModelUnavailable,
    NotInstalled,
    TimedOut,
    run,
)

log = logging.getLogger(__name__)

MAX_RESULTS = 50
MAX_QUERY_CHARS = 512
SEARCHES_AT_ONCE = 2
MAX_WAITING = 2  # beyond them a crowd is answered by the embedded index alone, at once
FAILURES_BEFORE_PAUSE = 3
_PACKAGE = Path(__file__).parent.parent.parent.parent


@dataclass(frozen=True, slots=True)
class Limits:
    """How long each call may take, and how long to wait after one that failed, in seconds."""

    search_s: float = 8.0
    build_s: float = 30 * 60.0
    fetch_s: float = 10 * 60.0
    grace_s: float = 15.0
    debounce_s: float = 2.0
    retry_s: float = 30.0
    most_retry_s: float = 30 * 60.0
    pause_s: float = 60.0


class ColGrep:
    """One index of ColGrep's, of all that is searched: `folders` are the sources' by what their
    files' paths begin with in the embedded index, "" where there is one. `ready` says whether it
    can be asked, `note` why not."""

    def __init__(
        self,
        folders: Mapping[str, Path],
        data_dir: Path,
        *,
        program: str = "",
        model: str = "",
        limits: Limits | None = None,
    ) -> None:
        named = "\n".join(f"{prefix} {root}" if prefix else str(root)
                          for prefix, root in folders.items())  # fmt: skip
        key = hashlib.sha256(named.encode()).hexdigest()[:12]
        self._folders = dict(folders)
        self._shared = data_dir.resolve() / "colgrep"
        self._folder = self._shared / key
        self._program = program
        self._wanted_model = model
        self._limits = limits or Limits()
        self._model: Path | None = None
        self._one_builder = asyncio.Lock()
        self._slots = asyncio.Semaphore(SEARCHES_AT_ONCE)
        self._asked = 0
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._failures = 0
        self._paused_until = 0.0
        self._spoilt = False  # ColGrep's index cannot be read, whatever `init` says of it
        self.ready = False
        self.building = False
        self.note = ""

    @property
    def corpus(self) -> Path:
        """The staged corpus."""
        return staging.corpus(self._folder)

    @property
    def installed(self) -> bool:
        """Is the program there?"""
        return find_program(self._program) is not None

    def start(self, index: Path) -> None:
        """Keep this index up to the embedded one at `index`, in the background.

        `changed` says when; an index of an earlier run can be asked at once.
        """
        self._task = asyncio.ensure_future(self._keep_fresh(index))

    def changed(self) -> None:
        """The embedded index has changed."""
        self._changed.set()

    async def build(self, index: Path) -> None:
        """Stage the passages of the embedded index and have ColGrep index them.

        A build that was killed goes on where it was. Raises `ColGrepError`; what was indexed
        before can still be searched.
        """
        async with self._one_builder:
            self.building = True
            try:
                await self._build(index)
            finally:
                self.building = False
        self._failures, self._paused_until, self.note = 0, 0.0, ""

    async def search(self, query: str, k: int = 10) -> list[tuple[Passage, str]]:
        """The best passages with their addresses, best first, at most `k` (1 to 50).

        Each stands in the repository as it is now; what has changed since is left out. A question
        without a single visible character finds nothing. Raises `ColGrepError`.
        """
        text = question(query)
        if not text:
            return []
        if not self.ready or self._model is None:
            raise IndexMissing(self.note or "the first index is still being built")
        if time.monotonic() < self._paused_until:
            raise ColGrepError("it failed several times and is left alone for a while")
        most = min(max(k, 1), MAX_RESULTS)
        arguments = [
            "search", "--json", "--no-update", "--color", "never", "-y",
            "-k", str(min(2 * most + 10, 100)), "--model", str(self._model),
            "--", text, str(self.corpus),
        ]  # fmt: skip
        if self._asked >= SEARCHES_AT_ONCE + MAX_WAITING:
            raise Crowded("as many searches as may wait are waiting")
        self._asked += 1
        try:
            async with asyncio.timeout(self._limits.search_s), self._slots:
                printed = await self._run(arguments, self._limits.search_s)
            found = await asyncio.to_thread(self._passages, _files(printed, self.corpus))
        except TimeoutError as error:
            self._count_failure()
            raise TimedOut(f"no answer within {self._limits.search_s:g} s") from error
        except sqlite3.Error as error:
            raise ColGrepError(f"the side map cannot be read: {error}") from error
        except (IndexMissing, IndexCorrupt) as error:
            self.ready = False
            self._spoilt = isinstance(error, IndexCorrupt)
            self.changed()
            raise
        except ColGrepError:
            self._count_failure()
            raise
        finally:
            self._asked -= 1
        self._failures = 0
        return found[:most]

    async def close(self) -> None:
        """End what runs in the background."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _keep_fresh(self, index: Path) -> None:
        with suppress(ColGrepError, OSError):
            await asyncio.to_thread(self.recall)
        wait_s = self._limits.retry_s
        while True:
            await self._changed.wait()
            await asyncio.sleep(self._limits.debounce_s)
            self._changed.clear()
            try:
                await self.build(index)
            except (ColGrepError, OSError, sqlite3.Error) as error:
                log.warning("ColGrep's index is not built: %s", error)
                self.note = _note(error)
                self._changed.set()
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, self._limits.most_retry_s)
            else:
                wait_s = self._limits.retry_s

    def recall(self) -> None:
        """Take up the index of an earlier run, where it is whole. Raises `ModelUnavailable`."""
        self._model = models.local(self._wanted_model, self._hubs())
        self.ready = self._model is not None and self.installed and self._is_built()

    async def _build(self, index: Path) -> None:
        if not self.installed:
            raise NotInstalled("there is no colgrep program")
        for folder in (self._shared / "home", self._shared / "empty", self._folder / "indices"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._model = await self._find_model()
        if await asyncio.to_thread(self._is_locked):
            # A server that was killed leaves its builder behind; files must not vanish under it.
            raise IndexBusy("a builder of an earlier run is still at work")
        await run(
            self._stager(index),
            folder=_PACKAGE,
            environment={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(_PACKAGE)},
            timeout_s=self._limits.build_s,
            behind=True,
        )
        try:
            if self._spoilt:
                raise IndexCorrupt("a search could not read it")
            await self._init(self._model, self.corpus, self._limits.build_s)
        except IndexCorrupt as error:
            # A kill in the middle of an update can leave one that ColGrep 1.8.5 cannot read.
            log.warning("ColGrep's index is built anew: %s", error)
            self.ready = False
            await asyncio.to_thread(shutil.rmtree, self._folder / "indices", ignore_errors=True)
            await self._init(self._model, self.corpus, self._limits.build_s)
            self._spoilt = False
        self.ready = await asyncio.to_thread(self._is_built)
        if not self.ready:
            raise IndexMissing("there is nothing in this repository that it indexes")

    def _stager(self, index: Path) -> list[str]:
        module = "hyperrun.search.colgrep.staging"
        return [sys.executable, "-m", module, str(index.resolve()), str(self._folder)]

    async def _find_model(self) -> Path:
        """The model's folder, fetched from the hub first where it is not here yet."""
        model = await asyncio.to_thread(models.local, self._wanted_model, self._hubs())
        if model is not None:
            return model
        name = models.hub_name(self._wanted_model)
        log.info("fetching ColGrep's model %s (once)", name)
        # ColGrep has no command for it; it fetches before it looks for files, and finds none here.
        with suppress(IndexMissing):
            await self._init(name, self._shared / "empty", self._limits.fetch_s, network=True)
        model = await asyncio.to_thread(models.local, self._wanted_model, self._hubs())
        if model is None:
            raise models.unavailable(name, "it is not on the hub in a form ColGrep reads")
        return model

    async def _init(
        self, model: Path | str, folder: Path, timeout_s: float, *, network: bool = False
    ) -> None:
        arguments = ["init", "--color", "never", "-y", "--model", str(model), "--", str(folder)]
        await self._run(arguments, timeout_s, network=network, behind=True)

    async def _run(
        self, arguments: list[str], timeout_s: float, *, network: bool = False, behind: bool = False
    ) -> str:
        program = find_program(self._program)
        if program is None:
            raise NotInstalled("there is no colgrep program")
        return await run(
            [str(program), *arguments],
            folder=self._shared / "empty",
            environment=self._environment(network),
            timeout_s=timeout_s,
            behind=behind,
            grace_s=self._limits.grace_s if behind else 0.0,
        )

    def _environment(self, network: bool) -> dict[str, str]:
        """All that the program is told; no key of ours is in it."""
        passed = ["PATH", "LANG", *(models.NETWORK_VARIABLES if network else ())]
        environment = {name: os.environ[name] for name in passed if name in os.environ}
        environment |= {
            "HOME": str(self._shared / "home"),
            "COLGREP_DATA_DIR": str(self._folder / "indices"),
            "HF_HOME": str(self._shared / "hub"),
            "COLGREP_FORCE_CPU": "1",
            "RAYON_NUM_THREADS": str(min(os.cpu_count() or 1, 4)),
            "NO_COLOR": "1",
            # Scores have no fixed scale, so nothing is cut off by them.
            "COLGREP_CENTROID_SCORE_THRESHOLD": "-1",
            # It asks git for sibling worktrees; our folder may be inside somebody's repository.
            "GIT_CEILING_DIRECTORIES": str(self._shared.parent),
        }
        library = models.runtime_library()
        if library is not None:
            environment["ORT_DYLIB_PATH"] = str(library)
        return environment

    def _is_locked(self) -> bool:
        """Is another process building? Seen by the lock that ColGrep itself takes."""
        import fcntl  # POSIX, as is everything here that ends processes

        for lock in (self._folder / "indices").glob("*/.lock"):
            with lock.open("r+") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    return True
        return False

    def _is_built(self) -> bool:
        """Is there a whole index of this corpus with this model? Seen without the program."""
        for project in (self._folder / "indices").glob("*/project.json"):
            try:
                said = json.loads(project.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue
            if said.get("project_path") == str(self.corpus) and said.get("model") == str(
                self._model
            ):
                whole = (project.parent / "index" / "metadata.json").is_file()
                return whole and not (project.parent / ".building").exists()
        return False

    def _hubs(self) -> list[Path]:
        return [self._shared / "hub" / "hub", *models.caches()]

    def _passages(self, paths: list[str]) -> list[tuple[Passage, str]]:
        """Where these staged files' passages stand now, in the same order."""
        found = []
        for rank, staged in enumerate(staging.look_up(self._folder, paths)):
            now = staging.standing(self._folders, staged) if staged is not None else None
            if now is not None:
                passage, address = now
                found.append((_scored(passage, rank), address))
        return found

    def _count_failure(self) -> None:
        self._failures += 1
        if self._failures >= FAILURES_BEFORE_PAUSE:
            self._paused_until = time.monotonic() + self._limits.pause_s


def find_program(program: str = "") -> Path | None:
    """ColGrep: the one named, else on PATH, else where cargo installs it. None on Windows.

    Ending a program with all its children needs process groups.
    """
    if sys.platform == "win32":
        return None
    candidates = [program] if program else ["colgrep", str(Path.home() / ".cargo/bin/colgrep")]
    found = (shutil.which(str(Path(each).expanduser()) if "/" in each else each)
             for each in candidates)  # fmt: skip
    return next((Path(each).resolve() for each in found if each), None)


def question(query: str) -> str:
    """`query` on one line, without control characters, at most 512 characters."""
    visible = (" " if unicodedata.category(each)[0] in "CZ" else each for each in query[:5_000])
    return " ".join("".join(visible).split())[:MAX_QUERY_CHARS].strip()


def _note(error: Exception) -> str:
    """What strangers may read of it, too: no path, no command. The log has the rest."""
    says: dict[type[Exception], str] = {
        NotInstalled: "is not installed",
        ModelUnavailable: "has no usable model",
        IndexBusy: "is at work in another process",
        IndexMissing: "finds nothing that it indexes",
        TimedOut: "took too long to build its index",
    }
    return f"ColGrep {says.get(type(error), 'could not build its index')}"


def _files(printed: str, corpus: Path) -> list[str]:
    """The staged files of a search's output, best first, each once."""
    try:
        results = json.loads(printed)
        files = [result["unit"]["file"] for result in results]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadOutput(f"its output cannot be read: {error!r}"[:300]) from error
    if not isinstance(results, list) or not all(isinstance(file, str) for file in files):
        raise BadOutput("its output is not a list of results")
    prefix = f"{corpus}/"
    return list(dict.fromkeys(f[len(prefix) :] for f in files if f.startswith(prefix)))


def _scored(passage: Passage, rank: int) -> Passage:
    """Its own scores have no fixed scale; a place in the order is all that is kept."""
    return replace(passage, score=round(1 / (rank + 1), 4))
