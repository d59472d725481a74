"""Whether what must hold of an answer does."""

from dataclasses import dataclass, field

from hyperrun.commands.testing.asking import Answered
from hyperrun.commands.testing.questions import AnswerTest
from hyperrun.commands.testing.words import plain_words, stands_in
from hyperrun.domain import Grounding

MAX_ANSWER_CHARS = 1_500
IS_ABSENT = (Grounding.ABSENT, Grounding.NEAR)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one question: `wrong` says in sentences what does not hold."""

    test: AnswerTest
    wrong: tuple[str, ...] = ()
    answer: str = ""
    found: tuple[str, ...] = ()  # places, best first
    seconds: float = field(default=0.0, compare=False)
    usd: float = field(default=0.0, compare=False)
    error: str = ""  # why it could not be asked

    @property
    def holds(self) -> bool:
        """Does everything hold?"""
        return not self.wrong and not self.error

    @property
    def breaks(self) -> bool:
        """Does it not hold, without a reason that is known?"""
        return not self.holds and not self.test.known


def judge(test: AnswerTest, answered: Answered, *, written: bool = False) -> Verdict:
    """Hold an answer against what must hold of it.

    Without a model, words must stand in the lines of the wanted section, which are what any answer
    is made of; where none is wanted, and where a model has `written`, in the answer itself.
    """
    wrong = list(_wrong(test, answered, written)) if not answered.error else []
    return Verdict(
        test,
        tuple(wrong),
        answered.said[:MAX_ANSWER_CHARS],
        tuple(f"{each.file} · {each.title}" for each in answered.found),
        usd=answered.turn.usage.cost_usd or 0.0,
        error=answered.error,
    )


def _wrong(test: AnswerTest, answered: Answered, written: bool) -> list[str]:
    wrong = []
    said = plain_words(answered.said)
    lines = plain_words(answered.right_text)
    is_placed = bool(test.page or test.section)
    if test.absent and not is_absent(answered, written):
        wrong.append("it is answered, though the documentation must be said not to answer")
    if is_placed and not answered.right:
        place = " · ".join(each for each in (test.page, test.section) if each)
        wrong.append(f"{place} is not found" if not written else f"{place} is not cited")
    if written or not is_placed:
        where, text = "in the answer", said
        if not written:
            text = f"{said} {plain_words(answered.quoted)}"
            where = "in the answer, nor in the lines it cites"
    else:
        where, text = "in the lines of that section", lines
    if not (is_placed and not answered.right and not written):
        missing = [word for word in test.must if not stands_in(word, text)]
        wrong += [f"“{word}” does not stand {where}" for word in missing]
    held = said if written else f"{said} {lines}"
    wrong += [f"“{word}” stands there" for word in test.must_not if stands_in(word, held)]
    return wrong


def is_absent(answered: Answered, written: bool) -> bool:
    """Is it told that the documentation does not answer?"""
    grounding = answered.turn.grounding
    return grounding in IS_ABSENT or (written and grounding is Grounding.UNCITED)
