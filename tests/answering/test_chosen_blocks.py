"""Which sections and blocks of passages are quoted."""

from dataclasses import replace

import pytest

from hyperrun.answering.choosing import ANSWER_LINES, OTHERS_LINES, Section, by_weight
from hyperrun.answering.extractive import MAX_SECTIONS, quotables
from hyperrun.answering.quoting import size
from hyperrun.domain import Source
from hyperrun.search.wanted import Wanted
from tests.answering.quoted import FILLER, answer, section

FENCE = "```sh\n# pair once\n\nlantern pair --room kitchen\n```"
TABLE = "| level | effect |\n| --- | --- |\n| 0 | off |\n| 100 | brightest |"
LIST = "- hold the button\n\n- count to ten\n\n  slowly\n\n- let the button go"


def test_an_introduction_begins_with_a_section_that_holds_no_word_of_the_question() -> None:
    listed = "\n".join(
        f"- Lamp {n} glows in the dark of room {n}, and not by day." for n in range(40)
    )
    said = answer(
        "How do I get started?",
        section(f"## Examples\n\nSome lamps are packaged.\n\n{listed}"),
        introducing=1,
    )
    assert "Some lamps are packaged." in said


def test_the_block_that_answers_is_quoted_whole_and_others_are_not() -> None:
    for block, question in [
        (FENCE, "pair the kitchen"),
        (TABLE, "brightest level"),
        (LIST, "hold the button"),
    ]:
        text = f"# Guide\n\n{FILLER}\n\n# Block\n\n{block}\n\n{FILLER}"
        said = answer(question, section(text))
        assert block in said
        assert "clouds" not in said


def test_a_section_whose_heading_is_the_question_is_quoted_from_its_beginning() -> None:
    begins = "Paste one line, and say your address.\n\n```html\n<script async></script>\n```"
    options = "\n\n".join(
        f"`layout{n}` says where to put the panel on your site." for n in range(40)
    )
    text = f"## Put it on your site\n\n{begins}\n\n{options}\n\n{FILLER}"
    said = answer("How do I put it on my site?", section(text, "Guide > Put it on your site"))
    assert begins in said


@pytest.mark.parametrize(
    "points", ["In this specific case the lamp", "The example above", "With this setup the lamp"]
)
@pytest.mark.parametrize("more", [0, 12])
def test_what_a_quote_points_back_at_is_quoted_too_or_instead(points: str, more: int) -> None:
    shown = "A pattern may be given:\n\n```js\n{ at: '/(.*)' }\n```"
    code = "\n".join(f"show(page{n});" for n in range(more))
    told = f"{points} shows a page that is missing:\n\n```js\nshow('missing');\n{code}\n```"
    guide = section(f"## Rooms\n\n{FILLER}\n\n{shown}\n\n{told}\n\n{FILLER}", "Rooms")
    said = answer("show a page that is missing", guide)
    assert "at: '/(.*)'" in said
    assert "show('missing');" in said


def test_of_tabs_for_package_managers_one_is_quoted() -> None:
    tabs = "\n\n".join(
        f"**{name}**\n\n```sh\n{name} add lantern-dimmer{' --save' * (name == 'npm')}\n```"
        for name in ("npm", "Yarn", "pnpm")
    )
    guide = section(f"{FILLER}\n\n{FILLER}\n\nInstall it:\n\n{tabs}", "Guide")
    said = answer("How do I install the lantern dimmer?", guide)
    assert "npm add lantern-dimmer --save" in said
    assert "Yarn add" not in said and "pnpm add" not in said
    said = answer("How do I install the lantern dimmer with yarn?", guide)
    assert "Yarn add" in said and "npm add" not in said
    assert "pnpm add" in answer("install the lantern dimmer", section(f"Install it.\n\n{tabs}"))


def test_an_aside_on_what_is_not_quoted_is_not_quoted() -> None:
    text = (
        f"Dim the kitchen by hand.\n\n{FILLER}\n\n{FILLER}\n\n*(This example can be run as it is.)*"
    )
    said = answer("dim the kitchen", replace(section(text, "Dim the kitchen"), likeness=4.0))
    assert "by hand" in said
    assert "example" not in said
    dims = section(
        f"Lamps glow.\n\n{FILLER}\n\n{FILLER}\n\n(To dim the kitchen, whistle.)", "Lamps"
    )
    assert "whistle" in answer("dim the kitchen", dims)


