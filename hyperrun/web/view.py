"""What every component needs to know, and the icons and sheets they all show.

Addresses come in as `Links`, so that no component knows a route; they are relative, so that the
server works under any path of a host.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import fhdaisy as ui
from fastcore.xml import FT, NotStr, to_xml
from fasthtml.components import H2, Dialog, Div, Form, Header, Img, Span
from fastlucide import Icon as LucideIcon

from hyperrun.language import text
from hyperrun.web.assets import ICONS

# What changes which messages are shown waits for the one before it, and for the history.
IN_TURN = "closest .chat-panel:queue all"


@dataclass(frozen=True, slots=True)
class Links:
    """Where the pages' buttons and forms lead."""

    ask: str
    history: str
    starters: str
    conversations: str
    agents: str
    open: str
    delete: str
    clear: str
    settings: str
    save_settings: str
    key_state: str
    forget_key: str
    models: str
    search: str
    missed: str
    stream: Callable[[str], str]
    stop: Callable[[str], str]
    retry: Callable[[str], str]
    go_on: Callable[[str], str]
    feedback: Callable[[str], str]
    escalate: Callable[[str], str]
    share: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class View:
    """What every component needs to know: where links lead, the language, what is switched on."""

    links: Links
    language: str
    title: str
    project: str
    subtitle: str = ""
    logo: str = ""  # the address of its picture, relative to the server; "" stands for a letter
    shows_cost: bool = True
    images: tuple[str, ...] = ()  # origins of pictures that answers may show
    share: bool = False
    human_url: str = ""
    disclaimer: str = ""
    consent: str = ""  # "on" for our words, else the operator's; "" or "off" for none
    privacy_url: str = ""
    escalates: bool = False

    def say(self, key: str, **values: object) -> str:
        """An interface text in this view's language."""
        return text(self.language, key, **values)


def Icon(name: str, size_px: int = 18, cls: str = "") -> NotStr:
    """A Lucide icon out of the page's sprite. Only names in `ICONS` are in it."""
    return NotStr(_icon(name, size_px, f"icon {cls}".strip()))


@cache
def _icon(name: str, size_px: int, cls: str) -> str:
    if name not in ICONS:
        raise KeyError(f"{name} is not in the sprite; add it to hyperrun.web.assets.ICONS")
    icon = LucideIcon(name, sz=size_px, cls=cls, aria_hidden="true").__ft__()
    return str(to_xml(icon, indent=False))


def IconButton(icon: str, label: str, cls: str = "", size_px: int = 18, **attributes: object) -> FT:
    """A round button that is only an icon; its label is its name and its tooltip."""
    return ui.Btn(
        Icon(icon, size_px),
        aria_label=label,
        title=label,
        cls=f"-ghost -sm -circle {cls}",
        **({"type": "button"} | attributes),
    )


def Logo(view: View, up: str = "") -> FT:
    """The project's picture, or where there is none the first letter of its name."""
    if view.logo:
        return Img(src=up + view.logo, alt="", cls="logo")
    return Span((view.project or view.title)[:1], cls="logo logo-letter", aria_hidden="true")


def Sheet(view: View, name: str, *contents: FT | str) -> FT:
    """A sheet titled `name` in the place of the conversation; the page's script opens it."""
    return Dialog(
        Header(
            Form(
                IconButton("arrow-left", view.say("back"), type="submit", autofocus=True),
                method="dialog",
            ),
            H2(view.say(name), cls="sheet-title", id=f"{name}-title"),
            cls="sheet-bar",
        ),
        Div(*contents, cls="sheet-body"),
        id=f"{name}-dialog",
        cls="sheet",
        aria_labelledby=f"{name}-title",
    )


def Problem(sentence: str) -> FT:
    """A request that could not be carried out, told where its result would have stood."""
    return Div(
        Icon("triangle-alert", 16),
        Span(sentence),
        role="alert",
        cls="problem notice error",
    )
