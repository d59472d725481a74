"""What is said under an answer that has no end."""

import pytest
from fastcore.xml import to_xml

from hyperrun.answering.turns import Update
from hyperrun.domain import Outcome, Turn
from hyperrun.web.answer_end import Notices
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