def test_a_long_block_counts_for_what_its_best_part_holds() -> None:
    rows = [f"| cloud {n} | {'dim' if n == 30 else 'rain'} |" for n in range(40)]
    table = "\n".join(["| name | what |", "| --- | --- |", *rows])
    said = answer("dim the kitchen", section(f"{table}\n\nDim the kitchen by hand.\n\n{FILLER}"))
    assert "Dim the kitchen by hand." in said
    assert "cloud" not in said


def test_a_paragraph_that_ends_in_a_colon_brings_what_it_announces() -> None:
    said = answer("reset", section(f"{FILLER}\n\nTo reset it:\n\n{LIST}\n\n{FILLER}"))
    assert f"To reset it:\n\n{LIST}" in said


@pytest.mark.parametrize(
    "label",
    [
        "**To reset it:**",
        "*To reset it:*",
        "**To reset it**:",
        "**Kitchen**",
        "**Oak**\n\n**`a.py`**",
    ],
)
def test_a_label_brings_what_it_announces(label: str) -> None:
    said = answer("hold the button", section(f"{FILLER}\n\n{label}\n\n{LIST}\n\n{FILLER}"))
    assert f"{label}\n\n{LIST}" in said


def test_the_words_of_a_heading_count_for_what_stands_under_it() -> None:
    text = f"# Clouds\n\n{FILLER}\n\n## Reset\n\nHold it for ten seconds.\n\n## Rain\n\n{FILLER}"
    said = answer("How do I reset it?", section(text))
    assert "Hold it for ten seconds." in said
    assert "clouds" not in said


def test_a_section_found_by_its_meaning_alone_is_quoted() -> None:
    named = section("Pair the lamps before anything else.", "Pairing")
    meant = section("Hold the switch, and the room grows dark by and by.", "Dimming", "dim.md")
    question = "How do I lower the brightness of lamps?"
    assert "grows dark" not in answer(question, named, meant)
    assert "grows dark" in answer(question, named, replace(meant, likeness=4.0))


def test_a_passage_that_holds_far_less_than_the_best_is_left_out() -> None:
    said = answer(
        "install the lantern in the kitchen",
        section("Install the lantern in the kitchen.", "Lantern > Install"),
        section("The lantern hangs.", "Lantern > Hanging"),
        section("The lantern burns.", "Lantern > Burning"),
    )
    assert "[1]" in said
    assert "hangs" not in said and "burns" not in said
    assert said.endswith("See also: Hanging [2] · Burning [3]")


def test_of_an_error_what_mends_it_is_quoted() -> None:
    told = (
        "You see `LampError: no bridge` when the bridge is away.\n\n```\n"
        "LampError: no bridge\n```\n\n"
        f"{FILLER}\n\n{FILLER}\n\n{FILLER}\n\n**Resolution**: plug it in.\n\nThen wait.\n"
    )
    said = answer("LampError: no bridge", section(told, "No bridge"))
    assert "plug it in" in said and "Then wait." in said
    assert "Paragraph 15" not in said


def test_below_the_code_that_shows_an_error_stands_what_mends_it() -> None:
    told = (
        f"{FILLER}\n\nOf lamps without a bridge you get an error:\n\n```\n>>> light()\n"
        f"LampError: no bridge\n```\n\nPlug it in instead:\n\n```\nplug()\n```\n\n{FILLER}\n"
    )
    assert "plug()" in answer("LampError: no bridge", section(told, "Lamps"))
    assert "plug()" not in answer("lamp without bridge", section(told, "Lamps"))


def test_code_and_names_that_hold_nothing_of_the_question_are_left_out() -> None:
    said = answer(
        "dim the lamp",
        section(f"Dim the `lamp`.\n\nPair it: `all`.\n\n```sh\npair\n```\n\n{FILLER}\n\n{FILLER}"),
    )
    assert "Dim the `lamp`." in said and "air" not in said


def test_an_answer_takes_a_screen_however_many_sections_answer() -> None:
    words = "\n\n".join(f"Pair lamp N.{m} with the bridge." for m in range(8))
    sections = [
        replace(section(words.replace("N", str(n)), f"Way {n}", file=f"{n}.md"), score=1.0)
        for n in range(6)
    ]
    said = answer("pair a lamp with the bridge", *sections)
    assert 2 <= said.count("**Way") <= MAX_SECTIONS
    assert size(said) <= ANSWER_LINES + 4  # its lead, and where else to look
    assert "Pair lamp 0.7" in said and "Pair lamp 1.7" in said


