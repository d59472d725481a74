"""What is quoted of long tables, lists, paragraphs and code."""

import re
from pathlib import Path

import pytest

from hyperrun.answering.choosing import UNCUT_OTHERS_LINES, WHOLE_LINES
from hyperrun.answering.quoting import FOLDED_LINES, LONG_LINES, ROW_ITEMS, size
from hyperrun.markdown.safe_html import Rendering, to_html
from tests.answering.quoted import FILLER, answer, found_answer, section


def test_of_a_long_table_the_rows_that_answer_are_quoted_under_its_header() -> None:
    rows = [f"| `LAMP_{n}` | sets lamp {n} |" for n in range(40)]
    rows[30] = "| `PORT` | port to listen on |"
    table = "\n".join(["| name | what it does |", "| --- | --- |", *rows])
    said = answer("How do I set the port?", section(f"# Settings\n\n{table}"))
    header = "| name | what it does |\n| --- | --- |"
    assert f"{header}\n| `PORT` | port to listen on |\n| … |\n" in said
    assert "LAMP_" not in said
    assert "<td>port to listen on</td>" in to_html(said, Rendering())
    unmatched = answer("Which settings are there?", section(f"# Settings\n\n{table}"))
    assert f"{header}\n{rows[0]}\n" in unmatched
    assert unmatched.count("\n| `") <= WHOLE_LINES


@pytest.mark.parametrize(
    "question",
    ["What's the default path of a cookie?", "What is the default value of the path of a cookie?"],
)
def test_the_row_of_what_the_default_is_asked_of_is_quoted(question: str) -> None:
    rows = [f"| `{name}` | `1` | of a cookie, by default |" for name in "abcdefghijklmnopqrst"]
    rows[3] = "| `days` | `2` | the path that a cookie's default days are, where a value is none |"
    rows[12] = "| `path` | `/` | where it is seen |"
    table = "\n".join(["| name | default | what |", "| --- | --- | --- |", *rows])
    said = answer(question, section(f"# Cookies\n\n{FILLER}\n\n{table}"))
    assert "| `path` | `/` |" in said


def test_where_a_question_denies_rows_that_do_so_too_are_quoted() -> None:
    rows = [f"| `{n}` | keeps lamps that have a room |" for n in range(20)]
    rows[12] = "| `anti` | keeps lamps that do not have a room |"
    table = "\n".join(["| kind | what it does |", "| --- | --- |", *rows])
    said = answer("keep lamps that have no room", section(f"# Kinds\n\n{FILLER}\n\n{table}"))
    assert "`anti`" in said
    assert "`anti`" not in answer(
        "keep lamps that have a room", section(f"# Kinds\n\n{FILLER}\n\n{table}")
    )


def test_the_last_row_of_a_long_table_is_found_and_quoted(tmp_path: Path) -> None:
    rows = [f"| `LAMP_{n}` | {'how bright this lamp is ' * 3} |" for n in range(52)]
    table = "\n".join(["| name | what it does |", "| --- | --- |", *rows, "| `PORT` | a port |"])
    assert 4_500 < len(table) < 5_000
    (tmp_path / "README.md").write_text(f"# Lamps\n\n## Settings\n\n{table}\n")

    assert "| --- | --- |\n| `PORT` | a port |\n" in found_answer("set the port", tmp_path)


def test_of_a_long_list_the_items_that_answer_are_quoted_with_their_own_numbers() -> None:
    items = [f"Step {n} is about clouds." for n in range(1, 31)]
    items[16] = "Hold the button,\n\n    and count to ten."
    bullets = "\n".join(f"- {item}" for item in items)
    said = answer("button", section(f"{FILLER}\n\n{bullets}"))
    assert "- Hold the button,\n\n  and count to ten.\n- …\n" in said
    assert "clouds" not in said
    items[20] = "Let the button go."
    numbered = "\n".join(f"{n}. {item}" for n, item in enumerate(items, 1))
    said = answer("button", section(f"{FILLER}\n\n{numbered}"))
    assert "\n…\n\n17. Hold the button,\n\n    and count to ten.\n\n…\n\n21. Let the" in said
    html = to_html(said, Rendering())
    assert '<ol start="17">' in html and '<ol start="21">' in html


