"""Markdown to HTML, whole and as it streams."""

import re
import sys
from html.parser import HTMLParser
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperrun.domain import Source
from hyperrun.markdown.blocks import BLOCK_CHARS, LIST_CHARS, TABLE_CHARS, Blocks
from hyperrun.markdown.highlight import (
    CLASSES,
    LANGUAGES,
    PIECE_CHARS,
    highlight,
    highlight_css,
    pieces,
)
from hyperrun.markdown.renderer import MAX_CHARS, AnswerRenderer, appended, markdown_to_html, plain
from hyperrun.markdown.safe_html import Rendering, parser, sanitised, to_html
from hyperrun.passage import Passage

SOURCES = {
    number: Source(
        number,
        Passage(
            file=f"docs/page{number}.md",
            start_line=number,
            end_line=number + 9,
            title=f"Page {number}",
            kind="section",
            text="def connect(timeout_s):\n    return open(timeout_s)\n",
            url=f"https://docs.example.org/page{number}#top",
        ),
    )
    for number in (1, 2, 3, 12)
}


def streamed(text: str, cuts: list[int] | None = None) -> tuple[list[str], list[str]]:
    """The final blocks and every live HTML of `text`, fed in pieces of the lengths `cuts`."""
    renderer = AnswerRenderer(SOURCES.get)
    blocks: list[str] = []
    lives: list[str] = []
    at, turn = 0, 0
    while at < len(text):
        size = cuts[turn % len(cuts)] if cuts else len(text)
        blocks += renderer.feed(text[at : at + size])
        lives.append(renderer.live())
        at, turn = at + size, turn + 1
    blocks += renderer.finish()
    assert renderer.live() == ""
    return blocks, lives


def rendered(text: str) -> str:
    return "".join(streamed(text)[0])