def test_the_first_section_that_answers_has_the_most_room() -> None:
    lines = "\n".join(f"pair_{n}()" for n in range(10))
    found = section(f"{FILLER}\n\nPair a lamp:\n\n```\n{lines}\n\nlamp()\n```", "Lamps")
    others = [
        section("\n\n".join(f"Pair lamp {n}.{m}." for m in range(20)), f"Way {n}", f"{n}.md")
        for n in range(2)
    ]
    said = answer("pair a lamp", found, *others)
    assert "pair_9()\n\nlamp()" in said
    assert 3 < size(said[said.index("**Way") : said.index("See also")]) <= OTHERS_LINES


def test_the_block_that_answers_best_has_room_in_whichever_section_it_stands() -> None:
    lines = "\n".join(f"pair_{n}(lamp)" for n in range(OTHERS_LINES))
    first = section(f"A lamp is there.\n\n{FILLER}\n\n{FILLER}", "Lamps")
    other = section(f"{FILLER}\n\nPair a lamp with the bridge:\n\n```\n{lines}\n```", "Pairing")
    said = answer("pair a lamp with the bridge", first, other)
    assert lines in said
    assert size(said) <= ANSWER_LINES


NOTE = "Added in version 8.2: `--dim` dims lamps."


@pytest.mark.parametrize(
    ("note", "question", "first"),
    [
        (NOTE, "how to dim lamps", "Lamps"),
        ("> **Deprecated since version 1.2**: lamps `dim`.", "how to dim lamps", "Lamps"),
        ("*versionchanged 1.2* Lamps `dim`.", "how to dim lamps", "Lamps"),
        ("New lamps `dim` 2.4 times.", "how to dim lamps", "New"),
        (NOTE, "in which version do lamps dim", "Added"),
        (NOTE, "dim lamps in 8.2", "Added"),
    ],
)
def test_a_note_on_a_version_comes_after_what_is_so_now(
    note: str, question: str, first: str
) -> None:
    passage = section(f"{note}\n\nLamps `dim`, and the dimming of them takes a while.")
    source = Source(1, passage)
    found = Section(source, quotables([source]))
    assert by_weight([found], Wanted.of(question))[0].text.lstrip("> *").startswith(first)


@pytest.mark.parametrize(
    ("facts", "is_few"),
    [
        ("- **Type:** `number`\n- **Default:** `4096`", True),
        ("**Type:** `number`<br>\n**Default:** `4096`", True),
        ("\n".join(f"- **Values:** `{n}`" for n in range(4096, 4106)), False),
    ],
)
def test_with_what_an_entry_says_stand_its_type_and_default(facts: str, is_few: bool) -> None:
    first = section(f"Lamps glow under a threshold of light. {FILLER}", "Lamps")
    entry = section(
        f"## glow.limit\n\n{facts}\n\nUnder this threshold of light the lamp glows.\n\n{FILLER}",
        "Settings > glow.limit",
    )
    said = answer("Under which threshold of light do lamps glow?", first, entry)
    assert "Under this threshold" in said
    assert ("4096" in said) is is_few


def test_what_code_writes_is_quoted_with_that_code() -> None:
    output = "```\nattic, kitchen\n```"
    shown = f"```python\nlantern.rooms()\n```\n\n{output}"
    said = answer("attic kitchen", section(f"# Guide\n\n{FILLER}\n\n{shown}\n\n{FILLER}"))
    assert shown in said
    assert "lantern" not in answer(
        "attic kitchen",
        section(f"# Guide\n\n{FILLER}\n\n{shown.replace(output, 'So:' + chr(10) * 2 + output)}"),
    )


def test_the_default_of_what_the_question_does_not_name_is_not_quoted_alone() -> None:
    facts = f"## depends\n\n**Default:** `none`\n\nLamps wait for others. {FILLER}"
    entry = section(facts, "Settings > depends")
    first = section(f"By default lamps glow.\n\n{FILLER}\n\n{FILLER}", "Lamps")
    assert "`none`" not in answer("do lamps glow by default", first, entry)
    assert "`none`" in answer("the default of depends", first, entry)
