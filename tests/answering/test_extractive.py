"""What is answered from the passages where there is no model."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from hyperrun.answering.extractive import escaped, extract
from hyperrun.domain import Source
from hyperrun.language import DEFAULT, languages, text
from hyperrun.passage import Passage
from hyperrun.search.parsing import files
from hyperrun.search.wanted import Wanted
from tests.answering.quoted import FILLER, alone, answer, parts, section

TOP = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("title", ["API > lamps.Lamp.dim_to", "lamps.Lamp.dim_to", "dim_to"])
def test_what_describes_a_name_answers_in_the_place_of_its_code(title: str) -> None:
    code = Passage("lamps.py", 9, 10, "Lamp.dim_to", "method", "def dim_to(level):\n    down()")
    assert "down()" in answer("What does `dim_to` do?", code, section("Lamps are lit.", "Lamps"))
    said = answer("What does `dim_to` do?", code, section("It makes it darker.", title))
    assert "It makes it darker." in said
    assert "down()" not in said


def test_what_a_heading_tells_of_a_name_answers_before_what_stands_above_it() -> None:
    code = Passage("lamps.py", 9, 10, "HotLampError", "class", "class HotLampError:\n    pass")
    beside = section("`HotLampError` stands beside.", "lamps.Lamp.error")
    mends = section("Let it cool.", "What to do about HotLampError?")
    said = answer("HotLampError", code, beside, mends)
    assert said.index("Let it cool.") < said.index("stands beside")
    assert "pass" not in said


def test_the_same_words_are_quoted_once() -> None:
    passage = section("Hold the button.")
    said = answer("button", passage, replace(passage, file="copy.md"))
    assert said.count("Hold the button.") == 1


def test_every_word_of_a_quote_stands_in_the_lines_it_cites() -> None:
    """Of this project's own documentation, asked by each of its headings."""
    chunks = [
        Passage(str(path.relative_to(TOP)), chunk.start_line, chunk.end_line, chunk.title,
                chunk.kind, chunk.text, chunk.language)
        for path in (TOP / "README.md", TOP / "bench/README.md", TOP / "examples/README.md",
                     TOP / "docs/ARCHITECTURE.md")
        for chunk in files.read(TOP, PurePosixPath(path.relative_to(TOP)))
    ]  # fmt: skip
    assert len(chunks) > 10
    for chunk in chunks:
        lines = (TOP / chunk.file).read_text().splitlines()[chunk.start_line - 1 : chunk.end_line]
        assert chunk.text == "\n".join(lines)
        said = answer(chunk.title, chunk).partition("[1]\n")[2]
        words = iter(re.findall(r"\w+", chunk.text))
        assert all(word in words for word in re.findall(r"\w+", said)), chunk.title


def test_passages_that_hold_few_of_the_words_are_called_the_nearest() -> None:
    lamp = section("A lamp for the kitchen.", "Lamps")
    assert answer("Which lamp for the kitchen?", lamp).startswith("**Lamps** [1]\n")
    named = section("It hangs above the table in the kitchen.", "Kitchen lamps above a table")
    assert answer("Which lamp hangs above the kitchen table of sailors?", named).startswith(
        "**Kitchen lamps above a table** [1]\n"
    )
    assert answer("Is there a lamp for sailors?", lamp).startswith(text("en", "extract_near"))
    assert answer("台所 lamp for 船乗りと鯨", lamp).startswith(text("en", "extract_none"))
    said = answer("Do sailors like lamps and whales?", lamp)
    assert said.startswith(text("en", "extract_near"))
    assert "A lamp for the kitchen." in said
    told = {text(language, "extract_near") for language in languages()}
    assert len(told) == len(languages())


def test_how_well_it_answers_is_a_part_of_its_own_which_the_grounding_is_told_by() -> None:
    lamp = section("A lamp for the kitchen.", "Lamps")
    first, near = parts("Does the kitchen lamp read topics of Kafka clusters?", lamp)
    assert first == text("en", "extract_none") and "Lamps" in near
    first, *_ = parts("Is there a lamp for sailors?", lamp)
    assert first.strip() == text("en", "extract_near")


@pytest.mark.parametrize("language", languages())
def test_a_question_in_another_script_than_the_documentation_is_told_so(language: str) -> None:
    chance = Passage("ja.js", 1, 1, "segment", "module", "['ラン', 'プの']", "javascript")
    told = text(language, "extract_none_language")
    found = extract(
        Wanted.of("ランプの明るさを変えたいのですが"), (Source(1, chance),), alone, language
    )
    assert asyncio.run(anext(found)) == told  # type: ignore[arg-type]
    said = {}  # type: ignore[var-annotated]
    for question in ("ランプの明るさは？", "Как включить лампу?", "zither", "README はどこ", "42"):
        pieces = extract(Wanted.of(question), (), alone, language)
        said[question] = asyncio.run(anext(pieces))  # type: ignore[arg-type]
    assert told != text(language, "extract_none")
    assert [each == told for each in said.values()] == [True, True, False, False, False]
    if language != DEFAULT:
        assert told != text(DEFAULT, "extract_none_language")


