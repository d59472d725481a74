"""What a document shows of other files: found in the repository, and nowhere else."""

import ast
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from textwrap import dedent

from hyperrun.passage import Include
from hyperrun.redaction import without_secrets
from hyperrun.search.ignore import FILES, MAX_BYTES
from hyperrun.search.parsing.blocks import Block

# A document's text, its suffix and its place -> its blocks.
ReadDocument = Callable[[str, str, "Place"], list[Block]]

MAX_INCLUDES = 300  # of one document
MAX_CHARS = 400_000  # of all of them together
MAX_FILLED_CHARS = 20_000  # of what a page gives to one file that it includes
MAX_DEPTH = 4  # of includes in what was included

_PROP = re.compile(r"(?<![{$])\{(?:props\.)?(\w+)\}(?!\})")
_OUTSIDE = re.compile(r"^[a-z][\w+.-]*://|^//|[\0\\]", re.IGNORECASE)
_SECTION = re.compile(r"--8<--\s*\[\s*(start|end)\s*:\s*([\w-]+)\s*\]")
_ANCHOR = re.compile(r"\bANCHOR(_END)?:\s*([\w-]+)")
_REGION = re.compile(
    r"(?://|#|/\*|<!--|--|;)?\s*#?\s*(?:pragma\s+)?(end)?\s?region\b\s*([\w.-]*)", re.IGNORECASE
)
# DocFX's, a comment of its own: `// <name>` to `// </name>`.
_TAG = re.compile(
    r"[ \t]*(?://|#|--|'|%|;|REM\b|/\*|<!--)[ \t]*<(/)?([A-Za-z][\w.-]*)>[ \t]*(?:\*/|-->)?[ \t]*$",
    re.IGNORECASE,
)
_MARKER = re.compile(
    rf"{_SECTION.pattern}|{_ANCHOR.pattern}|^\W*#?(?:end)?region\b|^{_TAG.pattern}", re.IGNORECASE
)

_BY_SUFFIX = {"py": "python", "rs": "rust", "yml": "yaml", "js": "js", "ts": "ts", "sh": "sh",
              "md": "markdown", "txt": "", "rb": "ruby", "kt": "kotlin"}  # fmt: skip


@dataclass(slots=True)
class Place:
    """Where a document stands, and how much it has included so far.

    What it names is looked for beside it, then in each folder above it up to `root`: every
    generator has its own base among these. `root` is a real path, without links.
    """

    root: Path
    file: PurePosixPath
    read_document: "ReadDocument | None" = None  # prose that is included, of whichever kind
    depth: int = 0
    left: list[int] = field(default_factory=lambda: [MAX_INCLUDES, MAX_CHARS])
    titles_fences: bool = False  # is what stands behind the language of a fence its title?
    snippet_folders: tuple[str, ...] = ()  # from which its site names the files that it shows

    def find(self, name: str, folders: Iterable[str] = ("",)) -> PurePosixPath | None:
        """The file called `name`, relative to the repository; None where there is none in it.

        A path that leads out of the repository, by "..", by a link or by a scheme, leads nowhere.
        """
        name = name.strip().strip("\"'")
        if not name or len(name) > 400 or _OUTSIDE.search(name) or self.left[0] <= 0:
            return None
        self.left[0] -= 1
        name = re.sub(r"^(@site|@|~|\$\w+)?/", "", name)
        for above in self.file.parents:
            for folder in folders:
                place = os.path.join(self.root, above, folder, name)
                try:
                    if not os.path.isfile(place):
                        continue
                    known = Path(place).resolve().relative_to(self.root)
                except (OSError, ValueError, RuntimeError):
                    continue
                hidden = {part for part in known.parts if part.startswith((".git", ".env"))}
                if not FILES.search(known.name) and not hidden - {".github", ".gitbook"}:
                    return PurePosixPath(known.as_posix())
        return None

    def read(self, file: PurePosixPath) -> list[str]:
        """The lines of `file`, found before; none where it is too large or no text."""
        text = _text(self.root / file)
        if len(text) > self.left[1]:
            return []
        self.left[1] -= len(text)
        return text.splitlines()

    def document(self, shown: "Shown", suffix: str) -> list[Block] | None:
        """The blocks of a document that this one includes; None where that is too deep."""
        inside = self.inside(shown.file)
        if inside is None or self.read_document is None:
            return None
        return self.read_document("\n".join(shown.lines), suffix, inside)

    def inside(self, file: PurePosixPath) -> "Place | None":
        """The place of what is included here, to include in turn; None where that is too deep."""
        deeper = replace(self, file=file, depth=self.depth + 1)
        return deeper if self.depth < MAX_DEPTH else None


