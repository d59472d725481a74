"""Whether what readers do not find becomes one gap each, with a heading.

    python -m bench.gaps [SET] [--embedding-model NAME] [--names]

A set has sections of a project's documentation, five questions each, as readers would ask where the
section were missing: three in English, one in German, one in Spanish. Between them stand 250
questions about other things. A section counts where one cluster has four or more of its five, and
at most one question of anything else. `starlette` (50 sections) is measured; `pytest` (30) is there
to choose on.
"""

import argparse
import json
import random
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

from bench.answers_quality.questions import load
from hyperrun.commands.gaps import embedding
from hyperrun.insights.clusters import clusters
from hyperrun.insights.gaps import named
from hyperrun.settings import Settings

HERE = Path(__file__).parent
NOISE = 250
SEED = 3


def questions(name: str = "starlette") -> tuple[list[str], list[tuple[int, str]]]:
    """The sections, and all questions with the place of their section, -1 for noise."""
    sections: list[str] = []
    asked: list[tuple[int, str]] = []
    for line in (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        _, bar, heading = line.partition(" | ")
        if bar:
            sections.append(heading)
        else:
            asked.append((len(sections) - 1, line))
    noise = [each.text for repository in load("tuning") for each in repository.questions]
    own = tomllib.loads((HERE.parent.parent / "questions.toml").read_text(encoding="utf-8"))
    noise += [row["ask"] for row in own["question"]]
    noise += [f"something about topic {number}" for number in range(NOISE)]
    asked += [(-1, text) for text in noise[:NOISE]]
    random.Random(SEED).shuffle(asked)
    return sections, asked


def main() -> int:
    """Print how many sections are one gap each."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.gaps", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    sets = sorted(path.stem for path in HERE.glob("*.txt"))
    parser.add_argument("set", nargs="?", choices=sets, default="starlette")
    parser.add_argument("--embedding-model", default="", help="as HYPERRUN_EMBEDDING_MODEL")
    parser.add_argument("--names", action="store_true", help="print each section and its heading")
    options = parser.parse_args()
    sections, asked = questions(options.set)
    embed = embedding(replace(Settings(), embedding_model=options.embedding_model))
    found = clusters([text for _, text in asked], embed)
    whole = 0
    for number, heading in enumerate(sections):
        mine = {at for at, (section, _) in enumerate(asked) if section == number}
        best = max(found, key=lambda places: len(mine & set(places)))
        inside = len(mine & set(best))
        is_one = inside >= 4 and len(best) - inside <= 1
        whole += is_one
        if options.names:
            name = named([asked[at][1] for at in best])
            print(f"{'+' if is_one else '-'} {inside} of 5, {len(best) - inside} others: "
                  f"{heading} => {name}")  # fmt: skip
    print(json.dumps({"sections": len(sections), "one gap each": whole, "clusters": len(found)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
