"""What agents can do by MCP, apart from the protocol: each tool gives Markdown, or a sentence.

A model reads it, so everything stands in the text: the page's address, the file, the lines and
their commit.
"""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

from hyperrun.errors import BadInput, NotYours
from hyperrun.redaction import redact_from_logs
from hyperrun.search.whole_pages import Page, Part
from hyperrun.web.api import found
from hyperrun.web.asking import ask, follow
from hyperrun.web.caller import Caller
from hyperrun.web.forms import MAX_QUESTION_CHARS
from hyperrun.web.json_input import (
    DEFAULT_RESULTS,
    MAX_NAME_CHARS,
    MAX_NOTE_CHARS,
    MAX_QUERY_CHARS,
    MAX_RESULTS,
    AskInput,
    GapInput,
    ReadInput,
    SearchInput,
)
from hyperrun.web.services import Services

MAX_FOUND_CHARS = 40_000  # of one search; what is found beyond is named alone
MAX_READ_CHARS = 60_000  # of one page or file at once
MAX_HEADINGS = 40  # told where a section is not there

Schema = dict[str, Any]


def _text(about: str, most: int) -> Schema:
    return {"type": "string", "maxLength": most, "description": about}


def _input(needed: Sequence[str] = (), **properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(needed),
        "additionalProperties": False,
    }


INPUTS = {
    "search": _input(
        ["query"],
        query=_text("What to look for: a question, a few words, or a name in the code.",
                    MAX_QUERY_CHARS),
        k={"type": "integer", "minimum": 1, "maximum": MAX_RESULTS, "default": DEFAULT_RESULTS,
           "description": "How many passages at most."},
        version=_text("A version's folder or git tag; without it the current one.", 64),
        source=_text("One source, by its label, where there are several.", 100),
    ),
    "read": _input(
        page=_text("A page: its address, or its path as `search` and the resources name it.",
                   2_000),
        file=_text("A file of documentation or code, in place of `page`.", MAX_NAME_CHARS),
        section=_text("Of a page one heading, by its words or its anchor, with all below it.",
                      MAX_NAME_CHARS),
        lines=_text("Of a file these lines, as in `10-40`.", 40),
    ),
    "ask": _input(
        ["question"],
        question=_text("The question, in any language.", MAX_QUESTION_CHARS),
        conversation=_text("What an earlier answer gave, to ask on.", 200),
        page=_text("The address of the page that the question is about.", 2_000),
    ),
    "report_gap": _input(
        ["question"],
        question=_text("What was looked for and not found.", MAX_QUERY_CHARS),
        note=_text("What was tried, and what would have helped.", MAX_NOTE_CHARS),
    ),
}  # fmt: skip
ABOUT = {
    "search": "Search {project}'s documentation and code. Gives passages, best first, each with "
    "its page, file, lines and commit.",
    "read": "Read a page of {project}'s documentation as Markdown, or lines of a file.",
    "ask": "Ask a question about {project}. Gives a written answer with numbered sources. Slower "
    "than `search`, and within the limits of readers.",
    "report_gap": "Tell {project}'s maintainers what their documentation does not answer, after "
    "you have searched for it.",
}
TITLES = {
    "search": "Search the documentation",
    "read": "Read a page or a file",
    "ask": "Ask about the project",
    "report_gap": "Report what is not documented",
}


def names(services: Services) -> list[str]:
    """The tools that the operator allows."""
    asks = services.settings.mcp == "passages" or (
        services.settings.mcp == "on" and services.models.operators() is not None
    )
    return [name for name in INPUTS if name != "ask" or asks]


async def call(services: Services, caller: Caller, name: str, given: object) -> str:
    """What a tool gives. Raises `HyperRunError`; of `BadInput` the sentence is for the model."""
    match name:
        case "search":
            return await _search(services, SearchInput.of(given))
        case "read":
            return await asyncio.to_thread(_read, services, ReadInput.of(given))
        case "ask":
            return await _ask(services, caller, AskInput.of(given))
        case _:
            return await _report_gap(services, caller, GapInput.of(given))


async def _search(services: Services, wanted: SearchInput) -> str:
    redact_from_logs(wanted.query)
    passages = await found(services, wanted)
    if not passages:
        return "Nothing was found. Try other words."
    told = []
    left = MAX_FOUND_CHARS
    for number, passage in enumerate(passages, 1):
        text = f"## {number}. {passage['title']}\n\n{place_of(passage)}"
        if len(passage["text"]) <= left:
            left -= len(passage["text"])
            text += f"\n\n{_fenced(passage)}"
        told.append(text)
    return "\n\n".join(told) + "\n"


