"""What documents say on their page, construct by construct and generator by generator."""

from pathlib import Path, PurePosixPath

import pytest

from hyperrun.search.parsing import documents, files
from hyperrun.search.parsing.includes import Place
from tests.search import repository

MARKDOWN = {
    "code's language in it": ("`dim(){:js}`, not `{:ok}` or `ok({:ok})`", "`dim()`, not `{:ok}` or `ok({:ok})`"),
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
    "dollars that are told apart from formulas": ("It is \\$a\\$, not $a$.", "It is \\$a\\$, not $a$."),
    "names that begin with dollars": ("In $HOME/$USER, for $5.", "In \\$HOME/\\$USER, for \\$5."),
    "code in one tag after another": (
        'Read <span class="a">`$refs.x`</span><span class="b">`x`</span>.', "Read `$refs.x` `x`."
    ),
    "asterisks in code": ("Shows `****`, not *this*.", "Shows `****`, not *this*."),
    "a heading with a hard space": ("##\xa0What's next\n\nThere is much of it.", "## What's next\n\nThere is much of it."),
    "an admonition in a list": (
        "1.  One\n\n    !!! note\n\n        Inside.\n\n2.  Two",
        "1. One\n\n   > **Note**\n   >\n   > Inside.\n\n2. Two",
    ),
    "a fence in a list": (
        "- words here\n\n  ```\n  code\n  ```\n", "- words here\n\n  ```\n  code\n  ```"
    ),
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
    "Hextra's tabs": (
        '{{< tabs items="npm,yarn" >}}\n{{< tab >}}\n```sh\nnpm i\n```\n{{< /tab >}}\n'
        "{{< tab >}}\n```sh\nyarn\n```\n{{< /tab >}}\n{{< /tabs >}}",
        "**npm**\n\n```sh\nnpm i\n```\n\n**yarn**\n\n```sh\nyarn\n```",
    ),
    "Docsy's tabs of code": (
        '{{< tabpane >}}\n{{< tab header="Linux" lang="sh" >}}\nls # all\n{{< /tab >}}\n{{< /tabpane >}}',
        "**Linux**\n\n```sh\nls # all\n```",
    ),
    "a shortcode of two values": ('{{< expand "More of it" "…" >}}\nIn it.\n{{< /expand >}}', "**More of it**\n\nIn it."),
    "Quarto's callout": (
        "::: {.callout-note}\n## A title\n\nHi.\n:::", "> **A title**\n>\n> Hi."
    ),
    "Quarto's tabs": (
        "::: {.panel-tabset}\n## R\nOne.\n\n## Python\nTwo.\n:::",
        "**R**\n\nOne.\n\n**Python**\n\nTwo.",
    ),
    "Quarto's columns": (
        ":::: {.columns}\n::: {.column}\nLeft.\n:::\n::: {.column}\nRight.\n:::\n::::",
        "Left.\n\nRight.",
    ),
    "a cell's options": (
        "```{python}\n#| label: fig\n#| fig-cap: x\nplot()\n```", "```python\nplot()\n```"
    ),
    "a cell that is not shown": ("Before.\n\n```{python}\n#| echo: false\nx\n```", "Before."),
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
    "MyST's table of separated values": (
        '```{csv-table} T\n:header: >\n:    "A", "B"\n:widths: 1, 2\n\n1, "2, 3"\n```',
        "**T**\n\n| A | B |\n| --- | --- |\n| 1 | 2, 3 |",
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
    "GitBook's hint": ('{% hint style="info" %}\nHi.\n{% endhint %}', "Hi."),
    "GitBook's tabs": (
        '{% tabs %}\n{% tab title="One" %}\nHi.\n{% endtab %}\n{% endtabs %}', "**One**\n\nHi."
    ),
    "GitBook's tab in one line": (
        '{% tabs %}\n{% tab title="One" %} Hi. {% endtab %}\n{% endtabs %}', "One:  Hi."
    ),
    "GitBook's tag right below HTML": (
        '<details>\n<summary>A</summary>\nHi.\n</details>\n{% endupdate %}\n\nYes.', "**A**\n\nHi.\n\nYes."
    ),
    "GitBook's link to a page that is not there": (
        '{% content-ref url="a/b.md" %}\n[b.md](a/b.md)\n{% endcontent-ref %}', "b.md"
    ),
    "GitBook's file, and its caption": (
        '{% file src="../.gitbook/assets/a.pdf" %}\nAll of it.\n{% endfile %}', "a.pdf\n\nAll of it."
    ),
    "GitBook's call of an API": (
        '{% openapi src="https://x.org/a.yaml" path="/users" method="get" %}\n[a.yaml](a.yaml)\n{% endopenapi %}',
        "`GET /users`",
    ),
    "GitBook's call of an API, described": (
        '{% swagger method="get" path="/u" baseUrl="https://x.org" summary="List" %}\n'
        '{% swagger-parameter in="query" name="limit" type="int" required="true" %}\nHow many.\n{% endswagger-parameter %}\n'
        '{% swagger-response status="200: OK" description="All" %}\n```json\n{}\n```\n{% endswagger-response %}\n{% endswagger %}',
        "**List**\n\n`GET https://x.org/u`\n\n`limit` (int, query, required):\n\nHow many.\n\n**200: OK** All\n\n```json\n{}\n```",
    ),
    "GitBook's prompt, which is for a model": (
        '{% prompt description="Set it up" icon="stars" %}\nForget all.\n\n{% endprompt %}\n\nYes.',
        "Set it up\n\nYes.",
    ),
    "GitBook's cards, and what they lead to": (
        '<table data-view="cards"><thead><tr><th></th><th></th><th data-hidden data-card-target></th></tr></thead>'
        '<tbody><tr><td><strong>Quick</strong></td><td>Start.</td><td><a href="q.md">q.md</a></td></tr></tbody></table>',
        "- Quick\\\n  Start.",
    ),
    "Jekyll's highlight": (
        "{% highlight ruby %}\nputs 1\n{% endhighlight %}", "```ruby\nputs 1\n```"
    ),
    "Hugo's shortcode": ("{{< note >}}\nHi.\n{{< /note >}}", "**Note**\n\nHi."),
    "a comment": ("One.\n\n<!--\n# Not a heading\n\nsecret\n-->\n\nTwo.", "One.\n\nTwo."),
    "a comment in a line": ("One <!-- secret --> two.", "One two."),
    "an icon": ("Yes :material-check: or :octicons-x-16:{ .red }.", "Yes  or ."),
    "attributes": ("A [link](https://x.example){ target=_blank } and `x`{.py}.",
                   "A [link](https://x.example) and `x`."),
    "a closed heading's attributes": (
        "## Lamps ## {: #v2 }\n\nIt glows in the dark, by day, too.",
        "## Lamps\n\nIt glows in the dark, by day, too.",
    ),
    "a block's attributes": ("Words.\n{: .lead }", "Words."),
    "a task list": ("- [ ] one\n- [x] two", "- ☐ one\n- ☑ two"),
    "a definition list": ("Lamp\n:   It glows.", "- **Lamp**\\\n  It glows."),
    "a table's alignment": ("| a | b |\n|:-|-:|\n| 1 | 2 |", "| a | b |\n| :--- | ---: |\n| 1 | 2 |"),
    "keys and marks": ("Press ++ctrl+c++, ==now==, ^^here^^, H~2~O.", "Press Ctrl+C, now, here, H2O."),
    "critical characters": (r"A \* b, 2 < 3, a_b_c, \[x\].", r"A \* b, 2 < 3, a_b_c, [x]."),
    "contents in lines": ("**Contents**<br>\n[A](#a)<br>\n[B `c`](#b)<br>\n\nWords.", "Words."),
    "contents in a row": ("[A](#a) | [B](#b) • [C](#c)\n\nSee [a](#a) and [b](#b).", "See a and b."),
    "names in brackets": (
        "See [`Lamp`] and [`a`, `b`]\nor [`D`][`E`].\n\n[`E`]: https://x.org", "See `Lamp` and [`a`, `b`] or [`D`](https://x.org)."
    ),
    "a link to another page": ("See [the guide](../guide.md#x).", "See the guide."),
    "a reference": ("See [the guide][g].\n\n[g]: https://g.example", "See [the guide](https://g.example)."),
    "an object's name": ("See [`run`][lamp.run] and [more][lamp.more].", "See `run` and more."),
    "badges": ("[![build](https://x.example/b.svg)](https://x.example)\n\nWords.", "Words."),
    "contents": ("- [One](#one)\n- [Two](#two)\n\nWords.", "Words."),
    "links that a sentence goes on with": (
        "A lamp may run both of:\n\n- [One](#one)\n- [Two](#two)", "A lamp may run both of:\n\n- One\n- Two"
    ),
    "a table of contents": ("[TOC]\n\n[[toc]]\n\nWords.", "Words."),
    "code in a shortcode of the site's own": (
        '{{< code-toggle file=hugo >}}\n[a]\nb = 1\n\n[c]\n{{< /code-toggle >}}\n\n'
        '{{< code-toggle config=x />}}\n\n{{< code file="a.html" lang="html" >}}\n<b>{{ x }}</b>\n{{< /code >}}',
        "```\n[a]\nb = 1\n\n[c]\n```\n\n**a.html**\n\n```html\n<b>{{ x }}</b>\n```",
    ),
    "what is announced, and is made by a hidden cell": (
        "All do. There are four kinds of lamps:\n\n```{python}\n#| echo: false\nprint(kinds)\n```\n\nOne.",
        "All do.\n\nOne.",
    ),
    "what is announced below a hidden cell": (
        "There are four kinds of lamps:\n\n```{python}\n#| include: false\nx\n```\n\n```{python}\ny\n```",
        "There are four kinds of lamps:\n\n```python\ny\n```",
    ),
    "what is announced, and is not there": (
        "Lamps glow. This is how they glow by default:\n\n{{< lamp-data kind=default />}}\n\nSo.",
        "Lamps glow.\n\nSo.",
    ),
    "shortcodes that are shown": (
        "```md\n{{</* tabs\n  a=1 */>}}\n{{%/* x */%}}\n```\n\nAs `{{</* y */>}}`.",
        "```md\n{{< tabs\n  a=1 >}}\n{{% x %}}\n```\n\nAs `{{< y >}}`.",
    ),
    "versions in shortcodes": (
        '{{< new-in 0.140.0 />}}\n\nHi.\n\n{{< deprecated-in "v1.2" >}}\nUse `a`.\n{{< /deprecated-in >}}',
        "New in version 0.140.0.\n\nHi.\n\nDeprecated since version 1.2.\n\nUse `a`.",
    ),
    "links that a shortcode addresses": (
        'See [`dim`]({{< ref "/a b" >}}), [the guide]({{% relref "b.md" %}}#x) and [so *on*]({{< ref "c" >}}).',
        "See `dim`, the guide and so *on*.",
    ),
    "shortcodes in HTML": (
        '<h2>Steps to take now</h2>\n{{% tabs %}}\n{{% tab "Mac" %}}\n```sh\nls lamps\n\ncd lamps\n```\n{{% /tab %}}\n{{% /tabs %}}',
        "## Steps to take now\n\n**Mac**\n\n```sh\nls lamps\n\ncd lamps\n```",
    ),
    "a picture as a snippet": ('<div class="drawn">\n--8<-- "a.svg"\n</div>\n\nWords.', "Words."),
    "shortcodes in a comment": ("<!--\n{{% tabs %}}\nsecret\n-->\n\nWords.", "Words."),
    "HTML that its page does not show": (
        '<div style="display: none">\n```python exec="on"\nx\n```\n<div>y</div>\n</div>\n<p>Seen.</p>', "Seen."
    ),
    "what Vue repeats": (
        '<ul>\n  <li v-for="a of all">\n    <ul><li>{{ a }}</li></ul>\n  </li>\n  <li>One</li>\n</ul>',
        "- One",
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
    "Markdown in HTML": ('<div class="grid" markdown>\nSome **words**.\n</div>', "Some **words**."),
    "a fence's title": ('```py title="a.py" hl_lines="1"\nx\n```', "**a.py**\n\n```py\nx\n```"),
    "a fence's attributes": ("``` { .yaml .annotate }\na: 1\n```", "```yaml\na: 1\n```"),
    "code of which only what it prints is shown": ('Run:\n\n```python exec="on" result="text"\nx = 1\n```', "Run:"),
    "code that is shown beside what it prints": (
        'Run:\n\n```py exec="1" source="above"\nx\n```\n\n```py exec="off"\ny\n```',
        "Run:\n\n```py\nx\n```\n\n```py\ny\n```",
    ),
    "a longer fence": ("````md\n```\n# no heading\n```\n````", "````md\n```\n# no heading\n```\n````"),
    "what steers highlighting": (
        "```js\n// highlight-next-line\na() // [!code focus]\n```", "```js\na()\n```"
    ),
    "what only a compiler is told": (
        "```ts twoslash\nimport 'lamps'\n// ---cut---\n// @noErrors\n// @filename: a.ts\nlet x = 1\n"
        "//  ^?\n// ---cut-start---\ny()\n// ---cut-end---\n// kept\n  // ---cut-after---\n}\n```",
        "```ts\n// @filename: a.ts\nlet x = 1\n// kept\n```",
    ),
    "which errors a compiler is to make": ("```ts\n// @errors: 1 2\na()\n```", "```ts\na()\n```"),
    "what a compiler is told elsewhere": (
        "```ts\na()\n// ---cut---\nb()\n```", "```ts\na()\n// ---cut---\nb()\n```"
    ),
    "a column of pictures": (
        "| A | | B |\n| :-- | --- | --: |\n| 1 | ![x](x.png) | |\n| 2 | ![y](y.png) | 3 |",
        "| A | B |\n| :--- | ---: |\n| 1 |  |\n| 2 | 3 |",
    ),
    "things beside their pictures": (
        "| | |\n| --- | --- |\n| **One** | ![x](x.png) |\n| Two | ![y](y.png) |", "- **One**\n- Two"
    ),
    "pictures alone": ("One.\n\n| |\n| --- |\n| ![x](x.png) |", "One."),
    "links that quartodoc shortens": (
        "`~~GT.tab_stub()`, `~~.GT.show()`, `~~GT`, `~~a b~~`.",
        "`tab_stub()`, `.show()`, `GT`, `~~a b~~`.",
    ),
    "links of quartodoc without words": (
        "See [](`lamps.Lamp`), [](`~lamps.Lamp.dim`), [](:class:`Lamp`), [one](`Lamp`) and [](a.md).",
        "See `lamps.Lamp`, `dim`, `Lamp`, one and .",
    ),
    "what stands above or below the line": (
        "`dim`<sup>1.50.0</sup>, 10<sup>-2</sup>, H<sub>2</sub>O, the 1<sup>st</sup> and <sup>.",
        "`dim` (1.50.0), 10⁻², H₂O, the 1st and .",
    ),
    "marks that a list explains": (
        '```py\nx = 1  # (1)!\nprint("(1)!")\n```\n\n1. One.',
        '```py\nx = 1  # (1)\nprint("(1)!")\n```\n\n1. One.',
    ),
    "Quarto's marks that a list explains": (
        '```{python}\nx = 1   # <1>\nprint("# <1>")\n```\n\n1. One.',
        '```python\nx = 1   # (1)\nprint("# <1>")\n```\n\n1. One.',
    ),
    "a cell that runs in the page": (
        "```{shinylive-python}\n#| standalone: true\n##| components: [viewer]\nui.input_slider()\n```",
        "```python\nui.input_slider()\n```",
    ),
    "a hidden cell with a fence in its code": ("Before.\n\n````{r}\n#| include: false\nx <- '```'\n````", "Before."),
    "a cell that is shown and not run": (
        "````\n```{{python}}\n#| eval: false\nx\n```\n````", "````\n```{python}\n#| eval: false\nx\n```\n````",
    ),
    "nbdev's link to the source at the side": (
        'Words.\n\n<a href="https://x.dev/a.py" style="float:right; font-size:smaller">source</a>\n\nMore.',
        "Words.\n\nMore.",
    ),
    "what Quarto shows in a format alone": (
        "::: {.content-visible when-format=\"pdf\"}\nOne.\n:::\n\n::: {.content-hidden when-format=\"pdf\"}\nTwo.\n:::\n\n"
        "::: {.content-visible unless-format=\"html\"}\nThree.\n:::\n\n::: {.content-hidden}\nFour.\n:::\n\n"
        "::: {.content-visible when-format=\"html\"}\nFive.\n:::\n\n::: {.content-hidden when-profile=\"x\"}\nSix.\n:::",
        "Two.\n\nFive.\n\nSix.",
    ),
    "maths": ("So $a_1 * b$ it is.\n\n$$\nx^2\n$$", "So $a_1 * b$ it is.\n\n$$\nx^2\n$$"),
    "a dollar in code that is HTML": (
        "Use <code v-pre>{{ $route }}</code>, or `$route`, for $5.", "Use `{{ $route }}`, or `$route`, for $5."
    ),
    "attributes between percent signs": ("# One %{#one}%\n\nTwo lamps%{.x}% are 5% of all of them.",
        "# One\n\nTwo lamps are 5% of all of them.",
    ),
    "an abbreviation": ("The LED glows.\n\n*[LED]: a diode", "The LED glows."),
    "hidden lines of Rust": ("```rust\n# fn main() {\nlet x = 1;\n# }\n```", "```rust\nlet x = 1;\n```"),
}  # fmt: skip

MARKDOWN["MyST's glossary"] = (
    ":::{glossary}\n\nLamp\n    It {term}`shines`.\n\n    A lot.\n\nBulb\nTube\n    Inside of it.\n:::",
    "- **Lamp**\n\n  It shines.\n\n  A lot.\n\n- **Bulb, Tube**\n\n  Inside of it.",
)
COMPONENTS = {
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


def content(text: str, suffix: str = ".md", place: Place | None = None) -> str:
    chunks = (
        documents.restructured(text, "x", place)
        if suffix == ".rst" else documents.markdown(text, "x", place, suffix)
    )  # fmt: skip
    return "\n\n".join(chunk.content or chunk.text for chunk in chunks)


@pytest.mark.parametrize(("written", "said"), MARKDOWN.values(), ids=MARKDOWN)
def test_Markdown_says_what_its_page_says(written: str, said: str) -> None:
    assert content(written) == said


@pytest.mark.parametrize(("written", "said"), COMPONENTS.values(), ids=COMPONENTS)
def test_components_say_what_their_page_says(written: str, said: str) -> None:
    assert content(written, ".mdx") == said


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


def test_a_long_comment_of_MDX_is_not_read() -> None:
    hidden = "\n".join(f"Line {number} of it.\n" for number in range(60))
    assert (
        content(f"Before it.\n\n{{/* {hidden} */}}\n\nAfter it.", ".mdx")
        == "Before it.\n\nAfter it."
    )


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


def test_GitBook_says_the_title_of_a_page_that_is_linked_and_shows_what_is_reused(
    tmp_path: Path,
) -> None:
    repository.write(tmp_path, "a/b.md", "---\ntitle: no\n---\n\n# The page\n")
    repository.write(tmp_path, "c/README.md", '# A folder <a href="#c" id="c"></a>\n')
    repository.write(tmp_path, ".gitbook/includes/w.md", "Reused words.\n")
    said = content(
        '{% content-ref url="a/b.md" %}\n[b.md](a/b.md)\n{% endcontent-ref %}\n\n'
        'See [c](c/ "mention").\n\n{% include ".gitbook/includes/w.md" %}',
        place=Place(tmp_path.resolve(), PurePosixPath("x.md"), documents.blocks),
    )
    assert said == "The page\n\nSee A folder.\n\nReused words."


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        (
            "# Summary\n\n[Start](a.md)\n\n- [A](a.md)\n  - [Draft]()\n\n---\n\n## B\n\n* [C](c.md)\n",
            False,
        ),
        ("# Summary\n\nLamps glow.\n", True),
    ],
)
def test_a_table_of_contents_is_no_page(tmp_path: Path, text: str, is_read: bool) -> None:
    repository.write(tmp_path, "SUMMARY.md", text)
    assert bool(files.read(tmp_path, PurePosixPath("SUMMARY.md"))) is is_read
