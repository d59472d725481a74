"""The chat in HTML, data in and FT out. Whatever is put in as `str` is escaped by FT.

Its panel and its pages; the parts stand in `hyperrun/web`, and are reached from here.
"""

import fhdaisy as ui
from fastcore.xml import FT, NotStr
from fasthtml.components import (
    H1,
    H2,
    A,
    Button,
    Details,
    Div,
    Form,
    Header,
    Hr,
    Label,
    Main,
    Nav,
    P,
    Span,
    Summary,
    Template,
)

from hyperrun.answering.answer import Update
from hyperrun.domain import Turn
from hyperrun.language import languages, text
from hyperrun.web.answer_end import Meta, ShareLink
from hyperrun.web.answer_parts import Sources
from hyperrun.web.composer import Composer, Disclaimer, QueryInput, Token
from hyperrun.web.exchange import AnswerBody, Exchange, GoneAnswer
from hyperrun.web.feedback import EscalationForm, FeedbackForm, Thanks
from hyperrun.web.search_box import SearchBox, SearchButton
from hyperrun.web.starters import Greeting, QuestionRows, Starters, Starting
from hyperrun.web.view import IN_TURN, Icon, IconButton, Logo, Problem, Sheet, View

__all__ = [
    "MODAL",
    "AnswerBody",
    "ChatHeader",
    "ChatModal",
    "ChatPage",
    "ChatPanel",
    "ConfirmDialog",
    "EscalationForm",
    "Exchange",
    "FeedbackForm",
    "GoneAnswer",
    "Greeting",
    "LanguageSheet",
    "Menu",
    "MenuItem",
    "Meta",
    "ModalButton",
    "PageHead",
    "Problem",
    "ProblemPage",
    "QueryInput",
    "ShareLink",
    "SharedPage",
    "Starters",
    "Starting",
    "Thanks",
    "Token",
    "WindowButtons",
]


def ChatPanel(view: View, starters: Starting, close: FT | None = None) -> FT:
    """Header, messages and form: the whole chat, for the page and for the modal alike."""
    return Div(
        ChatHeader(view, close),
        Div(
            Greeting(view, starters),
            id="messages",
            cls="messages",
            role="log",
            aria_live="off",
            aria_label=view.say("conversation"),
            tabindex="0",
            hx_sync=IN_TURN,
            hx_disinherit="hx-sync",
        ),
        Button(
            Icon("arrow-down"),
            type="button",
            id="to-end",
            cls="to-end btn btn-circle",
            aria_label=view.say("to_end"),
            title=view.say("to_end"),
            hidden=True,
        ),
        P(id="status", role="status", cls="sr-only"),
        Composer(view),
        SearchBox(view),
        ConfirmDialog(view),
        Template(Problem(""), id="problem"),
        Template(QuestionRows(("",)), id="question-row"),
        Template(LanguageSheet(view), id="language-sheet"),
        P(id="spoken", aria_live="polite", cls="sr-only"),
        Div(id="panel"),
        cls="chat-panel",
        hx_include="#token, #lang",
        data_say_copied=view.say("copied"),
        data_say_copy=view.say("copy"),
        data_say_sending=view.say("sending"),
        data_say_answering=view.say("answering"),
        data_say_ready=view.say("answer_ready"),
        data_say_connection=view.say("error_connection"),
        data_say_unreachable=view.say("error_unreachable"),
        data_say_offline=view.say("error_offline"),
        data_say_more=view.say("show_more"),
        data_say_you=view.say("you"),
        data_say_expand=view.say("expand"),
        data_say_shrink=view.say("shrink"),
        data_history=view.links.history,
        data_starters=view.links.starters,
        data_languages=" ".join(languages()),
        data_images=" ".join(view.images),
    )


def ChatHeader(view: View, close: FT | None = None) -> FT:
    """Who answers, a new conversation, one menu with words, and close."""
    say = view.say
    return Header(
        Logo(view),
        Div(
            H1(view.title, cls="chat-title"),
            P(view.subtitle, cls="chat-subtitle") if view.subtitle else "",
            cls="grow min-w-0",
        ),
        IconButton(
            "square-pen",
            say("new_conversation"),
            hx_post=view.links.open,
            hx_target="#messages",
            hx_sync=IN_TURN,
            id="new-conversation",
        ),
        SearchButton(view),
        Menu(view),
        *((close,) if close else WindowButtons(view)),
        cls="chat-bar",
    )


def WindowButtons(view: View) -> tuple[FT, FT]:
    """Expand or shrink, and close; hidden until the page around us says that it can do so."""
    return (
        ui.Btn(
            Icon("maximize-2", cls="larger"),
            Icon("minimize-2", cls="smaller"),
            type="button",
            id="expand",
            aria_label=view.say("expand"),
            title=view.say("expand"),
            cls="-ghost -sm -circle",
            hidden=True,
        ),
        IconButton("x", view.say("close"), id="close", hidden=True),
    )


