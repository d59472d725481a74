"""Untrusted Markdown to safe HTML, block by block while it streams.

The text of an answer arrives in any pieces. It is cut into top-level blocks; a block is rendered
for good as soon as nothing that follows can change it, and only the one still growing is rendered
again. All blocks of a text, joined, are the same however the text was cut up on its way.

What this Markdown does not have: HTML, images (their words link to them), link reference
definitions (they would change blocks already sent). A list beyond about 2,000 characters, a table
beyond 4,000 and any other block but code beyond 8,000 is cut in two.
"""

from collections.abc import Iterable

from hyperrun.markdown.blocks import Blocks
from hyperrun.markdown.citations import SourceLookup
from hyperrun.markdown.live import LiveBlock, appended
from hyperrun.markdown.safe_html import Rendering, to_html
from hyperrun.text import plain, without_controls

__all__ = ["AnswerRenderer", "appended", "markdown_to_html", "plain"]

MAX_CHARS = 60_000  # of one answer; what comes after is dropped


def markdown_to_html(markdown: str) -> str:
    """Safe HTML of `markdown`, which nobody need vouch for. "[1]" is just text in it."""
    rendering = Rendering()
    blocks = Blocks()
    text = without_controls(markdown[:MAX_CHARS])
    return "".join(to_html(block, rendering) for block in [*blocks.feed(text), *blocks.finish()])


class AnswerRenderer:
    """One answer's Markdown as it arrives, to HTML that only ever grows.

    `sources` finds what was handed out under a number; it is asked while text streams, so the
    answer may cite what a later search found. `language` is the interface's. With `checks`, what a
    cited sentence says and its lines do not is underlined, once its block is final.
    """

    def __init__(
        self, sources: SourceLookup, language: str = "en", *, checks: bool = False
    ) -> None:
        self._rendering = Rendering(sources=sources, language=language, checks=checks)
        self._blocks = Blocks()
        self._live = LiveBlock(self._blocks, self._rendering)
        self._carry = ""  # half of a character or of a line end
        self._chars = 0

    def feed(self, delta: str) -> list[str]:
        """Take `delta`, any piece of the text; the HTML of blocks that just became final.

        They are never touched again. Usually there is none; a piece may end several.
        """
        delta = self._carry + delta[: MAX_CHARS - self._chars]
        self._carry = ""
        if delta and (delta[-1] == "\r" or "\ud800" <= delta[-1] <= "\udbff"):
            delta, self._carry = delta[:-1], delta[-1]
        self._chars += len(delta)
        return self._final(self._blocks.feed(without_controls(delta)))

    def live(self) -> str:
        """HTML of the block still growing, "" if there is none.

        Safe and well-formed at any time. While plain words arrive, each result is the last one
        with text before its closing tags: `appended` finds that text.
        """
        return self._live.html()

    def finish(self) -> list[str]:
        """The HTML of what was still growing. Nothing may be fed after it; `live()` is ""."""
        rest = self._blocks.feed(without_controls(self._carry))
        self._carry = ""
        return self._final([*rest, *self._blocks.finish()])

    @property
    def cited(self) -> tuple[int, ...]:
        """Numbers of the sources cited so far, each once, in order of first citation."""
        return tuple(self._live.cited)

    @property
    def claims(self) -> tuple[int, int]:
        """Cited sentences so far, and those of them that hold what their lines do not."""
        return self._rendering.claims, self._rendering.unsupported

    def _final(self, blocks: Iterable[str]) -> list[str]:
        html = []
        for block in blocks:
            html.append(to_html(block, self._rendering))
            self._rendering.highlighted.clear()
            self._live.restart()
        return [block for block in html if block]
