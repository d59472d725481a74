"""Markdown and its kin, parsed as a whole: what each block says on its page."""

import re
from collections.abc import Sequence
from dataclasses import replace
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from hyperrun.passage import Include
from hyperrun.search.parsing import (
    commonmark,
    directives,
    html_text,
    includes,
    jsx,
    package_managers,
    snippets,
)
from hyperrun.search.parsing import members as api
from hyperrun.search.parsing.blocks import Block, bounded, brought_in, joined
from hyperrun.search.parsing.includes import Place, Shown, language_of
from hyperrun.search.parsing.markdown_rules import parser
from hyperrun.search.parsing.markdown_text import (
    close_of,
    end_of,
    inline_escaped,
    plain,
    plain_words,
    superscript,
    words_of,
)
from hyperrun.search.parsing.roles import role
from hyperrun.search.site.sluggers import attributes

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_DEPTH = 12

_ID_TAG = re.compile(r"<a\s+(?:id|name)=[\"']([^\"']+)[\"'][^>]*>", re.IGNORECASE)
_HARD_SPACE = re.compile(r"(?m)^(#{1,6})\xa0(?=\S)")
_ALERT = re.compile(r"\[!(?P<kind>[\w-]+)\][-+]?[ \t]*(?P<title>.*)")
_ANNOTATION = re.compile(r"\s*(?://|#|--|/\*|<!--|%)\s*\[!code [^\]]*\](?:\s*(?:\*/|-->))?")
_HIDDEN_RUST = re.compile(r"\s*#(?: |$)")
_HIGHLIGHT = re.compile(r"\s*(?://|#|/\*|\{/\*|<!--|--)\s*highlight-(?:next-line|start|end)\b.*")
_CELL_OPTION = re.compile(r"^\s*(?:#\s?\||//\||#%%|%%\|)(.*)$")
_HIDDEN_CELL = re.compile(
    r"(?:echo|include):\s*false|hide_input|\bhide\b|default_exp|\bhide_line\b"
)
_LANGUAGES = frozenset((
    "python", "r", "julia", "bash", "sh", "ojs", "sql", "js", "javascript", "typescript", "rust",
    "html", "css", "stata", "sas", "cpp", "c", "go", "java", "yaml", "json", "toml", "console",
    "python3", "pyodide", "webr", "shell", "ruby", "perl", "observable", "tikz", "octave", "text",
))  # fmt: skip
_NOTE_COMPONENTS = frozenset((
    "note", "tip", "info", "warning", "caution", "danger", "callout", "aside", "admonition",
    "alert", "hint", "important", "check", "success", "error",
))  # fmt: skip
_SILENT_COMPONENTS = frozenset((
    "script", "style", "svg", "iframe", "img", "image", "video", "audio", "source", "youtube",
    "tweet", "head", "figure-image", "themedimage", "picture", "toc", "meta",
    "doccardlist", "toctree",
))  # fmt: skip
_CALLOUT = re.compile(r"\.callout-([\w-]+)")
# Strong words that ended up without any; in code, which stays, they are asterisks.
_EMPTY_STRONG = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))"
    r"|\*\*\*\*|(?<![*\\])\*\*(?=$)(?<=^\*\*)",
    re.DOTALL,
)
_TAB = re.compile(r"value:\s*[\"']([^\"']+)[\"'],\s*label:\s*[\"']([^\"']+)[\"']")
_TAB_TOO = re.compile(r"label:\s*[\"']([^\"']+)[\"'],\s*value:\s*[\"']([^\"']+)[\"']")
_CHILDREN = "\ue0c1"  # where a component shows what stands in it
_LABELS = ("label", "title", "header", "heading", "summary", "caption", "name", "path", "text")


def read(text: str, place: Place | None = None, components: bool = False) -> list[Block]:
    """The blocks of a document, in order; `text` is without front matter's lines, but they count.

    `components`: it is MDX. What it includes is looked for from `place`; nothing is without one.
    """
    return Document(place, components).read(text)


