"""Untrusted Markdown to safe HTML: a parser with HTML off, our own render rules, a sanitiser.

Links lead to http, https and mailto only, images are never loaded, code carries classes and no
styles. What the rules below write is cleaned once more by a short allow-list, so that a mistake in
the parser or here still runs no script and asks no foreign server for anything.
"""

import re
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

import nh3

from hyperrun.language import text
from hyperrun.markdown.citations import MARK, SourceLookup, citation_html, numbers_of, quote_differs
from hyperrun.markdown.highlight import CLASSES, CODE_CLASSES, highlight, language_of
from hyperrun.markdown.maths import ATTRIBUTES as MATHS_ATTRIBUTES
from hyperrun.markdown.maths import TAGS as MATHS_TAGS
from hyperrun.markdown.maths import add_maths, maths_to_html
from hyperrun.markdown.support import Piece, last_sentence, unsupported
from hyperrun.passage import PROSE, Passage
from hyperrun.text import plain

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

TAGS = frozenset({
    "p", "br", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a",
    "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "div", "span",
    "button",
})  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "data-source", "title"},
    "span": {"title", "role", "aria-label"},
    "ol": {"start"},
    "th": {"align"},
    "td": {"align"},
    "div": {"tabindex", "role", "aria-label", "title", "data-text"},
    "pre": {"tabindex"},
}
_CLASSES = {
    "a": {"citation", "added", "picture"},
    "div": {"code", "code-head", "quote-differs", "table-scroll"},
    "button": {"copy"},
    "code": set(CODE_CLASSES),
    "span": {*CLASSES, "unsupported", "code-name", "task", "done"},
}
LINK_REL = "noopener nofollow ugc"
_FIRST_HEADING = 3  # below the page's own
_SAFE_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s]", re.IGNORECASE)
_BARE_ADDRESS = re.compile(r"https?://[^\s<>\"'`|\\]{1,2000}", re.IGNORECASE)
_COLON = re.compile(r":\s*$")


@dataclass(slots=True)
class Rendering:
    """What one text's blocks share while they are rendered, one after the other."""

    sources: SourceLookup | None = None  # None: the text has no citations, "[1]" is just text
    language: str = "en"
    cited: dict[int, int] = field(default_factory=dict)  # number: place, in order of citation
    heading: int = _FIRST_HEADING - 1  # depth of the last heading: none skips a level
    claim: tuple[int, ...] = ()  # sources that the text just above says the next code is from
    highlighted: dict[str, str] = field(default_factory=dict)  # HTML of code pieces of this block
    growing: bool = False  # the text goes on: code at its end is not highlighted yet
    checks: bool = False  # are cited sentences compared with their lines?
    claims: int = 0  # that were compared
    unsupported: int = 0  # that say something else
    inside_link: bool = False
    link_refused: bool = False

    def growing_copy(self, cited: dict[int, int]) -> "Rendering":
        """A copy for the block that still grows: what it does to its state is forgotten.

        `cited` holds what is cited before it, and what it cites is put there.
        """
        return Rendering(
            sources=self.sources,
            language=self.language,
            cited=cited,
            heading=self.heading,
            claim=self.claim,
            highlighted=self.highlighted,
            growing=True,
        )


def to_html(markdown: str, rendering: Rendering, *, loose: bool = False) -> str:
    """Safe HTML of `markdown`. `loose` gives a list's items paragraphs, as their list has them."""
    markup = parser()
    environment: dict[str, Any] = {"rendering": rendering}
    tokens = markup.parse(markdown, environment)
    if loose:
        for token in tokens:
            if token.level == 2 and token.type.startswith("paragraph"):
                token.hidden = False
    _mark_tasks(tokens)
    if rendering.checks and not rendering.growing:
        _mark_unsupported(tokens, rendering)
    html = markup.renderer.render(tokens, markup.options, environment)
    rendering.claim = _claim_above(tokens, len(tokens))
    return sanitised(html)


def sanitised(html: str) -> str:
    """The second wall: `html` with nothing but what our own rules write."""
    return _cleaner().clean(html)


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS | MATHS_TAGS),
        attributes=ATTRIBUTES | MATHS_ATTRIBUTES,
        allowed_classes=_CLASSES,
        tag_attribute_values={"a": {"target": {"_blank"}}, "button": {"type": {"button"}}},
        url_schemes={"http", "https", "mailto"},
        url_relative=_own_anchor,
        link_rel=LINK_REL,
    )


def _own_anchor(address: str) -> str | None:
    # Of addresses without a scheme only the ones to our own list of sources.
    return address if re.fullmatch(r"#source-\d{1,4}", address) else None


