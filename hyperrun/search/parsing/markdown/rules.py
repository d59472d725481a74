"""What generators add to Markdown, found by rules beside the parser's own.

A rule only takes a construct's lines out, at the margin; `markdown` reads what is in them.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from hyperrun.search.parsing import directives, html_text, plain_text
from hyperrun.search.parsing.markdown import docfx, inline_rules, mdc, quarto

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock

MAX_TAG_LINES = 200
MAX_BRACED_LINES = 40  # of a tag; a comment may be longer
MAX_LOOKS = 200_000  # lines of one document, for where constructs close

_OPENINGS = "!?=:/<{-;([$%+*@}"
_NOTE = re.compile(
    r"(?P<mark>!!!|\?\?\?\+?|\|\|\|)[ \t]*(?P<types>[\w -]*?)[ \t]*(?:\"(?P<title>.*)\")?[ \t]*$"
)
_TAB = re.compile(r"===[!+]*[ \t]+[\"'](?P<title>.*)[\"'][ \t]*$")
_COLONS = re.compile(r"(?P<colons>:{3,})[ \t]*(?P<info>(?:.*[^ \t])?)[ \t]*$")
_KINDS = directives.NOTES | {"info", "details", "tip", "code-group", "tabs", "tab", "v-pre", "raw"}
_SLASHES = re.compile(
    r"(?P<slashes>/{3,})[ \t]*(?P<kind>[A-Za-z][\w-]*)[ \t]*"
    r"(?:\|[ \t]*(?P<title>(?:.*[^ \t])?))?[ \t]*$"
)
_TYPE = re.compile(r"^[ \t]*type:[ \t]*[\"']?([\w-]+)", re.MULTILINE)
_PASSED = {"html", "caption", "figure-caption", "table-caption", "definition"}
_API = re.compile(r"::: +(?P<name>[A-Za-z_][\w]*(?:[.:]+\w+)*)$")
_SNIPPET = re.compile(r"(?P<off>;)?-{1,}8<-{1,}[ \t]*(?P<name>\S.*)?$")
_INCLUDE = re.compile(
    r"\{\*[ \t]*(?P<marked>\S+)(?P<options>[^}]*?)\*\}$|\{!>?[ \t]*(?P<bang>[^!}]+?)[ \t]*!\}$"
    r"|\{\{[ \t]*#(?P<book>\w+)[ \t]+(?P<booked>[^}]+?)[ \t]*\}\}$"
    r"|<<<[ \t]*(?P<vite>\S[^{\[]*?)[ \t]*(?:\{(?P<lines>[^}]*)\})?"
    r"[ \t]*(?:\[(?P<label>[^\]]*)\])?$"
    r"|@\[code(?:\{(?P<vue_lines>[\d,\s-]*)\})?[ \t]*(?P<vue_language>[\w+#-]*)[^\]]*\]"
    r"\((?P<vue>[^)\s]+)\)$"
    r"|@include[ \t]+(?P<svelte>[\w./-]+\.md)$"
    r"|<!--[ \t]*@include:[ \t]*(?P<page>[^\s#{>]+)(?:\#(?P<region>[^\s{>]+))?"
    r"(?:\{(?P<page_lines>[\d,\s-]*)\})?[ \t]*-->$"
    r"|\{\{[ \t]*\w+\([ \t]*['\"](?P<macro>[\w./-]+)['\"][ \t]*,[ \t]*['\"](?P<part>[\w-]+)['\"]"
    r"[^{}]*\)[ \t]*\}\}$"
)
_TAKEN_OUT = re.compile(
    r"\s*(?:\{\{[<%].*[%>]\}\}|-+8<-+.*|\{%[ \t]*(?:end)?(?:hint|tabs?|code|content-ref|page-ref"
    r"|embed|file|stepper|step|columns?|updates?|prompt|openapi|swagger)\b.*%\})\s*"
)
_TO_ITS_END = re.compile(r"\s*<(?:[!?]|(?:script|pre|style|textarea)\b)", re.IGNORECASE)
_TARGET = re.compile(r"\((?P<label>[\w:./ -]+)\)=$")
_FOOTNOTE = re.compile(r"\[\^(?P<label>[^\]\s]+)\]:[ \t]*")
_SILENT = re.compile(
    r"\[TOC\]|\[\[_*toc_*\]\]|\{:?toc[^}]*\}|\+\+\+(?:\s.*)?|%(?:\s.*)?|\[\]\([^)]*\)\{[^}]*\}"
    r"|\{\{(?![<%])[^{}]*\}\}"  # what a macro or a hook fills in
    r"|\*\[[^\]]+\]:[ \t].*|\{:?[ \t]*[#.:][^}]*\}|\{:[^}]*\}|@\[toc\].*|\\(?:newpage|pagebreak)",
    re.IGNORECASE,
)  # fmt: skip
_CALL = re.compile(r"\{\{[ \t]*\w+\((?!.*\}\}$)")
_MODULE = re.compile(r"[\"'][^\"'\n]+[\"'];?$")
_FROM = re.compile(r"import\s+(?P<names>.+?)\s+from\s+[\"'](?P<path>[^\"']+)[\"']", re.DOTALL)
_EXPORT = re.compile(r"export\s+(?:const|let|var|default|function|async)\b")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")


@cache
def parser(components: bool) -> "MarkdownIt":
    """Markdown with the generators' constructs; with `components` as MDX: no indented code."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.myst_role import myst_role_plugin

    markup = MarkdownIt("commonmark", {"html": True, "maxNesting": 30})
    markup.enable(["table", "strikethrough"])
    markup.use(deflist_plugin)
    markup.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=False)
    markup.use(myst_role_plugin)
    interrupts = ["paragraph", "reference", "blockquote", "list", "table"]
    markup.block.ruler.before("table", "construct", _construct, {"alt": interrupts})
    markup.inline.ruler.before("math_inline", "dollar", inline_rules.dollar)
    markup.inline.ruler.before("html_inline", "tag", inline_rules.tag)
    markup.inline.ruler.before("tag", "mdc", inline_rules.component)
    markup.inline.ruler.before("link", "footnote", inline_rules.footnote)
    markup.inline.ruler.before("footnote", "docfx", docfx.inline)
    markup.inline.ruler.after("link", "unresolved", inline_rules.unresolved)
    markup.inline.ruler.after("escape", "braces", inline_rules.braces)
    markup.inline.ruler.before("escape", "quarto", quarto.inline)
    markup.validateLink = lambda url: True  # type: ignore[method-assign]
    markup.block.ruler.at("html_block", _html_block, {"alt": interrupts[:3]})
    plain_text.use(markup)
    if components:
        markup.disable(["code"])
        markup.disable("html_block")
    return markup