def test_what_was_quoted_is_not_quoted_again() -> None:
    whole = section("Lamps are paired with a button.", "Lamps > Pairing", file="a.md")
    again = section(
        "Lamps are paired with a button.\n\nA bridge pairs them, too.", "Bridge", file="b.md"
    )
    assert answer("pair lamps with a button or a bridge", whole, again).count("with a button.") == 1


def test_code_of_a_section_is_not_quoted_again_by_the_one_that_it_stands_in() -> None:
    code = "import lantern\n\n\nclass Loud(lantern.Lamp):\n    def ring(self):\n        return 1\n"
    code += "\n    def hush(self):\n        return 0\n\n    def rest(self):\n        return None\n"
    below = section(f"A lamp rings:\n\n```python\n{code}```", "Lamps > Ring a lamp")
    above = section("All about a lamp.", "Lamps")
    sources = [Source(1, below), Source(2, above)]

    async def whole(source: Source) -> list[Source]:
        return [source] if source.number == 1 else [sources[1], sources[0]]

    async def said() -> str:
        pieces = extract(Wanted.of("ring a lamp"), sources, whole, "en")
        return "".join([piece async for piece in pieces])

    assert asyncio.run(said()).count("class Loud") == 1


@pytest.mark.parametrize(
    ("titles", "names"),
    [
        (("Hall > Dim", "Attic > Dim"), ("Hall › Dim", "Attic › Dim")),
        (("Lamps > Hall > Dim", "Dim > DIM"), ("Hall › Dim", "DIM")),
        (("Dim", "Attic > Dim"), ("Dim", "Attic › Dim")),
        (("Hall > Dim", "Attic > Dim more"), ("Dim", "Dim more")),
    ],
)
def test_two_sections_of_one_name_are_told_apart_by_what_they_stand_under(
    titles: tuple[str, str], names: tuple[str, str]
) -> None:
    words = ("Dim the lamp in the hall.", "Dim the lamp in the attic.")
    said = answer("dim the lamp", *(section(*each) for each in zip(words, titles, strict=True)))
    for number, name in enumerate(names, 1):
        assert f"**{name}** [{number}]\n\n{words[number - 1]}" in said


def test_a_heading_that_does_not_say_of_what_it_is_is_named_with_the_one_above() -> None:
    said = answer(
        "dim the lamp",
        section("Dim the lamp.", "Lamps > Hall"),
        section("Dim the lamp in the hall.", "Lamps > Hall > Options"),
        section("Dim the lamp in the attic.", "Lamps > Attic > Options"),
        section("Dim no lamp.", "Lamps > Cellar > Example"),
    )
    for name in ("**Hall** [1]", "**Hall › Options** [2]", "**Attic › Options** [3]"):
        assert f"{name}\n\n" in said
    assert said.endswith("Cellar › Example [4]")


def test_right_below_what_it_is_of_a_heading_stands_alone() -> None:
    said = answer(
        "dim the lamp",
        section("Dim the lamp.", "Lamps > Hall"),
        section("Dim the lamp in the hall.", "Lamps > Hall > Options"),
    )
    assert "**Hall** [1]\n\n" in said and "**Options** [2]\n\n" in said


def test_what_stands_in_one_section_is_said_once_and_in_its_order() -> None:
    words = [f"Dim the lamp in the {room}.\n\n{FILLER}" for room in ("hall", "attic")]
    below = section("\n\n".join([words[0], "Ring the lamp.", words[1]]), "Lamps > Dim")
    sources = [Source(1, below), Source(2, section("All of lamps.", "Lamps"))]

    async def whole(source: Source) -> list[Source]:
        text = below.shown if source.number == 2 else below.shown.replace("Ring the lamp.", "")
        return [replace(sources[0], passage=replace(below, content=text))]

    async def said() -> str:
        pieces = extract(Wanted.of("dim and ring the lamp"), sources, whole, "en")
        return "".join([piece async for piece in pieces])

    answer = asyncio.run(said())
    assert answer.count("**Dim**") == 1
    assert "hall.\n\nRing the lamp.\n\nDim the lamp in the attic." in answer


