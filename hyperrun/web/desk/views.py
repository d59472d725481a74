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
from hyperrun.domain import Door, Grounding, Outcome, Turn, Usage
from hyperrun.insights.gaps import Gap
from hyperrun.redaction import without_personal
from hyperrun.storage.figures import Glance, PageTally, Wanted
from hyperrun.storage.store import Missed, Reported
from hyperrun.text import plain
from hyperrun.web.desk.access import Session
from hyperrun.web.desk.figures import Overview
from hyperrun.web.desk.frame import Choice, Facts, Field, Hidden, Rows, moment, money
from hyperrun.web.desk.plots import Bars
from hyperrun.web.desk.words import Words

OUTCOMES = {
    "": "any", "unanswered": "unanswered", "answered": "answered", "failed": "failed",
    "stopped": "stopped", "interrupted": "interrupted",
}  # fmt: skip
GROUNDINGS = {
    Grounding.UNKNOWN: "", Grounding.CITED: "cited", Grounding.NEAR: "near",
    Grounding.UNCITED: "uncited", Grounding.ABSENT: "absent",
}  # fmt: skip
DOORS = {Door.CHAT: "people", Door.MCP: "agents_mcp", Door.JSON: "programs_json"}
THUMBS = {1: "up", 0: "", -1: "down"}


def _said(say: Words, key: str) -> str:
    """A text, or none where no key is."""
    return say(key) if key else ""


def _named(say: Words, *keys: str) -> list[str]:
    """The names of a table's columns."""
    return [say(key) for key in keys]


def OverviewContent(say: Words, told: Overview, days: int, live: bool) -> list[FT]:
    """Totals, plots by day, and what each model cost; `live` where it is loaded again by itself."""
    rated = told.up + told.down
    facts = {
        say("questions"): f"{told.turns:,}",
        say("by_programs"): f"{told.by_programs:,}",
        say("not_answered"): _share(told.unanswered, told.turns),
        say("failed"): f"{told.failed:,}",
        say("thumbs_up"): say("of", part=told.up, whole=rated) if rated else say("none_yet"),
        say("cost_usd"): money(told.usd),
        say("most_readers"): f"{told.readers_at_most:,}",
        say("time_median"): _seconds(told.seconds_median),
        say("time_p95"): _seconds(told.seconds_p95),
    }
    plots = [
        Bars(
            say,
            say("plot_questions"),
            told.days,
            {say("answered"): told.answered, say("not_answered"): told.open},
        ),
        Bars(
            say,
            say("plot_asked"),
            told.days,
            {say("people"): told.people, say("programs"): told.programs},
        ),
        Bars(say, say("plot_readers"), told.days, {say("readers"): told.readers}),
    ]
    if told.by_model:
        spent = {name or say("no_model"): values for name, values in told.by_model.items()}
        plots.append(Bars(say, say("plot_cost"), told.days, spent, " USD"))
    rows = [[name or say("no_model"), f"{turns:,}", money(usd)] for name, turns, usd in told.models]
    return [
        _days(say, days), _live(say, days, live),
        Facts(facts), Div(*plots, cls="plots"),
        H2(say("models")),
        Rows(_named(say, "model", "questions", "cost_usd"), rows, say("nothing_asked")),
        P(say("report_as"), " ", A("JSON", href="desk/report.json"), " · ",
          A("Markdown", href="desk/report.md"), " · ", A(say("a_page"), href="desk/report.html")),
    ]  # fmt: skip


def _live(say: Words, days: int, live: bool) -> FT:
    if live:
        return P(say("is_live"), " ", A(say("not_live"), href=f"desk?days={days}"), cls="soft")
    return P(A(say("live"), href=f"desk?days={days}&live=1"), cls="soft")


def _days(say: Words, days: int) -> FT:
    spans = {str(count): say("days", count=count) for count in sorted({7, 30, 90, days} - {365})}
    spans["365"] = say("year")
    return Form(
        Choice(say("span"), "days", spans, str(days)), Button(say("show")), cls="filters"
    )  # fmt: skip


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({part / whole:.0%})" if whole else "0"


def _seconds(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:g} s" if value else "< 0.1 s"


def _ending(say: Words, each: Glance) -> str:
    """How a turn ended, in a word: where it was answered, by what."""
    grounding = GROUNDINGS[each.grounding]
    if each.outcome is Outcome.ANSWERED and grounding:
        return say(grounding)
    return ", ".join(say(key) for key in (each.outcome.value, grounding) if key)


def _short(url: str) -> str:
    """A page without what all pages of a site begin with."""
    path = url.partition("://")[2].partition("/")[2]
    return plain(f"/{path}" if path else url, 80)


