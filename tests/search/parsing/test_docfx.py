"""What DocFX and Microsoft Learn add to Markdown is read as their pages show it."""

from pathlib import Path, PurePosixPath

import pytest

from hyperrun.search.parsing import documents, files
from hyperrun.search.parsing.includes import Place
from hyperrun.search.site import rules
from tests.search import repository
from tests.search.parsing.said import content

FILES = {
    "includes/x.md": "---\ntitle: Not said\n---\nAn included line.\n",
    "includes/name.md": "the **Lamp**\n",
    "docs/other.md": "---\nuid: the-other\n---\n\n# The `other` page\n",
    "src/a.cs": "using A;\n#region Dim\nint x = 1;\n#endregion\n// <On>\nint y = 2;\n// </On>\n",
    "src/a.html": "<p>\n<!-- <b> -->\n<i/>\n<!-- </b> -->\n",
}
DIM, ON = "```csharp\nint x = 1;\n```", "```csharp\nint y = 2;\n```"
SAID = {
    "a region": ("[!code-csharp[Main](../src/a.cs#dim)]", DIM),
    "a region, with lines that are marked": (
        "[!code-csharp[](~/src/a.cs?name=Dim&highlight=2)]",
        DIM,
    ),
    "a tag": ('[!code-C#[Main](../src/a.cs#on "A title")]', ON),
    "a tag of HTML": ("[!code-html[](../src/a.html?name=b)]", "```html\n<i/>\n```"),
    "lines": ("[!code-csharp[](../src/a.cs#L3-L3)]", DIM),
    "a range": ("[!code-csharp[](../src/a.cs?range=3)]", DIM),
    "its start": ("[!code-csharp[](../src/a.cs?start=6&end=6)]", ON),
    "what is not there": ("[!code-csharp[](../src/a.cs#none)]\n\nWords.", "Words."),
    "code of Learn": (':::code language="csharp" source="~/src/a.cs" id="On" highlight="1":::', ON),
    "code of Learn by lines": (':::code language="csharp" source="../src/a.cs" range="3":::', DIM),
    "code in an item": (
        '- Do:\n\n  :::code language="csharp" source="~/src/a.cs" id="On":::',
        "- Do:\n\n  ```csharp\n  int y = 2;\n  ```",
    ),
    "an include": (
        "[!INCLUDE [short](~/includes/x.md)]\n[!include[](~/no.md)]",
        "An included line.",
    ),
    "an include in a line": ("Use [!INCLUDE[n](~/includes/name.md)] now.", "Use the **Lamp** now."),
    "front matter of Learn's alone": ("---\nms.topic: include\n---\n\nWords.", "Words."),
    "tabs": (
        "# [Windows](#tab/win)\n\nOne.\n\n# [Linux](#tab/linux/bash)\n\nTwo.\n\n***\n\nThree.",
        "**Windows**\n\nOne.\n\n**Linux**\n\nTwo.\n\nThree.",
    ),
    "versions": (
        '::: moniker range=">=lamp-8.0 <lamp-9.0||lamp-10"\n\nNew.\n\n::: moniker-end\n\n'
        ':::moniker range="<=lamp-7.0"\nOld.\n:::moniker-end',
        "**lamp-8.0 to lamp-9.0, lamp-10**\n\nNew.\n\n**lamp-7.0 or earlier**\n\nOld.",
    ),
    "a version whose heading says it": (
        '::: moniker range="> a"\n## New\n\nText.\n::: moniker-end',
        "## New\n\nText.",
    ),
    "zones": (
        '::: zone pivot="in-csharp,in-f"\nA.\n::: zone-end\nB.',
        "**in csharp, in f**\n\nA.\n\nB.",
    ),
    "columns": (
        ':::row:::\n    :::column span="2":::\n        One.\n    :::column-end:::\n'
        "    :::column:::\n        Two.\n    :::column-end:::\n:::row-end:::\nThree.",
        "One.\n\nTwo.\n\nThree.",
    ),
    "a picture": (
        ':::image type="content" source="a.png" alt-text="A lamp.":::\n\nWords.',
        "Words.",
    ),
    "a picture that is described": (
        ':::image type="complex" source="a.png" alt-text="A.":::\nLong.\n:::image-end:::\nWords.',
        "Words.",
    ),
    "a picture in a line": ('Press :::image type="icon" source="a.png"::: now', "Press  now"),
    "a name": (
        'Use :::no-loc text="Lamp"::: and\n:::no-loc text="On"::: it.',
        "Use Lamp and On it.",
    ),
    "a control": ("Press [!UICONTROL **Save**].", "Press Save."),
    "a film": ("> [!VIDEO https://x.org/a]\n\nWords.", "Words."),
    "what comes next": ('> [!div class="nextstepaction"]\n> [Go on](b.md)\n\nWords.', "Words."),
    "a list of steps": ('> [!div class="checklist"]\n> - One.', "- One."),
    "notes": ("> [!NOTE]\n> One.", "> **Note**\n>\n> One."),
    "notes in one quotation": (
        "> [!TIP]\n> One.\n>\n> Two.\n>\n> [!NOTE]\n> Three.\n> [!TODO]\n> Four.",
        "> **Tip**\n>\n> One.\n>\n> Two.\n\n> **Note**\n>\n> Three.\n\n> **Todo**\n>\n> Four.",
    ),
    "a reference": (
        "See <xref:System.String?displayProperty=fullName>, "
        "<xref:A.B.C%2A?displayProperty=nameWithType>, "
        "<xref:A.List%601.#ctor(System.Int32)> and [it](xref:A.B).",
        "See `System.String`, `B.C`, `A.List<T>` and it.",
    ),
    "a page's uid": (
        'See <xref:the-other>, [](xref:the-other), @the-other. And @nobody, a@b.c, @"the-other".',
        "See The other page, The other page, The other page. And @nobody, a@b.c, The other page.",
    ),
    "code about it": ("```md\n:::row:::\n[!code[](a)]\n```", "```md\n:::row:::\n[!code[](a)]\n```"),
}


