"""Every address stands on the page that its generator has really made, at the right heading."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from hyperrun.search.parsing import files
from hyperrun.search.site import heading_text, rendered, rules, sluggers
from hyperrun.search.site.match import match
from tests import generators
from tests.search.site import constructs
from tests.search.site.generated import (
    NASTY,
    OWN,
    anchors,
    check,
    check_the_words,
    markdown,
    section,
    write,
)

HOSTS = "uv sync --group hosts"
TITLED = "---\ntitle: A page\n---\n"


def run(root: Path, *command: str, timeout_s: int = 300) -> None:
    """Run a generator in `root`, and show what it said where it fails."""
    done = subprocess.run(
        command, cwd=root, capture_output=True, text=True, timeout=timeout_s, check=False,
        env=generators.ENVIRONMENT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]


def python(root: Path, module: str, *arguments: str) -> None:
    if subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True).returncode:
        generators.missing(f"{module} is not installed: {HOSTS}")
    run(root, sys.executable, "-m", module, *arguments)


def program(name: str) -> str:
    """A generator that no package index of ours has; the test is skipped without it."""
    found = shutil.which(name) or shutil.which(name, path=os.environ.get("GENERATORS_PATH", ""))
    if found is None:
        generators.missing(f"NOT CHECKED: {name} is not installed")
    return found


MKDOCS_EXTENSIONS = {
    "plain": "",
    "attributes": "markdown_extensions: [attr_list, {toc: {permalink: true, separator: _}}]\n",
    "unicode": "markdown_extensions:\n  attr_list:\n  toc:\n"
    "    slugify: !!python/object/apply:pymdownx.slugs.slugify {kwds: {case: lower}}\n",
    "unicode of Markdown": "markdown_extensions:\n  - toc:\n"
    "      slugify: !!python/name:markdown.extensions.toc.slugify_unicode\n",
    "flat": "use_directory_urls: false\nmarkdown_extensions: [extra]\n",
}


@pytest.mark.parametrize("theme", ["mkdocs", "material"])
@pytest.mark.parametrize("extensions", MKDOCS_EXTENSIONS)
def test_mkdocs(tmp_path: Path, extensions: str, theme: str) -> None:
    text = MKDOCS_EXTENSIONS[extensions]
    write(tmp_path, {
        "mkdocs.yml": f"site_name: x\ntheme: {theme}\nplugins: []\ndocs_dir: ./pages/\n{text}"
        "exclude_docs: |\n  draft.md\n",
        "pages/index.md": markdown((*NASTY, *OWN)),
        "pages/a b/README.md": markdown(),
        "pages/deep/er/page.md": markdown(),
        "pages/draft.md": markdown(),
    })  # fmt: skip
    python(tmp_path, "mkdocs", "build", "-q")
    sources = ["pages/index.md", "pages/a b/README.md", "pages/deep/er/page.md"]
    assert check(tmp_path, tmp_path / "site", sources) > 80
    with pytest.raises(AssertionError, match="no such page"):
        check(tmp_path, tmp_path / "site", ["pages/draft.md"])


def test_what_material_shows(tmp_path: Path) -> None:
    write(tmp_path, {
        "mkdocs.yml": constructs.MATERIAL_CONFIG,
        "docs/index.md": constructs.MATERIAL,
        "lamps/lamp.py": constructs.LAMP,
    })  # fmt: skip
    python(tmp_path, "mkdocs", "build", "-q")
    check_the_words(tmp_path, "docs/index.md", tmp_path / "site/index.html", 7)


def test_what_sphinx_shows(tmp_path: Path) -> None:
    write(tmp_path, {
        "docs/conf.py": "project = 'x'\n",
        "docs/index.rst": constructs.RESTRUCTURED,
        "docs/other.rst": constructs.OTHER,
        "docs/lamp.py": constructs.LAMP,
    })  # fmt: skip
    python(tmp_path, "sphinx", "-Q", "docs", "built")
    check_the_words(tmp_path, "docs/index.rst", tmp_path / "built/index.html", 7)


def test_what_myst_shows(tmp_path: Path) -> None:
    write(tmp_path, {
        "docs/conf.py": "project = 'x'\nextensions = ['myst_parser']\n"
        "myst_enable_extensions = ['colon_fence', 'deflist']\n",
        "docs/index.md": constructs.MYST,
        "docs/other.rst": constructs.OTHER,
        "docs/lamp.py": constructs.LAMP,
    })  # fmt: skip
    if subprocess.run([sys.executable, "-c", "import myst_parser"], capture_output=True).returncode:
        generators.missing(f"myst_parser is not installed: {HOSTS}")
    python(tmp_path, "sphinx", "-Q", "docs", "built")
    check_the_words(tmp_path, "docs/index.md", tmp_path / "built/index.html", 6)


def test_zensical(tmp_path: Path) -> None:
    write(tmp_path, {
        "zensical.toml": '[project]\nsite_name = "x"\n',
        "docs/index.md": markdown((*NASTY, *OWN)),
        "docs/deep/page.md": markdown(),
    })  # fmt: skip
    python(tmp_path, "zensical", "build")
    assert check(tmp_path, tmp_path / "site", ["docs/index.md", "docs/deep/page.md"]) > 50


RESTRUCTURED = (
    "Set it up!",
    "Set it up!",
    "``__init__`` and ``x < y > z``",
    "What is **bold** *and* `a link <https://x.org/a>`_?",
    "Über straße und Ångström",
    "中文",
    "日本語の見出し",
    "\"Quotes\" & 'more'",
    "1.0 release",
    "3.2.1",
    r"snake_case\_ and \_escaped\_",
    ":class:`~pathlib.Path` and :meth:`.run`",
    ":ref:`A reference <somewhere>`",
    "C++",
    "id1",
    "Set it up!",
    "Ends with a dash -",
)


def restructured() -> str:
    parts = ["The title of a page\n" + "=" * 40, "\n.. _somewhere:\n"]
    for mark, heading in enumerate(RESTRUCTURED, 1):
        label = f".. _My Label_{mark}:\n\n" if mark % 5 == 0 else ""
        parts.append(f"{label}{heading}\n{'-' * 80}\n\n{section(mark)}")
    return "\n".join(parts)


@pytest.mark.parametrize("builder", ["html", "dirhtml"])
def test_sphinx(tmp_path: Path, builder: str) -> None:
    write(tmp_path, {
        ".readthedocs.yaml": f"sphinx:\n  builder: {builder}\n",
        "manual/source/conf.py": "project = 'x'\nexclude_patterns = ['parts']\n",
        "manual/source/index.rst": restructured() + "\n.. toctree::\n\n   deep/page\n",
        "manual/source/deep/page.rst": restructured(),
        "manual/source/parts/one.rst": restructured(),
    })  # fmt: skip
    python(tmp_path, "sphinx", "-q", "-b", builder, "manual/source", "built")
    sources = ["manual/source/index.rst", "manual/source/deep/page.rst"]
    assert check(tmp_path, tmp_path / "built", sources) == 2 * len(RESTRUCTURED)
    with pytest.raises(AssertionError, match="no such page"):
        check(tmp_path, tmp_path / "built", ["manual/source/parts/one.rst"])


API = '''"""Lamps."""


class Lamp:
    """A lamp that shines."""

    level: int = 3
    """How bright it is."""

    def __init__(self, level: int = 3) -> None:
        self.level = level

    def dim(self, by: int = 1) -> None:
        """Make it darker."""

    @property
    def is_on(self) -> bool:
        """Does it shine?"""


def find(name: str) -> Lamp:
    """Find one by its name."""
'''
OBJECTS = ["lamps.Lamp", "lamps.Lamp.dim", "lamps.Lamp.is_on", "lamps.Lamp.level", "lamps.find"]


def check_the_objects(root: Path, source: str, page: Path, names: list[str]) -> None:
    """Each object has an address that is on its page, and the page's own section its name."""
    ids = rendered.read(page.read_bytes())
    assert ids is not None
    chunks = files.read(root, PurePosixPath(source), rules.read(root))
    anchors = [chunk.address.partition("#")[2] for chunk in chunks]
    assert sorted(each for each in anchors if each in names) == sorted(names)
    assert set(anchors) <= ids.ids | {""}, anchors
    called = [each.title.rpartition(" > ")[2] for each in ids.sections]
    assert set(names) <= set(called), called
    matched = match(chunks, ids.sections, "api/", ids.ids)
    assert matched is not None
    placed = {chunk.title: chunk.address for chunk in matched.chunks}
    for name in names:
        assert placed[f"API > {name}"].endswith(f"#{name}")


