"""What is said under an answer that has no end."""

import pytest
from fastcore.xml import to_xml

from hyperrun.answering.answer import Update
from hyperrun.domain import Outcome, Turn
from hyperrun.web.answer_end import Meta, Notices
from hyperrun.web.view import View
from main import LINKS


@pytest.mark.parametrize("outcome", [Outcome.STOPPED, Outcome.INTERRUPTED])
def test_nothing_is_said_to_have_come_where_nothing_has(outcome: Outcome) -> None:
    view = View(LINKS, "en", title="Ask AI", project="Lantern")

    def said(answer: str) -> str:
        turn = Turn("t", "c", "dim", answer=answer, outcome=outcome)
        return "".join(map(to_xml, Notices(view, turn, Update(outcome=outcome))))

    assert "had come" in said("Turn the") and "had come" not in said("")
    assert "before the answer began" in said("")


@pytest.mark.parametrize("outcome", [Outcome.STOPPED, Outcome.INTERRUPTED, Outcome.FAILED])
def test_there_is_nothing_to_copy_of_an_answer_that_never_began(outcome: Outcome) -> None:
    view = View(LINKS, "en", title="Ask AI", project="Lantern")

    def shown(answer: str) -> str:
        turn = Turn("t", "c", "dim", answer=answer, outcome=outcome)
        return "".join(map(to_xml, Meta(view, turn, Update(outcome=outcome))))

    assert "copy-answer" in shown("Turn the") and "copy-answer" not in shown(" ")
