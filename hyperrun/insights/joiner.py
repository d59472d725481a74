"""The operator's model, asked which questions are one need: in as few calls as its window takes."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from hyperrun.answering.dialogue import Dialogue
from hyperrun.errors import BadSetting, ModelError
from hyperrun.insights import joining
from hyperrun.insights.joining import ALONE, MAX_HEADINGS, SPARE_TOKENS, SYSTEM, TOKENS_A_REPLY
from hyperrun.llm.models import Models
from hyperrun.search.project import Project
from hyperrun.settings import Settings
from hyperrun.text import counted

log = logging.getLogger(__name__)

UNKNOWN_WINDOW = 32_000  # tokens


@dataclass
class Joined:
    """What the model has said, so far: the heading of each question, None where nothing."""

    headings: list[str | None]
    asked: int = 0  # questions
    calls: int = 0
    usd: float | None = 0.0
    spent_usd: float = 0.0  # the same, at an assumed price where none is known
    doubted: list[str] = field(default_factory=list)
    unusable: int = 0  # answers without a line in the form
    failed: str = ""  # why it was not asked further

    @property
    def told(self) -> str:
        """What came of it, in sentences for a terminal."""
        if not self.asked:
            return "The model was asked nothing: no question is new since it was asked last."
        names = Counter(heading for heading in self.headings if heading)
        lines = [
            f"The model was asked about {counted(self.asked, 'question')} in "
            f"{counted(self.calls, 'call')}: {names.total()} stand under "
            f"{counted(len(names), 'heading')}."
        ]
        if self.unusable == self.calls:
            lines.append("Its answer cannot be used: what it was asked about stays as it was.")
        elif self.unusable:
            lines.append(f"Of its answers {self.unusable} cannot be used.")
        lines += [f"“{heading}” was to join too much and is left out." for heading in self.doubted]
        if self.failed:
            lines.append(f"Then it failed: {self.failed}.")
        cost = "of unknown price" if self.usd is None else f"{self.usd:.4f} USD"
        return " ".join([*lines, f"Cost: {cost}."])


async def joined_by_model(
    settings: Settings, questions: Sequence[str], clusters: Sequence[Sequence[int]],
    headings: Sequence[str | None],
) -> Joined:  # fmt: skip
    """As `Joiner.join`, by the operator's model. Raises `BadSetting` where there is none."""
    models = Models(settings)
    try:
        choice = models.operators()
        if choice is None:
            raise BadSetting(models.note or "--join needs a model: set HYPERRUN_MODEL")
        dialogue = await Dialogue.of(models, choice, settings)
        project = Project(settings).called
        return await Joiner(dialogue, project, questions, clusters, headings).join()
    finally:
        await models.close()


class Joiner:
    """Sorts one list of questions, which has been joined into clusters without a model."""

    def __init__(
        self, dialogue: Dialogue, project: str, questions: Sequence[str],
        clusters: Sequence[Sequence[int]], headings: Sequence[str | None],
    ) -> None:  # fmt: skip
        self._dialogue = dialogue
        self._system = SYSTEM.replace("{project}", project)
        self._questions = questions
        self._cluster_of = {at: number for number, each in enumerate(clusters) for at in each}
        self._in_order = [at for places in clusters for at in places]
        self._joined = Joined(list(headings))

    async def join(self) -> Joined:
        """Ask about what is new, and with it about what stood alone until now; what is near each
        other by the clusters in one call. Raises `ModelError` where the first call fails."""
        joined = self._joined
        is_new = any(heading is None for heading in joined.headings)
        left = [at for at in self._in_order if is_new and not joined.headings[at]]
        joined.asked = len(left)
        try:
            window = await self._dialogue.window() or UNKNOWN_WINDOW
            while left:
                left = await self._ask(left, window)
            alone = [at for at in self._in_order if joined.headings[at] == ALONE]
            if joined.calls > 1 and len(alone) > 1:
                await self._ask(alone, window)
        except ModelError as error:
            if not joined.calls:
                raise
            joined.failed = str(error)
        joined.usd, joined.spent_usd = self._dialogue.usd, self._dialogue.spent_usd
        return joined

    async def _ask(self, places: Sequence[int], window: int) -> list[int]:
        """Ask about the first of these questions; those that there was no room for."""
        joined = self._joined
        counts = Counter(heading for heading in joined.headings if heading)
        known = [heading for heading, _ in counts.most_common(MAX_HEADINGS)]
        most = joining.fitting(
            [self._questions[at] for at in places], known, window, self._dialogue.most_tokens
        )
        asked, left = places[:most], places[most:]
        messages = [
            {"role": "system", "content": self._system},
            {"role": "user",
             "content": joining.request([self._questions[at] for at in asked], known)},
        ]  # fmt: skip
        said = await self._dialogue.say(messages, TOKENS_A_REPLY * len(asked) + SPARE_TOKENS)
        joined.calls += 1
        if self._dialogue.is_cut_off:
            said = said.rpartition("\n")[0]
        read = joining.read(said, [self._cluster_of[at] for at in asked], known)
        for number, heading in read.headings.items():
            joined.headings[asked[number]] = heading
        joined.doubted += read.doubted
        joined.unusable += not read.headings and not read.doubted
        log.info("%d of %d questions were placed", len(read.headings), len(asked))
        return list(left)
