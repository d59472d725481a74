"""What a built site holds, as each search of the bench is given it: pages and their sections."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from bench.search.said import _CONTENT, _HEADINGS, _REMOVED, bare

LEFT_OUT = {"404", "search", "genindex", "py-modindex"}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it up to the next."""

    page: str  # its address below the site's
    anchor: str
    title: str
    titles: list[str]  # of the headings above it
    text: str

    @property
    def key(self) -> tuple[str, str]:
        """By which a search's row is told to be this one."""
        return self.page, bare(self.title)


@dataclass(frozen=True, slots=True)
class Site:
    """A built site."""

    pages: list[dict[str, str]]
    sections: list[Section]

    def as_asked(self, queries: list[str]) -> dict[str, object]:
        """What the rivals are given."""
        return {"pages": self.pages, "sections": [asdict(each) for each in self.sections],
                "queries": queries}  # fmt: skip


def read(folder: Path) -> Site:
    """Read every page that has a heading, without the site's own menus."""
    pages: list[dict[str, str]] = []
    sections: list[Section] = []
    for path in sorted(folder.rglob("*.html")):
        if path.stem in LEFT_OUT or path.parent.name in LEFT_OUT or "_static" in path.parts:
            continue
        soup = BeautifulSoup(path.read_text(encoding="utf-8", errors="replace"), "html.parser")
        content = next((held for each in _CONTENT if (held := soup.select_one(each))), None)
        if content is None:
            continue
        for each in content.select(_REMOVED):
            if each.name not in _HEADINGS and not each.find(_HEADINGS):
                each.decompose()
        page = path.relative_to(folder).as_posix().removesuffix("index.html")
        own = list(_sections(page, content))
        if own:
            title = own[0].title
            sections += own
            head = f"<html lang=en><head><title>{title}</title></head>"
            body = f"<body><main data-pagefind-body>{content}</main></body></html>"
            pages.append({"page": page, "html": head + body})
    return Site(pages, sections)


def _sections(page: str, content: Tag) -> Iterator[Section]:
    above: list[tuple[int, str]] = []
    headings = [each for each in content.find_all(_HEADINGS) if bare(each.get_text())]
    for heading in headings:
        level = int(heading.name[1])
        for label in heading.select(".doc-labels"):  # of mkdocstrings: "property", "writable"
            label.decompose()
        title = " ".join(heading.get_text().rstrip("#¶ \n").split())
        above = [each for each in above if each[0] < level]
        said: list[str] = []
        for node in heading.next_elements:
            if isinstance(node, Tag):
                if node.name in _HEADINGS or content not in node.parents:
                    break
            elif heading not in node.parents:
                said.append(str(node))
        holder = heading if heading.get("id") else heading.parent
        anchor = str(holder.get("id") or "") if holder is not content and holder else ""
        yield Section(page, anchor, title, [each for _, each in above], " ".join(said))
        above.append((level, title))
