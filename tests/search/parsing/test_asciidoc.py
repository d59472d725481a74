"""What AsciiDoc says on its page, construct by construct."""

from pathlib import Path, PurePosixPath

import pytest

from hyperrun.passage import Include
from hyperrun.search.parsing import documents, files
from hyperrun.search.parsing.includes import Place
from hyperrun.search.site import sluggers
from tests.search import repository

SAID = {
    "a title, its author and its attributes": (
        "= The lamp\nAn Author <a@b.org>\n:source-language: ruby\n:level: 3\n\nDim the light to {level}.",
        "# The lamp\n\nDim the light to 3.",
    ),
    "a comment": ("Before it.\n\n// no\n\n////\nnot this\n////\n\nAfter it.", "Before it.\n\nAfter it."),
    "marks": (
        "*Bold* and _slanted_, `code`, #marked#, H~2~O and snake_case_name.",
        "**Bold** and *slanted*, `code`, marked, H2O and snake_case_name.",
    ),
    "marks inside of words": ("**B**old and __i__n ``c``ode.", "**B**old and *i*n `c`ode."),
    "marks with roles": ("In [.path]_a/b.css_, [.term]*term*, [.cmd]`run` and [#a.b]__c__s[1].", "In *a/b.css*, **term**, `run` and *c*s[1]."),
    "what is told apart from marks": ("`+*.rb+` and \\*not bold* and pass:[_x_].", r"`*.rb` and \*not bold\* and \_x\_."),
    "quotation marks and dashes": ('"`Yes`" -- she said--no.', "“Yes” — she said—no."),
    "a link": ("See https://x.org/a[the *site*].", "See [the **site**](https://x.org/a)."),
    "a link to another tab": ("link:https://x.org[Site^,role=x] here.", "[Site](https://x.org) here."),
    "a link by an attribute": (
        ":site: https://x.org\n:guide: {site}/guide\n\nSee {guide}[the guide].", "See [the guide](https://x.org/guide)."
    ),
    "a link by an attribute of a playbook": ("See {url-org}/lamp[its *forge*^] or {name}[1].", "See its **forge** or {name}\\[1]."),
    "an address alone": ("At https://x.org/a.", "At https://x.org/a."),
    "a reference with words": ("See xref:usage/a.adoc#b[the page] and <<b,that>>.", "See the page and that."),
    "a reference without words": (
        "See <<set-it-up>>.\n\n== Set it up\n\nThat is how it is done.",
        "See Set it up.\n\n## Set it up\n\nThat is how it is done.",
    ),
    "a footnote": ("Words.footnote:[More of them.]", "Words. (More of them.)"),
    "keys, buttons and menus": (
        "kbd:[Ctrl+C], btn:[OK] and menu:File[Save > As].", "**Ctrl+C**, **OK** and **File › Save › As**."
    ),
    "a broken line": ("One +\ntwo words.", "One\\\ntwo words."),
    "an unknown attribute": ("It is {not-known} here.", "It is {not-known} here."),
    "code": ("[source,ruby]\n----\nputs 1\n----", "```ruby\nputs 1\n```"),
    "code with its title": (".app.rb\n[source,ruby]\n----\nputs 1\n----", "**app.rb**\n\n```ruby\nputs 1\n```"),
    "code in backticks": ("```yaml\na: 1\n```", "```yaml\na: 1\n```"),
    "code whose attributes are filled in": (
        ":v: 2.1\n\n[source,sh,subs=attributes+]\n----\nget {v}\n----", "```sh\nget 2.1\n```"
    ),
    "callouts": (
        "[source,ruby]\n----\nputs 1 # <1>\nputs 2 <2>\n----\n<1> The first.\n<2> The second.",
        "```ruby\nputs 1 # (1)\nputs 2\n```\n\n1. The first.\n2. The second.",
    ),
    "a callout of several blocks": (
        "----\nx <1>\n----\n<1> The first.\n+\nMore of it.\n<2> The second.",
        "```\nx\n```\n\n1. The first.\n\n   More of it.\n2. The second.",
    ),
    "a literal block": ("....\n$ ls\n....", "```\n$ ls\n```"),
    "a line further in": ("Words.\n\n  $ ls", "Words.\n\n```\n$ ls\n```"),
    "a note in a line": ("NOTE: Mind the\nstep.", "> **Note**\n>\n> Mind the step."),
    "a note as a block": ("[WARNING]\n====\nHot.\n\n* Very\n====", "> **Warning**\n>\n> Hot.\n>\n> - Very"),
    "a note with a title": (".Mind\n[TIP]\nThe step is high.", "**Mind**\n\n> **Tip**\n>\n> The step is high."),
    "an example": (".How\n====\nLike this one.\n====", "**How**\n\nLike this one."),
    "a sidebar": ("****\nBeside the text.\n****", "> Beside the text."),
    "a quotation": ('[quote,Ada,"A book"]\n____\nSaid so.\n____', "> Said so.\n>\n> — Ada, A book"),
    "lists in lists": (
        "* One\n** Two\n*** Three\n* Four\n. First\n. Second",
        "- One\n  - Two\n    - Three\n- Four\n  1. First\n  2. Second",
    ),
    "an item of several lines": ("* One\nand more\n* Two", "- One and more\n- Two"),
    "an item of several blocks": (
        "* One\n+\n[source,sh]\n----\nls\n----\n+\nMore of it.\n* Two",
        "- One\n\n  ```sh\n  ls\n  ```\n\n  More of it.\n- Two",
    ),
    "a list of tasks": ("* [x] Done\n* [ ] Open", "- Done\n- Open"),
    "terms": (
        "Lamp:: Gives light.\nSwitch::\n  Turns it on.\n+\nAnd off.",
        "- **Lamp**\\\n  Gives light.\n- **Switch**\\\n  Turns it on.\n\n  And off.",
    ),
    "terms with lists": ("Lamp::\n* One\n* Two", "- **Lamp**\n\n  - One\n  - Two"),
    "a name that is no term": ("Call RuboCop::Cop for this.", "Call RuboCop::Cop for this."),
    "a table": (
        "|===\n| Name | Means\n\n| `a`\n| One | b | Two\n|===",
        "| Name | Means |\n| --- | --- |\n| `a` | One |\n| b | Two |",
    ),
    "a table without a head": ("|===\n| a | b\n| c | d\n|===", "|  |  |\n| --- | --- |\n| a | b |\n| c | d |"),
    "a table by its columns": (
        '[%header,cols="1,2a"]\n|===\n|Name\n|Means\n|x\n|\n* One\n* Two\n|===',
        "| Name | Means |\n| --- | --- |\n| x | - One - Two |",
    ),
    "cells over rows and columns": (
        "[cols=2*]\n|===\n2+| both\n.2+| left | a\n| b\n|===",
        "|  |  |\n| --- | --- |\n| both |  |\n| left | a |\n|  | b |",
    ),
    "a table of separated values": ("[%header,format=csv]\n|===\na,b\n1,\"2,3\"\n|===", "| a | b |\n| --- | --- |\n| 1 | 2,3 |"),
    "Antora's tabs": (
        "[tabs]\n====\nLinux::\n+\n[source,sh]\n----\nls\n----\nMac::\n+\nOpen it.\n====",
        "**Linux**\n\n```sh\nls\n```\n\n**Mac**\n\nOpen it.",
    ),
    "pictures and drawings": (
        "image::a.png[A lamp]\n\n[plantuml]\n----\nA -> B\n----\n\nWords of it image:more:b.png[].", "Words of it."
    ),
    "what holds on a site alone": (
        "ifdef::env-github[]\nOn the forge.\nendif::[]\nifndef::env-github[]\nOn the site.\nendif::[]", "On the site."
    ),
    "a condition that is shown": ("----\n\\ifdef::on[]\nOn.\n\\endif::[]\n----", "```\nifdef::on[]\nOn.\nendif::[]\n```"),
    "a condition in a line": (":on:\n\nifdef::on[It is on today.]", "It is on today."),
    "a heading over a line": ("The lamp\n--------\n\nIt gives light to all.", "## The lamp\n\nIt gives light to all."),
    "passed through": ("++++\n<b>raw</b>\n++++\n\nWords after it.", "Words after it."),
}  # fmt: skip


