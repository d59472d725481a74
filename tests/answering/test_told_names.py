"""Which code is quoted: that which shows what the question is about, by the names prose spells."""

import pytest

from hyperrun.answering.choosing import Section, by_weight, choose
from hyperrun.answering.extractive import quotables
from hyperrun.answering.told_names import ToldNames
from hyperrun.domain import Source
from hyperrun.search.wanted import Wanted
from tests.answering.quoted import FILLER, section

CALLS = "\n".join(("{0}.on()", "{0}.off()") * 3)
LONG = f"""```python
import lamps

hall = lamps.Lamp("hall")
{CALLS.format("hall")}

attic = lamps.Lamp("attic", fade_ms=300)
{CALLS.format("attic")}

cellar = lamps.Lamp("cellar")
{CALLS.format("cellar")}
```"""


def sections_of(text: str) -> list[Section]:
    source = Source(1, section(text))
    return [Section(source, quotables([source]))]


def quoted(question: str, text: str) -> str:
    return "\n".join(each.text for each in choose(sections_of(text), Wanted.of(question)))


@pytest.mark.parametrize(
    ("question", "lead"),
    [
        ("light up slowly", "Lamps light up slowly with `fade_ms=300`:"),
        ("light up slowly", "Lamps that are told a `fade_ms` light up slowly.\n\nAn example:"),
        ("light up slowly", "Lamps light up slowly with `{ fade_ms: 300 }`:"),
        ("light up slowly", """Lamps light up slowly with `"fade_ms": 300`:"""),
        ("Wie geht ein light langsam an?", "Each light is given `Lamp.fade_ms`:"),
        ("light up slowly", "## Light up slowly with fade_ms\n\nAn example:"),
    ],
)
def test_of_long_code_what_shows_the_name_that_is_spoken_of_is_quoted(
    question: str, lead: str
) -> None:
    said = quoted(question, f"{FILLER}\n\n{lead}\n\n{LONG}")
    assert 'attic = lamps.Lamp("attic", fade_ms=300)' in said
    assert "hall" not in said and "cellar" not in said


def test_a_name_that_is_spoken_of_after_the_code_does_not_choose_of_it() -> None:
    said = quoted("light up slowly", f"{FILLER}\n\nLight:\n\n{LONG}\n\nUp slowly: `cellar`.")
    assert "cellar.on()" not in said


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("fade", ("Pass", "Those", "And")),
        ("how do I fade", ("Pass", "Those", "And")),
        ("What can fade?", ("Those", "Pass", "And")),
        ("Which ones fade?", ("Those", "Pass", "And")),
    ],
)
def test_to_do_something_the_first_code_that_shows_its_name_comes_first(
    question: str, first: tuple[str, ...]
) -> None:
    code = "```python\nLamp(\n    300,\n    speed=300,\n    attic=False,\n)\n```"
    text = f"Pass `speed` to fade:\n\n{code}\n\nThose of `attic` fade.\n\nAnd fade:\n\n{code}"
    text = text.replace("300,\n    attic", "300,\n    cellar", 1)
    weighed = by_weight(sections_of(text), Wanted.of(question))
    assert tuple(each.text.split()[0] for each in weighed) == first


@pytest.mark.parametrize(
    ("said", "code", "is_shown"),
    [
        ("Pair with `lamps.pair(all=True)`.", "pair()", True),
        ("Pair with `--pair`.", "lantern --pair", True),
        ("Pair with `--pair`.", "lantern --pair-all", False),
        ("Pair with `@pair`.", "@pair\ndef hall(): ...", True),
        ("Pair with `pair`.", "repair()", False),
        ("Pair at `<br>`, `=`, `it` and ``.", "it = '<br>'", False),
        ("Turn off with `off`.", "off()", False),
    ],
)
def test_code_shows_a_name_whole_where_it_is_spelled_for_the_question(
    said: str, code: str, is_shown: bool
) -> None:
    (section,) = sections_of(said)
    told = ToldNames(Wanted.of("pair lamps"))
    for each in section.blocks:
        told.read(each.block)
    assert bool(told.shown(code)) is is_shown
