"""Answer tests asked of a tree, without a model."""

from collections.abc import Sequence

from hyperrun.answering.answerers import Answerers
from hyperrun.answering.research import FIRST_PASSAGES
from hyperrun.commands.testing.asking import Asker
from hyperrun.commands.testing.by_model import in_turn
from hyperrun.commands.testing.questions import AnswerTest
from hyperrun.commands.testing.verdict import Verdict, judge
from hyperrun.llm.models import Models
from hyperrun.search.engine import Search
from hyperrun.settings import Settings


async def ask_all(
    settings: Settings, search: Search, tests: Sequence[AnswerTest], k: int = FIRST_PASSAGES
) -> list[Verdict]:
    """What becomes of each question, in their order, of what `search` has been prepared with."""
    models = Models(settings)
    asker = Asker(search, Answerers(settings, search, models).of(None), k, settings.site_url)

    async def judged(test: AnswerTest) -> Verdict:
        return judge(test, await asker.answer(test, tests))

    try:
        return await in_turn(tests, judged, 1)
    finally:
        await models.close()


async def ask_all_of_tree(
    settings: Settings, tests: Sequence[AnswerTest], k: int = FIRST_PASSAGES
) -> list[Verdict]:
    """The same of the sources as they stand, whose index is brought up to them first."""
    search = Search(settings)
    try:
        await search.prepare()
        return await ask_all(settings, search, tests, k)
    finally:
        await search.close()
