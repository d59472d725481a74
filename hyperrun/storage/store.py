"""What a store of conversations has to do, whatever it keeps them in."""

import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from hyperrun.domain import Asker, Cost, Door, Grounding, Outcome, Recent, Turn
from hyperrun.storage.figures import Glance, PageTally, Tally, Wanted

if TYPE_CHECKING:
    from hyperrun.storage.fleet import Fleet
    from hyperrun.storage.shares import Shares

# Of a turn whose texts are not kept, its reader's (`HYPERRUN_HONOR_DNT`) or nobody's
# (`HYPERRUN_KEEP_QUESTIONS=off`): in both kinds of SQL.
_WITHOUT_TEXTS = (
    "UPDATE turns SET question = '', page = '{}', page_url = '', answer = '', steps = '[]', "
    "sources = '[]', suggestions = '[]', given = '{}', comment = '', need = NULL WHERE "
)
_WITH_TEXTS = "outcome <> 'running' AND (question <> '' OR answer <> '') AND started < "
WITHOUT_TEXTS = _WITHOUT_TEXTS + _WITH_TEXTS
WITHOUT_PRIVATE_TEXTS = f"{_WITHOUT_TEXTS}private = 1 AND {_WITH_TEXTS}"
# Of a report's row: what a reader who does not want to be tracked wrote is not in it.
UNLESS_PRIVATE = ", ".join(
    f"CASE WHEN private = 1 THEN '' ELSE {column} END" for column in ("question", "page_url")
)
COMMENT_UNLESS_PRIVATE = "CASE WHEN private = 1 THEN '' ELSE comment END"
TEXTS_KEPT_S = 3_600.0
EXPIRE_EVERY_S = 3_600.0
MAX_TURNS = 200  # of a conversation are shown and looked at; an export holds all
MAX_RECENT = 20  # conversations of a reader are listed
TITLE_CHARS = 200
NEVER = "9999-12-31"  # a day
MAX_REPORTED = 500  # gaps of a day that agents report
MAX_MISSED = 2_000  # wordings of a day's searches that led nowhere
MAX_PLACED = 1_000  # turns, searches or reports in one call

Kind = Literal["turn", "search", "report"]  # of what a need was told by


@dataclass(frozen=True, slots=True)
class Summary:
    """A turn without its answer, for reports."""

    id: str
    conversation: str
    question: str
    page_url: str
    outcome: Outcome
    is_cited: bool
    error: str
    notice: str
    cost_usd: float | None
    own_key: bool
    rating: int
    reason: str
    comment: str
    asker: Asker
    started: float
    grounding: Grounding
    need: str | None = None  # as `Store.place` keeps it


@dataclass(frozen=True, slots=True)
class Missed:
    """Words searched for that led to no click and no question, and how often in that time."""

    words: str
    times: int
    lately: int = 0  # of them since the day asked about
    need: str | None = None  # as `Store.place` keeps it


@dataclass(frozen=True, slots=True)
class Reported:
    """What an agent said it did not find, and how often in that time."""

    question: str
    note: str
    agent: str
    times: int
    lately: int = 0  # as above
    need: str | None = None


