"""On documentation sites made by their own generators, and on pages that defend themselves."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import Answer, screenshot
from tests.host_sites import PROSE, Reader, docs, html, tag

EXAMPLES = Path(__file__).parent.parent / "examples"
IN_EXAMPLES = "http://localhost:5001"
SITE_IN_EXAMPLES = "https://lantern.example"
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
    "html": Generator("html", (), ".", None),
}


def missing(reason: str) -> None:
    """Skip the test, or fail it where nothing may be skipped."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def install_from_npm(example: Path) -> Path:
    """An example's `node_modules`, installed once; only under CI, elsewhere by hand."""
    modules = example / "node_modules"
    if not (modules / ".bin").is_dir():
        npm = shutil.which("npm")
        if os.environ.get("CI") != "true" or not npm:
            missing(f"not installed: cd examples/{example.name} && npm install --no-package-lock")
        quiet = ("--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
        subprocess.run([str(npm), "install", *quiet], cwd=example, check=True, timeout=300)
    return modules


def build(generator: Generator, kind: str, folder: Path, server: str, site: str) -> Path:
    """Make an example's site with its own generator; skips where that is not installed."""
    source, example = folder / kind, EXAMPLES / generator.example
    shutil.copytree(example, source, ignore=shutil.ignore_patterns(*MADE))
    if generator.from_npm:
        (source / "node_modules").symlink_to(install_from_npm(example))
    if kind == "zensical":
        (source / "mkdocs.yml").unlink()
        (source / "zensical.toml").write_text(ZENSICAL)
    for path in source.rglob("*"):
        if path.suffix in (".yml", ".toml", ".py", ".html", ".js"):
            text = path.read_text().replace(IN_EXAMPLES, server)
            path.write_text(text.replace(SITE_IN_EXAMPLES, site))
    if generator.command:
        module = generator.command[0]
        python = () if generator.from_npm else (sys.executable, "-m")
        made = subprocess.run(
            [*python, *generator.command],
            cwd=source,
            capture_output=True,
            text=True,
            timeout=300,
            env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        )
        if f"No module named {module}" in made.stderr:
            missing(f"{module} is not installed: uv sync --group hosts")
        assert made.returncode == 0, made.stderr + made.stdout
    return source / generator.built


@pytest.mark.slow
@pytest.mark.timeout(400)  # may install a generator
@pytest.mark.parametrize("kind", GENERATORS)
def test_on_a_generated_site_it_appears_opens_follows_and_survives_ten_pages(
    reader: Reader, chat_server: str, tmp_path: Path, kind: str
) -> None:
    generator = GENERATORS[kind]
    page = reader.page
    page.set_viewport_size({"width": 1720, "height": 1000})  # links and switches beside the panel
    with docs({}) as site:
        site.folder = build(generator, kind, tmp_path, chat_server, site.address)
        reader.goes_to(site.url("/index.html" if kind == "html" else "/"))
        if generator.router:
            page.wait_for_load_state("networkidle")  # its router has read the sitemap
        for scrolled in ("0", "document.documentElement.scrollHeight"):
            page.evaluate(f"scrollTo(0, {scrolled})")
            box = reader.button.bounding_box()
            assert box
            middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
            top = page.evaluate("([x, y]) => document.elementFromPoint(x, y)?.localName", middle)
            assert top == "hyper-run"
        assert reader.asked_of(chat_server)[1:] == []

        reader.opens()
        page.keyboard.type("/sfn")
        assert reader.box.input_value() == "/sfn"  # no search of the site's opened
        reader.asks("How do I dim a lamp?", 1)
        reader.box.fill("and then?")
        frame = reader.frame
        for turn in range(10):
            name = "dimming" if turn % 2 == 0 else "start"
            page.locator("a:visible", has_text=re.compile(f"^{name}$")).first.click()
            page.get_by_role(
                "heading", level=1, name="Lantern" if turn % 2 else "Dimming"
            ).wait_for()
            reader.panel.wait_for()
            assert page.locator("hyper-run").count() == 1
            if generator.router:
                assert reader.frame is frame and reader.box.input_value() == "and then?"
        reader.sees(1)
        reader.until("document.getElementById('page-title').value !== ''")
        assert "Lantern" in reader.frame.locator("#page-title").input_value()

        if generator.dark:
            theme = "theme => document.documentElement.dataset.theme === theme"
            reader.until(theme, "light")
            generator.dark(page)
            reader.until(theme, "dark")
        screenshot(page, f"host-{kind}")
        reader.box.click()
        page.keyboard.press("Escape")
        reader.sees_it_closed()
    assert reader.complaints.about(chat_server, "hyper", "HyperRun") == []


HOSTILE = "*, *::before, *::after { all: unset !important }"
POLICY = (
    "default-src 'none'; script-src {0}; frame-src {0}; style-src 'none'; img-src 'none';"
    "connect-src 'none'; font-src 'none'; base-uri 'none'; form-action 'none'"
)
TRUSTED = "require-trusted-types-for 'script'; trusted-types 'none'"
ISOLATED = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def defended(server: str) -> dict[str, Answer]:
    """Pages that would break an embed that is not careful, each with the published line."""
    line = tag(server)
    nonce = tag(server, attributes="async nonce=lamp")

    def policy(text: str) -> dict[str, str]:
        return {"Content-Security-Policy": text.format(server)}

    def styled(style: str) -> str:
        return html(PROSE + line, head=f"<style>{style}</style>")

    return {
        "/strict-policy": Answer(html(PROSE + line), headers=policy(POLICY)),
        "/nonce": Answer(
            html(PROSE + nonce), headers=policy("script-src 'nonce-lamp'; frame-src {0}")
        ),
        "/strict-dynamic": Answer(
            html(PROSE + nonce),
            headers=policy("script-src 'nonce-lamp' 'strict-dynamic'; frame-src {0}"),
        ),
        "/trusted-types": Answer(html(PROSE + line), headers=policy(TRUSTED)),
        "/isolated": Answer(html(PROSE + line), headers=ISOLATED),
        "/credentialless": Answer(
            html(PROSE + line),
            headers={**ISOLATED, "Cross-Origin-Embedder-Policy": "credentialless"},
        ),
        "/unset": Answer(styled(HOSTILE)),
        "/hidden": Answer(
            styled(
                "html > :not(head, body) { display: none !important; opacity: 0 !important;"
                "position: static !important; transform: scale(0) !important;"
                "z-index: -1 !important;"
                "pointer-events: none !important; visibility: hidden !important }"
            )
        ),
        "/moved": Answer(
            styled(
                "html { font-size: 20px } body { filter: invert(1); transform: rotate(1deg) }"
                "iframe { display: none !important } button { display: none !important }"
            )
        ),
    }


FIRST = ("/strict-policy", "/unset")


@pytest.mark.parametrize(
    "path",
    [pytest.param(each, marks=[] if each in FIRST else pytest.mark.slow) for each in defended("x")],
)
def test_a_page_that_defends_itself_shows_and_opens_it_all_the_same(
    reader: Reader, chat_server: str, path: str
) -> None:
    with docs(defended(chat_server)) as site:
        reader.goes_to(site.url(path))
        box = reader.button.bounding_box()
        assert box and round(1280 - box["x"] - box["width"]) == 16
        assert round(720 - box["y"] - box["height"]) == 16 and box["height"] >= 44
        reader.opens()
        reader.asks("How do I dim a lamp?", 1)
        panel = reader.panel.bounding_box()
        assert panel and round(panel["width"]) == 440 and panel["height"] > 500
        screenshot(reader.page, f"hostile-{path[1:]}")
        reader.page.keyboard.press("Escape")
        reader.sees_it_closed()
        isolated = reader.page.evaluate("crossOriginIsolated")
        assert isolated == (path in ("/isolated", "/credentialless"))
    ours = reader.complaints.said
    assert [each for each in ours if "favicon" not in each] == []
