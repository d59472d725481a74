"""An answer that is made in this process."""

import asyncio

from hyperrun.answering.answer import AnswerState
from hyperrun.answering.mirrors import FollowedAnswer
from hyperrun.domain import Outcome, Turn
from hyperrun.limits import Reservation


class RunningAnswer(FollowedAnswer):
    """One turn in flight: its state, its task, its followers."""

    def __init__(self, turn: Turn, reservation: Reservation, language: str = "") -> None:
        written = reservation.choice is not None
        super().__init__(AnswerState(turn, language, written=written))  # finished: stored, counted
        self.reservation = reservation
        self.task: asyncio.Task[None] | None = None
        self.ends_as = Outcome.STOPPED  # when its task is cancelled
        self.stored = 0  # version
        self.goes_on_alone = False  # its reader has turned to another conversation meanwhile
