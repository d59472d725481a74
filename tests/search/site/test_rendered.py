"""What a rendered page says, as its reader reads it."""

import time

import pytest

from hyperrun.search.site import page_sections
from hyperrun.search.site.folder import MAX_PAGE_BYTES
from hyperrun.search.site.rendered import RenderedPage, read


def page(body: str, head: str = "") -> RenderedPage:
    """A page whose content is `body`, with furniture around it."""
    html = (
        f"<!doctype html><html lang=en><head><title>Lamps | Site</title>{head}</head><body>"
        "<header>Site</header><nav><a href=/x>Menu</a></nav><main><article>"
        f"{body}</article></main><footer>Made by nobody</footer></body></html>"
    )
    found = read(html.encode(), "https://lamps.example/guide/", with_links=True)
    assert found is not None
    return found


def said(body: str) -> str:
    """What is read of a page of one section."""
    (only,) = page(body).sections
    return only.content


CONSTRUCTS = {
    "paragraph": ("<p>One <b>bold</b> <i>word</i>,\n next.</p>", "One **bold** *word*, next."),
    "no mark leaks": ("<p>2 * 3 and `x` [1]</p>", r"2 \* 3 and \`x\` \[1]"),
    "link": (
        "<p><a href='https://x.example/a'>out</a> <a href=../in>in</a></p>",
        "[out](https://x.example/a) in",
    ),
    "list": ("<ul><li>a<li>b<ul><li>c</ul></ul>", "- a\n\n- b\n\n  - c"),
    "links that a sentence goes on with": (
        "<p>A lamp may run both of:</p>"
        "<ul><li><a href=#one>One</a></li><li><a href=#two>Two</a></li></ul>",
        "A lamp may run both of:\n\n- One\n- Two",
    ),
    "the page's contents, by hand": (
        "<p>In here:</p><ul><li><a href='#a'>One <code>a</code></a><ul><li><a href='#b'>Two</a>"
        "</ul></ul>",
        "In here:",
    ),
    "a list of links that say more": (
        "<ul><li><a href='#a'>One</a> and more<li><a href='#b'>Two</a></ul>",
        "- One and more\n- Two",
    ),
    "what a book hides of its code": (
        "<pre><code class=language-rust><span class=boring>fn main() {\n</span>let a = 1;\n"
        "<span class=boring>}</span></code></pre>",
        "```rust\nlet a = 1;\n```",
    ),
    "Quarto's button beside its code": (
        "<div class=code-copy-outer-scaffold><div class=sourceCode id=cb1><pre class='sourceCode "
        "python code-with-copy'><code class='sourceCode python'><span id=cb1-1><a href='#cb1-1' "
        "aria-hidden=true tabindex=-1></a>dim(<span class=dv>3</span>)</span></code></pre></div>"
        "<button title='Copy to Clipboard' class=code-copy-button><i class=bi></i></button></div>",
        "```python\ndim(3)\n```",
    ),
    "the way back from a footnote": (
        "<ol><li><p>A note. <a href='#fr-1'>↩</a> <a href='#fr-2'>↩2</a></p></ol>",
        "1. A note.",
    ),
    "numbers": ("<ol start=3><li><p>a</p></li><li>b</li></ol>", "3. a\n4. b"),
    "tasks": (
        "<ul><li><input type=checkbox checked disabled> a<li><input type=checkbox> b</ul>",
        "- [x] a\n- [ ] b",
    ),
    "definition": ("<dl><dt>Watt<dd>A unit.</dl>", "**Watt**\n\nA unit."),
    "table": (
        "<table><thead><tr><th style='text-align:right'>A<th>B<tbody><tr><td>1<td>x|y</table>",
        "| A | B |\n| ---: | --- |\n| 1 | x\\|y |",
    ),
    "quotation": ("<blockquote><p>So.</p></blockquote>", "> So."),
    "code": (
        "<div class='language-python highlight'><pre><span></span><code>"
        "<span class=k>def</span> f():\n    <span class=k>return</span> 1\n</code></pre>"
        "<button class=copy>Copy</button></div>",
        "```python\ndef f():\n    return 1\n```",
    ),
    "line numbers": (
        "<table class=highlighttable><tr><td class=linenos><pre>1\n2</pre><td class=code><div>"
        "<pre><code>a\nb</code></pre></div></table>",
        "```\na\nb\n```",
    ),
    "prompts": (
        "<pre class=language-pycon><span class=gp>&gt;&gt;&gt; </span>x</pre>",
        "```pycon\nx\n```",
    ),
    "Docusaurus's lines": (
        "<div class='language-js codeBlockContainer'><pre tabindex=0><code>"
        "<span class=token-line>a<br></span><span class=token-line><br></span>"
        "<span class=token-line>b<br></span></code></pre></div>",
        "```js\na\n\nb\n```",
    ),
    "Expressive Code": (
        "<div class=expressive-code><figure><figcaption><span class=title>a.sh</span></figcaption>"
        "<pre data-language=sh><code><div class=ec-line><div class=gutter>1</div><div class=code>"
        "ls</div></div><div class=ec-line><div class=code>\n</div></div><div class=ec-line>"
        "<div class=code>pwd</div></div></code></pre><div class=copy><button>Copy</button></div>"
        "</figure></div>",
        "a.sh\n\n```sh\nls\n\npwd\n```",
    ),
    "VitePress's lines": (
        "<div class=language-ts><button class=copy></button><span class=lang>ts</span>"
        "<pre class=shiki><code><span class=line>a</span>\n<span class=line>b</span></code></pre>"
        "<div class=line-numbers-wrapper><span>1</span></div></div>",
        "```ts\na\nb\n```",
    ),
    "Sphinx's note": (
        "<div class='admonition tip'><p class=admonition-title>Tip</p><p>Dim it.</p></div>",
        "> **Tip**\n>\n> Dim it.",
    ),
    "Docusaurus's note": (
        "<div class='theme-admonition alert'><div class=admonitionHeading_Gvgb><span class=icon>"
        "<svg/></span>tip</div><div class=admonitionContent_BuS1><p>Dim it.</p></div></div>",
        "> **tip**\n>\n> Dim it.",
    ),
    "Starlight's note": (
        "<aside aria-label=Tip class='starlight-aside'><p class=starlight-aside__title "
        "aria-hidden=true><svg/>Tip</p><div class=starlight-aside__content><p>Dim it.</p></div>"
        "</aside>",
        "> **Tip**\n>\n> Dim it.",
    ),
    "VitePress's note": (
        "<div class='tip custom-block'><p class=custom-block-title>TIP</p><p>Dim it.</p></div>",
        "> **TIP**\n>\n> Dim it.",
    ),
    "Quarto's note": (
        "<div class='callout callout-note'><div class=callout-header><div class=callout-icon-"
        "container><i></i></div><div class='callout-title-container'>Note</div></div>"
        "<div class=callout-body><p>Dim it.</p></div></div>",
        "> **Note**\n>\n> Dim it.",
    ),
    "details": (
        "<details><summary>Why?</summary><p>Because.</p></details>",
        "**Why?**\n\nBecause.",
    ),
    "Material's tabs": (
        "<div class='tabbed-set tabbed-alternate'><input type=radio><div class=tabbed-labels>"
        "<label for=a>Linux</label><label for=b>macOS</label></div><div class=tabbed-content>"
        "<div class=tabbed-block><p>apt</p></div><div class=tabbed-block><p>brew</p></div></div>"
        "</div>",
        "**Linux**\n\napt\n\n**macOS**\n\nbrew",
    ),
    "Docusaurus's tabs": (
        "<div class='theme-tabs-container tabs-container'><ul role=tablist><li role=tab>Linux</li>"
        "<li role=tab>macOS</li></ul><div><div role=tabpanel><p>apt</p></div>"
        "<div role=tabpanel hidden><p>brew</p></div></div></div>",
        "**Linux**\n\napt\n\n**macOS**\n\nbrew",
    ),
    "Starlight's tabs": (
        "<starlight-tabs><div class=tablist-wrapper><ul role=tablist><li><a role=tab>Linux</a></li>"
        "<li><a role=tab>macOS</a></li></ul></div><div role=tabpanel><p>apt</p></div>"
        "<div role=tabpanel hidden><p>brew</p></div></starlight-tabs>",
        "**Linux**\n\napt\n\n**macOS**\n\nbrew",
    ),
    "VitePress's code group": (
        "<div class=vp-code-group><div class=tabs><input type=radio><label>npm</label><input "
        "type=radio><label>pnpm</label></div><div class=blocks><div class='language-sh active'>"
        "<pre><code>npm i</code></pre></div><div class=language-sh><pre><code>pnpm i</code></pre>"
        "</div></div></div>",
        "**npm**\n\n```sh\nnpm i\n```\n\n**pnpm**\n\n```sh\npnpm i\n```",
    ),
    "sphinx-design's tabs": (
        "<div class=sd-tab-set><input type=radio><label class=sd-tab-label>Linux</label>"
        "<div class=sd-tab-content><p>apt</p></div><input type=radio><label class=sd-tab-label>"
        "macOS</label><div class=sd-tab-content><p>brew</p></div></div>",
        "**Linux**\n\napt\n\n**macOS**\n\nbrew",
    ),
    "KaTeX": (
        "<p>So <span class=katex><span class=katex-mathml><math><semantics><mi>a</mi><annotation "
        "encoding='application/x-tex'>a^2</annotation></semantics></math></span><span class="
        "katex-html aria-hidden=true>a2</span></span>.</p>",
        "So $a^2$.",
    ),
    "MathJax": (
        r"<p>So <span class=arithmatex>\(a^2\)</span>.</p><div class=math>\[ b \]</div>",
        "So $a^2$.\n\n$$\nb\n$$",
    ),
    "footnotes": (
        "<p>So<sup id=fnref:1><a class=footnote-ref href=#fn:1>1</a></sup>.</p>",
        "So.",
    ),
    "furniture": (
        "<a class='md-content__button' href=e>Edit</a><div class=toc><a href=#x>X</a></div>"
        "<p>Kept.</p><script>no()</script><div hidden>no</div><img src=a alt=badge>",
        "Kept.",
    ),
    "keys": ("<p><kbd>Ctrl</kbd>+<kbd>C</kbd></p>", "`Ctrl`+`C`"),
}


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_each_construct_is_read_as_it_is_seen(name: str) -> None:
    html, markdown = CONSTRUCTS[name]
    assert said(html) == markdown


