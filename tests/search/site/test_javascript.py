"""What configurations of JavaScript's generators read elsewhere, and what they leave out."""

from pathlib import Path

import pytest

from hyperrun.search.site import rules
from tests.search import repository
from tests.search.site.configurations.javascript import COLLECTIONS, DOCUSAURUS, FUMADOCS


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("import p from './package.json';", "https://x.org/"),
        ("const p = require('./package.json');", "https://x.org/"),
        ("const f = new URL('package.json', import.meta.url);\n"
         "const p = JSON.parse(fs.readFileSync(f));", "https://x.org/"),
        ("const p = require('../package.json');", ""),
        ("const p = JSON.parse(fetched());", ""),
    ],
)  # fmt: skip
def test_a_file_of_data_says_what_a_configuration_reads_in_it(
    tmp_path: Path, given: str, url: str
) -> None:
    exported = "module.exports = {url: p.homepage, baseUrl: '/', presets: ['classic']}"
    repository.write(tmp_path, "docusaurus.config.js", f"{given}\n{exported}")
    repository.write(tmp_path, "package.json", '{"homepage": "https://x.org"}')
    repository.write(tmp_path, "docs/a.md", "")
    assert rules.read(tmp_path).site_url == url


@pytest.mark.parametrize(
    ("site_url", "page"),
    [
        ("https://x.org/b/", "learn/intro"),
        ("https://x.org", "b/learn/intro"),
        ("https://preview.org/b", "learn/intro"),
        ("https://x.org/other/", "learn/intro"),
    ],
)
def test_a_base_that_the_operator_left_out_is_added(
    tmp_path: Path, site_url: str, page: str
) -> None:
    repository.write_all(tmp_path, DOCUSAURUS)
    assert rules.read(tmp_path, site_url).page("website/docs/intro.md") == page


@pytest.mark.parametrize(
    ("site_url", "page"), [("https://x.org", "docs/a"), ("https://x.org/docs", "a")]
)
def test_the_loader_of_Fumadocs_says_where_its_pages_begin(
    tmp_path: Path, site_url: str, page: str
) -> None:
    repository.write_all(tmp_path, FUMADOCS)
    assert rules.read(tmp_path, site_url).page("site/content/docs/a.mdx") == page


def test_of_collections_of_Fumadocs_the_one_called_docs_has_its_own_loader(tmp_path: Path) -> None:
    repository.write_all(tmp_path, COLLECTIONS)
    assert rules.read(tmp_path, "https://x.org").page("content/docs/a.mdx") == "docs/a"
