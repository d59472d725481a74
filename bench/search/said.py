"""How often a passage says what its page says: `python -m bench.search.said REPO DOCS SITE`.

REPO is a repository, DOCS the folder of its pages' sources in it, SITE what its generator has
written. Each section of a source is compared with the section of its page under the same heading:
letters and digits only, whatever their case (Docusaurus writes "note" and shows "NOTE"), spaces and
marks aside. Footnotes, which a page gathers at its end, are compared one by one; drawings are left
out. Needs the group `hosts` (beautifulsoup4).
"""

import argparse
import re
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from difflib import SequenceMatcher
from pathlib import Path, PurePosixPath

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from markdown_it import MarkdownIt

from hyperrun.search import ignore
from hyperrun.search.index import Index
from hyperrun.search.parsing import files
from hyperrun.search.parsing.chunk import Chunk
from hyperrun.search.site.folder import Folder
from hyperrun.search.site.source import within

_CONTENT = (
    "article.md-content__inner", "article.bd-article", "div.vp-doc", "div.sl-markdown-content",
    "div.theme-doc-markdown", "div[role=main]", "main#quarto-document-content", "article", "main",
    "div.body", "body",
)  # fmt: skip
_REMOVED = ", ".join((
    "script", "style", "svg", "nav", "a.headerlink", ".md-source-file", ".md-content__button",
    ".md-tags", ".linenos", ".twemoji", "img", ".md-feedback", ".prev-next-area", "footer",
    ".edit-this-page", ".mermaid", "button", ".toctree-wrapper", ".md-annotation", "a.hash-link",
    "a.header-anchor", ".footnote-backref", ".contents", ".viewcode-link", ".sphinx-tabs-tab",
    ".md-clipboard", "input", ".related", ".sd-octicon", "a.sl-anchor-link", "link",
    ".line-numbers-wrapper", ".lang", ".sr-only", ".visually-hidden", ".toc", "iframe", ".boring",
    ".section-number", ".caption-number", ".giscus", ".md-source", "template", ".view-source",
    ".rst-versions", ".copy", "details.changelog > summary", "details.mkdocstrings-source",
))  # fmt: skip
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_NOTE = r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+ |\\\[\d+\\\] "
_DESCRIBES = re.compile(r"\s*(?::::|\.\. |```\{)")
_markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def bare(text: str) -> str:
    """Letters and digits only, each in its plainest form."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in plain if char.isalnum())


def sections_of_page(html: str) -> list[tuple[str, str]]:
    """Headings of a rendered page with the text under each, in order."""
    soup = BeautifulSoup(html, "html.parser")
    content = next((holder for each in _CONTENT if (holder := soup.select_one(each))), soup)
    for group in content.select(".vp-code-group"):
        labels = [label.extract() for label in group.select(":scope > .tabs > label")]
        for label, block in zip(labels, group.select(":scope > .blocks > div"), strict=False):
            block.insert(0, label.get_text())
    for tabs in content.select(".sphinx-tabs"):
        for label in tabs.select(".sphinx-tabs-tab"):
            if panel := tabs.find(id=str(label.get("aria-controls"))):
                panel.insert(0, label.get_text())
    for tabs in content.select(".tabs-container"):
        labels = [label.extract() for label in tabs.select(":scope > [role=tablist] > li")]
        panels = tabs.select(":scope > div > [role=tabpanel]")
        for label, panel in zip(labels, panels, strict=False):
            panel.insert(0, label.get_text())
    for each in content.select(_REMOVED):
        each.decompose()
    for each in content.select("ul"):  # a table of contents by hand
        links = each.select("a")
        if len(links) > 1 and all(str(link.get("href")).startswith("#") for link in links) and (
            bare(each.get_text()) == bare("".join(link.get_text() for link in links))
        ):  # fmt: skip
            each.decompose()
    notes = [
        each.extract()
        for each in content.select(
            ".footnotes li, aside.footnote, [data-footnotes] li, .footnote-definition li"
        )
    ]
    for each in notes:
        for label in each.select("span.label, a[href^='#fr-']"):
            label.decompose()
    for each in content.select(".footnotes, [data-footnotes], .footnote-definition"):
        each.decompose()
    for tabs in content.select(".tabbed-set"):
        labels = [label.extract() for label in tabs.select(":scope > .tabbed-labels > label")]
        for label, block in zip(
            labels, tabs.select(":scope > .tabbed-content > .tabbed-block"), strict=False
        ):
            block.insert(0, label)
    found: list[tuple[str, str]] = [("", "")]

    def walk(node: Tag, inside: bool) -> None:
        for child in node.children:
            if isinstance(child, NavigableString):
                if type(child) is NavigableString:
                    found[-1] = (found[-1][0], found[-1][1] + str(child))
            elif isinstance(child, Tag):
                if child.name in _HEADINGS and not inside:
                    found.append((re.sub(r"^[\d.]+\xa0+", "", child.get_text()), ""))
                else:
                    walk(child, inside or child.name in ("details", "blockquote", "li", "table"))

    walk(content, False)
    return [*found, *(("", each.get_text()) for each in notes)]


def indexed(root: Path, site: Path) -> dict[str, list[Chunk]]:
    """The passages of each file as they stand in an index that was given the rendered site."""
    found: dict[str, list[Chunk]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        index = Index(Path(folder) / "index/x.sqlite3")
        pages = Folder(site, is_named=True)
        index.refresh(root, exclude=within(root, pages), site=pages)
        with index.connect() as connection:
            for file, start, end, title, kind, text, content in connection.execute(
                "SELECT file, start_line, end_line, title, kind, text, content FROM passages "
                "WHERE start_line > 0 ORDER BY id"
            ):
                found[file].append(Chunk(start, end, title, kind, text, content=content))
        index.close()
    return found


def sections_of_source(chunks: Iterable[Chunk]) -> list[tuple[str, str, int]]:
    """Headings of a source with what its passages say under each."""
    found: list[tuple[str, str, int]] = []
    before = ""
    for chunk in chunks:
        if chunk.kind != "section":
            continue
        said = chunk.content or chunk.text
        above, _, name = chunk.title.rpartition(" > ")
        said = said.removeprefix(f"###### {name}\n")  # an object's, as its page has it
        is_object = not said.startswith("#") and _DESCRIBES.match(chunk.text) is not None
        is_object = is_object and re.fullmatch(r"[A-Za-z_][\w.]*", name) is not None
        if above and is_object and chunk.title != before:  # a part of the section on its page
            if above != before:
                found.append((above.rpartition(" > ")[2], "", chunk.start_line))
            before = above
            found[-1] = (found[-1][0], f"{found[-1][1]}\n\n{said}", found[-1][2])
            continue
        said = re.sub(r"^```mermaid\n.*?^```$", "", said, flags=re.DOTALL | re.MULTILINE)
        if re.match(_NOTE, said):
            found.insert(max(len(found) - 1, 0), ("", re.sub(_NOTE, "", said), chunk.start_line))
            continue
        if re.match(r"#{1,6} ", said):
            said = said.partition("\n")[2]
        elif found and chunk.title == before:
            name, begun, _ = found.pop()
            said = f"{begun}\n\n{said}"
        before = chunk.title
        found.append((name, said, chunk.start_line))
    return [
        (name, BeautifulSoup(_markdown.render(said), "html.parser").get_text(), line)
        for name, said, line in found
    ]


def page_of(site: Path, path: PurePosixPath) -> Path | None:
    """The rendered page of a source, by the usual rules."""
    stem = path.with_suffix("")
    names = [f"{stem}.html", f"{stem}/index.html"]
    if path.stem.lower() == "index":
        names.insert(0, str(path.parent / "index.html"))
    return next((site / name for name in names if (site / name).is_file()), None)


def _near(ours: str, theirs: str) -> float:
    return SequenceMatcher(None, ours, theirs).quick_ratio()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("repo", type=Path)
    parser.add_argument("docs")
    parser.add_argument("site", type=Path)
    parser.add_argument("--rendered", action="store_true", help="give the index the site, too")
    parser.add_argument("--show", type=int, default=0, help="how many of those that differ")
    options = parser.parse_args()
    root = options.repo.resolve()
    equal = near = total = 0
    differing = []
    read = indexed(root, options.site) if options.rendered else None
    for path in ignore.files(root):
        if path.suffix not in (".md", ".mdx", ".rst", ".qmd") or not path.is_relative_to(
            options.docs
        ):
            continue
        page = page_of(options.site, path.relative_to(options.docs))
        if page is None:
            continue
        there: dict[str, list[str]] = defaultdict(list)
        for heading, said in sections_of_page(page.read_text(encoding="utf-8", errors="replace")):
            there[bare(heading)].append(bare(said))
        chunks = read[str(path)] if read is not None else files.read(root, path)
        for heading, said, line in sections_of_source(chunks):
            total += 1
            ours = bare(said)
            known = there.get(bare(heading)) or (
                [each for each in there[""] if each] if line < 40 else None
            )
            if ours not in (known or ()) and ours in there[""]:  # what stands above any heading
                known = there[""]
            if not known:  # a heading that the generator makes of something else
                known = [each for listed in there.values() for each in listed]
            theirs = ours if ours in known else max(known, key=lambda each: _near(ours, each))
            if ours == theirs:
                equal += 1
                near += 1
                continue
            matcher = SequenceMatcher(None, ours[:20_000], theirs[:20_000], autojunk=False) if len(
                ours) + len(theirs) < 12_000 else SequenceMatcher(None, ours, theirs)  # fmt: skip
            ratio = matcher.ratio()
            near += ratio >= 0.98
            parts = [f"-{ours[a:b][:50]} +{theirs[c:d][:50]}" for kind, a, b, c, d in
                     matcher.get_opcodes() if kind != "equal"]  # fmt: skip
            differing.append((ratio, path, line, f"{heading}: {' | '.join(parts[:5])}"))
    print(f"{options.repo.name}: {equal} of {total} sections equal, {near} within 2 in 100")
    for ratio, path, line, what in sorted(differing, key=lambda each: each[0])[: options.show]:
        print(f"  {ratio:.2f} {path}:{line} {what}")


if __name__ == "__main__":
    main()
