"""Code in Markdown as its page shows it."""

import re

from hyperrun.search.parsing import commonmark
from hyperrun.search.parsing.includes import language_of
from hyperrun.search.parsing.markdown import snippets, svelte_code, twoslash
from hyperrun.search.parsing.markdown.reading import Reading
from hyperrun.search.parsing.markdown.text import HIDDEN_RUST, without_escapes
from hyperrun.search.parsing.mdx import package_managers

_ANNOTATION = re.compile(
    r"\s*(?:(?P<jsx>\{/\*(?=[^*]*\*/\}))|//|#|--|/\*|<!--|%)\s*\[!code (?P<told>[^\]]*)\]"
    r"(?(jsx)\s*\*/\}|(?:\s*(?:\*/|-->))?)"
)
_REMOVED = re.compile(r"--(?::(?P<lines>\d{1,4}))?")
# Numbers of what a list below says: Material's `# (1)!` and Quarto's `# <1>`.
_BUBBLE = re.compile(
    r"(?P<mark>(?://|#|--|/\*|<!--|%|;)\s*)(?:\((?P<number>\d+)\)!|<(?P<quarto>\d+)>)"
    r"(?=\s*(?:(?:\*/|-->)\s*)?$)"
)
# What markdown-exec runs, of which a page shows what it prints, and itself where it is asked to.
_RUN_BY_MARKDOWN_EXEC = re.compile(
    r"(?=.*\sexec=(?![\"']?(?:no|off|false|0|)[\"']?(?:\s|$)))(?!.*\ssource=)", re.IGNORECASE
)
_SHOWN_CELL = re.compile(r"^(\s*(?:`{3,}|~{3,})\s*)\{(\{[^{}]+\})\}")  # of a cell that is not run
_FOR_COMPILER = re.compile(r"(?m)^[ \t]*// @(?:errors|noErrors)\b")
# Sites that run Twoslash on every block do not say so on each.
_CUT = re.compile(r"(?m)^[ \t]*//[ \t]*-{3,}cut(?:-before|-after|-start)?-{3,}[ \t]*$")
_RUN_BY_TWOSLASH = frozenset(("ts", "tsx", "typescript", "js", "jsx", "javascript"))
_BRACED = re.compile(r"\{([\w:+-]+)\}\s*(.*)")
_HIGHLIGHT = re.compile(r"\s*(?://|#|/\*|\{/\*|<!--|--)\s*highlight-(?:next-line|start|end)\b.*")
_CELL_OPTION = re.compile(r"^\s*(?:##?\s?\||//\||#%%|%%\|)(.*)$")
_HIDDEN_CELL = re.compile(
    r"\b(?i:echo|include)\s*[:=]\s*(?:(?i:false)\b|F\b)|hide_input|\bhide\b|default_exp|\bhide_line\b"
)
_HIDDEN_CHUNK = re.compile(
    r"\{\w+\b[^{}]*[ ,](?:(?:echo|include)[ ]*=[ ]*(?:FALSE|F)\b|nbsphinx=\"?hidden\b"
    r"|tags=c\([^)]{,200}\bremove[-_](?:cell|input)\b)"
)
# What Documenter.jl runs, and what it puts other things in the place of.
_RUN_BY_DOCUMENTER = frozenset(("jldoctest", "@example", "@repl", "@ansi"))
_STEERS_DOCUMENTER = frozenset((
    "@docs", "@autodocs", "@meta", "@index", "@contents", "@setup", "@eval", "@raw",
))  # fmt: skip
_LANGUAGES = frozenset((
    "python", "r", "julia", "bash", "sh", "ojs", "sql", "js", "javascript", "typescript", "rust",
    "html", "css", "stata", "sas", "cpp", "c", "go", "java", "yaml", "json", "toml", "console",
    "python3", "pyodide", "webr", "shell", "ruby", "perl", "observable", "tikz", "octave", "text",
))  # fmt: skip


# What Expressive Code marks in the code: `'title="So"'`, `ins="a"`, `/a.+/`.
_MARKED = re.compile(
    r"(?<=\s)(?:(?:ins|del|mark|collapse)=)?(?:\"[^\"]*\"|'[^']*'|/(?:\\.|[^/\\])+/)(?=\s|$)"
)
MAX_INFO_CHARS = 1_000  # of a fence's first line, for its title
_STEERS = re.compile(
    r"[\w-]+=(?:\"[^\"]*\"|'[^']*'|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|\S+)|\{[^{}]*\}"
)
_FLAGS = frozenset((
    "lines", "wrap", "expandable", "twoslash", "copy", "nocopy", "showLineNumbers", "ignore",
))  # fmt: skip


def directive(info: str) -> tuple[str, str] | None:
    """Name and argument of MyST's directive that a fence or a container opens; None for others."""
    braced = _BRACED.match(info)
    if braced is None or _language(braced[1].lower()) in _LANGUAGES:
        return None
    return braced[1].lower(), braced[2]


def _language(name: str) -> str:
    """What a cell is written in: `python` of `shinylive-python`, which is run in the page."""
    last = name.rpartition("-")[2]
    return last if last in ("python", "r") else name