def ConversationsContent(
    say: Words, wanted: Wanted, found: Sequence[Glance], most: int, remarks: Mapping[str, str]
) -> list[FT]:
    """A search, and the turns it finds, with what was remarked of them; older ones by a link."""
    outcomes = {value: say(key) for value, key in OUTCOMES.items()}
    filters = Form(
        Field(say("holds"), "words", wanted.words, type="search"),
        Choice(say("ended"), "outcome", outcomes, wanted.outcome),
        Choice(say("thumb"), "rating",
               {"0": say("any"), "1": say("up"), "-1": say("down")}, str(wanted.rating)),
        Choice(say("asked_by"), "door",
               {"": say("anybody"), "chat": say("people"), "mcp": say("agents_mcp"),
                "json": say("programs_json")}, wanted.door),
        Field(say("page"), "page", wanted.page),
        Field(say("language"), "language", wanted.language, size="4"),
        Field(say("version"), "version", wanted.version, size="6"),
        Button(say("find")), cls="filters",
    )  # fmt: skip
    by_models = any(each.model for each in found)
    rows = [
        [
            moment(each.started),
            A(
                plain(without_personal(each.question), 200) or say("not_kept"),
                href=f"conversation/{each.id}",
            ),
            _ending(say, each),
            _said(say, THUMBS.get(each.rating, "")),
            *([plain(without_personal(remarks.get(each.id, "")), 200)] if remarks else []),
            _short(each.page_url),
            _seconds(round(each.ended - each.started, 1)) if each.ended else "",
            *([each.model, money(each.cost_usd) if each.model else ""] if by_models else []),
        ]
        for each in found[:most]
    ]
    names = _named(
        say, "asked_utc", "question", "ended", "thumb", *(["comment"] if remarks else []),
        "page", "time",
        *(["model", "cost_usd"] if by_models else []),
    )  # fmt: skip
    told = _query(wanted)
    further: list[FT] = []
    if len(found) > most:
        older = _query(wanted) | {"before": repr(found[most - 1].started)}
        older["before_id"] = found[most - 1].id
        further = [P(A(say("older"), href=f"conversations?{urlencode(older)}"))]
    return [
        filters, Rows(names, rows, say("nothing_found")), *further,
        P(say("export_these"), " ", A("CSV", href=f"export.csv?{urlencode(told)}"), " · ",
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
    say: Words, session: Session, chosen: Turn, turns: Sequence[tuple[Turn, Update]]
) -> list[FT]:
    """A conversation as its reader saw it, and why each answer is what it is."""
    parts: list[FT] = [_turn(say, turn, update, turn.id == chosen.id) for turn, update in turns]
    parts += [
        H2(say("readers_data")),
        P(A(say("export_all"), href=f"../reader/{chosen.id}.json")),
    ]
    if session.may_change:
        parts.append(
            Form(
                Hidden("form", session.form),
                Button(say("delete_all"), cls="danger"),
                method="post", action=f"../reader/{chosen.id}/delete",
            )
        )  # fmt: skip
    return parts


def _turn(say: Words, turn: Turn, update: Update, chosen: bool) -> FT:
    usage = turn.usage
    facts = {
        "asked": f"{moment(turn.started)} UTC",
        "ended": _said(say, "" if turn.outcome is Outcome.RUNNING else turn.outcome.value)
        + (f": {turn.error}" if turn.error else ""),
        "grounding": say(GROUNDINGS[turn.grounding] or "not_known"),
        "told_with": turn.notice,
        "page": plain(turn.page.url, 300),
        "page_title": plain(turn.page.title, 200),
        "selected": plain(turn.page.selection, 300),
        "language": turn.language,
        "asked_by": f"{say(DOORS[turn.asker.door])} {turn.asker.agent}".strip(),
        "thumb": _said(say, THUMBS.get(turn.rating, "")),
        "reason": turn.reason,
        "comment": turn.comment,
        "model": usage.model or say("quoted_only"),
        "tokens": _tokens(say, usage),
        "cost_usd": (money(usage.cost_usd) if usage.model else "")
        + (f" {say('readers_key')}" if usage.own_key else ""),
        "time": _seconds(round(turn.ended - turn.started, 1)) if turn.ended else "",
    }  # fmt: skip
    return Section(
        H2(moment(turn.started)),
        P(turn.question, cls="question"),
        Div(NotStr("".join(update.blocks)), cls="answer"),
        Details(Summary(say("why")), _facts(say, facts), *_given(say, turn), open=chosen),
        cls="turn chosen" if chosen else "turn",
        id=f"turn-{turn.id}",
    )


def _tokens(say: Words, usage: Usage) -> str:
    read, written = f"{usage.prompt_tokens:,}", f"{usage.completion_tokens:,}"
    return say("tokens_of", prompt=read, answer=written) if usage.model else ""


def _facts(say: Words, facts: Mapping[str, str]) -> FT:
    return Dl(
        *(part for key, value in facts.items() if value for part in (Dt(say(key)), Dd(value)))
    )  # fmt: skip


def _given(say: Words, turn: Turn) -> list[FT]:
    cited = {source.number for source in turn.sources}
    searches = [
        Li(
            f"“{plain(step.query, 200)}”: ",
            say("failed") if step.failed else say("found_passages", count=step.found),
        )
        for step in turn.steps
        if step.query
    ]
    passages = [
        [
            str(each.number), say("yes") if each.number in cited else "",
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
        H2(say("searches")), Ul(*searches) if searches else P(say("none"), cls="nothing"),
        H2(say("passages_given")),
        Rows(_named(say, "number", "cited", "lines", "section", "characters", "score"), passages,
             say("none_kept")),
        H2(say("calls")),
        Rows(_named(say, "model", "prompt_tokens", "answer_tokens", "cost_usd", "time", "ended"),
             calls, say("none")),
    ]  # fmt: skip


def GapsContent(say: Words, found: Sequence[Gap] | None, days: int, made: float) -> list[FT]:
    """The gaps, each with its readers' words behind it."""
    if found is None:
        again = A(say("look_again"), href=f"gaps?days={days}")
        return [_days(say, days), P(say("gathering"), " ", again)]
    parts: list[FT] = [_days(say, days)]
    for number, gap in enumerate(found, 1):  # as `hyperrun gaps --draft` counts them
        reasons = ", ".join(
            f"{say(f'why_{reason}')} ({count})" for reason, count in gap.reasons.items()
        )
        trend = say(gap.trend)
        words = [Li(words) for words in gap.wordings]
        answers = [
            Li(A(say("answer_number", number=at), href=f"conversation/{turn}"))
            for at, turn in enumerate(gap.turns, 1)
        ]
        parts.append(
            Section(
                H2(f"{number}. {gap.name}"),
                P(say("gap_line", readers=gap.readers, times=gap.times, trend=trend,
                      reasons=reasons)),
                Details(
                    Summary(say("in_words")), Ul(*words),
                    *([H2(say("comments")), Ul(*map(Li, gap.comments))] if gap.comments else []),
                    *([H2(say("asked_on")), Ul(*map(Li, gap.pages))] if gap.pages else []),
                    *([H2(say("answers")), Ul(*answers)] if answers else []),
                ),
                cls="turn",
            )
        )  # fmt: skip
    if not found:
        parts.append(P(say("no_gaps"), cls="nothing"))
    parts.append(P(say("as_of", moment=moment(made)), " ", Code("hyperrun gaps --out FOLDER")))
    return parts


def SearchesContent(
    say: Words, missed: Sequence[Missed], reported: Sequence[Reported], days: int
) -> list[FT]:
    """Searches that led nowhere, and what agents did not find."""
    return [
        _days(say, days),
        H2(say("in_vain")),
        Rows(_named(say, "words", "times"),
             [[each.words, str(each.times)] for each in missed[:300]], say("none")),
        H2(say("reported")),
        Rows(_named(say, "question", "note", "agent", "times"),
             [[each.question, each.note, each.agent, str(each.times)] for each in reported[:300]],
             say("none")),
    ]  # fmt: skip


def PagesContent(say: Words, pages: Sequence[PageTally], days: int) -> list[FT]:
    """Pages by what was asked on them."""
    rows = [
        [
            A(plain(each.url, 200), href="conversations?" + urlencode({"page": each.url})),
            f"{each.turns:,}", f"{each.unanswered:,}", f"{each.down:,}",
        ]
        for each in pages
    ]  # fmt: skip
    names = _named(say, "page", "questions", "not_answered", "thumbs_down")
    return [_days(say, days), Rows(names, rows, say("none_on_page"))]


def in_code(said: str) -> FT:
    """A sentence in which `names` stand as code."""
    return Span(*(Code(part) if at % 2 else part for at, part in enumerate(said.split("`"))))


def SettingsContent(say: Words, rows: Sequence[tuple[str, str, str]]) -> list[FT]:
    """The settings in force; secrets are only told to be set."""
    told = [[Code(name), value, in_code(said)] for name, value, said in rows]
    return [Rows(_named(say, "setting", "in_force", "what"), told, say("none"))]


def Problem(sentence: str) -> FT:
    """What went wrong, in a sentence."""
    return P(Span(sentence, cls="problem"), role="alert")
