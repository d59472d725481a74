"""What shows a reader why something was found: a line of it, and the words it was found by."""

import re
from collections.abc import Sequence

from hyperrun.passage import READ, Passage
from hyperrun.search.terms import STOP_WORDS, folded, heading_of, porter

LINE_CHARS = 130
MAX_TEXT_CHARS = 4_000  # of a passage are looked through
LEAD = 40  # characters of the line before its first mark

Spans = list[tuple[int, int]]

_RUN = re.compile(r"[^\W_]+")
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_FENCE = re.compile(r"^\s*(```|~~~|:::|\.\. |:\w|\||[-=~^*_\"'`#]{3,}\s*$|<|import |\{[%{]|---)")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)|!?\[([^\]]*)\]\[[^\]]*\]|:\w[\w:]*:`([^`<]*)[^`]*`")
_MARKS = re.compile(r"\*\*|__|``?|^\s*(#+|[-*+>]|\d+[.)])\s+|<[^>]*>|\{[#:.][^}]*\}")
_SENTENCE = re.compile(r"[.!?。！？](\s|$)")


class Marker:
    """Marks what was typed: where its words stand, each as the beginning of a word or of a part of
    one, or with its stem. Small words only with `all_words`.

    What a word of a text is marked with is kept: the same ones stand in row after row.
    """

    def __init__(self, words: Sequence[str], *, all_words: bool = True) -> None:
        self._words = [folded(word) for word in words if all_words or _tells(word, words)]
        self._stems = {porter(word) for word in self._words if len(word) > 3}
        self._known: dict[str, tuple[int, int] | None] = {}

    def spans(self, text: str) -> Spans:
        """Where they stand in `text`, in order, none over another."""
        found: Spans = []
        if not self._words:
            return found
        for run in _RUN.finditer(text):
            word = run[0]
            if word not in self._known:
                self._known[word] = self._span(word)
            span = self._known[word]
            if span is not None:
                found.append((run.start() + span[0], run.start() + span[1]))
        return found

    def _span(self, run: str) -> tuple[int, int] | None:
        whole = folded(run)
        span = _mark(run, whole, self._words)
        if span is None and whole.isascii() and len(whole) > 3 and porter(whole) in self._stems:
            span = (0, len(run))
        return span


def marks(text: str, words: Sequence[str], *, all_words: bool = True) -> Spans:
    """Where `words` stand in `text`, as `Marker` says."""
    return Marker(words, all_words=all_words).spans(text)


def _tells(word: str, words: Sequence[str]) -> bool:
    if not word.isascii():
        return True
    return len(word) > 2 and (word not in STOP_WORDS or all(each in STOP_WORDS for each in words))


def _mark(run: str, whole: str, words: Sequence[str]) -> tuple[int, int] | None:
    """Of one run of letters, the part that the longest of `words` says."""
    best: tuple[int, int] | None = None
    for word in words:
        at = -1
        if whole.startswith(word):
            at = 0
        elif not word.isascii():
            at = whole.find(word)
        elif word in whole and run.isascii():
            at = next((p.start() for p in _PART.finditer(run) if whole.startswith(word, p.start())
                       and p[0].lower().startswith(word[: len(p[0])])), -1)  # fmt: skip
        if at < 0:
            continue
        end = at + len(word)
        if best is not None and not word.isascii() and at <= best[1] and end >= best[0]:
            best = (min(at, best[0]), max(end, best[1]))  # bigrams run on
        elif best is None or end - at > best[1] - best[0]:
            best = (at, end)
    if best is not None and len(whole) != len(run):
        return (0, len(run))
    return best


def line(passage: Passage, words: Sequence[str]) -> str:
    """One line of a passage as plain text: the first that holds most of `words`, cut to fit."""
    heading = heading_of(passage.title)
    is_read = passage.kind in READ
    telling = {folded(word) for word in words if _tells(word, words)}
    telling |= {porter(word) for word in telling if len(word) > 4}
    begins = re.compile(
        rf"(?<![^\W_])(?:{'|'.join(map(re.escape, sorted(telling, reverse=True)))})"
    )
    best, most = "", -1
    for raw in passage.shown[:MAX_TEXT_CHARS].splitlines():
        lower = raw.lower()
        is_in = any(word in lower for word in telling)  # most lines hold none: faster than to look
        held = len(set(begins.findall(lower))) if is_in else 0
        if held <= most or (is_read and _FENCE.match(raw)):
            continue
        plain = _prose(raw) if is_read else raw.strip(" \t#/*\"'")
        if len(plain) > 2 and plain != heading:
            best, most = plain, held
    return _cut(best, words)


def _prose(raw: str) -> str:
    """A line without the marks of its markup."""
    plain = _LINK.sub(lambda found: found[1] or found[2] or found[3] or "", raw)
    return " ".join(_MARKS.sub("", plain).split())


def _cut(text: str, words: Sequence[str]) -> str:
    """`text` about its first mark, with an ellipsis where it goes on."""
    if len(text) <= LINE_CHARS:
        return text
    spans = marks(text, words, all_words=False)
    start = 0
    if spans and spans[0][0] > LINE_CHARS - LEAD:
        start = max(text.rfind(" ", 0, max(spans[0][0] - LEAD, 0)), 0)
        ended = [m.end() for m in _SENTENCE.finditer(text, start, spans[0][0])]
        start = ended[-1] if ended else start
    cut = text[start : start + LINE_CHARS].strip()
    if start + LINE_CHARS < len(text):
        cut = cut.rpartition(" ")[0] or cut
        cut += "…"
    return f"… {cut}" if start else cut