class Document:
    """One document while it is read: its references, footnotes and imports."""

    def __init__(self, place: Place | None, components: bool = False, cells: bool = False) -> None:
        self._place = place
        self._components = components
        self._environment: dict[str, Any] = {"components": components, "imports": {}}
        self._footnotes: dict[str, int] = {}
        self._includes: list[Include] = []
        self._tabs: dict[str, str] = {}  # by value, what Docusaurus' `Tabs` calls them
        self._depth = 0
        self._own_id = ""
        self._module = ""  # of which objects are described

    def read(self, text: str, offset: int = 0) -> list[Block]:
        """The blocks of `text`, whose first line is `offset` lines below the document's."""
        if self._depth > MAX_DEPTH:
            return []
        self._depth += 1
        try:
            if "\xa0" in text:  # behind a heading's marks, where Python-Markdown asks for no space
                text = _HARD_SPACE.sub(r"\1 ", text)
            tokens = parser(self._components).parse(text, self._environment)
            return self._blocks(tokens, offset)
        finally:
            self._depth -= 1

    def _said(self, text: str) -> str:
        """What `text` says, as part of a block."""
        return self._joined(self.read(text))

    def _joined(self, blocks: Sequence[Block]) -> str:
        """What `blocks` say together inside of another, where a heading is a label."""
        self._includes += [each for block in blocks for each in block.includes]
        return joined(
            replace(block, content=commonmark.strong(block.content.lstrip("# ")))
            if block.level
            else block
            for block in blocks
        )

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
                found += self._construct(token, start, stop)
            elif token.type == "heading_open":
                found.append(self._heading(token, tokens[at + 1], start, stop))
            elif token.type in ("bullet_list_open", "ordered_list_open", "dl_open"):
                found += self._items(tokens[at:end], offset)
            elif token.type == "html_block":
                found += self._html(token, start, stop)
            elif token.type == "fence" and token.info.strip() == "{eval-rst}":
                found += self._directive("eval-rst", "", token.content, start, stop)
            elif token.type == "fence" and token.info.startswith("{include}"):
                argument = token.info.removeprefix("{include}")
                found += self._directive("include", argument, token.content, start, stop)
            else:
                found.append(self._block(start, stop, self._written(tokens[at:end])))
            at = end
        return found

    def _block(self, start: int, end: int, content: str) -> Block:
        """A block that says `content`, with what that includes."""
        included, self._includes = self._includes, []
        return Block(start, max(start, end), content, includes=included)

    def _heading(self, token: "Token", inline: "Token", start: int, end: int) -> Block:
        source = inline.content
        own_id, self._own_id = self._own_id, ""
        source, attribute = attributes(source)
        if attribute:
            own_id = attribute
        elif match := _ID_TAG.search(source):
            own_id = match[1]
        level = int(token.tag[1:])
        said = self._inline(inline.children or [])
        title = words_of(inline.children or [])
        content = f"{'#' * level} {said}" if said else ""
        return Block(start, end, content, level, title, source.strip(), own_id)

    def _items(self, tokens: Sequence["Token"], offset: int) -> list[Block]:
        """A list, item by item, so that a long one can be parted."""
        found: list[Block] = []
        first = tokens[0]
        tight = all(token.hidden for token in tokens if token.type == "paragraph_open"
                    and token.level == first.level + 2)  # fmt: skip
        if _is_contents(tokens):
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
                block = self._block(start, max(line[1] for line in lines) + offset, content)
                block.tight = tight and bool(found)
                found.append(block)
            at = end
        if found and found[0].end < found[0].start:
            found[0].end = found[0].start
        return found

    def _item(self, tokens: Sequence["Token"], count: int) -> str:
        content = self._written(tokens)
        if match := re.match(r"\\?\[([ xX])\\?\]\s+", content):
            content = f"{'☐' if match[1] == ' ' else '☑'} {content[match.end() :]}"
        return commonmark.item(content, f"{count}." if count else "-")

    def _definition(self, tokens: Sequence["Token"]) -> str:
        """A term and what it means, as an item."""
        parts: list[str] = []
        at = 0
        while at < len(tokens):
            end = end_of(tokens, at)
            said = self._written(tokens[at + 1 : end - 1])
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
        block = self._block(start, end, content)
        if heading and content.startswith("#"):
            block.level = int(heading[1])
            block.title = plain(content.lstrip("# "))
            block.source = block.title
            if own := re.search(r"\bid=[\"']([^\"']+)", heading[2]):
                block.own_id = own[1]
        return [block]

    def _written(self, tokens: Sequence["Token"]) -> str:
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
                return self._inline(token.children or [])
            case "paragraph_open":
                return commonmark.paragraph(self._inline(tokens[1].children or []))
            case "heading_open":
                return commonmark.strong(self._inline(tokens[1].children or []))
            case "fence":
                return self._fence(token.content, token.info, token.markup)
            case "code_block":
                return self._code(dedent(token.content), "")
            case "blockquote_open":
                return self._quotation(tokens)
            case "bullet_list_open" | "ordered_list_open" | "dl_open":
                return joined(self._nested_items(tokens))
            case "table_open":
                return self._table(tokens)
            case "html_block":
                return self._joined(self._html(token, 1, 1))
            case "construct":
                return self._joined(self._construct(token, 1, 1, nested=True))
            case "math_block" | "math_block_label":
                return f"$$\n{token.content.strip()}\n$$"
        return ""

    def _nested_items(self, tokens: Sequence["Token"]) -> list[Block]:
        outer, self._includes = self._includes, []
        items = self._items(tokens, 0)
        self._includes = outer + [each for item in items for each in item.includes]
        return items

    def _quotation(self, tokens: Sequence["Token"]) -> str:
        inner = tokens[1:-1]
        if len(inner) > 1 and inner[0].type == "paragraph_open":
            first, _, rest = inner[1].content.partition("\n")
            if match := _ALERT.fullmatch(first.strip()):
                title = match["title"] or match["kind"].capitalize()
                body = [self._said(rest), self._written(inner[end_of(inner, 0) :])]
                return commonmark.note(inline_escaped(title), "\n\n".join(filter(None, body)))
        return commonmark.quoted(self._written(inner))

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
                rows[-1].append(self._inline(tokens[at + 1].children or []))
        return commonmark.table(rows, alignments)

    # Code

    def _fence(self, code: str, info: str, markup: str = "```") -> str:
        info = info.strip()
        braced = re.match(r"\{([\w:+-]+)\}\s*(.*)", info)
        if braced and braced[1].lower() not in _LANGUAGES:
            return self._joined(self._directive(braced[1].lower(), braced[2], code, 1, 1))
        if info.startswith("{=") or info.startswith("{raw"):
            return ""
        if info.lower() in ("math", "latex {math}"):
            return f"$$\n{code.strip()}\n$$"
        if "npm2yarn" in info.split():
            return self._package_managers(code, info.split()[0])
        language, title = _told(info)
        if language.startswith("{") or braced or (info.startswith("{") and "=" not in info):
            language = language.strip("{}")
        kept = []
        for line in code.splitlines():
            option = _CELL_OPTION.match(line)
            if option and (braced or language in ("python", "r", "julia", "ojs", "")):
                if _HIDDEN_CELL.search(option[1]):
                    return ""
                continue
            kept.append(line)
        return commonmark.titled(
            commonmark.escaped(title), self._code("\n".join(kept), language, title)
        )

    def _package_managers(self, code: str, language: str) -> str:
        tabs = package_managers.shown(code.rstrip("\n"), self._place)
        return "\n\n".join(
            commonmark.titled(name, commonmark.fence(said, language)) for name, said in tabs
        )

    def _code(self, code: str, language: str, title: str = "") -> str:
        """Code as its page shows it: what it includes in it, what steers it out of it."""
        lines: list[str] = []
        shown_language = ""
        for line in code.splitlines():
            if match := snippets.LINE.fullmatch(line):
                shown = snippets.of_line(self._place, match)
                if shown is not None:
                    indent = line[: len(line) - len(line.lstrip())]
                    lines += [f"{indent}{each}" for each in shown.code.splitlines()]
                    self._includes += shown.includes
                    shown_language = language_of(shown.file)
                    continue
                if match["liquid"] is None and match["marked"] is None:
                    continue
            if _HIGHLIGHT.fullmatch(line):
                continue
            if language == "rust" and _HIDDEN_RUST.match(line):
                continue  # hidden in a book
            line = re.sub(r"^(\s*);(-+8<-+)", r"\1\2", line)
            lines.append(_ANNOTATION.sub("", line) if "[!code" in line else line)
        return commonmark.fence("\n".join(lines), language or shown_language)

    # What is included

    def _include(self, shown: Shown | None, start: int, end: int, code: bool = False,
                 language: str = "", title: str = "") -> list[Block]:  # fmt: skip
        """What a page shows of another file: its code, or what its prose says."""
        if shown is None or self._place is None:
            return []
        suffix = shown.file.suffix.lower()
        if not code and suffix in _PROSE:
            blocks = self._place.document(shown, suffix)
            if blocks is None:
                return []
            if self._depth == 1 and any(block.level for block in bounded(blocks)):
                return brought_in(blocks, str(shown.file), shown.numbers, start, max(start, end))
            self._includes += shown.includes
            return [self._block(start, end, joined(bounded(blocks)))]
        self._includes += shown.includes
        language = language or language_of(shown.file)
        lines = shown.code
        if language == "rust":
            lines = "\n".join(each for each in lines.splitlines() if not _HIDDEN_RUST.match(each))
        content = commonmark.titled(commonmark.escaped(title), commonmark.fence(lines, language))
        return [self._block(start, end, content)]

    # What generators add

    def _construct(self, token: "Token", start: int, end: int, nested: bool = False) -> list[Block]:
        meta = token.meta
        match meta["name"]:
            case "note":
                kind, title = meta["kind"], meta["title"]
                shown = kind.replace("-", " ").capitalize() if title is None else title
                content = commonmark.note(self._words(shown), self._said(meta["body"]))
                return [self._block(start, end, content)]
            case "label":
                return self._labelled(self._words(meta["title"]), meta["body"], start, end, 1)
            case "container":
                return self._container(meta["info"], meta["body"], start, end)
            case "component":
                return self._component(meta["tag"], meta["body"], start, end, meta["skip"])
            case "snippet":
                found = []
                for name in meta["files"]:
                    found += self._include(snippets.snippet(self._place, name), start, end)
                return found
            case "include":
                return self._include_line(meta, start, end)
            case "target":
                self._own_id = meta["id"]
            case "footnote":
                said = self._said(meta["body"])
                number = superscript(self._number(meta["label"]))
                block = self._block(start, end, f"{number} {said}" if said else "")
                block.apart = not nested
                return [block]
            case "api":
                return self._api(meta["object"], meta["body"], start, end)
            case "liquid" | "shortcode":
                return self._tags(meta["tags"], meta.get("body"), start, end)
        return []

    def _words(self, text: str) -> str:
        """One line of Markdown, cleaned."""
        tokens = parser(self._components).parseInline(text, self._environment)
        return self._inline(tokens[0].children or [])

    def _labelled(self, label: str, body: str, start: int, end: int, skip: int) -> list[Block]:
        """A part under its label: a tab, a step, a card."""
        blocks = self.read(body, start - 1 + skip)
        if not label:
            return blocks
        head = Block(start, start, commonmark.strong(label))
        return [head, *blocks]

    def _include_line(self, meta: dict[str, Any], start: int, end: int) -> list[Block]:
        if meta["marked"]:
            return self._include(
                snippets.marked(self._place, meta["marked"], meta["options"]), start, end
            )
        if meta["bang"]:
            return self._include(
                snippets.found(self._place, meta["bang"], ("", "docs")), start, end
            )
        if meta["booked"]:
            if not meta["book"].endswith("include") and meta["book"] != "playground":
                return []
            return self._include(snippets.booked(self._place, meta["booked"]), start, end)
        name, _, region = meta["vite"].partition("#")
        shown = snippets.found(self._place, name)
        if shown and region:
            shown = includes.section(shown.file, list(shown.lines), region)
        language = re.sub(r"[\d,\s-]+|:.*", "", meta["lines"] or "")
        return self._include(shown, start, end, True, language, meta["label"] or "")

    def _container(self, info: str, body: str, start: int, end: int) -> list[Block]:
        """`:::` of Docusaurus, VitePress, Quarto and MyST."""
        directive = re.match(r"\{([\w:+-]+)\}\s*(.*)", info)
        if directive and directive[1].lower() not in _LANGUAGES:
            return self._directive(directive[1].lower(), directive[2], body, start, end)
        if callout := _CALLOUT.search(info):
            titled = re.search(r"title=(?:\"([^\"]*)\"|'([^']*)')", info)
            title = (titled[1] or titled[2]) if titled else ""
            lines = body.splitlines()
            if not title and lines and (heading := re.match(r"#+\s+(.*)", lines[0])):
                title, body = heading[1], "\n".join(lines[1:])
            title = self._words(title or callout[1].capitalize())
            return [self._block(start, end, commonmark.note(title, self._said(body)))]
        if "panel-tabset" in info or ".tabset" in info:
            return [
                replace(block, level=0, content=commonmark.strong(block.content.lstrip("# ")))
                if block.level else block
                for block in self.read(body, start)
            ]  # fmt: skip
        if info.startswith(("{", ".")):
            hidden = ".content-hidden" in info or re.search(r"unless-format=.?html", info)
            return [] if hidden else self.read(body, start)
        named = re.match(r"(?P<kind>[\w-]+)\s*(?:\[(?P<label>.*)\])?\s*(?P<title>.*)$", info)
        if named is None:
            return self.read(body, start)
        kind = named["kind"].lower()
        title = re.sub(r"\s*\{[^}]*\}", "", named["label"] or named["title"]).strip()
        if kind in ("code-group", "tabs", "steps", "v-pre", "raw", "center", "tab-set"):
            return self.read(body, start)
        if kind in ("tab", "tab-item") or kind.startswith("details"):
            title = title.removeprefix("=").strip() or ("Details" if kind == "details" else "")
            return self._labelled(self._words(title), body, start, end, 1)
        title = title.strip("\"'") or kind.capitalize()
        return [self._block(start, end, commonmark.note(self._words(title), self._said(body)))]

    def _component(
        self, tag: html_text.Tag, body: str, start: int, end: int, skip: int
    ) -> list[Block]:
        name = tag.name.lower().rpartition(".")[2].replace("-", "")
        if name in _SILENT_COMPONENTS or tag.closes:
            return []
        if tag.name in self._environment["imports"]:
            path = self._environment["imports"][tag.name]
            if re.search(r"\.(mdx?|qmd|markdown)$", path):
                return self._include(snippets.found(self._place, path), start, end)
        if (own := self._imported(tag, body)) is not None:
            return [self._block(start, end, own)]
        is_code = name in ("code", "codeblock", "codesnippet") or "code" in tag.expressions
        if is_code and (blocks := self._code_component(tag, body, start, end)):
            return blocks
        if name in _NOTE_COMPONENTS:
            kind = tag.said("type", "variant", "kind", "intent") or (
                "" if name in ("callout", "aside", "admonition", "alert") else name
            )
            if name == "aside" and not kind:
                kind = "note"
            title = tag.said("title", "label") or kind.capitalize()
            content = commonmark.note(self._words(title), self._said(body))
            return [self._block(start, end, content)]
        if name == "tabs" and (listed := tag.expressions.get("values")):
            self._tabs |= dict(_TAB.findall(listed)) | {b: a for a, b in _TAB_TOO.findall(listed)}
        is_link = name.endswith(("link", "button")) and bool(body.strip())  # its title is a hint
        label = "" if is_link else tag.said(*_LABELS, *(("value",) if "tab" in name else ()))
        if name == "tabitem" and not tag.said("label"):
            label = self._tabs.get(label, label)
        if name in ("param", "paramfield", "responsefield"):
            label = " ".join(filter(None, (tag.said("path", "query", "body", "header", "name"),
                                           tag.said("type"))))  # fmt: skip
        if name == "summary":
            return [self._block(start, end, commonmark.strong(self._said(body)))]
        blocks = self.read(body, start - 1 + skip)
        described = tag.said("description")
        if described:
            blocks = [self._block(start, start, self._words(described)), *blocks]
        if label:
            head = self._words(label)
            content = commonmark.strong(head) if blocks else commonmark.paragraph(head)
            blocks = [Block(start, start, content), *blocks]
        return blocks

    def _imported(self, tag: html_text.Tag, body: str) -> str | None:
        """What a component of the project says; None where only running it would tell."""
        path = self._environment["imports"].get(tag.name.partition(".")[0])
        if path is None or self._place is None or not jsx.OWN.match(path):
            return None
        html = jsx.html(self._place, path, tag.name, tag.attributes, _CHILDREN if body else "")
        said = html_text.markdown(html)
        if not said or (body.strip() and _CHILDREN not in said):
            return None
        return said.replace(_CHILDREN, self._said(body)) if body else said

    def _code_component(self, tag: html_text.Tag, body: str, start: int, end: int) -> list[Block]:
        """Code that a component shows: its own, or a file's that was imported as text."""
        language = tag.said("language", "lang") or re.sub(r"^language-", "", tag.said("className"))
        title = tag.said("title", "filename")
        source = tag.said("code") or tag.expressions.get("code", "")
        inner = body.strip()
        if not source and inner.startswith("{") and inner.endswith("}"):
            source = inner[1:-1].strip()
        elif not source:
            source = inner
        if path := self._environment["imports"].get(source):
            path = path.rpartition("!")[2].partition("?")[0]
            return self._include(
                snippets.found(self._place, path), start, end, True, language, title
            )
        if re.fullmatch(r"[\w.]+", source) and tag.expressions:
            return []
        code = dedent(source.strip("`")).strip("\n")
        return [self._block(start, end, commonmark.titled(title, commonmark.fence(code, language)))]

    def _tags(self, tags: Sequence[str], body: str | None, start: int, end: int) -> list[Block]:
        """Liquid's tags and Hugo's shortcodes: what they include, or their titles."""
        found: list[Block] = []
        for told in tags:
            name, _, rest = told.partition(" ")
            rest = rest.strip()
            values = dict(re.findall(r"([\w-]+)\s*=\s*\"([^\"]*)\"", rest))
            if name in ("highlight", "code-block", "mermaid") and body is not None:
                language = rest.split()[0] if rest else ""
                found.append(self._block(start, end, commonmark.fence(dedent(body), language)))
            elif name in ("include", "include-markdown", "include_relative", "readfile", "embed"):
                file = values.get("file") or re.split(r"\s", rest)[0].strip("\"'")
                shown = snippets.found(self._place, file, ("", "_includes", "docs"))
                if shown and ("start" in values or "end" in values):
                    shown = snippets.between_marks(
                        shown, values.get("start", ""), values.get("end", "")
                    )
                found += self._include(shown, start, end, "code" in values, values.get("lang", ""))
            elif name in ("tab", "code", "accordion", "details", "content-ref", "card", "expand"):
                label = (
                    values.get("title")
                    or values.get("header")
                    or values.get("name")
                    or ("" if "=" in rest else rest.strip("\"'"))
                )
                if label:
                    said = commonmark.strong(self._words(label))
                    found.append(Block(start, end, said))
            elif name in ("alert", "callout", "admonition", "note", "warning", "caution", "tip"):
                title = values.get("title") or (
                    name.capitalize() if name in directives.NOTES else ""
                )
                if title and title != "Admonition":
                    found.append(Block(start, end, commonmark.strong(self._words(title))))
        return found

    def _api(self, name: str, body: str, start: int, end: int) -> list[Block]:
        from hyperrun.search.parsing import signatures

        if self._place is None:
            return []
        chosen = re.search(r"members:\s*(\[[^\]]*\]|false|true|(?:\n\s+- \S+)+)", body)
        members: bool | list[str] = True
        if chosen:
            members = re.findall(r"[\w]+", chosen[1]) if "false" not in chosen[1] else False
            if members == ["true"]:
                members = True
        is_mkautodoc = bool(re.search(r"(?m)^\s*:(?:docstring|members):", body))
        told = signatures.describe(
            self._place, name, members, self._docstring, with_types=not is_mkautodoc
        )
        has_anchors = not is_mkautodoc and not re.search(r"show_root_toc_entry:\s*false", body)
        return api.blocks(told, start, end, has_anchors)

    def _docstring(self, text: str) -> str:
        return self._said(text)

    def _directive(self, name: str, argument: str, body: str, start: int, end: int) -> list[Block]:
        """A directive of MyST, whose text is Markdown."""
        options, text, skipped = directives.options(body)
        argument = argument.strip()
        if name in ("currentmodule", "module", "py:currentmodule", "py:module"):
            self._module = argument
        if name == "eval-rst":
            from hyperrun.search.parsing import restructured

            return restructured.described(body, self._place, self._module, start, end)
        if name in directives.NOTES:
            title = directives.note_title(name, argument)
            if argument and title != argument:
                text = f"{argument}\n{text}"
            content = commonmark.note(self._words(title), self._said(text))
            return [self._block(start, end, content)]
        if name in directives.VERSIONS:
            note = directives.version_note(name, self._words(argument), self._said(text))
            return [self._block(start, end, note)]
        if name in ("literalinclude", "include"):
            shown = snippets.found(self._place, argument)
            is_code = name == "literalinclude" or bool({"literal", "code"} & set(options))
            if shown and set(options) & _CUTS:
                shown = includes.between(shown.file, list(shown.lines), options)
            language = options.get("language") or options.get("code", "")
            return self._include(shown, start, end, is_code, language, options.get("caption", ""))
        if name in directives.CODE or name in directives.DRAWN:
            language = argument or {"mermaid": "mermaid"}.get(name, "")
            content = commonmark.titled(
                self._words(options.get("caption", "")),
                self._code(directives.without_flags(text), language),
            )
            return [self._block(start, end, content)]
        if name == "code-tab":
            language, label = directives.code_tab(argument)
            code = commonmark.titled(self._words(label), self._code(text, language))
            return [self._block(start, end, code)]
        if name in directives.NOTHING:
            return []
        if name == "math":
            content = f"$$\n{(argument + chr(10) + text).strip()}\n$$"
            return [self._block(start, end, content)]
        if directives.AUTODOC.match(name):
            members = "members" in options
            wanted = options.get("members", "")
            return self._api(argument, f"members: [{wanted}]" if wanted else
                             f"members: {str(members).lower()}", start, end)  # fmt: skip
        if directives.is_object(name):
            signature = commonmark.fence(argument, "python" if "py" in name else "")
            content = "\n\n".join(filter(None, (signature, self._said(text))))
            return [self._block(start, end, content)]
        if name == "list-table":
            return [self._block(start, end, self._list_table(argument, options, text))]
        if name == "glossary":
            return [self._block(start, end, self._glossary(text))]
        offset = start + skipped - 1 + 1
        if name in ("figure", "subfigure"):
            return self.read(text, offset)
        if name in directives.TITLED or name in ("table", "example", "myst-example"):
            if name == "myst-example":
                example = commonmark.fence(text, "markdown")
                return [self._block(start, end, example), *self.read(text, offset)]
            return self._labelled(self._words(argument), text, start, end, skipped + 1)
        return self.read(text, offset)

    def _glossary(self, text: str) -> str:
        """Terms at the margin, and below them, further in, what they mean."""
        items: list[str] = []
        for entry in re.split(
            r"\n(?=\S)", re.sub(r"(?m)^(\S.*)\n(?=\S)", r"\1, ", text.strip("\n"))
        ):
            term, _, body = entry.partition("\n")
            meant = self._said(dedent(body))
            parts = [commonmark.strong(self._words(term.strip())), meant]
            items.append(commonmark.item("\n\n".join(filter(None, parts)), "-"))
        return "\n\n".join(items)

    def _list_table(self, title: str, options: dict[str, str], text: str) -> str:
        tokens = parser(self._components).parse(text, self._environment)
        rows: list[list[str]] = []
        for at, token in enumerate(tokens):
            if token.type == "list_item_open" and token.level == 1:
                rows.append([])
            elif token.type == "list_item_open" and token.level == 3 and rows:
                rows[-1].append(self._written(tokens[at + 1 : end_of(tokens, at) - 1]))
        if rows and options.get("header-rows", "0") in ("0", ""):
            rows.insert(0, [""] * len(rows[0]))
        return commonmark.titled(self._words(title), commonmark.table(rows))

    # Inside of a line

    def _inline(self, tokens: Sequence["Token"]) -> str:
        return re.sub(r"[ \t]*(\\\n)[ \t]*", r"\1", self._run(tokens)).strip().removesuffix("\\")

    def _run(self, tokens: Sequence["Token"]) -> str:
        said = ""
        links: list[tuple[str, int]] = []
        at = 0
        while at < len(tokens):
            token = tokens[at]
            at += 1
            match token.type:
                case "text":
                    said += inline_escaped(token.content)
                case "code_inline":
                    said += commonmark.code_span(re.sub(r"^#!\w+ ", "", token.content))
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
                case "link_close" if links:
                    address, start = links.pop()
                    words = said[start:] or self._implicit(address)
                    said = said[:start] + commonmark.link(words, address)
                case "math_inline":
                    said += f"${token.content}$"
                case "math_inline_double":
                    said += f"$${token.content}$$"
                case "footnote":
                    said += superscript(self._number(token.content))
                case "myst_role":
                    said += self._role(token.meta["name"], token.content)
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
                    elif name == "br":
                        said += "\\\n" if said.strip() else ""
                    elif name == "a" and not tag.closes:
                        links.append((tag.said("href"), len(said)))
                    elif name == "a" and links:
                        address, start = links.pop()
                        said = said[:start] + commonmark.link(said[start:], address)
                    elif name in _BLOCK_TAGS:
                        said += " " if said and not said.endswith((" ", "\n")) else ""
                    elif tag.is_empty and (own := self._imported(tag, "")):
                        said += own
                    elif tag.is_empty and name not in ("img", "image", "icon"):
                        said += commonmark.escaped(tag.said(*_LABELS))
        return _EMPTY_STRONG.sub(lambda found: found["code"] or "", said)

    def _implicit(self, address: str) -> str:
        """What a link without words says in MyST: the title of what it leads to."""
        if self._place is None or not address or "://" in address:
            return ""
        from hyperrun.search.parsing import labels

        page, _, label = address.removeprefix("project:").partition("#")
        if label:
            return commonmark.escaped(labels.words(self._place, "ref", label))
        return commonmark.escaped(labels.words(self._place, "doc", page))

    def _role(self, name: str, content: str) -> str:
        if self._place is not None and "<" not in content:
            from hyperrun.search.parsing import labels

            if title := labels.words(self._place, name, content):
                return commonmark.escaped(title)
        return role(name, content)

    def _number(self, label: str) -> int:
        return self._footnotes.setdefault(label, len(self._footnotes) + 1)


