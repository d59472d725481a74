"""Questions that lean on the one before."""

import pytest

from hyperrun.search.leaning import leans


@pytest.mark.parametrize("question", [
    "How do I turn it off?", "and in async?", "what is its default?", "per request?",
    "what if it flickers?", "only in the evening?", "How do they learn new colours?",
    "can I do this per room?", "only the bulb, the shade should stay", "or just one of them?",
    "how do I get rid of one?", "default?", "can I use a bridge instead?", "is that the default?",
])  # fmt: skip
def test_a_question_that_makes_little_sense_alone_leans(question: str) -> None:
    assert leans(question)


@pytest.mark.parametrize("question", [
    "How do I pair a lamp with the bridge?", "Which colours does a lamp know?",
    "How long may a lamp take before it gives up?", "reject colours that are too bright",
    "Is there a timeout for lamps?", "pair a lamp with the bridge and give it a name",
    "flickering", "update bridges", "only allow warm, cold or neutral as a colour",
    "dim one lamp, by what it's called", "a switch that works for every room",
    "leave out everything that is dark", "Is it really safe to dim lamps over the wire?",
    "why use a Bridge instead of Lamp.connect", "pair the same lamp with two bridges",
    "this.lamp in a room is long, rename lamps", "dim lamps so that nobody wakes",
    "I have one bridge only but must name bridges anyway",
])  # fmt: skip
def test_a_question_that_points_at_nothing_said_before_stands_alone(question: str) -> None:
    assert not leans(question)


def test_a_single_word_that_the_documentation_does_not_know_stands_alone() -> None:
    assert leans("How do I dim?") and not leans("How do I brighten?", is_known=False)
