"""How documentation sections are found: by other names, through slips, after another question."""

from pathlib import Path

import pytest

from hyperrun.search import sections, thesaurus
from hyperrun.search.copies import distinct
from hyperrun.search.index import Index
from hyperrun.search.leaning import Before
from hyperrun.search.question_words import wanted
from hyperrun.search.slips import mended_stem
from hyperrun.search.terms import query_terms
from hyperrun.search.thesaurus import alike, meant_by_phrases
from hyperrun.search.wanted import spelled
from tests.search import repository
from tests.search.lantern import GUIDE, first


@pytest.mark.parametrize("question", [
    "timeouts", "How long does it wait for the bridge?", "what is the timeuot of a lamp",
    "turn off the timeout", "How do I turn the timeout off?", "whats watiing",
])  # fmt: skip
def test_a_section_is_found_by_its_words_by_other_names_and_through_slips(
    lantern: Index, question: str
) -> None:
    assert first(lantern, question) == "docs/guide.md Lantern > Timeouts"


def test_what_a_reader_calls_it_finds_what_the_documentation_calls_it(lantern: Index) -> None:
    assert first(lantern, "try again when the bridge fails").endswith("Lantern > Retries")
    assert first(lantern, "set the color of a lamp").endswith("Lantern > Colours")


def test_flags_and_names_count_as_they_are_spelled(tmp_path: Path) -> None:
    assert spelled("does `a b` and -h, --no-colour or x.y.z mean snake_case, camelCase?") == [
        "a b", "-h", "--no-colour", "x.y.z", "snake_case", "camelCase",
    ]  # fmt: skip
    assert not spelled("a well-known question - nothing more")
    (tmp_path / "guide.md").write_text(
        "# Flags\n\n## One\n\nHelp is shown by `-h`.\n\n## Two\n\nHelp is shown by `--help`.\n"
    )
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    assert first(index, "what help is shown by -h").endswith("Flags > One")
    assert first(index, "what help is shown by --help").endswith("Flags > Two")


def test_a_heading_that_asks_the_same_is_the_answer(tmp_path: Path) -> None:
    (tmp_path / "guide.md").write_text(
        "# Lamps\n\n## A bridge\n\nA bridge talks to the lamps of a room, and to a switch.\n\n"
        "## Why a bridge?\n\nA bridge saves power.\n"
    )
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    assert first(index, "why is there a bridge").endswith("Why a bridge?")


def test_a_letter_is_a_word_where_there_is_no_other() -> None:
    assert query_terms("what is g?") == ["g"]
    assert query_terms("what is it?") == ["what", "is", "it"]


def test_the_number_of_a_protocol_tells_it_from_others(tmp_path: Path) -> None:
    (tmp_path / "guide.md").write_text(
        "# Lamps\n\n## HTTP\n\nTurn on HTTP by hand.\n\n## Bridges\n\nTurn on HTTP/2 there.\n"
    )
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    assert index.wanted("How do I turn on HTTP/3?").unknown == ("http/3",)
    assert not index.wanted("How do I turn on HTTP/2?").unknown
    assert spelled("HTTP/2 and TLS/1.3, not and/or or docs/2/x") == ["HTTP/2", "TLS/1.3"]


@pytest.mark.parametrize("asked", ["the difference between dim and fade", "dim vs fade"])
def test_what_is_compared_counts_more_than_that_it_is(tmp_path: Path, asked: str) -> None:
    (tmp_path / "guide.md").write_text(
        "# Colours\n\nThe difference of one vs another.\n\n# Rest\n\nOf it.\n\n"
        "# Light\n\nLamps dim at once, or fade.\n\n# Night\n\nThey dim and fade.\n"
    )
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    weights = [(each.weight, stem) for stem, each in index.wanted(asked).terms.items()]
    assert min(weights)[1] in ("differ", "vs")


def test_an_option_that_is_spelled_nowhere_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "guide.md").write_text(
        "# Lamps\n\nDim them in place, over all.\n\n## Options\n\n`--dim-all` dims every lamp.\n"
    )
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    assert index.wanted("How do I dim with --in-place?").unknown == ("--in-place",)
    assert index.wanted("What does --dim-all do?").unknown == ()


@pytest.mark.parametrize("title", ["Node.js", "Guides > Node.js"])
def test_a_title_with_a_dot_is_a_heading_as_a_whole(title: str) -> None:
    heading, *_ = sections.row(title, "guide.md", [])
    assert {"node", "js"} <= set(heading.split())