_PROSE = frozenset(
    (".md", ".mdx", ".markdown", ".qmd", ".rst", ".myst", ".rmd", ".html", ".txt", "")
)
_CUTS = {"lines", "start-after", "end-before", "start-at", "end-at", "pyobject", "start-line",
         "end-line"}  # fmt: skip
_BLOCK_TAGS = frozenset(("div", "p", "li", "ul", "ol", "td", "tr", "th", "table", "summary",
                         "details", "hr", "dd", "dt", "dl", "figure", "figcaption"))  # fmt: skip


def _told(info: str) -> tuple[str, str]:
    """A fence's language, and the title that stands above it."""
    titled = re.search(r"(?:title|filename|name|file)=(?:\"([^\"]*)\"|'([^']*)'|([^\s}]+))", info)
    title = next(filter(None, titled.groups()), "") if titled else ""
    if not title and (label := re.search(r"(?:^|\s)\[(.+)\]", info)):
        title = re.sub(r"~[^~]*~$", "", label[1])
    bare = re.sub(r"(?:[\w-]+=(?:\"[^\"]*\"|'[^']*'|\S+))", "", info)
    match = re.match(r"[{\s]*\.?([\w+#-]+)", bare)
    language = match[1] if match and not re.match(r"\{?\s*#", bare) else ""
    return ("" if language.isdigit() else language), title


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


def heading_words(source: str) -> str:
    """The words of a heading as it is written in Markdown."""
    tokens = parser(False).parseInline(source, {})
    return words_of(tokens[0].children or [])


def said(text: str, place: Place | None = None) -> str:
    """What `text` says, as part of another document."""
    return Document(place)._said(text)
