"""Markdown and its kin, parsed as a whole: what each block says on its page."""

import re
from collections.abc import Sequence
from textwrap import dedent
from typing import TYPE_CHECKING

from hyperrun.search.parsing import commonmark, html_text, labels
from hyperrun.search.parsing.blocks import Block, joined
from hyperrun.search.parsing.includes import Place
from hyperrun.search.parsing.markdown import (
    code_blocks,
    constructs,
    docfx,
    fenced_directives,
    inline,
    quarto,
    svelte_code,
)
from hyperrun.search.parsing.markdown.reading import Reading
from hyperrun.search.parsing.markdown.rules import parser
from hyperrun.search.parsing.markdown.text import (
    end_of,
    inline_escaped,
    plain,
    words_of,
)
from hyperrun.search.site.heading_text import attributes

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_DEPTH = 12
PARAGRAPH = 3  # tokens
MAX_TITLE = 24  # characters of an alert's, where a sentence could go on below
NEAR = 4  # blocks above a hidden cell, comments among them

_CLOSING = re.compile(r"(?<!\s)\s+#+\s*$")
_BESIDE_LINKS = re.compile(r"\s*(?:(?:table of )?contents:?)?[\s|•·/-]*", re.IGNORECASE)
# Marks of a heading: Fumadocs', and Docsify's.
_OWN_MARK = re.compile(
    r"(?<!\s)\s*\\?\[(?:[!#][\w-]+|toc)\]$|(?<!\s)\s+(?::id=[\w-]+|\{docsify-ignore(?:-all)?\})$"
)
_ID_TAG = re.compile(
    r"<a\s+(?:href=[\"']#[^\"']*[\"']\s+)?(?:id|name)=[\"']([^\"']+)[\"'][^>]*>", re.IGNORECASE
)
_HARD_SPACE = re.compile(r"(?m)^(#{1,6})\xa0(?=\S)")
# Documenter's references, which are links to CommonMark only without a name, and its own anchors.
_REFERENCE = re.compile(r"\]\(@(ref|extref|cite)[ \t][^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)")
_ITS_ID = re.compile(r"(?m)^(#{1,6}[ \t]+)\[(.+)\]\(@id(?:[ \t]++([^()\n]++))?\)[ \t]*$")
_ALERT = re.compile(r"\[!(?P<kind>[\w-]+)\][-+]?[ \t]*(?P<title>.*)")
_MARK = re.compile(r"^(?=\[!\w{1,30}\][ \t]*$)", re.MULTILINE)
_OF_TYPES = re.compile(r"(?:MODULE|TYPES|EXPANDED_TYPES): \S.*")  # which Svelte's site puts in
_CAPTION = re.compile(r"(?:Table)?:[ \t]+(?=\S)")  # of a table of Pandoc's, at its beginning
_SENTENCE = re.compile(r"\w{2}[`\"')\]*_]*[.!?:][`\"')*_]*$")


def read(text: str, place: Place | None = None, components: bool = False) -> list[Block]:
    """The blocks of a document, in order; `text` is without front matter's lines, but they count.

    `components`: it is MDX. What it includes is looked for from `place`; nothing is without one.
    """
    return Document(place, components).read(text)


def _with_own_id(heading: re.Match[str]) -> str:
    """A heading of Documenter's with its anchor as others write it."""
    own_id = re.sub(r"\s+", "-", (heading[3] or "").strip())
    return f"{heading[1]}{heading[2]}" + (f" {{#{own_id}}}" if own_id else "")


def _is_code(tokens: Sequence["Token"]) -> bool:
    """Does code come first?"""
    return bool(tokens) and tokens[0].type in ("fence", "code_block")


def _goes_on(tokens: Sequence["Token"]) -> bool:
    """Does come first what a sentence above may announce?"""
    return bool(tokens) and tokens[0].type not in ("paragraph_open", "heading_open")


def _end_announcement(found: list[Block]) -> None:
    """Leave out what announces what nobody sees here: the output of a cell whose code its page does
    not show, or what only running a component would show."""
    above = next((each for each in reversed(found[-NEAR:]) if each.content or each.level), None)
    if above is not None and not above.level:
        above.content = commonmark.without_announcement(above.content)


