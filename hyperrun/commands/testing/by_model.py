"""Answers of a model, asked no more often than needed: what nothing has changed of is remembered,
and a budget is a wall."""

import asyncio
import hashlib
import json
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from hyperrun.answering import prompts
from hyperrun.commands.testing.asking import Asker
from hyperrun.commands.testing.questions import AnswerTest
from hyperrun.commands.testing.verdict import Verdict, judge
from hyperrun.files import private_folder
from hyperrun.settings import Settings

log = logging.getLogger(__name__)

FILE = "answer-tests.json"
VERSION = 1
MAX_KEPT = 5_000
SPENT = "not asked: the budget is spent"


@dataclass
class ByModel:
    """Asks a model through `model`, after `passages` has told what it would be given."""

    settings: Settings
    passages: Asker  # without a model: what is found, for nothing
    model: Asker
    name: str
    best_of: int = 1
    budget_usd: float = 1.0
    spent_usd: float = 0.0
    asked: int = 0
    remembered: int = 0
    _kept: dict[str, Any] = field(default_factory=dict)

    @property
    def _path(self) -> Path:
        return self.settings.data_dir / FILE

    def recall(self) -> None:
        """Read what was answered before, if it can be read."""
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            self._kept = kept["answers"] if kept["version"] == VERSION else {}
        except (OSError, ValueError, KeyError, TypeError):
            self._kept = {}

    def keep(self) -> None:
        """Write what was answered, for the next run."""
        private_folder(self.settings.data_dir)
        newest = dict(list(self._kept.items())[-MAX_KEPT:])
        content = json.dumps({"version": VERSION, "answers": newest}, ensure_ascii=False)
        place = self._path.with_suffix(".new")
        place.touch(mode=0o600)
        place.write_text(content, encoding="utf-8")
        os.replace(place, self._path)

    async def verdict(self, test: AnswerTest, tests: Sequence[AnswerTest]) -> Verdict:
        """The best of at most `best_of` answers to one question."""
        key = await self._key(test, tests)
        if key in self._kept:
            self.remembered += 1
            kept = self._kept[key] = self._kept.pop(key)
            return Verdict(test, tuple(kept["wrong"]), kept["answer"], tuple(kept["found"]))
        best: Verdict | None = None
        for _ in range(self.best_of):
            if self.spent_usd >= self.budget_usd:
                return best or Verdict(test, error=SPENT)
            answered = await self.model.answer(test, tests)
            self.asked += 1
            usage = answered.turn.usage
            if not answered.error and not usage.model:
                return Verdict(test, error="the model did not answer")
            usd = usage.cost_usd
            if usd is None:  # no price is known: what the server would count
                tokens = usage.prompt_tokens + usage.completion_tokens
                usd = tokens * self.settings.assumed_usd_per_million_tokens / 1e6
            self.spent_usd += usd
            verdict = replace(judge(test, answered, written=True), usd=usd)
            if best is None or (len(verdict.wrong), verdict.error) < (len(best.wrong), best.error):
                best = verdict
            if verdict.holds:
                break
        assert best is not None
        if not best.error:
            self._kept[key] = {"wrong": best.wrong, "answer": best.answer, "found": best.found}
        return best

    async def _key(self, test: AnswerTest, tests: Sequence[AnswerTest]) -> str:
        """What an answer depends on: the question, those before it, the model and what it is told,
        and the passages that are found for it."""
        answered = await self.passages.answer(test, tests)
        known = {each.ask: each for each in tests}
        chain, at = [asdict(test)], test.follows
        while at:
            chain.append(asdict(known[at]) if at in known else {"ask": at})
            at = known[at].follows if at in known else ""
        told = prompts.system_prompt(self.settings.system_prompt, self.passages.search.project)
        given = [
            (each.file, each.title, each.shown) for each in answered.found[: self.passages.k]
        ]  # fmt: skip
        everything = json.dumps(
            [VERSION, self.name, self.best_of, told, chain, given], ensure_ascii=False
        )
        return hashlib.sha256(everything.encode(errors="replace")).hexdigest()[:32]


async def in_turn(
    tests: Sequence[AnswerTest],
    verdict_of: Callable[[AnswerTest], Any],
    at_once: int,
) -> list[Verdict]:
    """The verdicts in the questions' order, at most so many asked at a time."""
    places = asyncio.Semaphore(at_once)

    async def one(test: AnswerTest) -> Verdict:
        async with places:
            began = asyncio.get_running_loop().time()
            verdict: Verdict = await verdict_of(test)
            return replace(verdict, seconds=asyncio.get_running_loop().time() - began)

    return list(await asyncio.gather(*map(one, tests)))
