"""For whom a file is written, and who asks for it."""

import pytest

from hyperrun.search.audience import against, kinds_asked_for, place_factor


@pytest.mark.parametrize(
    ("question", "file", "is_asked_for"),
    [
        ("How do I dim a lamp?", "docs/de/guide.md", False),
        ("Why doesn’t it – sometimes – glow?", "docs/de/guide.md", False),
        ("Wie dimme ich für Gäste die Lampe?", "docs/de/guide.md", True),
        ("Wie dimme ich für Gäste die Lampe?", "docs/zh/guide.md", False),
        ("如何设置灯的亮度？", "docs/zh-CN/guide.md", True),
        ("如何设置灯的亮度？", "docs/cn/guide.md", True),
        ("如何设置灯的亮度？", "docs/ja/guide.md", False),
        ("Jak włączyć lampę?", "docs/pl/guide.md", True),
        ("如何设置灯的亮度？", "docs/guide.md", True),
    ],
)
def test_a_translation_is_for_who_asks_in_its_language(
    question: str, file: str, is_asked_for: bool
) -> None:
    asked = kinds_asked_for(question)
    assert (against(file, asked) == 0) == is_asked_for
    assert (place_factor(file, asked) == 1) == is_asked_for


def test_what_benchmarks_read_is_no_guide() -> None:
    asked = kinds_asked_for("How do I dim a lamp?")
    assert against("lamps/benches/texts/lamps.txt", asked) < against("docs/lamps.txt", asked) - 1