class Document(Reading):
    """Markdown, MyST, MDX and what generators made of them."""

    def read(self, text: str, offset: int = 0) -> list[Block]:
        """The blocks of `text`, whose first line is `offset` lines below the document's."""
        if self.depth > MAX_DEPTH:
            return []
        self.depth += 1
        try:
            if "\xa0" in text:  # behind a heading's marks, where Python-Markdown asks for no space
                text = _HARD_SPACE.sub(r"\1 ", text)
            self.is_svelte = self.is_svelte or svelte_code.is_in(text)
            if "](@" in text:
                text = _ITS_ID.sub(_with_own_id, _REFERENCE.sub(r"](@\1)", text))
            if self.environment.get("quarto"):
                text = quarto.with_numbers(text)
            tokens = parser(self.components).parse(text, self.environment)
            return self._blocks(tokens, offset)
        finally:
            self.depth -= 1

    # Blocks

    def _blocks(self, tokens: Sequence["Token"], offset: int) -> list[Block]:
        found: list[Block] = []
        at = 0
        while at < len(tokens):
            token = tokens[at]
            end = end_of(tokens, at)
            if token.map is None:
                at = end
                continue
            start, stop = token.map[0] + offset + 1, token.map[1] + offset
            if token.type == "construct":
                said = constructs.blocks(self, token, start, stop)
                if not said and constructs.stands_alone(token) and not _goes_on(tokens[end:]):
                    _end_announcement(found)
                if said and said[0].term and found and found[-1].term:
                    said[0].tight = True
                found += said
            elif token.type == "heading_open":
                if label := docfx.tab(tokens[at + 1].content):
                    found.append(self.block(start, stop, commonmark.strong(self.words(label))))
                else:
                    found.append(self._heading(token, tokens[at + 1], start, stop))
            elif token.type in ("bullet_list_open", "ordered_list_open", "dl_open"):
                goes_on = bool(found) and commonmark.leads_on(found[-1].content)
                found += self._items(tokens[at:end], offset, goes_on)
            elif token.type == "html_block":
                found += self._html(token, start, stop)
            elif token.type == "fence" and token.info.strip() == "{eval-rst}":
                found += fenced_directives.blocks(self, "eval-rst", "", token.content, start, stop)
            elif token.type == "fence" and token.info.startswith("{include}"):
                argument = token.info.removeprefix("{include}")
                found += fenced_directives.blocks(
                    self, "include", argument, token.content, start, stop
                )
            elif token.type != "paragraph_open" or not _leads_through_page(tokens[at + 1]):
                block = self.block(start, stop, self.written(tokens[at:end]))
                if token.type == "fence" and not block.content and not _is_code(tokens[end:]):
                    _end_announcement(found)
                found.append(block)
            at = end
        return found

    def _heading(self, token: "Token", line: "Token", start: int, end: int) -> Block:
        source = line.content
        own_id, self.own_id = self.own_id, ""
        whole = source
        source, attribute = attributes(source)
        if attribute:
            own_id = attribute
        elif match := _ID_TAG.search(source):
            own_id = match[1]
        level = int(token.tag[1:])
        said = inline.said(self, line.children or [])
        title = words_of(line.children or [])
        if self.is_quarto and self.place is not None:
            source = quarto.words(source)
            title = labels.referred(self.place, title) if "@" in title else title
        if source != whole and _OWN_MARK.search(whole):
            said, title = (_OWN_MARK.sub("", each) for each in (said, title))
        elif attribute:  # marks that close a heading stand before it
            said, title, source = (_CLOSING.sub("", each) for each in (said, title, source))
        content = f"{'#' * level} {said}" if said else ""
        return Block(start, end, content, level, title, source.strip(), own_id)

    def _items(self, tokens: Sequence["Token"], offset: int, goes_on: bool = False) -> list[Block]:
        """A list, item by item, so that a long one can be parted. `goes_on` with the sentence above
        it, it is no table of contents."""
        found: list[Block] = []
        first = tokens[0]
        tight = all(token.hidden for token in tokens if token.type == "paragraph_open"
                    and token.level == first.level + 2)  # fmt: skip
        if _is_contents(tokens) and not goes_on:
            return []
        count = int(first.attrGet("start") or 1) if first.type == "ordered_list_open" else 0
        at = 1
        while at < len(tokens) - 1:
            end = end_of(tokens, at)
            item = tokens[at]
            if item.type == "dt_open":
                while end < len(tokens) - 1 and tokens[end].type == "dd_open":
                    end = end_of(tokens, end)
            lines = [each.map for each in tokens[at:end] if each.map]
            content = (
                self._definition(tokens[at:end]) if item.type in ("dt_open", "dd_open")
                else self._item(tokens[at + 1 : end - 1], count)
            )  # fmt: skip
            if count:
                count += 1
            if lines and content:
                start = min(line[0] for line in lines) + offset + 1
                block = self.block(start, max(line[1] for line in lines) + offset, content)
                block.tight = tight and bool(found)
                if item.type == "dt_open" and tokens[at + 1].type == "inline":
                    block.source = tokens[at + 1].content.strip()
                    block.term = words_of(tokens[at + 1].children or [])
                found.append(block)
            at = end
        if found and found[0].end < found[0].start:
            found[0].end = found[0].start
        return found

    def _item(self, tokens: Sequence["Token"], count: int) -> str:
        content = self.written(tokens)
        if not content:
            return ""
        if match := re.match(r"\\?\[([ xX])\\?\]\s+", content):
            content = f"{'☐' if match[1] == ' ' else '☑'} {content[match.end() :]}"
        return commonmark.item(content, f"{count}." if count else "-")

    def _definition(self, tokens: Sequence["Token"]) -> str:
        """A term and what it means, as an item."""
        parts: list[str] = []
        at = 0
        while at < len(tokens):
            end = end_of(tokens, at)
            said = self.written(tokens[at + 1 : end - 1])
            if said:
                parts.append(commonmark.strong(said) if tokens[at].type == "dt_open" else said)
            at = end
        if len(parts) > 1 and not re.match(r"```|[-|>#]|\d+\.", parts[1]):
            parts[:2] = [f"{parts[0]}\\\n{parts[1]}"]
        return commonmark.item("\n\n".join(parts), "-") if parts else ""

    def _html(self, token: "Token", start: int, end: int) -> list[Block]:
        html = re.sub(r"<!--.*?(?:-->|\Z)", "", token.content, flags=re.DOTALL)
        if not html.strip():
            return []
        if re.search(r"<\w+[^>]*\smarkdown(?:=[\"'](?:1|span|block)[\"'])?[\s>]", html):
            text = re.sub(
                r"</?[A-Za-z][^<>]*>", lambda tag: "\n" * tag[0].count("\n"), token.content
            )
            return self.read(dedent(text), start - 1)
        heading = re.fullmatch(
            r"\s*<h([1-6])\b([^>]*)>(.*?)</h\1>\s*", html, re.DOTALL | re.IGNORECASE
        )
        content = html_text.markdown(html)
        block = self.block(start, end, content)
        if heading and content.startswith("#"):
            block.level = int(heading[1])
            block.title = plain(content.lstrip("# "))
            block.source = block.title
            if own := re.search(r"\bid=[\"']([^\"']+)", heading[2]):
                block.own_id = own[1]
        return [block]

    def written(self, tokens: Sequence["Token"]) -> str:
        """What a run of tokens says."""
        parts: list[str] = []
        at = 0
        tight = False
        while at < len(tokens):
            token = tokens[at]
            end = end_of(tokens, at)
            said = self._one(tokens[at:end])
            if said:
                parts.append(("\n" if tight and parts else "\n\n" if parts else "") + said)
            tight = token.type == "paragraph_open" and token.hidden
            at = end
        return "".join(parts)

    def _one(self, tokens: Sequence["Token"]) -> str:
        token = tokens[0]
        match token.type:
            case "inline":
                return inline.said(self, token.children or [])
            case "paragraph_open":
                said = inline.said(self, tokens[1].children or [])
                if self.is_quarto:
                    said = said[match.end() :] if (match := _CAPTION.match(said)) else said
                return commonmark.paragraph(said)
            case "heading_open":
                return commonmark.strong(inline.said(self, tokens[1].children or []))
            case "fence":
                return self._fence(token.content, token.info)
            case "code_block":
                return code_blocks.as_shown(self, dedent(token.content), "")
            case "blockquote_open":
                return self._quotation(tokens)
            case "bullet_list_open" | "ordered_list_open" | "dl_open":
                return joined(self._nested_items(tokens))
            case "table_open":
                return self._table(tokens)
            case "html_block":
                return self.joined(self._html(token, 1, 1))
            case "construct":
                return self.joined(constructs.blocks(self, token, 1, 1, nested=True))
            case "math_block" | "math_block_label":
                return f"$$\n{token.content.strip()}\n$$"
        return ""

    def _fence(self, code: str, info: str) -> str:
        if directive := code_blocks.directive(info.strip()):
            return self.joined(fenced_directives.blocks(self, *directive, code, 1, 1))
        return code_blocks.fence(self, code, info)

    def _nested_items(self, tokens: Sequence["Token"]) -> list[Block]:
        outer, self.includes = self.includes, []
        items = self._items(tokens, 0)
        self.includes = outer + [each for item in items for each in item.includes]
        return items

    def _quotation(self, tokens: Sequence["Token"]) -> str:
        inner = tokens[1:-1]
        if len(inner) > 1 and inner[0].type == "paragraph_open":
            first, _, rest = inner[1].content.partition("\n")
            if len(inner) == PARAGRAPH and _OF_TYPES.fullmatch(inner[1].content):
                return ""
            if (is_left_out := docfx.is_left_out(first)) is not None:
                body = [self.said(rest), self.written(inner[end_of(inner, 0) :])]
                return "" if is_left_out else "\n\n".join(filter(None, body))
            if _ALERT.fullmatch(first.strip()):
                return "\n\n".join(
                    filter(None, map(self._alert, *zip(*_alerts(inner), strict=True)))
                )
        return commonmark.quoted(self.written(inner))

    def _alert(self, source: str, below: Sequence["Token"]) -> str:
        """An alert, whose first paragraph is `source` with its mark."""
        first, _, rest = source.partition("\n")
        match = _ALERT.fullmatch(first.strip())
        assert match is not None
        title = match["title"]
        if _is_sentence(title, rest) or not (rest or below):
            title, rest = "", f"{title}\n{rest}"
        body = [self.said(rest), self.written(below)]
        title = self.words(title) or inline_escaped(match["kind"].capitalize())
        return commonmark.note(title, "\n\n".join(filter(None, body)))

    def _table(self, tokens: Sequence["Token"]) -> str:
        rows: list[list[str]] = []
        alignments: list[str] = []
        for at, token in enumerate(tokens):
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                if len(rows) == 1:
                    style = str(token.attrGet("style") or "")
                    alignments.append(style.removeprefix("text-align:"))
                rows[-1].append(inline.said(self, tokens[at + 1].children or []))
        return commonmark.table(rows, alignments)

    # Code

    # What generators add

    def words(self, text: str) -> str:
        """One line of Markdown, cleaned."""
        tokens = parser(self.components).parseInline(text, self.environment)
        return inline.said(self, tokens[0].children or [])

    # Inside of a line


