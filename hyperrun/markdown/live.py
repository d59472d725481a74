"""The block that still grows: its HTML now, made anew only where that is needed.

What is shown here is provisional; the block's final HTML is made once, from all of its text, when
it is complete. So this may guess (an unfinished `**bold` is shown bold, a half-arrived `[12` not at
all) and may take short cuts, as long as it is safe, well-formed and close to what will follow.
"""

import re
import time
from html import escape

from hyperrun.markdown.blocks import Blocks
from hyperrun.markdown.citations import UNFINISHED
from hyperrun.markdown.highlight import highlight, language_of, pieces
from hyperrun.markdown.safe_html import (
    CODE_CLOSING,
    Rendering,
    code_opening,
    file_of,
    sanitised,
    to_html,
)

SLOW_MS = 6

# Characters that may mean something to Markdown in the middle of a line.
_SPECIAL = re.compile(r"[\n\t`*_~\[\]<>&$\\|;#]")
# A last line that may yet turn out to be something else: a bullet, a number, a heading's or
# fence's mark, an underline, a table's row.
_UNDECIDED = re.compile(
    r"(?:^|\n)[ \t>]*+(?:[-+*=_]+|\d{1,9}[.)]?|#{1,6}|`+\S*|~+\S*|\|[^\n]*|)[ \t]*$"
)
# What ends an element, or opens what the next characters decide.
_OPEN_ENDED = ("`", "*", "_", "~", "]", ")", ">", "$", "\\", "|", "#", "!", "&", "<", "[")
_FENCE_LINE = re.compile(r"^[ \t>]*(?:[-+*][ \t]+|\d{1,9}[.)][ \t]+)*(`{3,}|~{3,})", re.MULTILINE)
_LIST_OPENING = re.compile(r"^<[uo]l[^>]*>\n?")
_LIST_CLOSING = re.compile(r"\s*</[uo]l>\s*$")
_SEGMENT = re.compile(r"\n[ \t]*\n|(?:^|\n)[ \t>]*(?:[-+*]|\d{1,9}[.)]|#{1,6})[ \t]+")
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_LINK_START = re.compile(
    r"!?\[([^\[\]\n]{1,300})(?:\](?:\([^()\s]{0,500}(?:\([^()\s]{0,500}\)?)?)?)?$"
)
# A table's first line, which is text until the second has come.
_TABLE_START = re.compile(r"(?:^|\n)[ \t]*\|[^\n]*$")