def test_a_long_list_or_table_says_that_something_is_left_out_where_its_last_answers() -> None:
    clouds = [f"Step {n} is about clouds." for n in range(1, 31)]
    bullets = "\n".join(f"- {item}" for item in [*clouds, "Hold the button."])
    said = answer("button", section(f"{FILLER}\n\n{bullets}"))
    assert "\n- Hold the button.\n- …\n" in said
    rows = "\n".join(f"| {item} |" for item in [*clouds, "Hold the button."])
    said = answer("button", section(f"{FILLER}\n\n| do |\n| --- |\n{rows}"))
    assert "\n| Hold the button. |\n| … |\n" in said


def test_what_says_that_something_is_left_out_takes_no_room() -> None:
    assert size("- Hold the button.\n- …") == size("- Hold the button.") == 1
    assert size("```\n…\n\na\n```") == 3 and size("| a |\n| --- |\n| … |") == 2


def test_of_a_long_paragraph_the_sentences_that_answer_are_quoted() -> None:
    clouds = " ".join(f"Cloud {n} is grey, e.g. in **May. Or** June." for n in range(80))
    said = answer("button", section(f"{clouds} Hold the button. {clouds}"))
    assert "\n… Hold the button. …\n" in said
    assert "e.g. in **May. Or** June." in answer("clouds", section(f"{clouds}"))


def test_no_sentence_ends_inside_of_emphasis() -> None:
    clouds = " ".join(f"Cloud {n} is grey." for n in range(80))
    said = answer("button", section(f"*{clouds} Hold the button. {clouds}*"))
    assert "\n… *Hold the button.* …\n" in said
    said = answer("button", section(f"{clouds} *Hold the button. Always.* 2 \\* 2. {clouds}"))
    assert "\n… *Hold the button. Always.* 2 \\* 2. …\n" in said


def test_of_long_code_the_stretches_that_answer_are_quoted() -> None:
    pairs = "\n\n".join(f"lantern cloud {n}\nlantern rain" for n in range(20))
    fence = f"```sh\n{pairs}\n\nlantern pair\n```"
    assert "```sh\n…\n\nlantern pair\n```" in answer("pair", section(f"{FILLER}\n\n{fence}"))


@pytest.mark.parametrize("block", [
    "```sh\nlantern pair\n\n" + "\n\n".join(f"cloud {n}" for n in range(LONG_LINES)) + "\n```",
    "1. Pair the lamp.\n" + "\n".join(f"{n}. Cloud." for n in range(2, LONG_LINES + 3)),
])  # fmt: skip
def test_code_and_steps_are_whole_where_there_is_room(block: str) -> None:
    assert block in answer("pair the lamp", section(f"{block}\n\n{FILLER}"))


@pytest.mark.parametrize("lines", [UNCUT_OTHERS_LINES, UNCUT_OTHERS_LINES + 1])
def test_a_list_that_is_a_little_long_is_whole_where_there_is_room(lines: int) -> None:
    items = "\n".join(f"- Cloud {n}." for n in range(1, lines))
    said = answer("pair", section(f"- Pair the lamp.\n{items}\n\n{FILLER}"))
    assert ("- …" in said) is (lines > UNCUT_OTHERS_LINES)
    assert (f"- Cloud {lines - 1}." in said) is (lines <= UNCUT_OTHERS_LINES)


def test_a_list_of_what_is_asked_for_is_quoted_whole() -> None:
    items = "\n".join(f"- `name{n}`:\\\n  Some {n} of many." for n in range(6))
    said = answer(
        "Which arguments does a filter get?",
        section(f"# Filters\n\nThey shine. A filter gets six arguments:\n\n{items}\n\n{FILLER}"),
    )
    assert all(f"`name{n}`" in said for n in range(6))
    other = answer("What is 3?", section(f"# All\n\nIt has parts:\n\n{items}\n\n{FILLER}"))
    assert "`name3`" in other and "`name5`" not in other


