"""The meaning of questions, and the vectors of an index kept up behind the server.

Nothing here ever fails a search or a build: where there is no vector, words answer alone.
"""

import asyncio
import json
import logging
import os
import sqlite3
import sys
import time
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from hyperrun.search.dictionary import are_english
from hyperrun.search.vectors import models
from hyperrun.search.vectors.embedder import Embedder, EmbeddingError
from hyperrun.search.vectors.table import VectorTable, beginnings, counts

log = logging.getLogger(__name__)

QUESTION_WAIT_S = 1.5  # then words answer alone
PAUSE_S = 30.0  # in which a model that failed is not asked
AGAIN_S = 300.0  # until making is tried again
MAX_KEPT = 512  # questions whose vectors are remembered
MAX_AT_ONCE = 8  # questions that wait for the model
_PACKAGE = Path(__file__).parent.parent.parent.parent


@dataclass(frozen=True, slots=True)
class MeaningStatus:
    """How many passages have a vector, and what is wrong; `model` "" where none is wanted."""

    model: str = ""
    made: int = 0
    passages: int = 0
    note: str = ""


class Meaning:
    """The operator's embedding model for one index."""

    def __init__(
        self,
        index: Path,
        model: str,
        api_key: str = "",
        api_base: str = "",
        budget_usd: float = 0.0,
    ) -> None:
        self.table = VectorTable()
        self._index = index
        self._model = model
        self._api_key = api_key
        self._api_base = api_base
        self._budget_usd = budget_usd
        self._embedder: Embedder | None = None
        self._is_warm = False
        self._reading = asyncio.Lock()
        self._kept: OrderedDict[str, Sequence[float]] = OrderedDict()
        self._waiting = 0
        self._paused_until = 0.0
        self._made, self._passages = 0, 0
        self._note = ""
        self._making: asyncio.Task[None] | None = None

    def status(self) -> MeaningStatus:
        """How far the vectors are."""
        model = self._embedder.name if self._embedder else self._model
        return MeaningStatus(model, self._made, self._passages, self._note)

    async def of_question(self, question: str) -> Sequence[float] | None:
        """The vector of a question; None where there is none in time."""
        kept = self._kept.get(question)
        if kept is not None:
            self._kept.move_to_end(question)
            return kept
        busy = self._waiting >= MAX_AT_ONCE
        if not (self._made and self._is_warm) or busy or time.monotonic() < self._paused_until:
            return None
        self._waiting += 1
        work = asyncio.ensure_future(asyncio.to_thread(self._embed, question))
        work.add_done_callback(self._answered)
        try:
            vector = await asyncio.wait_for(asyncio.shield(work), QUESTION_WAIT_S)
        except (EmbeddingError, TimeoutError) as error:
            self._pause(str(error) or f"no vector within {QUESTION_WAIT_S} s")
            return None
        self._note = "" if self._note.startswith(_LEFT_OUT) else self._note
        self._kept[question] = vector
        if len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return vector

    def _answered(self, work: "asyncio.Future[Sequence[float]]") -> None:
        self._waiting -= 1
        if not work.cancelled():
            work.exception()  # it was told, or the question went on without

    def _embed(self, question: str) -> Sequence[float]:
        if self._embedder is None:
            raise EmbeddingError("the model is not loaded")
        found = self._embedder.embed([question], is_question=True).vectors[0]
        if not any(found):
            raise EmbeddingError("the model made an empty vector")
        return found

    def _pause(self, why: str) -> None:
        self._paused_until = time.monotonic() + PAUSE_S
        note = f"{_LEFT_OUT}: {why}"
        if note != self._note:
            log.warning("%s; words answer alone for %.0f s", note, PAUSE_S)
        self._note = note

    @property
    def language(self) -> str:
        """The only language that the model knows; "" where it knows many, or none is loaded."""
        return self._embedder.language if self._embedder else ""

    # Making

    def wake(self) -> None:
        """The index is complete: make what is missing, behind."""
        if self._making is None or self._making.done():
            self._making = asyncio.create_task(self._keep_making())

    async def rest(self) -> None:
        """Stop making, for a build or for good; `wake` goes on where it was."""
        if self._making is not None:
            self._making.cancel()
            await asyncio.gather(self._making, return_exceptions=True)

    async def close(self) -> None:
        """End making, and close the embedder."""
        await self.rest()
        if self._embedder is not None:
            self._embedder.close()

    async def _keep_making(self) -> None:
        while True:
            said = await self._make_once()
            if said != self._note and said:
                log.warning("vectors: %s", said)
            if said or not self._note.startswith(_LEFT_OUT):  # of a question, asked meanwhile
                self._note = said
            if said in ("", _NOT_ENGLISH, _TOO_LITTLE):
                return
            await asyncio.sleep(AGAIN_S)

    async def _make_once(self) -> str:
        """Load the model and make what is missing; "" or what is wrong."""
        try:
            async with self._reading:
                if self._embedder is None:
                    self._embedder = await asyncio.to_thread(
                        models.read, self._model, self._api_key, self._api_base
                    )
                    self.table.model = self._embedder.name
            if why := await asyncio.to_thread(self._count, self._embedder):
                return why
            if self._passages:  # a question does not wait for the model to be loaded
                await asyncio.to_thread(self._embedder.warm)
                self._is_warm = True
            return "" if self._made >= self._passages else await self._run()
        except (EmbeddingError, OSError, sqlite3.Error) as error:
            return str(error)

    def _count(self, embedder: Embedder) -> str:
        """See how many vectors there are, and are to be; why there are to be none, else ""."""
        place = f"{self._index.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(place, uri=True)) as connection:
            texts = beginnings(connection, "en") if embedder.language == "en" else []
            if texts and not (known := are_english(texts)):
                self._made = self._passages = 0
                return _TOO_LITTLE if known is None else _NOT_ENGLISH
            self._made, self._passages = counts(
                connection, embedder.name,
                only_prose=embedder.only_prose, language=embedder.language,
            )  # fmt: skip
        return ""

    async def _run(self) -> str:
        """Run the maker to its end; what it says is wrong."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hyperrun.search.vectors.make", str(self._index),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, cwd=_PACKAGE,
            env={**os.environ, "PYTHONPATH": str(_PACKAGE)},
        )  # fmt: skip
        assert process.stdin and process.stdout and process.stderr
        said = asyncio.ensure_future(process.stderr.read())
        began, before = time.monotonic(), self._made
        try:
            told = {
                "model": self._model, "api_key": self._api_key, "api_base": self._api_base,
                "budget_usd": self._budget_usd,
            }  # fmt: skip
            with suppress(ConnectionError):
                process.stdin.write(json.dumps(told).encode())
                await process.stdin.drain()
            process.stdin.close()
            async for line in process.stdout:
                self._made, self._passages = json.loads(line)
            words = (await said).decode(errors="replace").strip()
            if await process.wait() and not words:
                words = f"the maker ended with {process.returncode}"
            if not words:
                log.info(
                    "vectors of %d passages made in %.0f s",
                    self._made - before, time.monotonic() - began,
                )  # fmt: skip
            return words.splitlines()[-1] if words else ""
        finally:
            said.cancel()
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()


_LEFT_OUT = "meaning is left out"
_NOT_ENGLISH = f"{_LEFT_OUT}: the documentation is not in English, which is all the model knows"
_TOO_LITTLE = f"{_LEFT_OUT}: the documentation is too short to tell whether it is in English"