def fence(document: Reading, code: str, info: str) -> str:
    """A fence's code under its title, without what steers a cell; "" where that hides it."""
    info = info.strip()
    braced = _BRACED.match(info)
    if info.startswith("{=") or info.startswith("{raw"):
        return ""
    if _RUN_BY_MARKDOWN_EXEC.match(info[:MAX_INFO_CHARS]):
        return ""
    if _HIDDEN_CHUNK.match(info[:MAX_INFO_CHARS]):
        return ""
    if info.lower() in ("math", "latex {math}"):
        return f"$$\n{code.strip()}\n$$"
    name = re.split(r"[\s;]", info, maxsplit=1)[0]
    if name in _STEERS_DOCUMENTER:
        return ""
    info = "julia" if name in _RUN_BY_DOCUMENTER else info
    if "npm2yarn" in info.split():
        return _package_managers(document, code, info.split()[0])
    language, title = _told(info)
    if not title and document.place is not None and document.place.titles_fences:
        title = _named(info)
    code = without_escapes(code)
    if document.is_svelte:
        code, file = svelte_code.shown(code, language)
        title = title or file
    elif _is_run_by_twoslash(info, code):
        code = twoslash.shown(code)
    if language.startswith("{") or braced or (info.startswith("{") and "=" not in info):
        language = _language(language.strip("{}"))
    kept = []
    # Code with fences of its own shows how a cell is written.
    is_cell = bool(braced) or (
        language in ("python", "r", "julia", "ojs", "") and "```" not in code
    )  # fmt: skip
    for line in code.splitlines():
        option = _CELL_OPTION.match(line)
        if option and is_cell:
            if _HIDDEN_CELL.search(option[1]):
                return ""
            continue
        kept.append(line)
    shown = as_shown(document, "\n".join(kept), language)
    return commonmark.titled(commonmark.escaped(title), shown) if shown else ""


def _is_run_by_twoslash(info: str, code: str) -> bool:
    """Does a fence say so, or its code?"""
    words = re.split(r"[\s;]", info)
    if "twoslash" in words or _FOR_COMPILER.search(code):
        return True
    return words[0] in _RUN_BY_TWOSLASH and bool(_CUT.search(code))


def _package_managers(document: Reading, code: str, language: str) -> str:
    tabs = package_managers.shown(code.rstrip("\n"), document.place)
    return "\n\n".join(
        commonmark.titled(name, commonmark.fence(said, language)) for name, said in tabs
    )


def as_shown(document: Reading, code: str, language: str) -> str:
    """Code as its page shows it: what it includes in it, what steers it out of it."""
    lines: list[str] = []
    shown_language = ""
    for line in _annotated(code) if "[!code" in code else code.splitlines():
        if match := snippets.LINE.fullmatch(line):
            shown = snippets.of_line(document.place, match)
            if shown is not None:
                indent = line[: len(line) - len(line.lstrip())]
                lines += [f"{indent}{each}" for each in shown.code.splitlines()]
                document.includes += shown.includes
                shown_language = language_of(shown.file)
                continue
            if match["liquid"] is None and match["marked"] is None:
                continue
        if _HIGHLIGHT.fullmatch(line):
            continue
        if language == "rust" and HIDDEN_RUST.match(line):
            continue  # hidden in a book
        line = re.sub(r"^(\s*);(-+8<-+)", r"\1\2", line)
        line = _SHOWN_CELL.sub(r"\1\2", line)
        lines.append(line)
    lines = [
        _BUBBLE.sub(lambda match: f"{match['mark']}({match['number'] or match['quarto']})", line)
        if ")!" in line or ">" in line else line
        for line in lines
    ]  # fmt: skip
    return commonmark.fence("\n".join(lines), language or shown_language)


def _annotated(code: str) -> list[str]:
    """The lines of code without Shiki's notes, and without those that they tell to have been
    removed, which no reader copies; these stay where nothing else would."""
    kept: list[str] = []
    removed: list[str] = []
    left = 0
    for line in code.splitlines():
        note = _ANNOTATION.search(line) if "[!code" in line else None
        rest = _ANNOTATION.sub("", line) if note else line
        if note and (told := _REMOVED.fullmatch(note["told"].strip())):
            left = int(told["lines"] or 1)
        if note and not rest.strip():
            continue  # it stands above what it is about
        (removed if left > 0 else kept).append(rest)
        left -= 1
    return kept if any(line.strip() for line in kept) else removed


def _named(info: str) -> str:
    """The words behind a fence's language that steer nothing, as Mintlify shows them."""
    words = _STEERS.sub(" ", info[:MAX_INFO_CHARS].partition(" ")[2]).split()
    return " ".join(each for each in words if each not in _FLAGS)


def _told(info: str) -> tuple[str, str]:
    """A fence's language, and the title that stands above it."""
    info = _MARKED.sub("", info)
    titled = re.search(
        r"(?:title|filename|name|file|tab)=(?:\"([^\"]*)\"|'([^']*)'|([^\s}]+))", info
    )
    title = next(filter(None, titled.groups()), "") if titled else ""
    if not title and (label := re.search(r"(?:^|\s)\[(.+)\]", info)):
        title = re.sub(r"~[^~]*~$|\\+(?=[\[\]])", "", label[1])
    bare = re.sub(r"(?:[\w-]+=(?:\"[^\"]*\"|'[^']*'|\S+))", "", info)
    match = re.match(r"[{\s]*\.?([\w+#-]+)", bare)
    language = match[1] if match and not re.match(r"\{?\s*#", bare) else ""
    language = language.removesuffix("-vue")  # whose values VitePress fills in
    return ("" if language.isdigit() else language), title
