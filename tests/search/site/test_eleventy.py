"""Eleventy's sites: their addresses and anchors."""

from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from hyperrun.search.parsing import files
from hyperrun.search.site import rules
from tests.search import repository

CONFIG = """const markdownItAnchor = require("markdown-it-anchor");
const { slug } = require("github-slugger");

module.exports = function (config) {
    config.ignores.add("src/static/map.md");
    config.setLibrary("md", markdownIt().use(markdownItAnchor, { slugify: s => slug(s) }));
    return { pathPrefix: "/docs/", dir: { input: "src", data: "_data" } };
};
"""


@pytest.mark.parametrize(
    ("file", "front", "page"),
    [
        ("docs/src/index.md", {}, "./"),
        ("docs/src/use/index.md", {}, "use/"),
        ("docs/src/use/lamps.md", {}, "use/lamps/"),
        ("docs/src/lamps/lamps.md", {}, "lamps/"),
        ("docs/src/lamps.md", {"permalink": "/light/index.html"}, "light/"),
        ("docs/src/lamps.md", {"permalink": "a/{{ page.fileSlug }}.html"}, "a/lamps.html"),
        ("docs/src/2026-01-31-lamps.md", {"permalink": "{{ page.filePathStem }}/"}, "lamps/"),
        ("docs/src/lamps.md", {"permalink": "{{ title | slugify }}/"}, None),
        ("docs/src/lamps.md", {"permalink": False}, None),
        ("docs/src/lamps.md", {"eleventyComputed": {"permalink": "/b/"}}, "b/"),
        ("docs/src/old/lamps.md", {}, "old/lamps.html"),
        ("docs/src/old/index.md", {}, "old/"),
        ("docs/src/old/bulbs/lamps.md", {"permalink": "/b/"}, "b/"),
        ("docs/src/_includes/lamps.md", {}, None),
        ("docs/src/static/map.md", {}, None),
        ("docs/README.md", {}, None),
    ],
)
def test_a_page_stands_where_its_permalink_says(
    tmp_path: Path, file: str, front: dict[str, Any], page: str | None
) -> None:
    repository.write(tmp_path, "docs/.eleventy.js", CONFIG)
    repository.write(
        tmp_path, "docs/src/old/old.json", '{"permalink": "{{ page.filePathStem }}.html"}'
    )
    assert rules.read(tmp_path).page(file, front) == page


@pytest.mark.parametrize(
    "config",
    [
        "export default (config) => {}\nexport const config = { dir: { input: 'src' } };\n",
        "export default (config) => { config.setInputDirectory('src'); };\n",
    ],
)
def test_its_sources_are_where_the_third_version_says(tmp_path: Path, config: str) -> None:
    repository.write(tmp_path, "eleventy.config.mjs", config)
    repository.write(tmp_path, "src/lamps.md", "# Lamps\n")
    site = rules.read(tmp_path)
    assert (site.page("src/lamps.md", {}), site.page("lamps.md", {})) == ("lamps/", None)


def test_a_permalink_that_code_computes_is_not_known(tmp_path: Path) -> None:
    repository.write(tmp_path, "docs/.eleventy.js", CONFIG)
    data = "module.exports = { eleventyComputed: { permalink: (data) => data.title } };\n"
    repository.write(tmp_path, "docs/src/use/use.11tydata.js", data)
    repository.write(tmp_path, "docs/src/use/lamps.md", "# Lamps\n")
    assert rules.read(tmp_path).page("docs/src/use/lamps.md", {}) is None


def test_a_number_of_many_digits_is_read_past(tmp_path: Path) -> None:
    config = CONFIG.replace("pathPrefix:", f"most: {'1' * 5_000}, pathPrefix:")
    repository.write(tmp_path, "docs/.eleventy.js", config)
    repository.write(tmp_path, "docs/src/lamps.md", "# Lamps\n")
    assert rules.read(tmp_path).page("docs/src/lamps.md", {}) is not None


def test_headings_have_the_anchors_that_its_configuration_names(tmp_path: Path) -> None:
    text = "---\ntitle: Lamps\n---\n\n## Dim it: `--down`\n\nSlowly.\n"
    repository.write(tmp_path, "docs/.eleventy.js", CONFIG)
    repository.write(tmp_path, "docs/src/lamps.md", text)
    lamps = PurePosixPath("docs/src/lamps.md")
    (chunk,) = files.read(tmp_path, lamps, rules.read(tmp_path))
    assert chunk.address == "lamps/#dim-it---down"
    repository.write(tmp_path, "docs/.eleventy.js", CONFIG.replace("github-slugger", "slug"))
    (chunk,) = files.read(tmp_path, lamps, rules.read(tmp_path))
    assert chunk.address == "lamps/"
