"""What a reader sends, read once from the body of a form and checked.

Only the body counts: FastHTML would also take a field from a cookie, a header or the query string.
Every class is a parameter type for a handler (`form: AskForm`); FastHTML calls `__from_request__`.
"""

import re
from dataclasses import dataclass
from typing import Any, Self

from starlette.datastructures import UploadFile
from starlette.requests import Request

from hyperrun.domain import PageContext
from hyperrun.errors import BadQuestion
from hyperrun.redaction import without_secrets
from hyperrun.text import clean, is_blank

MAX_QUESTION_CHARS = 8_000
MAX_SEARCH_CHARS = 300
MAX_FIELDS = 40


async def fields(request: Request) -> dict[str, str]:
    """The form's text fields. A field sent twice, or a file, is refused with `BadQuestion`."""
    try:
        async with request.form(max_files=0, max_fields=MAX_FIELDS) as form:
            items = form.multi_items()
    except Exception as error:  # whatever the parser makes of a malformed body
        raise BadQuestion(f"unreadable form: {error}") from error
    read: dict[str, str] = {}
    for name, value in items:
        if isinstance(value, UploadFile) or name in read:
            raise BadQuestion(f"field {name!r} is a file or stands twice")
        read[name] = value
    return read


def _short(read: dict[str, str], name: str, most: int) -> str:
    """A field of one line, cut to `most` characters."""
    return " ".join(clean(read.get(name, "")).split())[:most]


@dataclass(frozen=True, slots=True)
class ReaderForm:
    """Who asks, and in which language: every form carries it."""

    token: str
    lang: str

    @classmethod
    async def __from_request__(cls, req: Request) -> Self:
        read = await fields(req)
        return cls(**cls._values(read))

    @classmethod
    def _values(cls, read: dict[str, str]) -> dict[str, Any]:
        return {"token": _short(read, "token", 200), "lang": _short(read, "lang", 20)}


@dataclass(frozen=True, slots=True)
class OtherForm(ReaderForm):
    """Another conversation than the one that is open, by its token; "" where none is named."""

    other: str

    @classmethod
    def _values(cls, read: dict[str, str]) -> dict[str, Any]:
        return ReaderForm._values(read) | {"other": _short(read, "other", 200)}


@dataclass(frozen=True, slots=True)
class PageForm(ReaderForm):
    """The page that the reader is on."""

    page_url: str
    page_title: str

    @classmethod
    def _values(cls, read: dict[str, str]) -> dict[str, Any]:
        return ReaderForm._values(read) | {
            "page_url": page_url(_short(read, "page_url", 2_000)),
            "page_title": _short(read, "page_title", 300),
        }


@dataclass(frozen=True, slots=True)
class SearchForm(ReaderForm):
    """What is being typed into the search box, "" where there is nothing to see in it; `rests`
    where its rows were made in haste, and no letter has followed."""

    words: str
    rests: bool

    @classmethod
    def _values(cls, read: dict[str, str]) -> dict[str, Any]:
        words = clean(read.get("words", "")[:MAX_SEARCH_CHARS])
        return ReaderForm._values(read) | {
            "words": "" if is_blank(words) else words,
            "rests": read.get("rests") == "1",
        }


@dataclass(frozen=True, slots=True)
class AskForm(ReaderForm):
    """A question, the page it was asked on, and the turn it is an edited form of.

    A key that the reader has pasted along with it is taken out: it is neither kept nor sent on.
    """

    query: str
    edits: str
    page: PageContext

    @classmethod
    def _values(cls, read: dict[str, str]) -> dict[str, Any]:
        query = without_secrets(clean(read.get("query", "")))
        if is_blank(query):
            raise BadQuestion("empty question", "error_question_empty")
        if len(query) > MAX_QUESTION_CHARS:
            raise BadQuestion(f"{len(query)} characters", "error_question_too_long")
        page = PageContext(
            url=page_url(_short(read, "page_url", 2_000)),
            title=_short(read, "page_title", 300),
            heading=_short(read, "page_heading", 300),
            selection=without_secrets(clean(read.get("selection", "")))[:4_000],
            version=_short(read, "page_version", 64),
        )
        edits = _short(read, "edits", 100)
        return ReaderForm._values(read) | {"query": query, "edits": edits, "page": page}


def page_url(text: str) -> str:
    """An http(s) or file address without query string and fragment; anything else is dropped."""
    if not re.match(r"(https?|file)://[^\s<>\"'`\\]*$", text):
        return ""
    return re.split(r"[?#]", text, maxsplit=1)[0]


@dataclass(frozen=True, slots=True)
class FeedbackForm(ReaderForm):
    """A thumb up (1), down (-1) or taken back (0), with a reason and a comment."""

    rating: int
    reason: str
    comment: str
    complete: bool  # the reader has seen the form behind the thumb

    @classmethod
    def _values(cls, read: dict[str, str]) -> dict[str, Any]:
        if read.get("rating") not in ("-1", "0", "1"):
            raise BadQuestion(f"rating {read.get('rating')!r}")
        return ReaderForm._values(read) | {
            "rating": int(read["rating"]),
            "reason": _short(read, "reason", 40),
            "comment": clean(read.get("comment", ""))[:2_000],
            "complete": "comment" in read,
        }


@dataclass(frozen=True, slots=True)
class EscalationForm(ReaderForm):
    """What a reader writes to a person. The name and the address are for the answer alone."""

    name: str
    mail: str
    missing: str
    complete: bool  # the reader has seen the form

    @classmethod
    def _values(cls, read: dict[str, str]) -> dict[str, Any]:
        return ReaderForm._values(read) | {
            "name": _short(read, "name", 100),
            "mail": _short(read, "mail", 300),
            "missing": without_secrets(clean(read.get("missing", "")))[:4_000],
            "complete": "missing" in read,
        }


@dataclass(frozen=True, slots=True)
class KeyForm(ReaderForm):
    """A model and the reader's own key for it. The key is kept out of every `repr`."""

    model: str
    api_key: str

    def __repr__(self) -> str:
        return f"KeyForm(model={self.model!r})"

    @classmethod
    def _values(cls, read: dict[str, str]) -> dict[str, Any]:
        return ReaderForm._values(read) | {
            "model": _short(read, "model", 200),
            "api_key": _short(read, "api_key", 501),  # one too long is refused, not cut
        }
