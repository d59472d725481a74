"""What is quoted from the passages where there is no model."""

import asyncio
import re
import time
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from hyperrun.answering.choosing import (
    ANSWER_LINES,
    OTHERS_LINES,
    UNCUT_OTHERS_LINES,
    WHOLE_LINES,
    Section,
    by_weight,
)
from hyperrun.answering.extractive import MAX_SECTIONS, extract, quotables
from hyperrun.answering.quoting import FOLDED_LINES, LONG_LINES, ROW_ITEMS, blocks, size
from hyperrun.answering.research import Research
from hyperrun.domain import Source
from hyperrun.language import DEFAULT, languages, text
from hyperrun.markdown.safe_html import Rendering, to_html
from hyperrun.passage import Passage
from hyperrun.search.engine import Search
from hyperrun.search.parsing import documents, files
from hyperrun.search.terms import stems
from hyperrun.search.wanted import Wanted
from hyperrun.settings import Settings

TOP = Path(__file__).parent.parent.parent

FILLER = "\n\n".join(
    f"Paragraph {n} tells of clouds.\nAnd of rain.\nAnd of wind." for n in range(16)
)
FENCE = "```sh\n# pair once\n\nlantern pair --room kitchen\n```"
TABLE = "| level | effect |\n| --- | --- |\n| 0 | off |\n| 100 | brightest |"
LIST = "- hold the button\n\n- count to ten\n\n  slowly\n\n- let the button go"
METHOD = '''    def dim(self, level: int) -> int:
        """Set the brightness.

        Zero is off.
        """
        return level'''

README = """<div align="center">
  <img src="https://lamps.example/logo.png" width="200">

  <h1>Lamps</h1>

<p align="center">Pairs <strong>all</strong> lamps.</p>

[![badge](https://lamps.example/badge.svg)](https://lamps.example)
[![badge][image]][link]

[image]: https://lamps.example/badge.svg
</div>

- [Pairing lamps](#pair)
  - [Pairing all](#pair-all)

<!-- secret

pair lamps -->

<script>evil("pair lamps")

</script>

<details><summary>Quarto</summary>

```html
<b>pair</b> <!-- lamps -->
```

</details>

`<lamp>` and `<b>` pair lamps.
"""
RST = """.. _reset:

Reset
~~~~~

Hold the :class:`~lantern.button` of :data:`.lamp`, see the `lamp
manual <https://lamps.example/manual>`_.

To reset a lamp::

    lantern reset

.. image:: lamp.png
   :width: 100

   The lamp.

.. code-block:: console
   :caption: Reset

   $ lantern reset --all

.. versionadded:: 2.0
   Resets twice.
"""


def section(text: str, title: str = "Guide", file: str = "guide.md") -> Passage:
    read = documents.restructured if file.endswith(".rst") else documents.markdown
    content = "\n\n".join(each.content or each.text for each in read(text, "x"))
    return Passage(file, 1, text.count("\n") + 1, title, "section", text, content=content)


def answer(question: str, *passages: Passage, introducing: int = 0) -> str:
    return "".join(parts(question, *passages, introducing=introducing))


def parts(question: str, *passages: Passage, introducing: int = 0) -> list[str]:
    sources = [Source(number, passage) for number, passage in enumerate(passages, 1)]

    async def whole() -> list[str]:
        wanted = Wanted.of(question)
        known = {stem for passage in passages for stem in stems(f"{passage.title} {passage.text}")}
        wanted.unknown = tuple(stem for stem in wanted.terms if stem not in known)
        pieces = extract(wanted, sources, alone, "en", introducing)
        return [piece async for piece in pieces]

    return asyncio.run(whole())


async def alone(source: Source) -> list[Source]:
    return [source]


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


