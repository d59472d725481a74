"""Comments that document what stands below them: Rust's, Go's, JSDoc, Doxygen.

rustdoc and pkg.go.dev make the reference's pages of them; a crate's guide often is nothing else.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from textwrap import dedent

from hyperrun.files import read_text
from hyperrun.search.parsing import commonmark
from hyperrun.search.parsing.blocks import Block, sections
from hyperrun.search.parsing.chunk import Chunk
from hyperrun.search.parsing.code import comments, header_docs, jsdoc, other_languages
from hyperrun.search.parsing.includes import Place
from hyperrun.search.parsing.markdown import document as markdown

LEAST_LINES = 3  # that say anything; what is said in less is found with its code
MAX_SIGNATURE_LINES = 6
_SAYS = re.compile(r"[^\W_]")
# Folders of what no other program uses, and of what a build makes.
_NOT_OFFERED = re.compile(
    r"(^|/)(internal|tests?|testing|testdata|fixtures?|mocks?|spec|e2e|__\w+__|bench(es|marks?)?|"
    r"examples?|scripts|tools|dist|build|out|target)/"
)


@dataclass(frozen=True, slots=True)
class Doc:
    """What is said of something by the lines from `start` on: each of its source as Markdown, ""
    for one that says nothing. `code` is how that is called or declared."""

    name: str
    start: int
    lines: tuple[str, ...]
    code: str = ""


def chunks(text: str, suffix: str, stem: str, place: Place) -> list[Chunk]:
    """The sections of what is documented, and the definitions of the file."""
    lines = text.splitlines()
    language, docs_of = _READERS[suffix]
    defined = other_languages.chunks(text, suffix, stem)
    docs = list(docs_of(lines, defined, place))
    found = [chunk for doc in docs for chunk in _sections(doc, lines, language, place)]
    spans = [(doc.start, doc.start + len(doc.lines) - 1) for doc in docs if not doc.code]
    if spans:
        defined = other_languages.chunks(text, suffix, stem, spans)
    return sorted(found + defined, key=lambda chunk: chunk.start_line)


def is_for_readers(file: PurePosixPath, root: Path) -> bool:
    """Are a file's comments read by those who use the project? Of a program they tell its makers
    how it works, and its readers look elsewhere; so they do of what a library keeps to itself."""
    if _NOT_OFFERED.search(str(file)):
        return False
    if file.suffix in _HEADERS:
        return header_docs.is_public(file)
    if file.suffix in _OF_JAVASCRIPT:
        return jsdoc.is_library(file, root)
    if file.suffix == ".go":
        commands = root / "cmd"
        return not (
            (root / "main.go").exists()
            or (commands / "main.go").exists()
            or any(commands.glob("*/main.go"))
        )
    return not (
        (root / "src/main.rs").exists()
        or _PROGRAM.search(_manifest(root / "Cargo.toml"))
        or file.name == "main.rs"
        or ((crate := _crate(file)) and _is_program(root / crate))
    )


def _is_program(crate: Path) -> bool:
    return (crate / "src/main.rs").exists() and not (crate / "src/lib.rs").exists()


def _sections(doc: Doc, lines: Sequence[str], language: str, place: Place) -> list[Chunk]:
    blocks: list[Block] = []
    for block in markdown.Document(place).read("\n".join(doc.lines), doc.start - 1):
        level = block.level + 1 if block.level else 0  # below the name, which heads them all
        content = f"#{block.content}" if level else block.content
        content = re.sub(r"\A(```+)\n", rf"\1{language}\n", content)
        blocks.append(replace(block, level=level, content=content))
    head = f"# {commonmark.escaped(doc.name)}"
    if doc.code:
        head += f"\n\n{commonmark.fence(doc.code, language)}"
    return sections(
        [Block(doc.start, doc.start, head, 1, doc.name, doc.name), *blocks],
        lines, doc.name, language="markdown",
    )  # fmt: skip


def _is_enough(lines: Sequence[str]) -> bool:
    """Does a comment say more than its code shows?"""
    return sum(1 for line in lines if _SAYS.search(line)) >= LEAST_LINES


# Rust

_OUTER, _INNER = re.compile(r"\s*///(?!/) ?(.*)"), re.compile(r"\s*//! ?(.*)")
_HIDDEN = re.compile(r"#\[doc\(hidden\)\]")
_PROGRAM = re.compile(r"^[ \t]*\[\[bin\]\]|^[ \t]*default-run\b", re.MULTILINE)
_CRATE = re.compile(r"""^[ \t]*name\s*=\s*["']([\w-]+)["']""", re.MULTILINE)


def _rust(lines: Sequence[str], defined: Sequence[Chunk], place: Place) -> Iterator[Doc]:
    inner = [_INNER.match(line) for line in lines]
    start = next((at for at, each in enumerate(inner) if each), len(lines))
    end = start
    while end < len(lines) and (inner[end] or lines[end].startswith("#![doc")):
        end += 1
    said = [each[1] if each else "" for each in inner[start:end]]
    if any(map(_SAYS.search, said)):
        yield Doc(_module(place), start + 1, comments.of_rust(said))
    traits = {each.title for each in defined if each.kind == "trait"}
    for each in defined:
        if each.kind == "module" or not each.doc or _HIDDEN.search(each.doc):
            continue
        inside, _, name = each.title.rpartition(".")
        is_public = each.signature.lstrip().startswith("pub ") or inside in traits
        is_macro = each.kind == "macro" and "#[macro_export]" in each.doc
        comment = [_OUTER.match(line) for line in each.doc.splitlines()]
        said = [found[1] if found else "" for found in comment]
        if (is_public or is_macro) and _is_enough(said):
            holder = inside.partition("<")[0].replace(".", "::")
            called = f"{holder}::{name}" if holder and " for " not in inside else name
            yield Doc(
                f"{name}!" if is_macro else called, each.start_line, comments.of_rust(said),
                _signature(each),
            )  # fmt: skip


def _module(place: Place) -> str:
    """A file's module as `use` names it: `axum::extract::path`."""
    stem = place.file.stem
    own = [stem] if stem not in ("mod", "main", "lib") else []
    folder = _crate(place.file)
    if folder is None:
        return next(iter(own), place.file.parent.name or stem)
    named = _CRATE.search(_manifest(place.root / folder / "Cargo.toml"))
    crate = named[1].replace("-", "_") if named else folder.name or place.root.name
    inside = place.file.relative_to(folder).parts[1:-1]
    return "::".join([crate, *inside, *own])


def _crate(file: PurePosixPath) -> PurePosixPath | None:
    """The folder of the crate whose `src` holds a file."""
    folders = file.parts[:-1]
    if "src" not in folders:
        return None
    return PurePosixPath(*folders[: len(folders) - 1 - folders[::-1].index("src")])


def _manifest(file: Path) -> str:
    try:
        return read_text(file)
    except OSError:
        return ""


# Go

_GO_LINE = re.compile(r"\s*// ?(.*)")
_MADE, MADE_LINES = re.compile(r"// Code generated .* DO NOT EDIT\.$"), 40
_PACKAGE = re.compile(r"package\s+(\w+)")
_RECEIVER = re.compile(r"func\s*\(\s*(?:\w+\s+)?\*?(\w++)[^)]*+\)")
_DIRECTIVE = re.compile(r"\s*//(?:go:|[a-z]+:[a-z]|\s*\+build|export )")


def _go(lines: Sequence[str], defined: Sequence[Chunk], place: Place) -> Iterator[Doc]:
    is_made = any(_MADE.match(line) for line in lines[:MADE_LINES])
    if is_made or place.file.name.endswith("_test.go"):
        return
    at = next((at for at, line in enumerate(lines) if _PACKAGE.match(line)), 0)
    start, said = _above_package(lines[:at])
    found = _PACKAGE.match(lines[at]) if lines else None
    if found and found[1] != "main" and re.match(r"\s*Package ", "\n".join(said)):
        yield Doc(f"package {found[1]}", start + 1, comments.of_go(said))
    for each in defined:
        name = each.title.rpartition(".")[2]
        said = _go_said(each.doc.splitlines())
        if not name[:1].isupper() or not _is_enough(said):
            continue
        holder = _RECEIVER.match(each.signature)
        if holder and not holder[1][:1].isupper():
            continue
        called = f"{holder[1]}.{name}" if holder else each.title
        yield Doc(called, each.start_line, comments.of_go(said), _signature(each))


_BOUNDS = re.compile(r"^\s*/\*+ ?|(?<!\s)\s*(?<!\*)\*++/\s*$")  # the ends of such a comment


def _above_package(lines: Sequence[str]) -> tuple[int, list[str]]:
    """Where the comment right above a file's `package` begins, from 0, and what it says."""
    start = len(lines)
    if lines and lines[-1].rstrip().endswith("*/"):
        opens = (at for at in range(len(lines) - 1, -1, -1) if "/*" in lines[at])
        start = next(opens, start)
        said = [_BOUNDS.sub("", line) for line in lines[start:]]
        return start, said
    while start > 0 and lines[start - 1].startswith("//"):
        start -= 1
    return start, _go_said(lines[start:])


def _go_said(comment: Sequence[str]) -> list[str]:
    found = (None if _DIRECTIVE.match(line) else _GO_LINE.match(line) for line in comment)
    return [each[1] if each else "" for each in found]


# JavaScript

_PUT_IN_PLACE = re.compile(r"\A[\w$.\s=]+=\s*(?:async\s+)?function\b\s*\*?\s*[\w$]*\s*(?=\()")
_OF_JAVASCRIPT = (".js", ".mjs", ".cjs", ".ts", ".mts")


def _javascript(lines: Sequence[str], defined: Sequence[Chunk], place: Place) -> Iterator[Doc]:
    for each in defined:
        said = jsdoc.of(each.doc)
        if jsdoc.is_public(each.doc, each.signature) and _is_enough(said):
            code = _PUT_IN_PLACE.sub(each.title, _signature(each))
            yield Doc(each.title, each.start_line, jsdoc.markdown(said), code)


# C and C++

_HEADERS = (".h", ".hh", ".hpp")


def _header(lines: Sequence[str], defined: Sequence[Chunk], place: Place) -> Iterator[Doc]:
    for name, start, comment, code in header_docs.declared(lines):
        said = comments.words_of(comment)
        if _is_enough(said):
            yield Doc(name, start, comments.of_others(said), dedent(code))


def _signature(chunk: Chunk) -> str:
    """How a function is called; "" where that is long, and of what is none."""
    lines = [line for line in chunk.signature.splitlines() if line.strip()]
    if chunk.kind not in ("function", "method") or len(lines) > MAX_SIGNATURE_LINES:
        return ""
    indent = min((len(line) - len(line.lstrip()) for line in lines), default=0)
    said = "\n".join(line[indent:] for line in lines).rstrip()
    if said.endswith("}"):  # and its body in the same line
        return said.rpartition("\n")[0] + said.rpartition("\n")[2].partition(" {")[0]
    return said.removesuffix("{").rstrip()


Reader = Callable[[Sequence[str], Sequence[Chunk], Place], Iterator[Doc]]
_READERS: dict[str, tuple[str, Reader]] = {
    ".rs": ("rust", _rust),
    ".go": ("go", _go),
    ".h": ("c", _header),
    **dict.fromkeys(_HEADERS[1:], ("cpp", _header)),
    **dict.fromkeys(_OF_JAVASCRIPT[:3], ("js", _javascript)),
    **dict.fromkeys(_OF_JAVASCRIPT[3:], ("ts", _javascript)),
}
SUFFIXES = frozenset(_READERS)
