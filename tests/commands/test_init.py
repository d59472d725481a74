"""`hyperrun init` puts the line where it belongs, changes nothing else, and does it once."""

import difflib
import io
import re
import sys
import tomllib
from codecs import BOM_UTF8
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from hyperrun.commands.init import main
from tests.search.site.generated import write

SERVER = "https://chat.example.org"
SRC = f"{SERVER}/embed"
LINE = f'<script async src="{SRC}"></script>'
PAGE = {"docs/index.md": "# Lantern\n"}
BOOK = {"src/SUMMARY.md": "# Summary\n\n[Lantern](a.md)\n", "src/a.md": "# Lantern\n"}
SOURCES = '# What HyperRun answers about.\n[[source]]\nlabel = "lantern"\npath = "."\n'

# The repository, the file that changes, and the lines that it has more, without their indentation.
CASES: dict[str, tuple[dict[str, str], str, list[str]]] = {
    "mkdocs": ({"mkdocs.yml": "site_name: x  # a comment\n\nnav:\n  - index.md\n", **PAGE},
        "mkdocs.yml", ["", "extra_javascript:", f"- path: {SRC}", "async: true"]),
    "mkdocs with a list": (
        {"mkdocs.yml": "site_name: x\nextra_javascript:\n- a.js  # one\n- path: b.js\n  defer: true\n"
         "\n# nav\nnav: [index.md]\n", **PAGE},
        "mkdocs.yml", [f"- path: {SRC}", "async: true"]),
    "mkdocs with tags and a list within brackets": (
        {"mkdocs.yml": "site_name: !ENV [NAME, x]\nextra_javascript: [a.js, 'b.js']\nplugins:\n"
         "  - search\nmarkdown_extensions:\n  - toc:\n      slugify: !!python/name:a.b\n", **PAGE},
        "mkdocs.yml", [f"extra_javascript: [a.js, 'b.js', {{path: \"{SRC}\", async: true}}]"]),
    "mkdocs with an empty list": (
        {"mkdocs.yml": "site_name: x\nextra_javascript:\nnav: [index.md]\n", **PAGE},
        "mkdocs.yml", [f"- path: {SRC}", "async: true"]),
    "mkdocs with windows line ends": (
        {"mkdocs.yml": "site_name: x\r\nextra_javascript:\r\n  - a.js\r\nnav: [index.md]\r\n", **PAGE},
        "mkdocs.yml", [f"- path: {SRC}", "async: true"]),
    "zensical": ({"zensical.toml": '# mine\n[project]\nsite_name = "x"\n', **PAGE}, "zensical.toml",
        [f'extra_javascript = [{{ path = "{SRC}?offset_y=88", async = true }}]']),
    "zensical with a list": (
        {"zensical.toml": '[project]\nsite_name = "x"\nextra_javascript = ["a.js"]\n', **PAGE},
        "zensical.toml",
        [f'extra_javascript = [{{ path = "{SRC}?offset_y=88", async = true }}, "a.js"]']),
    "sphinx": ({"docs/conf.py": 'project = "x"\n', "docs/index.rst": "x\n=\n"}, "docs/conf.py",
        ["", f'html_js_files = [("{SRC}", {{"async": "async"}})]']),
    "sphinx with a list": (
        {"docs/conf.py": 'project = "x"\nhtml_js_files = ["a.js"]', "docs/index.rst": "x\n=\n"},
        "docs/conf.py", ["", f'html_js_files = [*html_js_files, ("{SRC}", {{"async": "async"}})]']),
    "quarto": ({"_quarto.yml": "project:\n  type: website\n", "index.qmd": "# x\n"}, "_quarto.yml",
        ["", "format:", "html:", "include-after-body:", f"- text: '{LINE}'"]),
    "quarto with a format": (
        {"_quarto.yml": "project:\n  type: website\nformat:\n  html:\n    theme: cosmo # nice\n"
         "    toc: true\n\neditor: visual\n", "index.qmd": "# x\n"}, "_quarto.yml",
        ["include-after-body:", f"- text: '{LINE}'"]),
    "quarto with a file": (
        {"_quarto.yml": "project:\n  type: website\nformat:\n  html:\n    include-after-body: a.html\n"
         "    toc: true\n", "index.qmd": "# x\n"}, "_quarto.yml",
        ["include-after-body:", "- a.html", f"- text: '{LINE}'"]),
    "quarto with a plain format": (
        {"_quarto.yml": "project:\n  type: website\nformat: html\n", "index.qmd": "# x\n"},
        "_quarto.yml", ["format:", "html:", "include-after-body:", f"- text: '{LINE}'"]),
    "nbdev": (
        {"pyproject.toml": '[project]\nname = "x"\n[tool.nbdev]\nnbs_path = "nbs"\n',
         "nbs/_quarto.yml": "project:\n  type: website\nformat:\n  html:\n    theme: cosmo\n",
         "nbs/index.ipynb": "{}"}, "nbs/_quarto.yml",
        ["include-after-body:", f"- text: '{LINE}'"]),
    "docusaurus": (
        {"website/docusaurus.config.ts": "import type {Config} from '@docusaurus/types';\n\n"
         "const config: Config = {\n  title: 'x',\n  url: 'https://x.org',\n  baseUrl: '/',\n"
         "  presets: [['classic', {docs: {path: '../docs'}}]],\n};\nexport default config;\n", **PAGE},
        "website/docusaurus.config.ts",
        [f"scripts: [{{ src: '{SRC}', async: true, 'data-offset-y': '88' }}],"]),
    "docusaurus with a list": (
        {"docusaurus.config.js": "module.exports = {\n  title: 'x', url: 'https://x.org', baseUrl: '/',\n"
         "  scripts: [\n    'a.js', // first\n    {src: 'b.js'}\n  ],\n  presets: [['classic', {}]],\n};\n",
         **PAGE}, "docusaurus.config.js",
        ["{src: 'b.js'},", f"{{ src: '{SRC}', async: true, 'data-offset-y': '88' }}"]),
    "vitepress": (
        {"docs/.vitepress/config.mts": "import { defineConfig } from 'vitepress'\n"
         "export default defineConfig({\n  title: 'x',\n  themeConfig: { nav: [] },\n})\n", **PAGE},
        "docs/.vitepress/config.mts", [f"head: [['script', {{ async: '', src: '{SRC}' }}]],"]),
    "vitepress on one line": (
        {"docs/.vitepress/config.js": "export default { title: 'x' }\n", **PAGE},
        "docs/.vitepress/config.js",
        [f"export default {{ head: [['script', {{ async: '', src: '{SRC}' }}]], title: 'x' }}"]),
    "vuepress": (
        {"docs/.vuepress/config.ts": "export default defineUserConfig({\n  title: 'x',\n})\n", **PAGE},
        "docs/.vuepress/config.ts",
        [f"head: [['script', {{ async: '', src: '{SRC}' }}]],"]),
    "starlight": (
        {"astro.config.mjs": "import starlight from '@astrojs/starlight';\nexport default defineConfig({\n"
         "  integrations: [\n    starlight({\n      title: 'x',\n      head: [\n"
         "        { tag: 'meta', attrs: { name: 'a' } },\n      ],\n    }),\n  ],\n});\n",
         "src/content/docs/index.md": "---\ntitle: x\n---\n"}, "astro.config.mjs",
        [f"{{ tag: 'script', attrs: {{ src: '{SRC}', async: true }} }},"]),
    "mdbook": ({"book.toml": '[book]\ntitle = "x"\n', **BOOK}, "theme/head.hbs", [LINE]),
    "mdbook with a theme": (
        {"book.toml": '[book]\ntitle = "x"\n[output.html]\ntheme = "mine"\n',
         "mine/head.hbs": "<meta name=a>\n", **BOOK}, "mine/head.hbs", [LINE]),
    "hugo": ({"hugo.toml": 'baseURL = "https://x.org/"\ntheme = "docsy"\n',
              "content/_index.md": "# x\n"}, "layouts/partials/hooks/body-end.html", [LINE]),
    "jekyll": ({"_config.yml": "title: x\ntheme: just-the-docs\n", "index.md": "# x\n"},
        "_includes/head_custom.html", [LINE]),
    "mintlify": (
        {"docs/docs.json": '{"$schema": "https://mintlify.com/docs.json", "navigation": {}}',
         "docs/index.mdx": "# x\n"}, "docs/hyperrun.js",
        ["{", 'const line = document.createElement("script");', f'line.src = "{SRC}";',
         "document.head.append(line);", "}"]),
}  # fmt: skip


