"""Pages and lines together: which section of a page comes from which lines."""

from hyperrun.search.parsing.chunk import Chunk
from hyperrun.search.site.match import match, text_fragment
from hyperrun.search.site.written_sections import SectionOfPage

DIM = "Turn the wheel slowly until the lamp is as dark as you want it to be."
OFF = "Press the switch once and the lamp goes out, whatever level it was at before."


def chunk(line: int, title: str, text: str, address: str = "") -> Chunk:
    heading = title.rpartition(" > ")[2]
    return Chunk(line, line + 2, title, "section", f"## {heading}\n\n{text}", address=address)


def section(anchor: str, title: str, content: str) -> SectionOfPage:
    return SectionOfPage(anchor, title, 2, content)


def test_a_section_takes_the_address_that_its_page_has() -> None:
    chunks = [chunk(1, "Lamps > Dim", DIM, "wrong.html#dim"), chunk(5, "Lamps > Off", OFF)]
    sections = [section("dim_it", "Lamps > Dim", DIM), section("off", "Lamps > Off", OFF)]
    found = match(chunks, sections, "lamps/", frozenset({"dim_it", "off"}))
    assert found is not None
    assert [each.address for each in found.chunks] == ["lamps/#dim_it", "lamps/#off"]
    assert [each.content for each in found.chunks] == ["", ""]
    assert (found.sections, found.only_rendered) == (2, [])


def test_headings_of_one_name_are_told_apart_by_order_and_words() -> None:
    chunks = [chunk(1, "Lamps > Use", DIM), chunk(5, "Lamps > Use", OFF)]
    chunks = [chunks[0], chunk(3, "Lamps > Else", "Something else stands in here."), chunks[1]]
    sections = [section("use", "Lamps > Use", OFF), section("use_1", "Lamps > Use", DIM)]
    found = match(chunks, sections, "lamps/", frozenset({"use", "use_1"}))
    assert found is not None
    assert [each.address for each in found.chunks] == ["lamps/#use_1", "", "lamps/#use"]


def test_what_the_source_leaves_to_a_macro_is_said_as_on_the_page() -> None:
    said = f"{DIM}\n\n```sh\nlampctl dim --level 3 --slowly\n```\n\nThat takes a minute or two."
    chunks = [chunk(1, "Lamps > Dim", DIM + "\n\n{{ macro() }}"), chunk(9, "Lamps > Off", OFF)]
    sections = [section("dim", "Lamps > Dim", said), section("off", "Lamps > Off", OFF)]
    found = match(chunks, sections, "lamps/", frozenset({"dim", "off"}))
    assert found is not None
    assert found.chunks[0].content == f"## Dim\n\n{said}"
    assert found.chunks[1].content == ""
    stale = match(chunks, sections, "lamps/", frozenset({"dim", "off"}), is_stale=True)
    assert stale is not None
    assert stale.chunks[0].content == ""
    assert stale.chunks[0].address == "lamps/#dim"


def test_a_section_that_its_page_says_otherwise_is_said_as_there() -> None:
    words = " ".join(f"word{number}" for number in range(40))
    chunks = [chunk(1, "Lamps > Dim", f"{words} Any None Union"), chunk(9, "Lamps > Off", OFF)]
    said = f"{words} str or nothing"
    sections = [section("dim", "Lamps > Dim", said), section("off", "Lamps > Off", OFF)]
    found = match(chunks, sections, "lamps/", frozenset({"dim", "off"}))
    assert found is not None
    assert found.chunks[0].content == f"## Dim\n\n{said}"
    # A page that has lost half of it was not read whole.
    sections[0] = section("dim", "Lamps > Dim", " ".join(words.split()[:20]))
    found = match(chunks, sections, "lamps/", frozenset({"dim", "off"}))
    assert found is not None and found.chunks[0].content == ""


def test_what_stands_only_on_the_page_is_a_passage_with_the_words_it_begins_with() -> None:
    generated = section("lamps.Lamp", "API > lamps.Lamp", "A lamp that **shines** at night.")
    found = match(
        [chunk(1, "API > Dim", DIM)], [section("dim", "API > Dim", DIM), generated], "api.html",
        frozenset({"dim", "lamps.Lamp"}),
    )  # fmt: skip
    assert found is not None
    (only,) = found.only_rendered
    assert (only.kind, only.start_line, only.end_line) == ("page", 0, 0)
    assert only.address == "api.html#lamps.Lamp:~:text=A%20lamp%20that%20shines%20at%20night."


def test_lines_that_the_page_does_not_show_have_no_page() -> None:
    draft = chunk(9, "Lamps > Draft", "Nobody has published these words so far.", "lamps/#draft")
    found = match(
        [chunk(1, "Lamps > Dim", DIM), draft], [section("dim", "Lamps > Dim", DIM)], "lamps/",
        frozenset({"dim"}),
    )  # fmt: skip
    assert found is not None
    assert found.chunks[1].address == ""


def test_a_page_of_something_else_is_not_matched() -> None:
    other = [section("rules", "Cats > Rules", "A cat sleeps sixteen hours a day, at least.")]
    assert match([chunk(1, "Lamps > Dim", DIM)], other, "cats/", frozenset({"rules"})) is None


def test_a_text_fragment_is_what_a_browser_finds() -> None:
    assert text_fragment("```sh\nls\n```\n\n- **First**, second-third & [more](https://x)") == (
        "text=First%2C%20second%2Dthird%20%26%20more"
    )
    assert text_fragment("```sh\nls -l\n```") == ""
