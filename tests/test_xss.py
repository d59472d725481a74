"""No text from a model, a repository or a reader becomes anything but text and safe links."""

import re
from html.parser import HTMLParser

import pytest

from hyperrun.domain import Source
from hyperrun.markdown.cards import card_of
from hyperrun.markdown.maths import ATTRIBUTES as MATHS_ATTRIBUTES
from hyperrun.markdown.maths import TAGS as MATHS_TAGS
from hyperrun.markdown.renderer import AnswerRenderer, markdown_to_html, plain
from hyperrun.markdown.safe_html import ATTRIBUTES, TAGS, sanitised
from hyperrun.passage import Passage
from tests.xss_corpus import PAYLOADS, SURROUNDINGS, cut_at_borders

_ATTRIBUTES = ATTRIBUTES | MATHS_ATTRIBUTES
# What the sanitiser sets or limits by value.
_ALWAYS = {"class", "rel", "target", "type"}


class Checked(HTMLParser):
    """Fails on any element, attribute or address that is not on the short list."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS | MATHS_TAGS, tag
        for name, value in attrs:
            assert name in _ATTRIBUTES.get(tag, set()) | _ALWAYS, f"{tag} {name}"
            if name == "href":
                assert value is not None
                assert re.match(r"(?:https?://|mailto:)[^\s<>\"]|#source-\d+$", value), value
        if tag == "a":
            assert dict(attrs)["rel"] == "noopener nofollow ugc"

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError("a declaration")

    def handle_pi(self, data: str) -> None:
        raise AssertionError("a processing instruction")


def assert_safe(html: str) -> None:
    checked = Checked()
    checked.feed(html)
    checked.close()


def hostile_source(payload: str) -> Source:
    return Source(
        1,
        Passage(
            file=payload,
            start_line=1,
            end_line=2,
            title=payload,
            kind=payload,
            text=payload,
            language=payload,
            url=payload,
            permalink=payload,
        ),
    )


def test_the_corpus_is_large_and_names_no_payload_twice():
    assert len(PAYLOADS) >= 150
    assert len(set(PAYLOADS)) == len(PAYLOADS)


def test_the_check_itself_finds_the_corpus_unsafe():
    found = 0
    for payload in PAYLOADS:
        try:
            assert_safe(payload)
        except AssertionError:
            found += 1
    assert found >= 120  # the rest is hostile only as Markdown, as a name or as an address


@pytest.mark.parametrize("surrounding", SURROUNDINGS)
def test_no_payload_becomes_markup_in_any_block(surrounding):
    for payload in PAYLOADS:
        assert_safe(markdown_to_html(surrounding.replace("{}", payload)))


@pytest.mark.parametrize(
    "part", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, 8))]
)
def test_no_payload_becomes_markup_while_it_streams(part):
    for payload in PAYLOADS[part::8]:
        source = hostile_source(payload)
        for pieces in cut_at_borders(payload):
            renderer = AnswerRenderer(lambda number, source=source: source if number == 1 else None)  # type: ignore[misc]
            for piece in ("See [1]: ", *pieces):
                for block in renderer.feed(piece):
                    assert_safe(block)
                assert_safe(renderer.live())
            for block in renderer.finish():
                assert_safe(block)


def test_no_payload_becomes_markup_in_a_source():
    for payload in PAYLOADS:
        card = card_of(hostile_source(payload))
        assert_safe(card.html)
        assert re.match(r"https?://[^\s<>\"]+$|#source-1$", card.address)
        assert not re.search(
            r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", card.title + card.crumb + card.path
        )


def test_names_are_one_line_without_what_reorders_or_breaks_them():
    for payload in PAYLOADS:
        line = plain(payload)
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029\ud800-\udfff]", line)
        line.encode("utf-8")


def test_the_sanitiser_alone_stops_every_payload():
    # The parser's output never holds markup of a stranger; were it ever to, this is the wall.
    for payload in PAYLOADS:
        text = payload.encode("utf-8", "replace").decode()
        assert_safe(sanitised(text))
        assert_safe(sanitised(f'<p class="code"><a href="{text}">{text}</a><code class="{text}">'))


@pytest.mark.parametrize(
    "html",
    [
        '<a class="btn modal-backdrop" href="https://e.org">x</a>',
        '<div class="fixed inset-0 modal-open">x</div>',
        '<code class="language-unheard-of">x</code>',
        '<span class="hljs">x</span>',
        '<button type="submit" class="btn">x</button>',
        '<p id="messages" name="x">x</p>',
    ],
)
def test_the_sanitiser_leaves_no_class_id_or_type_but_ours(html):
    assert not re.search(r'class="[^"]|id=|type="submit|name=', sanitised(html))
