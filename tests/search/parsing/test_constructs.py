"""What Markdown says that is no generator's own, and how documents are cut into sections."""

from pathlib import Path, PurePosixPath

import pytest

from hyperrun.search.parsing import documents, files
from tests.search import repository
from tests.search.parsing.said import content

SAID = {
    "dollars that are told apart from formulas": ("It is \\$a\\$, not $a$.", "It is \\$a\\$, not $a$."),
    "names that begin with dollars": ("In $HOME/$USER, for $5.", "In \\$HOME/\\$USER, for \\$5."),
    "code in one tag after another": (
        'Read <span class="a">`$refs.x`</span><span class="b">`x`</span>.', "Read `$refs.x` `x`."
    ),
    "asterisks in code": ("Shows `****`, not *this*.", "Shows `****`, not *this*."),
    "a heading with a hard space": ("##\xa0What's next\n\nThere is much of it.", "## What's next\n\nThere is much of it."),
    "a fence in a list": (
        "- words here\n\n  ```\n  code\n  ```\n", "- words here\n\n  ```\n  code\n  ```"
    ),
    "a table in HTML with empty lines": (
        "<table>\n  <tr><th>It</th><th>Is</th></tr>\n  <tr>\n    <td><code>a</code></td>\n    <td>\n\n      One of them.\n\n"
        "    </td>\n  </tr>\n</table>",
        "| It | Is |\n| --- | --- |\n| `a` | One of them. |",
    ),
    "GitHub's alert": ("> [!NOTE]\n> Read this.", "> **Note**\n>\n> Read this."),
    "an alert's own title": ("> [!TIP] Own `title`\n> Read this.", "> **Own `title`**\n>\n> Read this."),
    "an alert that begins beside its mark": (
        "> [!NOTE] Call `dim` in [there](x.md), or it\n> fails.\n>\n> Always.",
        "> **Note**\n>\n> Call `dim` in there, or it fails.\n>\n> Always.",
    ),
    "an alert of one line": ("> [!NOTE] You had to `throw` it", "> **Note**\n>\n> You had to `throw` it"),
    "a comment": ("One.\n\n<!--\n# Not a heading\n\nsecret\n-->\n\nTwo.", "One.\n\nTwo."),
    "a comment in a line": ("One <!-- secret --> two.", "One two."),
    "a task list": ("- [ ] one\n- [x] two", "- ☐ one\n- ☑ two"),
    "a definition list": ("Lamp\n:   It glows.", "- **Lamp**\\\n  It glows."),
    "a table's alignment": ("| a | b |\n|:-|-:|\n| 1 | 2 |", "| a | b |\n| :--- | ---: |\n| 1 | 2 |"),
    "critical characters": (r"A \* b, 2 < 3, a_b_c, \[x\].", r"A \* b, 2 < 3, a_b_c, [x]."),
    "contents in lines": ("**Contents**<br>\n[A](#a)<br>\n[B `c`](#b)<br>\n\nWords.", "Words."),
    "contents in a row": ("[A](#a) | [B](#b) • [C](#c)\n\nSee [a](#a) and [b](#b).", "See a and b."),
    "names in brackets": (
        "See [`Lamp`] and [`a`, `b`]\nor [`D`][`E`].\n\n[`E`]: https://x.org", "See `Lamp` and [`a`, `b`] or [`D`](https://x.org)."
    ),
    "a link to another page": ("See [the guide](../guide.md#x).", "See the guide."),
    "a reference": ("See [the guide][g].\n\n[g]: https://g.example", "See [the guide](https://g.example)."),
    "badges": ("[![build](https://x.example/b.svg)](https://x.example)\n\nWords.", "Words."),
    "contents": ("- [One](#one)\n- [Two](#two)\n\nWords.", "Words."),
    "links that a sentence goes on with": (
        "A lamp may run both of:\n\n- [One](#one)\n- [Two](#two)", "A lamp may run both of:\n\n- One\n- Two"
    ),
    "a table of contents": ("[TOC]\n\n[[toc]]\n\nWords.", "Words."),
    "HTML that its page does not show": (
        '<div style="display: none">\n```python exec="on"\nx\n```\n<div>y</div>\n</div>\n<p>Seen.</p>', "Seen."
    ),
    "HTML": (
        '<div align="center">\n<h3>Lamps</h3>\n<p>It <b>glows</b>. <a href="https://x.example">See</a></p>'
        "\n</div>",
        "### Lamps\n\nIt glows. [See](https://x.example)",
    ),
    "an HTML table": (
        "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td><code>2</code></td></tr></table>",
        "| A | B |\n| --- | --- |\n| 1 | `2` |",
    ),
    "details": (
        "<details>\n<summary>More</summary>\n\nIn **it**.\n\n</details>", "**More**\n\nIn **it**."
    ),
    "a longer fence": ("````md\n```\n# no heading\n```\n````", "````md\n```\n# no heading\n```\n````"),
    "a column of pictures": (
        "| A | | B |\n| :-- | --- | --: |\n| 1 | ![x](x.png) | |\n| 2 | ![y](y.png) | 3 |",
        "| A | B |\n| :--- | ---: |\n| 1 |  |\n| 2 | 3 |",
    ),
    "things beside their pictures": (
        "| | |\n| --- | --- |\n| **One** | ![x](x.png) |\n| Two | ![y](y.png) |", "- **One**\n- Two"
    ),
    "pictures alone": ("One.\n\n| |\n| --- |\n| ![x](x.png) |", "One."),
    "what stands above or below the line": (
        "`dim`<sup>1.50.0</sup>, 10<sup>-2</sup>, H<sub>2</sub>O, the 1<sup>st</sup> and <sup>.",
        "`dim` (1.50.0), 10⁻², H₂O, the 1st and .",
    ),
    "maths": ("So $a_1 * b$ it is.\n\n$$\nx^2\n$$", "So $a_1 * b$ it is.\n\n$$\nx^2\n$$"),
    "hidden lines of Rust": ("```rust\n# fn main() {\nlet x = 1;\n# }\n```", "```rust\nlet x = 1;\n```"),
}  # fmt: skip