def test_the_last_row_of_a_long_table_is_found_and_quoted(tmp_path: Path) -> None:
    rows = [f"| `LAMP_{n}` | {'how bright this lamp is ' * 3} |" for n in range(52)]
    table = "\n".join(["| name | what it does |", "| --- | --- |", *rows, "| `PORT` | a port |"])
    assert 4_500 < len(table) < 5_000
    (tmp_path / "README.md").write_text(f"# Lamps\n\n## Settings\n\n{table}\n")

    async def found() -> str:
        settings = Settings(repo_path=str(tmp_path), data_dir=tmp_path / "data", search="embedded")
        search = Search(settings)
        await search.start()
        try:
            research = Research(search)
            sources = await research.find("set the port", 6)
            wanted = await search.wanted("set the port")
            pieces = extract(wanted, sources, research.section, "en")
            return "".join([piece async for piece in pieces])
        finally:
            await search.close()

    assert "| --- | --- |\n| `PORT` | a port |\n" in asyncio.run(found())


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


def test_a_long_block_without_parts_is_quoted_whole() -> None:
    fence = "```sh\n" + "\n".join(f"pair lamp{n}" for n in range(2 * LONG_LINES)) + "\n```"
    assert fence in answer("pair lamps", section(f"{FILLER}\n\n{fence}"))


def test_a_drawing_is_quoted_whole_or_not_at_all() -> None:
    arrows = "\n\n".join(f"Lamp{n}->>Bridge: pair" for n in range(2 * LONG_LINES))
    fence = f"```mermaid\nsequenceDiagram\n\n{arrows}\n```"
    assert fence in answer("pair lamps", section(f"{FILLER}\n\n{fence}"))


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


@pytest.mark.parametrize("label", ["**Kitchen**", "**`a.py`**"])
def test_a_label_is_not_quoted_alone(label: str) -> None:
    assert (
        blocks(section(f"# Dim\n\n{label}\n\n## Next\n\nWords.\n\n{label}\n\n"))[0].text == "Words."
    )


@pytest.mark.parametrize(
    ("note", "is_said"),
    [
        ("> Source, no page of ours!\n>\n> Read\n>\n> it at **https://lamps.example/dim**.", False),
        ("> Read https://lamps.example/dim/hue too.", True),
        ("> Read https://lamps.example/dim#hue too.", True),
        ("Read it at https://lamps.example/dim.", True),
    ],
)
def test_a_note_that_only_leads_to_the_page_it_stands_on_is_not_quoted(
    note: str, is_said: bool
) -> None:
    page = replace(section(f"{note}\n\nTurn it."), url="https://lamps.example/dim#turn")
    assert [each.text for each in blocks(page)] == [note] * is_said + ["Turn it."]


def test_words_that_stand_out_are_a_paragraph_of_their_own() -> None:
    assert [each.text for each in blocks(section("**Dim it.**\n\nWords."))] == [
        "**Dim it.**",
        "Words.",
    ]


def test_a_list_that_explains_marks_in_code_is_quoted_with_it() -> None:
    text = "```py\nx = 1  # (1)!\n```\n\n1. One.\n\nWords.\n\n1. Other."
    marked, words, other = (each.text for each in blocks(section(text)))
    assert marked == "```py\nx = 1  # (1)\n```\n\n1. One."
    assert (words, other) == ("Words.", "1. Other.")


def test_links_to_objects_in_a_docstring_are_said_as_their_words() -> None:
    code = 'def dim():\n    """See [`Lamp`][lamps.Lamp], [print][] and `a[0][1]`."""\n'
    passage = Passage("a.py", 1, 2, "dim", "function", code, "python")
    assert blocks(passage)[1].text == "See `Lamp`, print and `a[0][1]`."


def test_a_heading_of_code_or_a_link_is_said_as_its_words() -> None:
    (block,) = blocks(section("## `.env` and *all* [lamps](x)\n\nReset them."))
    assert block.heading == ".env and all lamps"


def test_a_name_in_brackets_is_no_formula() -> None:
    said = answer("reset lamps", *(section(f"Reset lamps {n}.", f"[lamp{n}]") for n in range(5)))
    assert "**\\[lamp0]** [1]" in said and "\\[lamp4] [5]" in said
    html = to_html(said, Rendering())
    assert "<strong>[lamp0]</strong>" in html and "<math" not in html