def made(folder: Path, files: dict[str, str]) -> Path:
    root = folder / "lantern"
    root.mkdir(parents=True)
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode())
    return root


def state(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*") if path.is_file()
    }  # fmt: skip


def added(before: bytes, after: bytes) -> list[str]:
    """The lines that are new or other."""
    lines = difflib.ndiff(before.decode().splitlines(), after.decode().splitlines())
    return [line[2:].strip() for line in lines if line.startswith("+ ")]


@pytest.mark.parametrize("case", CASES)
def test_the_line_is_put_where_it_belongs_once_and_nothing_else_is_changed(
    tmp_path: Path, case: str
) -> None:
    files, changed, lines = CASES[case]
    root = made(tmp_path, files)
    before = state(root)
    assert main([str(root), "--server", SERVER, "--yes"]) == 0
    after = state(root)
    assert {name for name in after if after[name] != before.get(name)} == {changed, "hyperrun.toml"}
    assert added(before.get(changed, b""), after[changed]) == lines
    assert after["hyperrun.toml"].decode().startswith(SOURCES)
    tomllib.loads(after["hyperrun.toml"].decode())
    assert main([str(root), "--server", SERVER, "--yes"]) == 0
    assert main([str(root), "--server", "https://other.example", "--yes"]) == 0
    assert state(root) == after