class Store(Protocol):
    """Everything that lasts: conversations, turns, feedback, spend, readers' keys (as ciphertext).

    A call is one transaction: a turn is there whole or not at all. Every method may raise
    `StoreError` (disk full, file locked, store closed); an answer goes on without its row. Ids are
    checked by the caller's conversation, always.
    """

    not_saved: str  # why the last turns were not; empty where they were
    # The processes that use it, and what they count together; None where it is this one's alone.
    fleet: "Fleet | None"
    shares: "Shares | None"

    async def open(self) -> None:
        """Open what there is or make it, and end what a dead owner has left running.

        A running turn belongs to the process that has saved it first. Those of processes that are
        gone become `interrupted`; those of others that run stay. From now on what is too old is
        deleted by itself.
        """

    def open_alongside_server(self) -> AbstractAsyncContextManager["Store"]:
        """The store for a moment, while a server may be using it too: nothing is ended.

        Raises `StoreError` where there is none yet.
        """

    async def close(self) -> None:
        """What was asked for before is still done."""

    async def works(self) -> bool:
        """Does it answer? Never raises."""

    def secret(self, name: str) -> bytes:
        """The 32 random bytes of that name, made once. Raises OSError or ValueError where they
        cannot be read."""

    # Turns

    async def begin(self, turn: Turn) -> None:
        """Write the first row of a turn that runs, or of one that goes on.

        Raises `Busy` where another process runs an answer of this conversation.
        """

    async def save(self, turns: Iterable[Turn]) -> frozenset[str]:
        """Write turns as they are now, all or none: new ones, checkpoints and ended ones alike.

        Calls are written in their order. What readers say of a turn (rating, reason, comment) is
        left as it is. Returns the ids of those that another process has ended or deleted
        meanwhile: they stay as they are, and are this process's no more.
        """

    async def turn(self, turn_id: str) -> Turn | None:
        """The turn with this id, or None."""

    async def turns(self, conversation: str) -> list[Turn]:
        """A conversation's turns, oldest first: the newest `MAX_TURNS` of them."""

    async def cost(self, conversation: str) -> Cost:
        """What a conversation's answers have cost together, as far as prices are known."""

    async def rate(
        self, conversation: str, turn_id: str, rating: int, reason: str = "", comment: str = ""
    ) -> bool:
        """Keep what a reader says of an answer of theirs. False where there is no such turn."""

    async def summaries(self, since: float) -> list[Summary]:
        """The turns that began since then (seconds since the epoch) and have ended, oldest
        first; without the texts of readers who do not want to be tracked."""

    # What the operator's desk shows, from `since` and before `until`, seconds since the epoch

    async def tallies(self, since: float, until: float) -> list[Tally]:
        """How many turns have ended, and how, by day and model."""

    async def readers_by_day(self, since: float, until: float) -> list[tuple[int, int]]:
        """Days since the epoch, and how many people asked on each, in order."""

    async def answer_times(self, since: float, until: float) -> list[tuple[int, int, int]]:
        """Days since the epoch, times `BUCKET_S`, and how many answers took so long, in order."""

    async def asked_pages(self, since: float, until: float) -> list[PageTally]:
        """Pages by how much was asked on them."""

    async def find(self, wanted: Wanted, most: int) -> list[Glance]:
        """The newest turns that are wanted, the newest first."""

    async def remarks(self, turn_ids: Sequence[str]) -> dict[str, str]:
        """Why readers put up or down their thumbs, by the turn; no comment of who is not to be
        tracked."""

    # Conversations

    async def recent(self, conversation: str) -> list[Recent]:
        """The conversations of this one's reader, last asked first: `MAX_RECENT` of them.

        A title is the first question that no other attempt has taken the place of.
        """

    async def export(self, conversation: str) -> dict[str, Any]:
        """Everything that is kept of a conversation's reader but their key, as JSON-ready data."""

    async def delete(self, conversation: str) -> None:
        """Delete everything that is kept of a conversation's reader, their key too."""

    async def clear(self, conversation: str) -> None:
        """Delete a conversation's turns; the reader's key stays."""

    async def clear_all(self, conversation: str) -> None:
        """Delete the turns of all conversations of this one's reader; their key stays."""

    async def expire(self) -> None:
        """Delete what is older than the operator wants to keep (`HYPERRUN_KEEP_DAYS`)."""

    # Searches

    async def count_missed(self, words: str, day: str = "") -> None:
        """Count a search that led nowhere on `day` (ISO date in UTC, today when empty).

        Nothing is kept of who searched, nor when within the day. Of a day at most `MAX_MISSED`
        wordings are kept; others are counted no more.
        """

    async def missed(self, since_day: str, lately: str = NEVER) -> list[Missed]:
        """The searches that led nowhere on `since_day` or later, most often first, and how many of
        them since the day `lately`."""

    async def report_gap(self, question: str, note: str, agent: str, day: str = "") -> None:
        """Keep that `agent` did not find something, on `day` (ISO date in UTC, today when empty).

        Of a day at most `MAX_REPORTED` are kept; others are counted no more.
        """

    async def reported(self, since_day: str, lately: str = NEVER) -> list[Reported]:
        """What was reported on `since_day` or later, most often first; `lately` as above."""

    # Which need it was

    async def place(self, kind: Kind, keys: Sequence[str], need: str) -> None:
        """Keep the heading under which the operator's model puts what was asked, "" where it
        stands with nothing else: with the turns of these ids, the searches of these words, or the
        reports of these questions; it goes when they do. At most `MAX_PLACED` keys."""

    # Spend

    async def add_spend(self, usd: float, own_key: bool = False, day: str = "") -> None:
        """Count money spent on `day` (ISO date in UTC, today when empty)."""

    async def spent(self, own_key: bool = False, day: str = "") -> float:
        """Money spent on `day`, in USD."""

    # Readers' keys

    async def put_key(self, conversation: str, ciphertext: bytes) -> None:
        """Keep one ciphertext under a reader's id, in the place of the one before."""

    async def key(self, conversation: str) -> bytes | None:
        """The ciphertext kept under a reader's id, or None."""

    async def forget_key(self, conversation: str) -> None:
        """Delete a reader's ciphertext."""


def summary_of(*row: Any) -> Summary:
    """The columns of a report's row, in the order of `Summary`."""
    turn_id, conversation, question, page_url, outcome, is_cited, *others = row
    (
        error,
        notice,
        cost_usd,
        own_key,
        rating,
        reason,
        comment,
        door,
        agent,
        started,
        ground,
        need,
    ) = others
    return Summary(
        turn_id,
        conversation,
        question,
        page_url,
        Outcome(outcome),
        bool(is_cited),
        error,
        notice,
        cost_usd,
        bool(own_key),
        rating,
        reason,
        comment,
        Asker(Door(door), agent),
        started,
        Grounding(ground),
        need,
    )


def today() -> str:
    """The day in UTC, as spending is kept by."""
    return day_of(time.time())


def day_of(moment: float) -> str:
    """The day in UTC of a moment in seconds since the epoch."""
    return time.strftime("%Y-%m-%d", time.gmtime(moment))
