"""What pages of Python-Markdown say, with Material's extensions and others."""

import pytest

from tests.search.parsing.said import content

SAID = {
    "Material's admonition": ('!!! note "Mind"\n    The **step**.', "> **Mind**\n>\n> The **step**."),
    "an admonition without a title": ("!!! warning\n    Hot.", "> **Warning**\n>\n> Hot."),
    "one whose title is taken away": ('!!! tip ""\n    Cold.', "> Cold."),
    "Material's details": ("??? question\n    Why?", "> **Question**\n>\n> Why?"),
    "details that are open": ('???+ note "Open"\n    Yes.', "> **Open**\n>\n> Yes."),
    "Material's tabs": (
        '=== "Linux"\n\n    ```sh\n    ls\n    ```\n\n=== "Mac"\n\n    Words.',
        "**Linux**\n\n```sh\nls\n```\n\n**Mac**\n\nWords.",
    ),
    "tabs that repeat a title, or show a picture": (
        '=== "a.py"\n\n    ```python title="a.py"\n    a\n    ```\n\n=== "Output"\n\n    ![](a.png)',
        "**a.py**\n\n```python\na\n```",
    ),
    "code that a picture is made of": ('Shown:\n\n```{.svg title="a" path="a.py"}\n```', "Shown:"),
    "a macro's call that nothing is known of": (
        "Watch:\n\n{{ video('53dd', 25) }}\n\nOr read.", "Watch:\n\nOr read."
    ),
    "emoji by their short names": (
        "Done :tada: and :+1:, at 10:30:15 or `:tada:`.", "Done 🎉 and 👍, at 10:30:15 or `:tada:`."
    ),
    "a name that is no emoji's": ("A :nothing-at-all: here.", "A :nothing-at-all: here."),
    "an admonition in a list": (
        "1.  One\n\n    !!! note\n\n        Inside.\n\n2.  Two",
        "1. One\n\n   > **Note**\n   >\n   > Inside.\n\n2. Two",
    ),
    "a block of Python-Markdown": ("/// tip\n\nIt *glows*.\n\n///", "> **Tip**\n>\n> It *glows*."),
    "its title and options": (
        "/// details | More `light`\n    open: true\n    type: warning\n\nHi.\n\n///",
        "> **More `light`**\n>\n> Hi.",
    ),
    "a block in a block": (
        "//// tab | One\n\n```md\n////\n```\n\n/// note\n\nHi.\n\n///\n\n////\n\nWords.",
        "**One**\n\n```md\n////\n```\n\n> **Note**\n>\n> Hi.\n\nWords.",
    ),
    "a block without a name of its own": ("/// html | div.grid\n\nHi.\n\n///", "Hi."),
    "slashes that nothing closes": ("/// tip\n\nHi.", "/// tip\n\nHi."),
    "an icon": ("Yes :material-check: or :octicons-x-16:{ .red }.", "Yes  or ."),
    "attributes": ("A [link](https://x.example){ target=_blank } and `x`{.py}.",
                   "A [link](https://x.example) and `x`."),
    "a closed heading's attributes": (
        "## Lamps ## {: #v2 }\n\nIt glows in the dark, by day, too.",
        "## Lamps\n\nIt glows in the dark, by day, too.",
    ),
    "attributes that are words": (
        '## `lamp` {: #lamp toml env-var="LAMP" }\n\nIt glows in the dark.',
        "## `lamp`\n\nIt glows in the dark.",
    ),
    "a block's attributes": ("Words.\n{: .lead }", "Words."),
    "keys and marks": ("Press ++ctrl+c++, ==now==, ^^here^^, H~2~O.", "Press Ctrl+C, now, here, H2O."),
    "an object's name": ("See [`run`][lamp.run] and [more][lamp.more].", "See `run` and more."),
    "a picture as a snippet": ('<div class="drawn">\n--8<-- "a.svg"\n</div>\n\nWords.', "Words."),
    "Markdown in HTML": ('<div class="grid" markdown>\nSome **words**.\n</div>', "Some **words**."),
    "a fence's title": ('```py title="a.py" hl_lines="1"\nx\n```', "**a.py**\n\n```py\nx\n```"),
    "a fence's attributes": ("``` { .yaml .annotate }\na: 1\n```", "```yaml\na: 1\n```"),
    "code of which only what it prints is shown": ('Run:\n\n```python exec="on" result="text"\nx = 1\n```', "Run:"),
    "code that is shown beside what it prints": (
        'Run:\n\n```py exec="1" source="above"\nx\n```\n\n```py exec="off"\ny\n```',
        "Run:\n\n```py\nx\n```\n\n```py\ny\n```",
    ),
    "marks that a list explains": (
        '```py\nx = 1  # (1)!\nprint("(1)!")\n```\n\n1. One.',
        '```py\nx = 1  # (1)\nprint("(1)!")\n```\n\n1. One.',
    ),
    "what a macro fills in": (
        "Lamps glow.\n\n{{ before_you_start() }}\n\n{{ table_of_lamps }}\n\nInstall it by this line:\n\n{{ install(extras=['x']) }}\n\n## More\n\nA {{ b }}.",
        "Lamps glow.\n\n## More\n\nA {{ b }}.",
    ),
    "an abbreviation": ("The LED glows.\n\n*[LED]: a diode", "The LED glows."),
}  # fmt: skip


@pytest.mark.parametrize(("written", "said"), SAID.values(), ids=SAID)
def test_Python_Markdown_says_what_its_page_says(written: str, said: str) -> None:
    assert content(written) == said