def test_headings_make_sections_with_ids_as_they_stand() -> None:
    found = page(
        "<h1 id=lamps>Lamps<a class=headerlink href=#lamps>¶</a></h1><p>Light.</p>"
        "<section id=dim-it><h2>Dim <code>it</code><a href=#dim-it>#</a></h2><p>Slowly.</p>"
        "<h3 id='__init__'><code>__init__</code></h3><p>Begins.</p></section>"
        "<div class=sl-heading-wrapper><h2 id=off>Off</h2><a class=sl-anchor-link href=#off>"
        "<span class=sr-only>Section titled Off</span></a></div><p>Dark.</p>"
    )
    assert [(each.anchor, each.title, each.content) for each in found.sections] == [
        ("", "Lamps", "Light."),
        ("dim-it", "Lamps > Dim it", "Slowly."),
        ("__init__", "Lamps > Dim it > __init__", "Begins."),
        ("off", "Lamps > Off", "Dark."),
    ]
    assert {"lamps", "dim-it", "__init__", "off"} <= found.ids


@pytest.mark.parametrize("notes", [
    "<hr><ol class=footnote-definition><li id=fn><p>A note of it. <a href='#fr-1'>↩</a></ol>",
    "<section class=footnotes role=doc-endnotes><hr><ol><li>A note of it.</ol></section>",
    "<section data-footnotes class=footnotes><h2 class=sr-only>Footnotes</h2><ol><li>A note of it."
    "</ol></section>",
    "<div class=footnotes><hr><ol><li>A note of it.</ol></div>",
])  # fmt: skip
def test_footnotes_are_no_words_of_the_last_section(notes: str) -> None:
    sections = page(f"<h1>Lamps</h1><p>All of them.</p><h2 id=use>Use</h2><p>Dim it.</p>{notes}")
    found = {each.title: each.content for each in sections.sections}
    assert found == {
        "Lamps": "All of them.", "Lamps > Use": "Dim it.", "Lamps > Footnotes": "1. A note of it.",
    }  # fmt: skip