def test_the_objects_that_sphinx_describes(tmp_path: Path) -> None:
    pytest.importorskip("myst_parser", reason="uv sync --group hosts")
    described = ".. automodule:: lamps\n   :members:\n\n.. py:function:: light(hue)\n\n   Shine.\n"
    write(tmp_path, {
        "docs/conf.py": "project = 'x'\nextensions = ['sphinx.ext.autodoc', 'myst_parser']\n"
        "import sys\nsys.path.insert(0, '..')\n",
        "docs/index.rst": f"API\n===\n\n{described}",
        "docs/marked.txt": f"# API\n\n```{{eval-rst}}\n{described}```\n",
        "lamps.py": API,
    })  # fmt: skip
    python(tmp_path / "docs", "sphinx", "-q", ".", "../built")
    names = [*OBJECTS, "lamps.light"]
    check_the_objects(tmp_path, "docs/index.rst", tmp_path / "built/index.html", names)
    (tmp_path / "docs/index.rst").unlink()  # an object has one page
    (tmp_path / "docs/marked.txt").rename(tmp_path / "docs/index.md")
    python(tmp_path / "docs", "sphinx", "-q", ".", "../other")
    check_the_objects(tmp_path, "docs/index.md", tmp_path / "other/index.html", names)


def test_the_objects_that_mkdocstrings_describes(tmp_path: Path) -> None:
    write(tmp_path, {
        "mkdocs.yml": "site_name: x\nplugins:\n  - mkdocstrings:\n      handlers:\n"
        "        python: {paths: [.]}\n",
        "docs/index.md": "# API\n\nWords of it.\n\n::: lamps\n",
        "lamps.py": API,
    })  # fmt: skip
    python(tmp_path, "mkdocs", "build", "-q")
    check_the_objects(tmp_path, "docs/index.md", tmp_path / "site/index.html", OBJECTS)


