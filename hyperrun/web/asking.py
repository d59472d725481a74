"""One question, by whichever door it came: the same admission, budget and redaction for all."""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict, dataclass
from typing import Any

from hyperrun.domain import Outcome, PageContext, Source, Turn
from hyperrun.language import DEFAULT, text
from hyperrun.passage import Passage
from hyperrun.redaction import redact_from_logs
from hyperrun.storage.tokens import Session
from hyperrun.web.caller import Caller, admitted
from hyperrun.web.services import Services

log = logging.getLogger("hyperrun")

MAX_SHOWN_CHARS = 4_000  # of one passage


async def ask(
    services: Services,
    caller: Caller,
    session: Session,
    question: str,
    page: PageContext,
    language: str = DEFAULT,
    retry_of: str = "",
) -> Turn:
    """Start the answer to a question. Raises `LimitReached`, `Busy`."""
    if services.settings.log_questions:
        log.info("question", extra={"fields": {"question": question}})
    else:
        redact_from_logs(question)
    is_new = session.is_new
    async with admitted(caller, services, session.conversation, is_new=is_new) as reservation:
        return await services.turns.start(
            session.conversation, question, page, reservation, language,
            retry_of=retry_of, asker=caller.asker_for(services), is_new=is_new,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happens while a question is answered, for a program."""

    event: str  # searching, found, text, answer, done; "" keeps the line alive
    data: dict[str, Any]


async def follow(services: Services, turn: Turn, language: str) -> AsyncGenerator[Told, None]:
    """What happens until the answer has ended; the last is `done` with all of it.

    `text` is more of the answer, as Markdown, and `answer` all of it in the place of what was told
    before.
    """
    said = ""
    told_searches: dict[str, int | None] = {}
    now = turn
    async with aclosing(services.turns.follow(turn.id, language)) as updates:
        async for update in updates:
            if update is None:
                yield Told("", {})
                continue
            now = await services.turns.find(turn.id) or now
            for step in now.steps:
                if step.thought is not None:
                    continue
                if step.query not in told_searches:
                    told_searches[step.query] = None
                    yield Told("searching", {"query": step.query})
                if step.found is not None and told_searches[step.query] is None:
                    told_searches[step.query] = step.found
                    yield Told("found", {"query": step.query, "passages": step.found})
            if now.answer != said:
                more = now.answer.removeprefix(said) if now.answer.startswith(said) else ""
                event = Told("text", {"delta": more}) if more else _anew(now)
                said = now.answer
                yield event
    yield Told("done", answer_of(services, now, language))


def _anew(turn: Turn) -> Told:
    return Told("answer", {"answer": turn.answer})


def answer_of(services: Services, turn: Turn, language: str = DEFAULT) -> dict[str, Any]:
    """A turn that has ended, as programs are told it. `[n]` in the answer is the source `n`."""
    return {
        "id": turn.id,
        "conversation": services.tokens.of(turn.conversation),
        "outcome": turn.outcome.value,
        "answer": turn.answer,
        "sources": [source_of(services, each) for each in turn.sources],
        "suggestions": list(turn.suggestions),
        "notice": text(language, turn.notice) if turn.notice.startswith("error_") else turn.notice,
        "error": text(language, turn.error, seconds=0) if turn.error else "",
        "written_by": turn.usage.model or None,
        "is_complete": turn.outcome is Outcome.ANSWERED and turn.notice != "cut_off",
    }


def source_of(services: Services, source: Source) -> dict[str, Any]:
    """A passage that an answer cites."""
    return {"number": source.number} | passage_of(services, source.passage)


def passage_of(services: Services, passage: Passage) -> dict[str, Any]:
    """A passage with its page, its file, its lines and their commit."""
    kept = asdict(passage)
    shown = passage.shown
    if len(shown) > MAX_SHOWN_CHARS:
        shown = shown[:MAX_SHOWN_CHARS].rpartition("\n")[0] or shown[:MAX_SHOWN_CHARS]
    names = ("title", "kind", "url", "file", "start_line", "end_line", "permalink", "source",
             "version", "language")  # fmt: skip
    commit = "" if passage.version else services.search.tree_of(passage.file).forge.commit
    return {name: kept[name] for name in names} | {"commit": commit, "text": shown}