@pytest.mark.parametrize(("written", "said"), SAID.values(), ids=SAID)
def test_Markdown_says_what_its_page_says(written: str, said: str) -> None:
    assert content(written) == said


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("# `lamp.dim()`", "lamp.dim()"), ("# The [lamp](x.md)", "The lamp"), ("# `__init__`", "__init__"),
        ("# snake_case_ and **bold**", "snake_case_ and bold"), (r"# A \* b \_c\_", "A * b _c_"),
        ("# x < y > z", "x < y > z"), ("# A {#own}", "A"), ("# A { #own .b }", "A"), ("# A #", "A"),
        ("  ## Indented", "Indented"), ("Set\n---", "Set"), ("# 灯", "灯"), ("# A :material-check:", "A"),
        ("# A <small>b</small>", "A b"), ("# [x]: y", "[x]: y"), ("# A :id=own", "A"), ("## A {docsify-ignore}", "A"),
    ],
)  # fmt: skip
def test_a_heading_keeps_its_words(heading: str, title: str) -> None:
    chunks = documents.markdown(f"{heading}\n\nWords that say enough here.", "x")
    assert [chunk.title for chunk in chunks] == [title]


@pytest.mark.parametrize(
    "text",
    [
        "<!--\n# Not\n-->", "````\n```\n# not\n```\n````", "    # not", "- a\n\n      # not",
        "```{code-block} md\n# not\n```", "{/* # not */}",
    ],
)  # fmt: skip
def test_what_is_no_heading_makes_no_section(text: str) -> None:
    chunks = documents.markdown(f"# One\n\nWords that say enough here.\n\n{text}\n", "x")
    assert [chunk.title for chunk in chunks] == ["One"]


def test_titles_of_two_letters_and_TOML_front_matter_are_read(tmp_path: Path) -> None:
    chunks = documents.restructured("QA\n==\n\nWords that say enough here.", "x")
    assert [chunk.title for chunk in chunks] == ["QA"]
    toml = '+++\ntitle = "Lamps"\n+++\n\nWords that say enough here.'
    assert [chunk.title for chunk in documents.markdown(toml, "x")] == ["Lamps"]
    (tmp_path / "a.md").write_bytes("# Lämpchen\n\nWords that say enough here.".encode("utf-16"))
    assert files.read(tmp_path, PurePosixPath("a.md"))[0].title == "Lämpchen"


def test_front_matter_is_read_below_blank_lines() -> None:
    (chunk,) = documents.markdown("\n---\ntitle: Lamps\nicon: lamp\n---\n\nThey glow.\n", "x")
    assert (chunk.title, chunk.start_line, chunk.text) == ("Lamps", 7, "They glow.")
    (chunk,) = documents.markdown("\n---\nLamps glow.\n\nAt night.\n", "x")
    assert "Lamps glow." in (chunk.content or chunk.text)