def test_a_section_is_named_once_where_the_one_that_it_stands_in_is_quoted_too() -> None:
    above = section("Dim and ring the lamp.", "Lamps")
    hall, attic = (f"Dim and ring the lamp in the {room}." for room in ("hall", "attic"))
    below = section(f"{hall}\n\n{attic}", "Lamps > Dim")
    sources = [Source(1, below), Source(2, above)]

    async def whole(source: Source) -> list[Source]:
        own = hall if source.number == 1 else attic
        found = replace(sources[0], passage=replace(below, content=own))
        return [found] if source.number == 1 else [sources[1], found]

    async def said() -> str:
        pieces = extract(Wanted.of("dim and ring the lamp"), sources, whole, "en")
        return "".join([piece async for piece in pieces])

    answer = asyncio.run(said())
    assert f"**Dim** [1]\n\n{hall}\n\n{attic}\n\n**Lamps** [2]" in answer
    assert answer.count("**Dim**") == 1


def test_what_stands_under_a_section_is_quoted_under_its_own_name() -> None:
    named = ["dim_lamps", "dim_rooms"]
    entries = [section(f"Dim the lamp by {name}.", f"Lamps > {name}") for name in named]
    objects = [section(f"Dim the lamp, {name}.", f"Lamps > lantern.{name}") for name in named]
    sources = [Source(1, section("All of lamps.", "Lamps"))]
    sources += [Source(n, each) for n, each in enumerate((*entries, *objects), 2)]

    async def whole(source: Source) -> list[Source]:
        return sources

    async def said() -> str:
        pieces = extract(Wanted.of("dim the lamp"), sources[:1], whole, "en")
        return "".join([piece async for piece in pieces])

    answer = asyncio.run(said())
    assert all(f"**{escaped(name)}**" in answer for name in named)
    assert "lantern" not in answer  # a described object is a section of its own


def test_what_a_section_has_under_it_is_no_place_to_look_too_where_it_is_quoted() -> None:
    above = section("Pair a lamp.", "Lamps")
    below, beside = (
        section("Pair by hand.", "Lamps > By hand"),
        section("Pair it.", "Bridge", "b.md"),
    )
    sources = [Source(n, each) for n, each in enumerate((above, below, beside, above), 1)]

    async def whole(source: Source) -> list[Source]:
        return sources[:2] if source.number == 1 else [source]

    async def said() -> str:
        pieces = extract(Wanted.of("pair a lamp by hand"), sources[:3], whole, "en")
        return "".join([piece async for piece in pieces])

    assert asyncio.run(said()).endswith("See also: Bridge [3]")


def test_code_and_lists_of_links_are_no_place_to_look_too_where_one_asks_how_to_use() -> None:
    guide, beside = section("Pair a lamp by hand.", "Pairing"), section("Pair it.", "Bridge")
    links = section("- [Pair lamps](lamps.md)", "Pairing > See also")
    code = Passage("lamps.py", 9, 10, "Lamp.pair", "method", "def pair(lamp):\n    lamp.pair()")
    said = answer("How do I pair a lamp?", guide, links, code, beside)
    assert said.endswith("See also: Bridge [4]")
    assert "Lamp.pair" not in said and "pair [3]" not in said
    said = answer("How do I use `Lamp.pair()` by hand?", guide, beside, code)
    assert said.endswith("pair [3]")


def test_of_a_long_heading_its_beginning_says_where_else_to_look() -> None:
    long = "A heading that goes on and on " * 20
    first, other = section("Pair a lamp.", "Pair"), section("A lamp has a cord.", long)
    said = answer("How do I pair a lamp?", first, other)
    assert "See also: A heading that goes on" in said and "… [2]" in said
    assert len(said) < 400


def test_a_passage_that_cannot_be_quoted_is_left_out_and_the_others_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = replace(section("", "Hold", file="broken.md"), text=None)  # type: ignore[arg-type]
    said = answer("hold the button", broken, section("Hold the button."))
    assert "Hold the button. [" not in said and "Hold the button." in said and "[2]" in said
    assert "[1]" not in said
    assert "broken.md is left out of an answer" in caplog.text


@pytest.mark.parametrize(("mark", "left_out"), [("-", "\n- …"), ("1.", "\n\n…")])
@pytest.mark.parametrize(("asked", "is_cut"), [("button", True), ("button or knob", False)])
def test_a_list_that_goes_on_in_another_passage_says_so_where_that_is_not_quoted(
    mark: str, left_out: str, asked: str, is_cut: bool
) -> None:
    first = section(f"{FILLER}\n\n{mark} Lift the lid.\n{mark} Hold the button.", "Reset")
    items = "\n".join(f"{mark} Cloud {n}." for n in range(40))
    second = replace(
        section(f"{mark} Turn the knob.\n{items}", "Reset"), start_line=71, end_line=111
    )
    sources = [Source(1, first), Source(2, second)]

    async def said() -> str:
        async def whole(_: Source) -> list[Source]:
            return sources

        pieces = extract(Wanted.of(asked), sources[:1], whole, "en")
        return "".join([piece async for piece in pieces])

    answer = asyncio.run(said())
    assert (f"Hold the button.{left_out}\n" in answer) is is_cut
    assert ("Turn the knob.\n" in answer) is not is_cut