@pytest.mark.parametrize(("written", "said"), SAID.values(), ids=SAID)
def test_docfx_says_what_its_page_says(tmp_path: Path, written: str, said: str) -> None:
    for name, text in FILES.items():
        repository.write(tmp_path, name, text)
    place = Place(tmp_path.resolve(), PurePosixPath("docs/page.md"), documents.blocks)
    assert content(written, ".md", place) == said


PAGES = {
    "docfx.json": '{"build": {"content": [{"files": "**/*.{md,yml}"}]}}',
    "faq.yml": """### YamlMime:FAQ
metadata:
  title: Not said
title: Lamp FAQ
summary: |
  Answers about **lamps**.
sections:
  - name: General
    questions:
      - question: |
          Does it `dim`?
        answer: |
          Yes.

          > [!NOTE]
          > Slowly.
      - question: Is it free?
        answer: It is.
""",
    "index.yml": """### YamlMime:Landing
title: Lamps
summary: Light a room.
landingContent:
  - title: Get started
    linkLists: [{linkListType: quickstart, links: [{text: First, url: a.md}]}]
""",
    "toc.yml": "### YamlMime:TableOfContent\n- name: Lamps\n  href: a.md\n",
}


def test_pages_of_YAML_are_read_as_far_as_they_say_something(tmp_path: Path) -> None:
    for name, text in PAGES.items():
        repository.write(tmp_path, name, text)
    site = rules.read(tmp_path)

    def read(name: str) -> list[tuple[str, int, int, str, str]]:
        chunks = files.read(tmp_path, PurePosixPath(name), site)
        return [
            (each.title, each.start_line, each.end_line, each.content, each.address)
            for each in chunks
        ]

    dim = "### Does it `dim`?\n\nYes.\n\n> **Note**\n>\n> Slowly."
    assert read("faq.yml") == [
        ("Lamp FAQ", 4, 6, "# Lamp FAQ\n\nAnswers about **lamps**.", "faq.html#lamp-faq"),
        ("Lamp FAQ > General > Does it dim?", 10, 16, dim, "faq.html#does-it-dim"),
        ("Lamp FAQ > General > Is it free?", 17, 18, "### Is it free?\n\nIt is.",
         "faq.html#is-it-free"),
    ]  # fmt: skip
    assert read("index.yml") == [("Lamps", 2, 3, "# Lamps\n\nLight a room.", "./#lamps")]
    assert read("toc.yml") == []
