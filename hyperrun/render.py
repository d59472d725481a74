"""Untrusted Markdown to safe HTML, block by block while it streams."""

from functools import cache

import nh3
from markdown_it import MarkdownIt

from hyperrun.citations import SourceLookup

TAGS = {
    "p", "br", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a",
    "h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    return parser.disable("image")


def markdown_to_html(text: str) -> str:
    """Safe HTML of `text`, Markdown that nobody vouches for."""
    html = _parser().render(text)
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow ugc",
    )


class AnswerRenderer:
    """One answer's Markdown as it arrives, to HTML that only ever grows."""

    def __init__(self, sources: SourceLookup) -> None:
        self._sources = sources
        self._text = ""

    def feed(self, delta: str) -> list[str]:
        """Take `delta`; the HTML of blocks that just became final, never touched again."""
        self._text += delta
        return []

    def live(self) -> str:
        """HTML of the block still growing, "" if there is none."""
        return markdown_to_html(self._text)

    def finish(self) -> list[str]:
        """The HTML of what was still growing; nothing may be fed after it."""
        text, self._text = self._text, ""
        return [markdown_to_html(text)] if text.strip() else []

    @property
    def cited(self) -> tuple[int, ...]:
        """Numbers of the sources cited so far, in order of first citation."""
        return ()