def test_the_words_of_a_heading_count_for_what_stands_under_it() -> None:
    text = f"# Clouds\n\n{FILLER}\n\n## Reset\n\nHold it for ten seconds.\n\n## Rain\n\n{FILLER}"
    said = answer("How do I reset it?", section(text))
    assert "Hold it for ten seconds." in said
    assert "clouds" not in said


def test_HTML_is_quoted_as_its_text_and_badges_and_contents_are_left_out() -> None:
    said = answer("pair lamps", section(README))
    assert "Pairs all lamps" in said
    assert "**Quarto**\n\n```html\n<b>pair</b> <!-- lamps -->\n```" in said
    assert "`<lamp>` and `<b>` pair lamps." in said
    for hidden in ("badge", "align", "Pairing", "secret", "evil", "details"):
        assert hidden not in said


@pytest.mark.parametrize("evil", [
    "<scr<b>ipt>alert(1)</scr</b>ipt>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>", "[x](java<b>script:alert(1))", "<!--><script>alert(1)",
    "`<b>`<script>alert(1)</script>", "<details><summary><iframe src=//e.example></summary>",
    "[![x](javascript:alert(1))](javascript:alert(1))", "![x][javascript:alert(1)]",
])  # fmt: skip
def test_what_is_left_of_HTML_stays_text(evil: str) -> None:
    for block in (
        evil,
        f"Lamps {evil} lamps.",
        f"| lamps |\n| --- |\n| {evil} lamps |",
        f"- {evil}",
    ):
        html = to_html(answer("lamps", section(f"{block}\n\nLamps.")), Rendering())
        assert not re.search(r"<(script|img|svg|iframe)|<a[^>]*javascript", html)


def test_a_question_about_use_is_answered_by_prose_where_there_is_any() -> None:
    code = Passage("lamp.py", 4, 9, "Lamp.dim", "method", METHOD, "python")
    guide = section("Turn the knob to dim it.", "Dimming")
    assert "**dim** [1]" not in answer("How do I dim it?", code, guide)
    assert "[2]" in answer("How do I dim it?", code, guide)
    assert "[1]" in answer("How is dim implemented?", code, guide)
    assert "[1]" in answer("How do I use `dim`?", code, guide)
    assert "[1]" in answer("How do I dim it?", code, section("Clouds.", "Clouds"))


@pytest.mark.parametrize(
    "imports",
    [
        "from lamps import (\n    Lamp,\n    dimmer,\n)\nimport os",
        'import { Lamp, dimmer } from "lamps";',
        'const { Lamp, dimmer } = require("lamps")',
        "#include <lamps/dimmer.h>",
    ],
)
def test_of_an_example_more_than_its_imports_is_quoted(imports: str) -> None:
    """They hold the words of many a question, and show nothing."""
    does = "\n\n".join(f"x{n} = 1\ny{n} = 2\nz{n} = 3" for n in range(12))
    said = answer(
        "How do I use a dimmer from lamps?",
        section(f"## Dim\n\n```\n{imports}\n\n{does}\n```\n\n{FILLER}"),
    )
    assert imports.splitlines()[0] in said
    assert "x0 = 1\ny0 = 2" in said


@pytest.mark.parametrize(
    "imports",
    [
        "import os\nfrom lamps.brightness import glow",
        "from lamps.brightness import (\n    dark,\n    glow,\n)",
        'import { dark, glow } from "lamps/brightness";',
        'import glow from "lamps/brightness"',
        'const { glow } = require("lamps/brightness")',
    ],
)
def test_of_an_example_what_uses_the_name_that_is_imported_is_quoted(imports: str) -> None:
    """The import says the question's words; the call does not."""
    before, after = ("\n\n".join(f"{x}{n} = 1\n{x} = dark + {n}" for n in range(8)) for x in "xy")
    said = answer(
        "How do I change the brightness?",
        section(f"## Dim\n\n```\n{imports}\n\n{before}\n\nglow(5)\n\n{after}\n```\n\n{FILLER}"),
    )
    assert "glow(5)" in said and "brightness" in said
    assert "x3 = 1" not in said


