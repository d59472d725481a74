"""The desk's page around what it shows: navigation, who has logged in, and no script."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from fastcore.xml import FT, to_xml
from fasthtml.components import (
    H1,
    A,
    Body,
    Button,
    Div,
    Form,
    Head,
    Header,
    Html,
    Input,
    Label,
    Li,
    Link,
    Main,
    Meta,
    Nav,
    Option,
    P,
    Select,
    Span,
    Table,
    Tbody,
    Td,
    Th,
    Thead,
    Title,
    Tr,
    Ul,
)  # fmt: skip
from starlette.requests import Request
from starlette.responses import HTMLResponse

from hyperrun.web.desk.access import Session
from hyperrun.web.desk.words import Words, words_of
from hyperrun.web.origins import path_within

NAVIGATION = (
    ("", "overview"), ("/conversations", "conversations"), ("/gaps", "gaps"),
    ("/searches", "searches"), ("/pages", "pages"), ("/sources", "sources"),
    ("/limits", "limits"), ("/settings", "settings"),
)  # fmt: skip
HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
STYLES = Path(__file__).with_name("desk.css")


@cache
def styles() -> tuple[str, str]:
    """The style sheet and the name it is served by, which changes with it."""
    text = STYLES.read_text(encoding="utf-8")
    return text, f"desk-{sha256(text.encode()).hexdigest()[:12]}.css"


def up(request: Request) -> str:
    """What leads from a page of the desk to the server's own folder."""
    return "../" * (path_within(request.scope).count("/") - 1)


def desk_page(
    request: Request,
    session: Session | None,
    title: str,
    *content: FT | str | Iterable[FT],
    status: int = 200,
    refresh_s: int = 0,
) -> HTMLResponse:
    """A whole page of the desk; `title` is a key of its texts."""
    root, say = up(request), words_of(request)
    head = [
        Meta(charset="utf-8"),
        Meta(name="viewport", content="width=device-width, initial-scale=1"),
        Meta(name="color-scheme", content="light dark"),
        Meta(name="robots", content="noindex, nofollow"),
        Title(f"{say(title)} · {say('desk')}"),
        Link(rel="stylesheet", href=f"{root}desk/{styles()[1]}"),
        Link(rel="icon", href="data:,"),
    ]
    if refresh_s:
        head.append(Meta(http_equiv="refresh", content=str(refresh_s)))
    top = Header(
        A(say("skip"), href="#content", cls="skip"),
        Span("HyperRun ", say("desk"), cls="brand"),
        *([_navigation(root, request, say), _out(root, session, say)] if session else []),
        cls="top",
    )
    body = Body(top, Main(H1(say(title)), *content, id="content", tabindex="-1"))
    page = Html(Head(*head), body, lang=say.language)
    return HTMLResponse(to_xml(page, indent=False), status_code=status, headers=HEADERS)


def _navigation(root: str, request: Request, say: Words) -> FT:
    here = path_within(request.scope).removeprefix("/desk")
    here = "/conversations" if here.startswith("/conversation/") else here
    links = [
        Li(
            A(
                say(key),
                href=f"{root}desk{path}",
                **({"aria_current": "page"} if path == here else {}),
            )
        )
        for path, key in NAVIGATION
    ]
    return Nav(Ul(*links), aria_label=say("desk"))


def _out(root: str, session: Session, say: Words) -> FT:
    who = session.user or say("operator" if session.may_change else "only_looks")
    return Form(
        Span(who, cls="who"), Hidden("form", session.form), Button(say("log_out")),
        method="post", action=f"{root}desk/logout", cls="out",
    )  # fmt: skip


def Hidden(name: str, value: str) -> FT:
    """A field that goes along unseen."""
    return Input(type="hidden", name=name, value=value)


def Rows(names: Sequence[str], rows: Iterable[Sequence[FT | str]], nothing: str) -> FT:
    """A table that scrolls by itself on a phone; a sentence where there is nothing."""
    lines = [Tr(*(Td(cell, data_name=name) for name, cell in zip(names, row, strict=True)))
             for row in rows]  # fmt: skip
    if not lines:
        return P(nothing, cls="nothing")
    head = Thead(Tr(*(Th(name, scope="col") for name in names)))
    return Div(
        Table(head, Tbody(*lines)), cls="scroll", tabindex="0", role="region",
        aria_label=", ".join(names),
    )  # fmt: skip


def Facts(facts: Mapping[str, FT | str]) -> FT:
    """Numbers with their names."""
    return Div(*(Div(Span(value, cls="value"), Span(name, cls="name"), cls="fact")
                 for name, value in facts.items()), cls="facts")  # fmt: skip


def Field(label: str, name: str, value: str = "", **attributes: str) -> FT:
    """A text field under its label."""
    return Label(Span(label), Input(name=name, value=value, **attributes))


def Choice(label: str, name: str, options: Mapping[str, str], chosen: str) -> FT:
    """A choice under its label: values and what they are called."""
    return Label(
        Span(label),
        Select(
            *(Option(told, value=value, selected=value == chosen)
              for value, told in options.items()),
            name=name,
        ),
    )  # fmt: skip


def moment(seconds: float | None) -> str:
    """A time, to the minute, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M") if seconds else ""


def money(usd: float | None) -> str:
    """An amount; a dash where no price is known."""
    return "–" if usd is None else f"{usd:.4f}" if 0 < usd < 0.1 else f"{usd:.2f}"
