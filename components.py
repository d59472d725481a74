"""The chat in HTML, data in and FT out. Whatever is put in as `str` is escaped by FT.

`NotStr` appears here only around what `hyperrun/render.py` made safe.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

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
    Input,
    Label,
    Main,
    Nav,
    P,
    Span,
    Summary,
    Template,
    Textarea,
)

from hyperrun.answering.events import CUT_OFF
from hyperrun.answering.turns import Update
from hyperrun.domain import Cost, Outcome, Turn
from hyperrun.language import languages, text
from hyperrun.web import forms
from hyperrun.web.answer_parts import AboutAnswer, Sources, Steps
from hyperrun.web.conversation_list import Conversation, GoOn
from hyperrun.web.search_box import SearchBox, SearchButton
from hyperrun.web.view import IN_TURN, Icon, IconButton, Logo, Sheet, View

# The chat, in both of its places


@dataclass(frozen=True, slots=True)
class Starting:
    """What one may begin with: questions, about the `page` one is on where it has a name; or how
    much of the documentation is read so far, where that is not yet all of it."""

    questions: Sequence[str] = ()
    page: str = ""
    percent: int = 100


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


def Greeting(view: View, starters: Starting, last: Conversation | None = None) -> FT:
    """What an empty conversation shows: who answers, questions to start with, where one was."""
    return Div(
        Div(
            Logo(view),
            P(view.say("greeting", project=view.project), cls="hello-title"),
            P(view.say("greeting_lead"), cls="hello-lead"),
            cls="hello",
        ),
        Starters(view, starters),
        GoOn(view, last) if last else "",
        cls="greeting",
    )


def Starters(view: View, starting: Starting) -> FT:
    """Questions one click away; while a first index is made, how far that is."""
    questions, page = starting.questions, starting.page
    if starting.percent < 100:
        return StillReading(view, starting.percent)
    if not questions:
        return Div(id="starters")
    label = view.say("on_this_page", page=page) if page else view.say("starters")
    return Div(
        P(label, cls="rows-label", dir="auto"),
        QuestionRows(questions),
        id="starters",
        role="group",
        aria_label=label,
    )


def StillReading(view: View, percent: int) -> FT:
    """How far a first index is; it asks again by itself until there are questions."""
    return Div(
        Icon("file-text", 16),
        Span(view.say("still_reading", percent=percent)),
        id="starters",
        role="note",
        cls="notice",
        hx_post=view.links.starters,
        hx_trigger="load delay:3s",
        hx_include="#lang, #page-url, #page-title",
        hx_target="this",
        hx_swap="outerHTML",
    )


def QuestionRows(questions: Sequence[str]) -> FT:
    """Questions as rows with an arrow. The page's script sends what a row says."""
    return Div(
        *[
            Button(
                Span(question, dir="auto"),
                Icon("arrow-right", 16),
                type="button",
                cls="row starter",
            )
            for question in questions
        ],
        cls="rows",
    )


def Composer(view: View) -> FT:
    """The form with the question. Hidden fields say who asks, in which language, about what."""
    say = view.say
    return Form(
        Token(""),
        Input(type="hidden", name="lang", id="lang", value=view.language),
        Input(type="hidden", name="edits", id="edits"),
        *PageFields(),
        Div(
            QueryInput(view),
            Div(
                PageChips(view),
                ui.Btn(
                    Icon("arrow-up"),
                    type="submit",
                    id="send",
                    cls="-primary -circle",
                    aria_label=say("send"),
                    title=say("send"),
                ),
                ui.Btn(
                    Icon("square", 14),
                    type="button",
                    id="stop",
                    cls="-primary -circle",
                    aria_label=say("stop"),
                    title=say("stop"),
                ),
                cls="box-foot",
            ),
            cls="box",
        ),
        Consent(view),
        Disclaimer(view),
        id="composer",
        cls="composer",
        hx_post=view.links.ask,
        hx_target="#messages",
        hx_swap="beforeend",
        hx_sync=IN_TURN,
    )


def Disclaimer(view: View) -> FT:
    """The operator's words about every answer, or that it can be wrong."""
    return P(view.disclaimer or view.say("disclaimer"), cls="disclaimer")


def Consent(view: View) -> FT | str:
    """That what is asked is kept, and where that is explained; nothing where it is not told."""
    if not view.consent:
        return ""
    words = view.say("consent") if view.consent.lower() == "on" else view.consent
    more = A(
        view.say("privacy"), href=view.privacy_url, target="_blank", rel="noopener", cls="link"
    )  # fmt: skip
    return P(words, *((" ", more) if view.privacy_url else ()), cls="disclaimer consent")