@pytest.mark.parametrize(
    ("question", "is_answered"),
    [
        ("How do I add two numbers?", True),
        ("How do I get the sum?", True),
        ("What does add do?", True),
        ("How do I delete a file?", False),
    ],
)
def test_code_alone_answers_in_words(tmp_path: Path, question: str, is_answered: bool) -> None:
    """Of a repository without a line of documentation no word was known, and nothing answered."""
    code = 'def add(a, b):\n    """Return the sum."""\n    return a + b\n'
    (tmp_path / "calc.py").write_text(code)

    async def read() -> str:
        settings = Settings(repo_path=str(tmp_path), data_dir=tmp_path / "data", search="embedded",
                            embedding_model="off")  # fmt: skip
        search = Search(settings)
        await search.prepare()
        try:
            research = Research(search)
            wanted, sources = await search.wanted(question), await research.find(question, 6)
            said = extract(wanted, sources, research.section, DEFAULT)
            return "".join([part async for part in said])
        finally:
            await search.close()

    assert ("def add(a, b)" in asyncio.run(read())) is is_answered


def test_a_file_of_commands_is_quoted_as_code() -> None:
    said = answer("image", Passage("Dockerfile", 1, 2, "Dockerfile", "document", "FROM x\n# image"))
    assert "```\nFROM x\n# image\n```" in said


def test_a_method_stands_at_the_margin() -> None:
    said = answer("dim", Passage("lamp.py", 4, 9, "Lamp.dim", "method", METHOD, "python"))
    assert "```python\ndef dim(self, level: int) -> int:\n```\n\nSet the brightness." in said
    assert "```python\nreturn level\n```" in said


def test_code_is_left_out_between_blank_lines_and_the_gap_shown() -> None:
    stretches = [f"{name} = [\n" + "    1,\n" * 8 + "]" for name in ("dim", "cloud", "pair")]
    passage = Passage("lamp.py", 1, 32, "lamp", "module", "\n\n".join(stretches), "python")
    said = answer("dim or pair", passage)
    assert f"…\n\n{stretches[2]}" in said or f"{stretches[0]}\n\n…" in said
    assert "…\n```" in answer("dim", passage)


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


def test_the_same_words_are_quoted_once() -> None:
    passage = section("Hold the button.")
    said = answer("button", passage, replace(passage, file="copy.md"))
    assert said.count("Hold the button.") == 1


def test_reStructuredText_is_quoted_as_Markdown() -> None:
    said = answer("reset the lamp", section(RST, "Reset", "guide.rst"))
    assert (
        "Hold the `button` of `lamp`, see the [lamp manual](https://lamps.example/manual)." in said
    )
    assert "To reset a lamp:\n\n```\nlantern reset\n```" in said
    assert "```console\n$ lantern reset --all\n```" in said
    doctest = answer("reset", section("Then\n\n>>> lantern.reset()\n2\n", "Reset", "guide.rst"))
    assert "```pycon\n>>> lantern.reset()\n2\n```" in doctest
    assert "Added in version 2.0" in said and "Resets twice." in said
    for mark in ("~~~", "::", "..", ":class:", "_reset", "lamp.png"):
        assert mark not in said


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


@pytest.mark.parametrize("mark", [
    "`", "<", "<b", "<!--", "[", "[![", "![x](", "]:", " ", "\n", "```\n", "| ", "- ", "**a. B",
    ":x:`", "<b> ", "`a <", ".. x::\n", "\t", "{{<", ":::", "<script>", "> ", "a. A ",
])  # fmt: skip
def test_no_text_is_slow_to_quote(mark: str) -> None:
    for file in ("guide.md", "guide.rst"):
        began = time.process_time()
        answer("a lamp", section((mark * 4_000)[:4_000] + "\n\nA lamp.", file=file))
        assert time.process_time() - began < 2.0


