"""What stands inside of a line of Markdown."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hyperrun.search.parsing import commonmark
from hyperrun.search.parsing.markdown import components, docfx, gitbook
from hyperrun.search.parsing.markdown.reading import Reading
from hyperrun.search.parsing.markdown.text import (
    close_of,
    code_words,
    inline_escaped,
    plain_words,
    raised,
    superscript,
)
from hyperrun.search.parsing.roles import role

if TYPE_CHECKING:
    from markdown_it.token import Token

WITHIN = 5  # tokens: a link around a word, and the closing tag
# Strong words that ended up without any; in code, which stays, they are asterisks.
_EMPTY_STRONG = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))"
    r"|\*\*\*\*|(?<![*\\])\*\*(?=$)(?<=^\*\*)",
    re.DOTALL,
)
# Where the filter of quartodoc finds an object, by its name: `[](`~lamps.Lamp.dim`)`.
_INTERLINK = re.compile(r"(?::[\w:+-]+:)?(?:`|%60)(?P<name>~{0,2}[\w.]+(?:\(\))?)(?:`|%60)")
_BLOCK_TAGS = frozenset(("div", "p", "li", "ul", "ol", "td", "tr", "th", "table", "summary",
                         "details", "hr", "dd", "dt", "dl", "figure", "figcaption"))  # fmt: skip


def said(document: Reading, tokens: Sequence["Token"]) -> str:
    """What the tokens of a line say, as CommonMark."""
    return (
        re.sub(r"(?<![ \t])[ \t]*(\\\n)[ \t]*", r"\1", _run(document, tokens))
        .strip()
        .removesuffix("\\")
    )


def _run(document: Reading, tokens: Sequence["Token"]) -> str:
    said = ""
    links: list[tuple[str, int]] = []
    at = 0
    is_named = is_mention = False
    while at < len(tokens):
        token = tokens[at]
        at += 1
        match token.type:
            case "text":
                words = token.content.removeprefix("]") if is_named else token.content
                if at > 1 and tokens[at - 2].type == "tag" and said.endswith(" "):
                    words = words.lstrip(" ")
                said += inline_escaped(_referred(document, words, said))
                is_named = False
            case "code_inline":
                is_named = _is_named(tokens, at - 1)
                said = said.removesuffix("[") if is_named else said
                said += " " * (said.endswith("`") and not said.endswith("\\`"))  # a tag was between
                said += commonmark.code_span(code_words(token.content))
            case "softbreak":
                said += " "
            case "hardbreak":
                said += "\\\n" if said.strip() else ""
            case "em_open" | "em_close":
                said += "*"
            case "strong_open" | "strong_close":
                said += "**"
            case "s_open" | "s_close":
                said += "~~"
            case "link_open":
                links.append((str(token.attrGet("href") or ""), len(said)))
                is_mention = token.attrGet("title") == "mention"  # GitBook says the page's title
            case "link_close" if links:
                address, start = links.pop()
                words = said[start:]
                if address.startswith("xref:") and words[:5] in ("", "xref:"):
                    words = docfx.reference(document, address)
                if not words and (named := _INTERLINK.fullmatch(address)):
                    words = commonmark.code_span(code_words(re.sub("^~(?!~)", "~~", named["name"])))
                elif not words or words.startswith("project:"):  # of MyST
                    words = _implicit(document, address) or words
                elif is_mention:
                    words, is_mention = gitbook.title_of(document, address) or words, False
                said = said[:start] + commonmark.link(words, address)
            case "math_inline":
                said += f"${token.content}$"
            case "math_inline_double":
                said += f"$${token.content}$$"
            case "footnote":
                said += superscript(document.number(token.content))
            case "docfx":
                said += docfx.said(document, token.meta, token.content)
            case "myst_role":
                said += _role(document, token.meta["name"], token.content)
            case "tag":
                tag = token.meta["tag"]
                if tag is None:
                    continue
                name = tag.name.lower()
                if name in ("code", "tt", "samp") and not tag.closes and not tag.is_empty:
                    close = close_of(tokens, at, name)
                    if close is not None:
                        said += commonmark.code_span(plain_words(tokens[at:close]))
                        at = close + 1
                elif name in ("script", "style", "svg", "math") and not tag.closes:
                    at = (close_of(tokens, at, name) or at - 1) + 1
                elif name in ("sup", "sub") and (close := _close_nearby(tokens, at, name)):
                    said += commonmark.escaped(raised(plain_words(tokens[at:close]), name == "sup"))
                    at = close + 1
                elif name == "br":
                    said += "\\\n" if said.strip() else ""
                elif name == "a" and "float" in tag.said("style"):
                    at = (close_of(tokens, at, name) or at - 1) + 1  # nbdev's "source" at the side
                elif name == "a" and not tag.closes:
                    links.append((tag.said("href"), len(said)))
                elif name == "a" and links:
                    address, start = links.pop()
                    said = said[:start] + commonmark.link(said[start:], address)
                elif name in _BLOCK_TAGS:
                    said += " " if said and not said.endswith((" ", "\n")) else ""
                elif tag.is_empty and (own := components.imported(document, tag, "")):
                    said += own
                elif tag.is_empty and name.replace("-", "") not in components.SILENT_COMPONENTS:
                    said += commonmark.escaped(tag.said(*components.LABELS))
    return _EMPTY_STRONG.sub(lambda found: found["code"] or "", said)


def _close_nearby(tokens: Sequence["Token"], at: int, name: str) -> int | None:
    """Where a tag that holds a word or two is closed."""
    found = close_of(tokens[at : at + WITHIN], 0, name)
    return None if found is None else at + found


def _is_named(tokens: Sequence["Token"], at: int) -> bool:
    """Does code alone stand in brackets? So those who write rustdoc and its like link to what has
    that name; a link that is defined is none of this."""
    if not 0 < at < len(tokens) - 1:
        return False
    before, after = tokens[at - 1], tokens[at + 1]
    return (
        (before.type, after.type) == ("text", "text")
        and before.content.endswith("[")
        and after.content.startswith("]")
        and not after.content.startswith(("](", "]["))
    )


def _referred(document: Reading, words: str, before: str) -> str:
    """Words with what the references in them say."""
    if "@" not in words or document.place is None:
        return words
    from hyperrun.search.parsing import labels

    words = labels.referred(document.place, f"\0{words}" if before else words).removeprefix("\0")
    return docfx.referred(document, words)


def _implicit(document: Reading, address: str) -> str:
    """What a link without words says in MyST: the title of what it leads to."""
    if document.place is None or not address or "://" in address:
        return ""
    from hyperrun.search.parsing import labels

    page, _, label = address.removeprefix("project:").partition("#")
    if label:
        return commonmark.escaped(labels.words(document.place, "ref", label))
    title = labels.words(document.place, "doc", page) or labels.words(document.place, "ref", page)
    return commonmark.escaped(title)


def _role(document: Reading, name: str, content: str) -> str:
    if document.place is not None and "<" not in content:
        from hyperrun.search.parsing import labels

        if title := labels.words(document.place, name, content):
            return commonmark.escaped(title)
    return role(name, content)
