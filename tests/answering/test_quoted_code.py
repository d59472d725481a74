"""How code is quoted."""

import asyncio
from pathlib import Path

import pytest

from hyperrun.answering.extractive import extract
from hyperrun.answering.quoting import blocks
from hyperrun.answering.research import Research
from hyperrun.language import DEFAULT
from hyperrun.passage import Passage
from hyperrun.search.engine import Search
from hyperrun.settings import Settings
from tests.answering.quoted import FILLER, answer, section

METHOD = '''    def dim(self, level: int) -> int:
        """Set the brightness.

        Zero is off.
        """
        return level'''


def test_a_list_that_explains_marks_in_code_is_quoted_with_it() -> None:
    text = "```py\nx = 1  # (1)!\n```\n\n1. One.\n\nWords.\n\n1. Other."
    marked, words, other = (each.text for each in blocks(section(text)))
    assert marked == "```py\nx = 1  # (1)\n```\n\n1. One."
    assert (words, other) == ("Words.", "1. Other.")


def test_of_what_explains_marks_that_of_code_that_is_left_out_is_left_out() -> None:
    code = "\n\n".join(
        f"room{n} = 1\nlamp{n} = dim({n})  # ({n})!\ncloud{n} = 2" for n in range(1, 9)
    )
    told = "\n".join(f"{n}. Lamp {n} glows." for n in range(1, 9))
    (block,) = blocks(section(f"```py\n{code}\n```\n\n{told}"))
    assert block.text.endswith("8. Lamp 8 glows.")
    said = block.quoted(
        lambda parts: [float("lamp1 " in part or "lamp3 " in part) for part in parts]
    )
    assert said.endswith("```\n\n1. Lamp 1 glows.\n\n…\n\n3. Lamp 3 glows.")


@pytest.mark.parametrize(
    ("written", "quoted"),
    [
        ("```py\ndim(by)\n```\n\nDark.\n\nSlow.", ["```py\ndim(by)\n```\n\nDark.", "Slow."]),
        (
            "```py\ndim(by)\n```\n\n```py\ndim(to)\n```\n\nDark.",
            ["```py\ndim(by)\n```\n\n```py\ndim(to)\n```\n\nDark."],
        ),
        ("```python\nproperty dim\n```\n\nHow dark.", ["How dark."]),
        ("```python\nproperty dim\n```", ["```python\nproperty dim\n```"]),
        ("```python\nlamp.on()\n```\n\nShines.", ["```python\nlamp.on()\n```", "Shines."]),
    ],
)  # fmt: skip
def test_a_signature_is_quoted_with_what_is_said_of_it(written: str, quoted: list[str]) -> None:
    described = section(written, "API > lamps.Lamp.dim")
    assert [each.text for each in blocks(described)] == quoted


def test_links_to_objects_in_a_docstring_are_said_as_their_words() -> None:
    code = 'def dim():\n    """See [`Lamp`][lamps.Lamp], [print][] and `a[0][1]`."""\n'
    passage = Passage("a.py", 1, 2, "dim", "function", code, "python")
    assert blocks(passage)[1].text == "See `Lamp`, print and `a[0][1]`."


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


COMMENTED = {
    "JSDoc": (
        "javascript",
        "/**\n * Dims it.\n *\n * @param {number} level - how far\n * @private\n */\n\n"
        "function dim(level) {}",
        ["Dims it.", "- `level` (`number`): how far", "```javascript\nfunction dim(level) {}\n```"],
    ),
    "Doxygen": (
        "cpp",
        "/// \\brief Dims it.\n/// \\param[in] level how far\n/// \\return \\c true\n"
        "bool dim(int level);",
        ["Dims it.", "- `level`: how far\n- Returns: `true`", "```cpp\nbool dim(int level);\n```"],
    ),
    "Javadoc": (
        "java",
        "    /**\n     * Dims {@code lamp}.<p>\n     * @throws Dark if it is\n     */\n"
        "    @Override\n    void dim() {}",
        ["Dims `lamp`.", "- Throws: Dark if it is", "```java\n@Override\nvoid dim() {}\n```"],
    ),
    "rustdoc": (
        "rust",
        "/// Dims [`Lamp`].\n#[inline]\nfn dim() {}",
        ["Dims `Lamp`.", "```rust\n#[inline]\nfn dim() {}\n```"],
    ),
    "Go": (
        "go",
        "// dim turns *it* down:\n//\n//\tdim(9)\nfunc dim() {}",
        ["dim turns \\*it\\* down:\n\n    dim(9)", "```go\nfunc dim() {}\n```"],
    ),
    "no comment": ("go", "func dim() {}", ["```go\nfunc dim() {}\n```"]),
    "nothing but a comment": ("go", "// dim", ["```go\n// dim\n```"]),
}


@pytest.mark.parametrize(("language", "code", "quoted"), COMMENTED.values(), ids=COMMENTED)
def test_what_a_comment_says_of_its_code_is_quoted_as_words(
    language: str, code: str, quoted: list[str]
) -> None:
    passage = Passage("lamp", 1, 9, "dim", "function", code, language)
    assert [each.text for each in blocks(passage)] == quoted
