"""What the components of MDX say."""

import re
from textwrap import dedent

from hyperrun.search.parsing import commonmark, html_text
from hyperrun.search.parsing.blocks import Block
from hyperrun.search.parsing.markdown import snippets
from hyperrun.search.parsing.markdown.reading import Reading
from hyperrun.search.parsing.mdx import jsx

_NOTE_COMPONENTS = frozenset((
    "note", "tip", "info", "warning", "caution", "danger", "callout", "aside", "admonition",
    "alert", "hint", "important", "check", "success", "error",
))  # fmt: skip
SILENT_COMPONENTS = frozenset((
    "script", "style", "svg", "iframe", "img", "image", "video", "audio", "source", "youtube",
    "tweet", "head", "figure-image", "themedimage", "picture", "toc", "meta",
    "doccardlist", "toctree", "icon", "readmore", "videoaccordion",
))  # fmt: skip
_TAB = re.compile(r"value:\s*[\"']([^\"']+)[\"'],\s*label:\s*[\"']([^\"']+)[\"']")
_TAB_TOO = re.compile(r"label:\s*[\"']([^\"']+)[\"'],\s*value:\s*[\"']([^\"']+)[\"']")
_SNIPPETS = ("", "snippets", "_snippets")
_FIELDS = frozenset(("param", "paramfield", "responsefield", "field"))
_FIELD_NAMES = ("path", "query", "body", "header", "cookie", "name")
_OPENS = re.compile(r"(?:```|[-|>#] |\d+\.|\*\*)")
_CHILDREN = "\ue0c1"  # where a component shows what stands in it
LABELS = ("label", "title", "header", "heading", "summary", "caption", "name", "path", "text")


def blocks(
    document: Reading, tag: html_text.Tag, body: str, start: int, end: int, skip: int
) -> list[Block]:
    """What one says; its body begins `skip` lines below `start`."""
    name = tag.name.lower().rpartition(".")[2].replace("-", "")
    if name in SILENT_COMPONENTS or tag.closes or tag.name == "button":
        return []
    if name == "visibility" and tag.said("for") == "agents":  # of Mintlify
        return []
    if html := tag.said("set:html") or _inner_html(tag):
        return [document.block(start, end, html_text.markdown(html))]
    if tag.name in document.environment["imports"]:
        path = document.environment["imports"][tag.name]
        if re.search(r"\.(mdx?|qmd|markdown)$", path):
            shown = snippets.found(document.place, path)
            return document.include(shown and shown.filled(tag.attributes), start, end)
    if (own := imported(document, tag, body)) is not None:
        return [document.block(start, end, own)]
    if name == "snippet" and (file := tag.said("file")):
        return document.include(snippets.found(document.place, file, _SNIPPETS), start, end)
    if name in _FIELDS and (field := tag.said(*_FIELD_NAMES)):
        return [_field(document, tag, field, body, start, end, skip)]
    if name == "update" and (label := tag.said("label")):
        return _update(document, tag, label, body, start, skip)
    is_code = name in ("code", "codeblock", "codesnippet") or "code" in tag.expressions
    if is_code and (blocks := _code(document, tag, body, start, end)):
        return blocks
    if name in _NOTE_COMPONENTS:
        kind = tag.said("type", "variant", "kind", "intent") or (
            "" if name in ("callout", "aside", "admonition", "alert") else name
        )
        if name == "aside" and not kind:
            kind = "note"
        title = tag.said("title", "label") or kind.capitalize()
        content = commonmark.note(document.words(title), document.said(body))
        return [document.block(start, end, content)]
    if name == "tabs" and (listed := tag.expressions.get("values")):
        document.tabs |= dict(_TAB.findall(listed)) | {b: a for a, b in _TAB_TOO.findall(listed)}
    is_link = name.endswith(("link", "button"))  # its title is a hint, and alone it only leads away
    label = "" if is_link else tag.said(*LABELS, *(("value",) if "tab" in name else ()))
    if name == "tabitem" and not tag.said("label"):
        label = document.tabs.get(label, label)
    if name == "summary":
        return [document.block(start, end, commonmark.strong(document.said(body)))]
    blocks = document.read(body, start - 1 + skip)
    described = tag.said("description")
    if described:
        blocks = [document.block(start, start, document.words(described)), *blocks]
    if label:
        head = document.words(label)
        content = commonmark.strong(head) if blocks else commonmark.paragraph(head)
        blocks = [Block(start, start, content), *blocks]
    return blocks