def _construct(state: "StateBlock", start: int, end: int, silent: bool) -> bool:
    first = state.bMarks[start] + state.tShift[start]
    if first >= state.eMarks[start]:
        return False
    char = state.src[first]
    components = bool(state.env.get("components"))
    if char not in _OPENINGS and char not in "ie#[":
        return False
    if state.sCount[start] - state.blkIndent >= 4 and not components:
        return False
    line = state.src[first : state.eMarks[start]].rstrip()
    for rule in _RULES.get(char, ()):
        found = rule(state, start, end, line, silent)
        if found is None:
            continue
        after, meta = found
        if not silent:
            token = state.push("construct", "", 0)
            token.map = [start, after]
            token.meta = meta
            state.line = after
        return True
    return False


Found = tuple[int, dict[str, Any]] | None
Rule = Callable[["StateBlock", int, int, str, bool], Found]


def _inside(state: "StateBlock", start: int, end: int, indent: int) -> str:
    return state.getLines(start, end, indent, False) if start < end else ""


def _may_look_on(state: "StateBlock") -> bool:
    """Is one more line looked at for where something closes? That is bounded for a document."""
    left = int(state.env.get("looks", MAX_LOOKS)) - 1
    state.env["looks"] = left
    return left > 0


def _line(state: "StateBlock", number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _indented(state: "StateBlock", start: int, end: int) -> tuple[int, str]:
    """The lines below that stand four columns further in."""
    indent = state.sCount[start] + 4
    stop = start + 1
    while stop < end and (state.isEmpty(stop) or state.sCount[stop] >= indent):
        stop += 1
    while stop > start + 1 and state.isEmpty(stop - 1):
        stop -= 1
    return stop, _inside(state, start + 1, stop, indent)


def _admonition(state: "StateBlock", start: int, end: int, line: str, silent: bool) -> Found:
    match = _NOTE.match(line)
    if not match or not (match["types"] or match["title"]):
        return None
    after, body = _indented(state, start, end)
    kind = match["types"].split(" ")[0]
    return after, {"name": "note", "kind": kind, "title": match["title"], "body": body, "skip": 1}


def _tab_block(state: "StateBlock", start: int, end: int, line: str, silent: bool) -> Found:
    match = _TAB.match(line)
    if not match:
        return None
    after, body = _indented(state, start, end)
    return after, {"name": "label", "title": match["title"], "body": body, "skip": 1}


def _docfx(state: "StateBlock", start: int, end: int, line: str, silent: bool) -> Found:
    meta = docfx.opening(line)
    if meta is None:
        return None
    stop = start + 1
    meta = {"name": "docfx", **meta, "body": ""}
    if closed_by := meta.get("closed_by"):
        for number, each in _outside_code(state, start + 1, end):
            if docfx.closes(each, closed_by):
                stop, lines = number + 1, _inside(state, start + 1, number, state.sCount[start])
                meta["body"] = dedent(lines)
                break
    return stop, meta


def _container(state: "StateBlock", start: int, end: int, line: str, silent: bool) -> Found:
    match = _COLONS.match(line)
    if not match or (match["colons"] == line and silent) or docfx.begins_text(line):
        return None
    info = match["info"]
    if api := _API.match(line):
        stop, options = _indented(state, start, end)
        closed = _closing_colons(state, start, end)
        if "." in api["name"] or re.match(r"\s*(options|handler|rendering):", options) or (
            closed is None and api["name"].lower() not in _KINDS
        ):  # fmt: skip
            return stop, {"name": "api", "object": api["name"], "body": options}
    if not info:
        return start + 1, {"name": "nothing"}
    closing = _closing_colons(state, start, end)
    stop = closing if closing is not None else start + 1
    body = _inside(state, start + 1, stop, state.sCount[start])
    after = stop + 1 if closing is not None else stop
    return after, {"name": "container", "info": info, "body": body, "skip": 1}


def _mdc(state: "StateBlock", start: int, end: int, line: str, silent: bool) -> Found:
    tag = mdc.opening(line)
    if tag is None:
        return None
    stop = mdc.closing(_outside_code(state, start + 1, end))
    if stop is None:
        return None
    body, skip = mdc.filled(tag, _inside(state, start + 1, stop, state.sCount[start]))
    return stop + 1, {"name": "component", "tag": tag, "body": body, "skip": skip}


def _closing_colons(state: "StateBlock", start: int, end: int) -> int | None:
    depth = 1
    for number, line in _outside_code(state, start + 1, end):
        if not line.startswith(":::"):
            continue
        rest = line.lstrip(":").strip()
        if rest and not _API.match(line):
            depth += 1
        elif not rest:
            depth -= 1
            if not depth:
                return number
    return None


def _outside_code(state: "StateBlock", start: int, end: int) -> Iterator[tuple[int, str]]:
    """The lines to the end of what they stand in, but for those of fenced code."""
    fence = ""
    for number in range(start, end):
        if not _may_look_on(state):
            return
        if state.sCount[number] < state.blkIndent and not state.isEmpty(number):
            return
        line = _line(state, number).rstrip()
        if mark := _FENCE.match(line):
            if not fence:
                fence = mark[1]
            elif mark[1].startswith(fence) and line.strip() == mark[1]:
                fence = ""
        elif not fence:
            yield number, line


def _block(state: "StateBlock", start: int, end: int, line: str, silent: bool) -> Found:
    """`///` of Python-Markdown's blocks, with options in its first lines."""
    match = _SLASHES.match(line)
    if not match:
        return None
    lines = _outside_code(state, start + 1, end)
    stop = next((number for number, each in lines if each == match["slashes"]), None)
    if stop is None:
        return None
    first = start + 1
    while first < stop and state.sCount[first] >= state.sCount[start] + 4:
        first += 1
    kind, title = match["kind"].lower(), match["title"]
    if option := _TYPE.search(_inside(state, start + 1, first, 0)):
        kind = option[1]
    meta = {"body": _inside(state, first, stop, state.sCount[start]), "skip": first - start}
    if kind == "tab":
        return stop + 1, {"name": "label", "title": title or "", **meta}
    if kind in _PASSED:
        return stop + 1, {"name": "passed", **meta}
    return stop + 1, {"name": "note", "kind": kind, "title": title, **meta}


def _include(state: "StateBlock", start: int, end: int, line: str, silent: bool) -> Found:
    match = _INCLUDE.match(line)
    if not match:
        return None
    return start + 1, {"name": "include", **match.groupdict()}


def _snippet(state: "StateBlock", start: int, end: int, line: str, silent: bool) -> Found:
    match = _SNIPPET.match(line)
    if not match:
        return None
    if match["name"]:
        name = match["name"].strip()
        return start + 1, {"name": "snippet", "files": [] if match["off"] else [name]}
    files: list[str] = []
    for number in range(start + 1, min(end, start + 50)):
        inner = _line(state, number).strip()
        if _SNIPPET.match(inner):
            return number + 1, {"name": "snippet", "files": files}
        files.append(inner)
    return start + 1, {"name": "nothing"}


def _html_block(state: "StateBlock", start: int, end: int, silent: bool) -> bool:
    """HTML up to a shortcode or a snippet in it, which generators take out first."""
    from markdown_it.rules_block.html_block import html_block

    if not silent and state.src.startswith("<", state.bMarks[start] + state.tShift[start]):
        end = _taken_out(state, start, end)
    return html_block(state, start, end, silent)


def _taken_out(state: "StateBlock", start: int, end: int) -> int:
    """The first line of a block of HTML that is taken out; `end` where there is none."""
    if _TO_ITS_END.match(_line(state, start)):
        return end
    for number in range(start + 1, end):
        line = _line(state, number)
        if not line.strip() or not _may_look_on(state):
            break
        if _TAKEN_OUT.fullmatch(line):
            return number
    return end


def _target(state: "StateBlock", start: int, end: int, line: str, silent: bool) -> Found:
    match = _TARGET.match(line)
    return None if silent or not match else (start + 1, {"name": "target", "id": match["label"]})


def _definition_of_footnote(
    state: "StateBlock", start: int, end: int, line: str, silent: bool
) -> Found:
    match = _FOOTNOTE.match(line)
    if not match:
        return None
    stop = start + 1
    while stop < end and (state.sCount[stop] >= state.blkIndent + 2 or state.isEmpty(stop)):
        stop += 1
    while stop > start + 1 and (state.isEmpty(stop - 1)):
        stop -= 1
    while (
        stop < end
        and not state.isEmpty(stop)
        and stop == start + 1
        and (not _FOOTNOTE.match(_line(state, stop)) and _line(state, stop)[:1].isalnum())
    ):  # a paragraph that goes on at the margin
        stop += 1
    rest = _inside(state, start + 1, stop, state.blkIndent + 4)
    body = f"{line[match.end() :]}\n{rest}" if rest else line[match.end() :]
    return stop, {"name": "footnote", "label": match["label"], "body": body, "skip": 0}


def _silent(state: "StateBlock", start: int, end: int, line: str, silent: bool) -> Found:
    if silent or not _SILENT.fullmatch(line):
        return None
    return start + 1, {"name": "nothing", "is_value": line.startswith("{{")}


def _module(state: "StateBlock", start: int, end: int, line: str, silent: bool) -> Found:
    """An import, or in MDX an export: up to the blank line."""
    components = bool(state.env.get("components"))
    if silent or state.blkIndent or state.sCount[start]:
        return None
    if components and _EXPORT.match(line):
        stop = start
        depth = 0
        while stop < end and (depth > 0 or not state.isEmpty(stop)):
            text = _line(state, stop)
            depth += sum(map(text.count, "{[(")) - sum(map(text.count, "}])"))
            stop += 1
        return stop, {"name": "nothing"}
    if not line.startswith("import"):
        return None
    stop = start + 1
    text = line
    while stop < min(end, start + 30) and not _MODULE.search(text) and not state.isEmpty(stop):
        text += "\n" + _line(state, stop).rstrip()
        stop += 1
    if not (_FROM.match(text) or re.fullmatch(r"import\s+[\"'][^\"']+[\"'];?", text)):
        return None
    if match := _FROM.match(text):
        for name in re.findall(r"[\w$]+", re.sub(r"\b\w+\s+as\s+", "", match["names"])):
            state.env.setdefault("imports", {})[name] = match["path"]
    return stop, {"name": "nothing"}


def _component(state: "StateBlock", start: int, end: int, line: str, silent: bool) -> Found:
    """A component, or in MDX any element, whose tags stand at the ends of lines."""
    if line.startswith("<!--"):
        return None
    name = re.match(r"</?([A-Za-z][\w.:-]*)", line)
    components = bool(state.env.get("components"))
    if not name:
        if components and line in ("<>", "</>"):
            return start + 1, {"name": "nothing"}
        return None
    is_component = name[1][0].isupper() or "-" in name[1] or "." in name[1]
    if not (is_component or components):
        return None
    if line.startswith(("<http", "<mailto")):
        return None
    last = min(end, start + MAX_TAG_LINES)
    text = _inside(state, start, last, state.sCount[start])
    tag = html_text.tag(text, 0, max(html_text.MAX_TAG_CHARS, len(line)))
    if tag is None:
        return None
    tag_lines = text[: tag.end].count("\n")
    rest = text[tag.end :].partition("\n")[0]
    meta: dict[str, Any] = {"name": "component", "tag": tag, "body": "", "skip": 0}
    if tag.is_empty or tag.closes:
        return None if rest.strip() else (start + tag_lines + 1, meta)
    if f"</{tag.name}" not in state.src[state.bMarks[start] :]:
        return None if rest.strip() else (start + tag_lines + 1, meta)
    inner: list[str] = []
    depth, fence = 1, ""
    pattern = re.compile(rf"<(/?){re.escape(tag.name)}(?=[\s>/])")
    for number in range(start + tag_lines, end):
        if not _may_look_on(state):
            break
        if number > start + tag_lines and (
            state.sCount[number] < state.blkIndent and not state.isEmpty(number)
        ):
            break
        whole = number > start + tag_lines
        text_line = _inside(state, number, number + 1, 0) if whole else rest
        mark = _FENCE.match(text_line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and text_line.strip() == mark[1]:
            fence = ""
        elif not fence:
            for each in pattern.finditer(text_line):
                if each[1]:
                    depth -= 1
                else:
                    opened = html_text.tag(text_line, each.start())
                    depth += 0 if opened and opened.is_empty else 1
                if not depth:
                    after = text_line[text_line.index(">", each.start()) + 1 :]
                    if after.strip():
                        return None
                    inner.append(text_line[: each.start()])
                    body = _dedented(inner)
                    return number + 1, {**meta, "body": body, "skip": tag_lines}
        inner.append(text_line)
    if rest.strip() and not is_component:
        return None
    if rest.strip():
        return None
    return start + tag_lines + 1, meta


def _dedented(lines: list[str]) -> str:
    """Lines at the margin; the first stands where its tag ends."""
    rest = [line.expandtabs(4) for line in lines[1:]]
    least = min((len(line) - len(line.lstrip()) for line in rest if line.strip()), default=0)
    return "\n".join([lines[0].lstrip(), *(line[least:] for line in rest)])


def _call(state: "StateBlock", start: int, end: int, line: str, silent: bool) -> Found:
    """A macro's call that goes over several lines."""
    if not _CALL.match(line):
        return None
    stop = start + 1
    last = min(end, start + MAX_BRACED_LINES)
    while not line.endswith("}}") and stop < last and _may_look_on(state):
        line += f" {_line(state, stop).strip()}"
        stop += 1
    found = _include(state, start, end, line, silent) or _silent(state, start, end, line, silent)
    return (stop, found[1]) if found else None


def _braced(state: "StateBlock", start: int, end: int, line: str, silent: bool) -> Found:
    """Liquid's tags, Hugo's and Quarto's shortcodes, MDX's comments and expressions."""
    for opening, closing, kind in _BRACED:
        if line.startswith(opening):
            lines, stop = [line], start + 1
            last = end if kind == "comment" else min(end, start + MAX_BRACED_LINES)
            while closing not in lines[-1] and stop < last and _may_look_on(state):
                lines.append(_line(state, stop).rstrip())
                stop += 1
            text = "\n".join(lines)
            if closing not in text:
                return None
            tags = re.findall(
                rf"{re.escape(opening)}-?(.*?)-?{re.escape(closing)}", text, re.DOTALL
            )
            rest = re.sub(
                rf"{re.escape(opening)}.*?{re.escape(closing)}", "", text, flags=re.DOTALL
            )
            if rest.strip():
                return None
            if kind == "comment":
                return stop, {"name": "nothing"}
            return _paired(state, stop, end, kind, [each.strip() for each in tags])
    if state.env.get("components") and not silent:
        text = _inside(state, start, min(end, start + MAX_TAG_LINES), state.sCount[start])
        closed = html_text.balanced(text, 0)
        if closed is not None and not text[closed:].partition("\n")[0].strip():
            return start + text[:closed].count("\n") + 1, {"name": "nothing"}
    return None


_BRACED = (
    ("{%", "%}", "liquid"), ("{{<", ">}}", "shortcode"), ("{{%", "%}}", "shortcode"),
    ("{/*", "*/}", "comment"),
)  # fmt: skip


def _paired(state: "StateBlock", stop: int, end: int, kind: str, tags: list[str]) -> Found:
    """A tag, with what it holds where it holds code or nothing for a reader."""
    name = tags[0].split()[0] if tags and tags[0] else ""
    is_code = name == "tab" and bool(re.search(r"\blang=", tags[0]))
    if len(tags) == 1 and not tags[0].endswith("/") and (is_code or _HOLDS_CODE.fullmatch(name)):
        for number in range(stop, end):
            if not _may_look_on(state):
                break
            if re.match(rf"\{{(%|\{{[<%])-?\s*(end{name}|/\s*{name})\b", _line(state, number)):
                body = _inside(state, stop, number, state.blkIndent)
                if name.startswith("code") and "```" in body:
                    break  # which says itself what is code
                return number + 1, {"name": kind, "tags": tags, "body": body}
    return stop, {"name": kind, "tags": tags}


_HOLDS_CODE = re.compile(r"highlight|comment|mermaid|code[\w-]*|content-ref|openapi[\w-]*|prompt")
_RULES: dict[str, tuple[Rule, ...]] = {
    "!": (_admonition,), "?": (_admonition,), "|": (_admonition,), "=": (_tab_block,),
    ":": (_docfx, _mdc, _container), "/": (_block,), "<": (_include, _component),
    "{": (_include, _silent, _call, _braced),
    "-": (_snippet,), ";": (_snippet,), "(": (_target,), "i": (_module,), "e": (_module,),
    "[": (_docfx, _definition_of_footnote, _silent), "+": (_silent,), "%": (_silent,),
    "*": (_silent,), "@": (_include, _silent), "\\": (_silent,),
}  # fmt: skip
