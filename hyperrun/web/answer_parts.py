"""What stands around an answer: its steps before, its sources and its cost after it."""

from collections.abc import Sequence

from fastcore.xml import (
    FT,
    A,
    Button,
    Code,
    Details,
    Div,
    Li,
    NotStr,
    Ol,
    P,
    Pre,
    Span,
    Strong,
    Summary,
)

from hyperrun.answering.answer import Update
from hyperrun.domain import Cost, Source, Step, Usage
from hyperrun.markdown.cards import Card, card_of
from hyperrun.web.view import Icon, View

MAX_CARD_CHARS = 1_500

# Steps


def Steps(view: View, steps: Sequence[Step], question: str = "") -> list[FT]:
    """What the assistant does before it answers: the one it is at in a line of its own, those done
    folded into another. The reader's own `question` is not told to them again."""
    done = [step for step in steps if not step.failed and not _is_going_on(step)]
    others = [step for step in steps if step not in done]
    shown = [Done(view, done, question)] if done else []
    return [*shown, *(StepLine(view, step, question) for step in others)]


def _is_going_on(step: Step) -> bool:
    return step.found is None and not step.thought


def Done(view: View, steps: Sequence[Step], question: str) -> FT:
    """ "Searched the docs", which opens to what was searched for and thought."""
    searched = any(step.thought is None for step in steps)
    thought = any(step.thought for step in steps)
    says = [view.say("searched_docs")] if searched else []
    says += [view.say("thought")] if thought else []
    lines = [
        Li(P(step.thought, dir="auto"), cls="thought")
        if step.thought
        else Li(Span(StepText(view, step, question), dir="auto"))
        for step in steps
    ]
    return Details(
        Summary(
            Icon("search" if searched else "sparkles", 14),
            Span(" · ".join(says)),
            Icon("chevron-right", 14, "chevron"),
            cls="step",
        ),
        Ol(*lines, role="list"),
    )


def StepLine(view: View, step: Step, question: str) -> FT:
    """A step that goes on, or that failed."""
    if step.thought is not None:
        icon, says = "sparkles", view.say("thinking")
    else:
        icon = "triangle-alert" if step.failed else "search"
        says = StepText(view, step, question)
    return P(
        Icon(icon, 14),
        Span(says, dir="auto"),
        cls="step" + ("" if step.failed else " searching"),
    )


def SlowModel(view: View) -> FT:
    """One line for whoever has waited long for a word."""
    return P(Icon("sparkles", 14), Span(view.say("slow_model")), cls="step")


def StepText(view: View, step: Step, question: str = "") -> str:
    """One step in words."""
    own = " ".join(step.query.split()) == " ".join(question.split())
    if step.failed:
        key = "search_failed"
    elif step.found is None:
        key = "searching_docs" if own else "searching"
    else:
        many = {0: "searched_none", 1: "searched_one"}.get(step.found, "searched")
        key = f"{many}_own" if own else many
    query = f"\u2068{step.query}\u2069"  # isolated: it may run the other way than the sentence
    return view.say(key, query=query, count=step.found or 0)


# Sources


def Sources(view: View, turn_id: str, update: Update) -> FT | str:
    """The cited passages under an answer as a row of chips in their order, each with its card.

    Where the answer cites none they are those found for the question, and that is said. What its
    last line names as *See also* has a card and no chip: it would stand there twice.
    """
    sources, cites = update.sources or (), update.cites
    if not sources:
        return ""
    cards = [card_of(source, MAX_CARD_CHARS) for source in sources]
    numbered = list(zip(range(1, len(cards) + 1), sources, cards, strict=True))
    return Div(
        P(
            view.say("sources" if cites else "found_for_question"),
            cls="sr-only" if cites else "source-label",
        ),
        *[
            SourceChip(view, source, card, place)
            for place, source, card in numbered
            if source.number not in update.beside
        ],
        Ol(
            *[Li(SourceCard(view, turn_id, source, card)) for _, source, card in numbered],
            cls="source-cards",
            hidden=True,
        ),
        cls="source-list",
        role="group",
        aria_label=view.say("sources" if cites else "found_for_question"),
    )


def SourceChip(view: View, source: Source, card: Card, place: int) -> FT:
    """A number and a short name; opens the card."""
    name = card.title if card.is_prose else f"{card.path.rpartition('/')[2]}:{card.start_line}"
    return Button(
        Span(str(place), cls="source-number"),
        Icon("file-text" if card.is_prose else "code", 14),
        Span(name, dir="auto"),
        type="button",
        cls="source-chip",
        title=view.say("show_source", title=card.title),
        aria_expanded="false",
        data_source=source.number,
        data_address=card.address if card.address.startswith("http") else card.path,
    )


def SourceCard(view: View, turn_id: str, source: Source, card: Card) -> FT:
    """One passage: where it stands in small, its title as the link, what it says, its lines."""
    lines = view.say(
        "source_line" if card.start_line == card.end_line else "source_lines",
        start=card.start_line,
        end=card.end_line,
    )
    opened = {"target": "_blank", "rel": "noopener nofollow"}
    where = (Code(card.path), " ", lines) if card.start_line else (Code(card.path),)
    permalink = source.passage.permalink
    title = Strong(card.title)
    if not card.address.startswith("#"):
        title = A(title, href=card.address, **opened)
    body = (
        Div(NotStr(card.html), cls="source-text prose", dir="auto")
        if card.is_prose
        else Div(Div(Pre(Code(NotStr(card.html)), tabindex="0"), cls="code"), cls="source-text")
    )
    return Div(
        P(card.crumb, cls="source-crumb", dir="auto") if card.crumb else "",
        P(title, cls="source-title", dir="auto"),
        body,
        P(
            A(*where, href=permalink, cls="link", **opened) if permalink else where,
            cls="source-place",
        ),
        id=f"source-{turn_id}-{source.number}",
        cls="source-card",
    )


# Cost


def AboutAnswer(view: View, usage: Usage | None, total: Cost | None) -> FT:
    """One small mark that opens to the model and what it cost."""
    return Details(
        Summary(
            Icon("info", 16),
            aria_label=view.say("about_answer"),
            title=view.say("about_answer"),
            cls="btn btn-ghost btn-circle",
        ),
        P(CostText(view, usage, total), cls="cost"),
        cls="about-answer",
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
