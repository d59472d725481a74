"""The documentation for programs that read: `llms.txt` in the form of llmstxt.org, and all of it.

`llms.txt` is a title, what the project is, and lists of links under headings. What a newcomer does
not need (files beside the site) stands under "Optional", which a program may leave out.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from hyperrun.search.audience import generality
from hyperrun.search.whole_pages import FIRST, Page, WholePages
from hyperrun.text import plain

MAX_LISTED = 2_000  # pages
MAX_NOTED = 500  # pages with a line on each
MAX_NOTE_CHARS = 200
MAX_SUMMARY_CHARS = 400
MAX_FULL_CHARS = 8_000_000
MAIN, OPTIONAL = "Documentation", "Optional"

_FENCED = re.compile(r"^(`{3,}|~{3,}).*?(^\1|\Z)", re.MULTILINE | re.DOTALL)
_NO_PROSE = re.compile(r"^\s*([#|>!\[<:{]|[-*+]\s|\d+[.)]\s|-{3,}|={3,})")
_MARKS = re.compile(r"[*`]|(?<!\w)_|_(?!\w)")
_SENTENCE = re.compile(r"(?s).*?[.!?。！？](?=\s|$)")

AddressOf = Callable[[Page], str]


def listing(project: str, pages: WholePages, address_of: AddressOf, more: str = "") -> str:
    """`llms.txt`: each page with its address as Markdown. `more` is what to know besides."""
    found = pages.all()
    noted = found[:MAX_LISTED] if len(found) <= MAX_NOTED else ()
    notes = pages.notes
    for page in noted:
        if page.path not in notes:
            notes[page.path] = note_of(pages.markdown(page))
    lines = [f"# {plain(project)}"]
    if summary := summary_of(pages):
        lines += ["", f"> {summary}"]
    if more:
        lines += ["", more]
    for name, group in _groups(found[:MAX_LISTED]):
        lines += ["", f"## {name}", ""]
        for page in group:
            note = notes.get(page.path, "")
            link = f"- [{_link_text(page.title)}]({address_of(page)})"
            lines.append(f"{link}: {note}" if note else link)
    if len(found) > MAX_LISTED:
        lines += ["", f"{len(found) - MAX_LISTED} more pages are not listed here."]
    return "\n".join(lines) + "\n"


def full(project: str, pages: WholePages) -> Iterator[str]:
    """`llms-full.txt`: the pages of the documentation one after the other, as Markdown, up to
    `MAX_FULL_CHARS`."""
    yield f"# {plain(project)}\n"
    if summary := summary_of(pages):
        yield f"\n> {summary}\n"
    left = MAX_FULL_CHARS
    wanted = [page for page in pages.all() if not is_optional(page)] or list(pages.all())
    for at, page in enumerate(wanted):
        text = pages.markdown(page)
        if len(text) > left:
            yield f"\n---\n\n{len(wanted) - at} more pages are left out here.\n"
            return
        left -= len(text)
        place = page.url or page.permalink or page.path
        yield f"\n---\n\nSource: {place}\n\n{text}"


def is_optional(page: Page) -> bool:
    """Is it a file that has no page on the site?"""
    return page.path == page.file and generality(page.file) is None


def summary_of(pages: WholePages) -> str:
    """What the project is, as its first page says."""
    for page in pages.all():
        if page.path.rpartition("/")[2].lower() in (FIRST, "readme.md", "readme.rst", "readme"):
            return note_of(pages.markdown(page), MAX_SUMMARY_CHARS)
    return ""


def note_of(markdown: str, max_chars: int = MAX_NOTE_CHARS) -> str:
    """The first sentences of a page, as plain text."""
    for block in _FENCED.sub("", markdown).split("\n\n"):
        if _NO_PROSE.match(block) or not re.search(r"\w{2}", block):
            continue
        words = plain(_MARKS.sub("", block), 4 * max_chars)
        said = ""
        for sentence in _SENTENCE.findall(words) or [words]:
            if said and len(said) + len(sentence) > max_chars:
                break
            said += sentence
        return plain(said, max_chars)
    return ""


def _groups(pages: Sequence[Page]) -> Iterator[tuple[str, list[Page]]]:
    """The pages under headings: those at the top, then folder by folder, the optional last."""
    groups: dict[str, list[Page]] = {MAIN: []}
    optional = []
    for page in pages:
        if is_optional(page):
            optional.append(page)
            continue
        folder, _, below = page.path.partition("/")
        has_folder = below and page.path != page.file
        name = re.sub(r"[-_]+", " ", folder).strip().capitalize() if has_folder else MAIN
        groups.setdefault(plain(name) if name != OPTIONAL else MAIN, []).append(page)
    if optional:
        groups[OPTIONAL] = optional
    return ((name, group) for name, group in groups.items() if group)


def _link_text(title: str) -> str:
    """A title that ends no link."""
    return re.sub(r"[\[\]\\]", "", plain(title)) or "Untitled"
