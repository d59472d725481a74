"""How an answer's events fold into what its readers see."""

from hyperrun.conversation import Turn
from hyperrun.events import Found, Searching
from hyperrun.state import AnswerState


def test_the_same_search_again_is_one_step() -> None:
    state = AnswerState(Turn("t", "c", "dim"))
    for _ in range(2):
        state.fold(Searching("dim"))
        state.fold(Found("dim", ()))
    state.fold(Searching("pair"))
    assert [step.query for step in state.steps] == ["dim", "pair"]
