"""What a line of Markdown names of other files, as each generator writes it."""

import re
from collections.abc import Iterable

from hyperrun.search.parsing import includes
from hyperrun.search.parsing.includes import Place, Shown

LINE = re.compile(
    r"\s*(?:-{1,}8<-{1,}[ \t]+(?P<snippet>\S.*)"
    r"|\{\{[ \t]*#(?:include|rustdoc_include|playground|shiftinclude)[ \t]+(?P<booked>[^}]+)\}\}"
    r"|\{!>?[ \t]*(?P<bang>[^!}]+?)[ \t]*!\}|\{\*[ \t]*(?P<marked>\S+)(?P<options>[^}]*?)\*\}"
    r"|\{\{<[ \t]+include[ \t]+(?P<shortcode>[^>\s]+)[ \t]+>\}\}"
    r"|\{%-?[ \t]*include[ \t]+(?P<liquid>[^%]+?)-?%\})\s*"
)

_HEADING = re.compile(r"(?P<level>#{1,6})[ \t]+(?P<words>[^{\n]*)(?:\{#(?P<id>[\w-]+)\})?[ \t]*$")

# Where the files of a macro of the project's own lie, which it names without their endings.
_MACRO_FOLDERS = ("", "src/python", "src")
_MACRO_SUFFIXES = ("", ".py", ".rs")


def of_line(place: Place | None, match: re.Match[str]) -> Shown | None:
    """What a line of code that `LINE` matches shows instead of itself."""
    if match["snippet"]:
        return snippet(place, match["snippet"])
    if match["booked"]:
        return booked(place, match["booked"])
    if match["marked"]:
        return marked(place, match["marked"], match["options"])
    name = match["bang"] or match["liquid"] or match["shortcode"] or ""
    return found(place, name, ("", "_includes", "includes"))


def found(place: Place | None, name: str, folders: Iterable[str] = ("",)) -> Shown | None:
    """All of the file that is called so; None where there is none in the repository."""
    if place is None:
        return None
    file = place.find(name, folders)
    return includes.whole(file, place.read(file)) if file else None


def snippet(place: Place | None, told: str) -> Shown | None:
    """`"file:section"`, `"file:1:20,30:40"`."""
    told = told.strip().strip("\"'")
    name, _, part = told.partition(":")
    own = place.snippet_folders if place is not None else ()
    shown = found(place, name, ("", "docs", "includes", *own))
    return _part(shown, part, r"[-\d:,\s]+")


def of_page(place: Place | None, name: str, part: str, numbers: str) -> Shown | None:
    """VitePress' `<!--@include: file#part{3,10}-->`, whose part is a region or below a heading;
    the numbers count its lines."""
    page = shown = found(place, name)
    if page is None or shown is None:
        return None
    if part:
        region = includes.section(page.file, list(page.lines), part)
        shown = region if region.lines else _below_heading(page, part)
    if not numbers:
        return shown
    chosen = includes.numbered(page.file, list(shown.lines), numbers.replace(",", ":"))
    kept = [shown.numbers[number - 1] for number in chosen.numbers]
    return includes.some(page.file, list(page.lines), kept)


def _below_heading(shown: Shown, anchor: str) -> Shown:
    """The section of a document whose heading has this anchor; nothing where none has."""
    numbers: list[int] = []
    level = 0
    for number, line in enumerate(shown.lines, 1):
        heading = _HEADING.match(line)
        if heading and level and len(heading["level"]) <= level:
            break
        if heading and not level and anchor in (heading["id"], _slug(heading["words"])):
            level = len(heading["level"])
        if level:
            numbers.append(number)
    return includes.some(shown.file, list(shown.lines), numbers)


def _slug(words: str) -> str:
    return re.sub(r"[^\w]+", "-", words.lower()).strip("-")


def of_macro(place: Place | None, name: str, part: str) -> Shown | None:
    """`{{ code_block('file', 'section') }}`, as a project's own macros show parts of files."""
    for suffix in _MACRO_SUFFIXES:
        shown = found(place, name + suffix, _MACRO_FOLDERS)
        if shown is not None:
            return _part(shown, part, r"(?!)")
    return None


def marked(place: Place | None, name: str, options: str) -> Shown | None:
    """`{* file ln[1:10] hl[2] *}`."""
    shown = found(place, name)
    chosen = re.search(r"\bln\[([^\]]*)\]", options)
    if shown is None or not chosen:
        return shown
    return includes.numbered(shown.file, list(shown.lines), chosen[1])


def booked(place: Place | None, told: str) -> Shown | None:
    """mdBook's `file:anchor`, `file:2:10`, `file:5`."""
    name, _, part = told.split(",")[0].strip().split()[-1].removeprefix("auto:").partition(":")
    shown = found(place, name)
    return _part(shown, part, r"\d*(?::\d*)?")


def _part(shown: Shown | None, part: str, numbers: str) -> Shown | None:
    """Of what is shown, the lines that `part` numbers, where it is like `numbers`, else names."""
    if shown is None or not part:
        return shown
    lines = list(shown.lines)
    if re.fullmatch(numbers, part):
        return includes.numbered(shown.file, lines, part)
    return includes.section(shown.file, lines, part)


def between_marks(shown: Shown, first: str, last: str) -> Shown:
    """Of what is shown, the lines between two that hold these words."""
    lines = list(shown.lines)
    begin = next((n for n, line in enumerate(lines, 1) if first and first in line), 0)
    end = next((n for n, line in enumerate(lines, 1) if n > begin and last and last in line),
               len(lines) + 1)  # fmt: skip
    return includes.some(shown.file, lines, range(begin + 1, end))
