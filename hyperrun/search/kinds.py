"""What kind of reading a passage is, as a search tells its reader."""

import re
from functools import lru_cache

from hyperrun.passage import READ, Passage
from hyperrun.search.audience import DOCUMENTED_CODE, OF_A_REFERENCE
from hyperrun.search.terms import last_name

KINDS = ("guide", "api", "code", "changelog")

_CHANGELOG = re.compile(
    r"(^|/)(change[-_ ]?logs?|changes|history|news|whatsnew|release[-_ ]?notes?|releases)(\.|/|$)",
    re.I,
)
_API = re.compile(
    r"(^|/)(api|api[-_]?(docs?|reference)|apidocs?|autoapi|_?autosummary|reference)(\.|/|$)", re.I
)
_SYMBOL = re.compile(r"[A-Za-z_]\w*([.:]+\w+|_\w+)+(\(.*)?|[A-Za-z_]\w*\(.*")


def kind_of(passage: Passage) -> str:
    """One of `KINDS`."""
    if passage.kind == "operation":
        return "api"
    if passage.kind not in READ:
        return "code"
    if passage.kind == "page" and _SYMBOL.fullmatch(last_name(passage.title)):
        return "api"
    return _of_file(passage.file)


@lru_cache(maxsize=4_096)
def _of_file(file: str) -> str:
    if _CHANGELOG.search(file):
        return "changelog"
    is_api = _API.search(file) or OF_A_REFERENCE.search(file) or file.endswith(DOCUMENTED_CODE)
    return "api" if is_api else "guide"
