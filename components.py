"""The chat in HTML, data in and FT out. Whatever is put in as `str` is escaped by FT.

`NotStr` appears here only around what `hyperrun/render.py` made safe.
"""

from collections.abc import Sequence
from urllib.parse import quote

import fhdaisy as ui
from fastcore.xml import FT, NotStr
from fasthtml.components import (
    H1,
    H2,
    A,
    Button,
    Code,
    Details,
    Div,
    Form,
    Header,
    Input,
    Label,
    Li,
    Main,
    Ol,
    P,
    Pre,
    Span,
    Strong,
    Summary,
    Template,
    Textarea,
)

from hyperrun.answering.events import CUT_OFF
from hyperrun.answering.turns import Update
from hyperrun.domain import Cost, Outcome, PageContext, Source, Step, Turn, Usage
from hyperrun.markdown.citations import card_of
from hyperrun.web.view import IN_TURN, Icon, IconButton, View

# The chat, in both of its places


def ChatPanel(view: View, starters: Sequence[str] = (), close: FT | None = None) -> FT:
    """Header, messages and form: the whole chat, for the page and for the modal alike."""
    return Div(
        ChatHeader(view, close),
        H2(view.say("conversation"), cls="sr-only"),
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
            cls="to-end btn btn-circle btn-sm",
            aria_label=view.say("to_end"),
            title=view.say("to_end"),
            hidden=True,
        ),
        P(id="status", role="status", cls="sr-only"),
        Composer(view),
        ConfirmDialog(view),
        Template(Problem(""), id="problem"),
        Div(id="panel"),
        cls="chat-panel",
        hx_include="#token, #lang",
        data_say_copied=view.say("copied"),
        data_say_copy=view.say("copy"),
        data_say_answering=view.say("answering"),
        data_say_ready=view.say("answer_ready"),
        data_say_connection=view.say("error_connection"),
        data_say_unreachable=view.say("error_unreachable"),
        data_say_more=view.say("show_more"),
        data_say_you=view.say("you"),
        data_history=view.links.history,
    )


