"""Every citation that is shown opens a file that has those lines with that text."""

import random
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from tests.answering.test_turns import Reader, events
from tests.model_server import ModelServer, Script, Tool, running_model_server
from tests.server import RunningServer, running, settings_in

QUESTIONS = ("How do I dim a lamp?", "How do I install it?", "What does pair do?", "class Lamp")


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with running_model_server() as server:
        yield server


@pytest.fixture(scope="module")
def server(model: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("cited")
    settings = settings_in(
        folder,
        model="openai/scripted",
        api_base=model.url,
        questions_per_minute=0,
        questions_per_minute_per_address=0,
    )
    with running(settings) as server:
        server.wait_until_ready()
        yield server


def written(chance: random.Random) -> tuple[list[str], set[int]]:
    """An answer in pieces that cites rightly, wrongly, twice, in code and cut in two; and what
    numbers it names outside of code."""
    named: set[int] = set()
    text = "Start.\n\n"
    for sentence in range(chance.randrange(2, 6)):
        number = chance.choice([1, 1, 2, 3, 4, 5, 9, 40, 0, 999])
        style = chance.choice(
            ["[{n}]", "[{n}][{n}]", "[{n}, 2]", "`[{n}]`", "\n```\nx[{n}]\n```\n"]
        )
        text += f"Sentence {sentence} " + style.format(n=number) + ". "
        if "`" not in style:
            named |= {number} | ({2} if "2" in style else set())
    cuts = sorted(chance.randrange(len(text)) for _ in range(12))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    return [piece for piece in pieces if piece], named


def test_a_hundred_answers_show_only_citations_that_exist(
    server: RunningServer, model: ModelServer
) -> None:
    root = Path(server.settings.repo_path)
    chance = random.Random(7)
    shown = 0
    for n in range(100):
        pieces, named = written(chance)
        searching = [Script(tools=[Tool(chance.choice(QUESTIONS))])] if n % 2 else []
        model.script(*searching, Script(pieces))
        reader = Reader(server)
        wire = reader.follow(reader.ask(chance.choice(QUESTIONS)))
        html = "".join(data for _, data in events(wire))
        cited = {
            int(number) for number in re.findall(r'class="citation"[^>]*data-source="(\d+)"', html)
        }
        cards = re.findall(
            r'class="source-card">(.*?)<p class="source-place">.*?<code>([^<]+)</code>'
            r" lines? (\d+)(?:–(\d+))?", html, re.S,
        )  # fmt: skip
        assert cited <= named
        assert len(cited) <= len({card[1:] for card in cards})
        for card, file, start, end in cards:
            lines = (root / unescape(file)).read_text().splitlines()
            there = lines[int(start) - 1 : int(end or start)]
            text = card.partition("source-text")[2].partition(">")[2]
            if "prose" in card:  # as its page shows it: word by word
                text = re.sub(r'<div class="code-head">.*?</div>', "", text)
                quoted = re.findall(r"\w+", unescape(re.sub(r"<[^>]+>", " ", text)))
                assert set(quoted) <= set(re.findall(r"\w+", " ".join(there))) and quoted
            else:
                quoted = unescape(re.sub(r"<[^>]+>", "", text)).rstrip("\n").splitlines()
                assert quoted == there[: len(quoted)] and quoted
            shown += 1
        prose = re.sub(r"<(code|pre)[^>]*>.*?</\1>", "", html, flags=re.S)
        # A range from 0, as `[0, 1]`, cites nothing.
        assert not re.search(r"\[(?!0[,–-])\d", re.sub(r"<[^>]+>", "", prose))
    assert shown >= 100