def test_windows_line_ends_stay(tmp_path: Path) -> None:
    root = made(tmp_path, CASES["mkdocs with windows line ends"][0])
    main([str(root), "--server", SERVER, "--yes"])
    text = (root / "mkdocs.yml").read_bytes()
    assert text.count(b"\n") == text.count(b"\r\n")


@pytest.mark.parametrize("case", ["mkdocs", "zensical", "sphinx", "quarto", "docusaurus"])
def test_a_mark_that_an_editor_puts_before_a_file_stays(tmp_path: Path, case: str) -> None:
    files, name, _ = CASES[case]
    plain, marked = made(tmp_path / "a", files), made(tmp_path / "b", files)
    (marked / name).write_bytes(BOM_UTF8 + (marked / name).read_bytes())
    for root in (plain, marked):
        assert main([str(root), "--server", SERVER, "--yes"]) == 0
    assert (marked / name).read_bytes() == BOM_UTF8 + (plain / name).read_bytes()


def test_the_plugin_of_mkdocs_is_entered_with_the_search_that_it_would_push_out(
    tmp_path: Path,
) -> None:
    root = made(tmp_path, CASES["mkdocs"][0])
    assert main([str(root), "--server", SERVER, "--plugin", "--yes"]) == 0
    said = yaml.safe_load((root / "mkdocs.yml").read_text())
    assert said["plugins"] == ["search", {"hyperrun": {"server": SERVER}}]
    after = state(root)
    assert main([str(root), "--server", SERVER, "--yes"]) == 0
    assert state(root) == after


def test_the_extension_of_sphinx_is_entered(tmp_path: Path) -> None:
    root = made(tmp_path, CASES["sphinx"][0])
    (root / "docs/conf.py").write_text('extensions = ["myst_parser"]\n')
    assert main([str(root), "--server", SERVER, "--plugin", "--yes"]) == 0
    names: dict[str, object] = {}
    exec((root / "docs/conf.py").read_text(), names)
    assert names["extensions"] == ["myst_parser", "hyperrun.sphinx"]
    assert names["hyperrun_server"] == SERVER


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("said", "status"), [("y\n", 0), ("\n", 0), ("n\n", 1), ("what?\n", 1), (None, 1)]
)
def test_nothing_is_written_before_somebody_has_agreed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    said: str | None,
    status: int,
) -> None:
    root = made(tmp_path, CASES["mkdocs"][0])
    before = state(root)
    monkeypatch.setattr("sys.stdin", io.StringIO() if said is None else Terminal(said))
    assert main([str(root), "--server", SERVER]) == status
    assert (state(root) == before) == bool(status)
    shown = capsys.readouterr().out
    assert f"+  - path: {SRC}" in shown
    assert ("hyperrun init --yes" in shown) == (said is None)


@pytest.mark.parametrize(
    "files",
    [
        {"mkdocs.yml": "site_name: x\nextra_javascript: !ENV [X]\n", **PAGE},
        {"mkdocs.yml": "site_name: x\nextra_javascript: a.js\n", **PAGE},
        {"docusaurus.config.js": "const scripts = [];\nmodule.exports = {title: 'x', url: 'https://x.org',"
         " baseUrl: '/', scripts, presets: [['classic', {}]]};\n", **PAGE},
        {"docusaurus.config.js": "module.exports = {title: 'x', url: 'https://x.org', baseUrl: '/',"
         " scripts: own(), presets: [['classic', {}]]};\n", **PAGE},
        {"docs/.vitepress/config.ts": "import { shared } from './shared'\n"
         "export default defineConfig({ ...shared, locales: {} })\n", **PAGE},
        {"docs/.vitepress/config.js": "const base = own()\nexport default { ...base, title: 'x' }\n",
         **PAGE},
        {"mkdocs.yml": "site_name: x\nextra_javascript:\n\t- a.js\n", **PAGE},
        {"hugo.toml": 'theme = "of-my-own"\n', "content/_index.md": "# x\n"},
        {"antora.yml": "name: x\nversion: ~\n", "modules/ROOT/pages/index.adoc": "= x\n"},
        {"source.config.mjs": "export const docs = defineDocs({dir: 'content'})\n",
         "lib/source.tsx": "export const source = loader({baseUrl: '/'})\n", "content/a.mdx": "x\n"},
        {"a.html": "<h1>x</h1>"},
    ],
)  # fmt: skip
def test_what_no_program_can_change_is_left_as_it_is_and_the_line_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str]
) -> None:
    root = made(tmp_path, files)
    before = state(root)
    assert main([str(root), "--server", SERVER, "--yes"]) == 1
    assert state(root) == before
    said = capsys.readouterr().out
    if any(name.endswith((".js", ".ts")) for name in files):  # a tag has no place in there
        assert re.search(rf"\n  (head|scripts): \[.*'{SRC}'.*\],\n", said) and LINE not in said
    else:
        assert LINE in said
    assert ("mkdocs.yml cannot be read: line 3: " in said) == any(
        "\t" in each for each in files.values()
    )