def ChatHeader(view: View, close: FT | None = None) -> FT:
    """Title and subtitle left; a new conversation, the last ones, copy, settings, close right."""
    say = view.say
    return Header(
        Div(
            H1(view.title, cls="chat-title"),
            P(view.subtitle or say("subtitle", project=view.project), cls="chat-subtitle"),
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
        IconButton(
            "history",
            say("conversations"),
            hx_post=view.links.conversations,
            hx_target="#panel",
            aria_haspopup="dialog",
            id="conversations",
        ),
        IconButton("clipboard-list", say("copy_conversation"), id="copy-conversation"),
        IconButton(
            "settings",
            say("settings"),
            hx_get=view.links.settings,
            hx_params="lang",  # never the token: this is an address
            hx_target="#panel",
            aria_haspopup="dialog",
        ),
        close or IconButton("x", say("close"), id="close", hidden=True),
        cls="chat-bar",
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


def Greeting(view: View, starters: Sequence[str] = ()) -> FT:
    """What an empty conversation shows: a word of welcome and questions to start with."""
    return Div(
        ui.Chat(ui.ChatBubble(P(view.say("greeting", project=view.project))), cls="-start"),
        Starters(view, starters),
        cls="greeting",
    )


def Starters(view: View, questions: Sequence[str]) -> FT:
    """Questions one click away. The page's script sends what a chip says."""
    if not questions:
        return Div(id="starters")
    return Div(
        *[ui.Btn(question, type="button", cls="-sm -outline starter") for question in questions],
        id="starters",
        cls="starters",
        role="group",
        aria_label=view.say("starters"),
    )


def Composer(view: View) -> FT:
    """The form with the question. Hidden fields say who asks, in which language, about what."""
    say = view.say
    return Form(
        Token(""),
        Input(type="hidden", name="lang", id="lang", value=view.language),
        Input(type="hidden", name="edits", id="edits"),
        PageFields(view),
        Div(
            QueryInput(view),
            ui.Btn(
                Icon("send"),
                type="submit",
                id="send",
                cls="-primary -circle",
                aria_label=say("send"),
                title=say("send"),
            ),
            ui.Btn(
                Icon("square"),
                type="button",
                id="stop",
                cls="-neutral -circle",
                aria_label=say("stop"),
                title=say("stop"),
            ),
            cls="composer-row",
        ),
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
        cls="query textarea",
        dir="auto",
        **swapping,
    )


def PageFields(view: View, page: PageContext | None = None) -> FT:
    """The page the reader is on, as fields and as a chip that removes it. Filled by the script."""
    page = page or PageContext()
    remove = view.say("remove")
    return Div(
        *[
            Input(type="hidden", name=name, id=name.replace("_", "-"), value=value)
            for name, value in (
                ("page_url", page.url),
                ("page_title", page.title),
                ("page_heading", page.heading),
                ("selection", page.selection),
            )
        ],
        Chip("edit-chip", "pencil", view.say("edit_cancel"), view.say("editing")),
        Chip("page-chip", "file-text", remove),
        Chip("selection-chip", "file-text", remove, view.say("about_selection")),
        cls="chips",
        data_say_page=view.say("about_page", page="\u2026"),
    )


def Chip(id: str, icon: str, remove: str, says: str = "") -> FT:
    """A removable note over the input; hidden until there is something to say."""
    return Span(
        Icon(icon, 14),
        Span(says, cls="chip-text"),
        Button(Icon("x", 14), type="button", aria_label=remove, title=remove, cls="chip-remove"),
        id=id,
        cls="badge badge-soft chip",
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
    )


def UserBubble(view: View, turn: Turn) -> FT:
    """The reader's words, to the right."""
    context = turn.page.title or turn.page.url
    note = view.say("about_selection") if turn.page.selection else ""
    if context and not note:
        note = view.say("about_page", page=context)
    return ui.Chat(cls="-end")(
        ui.ChatBubble(
            Div(turn.question, cls="question", dir="auto"),
            cls="-primary",
            aria_label=view.say("you"),
            role="group",
        ),
        ui.ChatFooter(
            Span(note, cls="chip-text") if note else "",
            IconButton("pencil", view.say("edit"), cls="-xs edit", size_px=14, data_turn=turn.id),
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
        Div(*Steps(view, (update and update.steps) or ()), cls="steps", sse_swap="steps"),
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


def Steps(view: View, steps: Sequence[Step]) -> list[FT]:
    """What the assistant does before it answers, one line each; what it has thought is folded."""
    return [
        Thought(view, step.thought)
        if step.thought is not None
        else P(
            Icon("triangle-alert" if step.failed else "search", 14),
            Span(StepText(view, step), dir="auto"),
            cls="step" + (" searching" if step.found is None and not step.failed else ""),
        )
        for step in steps
    ]


def SlowModel(view: View) -> FT:
    """One line for whoever has waited long for a word."""
    return P(Icon("sparkles", 14), Span(view.say("slow_model")), cls="step")


def Thought(view: View, thought: str) -> FT:
    """A model's thoughts, folded; while it thinks, that it does."""
    if not thought:
        return P(Icon("sparkles", 14), Span(view.say("thinking")), cls="step searching")
    return Details(
        Summary(Icon("sparkles", 14), view.say("thought")),
        P(thought, dir="auto"),
        cls="step thought",
    )


def StepText(view: View, step: Step) -> str:
    """One step in words."""
    if step.failed:
        key = "search_failed"
    elif step.found is None:
        key = "searching"
    else:
        key = {0: "searched_none", 1: "searched_one"}.get(step.found, "searched")
    query = f"\u2068{step.query}\u2069"  # isolated: it may run the other way than the sentence
    return view.say(key, query=query, count=step.found or 0)


def Sources(view: View, turn_id: str, sources: Sequence[Source], cites: bool = True) -> FT | str:
    """The cited passages under an answer, in order, each one openable to its very lines.

    Where the answer cites none they are those found for the question, and open to be seen.
    """
    if not sources:
        return ""
    label = view.say("sources" if cites else "found_for_question")
    return Details(
        Summary(Icon("file-text", 14), f"{label} ({len(sources)})"),
        Ol(
            *[Li(SourceCard(view, turn_id, source, n)) for n, source in enumerate(sources, 1)],
        ),
        cls="source-list",
        open=not cites,
    )


def SourceCard(view: View, turn_id: str, source: Source, place: int) -> FT:
    """One passage: its place in the list, title, file and lines, and the lines themselves."""
    card = card_of(source, max_chars=1_500)
    one_line = card.start_line == card.end_line
    lines = view.say(
        "source_line" if one_line else "source_lines", start=card.start_line, end=card.end_line
    )
    opened = {"target": "_blank", "rel": "noopener nofollow", "cls": "link link-hover"}
    where = (Code(card.path), " ", lines) if card.start_line else (Code(card.path),)
    permalink = source.passage.permalink
    return Div(
        P(
            Span(str(place), cls="badge badge-xs badge-soft source-number"),
            Strong(card.title, dir="auto")
            if card.address.startswith("#")
            else A(
                Strong(card.title, dir="auto"),
                href=card.address,
                title=view.say("open_source", title=card.title),
                **opened,
            ),
        ),
        P(A(*where, href=permalink, **opened) if permalink else where, cls="source-place"),
        Div(Pre(Code(NotStr(card.html)), tabindex="0"), cls="code source-text"),
        id=f"source-{turn_id}-{source.number}",
        cls="source-card",
    )


def Meta(view: View, turn: Turn, update: Update, total: Cost | None = None) -> tuple[FT | str, ...]:
    """Under a finished answer: how it ended, what one can do with it, what it cost."""
    say = view.say
    answered = update.outcome is Outcome.ANSWERED
    return (
        *Notices(view, turn, update),
        Div(
            IconButton("copy", say("copy_answer"), cls="-xs copy-answer", size_px=16),
            IconButton(
                "refresh-cw",
                say("retry"),
                cls="-xs retry",
                size_px=16,
                hx_post=view.links.retry(turn.id),
                hx_target=f"#turn-{turn.id}",
                hx_swap="outerHTML",
            ),
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
            cls="actions",
        ),
        P(CostText(view, update.usage, total), cls="cost")
        if answered or (update.usage and update.usage.model)
        else "",
        Div(id=f"feedback-{turn.id}", cls="feedback"),
        FollowUps(view, update.suggestions),
    )


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
        *[ui.Btn(question, type="button", cls="-sm -outline starter") for question in questions],
        role="group",
        aria_label=view.say("suggestions"),
        cls="follow-ups",
    )


def Notices(view: View, turn: Turn, update: Update) -> list[FT]:
    """One plain sentence wherever an answer is less than an answer."""
    notices: list[tuple[str, str]] = []
    if update.error:
        notices.append(("alert-error", view.say(update.error, seconds=60)))
    if update.notice:
        notices.append(("alert-info", view.say(update.notice, seconds=60)))
    elif update.outcome is Outcome.STOPPED:
        notices.append(("alert-info", view.say("stopped")))
    elif update.outcome is Outcome.INTERRUPTED:
        notices.append(("alert-warning", view.say("interrupted")))
    written = update.usage is not None and update.usage.model
    cut_off = view.say(CUT_OFF) if update.outcome is Outcome.ANSWERED else ""
    if update.outcome is Outcome.ANSWERED and written and not update.sources and not update.notice:
        notices.append(("alert-warning", view.say("not_grounded")))
    return [
        Div(
            Icon("triangle-alert" if "info" not in kind else "info", 16),
            Span(sentence),
            ContinueButton(view, turn) if sentence == cut_off else "",
            role="alert" if kind == "alert-error" else "note",
            cls=f"alert alert-soft {kind} notice",
        )
        for kind, sentence in notices
    ]


def ContinueButton(view: View, turn: Turn) -> FT:
    """Goes on with an answer that was cut off."""
    return ui.Btn(
        view.say("continue"),
        type="button",
        cls="-xs -outline continue",
        hx_post=view.links.go_on(turn.id),
        hx_target=f"#turn-{turn.id}",
        hx_swap="outerHTML",
    )


def CostText(view: View, usage: Usage | None, total: Cost | None) -> str:
    """Model, cost of this answer, and the conversation's total where that is another amount."""
    if usage is None or not usage.model:
        return view.say("no_model")
    if usage.cost_usd is None:
        parts = [view.say("cost_unknown", model=usage.model)]
    else:
        cost = dollars(Cost(usage.cost_usd, usage.estimated))
        parts = [view.say("cost", model=usage.model, cost=cost)]
    if usage.own_key:
        parts.append(view.say("cost_own_key"))
    if total and total.usd and amount(total.usd) != amount(usage.cost_usd or 0):
        parts.append(view.say("cost_total", total=dollars(total)))
    return " · ".join(parts)


def dollars(cost: Cost) -> str:
    """A cost, after a ≈ where it is an estimate or holds one."""
    shown = amount(cost.usd)
    return f"≈ {shown}" if cost.estimated and shown[0] == "$" else shown


def amount(usd: float) -> str:
    """An amount in USD with as many digits as it takes to see something."""
    if 0 < usd < 0.00005:
        return "< $0.0001"
    return f"${usd:.4f}" if 0 < usd < 0.1 else f"${usd:.2f}"


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
                    Input(type="radio", name="reason", value=reason, cls="radio radio-xs"),
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
            cls="input input-sm w-full",
        ),
        ui.Btn(say("feedback_send"), type="submit", cls="-sm -primary"),
        hx_post=view.links.feedback(turn_id),
        hx_target=f"#feedback-{turn_id}",
        cls="feedback-form",
    )


def Thanks(view: View) -> FT:
    """Feedback has arrived."""
    return P(Icon("check", 14), Span(view.say("feedback_thanks")), role="status", cls="thanks")


def Problem(sentence: str) -> FT:
    """A request that could not be carried out, told where its result would have stood."""
    return Div(
        Icon("triangle-alert", 16),
        Span(sentence),
        role="alert",
        cls="problem alert alert-soft alert-error notice",
    )


# Pages


def ChatPage(view: View, starters: Sequence[str] = ()) -> FT:
    """The page in the iframe, and a chat page of its own."""
    return Main(ChatPanel(view, starters), cls="chat-page", aria_label=view.title)


MODAL = "ask-modal"


def ModalButton(view: View) -> FT:
    """Opens the modal for a finger or a mouse; the keyboard has the checkbox that it labels."""
    return Label(Icon("sparkles"), view.say("ask_ai"), fr=MODAL, cls="btn btn-primary")


def ChatModal(view: View, starters: Sequence[str] = ()) -> tuple[FT, FT, FT]:
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


def SharedPage(view: View, turn: Turn, update: Update, chat: str) -> FT:
    """One answer that its reader chose to share, read only. `chat` leads to the chat page."""
    return Main(
        Header(
            P(view.subtitle or view.say("subtitle", project=view.project), cls="chat-subtitle"),
            H1(turn.question, cls="text-xl font-bold", dir="auto"),
        ),
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
    )


def ProblemPage(view: View, sentence: str) -> FT:
    """What a browser shows that opened an address by itself and finds nothing there."""
    return Main(H1(view.title, cls="text-xl font-bold"), Problem(sentence), cls="shared")
