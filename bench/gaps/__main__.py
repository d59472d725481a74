"""Whether what readers do not find becomes one gap each, with a heading.

    python -m bench.gaps [SET] [--tree DOCS] [--embedding-model NAME] [--join] [--uneven] [--names]

A set has sections of a project's documentation, five questions each, as readers would ask where the
section were missing: three in English, one in German, one in Spanish. Between them stand 250
questions about other things. A section counts where one cluster has four or more of its five, and
at most one question of anything else. `--tree` is the documentation's folder in a clone of the
project: the sections are cut out of a copy of it, which is indexed, as the product has an index.
`--join` has the model that HYPERRUN_MODEL names join the clusters, as `hyperrun gaps --join` does.
It could see that there are five of each, in the same three languages: `--uneven` keeps two to five
of each by chance, and half to all of the others; then at most one of a section may be elsewhere.
"""

import argparse
import asyncio
import json
import random
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.answer_tests.edits import section_of
from bench.answers_quality.questions import load
from hyperrun.commands.gaps import embedding
from hyperrun.insights.clusters import FOUND, clusters
from hyperrun.insights.gaps import named
from hyperrun.insights.joiner import Joined, joined_by_model
from hyperrun.insights.joining import joined
from hyperrun.search.built import Place, built_index, places
from hyperrun.search.engine import Search
from hyperrun.settings import Settings

HERE = Path(__file__).parent
NOISE = 250
SEED = 3
# Their readers ask for the very things that the set's sections tell, in the same words.
SAME_JOB = {"aiohttp": ("httpx", "requests"), "pytest": ("jest", "vitest")}


