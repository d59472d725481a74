"""Ids as Asciidoctor.js 4.1.0 has really made them, and headings whose id only a build can tell;
those of Documenter, ExDoc and GitBook as published pages and links to them have them."""

import pytest

from hyperrun.search.parsing import documents
from hyperrun.search.site import heading_text, nuxt_content, sluggers

PAGE = """= Title

== Set it up!

== Set it up!

== `__init__` and `x < y > z`

== What is *bold* _and_ https://x.org/a[a link]?

== Über straße und Ångström

== 中文

== "Quotes" & 'more'

== It's here...

== Ends with a dash -

== 1.0 release

== `snake_case`

== C++

== a -- b

== "`Curly`" words

== .rubocop.yml and a.b.c

[#own-id]
== Given one

[[own_2]]
=== Given another

== link:b.html[Linked] page

== a_b_c d-e_f

== Ends with punctuation?!
"""
MADE = {
    ("_", "_"): [
        "_set_it_up", "_set_it_up_2", "_init_and_x_y_z", "_what_is_bold_and_a_link",
        "_über_straße_und_ångström", "_中文", "_quotes_more", "_its_here", "_ends_with_a_dash",
        "_1_0_release", "_snake_case", "_c", "_ab", "_curly_words", "_rubocop_yml_and_a_b_c",
        "own-id", "own_2", "_linked_page", "_a_b_c_d_e_f", "_ends_with_punctuation",
    ],
    ("", "-"): [
        "set-it-up", "set-it-up-2", "init-and-x-y-z", "what-is-bold-and-a-link",
        "über-straße-und-ångström", "中文", "quotes-more", "its-here", "ends-with-a-dash",
        "1-0-release", "snake_case", "c", "ab", "curly-words", "rubocop-yml-and-a-b-c", "own-id",
        "own_2", "linked-page", "a_b_c-d-e_f", "ends-with-punctuation",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("prefix", "separator"), MADE)
def test_sections_of_AsciiDoc_are_called_as_Asciidoctor_calls_them(
    prefix: str, separator: str
) -> None:
    known = sluggers.Asciidoctor(prefix, separator)
    headings = [block for block in documents.blocks(PAGE, ".adoc") if block.level]
    made = [known.add(each.source, each.own_id, each.level) for each in headings]
    assert made == ["", *MADE[(prefix, separator)]]


def test_a_heading_that_an_attribute_or_a_tag_is_in_has_no_known_id() -> None:
    assert sluggers.Asciidoctor().add("Since {version}", "", 2) == ""
    assert sluggers.Kramdown().add("Filters {% include badge.html version='4.0' %}", "", 2) == ""
    assert sluggers.Kramdown().add("Filters {{ page.kind }}", "own", 2) == "own"


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("First Steps with DataFrames.jl", "First-Steps-with-DataFrames.jl"),
        ("The `DataFrame` Type", "The-DataFrame-Type"),
        ("Not, Between, Cols, and All Column Selectors",
         "Not,-Between,-Cols,-and-All-Column-Selectors"),
        ("Split & combine = $x", "Split-and-combine-x"),
        ("The `DataFrame` Type", "The-DataFrame-Type-2"),
    ],
)  # fmt: skip
def test_documenter_keeps_case_and_punctuation(heading: str, anchor: str) -> None:
    named = sluggers.Documenter()
    if anchor.endswith("-2"):
        named.add(heading)
    assert named.add(heading) == anchor


def test_mystmd_calls_a_heading_by_its_label_or_its_words() -> None:
    named = sluggers.Myst(heading_text.myst)
    headings = [("What's `a` *lamp*?", ""), ("2. Set it up", ""), ("Dim it", "my:Label"),
                ("Dim it", ""), ("Dim it", "")]  # fmt: skip
    assert [named.add(heading, own_id) for heading, own_id in headings] == [
        "whats-a-lamp", "id-2-set-it-up", "my-label", "dim-it", "dim-it",
    ]  # fmt: skip


def test_docfx_calls_a_heading_as_github_does_and_numbers_it() -> None:
    named = sluggers.Markdig()
    headings = ["What's `a` *lamp*?", "Set it up", "Set it up", "Set it up", "1. A_b - c", "`<T>`",
                "???", "!!!", "Größe 😀", "Dim {#own}"]  # fmt: skip
    assert [named.add(heading) for heading in headings] == [
        "whats-a-lamp", "set-it-up", "set-it-up-1", "set-it-up-2", "1-a_b---c", "t", "section",
        "section-1", "größe-", "dim-own",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("The Need for `useFetch`", "the-need-for-usefetch"),
        ("3. Dispatch: request!", "_3-dispatch-request"),
        ("A -- B &amp; C", "a-b-c"),
        ('Props :badge[+4.4]{color="primary"}', "props-44"),
        ("Props :badge[new]", "props-new"),
        ('Props :icon{name="i-x"}', "props"),
        ("`$fetch`", "fetch"),
    ],
)
def test_Nuxt_Content_names_headings_as_links_to_its_pages_do(heading: str, anchor: str) -> None:
    assert nuxt_content.NuxtContent(("",)).anchors("a.md", {}).add(heading) == anchor


def test_exdoc_numbers_its_headings_but_for_the_title() -> None:
    named = sluggers.ExDoc()
    headings = [("Request life-cycle", 1), ("A new controller", 3), ("The `:browser` pipeline!", 2),
                ("A new controller", 2), ("`mix phx.gen.auth`", 2)]  # fmt: skip
    assert [named.add(heading, level=level) for heading, level in headings] == [
        "", "a-new-controller", "the-browser-pipeline", "a-new-controller-1", "mix-phx-gen-auth",
    ]  # fmt: skip


def test_documenters_own_anchors_and_references_are_read() -> None:
    page = (
        '# [Lamps](@id lamps-home)\n\nSee [`dim`](@ref), [here](@ref "Set it up") and '
        "[there](@ref Lamps.dim(::Int)).\n\n## [Set it up](@id)\n\nWords.\n"
    )
    found = documents.markdown(page, "a", anchors=sluggers.Documenter())
    assert [(each.title, each.anchor) for each in found] == [
        ("Lamps", "lamps-home"), ("Lamps > Set it up", "Set-it-up"),
    ]  # fmt: skip
    assert found[0].content == "# Lamps\n\nSee `dim`, here and there."


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Delete reusable content", "delete-reusable-content"),
        ("GitBook's global privacy practices", "gitbooks-global-privacy-practices"),
        ("3. Payment terms", "id-3.-payment-terms"),
        (
            "1. Create an app registration in Azure AD",
            "id-1.-create-an-app-registration-in-azure-a-d",
        ),
        ("Set syntax…", "set-syntax..."),
        ("What extra features will I get?", "what-extra-features-will-i-get"),
        ("Docker\ufeff", "docker"),
        ("Fan-out / Fan-in", ""),  # which only GitBook knows
        ("设置", ""),
    ],
)
def test_GitBook_names_headings_as_links_to_its_pages_do(heading: str, anchor: str) -> None:
    assert sluggers.GitBook().add(heading, level=2) == anchor


def test_GitBooks_own_anchors_are_read_and_its_titles_have_none() -> None:
    text = (
        '# A\n\nWords.\n\n## B <a href="#bee" id="bee"></a>\n\nWords.\n\n## C\n\nA.\n\n## C\n\nB.\n'
    )
    chunks = documents.markdown(text, "a", anchors=sluggers.GitBook())
    assert [chunk.anchor for chunk in chunks] == ["", "bee", "c", "c-1"]