def test_what_is_described_from_code_is_a_section_under_its_own_id() -> None:
    found = page(
        "<h1>API</h1><dl class='py class'><dt class='sig sig-object py' id=lamps.Lamp>"
        "<em class=property>class </em><span class='sig-prename descclassname'>lamps.</span>"
        "<span class='sig-name descname'>Lamp</span>(<em>watts</em>)"
        "<a class=headerlink href=#lamps.Lamp>¶</a></dt><dd><p>It shines.</p>"
        "<dl class='py method'><dt class='sig' id=lamps.Lamp.on><span class='sig-name descname'>on"
        "</span>()</dt><dd><p>Light.</p></dd></dl></dd></dl>"
    )
    assert [(each.anchor, each.title) for each in found.sections] == [
        ("", "API"),
        ("lamps.Lamp", "API > lamps.Lamp"),
        ("lamps.Lamp.on", "API > lamps.Lamp.on"),
    ]
    assert found.sections[1].content.startswith("```python\nclass lamps.Lamp(watts)\n```")


def test_an_object_that_mkdocstrings_describes_is_called_by_its_whole_name() -> None:
    found = page(
        "<h1>API</h1><h2 id=lamps.Lamp.on class='doc doc-heading'><code>on</code><span class="
        "'doc doc-labels'><small class='doc doc-label'><code>property</code></small></span></h2>"
        "<div class='doc doc-contents'><p>Does it shine?</p><details class=mkdocstrings-source>"
        "<summary>Source code in <code>lamps.py</code></summary><pre><code>x</code></pre></details>"
        "</div>"
    )
    assert found.sections[-1].content == "Does it shine?"
    assert [(each.anchor, each.title) for each in found.sections][1:] == [
        ("lamps.Lamp.on", "API > lamps.Lamp.on")
    ]


