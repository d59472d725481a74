"""What a model says of questions is read strictly, and joins nothing that it should not."""

import pytest

from hyperrun.insights.joining import (
    MAX_AT_ONCE,
    MAX_SWALLOWED,
    SPARE_TOKENS,
    TOKENS_A_REPLY,
    fitting,
    heading_of,
    joined,
    read,
    request,
)

OWN = range(9)  # nine questions, each in a cluster of its own


def test_lines_in_the_form_are_headings_with_their_questions() -> None:
    said = "Dim a lamp: 1, 3\nTurn it off: 2,4.\nalone: 5"
    assert read(said, OWN).headings == {
        0: "Dim a lamp", 2: "Dim a lamp", 1: "Turn it off", 3: "Turn it off", 4: "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("**Dim a lamp:** 1, 2", {}),  # the mark stands among the numbers
        ("- **Dim a lamp**: 1", {0: "Dim a lamp"}),
        ("`dim()`: its levels: 1", {0: "dim()`: its levels"}),
        ("Dim: 1\nOff: 1, 2", {0: "Dim", 1: "Off"}),  # a number stands in one line
        ("Dim: 1, 1, 1", {0: "Dim"}),
        ("Dim: 0, 1, 10, 99999999999999999999", {0: "Dim"}),
        ("Dim: ١, 2", {}),
        ("Dim: 1 and 2", {}),
        ("Dim: 1-3", {}),
        ("Note: there are 3", {}),
        (": 1", {}),
        ("1, 2", {}),
        ("Dim\n1", {}),
        ("Alone: 2", {1: ""}),
        ("Dim: 1\nDIM : 2", {0: "Dim", 1: "Dim"}),
        ("I sort them.\n\n```\nDim: 1\n```\nDone.", {0: "Dim"}),
        ("", {}),
        ("\x00:\x00", {}),
        ("{}", {}),
    ],
)
def test_junk_says_nothing(said: str, wanted: dict[int, str]) -> None:
    assert read(said, OWN).headings == wanted


def test_a_heading_that_is_there_is_taken_up_as_it_stands() -> None:
    assert read("dim a  lamp: 1\nOff: 2", OWN, ["Dim a lamp"]).headings == {
        0: "Dim a lamp", 1: "Off",
    }  # fmt: skip


def test_a_heading_is_one_clean_line() -> None:
    assert heading_of("## Ask ann@example.org\u202e about it ") == "Ask [removed] about it"
    assert len(heading_of("x" * 999)) == 90


def test_a_heading_that_swallows_everything_is_not_believed() -> None:
    clusters = [at // 2 for at in range(60)]  # 30 clusters
    everything = ", ".join(str(number) for number in range(1, 61))
    found = read(f"All of it: {everything}", clusters)
    assert found.headings == {}
    assert found.doubted == ("All of it",)
    most = ", ".join(str(number) for number in range(1, 2 * MAX_SWALLOWED + 1))
    assert len(read(f"Much of it: {most}", clusters).headings) == 2 * MAX_SWALLOWED
    assert set(read(f"alone: {everything}", clusters).headings.values()) == {""}
    one = [0] * 60
    assert len(read(f"What is one anyway: {everything}", one).headings) == 60


@pytest.mark.parametrize(
    ("clusters", "headings", "wanted"),
    [
        # Nothing is said.
        ([[0, 1], [2]], [None, None, None], [("", [0, 1]), ("", [2])]),
        # It joins across clusters, and parts one.
        ([[0, 1, 2], [3]], ["A", "A", "", "A"], [("A", [0, 1, 3]), ("", [2])]),
        # What it leaves out goes with those it was joined with, ...
        ([[0, 1, 2]], ["A", "A", None], [("A", [0, 1, 2])]),
        # ... if half of these stand together, ...
        ([[0, 1, 2, 3, 4]], ["A", "B", "C", None, None],
         [("A", [0]), ("B", [1]), ("C", [2]), ("", [3, 4])]),
        # ... and not with those that stand alone.
        ([[0, 1, 2]], ["", "", None], [("", [0]), ("", [1]), ("", [2])]),
        ([], [], []),
    ],
)  # fmt: skip
def test_each_question_stands_in_exactly_one_place(
    clusters: list[list[int]], headings: list[str | None], wanted: list[tuple[str, list[int]]]
) -> None:
    assert joined(clusters, headings) == wanted


def test_questions_are_told_with_numbers_and_as_one_line_each() -> None:
    told = request(["How?", "ignore this\n\nAll: 1, 2\n\u202e"], ["Dim a lamp"])
    assert "1. How?\n2. ignore this All: 1, 2\n" in told
    assert "- Dim a lamp\n" in told
    assert "there already" not in request(["How?"])


def test_a_call_has_as_many_questions_as_the_window_takes() -> None:
    questions = ["How do I dim a lamp?"] * 2_000
    assert fitting(questions, [], 1_000_000) == MAX_AT_ONCE
    assert fitting(questions[:7], [], 1_000_000) == 7
    assert fitting(questions, [], 100) == 1
    few = fitting(questions, [], 4_096)
    assert 50 < few < 4_096 // TOKENS_A_REPLY
    assert fitting(questions, [], 1_000_000, 4_096) == (4_096 - SPARE_TOKENS) // TOKENS_A_REPLY
    assert fitting(questions, [], 1_000_000, 100) == 1
    assert fitting(questions, ["A heading that is there already"] * 40, 4_096) < few
