"""What a heading says, as each generator reads its source before it makes an anchor of it."""

import functools
import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

_INSIDE = r"\{(?!\{)((?:[^{}\"']|\"[^\"]*\"|'[^']*')*)\}"
_ATTRIBUTES = re.compile(rf"(?<!\s)\s*{_INSIDE}\s*$")
_IN_PERCENT = re.compile(rf"(?<!\s)\s*%{_INSIDE}%\s*$")  # as Vue's sites write them
_IN_BRACKETS = re.compile(
    r"(?<!\s)\s*\[#(?P<id>[A-Za-z][\w-]*)\]\s*$|\s+\[!?toc\]\s*$"
)  # as Fumadocs has them
_OF_DOCSIFY = re.compile(r"(?<!\s)\s+(?::id=(?P<id>[\w-]+)|\{docsify-ignore(?:-all)?\})\s*$")
_ID = re.compile(r"(?:^|[\s:*/])(?:#|id=\"?'?)([^\s\"'{}*]+)")


def attributes(heading: str) -> tuple[str, str]:
    """A Markdown heading without the `{#id .class}`, `[#id]` or `:id=id` at its end, and that id,
    "" for none."""
    if found := _OF_DOCSIFY.search(heading):
        return heading[: found.start()], found["id"] or ""
    if heading.endswith("]") and (found := _IN_BRACKETS.search(heading)) and found.start():
        without, own_id = attributes(heading[: found.start()])
        return without, found["id"] or own_id
    found = _IN_PERCENT.search(heading) or _ATTRIBUTES.search(heading)
    if found is None or not found.start():
        return heading, ""
    own = _ID.search(found[1])
    is_attributes = own or re.match(r"\s+|[.:-]|[\w-]+=|$", found[1])
    return (heading[: found.start()], own[1] if own else "") if is_attributes else (heading, "")


@functools.cache
def _commonmark() -> MarkdownIt:
    return MarkdownIt("commonmark").enable(["strikethrough"])


def _tokens(source: str) -> list[Token]:
    parsed = _commonmark().parseInline(source.strip())
    return (parsed[0].children or []) if parsed else []


def markdown(source: str, *, images: bool = True) -> str:
    """A Markdown heading's text: what stands in links, emphasis and code.

    Without HTML tags; with the images' descriptions, unless `images` says otherwise.
    """
    parts = []
    for token in _tokens(source):
        if token.type == "html_inline" or (token.type == "image" and not images):
            continue
        if token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        else:
            parts.append(token.content)
    return "".join(parts)


def mdx(source: str) -> str:
    """A heading's text in MDX, where an HTML comment and a component's attributes are none."""
    return markdown(_with_values(source)).strip()


def _with_values(source: str) -> str:
    """A heading in MDX without comments, its strings in braces as what they say."""
    source = re.sub(r"\{/\*.*?\*/\}", "", source)
    return re.sub(r"(?<!\\)\{\s*([\"'`])(.*?)\1\s*\}", r"\2", source)


_ASTRO_DASHES = r"(?<!-)--(?!-)"


def smart(source: str, dashes: str = r"-{2,3}") -> str:
    """A heading's text without images and HTML, where a run of dashes has become one."""
    parts = []
    for token in _tokens(source):
        if token.type not in ("html_inline", "image"):
            is_text = token.type == "text"
            parts.append(re.sub(dashes, "\u2014", token.content) if is_text else token.content)
    return "".join(parts).strip()


def astro(source: str, dashes: str = _ASTRO_DASHES) -> str:
    """A heading's text in Astro."""
    return smart(source, dashes)


def astro_mdx(source: str, dashes: str = _ASTRO_DASHES) -> str:
    """The same in MDX, where what stands in braces is a value."""
    return astro(_with_values(source), dashes)


def myst(source: str) -> str:
    """A heading's text in MyST, with what its roles say."""

    def said(found: re.Match[str]) -> str:
        return f"`{found[1] or (found[2] or '').rpartition('.')[2] or found[3]}`"

    role = r"\{[a-z][\w:+.-]*\}`(?:([^`<]+?)\s*<[^`>]+>|~([^`]+)|!?([^`]+))`"
    return markdown(re.sub(role, said, source))


_ROLE = re.compile(r":([a-z][\w+.:-]*):`((?:[^`\\]|\\.)*)`|`((?:[^`\\]|\\.)*)`:([a-z][\w+.:-]*):")
_REFERENCE = re.compile(r"`([^`]+?)`__?|(?<![\w`])([A-Za-z0-9](?:[\w.+-]*[A-Za-z0-9])?)__?(?!\w)")


def restructured(source: str) -> str:
    """A reStructuredText heading's text, as docutils has it when it names the section."""
    literals: list[str] = []

    def keep(words: str) -> str:
        literals.append(words)
        return f"\0{len(literals) - 1}\0"

    def role(found: re.Match[str]) -> str:
        name, words = (found[1], found[2]) if found[1] else (found[4], found[3])
        kind = name.rpartition(":")[2]
        explicit = re.fullmatch(r"(.+?)\s*(?<!\\)<[^>]+>", words, re.DOTALL)
        if kind in ("code", "literal", "math", "samp", "file", "kbd", "command", "option"):
            return keep(words)
        if explicit and kind not in ("guilabel", "menuselection", "abbr"):
            return keep(explicit[1])
        if kind in ("pep", "rfc", "cve", "cwe"):
            return keep(f"{kind.upper()} {words.partition('#')[0]}")
        if words.startswith("~"):
            return keep(words[1:].rpartition(".")[2])
        return keep(words.removeprefix("!").lstrip("."))

    source = re.sub(r"``(.+?)``", lambda found: keep(found[1]), source)
    source = _ROLE.sub(role, source)
    source = re.sub(r"`([^`<]+?)\s*<[^`>]+>`__?", lambda found: keep(found[1]), source)
    source = _REFERENCE.sub(lambda found: found[1] or found[2], source)
    source = re.sub(r"(\*\*|\*|`|\|)(?=\S)(.+?)(?<=\S)\1", r"\2", source)
    source = re.sub(r"\\(\s|(.))", lambda found: found[2] or "", source)
    return re.sub(r"\0(\d+)\0", lambda found: literals[int(found[1])], source)


def pandoc(source: str) -> str:
    """A heading's text as pandoc's `stringify` gives it, dashes and dots made smart by hand."""
    parts = []
    source = re.sub(r"\$([^$\s][^$]*)\$", r"\1", source)
    source = re.sub(r"(?<![\\\w])\[\^[^\]]+\]|\^\[[^\]]*\]", "", source)  # notes
    source = re.sub(r"\[([^\]\[]*)\]\{[^}]*\}", r"\1", source)  # spans
    for token in _tokens(source):
        if token.type == "html_inline":
            continue
        if token.type == "text":  # code keeps its dashes
            words = token.content.replace("...", "\u2026").replace("---", "\u2014")
            words = words.replace("--", "\u2013")
            parts.append(re.sub(r"\^([^\s^]+)\^|~([^\s~]+)~", r"\1\2", words))
        elif token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        else:
            parts.append(token.content)
    return "".join(parts)


def asciidoc(source: str) -> str:
    """A heading's text in AsciiDoc, without what is a character's number on its page."""
    from hyperrun.search.parsing.asciidoc.inline import Inline

    source = re.sub(r" -- ", "", re.sub(r"__(\S.*?)__", r"\1", source))
    return re.sub(r"[“”‘’—→⇒←⇐]", "", Inline({}, str).plain(source))