@cache
def parser() -> "MarkdownIt":
    """The one Markdown parser: HTML off, tables, strikethrough, maths, citations.

    Link reference definitions are off: one at the end of a text would change blocks that have
    been sent long before.
    """
    from markdown_it import MarkdownIt

    markup = MarkdownIt("commonmark", {"html": False, "maxNesting": 20, "xhtmlOut": False})
    markup.enable(["table", "strikethrough"])
    markup.disable(["reference", "html_block", "html_inline"])
    # Every address parses as a link, so that a refused one leaves its label and not its brackets.
    markup.validateLink = lambda url: True  # type: ignore[method-assign]
    add_maths(markup)
    markup.inline.ruler.before("math_inline", "citation", _citation_rule)
    for name, rule in _RULES.items():
        markup.add_render_rule(name, rule)
    return markup


def _citation_rule(state: "StateInline", silent: bool) -> bool:
    if state.src[state.pos] not in "[\\":
        return False
    rendering = _rendering(state.env)
    match = rendering.sources and MARK.match(state.src, state.pos)
    if not match:
        return False
    assert rendering.sources is not None
    numbers = numbers_of(match[1])
    sources = [source for number in numbers if (source := rendering.sources(number))]
    is_index = len(numbers) == 1 and bool(state.pos) and state.src[state.pos - 1].isalnum()
    if 0 in numbers and (is_index or len(numbers) > 1):
        return False  # an index, or a range from 0: citations count from 1
    if not silent:
        if not sources:
            state.pending = state.pending.rstrip(" ")
        for source in sources:
            token = state.push("citation", "a", 0)
            token.meta = {"source": source, "added": "[+" in match[0]}
    state.pos = match.end()
    return True


def _rendering(environment: MutableMapping[str, Any]) -> Rendering:
    rendering = environment["rendering"]
    assert isinstance(rendering, Rendering)
    return rendering


# Render rules, as markdown-it-py calls them: renderer, tokens, index, options, environment.


def _citation(
    _: "RendererHTML", tokens: Sequence["Token"], at: int, options: Any, environment: Any
) -> str:
    rendering, source = _rendering(environment), tokens[at].meta["source"]
    if rendering.inside_link:
        return ""
    place = rendering.cited.setdefault(source.number, len(rendering.cited) + 1)
    added = text(rendering.language, "citation_added") if tokens[at].meta["added"] else ""
    return citation_html(source, place, added)


def _text(
    _: "RendererHTML", tokens: Sequence["Token"], at: int, options: Any, environment: Any
) -> str:
    content, rendering = tokens[at].content, _rendering(environment)
    spans = tokens[at].meta.get("unsupported")
    task = tokens[at].meta.get("task")
    box = "" if task is None else _box(task, rendering)
    if not spans:
        return box + _linked(content, rendering)
    parts, done = [box], 0
    for start, end in spans:
        parts.append(_linked(content[done:start], rendering))
        parts.append(_not_there(escape(content[start:end], quote=False), rendering))
        done = end
    return "".join(parts) + _linked(content[done:], rendering)


_TASK = re.compile(r"\[([ xX])\] ")


def _mark_tasks(tokens: Sequence["Token"]) -> None:
    """Note in the tokens which items of a list are tasks: "[ ] to do", "[x] done"."""
    for at, token in enumerate(tokens[2:], 2):
        if token.type != "inline" or not token.children or tokens[at - 2].type != "list_item_open":
            continue
        first = token.children[0]
        if first.type == "text" and (task := _TASK.match(first.content)):
            first.content = first.content[task.end() :]
            first.meta["task"] = task[1] != " "


def _box(done: bool, rendering: Rendering) -> str:
    says = escape(text(rendering.language, "task_done" if done else "task_open"))
    return f'<span class="task{" done" if done else ""}" role="img" aria-label="{says}"></span>'


def _not_there(html: str, rendering: Rendering) -> str:
    note = escape(text(rendering.language, "unsupported"))
    return f'<span class="unsupported" title="{note}">{html}</span>'


def _code_inline(
    _: "RendererHTML", tokens: Sequence["Token"], at: int, options: Any, environment: Any
) -> str:
    html = f"<code>{escape(tokens[at].content, quote=False)}</code>"
    marked = tokens[at].meta.get("unsupported")
    return _not_there(html, _rendering(environment)) if marked else html