def Token(value: str, swap: bool = False) -> FT:
    """The conversation's token, in a field that every answer to a question renews."""
    swapping = {"hx_swap_oob": "true"} if swap else {}
    return Input(type="hidden", name="token", id="token", value=value, **swapping)


def QueryInput(view: View, swap: bool = False) -> FT:
    """The box one types in. Swapped in afresh after a question, it keeps the focus."""
    swapping = {"hx_swap_oob": "true"} if swap else {}
    return Textarea(
        name="query",
        id="query",
        rows="1",
        maxlength="8000",
        autocomplete="off",
        enterkeyhint="send",
        placeholder=view.say("placeholder"),
        aria_label=view.say("your_question"),
        cls="query",
        dir="auto",
        **swapping,
    )


def PageFields() -> list[FT]:
    """The page the reader is on, as fields. Filled by the script."""
    return [
        Input(type="hidden", name=name, id=name.replace("_", "-"))
        for name in ("page_url", "page_title", "page_heading", "selection")
    ]


def PageChips(view: View) -> FT:
    """What the question is about, each a chip that removes it."""
    remove = view.say("remove")
    return Div(
        Chip("edit-chip", "pencil", view.say("edit_cancel"), view.say("editing")),
        Chip("page-chip", "file-text", remove),
        Chip("selection-chip", "file-text", remove, view.say("about_selection")),
        cls="chips",
        data_say_page=view.say("about_page", page="\u2026"),
    )


def Chip(id: str, icon: str, remove: str, says: str = "") -> FT:
    """A removable note in the box; hidden until there is something to say."""
    return Span(
        Icon(icon, 13),
        Span(says, cls="chip-text", dir="auto"),
        Button(Icon("x", 13), type="button", aria_label=remove, title=remove, cls="chip-remove"),
        id=id,
        cls="chip",
        hidden=True,
    )


# One question and its answer


def Exchange(view: View, turn: Turn, update: Update | None = None, total: Cost | None = None) -> FT:
    """A question and its answer. One still running opens its own stream."""
    return Div(
        UserBubble(view, turn),
        AnswerBubble(view, turn, update, total),
        id=f"turn-{turn.id}",
        cls="exchange",
        tabindex="-1",
    )


def UserBubble(view: View, turn: Turn) -> FT:
    """The reader's words, to the right."""
    context = turn.page.title or turn.page.url
    note = view.say("about_selection") if turn.page.selection else ""
    if context and not note:
        note = view.say("about_page", page=context)
    return ui.Chat(cls="-end")(
        ui.ChatBubble(
            Span(view.say("you"), ": ", cls="sr-only"),
            H2(turn.question, cls="question", dir="auto"),
            IconButton("pencil", view.say("edit"), cls="-xs edit", size_px=14, data_turn=turn.id),
        ),
        ui.ChatFooter(
            *((Icon("file-text", 13), Span(note, cls="chip-text", dir="auto")) if note else ()),
            cls="bubble-foot",
        ),
    )


def AnswerBubble(
    view: View, turn: Turn, update: Update | None = None, total: Cost | None = None
) -> FT:
    """The assistant's words, to the left. While the turn runs, the bubble follows its stream."""
    running = turn.outcome is Outcome.RUNNING
    following = (
        {
            "hx_ext": "sse",
            "sse_connect": f"{view.links.stream(turn.id)}?lang={view.language}",
            "sse_close": "close",
            "data_running": turn.id,
            "hx_post": view.links.stop(turn.id),
            "hx_trigger": "stop",
            "hx_swap": "none",
            "aria_busy": "true",
        }
        if running
        else {}
    )
    return ui.Chat(cls="-start")(
        ui.ChatBubble(
            Div(
                *AnswerBody(view, turn, update, total),
                sse_swap="snapshot",
                hx_swap="innerHTML",
                cls="answer-body",
            ),
            cls="answer",
            role="group",
            aria_label=view.say("assistant"),
            **following,
        ),
    )


