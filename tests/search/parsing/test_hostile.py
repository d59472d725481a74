"""Whatever a stranger's file repeats, reading it takes time that grows as its length does."""

import json
from contextlib import closing
from pathlib import Path, PurePosixPath

import pytest

from hyperrun.search.bounded import Worker
from hyperrun.search.parsing import files
from hyperrun.search.parsing.chunk import Chunk


def _jsdoc(words: str) -> str:
    return f"/**\n * a\n * b\n * {words}\n */\nexport function lamp() {{}}\n"


def _r_help(words: str) -> str:
    return rf"\name{{lamp}}\title{{Lamps}}{words}"


HOSTILE = {
    "alerts in one quotation": ("a.md", "> [!TIP]\n> a\n> [!NOTE]\n>\n" * 3_000),
    "answers that name each other": (
        "faq.yml",
        "### YamlMime:FAQ\ntitle: a\nsummary: &b0 b\nsections:\n"
        + "".join(
            f"  - &b{n} {{name: a, questions: [{', '.join([f'*b{n - 1}'] * 9)}]}}\n"
            for n in range(1, 400)
        ),
    ),
    "cuts that are none": ("a.md", "```ts\n" + "// ---" + "-" * 40_000 + "\n // ---cut" * 6_000),
    "answers in answers": ("faq.yml", "### YamlMime:FAQ\ntitle: " + "[" * 90_000),
    "empty lines in an object's options": (
        "a.md",
        "# A\n\n::: lamps\n    a\n" + "\n" * 90_000 + "    :b: c\n\nA\n",
    ),
    "what R computes in a line": ("a.qmd", "`r a('b')` \\\\a{{b}" * 6_000),
    "Quarto's brackets that never end": ("a.qmd", "[a ;@b [@c{{.aside [" * 6_000 + "`r a" * 9_000),
    "DocFX's includes that never end": ("a.md", "[!INCLUDE[a](" * 3_000 + "x [!code-[]( " * 1_000),
    "Nuxt Content's components that never end": ("a.md", "::a\n" * 20_000 + ":a[" * 20_000),
    "Nuxt Content's components in one another": (
        "a.md",
        "::a\n---\n" * 3_000 + "::\n" * 3_000 + ":a{b=" * 20_000 + '::a{b="' * 20_000,
    ),
    "properties of Nuxt Content's that are colons": (
        "a.md",
        (":::a\n---\n" + ("a" + ":" * 20 + "\n") * 39 + ":::\n") * 20,
    ),
    "an include of spaces": ("a.md", ("a [!INCLUDE" + " " * 3_000 + "[a](" + " " * 3_000) * 50),
    "DocFX's blocks that never end": ("a.md", '::: moniker range="a"\n:::row:::\na\n' * 8_000),
    "rows in rows": ("a.md", ":::row:::\n" * 8_000 + "a\n" + ":::row-end:::\n" * 8_000),
    "names in one line": ("a.md", "a :::image " * 20_000 + ':::no-loc text="a' * 9_000),
    "DocFX's references": ("a.md", "---\nuid: a\n---\n# A\n" + '<xref:a> @a @"a ' * 6_000),
    "a uid of spaces": ("a.md", "---\nuid: " + " " * 200_000 + "\n---\n# A\n@a"),
    "an include of itself": ("a.md", "[!INCLUDE[a](a.md)]\na [!INCLUDE[a](a.md)] b\n" * 500),
    "links that never end": ("lamp.ts", _jsdoc("{@link a" * 20_000)),
    "a link of spaces": ("lamp.ts", _jsdoc("{@link a" + " " * 50_000)),
    "a receiver of one long word": (
        "lamp.go",
        "package lamp\n// a\n// b\n// c\nfunc (" + "a" * 300_000 + "\n" * 12 + ") On() {}\n",
    ),
    "functions in one line": ("src/lamp.rs", "/// a a\n" * 10_000 + "pub fn lamp() {}" * 5_000),
    "sections in one line": ("man/lamp.Rd", _r_help(r"\note{a}" * 20_000)),
    "a table of many rows and columns": (
        "man/lamp.Rd",
        _r_help(r"\details{\tabular{l}{" + r"a\tab " * 5_000 + r"a\cr " * 10_000 + "}}"),
    ),
    "text that puts itself in": (
        "lamp.jl",
        'const LAMP = """\n' + "$LAMP\n" * 1_500 + '"""\n"""\n    f(x)\n\n$LAMP\n"""\nf(x) = 1\n',
    ),
    "shortcodes that never end": ("lamp.md", "{{< code a >}}\n" * 20_000),
    "tabs that never end": ("lamp.md", '{% tabs %}\n{% tab title="a" %}\n' * 10_000 + "Words."),
    "links to pages that never end": (
        "lamp.md",
        "Words.\n\n" + '{% content-ref url="a.md" %}\n' * 15_000,
    ),
    "tags below HTML": ("lamp.md", "<div>\na\n{% hint %}\n" * 20_000),
    "a tag of spaces": ("lamp.md", "<div>\n{%" + " " * 200_000 + "\na {% tab" + " " * 200_000),
    "contents of empty lines": ("SUMMARY.md", "# A\n" + "\n" * 200_000 + "Words.\n"),
    "a name of spaces": ("lamp.md", "```js\n/// file: a" + " " * 100_000 + "b\nlamp()\n```\n"),
    "an anchor of spaces": ("lamp.md", "# [Lamps](@id a" + " " * 100_000 + "b\n\nThey shine."),
    "tags that never end": ("lamp.mdx", '<A x={"a\n' * 2_000 + '<A x={"' + "{" * 200_000),
    "names of signs that never end": (
        "lamp.1",
        ".TH LAMP 1\n.SH NAME\n" + "\\[" * 200_000 + "\nshines\n",
    ),
    "a comment of spaces": ("lamp.h", "/**\n * a\n * b\n * c" + " " * 90_000 + "d */\nint on();\n"),
    "spaces behind an annotation": ("lamp.qmd", "```r\nx # <1>" + " " * 100_000 + "b\n```\n"),
    "a heading of spaces": ("lamp.qmd", "#" + " " * 100_000 + "b\n\n@sec-a and @sec-a\n"),
    "a container of names": (
        "lamp.qmd",
        "---\nlisting: {id: a}\n---\n\nLamps.\n\n::: {" + "#a" * 100_000 + "\n",
    ),
    "an object with a long name": (
        "lamp.ipynb",
        json.dumps({"cells": [{"cell_type": "code", "source": "show_doc(" + "a" * 200_000}]}),
    ),
    "a cell of empty lines": (
        "lamp.ipynb",
        json.dumps({"cells": [{"cell_type": "code", "source": "\n" * 100_000 + "dim()"}]}),
    ),
    "empty lines below an import": (
        "lamp.mdx",
        'import lamps from "./lamps.json";\n' + "\n" * 100_000 + "Lamps {lamps.a}.\n",
    ),
    "values under one heading": ("lamp.rst", "a\n=\n\n" + ".. confval:: a\n\n   b\n\n" * 6_000),
}


@pytest.mark.parametrize(("file", "text"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_repeated_is_read_in_time(tmp_path: Path, file: str, text: str) -> None:
    place = tmp_path / file
    place.parent.mkdir(exist_ok=True)
    place.write_text(text)
    (tmp_path / "package.json").write_text('{"name": "lamps"}')

    def read(path: PurePosixPath) -> list[Chunk]:
        return files.read(tmp_path, path)

    with closing(Worker(read)) as worker:  # the slowest takes a third of what a file may
        worker.ask(PurePosixPath(file))
        assert worker.answer()
