"""Whole pages: which there are, what they say, and what is never read."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html

from hyperrun.search import llms
from hyperrun.search.index import Index
from hyperrun.search.site.source import choose, within
from hyperrun.search.sources import SourceTree
from hyperrun.search.tree import Tree
from hyperrun.search.whole_pages import MAX_LINES, Page, WholePages
from tests.generators import build
from tests.leaks import KEY
from tests.search import repository
from tests.search.site.test_pages import Site

TOP = Path(__file__).parent.parent.parent
HOME = "https://lamps.example/docs/"


def whole_pages(root: Path) -> WholePages:
    """The pages of a repository with the site that is found in it."""
    data = root.parent / "data"
    site, _ = choose(root, "")
    index = Index(data / "index/x.sqlite3")
    index.refresh(root, exclude=within(root, site), site=site)
    index.close()
    tree = Tree(SourceTree(str(root)), data)
    asyncio.run(tree.read_rules())
    return WholePages(index.path, [tree])


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path / "root")
    repository.write(made.root, "README.md", f"# Lamps\n\nLamps that dim. Key: {KEY}.\n")
    repository.write(made.root, "docs/draft.md", "# Draft\n\nNo page is made of this.\n")
    repository.write(made.root, "tests/notes.md", "# Notes\n\nFor those who test lamps.\n")
    repository.write(made.root, ".github/wish.md", "# Wish\n\nWhat do you wish for?\n")
    repository.write(made.root, "lamps.py", f'"""Lamps."""\n\nKEY = "{KEY}"\n')
    yield made
    made.index.close()


def test_every_page_is_listed_once_and_those_of_the_site_first(site: Site) -> None:
    found = whole_pages(site.root).all()
    assert [page.path for page in found] == [
        "index", "guide", "docs/draft.md", "tests/notes.md"
    ]  # fmt: skip
    guide = found[1]
    assert (guide.title, guide.url, guide.file) == ("Guide", f"{HOME}guide/", "docs/guide.md")
    assert [llms.is_optional(page) for page in found] == [False] * 3 + [True]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("guide", "guide"),
        ("guide.md", "guide"),
        ("/guide/", "guide"),
        ("guide/index.html", "guide"),
        (f"{HOME}guide/", "guide"),
        (f"{HOME}guide/#dim-a-lamp", "guide"),
        (f"{HOME}latest/guide/", "guide"),
        (HOME, "index"),
        ("index", "index"),
        ("docs/guide.md", "guide"),
        ("README.md", "index"),  # which is made of it
        ("docs/draft", None),
        ("docs/draft.md.md", "docs/draft.md"),
        ("lamps.py", None),
        ("https://elsewhere.example/docs/guide/", None),
        ("../root/README.md", None),
        ("/etc/passwd", None),
        ("%2e%2e/README.md", None),
        ("\x00", None),
        ("\ud800", None),
        ("🙂" * 500, None),
    ],
)
def test_a_page_is_found_by_its_path_its_address_or_its_file(
    site: Site, name: str, path: str | None
) -> None:
    found = whole_pages(site.root).find(name)
    assert (found.path if found else None) == path


def test_a_page_says_what_its_reader_reads(site: Site) -> None:
    pages = whole_pages(site.root)
    guide = pages.find("guide")
    assert guide is not None
    said = pages.markdown(guide)
    assert said.startswith("# Guide\n\nAll that there is to know about lamps stands below.\n")
    assert "\n## Dim a lamp\n\nTurn the wheel slowly" in said
    assert "forty-two candles" in said  # only the rendered page says so
    assert said.endswith("at most.\n")
    draft = pages.find("docs/draft.md")
    assert draft is not None
    assert pages.markdown(draft) == "# Draft\n\nNo page is made of this.\n"


def test_lines_are_read_of_files_of_the_index_alone_and_without_keys(site: Site) -> None:
    pages = whole_pages(site.root)
    repository.write(site.root, "secret.md", "# Later\n\nThis is not in the index yet.\n")
    lines = pages.lines("lamps.py", 2, 500)
    assert lines is not None
    assert (lines.start_line, lines.end_line, lines.of_lines) == (2, 4, 4)
    assert "KEY = " in lines.text
    assert KEY not in lines.text
    for name in ("secret.md", "../data", "/etc/passwd", "mkdocs.yml/", "", "\x00", "docs"):
        assert pages.lines(name) is None, name
    (site.root / "lamps.py").unlink()
    assert pages.lines("lamps.py") is None


def test_of_a_long_file_so_many_lines_are_read_at_once(site: Site) -> None:
    repository.write(site.root, "docs/long.md", "# Long\n\n" + "A line of it.\n" * 2 * MAX_LINES)
    lines = whole_pages(site.root).lines("docs/long.md", -5)
    assert lines is not None
    assert (lines.start_line, lines.end_line) == (1, MAX_LINES)


def test_what_is_read_anew_is_listed_anew(site: Site) -> None:
    pages = whole_pages(site.root)
    assert pages.find("docs/new.md") is None
    repository.write(site.root, "docs/new.md", "# New\n\nA page of today.\n")
    whole_pages(site.root)
    assert pages.find("docs/new.md") is not None


LINK = re.compile(r"- \[[^\[\]]+\]\([^()\s]+\)(: .+)?")


def held_to_form(text: str) -> dict[str, list[str]]:
    """The lists of an `llms.txt` by heading, held to what llmstxt.org says of its form."""
    blocks = text.rstrip("\n").split("\n\n")
    assert re.fullmatch(r"# .+", blocks[0])
    if len(blocks) > 1 and blocks[1].startswith(">"):
        assert re.fullmatch(r"> .+", blocks[1])
    lists: dict[str, list[str]] = {}
    heading = ""
    for block in blocks[1:]:
        if block.startswith("#"):
            assert re.fullmatch(r"## .+", block)
            heading = block[3:]
            assert heading not in lists
        elif heading:
            lists[heading] = block.split("\n")
            assert all(LINK.fullmatch(line) for line in lists[heading]), block
    assert heading, "there are no lists"
    return lists


def test_the_listing_has_the_form_of_llmstxt_org(site: Site) -> None:
    site.render("how-to/dim/index.html", "<title>x</title><main><h1>[Dim] it</h1><p>So.</main>")
    pages = whole_pages(site.root)
    lists = held_to_form(llms.listing("lamps", pages, lambda page: f"https://x/{page.path}"))
    assert list(lists) == ["Documentation", "How to", "Optional"]
    assert lists["Documentation"][1] == (
        "- [Guide](https://x/guide): All that there is to know about lamps stands below."
    )
    assert lists["How to"] == ["- [Dim it](https://x/how-to/dim): So."]
    assert [line[:9] for line in lists["Optional"]] == ["- [Notes]"]


def test_an_empty_project_has_a_listing_too(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    pages = whole_pages(tmp_path / "root")
    assert llms.listing("none", pages, lambda page: page.path) == "# none\n"
    assert "".join(llms.full("none", pages)) == "# none\n"


def test_all_pages_in_one_are_bounded(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = whole_pages(site.root)
    whole = "".join(llms.full("lamps", pages))
    assert whole.count("\n---\n") == 3
    assert f"Source: {HOME}guide/\n\n# Guide\n" in whole
    assert KEY not in whole
    monkeypatch.setattr(llms, "MAX_FULL_CHARS", 300)
    cut = "".join(llms.full("lamps", pages))
    assert "more pages are left out here" in cut
    assert len(cut) < 700


@pytest.mark.parametrize(
    ("markdown", "note"),
    [
        ("# A\n\nOne. Two.\n", "One. Two."),
        ("# A\n\n```sh\nrun it\n```\n\nThen **this** `name_of_it`.", "Then this name_of_it."),
        ("# A\n\n| a | b |\n\n- no\n\nSo.", "So."),
        ("# A\n", ""),
        ("", ""),
        (f"# A\n\nA sentence. {'word ' * 100}end.", "A sentence."),
        ("# A\n\n灯りを消す。そして寝る。", "灯りを消す。そして寝る。"),
    ],
)
def test_a_page_is_told_by_its_first_sentences(markdown: str, note: str) -> None:
    assert llms.note_of(markdown) == note


# What is written, and where generators put it.
CONTENT = {
    "mkdocs": "//div[@role='main']",
    "material": "//article",
    "zensical": "//article",
    "furo": "//article",
    "rtd": "//div[@itemprop='articleBody']",
    "quarto": "//main",
}
# Said by the generator about a page, not by the page.
_FURNITURE = (
    ".//script | .//style | .//nav | .//footer | .//button | .//*[contains(@class, 'headerlink')] "
    "| .//*[contains(@class, 'md-source')] | .//*[contains(@class, 'linenos')] "
    "| .//*[contains(@class, 'toctree-wrapper')]"
)


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def said_by(page: bytes, way: str) -> str:
    """The words that a browser shows of a page's content, by lxml's own reading alone."""
    (content, *_) = html.fromstring(page).xpath(way)
    for each in content.xpath(_FURNITURE):
        each.drop_tree()
    return " ".join(content.itertext())


def compared(pages: WholePages, folder: Path, way: str) -> tuple[float, float]:
    """Of the words that rendered pages show, the share that their Markdown says, and the other way
    round."""
    shown, told, both = 0, 0, 0
    for page in pages.all():
        if page.rendered:
            one = words(said_by((folder / page.rendered).read_bytes(), way))
            other = words(pages.markdown(page))
            shown, told = shown + one.total(), told + other.total()
            both += (one & other).total()
    return both / shown, both / told


QUICK = ("mkdocs", "furo", "quarto")


@pytest.mark.parametrize(
    "kind",
    [each if each in QUICK else pytest.param(each, marks=pytest.mark.slow) for each in CONTENT],
)
def test_pages_as_markdown_say_what_each_generator_shows(kind: str, tmp_path: Path) -> None:
    folder = build(kind, tmp_path)
    pages = whole_pages(folder.parent)
    assert compared(pages, folder, CONTENT[kind]) == (1.0, 1.0)


def test_pages_as_markdown_say_what_long_pages_show(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs", reason="uv sync --group hosts")
    from mkdocs.commands.build import build as build_mkdocs
    from mkdocs.config import load_config

    root = tmp_path / "root"
    for name in ("README.md", "CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md"):
        renamed = name.lower().replace("readme", "index")
        repository.write(root, f"docs/{renamed}", (TOP / name).read_text())
    for path in (TOP / "docs").glob("*.md"):
        repository.write(root, f"docs/{path.name.lower()}", path.read_text())
    config = "site_name: H\nsite_url: https://h.example/\nmarkdown_extensions: [tables]\n"
    repository.write(root, "mkdocs.yml", config)
    build_mkdocs(load_config(str(root / "mkdocs.yml"), site_dir=str(root / "site")))
    pages = whole_pages(root)
    said, told = compared(pages, root / "site", CONTENT["mkdocs"])
    print(f"{said:.2%} of the words shown are said, {told:.2%} of those said are shown")
    assert said > 0.99
    assert told > 0.99


def test_a_page_of_any_name_has_an_address() -> None:
    page = Page(path="a b/ü?#.rst", title="x")
    assert page.markdown_name == "a%20b/%C3%BC%3F%23.rst.md"