def AnswerBody(
    view: View, turn: Turn, update: Update | None = None, total: Cost | None = None
) -> tuple[FT, ...]:
    """Everything in an answer's bubble: what a snapshot replaces.

    The children listen by name, and `block` only ever appends, so what stands there never moves.
    """
    blocks = "".join(update.blocks) if update else ""
    live = (update.live or "") if update else ""
    running = (update.outcome if update else turn.outcome) in (None, Outcome.RUNNING)
    return (
        Div(
            *Steps(view, (update and update.steps) or (), turn.question),
            cls="steps",
            sse_swap="steps",
        ),
        Div(NotStr(blocks), cls="blocks prose", sse_swap="block", hx_swap="beforeend", dir="auto"),
        Div(
            NotStr(live) if live or blocks or not running else Dots(view),
            cls="live prose",
            sse_swap="live,more",
            hx_swap="innerHTML",
            dir="auto",
        ),
        Div(
            Sources(
                view,
                turn.id,
                (update and update.sources) or (),
                update is None or update.cites,
            ),
            cls="sources",
            sse_swap="sources",
        ),
        Div(
            *(Meta(view, turn, update, total) if update and not running else ()),
            cls="meta",
            sse_swap="meta",
        ),
    )


def Dots(view: View) -> FT:
    """Typing dots, until the first word."""
    return Span(cls="loading loading-dots loading-sm", role="img", aria_label=view.say("thinking"))


def Meta(view: View, turn: Turn, update: Update, total: Cost | None = None) -> tuple[FT | str, ...]:
    """Under a finished answer: how it ended, what one can do with it, what it cost."""
    say = view.say
    answered = update.outcome is Outcome.ANSWERED
    notices = Notices(view, turn, update)
    return (
        *notices,
        Div(
            IconButton("copy", say("copy_answer"), cls="-xs copy-answer", size_px=16),
            RetryButton(view, turn) if answered or not notices else "",
            *(ThumbButtons(view, turn) if answered else ()),
            IconButton(
                "share-2",
                say("share"),
                cls="-xs share",
                size_px=16,
                hx_post=view.links.share(turn.id),
                hx_target=f"#feedback-{turn.id}",
            )
            if answered and view.share
            else "",
            AboutAnswer(view, update.usage, total)
            if view.shows_cost and (answered or (update.usage and update.usage.model))
            else "",
            A(
                Icon("life-buoy", 16),
                Span(say("ask_human")),
                href=HumanAddress(view.human_url, turn),
                target="_blank",
                rel="noopener",
                cls="btn btn-ghost btn-xs ask-human",
            )
            if view.human_url
            else "",
            ui.Btn(
                Icon("life-buoy", 16),
                Span(say("escalate")),
                type="button",
                cls="-ghost -xs escalate",
                hx_post=view.links.escalate(turn.id),
                hx_target=f"#feedback-{turn.id}",
            )
            if view.escalates
            else "",
            cls="actions",
        ),
        Div(id=f"feedback-{turn.id}", cls="feedback"),
        FollowUps(view, update.suggestions),
    )


def RetryButton(view: View, turn: Turn, in_words: bool = False) -> FT:
    """Asks the same again; in words where that is what one would do next."""
    says = view.say("retry")
    again = {
        "hx_post": view.links.retry(turn.id),
        "hx_target": f"#turn-{turn.id}",
        "hx_swap": "outerHTML",
    }
    if in_words:
        return ui.Btn(says, type="button", cls="-sm btn-plain retry", **again)
    return IconButton("refresh-cw", says, cls="-xs retry", size_px=16, **again)


def HumanAddress(template: str, turn: Turn) -> str:
    """The operator's address with the turn put in, each part percent-encoded and not too long."""
    filled = template
    for name, value in (
        ("question", turn.question),
        ("page", turn.page.url),
        ("answer", turn.answer),
    ):
        filled = filled.replace(f"{{{name}}}", quote(value[:1_500], safe=""))
    return filled


def ShareLink(view: View, address: str) -> FT:
    """Says that a link is there, and shows it; the page's script copies it."""
    link = A(
        view.say("shared_open"), href=address, target="_blank", rel="noopener", cls="link",
        data_copy=True,
    )  # fmt: skip
    return P(Icon("check", 14), Span(view.say("shared"), " ", link), role="status", cls="thanks")


def FollowUps(view: View, questions: Sequence[str]) -> FT | str:
    """What one may ask next, a click away."""
    if not questions:
        return ""
    return Div(
        QuestionRows(questions),
        role="group",
        aria_label=view.say("suggestions"),
        cls="follow-ups",
    )


