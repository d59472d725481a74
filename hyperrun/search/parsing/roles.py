"""What a role of MyST or reStructuredText says on its page."""

import re

from hyperrun.search.parsing import commonmark

_NAMED = re.compile(r"(?P<words>.*?)\s*<(?P<target>[^<>]*)>$", re.DOTALL)
_FILLED_IN = re.compile(r"(?<!\\)\{((?:[^{}\\]|\\.)+)\}")
_SHORT_MODULE = re.compile(r"^_[a-z]+\.(?=[A-Za-z])")  # as SQLAlchemy's family has for its own
_BRACE = re.compile(r"\\([{}\\])")
_WORD_ROLES = frozenset((
    "ref", "doc", "term", "guilabel", "menuselection", "download", "abbr", "numref", "sub", "sup",
    "subscript", "superscript", "emphasis", "strong", "rfc", "pep", "index", "eq", "dfn",
    "title-reference", "issue", "pr", "user", "gh", "cite", "footcite",
))  # fmt: skip
_OBJECT_ROLES = frozenset((
    "class", "func", "meth", "attr", "mod", "exc", "data", "obj", "const", "any", "type",
    "member", "py", "macro", "enum", "struct", "var", "decorator", "property", "setting", "c",
    "cpp", "confval", "paramref",
))  # fmt: skip

# Of these nothing in angle brackets is a target: `:program:`git clone <url>``.
_WHOLE_ROLES = frozenset((
    "kbd", "samp", "file", "command", "program", "literal", "code", "mimetype", "regexp", "makevar",
    "newsgroup", "manpage", "mailheader",
))  # fmt: skip
# A name, in a role that only the project knows: `:reqmeta:`download_timeout``.
_NAME = re.compile(r"-{0,2}[A-Za-z]\w*_\w+(?:\(\))?")


def role(name: str, content: str) -> str:
    """What a role of MyST or reStructuredText says: its words, or a name as code."""
    content = re.sub(r"\s+", " ", content).strip()
    short = name.rpartition(":")[2].lower()
    if short in ("math", "eq"):
        return f"${content}$"
    if short in ("raw", "raw-html", "index", "fa", "fas", "octicon", "material-regular", "far",
                 "iconify", "anchor", "fab"):  # fmt: skip
        return ""
    if short in ("pep", "rfc", "cve", "cwe"):
        number = content.partition("<")[0].strip() or content
        return commonmark.escaped(number if "<" in content else f"{short.upper()} {number}")
    named = _NAMED.fullmatch(content) if short not in _WHOLE_ROLES else None
    words = (named["words"] if named else content).lstrip("!")
    if short in ("issue", "pr", "ticket") and not named:
        return ", ".join(f"#{each.strip()}" for each in content.split(","))
    if short in _WORD_ROLES or short.startswith(("bdg", "badge")):
        if short in ("menuselection", "guilabel"):
            words = words.replace("-->", "▸").replace("&", "")
        if short == "abbr":
            words = content
            words = re.sub(r"\s*\(([^)]*)\)$", "", words)
        return commonmark.escaped(words)
    if not named and words.startswith("~"):
        words = words[1:].rpartition(".")[2] or words[1:]
    if (
        short in _WHOLE_ROLES or short in _OBJECT_ROLES or ":" in name
        or short in ("envvar", "option", "dfn", "keyword", "token", "default", "")
        or (not named and _NAME.fullmatch(words))
    ):  # fmt: skip
        if short in _OBJECT_ROLES and not named:
            words = _SHORT_MODULE.sub("", words.lstrip("."))
        if short in ("samp", "file"):  # what stands in braces is for a reader to fill in
            words = _BRACE.sub(r"\1", _FILLED_IN.sub(r"\1", words))
        if short in ("func", "meth") and not named and not words.endswith(")"):
            words += "()"
        return commonmark.code_span(words)
    return commonmark.escaped(words)
