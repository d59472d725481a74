"""What generators add to Markdown: containers, includes, tags."""

import re
from collections.abc import Sequence
from dataclasses import replace
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from hyperrun.search.parsing import commonmark, directives, includes
from hyperrun.search.parsing.blocks import Block
from hyperrun.search.parsing.markdown import (
    code_blocks,
    components,
    docfx,
    fenced_directives,
    gitbook,
    mdc,
    snippets,
)
from hyperrun.search.parsing.markdown.reading import Reading
from hyperrun.search.parsing.markdown.text import superscript, without_escapes

if TYPE_CHECKING:
    from markdown_it.token import Token

_PICTURE = re.compile(r"\.(?:svg|png|jpe?g|gif|webp|ico|mp4|webm|mov|cast|pdf)\b", re.IGNORECASE)
_TAB = re.compile(r"(?m)^@tab(?::active)?[ \t]+(?P<title>\S.*?)(?:#[\w-]+)?[ \t]*$")  # of VuePress
_VALUE = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|([^\s\"'/][^\s\"']*))")  # of a shortcode
_CALLOUT = re.compile(r"\.callout-([\w-]+)")


def blocks(
    document: Reading, token: "Token", start: int, end: int, nested: bool = False
) -> list[Block]:
    """What a token that `markdown_rules` makes says; `nested`: inside of another block."""
    meta = token.meta
    match meta["name"]:
        case "note":
            kind, title = meta["kind"], meta["title"]
            shown = kind.replace("-", " ").capitalize() if title is None else title
            content = commonmark.note(document.words(shown), document.said(meta["body"]))
            return [document.block(start, end, content)]
        case "label":
            label = document.words(meta["title"])
            return document.labelled(label, meta["body"], start, end, meta["skip"])
        case "passed":
            return document.read(meta["body"], start - 1 + meta["skip"])
        case "container":
            return _container(document, meta["info"], meta["body"], start, end)
        case "component":
            return components.blocks(document, meta["tag"], meta["body"], start, end, meta["skip"])
        case "snippet":
            found = []
            for name in meta["files"]:
                if _PICTURE.search(name):
                    continue
                found += document.include(snippets.snippet(document.place, name), start, end)
            return found
        case "include":
            return _include_line(document, meta, start, end)
        case "docfx":
            return docfx.blocks(document, meta, start, end)
        case "target":
            document.own_id = meta["id"]
        case "footnote":
            said = document.said(meta["body"])
            number = superscript(document.number(meta["label"]))
            block = document.block(start, end, f"{number} {said}" if said else "")
            block.apart = not nested
            return [block]
        case "api":
            return fenced_directives.described(document, meta["object"], meta["body"], start, end)
        case "liquid" | "shortcode":
            return _tags(document, meta["tags"], meta.get("body"), start, end)
    return []


def stands_alone(token: "Token") -> bool:
    """Is it a value, or a shortcode or a component that closes itself, so that nothing is in it?"""
    meta = token.meta
    if meta.get("is_value"):
        return True
    if meta["name"] == "component":
        return bool(meta["tag"].is_empty and not meta["body"].strip())
    tags = meta.get("tags") or ()
    return meta["name"] == "shortcode" and all(each.endswith("/") for each in tags)


def _include_line(document: Reading, meta: dict[str, Any], start: int, end: int) -> list[Block]:
    if meta["marked"]:
        return document.include(
            snippets.marked(document.place, meta["marked"], meta["options"]), start, end
        )
    if meta["bang"]:
        return document.include(
            snippets.found(document.place, meta["bang"], ("", "docs")), start, end
        )
    if meta["svelte"]:
        return document.include(snippets.found(document.place, meta["svelte"]), start, end)
    if meta["booked"]:
        if not meta["book"].endswith("include") and meta["book"] != "playground":
            return []
        return document.include(snippets.booked(document.place, meta["booked"]), start, end)
    if meta["macro"]:
        shown = snippets.of_macro(document.place, meta["macro"], meta["part"])
        return document.include(shown, start, end)
    if meta["vue"]:  # by its path, or by an alias that is called as its folder
        shown = snippets.found(document.place, meta["vue"].removeprefix("@"))
        if shown and meta["vue_lines"]:
            shown = includes.numbered(shown.file, list(shown.lines), meta["vue_lines"])
        return document.include(shown, start, end, True, meta["vue_language"])
    if meta["page"]:  # of VitePress, and VuePress' plugin
        shown = snippets.of_page(
            document.place, meta["page"], meta["region"] or "", meta["page_lines"] or ""
        )
        return document.include(shown, start, end)
    name, _, region = meta["vite"].partition("#")
    shown = snippets.found(document.place, name)
    if shown and region:
        shown = includes.section(shown.file, list(shown.lines), region)
    language = re.sub(r"[\d,\s-]+|:.*", "", meta["lines"] or "")
    return document.include(shown, start, end, True, language, meta["label"] or "")


# `{ "a": { "b": [] } }` behind a container's name or title.
_OPTIONS = re.compile(r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}")


def _container(document: Reading, info: str, body: str, start: int, end: int) -> list[Block]:
    """`:::` of Docusaurus, VitePress, Quarto and MyST."""
    if directive := code_blocks.directive(info):
        return fenced_directives.blocks(document, *directive, body, start, end)
    if callout := _CALLOUT.search(info):
        titled = re.search(r"title=(?:\"([^\"]*)\"|'([^']*)')", info)
        title = (titled[1] or titled[2]) if titled else ""
        lines = body.splitlines()
        if not title and lines and (heading := re.match(r"#+\s+(.*)", lines[0])):
            title, body = heading[1], "\n".join(lines[1:])
        title = document.words(title or callout[1].capitalize())
        return [document.block(start, end, commonmark.note(title, document.said(body)))]
    if "panel-tabset" in info or ".tabset" in info:
        return [
            replace(block, level=0, content=commonmark.strong(block.content.lstrip("# ")))
            if block.level else block
            for block in document.read(body, start)
        ]  # fmt: skip
    if info.startswith(("{", ".")):
        return [] if _is_hidden(info) else document.read(body, start)
    tag = mdc.opening(f"::{info}")
    is_titled = tag is not None and "=" in info and tag.attributes.keys() & mdc.TITLES
    if tag is not None and (is_titled or mdc.has_properties(body)):
        body, skip = mdc.filled(tag, body)
        return components.blocks(document, tag, body, start, end, skip)
    named = re.match(r"(?P<kind>[\w-]+)\s*(?:\[(?P<label>.*)\])?\s*(?P<title>.*)$", info)
    if named is None:
        return document.read(body, start)
    kind = named["kind"].lower()
    title = _OPTIONS.sub("", named["label"] or named["title"]).strip()
    if kind in ("code-group", "code-tabs", "tabs", "steps", "v-pre", "raw", "center", "tab-set"):
        return document.read(_TAB.sub(r"**\g<title>**", body), start)
    if kind in ("tab", "tab-item", "code-group-item") or kind.startswith("details"):
        title = title.removeprefix("=").strip() or ("Details" if kind == "details" else "")
        return document.labelled(document.words(title), body, start, end, 1)
    title = title.strip("\"'") or kind.capitalize()
    return [document.block(start, end, commonmark.note(document.words(title), document.said(body)))]


def _is_hidden(info: str) -> bool:
    """Does Quarto leave a container out of a site's pages? What depends on a profile stays."""
    is_meant = True
    for when, formats in re.findall(r"(when|unless)-format=[\"']?([\w:.+-]+)", info):
        is_meant &= formats.startswith("html") == (when == "when")
    if ".content-hidden" in info:
        return is_meant and "when-profile" not in info and "when-meta" not in info
    return ".content-visible" in info and not is_meant


def _first_words(rest: str) -> str:
    """The first of a tag's values that has no name."""
    quoted = re.match(r"\"([^\"]*)\"|'([^']*)'", rest)
    if quoted:
        return quoted[1] or quoted[2] or ""
    return "" if "=" in rest else rest.strip("\"'")


def _tags(
    document: Reading, tags: Sequence[str], body: str | None, start: int, end: int
) -> list[Block]:
    """Liquid's tags and Hugo's shortcodes: what they include, or their titles."""
    found: list[Block] = []
    for told in tags:
        name, _, rest = told.partition(" ")
        rest = rest.strip()
        values = {key: quoted or plain for key, quoted, plain in _VALUE.findall(rest)}
        if name == "tabs" and "items" in values:  # of Hextra, whose tabs have no names
            document.tab_names = [each.strip() for each in values["items"].split(",")]
        if name == "tab" and body is not None:  # of Docsy, which is code
            label = document.words(values.get("header", ""))
            has_fence = "```" in body
            said = document.said(dedent(body)) if has_fence else (
                commonmark.fence(dedent(body), values.get("lang", "")))  # fmt: skip
            found.append(document.block(start, end, commonmark.titled(label, said)))
        elif name in ("highlight", "code-block", "mermaid") and body is not None:
            language = rest.split()[0] if rest else ""
            code = without_escapes(dedent(body))
            found.append(document.block(start, end, commonmark.fence(code, language)))
        elif name.startswith("code") and name != "codetabs" and body is not None:
            title = values.get("title") or values.get("file") or values.get("filename") or ""
            language = values.get("lang") or values.get("language") or ""
            code = commonmark.fence(without_escapes(dedent(body)), language)
            shown_title = document.words(title) if "." in title or " " in title else ""
            found.append(document.block(start, end, commonmark.titled(shown_title, code)))
        elif told_version := directives.version_tag(name, _first_words(rest.removesuffix("/"))):
            found.append(Block(start, end, told_version))
        elif name in ("include", "include-markdown", "include_relative", "readfile", "embed"):
            file = values.get("file") or re.split(r"\s", rest)[0].strip("\"'")
            shown = snippets.found(document.place, file, ("", "_includes", "docs"))
            if shown and ("start" in values or "end" in values):
                shown = snippets.between_marks(
                    shown, values.get("start", ""), values.get("end", "")
                )
            found += document.include(shown, start, end, "code" in values, values.get("lang", ""))
        elif name in gitbook.NAMES:
            found += gitbook.blocks(document, name, values, body or "", start, end)
        elif name in ("tab", "code", "accordion", "details", "card", "expand"):
            label = (
                values.get("title")
                or values.get("header")
                or values.get("name")
                or _first_words(rest)
                or (document.tab_names.pop(0) if name == "tab" and document.tab_names else "")
            )
            if label:
                said = commonmark.strong(document.words(label))
                found.append(Block(start, end, said))
        elif name in ("alert", "callout", "admonition", "note", "warning", "caution", "tip"):
            title = values.get("title") or (name.capitalize() if name in directives.NOTES else "")
            if title and title != "Admonition":
                found.append(Block(start, end, commonmark.strong(document.words(title))))
        elif file := values.get("src") or values.get("file") or values.get("path"):
            shown = None if _PICTURE.search(file) else snippets.found(document.place, file)
            found += document.include(shown, start, end, True, values.get("lang", ""))
    return found
