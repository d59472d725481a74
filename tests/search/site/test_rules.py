"""What holds of the rules of every generator: whose site, folder and version, and no harm done.

Where pages stand by those of each is in `configurations/`; Mintlify's and Eleventy's have files of
their own beside this one.
"""

import json
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from hyperrun.search.bounded import Worker
from hyperrun.search.site import rules
from tests.search import repository
from tests.search.site.configurations import (
    Files,
    books,
    hugo_and_jekyll,
    javascript,
    julia_elixir_dotnet,
    mkdocs,
    quarto,
    sphinx,
)

FAMILIES = (books, hugo_and_jekyll, javascript, julia_elixir_dotnet, mkdocs, quarto, sphinx)

MKDOCS = "site_url: https://x.org/d/\n"


@pytest.mark.parametrize(
    ("configuration", "file", "front", "page"),
    [each for family in FAMILIES for each in family.PAGES],
)
def test_a_file_has_its_page_by_its_generators_rules(
    tmp_path: Path, configuration: Files, file: str, front: Mapping[str, object], page: str | None
) -> None:
    repository.write_all(tmp_path, configuration)
    assert rules.read(tmp_path).page(file, front) == page


@pytest.mark.parametrize(
    ("configuration", "url"), [each for family in FAMILIES for each in family.SITES]
)
def test_the_site_is_where_its_configuration_says(
    tmp_path: Path, configuration: Files, url: str
) -> None:
    repository.write_all(tmp_path, configuration)
    assert rules.read(tmp_path).site_url == url


@pytest.mark.parametrize(
    ("configuration", "file"), [({}, "docs/a.md"), ({"package.json": "{}"}, "docs/a.rst")]
)
def test_a_file_of_no_generator_has_no_page(
    tmp_path: Path, configuration: Files, file: str
) -> None:
    repository.write_all(tmp_path, configuration)
    assert rules.read(tmp_path).page(file) is None


def test_the_operators_site_wins_over_the_configuration(tmp_path: Path) -> None:
    repository.write(tmp_path, "mkdocs.yml", MKDOCS)
    known = rules.read(tmp_path, "https://mine.example.org/docs")
    assert known.url(known.page("docs/a.md") or "") == "https://mine.example.org/docs/a/"
    assert known.url("./#b") == "https://mine.example.org/docs/#b"
    assert known.url("") is None


def test_each_folder_has_the_rules_of_its_own_configuration(tmp_path: Path) -> None:
    for language in ("de", "en"):
        text = f"site_url: https://x.org/{'' if language == 'en' else 'de/'}\n"
        repository.write(tmp_path, f"docs/{language}/mkdocs.yml", text)
    repository.write(tmp_path, "lab/_quarto.yml", "website: {site-url: https://lab.org}\n")
    repository.write(tmp_path, "old/mkdocs.yml", "site_name: nowhere\n")
    known = rules.read(tmp_path)
    assert known.site_url == "https://x.org/"
    assert known.page("docs/en/docs/a.md") == "a/"
    assert known.page("docs/de/docs/a.md") == "de/a/"
    assert known.page("lab/a.qmd") == "https://lab.org/a.html"
    assert known.page("old/docs/a.md") is None


def test_two_sites_at_one_address_are_not_both_there(tmp_path: Path) -> None:
    repository.write(tmp_path, "docs/en/mkdocs.yml", "site_url: https://x.org/\n")
    repository.write(tmp_path, "docs/de/mkdocs.yml", "INHERIT: ../en/mkdocs.yml\n")
    known = rules.read(tmp_path)
    assert known.page("docs/en/docs/a.md") == "a/"
    assert known.page("docs/de/docs/a.md") is None


@pytest.mark.parametrize(
    ("url", "keys"),
    [
        ("https://x.org/d/a/b/", ("a/b",)),
        ("https://x.org/d/a/b", ("a/b",)),
        ("https://X.org/d/a/b.html?q=1#c", ("a/b",)),
        ("https://x.org/d/a/index.html", ("a",)),
        ("https://x.org/d/", ("",)),
        ("https://x.org/d", ("",)),
        ("https://x.org/d/%C3%BCber/", ("über",)),
        ("https://x.org/d/2.1/a/b/", ("2.1/a/b", "a/b")),
        ("https://x.org/d/latest/", ("latest", "")),
        ("https://x.org/other/", ()),
        ("https://elsewhere.org/d/a/", ()),
    ],
)
def test_a_page_has_one_key_however_its_server_names_it(
    tmp_path: Path, url: str, keys: tuple[str, ...]
) -> None:
    repository.write(tmp_path, "mkdocs.yml", MKDOCS)
    assert rules.read(tmp_path).page_keys(url) == keys


