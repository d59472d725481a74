"""What each page of the desk shows: data in, HTML out. What readers wrote is escaped text."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from fastcore.xml import FT, NotStr
from fasthtml.components import (
    H2,
    A,
    Button,
    Code,
    Dd,
    Details,
    Div,
    Dl,
    Dt,
    Form,
    Li,
    P,
    Section,
    Span,
    Summary,
    Ul,
)  # fmt: skip

from hyperrun.answering.answer import Update
from hyperrun.domain import Grounding, Turn
from hyperrun.insights.gaps import REASONS, Gap
from hyperrun.redaction import without_personal
from hyperrun.storage.figures import Glance, PageTally, Wanted
from hyperrun.storage.store import Missed, Reported
from hyperrun.text import plain
from hyperrun.web.desk.access import Session
from hyperrun.web.desk.figures import Overview
from hyperrun.web.desk.frame import Choice, Facts, Field, Hidden, Rows, moment, money
from hyperrun.web.desk.plots import Bars

OUTCOMES = {
    "": "any", "unanswered": "not answered from the documentation", "answered": "answered",
    "failed": "failed", "stopped": "stopped", "interrupted": "interrupted",
}  # fmt: skip
GROUNDINGS = {
    Grounding.UNKNOWN: "", Grounding.CITED: "cited", Grounding.NEAR: "nothing close",
    Grounding.UNCITED: "without a source", Grounding.ABSENT: "nothing found",
}  # fmt: skip
THUMBS = {1: "up", 0: "", -1: "down"}


def OverviewContent(told: Overview, days: int, exports: bool = True) -> list[FT]:
    """Totals, plots by day, and what each model cost."""
    rated = told.up + told.down
    facts = {
        "questions": f"{told.turns:,}",
        "asked by programs": f"{told.by_programs:,}",
        "not answered": _share(told.unanswered, told.turns),
        "failed": f"{told.failed:,}",
        "thumbs up": f"{told.up} of {rated}" if rated else "none yet",
        "cost, USD": money(told.usd),
        "most readers on a day": f"{told.readers_at_most:,}",
        "answer time, median": _seconds(told.seconds_median),
        "answer time, 95 %": _seconds(told.seconds_p95),
    }
    plots = [
        Bars("Questions", told.days, {"answered": told.answered, "not answered": told.open}),
        Bars("Who asked", told.days, {"people": told.people, "programs": told.programs}),
        Bars("Readers", told.days, {"readers": told.readers}),
    ]
    if told.by_model:
        plots.append(Bars("Cost by model", told.days, told.by_model, " USD"))
    rows = [[name, f"{turns:,}", money(usd)] for name, turns, usd in told.models]
    return [
        _days(days), P(A("Look every 30 seconds", href=f"desk?days={days}&live=1"), cls="soft"),
        Facts(facts), Div(*plots, cls="plots"),
        H2("Models"), Rows(("model", "questions", "USD"), rows, "Nothing was asked."),
        *([P(A("Report as JSON", href="desk/report.json"), " · ",
             A("as Markdown", href="desk/report.md"), " · ",
             A("as a page", href="desk/report.html"))] if exports else []),
    ]  # fmt: skip


def _days(days: int) -> FT:
    spans = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "a year"}
    return Form(Choice("Time", "days", spans, str(days)), Button("Show"), cls="filters")


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({part / whole:.0%})" if whole else "0"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:g} s"


def ConversationsContent(wanted: Wanted, found: Sequence[Glance], most: int) -> list[FT]:
    """A search, and the turns it finds; older ones by a link."""
    filters = Form(
        Field("Question holds", "words", wanted.words, type="search"),
        Choice("Ended", "outcome", OUTCOMES, wanted.outcome),
        Choice("Thumb", "rating", {"0": "any", "1": "up", "-1": "down"}, str(wanted.rating)),
        Choice("Asked by", "door", {"": "anybody", "chat": "people", "mcp": "agents (MCP)",
                                    "json": "programs (JSON)"}, wanted.door),
        Field("Page", "page", wanted.page),
        Field("Language", "language", wanted.language, size="4"),
        Field("Version", "version", wanted.version, size="6"),
        Button("Find"), cls="filters",
    )  # fmt: skip
    rows = [
        [
            moment(each.started),
            A(
                plain(without_personal(each.question), 200) or "(not kept)",
                href=f"conversation/{each.id}",
            ),
            each.outcome.value + (f", {said}" if (said := GROUNDINGS[each.grounding]) else ""),
            THUMBS.get(each.rating, ""),
            plain(each.page_url, 120),
            each.model or "no model",
            money(each.cost_usd) if each.model else "",
            _seconds(round(each.ended - each.started, 1)) if each.ended else "",
        ]
        for each in found[:most]
    ]
    names = ("asked (UTC)", "question", "ended", "thumb", "page", "model", "USD", "time")
    told = _query(wanted)
    further: list[FT] = []
    if len(found) > most:
        older = _query(wanted) | {"before": repr(found[most - 1].started)}
        further = [P(A("Older ones", href=f"conversations?{urlencode(older)}"))]
    return [
        filters, Rows(names, rows, "Nothing is found."), *further,
        P("Export these: ", A("CSV", href=f"export.csv?{urlencode(told)}"), " · ",
          A("JSON", href=f"export.json?{urlencode(told)}")),
    ]  # fmt: skip


def _query(wanted: Wanted) -> dict[str, str]:
    fields = {
        "words": wanted.words, "outcome": wanted.outcome, "page": wanted.page,
        "language": wanted.language, "version": wanted.version, "door": wanted.door,
        "rating": str(wanted.rating) if wanted.rating else "",
    }  # fmt: skip
    return {name: value for name, value in fields.items() if value}


def ConversationContent(
    session: Session, chosen: Turn, turns: Sequence[tuple[Turn, Update]], sure: bool
) -> list[FT]:
    """A conversation as its reader saw it, and why each answer is what it is."""
    parts: list[FT] = [_turn(turn, update, turn.id == chosen.id) for turn, update in turns]
    parts += [
        H2("This reader's data"),
        P(A("Export all of it as JSON", href=f"../reader/{chosen.id}.json")),
    ]
    if session.may_change:
        parts.append(
            Form(
                Hidden("form", session.form),
                Button("Yes, delete it for good" if sure else "Delete all of it", cls="danger"),
                *([Hidden("sure", "yes")] if sure else []),
                method="post", action=f"../reader/{chosen.id}/delete",
            )
        )  # fmt: skip
    return parts


def _turn(turn: Turn, update: Update, chosen: bool) -> FT:
    facts = {
        "asked": f"{moment(turn.started)} UTC",
        "ended": turn.outcome.value + (f": {turn.error}" if turn.error else ""),
        "grounding": GROUNDINGS[turn.grounding] or "not known",
        "told with it": turn.notice,
        "page": plain(turn.page.url, 300),
        "page's title": plain(turn.page.title, 200),
        "selected text": plain(turn.page.selection, 300),
        "language": turn.language,
        "asked by": f"{turn.asker.door.value} {turn.asker.agent}".strip(),
        "thumb": THUMBS.get(turn.rating, ""),
        "reason": turn.reason,
        "comment": turn.comment,
        "model": turn.usage.model or "none: passages are quoted",
        "tokens": f"{turn.usage.prompt_tokens:,} in, {turn.usage.completion_tokens:,} out",
        "cost, USD": money(turn.usage.cost_usd) + (" (the reader's key)" if turn.usage.own_key
                                                   else ""),
        "time": _seconds(round(turn.ended - turn.started, 1)) if turn.ended else "",
    }  # fmt: skip
    return Section(
        H2(moment(turn.started)),
        P(turn.question, cls="question"),
        Div(NotStr("".join(update.blocks)), cls="answer"),
        Details(Summary("Why this answer"), _facts(facts), *_given(turn), open=chosen),
        cls="turn chosen" if chosen else "turn",
        id=f"turn-{turn.id}",
    )


def _facts(facts: Mapping[str, str]) -> FT:
    return Dl(*(part for name, value in facts.items() if value for part in (Dt(name), Dd(value))))


def _given(turn: Turn) -> list[FT]:
    cited = {source.number for source in turn.sources}
    searches = [
        Li(f"“{plain(step.query, 200)}”: ", "failed" if step.failed else f"{step.found} passages")
        for step in turn.steps
        if step.query
    ]
    passages = [
        [
            str(each.number), "yes" if each.number in cited else "",
            f"{plain(each.file, 120)}:{each.start_line}–{each.end_line}", plain(each.title, 200),
            f"{each.chars:,}", f"{each.score:g}",
        ]
        for each in turn.handed
    ]  # fmt: skip
    calls = [
        [
            each.model, f"{each.prompt_tokens:,}", f"{each.completion_tokens:,}",
            money(each.cost_usd), _seconds(each.seconds), each.finish_reason,
        ]
        for each in turn.calls
    ]  # fmt: skip
    return [
        H2("Searches"), Ul(*searches) if searches else P("None.", cls="nothing"),
        H2("Passages it was given"),
        Rows(("number", "cited", "lines", "section", "characters", "score"), passages,
             "None are kept."),
        H2("Calls of the model"),
        Rows(("model", "prompt tokens", "answer tokens", "USD", "time", "ended"), calls, "None."),
    ]  # fmt: skip


def GapsContent(found: Sequence[Gap] | None, days: int, made: float) -> list[FT]:
    """The gaps, each with its readers' words behind it."""
    if found is None:
        again = A("Look again", href=f"gaps?days={days}")
        return [_days(days), P("The gaps are being gathered, which takes a while. ", again)]
    parts: list[FT] = [_days(days)]
    for gap in found:
        reasons = ", ".join(f"{REASONS[reason]} ({count})" for reason, count in gap.reasons.items())
        words = [Li(words) for words in gap.wordings]
        answers = [Li(A(turn, href=f"conversation/{turn}")) for turn in gap.turns]
        parts.append(
            Section(
                H2(gap.name),
                P(f"{gap.readers} readers, {gap.times} times, {gap.trend}: {reasons}"),
                Details(
                    Summary("In readers' words"), Ul(*words),
                    *([H2("Comments"), Ul(*map(Li, gap.comments))] if gap.comments else []),
                    *([H2("Asked on"), Ul(*map(Li, gap.pages))] if gap.pages else []),
                    *([H2("Answers"), Ul(*answers)] if answers else []),
                ),
                cls="turn",
            )
        )  # fmt: skip
    if not found:
        parts.append(P("No gaps.", cls="nothing"))
    parts.append(P(f"As of {moment(made)} UTC. As files: ", Code("hyperrun gaps --out FOLDER")))
    return parts


