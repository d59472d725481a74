"""Maths in Markdown: `$…$`, `$$…$$`, `\\(…\\)` and `\\[…\\]`, made MathML on the server."""

import re
from functools import cache, lru_cache
from html import escape
from typing import TYPE_CHECKING

import nh3

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

MAX_CHARS = 2_000  # of one formula; longer ones are shown as code

# Presentation MathML without what refers elsewhere, embeds HTML or acts.
TAGS = frozenset({
    "math", "semantics", "annotation", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace",
    "msup", "msub", "msubsup", "munder", "mover", "munderover", "mfrac", "msqrt", "mroot",
    "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose",
})  # fmt: skip
ATTRIBUTES = {
    "math": {"display", "tabindex"},
    "annotation": {"encoding"},
    "mi": {"mathvariant"},
    "mn": {"mathvariant"},
    "mo": {"stretchy", "fence", "form", "separator", "minsize", "maxsize", "lspace", "rspace"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mfrac": {"linethickness"},
    "mspace": {"width", "linebreak"},
    "mtable": {"columnalign", "rowspacing", "columnspacing", "displaystyle", "columnlines"},
    "mstyle": {"displaystyle", "scriptlevel", "mathvariant"},
    "menclose": {"notation"},
}

# An opening dollar touches what follows and a closing one what precedes it; prices ("$5 and $6")
# and shell variables ("$HOME/bin:$PATH") are not maths.
_DOLLARS = re.compile(
    r"\$\$(?P<double>[^$]+)\$\$|(?<![\w$])\$(?P<single>(?![\s$])(?:\\.|[^$\\])*?[^\s\\$])\$(?![\w$])",
    re.DOTALL,
)
_BRACKETS = re.compile(r"\\\((?P<single>.+?)\\\)|\\\[(?P<double>.+?)\\\]", re.DOTALL)
_IN_BRACKETS = re.compile(r"\\\[[^\[\]\\\w]*+\w[^\[\]\\]*+\]")  # "\[1]", which is prose


def add_maths(parser: "MarkdownIt") -> None:
    """Teach `parser` the tokens `math_inline` and `math_block`.

    `content` is the TeX; `markup` is "$$" where it is to be displayed on its own line. A block
    that its closing mark has not ended runs to the next blank line or the end, and `meta["closed"]`
    is False.
    """
    parser.inline.ruler.before("escape", "math_inline", _inline_rule)
    parser.block.ruler.before(
        "fence", "math_block", _block_rule, {"alt": ["paragraph", "blockquote", "list"]}
    )


def _inline_rule(state: "StateInline", silent: bool) -> bool:
    start = state.src[state.pos]
    if start == "$":
        match = _DOLLARS.match(state.src, state.pos)
    elif start == "\\" and state.src[state.pos + 1 : state.pos + 2] in ("(", "["):
        match = _BRACKETS.match(state.src, state.pos)
    else:
        return False
    if match is None:
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content = (match["single"] or match["double"]).strip()
        token.markup = "$$" if match["double"] else "$"
    state.pos = match.end()
    return True


def _block_rule(state: "StateBlock", start_line: int, end_line: int, silent: bool) -> bool:
    # The rule matches as soon as the opening mark stands there, closed or not, because a text that
    # is still arriving must not turn from paragraphs into a formula afterwards.
    if state.is_code_block(start_line):
        return False
    first = _line(state, start_line).strip()
    if not first.startswith(("$$", "\\[")):
        return False
    closing = "$$" if first.startswith("$$") else "\\]"
    if closing in first[2:] and not first.endswith(closing):
        return False  # "$$x$$ and more" is a paragraph
    if _IN_BRACKETS.match(first) and not first.endswith(closing):
        return False
    if silent:
        return True
    lines = [first[2:]]
    line = start_line
    closed = len(first) >= 4 and first.endswith(closing)
    while not closed and line + 1 < end_line:
        following = _line(state, line + 1).strip()
        if not following or state.sCount[line + 1] < state.blkIndent:
            break
        line += 1
        lines.append(following)
        closed = following.endswith(closing)
    content = "\n".join(lines).strip()
    token = state.push("math_block", "math", 0)
    token.content = content.removesuffix(closing).strip() if closed else content
    token.markup = closing
    token.meta = {"closed": closed}
    token.map = [start_line, line + 1]
    state.line = line + 1
    return True


def _line(state: "StateBlock", line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def maths_to_html(tex: str, display: bool) -> str:
    """Safe MathML of `tex`, with the TeX as its annotation; where that fails, the TeX as code."""
    mathml = _mathml(tex, display) if len(tex) <= MAX_CHARS else None
    return mathml or f"<code>{escape(tex)}</code>"


@lru_cache(maxsize=128)
def _mathml(tex: str, display: bool) -> str | None:
    from latex2mathml.converter import convert

    # latex2mathml 3.81 copies what stands in \text{} unescaped into its output.
    source = tex.replace("<", r"\lt ").replace(">", r"\gt ")
    try:
        markup = convert(source, display="block" if display else "inline")
    except Exception:  # it has no common error class, and says so with IndexError too
        return None
    inner = re.sub(r"^<math[^>]*>|</math>$", "", _cleaner().clean(markup))
    attribute = ' display="block" tabindex="0"' if display else ""  # a wide one is scrolled by keys
    annotation = f'<annotation encoding="application/x-tex">{escape(tex, quote=False)}</annotation>'
    return f"<math{attribute}><semantics>{inner}{annotation}</semantics></math>"


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(tags=set(TAGS), attributes=ATTRIBUTES, link_rel=None)
