"""What a document says on its page, for tests of its constructs."""

from hyperrun.search.parsing import documents
from hyperrun.search.parsing.includes import Place


def content(text: str, suffix: str = ".md", place: Place | None = None) -> str:
    chunks = (
        documents.restructured(text, "x", place)
        if suffix == ".rst" else documents.markdown(text, "x", place, suffix)
    )  # fmt: skip
    return "\n\n".join(chunk.content or chunk.text for chunk in chunks)