def Menu(view: View) -> FT:
    """Everything else one can do, in words."""
    say = view.say
    sheet = {"hx_target": "#panel", "aria_haspopup": "dialog"}
    asked = {"hx_get": view.links.settings, "hx_params": "lang"}  # never the token: an address
    return Details(
        Summary(
            Icon("ellipsis"),
            aria_label=say("menu"),
            title=say("menu"),
            cls="btn btn-ghost btn-circle",
        ),
        Div(
            MenuItem(
                "history", say("conversations"), id="conversations",
                hx_post=view.links.conversations, **sheet,
            ),
            MenuItem("copy", say("copy_conversation"), id="copy-conversation"),
            MenuItem("globe", say("language"), id="languages"),
            MenuItem(
                "code", say("agents"), id="agents", hx_post=view.links.agents,
                hx_include="#token, #lang, #page-url", **sheet,
            ),
            Hr(),
            MenuItem("settings", say("settings"), **asked, **sheet),
            cls="menu-list",
        ),
        id="menu",
        cls="menu",
    )  # fmt: skip


def MenuItem(icon: str, says: str, **attributes: object) -> FT:
    """One line of the menu."""
    return Button(Icon(icon, 16), Span(says), type="button", cls="menu-item", **attributes)


def LanguageSheet(view: View) -> FT:
    """The interface's languages by their own names, kept in the page until it is asked for."""
    return Sheet(
        view,
        "language",
        Nav(
            *[
                A(
                    Span(text(code, "language_name"), lang=code, dir="auto"),
                    Icon("check", 16) if code == view.language else "",
                    href=f"?lang={code}",
                    hreflang=code,
                    data_language=code,
                    aria_current="true" if code == view.language else None,
                    cls="row",
                )
                for code in languages()
            ],
            cls="rows",
            aria_label=view.say("language"),
        ),
    )


def ConfirmDialog(view: View) -> FT:
    """Asks before something is deleted. The page's script says what, and opens it."""
    return ui.Modal(
        ui.ModalBox(
            P(id="confirm-question"),
            Form(
                ui.Btn(view.say("cancel"), cls="-sm"),
                ui.Btn(view.say("delete"), value="yes", cls="-sm -primary"),
                method="dialog",
                cls="modal-action",
            ),
        ),
        id="confirm",
        role="alertdialog",
        aria_labelledby="confirm-question",
    )


def ChatPage(view: View, starters: Starting) -> FT:
    """The page in the iframe, and a chat page of its own."""
    return Main(ChatPanel(view, starters), cls="chat-page", aria_label=view.title)


MODAL = "ask-modal"


def ModalButton(view: View) -> FT:
    """Opens the modal for a finger or a mouse; the keyboard has the checkbox that it labels."""
    return Label(Icon("sparkles"), view.say("ask_ai"), fr=MODAL, cls="btn btn-primary")


def ChatModal(view: View, starters: Starting) -> tuple[FT, FT, FT]:
    """The chat in DaisyUI's checkbox modal, which opens and closes without a script.

    Its toggle must stand immediately before it; the form's reset unchecks that.
    """
    say = view.say
    form = f"{MODAL}-form"
    close = ui.Btn(
        Icon("x"), type="reset", form=form, cls="-ghost -sm -circle", aria_label=say("close"),
        title=say("close"),
    )  # fmt: skip
    return (
        Form(id=form),
        ui.ModalToggle(id=MODAL, form=form, aria_label=say("open_chat")),
        Div(
            Div(ChatPanel(view, starters, close), cls="modal-box chat-box"),
            Label(say("close"), fr=MODAL, cls="modal-backdrop"),
            cls="modal",
            role="dialog",
            aria_label=view.title,
        ),
    )


def PageHead(view: View, chat: str, up: str = "") -> FT:
    """Whose page this is, and the way back to its chat."""
    return Header(Logo(view, up), A(view.title, href=chat), cls="page-head")


def SharedPage(view: View, turn: Turn, update: Update, chat: str) -> FT:
    """One answer that its reader chose to share, read only. `chat` leads to the chat page."""
    return Main(
        PageHead(view, chat, up="../"),
        H1(turn.question, dir="auto"),
        H2(view.say("assistant"), cls="sr-only"),
        Div(
            Div(NotStr("".join(update.blocks)), cls="blocks prose", dir="auto"),
            Div(Sources(view, turn.id, update), cls="sources"),
            id=f"turn-{turn.id}",
            cls="exchange",
        ),
        Disclaimer(view),
        A(Icon("sparkles"), view.say("ask_own"), href=chat, cls="btn btn-primary"),
        P(id="status", role="status", cls="sr-only"),
        cls="shared",
        data_say_copied=view.say("copied"),
        data_say_copy=view.say("copy"),
        data_images=" ".join(view.images),
    )


def ProblemPage(view: View, sentence: str, up: str = "") -> FT:
    """What a browser shows that opened an address by itself and finds nothing there."""
    chat = f"{up}chat-standalone"
    return Main(
        PageHead(view, chat, up),
        H1(view.say("nothing_here")),
        Problem(sentence),
        A(Icon("sparkles"), view.say("ask_own"), href=chat, cls="btn btn-primary"),
        cls="shared",
    )
