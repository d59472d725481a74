"""`extensions = ["hyperrun.sphinx"]` on the real Sphinx and its themes."""

from pathlib import Path

import pytest

from hyperrun.search.site import manifest
from tests import generators
from tests.plugins import site
from tests.search.site.generated import write
from tests.server_process import free_port

OPTIONS = """
hyperrun_server = "https://chat.example.org"
hyperrun_options = {
    "color": "#e92063",
    "open": True,
    "selection": False,
    "questions": ["How do I dim a lamp?", 'What is "it" & why?'],
}
"""
BROKEN = "http://127.0.0.1:9"


def configured(root: Path, theme: str, more: str) -> None:
    text = 'project = "Lantern"\nlanguage = "de"\nextensions = ["hyperrun.sphinx"]\n'
    text += f'html_theme = "{theme}"\n'
    write(root, {"manual/conf.py": text + more})


def build(folder: Path, root: Path, builder: str = "html") -> str:
    command = site.python("sphinx", "-q", "-W", "-b", builder, "manual", "built")
    return site.build(folder, *command, cwd=root)


@pytest.mark.parametrize(
    ("theme", "builder", "count"), [("furo", "dirhtml", 8), ("alabaster", "html", site.PAGES)]
)
def test_every_page_has_the_tag_once_and_its_options_arrive(
    tmp_path: Path, theme: str, builder: str, count: int
) -> None:
    if theme != "alabaster":  # which comes with Sphinx
        pytest.importorskip(theme, reason="uv sync --group hosts")
    root = tmp_path / "repository"
    sources = site.write_pages(root, "manual", ".rst", count)
    configured(root, theme, OPTIONS)
    index = root / "manual/index.rst"
    index.write_text(index.read_text() + "\n.. toctree::\n   :glob:\n\n   *\n   */*\n")
    build(tmp_path, root, builder)
    pages = [
        page for page in (root / "built").rglob("*.html")
        if not {"genindex", "search", "_static"} & set(page.with_suffix("").parts)
    ]  # fmt: skip
    assert len(pages) == count
    for page in pages:
        (tag,) = site.tags(page.read_text())
        assert ' async="async"' in tag
        assert site.attribute(tag, "src") == "https://chat.example.org/embed"
        told = {name: site.attribute(tag, f"data-{name}") for name in
                ("color", "open", "selection", "questions")}  # fmt: skip
        assert told == {"color": "#e92063", "open": "true", "selection": "off",
                        "questions": 'How do I dim a lamp?|What is "it" & why?'}  # fmt: skip
    site.check_pages(root / "built", sources, lambda title: f"<h1>{title}")


@pytest.mark.parametrize(
    ("more", "count"),
    [
        (f'hyperrun_server = "{BROKEN}"\n', 1),
        ("", 0),
        (f'hyperrun_server = "{BROKEN}"\nhtml_js_files = ["{BROKEN}/embed"]\n', 1),
        (f'hyperrun_server = "{BROKEN}"\nhyperrun_options = {{"colour": "red"}}\n', 1),
    ],
)
def test_a_build_is_green_whatever_the_server_does_and_a_line_of_ones_own_stays_the_only_one(
    tmp_path: Path, more: str, count: int
) -> None:
    write(tmp_path / "r", {"manual/index.rst": "Lantern\n=======\n"})
    configured(tmp_path / "r", "alabaster", more)
    build(tmp_path, tmp_path / "r")
    assert len(site.tags((tmp_path / "r/built/index.html").read_text())) == count


def test_the_version_that_read_the_docs_publishes_goes_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        generators, "ENVIRONMENT", {**generators.ENVIRONMENT, "HOSTED_VERSION": "stable"}
    )
    write(tmp_path / "r", {"manual/index.rst": "Lantern\n=======\n", ".git/HEAD": ""})
    more = 'import os\nos.environ["READTHEDOCS_VERSION"] = os.environ["HOSTED_VERSION"]\n'
    configured(tmp_path / "r", "alabaster", more + OPTIONS)
    build(tmp_path, tmp_path / "r")
    (origin,) = manifest.read((tmp_path / "r/built" / manifest.NAME).read_bytes()).values()
    assert origin == manifest.Origin("manual/index.rst", "stable", "de")


@pytest.mark.slow
@pytest.mark.alone  # it takes the usual port
def test_sphinx_autobuild_has_hyperrun_beside_it_and_takes_it_along(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    write(root, {"manual/index.rst": "Lantern\n=======\n\nThe text of Lantern.\n", ".git/HEAD": ""})
    configured(root, "alabaster", OPTIONS)
    port = free_port()
    command = site.python("sphinx_autobuild", "--port", str(port), "manual", "built")
    with site.dev_server(tmp_path, *command, cwd=root) as running:
        address = f"http://127.0.0.1:{port}/"
        server = site.check_dev_server(address, root / "manual/index.rst", running)
    site.wait_for(lambda: site.is_gone(server), 15)
