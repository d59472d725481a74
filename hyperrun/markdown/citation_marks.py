"""The marks that models write for a citation instead of `[1]`, made into that as they come.

Only forms that nothing else is written in are taken for one: 【1†source】, [1†L3], [Passage 1],
(source 1), ^1^, <sup>1</sup>. Code is left alone.
"""

import re

_NUMBERS = r"\d{1,3}(?:\s?(?:,|;|and|&)\s?\d{1,3}){0,8}"
_NOUN = r"(?:sources?|passages?|refs?|references?|docs?|documents?|citations?|quellen?|fuentes?)"
_OTHER = re.compile(
    rf"(?P<code>`[^`\n]*`)"
    rf"|【\s*(?:{_NOUN}\s*:?\s*)?(\d{{1,3}})(?:[:†][^】\n]{{0,60}})?\s*】"
    r"|\[(\d{1,3})(?::\d+)?†[^\]\n]{0,60}\]"
    r"|\[\^(\d{1,3})\^\]"
    rf"|\((?:see\s+)?{_NOUN}\s*:?\s*#?\[?({_NUMBERS})\]?\)"
    rf"|\[(?:see\s+)?{_NOUN}\s*:?\s*#?({_NUMBERS})\]"
    rf"|\[#({_NUMBERS})\]"
    r"|(?<!\[)\^\[?(\d{1,3})\]?\^"
    r"|<sup>\s*\[?(\d{1,3})\]?\s*</sup>",
    re.IGNORECASE,
)
# The beginning of one at the end of what has come.
_BEGUN = re.compile(
    r"(?:【[^】\n]{0,70}|\[\d{1,3}(?::\d*)?(?:†[^\]\n]{0,60})?|\[\^?\d{0,3}\^?"
    r"|[\[(](?:s(?:e(?:e\s?)?)?)?[a-z]{0,10}\s*:?\s*#?\[?[\d ,;&and]{0,40}"
    r"|\^\[?\d{0,3}\]?|<(?:s(?:u(?:p(?:>[^<\n]{0,8}(?:</?s?u?p?)?)?)?)?)?)$",
    re.IGNORECASE,
)
_HINT = re.compile(r"[【\[(^<]")
MAX_OPEN_CHARS = 300  # of a line are looked at again when more comes
KEPT_OPEN_CHARS = 150  # more than any mark has
_FENCE = re.compile(r"^\s{0,3}(?:```|~~~)")


class CitationMarks:
    """Rewrites the text of one step; what it gives only grows as long as the text does."""

    def __init__(self) -> None:
        self._raw_done = 0  # up to the last whole line
        self._done = ""  # that, rewritten
        self._in_code = False
        self._is_begun = True  # is what follows the beginning of a line?

    def rewritten(self, said: str, *, whole: bool = False) -> str:
        """All of the text so far; the beginning of what may become a mark is held back."""
        while (end := said.find("\n", self._raw_done)) >= 0:
            line = said[self._raw_done : end + 1]
            if self._is_begun and _FENCE.match(line):
                self._in_code = not self._in_code
            elif not self._in_code:
                line = _with_marks(line)
            self._done += line
            self._raw_done = end + 1
            self._is_begun = True
        line = said[self._raw_done :]
        if len(line) > MAX_OPEN_CHARS:
            line = self._shortened(line)
        if self._in_code or not _HINT.search(line):
            return self._done + line
        if not whole:
            after = max((match.end() for match in _OTHER.finditer(line)), default=0)
            if begun := _BEGUN.search(line, after):
                line = line[: begun.start()]
        return self._done + _with_marks(line)

    def _shortened(self, line: str) -> str:
        """What is left of a long line when the part that nothing can change is done with."""
        cut = line.rfind(" ", 0, len(line) - KEPT_OPEN_CHARS)
        head = line[:cut]
        crossed = any(match.start() < cut < match.end() for match in _OTHER.finditer(line))
        if cut <= 0 or crossed or head.count("`") % 2:
            return line
        self._done += head if self._in_code else _with_marks(head)
        self._raw_done += cut
        self._is_begun = False
        return line[cut:]


def _with_marks(line: str) -> str:
    if not _HINT.search(line):
        return line
    code = line.rfind("`") if line.count("`") % 2 else len(line)  # open, so far
    return _OTHER.sub(_mark, line[:code]) + line[code:]


def _mark(match: re.Match[str]) -> str:
    if match["code"]:
        return match["code"]
    numbers = next(group for group in match.groups()[1:] if group)
    return "[" + ", ".join(re.findall(r"\d+", numbers)) + "]"