def Notices(view: View, turn: Turn, update: Update) -> list[FT]:
    """One plain sentence wherever an answer is less than an answer."""
    notices: list[tuple[str, str]] = []
    if update.error:
        notices.append(("error", view.say(update.error, seconds=60)))
    if update.notice:
        notices.append(("info", view.say(update.notice, seconds=60)))
    elif update.outcome is Outcome.STOPPED:
        notices.append(("info", view.say("stopped")))
    elif update.outcome is Outcome.INTERRUPTED:
        notices.append(("warning", view.say("interrupted")))
    answered = update.outcome is Outcome.ANSWERED
    written = update.usage is not None and update.usage.model
    cut_off = view.say(CUT_OFF) if answered else ""
    if answered and written and not update.sources and not update.notice:
        notices.append(("warning", view.say("not_grounded")))
    return [
        Div(
            Icon("info" if kind == "info" else "triangle-alert", 16),
            Span(sentence),
            ContinueButton(view, turn) if sentence == cut_off else "",
            RetryButton(view, turn, in_words=True) if at == 0 and not answered else "",
            role="alert" if kind == "error" else "note",
            cls=f"notice {kind}",
        )
        for at, (kind, sentence) in enumerate(notices)
    ]


def ContinueButton(view: View, turn: Turn) -> FT:
    """Goes on with an answer that was cut off."""
    return ui.Btn(
        view.say("continue"),
        type="button",
        cls="-sm btn-plain continue",
        hx_post=view.links.go_on(turn.id),
        hx_target=f"#turn-{turn.id}",
        hx_swap="outerHTML",
    )


def ThumbButtons(view: View, turn: Turn) -> list[FT]:
    """Two thumbs; the one given is marked as pressed."""
    return [
        IconButton(
            icon,
            view.say(label),
            cls="-xs thumb",
            size_px=16,
            aria_pressed="true" if turn.rating == rating else "false",
            hx_post=view.links.feedback(turn.id),
            hx_vals=f'{{"rating": {rating}}}',
            hx_target=f"#feedback-{turn.id}",
            data_rating=str(rating),
        )
        for icon, label, rating in (
            ("thumbs-up", "helpful", 1),
            ("thumbs-down", "not_helpful", -1),
        )
    ]


REASONS = ("wrong", "incomplete", "off_topic", "unclear")


def FeedbackForm(view: View, turn_id: str, rating: int) -> FT:
    """After a thumb down: what was wrong, in a click and a few words."""
    say = view.say
    return Form(
        Input(type="hidden", name="rating", value=str(rating)),
        P(say("feedback_why"), id=f"why-{turn_id}"),
        Div(
            *[
                Label(
                    Input(type="radio", name="reason", value=reason, cls="radio radio-sm"),
                    Span(say(f"feedback_{reason}")),
                    cls="reason",
                )
                for reason in REASONS
            ],
            role="radiogroup",
            aria_labelledby=f"why-{turn_id}",
            cls="reasons",
        ),
        Input(
            name="comment",
            maxlength="2000",
            placeholder=say("feedback_comment"),
            aria_label=say("feedback_comment"),
            cls="input w-full",
        ),
        ui.Btn(say("feedback_send"), type="submit", cls="-sm -primary"),
        hx_post=view.links.feedback(turn_id),
        hx_target=f"#feedback-{turn_id}",
        cls="feedback-form",
    )


def EscalationForm(
    view: View, turn_id: str, written: forms.EscalationForm, problem: str = ""
) -> FT:
    """A message to a person, with what has been written so far; `problem` is what to change."""
    say = view.say
    return Form(
        P(say("escalate_lead")),
        *([Problem(say(problem))] if problem else []),
        Textarea(
            written.missing, name="missing", rows="3", maxlength="4000", required=True,
            placeholder=say("escalate_missing"), aria_label=say("escalate_missing"),
            cls="textarea w-full",
        ),
        Input(
            name="name", value=written.name, maxlength="100", autocomplete="name",
            placeholder=say("escalate_name"), aria_label=say("escalate_name"),
            cls="input w-full",
        ),
        Input(
            type="email", name="mail", value=written.mail, maxlength="300", autocomplete="email",
            placeholder=say("escalate_mail"), aria_label=say("escalate_mail"),
            cls="input w-full",
        ),
        ui.Btn(say("escalate_send"), type="submit", cls="-sm -primary"),
        hx_post=view.links.escalate(turn_id),
        hx_target=f"#feedback-{turn_id}",
        cls="feedback-form",
    )  # fmt: skip


def Thanks(view: View, key: str = "feedback_thanks") -> FT:
    """Feedback has arrived."""
    return P(Icon("check", 14), Span(view.say(key)), role="status", cls="thanks")


def Problem(sentence: str) -> FT:
    """A request that could not be carried out, told where its result would have stood."""
    return Div(
        Icon("triangle-alert", 16),
        Span(sentence),
        role="alert",
        cls="problem notice error",
    )


# Pages


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
            Div(Sources(view, turn.id, update.sources or ()), cls="sources"),
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
