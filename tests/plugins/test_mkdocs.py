"""`plugins: [hyperrun]` on the real MkDocs and Material."""

from pathlib import Path

import httpx
import pytest

from hyperrun.search.site import manifest
from tests import generators
from tests.plugins import site
from tests.search.site.generated import write
from tests.server_process import free_port

OPTIONS = """
      server: https://chat.example.org
      color: "#e92063"
      open: true
      selection: false
      questions:
        - How do I dim a lamp?
        - What is it & why?
"""
BROKEN = "http://127.0.0.1:9"


def configured(root: Path, theme: str, options: str, more: str = "") -> None:
    text = f"site_name: Lantern\ntheme: {{name: {theme}, language: de}}\nplugins:\n  - hyperrun:"
    if theme == "mkdocs":
        text = text.replace(", language: de", "")
    write(root, {"manual/mkdocs.yml": f"{text}{options}{more}\n"})


def build(folder: Path, root: Path) -> str:
    command = site.python("mkdocs", "build", "--strict", "-f", "manual/mkdocs.yml")
    return site.build(folder, *command, cwd=root)


@pytest.mark.parametrize("theme", ["mkdocs", "material"])
def test_every_page_has_the_tag_once_and_its_options_arrive(tmp_path: Path, theme: str) -> None:
    root = tmp_path / "repository"
    count = site.PAGES if theme == "mkdocs" else 8
    sources = site.write_pages(root, "manual/docs", count=count)
    configured(root, theme, OPTIONS)
    build(tmp_path, root)
    built = root / "manual/site"
    pages = [page for page in built.rglob("*.html") if page.name != "404.html"]
    assert len(pages) == count
    for page in pages:
        (tag,) = site.tags(page.read_text())
        assert " async" in tag
        query = dict(httpx.URL(site.attribute(tag, "src")).params)
        assert query == {"color": "#e92063", "open": "true", "selection": "off",
                         "questions": "How do I dim a lamp?|What is it & why?"}  # fmt: skip
    site.check_pages(built, sources, lambda title: f">{title}")
    told = manifest.read((built / manifest.NAME).read_bytes())
    assert len(told) == count
    assert {each.language for each in told.values()} == {"de" if theme == "material" else ""}


@pytest.mark.parametrize(
    ("options", "more", "count"),
    [
        (f"\n      server: {BROKEN}", "", 1),
        (" {}", "", 0),
        (f"\n      server: {BROKEN}\n      enabled: false", "", 0),
        (f"\n      server: {BROKEN}", f"\nextra_javascript:\n  - {BROKEN}/embed?theme=dark", 1),
    ],
)
def test_a_build_is_green_whatever_the_server_does_and_a_line_of_ones_own_stays_the_only_one(
    tmp_path: Path, options: str, more: str, count: int
) -> None:
    write(tmp_path / "r", {"manual/docs/index.md": "# Lantern\n"})
    configured(tmp_path / "r", "mkdocs", options, more)
    build(tmp_path, tmp_path / "r")
    page = (tmp_path / "r/manual/site/index.html").read_text()
    assert len(site.tags(page)) == count


def test_the_version_that_mike_publishes_goes_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(generators.ENVIRONMENT, "MIKE_DOCS_VERSION", "2.1")
    write(tmp_path / "r", {"manual/docs/index.md": "# Lantern\n", ".git/HEAD": ""})
    configured(tmp_path / "r", "mkdocs", OPTIONS)
    build(tmp_path, tmp_path / "r")
    (origin,) = manifest.read(
        (tmp_path / "r/manual/site" / manifest.NAME).read_bytes()
    ).values()  # fmt: skip
    assert (origin.source, origin.version) == ("manual/docs/index.md", "2.1")


def test_an_option_that_there_is_none_of_is_mkdocs_own_word(tmp_path: Path) -> None:
    write(tmp_path / "r", {"manual/docs/index.md": "# Lantern\n"})
    configured(tmp_path / "r", "mkdocs", f"\n      server: {BROKEN}\n      colour: red")
    with pytest.raises(AssertionError, match="colour"):
        build(tmp_path, tmp_path / "r")


def test_a_server_that_is_no_address_is_told_and_no_tag_leads_nowhere(tmp_path: Path) -> None:
    write(tmp_path / "r", {"manual/docs/index.md": "# Lantern\n"})
    configured(tmp_path / "r", "mkdocs", "\n      server: chat.example.org")
    with pytest.raises(AssertionError, match=r"`server` is no address: 'chat\.example\.org'"):
        build(tmp_path, tmp_path / "r")


@pytest.mark.slow
@pytest.mark.alone  # it takes the usual port
def test_its_dev_server_has_hyperrun_beside_it_and_takes_it_along(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    site.write_pages(root, "manual/docs", count=8)
    configured(root, "material", OPTIONS)
    port = free_port()
    command = site.python("mkdocs", "serve", "-f", "manual/mkdocs.yml", "-a", f"127.0.0.1:{port}")
    with site.dev_server(tmp_path, *command, cwd=root) as running:
        server = site.check_dev_server(
            f"http://127.0.0.1:{port}/", root / "manual/docs/index.md", running
        )
    site.wait_for(lambda: site.is_gone(server), 15)
    assert not (root / ".hyperrun").exists()


@pytest.mark.slow
@pytest.mark.alone  # it takes the usual port
def test_a_dev_server_that_is_killed_takes_it_along_too(tmp_path: Path) -> None:
    write(tmp_path / "r", {"manual/docs/index.md": "# Lantern\n\nThe text of Lantern.\n"})
    configured(tmp_path / "r", "mkdocs", OPTIONS)
    address = f"127.0.0.1:{free_port()}"
    command = site.python("mkdocs", "serve", "-f", "manual/mkdocs.yml", "-a", address)
    with site.dev_server(tmp_path, *command, cwd=tmp_path / "r") as running:
        page = str(site.wait_for(lambda: httpx.get(f"http://{address}/").text))
        server = site.attribute(site.tags(page)[0], "src").partition("/embed")[0]
        site.wait_for(lambda: httpx.get(f"{server}/healthz").status_code == 200)
        running.kill()
        running.wait()
    site.wait_for(lambda: site.is_gone(server), 15)
