"""How Markdown, reStructuredText and HTML are quoted."""

import re
import time
from dataclasses import replace

import pytest

from hyperrun.answering.quoting import blocks
from hyperrun.domain import Source
from hyperrun.markdown.safe_html import Rendering, to_html
from tests.answering.quoted import answer, section

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


def test_a_heading_of_code_or_a_link_is_said_as_its_words() -> None:
    (block,) = blocks(section("## `.env` and *all* [lamps](x)\n\nReset them."))
    assert block.heading == ".env and all lamps"


def test_a_name_in_brackets_is_no_formula() -> None:
    said = answer("reset lamps", *(section(f"Reset lamps {n}.", f"[lamp{n}]") for n in range(5)))
    assert "**\\[lamp0]** [1]" in said and "\\[lamp4] [5]" in said
    html = to_html(said, Rendering())
    assert "<strong>[lamp0]</strong>" in html and "<math" not in html


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


@pytest.mark.parametrize("mark", [
    "`", "<", "<b", "<!--", "[", "[![", "![x](", "]:", " ", "\n", "```\n", "| ", "- ", "**a. B",
    ":x:`", "<b> ", "`a <", ".. x::\n", "\t", "{{<", ":::", "<script>", "> ", "a. A ",
])  # fmt: skip
def test_no_text_is_slow_to_quote(mark: str) -> None:
    for file in ("guide.md", "guide.rst"):
        began = time.process_time()
        answer("a lamp", section((mark * 4_000)[:4_000] + "\n\nA lamp.", file=file))
        assert time.process_time() - began < 2.0


@pytest.mark.parametrize("title", ["Node.js", "0.12.0", "lantern.toml", "Guide > Node.js"])
def test_a_heading_with_a_dot_is_said_whole(title: str) -> None:
    name = title.rpartition(" > ")[2]
    assert f"**{name}** [1]" in answer("pair lamps", section("Pair the lamps.", title))


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


def test_a_sentence_that_code_goes_on_with_is_quoted_with_it() -> None:
    long = "To dim the lamp at night we edit its file. " * 8 + "It will look like"
    (block,) = blocks(section(f"{long}\n\n```toml\nlevel = 1\n```\n"))
    assert block.text.startswith("To dim") and "level = 1" in block.text


@pytest.mark.parametrize("label", ["**See Also:**", "See also:", "**Further reading**"])
def test_what_a_section_only_leads_to_is_not_quoted(label: str) -> None:
    said = answer("dim a lamp", section(f"Dim a lamp.\n\n{label}\n\n- [Lamps](a.md)\n\nSlowly."))
    assert said.rstrip().endswith("Dim a lamp.\n\nSlowly.")
    told = answer("dim a lamp", section("Dim a lamp:\n\n- [Lamps](a.md)"))
    assert "Lamps" in told


def test_numbers_in_brackets_that_are_quoted_cite_nothing() -> None:
    words = "A lamp is dimmed in the range [0, 1], by the [1](https://x.dev), list[0] and `a[1]`."
    lamp = section(f"# Lamp [1]\n\n{words}", title="Lamp [1]")
    rendering = Rendering(sources=lambda number: Source(1, lamp))
    html = to_html(answer("How is a lamp dimmed?", lamp), rendering)
    assert html.count('class="citation"') == 1
    assert "Lamp [1]</strong>" in html and "range [0, 1], by the" in html
    assert ">1</a>, list[0] and <code>a[1]</code>" in html
