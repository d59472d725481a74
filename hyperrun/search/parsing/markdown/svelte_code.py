"""Code as Svelte's documentation writes it: under the name of its file, a change marked in it."""

import re

from hyperrun.search.parsing.markdown import twoslash

_TOLD = re.compile(r"[ \t]*(?:///|###|<!---)[ \t]*(?P<key>file|link|copy):(?P<value>.*)")
_WRITTEN = re.compile(
    r"(?m)^[> \t]*(?:(?:///|<!---)[ \t]*(?:file|link|copy):[ \t]*\S|\+\+\+[^+\n]+\+\+\+$)"
)
_TAKEN_OUT = re.compile(
    r"^[ \t]*---(?!-)[^\n]*?(?<!-)---[ \t]*\n|---(?!-).*?(?<!-)---", re.MULTILINE | re.DOTALL
)
_OWN_DASHES = frozenset(("yaml", "yml", "toml", "md", "markdown", "diff", "ini", "text", ""))
_OWN_PLUSES = frozenset(("diff", "toml", "md", "markdown"))


def is_in(text: str) -> bool:
    """Is there code in a document that is written so?"""
    return bool(_WRITTEN.search(text))


def shown(code: str, language: str) -> tuple[str, str]:
    """The code as its page shows it after the change, and its file's name, "" for none."""
    title = ""
    kept = []
    for line in code.splitlines():
        if told := _TOLD.match(line):
            value = told["value"].rstrip().removesuffix("--->").strip()
            title = value if told["key"] == "file" else title
        else:
            kept.append(line)
    code = twoslash.shown("\n".join(kept))
    if language not in _OWN_DASHES and not code.count("---") % 2:
        code = _TAKEN_OUT.sub("", code + "\n").rstrip("\n")
    if language not in _OWN_PLUSES and not code.count("+++") % 2:
        code = re.sub(r"(?m)^\+\+\+(?=[ \t])", "   ", code).replace("+++", "")
    return code.strip("\n"), title
