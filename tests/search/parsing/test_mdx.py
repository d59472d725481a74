"""What components say in MDX."""

import pytest

from tests.search.parsing.said import content

SAID = {
    "HTML that Astro puts in": (
        '<Fragment set:html={"<pre class=\\"language-text\\">a: <b>no</b><br />b &lt; {1}</pre>"} />',
        "```text\na: no\nb < {1}\n```",
    ),
    "HTML that React puts in": (
        "<div dangerouslySetInnerHTML={{ __html: 'It\\'s <em>on</em>.' }} />", "It's on."
    ),
    "a tag of one long line": (
        f'<Fragment set:html={{"<p>It is {"very " * 2_000}long.</p>"}} />', f"It is {'very ' * 2_000}long."
    ),
    "imports and exports": (
        "import Tabs from '@theme/Tabs';\nimport {\n  Aside,\n} from 'x';\n\n"
        "export const a = {\n  b: 1,\n};\n\nWords.",
        "Words.",
    ),
    "Docusaurus' tabs": (
        '<Tabs>\n  <TabItem value="a" label="Apple" default>\n    An **apple**.\n\n    ```js\n    x\n    ```\n'
        "  </TabItem>\n</Tabs>",
        "**Apple**\n\nAn **apple**.\n\n```js\nx\n```",
    ),
    "a hint on a link": ('<SchoolLink href="x" title="Learn it">Watch it</SchoolLink>', "Watch it"),
    "a link that stands alone": ('<SchoolLink href="x" title="Learn it" />\n\nHi.', "Hi."),
    "what is announced, and only running it would show": (
        "One. The following sidebar will be generated:\n\n<Sidebar config={[{ a: 1 }]} />\n\nHi.", "One.\n\nHi."
    ),
    "what is announced, and comes below a component": (
        "It comes right below all of this:\n\n<Space />\n\n```js\nx\n```",
        "It comes right below all of this:\n\n```js\nx\n```",
    ),
    "what Expressive Code marks in code": (
        "```js 'title=\"So\"' ins='<A title=\"b\">' /file=.+/ {1}\nx\n```", "```js\nx\n```"
    ),
    "a label with brackets": ("```ts [a/[b].ts]\nx\n```", "**a/[b].ts**\n\n```ts\nx\n```"),
    "a label without a language": ("```[_redirects]\nx\n```", "**\\_redirects**\n\n```\nx\n```"),
    "Starlight's aside": ('<Aside type="tip">Hi.</Aside>', "> **Tip**\n>\n> Hi."),
    "Starlight's steps": ("<Steps>\n\n1. One\n2. Two\n\n</Steps>", "1. One\n2. Two"),
    "a card": ('<Card title="Start" icon="rocket">\n  Go.\n</Card>', "**Start**\n\nGo."),
    "a link card": ('<LinkCard title="Next" href="/x" description="More." />', "**Next**\n\nMore."),
    "a callout": ('<Callout type="warning">\nHot.\n</Callout>', "> **Warning**\n>\n> Hot."),
    "expressions": ("A {/* secret */}b{' '}c {props.x}.", "A b c ."),
    "a comment": ("{/* # No heading */}\n\nWords.", "Words."),
    "fragments": ("<>\n\nWords.\n\n</>", "Words."),
    "a component in a line": ('Since <Version value={3} /> it <b>works</b>.', "Since it works."),
    "code in a component": (
        "<CodeBlock language=\"js\" title=\"a.js\">{`let x;`}</CodeBlock>",
        "**a.js**\n\n```js\nlet x;\n```",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("written", "said"), SAID.values(), ids=SAID)
def test_components_say_what_their_page_says(written: str, said: str) -> None:
    assert content(written, ".mdx") == said


def test_a_long_comment_of_MDX_is_not_read() -> None:
    hidden = "\n".join(f"Line {number} of it.\n" for number in range(60))
    assert (
        content(f"Before it.\n\n{{/* {hidden} */}}\n\nAfter it.", ".mdx")
        == "Before it.\n\nAfter it."
    )
