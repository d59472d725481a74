"""Who answers a question: the chosen model, or without one the passages alone."""

import asyncio

from hyperrun.answering import lisette_chat
from hyperrun.answering.answerer import Answerer
from hyperrun.answering.model_answerer import ModelAnswerer
from hyperrun.answering.passages_answerer import PassagesAnswerer
from hyperrun.llm.choice import ModelChoice
from hyperrun.llm.endpoints import endpoint_of
from hyperrun.llm.models import Models
from hyperrun.markdown import highlight
from hyperrun.search.engine import Search
from hyperrun.settings import Settings


class Answerers:
    """The answerers of one corpus."""

    def __init__(self, settings: Settings, search: Search, models: Models) -> None:
        self._settings = settings
        self._search = search
        self._models = models
        self._passages = PassagesAnswerer(settings, search)

    def of(self, choice: ModelChoice | None) -> Answerer:
        """The one that answers with `choice`; with None the one that needs no model."""
        if choice is None:
            return self._passages
        return ModelAnswerer(self._settings, self._search, self._models, choice)

    async def warm(self) -> None:
        """Import what an answer needs now, so that the first question does not wait for it.

        Without an operator's model that is little; the model libraries, 3 s of work and 170 MB,
        come with the first reader who brings a key.
        """
        if self._models.operators() is None:
            await asyncio.to_thread(highlight.warm)
            return
        lisette = await self._models.library()
        await asyncio.to_thread(lisette_chat.warm, lisette)
        await asyncio.to_thread(highlight.warm)
        choice = self._models.operators()
        if choice and choice.api_base and not self._settings.context_tokens:
            litellm = lisette.core.litellm
            endpoint = endpoint_of(choice, litellm)
            await self._models.windows.of(choice, endpoint, litellm, self._models.session())