def _mark_unsupported(tokens: Sequence["Token"], rendering: Rendering) -> None:
    """Note in the tokens what of a cited sentence does not stand in the lines it cites."""
    for token in tokens:
        children = token.children or ()
        if not any(child.type == "citation" for child in children):
            continue
        claim: list[tuple[Token, int, str]] = []  # with where in its token it begins
        cited: list[Passage] = []
        has_ended = False  # the sentence, before its citations
        for child in children:
            if child.type == "citation":
                cited.append(child.meta["source"].passage)
            elif child.type in ("text", "code_inline", "softbreak", "hardbreak"):
                words = child.content or " "
                if cited and words.strip(" ,;"):
                    _mark_claim(claim, cited, rendering)
                    claim, cited = [], []
                begin = last_sentence(words) if child.type == "text" else 0
                if begin or (has_ended and words.strip()):
                    claim = []
                claim.append((child, begin, words[begin:]))
                if words.strip():
                    has_ended = words.rstrip().endswith((".", "!", "?", "。", "！", "？"))
        if cited:
            _mark_claim(claim, cited, rendering)


def _mark_claim(
    claim: "Sequence[tuple[Token, int, str]]", cited: Sequence[Passage], rendering: Rendering
) -> None:
    pieces = [Piece(words, child.type == "code_inline") for child, _, words in claim]
    spans = unsupported(pieces, cited)
    rendering.claims += 1
    rendering.unsupported += bool(spans)
    for at, start, end in spans:
        child, offset, _ = claim[at]
        child.meta.setdefault("unsupported", []).append((start + offset, end + offset))


def _linked(content: str, rendering: Rendering) -> str:
    if "://" not in content or rendering.inside_link:
        return escape(content, quote=False)
    parts, done = [], 0
    for match in _BARE_ADDRESS.finditer(content):
        address = match[0].rstrip(".,;:!?*_~'")
        while address.endswith((")", "]")) and address.count("(") < address.count(")"):
            address = address[:-1].rstrip(".,;:!?")
        if not _SAFE_ADDRESS.match(address):
            continue
        parts.append(escape(content[done : match.start()], quote=False))
        parts.append(f"{_anchor(address)}{escape(address, quote=False)}</a>")
        done = match.start() + len(address)
    parts.append(escape(content[done:], quote=False))
    return "".join(parts)


def _anchor(address: str, css: str = "") -> str:
    css = f' class="{css}"' if css else ""
    return f'<a{css} href="{escape(address)}" target="_blank">'


def _link_open(
    _: "RendererHTML", tokens: Sequence["Token"], at: int, options: Any, environment: Any
) -> str:
    rendering = _rendering(environment)
    address = str(tokens[at].attrGet("href") or "")
    rendering.link_refused = rendering.inside_link or not _SAFE_ADDRESS.match(address)
    if rendering.link_refused:
        return ""
    rendering.inside_link = True
    return _anchor(address)


def _link_close(
    _: "RendererHTML", tokens: Sequence["Token"], at: int, options: Any, environment: Any
) -> str:
    rendering = _rendering(environment)
    refused, rendering.link_refused, rendering.inside_link = rendering.link_refused, False, False
    return "" if refused else "</a>"


def _image(
    renderer: "RendererHTML", tokens: Sequence["Token"], at: int, options: Any, environment: Any
) -> str:
    """An image's words, linked to it: loading it would tell a foreign server that, and what for.
    The page's script shows those whose origin the operator allows."""
    token = tokens[at]
    words = renderer.renderInlineAsText(token.children, options, environment) or "image"
    label = escape(words, quote=False)
    address = str(token.attrGet("src") or "")
    if _rendering(environment).inside_link or not _SAFE_ADDRESS.match(address):
        return label
    return f"{_anchor(address, 'picture')}{label}</a>"


def _code(
    _: "RendererHTML", tokens: Sequence["Token"], at: int, options: Any, environment: Any
) -> str:
    rendering, token = _rendering(environment), tokens[at]
    language = language_of(token.info)
    if rendering.growing and not is_closed(token):
        code = escape(token.content.rstrip("\n"), quote=False)
        return f"{code_opening(language)}{code}{CODE_CLOSING}"
    code = highlight(token.content, language, rendering.highlighted)
    passages = _claimed(tokens, at, rendering)
    differs = bool(passages) and quote_differs(token.content, passages)
    name = file_of(token.info) or ("" if differs else _file_shown(token.content, passages))
    difference = _difference(rendering) if differs else ""
    return f"{code_opening(language, name, difference)}{code}{CODE_CLOSING}"


def is_closed(token: "Token") -> bool:
    """Whether a fence's closing line has come; its lines count one more than its content then."""
    if token.type != "fence" or token.map is None:
        return token.type != "code_block"
    return token.map[1] - token.map[0] == token.content.count("\n") + 2


CODE_CLOSING = "</code></pre></div>\n"