def test_one_text_takes_one_place_and_the_current_version_has_it(lantern: Index) -> None:
    found = [passage for passage, _ in lantern.search("pairing a lamp", 6)]
    pairing = [each.file for each in found if each.title.endswith("Pairing")]
    assert pairing == ["docs/guide.md"]
    assert len(distinct([(each, "") for each in found + found], 50)) == len(found)


@pytest.mark.parametrize(
    ("said", "file"),
    [
        ("The bridge dims it slowly.", "docs/lamps.md"),
        ("The new bridge dims it faster.", "versioned_docs/version-stable/lamps.md"),
    ],
)
def test_of_two_versions_of_a_page_that_is_found_which_its_site_shows(
    tmp_path: Path, said: str, file: str
) -> None:
    config = "module.exports = {url: 'https://x.org', baseUrl: '/', presets: [['classic', {}]]}"
    repository.write(tmp_path, "docusaurus.config.js", config)
    repository.write(tmp_path, "versions.json", '["stable", "1.0"]')
    for folder, words in {
        "docs": said, "versioned_docs/version-stable": "The bridge dims it slowly.",
        "versioned_docs/version-1.0": "The bridge dims it slowly.",
    }.items():  # fmt: skip
        repository.write(tmp_path, f"{folder}/lamps.md", f"# Lamps\n\n## Dimming\n\n{words}\n")
    repository.write(tmp_path, "docs/new.md", "# New\n\n## Whistling\n\nIt dims at a whistle.\n")
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    found = [(passage.file, address) for passage, address in index.search("dimming a lamp", 6)]
    assert found[0] == (file, "docs/lamps#dimming")
    assert ("docs/new.md", "docs/next/new#whistling") in found
    assert len(found) == 2


def test_what_is_on_the_site_is_found_before_what_is_beside_it(tmp_path: Path) -> None:
    repository.write(tmp_path, "mkdocs.yml", "site_url: https://lamps.example/\n")
    repository.write(
        tmp_path, "docs/guide.md", "# Guide\n\n## Rooms\n\nPut a dimmer into each room.\n"
    )
    repository.write(tmp_path, "crates/lamps/notes.md", "# Notes\n\nThe dimmer is a dimmer.\n")
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    assert first(index, "How do I use a dimmer?") == "docs/guide.md Guide > Rooms"
    (tmp_path / "mkdocs.yml").unlink()
    index.refresh(tmp_path)
    assert first(index, "How do I use a dimmer?") == "crates/lamps/notes.md Notes"


def test_of_what_is_beside_the_site_tests_come_last(tmp_path: Path) -> None:
    repository.write(tmp_path, "mkdocs.yml", "site_url: https://lamps.example/\n")
    repository.write(tmp_path, "docs/guide.md", "# Guide\n\nPut a dimmer into each room.\n")
    repository.write(tmp_path, "crates/notes.md", "# Notes\n\nThis dimmer is written in Rust.\n")
    repository.write(tmp_path, "tests/format/notes.md", "# Notes\n\nA dimmer is a dimmer.\n")
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    found = [passage.file for passage, _ in index.search("How do I use a dimmer?", 3)]
    assert found == ["docs/guide.md", "crates/notes.md", "tests/format/notes.md"]


def test_a_name_alone_finds_each_text_once(tmp_path: Path) -> None:
    told = "What to do about HotLampError?\n\nLet the lamp cool for an hour, then light it.\n"
    (tmp_path / "mkdocs.yml").write_text("site_url: https://lamps.example/\n")
    for name, words in {"docs/faq.md": f"# FAQ\n\n## {told}", "parts/hot.md": f"# {told}"}.items():
        repository.write(tmp_path, name, words)
    (tmp_path / "lamp.py").write_text("class HotLampError(Exception):\n    pass\n")
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    found = [passage.file for passage, _ in index.search("HotLampError", 6)]
    assert found == ["lamp.py", "docs/faq.md"]


