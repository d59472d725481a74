"""How an answer's events fold into what its readers see."""

from hyperrun.answering.answer import AnswerState, only_beside
from hyperrun.answering.events import Found, Searching, Suggestions, Text
from hyperrun.domain import Source, Turn
from hyperrun.passage import Passage


def test_the_same_search_again_is_one_step() -> None:
    state = AnswerState(Turn("t", "c", "dim"))
    for _ in range(2):
        state.fold(Searching("dim"))
        state.fold(Found("dim", ()))
    state.fold(Searching("pair"))
    assert [step.query for step in state.steps] == ["dim", "pair"]


def test_what_an_answer_cites_is_not_offered_to_ask_next() -> None:
    state = AnswerState(Turn("t", "c", "dim"))
    headings = ["Switch it", "Pairing lamps", "Reset it", "Hang it", "Sell it"]
    found = [
        Source(n, Passage("guide.md", n, n, f"Guide > {each}", "section", each))
        for n, each in enumerate(headings, 1)
    ]
    state.fold(Found("dim", tuple(found)))
    state.fold(Text("Turn the knob [2].\n\nOr the other [4].\n\n"))
    asked = (
        "How do I dim?",
        "How do I switch it?",
        "How do I pair lamps?",
        "How do I hang it?",
        "How do I sell it?",
    )
    state.fold(Suggestions(asked))
    state.render()
    assert state.suggestions == state.as_turn().suggestions == (asked[1], asked[4])


def test_what_only_the_line_see_also_names_stands_beside_the_answer() -> None:
    quoted = "**Dimming** [1]\n\nTurn the knob [2].\n\n"
    assert only_beside(f"{quoted}See also: Pairing [3] · Knobs [2]") == {3}
    assert only_beside(f"{quoted}Siehe auch: Koppeln [4]") == {4}
    assert only_beside(f"{quoted}Then pair it [3].") == frozenset()
    assert only_beside("") == frozenset()