@pytest.mark.parametrize(
    ("own", "given", "expected"),
    [
        ("import os\nif os.environ.get('SITE_IS_OURS'):\n    html_js_files = ['a.js']\n", {}, []),
        ("html_js_files: list = ['a.js']\n", {}, ["a.js"]),
        ("for html_js_files in ():\n    pass\n", {}, []),
        ("from shared_settings import *\n", {"html_js_files": ["b.js"]}, ["b.js"]),
        ("from shared_settings import *\n", {}, []),
        ("from shared_settings import files as html_js_files\n", {"files": ["b.js"]}, ["b.js"]),
        ("def setup(app):\n    html_js_files = 5\n", {}, []),
    ],
)
def test_what_sphinxs_configuration_makes_elsewhere_stays_in_its_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: str, given: dict[str, object],
    expected: list[str],
) -> None:  # fmt: skip
    root = made(tmp_path, {"docs/conf.py": f'project = "x"\n{own}', "docs/index.rst": "x\n=\n"})
    assert main([str(root), "--server", SERVER, "--yes"]) == 0
    shared = ModuleType("shared_settings")
    vars(shared).update(given)
    monkeypatch.setitem(sys.modules, "shared_settings", shared)
    names: dict[str, object] = {}
    exec((root / "docs/conf.py").read_text(), names)
    assert names["html_js_files"] == [*expected, (SRC, {"async": "async"})]


@pytest.mark.parametrize(
    ("above", "plugin", "status", "says"),
    [
        ({"extra_javascript": ["a.js"]}, False, 1, "its `extra_javascript` are those of base.yml"),
        ({"plugins": ["search", "tags"]}, True, 1, "its `plugins` are those of base.yml"),
        ({"plugins": ["search", "tags"]}, False, 0, "Written."),
        ({"nav": []}, False, 0, "Written."),
        ({"extra_javascript": ["a.js", SRC]}, False, 0, "The line is there already."),
    ],
)
def test_a_list_that_mkdocs_would_inherit_is_not_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], above: dict[str, object], plugin: bool,
    status: int, says: str,
) -> None:  # fmt: skip
    files = {"mkdocs.yml": "INHERIT: middle.yml\nsite_name: x\n", **PAGE}
    files |= {"middle.yml": "INHERIT: base.yml\n", "base.yml": yaml.safe_dump(above)}
    root = made(tmp_path, files)
    before = state(root)
    more = ["--plugin"] if plugin else []
    assert main([str(root), "--server", SERVER, "--yes", *more]) == status
    assert says in capsys.readouterr().out
    changed = {name for name, content in state(root).items() if before.get(name) != content}
    assert changed == {
        "Written.": {"mkdocs.yml", "hyperrun.toml"}, "The line is there already.": {"hyperrun.toml"},
    }.get(says, set())  # fmt: skip


@pytest.mark.parametrize("server", ["chat.example.org", "ftp://x", "https://x'y", 'https://x"', ""])
def test_an_address_that_is_none_is_refused(tmp_path: Path, server: str) -> None:
    root = made(tmp_path, CASES["mkdocs"][0])
    before = state(root)
    assert main([str(root), "--server", server or "x y", "--yes"]) == 2
    assert state(root) == before


def test_a_folder_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["/no/such/folder"]) == 2
    assert capsys.readouterr().err == "hyperrun: /no/such/folder is not a folder\n"


def test_sources_that_are_named_already_stay(tmp_path: Path) -> None:
    root = made(tmp_path, CASES["mkdocs"][0])
    write(root, {"hyperrun.toml": "# mine\n"})
    assert main([str(root), "--server", SERVER, "--yes"]) == 0
    assert (root / "hyperrun.toml").read_text() == "# mine\n"
