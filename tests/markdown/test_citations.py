"""Citations in an answer: what is shown exists, and what was invented is not shown."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperrun.domain import Source
from hyperrun.markdown.cards import card_of
from hyperrun.markdown.citations import (
    address_of,
    numbers_of,
    quote_differs,
    relocated,
    strip_citations,
)
from hyperrun.markdown.renderer import AnswerRenderer
from hyperrun.passage import Passage

CODE = "def connect(host, timeout_s=5):\n    sock = open_socket(host)\n    return sock\n"


def passage(number: int, **changes: object) -> Passage:
    values: dict[str, object] = {
        "file": f"src/part{number}.py",
        "start_line": 10,
        "end_line": 12,
        "title": f"part{number}.connect",
        "kind": "function",
        "text": CODE,
        "language": "python",
        "permalink": f"https://code.example.org/blob/abc/src/part{number}.py#L10-L12",
    }
    return Passage(**(values | changes))  # type: ignore[arg-type]


SOURCES = {number: Source(number, passage(number)) for number in (1, 2, 3, 12)}


def shown(text: str, sizes: tuple[int, ...] = (10_000,)) -> tuple[str, tuple[int, ...], list[str]]:
    """HTML of the answer `text`, the numbers it cites, and every growing block on the way."""
    renderer = AnswerRenderer(SOURCES.get)
    html, lives, at, turn = [], [], 0, 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        html += renderer.feed(text[at : at + size])
        lives.append(renderer.live())
        at, turn = at + size, turn + 1
    html += renderer.finish()
    return "".join(html), renderer.cited, lives


def words(html: str) -> str:
    """What a reader sees, each citation as ‹n›, the number that the model has written."""
    html = re.sub(r'<a class="citation"[^>]*data-source="(\d+)"[^>]*>\d+</a>', r"‹\1›", html)
    return re.sub(r"<[^>]*>", "", html).strip()


@pytest.mark.parametrize(
    ("text", "seen", "cited"),
    [
        ("It works [1].", "It works ‹1›.", (1,)),
        ("It works[1].", "It works‹1›.", (1,)),
        ("It works. [1]", "It works. ‹1›", (1,)),
        ("Both [1, 2].", "Both ‹1›‹2›.", (1, 2)),
        ("Both [1,2].", "Both ‹1›‹2›.", (1, 2)),
        ("Both [1; 2].", "Both ‹1›‹2›.", (1, 2)),
        ("Both [1][2].", "Both ‹1›‹2›.", (1, 2)),
        ("Both [1] [2].", "Both ‹1› ‹2›.", (1, 2)),
        ("All [1-3].", "All ‹1›‹2›‹3›.", (1, 2, 3)),
        ("All [1–3].", "All ‹1›‹2›‹3›.", (1, 2, 3)),
        ("All [1-3, 12].", "All ‹1›‹2›‹3›‹12›.", (1, 2, 3, 12)),
        ("A note [^2].", "A note ‹2›.", (2,)),
        ("Twice [[3]].", "Twice ‹3›.", (3,)),
        ("In words [Source 2].", "In words ‹2›.", (2,)),
        ("In words [sources: 2, 3].", "In words ‹2›‹3›.", (2, 3)),
        ("Order [3] then [1] then [3].", "Order ‹3› then ‹1› then ‹3›.", (3, 1)),
        ("Twelve [12].", "Twelve ‹12›.", (12,)),
        ("**Bold [1]** and *soft [2]*.", "Bold ‹1› and soft ‹2›.", (1, 2)),
        ("A link of its own [1](https://elsewhere.example/x).", "A link of its own ‹1›.", (1,)),
        ("Empty [2]().", "Empty ‹2›.", (2,)),
        # Invented ones go, with the space before them.
        ("Wrong [9].", "Wrong.", ()),
        ("Wrong [9] here.", "Wrong here.", ()),
        ("Wrong [999].", "Wrong.", ()),
        ("Wrong [0] here.", "Wrong here.", ()),
        ("Half wrong [1, 9].", "Half wrong ‹1›.", (1,)),
        ("Partly [3-5].", "Partly ‹3›.", (3,)),
        ("Too far [1-90].", "Too far.", ()),
        ("Backwards [3-1].", "Backwards.", ()),
        ("Wrong link [9](https://elsewhere.example/x).", "Wrong link.", ()),
        ("[9] at the start", "at the start", ()),
        ("`code` [9].", "code.", ()),
        # What is no citation stays.
        ("In code `[1]` and `a[2]`.", "In code [1] and a[2].", ()),
        ("```\nx = y[1]\n```", "x = y[1]", ()),
        ("    y[1] = [2]", "y[1] = [2]", ()),
        ("Escaped \\[1\\] and \\[9\\].", "Escaped ‹1› and.", (1,)),
        ("An index names[0].", "An index names[0].", ()),
        ("A range [0, 1] and [0-3].", "A range [0, 1] and [0-3].", ()),
        ("A year [2024].", "A year [2024].", ()),
        ("A [link 1](https://example.org).", "A link 1.", ()),
        ("A task [ ] and [x].", "A task [ ] and [x].", ()),
        ("Not a number [1a] [a1].", "Not a number [1a] [a1].", ()),
        ("$a[1]$", "a[1]a[1]", ()),
    ],
)
def test_marks_become_citations_only_where_they_are_true(text, seen, cited):
    html, numbers, _ = shown(text)
    assert words(html).replace("‹›", "") == seen
    assert numbers == cited


@pytest.mark.parametrize(
    "text",
    ["See [12].", "See [1, 2] and [1-3].", "See [Source 2].", "See [9] and [99].", "x [[3]]"],
)
@pytest.mark.parametrize("sizes", [(1,), (2,), (3,), (5,), (1, 4)])
def test_half_a_mark_is_never_shown(text, sizes):
    for html in shown(text, sizes)[2]:
        assert "[" not in words(html)
        assert "9" not in words(html)


def test_code_that_is_still_open_cites_nothing_in_the_end():
    renderer = AnswerRenderer(SOURCES.get)
    renderer.feed("Use `x")
    renderer.feed("[1]` for it.\n\n")
    assert renderer.cited == ()


# An answer that cites rightly, wrongly, twice, in code and split over tokens: a hundred of them.
PARTS = [
    ("A fact [1].", (1,)), ("Two facts [1][3].", (1, 3)), ("A list [2, 12].", (2, 12)),
    ("Again [1] and [1].", (1,)), ("A range [1-3].", (1, 2, 3)), ("None [7].", ()),
    ("Some [2, 8].", (2,)), ("Code `a[3]` here.", ()), ("```\nb[2]\n```", ()), ("Far [500].", ()),
    ("- item [2]\n- item [9]", (2,)), ("| a |\n|---|\n| b [3] |", (3,)), ("> quoted [12]", (12,)),
    ("# Heading [1]", (1,)), ("1. one [3]\n\n   `x[1]`", (3,)),
    ("Its own link [1](https://foreign.example).", (1,)),
]  # fmt: skip


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=8),
    st.lists(st.integers(1, 7), min_size=1, max_size=5).map(tuple),
)
def test_each_citation_shown_leads_to_lines_that_were_handed_out_and_no_other_is_shown(
    parts, sizes
):
    text = "\n\n".join(part for part, _ in parts)
    html, cited, lives = shown(text, sizes)
    expected = [number for _, numbers in parts for number in numbers]
    assert cited == tuple(dict.fromkeys(expected))
    for each in (html, *lives):
        places = [int(number) for number in re.findall(r"(\d+)</a>", each)]
        for at, (address, number) in enumerate(
            re.findall(r'<a class="citation" href="([^"]*)" data-source="(\d+)"', each)
        ):
            assert address == SOURCES[int(number)].passage.permalink
            assert places[at] == cited.index(int(number)) + 1
        assert each.count('class="citation"') == each.count("data-source=")
        assert not re.search(r"\[(?:7|8|9|500)\]|foreign", each)


@pytest.mark.parametrize(
    ("mark", "numbers"),
    [
        ("1", [1]),
        ("1,2", [1, 2]),
        ("1-3, 7", [1, 2, 3, 7]),
        ("^1; ^2", [1, 2]),
        ("2-2", [2]),
        ("9-1", []),
    ],
)
def test_a_mark_is_read_as_its_numbers(mark, numbers):
    assert numbers_of(mark) == numbers


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("It works [1].", "It works."),
        ("Both [1, 2] [3].", "Both."),
        ("`a[1]` stays [1]", "`a[1]` stays"),
        ("```\na[1]\n```\nx [2]", "```\na[1]\n```\nx"),
        ("~~~\na [1]", "~~~\na [1]"),
        ("", ""),
        ("[2024] stays", "[2024] stays"),
        ("Its link [1](https://e.example/x) goes", "Its link goes"),
        ("un`closed [1]", "un`closed"),
    ],
)
def test_history_for_the_model_has_no_citations(text, bare):
    assert strip_citations(text) == bare


@pytest.mark.parametrize(
    ("code", "differs"),
    [
        (CODE, False),
        ("    def connect(host, timeout_s=5):\n      sock = open_socket(host)\n", False),
        ("def connect(host, timeout_s=5):\n    ...\n    return sock", False),
        ("def connect(host, timeout_s=5):\n    # …\n    return sock", False),
        ("sock = open_socket(host)", False),
        ("", False),
        ("\n  \n", False),
        ("def connect(host, timeout_s=9):\n    return sock", True),
        ("return sock\ndef connect(host, timeout_s=5):", True),
        ("import os", True),
    ],
)
def test_a_quote_is_one_when_its_lines_stand_in_the_passage_in_this_order(code, differs):
    assert quote_differs(code, [passage(1)]) is differs


def test_a_quote_may_be_from_any_of_the_passages_cited():
    assert not quote_differs("import os", [passage(1), passage(2, text="import os\n")])
    assert quote_differs("import os", [])


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        (f"As in [1]:\n\n```python\n{CODE}```\n", False),
        ("As in [1]:\n\n```python\ndef other(): pass\n```\n", True),
        ("As in [1]:\n\n```python\ndef other(): pass", True),
        ("As it says: [1]\n\n```\ndef other(): pass\n```\n", True),
        ("A fact [1].\n\n```\ndef other(): pass\n```\n", False),
        ("Try this:\n\n```\ndef other(): pass\n```\n", False),
        ("```python [2]\ndef other(): pass\n```\n", True),
        (f"```python [2]\n{CODE}```\n", False),
        ("```python [9]\ndef other(): pass\n```\n", False),
        ("- As in [1]:\n  ```\n  def other(): pass\n  ```\n", True),
        ("As in [9]:\n\n```\ndef other(): pass\n```\n", False),
    ],
)
@pytest.mark.parametrize("size", [3, 1_000])
def test_code_that_claims_a_source_and_differs_from_it_is_marked(text, marked, size):
    html = shown(text, (size,))[0]
    assert ('class="code quote-differs" data-text="quote_differs"' in html) is marked
    assert ("title=" in html) is marked


@pytest.mark.parametrize(
    ("url", "permalink", "address"),
    [
        ("https://docs.example.org/a#b", "https://code.example.org/x", "https://docs.example.org/a#b"),
        (None, "https://code.example.org/x", "https://code.example.org/x"),
        ("javascript:alert(1)", None, "#source-4"),
        ("//elsewhere.example/x", None, "#source-4"),
        ("https://e.example/\"><script>", None, "#source-4"),
        ("https://e.example/a b", "https://code.example.org/x", "https://code.example.org/x"),
        (None, None, "#source-4"),
        ("", "", "#source-4"),
    ],
)  # fmt: skip
def test_a_citation_leads_to_the_page_else_the_lines_else_the_list(url, permalink, address):
    source = Source(4, passage(4, url=url, permalink=permalink))
    assert address_of(source) == address
    renderer = AnswerRenderer({4: source}.get)
    html = "".join([*renderer.feed("See [4]."), *renderer.finish()])
    assert f'href="{address}"' in html


def test_a_card_holds_the_place_and_the_lines_safely():
    card = card_of(
        Source(
            2,
            passage(
                2, title="<b>\u202ex\n", file="a\x00b/<i>.py", text="x = '</code><script>'\r\n"
            ),
        )
    )
    assert (card.title, card.path) == ("<b>x", "ab/<i>.py")
    assert (card.start_line, card.end_line, card.language) == (10, 12, "python")
    assert "<script" not in card.html
    assert "&lt;script" in card.html


def test_a_long_card_is_cut_at_a_line():
    card = card_of(Source(1, passage(1, text="line of text\n" * 1_000, language="")), max_chars=100)
    assert card.html.endswith("line of text\n…")
    assert len(card.html) < 120


def test_a_card_shows_prose_as_its_page_does_and_names_what_it_stands_under():
    text = "## Dim a lamp\n\nCall `dim`:\n\n```python\ndim(1)\n```\n"
    shown = passage(1, title="Guide > Lamps > `Dim` a lamp", kind="section", text=text)
    card = card_of(Source(1, shown))
    assert (card.title, card.crumb) == ("Dim a lamp", "Guide › Lamps")
    assert "<p>Call <code>dim</code>:</p>" in card.html and "Dim a lamp" not in card.html
    assert 'class="code-name">python' in card.html and "```" not in card.html


def test_a_card_without_a_title_shows_its_file():
    assert card_of(Source(1, passage(1, title=" \x00\n"))).title == "src/part1.py"


def test_lines_that_moved_are_found_again_and_lines_that_are_gone_are_dropped():
    moved = passage(1, start_line=40, end_line=42)

    def locate(each: Passage) -> Passage | None:
        return {"src/part1.py": moved, "src/part2.py": each}.get(each.file)

    now = relocated([SOURCES[1], SOURCES[2], SOURCES[3]], locate)
    assert now == (Source(1, moved), SOURCES[2])


def test_a_growing_list_cites_all_that_its_items_cite():
    renderer = AnswerRenderer(SOURCES.get)
    renderer.feed("- one [3]\n- two [1]\n- three [12]\n- fo")
    assert re.findall(r"(\d+)</a>", renderer.live()) == ["1", "2", "3"]
    assert renderer.cited == (3, 1, 12)
    renderer.feed("ur [2] [1]\n- five")
    assert re.findall(r"(\d+)</a>", renderer.live()) == ["1", "2", "3", "4", "2"]
    assert renderer.cited == (3, 1, 12, 2)  # type: ignore[comparison-overlap]


def test_a_growing_table_cites_all_that_its_rows_cite():
    renderer = AnswerRenderer(SOURCES.get)
    for row in ("| a [2] |\n|---|\n", "| b [1] |\n", "| c [3] |\n", "| d [12"):
        renderer.feed(row)
        renderer.live()
    assert renderer.cited == (2, 1, 3)
    assert renderer.live().count("<tr>") == 3


def test_a_cited_number_that_does_not_stand_there_is_underlined_when_its_block_is_final() -> None:
    lines = Passage("docs/a.md", 1, 1, "A", "section", "The client waits 30 seconds.")
    renderer = AnswerRenderer({1: Source(1, lines)}.get, checks=True)
    renderer.feed("The client waits 45 seconds [1].")
    assert "unsupported" not in renderer.live()
    [html] = renderer.finish()
    assert '<span class="unsupported" title="not in the source it cites">45</span>' in html
    assert renderer.claims == (1, 1)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("It waits 45 seconds. The client waits 30 seconds [1].", 0),
        ("The client waits 30 seconds [1]. It is 45 years old.", 0),
        ("The client waits 30 seconds. [1] It waits 45 seconds.\n", 0),
        ("The client waits 45 seconds [1][2].", 0),
        ("- The client waits 31 seconds [1]\n- The server waits 45 seconds [2]", 1),
        ("The client `waits_long` [1].", 1),
        ("| a | b |\n| - | - |\n| client waits | 32 seconds [1] |", 1),
    ],
)
def test_only_the_sentence_before_a_citation_is_compared(text: str, marked: int) -> None:
    first = Passage("docs/a.md", 1, 1, "A", "section", "The client waits 30 seconds.")
    second = Passage("docs/b.md", 1, 1, "B", "section", "The server waits 45 seconds.")
    renderer = AnswerRenderer({1: Source(1, first), 2: Source(2, second)}.get, checks=True)
    html = "".join([*renderer.feed(text), *renderer.finish()])
    assert html.count('class="unsupported"') == marked


def test_a_citation_that_we_added_says_so() -> None:
    lines = Passage("docs/a.md", 1, 1, "A", "section", "The client waits 30 seconds.")
    renderer = AnswerRenderer({1: Source(1, lines)}.get)
    html = "".join([*renderer.feed("It waits. [+1]"), *renderer.finish()])
    assert 'class="citation added"' in html and "Added by us" in html and renderer.cited == (1,)
    assert strip_citations("It waits. [+1]") == "It waits."
