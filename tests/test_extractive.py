"""What is quoted from the passages where there is no model."""

import asyncio
from dataclasses import replace

from hyperrun.conversation import Source
from hyperrun.extractive import MOST_LINES, extract
from hyperrun.search.passage import Passage

FILLER = "\n\n".join(
    f"Paragraph {n} tells of clouds.\nAnd of rain.\nAnd of wind." for n in range(8)
)
FENCE = "```sh\n# pair once\n\nlantern pair --room kitchen\n```"
TABLE = "| level | effect |\n| --- | --- |\n| 0 | off |\n| 100 | brightest |"
LIST = "- hold the button\n- count to ten\n\n  slowly\n- let the button go"
METHOD = '''    def dim(self, level: int) -> int:
        """Set the brightness.

        Zero is off.
        """
        return level'''


def section(text: str, title: str = "Guide", file: str = "guide.md") -> Passage:
    return Passage(file, 1, text.count("\n") + 1, title, "section", text)


def answer(question: str, *passages: Passage) -> str:
    sources = [Source(number, passage) for number, passage in enumerate(passages, 1)]

    async def whole() -> str:
        return "".join([piece async for piece in extract(question, sources, "en")])

    return asyncio.run(whole())


def test_the_block_that_answers_is_quoted_whole_and_others_are_not() -> None:
    for block, question in [
        (FENCE, "pair the kitchen"),
        (TABLE, "brightest level"),
        (LIST, "hold the button"),
    ]:
        said = answer(question, section(f"# Guide\n\n{FILLER}\n\n{block}\n\n{FILLER}"))
        assert block in said
        assert "clouds" not in said


def test_a_block_longer_than_the_room_is_quoted_whole() -> None:
    fence = "```sh\n" + "\n".join(f"pair lamp{n}" for n in range(2 * MOST_LINES)) + "\n```"
    assert fence in answer("pair lamps", section(f"{FILLER}\n\n{fence}"))


def test_a_paragraph_that_ends_in_a_colon_brings_what_it_announces() -> None:
    said = answer("reset", section(f"{FILLER}\n\nTo reset it:\n\n{LIST}\n\n{FILLER}"))
    assert f"To reset it:\n\n{LIST}" in said


def test_the_words_of_a_heading_count_for_what_stands_under_it() -> None:
    text = f"# Clouds\n\n{FILLER}\n\n## Reset\n\nHold it for ten seconds.\n\n## Rain\n\n{FILLER}"
    said = answer("How do I reset it?", section(text))
    assert "Hold it for ten seconds." in said
    assert "clouds" not in said


def test_a_fence_without_its_end_is_left_out() -> None:
    said = answer("pair", section("Pair the lamp first.\n\n```sh\nlantern pair"))
    assert "Pair the lamp first." in said
    assert "```" not in said


def test_a_section_of_nothing_but_half_a_fence_is_still_cited() -> None:
    said = answer("pair", section("```sh\nlantern pair"))
    assert said.rstrip().endswith("**Guide** [1]")


def test_a_method_stands_at_the_margin() -> None:
    said = answer("dim", Passage("lamp.py", 4, 9, "Lamp.dim", "method", METHOD, "python"))
    assert '```python\ndef dim(self, level: int) -> int:\n    """Set' in said
    assert "\n    return level\n```" in said


def test_code_is_left_out_between_blank_lines_and_the_gap_shown() -> None:
    stretches = [f"{name} = [\n" + "    1,\n" * 5 + "]" for name in ("dim", "cloud", "pair")]
    passage = Passage("lamp.py", 1, 23, "lamp", "module", "\n\n".join(stretches), "python")
    said = answer("dim or pair", passage)
    assert f"{stretches[0]}\n\n…\n\n{stretches[2]}" in said
    assert "…\n```" in answer("dim", passage)


def test_a_passage_that_holds_far_less_than_the_best_is_left_out() -> None:
    said = answer(
        "install the lantern",
        section("Install it with pip.", "Lantern > Install"),
        section("The lantern hangs.", "Lantern > Hanging"),
        section("The lantern burns.", "Lantern > Burning"),
    )
    assert "[1]" in said
    assert "[2]" not in said and "[3]" not in said


def test_the_same_words_are_quoted_once() -> None:
    passage = section("Hold the button.")
    said = answer("button", passage, replace(passage, file="copy.md"))
    assert said.count("Hold the button.") == 1


def test_reStructuredText_shows_its_blocks_without_the_rules_of_its_titles() -> None:
    said = answer("reset", section("Reset\n~~~~~\n\nHold the button.", "Reset", "guide.rst"))
    assert "Hold the button." in said
    assert "~~~" not in said


def test_words_that_look_like_a_citation_do_not_disturb() -> None:
    assert "a list[0] of" in answer("list", section("There is a list[0] of [1] lamps."))
