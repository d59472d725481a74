"""What generators add inside of a line of Markdown, found by rules beside the parser's own."""

import re
from typing import TYPE_CHECKING

from hyperrun.search.parsing import html_text
from hyperrun.search.parsing.markdown import mdc

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

MAX_OPEN = 100  # braces of one document that are never closed


def tag(state: "StateInline", silent: bool) -> bool:
    """A tag or comment inside of a line, components' included."""
    if state.src[state.pos] != "<":
        return False
    if state.src.startswith("<!--", state.pos):
        end = state.src.find("-->", state.pos + 4)
        after = end + 3 if end >= 0 else len(state.src)
        tag = None
    else:
        tag = html_text.tag(state.src, state.pos)
        if tag is None:
            return False
        after = tag.end
    if not silent:
        token = state.push("tag", "", 0)
        token.meta = {"tag": tag}
        token.content = state.src[state.pos : after]
    state.pos = after
    return True


def component(state: "StateInline", silent: bool) -> bool:
    """A component of Nuxt Content's inside of a line."""
    if state.src[state.pos] != ":" or (tag := mdc.in_line(state.src, state.pos)) is None:
        return False
    if not silent:
        token = state.push("tag", "", 0)
        token.meta = {"tag": tag}
    state.pos = tag.end
    return True


def footnote(state: "StateInline", silent: bool) -> bool:
    match = re.compile(r"\[\^([^\]\s]{1,60})\]").match(state.src, state.pos)
    if not match:
        return False
    if not silent:
        token = state.push("footnote", "", 0)
        token.content = match[1]
    state.pos = match.end()
    return True


_ELSEWHERE = re.compile(
    r"\[[^\[\]\n]*\]|\([ \t]*\{\{[<%][^\n]*?[%>]\}\}[^()\s]*[ \t]*\)"
    r"|\{[ \t]*(?:[#.:][^{}\n]{1,300}|[\w-]+=[^{}\n]{1,300})\}"  # what the words look like
)


def unresolved(state: "StateInline", silent: bool) -> bool:
    """`[words][name]` whose name the page does not define: another page or plugin does. And
    `[words]({{< ref "page" >}})`, whose address a shortcode tells; and `[words]{.class}`."""
    if state.src[state.pos] != "[":
        return False
    end = state.md.helpers.parseLinkLabel(state, state.pos, True)
    if end < 0:
        return False
    match = _ELSEWHERE.match(state.src, end + 1)
    if not match or not state.src[state.pos + 1 : end].strip():
        return False
    if re.fullmatch(r"[\d, -]+", state.src[state.pos + 1 : end]):
        return False
    if not silent:
        start, most = state.pos + 1, state.posMax
        state.pos, state.posMax = start, end
        state.md.inline.tokenize(state)
        state.posMax = most
    state.pos = match.end()
    return True


def dollar(state: "StateInline", silent: bool) -> bool:
    """A dollar that begins no formula: code or a tag would end inside of it, or the next dollar
    begins a name, as in `$HOME/$USER`."""
    if state.src[state.pos] != "$":
        return False
    close = max(state.src.find("$", state.pos + 1), 0)
    inside = state.src[state.pos + 1 : close]
    begins_name = bool(inside) and state.src[close + 1 : close + 2].isalpha()
    if "</" not in inside and inside.count("`") % 2 == 0 and not begins_name:
        return False
    if not silent:
        state.pending += "$"
    state.pos += 1
    return True


_BRACES = re.compile(
    r"%\{[#.][^{}\n]*\}%|"
    r"\{%.{,1000}?%\}|\{\{[<%].{,1000}?[%>]\}\}|\{/\*.{,1000}?\*/\}"
    r"|\{:?[ \t]*(?:(?:[#.][\w:.-]+|[\w:-]+=(?:\"[^\"]*\"|'[^']*'|[\w./%#_-]+)"
    r"|markdown|download|data-[\w-]+)[ \t]*)+\}(?!`)"  # a role is before a tick
    r"|\{:[ \t]*[#.][^{}\n]*\}(?!`)",
    re.DOTALL,
)


_TAB_IN_LINE = re.compile(r"\{%[ \t]*tab[ \t]+title=\"([^\"]*)\"")


def braces(state: "StateInline", silent: bool) -> bool:
    """Attributes, template tags, and in MDX expressions: a reader sees none of them."""
    if state.src[state.pos] not in "{%":
        return False
    match = _BRACES.match(state.src, state.pos)
    after = match.end() if match else None
    said = ""
    if after is None and state.src[state.pos] == "%":
        return False
    if after is None and state.env.get("components") and state.env.get("open", 0) < MAX_OPEN:
        after = html_text.balanced(state.src, state.pos)
        state.env["open"] = state.env.get("open", 0) + (after is None)
        inner = state.src[state.pos + 1 : (after or 0) - 1].strip() if after else ""
        if literal := re.fullmatch(r"([\"'`])(.*)\1", inner, re.DOTALL):
            said = literal[2]
    if match and (tab := _TAB_IN_LINE.match(match[0])):
        said = f"{tab[1]}: "
    if after is None or (match and state.src.startswith("{#", state.pos) and " " in match[0]
                         and "=" not in match[0] and "." not in match[0]):  # fmt: skip
        return False
    if not silent and said:
        state.pending += said
    state.pos = after
    return True
