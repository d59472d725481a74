"""What shortcodes of Hugo and tags of Jekyll say."""

import pytest

from tests.search.parsing.said import content

SAID = {
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
    "Jekyll's highlight": (
        "{% highlight ruby %}\nputs 1\n{% endhighlight %}", "```ruby\nputs 1\n```"
    ),
    "Hugo's shortcode": ("{{< note >}}\nHi.\n{{< /note >}}", "**Note**\n\nHi."),
    "code in a shortcode of the site's own": (
        '{{< code-toggle file=hugo >}}\n[a]\nb = 1\n\n[c]\n{{< /code-toggle >}}\n\n'
        '{{< code-toggle config=x />}}\n\n{{< code file="a.html" lang="html" >}}\n<b>{{ x }}</b>\n{{< /code >}}',
        "```\n[a]\nb = 1\n\n[c]\n```\n\n**a.html**\n\n```html\n<b>{{ x }}</b>\n```",
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
    "shortcodes in a comment": ("<!--\n{{% tabs %}}\nsecret\n-->\n\nWords.", "Words."),
}  # fmt: skip


@pytest.mark.parametrize(("written", "said"), SAID.values(), ids=SAID)
def test_shortcodes_say_what_their_page_says(written: str, said: str) -> None:
    assert content(written) == said
