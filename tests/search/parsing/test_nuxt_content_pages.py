"""What pages of Nuxt Content say: components in Markdown (MDC)."""

import pytest

from tests.search.parsing.said import content

SAID = {
    "a note": ("::note\nHi `x`.\n::", "> **Note**\n>\n> Hi `x`."),
    "a note with a title": ('::tip{icon="i-x" title="So"}\nHi.\n::', "> **So**\n>\n> Hi."),
    "a note right below a paragraph": ("Yes.\n::note\nHi.\n::", "Yes.\n\n> **Note**\n>\n> Hi."),
    "code side by side": (
        "::code-group\n\n```ts [a.ts]\nx\n```\n\n```vue [b/[id\\\\].vue]\ny\n```\n\n::",
        "**a.ts**\n\n```ts\nx\n```\n\n**b/[id].vue**\n\n```vue\ny\n```",
    ),
    "components in one another": (
        '::card-group\n  ::card{title="A"}\n  One.\n  ::\n  ::card\n  ---\n  title: B\n  to: /b\n  ---\n'
        "  Two.\n  ::\n::",
        "**A**\n\nOne.\n\n**B**\n\nTwo.",
    ),
    "a component with more colons in one": (
        '::tabs\n:::tabs-item{label="A"}\nOne.\n:::\n::', "**A**\n\nOne."
    ),
    "properties below more colons": (
        "::hero\n:::button\n---\nto: /a\nlabel: Start\n---\n:::\n::\n\nHi.", "Hi."
    ),
    "a card below more colons": (
        ":::card\n---\nicon: i-x\ntitle: A\n---\nOne.\n:::", "**A**\n\nOne."
    ),
    "a rule": ("One.\n\n:hr\n\nTwo.", "One.\n\nTwo."),
    "words of a class": (
        'A [b *c*]{.text-(--x)} d, [e]{#f}, [g]{lang="de"} and [h].', "A b *c* d, e, g and [h]."
    ),
    "slots": ("::card\n#title\nA\n\n#default\nOne.\n::", "A\n\nOne."),
    "a field": (
        '::field{name="id" type="string" required}\nWhich.\n::',
        "- **`id`** (`string`, required): Which.",
    ),
    "a heading in steps": ("::steps\n### One\n\nHi.\n::", "### One\n\nHi."),
    "an example that holds the mark of an end": (
        "::note\n```md\n::\n```\nHi.\n::", "> **Note**\n>\n> ```md\n> ::\n> ```\n>\n> Hi."
    ),
    "where one reads more": ('Hi.\n\n:read-more{to="/a"}\n\n::read-more{to="/b"}\nMore.\n::', "Hi."),
    "a film": ('Hi.\n\n:video-accordion{title="Watch it" videoId="1"}', "Hi."),
    "a badge": ('| a :badge[v4.4]{color="info"} | b |\n|-|-|\n| c | d |', "| a v4.4 | b |\n| --- | --- |\n| c | d |"),
    "a badge in a heading": ('## A :badge[new]{color="x"}\n\nHi.', "## A new\n\nHi."),
    "a line's end": ("One. :br\nTwo.", "One.\\\nTwo."),
    "a key": (':kbd{value="meta"} and :kbd[K]', "meta and K"),
    "an icon": ('A :icon{name="i-x"} b.', "A b."),
    "one that is not closed": ("::note\nHi.", "::note Hi."),
    "colons that are none": ("a ::b and c:d[0] at 10:30 :smile: `:e[f]`", "a ::b and c:d[0] at 10:30 😄 `:e[f]`"),
}  # fmt: skip


@pytest.mark.parametrize(("written", "said"), SAID.values(), ids=SAID)
def test_Nuxt_Content_says_what_its_page_says(written: str, said: str) -> None:
    assert content(written) == said
