"""A part of one file, as the parsers cut it out."""

from dataclasses import dataclass

from hyperrun.passage import Include


@dataclass(frozen=True, slots=True)
class Chunk:
    """Lines that stand for themselves: a function, a class's head, a section, a cell.

    Lines count from 1, both ends inclusive. `signature` and `doc` are the parts of `text` that
    search weighs more. `anchor` is what the generated page calls the section, and `address` where
    that is on the site, "" where it is nowhere. `content` is what the lines say on their page, as
    plain Markdown; "" where that is `text` itself. `includes` are the lines of other files that it
    holds. `page` is the source of the page that says it, where that is another than the file's own.
    """

    start_line: int
    end_line: int
    title: str
    kind: str
    text: str
    language: str = ""
    signature: str = ""
    doc: str = ""
    anchor: str = ""
    content: str = ""
    includes: tuple[Include, ...] = ()
    address: str = ""
    page: str = ""


def split(lines: list[str], first: int, most: int = 60) -> list[tuple[int, int]]:
    """Cut `lines`, the first of which has number `first`, into spans of at most `most` lines.

    Cuts fall on blank lines where there are any. Spans are (start, end), both inclusive.
    """
    spans = []
    start = 0
    while start < len(lines):
        end = min(start + most, len(lines))
        if end < len(lines):
            blank = [n for n in range(start + most // 2, end) if not lines[n].strip()]
            end = (blank[-1] + 1) if blank else end
        while end > start + 1 and not lines[end - 1].strip() and end == len(lines):
            end -= 1
        spans.append((first + start, first + end - 1))
        start = end
        while start < len(lines) and not lines[start].strip():
            start += 1
    return spans
