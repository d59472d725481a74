"""The words of a line of Markdown, without the marks that generators add to it."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from hyperrun.search.parsing import commonmark
from hyperrun.search.parsing.roles import role

if TYPE_CHECKING:
    from markdown_it.token import Token

_ICON = re.compile(
    r":(?:material|fontawesome|octicons|simple|twemoji|mdi|lucide|fa[srb]?|bi|gh)-[\w-]+:"
)
_SHORT_NAME = re.compile(r"(?<![\w:]):[a-z+-][a-z0-9_+-]{1,40}:(?![\w:])")
_MARKED = re.compile(r"==(?=\S)(.+?)(?<=\S)==|\^\^(?=\S)(.+?)(?<=\S)\^\^")
_KEYS = re.compile(r"\+\+([\w\"'\\ -]+(?:\+[\w\"'\\ -]+)*)\+\+")
_SCRIPT = re.compile(r"(?<=\w)[~^]([\w+-]{1,12})[~^]")
# PyMdown's and Rehype Pretty Code's; `ok({:ok})` is Elixir.
_LANGUAGE = re.compile(r"^#!\w+ |(?<=[\w)\]}>'\";])\{:\.?[a-z]{1,12}\}$")
_SHORTENED = re.compile(r"~~(?P<dot>\.?)(?P<name>[A-Za-z_][\w.]*)(?P<call>(?:\(\s*\))?)")
_ESCAPE = re.compile(r"(?<=\{\{[<%])/\*|\*/(?=[%>]\}\})")
_VERSION = re.compile(r"[v≥]?\d+(?:\.\d+){1,3}\+?")
HIDDEN_RUST = re.compile(r"\s*#(?: |$)")


def end_of(tokens: Sequence["Token"], at: int) -> int:
    """The index after the token that closes the one at `at`."""
    if tokens[at].nesting != 1:
        return at + 1
    level = tokens[at].level
    for after in range(at + 1, len(tokens)):
        if tokens[after].nesting == -1 and tokens[after].level == level:
            return after + 1
    return len(tokens)


def close_of(tokens: Sequence["Token"], at: int, name: str) -> int | None:
    """Where, from `at` on, a tag called `name` is closed; None where it is not."""
    for number in range(at, len(tokens)):
        tag = tokens[number].meta.get("tag") if tokens[number].type == "tag" else None
        if tag is not None and tag.closes and tag.name.lower() == name:
            return number
    return None


def plain_words(tokens: Iterable["Token"]) -> str:
    """The words of tokens as they stand, tags left out."""
    return "".join("\n" if each.type == "softbreak" else each.content for each in tokens
                   if each.type != "tag")  # fmt: skip


def words_of(tokens: Sequence["Token"]) -> str:
    """A heading's words, whatever they are made of."""
    said = ""
    for token in tokens:
        if token.type == "text":
            said += _without_marks(token.content)
        elif token.type in ("code_inline", "math_inline"):
            said += code_words(token.content)
        elif token.type == "myst_role":
            said += plain(role(token.meta["name"], token.content))
        elif token.type in ("softbreak", "hardbreak"):
            said += " "
    said = re.sub(r"\s+", " ", said).strip()
    if not said:  # a generator's hook writes the heading, from what a comment names
        named = [match[1] for token in tokens if token.type == "tag"
                 if (match := re.search(r"<!--.*?([\w.-]+)\s*-->", token.content))]  # fmt: skip
        said = " ".join(named)
    return said


def without_escapes(code: str) -> str:
    """Code in which Hugo shows shortcodes instead of running them: `{{</* tabs */>}}`."""
    return _ESCAPE.sub("", code) if "{{" in code else code


def code_words(code: str) -> str:
    """Code in a line without what marks its language, and a link that quartodoc is to shorten."""
    code = without_escapes(_LANGUAGE.sub("", code))
    if (short := _SHORTENED.fullmatch(code)) is None:
        return code
    return short["dot"] + short["name"].rpartition(".")[2] + short["call"]


def plain(markdown: str) -> str:
    """Markdown's words without its own marks."""
    return re.sub(r"\\(\W)", r"\1", re.sub(r"(?<!\\)[*`]|\[([^\]]*)\]\([^)]*\)", r"\1", markdown))


def _without_marks(text: str) -> str:
    if ":" in text:
        text = _ICON.sub("", text)
        if _SHORT_NAME.search(text):
            text = _with_emoji(text)
    if "==" in text or "^^" in text:
        text = _MARKED.sub(lambda match: match[1] or match[2], text)
    if "++" in text:
        text = _KEYS.sub(lambda match: "+".join(map(_key, match[1].split("+"))), text)
    return _SCRIPT.sub(r"\1", text) if "~" in text or "^" in text else text


def _with_emoji(text: str) -> str:
    """`:tada:` as the sign that GitHub and most generators show for it."""
    import emoji  # 20 ms that only documents with such names wait for

    return _SHORT_NAME.sub(lambda match: emoji.emojize(match[0], language="alias"), text)


def _key(name: str) -> str:
    name = name.strip("\"'")
    return name.capitalize() if len(name) > 1 else name.upper()


def inline_escaped(text: str) -> str:
    """Words of a document, as a line of Markdown that says them."""
    return commonmark.escaped(_without_marks(text))


def superscript(number: int) -> str:
    """A number as a footnote's mark."""
    return str(number).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def raised(words: str, above: bool) -> str:
    """What stands above or below the line behind a word: digits as the signs for them, a version in
    parentheses, anything else as it is."""
    if _VERSION.fullmatch(words):
        return f" ({words})"
    digits = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻" if above else "₀₁₂₃₄₅₆₇₈₉₊₋"
    is_number = re.fullmatch(r"[+-]?[0-9]{1,4}[+-]?", words)
    return words.translate(str.maketrans("0123456789+-", digits)) if is_number else words


def without_hidden(code: str) -> str:
    """Rust without the lines that a book hides."""
    return "\n".join(line for line in code.splitlines() if not HIDDEN_RUST.match(line))