@pytest.mark.parametrize(
    "entry",
    ["- `dimInterval = 2000`: of a fade\n", "| Name | Is |\n| - | - |\n| dimInterval | 2 |\n"],
)
def test_a_name_that_a_list_tells_of_is_found_there(tmp_path: Path, entry: str) -> None:
    example = "```js\nlamps({ dimInterval: 100 })\nlamps({ dimInterval: base * 5 })\n```\n"
    others = "".join(f"- `lampOption{n} = {n}`: what this one does\n" for n in range(20))
    listed = entry if entry.startswith("|") else others + entry
    (tmp_path / "nested.md").write_text(f"# Lamps\n\n## Nested example\n\n{example}")
    (tmp_path / "api.md").write_text(f"# API\n\n## Options\n\n{listed}")
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    first, _ = index.search("What is the default dimInterval?", 5)[0]
    assert first.file == "api.md"


def test_what_kinds_there_are_is_found_where_a_list_tells_of_them(tmp_path: Path) -> None:
    told = "They differ:\n\n- `dark`: no light\n- `hot`: no glass\n- `loud`: no peace\n"
    (tmp_path / "lamps.md").write_text(
        "# Lamps\n\n## Global lamp failures\n\nLamp failures are told to `lamp.failures`.\n\n"
        f"## Differentiating lamp failures\n\n{told}"
    )
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    (first, _), *_ = index.search("What kinds of lamp failures are there?", 2)
    assert first.title.endswith("Differentiating lamp failures")


def test_the_plural_of_a_word_that_says_little_says_as_little(tmp_path: Path) -> None:
    for n in range(9):
        (tmp_path / f"{n}.md").write_text(f"# Page {n}\n\nA kind of page, of other kinds.\n")
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    with index.connect() as connection:
        one, several = (wanted(connection, f"Which {word}?") for word in ("kind", "kinds"))
    assert one.terms["kind"].weight == several.terms["kind"].weight


def test_what_differs_is_found_where_a_list_tells_of_each(tmp_path: Path) -> None:
    told = "- `useLamp` is a lamp\n- `useLight` is more than that\n"
    (tmp_path / "use.md").write_text(f"# Use\n\n## In short\n\n{told}")
    need = "With `useLamp` and `useLight` there is light: `useLamp`, then `useLight`.\n"
    (tmp_path / "need.md").write_text(f"# Light\n\n## The need for useLamp and useLight\n\n{need}")
    (tmp_path / "keys.md").write_text(f"# Keys\n\n## useLamp and useLight\n\nKeys. {need}")
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    found = index.search("What's the difference between useLamp and useLight?", 3)
    assert "use.md" in [passage.file for passage, _ in found[:2]]


def test_translations_take_no_place_of_what_the_question_is_in(tmp_path: Path) -> None:
    for language in ("de", "fr", "es", "pt", "ru", "ko", "ja", "zh"):
        for n in range(30):
            said = f"# {language} {n}\n\n## dimInterval\n\ndimInterval dimInterval {language}{n}\n"
            (tmp_path / f"lamp{n}.{language}.md").write_text(said)
    (tmp_path / "options.md").write_text(
        "# Lamps\n\n## Options\n\n- `dimInterval = 2000`: a fade\n"
    )
    (tmp_path / "options.de.md").write_text("# Lampen\n\n## Mehr\n\n- `dimInterval`: wie lange\n")
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    found = [passage.file for passage, _ in index.search("What is the default dimInterval?", 60)]
    assert found[0] == "options.md"
    assert "options.de.md" not in found


def test_a_text_in_other_marks_is_a_copy(tmp_path: Path) -> None:
    said = "Two lamps have one key"
    (tmp_path / "errors.md").write_text(f"# Errors\n\n## lamp_key_twice\n\n```\n{said}\n```\n")
    (tmp_path / "source.md").write_text(f"# Messages\n\n## lamp_key_twice\n\n> {said}\n")
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    assert len(index.search("Why do two lamps have one key?", 5)) == 1


def test_a_section_of_a_few_letters_is_found_and_one_that_says_nothing_is_not(
    tmp_path: Path,
) -> None:
    sections = {"Default port": "Use port 8080.", "Licence": "MIT", "仮": "灯", "Drawing": "---"}
    text = "".join(f"## {title}\n\n{says}\n\n" for title, says in sections.items())
    (tmp_path / "guide.md").write_text(f"# Lamps\n\nAll about lamps.\n\n{text}## Empty\n")
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    titles = [title.rpartition(" > ")[2] for _, title in index.sections()]
    assert titles == ["Lamps", "Default port", "Licence", "仮"]
    assert first(index, "which port is the default").endswith("Default port")


