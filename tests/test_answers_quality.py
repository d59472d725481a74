"""The bench of answers: what it sees of an answer, how it judges, and that its questions hold."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.answers_quality.answer import Answer, Citation, folded
from bench.answers_quality.gold import faults
from bench.answers_quality.judge import figures, judge, table
from bench.answers_quality.questions import SETS, Page, Question, load
from bench.answers_quality.server import parsed, serving
from tests.leaks import KEY
from tests.model_server import ModelServer

SOURCES = """<details><ul><li>
  <p><span>1</span><strong>Lantern &gt; Pairing a lamp</strong></p>
  <p class="source-place"><code>docs/guide.md</code> lines 5–7</p>
  <pre><code>lantern secret</code></pre>
</li><li>
  <p><strong>Lantern</strong></p><p class="source-place"><code>README.md</code></p>
</li></ul></details>"""
BUBBLE = f"""<div class="steps"><p>Searched for lantern hidden</p></div>
<div class="blocks prose"><p>Hold the   <em>button</em><sup class="citation">1</sup>, then:</p>
<div class="code"><button>Copy</button><pre><code>lantern pair \\
  --room kitchen</code></pre></div></div>
<div class="live prose"></div>
<div class="sources">{SOURCES}</div>
<div class="meta"><p class="notice">No model is set.</p><p>0.1 s</p></div>"""
PAIRING = Question(
    id="la-01", kind="how", text="pair a lamp",
    must=(("lantern pair",), ("HOLD THE BUTTON", "press the button")),
    code=("--room kitchen",),
    pages=(Page("docs/guide.md", "Pairing a lamp {#pairing}", (5, 7)),),
)  # fmt: skip


def test_an_answer_is_what_a_reader_sees_of_it() -> None:
    answer = Answer.of(BUBBLE)
    assert [line.strip() for line in answer.lines] == [
        "Hold the button, then:", "lantern pair \\", "--room kitchen",
    ]  # fmt: skip
    assert answer.code == ("lantern pair \\\n  --room kitchen",)
    assert answer.notices == "No model is set."
    assert answer.sources == (
        Citation("docs/guide.md", "Lantern > Pairing a lamp", (5, 7)),
        Citation("README.md", "Lantern"),
    )


def test_a_long_line_counts_as_the_lines_it_is_wrapped_to() -> None:
    assert Answer.of(f"<p>{'a' * 161}</p><p>b</p>").height_lines == 4


@pytest.mark.parametrize(
    ("stream", "text"),
    [
        ("event: block\ndata: <p>One</p>\n\nevent: block\ndata: <p>Two</p>\n\n", "One\nTwo"),
        ("event: live\ndata: <p>One</p>\n\nevent: live\ndata: <p>Two</p>\n\n", "Two"),
        ("event: live\ndata: On\n\nevent: more\ndata: e\n\n", "One"),
        ("event: block\r\ndata: <pre>a\r\ndata: b</pre>\r\n\r\n", "a\nb"),
        ("event: block\ndata: <p>a\u2028b</p>\n\n: still thinking\n\nevent: close\ndata:", "a b"),
        (
            "event: block\ndata: <p>Old</p>\n\n"
            'event: snapshot\ndata: <div class="blocks"><p>New</p></div>\n\n'
            "event: block\ndata: <p>Next</p>\n\n",
            "New\nNext",
        ),
    ],
)
def test_the_events_of_a_stream_make_the_page_that_a_browser_has(stream: str, text: str) -> None:
    assert Answer.of(folded(parsed(stream))).text == text


def test_an_answer_that_says_shows_and_cites_what_is_right_passes() -> None:
    verdict = judge(PAIRING, Answer.of(BUBBLE))
    assert (verdict.must, verdict.code, verdict.first_source, verdict.short) == (True,) * 4
    assert verdict.wrong == []
    assert verdict.follow_up is None
    assert judge(replace(PAIRING, after="la-00"), Answer.of(BUBBLE)).follow_up is True


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        (replace(PAIRING, must=(("lantern secret",),)), "must"),  # in the sources alone
        (replace(PAIRING, must=(("hidden",),)), "must"),  # in the steps alone
        (replace(PAIRING, code=("Hold the button",)), "code"),
        (replace(PAIRING, pages=(Page("README.md"),)), "first_source"),
        (replace(PAIRING, pages=(Page("docs/guide.md", "Dimming", (8, 9)),)), "first_source"),
        (replace(PAIRING, absent=True), "absent_told"),
    ],
)
def test_an_answer_falls_short_of_what_it_does_not_say_show_or_cite(
    question: Question, wrong: str
) -> None:
    assert judge(question, Answer.of(BUBBLE)).wrong == [wrong]


def test_a_passage_is_right_by_its_file_and_the_line_it_begins_at() -> None:
    moved = replace(PAIRING, pages=(Page("docs/guide.md", "Another name", (4, 6)),))
    assert judge(moved, Answer.of(BUBBLE)).first_source is True


@pytest.mark.parametrize(
    "text",
    ["I found nothing about this.", "The documentation doesn’t mention it.",
     "Nothing in the documentation matches."],
)  # fmt: skip
def test_what_the_documentation_does_not_answer_has_to_be_told(text: str) -> None:
    answer = Answer.of(f"<p>{text}</p>")
    assert judge(replace(PAIRING, absent=True), answer).absent_told is True
    assert judge(PAIRING, answer).wrongly_absent is True


def test_figures_count_only_what_was_asked_for() -> None:
    absent = replace(PAIRING, id="la-02", absent=True)
    verdicts = [judge(each, Answer.of(BUBBLE)) for each in (PAIRING, absent)]
    counts = figures(verdicts).counts
    assert (counts["must"], counts["absent_told"], counts["follow_up"]) == ((1, 1), (0, 1), (0, 0))
    head, row = table({"lantern": figures(verdicts)}).splitlines()
    assert head.split()[:2] == ["must", "code"]
    assert row.split()[:3] == ["lantern", "1/1", "1/1"]


@pytest.fixture
def lantern(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/guide.md").write_text(
        "# Lantern\n\nLamps.\n\n## Pairing a lamp\n\nHold the button,"
        " then run `lantern pair --room kitchen`.\n\n## Dimming\n\nTurn it.\n"
    )
    return tmp_path


def test_questions_whose_pages_say_what_is_asked_for_are_fair(lantern: Path) -> None:
    assert list(faults(lantern, [PAIRING, replace(PAIRING, id="la-02", after="la-01")])) == []


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        (replace(PAIRING, must=(("lantern glow",),)), "none of its pages says 'lantern glow'"),
        (replace(PAIRING, code=("--room attic",)), "none of its pages holds the code"),
        (replace(PAIRING, pages=(Page("docs/gone.md"),)), "No such file"),
        (
            replace(PAIRING, pages=(Page("docs/guide.md", "Unpairing", (5, 7)),)),
            "no heading 'Unpairing' in docs/guide.md",
        ),
        (replace(PAIRING, pages=(Page("docs/guide.md", "Dimming", (9, 11)),)), "none of its pages"),
        (replace(PAIRING, after="la-99"), "there is no question la-99"),
    ],
)
def test_a_fault_of_the_questions_is_found(lantern: Path, planted: Question, fault: str) -> None:
    found = list(faults(lantern, [planted]))
    assert found and all(each.startswith("la-01: ") for each in found)
    assert any(fault in each for each in found)


def test_a_question_asked_twice_is_found(lantern: Path) -> None:
    assert set(faults(lantern, [PAIRING, PAIRING])) == {"la-01: asked twice under one id"}


def test_the_sets_are_whole_and_share_no_project() -> None:
    sets = {name: load(name) for name in SETS}
    names = [each.name for repositories in sets.values() for each in repositories]
    assert len(names) == len(set(names))
    for repositories in sets.values():
        for each in repositories:
            assert len(each.revision) == 40
            ids = {question.id for question in each.questions}
            assert len(ids) == len(each.questions) >= 30
            for question in each.questions:
                assert question.absent != bool(question.must and question.pages)
                assert not question.after or question.after in ids


def test_a_running_server_is_asked_and_asked_on(lantern: Path) -> None:
    with serving(lantern) as reader:
        answer, token = reader.ask("how do I pair a lamp with a room?")
        assert judge(PAIRING, answer).must, answer
        assert answer.sources[0].file == "docs/guide.md"
        after, same = reader.ask("and dimming?", token)
    assert token and same.partition(".")[0] == token.partition(".")[0]
    assert "something went wrong" not in f"{after.text} {after.notices}".casefold()


def test_a_model_answers_with_the_settings_that_are_given(
    lantern: Path, model_server: ModelServer
) -> None:
    model_server.script("Hold the button of the lamp. [1]")
    settings = {
        "HYPERRUN_MODEL": "openai/gpt-4o-mini", "HYPERRUN_API_KEY": KEY,
        "HYPERRUN_API_BASE": model_server.url, "HYPERRUN_EMBEDDING_MODEL": "off",
    }  # fmt: skip
    with serving(lantern, settings) as reader:
        answer, _ = reader.ask("how do I pair a lamp with a room?")
    assert "Hold the button of the lamp." in answer.text, answer
    assert answer.sources[0].file == "docs/guide.md"