class LiveBlock:
    """HTML of the tail of `blocks`, kept up to date at a cost that its length does not decide."""

    def __init__(self, blocks: Blocks, rendering: Rendering) -> None:
        self._blocks = blocks
        self._rendering = rendering
        self.restart()

    def restart(self) -> None:
        """Forget all: the tail begins a new block."""
        self._pause = 0  # calls for which the HTML is left as it is, since making it took long
        self._html = ""
        self._end = 0  # where the closing tags begin that it ends with
        self._known = 0  # characters of the tail that the HTML holds
        self._settled = True  # plain text may be put in before them
        self._items = (0, False, "")  # where the last item begins, loose, HTML of those before
        self._items_cited: dict[int, int] = {}
        self._rows_to = 0  # where the rows of a table end that `_head` holds
        self._code_from = 0  # where the open fence's code that is not highlighted begins
        self._code_head = ""  # HTML of what is before
        self.cited = dict(self._rendering.cited)  # number: place, with what the blocks above cite

    def html(self) -> str:
        """Safe, well-formed HTML of the tail; "" if there is nothing to show yet.

        While only plain words arrive, each result is the last one with text put in before its
        closing tags.
        """
        tail = self._blocks.tail
        if len(tail) != self._known or not self._settled:
            if self._blocks.fence:
                self._grow_code(tail)
            elif self._blocks.table:
                self._grow_table(tail)
            elif self._pause:
                self._pause -= 1
            elif not self._grow_text(tail):
                started = time.thread_time()
                self._render(tail)
                # Text made to be slow (thousands of brackets) is shown less often, so that its mean
                # cost stays near a millisecond a call.
                took_ms = int((time.thread_time() - started) * 1000)
                self._pause = took_ms if took_ms > SLOW_MS and len(tail) > 500 else 0
        return self._html

    @property
    def _head(self) -> str:
        return self._html[: self._end]

    @property
    def _closers(self) -> str:
        return self._html[self._end :]

    def _show(self, head: str, closers: str) -> None:
        # In one string, which followers hold, too.
        self._html, self._end = head + closers, len(head)

    def _put_in(self, text: str) -> None:
        escaped = escape(text, quote=False)
        self._html = self._html[: self._end] + escaped + self._html[self._end :]
        self._end += len(escaped)

    def _grow_text(self, tail: str) -> bool:
        more = tail[self._known :]
        if not self._settled or self._end == len(self._html) or _SPECIAL.search(more):
            return False
        self._put_in(more)
        self._known = len(tail)
        return True

    def _grow_code(self, tail: str) -> None:
        blocks = self._blocks
        if not self._code_from:
            info = tail[: blocks.fence].strip().lstrip("`~")
            self._code_language = language_of(info)
            self._code_from = self._known = blocks.fence
            self._code_head = code_opening(self._code_language, file_of(info))
            self._show(self._code_head, CODE_CLOSING.rstrip())
        self._settled = True
        for piece in pieces(tail[self._code_from :], complete=False):
            html = highlight(piece, self._code_language, self._rendering.highlighted)
            self._code_head += sanitised(html)
            self._show(self._code_head, self._closers)
            self._code_from += len(piece)
            self._known = self._code_from
        # A last line of nothing but ticks may be the end of the code, and a line's end may be
        # followed by it.
        end = tail.rfind("\n", self._known) + 1 or self._known
        if tail[end:].strip(" \t`~"):
            end = len(tail)
        elif end > self._known:
            end -= 1
        if end > self._known:
            self._put_in(tail[self._known : end])
            self._known = end

    def _grow_table(self, tail: str) -> None:
        """Show whole rows only, and make only the new ones."""
        self._known, self._settled = len(tail), False
        end = self._blocks.complete
        if end == self._rows_to:
            return
        rows = 0  # where the rows begin that are not shown
        if self._rows_to:
            rows = tail.index("\n", tail.index("\n") + 1) + 1
        rendering = self._rendering.growing_copy(self.cited)
        html = to_html(tail[:rows] + tail[self._rows_to : end], rendering)
        at = html.rfind("</tbody>")
        if at < 0:  # no rows yet
            at = _closers(html)
            self._show(html[:at], html[at:].replace("\n", ""))
            return
        begin = html.index("<tbody>") + len("<tbody>") if rows else 0
        head = (self._head if rows else "") + html[begin:at].rstrip()
        self._show(head, html[at:].replace("\n", ""))
        self._rows_to = end

    def _render(self, tail: str) -> None:
        self._known = len(tail)
        self.cited = dict(self._rendering.cited)
        shown, whole = self._shown(tail)
        if not shown.strip(" \t\n"):
            self._show("", "")
            self._settled = False
            return
        html = self._with_items(shown)
        at = _closers(html)
        self._show(html[:at], re.sub(r"\s+", "", html[at:]))
        text = tail.rstrip(" ")
        self._settled = whole and not text.endswith(_OPEN_ENDED) and "</a>" not in self._closers
        if self._settled and len(text) < len(tail):
            self._put_in(" ")

    def _with_items(self, shown: str) -> str:
        """HTML of `shown`; of a list only its last item is made anew."""
        blocks = self._blocks
        item, loose = blocks.item, blocks.loose
        if not 0 < item < len(shown):
            return to_html(shown, self._rendering.growing_copy(self.cited), loose=loose)
        known, as_loose, html = self._items
        if (known, as_loose) != (item, loose):
            if loose != as_loose or not 0 < known < item:
                known, html = 0, ""
                self._items_cited = self.cited
            before = self._rendering.growing_copy(self._items_cited)
            more = to_html(shown[known:item], before, loose=loose)
            html += _LIST_CLOSING.sub("", _LIST_OPENING.sub("", more) if known else more)
            self._items = (item, loose, html)
        self.cited = dict(self._items_cited)
        last = to_html(shown[item:], self._rendering.growing_copy(self.cited), loose=loose)
        return html + _LIST_OPENING.sub("", last)

    def _shown(self, tail: str) -> tuple[str, bool]:
        """The part of `tail` to show, mended where it breaks off, and whether that is all of it."""
        undecided = _UNDECIDED.search(tail)
        shown = tail[: undecided.start()] if undecided else tail
        if undecided and (table := _TABLE_START.search(shown)):
            above = shown[: table.start()].rpartition("\n")[2]
            shown = shown if above.lstrip().startswith("|") else shown[: table.start()]
        if not shown.strip(" \t\n"):
            return "", False
        if len(_FENCE_LINE.findall(shown)) % 2:
            return shown, shown is tail  # inside of an item's code: nothing to mend
        mended, whole = _mended(shown)
        return mended, whole and shown is tail


def _mended(text: str) -> tuple[str, bool]:
    """`text` with what is open at its end closed or held back, and whether nothing is held back."""
    start = 0
    for match in _SEGMENT.finditer(text):
        start = match.end()
    head, segment = text[:start], text[start:]
    held = UNFINISHED.search(segment[-80:])
    if held and not held[0].endswith("]"):
        return head + _closed(segment[: len(segment) - len(held[0])]), False
    link = _LINK_START.search(segment)
    if link and not _CODE_SPAN.sub(lambda code: " " * len(code[0]), segment).endswith(" "):
        before = segment[: link.start()]
        if "`" not in _CODE_SPAN.sub("", before):
            whole = not link[0].endswith("]") and "](" not in link[0]
            if not (link[0].endswith("]") and re.fullmatch(r"\[[\d,;\s^–-]+\]", link[0])):
                return head + _closed(before + link[1]), whole
    return head + _closed(segment), True


def _closed(segment: str) -> str:
    """`segment` with open code or bold text closed, and a mark that opens nothing yet dropped."""
    segment = segment.rstrip(" ")
    rest = _CODE_SPAN.sub("", segment)
    tick = re.search(r"(?<!`)(`+)(?!`)", rest)
    if tick:
        return segment[: -len(tick[1])] if segment.endswith(tick[1]) else segment + tick[1]
    if rest.count("**") % 2:
        return segment[:-2] if segment.endswith("**") else segment.rstrip("*_~ ") + "**"
    return re.sub(r"[*_~\\!<&$]+$", "", segment) if rest.count("*") % 2 else segment


def _closers(html: str) -> int:
    """Where the closing tags begin that `html` ends with."""
    at = len(html)
    while True:
        end = len(html[:at].rstrip())
        start = html.rfind("<", 0, end)
        if start < 0 or html[end - 1] != ">" or html[start + 1] != "/":
            return at
        at = start


def appended(before: str, after: str) -> str | None:
    """The escaped text that makes the live HTML `before` into `after`, if it is text at its end.

    None: `after` has to replace it. The text belongs to the end of the deepest last text node.
    """
    at = _closers(before)
    head, closers = before[:at], before[at:]
    if not closers or not head or head[-1] == ">":
        return None
    if not (after.startswith(head) and after.endswith(closers)) or len(after) < len(before):
        return None
    text = after[len(head) : len(after) - len(closers)]
    return None if "<" in text else text