def questions(
    name: str = "starlette", *, uneven: bool = False
) -> tuple[list[str], list[tuple[int, str]]]:
    """The sections, and all questions with the place of their section, -1 for noise."""
    sections: list[str] = []
    asked: list[tuple[int, str]] = []
    for line in (HERE / f"{name}.set").read_text(encoding="utf-8").splitlines():
        _, bar, heading = line.partition(" | ")
        if bar:
            sections.append(heading)
        else:
            asked.append((len(sections) - 1, line))
    noise = [(-1, text) for text in noise_of(name)]
    chance = random.Random(SEED)
    if uneven:
        each = [[row for row in asked if row[0] == at] for at in range(len(sections))]
        asked = [row for rows in each for row in chance.sample(rows, chance.randint(2, len(rows)))]
        noise = chance.sample(noise, chance.randint(len(noise) // 2, len(noise)))
    asked += noise
    chance.shuffle(asked)
    return sections, asked


def noise_of(name: str) -> list[str]:
    """Questions about other things: a set's own, or those asked of projects that do another job."""
    path = HERE / f"{name}.noise"
    if path.exists():
        return path.read_text(encoding="utf-8").splitlines()[:NOISE]
    noise = [
        each.text
        for repository in load("tuning")
        if repository.name not in SAME_JOB.get(name, ())
        for each in repository.questions
    ]
    own = tomllib.loads((HERE.parent.parent / "questions.toml").read_text(encoding="utf-8"))
    noise += [row["ask"] for row in own["question"]]
    return noise[:NOISE]


def cut(name: str, docs: Path) -> list[str]:
    """Cut a set's sections out of documentation; those that are not there once."""
    missing = []
    for line in (HERE / f"{name}.set").read_text(encoding="utf-8").splitlines():
        file, bar, heading = line.partition(" | ")
        path = docs / file
        lines = path.read_text(encoding="utf-8").splitlines() if bar and path.exists() else []
        if place := section_of(lines, heading):
            kept = [*lines[: place.first], *lines[place.last :]]
            path.write_text("\n".join(kept) + "\n", encoding="utf-8")
        elif bar:
            missing.append(heading)
    return missing


def found(name: str, docs: Path, asked: list[str]) -> list[list[Place]]:
    """What each question finds in a copy of the project without the set's sections."""
    told = ["git", "-C", str(docs), "rev-parse", "--show-toplevel"]
    top = Path(subprocess.run(told, capture_output=True, text=True, check=True).stdout.strip())
    with TemporaryDirectory() as folder:
        root = Path(folder) / top.name
        shutil.copytree(top, root, symlinks=True)
        missing = cut(name, root / docs.resolve().relative_to(top))
        print(f"not cut out: {len(missing)} {missing}", file=sys.stderr)
        settings = replace(
            Settings(), repo_path=str(root), data_dir=Path(folder) / "data", search="embedded",
            site_dir="off", embedding_model="off",
        )  # fmt: skip
        asyncio.run(Search(settings).prepare())
        index = built_index(settings)
        assert index is not None
        try:
            return places(index, asked, FOUND)
        finally:
            index.close()


@dataclass(frozen=True, slots=True)
class Best:
    """The cluster that holds most of a section's questions."""

    heading: str
    places: list[int]
    inside: int
    wanted: int

    @property
    def is_one(self) -> bool:
        """Whether the section is one gap."""
        least = max(self.wanted - 1, 2)
        return self.inside >= least and len(self.places) - self.inside <= 1


def judged(
    sections: list[str], asked: list[tuple[int, str]], said: list[tuple[str, list[int]]]
) -> list[Best]:
    """The best cluster of each section, of clusters with their headings."""
    found = []
    for number in range(len(sections)):
        mine = {at for at, (section, _) in enumerate(asked) if section == number}
        heading, places = max(said, key=lambda each: len(mine & set(each[1])))
        found.append(Best(heading, places, len(mine & set(places)), len(mine)))
    return found


async def by_model(name: str, texts: list[str], by_likeness: list[list[int]]) -> Joined:
    """What the operator's model says of the questions of a set."""
    settings = replace(Settings.from_environment(), name=name)
    return await joined_by_model(settings, texts, by_likeness, [None] * len(texts))


def main() -> int:
    """Print how many sections are one gap each."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.gaps", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    sets = sorted(path.stem for path in HERE.glob("*.set"))
    parser.add_argument("set", nargs="?", choices=sets, default="starlette")
    parser.add_argument("--embedding-model", default="", help="as HYPERRUN_EMBEDDING_MODEL")
    parser.add_argument("--tree", type=Path, metavar="DOCS", help="the folder in a clone")
    parser.add_argument("--join", action="store_true", help="by HYPERRUN_MODEL")
    parser.add_argument("--uneven", action="store_true", help="two to five questions of each")
    parser.add_argument("--names", action="store_true", help="print each section and its heading")
    options = parser.parse_args()
    sections, asked = questions(options.set, uneven=options.uneven)
    embed = embedding(replace(Settings(), embedding_model=options.embedding_model or "off"))
    texts = [text for _, text in asked]
    passages = found(options.set, options.tree, texts) if options.tree else None
    by_likeness = clusters(texts, embed, (lambda _: passages) if passages is not None else None)
    said: list[tuple[str, list[int]]] = [("", places) for places in by_likeness]
    before: dict[str, int] = {}
    if options.join:
        told = asyncio.run(by_model(options.set, texts, by_likeness))
        print(told.told, file=sys.stderr)
        before = {"before": sum(best.is_one for best in judged(sections, asked, said))}
        said = joined(by_likeness, told.headings)
    found_for = judged(sections, asked, said)
    if options.names:
        for heading, best in zip(sections, found_for, strict=True):
            name = best.heading or named([asked[at][1] for at in best.places])
            print(f"{'+' if best.is_one else '-'} {best.inside} of {best.wanted}, "
                  f"{len(best.places) - best.inside} others: {heading} => {name}")  # fmt: skip
    whole = sum(best.is_one for best in found_for)
    print(json.dumps({"sections": len(sections), **before, "one gap each": whole,
                      "clusters": len(said)}))  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