def test_a_signature_that_is_a_heading_stands_in_its_section() -> None:
    found = page(
        "<h1>API</h1><h3 id=lamps.Lamp.dim class='doc doc-heading'><code class='highlight "
        "language-python'>dim(level: int | None) -&gt; bool</code><a href='#lamps.Lamp.dim' "
        "class=headerlink></a></h3><div class='doc doc-contents'><p>Dim it.</p></div>"
    )
    last = found.sections[-1]
    assert (last.title, last.anchor) == ("API > lamps.Lamp.dim", "lamps.Lamp.dim")
    assert last.content == "```python\ndim(level: int | None) -> bool\n```\n\nDim it."


def test_a_page_says_where_it_is_and_whether_it_may_be_found() -> None:
    head = "<link rel=canonical href='https://lamps.example/stable/guide/'>"
    assert page("<p>x</p>", head).canonical == "https://lamps.example/stable/guide/"
    assert not page("<p>x</p>").hidden
    assert page("<p>x</p>", "<meta name=robots content='noindex,follow'>").hidden
    moved = page("<p>x</p>", "<meta http-equiv=refresh content='0; url=../new/'>")
    assert moved.moved_to == "https://lamps.example/new/"
    assert page("<p><a href=../b#c>b</a></p>").links[-1] == "https://lamps.example/b#c"


HOSTILE = {
    "empty": b"",
    "no html": b"\x00\x01\xff" * 100,
    "deep": b"<main>" + b"<div>" * 200_000 + b"x",
    "deep inline": b"<main><p>" + b"<b><i>" * 50_000,
    "deep lists": b"<main>" + b"<ul><li>a" * 2_000,
    "deep tables": b"<main>" + b"<table><tr><td>a" * 2_000,
    "many": b"<main>" + b"<p>x</p>" * 300_000,
    "open attribute": b"<main><p class='" + b"x" * 1_000_000,
    "entities": b"<main><p>" + b"&amp" * 500_000,
    "bad numbers": "<main><ol start=²><li>a</ol><table><tr><td colspan=9999999>a<td>b".encode(),
    "bad links": b"<main><a href='http://[x'>a</a><base href='http://[y'><a href=b>c</a>",
    "charset": b"<meta charset=rot13><main><p>x",
    "many codes": b"<main>" + b"<pre><code>" * 30_000,
    "headings": b"<main>" + b"<h2>" * 30_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_page_costs_more_than_its_bounds(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_sections, "PAGE_TIMEOUT_S", 1.0)
    began = time.process_time()
    read(HOSTILE[name], "https://lamps.example/", with_links=True)
    assert time.process_time() - began < 8


def test_a_page_that_is_too_large_is_none() -> None:
    assert read(b"<main><p>" + b"x" * MAX_PAGE_BYTES) is None
