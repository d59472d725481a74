"""Text without marks, taken past the Markdown parser's rules.

Most paragraphs begin with a letter, and many hold no mark at all; each rule that looks at them
costs. What these two give is what the rules would have given, as the tests compare.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore

_MARKS = re.compile(r"[\\`~*_\[<&${]|:::|:[bh]r\b| {2}\n")
_LINE_END = re.compile(r"(?:(?<![ \t])[ \t]+)?\n[ \t]*")
_MODULE = ("import", "export")


def use(markup: "MarkdownIt") -> None:
    """Have `markup` take plain text first. Its own rules must open no block by a letter."""
    markup.block.ruler.before("table", "plain", _paragraph)
    markup.core.ruler.at("inline", _inline)


def _paragraph(state: "StateBlock", start: int, end: int, silent: bool) -> bool:
    """A paragraph whose lines all begin with letters, which no other rule takes for its own."""
    if silent or state.sCount[start] - state.blkIndent >= 4:
        return False
    source, after = state.src, start
    while after < end:
        first = state.bMarks[after] + state.tShift[after]
        if first >= state.eMarks[after]:
            break
        if not source[first].isalpha() or state.sCount[after] < state.blkIndent:
            return False
        after += 1
    if source.startswith(_MODULE, state.bMarks[start] + state.tShift[start]):
        return False
    if after + 1 < end and source[state.bMarks[after + 1] + state.tShift[after + 1]] in ":~":
        return False  # it may be a term, defined below
    token = state.push("paragraph_open", "p", 1)
    token.map = [start, after]
    token = state.push("inline", "", 0)
    token.content = state.getLines(start, after, state.blkIndent, False).strip()
    token.map = [start, after]
    token.children = []
    state.push("paragraph_close", "p", -1)
    state.line = after
    return True


def _inline(state: "StateCore") -> None:
    """What stands in lines; without a mark it is one text."""
    from markdown_it.token import Token

    for token in state.tokens:
        if token.type != "inline":
            continue
        token.children = []
        if _MARKS.search(token.content):
            state.md.inline.parse(token.content, state.md, state.env, token.children)
        elif token.content:
            text = _LINE_END.sub(" ", token.content) if "\n" in token.content else token.content
            token.children.append(Token("text", "", 0, content=text))