@pytest.mark.parametrize("suffix", [".md", ".rst"])
def test_a_long_section_is_parted_between_blocks(suffix: str) -> None:
    fence = (
        "```\n" + "x = 1\n\n" * 40 + "```" if suffix == ".md" else "::\n\n" + "    x = 1\n\n" * 40
    )
    words = "\n\n".join(f"Paragraph {n} says something." for n in range(30))
    title = "# One" if suffix == ".md" else "One\n==="
    text = f"{title}\n\n{words}\n\n{fence}\n\n{words}\n\n{fence}\n"
    read = documents.markdown if suffix == ".md" else documents.restructured
    chunks = read(text, "x")
    lines = text.splitlines()
    assert len(chunks) > 2
    for chunk in chunks:
        assert (chunk.content or chunk.text).count("```") % 2 == 0
        assert chunk.text == "\n".join(lines[chunk.start_line - 1 : chunk.end_line])
    said = "\n\n".join(chunk.content or chunk.text for chunk in chunks)
    assert said.count("x = 1") == 80 and said.count("says something.") == 60


@pytest.mark.parametrize("leads", ["**Example:**", "**Example**", "It is done so:"])
def test_what_announces_code_goes_with_it_where_a_section_is_parted(leads: str) -> None:
    words = "\n\n".join(f"Paragraph {n} says something." for n in range(30))
    fence = "```\n" + "x = 1\n\n" * 40 + "```"
    for above in (words, "Words."):
        chunks = documents.markdown(f"# One\n\n{above}\n\n{leads}\n\n{fence}\n", "x")
        said = [chunk.content or chunk.text for chunk in chunks]
        assert any(f"{leads}\n\n```" in each for each in said)
    assert len(documents.markdown(f"# One\n\n{leads}\n\n{fence}\n", "x")) == 1
    assert documents.markdown("# A\n\n" + "It is so:\n\n" * 5_000, "x")


@pytest.mark.parametrize("evil", [
    "- " * 3_000, "> " * 3_000, "*a " * 5_000, "[" * 20_000, "`" * 10_000, "<Tabs>\n" * 2_000,
    "::: a\n" * 2_000, "{% a\n" * 2_000, "!!! a\n    " * 500, "<a " * 5_000, "{" * 10_000,
    f"::: tip {' ' * 50_000}x\n:::",
    "| a " * 3_000, ".. note::\n   " * 500, "====\n" * 2_000, "$" * 10_000, "```{note}\n" * 500,
    "<details>" * 2_000, "[^a]: " * 2_000, "\\" * 10_000, "&" * 10_000, "_" * 10_000,
    "a:: b\n" * 2_000, "[[a]]\n" * 2_000, "* a\n+\n" * 1_000, "xref:a[" * 1_000, "_a" * 3_000,
])  # fmt: skip
@pytest.mark.parametrize("suffix", [".md", ".mdx", ".rst", ".adoc"])
@pytest.mark.timeout(20)
def test_no_document_stops_the_reader(tmp_path: Path, suffix: str, evil: str) -> None:
    repository.write(tmp_path, f"a{suffix}", f"Words of it.\n\n{evil}\n")
    files.read(tmp_path, PurePosixPath(f"a{suffix}"))


def test_what_only_names_the_heading_below_it_is_not_said_above() -> None:
    text = (
        "Lamps\n=====\n\nAll the settings of lamps.\n\n.. setting:: HUE\n.. lamp-key:: hue\n\n"
        "HUE\n---\n\nThe colour of it.\n\n.. setting:: LEVEL\n"
    )
    assert content(text, ".rst") == (
        "# Lamps\n\nAll the settings of lamps.\n\n## HUE\n\nThe colour of it.\n\n**LEVEL**"
    )


def test_code_that_names_no_language_is_in_that_of_the_configuration(tmp_path: Path) -> None:
    repository.write(tmp_path, "docs/conf.py", 'highlight_language = "c"\n')
    repository.write(tmp_path, "docs/index.rst", "Lamps light a room like this::\n\n   dim(lamp)\n")
    (chunk,) = files.read(tmp_path, PurePosixPath("docs/index.rst"))
    assert chunk.content.endswith("```c\ndim(lamp)\n```")


def test_a_footnote_stands_apart_from_the_section_it_is_written_in() -> None:
    text = "# One\n\nWords that say enough[^a].\n\n[^a]: The note, at the end of the page.\n\nMore words.\n"
    section, note = documents.markdown(text, "x")
    assert section.content == "# One\n\nWords that say enough¹.\n\nMore words."
    assert (note.content, note.start_line, note.title) == (
        "¹ The note, at the end of the page.",
        5,
        "One",
    )
