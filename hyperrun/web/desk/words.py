"""The desk's words, in the language that a browser wants and we have."""

from dataclasses import dataclass

from starlette.requests import Request

from hyperrun.language import choose, texts

PART = "desk"


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language: `say("pages")`."""

    language: str = "en"

    def __call__(self, key: str, **values: object) -> str:
        """One text with its `{names}` filled in. An unknown key is a mistake of ours: KeyError."""
        return texts(self.language, PART)[key].format(**values)


def words_of(request: Request) -> Words:
    """Those that this browser wants."""
    return Words(choose(request.headers.get("accept-language", ""), part=PART))