def test_myst(tmp_path: Path) -> None:
    nasty = [each for each in NASTY if "_escaped" not in each]
    nasty += ["{py:class}`~pathlib.Path` here", "{ref}`words <somewhere>` there"]
    labelled = markdown(nasty).replace("## C++", "(My Label)=\n## C++")
    write(tmp_path, {
        "docs/conf.py": "project = 'x'\nextensions = ['myst_parser']\n",
        "docs/index.md": labelled,
        "docs/deep/page.md": markdown(nasty),
    })  # fmt: skip
    if subprocess.run([sys.executable, "-c", "import myst_parser"], capture_output=True).returncode:
        generators.missing(f"myst_parser is not installed: {HOSTS}")
    python(tmp_path, "sphinx", "-Q", "docs", "built")
    assert check(tmp_path, tmp_path / "built", ["docs/index.md", "docs/deep/page.md"]) > 50


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_docusaurus(tmp_path: Path) -> None:
    modules = generators.install_from_npm(generators.EXAMPLES / "docusaurus")
    # MDX takes `<` and braces for its own.
    nasty = [*NASTY, *OWN, "A <b>component</b> here"]
    write(tmp_path, {
        "site/docusaurus.config.js": "module.exports = {title: 'x', url: 'https://x.org', "
        "baseUrl: '/', onBrokenLinks: 'ignore', presets: [['classic', {docs: {path: '../docs', "
        "routeBasePath: 'learn'}, blog: {}}]]};",
        "docs/01-intro.md": markdown(nasty),
        "docs/02-guides/03-own.mdx": "---\nslug: ../other\n---\n" + markdown(nasty, ""),
        "docs/02-guides/index.md": markdown(nasty),
        "docs/02-guides/2.0-notes.md": "---\nid: named\n---\n" + markdown(nasty),
        "docs/_part.md": markdown(nasty),
        "docs/said.md": constructs.SHARED.replace("OWN", constructs.DOCUSAURUS),
        "site/blog/2021-02-03-news.md": markdown(nasty),
        "site/src/pages/about.md": markdown(nasty),
    })  # fmt: skip
    (tmp_path / "site/node_modules").symlink_to(modules)
    (tmp_path / "node_modules").symlink_to(modules)
    run(tmp_path / "site", "node_modules/.bin/docusaurus", "build", "--no-minify")
    sources = ["docs/01-intro.md", "docs/02-guides/03-own.mdx", "docs/02-guides/index.md",
               "docs/02-guides/2.0-notes.md", "site/blog/2021-02-03-news.md",
               "site/src/pages/about.md"]  # fmt: skip
    assert check(tmp_path, tmp_path / "site/build", sources) == 6 * len(nasty)
    check_the_words(tmp_path, "docs/said.md", tmp_path / "site/build/learn/said/index.html")