class Elements(HTMLParser):
    """Fails on HTML that is not well-formed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def assert_well_formed(html: str) -> None:
    elements = Elements()
    elements.feed(html)
    elements.close()
    assert elements.open == []


# Markdown that is likely to be hard: everything that opens something, at lines' beginnings and in
# their middle, with blank lines and indentation between.
FRAGMENTS = [
    "word", "two words", "é日本🙂", "ends.", " ", "  ", "    ", "\n", "\n", "\n\n", "\n\n", "\t",
    "- ", "* ", "+ ", "1. ", "7) ", "10. ", "  - ", "   - ", "> ", ">> ", "# ", "### ", "#", "---",
    "===", "***", "___", "```", "```python\n", "~~~", "````", "   ```", "| a | b |", "|---|---|",
    "|--|:-:|", "|", "`", "``", "*", "**", "_", "~~", "[", "]", "(", ")", "![", "[1]", "[2, 9]",
    "[1-3]", "[9]", "[1", "](https://example.org/a_b)", "](javascript:x)", "<b>", "<!--", "</div>",
    "<https://example.org>", "&amp;", "&", "\\", "$", "$$", "$x^2$", "\\(y\\)", "\\[", "\\]",
    "[foo]: https://example.org", "[foo]", "https://example.org/x?y=1", "def f(): return 1", "\r\n",
    "\x00", "\u202e", "\u2028", "\x0c", "\x85", "\ufeff", "=", "-", ":", ";", '"', "'",
]  # fmt: skip
markdown_texts = st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join)
cut_lengths = st.lists(st.integers(1, 9), min_size=1, max_size=12)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(markdown_texts, cut_lengths)
def test_blocks_do_not_depend_on_how_the_text_was_cut_up(text, cuts):
    assert streamed(text, cuts)[0] == streamed(text)[0]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(markdown_texts)
def test_blocks_joined_are_the_text_parsed_as_one(text):
    rendering = Rendering(sources=SOURCES.get)
    environment = {"rendering": rendering}
    clean = re.sub(r"[\x00\x0c\x85\ufeff\u202e]", "", text).replace("\r\n", "\n")
    tokens = parser().parse(clean if clean.endswith("\n") else clean + "\n", environment)
    whole = sanitised(parser().renderer.render(tokens, parser().options, environment))
    # What is not local to a block: the depth of headings and what a code block's text above says
    # are carried from block to block, and are the same here as long as nothing claims a quote.
    assert rendered(text) == whole


@settings(max_examples=300, deadline=None, derandomize=True)
@given(markdown_texts, cut_lengths)
def test_the_growing_block_is_well_formed_at_any_time(text, cuts):
    for html in streamed(text, cuts)[1]:
        assert_well_formed(html)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(markdown_texts, cut_lengths)
def test_what_appends_to_the_growing_block_gives_the_growing_block(text, cuts):
    before = ""
    for after in streamed(text, cuts)[1]:
        more = appended(before, after)
        if more is not None:
            closers = re.search(r"(</[a-z0-9]+>)+$", before)
            assert closers
            assert before[: closers.start()] + more + closers[0] == after
        before = after


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=80), cut_lengths)
def test_any_text_at_all_is_rendered_alike_however_it_is_cut(text, cuts):
    assert streamed(text, cuts)[0] == streamed(text)[0]


# Each is about 20,000 characters of one block.
LONG = {
    "one paragraph": "word and word " * 1_400,
    "one paragraph of lines": "word and *word* `code`\n" * 900,
    "one word": "w" * 20_000,
    "a list": "".join(f"- item {n} says **this** and `that` [1]\n" for n in range(500)),
    "a loose list": "".join(f"{n}. item {n} says this\n\n   and that\n\n" for n in range(1, 600)),
    "a nested list": "".join(f"{'  ' * (n % 9)}- item {n}\n" for n in range(1_000)),
    "a table": "| name | says |\n|---|---|\n" + "| `some` | text [2] |\n" * 1_000,
    "a wide table": "|" + "head|" * 1_400 + "\n|" + "---|" * 1_400 + "\n|" + "cell|" * 1_400,
    "code": "```python\n" + "def f(x):\n    return x + 1\n\n" * 700 + "```\n\nafter\n",
    "code without line ends": "```js\n" + "x=1;" * 5_000,
    "code in a list": "- see\n  ```python\n" + "  x = 1\n" * 2_500 + "  ```\n",
    "a quotation": "> quoted text\n" * 1_500,
    "quotations in quotations": ">" * 3_000 + " deep\n" + "> " * 8_000 + "x",
    "blank lines": "\n  \n" * 5_000 + "end",
    "spaces": " " * 20_000 + "end",
    "maths": "$$\n" + "x + \n" * 4_000,
}


@pytest.mark.parametrize("name", LONG)
def test_long_blocks_are_cut_alike_however_they_arrive(name):
    text = LONG[name]
    whole = streamed(text)[0]
    assert whole
    for size in (7, 777):
        renderer = AnswerRenderer(SOURCES.get)
        blocks = [
            b for at in range(0, len(text), size) for b in renderer.feed(text[at : at + size])
        ]
        assert blocks + renderer.finish() == whole


@pytest.mark.parametrize("name", [name for name in LONG if not name.startswith("code")])
def test_what_is_looked_at_again_stays_small_however_long_the_block(name):
    blocks = Blocks()
    for at in range(0, len(LONG[name]), 100):
        blocks.feed(LONG[name][at : at + 100])
        assert len(blocks.tail) <= BLOCK_CHARS


@pytest.mark.parametrize("name", [name for name in LONG if LONG[name].count("\n") > 100])
def test_a_long_block_costs_no_more_for_each_of_its_words_than_a_short_one(name):
    text = LONG[name][:12_000]

    def calls(text: str) -> int:
        """How many functions ran, Python's and C's: the same on every machine."""
        renderer = AnswerRenderer(SOURCES.get)
        count = 0

        def counted(_frame: object, event: str, _argument: object) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        sys.setprofile(counted)
        try:
            for at in range(0, len(text), 80):
                renderer.feed(text[at : at + 80])
                renderer.live()
            renderer.finish()
        finally:
            sys.setprofile(None)
        return count

    calls(text[:80])  # what is imported and compiled the first time is not counted
    # Twice the text may take twice the calls; four times would be the square of its length.
    assert calls(text) < 3 * calls(text[: len(text) // 2])


def test_plain_words_are_shown_without_rendering_again():
    words = "The server reads its `settings` once, at the start, and passes them on as values [1]. "
    tokens = re.findall(r"\s?\w{1,5}|\s?\W", words * 8)
    calls = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        calls += event == "call" and frame.f_code is to_html.__code__

    renderer = AnswerRenderer(SOURCES.get)
    sys.setprofile(count)
    try:
        for token in tokens:
            renderer.feed(token)
            renderer.live()
    finally:
        sys.setprofile(None)
    # A code span, a citation and the word after each: eight of the 27 tokens of a sentence.
    assert 0 < calls <= 0.35 * len(tokens)


def test_finished_blocks_come_as_soon_as_they_cannot_change():
    renderer = AnswerRenderer(SOURCES.get)
    assert renderer.feed("# Title") == []
    assert renderer.feed("\n") == ["<h3>Title</h3>\n"]
    assert renderer.feed("A paragraph.\n") == []
    assert renderer.feed("\n") == ["<p>A paragraph.</p>\n"]
    assert renderer.feed("```sh\nls\n``") == []
    assert len(renderer.feed("`\n")) == 1
    assert renderer.feed("- one\n- two\n\n") == []
    assert renderer.feed("After.") == []
    assert renderer.feed("\n") == ["<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"]
    assert renderer.feed("\n") == ["<p>After.</p>\n"]
    assert renderer.live() == ""


def test_plain_words_are_put_in_before_the_closing_tags():
    renderer = AnswerRenderer(SOURCES.get)
    renderer.feed("- first\n- The **bold** word")
    before = renderer.live()
    renderer.feed(", and more <")
    renderer.feed("")
    assert before.endswith("word</li></ul>")
    renderer = AnswerRenderer(SOURCES.get)
    renderer.feed("- first\n- The **bold** word")
    before = renderer.live()
    renderer.feed(', it\'s "quoted"')
    assert appended(before, renderer.live()) == ', it\'s "quoted"'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see [1", "see"),
        ("see [1, ", "see"),
        ("see [", "see"),
        ("see [1-", "see"),
        ("see [sourc", "see"),
        ("now **bold te", "now <strong>bold te</strong>"),
        ("now **", "now"),
        ("use `pip ins", "use <code>pip ins</code>"),
        ("use `", "use"),
        ("a [label](https://exam", "a label"),
        ("a [lab", "a lab"),
    ],
)
def test_what_is_half_there_is_mended_or_held_back(text, shown):
    renderer = AnswerRenderer(SOURCES.get)
    for character in text:
        renderer.feed(character)
        assert "[" not in renderer.live()
    assert renderer.live() == f"<p>{shown}</p>"


@pytest.mark.parametrize(
    "text",
    ["1", "1.", "-", "#", "###", "```", "```pyth", "| a |", "| a |\n|--", "   ", "=", ">", "~~~"],
)
def test_a_line_that_may_become_anything_is_not_shown_yet(text):
    renderer = AnswerRenderer(SOURCES.get)
    renderer.feed(text)
    assert renderer.live() == ""


def test_an_underline_never_flashes_as_a_heading():
    renderer = AnswerRenderer(SOURCES.get)
    renderer.feed("Some text\n-")
    assert renderer.live() == "<p>Some text</p>"
    renderer.feed(" item")
    assert renderer.live() == "<p>Some text</p>\n<ul>\n<li>item</li></ul>"


def test_a_character_in_two_halves_is_one_character():
    renderer = AnswerRenderer(SOURCES.get)
    renderer.feed("ok \ud83d")
    renderer.feed("\ude42 fine")
    assert renderer.finish() == ["<p>ok 🙂 fine</p>\n"]


def test_half_a_character_alone_is_marked_as_missing():
    assert rendered("a \ud83d b") == "<p>a \ufffd b</p>\n"


def test_a_line_end_in_two_halves_is_one_line_end():
    assert streamed("a\r\n\r\nb\rc", [1])[0] == ["<p>a</p>\n", "<p>b\nc</p>\n"]


def test_an_answer_that_never_ends_is_cut():
    renderer = AnswerRenderer(SOURCES.get)
    blocks = [block for _ in range(40) for block in renderer.feed("a paragraph\n\n" * 500)]
    blocks += renderer.finish()
    assert sum(map(len, blocks)) < 2 * MAX_CHARS


def test_links_open_outside_and_carry_no_trust():
    assert markdown_to_html("[x](https://example.org/a?b=1&c=2)") == (
        '<p><a href="https://example.org/a?b=1&amp;c=2" target="_blank"'
        ' rel="noopener nofollow ugc">x</a></p>\n'
    )


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see https://example.org/a_b_(c).", "https://example.org/a_b_(c)"),
        ("(https://example.org/a)", "https://example.org/a"),
        ("<https://example.org/a>", "https://example.org/a"),
        ("<me@example.org>", "mailto:me@example.org"),
        ("[x](mailto:me@example.org)", "mailto:me@example.org"),
    ],
)
def test_addresses_become_links(text, address):
    assert f'href="{address}"' in markdown_to_html(text)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "/settings",
        "//example.org/x", "guide.md", "#top", "file:///etc/passwd", "ftp://example.org", "http:x",
        "https:/example.org", "\\\\example.org\\x", "&#106;avascript:alert(1)", "blob:https://x.y/z",
        "java\tscript:alert(1)", " javascript:alert(1)", "view-source:https://example.org", "",
    ],
)  # fmt: skip
def test_any_other_address_leaves_its_label(address):
    html = markdown_to_html(f"before [label](<{address}>) after")
    assert "href" not in html
    assert "label" in html


def test_images_are_never_loaded():
    html = markdown_to_html(
        "![a chart](https://example.org/x.png) [![b](https://e.org/b)](https://e.org)"
    )
    assert "<img" not in html
    assert (
        '<a class="picture" href="https://example.org/x.png" target="_blank" rel="noopener nofollow'
        ' ugc">a chart</a>' in html
    )
    assert html.count("<a ") == 2


def test_headings_start_below_the_pages_own_and_skip_no_level():
    html = rendered("# One\n\n#### Two\n\n## Three\n\n###### Four\n")
    assert re.findall(r"<h(\d)>", html) == ["3", "4", "4", "5"]


def test_code_has_a_copy_button_colours_and_no_styles():
    html = markdown_to_html("```python\ndef f(): return 'x'\n```\n")
    assert html.startswith(
        '<div class="code"><div class="code-head"><span class="code-name">python</span>'
        '<button class="copy" type="button"></button></div>'
        '<pre tabindex="0"><code class="language-python"><span class="k">def </span>'
    )
    assert "style" not in html


def test_code_of_an_unknown_language_is_plain():
    assert '<code>&lt;x y="z"&gt;\n</code>' in markdown_to_html('```"><script>\n<x y="z">\n```\n')


def test_tables_scroll_in_a_box_of_their_own():
    html = markdown_to_html("| a | b |\n|---|--:|\n| 1 | 2 |\n")
    assert html.startswith(
        '<div class="table-scroll" tabindex="0" role="region" aria-label="Table">'
    )
    assert '<td align="right">2</td>' in html
    assert "style" not in html


def test_a_table_cut_in_two_repeats_its_header():
    blocks = streamed("| name | says |\n|---|---|\n" + "| some | text |\n" * (TABLE_CHARS // 10))[0]
    assert len(blocks) > 1
    assert all("<th>name</th>" in block for block in blocks)


def test_a_numbered_list_cut_in_two_counts_on():
    blocks = streamed("".join(f"{n}. item\n" for n in range(1, LIST_CHARS // 5)))[0]
    assert len(blocks) > 1
    for block in blocks[1:]:
        assert re.match(r'<ol start="\d+">', block)


@pytest.mark.parametrize(
    "text", ["$x^2$", "so $x$.", "\\(x\\)", "$$\nx\n$$", "\\[\nx\n\\]", "a $$x$$ b"]
)
def test_maths_becomes_mathml(text):
    html = markdown_to_html(text)
    assert "<math" in html and "<mi>x</mi>" in html
    assert '<annotation encoding="application/x-tex">' in html


@pytest.mark.parametrize(
    "text",
    ["$5 and $6", "US$5", "it costs 5$ or 6$", "`$x$`", "$HOME/bin:$PATH", "a $ b $ c", "$ x$"],
)
def test_dollars_that_are_not_maths_stay(text):
    html = markdown_to_html(text)
    assert "<math" not in html
    assert html.count("$") == text.count("$")


@pytest.mark.parametrize("text", ["\\[1] – *dim*", "A lamp:\n\\[on or off] is *dim*"])
def test_words_in_brackets_are_no_maths(text):
    assert "<em>dim</em>" in markdown_to_html(text)


@pytest.mark.parametrize("tex", ["\\frac{", "\\left(", "x^a^b", "{" * 500, "\\begin{x}"])
def test_maths_that_cannot_be_read_is_shown_as_code(tex):
    html = markdown_to_html(f"$${tex} $$")
    assert "<math" not in html


@pytest.mark.parametrize(
    "tex",
    [
        r"\text{<img src=x onerror=alert(1)>}", r"\href{javascript:alert(1)}{x}",
        r"\style{background:url(https://e.org)}{x}", r"\class{modal}{x}", r"\id{send}{x}",
        r"\text{</annotation></semantics></math><b>x</b>}", r"\text{&lt;b&gt;}",
    ],
)  # fmt: skip
def test_maths_brings_nothing_but_maths(tex):
    html = markdown_to_html(f"$${tex}$$")
    assert not re.search(
        r"<(?:img|b|a|svg|style)\b|<[^>]*(?:href|style|class|id|onerror)=",
        html.split("<annotation")[0],
    )
    assert_well_formed(html)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.lists(
        st.sampled_from(
            [
                *"ab{}[]()^_&\\<>\"'$ \n",
                "\\frac",
                "\\text{",
                "\\left",
                "\\right",
                "\\begin{matrix}",
                "\\sqrt",
            ]
        ),
        max_size=30,
    ).map("".join)
)
def test_any_maths_is_well_formed(tex):
    assert_well_formed(markdown_to_html(f"$$\n{tex}\n$$\n\nand ${tex}$ and \\({tex}\\)"))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.text(alphabet="ab \n(\"'#{", max_size=4 * PIECE_CHARS), st.booleans())
def test_code_in_pieces_is_the_code(code, long):
    code = code * (200 if long and len(code) < 200 else 1)
    assert "".join(pieces(code)) == code
    sure = list(pieces(code, complete=False))
    assert list(pieces(code))[: len(sure)] == sure


@pytest.mark.parametrize("language", sorted(set(LANGUAGES.values()) - {""}))
def test_every_language_keeps_its_text_and_uses_our_classes_only(language):
    code = "def f(x):\n    '''doc'''\n    return {\"a\": 1.5} # <b> & -- x\n\n+ added\n- gone\n$ ls"
    html = highlight(code, language)
    assert set(re.findall(r'class="(\w+)"', html)) <= CLASSES
    text = re.sub(r"</?span[^>]*>", "", html)
    assert text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == code


@pytest.mark.parametrize(
    "ground", [((255, 255, 255), 0), ((242, 242, 242), 0), ((0, 0, 0), 1), ((29, 35, 42), 1)]
)
def test_every_colour_of_code_can_be_read(ground):
    (background, theme) = ground

    def luminance(colour):
        channels = [value / 255 for value in colour]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    css = highlight_css()
    scope = "[data-theme=dark] " if theme else r"(?<![\])] )"
    for name in CLASSES:
        found = re.search(
            rf"{re.escape(scope) if theme else scope}\.code \.{name}\{{color:#(\w{{6}})", css
        )
        assert found, name
        colour = tuple(int(found[1][at : at + 2], 16) for at in (0, 2, 4))
        lights = sorted([luminance(colour), luminance(background)])  # type: ignore[no-untyped-call]
        assert (lights[1] + 0.05) / (lights[0] + 0.05) >= 4.5, name


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""), ("  ", ""), ("a\nb\tc", "a b c"), ("a\u202egnp.exe", "agnp.exe"),
        ("\x00a\x1b[31m", "a[31m"),
        ("\ud800x", "\ufffdx"), ("\ud83d\ude42", "🙂"), ("\u2066a\u2069", "a"), ("a\u2028b", "a b"),
        ("x" * 400, "x" * 299 + "…"), ("<b>", "<b>"), ("\ufeffa", "a"), ("a" + "\u200f", "a\u200f"),
    ],
)  # fmt: skip
def test_names_and_titles_become_one_clean_line(text, line):
    assert plain(text) == line


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.sampled_from(["- {}\n", "{}. x {}\n", "| {} | `x` |\n", "> {}\n", "{} [1]\n"]),
    st.lists(st.sampled_from(["a", "**b**", "`c` d", "e\n\n  f", "<g>"]), min_size=1, max_size=9),
)
def test_what_grows_by_whole_lines_is_shown_as_it_will_be_for_good(form, words):
    renderer = AnswerRenderer(SOURCES.get)
    head = "| h | i |\n|---|---|\n" if form.startswith("|") else ""
    renderer.feed(head)
    last = ""
    for at, word in enumerate(words):
        word = word.replace("\n\n  f", "") if form.startswith(("|", ">", "{} [")) else word
        renderer.feed(form.replace("{}", str(at + 1), form.count("{}") - 1).replace("{}", word))
        last = renderer.live()
    final = "".join(renderer.finish())
    squeezed = (re.sub(r"\s*(<[^>]*>)\s*", r"\1", html) for html in (last, final))
    assert next(squeezed) == next(squeezed)


def test_minified_code_is_left_plain():
    assert highlight("x=1;" * 500, "javascript") == "x=1;" * 500


def test_a_list_after_indented_code_grows_as_one_list():
    for html in streamed("    code\n\n- word\n- more\n", [1])[1]:
        assert_well_formed(html)
        assert html.count("<ul>") <= 1
