"""`python -m hyperrun pages`, as a real process."""

import json
from pathlib import Path

import pytest

from tests import standing_by
from tests.search import repository
from tests.search.site.test_crawl import serving
from tests.search.site.test_pages import BUTTON, CONFIG, GENERATED, GUIDE, WHEEL, Site, page


def run(*arguments: str, status: int = 0, anew: bool = False, **environment: str) -> str:
    done = standing_by.run("hyperrun", *arguments, env={"PATH": "", **environment}, anew=anew)
    assert done.returncode == status, done.stderr + done.stdout
    return done.stdout if status != 2 else done.stderr


def pages(
    root: Path, *arguments: str, status: int = 0, anew: bool = False, **environment: str
) -> str:
    data = str(root.parent / "data")
    return run("pages", "--repo", str(root), *arguments, status=status, anew=anew,
               HYPERRUN_DATA_DIR=data, **environment)  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Site(tmp_path / "root").root


def test_the_table_says_what_was_read_and_what_was_matched(root: Path) -> None:
    (found,) = json.loads(pages(root, "--json"))
    assert (found["pages"], found["matched"], found["only_rendered"]) == (2, 3, 2)
    assert found["pages_from"] == "the folder site"
    assert "| root |" in pages(root, anew=True)


def test_what_is_left_out_of_the_build_has_no_address(root: Path) -> None:
    repository.write(root, "docs/draft.md", "# Draft\n\nNobody has made a page of this so far.\n")
    assert "0 wrong" in pages(root, "--check")
    (found,) = json.loads(pages(root, "--json", HYPERRUN_SITE_DIR="off"))
    addresses = found["addresses"]
    (found,) = json.loads(pages(root, "--json"))
    assert found["only_source"] == 1
    Site(root).render("draft/index.html", page(title="Draft"))
    (found,) = json.loads(pages(root, "--json"))
    assert (found["only_source"], found["without_address"]) == (0, 0)
    assert addresses >= 3


def test_without_rendered_pages_the_published_site_is_asked(tmp_path: Path) -> None:
    root = tmp_path / "root"
    with serving() as site:
        repository.write(root, "mkdocs.yml", CONFIG)
        repository.write(root, "docs/guide.md", GUIDE)
        url = site.address + "/docs/"
        site.replies["/docs/guide/"] = (200, {"Content-Type": "text/html"},
                                        page(WHEEL, BUTTON, GENERATED).encode())  # fmt: skip
        assert "0 wrong" in pages(root, "--check", HYPERRUN_SITE_URL=url)
        site.page("/docs/guide/", "")
        said = pages(root, "--check", status=1, HYPERRUN_SITE_URL=url)
        assert "guide/#dim-a-lamp_1: the page has no such anchor" in said
    assert "hyperrun:" in pages(root, "--check", status=2, HYPERRUN_SITE_URL=url)


def test_a_first_look_asks_no_network(root: Path) -> None:
    with serving() as site:
        pages(root, HYPERRUN_SITE_URL=site.address + "/docs/")
        assert site.asked == []


def test_the_published_site_is_one_of_several_sources(root: Path, tmp_path: Path) -> None:
    with serving() as site:
        site.page("/docs/", "<h2 id=x>X</h2><p>A harmonica everybody should find.</p>")
        site.sitemap("/docs/")
        config = tmp_path / "sources.toml"
        config.write_text(
            f'[[source]]\nlabel = "manual"\npath = "{root.name}"\n'
            f'[[source]]\nlabel = "blog"\nsite = "{site.address}/docs/"\n'
        )
        named = {"HYPERRUN_CONFIG": str(config), "HYPERRUN_DATA_DIR": str(tmp_path / "data")}
        assert "passages" in run("index", anew=True, **named)  # type: ignore[arg-type]
        found = json.loads(run("search", "--json", "-k", "1", "harmonica", **named))  # type: ignore[arg-type]
        assert (found[0]["source"], found[0]["file"], found[0]["kind"]) == ("blog", "./", "page")
        assert found[0]["url"].startswith(f"{site.address}/docs/#x:~:text=A%20harmonica")
        found = json.loads(run("search", "--json", "-k", "1", "button chime", **named))  # type: ignore[arg-type]
        assert (found[0]["source"], found[0]["file"]) == ("manual", "docs/guide.md")
        assert found[0]["url"] == "https://lamps.example/docs/guide/#dim-a-lamp_1"
        labels = [each["source"] for each in json.loads(run("pages", "--json", **named))]  # type: ignore[arg-type]
        assert labels == ["manual", "blog"]


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("[[source]", "cannot be read"),
        ("x = 1", "names no [[source]]"),
        ("[[source]]\nlabel = 'a'", "one of path, git and site"),
        ("[[source]]\npath = '.'", "label is"),
        ("[[source]]\nlabel = '../a'\npath = '.'", "label is"),
        ("[[source]]\nlabel = 'a'\npath = '.'\nkind = 'poem'", "kind is one of"),
        ("[[source]]\nlabel = 'a'\npath = '.'\nlable = 'b'", "there is no 'lable'"),
        ("[[source]]\nlabel = 'a'\ngit = 'https://x.example/y'\ntoken = 'NOT_SET'", "NOT_SET"),
        ("[[source]]\nlabel = 'a'\npath = '.'\n[[source]]\nlabel = 'A'\npath = '.'", "two sources"),
        ("[[source]]\nlabel = 'a'\nsite = 'ftp://x'", "http(s)"),
        ("[[source]]\nlabel = 'a'\npath = '.'\ninclude = 'x'", "list of globs"),
        ("[[source]]\nlabel = 'a'\npath = 'nowhere'", "is not a folder"),
    ],
)
def test_what_is_wrong_in_the_file_is_said_plainly(toml: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "hyperrun.toml").write_text(toml)
    said = run("pages", "--repo", str(tmp_path), status=2, HYPERRUN_DATA_DIR=str(tmp_path / "d"))
    assert says in said
    assert "Traceback" not in said


@pytest.mark.parametrize("arguments", [(), ("--help",), ("help",)])
def test_each_verb_is_told(arguments: tuple[str, ...]) -> None:
    said = run(*(arguments or ("--help",)))
    assert all(verb in said for verb in ("serve", "search", "pages", "index", "report", "export"))
    assert "there is no verb 'dance'" in run("dance", status=2)


def test_the_operators_other_commands_are_verbs(tmp_path: Path) -> None:
    data = {"HYPERRUN_DATA_DIR": str(tmp_path)}
    assert "there is no" in run("report", status=2, anew=True, **data)
    assert "hyperrun.sqlite3" in run("delete", "no-such-id", status=2, anew=True, **data)
    assert "--host" in run("serve", "--help")
