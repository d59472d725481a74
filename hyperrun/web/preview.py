"""A page of the project's own documentation with the widget on it, for the start page's frame."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from fastcore.xml import FT, NotStr
from fasthtml.components import H1, H2, Article, Header, Main, P, Script

from hyperrun.markdown.renderer import markdown_to_html
from hyperrun.passage import Passage
from hyperrun.web.view import Logo, View

MAX_CHARS = 4_000


def PreviewPage(
    view: View, passages: Sequence[Passage], wishes: Mapping[str, str]
) -> tuple[FT, ...]:
    """What the documentation begins with, and the widget with the options of `wishes`."""
    words = "\n\n".join(passage.shown for passage in passages)[:MAX_CHARS]
    empty = view.say("local_index_building", percent=0)
    options = f"?{urlencode(wishes)}" if wishes else ""
    return (
        Header(Logo(view), H1(view.project), cls="preview-bar"),
        Main(
            H2(view.say("local_preview"), cls="sr-only"),
            Article(NotStr(markdown_to_html(words)), cls="prose", dir="auto")
            if words.strip()
            else P(empty),
            cls="preview-page",
            data_theme_wish=wishes.get("theme", ""),
        ),
        Script(src=f"embed{options}", **{"async": True}),
    )
