"""Documentation as plain Markdown, to be quoted: without HTML, badges and its generator's marks.

What comes out is still a stranger's text: whoever shows it renders it with HTML off.
"""

import re
from collections.abc import Sequence
from textwrap import dedent

_INLINE = "a|abbr|b|cite|code|del|em|font|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|u|var"
_BLOCK = (
    "br|blockquote|center|dd|details|div|dl|dt|figcaption|figure|footer|h[1-6]|header|hr|iframe|"
    "img|li|nav|ol|p|picture|pre|section|source|summary|svg|table|tbody|td|tfoot|th|thead|tr|ul|"
    "video"
)
_TARGET = r"(?:\([^()\n]*\)|\[[^\[\]\n]*\])"
_MARKS = re.compile(
    rf"""(?xmsi)
    (?P<code> ^[ \t>]*(?P<fence>`{{3,}}|~{{3,}}).*?(?:^[ \t>]*(?P=fence)[`~]*[ \t]*$|\Z)
      | (?P<tick>`+)(?!`).{{1,300}}?(?<!`)(?P=tick)(?!`) )
    | <!--.*?(?:-->|\Z) | <(?P<hidden>script|style)\b.*?(?:</(?P=hidden)\s*>|\Z)
    | (?P<first> ^[ \t]*(?:</?(?:{_BLOCK}|{_INLINE})(?=[\s/>])[^<>]*>[ \t]*)+ )
    | (?P<block> </?(?:{_BLOCK})(?=[\s/>])[^<>]*> ) | </?(?:{_INLINE})(?=[\s/>])[^<>]*>
    | ^[ ]{{0,3}}\[[^\]\n]+\]:[ \t]+\S+(?:[ \t]+["'(][^\n]*)?[ \t]*$  # where a link leads
    | \[!\[[^\]\n]*\]{_TARGET}\]{_TARGET}? | !\[[^\]\n]*\]\[[^\]\n]*\]  # badges
    | (?<![\w\]\\])\[(?P<label>[^\[\]\n]+)\]\[[^\[\]\n]*\]  # a link to such a place
    | ^[ \t]*(?::{{3,}}|/{{3,}})[^\n]*$  # admonitions
    | ^[ \t]*\{{[*!][^\n]*[*!]\}}[ \t]*$  # includes
    | (?<=\))\{{[^{{}}\n]*\}}  # a picture's size
    | ^[ \t]*-*8<-*[ \t][^\n]*$ | \{{\{{[<%].*?[%>]\}}\}} | [ \t]*\{{[#.:][^{{}}\n]*\}}[ \t]*$
    """
)
_PICTURE = re.compile(rf"!\[[^\]\n]*\]{_TARGET}")
_CONTENTS = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+\[[^\n]*\]\(#[^)\n]*\)\s*")
_FENCE = re.compile(r"^([ ]{0,3})(`{3,}|~{3,})[ \t]*(\S?).*$", re.MULTILINE)
_CLOSING = re.compile(r"\S[^\n]*\n[ ]{0,3}(`{3,}|~{3,})[ \t]*(?:\n[ \t]*(?:\n|\Z)|\Z)")


def markdown(text: str) -> str:
    """`text` without what only a generator or a browser reads. Code stays as it is."""
    return _MARKS.sub(_said, _fenced(text))


def says_something(block: str) -> bool:
    """Is there a word in this block that is no picture's, and is it no table of contents?"""
    if not re.search(r"\w", _PICTURE.sub("", block)):
        return False
    return not all(_CONTENTS.fullmatch(line) for line in block.splitlines())


def _said(match: re.Match[str]) -> str:
    if "</summary" in (match["first"] or match["block"] or ""):
        return ":"  # what it opens goes with it
    return match["code"] or match["label"] or (" " if match["block"] else "")


def _fenced(text: str) -> str:
    """`text` with the fences that it was cut in opened and closed, and the cuts shown."""
    matches = list(_FENCE.finditer(text))
    if not matches:
        return text
    fences = [(match[2], not match[3]) for match in matches]
    left, is_wrong = _left_open(fences)
    first, is_bare = fences[0]
    closing = _CLOSING.search(text)
    ends_code = closing is not None and closing.end(1) == matches[0].end(2)
    if is_bare and (is_wrong or (left and ends_code)):
        text = f"{first}\n…\n{text}"
        left, _ = _left_open([(first, True), *fences])
    indent = matches[-1][1]  # inside a list, only there does a fence close what one there opened
    return f"{text}\n{indent}…\n{indent}{left}\n" if left else text


def _left_open(fences: Sequence[tuple[str, bool]]) -> tuple[str, bool]:
    """The fence that is open at the end, and whether one seemed to close that names a language."""
    left, is_wrong = "", False
    for ticks, is_bare in fences:
        if not left:
            left = ticks
        elif ticks.startswith(left):
            is_wrong = is_wrong or not is_bare
            left = "" if is_bare else left
    return left, is_wrong


_DIRECTIVE = re.compile(
    r"(?P<indent> *)\.\.(?: (?:(?P<name>[\w:+-]+)::(?: +(?P<argument>.*))?.*)?|$)"
)
_CODE = frozenset(("code", "code-block", "sourcecode", "highlight", "parsed-literal", "prompt"))
_NOTES = {
    "versionadded": "New in version {}.", "versionchanged": "Changed in version {}.",
    "deprecated": "Deprecated since version {}.",
} | dict.fromkeys(
    ("note", "warning", "tip", "hint", "important", "caution", "attention", "danger", "seealso",
     "admonition", "rubric", "topic"), "{}"
)  # fmt: skip
_OPTION = re.compile(r" *:[\w-]+:")
_TITLE = re.compile(r"^(\S.*)\n([=\-~^\"'`#*+.:_])\2{2,}[ \t]*$", re.MULTILINE)
_OVERLINE = re.compile(r"^([=\-~^\"'`#*+.:_])\1{2,}[ \t]*\n(?=.*\n\1{3,}[ \t]*$)", re.MULTILINE)
_ROLES = re.compile(
    r"(?P<code>``.+?``)|:(?P<role>[\w:+-]+):`~?(?P<said>[^`<]+?)(?:\s*<[^`>]*>)?`"
    r"|`(?P<label>[^`<]+?)\s*<(?P<address>[^`>\s]+)>`__?|`(?P<name>[^`\n]+)`__?(?!\w)"
)
_PROSE_ROLES = frozenset(("doc", "ref", "term", "guilabel", "menuselection", "download", "abbr"))


def restructured(text: str) -> str:
    """reStructuredText as Markdown; of directives, code and notes only."""
    lines = _TITLE.sub(r"# \1", _OVERLINE.sub("", text)).splitlines()
    written: list[str] = []
    said: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        directive = _DIRECTIVE.match(line)
        announces = not directive and line.rstrip().endswith("::")
        if not directive:
            said.append(re.sub(r"\s*::$", "" if line.strip() == "::" else ":", line.rstrip()))
        if not directive and not announces and line.strip():
            continue
        written.append(_paragraph(said))
        said = []
        if not directive and not announces:
            continue
        indent = len(line) - len(line.lstrip())
        end = at
        while end < len(lines) and (
            not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > indent
        ):
            end += 1
        body, at = lines[at:end], end
        if announces:
            written.append(_code_block(body, "", indent))
        elif directive and (name := directive["name"]):
            argument = directive["argument"] or ""
            while body and _OPTION.match(body[0]):
                body.pop(0)
            if name in _CODE:
                written.append(_code_block(body, argument, indent))
            elif name in _NOTES:
                told = _NOTES[name].format(_ROLES.sub(_role, argument))
                note = restructured(dedent("\n".join(body)))
                written.append(f"\n{told}\n\n{note}\n")
    return "\n".join([*written, _paragraph(said)])


def _paragraph(lines: Sequence[str]) -> str:
    if lines and lines[0].lstrip().startswith(">>> "):
        return _code_block(lines, "pycon", 0)
    return _ROLES.sub(_role, "\n".join(lines))


def _code_block(body: Sequence[str], language: str, indent: int) -> str:
    code = dedent("\n".join(body)).strip("\n")
    fence = max(("```", *(f"{ticks}`" for ticks in re.findall("`{3,}", code))), key=len)
    block = f"{fence}{language.strip()}\n{code}\n{fence}" if code else ""
    return "\n" + "\n".join(" " * indent + line for line in block.splitlines()) + "\n"


def _role(match: re.Match[str]) -> str:
    if match["code"]:
        return match["code"]
    if match["role"]:
        said = match["said"].strip().lstrip(".")
        if match["role"] in _PROSE_ROLES:
            return said
        is_short = match[0].removeprefix(f":{match['role']}:").startswith("`~")
        return f"`{said.rpartition('.')[2] if is_short else said}`"
    if match["label"]:
        return f"[{match['label']}]({match['address']})"
    return match["name"]