def test_passages_that_hold_few_of_the_words_are_called_the_nearest() -> None:
    lamp = section("A lamp for the kitchen.", "Lamps")
    assert answer("Which lamp for the kitchen?", lamp).startswith(text("en", "extract_lead"))
    named = section("It hangs above the table in the kitchen.", "Kitchen lamps above a table")
    assert answer("Which lamp hangs above the kitchen table of sailors?", named).startswith(
        text("en", "extract_lead")
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


def test_of_an_error_what_mends_it_is_quoted() -> None:
    told = (
        "You see `LampError: no bridge` when the bridge is away.\n\n```\n"
        "LampError: no bridge\n```\n\n"
        f"{FILLER}\n\n{FILLER}\n\n{FILLER}\n\n**Resolution**: plug it in.\n\nThen wait.\n"
    )
    said = answer("LampError: no bridge", section(told, "No bridge"))
    assert "plug it in" in said and "Then wait." in said
    assert "Paragraph 15" not in said


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


def test_code_and_names_that_hold_nothing_of_the_question_are_left_out() -> None:
    said = answer(
        "dim the lamp",
        section(f"Dim the `lamp`.\n\nPair it: `all`.\n\n```sh\npair\n```\n\n{FILLER}\n\n{FILLER}"),
    )
    assert "Dim the `lamp`." in said and "air" not in said


@pytest.mark.parametrize("title", ["Node.js", "0.12.0", "lantern.toml", "Guide > Node.js"])
def test_a_heading_with_a_dot_is_said_whole(title: str) -> None:
    name = title.rpartition(" > ")[2]
    assert f"**{name}** [1]" in answer("pair lamps", section("Pair the lamps.", title))


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


def test_of_a_long_heading_its_beginning_says_where_else_to_look() -> None:
    long = "A heading that goes on and on " * 20
    first, other = section("Pair a lamp.", "Pair"), section("A lamp has a cord.", long)
    said = answer("How do I pair a lamp?", first, other)
    assert "See also: A heading that goes on" in said and "… [2]" in said
    assert len(said) < 400


def test_words_that_look_like_a_citation_do_not_disturb() -> None:
    assert "a list[0] of" in answer("list", section("There is a list[0] of [1] lamps."))


INDENTED_FENCE = "- words here\n\n  ```sh\n  lantern pair\n\n  lantern reset\n  ```\n\n- more words"


@pytest.mark.parametrize("text", [
    "- words here\n\n  ```", "- words here\n\n  ```sh", "words here\n\n```", "words here\n\n~~~",
    "1. words here\n\n   ~~~\n   words", "> words here\n>\n> ```", "- words here\n\n      ```",
    "words here\n\n``````\nwords\n```", "- ```\n- words here\n- ```", "words\n```\n",
    "words here\n```\u2028",
])  # fmt: skip
def test_a_passage_that_is_cut_inside_of_a_fence_is_quoted(text: str) -> None:
    assert "[1]" in answer("words", section(text), section("Other words."))


def test_an_indented_fence_is_quoted_wherever_the_passage_is_cut() -> None:
    lines = INDENTED_FENCE.splitlines()
    for start in range(len(lines)):
        for end in range(start + 1, len(lines) + 1):
            cut = "\n".join(lines[start:end])
            assert ("[1]" in answer("words lantern", section(cut))) == (
                "words" in cut or "lantern" in cut
            )
    cut = answer("lantern pair", section("\n".join(lines[:4])))
    assert to_html(cut, Rendering()).count("<pre") == 1


def test_a_passage_that_cannot_be_quoted_is_left_out_and_the_others_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = replace(section("", "Hold", file="broken.md"), text=None)  # type: ignore[arg-type]
    said = answer("hold the button", broken, section("Hold the button."))
    assert "Hold the button. [" not in said and "Hold the button." in said and "[2]" in said
    assert "[1]" not in said
    assert "broken.md is left out of an answer" in caplog.text


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
