"""What rendering an answer while it streams costs: CPU per token, and the longest single step.

    python -m bench.render [--json FILE]

An answer of prose, lists, code and tables arrives at 40 tokens a second and is shown on a tick of
50 ms, two tokens at a time. Time does not pass here: each step is done as soon as the last one is,
and its CPU is taken. Beside it, in the same run: a relay that escapes the words and does nothing
else, and the plain way, which renders the whole answer on each tick.
"""

import argparse
import gc
import json
import re
import statistics
import sys
import time
from collections.abc import Callable
from html import escape
from pathlib import Path

from hyperrun.domain import Source
from hyperrun.markdown.highlight import warm
from hyperrun.markdown.renderer import AnswerRenderer, appended, markdown_to_html
from hyperrun.passage import Passage

TOKENS_PER_TICK = 2
ROUNDS = 5

PROSE = (
    "The server reads its settings once, at the start, and passes them on as plain values [1]. "
    "Set `HYPERRUN_MODEL` to the name of a model, and the key where the provider's library looks "
    "for it. Without a model the answer is made of the best passages, quoted with their links, so "
    "that a reader still finds the place [2]. None of this needs a network once the index has been "
    "built, which takes a few seconds for a repository of a thousand files.\n\n"
)
LIST = (
    "- **Search**: the embedded index answers at once, and ColGrep joins when it is ready [1].\n"
    "- **Stream**: a finished block is never touched again, so text can be selected [2].\n"
    "- **Limits**: by visitor, by address and for the server, with a daily budget [3].\n"
    "- **Keys**: a reader's own key is encrypted at rest and shown to nobody.\n\n"
)
CODE = (
    '```python\nasync def ask(question: str) -> Answer:\n    """One question, one answer."""\n'
    "    async with connect(timeout_s=5) as client:\n"
    "        return await client.ask(question)\n```\n\n"
)
TABLE = (
    "| setting | default | says |\n|---|---|---|\n"
    "| `HOST` | 127.0.0.1 | where to listen |\n| `PORT` | 5001 | the port |\n"
    "| `HYPERRUN_MODEL` | none | the model's name |\n\n"
)
ANSWERS = {
    "mixed": "## How it works\n\n" + (PROSE + LIST + CODE + PROSE + TABLE) * 4,
    "prose": PROSE * 20,
    "one long list": LIST.replace("\n\n", "\n") * 24,
    "one long code block": "```python\n"
    + CODE.split("\n", 1)[1].replace("```\n\n", "\n") * 60
    + "```\n",
}
SOURCES = {
    number: Source(
        number,
        Passage(
            "docs/a.md", 1, 9, "A", "section", "text", url=f"https://docs.example.org/a#{number}"
        ),
    )
    for number in (1, 2, 3)
}


def tokens_of(text: str) -> list[str]:
    """`text` in pieces of about four characters, as a model's tokens are."""
    return re.findall(r"\s?\w{1,5}|\s?[^\w\s]{1,2}|\s", text)


def relay(ticks: list[str]) -> tuple[list[float], int]:
    """Each tick's seconds and the bytes sent, of a server that escapes what it is given."""
    seconds, sent = [], 0
    for tick in ticks:
        started = time.perf_counter()
        html = escape(tick, quote=False)
        seconds.append(time.perf_counter() - started)
        sent += len(html.encode())
    return seconds, sent


def block_by_block(ticks: list[str]) -> tuple[list[float], int]:
    """The same of ours: finished blocks once, the growing one by what was appended to it."""
    renderer = AnswerRenderer(SOURCES.get)
    seconds, sent, before = [], 0, ""
    for tick in ticks:
        started = time.perf_counter()
        blocks = renderer.feed(tick)
        live = renderer.live()
        more = appended(before, live) if not blocks else None
        seconds.append(time.perf_counter() - started)
        sent += sum(len(block.encode()) for block in blocks)
        if live != before:
            sent += len((live if more is None else more).encode())
        before = live
    started = time.perf_counter()
    blocks = renderer.finish()
    seconds.append(time.perf_counter() - started)
    return seconds, sent + sum(len(block.encode()) for block in blocks)


def whole_answer(ticks: list[str]) -> tuple[list[float], int]:
    """The same of the plain way: everything so far, rendered and sent on each tick."""
    seconds, sent, text = [], 0, ""
    for tick in ticks:
        started = time.perf_counter()
        text += tick
        html = markdown_to_html(text)
        seconds.append(time.perf_counter() - started)
        sent += len(html.encode())
    return seconds, sent


WAYS: dict[str, Callable[[list[str]], tuple[list[float], int]]] = {
    "relay": relay,
    "block by block": block_by_block,
    "whole answer": whole_answer,
}


def measured(name: str, rounds: int) -> list[dict[str, object]]:
    """One row for each way with the answer `name`: median of `rounds`, and their spread."""
    tokens = tokens_of(ANSWERS[name])
    ticks = [
        "".join(tokens[at : at + TOKENS_PER_TICK]) for at in range(0, len(tokens), TOKENS_PER_TICK)
    ]
    rows: list[dict[str, object]] = []
    for way, run in WAYS.items():
        per_token, longest, sent = [], [], 0
        for _ in range(1 if way == "whole answer" else rounds):
            gc.collect()
            seconds, sent = run(ticks)
            per_token.append(sum(seconds) / len(tokens) * 1e6)
            longest.append(max(seconds) * 1e3)
        rows.append(
            {
                "answer": name,
                "way": way,
                "tokens": len(tokens),
                "cpu_us_per_token": round(statistics.median(per_token), 2),
                "cpu_spread_us": [round(min(per_token), 2), round(max(per_token), 2)],
                "longest_step_ms": round(statistics.median(longest), 2),
                "html_bytes_per_token": round(sent / len(tokens), 1),
            }
        )
    return rows


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--json", type=Path, help="also write the rows here")
    options.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = options.parse_args()
    warm()
    block_by_block(list(ANSWERS["mixed"]))
    rows = [row for name in ANSWERS for row in measured(name, chosen.rounds)]
    print(
        f"{'answer':22}{'way':16}{'tokens':>7}{'us/token':>10}{'spread':>16}{'longest ms':>12}"
        f"{'B/token':>9}"
    )
    for row in rows:
        spread = "{}–{}".format(*row["cpu_spread_us"])  # type: ignore[misc]
        print(
            f"{row['answer']:22}{row['way']:16}{row['tokens']:>7}{row['cpu_us_per_token']:>10}"
            f"{spread:>16}{row['longest_step_ms']:>12}{row['html_bytes_per_token']:>9}"
        )
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