def content(text: str, place: Place | None = None) -> str:
    chunks = documents.asciidoc(text, "x", place)
    return "\n\n".join(chunk.content or chunk.text for chunk in chunks)


@pytest.mark.parametrize(("written", "said"), SAID.values(), ids=SAID)
def test_AsciiDoc_says_what_its_page_says(written: str, said: str) -> None:
    assert content(written) == said


def test_sections_of_AsciiDoc_have_their_lines_and_the_path_of_their_headings() -> None:
    text = "= Lamps\n\nAll about every lamp.\n\n[#own]\n== Dim one\n\nTurn the knob slowly.\n\n=== Slowly\n\nEven more slowly."
    found = documents.asciidoc(text, "x", None, sluggers.Asciidoctor())
    assert [(each.title, each.start_line, each.end_line, each.anchor) for each in found] == [
        ("Lamps", 1, 3, ""),
        ("Lamps > Dim one", 6, 8, "own"),
        ("Lamps > Dim one > Slowly", 10, 12, "_slowly"),
    ]


FILES = {
    "docs/antora.yml": "name: x\nversion: '2.1'\nasciidoc:\n  attributes:\n    product: Lamp@\n",
    "docs/modules/ROOT/pages/a.adoc": "= Lamps\n",
    "docs/modules/ROOT/partials/part.adoc": "A *partial* of {product}.\n",
    "docs/modules/ROOT/examples/lamp.rb": "# tag::dim[]\ndef dim\nend\n# end::dim[]\ndef on\nend\n",
    "docs/modules/more/partials/other.adoc": "= Other\n\nAll the words of it.\n",
}
INCLUDED = {
    "a partial": ("include::partial$part.adoc[]", "A **partial** of Lamp."),
    "a partial by its path": ("include::../partials/part.adoc[]", "A **partial** of Lamp."),
    "a tag in code": (
        "[source,ruby]\n----\ninclude::example$lamp.rb[tag=dim]\n----",
        "```ruby\ndef dim\nend\n```",
    ),
    "lines in code": (
        "[source,ruby]\n----\ninclude::example$lamp.rb[lines=5..6]\n----",
        "```ruby\ndef on\nend\n```",
    ),
    "another module's, a level down": (
        "== First\n\nSome of these words.\n\ninclude::more:partial$other.adoc[leveloffset=+2]",
        "## First\n\nSome of these words.\n\n### Other\n\nAll the words of it.",
    ),
    "what is not there": (
        "Words before.\n\ninclude::../../../../../secret.adoc[]",
        "Words before.",
    ),
    "its version": ("Since {page-component-version} of {page-component-name}.", "Since 2.1 of x."),
    "the title of a page": ("See xref:a.adoc[] for this.", "See Lamps for this."),
}


