"""Code to HTML with classes for its colours, and the style sheet that gives them."""

import re
from collections.abc import Iterator, MutableMapping
from functools import cache
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.lexer import Lexer

# Languages we highlight, by what people write after the fence. Anything else stays plain: looking
# up an unknown name makes pygments search the installed packages for plug-ins.
LANGUAGES = {
    "python": "python", "py": "python", "python3": "python", "ipython": "python",
    "pycon": "pycon", "py3": "python", "pyi": "python",
    "javascript": "javascript", "js": "javascript", "mjs": "javascript", "jsx": "javascript",
    "typescript": "typescript", "ts": "typescript", "tsx": "typescript",
    "json": "json", "jsonc": "json", "json5": "json", "yaml": "yaml", "yml": "yaml",
    "toml": "toml", "ini": "ini", "cfg": "ini", "env": "ini", "dotenv": "ini",
    "bash": "bash", "sh": "bash", "shell": "bash", "zsh": "bash",
    "console": "console", "shell-session": "console", "powershell": "powershell",
    "html": "html", "htm": "html", "xml": "xml", "svg": "xml", "css": "css", "scss": "scss",
    "sql": "sql", "sqlite": "sql", "rust": "rust", "rs": "rust", "go": "go", "golang": "go",
    "java": "java", "kotlin": "kotlin", "swift": "swift", "c": "c", "h": "c", "cpp": "cpp",
    "c++": "cpp", "hpp": "cpp", "csharp": "csharp", "cs": "csharp", "c#": "csharp",
    "ruby": "ruby", "rb": "ruby", "r": "r", "julia": "julia", "php": "php",
    "diff": "diff", "patch": "diff", "dockerfile": "docker", "docker": "docker",
    "makefile": "make", "make": "make", "nginx": "nginx", "jinja": "jinja",
    "markdown": "markdown", "md": "markdown", "rst": "rst", "tex": "tex", "latex": "tex",
    "text": "text", "txt": "text", "plain": "text", "plaintext": "text", "": "",
}  # fmt: skip
CODE_CLASSES = frozenset(f"language-{name}" for name in LANGUAGES.values() if name)

# A class for each kind of token that is given a colour, on a light and on a dark ground. Every
# colour keeps a contrast of at least 4.5 to 1 with white and with black-blue code grounds.
_COLOURS = {
    "k": ("#8b1a5c", "#ff8ab4"),  # keywords
    "s": ("#0a5c2e", "#8fd6a0"),  # strings
    "c": ("#5a6270", "#a3acb8"),  # comments
    "m": ("#8a3b00", "#f0b072"),  # numbers and constants
    "f": ("#1d4fb8", "#8fb8ff"),  # names of functions
    "t": ("#6a2fb0", "#c9a6ff"),  # names of classes, tags and types
    "b": ("#00606b", "#7fd3dc"),  # built-in names
    "a": ("#7a4b00", "#e3c27a"),  # attributes and decorators
    "gd": ("#a11212", "#ff9a94"),  # a line taken away
    "gi": ("#0a5c2e", "#8fd6a0"),  # a line added
}
CLASSES = frozenset(_COLOURS)

_TOKENS = {
    "Keyword.Constant": "m", "Keyword": "k", "Operator.Word": "k",
    "Literal.String.Doc": "c", "Literal.String": "s", "Comment": "c", "Literal.Number": "m",
    "Name.Function": "f", "Name.Class": "t", "Name.Tag": "t", "Keyword.Type": "t",
    "Name.Exception": "t", "Name.Builtin": "b", "Name.Constant": "m", "Name.Decorator": "a",
    "Name.Attribute": "a", "Generic.Deleted": "gd", "Generic.Inserted": "gi",
    "Generic.Heading": "t", "Generic.Subheading": "t", "Generic.Prompt": "c",
    "Generic.Output": "c",
}  # fmt: skip

# Long code is highlighted in pieces, each as if it began anew: no single call takes long, and a
# block that streams is never highlighted all at once at its end.
PIECE_CHARS = 1_500
# Some lexers take the square of a line's length; what has such lines is minified, or meant to harm.
LINE_CHARS = 400
_BORDER = re.compile(r"\n\n(?=\S)")


def language_of(info: str) -> str:
    """Our name of the language that a fence's info string begins with; "" where we have none."""
    words = info.split(maxsplit=1)
    return LANGUAGES.get(words[0].strip("{}.").lower(), "") if words else ""


def pieces(code: str, *, complete: bool = True) -> Iterator[str]:
    """`code` in the pieces it is highlighted by; joined they are `code`.

    With `complete` False only those that no further text can change.
    """
    start = 0
    while len(code) - start >= 2 * PIECE_CHARS:
        earliest, latest = start + PIECE_CHARS, start + 2 * PIECE_CHARS
        border = _BORDER.search(code, earliest, latest)
        end = border.end() if border else code.find("\n", earliest, latest) + 1 or latest
        yield code[start:end]
        start = end
    if complete and start < len(code):
        yield code[start:]


def highlight(code: str, language: str, known: MutableMapping[str, str] | None = None) -> str:
    """HTML of `code`: escaped text in `<span class=…>` of CLASSES. `known` keeps pieces' HTML."""
    if not language or language == "text":
        return escape(code, quote=False)
    if known is None:
        known = {}
    html = []
    for piece in pieces(code):
        if piece not in known:
            known[piece] = _spans(piece, _lexer(language))
        html.append(known[piece])
    return "".join(html)


def _spans(code: str, lexer: "Lexer") -> str:
    if any(len(line) > LINE_CHARS for line in code.split("\n")):
        return escape(code, quote=False)
    parts: list[str] = []
    pending, css = "", ""  # neighbours of one class share a span
    left = len(code)
    # Some lexers lose a last line without an end.
    for _, kind, value in lexer.get_tokens_unprocessed(
        code if code.endswith("\n") else f"{code}\n"
    ):
        value = value[:left]
        left -= len(value)
        found = _class(kind)
        if found == css or value.isspace():
            pending += value
            continue
        parts.append(_span(pending, css))
        pending, css = value, found
    parts.append(_span(pending, css))
    return "".join(parts)


def _span(text: str, css: str) -> str:
    text = escape(text, quote=False)
    return f'<span class="{css}">{text}</span>' if css and text else text


@cache
def _class(kind: object) -> str:
    name = str(kind).removeprefix("Token.")
    while name:
        if name in _TOKENS:
            return _TOKENS[name]
        name = name.rpartition(".")[0]
    return ""


@cache
def _lexer(language: str) -> "Lexer":
    from pygments.lexers import get_lexer_by_name

    return get_lexer_by_name(language, stripnl=False, ensurenl=False)


def warm() -> None:
    """Load what the first code block would otherwise wait for; call it in a thread."""
    for language in ("python", "bash", "javascript", "json", "yaml"):
        highlight("x", language)


def highlight_css() -> str:
    """The style sheet of CLASSES inside `.code`, light and dark.

    Dark is `data-theme="dark"` on a parent, or the reader's system where no theme is set.
    """
    light = "".join(f".code .{name}{{color:{light}}}" for name, (light, _) in _COLOURS.items())

    def dark(scope: str) -> str:
        return "".join(
            f"{scope} .code .{name}{{color:{dark}}}" for name, (_, dark) in _COLOURS.items()
        )

    return (
        f"{light}.code .c{{font-style:italic}}{dark('[data-theme=dark]')}"
        f"@media(prefers-color-scheme:dark){{{dark(':root:not([data-theme])')}}}"
    )
