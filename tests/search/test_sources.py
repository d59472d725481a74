"""What is searched, as a file names it and the settings."""

from pathlib import Path

import pytest

from hyperrun.errors import BadSetting
from hyperrun.search import sources
from hyperrun.settings import Settings

SITE, DIR = "https://lamps.example/", "built"


@pytest.mark.parametrize(
    ("tables", "sites"),
    [
        (('label = "a"\npath = "."',), [(SITE, DIR)]),
        (('label = "a"\npath = "."\nurl = "https://b.example/"',), [("https://b.example/", "")]),
        (('label = "a"\npath = "."\nsite_dir = "own"',), [(SITE, "own")]),
        (('label = "a"\nsite = "https://b.example/"',), [("https://b.example/", "")]),
        (
            ('label = "a"\npath = "."\nkind = "code"', 'label = "b"\npath = "b"'),
            [("", ""), (SITE, DIR)],
        ),
        (('label = "a"\npath = "."', 'label = "b"\npath = "b"'), [(SITE, DIR), ("", "")]),
    ],
)
def test_the_settings_say_where_the_site_is_of_the_first_documentation_that_says_it_not(
    tmp_path: Path, tables: tuple[str, ...], sites: list[tuple[str, str]]
) -> None:
    (tmp_path / sources.FILE).write_text("\n".join(f"[[source]]\n{each}" for each in tables))
    settings = Settings(repo_path=str(tmp_path), site_url=SITE, site_dir=DIR)
    found = sources.read(settings, {})
    assert [(each.site_url, each.site_dir) for each in found] == sites


def test_an_address_of_a_source_is_where_its_site_begins(tmp_path: Path) -> None:
    table = '[[source]]\nlabel = "a"\npath = "."\nurl = "https://a.example/index.html"\n'
    (tmp_path / "hyperrun.toml").write_text(table)
    with pytest.raises(
        BadSetting, match=r"source 1: https://a\.example/index\.html is where the site"
    ):
        sources.read(Settings(repo_path=str(tmp_path)))


def test_the_file_of_sources_may_be_saved_by_any_editor_as_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "hyperrun.toml"
    text = '[[source]]\r\nlabel = "manual"\r\npath = "größe"\r\n'
    file.write_bytes(text.encode("utf-8-sig"))
    settings = Settings(repo_path=str(tmp_path))
    assert [each.label for each in sources.read(settings)] == ["manual"]
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(
        BadSetting, match=r"^hyperrun\.toml cannot be read: it is not saved as UTF-8$"
    ):
        sources.read(settings)


def test_the_files_of_one_source_are_called_as_they_are(tmp_path: Path) -> None:
    """The label is of `hyperrun init`, after the folder's name, and tells a reader nothing."""
    file, one = tmp_path / sources.FILE, '[[source]]\nlabel = "{0}"\npath = "{0}"\n'
    settings = Settings(repo_path=str(tmp_path))
    file.write_text(one.format("a"))
    assert [(each.label, each.prefix) for each in sources.read(settings, {})] == [("a", "")]
    file.write_text(one.format("a") + one.format("b"))
    assert [each.prefix for each in sources.read(settings, {})] == ["a/", "b/"]


def test_globs_of_the_settings_count_for_a_source_that_names_none(tmp_path: Path) -> None:
    """After `hyperrun init`, which writes the file, they counted for nothing."""
    own = 'label = "b"\npath = "."\nexclude = ["b/"]\ninclude = []\n'
    (tmp_path / sources.FILE).write_text(f'[[source]]\nlabel = "a"\npath = "."\n[[source]]\n{own}')
    settings = Settings(repo_path=str(tmp_path), include=("*.md",), exclude=("drafts/",))
    found = sources.read(settings, {})
    assert [(each.include, each.exclude) for each in found] == [
        (("*.md",), ("drafts/",)), ((), ("b/",))
    ]  # fmt: skip