@pytest.mark.parametrize("more", ["", "\nOf its many dimmers the one in the kitchen is best.\n"])
def test_of_one_text_the_page_of_the_site_is_shown(tmp_path: Path, more: str) -> None:
    text = "## Dimming\n\nLamps dim at night, when nobody is there any more to see them do it.\n"
    (tmp_path / "mkdocs.yml").write_text("site_name: Lamps\nsite_url: https://lamps.example/\n")
    (tmp_path / "README.md").write_text(f"# Lamps\n\n{text}")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/start.md").write_text(f"# Lamps\n\n{text}{more}")
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    for most in (1, 8):
        found = index.search("do lamps dim at night", most)
        assert [passage.file for passage, _ in found] == ["docs/start.md"]


def test_a_changelog_stands_behind_a_guide_unless_changes_are_asked_for(lantern: Index) -> None:
    def score(question: str) -> float:
        found = [passage for passage, _ in lantern.search(question, 6)]
        return next(each.score for each in found if each.file == "CHANGELOG.md")

    assert first(lantern, "timeouts of lamps").startswith("docs/guide.md")
    assert score("timeouts of lamps in a release") > score("timeouts of lamps in a zebra")


def test_a_question_that_leans_is_searched_with_what_was_said_before(lantern: Index) -> None:
    before = Before("How long is the timeout?", (("docs/guide.md", "Lantern > Timeouts"),))
    assert first(lantern, "How do I turn it off?", before).endswith("Lantern > Timeouts")
    pairing = Before("How do I pair a lamp?", (("docs/guide.md", "Lantern > Pairing"),))
    assert first(lantern, "and which button is it?", pairing).endswith("Lantern > Pairing")
    assert first(lantern, "Which colours does a lamp take?", pairing).endswith("Lantern > Colours")


def test_a_question_leans_on_what_the_one_before_meant(lantern: Index) -> None:
    stem = meant_by_phrases("it gives up too early", {})
    assert stem == ["timeout"]
    terms = lantern.wanted("How do I change that?", Before("It gives up too early")).terms
    assert "timeout" in terms and terms["timeout"].weight < 3


def test_what_stands_nowhere_is_known(lantern: Index) -> None:
    assert lantern.wanted("the anthem of Mongolia").unknown == ("anthem", "mongolia")
    assert lantern.wanted("how do I pick lamps that are free").unknown == ()  # words of every day
    assert lantern.wanted("my colleague calls these lamps boring").unknown == ()
    assert lantern.wanted("How do I pair a lamp?").unknown == ()
    wanted = lantern.wanted("How do I pair a lamp?")
    assert wanted.share("Pair the lamps.") == 1.0
    assert wanted.share("Clouds.") == 0.0


def test_where_every_word_is_a_slip_of_another_none_is_known(lantern: Index) -> None:
    assert lantern.wanted("How do I pari a lampp?").unknown == ("pari", "lampp")
    assert lantern.wanted("How do I pair a lampp?").unknown == ()
    assert lantern.wanted("lampp").unknown == ()


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("brigde", "bridg"), ("brridge", "bridg"), ("colurs", "colour"), ("collours", "colour"),
        ("diasble", "disabl"), ("secands", "second"), ("htpp", "http"),
        ("configuraton", "configur"), ("automaticaly", "automat"), ("diffrence", "differ"),
        ("fine", ""), ("lump", ""), ("boom", ""), ("told", ""), ("late", ""),
    ],
)  # fmt: skip
def test_a_short_word_that_is_another_is_no_slip(tmp_path: Path, word: str, meant: str) -> None:
    said = f"{GUIDE}\nSwitches find lamps over HTTP, fold and hold. The configuration differs.\n"
    said += "It is read automatically.\n"
    (tmp_path / "guide.md").write_text(said)
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    with index.connect() as connection:
        assert mended_stem(connection, word) == meant


def test_what_is_known_of_words_is_asked_once_until_the_index_changes(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "guide.md").write_text(GUIDE)
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(root)
    asked: list[str] = []
    with index.connect() as connection:
        connection.set_trace_callback(asked.append)
    question = "How do I pair a zeppelin with a lampp?"
    assert index.wanted(question).unknown == ("zeppelin",)
    assert any("prose_terms" in each for each in asked)
    asked.clear()
    assert index.wanted(question).unknown == ("zeppelin",)
    assert index.wanted(question).terms["lampp"].others["lamp"] == 1.0
    assert not any("prose_terms" in each for each in asked)
    (root / "more.md").write_text("# Zeppelins\n\nA zeppelin takes part in pairing lamps.\n")
    index.refresh(root)
    assert index.wanted(question).unknown == ()
    index.close()


def test_of_many_sections_those_are_scored_that_hold_a_rare_word(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    lamps = "".join(f"## Room {n}\n\nA lamp is in it.\n\n" for n in range(30))
    (root / "guide.md").write_text(f"# Rooms\n\n{lamps}## Attic\n\nA chandelier, and no lamp.\n")
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(root)
    wanted = index.wanted("Where does the lamp or the chandelier hang?")
    with index.connect() as connection:
        few = sections.find(connection, wanted, most=5)
        every = sections.find(connection, wanted, most=100)
        common = sections.find(connection, index.wanted("Where is a lamp?"), most=5)
    assert len(every) == 31 and len(common) == 31  # also where no other word tells them apart
    assert few == every[:1]
    index.close()


def test_names_stand_for_the_first_of_their_line_and_not_for_one_another() -> None:
    assert "disabl" in alike("mute")
    assert "silenc" not in alike("mute")
    assert meant_by_phrases("please turn it off", {}) == ["disabl"]
    assert meant_by_phrases("turn the docs page off in production", {}) == ["disabl"]
    assert meant_by_phrases("turn all of this for all of it off", {}) == []
    assert meant_by_phrases("please trun it off", {"trun": "turn"}) == ["disabl"]


@pytest.mark.parametrize("written", ["don't", "don’t", "dont"])
def test_a_phrase_is_found_without_its_apostrophe(written: str) -> None:
    assert meant_by_phrases(f"how bright is it if I {written} say", {}) == ["default"]
    assert meant_by_phrases("I want a front", {}) == []


def test_to_ask_before_something_is_done_is_to_confirm_it() -> None:
    assert "confirm" in meant_by_phrases("ask before it dims all lamps", {})
    assert "confirm" not in meant_by_phrases("what did I ask", {})


def test_every_line_of_the_thesaurus_is_a_word_and_its_other_names() -> None:
    path = Path(thesaurus.__file__).with_name("thesaurus.psv")
    for line in path.read_text(encoding="utf-8").splitlines():
        head, others = line.split("|")
        for name in (head, *others.split(", ")):
            assert name and name == " ".join(name.lower().split()), line


def test_a_folder_is_searched_alone(lantern: Index, tmp_path: Path) -> None:
    found = lantern.search("timeouts", 6, "docs/v1.0")
    assert {passage.file for passage, _ in found} == {"docs/v1.0/guide.md"}


def test_common_words_are_looked_for_together_where_rare_names_fill_the_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question's own words, both common, were left out beside rarer ones that mean the same."""
    monkeypatch.setattr(sections, "SCORED", 5)
    for n in range(30):
        repository.write(tmp_path, f"docs/a{n}.md", f"# Part {n}\n\nStart it, number {n} of all.\n")
        repository.write(tmp_path, f"docs/b{n}.md", f"# Item {n}\n\nA worker, number {n} of all.\n")
    for n, word in enumerate(("boot", "launch", "begin")):
        repository.write(tmp_path, f"docs/c{n}.md", f"# To {word}\n\nWe {word} each lamp here.\n")
    repository.write(tmp_path, "docs/w.md", "# Starting the worker\n\nCall `lamp up`.\n")
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    found = index.search("How do I start a worker?", 3)
    assert found[0][0].title == "Starting the worker"


def test_an_object_that_is_spelled_out_is_found_by_its_last_name(tmp_path: Path) -> None:
    described = "```python\ndim_write(x, type)\n```\n\nWrite `x`.\n\n- `type`: csv, arrow or json\n"
    api = f"# Reference\n\n## lamps.boards.BaseBoard.dim_write\n\n{described}"
    repository.write(tmp_path, "api.md", api)
    said = "# Guide\n\n## Lamps\n\nA lamp is kept by `dim_write` in a file of any type.\n"
    repository.write(tmp_path, "guide.md", said)
    index = Index(tmp_path / "index.sqlite3")
    index.refresh(tmp_path)
    assert first(index, "which file types does dim_write support").startswith("api.md")
    assert first(index, "in which file types are lamps kept").startswith("guide.md")
