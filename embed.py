"""What a documentation site loads: the script behind `/embed`, its options, the lines to paste.

The script finds the server by the address it was loaded from. Only where it has none (a page
rendered into one file) does it use `HYPERRUN_PUBLIC_URL`; no request header is ever looked at for
it, so a forged Host cannot poison what a cache keeps.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from gzip import compress
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hyperrun.language import languages
from hyperrun.settings import Settings
from hyperrun.web.assets import Assets

PANEL = "panel.js"
PANEL_PATH = "embed/"  # beside the script's own address, so a path prefix of a proxy is kept


class Option(NamedTuple):
    """One thing a site can set: in the script's address as `name`, on its tag as `attribute`."""

    name: str
    default: str
    says: str

    @property
    def attribute(self) -> str:
        """`offset_x` is `data-offset-x` on the tag."""
        return "data-" + self.name.replace("_", "-")


LANGUAGES = ", ".join(f"`{code}`" for code in languages())

# The table in the README is held against this one, and both scripts against it, by tests.
OPTIONS = (
    Option("label", "`Ask AI`", "the button's text and the panel's title"),
    Option(
        "position", "`right` (`left` on right-to-left pages)", "`right` or `left` bottom corner"
    ),
    Option("color", "`#422ad5`", "any CSS colour for the button and the chat's accents"),
    Option("theme", "`auto`", "`auto`, `light`, `dark`, or a CSS selector that matches when dark"),
    Option(
        "width",
        "`440px`; docked 3/10 of the window, 360 to 440; dialog `760px`",
        "panel width: a number of pixels or a CSS length",
    ),
    Option("height", "`760px`, dialog `800px`", "panel height, never more than the window"),
    Option(
        "layout",
        "`docked` from 1,280 pixels on, else `panel`",
        "`panel` over a corner, `docked` beside the text (from 1,000 on), `dialog` over it",
    ),
    Option(
        "search",
        "the site's own",
        "`on`: the site's own search box, `/` and `mod+k` open ours; or its CSS selector",
    ),
    Option("shortcut", "none", "keys that open and close, such as `mod+i`, `ctrl+shift+k` or `?`"),
    Option("open", "`false`", "`true`: open as the page loads (not on phones)"),
    Option("lang", "the page's `lang`", f"language of the interface: {LANGUAGES}"),
    Option(
        "questions",
        "from the documentation",
        "up to four starter questions, split by `|`; a backslash before one keeps it",
    ),
    Option("page", "`on`", "`off`: the question goes without the page it was asked on"),
    Option(
        "version",
        "the page's address",
        "the version that answers are of: a folder of the docs or a git tag",
    ),
    Option("selection", "`on`", "`off`: selected text offers no *Ask about this*"),
    Option("button", "ours", "CSS selector of the site's own button, used instead"),
    Option("offset_x", "`16`", "pixels from the side"),
    Option("offset_y", "`16`", "pixels from the bottom; Docusaurus and Zensical: `88`"),
)


@dataclass(frozen=True, slots=True)
class Built:
    """A response's body, plain and gzipped, and its tag."""

    content: bytes
    gzipped: bytes
    tag: str


# What any page may load, also one that isolates itself with COEP, and as a module.
SHARED: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Timing-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}
# Chromium compiles the functions while it loads, off the main thread, not each at its first call.
EAGER = b"//# allFunctionsCalledOnLoad\n"
FRESH = "public, max-age=300"
IMMUTABLE = "public, max-age=31536000, immutable"


def script(request: Request, settings: Settings, assets: Assets) -> Response:
    """The loader, for `GET /embed` and `/embed.js`: the same bytes for everybody for 5 minutes."""
    built = _script(settings.public_url, assets[PANEL].name, assets["embed.js"].content)
    return _answer(request, built, FRESH)


def panel(request: Request, name: str, assets: Assets) -> Response:
    """The second script, for `GET /embed/{name}`.

    A loader that a browser keeps for its 5 minutes may ask for the panel of the last release: it
    gets today's, and nobody keeps that under the old name. Anything else is 404.
    """
    asset = assets[PANEL]
    stem, _, suffix = PANEL.partition(".")
    if not (name.startswith(f"{stem}.") and name.endswith(f".{suffix}")):
        raise HTTPException(404)
    built = Built(asset.content, asset.gzipped, f'"{asset.name}"')
    return _answer(request, built, IMMUTABLE if name == asset.name else "no-store")


@lru_cache(maxsize=8)
def _script(public_url: str, panel_name: str, source: bytes) -> Built:
    """The loader with the two things it cannot know by itself."""
    public = f"{public_url.rstrip('/')}/embed" if public_url else "/embed"
    content = EAGER + source
    for mark, value in (
        (b"__HYPERRUN_PUBLIC_URL__", public),
        (b"__HYPERRUN_PANEL__", PANEL_PATH + panel_name),
    ):
        content = content.replace(mark, _inside_a_literal(value).encode())
    return Built(
        content, compress(content, 9, mtime=0), f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    )


def _inside_a_literal(text: str) -> str:
    """`text` as it may stand between any kind of JavaScript quotes, also inside a page."""
    quoted = json.dumps(text)[1:-1]
    for mark, escape in (("'", "\\x27"), ("`", "\\x60"), ("$", "\\x24"), ("<", "\\x3c")):
        quoted = quoted.replace(mark, escape)
    return quoted


def _answer(request: Request, built: Built, cache: str) -> Response:
    """200 with the body, gzipped where that is accepted, or 304."""
    headers = {**SHARED, "Cache-Control": cache, "ETag": built.tag}
    if built.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    content = built.content
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        content = built.gzipped
    return Response(content, media_type="application/javascript; charset=utf-8", headers=headers)


def snippets(server: str) -> list[tuple[str, str]]:
    """For each generator its name and the lines to paste, with `server` as the script's home."""
    address = f"{server.rstrip('/')}/embed"
    tag = f'<script async src="{address}"></script>'
    quarto = f"format:\n  html:\n    include-after-body:\n      - text: '{tag}'\n"
    mkdocs = f"extra_javascript:\n  - path: {address}\n    async: true\n"
    return [
        ("HTML", f"{tag}\n"),
        ("Quarto", f"# _quarto.yml\n{quarto}"),
        ("nbdev", f"# nbs/_quarto.yml (nbdev.yml is written anew on every run)\n{quarto}"),
        ("MkDocs", f"# mkdocs.yml\n{mkdocs}"),
        ("Material for MkDocs", f"# mkdocs.yml\n{mkdocs}"),
        (
            "Zensical",
            "# zensical.toml\n[project]\n"
            f'extra_javascript = [{{ path = "{address}?offset_y=88", async = true }}]\n',
        ),
        ("Sphinx", f'# conf.py\nhtml_js_files = [("{address}", {{"async": "async"}})]\n'),
        (
            "Docusaurus",
            "// docusaurus.config.js\n"
            f"scripts: [{{ src: '{address}', async: true, 'data-offset-y': '88' }}],\n",
        ),
        (
            "VitePress",
            f"// .vitepress/config.js\nhead: [['script', {{ async: '', src: '{address}' }}]],\n",
        ),
        (
            "Starlight",
            "// astro.config.mjs, in starlight({ … })\n"
            f"head: [{{ tag: 'script', attrs: {{ src: '{address}', async: true }} }}],\n",
        ),
    ]
