"""What a line of roff says: its fonts, its characters by their names."""

import re
from collections.abc import Callable, Sequence

from hyperrun.search.parsing import commonmark

TAG_MARKS = frozenset("•*-o·")
_NAMED = {
    "bu": "•", "aq": "'", "dq": '"', "em": "—", "en": "–", "lq": "“", "rq": "”", "oq": "‘",
    "cq": "’", "ha": "^", "ti": "~", "rs": "\\", "co": "©", "rg": "®", "mu": "×", "->": "→",
    "<-": "←", ">=": "≥", "<=": "≤", "ga": "`", "bv": "|", "hy": "-", "mi": "−", "at": "@",
    "lB": "[", "rB": "]", "lC": "{", "rC": "}", "Do": "$", "sh": "#", "sl": "/", "la": "⟨",
    "ra": "⟩", "deg": "°", "+-": "±", "R": "®", "Tm": "™", "char46": ".",
}  # fmt: skip
_ESCAPE = re.compile(
    r"\\(?:f(?P<font>\[[^\]]{0,99}\]|\([A-Z]{2}|.)"
    r"|\((?P<two>..)|\[(?P<long>[^\]]{1,99})\]"
    r"|\*(?:\((?P<string>..)|\[(?P<strings>[^\]]{1,99})\]|.)"
    r"|s(?:[-+]?\d{1,2}|\[[^\]]{0,99}\]|\([-+]?\d\d)|n(?:\(..|\[[^\]]{0,99}\]|.)|[mM]\[[^\]]{0,99}\]"
    r"|[hvwkobxlLDN]'[^']{0,99}'"
    r"|(?P<one>.))"
)
_ONES = {"e": "\\", "\\": "\\", "-": "-", ".": ".", "'": "'", "`": "`", "~": " ", " ": " ",
         "0": " ", "t": "\t", '"': '"'}  # fmt: skip
_FONTS = {
    "B": "B",
    "I": "I",
    "3": "B",
    "2": "I",
    "CW": "B",
    "CB": "B",
    "C": "B",
    "CR": "B",
    "BI": "B",
}
_MADE_OF = {"B": "B", "I": "I", "SB": "B", "SM": "R"}
_WORDS = re.compile(
    r"[A-Z][A-Za-z]*(?:[ \n/-][A-Za-z]+)*[:.]?"
)  # which stand out; else they are typed


def fonts_of(macro: str) -> Callable[[Sequence[str]], str] | None:
    """What makes a line of the arguments of `.B`, `.BR` and so on; None for any other macro."""
    if macro in _MADE_OF:
        return lambda arguments: f"\\f{_MADE_OF[macro]}{' '.join(arguments)}\\fR"
    if len(macro) == 2 and set(macro) <= set("BIR"):
        return lambda arguments: "".join(
            f"\\f{macro[at % 2]}{each}\\fR" for at, each in enumerate(arguments)
        )
    return None


def plain(line: str) -> str:
    """The words of a line, without its fonts."""
    return "".join(words for words, _ in _runs(line))


def said(line: str) -> str:
    """A line in CommonMark: what is typed as code, what it stands for in italics."""
    parts: list[str] = []
    for words, font in _runs(line):
        bare = words.strip()
        if font == "R" or not bare:
            parts.append(commonmark.escaped(words))
            continue
        before = words[: len(words) - len(words.lstrip())]
        after = words[len(words.rstrip()) :]
        if font == "I":
            made = f"*{commonmark.escaped(bare)}*"
        elif _WORDS.fullmatch(bare):
            made = commonmark.strong(bare)
        else:
            made = commonmark.code_span(bare)
        parts.append(f"{before}{made}{after}")
    return "".join(parts)


def _runs(line: str) -> list[tuple[str, str]]:
    """A line's words by their fonts: B, I or R."""
    runs: list[tuple[str, str]] = []
    font = before = "R"
    at = 0
    for match in _ESCAPE.finditer(line):
        _add(runs, line[at : match.start()], font)
        at = match.end()
        if match["font"]:
            name = match["font"].strip("[](")
            chosen = before if name == "P" or not name else _FONTS.get(name, "R")
            font, before = chosen, font
        else:
            _add(runs, _character(match), font)
    _add(runs, line[at:], font)
    return runs


def _add(runs: list[tuple[str, str]], words: str, font: str) -> None:
    if words and runs and runs[-1][1] == font:
        runs[-1] = (runs[-1][0] + words, font)
    elif words:
        runs.append((words, font))


def _character(match: re.Match[str]) -> str:
    name = match["two"] or match["long"] or match["string"] or match["strings"]
    if name:
        if re.fullmatch(r"u[0-9A-F]{4,6}", name):
            return chr(min(int(name[1:], 16), 0x10FFFF))
        return _NAMED.get(name, "")
    return _ONES.get(match["one"] or "", "")
