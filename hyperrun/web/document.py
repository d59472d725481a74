"""A whole HTML page around what it shows."""

from collections.abc import Mapping, Sequence

from fastcore.xml import FT, NotStr, to_xml
from fasthtml.components import Body, Head, Html, Link, Meta, Script, Title
from starlette.responses import HTMLResponse

from hyperrun.web.assets import Assets
from hyperrun.web.view import View

HTMX_CONFIG = (
    '{"allowEval":false,"allowScriptTags":false,"selfRequestsOnly":true,'
    '"includeIndicatorStyles":false,"attributesToSettle":["class"],"defaultSettleDelay":0,"historyEnabled":false,'
    '"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},{"code":".*","swap":false,"error":true}]}'
)
VIEWPORT = "width=device-width, initial-scale=1, interactive-widget=resizes-content"


def document(
    assets: Assets,
    view: View,
    *content: FT,
    up: str = "",
    title: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    scripts: Sequence[str] = ("chat.js",),
) -> HTMLResponse:
    """A whole page: our own scripts and styles by their immutable names, nothing inline.

    `up` leads from the page's folder to the server's ("../").
    """
    page = Html(
        Head(
            Meta(charset="utf-8"),
            Meta(name="viewport", content=VIEWPORT),
            Meta(name="htmx-config", content=HTMX_CONFIG),
            Meta(name="color-scheme", content="light dark"),
            Title(title or view.title),
            Link(rel="stylesheet", href=f"{up}assets/{assets['chat.css'].name}"),
            *[Script(src=f"{up}assets/{assets[name].name}", defer=True) for name in scripts],
            Link(rel="icon", href="data:,"),
        ),
        Body(NotStr(assets.sprite), *content),
        lang=view.language,
        dir=view.say("direction"),
    )  # fmt: skip
    return HTMLResponse(to_xml(page, indent=False), status_code=status, headers=headers)