def place_of(passage: dict[str, Any]) -> str:
    """Where a passage stands, a line for each address."""
    lines = []
    if passage["url"]:
        lines.append(f"- Page: {passage['url']}")
    if passage["start_line"]:
        at = f"- File: {passage['file']}, lines {passage['start_line']}-{passage['end_line']}"
        lines.append(f"{at}, commit {passage['commit']}" if passage["commit"] else at)
    if passage["permalink"]:
        lines.append(f"- Source: {passage['permalink']}")
    return "\n".join(lines) or f"- File: {passage['file']}"


def _fenced(passage: dict[str, Any]) -> str:
    """Prose as it is; code between fences that it does not hold."""
    text = str(passage["text"])
    if passage["kind"] in ("section", "page", "document", "cell"):
        return text
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{passage['language']}\n{text}\n{fence}"


def _read(services: Services, wanted: ReadInput) -> str:
    pages = services.search.whole_pages
    if wanted.file and (wanted.start_line or not wanted.section):
        lines = pages.lines(wanted.file, wanted.start_line or 1, wanted.end_line)
        if lines is None:
            raise BadInput("There is no such file here. `search` names those that there are.")
        head = f"File: {wanted.file}, lines {lines.start_line}-{lines.end_line}"
        head += f" of {lines.of_lines}" + (f", commit {lines.commit}" if lines.commit else "")
        source = f"\nSource: {lines.permalink}" if lines.permalink else ""
        return f"{head}{source}\n\n{_cut(lines.text, 'Read on with `lines`.')}\n"
    page = pages.find(wanted.page or wanted.file)
    if page is None:
        raise BadInput("There is no such page here. `search` names those that there are.")
    if not wanted.section:
        rest = "Read on with `section`, one of its headings."
        return f"{_head(services, page)}\n\n{_cut(pages.markdown(page), rest)}\n"
    parts = pages.parts(page)
    chosen = section(parts, wanted.section)
    if not chosen:
        there = [part.title for part in parts][:MAX_HEADINGS]
        raise BadInput(f"There is no such section. There is: {'; '.join(there)}")
    text = "\n\n".join(part.markdown for part in chosen)
    numbers = [line for part in chosen for line in (part.start_line, part.end_line) if line]
    return f"{_head(services, page, numbers, chosen[0].anchor)}\n\n{_cut(text, '')}\n"


def section(parts: Sequence[Part], name: str) -> list[Part]:
    """The part with this heading, heading path or anchor, and those below it."""
    name = name.lstrip("#").strip().casefold()
    for at, part in enumerate(parts):
        words = part.title.casefold()
        if name in (part.anchor.casefold(), words, words.rpartition(" > ")[2]) and name:
            below = f"{part.title} > "
            rest = parts[at + 1 :]
            end = next(
                (n for n, each in enumerate(rest)
                 if each.title != part.title and not each.title.startswith(below)),
                len(rest),
            )  # fmt: skip
            return [part, *rest[:end]]
    return []


def _head(services: Services, page: Page, lines: Sequence[int] = (), anchor: str = "") -> str:
    """Where a page is, for whoever cites it."""
    told = []
    if page.url:
        told.append(f"Page: {page.url}{f'#{anchor}' if anchor else ''}")
    if page.file:
        at = f", lines {min(lines)}-{max(lines)}" if lines else ""
        commit = services.search.whole_pages.commit(page)
        told.append(f"File: {page.file}{at}{f', commit {commit}' if commit else ''}")
    if page.permalink:
        told.append(f"Source: {page.permalink}")
    return "\n".join(told) or f"Page: {page.path}"


def _cut(text: str, rest: str) -> str:
    if len(text) <= MAX_READ_CHARS:
        return text.rstrip()
    kept = text[:MAX_READ_CHARS].rpartition("\n")[0] or text[:MAX_READ_CHARS]
    return f"{kept}\n\n… The rest is left out. {rest}".rstrip()


async def _ask(services: Services, caller: Caller, wanted: AskInput) -> str:
    if wanted.conversation and services.tokens.check(wanted.conversation) is None:
        raise NotYours("no valid token of the conversation")
    session = services.tokens.open(wanted.conversation)
    turn = await ask(services, caller, session, wanted.question, wanted.page)
    done: dict[str, Any] = {}
    async with aclosing(follow(services, turn, "en")) as told:
        async for each in told:
            if each.event == "done":
                done = each.data
    lines = [done["answer"] or "There is no answer."]
    if done["sources"]:
        lines += ["", "Sources:"]
    for source in done["sources"]:
        at = place_of(source).replace("- ", "   - ").replace("\n-", "\n   -")
        lines += [f"[{source['number']}] {source['title']}", at]
    lines += ["", *(each for each in (done["error"], done["notice"]) if each)]
    lines.append(f"To ask on, send conversation: {done['conversation']}")
    return "\n".join(lines) + "\n"


async def _report_gap(services: Services, caller: Caller, wanted: GapInput) -> str:
    redact_from_logs(wanted.question)
    if services.settings.keep_questions:
        await services.store.report_gap(wanted.question, wanted.note, caller.asker.agent)
    return "Thank you. The maintainers will see it in their report."