@pytest.mark.parametrize("clean", ["false", "true"])
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_vitepress(tmp_path: Path, clean: str) -> None:
    modules = generators.install_from_npm(generators.EXAMPLES / "vitepress")
    write(tmp_path, {
        "docs/.vitepress/config.mjs": "const srcDir = 'src'\nexport default { srcDir, "
        f"cleanUrls: {clean}, srcExclude: ['**/draft.md'], rewrites: {{'en/:rest*': ':rest*'}} }}",
        "docs/src/index.md": markdown((*NASTY, *OWN)),
        "docs/src/en/guide/a-page.md": markdown(),
        "docs/src/guide/index.md": markdown(),
        "docs/src/draft.md": markdown(),
        "docs/src/said.md": constructs.SHARED.replace("OWN", constructs.VITEPRESS),
    })  # fmt: skip
    (tmp_path / "docs/node_modules").symlink_to(modules)
    run(tmp_path / "docs", "node_modules/.bin/vitepress", "build", "--outDir", "../built")
    sources = ["docs/src/index.md", "docs/src/en/guide/a-page.md", "docs/src/guide/index.md"]
    assert check(tmp_path, tmp_path / "built", sources) > 80
    check_the_words(tmp_path, "docs/src/said.md", tmp_path / "built/said.html")


@pytest.fixture
def beside_starlight() -> Iterator[Path]:
    """A folder beside Astro's modules, which it reads only from there."""
    modules = generators.install_from_npm(generators.EXAMPLES / "starlight")
    folder = modules.parent / "_site"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_starlight(beside_starlight: Path) -> None:
    tmp_path = beside_starlight
    package = json.loads((generators.EXAMPLES / "starlight/package.json").read_text())
    for name in ("astro.config.mjs", "src/content.config.ts"):
        write(tmp_path, {f"docs/{name}": (generators.EXAMPLES / "starlight" / name).read_text()})
    nasty = (*NASTY, *OWN)
    write(tmp_path, {
        "docs/package.json": json.dumps({**package, "type": "module"}),
        "docs/src/content/docs/index.md": TITLED + markdown(nasty, ""),
        "docs/src/content/docs/guides/My Page.md": TITLED + markdown(nasty, ""),
        "docs/src/content/docs/guides/own.md": "---\ntitle: x\nslug: other/way\n---\n"
        + markdown(nasty, ""),
        "docs/src/content/docs/guides/page.mdx": TITLED + markdown(NASTY, ""),
        "docs/src/content/docs/said.md": TITLED
        + constructs.SHARED.replace("# All of it", "").replace("OWN", constructs.STARLIGHT),
    })  # fmt: skip
    astro = "../../node_modules/astro/astro.js"
    run(tmp_path / "docs", "node", astro, "build", "--outDir", "../built")
    folder = "docs/src/content/docs"
    sources = [f"{folder}/index.md", f"{folder}/guides/My Page.md", f"{folder}/guides/own.md",
               f"{folder}/guides/page.mdx"]  # fmt: skip
    assert check(tmp_path, tmp_path / "built", sources) > 100