@pytest.mark.parametrize(
    ("site_url", "page", "key", "version", "there"),
    [
        ("https://x.org/en/latest/", "https://x.org/en/stable/a/b.html", "a/b", "v2.1",
         "https://x.org/en/v2.1/"),
        ("https://x.org/en/latest/", "https://x.org/en/v2.1/a/", "a", "2", "https://x.org/en/2/"),
        ("https://x.org/2.0/", "https://x.org/2/a/", "a", "2", "https://x.org/2/"),
        ("https://x.org/docs/", "https://x.org/docs/v1/a/", "v1/a", "v1", ""),
        ("https://x.org/en/latest/", "https://x.org/fr/latest/a/", None, "3.0",
         "https://x.org/en/3.0/"),
    ],
)  # fmt: skip
def test_versions_stand_beside_each_other(
    site_url: str, page: str, key: str | None, version: str, there: str
) -> None:
    known = rules.Rules(site_url)
    assert next(iter(known.page_keys(page)), None) == key
    assert known.at_version(version) == there


def test_other_rules_have_another_fingerprint(tmp_path: Path) -> None:
    seen = set()
    for text in ("a: 1", "use_directory_urls: false", "docs_dir: d", "site_url: https://x.org/"):
        repository.write(tmp_path, "mkdocs.yml", text + "\n")
        seen.add(rules.read(tmp_path).fingerprint)
    assert len(seen) == 4
    assert rules.read(tmp_path).fingerprint in seen


def test_configuration_is_never_run(tmp_path: Path) -> None:
    trap = tmp_path / "ran"
    repository.write(tmp_path, "docs/index.rst", "x\n=\n")
    repository.write(
        tmp_path, "docs/conf.py", f"project = 'x'\nopen({str(trap)!r}, 'w')\nhtml_baseurl = 1 / 0\n"
    )
    repository.write(
        tmp_path,
        "mkdocs.yml",
        f"site_url: !!python/object/apply:os.system ['touch {trap}']\n",
    )
    repository.write(
        tmp_path,
        "w/docusaurus.config.js",
        f"require('fs').writeFileSync({json.dumps(str(trap))}, '');",
    )
    rules.read(tmp_path)
    assert not trap.exists()


def test_a_hostile_tree_costs_its_bounds(tmp_path: Path) -> None:
    repository.write(tmp_path, "mkdocs.yml", "a: " + "[" * 50_000)
    repository.write(tmp_path, "book.toml", "a = " + "[" * 50_000)
    repository.write(tmp_path, "docs/conf.py", "project = " + "(" * 50_000)
    repository.write(tmp_path, "docs/index.rst", "x\n=\n")
    repository.write(tmp_path, "docusaurus.config.js", "module.exports = " + "[" * 50_000)
    repository.write(tmp_path, "a/docusaurus.config.js", "const a = b, b = a;\nmodule.exports = a")
    assert rules.read(tmp_path).page("docs/a.md") is None


@pytest.mark.parametrize(
    "config",
    [
        {"mix.exs": "app: :lamps, package: [], extras: [" + "a.md, " * 20_000},
        {"mix.exs": "extras: [" + "a" * 200_000},
        {"mix.exs": "extras: []" + "\n" * 200_000},
        {"docs/make.jl": "makedocs()" + "\n" * 200_000, "docs/src/index.md": "# Lamps"},
    ],
    ids=["pages", "a name", "lines of a mix.exs", "lines of a make.jl"],
)
def test_what_a_configuration_repeats_is_read_in_time(tmp_path: Path, config: Files) -> None:
    repository.write_all(tmp_path, config)
    with closing(Worker(partial(rules.read, tmp_path), cpu_s=5)) as worker:
        worker.ask("https://lamps.org/")
        assert worker.answer().site_url == "https://lamps.org/"


def test_what_Quarto_keeps_of_a_page_with_its_outputs_is_no_page(tmp_path: Path) -> None:
    repository.write_all(tmp_path, {"docs/_quarto.yml": "project: {type: website}\n"})
    known = rules.read(tmp_path)
    assert known.leaves_out("docs/a/index.html.md", {})
    assert not known.leaves_out("docs/a/index.qmd", {})
    assert not known.leaves_out("b.html.md", {})
