"""What Markdown of JavaScript's generators says: VitePress, VuePress, Docusaurus, Fumadocs, Svelte."""

import pytest

from tests.search.parsing.said import content

SAID = {
    "code's language in it": ("`dim(){:js}`, not `{:ok}` or `ok({:ok})`", "`dim()`, not `{:ok}` or `ok({:ok})`"),
    "Docusaurus' admonition": (":::note\n\nHi.\n\n:::", "> **Note**\n>\n> Hi."),
    "one with a title": (":::tip[Do this]\nHi.\n:::", "> **Do this**\n>\n> Hi."),
    "VitePress' container": ("::: warning Careful\nHi.\n:::", "> **Careful**\n>\n> Hi."),
    "options behind a container's name": ('::: tip { "a": { "b": [] } }\nHi.\n:::', "> **Tip**\n>\n> Hi."),
    "VitePress' details": ("::: details More\nHi.\n:::", "**More**\n\nHi."),
    "VitePress' code group": (
        "::: code-group\n\n```sh [npm]\nnpm i\n```\n\n```sh [yarn]\nyarn\n```\n\n:::",
        "**npm**\n\n```sh\nnpm i\n```\n\n**yarn**\n\n```sh\nyarn\n```",
    ),
    "VuePress' code tabs": (
        "::: code-tabs\n@tab npm\n\n```sh\nnpm i\n```\n\n@tab:active yarn#y\n\n```sh\nyarn\n```\n\n:::",
        "**npm**\n\n```sh\nnpm i\n```\n\n**yarn**\n\n```sh\nyarn\n```",
    ),
    "VuePress' code group": (
        ":::: code-group\n::: code-group-item npm\n```sh\nnpm i\n```\n:::\n::::", "**npm**\n\n```sh\nnpm i\n```"
    ),
    "tabs of code by their names": (
        '```yaml tab="File"\na: 1\n```\n\n```sh tab="CLI"\n--a=1\n```',
        "**File**\n\n```yaml\na: 1\n```\n\n**CLI**\n\n```sh\n--a=1\n```",
    ),
    "a heading with Fumadocs' anchor right behind it": ("## Set it up[#setup]\n\nThat is how it is done.",
    "## Set it up\n\nThat is how it is done."),
    "a heading with Fumadocs' anchor": ("## Set it up [#setup]\n\nThat is how it is done.",
                                        "## Set it up\n\nThat is how it is done."),
    "a heading that its contents leave out": ("## Set it up [!toc]\n\nThat is how it is done.",
                                              "## Set it up\n\nThat is how it is done."),
    "types that Svelte's site puts in": ("> MODULE: $app/lamps\n\nWords.", "Words."),
    "code as Svelte writes it": (
        "```js\n// @errors: 1\n/// file: lamp.js\ndeclare;\n// ---cut---\n---old();\nolder();---\n+++dim();+++\n"
        "on(---1, ---+++2+++);\n+++\tif (x) off();+++\n```\n\n```sh\nnode +++-r x+++ build\n```",
        "**lamp.js**\n\n```js\ndim();\non(2);\n    if (x) off();\n```\n\n```sh\nnode -r x build\n```",
    ),
    "its marks where they are none": (
        "```svelte\n<!--- file: a.svelte --->\n<a>\n```\n\n```yaml\n---\na: 1\n---\n```",
        "**a.svelte**\n\n```svelte\n<a>\n```\n\n```yaml\n---\na: 1\n---\n```",
    ),
    "what Vue repeats": (
        '<ul>\n  <li v-for="a of all">\n    <ul><li>{{ a }}</li></ul>\n  </li>\n  <li>One</li>\n</ul>',
        "- One",
    ),
    "what steers highlighting": (
        "```js\n// highlight-next-line\na() // [!code focus]\n```", "```js\na()\n```"
    ),
    "what is removed from code": (
        "```ts\nlamp.on() // [!code --]\nlamp.dim() // [!code ++]\n<a/> <!-- [!code --] -->\n```",
        "```ts\nlamp.dim()\n```",
    ),
    "more than one line of it": (
        "```ts\n// [!code --:2]\na()\nb()\nc()\n\nd() # [!code --:2]\ne()\nf() {/* [!code ++] */}\n```",
        "```ts\nc()\n\nf()\n```",
    ),
    "nothing but what is removed": ("```ts\na() {// [!code --]\n} // [!code --]\n```",
                                    "```ts\na() {\n}\n```"),
    "what only a compiler is told": (
        "```ts twoslash\nimport 'lamps'\n// ---cut---\n// @noErrors\n// @filename: a.ts\nlet x = 1\n"
        "//  ^?\n// ---cut-start---\ny()\n// ---cut-end---\n// kept\n  // ---cut-after---\n}\n```",
        "```ts\n// @filename: a.ts\nlet x = 1\n// kept\n```",
    ),
    "which errors a compiler is to make": ("```ts\n// @errors: 1 2\na()\n```", "```ts\na()\n```"),
    "what is cut where every block is Twoslash's": (
        "```ts {2}\nimport 'lamps'\n// ---cut---\nb()\n```", "```ts\nb()\n```"
    ),
    "what a compiler is told elsewhere": (
        "```go\na()\n// ---cut---\nb()\n```\n\n```ts\n// @dim: 1\nb()\n```",
        "```go\na()\n// ---cut---\nb()\n```\n\n```ts\n// @dim: 1\nb()\n```",
    ),
    "a dollar in code that is HTML": (
        "Use <code v-pre>{{ $route }}</code>, or `$route`, for $5.", "Use `{{ $route }}`, or `$route`, for $5."
    ),
    "attributes between percent signs": ("# One %{#one}%\n\nTwo lamps%{.x}% are 5% of all of them.",
        "# One\n\nTwo lamps are 5% of all of them.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("written", "said"), SAID.values(), ids=SAID)
def test_Markdown_says_what_its_page_says(written: str, said: str) -> None:
    assert content(written) == said