@dataclass(frozen=True, slots=True)
class Shown:
    """Lines of a file, as a page shows them: `spans` are where they stand."""

    file: PurePosixPath
    lines: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]

    def filled(self, values: Mapping[str, str]) -> "Shown":
        """With what a page gives it, in the place of `{name}`."""
        left = MAX_FILLED_CHARS

        def value(match: re.Match[str]) -> str:
            nonlocal left
            said = values.get(match[1])
            if said is None or len(said) > left:
                return match[0]
            left -= len(said)
            return said

        return replace(self, lines=tuple(_PROP.sub(value, line) for line in self.lines))

    @property
    def code(self) -> str:
        """The lines at the margin, without the marks that name their parts."""
        kept = [line for line in self.lines if not _MARKER.search(line)]
        return dedent("\n".join(kept).expandtabs(4)).strip("\n")

    @property
    def numbers(self) -> list[int]:
        """The lines' numbers."""
        return [number for start, end in self.spans for number in range(start, end + 1)]

    @property
    def includes(self) -> list[Include]:
        """Where they stand."""
        return [Include(str(self.file), start, end) for start, end in self.spans]


def whole(file: PurePosixPath, lines: list[str]) -> Shown:
    """All of a file."""
    return Shown(file, tuple(lines), ((1, len(lines)),) if lines else ())


def some(file: PurePosixPath, lines: list[str], numbers: Iterable[int]) -> Shown:
    """The lines with these numbers, in order."""
    wanted = sorted({number for number in numbers if 0 < number <= len(lines)})
    spans: list[tuple[int, int]] = []
    for number in wanted:
        if spans and spans[-1][1] == number - 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return Shown(file, tuple(lines[number - 1] for number in wanted), tuple(spans))


def numbered(file: PurePosixPath, lines: list[str], wanted: str) -> Shown:
    """The lines that "1,4-6, 9:12, 20-" name."""
    numbers: set[int] = set()
    for part in re.split(r"[,;\s]+", wanted.strip()):
        match = re.fullmatch(r"(-?\d*)(?:[-:.]+(-?\d*))?", part)
        if not match or not part:
            continue
        first = int(match[1] or 1)
        last = first if match[2] is None else int(match[2] or len(lines))
        numbers.update(range(max(first, 1), min(last, len(lines)) + 1))
    return some(file, lines, numbers)


def section(file: PurePosixPath, lines: list[str], name: str) -> Shown:
    """The lines between two marks of this name: snippets, mdBook's anchors, regions."""
    numbers: list[int] = []
    depth = 0
    name = name.lower()
    for number, line in enumerate(lines, 1):
        kind, named = _mark(line)
        if kind and (named.lower() == name or (kind == "end" and not named and depth == 1)):
            depth = 1 if kind == "start" else 0
        elif kind == "start" and not named and depth:
            depth += 1
        elif kind == "end" and not named and depth > 1:
            depth -= 1
        elif depth:
            numbers.append(number)
    return some(file, lines, numbers)


def _mark(line: str) -> tuple[str, str]:
    if match := _SECTION.search(line):
        return match[1], match[2]
    if match := _ANCHOR.search(line):
        return ("end" if match[1] else "start"), match[2]
    if "region" in line and (match := _REGION.match(line.strip())):
        return ("end" if match[1] else "start"), match[2]
    if ">" in line and (match := _TAG.match(line)):
        return ("end" if match[1] else "start"), match[2]
    return "", ""


def between(file: PurePosixPath, lines: list[str], options: dict[str, str]) -> Shown:
    """What Sphinx's literalinclude shows by `lines`, `start-after`, `pyobject` and the others."""
    first, last = 1, len(lines)
    if "pyobject" in options:
        first, last = _object(lines, options["pyobject"]) or (1, 0)
    for name, after in (("start-at", 0), ("start-after", 1)):
        if wanted := options.get(name):
            found = (n for n in range(first, last + 1) if wanted in lines[n - 1])
            first = next(found, last) + after
    for name, before in (("end-at", 0), ("end-before", 1)):
        if wanted := options.get(name):
            found = (n for n in range(first, last + 1) if wanted in lines[n - 1])
            last = next(found, last + before) - before
    if "lines" in options:
        chosen = numbered(file, lines[first - 1 : last], options["lines"])
        numbers = (n + first - 1 for start, end in chosen.spans for n in range(start, end + 1))
        return some(file, lines, numbers)
    return some(file, lines, range(first, last + 1))


def _object(lines: list[str], name: str) -> tuple[int, int] | None:
    """The lines of a function or class, by its dotted name."""
    try:
        body = ast.parse("\n".join(lines)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = None
    for part in name.split("."):
        found = next(
            (each for each in body
             if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
             and each.name == part), None,
        )  # fmt: skip
        if found is None:
            return None
        body = found.body
    assert found is not None
    start = min([found.lineno, *(each.lineno for each in found.decorator_list)])
    return start, found.end_lineno or found.lineno


def _text(path: Path) -> str:
    try:
        stat = path.stat()
        return "" if stat.st_size > MAX_BYTES else _read(path, stat.st_mtime_ns)
    except OSError:
        return ""


@lru_cache(maxsize=64)
def _read(path: Path, mtime_ns: int) -> str:
    content = path.read_bytes()
    if b"\0" in content[:8_192]:
        return ""
    return without_secrets(content.decode("utf-8-sig", errors="replace").replace("\r\n", "\n"))


def language_of(file: PurePosixPath) -> str:
    """The name of a file's language on a fence, "" where it has none."""
    suffix = file.suffix.lstrip(".").lower()
    return _BY_SUFFIX.get(suffix, suffix if re.fullmatch(r"\w{1,8}", suffix) else "")