def code_opening(language: str, name: str = "", difference: str = "") -> str:
    """The beginning of a code block under its file's `name`, or its language's; the page's script
    puts the words on its copy button."""
    css = f' class="language-{language}"' if language else ""
    return (
        f'<div class="code{" quote-differs" if difference else ""}"{difference}>'
        f'<div class="code-head"><span class="code-name">{escape(name or language)}</span>'
        f'<button class="copy" type="button"></button></div><pre tabindex="0"><code{css}>'
    )


_FILE = re.compile(
    r"(?:title|file(?:name)?)\s*=\s*(?:\"([^\"]{1,80})\"|'([^']{1,80})'|([^\s\"'}]{1,80}))"
)


def file_of(info: str) -> str:
    """The file that a fence's info string names: `python title="app.py"`; else ""."""
    found = _FILE.search(info)
    return plain(found[1] or found[2] or found[3], 80) if found else ""


def _file_shown(code: str, passages: Sequence[Passage]) -> str:
    """The file that code was copied from; "" where that is a page, and not code."""
    for passage in passages:
        if passage.kind not in PROSE and not quote_differs(code, [passage]):
            return passage.file.rpartition("/")[2]
    return ""


def _claimed(tokens: Sequence["Token"], at: int, rendering: Rendering) -> Sequence[Passage]:
    """The passages that a code block says it is from."""
    if rendering.sources is None:
        return ()
    named = MARK.search(tokens[at].info)
    if named:
        claimed: Sequence[int] = numbers_of(named[1])
    else:
        claimed = _claim_above(tokens, at) if at else rendering.claim
    sources = [source for number in claimed if (source := rendering.sources(number))]
    return [source.passage for source in sources]


def _difference(rendering: Rendering) -> str:
    """Attributes of a code block that names a source and is not found there."""
    note = escape(text(rendering.language, "quote_differs"))
    return f' data-text="quote_differs" title="{note}"'


def _claim_above(tokens: Sequence["Token"], at: int) -> tuple[int, ...]:
    """Numbers cited by the text just above token `at`, if it ends in a colon: "As in [2]:"."""
    while at and tokens[at - 1].type in ("paragraph_close", "heading_close"):
        at -= 1
    above = tokens[at - 1] if at else None
    if above is None or above.type != "inline" or not above.children:
        return ()
    words = "".join(child.content for child in above.children if child.type != "citation")
    if not _COLON.search(words):
        return ()
    return tuple(
        child.meta["source"].number for child in above.children if child.type == "citation"
    )


def _heading(
    _: "RendererHTML", tokens: Sequence["Token"], at: int, options: Any, environment: Any
) -> str:
    rendering, token = _rendering(environment), tokens[at]
    if token.nesting > 0:
        wanted = int(token.tag[1:]) + _FIRST_HEADING - 1
        rendering.heading = min(wanted, rendering.heading + 1, 6)
        return f"<h{rendering.heading}>"
    return f"</h{rendering.heading}>\n"


def _table_open(
    _: "RendererHTML", tokens: Sequence["Token"], at: int, options: Any, environment: Any
) -> str:
    label = escape(text(_rendering(environment).language, "table"))
    return f'<div class="table-scroll" tabindex="0" role="region" aria-label="{label}"><table>\n'


def _table_close(
    _: "RendererHTML", tokens: Sequence["Token"], at: int, options: Any, environment: Any
) -> str:
    return "</table></div>\n"


def _cell_open(
    _: "RendererHTML", tokens: Sequence["Token"], at: int, options: Any, environment: Any
) -> str:
    token = tokens[at]
    align = str(token.attrGet("style") or "").removeprefix("text-align:")
    return f'<{token.tag} align="{align}">' if align else f"<{token.tag}>"


def _maths(
    _: "RendererHTML", tokens: Sequence["Token"], at: int, options: Any, environment: Any
) -> str:
    token = tokens[at]
    if token.type == "math_inline":
        return maths_to_html(token.content, token.markup == "$$")
    if not token.meta["closed"]:
        return f"<pre><code>{escape(token.content, quote=False)}</code></pre>\n"
    return f"<p>{maths_to_html(token.content, True)}</p>\n"


_RULES = {
    "citation": _citation, "text": _text, "link_open": _link_open, "link_close": _link_close,
    "code_inline": _code_inline, "image": _image, "fence": _code, "code_block": _code,
    "heading_open": _heading, "heading_close": _heading,
    "table_open": _table_open, "table_close": _table_close,
    "th_open": _cell_open, "td_open": _cell_open, "math_inline": _maths, "math_block": _maths,
}  # fmt: skip
