"""What pages of MyST say."""

from pathlib import Path, PurePosixPath

import pytest

from hyperrun.search.parsing import files
from tests.search import repository
from tests.search.parsing.said import content

SAID = {
    "MyST's table of separated values": (
        '```{csv-table} T\n:header: >\n:    "A", "B"\n:widths: 1, 2\n\n1, "2, 3"\n```',
        "**T**\n\n| A | B |\n| --- | --- |\n| 1 | 2, 3 |",
    ),
    "a cell that its page leaves out": (
        "Lamps glow.\n\n```{code-cell} python\n:tags: [remove-cell]\n\nx = 1\n```\n\n```{code-cell}\n---\n"
        "tags: [hide-output]\n---\nlit = 1\n```\n\n```{jupyter-execute}\n:hide-code:\n\ny = 1\n```\n\n"
        '```{python nbsphinx=hidden}\nz = 1\n```\n\n```{python tags=c("a", "remove-cell")}\nz\n```',
        "Lamps glow.\n\n```\nlit = 1\n```",
    ),
    "a glossary of definitions": (
        ":::{glossary}\nLamp\n: Gives light.\n\nSwitch\n: Turns it on.\n:::",
        "- **Lamp**\\\n  Gives light.\n- **Switch**\\\n  Turns it on.",
    ),
    "what stands behind the name of an admonition": (
        ":::{tip} First of all\n:class: x\n\nRead this.\n:::", "> **Tip**\n>\n> First of all\n>\n> Read this."
    ),
    "a value of the configuration, in MyST": (
        "```{confval} level\n:type: int\n:default: 3\n\nHow dark it gets.\n```",
        "**level**\n\n**Type:** int\n\n**Default:** 3\n\nHow dark it gets.",
    ),
    "a request of an API, in MyST": ("```{http:get} /lamps\n\nAll of them.\n```", "```http\nGET /lamps\n```\n\nAll of them."),
    "a role that is called as an attribute": ("Get {download}`the lamp <a.zip>` here.", "Get the lamp here."),
    "a card's head and foot": (
        ":::{card} Lamp\nOn top.\n^^^\nIn it.\n+++\nBelow.\n:::", "**Lamp**\n\nOn top.\n\nIn it.\n\nBelow."
    ),
    "MyST's directive": ("```{warning}\n:class: x\nHot.\n```", "> **Warning**\n>\n> Hot."),
    "MyST's directive in colons": (":::{admonition} Own title\nHi.\n:::", "> **Own title**\n>\n> Hi."),
    "MyST's code block": (
        "```{code-block} python\n:caption: a.py\n\nx = 1\n```", "**a.py**\n\n```python\nx = 1\n```"
    ),
    "MyST's tabs": (
        "::::{tab-set}\n:::{tab-item} One\nFirst.\n:::\n:::{tab-item} Two\nSecond.\n:::\n::::",
        "**One**\n\nFirst.\n\n**Two**\n\nSecond.",
    ),
    "MyST's roles": (
        "See {ref}`the place <label>`, {py:func}`~a.b.go` and {kbd}`x`.",
        "See the place, `go()` and `x`.",
    ),
    "MyST's label, comment and break": ("(here)=\n\n% secret\n\n+++\n\nWords.", "Words."),
    "reStructuredText in MyST": (
        "```{eval-rst}\n.. note:: Hi :ref:`there <x>`.\n```", "> **Note**\n>\n> Hi there."
    ),
    "MyST's list table": (
        "```{list-table}\n:header-rows: 1\n\n* - A\n  - B\n* - 1\n  - 2\n```",
        "| A | B |\n| --- | --- |\n| 1 | 2 |",
    ),
    "MyST's glossary": (
        ":::{glossary}\n\nLamp\n    It {term}`shines`.\n\n    A lot.\n\nBulb\nTube\n    Inside of it.\n:::",
        "- **Lamp**\n\n  It shines.\n\n  A lot.\n\n- **Bulb, Tube**\n\n  Inside of it.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("written", "said"), SAID.values(), ids=SAID)
def test_MyST_says_what_its_page_says(written: str, said: str) -> None:
    assert content(written) == said


def test_fields_and_substitutions_are_read_where_MyST_has_them_switched_on(tmp_path: Path) -> None:
    page = (
        "---\nmyst:\n  substitutions:\n    lamp: the *lamp*\n---\n\nDim {{ lamp }} by {{ by }}, "
        "not `{{ by }}`.\n\n:level: How dark\n  it gets.\n:hue: The colour.\n\n"
        "```{note}\nOf {{ lamp }}.\n```\n\n```\n{{ by }}\n```\n"
    )
    repository.write(tmp_path, "docs/a.md", page)
    (chunk,) = files.read(tmp_path, PurePosixPath("docs/a.md"))
    assert ":level: How dark it gets. :hue: The colour." in chunk.content
    config = 'myst_enable_extensions = ["fieldlist"]\nmyst_substitutions = {"by": "half"}\n'
    repository.write(tmp_path, "docs/conf.py", config)
    (chunk,) = files.read(tmp_path, PurePosixPath("docs/a.md"))
    assert chunk.content == (
        "Dim the *lamp* by half, not `{{ by }}`.\n\n- **level**: How dark it gets.\n"
        "- **hue**: The colour.\n\n> **Note**\n>\n> Of the *lamp*.\n\n```\n{{ by }}\n```"
    )