@pytest.mark.parametrize(("written", "said"), INCLUDED.values(), ids=INCLUDED)
def test_AsciiDoc_holds_what_it_includes_of_its_component(
    tmp_path: Path, written: str, said: str
) -> None:
    for name, text in FILES.items():
        repository.write(tmp_path, name, text)
    page = PurePosixPath("docs/modules/ROOT/pages/b.adoc")
    assert content(written, Place(tmp_path.resolve(), page, documents.blocks)) == said


def test_where_included_AsciiDoc_stands_is_kept(tmp_path: Path) -> None:
    for name, text in FILES.items():
        repository.write(tmp_path, name, text)
    page = "docs/modules/ROOT/pages/b.adoc"
    repository.write(
        tmp_path, page, "= B\n\n----\ninclude::example$lamp.rb[tag=dim]\n----\n\nThat was it.\n"
    )
    [chunk] = files.read(tmp_path, PurePosixPath(page))
    assert chunk.includes == (Include("docs/modules/ROOT/examples/lamp.rb", 2, 3),)
    assert (chunk.start_line, chunk.end_line) == (1, 7)


def test_AsciiDoc_that_includes_itself_ends(tmp_path: Path) -> None:
    repository.write(tmp_path, "a.adoc", "= A\n\nThe words of it.\n\ninclude::a.adoc[]\n")
    assert files.read(tmp_path, PurePosixPath("a.adoc"))


BOMBS = {
    "values of themselves": ":a: lamp\n" + ":a: {a}{a}\n" * 60 + "\n{a}\n",
    "values of values": ":z: lamp\n" + "".join(f":{chr(n)}: {f'{{{chr(n + 1)}}}' * 50}\n"
                                               for n in range(ord("a"), ord("z"))) + "\n{a}\n",
    "one value again and again": f":a: {'lamp ' * 500}\n\n" + "{a}\n\n" * 2_000,
    "paths": f":a: {'b' * 5_000}\n\ninclude::{'{a}' * 5_000}[]\n",
}  # fmt: skip


@pytest.mark.parametrize("written", BOMBS.values(), ids=BOMBS)
def test_what_attributes_of_AsciiDoc_stand_for_is_bounded(tmp_path: Path, written: str) -> None:
    place = Place(tmp_path.resolve(), PurePosixPath("a.adoc"), documents.blocks)
    said = documents.asciidoc(f"= Lamps\n\nThe light.\n{written}\nThe end.", "a", place)
    assert "The light." in said[0].content and "The end." in said[-1].content
    assert sum(len(each.content) for each in said) < 1_500_000


def test_tabs_of_AsciiDoc_without_a_tab_say_nothing() -> None:
    assert content("[tabs]\n======\n======\n\nAfter it.") == "After it."
