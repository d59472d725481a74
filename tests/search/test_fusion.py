"""Two rankings become one."""

from dataclasses import replace

from hyperrun.search.fusion import Found, fuse
from hyperrun.search.passage import Passage


def found(file: str, start: int = 1, end: int = 10) -> Found:
    return Passage(file, start, end, file, "section", "text"), f"#{file}"


def files(ranking: list[Found]) -> list[str]:
    return [passage.file for passage, _ in ranking]


def test_one_ranking_alone_stays_in_its_order() -> None:
    ranking = [found("a"), found("b"), found("c")]
    assert files(fuse(ranking, [], 10)) == ["a", "b", "c"]
    assert files(fuse([], ranking, 10)) == ["a", "b", "c"]
    assert fuse([], [], 10) == []


def test_what_both_find_comes_before_what_one_finds() -> None:
    both = fuse([found("a"), found("b")], [found("c"), found("b")], 10)
    assert files(both)[0] == "b"
    assert sorted(files(both)) == ["a", "b", "c"]


def test_the_embedded_index_wins_where_they_differ() -> None:
    assert files(fuse([found("a")], [found("b")], 10)) == ["a", "b"]


def test_no_line_comes_twice() -> None:
    embedded = [found("a", 1, 10), found("a", 11, 20), found("a", 5, 8)]
    meant = [found("a", 8, 12), found("a", 1, 10), found("b", 1, 10)]
    spans = [(p.file, p.start_line, p.end_line) for p, _ in fuse(embedded, meant, 10)]
    assert sorted(spans) == [("a", 1, 10), ("a", 11, 20), ("b", 1, 10)]


def test_a_passage_counts_once_in_each_ranking() -> None:
    many = [found("a", 1, 10), *(found("a", line, line) for line in range(2, 9))]
    assert fuse([found("b")], many, 1)[0][0].file == "b"


def test_code_gains_from_the_company_of_its_file_and_prose_does_not() -> None:
    def ranking(kind: str) -> list[Found]:
        alone = [found("alone"), *(found("file", line, line) for line in range(1, 12))]
        return [(replace(passage, kind=kind), anchor) for passage, anchor in alone]

    assert files(fuse([], ranking("function"), 12))[0] == "file"
    assert files(fuse([], ranking("section"), 12))[0] == "alone"


def test_scores_fall_and_no_more_than_wanted_come() -> None:
    ranking = [found(str(number)) for number in range(30)]
    fused = fuse(ranking, ranking[::-1], 7)
    scores = [passage.score for passage, _ in fused]
    assert len(fused) == 7
    assert scores == sorted(scores, reverse=True)
    assert fuse(ranking, ranking, 0) == []