def SearchesContent(missed: Sequence[Missed], reported: Sequence[Reported], days: int) -> list[FT]:
    """Searches that led nowhere, and what agents did not find."""
    return [
        _days(days),
        H2("Searched without opening a result"),
        Rows(("words", "times"), [[each.words, str(each.times)] for each in missed[:300]], "None."),
        H2("Reported by agents as not found"),
        Rows(("question", "note", "agent", "times"),
             [[each.question, each.note, each.agent, str(each.times)] for each in reported[:300]],
             "None."),
    ]  # fmt: skip


def PagesContent(pages: Sequence[PageTally], days: int) -> list[FT]:
    """Pages by what was asked on them."""
    rows = [
        [
            A(plain(each.url, 200), href="conversations?" + urlencode({"page": each.url})),
            f"{each.turns:,}", f"{each.unanswered:,}", f"{each.down:,}",
        ]
        for each in pages
    ]  # fmt: skip
    names = ("page", "questions", "not answered", "thumbs down")
    return [_days(days), Rows(names, rows, "Nothing was asked on a page.")]


def SettingsContent(rows: Sequence[tuple[str, str, str]]) -> list[FT]:
    """The settings in force; secrets are only told to be set."""
    told = [[Code(name), value, said] for name, value, said in rows]
    return [Rows(("setting", "in force", "what it does"), told, "None.")]


def Problem(sentence: str) -> FT:
    """What went wrong, in a sentence."""
    return P(Span(sentence, cls="problem"), role="alert")
