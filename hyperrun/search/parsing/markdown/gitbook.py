"""What GitBook's own tags say on a page: links to pages, files, calls of an API."""

import posixpath
import re
from collections.abc import Mapping

from hyperrun.search.parsing import commonmark
from hyperrun.search.parsing.blocks import Block
from hyperrun.search.parsing.markdown import snippets
from hyperrun.search.parsing.markdown.reading import Reading
from hyperrun.search.parsing.markdown.text import without_escapes

_REFERENCES = ("content-ref", "page-ref")
_CALLS = ("openapi", "openapi-operation", "swagger", "api-method")
_PARAMETERS = ("swagger-parameter", "api-method-parameter")
_RESPONSES = ("swagger-response", "api-method-response-example")
NAMES = frozenset(
    (*_REFERENCES, *_CALLS, *_PARAMETERS, *_RESPONSES, "openapi-schemas", "file", "prompt")
)
_HEADING = re.compile(r"#[ \t]+(\S.*)")
_LINK = re.compile(r"\[([^\[\]]*)\]\(")
MAX_LINES = 60  # of a page, for its title


def blocks(
    document: Reading, name: str, values: Mapping[str, str], body: str, start: int, end: int
) -> list[Block]:
    """What one tag says, which holds `body` where that is read with it."""
    if name in _REFERENCES:
        address = values.get("url") or values.get("page") or ""
        words = _LINK.search(body)
        title = title_of(document, address) or (document.words(words[1]) if words else "")
        said = commonmark.link(title, address) if "://" in address else title
    elif name in _CALLS:
        method, path = values.get("method", ""), values.get("path", "")
        call = f"{method.upper()} {values.get('baseUrl') or values.get('host', '')}{path}".strip()
        summary = document.words(values.get("summary", ""))
        said = "\n\n".join(
            filter(
                None, (summary and commonmark.strong(summary), call and commonmark.code_span(call))
            )
        )
    elif name in _PARAMETERS:
        known = [values.get("type", ""), values.get("in", "")]
        known.append("required" if values.get("required") == "true" else "")
        more = ", ".join(filter(None, known))
        said = commonmark.code_span(values.get("name", "")) + (f" ({more}):" if more else ":")
    elif name in _RESPONSES:
        told = values.get("status") or values.get("httpCode", "")
        described = document.words(values.get("description", ""))
        said = " ".join(filter(None, (told and commonmark.strong(document.words(told)), described)))
    elif name == "file":
        said = commonmark.escaped(posixpath.basename(values.get("src", "")))
    elif name == "prompt":  # which its page folds away: it is for a model, and not for a reader
        said = document.words(values.get("description", ""))
    else:
        said = ""
    return [Block(start, end, said)] if said.strip() else []


def title_of(document: Reading, address: str) -> str:
    """The title of the page of this project that a link leads to; "" where that is not known."""
    path = address.partition("#")[0].rstrip("/")
    if document.place is None or not path or "://" in path:
        return ""
    names = (path,) if path.endswith(".md") else (f"{path}/README.md", f"{path}.md")
    shown = next(filter(None, (snippets.found(document.place, name) for name in names)), None)
    matches = map(_HEADING.match, shown.lines[:MAX_LINES] if shown else ())
    heading = next((match[1] for match in matches if match), "")
    return document.words(without_escapes(heading.partition("<a ")[0].strip()))
