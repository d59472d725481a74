"""Text without marks is read as the parser's own rules would read it."""

from collections.abc import Iterator

import pytest

from hyperrun.search.parsing import plain_text
from hyperrun.search.parsing.markdown import document as markdown
from hyperrun.search.parsing.markdown import rules
from tests.search.parsing import (
    test_constructs,
    test_gitbook_pages,
    test_javascript_pages,
    test_myst,
    test_python_markdown,
    test_quarto_pages,
    test_shortcodes,
)

TABLES = (
    test_constructs.SAID, test_gitbook_pages.SAID, test_javascript_pages.SAID, test_myst.SAID,
    test_python_markdown.SAID, test_quarto_pages.SAID, test_shortcodes.SAID,
)  # fmt: skip
MARKDOWN = [written for table in TABLES for written, _ in table.values()]
WRITTEN = {
    "paragraphs": "One line\nand another  \nwith a break.\n\nThe next one.",
    "a line that is led in": "Words\n      that stand further in\n  and less.",
    "a heading underlined": "A title\n=======\n\nAnother\none\n---\n\nWords.",
    "a table after words": "Words\na | b\n--|--\n1 | 2",
    "a table at once": "a | b\n--|--\n1 | 2",
    "a list after words": "Words\n- one\n- two\n\nMore\n1. one",
    "terms": "Term\n: what it is\n\nTerm\n\n: apart\n\nNo term\n\nWords: none.",
    "lazy lines": "> Words\nthat go on\n\n- An item\nthat goes on\n\n  more\n  words",
    "a list in a list": "- One\n  - Two\n    that goes on\n  - Three\n\n    apart\n- Four",
    "code": "Words\n    no code\n\n    code\n    code\n\nwords",
    "HTML": "Words\n<div>\nwords\n</div>\n\nwords <b>bold</b>",
    "imports": "import x from './x.md'\n\nimportant words\n\nexport words",
    "other letters": "Über straße\nund 中文\n\n日本語\n- ein",
    "marks": "Some *words*\nand `code`\n\nA [link](x.md)\nand <https://x.org>\\\nhere",
    "a fence": "Words\n```\ncode\n```\nwords",
    "a rule": "Words\n\n---\n\nwords\n***",
    "a footnote": "Words[^1]\n\n[^1]: Said\nof it.",
}


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    rules.parser.cache_clear()
    yield
    rules.parser.cache_clear()


@pytest.mark.parametrize("components", [False, True])
@pytest.mark.parametrize("text", [*WRITTEN.values(), *MARKDOWN])
def test_a_document_says_the_same(
    text: str, components: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = markdown.read(text, None, components)
    monkeypatch.setattr(plain_text, "use", lambda markup: None)
    rules.parser.cache_clear()
    assert quick == markdown.read(text, None, components)


def test_plain_text_is_taken_past_the_rules() -> None:
    taken = rules.parser(False).parse("Words\nof a paragraph.")
    children = taken[1].children
    assert children is not None
    assert [each.content for each in children] == ["Words of a paragraph."]