def _field(
    document: Reading, tag: html_text.Tag, name: str, body: str, start: int, end: int, skip: int
) -> Block:
    """A parameter, or a value of a response: an item that tells its type and its default."""
    told = [commonmark.code_span(tag.said("type"))]
    told += [each for each in ("required", "deprecated") if _is_set(tag, each)]
    default = tag.said("default") or tag.expressions.get("default", "").strip()
    told.append(f"default: {commonmark.code_span(default)}" if default else "")
    head = commonmark.strong(commonmark.code_span(name))
    if about := ", ".join(filter(None, told)):
        head = f"{head} ({about})"
    said = document.joined(document.read(body, start - 1 + skip))
    between = "\n\n" if _OPENS.match(said) else ": "
    content = f"{head}{between}{said}" if said else head
    field = document.block(start, end, commonmark.item(content, "-"))
    field.term, field.source = name, f"`{name}`"
    return field


def _is_set(tag: html_text.Tag, name: str) -> bool:
    """Has it this attribute, and not as `{false}`?"""
    value = tag.expressions.get(name, tag.attributes.get(name))
    return value is not None and value.strip().lower() != "false"


def _update(
    document: Reading, tag: html_text.Tag, label: str, body: str, start: int, skip: int
) -> list[Block]:
    """An entry of a changelog: a section, what it is divided into below it."""
    words = document.words(label)
    heading = Block(start, start, f"## {words}", 2, label, label)
    blocks = document.read(body, start - 1 + skip)
    for each in blocks:
        each.level += bool(each.level)
    described = document.words(tag.said("description"))
    about = [document.block(start, start, described)] if described else []
    return [heading, *about, *blocks]


def _inner_html(tag: html_text.Tag) -> str:
    """The HTML that React is told to put into an element, where it is a string; or ""."""
    told = tag.expressions.get("dangerouslySetInnerHTML", "").strip()
    name, _, source = told.removeprefix("{").removesuffix("}").partition(":")
    is_html = told.startswith("{") and name.strip() == "__html"
    return (html_text.literal(source.rstrip(", \n")) or "") if is_html else ""


def imported(document: Reading, tag: html_text.Tag, body: str) -> str | None:
    """What a component of the project says; None where only running it would tell."""
    path = document.environment["imports"].get(tag.name.partition(".")[0])
    if path is None or document.place is None or not jsx.OWN.match(path):
        return None
    children = _CHILDREN if body else ""
    html = jsx.html(document.place, path, tag.name, tag.attributes, children, tag.expressions)
    said = html_text.markdown(html)
    if not said or (body.strip() and _CHILDREN not in said):
        return None
    return said.replace(_CHILDREN, document.said(body)) if body else said


def _code(document: Reading, tag: html_text.Tag, body: str, start: int, end: int) -> list[Block]:
    """Code that a component shows: its own, or a file's that was imported as text."""
    language = tag.said("language", "lang") or re.sub(r"^language-", "", tag.said("className"))
    title = tag.said("title", "filename")
    source = tag.said("code") or tag.expressions.get("code", "")
    inner = body.strip()
    if not source and inner.startswith("{") and inner.endswith("}"):
        source = inner[1:-1].strip()
    elif not source:
        source = inner
    if path := document.environment["imports"].get(source):
        path = path.rpartition("!")[2].partition("?")[0]
        return document.include(
            snippets.found(document.place, path), start, end, True, language, title
        )
    if re.fullmatch(r"[\w.]+", source) and tag.expressions:
        return []
    code = dedent(source.strip("`")).strip("\n")
    return [document.block(start, end, commonmark.titled(title, commonmark.fence(code, language)))]
