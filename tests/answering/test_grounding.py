"""Citations given to an answer that has none, where they can be vouched for."""

import pytest

from hyperrun.answering.grounding import grounded
from hyperrun.domain import Source
from hyperrun.passage import Passage

DIM = "Hold the button of the lamp for two seconds to dim it. The light fades to 20 percent."
PAIR = """Pair a lamp with the bridge before its first use.

```python
bridge = Bridge("192.168.1.7")
bridge.pair(timeout=30)
```"""
SOURCES = [
    Source(1, Passage("docs/dim.md", 1, 2, "Dim", "section", DIM)),
    Source(2, Passage("docs/pair.md", 1, 6, "Pair", "section", PAIR)),
]


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("To dim the lamp, hold its button for two seconds.",
         "To dim the lamp, hold its button for two seconds. [+1]"),
        ("Pair it like this:\n\n```python\nbridge = Bridge(\"192.168.1.7\")\n"
         "bridge.pair(timeout=30)\n```\n",
         "Pair it like this [+2]:\n\n```python\nbridge = Bridge(\"192.168.1.7\")\n"
         "bridge.pair(timeout=30)\n```\n"),
        ("- Hold the button of the lamp for two seconds.\n"
         "- Buy a dog and walk it in the park today.",
         "- Hold the button of the lamp for two seconds. [+1]\n"
         "- Buy a dog and walk it in the park today."),
        ("Hold the button for two seconds (1). Then pair it (2).",
         "Hold the button for two seconds [1]. Then pair it [2]."),
        ("Hold the button.\n\nSources: 1, 2", "Hold the button.\n\n [1, 2]"),
    ],
)  # fmt: skip
def test_what_stands_in_a_passage_is_cited(text: str, cited: str) -> None:
    assert grounded(text, SOURCES) == cited


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I cannot say.",
        "To dim the lamp, hold its button for nine seconds.",  # another number
        "The lamps of this town were lit by gas until the war came to it.",
        "Already cited [1]. To dim the lamp, hold its button for two seconds.",
        "Follow step (1) and step (2) of the manual.",
        "```\nhold button\n```",
        "```",
        "# Hold the button of the lamp for two seconds",
    ],
)
def test_what_cannot_be_vouched_for_is_left_alone(text: str) -> None:
    assert grounded(text, SOURCES) == text
    assert grounded(text, []) == text