def test_a_long_block_without_parts_is_quoted_whole() -> None:
    fence = "```sh\n" + "\n".join(f"pair lamp{n}" for n in range(2 * LONG_LINES)) + "\n```"
    assert fence in answer("pair lamps", section(f"{FILLER}\n\n{fence}"))


@pytest.mark.parametrize(("arrows", "is_quoted"), [(3, True), (2 * LONG_LINES, False)])
def test_a_short_drawing_is_quoted_whole_and_a_long_one_not_at_all(
    arrows: int, is_quoted: bool
) -> None:
    drawn = "\n".join(f"Lamp{n}->>Bridge: pair" for n in range(arrows))
    fence = f"```mermaid\nsequenceDiagram\n{drawn}\n```"
    said = answer("pair lamps", section(f"Lamps pair so:\n\n{fence}\n\n{FILLER}"))
    assert (fence in said) is is_quoted
    assert ("Lamps pair so:" in said) is is_quoted
    assert "sequenceDiagram" not in said or is_quoted


ITEM = "`{0}` dims the lamp:\n\n  ```sh\n  lantern dim {0}\n  {1}\n  ```"

CALLS = "\n  ".join("lantern on" for _ in range(FOLDED_LINES))


def test_of_a_very_long_list_with_code_the_item_that_answers_is_quoted_at_the_margin() -> None:
    items = "\n".join("- " + ITEM.format(level, CALLS) for level in ("slow", "fast"))
    text = f"Choose:\n\n{items}\n- Keep the attic lit.\n\n{FILLER}"
    said = answer("dim fast", section(text))
    assert "\n`fast` dims the lamp:\n\n```sh\nlantern dim fast\nlantern on\n" in said
    assert "dim slow" not in said and "attic" not in said
    assert "\n\n- Keep the attic lit.\n" in answer("attic", section(text))


def listed(count: int, item: str = "`lamp{0}`") -> str:
    return "\n".join("- " + item.format(n) for n in range(count))


def test_a_long_list_of_single_words_stands_in_a_row() -> None:
    said = answer("which lamps", section(f"{FILLER}\n\nThe lamps:\n\n{listed(ROW_ITEMS + 1)}"))
    row = " · ".join(f"`lamp{n}`" for n in range(ROW_ITEMS + 1))
    assert f"\n\nThe lamps:\n\n{row}\n" in said


@pytest.mark.parametrize("lamps", [
    listed(ROW_ITEMS),
    listed(ROW_ITEMS + 1, "Lamp {0} of the hall or of the attic."),
    listed(ROW_ITEMS + 1, "Lamp {0}."),
    listed(ROW_ITEMS + 1, "[ ] Lamp {0}"),
    listed(ROW_ITEMS + 1, "Lamp\n  - {0}"),
    listed(40 * ROW_ITEMS),
    listed(ROW_ITEMS + 1).replace("- ", "1. "),
])  # fmt: skip
def test_any_other_list_stays_one(lamps: str) -> None:
    said = answer("lamp", section(f"{FILLER}\n\n{lamps}"))
    assert " · " not in said and re.search(r"\n(?:-|1\.) ", said)


def test_of_a_very_long_quotation_the_blocks_that_answer_are_quoted() -> None:
    clouds = "\n>\n".join(f"> Cloud {n}." for n in range(FOLDED_LINES))
    note = f"> **How lamps dim**\n>\n> They dim by steps:\n>\n> - Lamps dim.\n>\n{clouds}"
    said = answer("dim lamps", section(f"{FILLER}\n\n{note}"))
    assert "**How lamps dim**\n\nThey dim by steps:\n\n- Lamps dim." in said
    assert "Cloud" not in said
    short = "> **How lamps dim**\n>\n> They dim by steps."
    assert short in answer("dim lamps", section(f"{FILLER}\n\n{short}"))