@pytest.mark.elsewhere
def test_mdbook(tmp_path: Path) -> None:
    mdbook = program("mdbook")
    write(tmp_path, {
        "book.toml": '[book]\ntitle = "x"\nsrc = "text"\n',
        "text/SUMMARY.md": "[Intro](README.md)\n\n- [One](one.md)\n  - [Two](sub/two.md)\n",
        "text/README.md": markdown((*NASTY, *OWN)),
        "text/one.md": markdown(),
        "text/sub/two.md": markdown(),
        "text/left-out.md": markdown(),
    })  # fmt: skip
    run(tmp_path, mdbook, "build")
    sources = ["text/README.md", "text/one.md", "text/sub/two.md"]
    assert check(tmp_path, tmp_path / "book", sources) > 80


def test_hugo(tmp_path: Path) -> None:
    hugo = program("hugo")
    shown = "<html><body>{{ .Content }}</body></html>"
    write(tmp_path, {
        "hugo.toml": "baseURL = 'https://x.org/'\n[languages.en]\n[languages.fr]\n",
        "config.toml": "baseURL = 'https://x.org/'\n[languages.en]\n[languages.fr]\n",
        "layouts/_default/single.html": shown,
        "layouts/_default/list.html": shown,
        "layouts/index.html": shown,
        "content/_index.md": TITLED + markdown((*NASTY, *OWN), ""),
        "content/docs/My Page.md": TITLED + markdown(NASTY, ""),
        "content/docs/bundle/index.fr.md": TITLED + markdown(NASTY, ""),
        "content/docs/slug.md": "+++\ntitle = 'x'\nslug = 'Other'\n+++\n" + markdown(NASTY, ""),
    })  # fmt: skip
    run(tmp_path, hugo, "--quiet")
    sources = ["content/_index.md", "content/docs/My Page.md", "content/docs/bundle/index.fr.md",
               "content/docs/slug.md"]  # fmt: skip
    assert check(tmp_path, tmp_path / "public", sources) > 100


@pytest.mark.elsewhere
@pytest.mark.parametrize("style", ["", "permalink: pretty\n"])
def test_jekyll(tmp_path: Path, style: str) -> None:
    jekyll = program("jekyll")
    write(tmp_path, {
        "_config.yml": f"title: x\nmarkdown: kramdown\n{style}",
        "Gemfile": "",
        "index.md": TITLED + markdown((*NASTY, *OWN), ""),
        "docs/a-page.md": TITLED + markdown(NASTY, ""),
        "docs/own.md": "---\npermalink: /other/way/\n---\n" + markdown(NASTY, ""),
        "docs/no-page.md": markdown(),
    })  # fmt: skip
    (tmp_path / "Gemfile").unlink()
    run(tmp_path, jekyll, "build", "-q", "--disable-disk-cache")
    assert check(tmp_path, tmp_path / "_site", ["index.md", "docs/a-page.md", "docs/own.md"]) > 80


@pytest.mark.elsewhere
def test_quartos_identifiers_are_pandocs(tmp_path: Path) -> None:
    pandoc = program("pandoc")
    headings = (*NASTY, *OWN, "Maths $x_1$ here", "A note^[not me] here", "[A span]{.smallcaps}")
    page = tmp_path / "page.html"
    write(tmp_path, {"page.md": markdown(headings, "# The title\n")})
    run(tmp_path, pandoc, "-s", "-f", "markdown", "page.md", "-o", str(page),
        "--metadata", "title=x")  # fmt: skip
    there = anchors(page)
    known = sluggers.Pandoc()
    known.add("The title", "", 1)
    for mark, heading in enumerate(headings, 1):
        assert known.add(*heading_text.attributes(heading), 2) in there[mark], heading