def _alerts(inner: Sequence["Token"]) -> list[tuple[str, list["Token"]]]:
    """The alerts of one quotation, each with its first paragraph as it is written and what stands
    below that: to DocFX every mark in a line of its own begins one."""
    found: list[tuple[str, list[Token]]] = []
    at = 0
    while at < len(inner):
        end = end_of(inner, at)
        source = inner[at + 1].content if inner[at].type == "paragraph_open" else ""
        if not found or _MARK.match(source):
            found += [(part.rstrip("\n"), []) for part in _MARK.split(source) if part]
        else:
            found[-1][1].extend(inner[at:end])
        at = end
    return found


def _is_sentence(title: str, rest: str) -> bool:
    """Is it no title but the text of an alert, which goes on with `rest`?"""
    return bool(_SENTENCE.search(title)) or (len(title) > MAX_TITLE and rest[:1].islower())


def _is_contents(tokens: Sequence["Token"]) -> bool:
    """Is it a list of links to the page's own headings?"""
    lines = [token for token in tokens if token.type == "inline"]
    if len(lines) < 2:
        return False
    for line in lines:
        children = [
            each for each in line.children or [] if each.type != "text" or each.content.strip()
        ]
        if not children or children[0].type != "link_open" or children[-1].type != "link_close":
            return False
        if not str(children[0].attrGet("href") or "").startswith("#"):
            return False
    return True


def _leads_through_page(line: "Token") -> bool:
    """Are links to the page's own headings, two or more, all that a paragraph says, or all under
    the word "Contents"?"""
    links, beside, is_inside = 0, "", False
    for each in line.children or []:
        if each.type == "link_open":
            if not str(each.attrGet("href") or "").startswith("#"):
                return False
            links, is_inside = links + 1, True
        elif each.type == "link_close":
            is_inside = False
        elif not is_inside:
            tag = each.meta["tag"] if each.type == "tag" else None
            if tag is not None and tag.name != "br":
                return False
            beside += "" if each.type == "tag" else each.content
    return links > 1 and bool(_BESIDE_LINKS.fullmatch(beside))


def heading_words(source: str) -> str:
    """The words of a heading as it is written in Markdown."""
    tokens = parser(False).parseInline(source, {})
    return words_of(tokens[0].children or [])


def said(text: str, place: Place | None = None) -> str:
    """What `text` says, as part of another document."""
    return Document(place).said(text)
