"""The JSON interface as OpenAPI describes it; it is held against the server by a test."""

from typing import Any

from hyperrun.web.forms import MAX_QUESTION_CHARS
from hyperrun.web.json_input import DEFAULT_RESULTS, MAX_QUERY_CHARS, MAX_RESULTS

Schema = dict[str, Any]

# Something to see stands in it: a text of spaces alone is refused.
_SAYS = r"[^\s\p{Cf}\p{Cc}\p{Zs}]"


def _text(about: str, most: int = 0, **more: Any) -> Schema:
    return {"type": "string", "description": about} | ({"maxLength": most} if most else {}) | more


def _object(properties: Schema, needed: list[str]) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": needed,
        "additionalProperties": False,
    }


def _or_null(schema: Schema) -> Schema:
    return schema | {"type": [schema["type"], "null"]}


SEARCH = _object(
    {
        "query": _text("What to look for.", MAX_QUERY_CHARS, minLength=1, examples=["dim a lamp"]),
        "k": _or_null(
            {
                "type": "integer",
                "minimum": 1,
                "maximum": MAX_RESULTS,
                "default": DEFAULT_RESULTS,
                "description": "How many passages at most.",
            }
        ),
        "version": _or_null(_text("A version's folder or git tag.", 64)),
        "source": _or_null(_text("One source, by its label, where there are several.", 100)),
    },
    ["query"],
)
ASK = _object(
    {
        "question": _text(
            "The question.", MAX_QUESTION_CHARS, minLength=1, examples=["How do I dim a lamp?"]
        ),
        "conversation": _or_null(
            _text("The `conversation` of an answer, to ask on; without it a new one begins.", 200)
        ),
        "page": _or_null(_text("The address of the page that the question is about.", 2_000)),
    },
    ["question"],
)
_PASSAGE: Schema = {
    "title": _text("The path of headings, or the name of what is defined there."),
    "kind": _text("`section`, `page`, `function` and others."),
    "url": _or_null(_text("The public page with its anchor.")),
    "file": _text("The file, or for a `page` its path below the site."),
    "start_line": {"type": "integer", "minimum": 0},
    "end_line": {"type": "integer", "minimum": 0},
    "permalink": _or_null(_text("The lines on the forge, at their commit.")),
    "source": _text("The source's label, where there are several."),
    "version": _text("The version that was asked for, where the text is of that."),
    "language": _text("Of code."),
    "commit": _text("The commit that the lines are of."),
    "text": _text("What it says, as Markdown or code."),
}
PASSAGE = _object(_PASSAGE, list(_PASSAGE))
_ANSWER: Schema = {
    "id": _text("This answer."),
    "conversation": _text("Send it with the next question to ask on. Whoever has it may read it."),
    "outcome": _text("How it ended.", enum=["answered", "failed", "stopped", "interrupted"]),
    "answer": _text("The answer, as Markdown. `[n]` is the source with that number."),
    "sources": {
        "type": "array",
        "items": _object(
            {"number": {"type": "integer", "minimum": 1}} | _PASSAGE, ["number", *_PASSAGE]
        ),
    },
    "suggestions": {"type": "array", "items": {"type": "string"}},
    "notice": _text("What is told with the answer, and is no failure."),
    "error": _text("Why it failed. What was found may stand in the answer all the same."),
    "written_by": _or_null(_text("The model; null where the answer quotes what was found.")),
    "is_complete": {"type": "boolean"},
}
ANSWER = _object(_ANSWER, list(_ANSWER))
_PAGE: Schema = {
    "path": _text("What tells it from all others."),
    "title": _text("Its title."),
    "url": _or_null(_text("Its public address.")),
    "markdown": _text("Its address as Markdown."),
    "file": _or_null(_text("The file that it is made of.")),
    "permalink": _or_null(_text("That file on the forge.")),
    "source": _text("The source's label, where there are several."),
}
_PAGES: Schema = {
    "pages": {"type": "array", "items": _object(_PAGE, list(_PAGE))},
    "total": {"type": "integer", "minimum": 0},
    "next": {"type": ["integer", "null"], "description": "`after` of what follows."},
}
_ERROR = {
    "code": _text("A word for programs."),
    "message": _text("A sentence for people."),
    "retry_after_s": {"type": "integer", "minimum": 1},
}
ERROR = _object({"error": _object(_ERROR, ["code", "message"])}, ["error"])
EVENTS = (
    "With `Accept: application/json` one JSON; else "
    "Server-Sent Events, each with JSON as its data: `searching` (`query`), `found` (`query`, "
    "`passages`), `text` (`delta`: more of the answer), `answer` (`answer`: all of it in the place "
    "of what came before), and last `done` with an `Answer`."
)
_REFUSALS = {
    "400": "What was sent cannot be used.",
    "401": "A key is needed.",
    "403": "The page that asks is not of a site that may.",
    "404": "There is nothing there.",
    "408": "It took too long to arrive.",
    "409": "An answer of this conversation is still being made.",
    "413": "It is too much at once.",
    "415": "The body is no `application/json`.",
    "421": "The server has no such name.",
    "429": "It was too much, too fast; `Retry-After` tells when to come back.",
    "503": "The documentation cannot be searched just now.",
}


def _refusals(*statuses: str) -> Schema:
    return {
        status: {
            "description": _REFUSALS[status],
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        }
        for status in statuses
    }


def _json(name: str) -> Schema:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


_POSTED = ("400", "401", "403", "404", "408", "413", "415", "429", "503")


def described(server: str, *, needs_key: bool = False) -> Schema:
    """The whole document, for the server at this address."""
    security: Schema = {"security": [{"key": []}]} if needs_key else {}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "HyperRun",
            "version": "1",
            "description": "Search a project's documentation and code, and ask questions about it.",
        },
        "servers": [{"url": server}],
        "paths": {
            "/api/search": {
                "post": {
                    "operationId": "search",
                    "summary": "The passages for a question, best first",
                    "requestBody": {"required": True, "content": _json("Search")},
                    "responses": {
                        "200": {"description": "Found.", "content": _json("Found")},
                        **_refusals(*_POSTED),
                    },
                }
                | security
            },
            "/api/ask": {
                "post": {
                    "operationId": "ask",
                    "summary": "An answer with its sources",
                    "description": EVENTS,
                    "requestBody": {"required": True, "content": _json("Ask")},
                    "responses": {
                        "200": {
                            "description": "Answered.",
                            "content": _json("Answer")
                            | {"text/event-stream": {"schema": {"type": "string"}}},
                        },
                        **_refusals(*_POSTED, "409"),
                    },
                }
                | security
            },
            "/api/pages": {
                "get": {
                    "operationId": "pages",
                    "summary": "The documentation's pages",
                    "parameters": [
                        {
                            "name": "after",
                            "in": "query",
                            "description": "`next` of the answer before.",
                            "schema": {"type": "integer", "minimum": 0, "maximum": 999_999_999},
                        }
                    ],
                    "responses": {
                        "200": {"description": "Listed.", "content": _json("Pages")},
                        **_refusals("400", "404", "503"),
                    },
                }
            },
        },
        "components": {
            "schemas": {
                "Search": SEARCH,
                "Ask": ASK,
                "Found": _object({"results": {"type": "array", "items": PASSAGE}}, ["results"]),
                "Answer": ANSWER,
                "Pages": _object(_PAGES, list(_PAGES)),
                "Error": ERROR,
            },
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }
