"""The same need in other words is one gap, with a heading, its readers, its trend and why."""

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from hyperrun.domain import PERSON, Grounding, Outcome
from hyperrun.insights.clusters import _beyond_the_crowd, clusters
from hyperrun.insights.gap_files import issue, markdown
from hyperrun.insights.gaps import Gap, askings, gaps, named
from hyperrun.insights.wording import about, language_of, pieces_of
from hyperrun.storage.store import Missed, Reported, Summary

NOW = time.time()
ROW = Summary(
    "t", "c", "q", "https://docs.example/a", Outcome.ANSWERED, True, "", "", None, False, 0, "",
    "", PERSON, NOW, Grounding.CITED,
)  # fmt: skip

COMPRESS = [
    "Compress responses with gzip", "how do I turn on gzip compression?",
    "gzip for large responses",
    "Wie komprimiere ich Antworten mit gzip?", "¿Cómo uso gzip para las respuestas?",
]  # fmt: skip
OTHERS = [
    "How do I redirect http to https?", "upload several files at once",
    "which Python versions are supported", "where are logs written",
    "¿Cómo cambio el idioma de la interfaz?", "run it behind nginx",
]  # fmt: skip


STRANGERS = [f"w{at}q" for at in range(40)]


def among_strangers(vectors: Sequence[Sequence[float]]) -> list[list[float]]:
    """These vectors, and those of strangers, who are near nothing."""
    others = [[float(at == each) for each in range(40)] for at in range(40)]
    return [
        *([*vector, *[0.0] * 40] for vector in vectors),
        *([*[0.0] * len(vectors[0]), *other] for other in others),
    ]


def rows(*questions: str, **changes: object) -> list[Summary]:
    """A question each of another reader."""
    return [
        replace(ROW, id=f"t{at}", conversation=f"c{at}", question=text, **changes)  # type: ignore[arg-type]
        for at, text in enumerate(questions)
    ]


def test_the_same_need_in_other_words_and_languages_is_one_cluster() -> None:
    questions = [each for pair in zip(COMPRESS, OTHERS, strict=False) for each in pair]
    found = [[questions[at] for at in places] for places in clusters(questions)]
    assert sorted(found[0]) == sorted(COMPRESS)
    assert sorted(at for places in clusters(questions) for at in places) == list(
        range(len(questions))
    )


def test_a_word_in_common_chains_no_strangers_together() -> None:
    questions = ["file upload limit", "limit of threads", "threads in tests", "tests for templates"]
    assert len(clusters(questions)[0]) < 4


@pytest.mark.parametrize("questions", [[], ["one"], ["", "  ", "?"], ["same"] * 3])
def test_few_and_empty_questions_are_clusters_too(questions: list[str]) -> None:
    assert sorted(at for each in clusters(questions) for at in each) == list(range(len(questions)))


def test_meaning_joins_what_shares_no_word() -> None:
    questions = ["zip the output", "make bodies smaller", "sail a boat", "row a ship"]
    vectors = [[1.0, 0.1, 0.0], [0.9, 0.2, 0.0], [0.0, 0.1, 1.0], [0.0, 0.2, 0.9]]
    found = clusters([*questions, *STRANGERS], lambda asked: among_strangers(vectors))
    assert found[:3] == [[0, 1], [2, 3], [4]]


def test_few_questions_are_compared_by_their_words() -> None:
    def embed(asked: Sequence[str]) -> list[list[float]]:
        raise AssertionError("their mean would be any of them")

    assert len(clusters(COMPRESS, embed)) == 1


def test_what_finds_the_same_passages_is_one_need() -> None:
    questions = ["warm shutdown", "on SIGTERM", "end it gently", "sail a boat", "row a ship"]
    places = {questions[3]: ["sea"], questions[4]: ["lake"]}
    found = clusters(
        questions, None, lambda asked: [places.get(each, ["worker", "signals"]) for each in asked]
    )
    assert found == [[0, 1, 2], [3], [4]]
    assert len(clusters(questions)) == 5


def test_what_is_near_the_same_questions_is_near() -> None:
    questions = ["one", "two", "three", "four", "five", "six", "seven"]
    near = [[1, 0.5, 0, 0], [0.9, 0.6, 0.1, 0], [0.8, 0.6, 0, 0.1], *[[0, 0, 1, 0.2 * at]
            for at in range(4)]]  # fmt: skip
    found = clusters([*questions, *STRANGERS], lambda asked: among_strangers(near))
    assert found[:3] == [[3, 4, 5, 6], [0, 1, 2], [7]]


def test_what_is_near_to_everything_is_near_to_nothing() -> None:
    crowd = [[1.0, 0.02 * at, 0.0, 0.0] for at in range(30)]  # much asked of one thing
    pair = [[0.0, 0.0, 0.9, 0.35], [0.0, 0.0, 0.35, 0.9]]  # near one other
    others = [[0.0, 0.0, 0.0, 0.0, *(float(at == each) for each in range(8))] for at in range(8)]
    vectors = [[*each, *[0.0] * 8] for each in crowd + pair] + others
    alike = {
        (one, other): sum(a * b for a, b in zip(vectors[one], vectors[other], strict=True))
        for one in range(len(vectors))
        for other in range(one + 1, len(vectors))
    }
    beyond = _beyond_the_crowd(len(vectors), alike)
    assert alike[0, 1] > alike[30, 31]
    assert beyond[0, 1] < beyond[30, 31]


def test_languages_share_pieces_of_words() -> None:
    shared = pieces_of("Wie parametrisiere ich die Konfiguration?") & pieces_of(
        "¿Cómo parametrizo la configuración?"
    )
    assert {"para", "^para", "figu"} <= shared
    assert not pieces_of("x + y")


def test_a_question_in_another_language_is_read_in_english_too() -> None:
    read: list[str] = []

    def embed(asked: Sequence[str]) -> list[list[float]]:
        read.extend(asked)
        return [[1.0, 0.0] if "file" in each else [0.0, 1.0] for each in asked]

    questions = ["read a file", "Wie lese ich eine Datei?", "sail a boat", "row a ship"]
    clusters([*questions, *STRANGERS], embed)
    assert read[:4] == questions
    assert "read file" in read[4:]


def test_a_gap_has_a_heading_its_readers_and_why() -> None:
    asked = rows(*COMPRESS, grounding=Grounding.ABSENT)
    asked += [replace(asked[0], id="again", rating=-1, comment="ask ann@example.org")]
    asked += rows(*OTHERS)  # answered: none of them is a gap
    first, *others = gaps(
        askings(asked, [Missed("gzip compression", 4, 3)], [Reported("gzip?", "no", "cursor", 1)]),
        30,
    )
    assert not others
    assert first.name == "Compress responses with gzip"
    # Who searches and who reports is nobody that is known.
    assert (first.readers, first.times, first.told_by) == (5, 11, "5 readers, 11 times")
    assert (first.before, first.after) == (2, 9)
    assert first.reasons == {"absent": 6, "searched": 4, "down": 1, "reported": 1}
    assert "ann@example.org" not in str(first)
    assert first.trend == "rising"
    assert set(first.wordings) >= set(COMPRESS)


def test_a_question_asked_again_in_other_words_is_a_gap() -> None:
    one = replace(ROW, id="one", question="turn on gzip compression", started=NOW - 60)
    two = replace(ROW, id="two", question="enable compression with gzip for responses")
    late = replace(two, id="late", started=NOW + 9_999)
    assert [each.turn_id for each in askings([one, two])] == ["one"]
    assert askings([one, late]) == []
    assert askings([one, replace(one, id="same", started=NOW)]) == []


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("How do I turn on gzip compression?", "Turn on gzip compression"),
        ("can I use my own logo", "Use a custom logo"),
        ("What is the best way to deploy it?", "Deploy it"),
        ("¿Cómo puedo cambiar el idioma?", "Cambiar el idioma"),
        ("Wie kann ich Dateien hochladen?", "Dateien hochladen"),
        ("pagination", "Pagination"),
        ("how?", "How"),
        (
            "How does the requires decorator work for permissions?",
            "Requires decorator for permissions",
        ),
        ("where do log messages of a task go?", "Log messages of a task"),
        ("which serialization format is used for arguments?", "Serialization format for arguments"),
        ("unknown marker warning, how do I register it", "Unknown marker warning"),
        ("send my own headers with a request", "Send custom headers with a request"),
        ("show my own page with tests", "Show a custom page with tests"),
        ("log messages of my module", "Log messages of the module"),
        ("env_prefix for config variables", "env_prefix for config variables"),
        ("--no-root", "--no-root"),
    ],
)
def test_a_question_becomes_a_heading(question: str, heading: str) -> None:
    assert about(question) == heading


@pytest.mark.parametrize(
    "questions",
    [
        ["CACHE_DIR", "move the cache dir to another disk"],
        ["how often does it repeat a request", "repeat a request that failed"],
        ["who publishes releases and how", "make a release", "why is there no release"],
        ["I never want to build a package", "use it without a package", "package-mode"],
    ],
)
def test_a_heading_is_no_bare_name_complaint_or_rest_of_a_sentence(questions: list[str]) -> None:
    assert named(questions) == about(questions[1])


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Daten als JSON senden", "de"), ("JUnit-XML-Bericht erzeugen", "de"),
        ("Jinja-Templates asynchron rendern", "de"), ("Datenbank mit Tests isolieren", "de"),
        ("comprimir respuestas con gzip", "es"), ("usar un proxy para las peticiones", "es"),
        ("¿Por qué se ejecuta dos veces?", "es"), ("vistas basadas en clases", "es"),
        ("share a fixture across files", "en"), ("set custom ids for parameters", "en"),
        ("go through a corporate proxy", "en"), ("wrong umlauts in resp.text()", "en"),
        ("Keep it open", "en"), ("test code examples in docstrings", "en"),
        ("How do I redirect?", "en"), ("Wie kann ich umleiten?", "de"),
        ("¿Cómo lo uso para las respuestas?", "es"), ("設定を変更する", "ja"), ("gzip", "en"),
    ],
)  # fmt: skip
def test_a_short_question_tells_its_language(question: str, language: str) -> None:
    assert language_of(question) == language


def test_a_gap_is_named_by_nothing_that_was_taken_out_of_a_question() -> None:
    asked = rows("ann@example.org cannot dim lamps", "dim lamps", grounding=Grounding.ABSENT)
    (found,) = gaps(askings(asked), 30)
    assert found.name == "Dim lamps"


def test_a_file_links_its_answers_at_the_desk_and_an_issue_names_none() -> None:
    gap = Gap("Dim", 1, 1, 0, 1, {"absent": 1}, ["dim"], turns=["turn-1"])
    linked = markdown(gap, 1, "https://ask.example/desk")
    assert "- <https://ask.example/desk/conversation/turn-1>" in linked
    assert "1 reader, 1 time in 1 day, rising" in linked
    assert "turn-1" not in markdown(gap, 30) + issue(gap, 30).body


def test_what_readers_wrote_stays_text_in_a_file() -> None:
    gap = Gap("<b>x</b> | y", 1, 1, 0, 1, {"absent": 1}, ["[a](javascript:b)"], ["![](http://c)"])
    page = markdown(gap, 30)
    assert "<b>" not in page
    assert "\\[a\\](javascript" in page
    assert "- nothing was found: 1" in page
    assert issue(gap, 30).title == "Docs: <b>x</b> | y"
