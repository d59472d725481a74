"""What programs send, by JSON or MCP, read once and checked; what is wrong, in a sentence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from hyperrun.domain import PageContext
from hyperrun.errors import BadInput
from hyperrun.redaction import without_secrets
from hyperrun.text import clean, is_blank
from hyperrun.web.forms import MAX_QUESTION_CHARS, page_url

MAX_QUERY_CHARS = 2_000
MAX_RESULTS = 50
DEFAULT_RESULTS = 8
MAX_NAME_CHARS = 1_000
MAX_NOTE_CHARS = 2_000

Values = Mapping[str, Any]


def only(values: object, *names: str) -> Values:
    """An object with these members at most. Raises `BadInput`."""
    if not isinstance(values, dict):
        raise BadInput("An object is expected: {" + ", ".join(f'"{name}"' for name in names) + "}.")
    for name in values:
        if name not in names:
            known = ", ".join(f"`{each}`" for each in names)
            raise BadInput(f"There is no `{clean(str(name))[:40]}`; there is {known}.")
    return values


def line(values: Values, name: str, most: int, *, needed: bool = False) -> str:
    """A text of one line. Raises `BadInput` where it is none, too long, or needed and blank."""
    text = " ".join(words(values, name, most).split())
    if needed and is_blank(text):
        raise BadInput(f"`{name}` is empty.")
    return text


def words(values: Values, name: str, most: int) -> str:
    """A text, "" where it is not there. Raises `BadInput`."""
    value = values.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadInput(f"`{name}` is a text.")
    if len(value) > most:
        raise BadInput(f"`{name}` has {most} characters at most.")
    return clean(value)


def number(values: Values, name: str, default: int, least: int, most: int) -> int:
    """A whole number. Raises `BadInput`."""
    value = values.get(name)
    if value is None:
        return default
    if isinstance(value, float) and value.is_integer():  # JSON knows one kind of number
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BadInput(f"`{name}` is a whole number from {least} to {most}.")
    return value


@dataclass(frozen=True, slots=True)
class SearchInput:
    """What to look for, how many passages, and of which version and source."""

    query: str
    k: int
    version: str
    source: str

    @classmethod
    def of(cls, given: object) -> Self:
        values = only(given, "query", "k", "version", "source")
        return cls(
            without_secrets(line(values, "query", MAX_QUERY_CHARS, needed=True)),
            number(values, "k", DEFAULT_RESULTS, 1, MAX_RESULTS),
            line(values, "version", 64),
            line(values, "source", 100),
        )


@dataclass(frozen=True, slots=True)
class AskInput:
    """A question, the conversation that it goes on with (its token; "" for a new one), and the
    page that it is about. A key in it is taken out."""

    question: str
    conversation: str
    page: PageContext

    @classmethod
    def of(cls, given: object) -> Self:
        values = only(given, "question", "conversation", "page")
        question = without_secrets(words(values, "question", MAX_QUESTION_CHARS))
        if is_blank(question):
            raise BadInput("`question` is empty.")
        page = page_url(line(values, "page", 2_000))
        return cls(question, line(values, "conversation", 200), PageContext(url=page))


@dataclass(frozen=True, slots=True)
class ReadInput:
    """A page or a file, and of it a section or lines; both 0 where all is wanted."""

    page: str
    file: str
    section: str
    start_line: int
    end_line: int

    @classmethod
    def of(cls, given: object) -> Self:
        values = only(given, "page", "file", "section", "lines")
        page, file = line(values, "page", 2_000), line(values, "file", MAX_NAME_CHARS)
        if bool(page) == bool(file):
            raise BadInput("Name one of `page` and `file`.")
        lines = line(values, "lines", 40)
        start, end = 0, 0
        if lines:
            read = re.fullmatch(r"(\d{1,7})\s*(?:[-–:]\s*(\d{1,7}))?", lines)
            start = int(read[1]) if read else 0
            end = int(read[2] or read[1]) if read else 0
            if not 0 < start <= end:
                raise BadInput("`lines` is like `10-40`, counted from 1.")
            if not file:
                raise BadInput("`lines` are of a `file`; of a `page` name a `section`.")
        return cls(page, file, line(values, "section", MAX_NAME_CHARS), start, end)


@dataclass(frozen=True, slots=True)
class GapInput:
    """What was not found, and a note on it. Keys in them are taken out."""

    question: str
    note: str

    @classmethod
    def of(cls, given: object) -> Self:
        values = only(given, "question", "note")
        question = without_secrets(line(values, "question", MAX_QUERY_CHARS, needed=True))
        return cls(question, without_secrets(line(values, "note", MAX_NOTE_CHARS)))
