"""Other marks that models write for a citation."""

import pytest

from hyperrun.markdown.citation_marks import CitationMarks

MARKS = [
    ("It is so【1】.", "It is so[1]."),
    ("It is so【1†source】 and so【12:0†L3-L9】.", "It is so[1] and so[12]."),
    ("It is so [1†source].", "It is so [1]."),
    ("It is so [^1^].", "It is so [1]."),
    ("It is so ^1^.", "It is so [1]."),
    ("It is so<sup>1</sup>.", "It is so[1]."),
    ("It is so (source 1).", "It is so [1]."),
    ("It is so (Sources: 1, 2).", "It is so [1, 2]."),
    ("It is so (see passage 3).", "It is so [3]."),
    ("It is so [Passage 3].", "It is so [3]."),
    ("It is so [passages 1 and 3].", "It is so [1, 3]."),
    ("It is so [ref: 2].", "It is so [2]."),
    ("It is so [#2].", "It is so [2]."),
    ("It is so [1] [2, 3] [^4].", "It is so [1] [2, 3] [^4]."),
    ("`a【1】` and (in this case) [a link](https://x.example/1) and 2^3 and a < b",
     "`a【1】` and (in this case) [a link](https://x.example/1) and 2^3 and a < b"),
    ("```py\nx[#1] (source 1)\n```\nSo (source 1).", "```py\nx[#1] (source 1)\n```\nSo [1]."),
    ("An image [see the page] (documents are large).",
     "An image [see the page] (documents are large)."),
]  # fmt: skip


@pytest.mark.parametrize(("said", "shown"), MARKS)
@pytest.mark.parametrize("size", [1, 3, 1_000])
def test_other_marks_become_ours_however_they_come(said: str, shown: str, size: int) -> None:
    marks, before = CitationMarks(), ""
    for end in range(size, len(said) + size, size):
        text = marks.rewritten(said[:end])
        assert text.startswith(before), "what was shown has been taken back"
        before = text
    assert marks.rewritten(said, whole=True) == shown


def test_a_long_line_is_rewritten_like_a_short_one() -> None:
    said = "It is so 【1†source】 and (source 2) `code (source 3)` here, " * 60
    marks, shown = CitationMarks(), ""
    for end in range(0, len(said), 7):
        text = marks.rewritten(said[:end])
        assert text.startswith(shown)
        shown = text
    whole = marks.rewritten(said, whole=True)
    assert whole == "It is so [1] and [2] `code (source 3)` here, " * 60
